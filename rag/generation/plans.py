"""Which sentences answer which kind of question. One plan for each kind; a plan that finds nothing returns no lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from rag.generation.citations import Line
from rag.generation.lists import members_of
from rag.generation.phrases import phrase, topic, topic_particle
from rag.generation.sources import Draft, Sources
from rag.linking import Mention
from rag.model_names import rule_pattern, split_model_name
from rag.question import Question, asks_directly, asks_how_many, masked
from rag.sides import as_written
from rag.text import compact
from rag.types import Kind, SectionName, Sentence

__all__ = ["PLANS"]

_MADE = re.compile(
    r"\b(19|20)\d\d\b|발표|공개|개발|제안|만들|출시|introduced|released|developed|proposed|created|published"
)
_SPELLED = re.compile(r"약자|줄임|풀어|이름|뜻하|따온|stands? for|short for|name|abbreviat|acronym")
_MORE = re.compile(
    r"더\s*(자세|알려|설명|깊|말해)|자세히|자세하게|구체적|more (detail|about|info)|tell me more|elaborate|in (more )?(depth|detail)|go on"
)
_PROPERTY_OF = re.compile(r"§ (of|used (to train|in|by|for)) (an? |the )?§|§의 §")
"""Asks of one term what it is for another: "the learning rate used to train Llama 3"."""
_AT_LENGTH: tuple[tuple[SectionName, int], ...] = (
    ("definition", 1),
    ("how", 3),
    ("why", 1),
    ("limits", 1),
    ("examples", 1),
)
_LISTED = 7
_SHORT_LIST = 3
"""Members up to which the head of a list may name more, that have no entry."""
_SIDE_BY_SIDE = 4
"""Terms at most that one answer tells about one after the other."""
_OWN = 2
"""Sentences of the section for this kind of question that an answer holds at least, whatever else is near to its words."""
_STEPS = 5
_AGAINST = re.compile(r"\b(from|than|with|vs\.?|versus|compared to) (an? |the )?$", re.IGNORECASE)
_AGAINST_KO = re.compile(r"(이랑|랑|하고|와|과|보다)(은|는)?(\s|$)")
_CUT = 6
"""Letters that a word has at most if it is not taken for the beginning of a longer one."""
_HOW_MANY = re.compile(r"\bhow (many|much)( \w+)?\s*$", re.IGNORECASE)
_MANY = re.compile(r"\s*(이|가|은|는|수가|수는|개수가|개수는)?\s*(몇|얼마)")
_OWN_ENTRY = frozenset({"family", "unknown", "gptq", "awq", "gguf", "qlora", "lora", "quant-type"})
"""Parts of a model's name that an entry of their own explains better than the rule of names does."""


def _lines(sentences: Iterable[Sentence], label: str = "") -> list[Line]:
    return [Line(sentence, label) for sentence in sentences]


def define(sources: Sources) -> Draft:
    """Definition and how it works; for a homograph each meaning; for several terms one sentence each."""
    homograph = next((g for g in sources.groups if len(g) > 1), None)
    if homograph and len(sources.groups) == 1 and not sources.question.leftovers:
        surface = sources.question.mentions[0].surface if sources.question.mentions else ""
        firsts = [s for i in homograph for s in sources.sentences(i, "definition")[:1]]
        note = phrase("homograph", sources.lang, surface=surface, terms=[sources.name(i) for i in homograph])
        return Draft(_lines(firsts, "- "), [note])
    subjects = sources.subjects
    if _PROPERTY_OF.search(masked(sources.question)):
        what, whose = (mention.entry_ids[0] for mention in sources.question.mentions[:2])
        return Draft(_lines(_joint(sources, what, whose)[:3]))
    if len(subjects) > 1:
        return Draft(_lines(s for i in subjects[:4] for s in sources.sentences(i, "definition")[:1]))
    if _MORE.search(masked(sources.question)):
        return _more(sources)
    if version := _version(sources):
        return Draft(_lines([*version, *(s for i in subjects for s in sources.sentences(i, "definition")[:1])]))
    if sources.aspect or sources.question.leftovers:
        return _details(sources)
    chosen: list[Sentence] = []
    for entry_id in subjects:
        chosen = [*sources.sentences(entry_id, "definition")[:2], *sources.sentences(entry_id, "how", "why")[:1]]
    return Draft(_lines(chosen))


def _version(sources: Sources) -> list[Sentence]:
    """Sentences on the very version that is asked for, where an entry is of a family: "Llama 2" in LLaMA."""
    for mention in sources.question.mentions:
        names = {compact(n) for i in mention.entry_ids for n in sources.entries[i].term.values()}
        if re.search(r"\d", mention.surface) and compact(mention.surface) not in names:
            pool = [s for i in sources.subjects[:1] for s in sources.sentences(i)]
            return [s for s in pool if _names(s, mention.surface)][:3]
    return []


def _more(sources: Sources) -> Draft:
    """A term at length; after a turn about it, what that turn is unlikely to have said."""
    told_before = bool(sources.question.carried)
    chosen: list[Sentence] = []
    for entry_id in sources.subjects[:1]:
        for section, count in _AT_LENGTH:
            found = sources.sentences(entry_id, section)
            if told_before and section == "definition":
                continue
            skipped = int(told_before and section == "how")
            chosen += found[skipped : count + skipped]
    return Draft(_lines(chosen))


def _details(sources: Sources) -> Draft:
    """What a term is, and what the question asks of it beyond that."""
    chosen: list[Sentence] = []
    for entry_id in sources.subjects:
        found = sources.best(sources.sentences(entry_id), 3)
        chosen = [*sources.sentences(entry_id, "definition")[: _lead(sources, 1)], *found]
    return Draft(_lines(chosen[:4]))


def plain(sources: Sources) -> Draft:
    """The term in everyday words; one sentence of the definition keeps it exact."""
    chosen: list[Sentence] = []
    for entry_id in sources.subjects[:2]:
        told = sources.sentences(entry_id, "plain")[:2]
        chosen += [*told, *sources.sentences(entry_id, "definition")[:1]]
    return Draft(_lines(chosen))


def _about(*sections: SectionName, count: int, lead: int = 0) -> Callable[[Sources], Draft]:
    """A plan that reads certain sections of each subject, the sentences nearest to the question's own words first."""

    def plan(sources: Sources) -> Draft:
        subjects = sources.subjects[:_SIDE_BY_SIDE]
        room = count if len(subjects) < 3 else 1
        chosen: list[Sentence] = []
        for entry_id in subjects:
            found = _told(sources, entry_id, sections, count=room)
            chosen += [*sources.sentences(entry_id, "definition")[: _lead(sources, lead)], *found]
        return Draft(_lines(chosen)) if chosen else define(sources)

    return plan


def _told(sources: Sources, entry_id: str, sections: tuple[SectionName, ...], *, count: int) -> list[Sentence]:
    """The sentences that a question asks for, wherever they stand, filled up from the section for its kind."""
    own = sources.sentences(entry_id, *sections[:1])
    if sources.aspect:
        found = sources.best(sources.sentences(entry_id), count)
    elif sources.question.leftovers:
        found = sources.best(sources.sentences(entry_id), count, preferred=sections)
    else:
        found = (own if len(own) >= _OWN else sources.sentences(entry_id, *sections))[:count]
    lacking = min(_OWN, count) - sum(sentence in own for sentence in found)
    return [*found, *[s for s in own if s not in found][: max(0, lacking)]]


def _lead(sources: Sources, usual: int) -> int:
    """How many sentences of the definition go first: one where "what is it" is asked beside something else."""
    if sources.aspect:
        return int(bool(asks_directly(sources.question)))
    return usual


def proscons(sources: Sources) -> Draft:
    """What a term is, what speaks for it, then what against it."""
    subject = sources.subjects[:1]
    pros = [s for i in subject for s in sources.sentences(i, "why")[:2]]
    cons = [s for i in subject for s in sources.sentences(i, "limits")[:2]]
    what = [s for i in subject for s in sources.sentences(i, "definition")[:1]]
    return Draft(_lines([*what, *pros, *cons])) if pros and cons else define(sources)


def origin(sources: Sources) -> Draft:
    """Who and when: the origin section, else sentences with a year or a maker; nothing if the entry is silent."""
    chosen: list[Sentence] = []
    subjects = sources.subjects[:_SIDE_BY_SIDE]
    for entry_id in subjects:
        told = sources.sentences(entry_id, "origin") or [
            s for s in sources.sentences(entry_id, "definition", "how", "why", "examples") if _MADE.search(s.text)
        ]
        brief = len(subjects) > 2
        chosen += [
            *told[: 1 if brief else 2],
            *(sources.sentences(entry_id, "definition")[:1] if told and not brief else []),
        ]
    if not chosen and sources.aspect:  # "where does bias come from?" asks for the cause
        return _about("how", count=3)(sources)
    return Draft(_lines(chosen))


def expand(sources: Sources) -> Draft:
    """What letters stand for: the sentence that spells them out."""
    chosen: list[Sentence] = []
    for entry_id in sources.subjects[:2]:
        expansion = compact(sources.entries[entry_id].expansion)
        pool = sources.sentences(entry_id)
        spelled = [s for s in pool if expansion and expansion in compact(s.text)]
        named = [
            s for s in pool if s.chunk.section in ("confusion", "origin", "definition") and _SPELLED.search(s.text)
        ]
        definition = [s for s in pool if s.chunk.section == "definition"][:1]
        chosen += [*spelled[:1], *definition] if spelled else [*named[:2], *definition]
    return Draft(_lines(chosen))


def reverse(sources: Sources) -> Draft:
    """The term that a description means: its definition, which names it, and the sentence nearest to the description."""
    ranked = list(dict.fromkeys(hit.chunk.entry_id for hit in sources.retrieval.nearest))[:1]
    chosen: list[Sentence] = []
    for entry_id in ranked:
        near = [s for s in sources.best(sources.sentences(entry_id), 1) if sources.overlap(s) > 0]
        chosen = [*sources.sentences(entry_id, "definition")[:2], *near]
    return Draft(_lines(chosen))


def compare(sources: Sources) -> Draft:
    """The difference first, then each side; related terms are said to be related; a missing side is named."""
    subjects, lang, missing = sources.subjects, sources.lang, list[str]()
    if not sources.groups:
        return reverse(sources)
    if sources.question.carried:
        missing = _set_against(sources)
    elif len(sources.sides) > 1:
        missing = [side.text for side in sources.sides if not side.entry_ids]
        subjects = [i for i in subjects if any(i in side.entry_ids for side in sources.sides)]
        if not subjects:
            return Draft()
    notes = [phrase("missing", lang, term=topic(", ".join(missing), lang))] if missing else []
    if len(subjects) < 2:
        if len({i for g in sources.groups for i in g}) == 1 and len(sources.question.mentions) > 1 and not missing:
            return same(sources)
        if not missing:
            return _details(sources)
        told = [s for i in subjects for s in _speaking_of(sources, i, missing)[:3]]
        sides = [s for i in subjects for s in sources.sentences(i, "definition", "how")[: 1 if told else 2]]
        return Draft(_lines([*told, *sides]), notes)
    pairs = [(a, b) for i, a in enumerate(subjects[:3]) for b in subjects[i + 1 : 3]]
    contrast = [s for a, b in pairs for s in _versus(sources, a, b)[: 3 if len(pairs) == 1 else 1]]
    notes += [note for a, b in pairs for note in _kinship(sources, a, b)]
    if not contrast:
        contrast = [s for a, b in pairs for s in _joint(sources, a, b)[:2]]
        if not contrast:
            notes.append(phrase("no_comparison", lang))
    count = 1 if contrast else 2
    sides = [s for i in subjects[:4] for s in sources.sentences(i, "definition", "how")[:count]]
    return Draft(_lines([*contrast, *sides]), notes)


def _set_against(sources: Sources) -> list[str]:
    """What a follow-up sets the term before against, where the glossary has no entry for it: "how is it different from ALiBi"."""
    text = sources.question.text
    for word in sources.question.leftovers if not sources.question.mentions else ():
        if _AGAINST.search(text[: word.start]) or _AGAINST_KO.match(text[word.end :]):
            return [as_written(text, word.start, word.end)]
    return []


def _speaking_of(sources: Sources, entry_id: str, words: Iterable[str]) -> list[Sentence]:
    """Sentences of an entry that speak of what has no entry of its own, the most telling sections first."""
    wanted = [_as_spelled(word) for word in words]
    order: tuple[SectionName, ...] = ("confusion", "versus", "how", "limits", "why", "examples", "origin")
    return [s for s in sources.sentences(entry_id, *order) if any(word.search(s.text) for word in wanted)]


def _as_spelled(word: str) -> re.Pattern[str]:
    """A word in running text, with or without spaces and hyphens; a longer one may be cut: "batchnorm" is in "batch normalization"."""
    letters = [re.escape(c) for c in re.sub(r"[\s-]", "", word)]
    end = "" if len(letters) > _CUT else "(?![A-Za-z])"
    return re.compile(r"(?<![A-Za-z])" + r"[\s-]?".join(letters) + end, re.IGNORECASE)


def _versus(sources: Sources, a: str, b: str) -> list[Sentence]:
    """Sentences of the section that sets ``a`` against ``b``, from whichever entry has one."""
    lookup = sources.retriever.reader.linker.lookup
    for mine, other in ((a, b), (b, a)):
        found = [s for s in sources.sentences(mine, "versus") if other in lookup(s.chunk.versus)]
        if found:
            return found
    return []


def _joint(sources: Sources, a: str, b: str) -> list[Sentence]:
    """Sentences of either entry that name the other, the most telling sections first."""
    order: tuple[SectionName, ...] = ("confusion", "versus", "definition", "how", "why", "limits", "examples", "origin")
    found = [
        s for mine, other in ((a, b), (b, a)) for s in sources.sentences(mine, *order) if sources.mentions(s, (other,))
    ]
    return sorted(found, key=lambda s: (-sources.overlap(s), order.index(s.chunk.section)))


def _kinship(sources: Sources, a: str, b: str) -> Iterable[str]:
    for child, parent in ((a, b), (b, a)):
        relations = sources.entries[child].relations
        names = {"child": topic(sources.name(child), sources.lang), "parent": sources.name(parent)}
        if parent in relations.get("broader", ()):
            yield phrase("kind_of", sources.lang, **names)
        elif parent in relations.get("part-of", ()):
            yield phrase("part_of", sources.lang, **names)


def relation(sources: Sources) -> Draft:
    """How two terms stand to each other: the sentences that name both."""
    subjects = sources.subjects
    if len(subjects) < 2:
        return fact(sources)
    a, b = subjects[:2]
    joint = [*_joint(sources, a, b)[:3], *_versus(sources, a, b)[:1]]
    notes = list(_kinship(sources, a, b))
    sides = [s for i in (a, b) for s in sources.sentences(i, "definition")[:1]]
    return Draft(_lines([*joint[:3], *sides]), notes) if joint else compare(sources)


def same(sources: Sources) -> Draft:
    """Whether two names mean one term."""
    names = [m.surface for m in sources.question.mentions]
    ids = list(dict.fromkeys(i for group in sources.groups for i in group))
    if len(ids) == 1 and len(names) > 1:
        if apart := _told_apart(sources, ids[0], names):
            return Draft(_lines([*sources.sentences(ids[0], "definition")[:1], *apart]))
        names = list(dict.fromkeys(names))
        quoted = ", ".join(f"'{n}'" for n in names)
        particle = topic_particle(names[-1]) if sources.lang == "ko" else ""
        note = phrase("same", sources.lang, terms=f"{quoted}{particle}")
        return Draft(_lines(sources.sentences(ids[0], "definition")[:2]), [note])
    draft = compare(sources)
    if len(sources.subjects) > 1:
        terms = ", ".join(sources.name(i) for i in sources.subjects)
        terms += topic_particle(terms) if sources.lang == "ko" else ""
        draft.notes.insert(0, phrase("not_same", sources.lang, terms=terms))
    return draft


def _told_apart(sources: Sources, entry_id: str, names: Iterable[str]) -> list[Sentence]:
    """Sentences of one entry on names of it that mean different things: "Llama 2" and "Llama 3", "precision" and "recall"."""
    keys = {compact(name): name for name in names}
    digits = {re.sub(r"\D", "", name) for name in keys}
    terms = sources.entries[entry_id].term.values()
    parts = {compact(part) for term in terms for part in re.split(r"\s*(?:\band\b|&|/|,|와|과)\s*", term)}
    if len(keys) > 1 and keys.keys() <= parts:
        return sources.sentences(entry_id, "how")[:3]
    if len(digits) < 2:
        return []
    pool = sources.sentences(entry_id, "versus", "how", "origin", "confusion", "definition", "examples")
    told = {name: [s for s in pool if _names(s, name)] for name in keys.values()}
    both = [s for s in pool if all(s in found for found in told.values())]
    return list({s.quote: s for s in [*both[:2], *(s for found in told.values() for s in found[:2])]}.values())


def _names(sentence: Sentence, name: str) -> bool:
    """Whether a sentence holds a name whole: "Llama 3" is not in "Llama 3.1"."""
    return bool(re.search(rf"(?<![\w.]){re.escape(name)}(?!\.?\d|[a-z])", sentence.text, re.IGNORECASE))


def list_(sources: Sources) -> Draft:
    """The kinds, or else the parts, of a term, one sentence each; or the terms that a description takes together."""
    lead, members = members_of(sources)
    if len(members) < 2:
        return _about("examples", "how", count=3, lead=1)(sources)
    lines = _lines((s for i in members[:_LISTED] for s in sources.sentences(i, "definition")[:1]), "- ")
    name = "listed" if len(members) <= _LISTED else "listed_first"
    terms, count = [sources.name(i) for i in members], min(len(members), _LISTED)
    group = sources.retrieval.group
    of = (
        phrase("listed_of", sources.lang, group=group.named(sources.lang))
        if group and {*members} <= {*group.members}
        else ""
    )
    note = phrase(name, sources.lang, count=count, all=len(members), terms=terms, of=of)
    lines = [*_lines(sources.sentences(lead, "definition")[:1] if lead else (), "- "), *lines]
    if lead and len(members) <= _SHORT_LIST:  # "SGD, Adam and AdamW are widely used optimizers": not all have an entry
        told = (s for s in sources.sentences(lead, "examples") if s.text.count(",") > 1)
        lines += _lines(islice(told, 1), "- ")
    return Draft(lines, [note])


def path(sources: Sources) -> Draft:
    """What to read first: prerequisites, the nearest first chosen, then ordered from the basics up."""
    subject = sources.subjects[0]
    chosen, level = [subject], [subject]
    while level and len(chosen) <= _STEPS:
        before = [
            b for i in level for b in sources.entries[i].relations.get("prerequisite", ()) if b in sources.entries
        ]
        level = [i for i in dict.fromkeys(before) if i not in chosen]  # a glossary may have prerequisites in a circle
        chosen += level
    chosen = chosen[: _STEPS + 1]
    steps: list[str] = []

    def visit(entry_id: str, above: frozenset[str]) -> None:
        for before in sources.entries[entry_id].relations.get("prerequisite", ()):
            if before in chosen and before not in steps and before not in above:
                visit(before, above | {before})
        if entry_id not in steps:
            steps.append(entry_id)

    visit(subject, frozenset({subject}))
    if len(steps) == 1:
        return define(sources)
    note = phrase("path", sources.lang, terms=" → ".join(sources.name(i) for i in steps))
    return Draft(_lines((s for i in steps for s in sources.sentences(i, "definition")[:1]), "- "), [note])


def fact(sources: Sources) -> Draft:
    """Anything else: the sentences that hold the question's own content, with a number where one is asked for."""
    if not sources.question.mentions and not sources.question.carried:
        return reverse(sources)
    count = asks_how_many(sources.question)
    chosen: list[Sentence] = []
    carried = sources.question.carried
    if count and (unit := _unit(sources.question)) and not sources.aspect:
        pool = [s for i in sources.named if i not in unit.entry_ids for s in sources.sentences(i)]
        counted = [s for s in pool if re.search(r"\d", s.text) and sources.mentions(s, unit.entry_ids)]
        return Draft(_lines(sources.best(counted, 2)))
    for entry_id in sorted(sources.subjects, key=lambda i: i not in carried)[: 1 if count else 2]:
        others = [m.surface for m in sources.question.mentions if entry_id not in m.entry_ids]
        pool = sources.sentences(entry_id)
        if count and not sources.aspect:
            pool = [s for s in pool if re.search(r"\d", s.text)] or pool
        bare = count and not others and not sources.question.content
        whole = bare or sources.aspect
        chosen += [s for s in sources.best(pool, 3, words=others) if whole or sources.overlap(s, others) > 0]
    return Draft(_lines(chosen[:4])) if chosen else define(sources)


def _unit(question: Question) -> Mention | None:
    """The name of what is counted, where something else is named as well: "how many parameters does GPT-3 have"."""
    if len({frozenset(m.entry_ids) for m in question.mentions}) < 2:
        return None
    text = question.text
    return next((m for m in question.mentions if _HOW_MANY.search(text[: m.start]) or _MANY.match(text[m.end :])), None)


def model_name(sources: Sources) -> Draft:
    """A model's name part by part, each by the sentence that states its rule."""
    lang, linker = sources.lang, sources.retriever.reader.linker
    if "model-name" not in sources.entries:
        return define(sources)
    rules = sources.sentences("model-name", "how")
    lines: list[Line] = []
    notes: list[str] = []
    for part in split_model_name(sources.question.model_name, linker):
        reading = part.reading(lang)
        label = f"- {part.text}{f' ({reading})' if reading else ''}: "
        families = linker.lookup(part.text)
        stated = sources.sentences(families[0], "definition") if families and part.rule in _OWN_ENTRY else []
        if not stated and part.rule not in ("family", "unknown"):
            stated = [s for s in rules if rule_pattern(part.rule).search(s.text)]
        if stated:
            lines.append(Line(stated[0], label))
        else:
            notes.append(phrase("unknown_part", lang, part=part.text))
    return Draft(lines, notes)


PLANS: Mapping[Kind, Callable[[Sources], Draft]] = {
    "define": define,
    "plain": plain,
    "compare": compare,
    "list": list_,
    "how": _about("how", count=4),
    "why": _about("why", "how", count=3, lead=1),
    "limits": _about("limits", count=3),
    "proscons": proscons,
    "examples": _about("examples", count=3),
    "origin": origin,
    "expand": expand,
    "reverse": reverse,
    "model_name": model_name,
    "relation": relation,
    "same": same,
    "path": path,
    "fact": fact,
}
