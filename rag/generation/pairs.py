"""Plans for two terms or more: what sets them apart, how they stand to each other, whether they are one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.generation.phrases import phrase, topic, topic_particle
from rag.generation.single import fact, lines_of, names_whole, reverse, tell
from rag.generation.sources import Draft, Sources
from rag.question import masked
from rag.sides import as_written
from rag.text import compact
from rag.types import SectionName, Sentence

__all__ = ["compare", "relation", "same"]

_AGAINST = re.compile(r"\b(from|than|with|vs\.?|versus|compared to) (an? |the )?$", re.IGNORECASE)
_AGAINST_KO = re.compile(r"(이랑|랑|하고|와|과|보다)(은|는)?(\s|$)")
_CHOOSE = re.compile(
    r"(뭐|뭘|머|어느|어떤|어떨|언제).{0,12}(좋|나아|나은|낫|써|쓰|고르|골라|선택|추천|하는\s*게|해야)|\bwhich\b.*\b(should|would|pick|choose|use|better|best)\b|\b(should|do|would) i (pick|choose|use|go)\b|\bwhen\b|\bbetter\b"
)
_CHOSEN = re.compile(
    r"때(는|에|만|라면)?\s|경우|고릅|고르|알맞|적합|씁니다|\b(when|where|if|choice|choose|suits?|fits?|pick)\b",
    re.IGNORECASE,
)
_CUT = 6
"""Letters that a word has at most if it is not taken for the beginning of a longer one."""


def compare(sources: Sources) -> Draft:
    """The difference first, then each side; related terms are said to be related; a missing side is named."""
    subjects, lang, missing = sources.subjects, sources.lang, list[str]()
    if not sources.groups:
        return reverse(sources)
    if sources.question.carried:
        missing = _set_against(sources)
    elif len(sources.sides) > 1:
        missing = [
            side.text for side in sources.sides if not side.entry_ids and (side.joined or _is_named(sources, side.text))
        ]
        subjects = [i for i in subjects if any(i in side.entry_ids for side in sources.sides)]
        if not subjects:
            return Draft()
    if not missing and (absent := sources.retriever.absent_name(sources.question)):
        missing = [absent]  # "GAN이 뭐야? 확산 모델이랑 비교해서"
    notes = [phrase("missing", lang, term=topic(", ".join(missing), lang))] if missing else []
    if len(subjects) < 2:
        if len({i for g in sources.groups for i in g}) == 1 and len(sources.question.mentions) > 1 and not missing:
            return same(sources)
        if not missing:
            return _halves(sources) or tell(sources)
        told = [s for i in subjects for s in _speaking_of(sources, i, missing)[:3]]
        sides = [s for i in subjects for s in sources.sentences(i, "definition", "how")[: 1 if told else 2]]
        return Draft(lines_of([*told, *sides]), notes)
    if sources.question.carried and sources.question.leftovers and not sources.question.mentions:
        # The comparison itself is told already, this asks for one thing about it: "which is easier to run".
        told = [s for i in subjects[:2] for s in sources.best(_apart(sources, i, subjects), most=2)]
        return Draft(lines_of(told), notes)
    pairs = [(a, b) for i, a in enumerate(subjects[:3]) for b in subjects[i + 1 : 3]]
    contrast = [s for a, b in pairs for s in _versus(sources, a, b)[: 3 if len(pairs) == 1 else 1]]
    notes += [note for a, b in pairs for note in _kinship(sources, a, b)]
    if not contrast:
        contrast = [s for a, b in pairs for s in sources.joint(a, b)[:2]]
        if not contrast:
            notes.append(phrase("no_comparison", lang))
    count = 1 if contrast else 2
    sides = [s for i in subjects[:4] for s in sources.sentences(i, "definition", "how")[:count]]
    choice = _choice(sources, subjects[:2])
    return Draft(lines_of([*contrast[:2], *choice] if choice else [*contrast, *sides]), notes)


def _apart(sources: Sources, entry_id: str, subjects: Sequence[str]) -> list[Sentence]:
    """What an entry says, without its definition and what sets it against a third."""
    lookup = sources.retriever.reader.linker.lookup
    return [
        s
        for s in sources.sentences(entry_id)
        if s.chunk.section != "definition"
        and (s.chunk.section != "versus" or not set(lookup(s.chunk.versus)).isdisjoint(subjects))
    ]


def _is_named(sources: Sources, side: str) -> bool:
    """Whether a side without an entry is something of a name, and not of words of the glossary: in "ollama or vllm to 200 users"."""
    retriever, words = sources.retriever, re.findall(r"[\w.+#]+", side)
    return compact(side) in map(compact, (retriever.absent_name(sources.question),)) or any(
        not retriever.is_spelled(word) or retriever.is_name(word) for word in words
    )


def _choice(sources: Sources, subjects: Iterable[str]) -> list[Sentence]:
    """Where one of two is to be chosen, the sentence of each side that says when it is."""
    if not _CHOOSE.search(masked(sources.question)):
        return []
    told = ([s for s in sources.sentences(i, "plain", "why") if _CHOSEN.search(s.text)] for i in subjects)
    return [max(found, key=sources.overlap) for found in told if found]


def _halves(sources: Sources) -> Draft | None:
    """Both halves of a term that is a pair, such as "precision and recall", where its name is taken for one of them."""
    first = next(iter(sources.subjects), "")
    names = [part for name in sources.entries[first].term.values() for part in _parts(name)] if first else []
    apart = _told_apart(sources, first, names) if len(names) > 2 else []
    return Draft(lines_of([*sources.sentences(first, "definition")[:1], *apart])) if apart else None


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
    joint = [*sources.joint(a, b)[:3], *_versus(sources, a, b)[:1]]
    notes = list(_kinship(sources, a, b))
    if (
        not joint and not notes
    ):  # "bert로 글 생성 잘되나?" asks about the first, "does it need VRAM?" about the term before
        first, second = (b, a) if b in sources.question.carried else (a, b)
        return Draft(
            lines_of([*sources.best(sources.sentences(first), least=2, most=3), *sources.sentences(second)[:1]])
        )
    sides = [s for i in (a, b) for s in sources.sentences(i, "definition")[:1]]
    return Draft(lines_of([*joint[:3], *sides]), notes) if joint else compare(sources)


def same(sources: Sources) -> Draft:
    """Whether two names mean one term."""
    names = [m.surface for m in sources.question.mentions]
    ids = list(dict.fromkeys(i for group in sources.groups for i in group))
    if len(ids) == 1 and len(names) > 1:
        if apart := _told_apart(sources, ids[0], names):
            return Draft(lines_of([*sources.sentences(ids[0], "definition")[:1], *apart]))
        names = list(dict.fromkeys(names))
        quoted = ", ".join(f"'{n}'" for n in names)
        particle = topic_particle(names[-1]) if sources.lang == "ko" else ""
        note = phrase("same", sources.lang, terms=f"{quoted}{particle}")
        return Draft(lines_of(sources.sentences(ids[0], "definition")[:2]), [note])
    draft = compare(sources)
    if len(sources.subjects) > 1:
        terms = ", ".join(sources.name(i) for i in sources.subjects)
        terms += topic_particle(terms) if sources.lang == "ko" else ""
        draft.notes.insert(0, phrase("not_same", sources.lang, terms=terms))
    return draft


def _parts(name: str) -> list[str]:
    """What a name joins: "precision and recall"."""
    return re.split(r"\s*(?:\band\b|&|/|,|와|과)\s*", name)


def _told_apart(sources: Sources, entry_id: str, names: Iterable[str]) -> list[Sentence]:
    """Sentences of one entry on names of it that mean different things: "Llama 2" and "Llama 3", "precision" and "recall"."""
    keys = {compact(name): name for name in names}
    digits = {re.sub(r"\D", "", name) for name in keys}
    terms = sources.entries[entry_id].term.values()
    parts = {compact(part) for term in terms for part in _parts(term)}
    if len(keys) > 1 and keys.keys() <= parts:
        return sources.sentences(entry_id, "how")[:3]
    if len(digits) < 2:
        return []
    pool = sources.sentences(entry_id, "versus", "how", "origin", "confusion", "definition", "examples")
    told = {name: [s for s in pool if names_whole(s, name)] for name in keys.values()}
    both = [s for s in pool if all(s in found for found in told.values())]
    return list({s.quote: s for s in [*both[:2], *(s for found in told.values() for s in found[:2])]}.values())
