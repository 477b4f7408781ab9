"""Plans for one term, or for several one after the other: what it is, how it works, what speaks for it, what describes it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.generation.citations import Line
from rag.generation.phrases import phrase
from rag.generation.sources import Draft, Sources
from rag.kinds import COMPARES
from rag.linking import Mention
from rag.question import Question, asks_how_many, masked
from rag.text import compact
from rag.types import SectionName, Sentence

__all__ = ["define", "fact", "lines_of", "names_whole", "origin", "plain", "proscons", "reverse", "tell"]

_MADE = re.compile(
    r"\b(19|20)\d\d\b|발표|공개|개발|제안|만들|출시|introduced|released|developed|proposed|created|published"
)
_MORE = re.compile(
    r"더\s*(자세|알려|설명|깊|말해)|자세히|자세하게|구체적|more (detail|about|info)|tell me more|elaborate|in (more )?(depth|detail)|go on"
)
_PROPERTY_OF = re.compile(r"§ (of|used (to train|in|by|for)) (an? |the )?§|§의 §")
"""Asks of one term what it is for another: "the learning rate used to train Llama 3"."""
_BOTH = re.compile(
    r"\bwhat('s| is| are|s)? (an? |the )?§( \w+)?(,| and\b)|§\s*(\w+\s*)?(이|가|은|는|란|이란)?\s*(뭐|무엇|뭔|머)\S*(고|며|면서|,)\s"
)
"""Asks what a term is, and something else: "what is BLEU and what is bad about it"."""
_AT_LENGTH: tuple[tuple[SectionName, int], ...] = (
    ("definition", 1),
    ("how", 3),
    ("why", 1),
    ("limits", 1),
    ("examples", 1),
)
_SIDE_BY_SIDE = 4
"""Terms at most that one answer tells about one after the other."""
_AT_LEAST, _AT_MOST = 2, 4
"""Sentences on a term that is asked about alone."""
_OF_TWO = 2
"""Sentences on each of two terms."""
_NUMBER = re.compile(
    r"\d|(?<![가-힣])(하나(?!라도)|둘|셋|넷|단일|(한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?(개|가지|장|번|층|단계|쌍|벌|명|모델|행렬|헤드))|"
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|single)\b",
    re.IGNORECASE,
)
"""Numbers, also spelt out: "MQA keeps a single key-value head"."""
_HOW_MUCH = re.compile(
    r"얼마나\s*(더\s*)?(커|작|빨|느|줄|늘|떨|좋|나빠|차이|달라|정확|걸)|\bhow much (\w+er|more|less|better|worse|slower|faster)\b"
)
"""Asks how far something goes, which is told without a number too: "proportional to the context"."""
_HOW_MANY = re.compile(r"\bhow (many|much)( \w+)?\s*$", re.IGNORECASE)
_SECRET = re.compile(
    r"공개(하지|되지|한 적)|밝히지|비공개|\bnot (been )?(public|disclosed|published|revealed)|never (confirmed|disclosed)"
)
_MANY = re.compile(r"\s*(이|가|은|는|수가|수는|개수가|개수는)?\s*(몇|얼마)")


def lines_of(sentences: Iterable[Sentence], label: str = "") -> list[Line]:
    """Sentences as lines of an answer, each behind ``label``."""
    return [Line(sentence, label) for sentence in sentences]


def define(sources: Sources) -> Draft:
    """Definition and how it works; for a homograph each meaning; for several terms one sentence each."""
    homograph = next((g for g in sources.groups if len(g) > 1), None)
    if homograph and len(sources.groups) == 1 and not sources.question.leftovers:
        surface = sources.question.mentions[0].surface if sources.question.mentions else ""
        firsts = [s for i in homograph for s in sources.sentences(i, "definition")[:1]]
        note = phrase("homograph", sources.lang, surface=surface, terms=[sources.name(i) for i in homograph])
        return Draft(lines_of(firsts, "- "), [note])
    subjects = sources.subjects
    if _PROPERTY_OF.search(masked(sources.question)):
        what, whose = (mention.entry_ids[0] for mention in sources.question.mentions[:2])
        return Draft(lines_of(sources.joint(what, whose)[:3]))
    if len(subjects) > 1:
        return Draft(lines_of(s for i in subjects[:4] for s in sources.sentences(i, "definition")[:1]))
    if _MORE.search(masked(sources.question)):
        return _more(sources)
    if version := _version(sources):
        return Draft(lines_of([*version, *(s for i in subjects for s in sources.sentences(i, "definition")[:1])]))
    if sources.question.leftovers or sources.aspect:
        return tell(sources)
    return Draft(lines_of(s for i in subjects for s in sources.best(sources.sentences(i), least=_AT_LEAST, most=3)))


def _version(sources: Sources) -> list[Sentence]:
    """Sentences on the very version that is asked for, where an entry is of a family: "Llama 2" in LLaMA."""
    for mention in sources.question.mentions:
        names = {compact(n) for i in mention.entry_ids for n in sources.entries[i].term.values()}
        if re.search(r"\d", mention.surface) and compact(mention.surface) not in names:
            pool = [s for i in sources.subjects[:1] for s in sources.sentences(i)]
            return [s for s in pool if names_whole(s, mention.surface)][:3]
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
    return Draft(lines_of(chosen))


def tell(sources: Sources) -> Draft:
    """The sentences that answer best, of each term that is asked about."""
    subjects = sources.subjects[:_SIDE_BY_SIDE]
    if len(subjects) == 1:
        return Draft(lines_of(_told(sources, subjects[0])))
    room = _OF_TWO if len(subjects) == 2 else 1
    return Draft(lines_of(s for i in subjects for s in sources.best(sources.sentences(i), least=room, most=room)))


def _told(sources: Sources, entry_id: str) -> list[Sentence]:
    """The sentences on one term: of its section for this kind of question, if nothing else is asked; of all, if there is."""
    question = sources.question
    own = [s for s in sources.sentences(entry_id) if s.chunk.section == question.kind]
    if len(own) >= _AT_LEAST and not (question.leftovers or sources.aspect):
        found = sources.best(own, least=_AT_LEAST)
    else:
        found = sources.best(sources.sentences(entry_id), least=_AT_LEAST, most=_AT_MOST)
    what = sources.sentences(entry_id, "definition")[:1] if _BOTH.search(masked(question)) else []
    return [*what, *(s for s in found if s not in what)]


def plain(sources: Sources) -> Draft:
    """The term in everyday words; one sentence of the definition keeps it exact."""
    chosen: list[Sentence] = []
    for entry_id in sources.subjects[:2]:
        told = sources.sentences(entry_id, "plain")[:2]
        chosen += [*told, *sources.sentences(entry_id, "definition")[:1]]
    return Draft(lines_of(chosen))


def proscons(sources: Sources) -> Draft:
    """What a term is, what speaks for it, then what against it; of two that are held against each other, what for and against each."""
    subjects = sources.subjects[: 2 if COMPARES.search(masked(sources.question)) else 1]
    room = 2 // max(1, len(subjects))
    told = [(sources.sentences(i, "why")[:room], sources.sentences(i, "limits")[:room]) for i in subjects]
    what = [s for i in subjects for s in sources.sentences(i, "definition")[:1] if len(subjects) == 1]
    sides = [s for pros, cons in told for s in (*pros, *cons)]
    return Draft(lines_of([*what, *sides])) if all(pros and cons for pros, cons in told) else define(sources)


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
        return tell(sources)
    return Draft(lines_of(chosen))


def reverse(sources: Sources) -> Draft:
    """The term that a description means: its definition, which names it, and what else answers."""
    chosen: list[Sentence] = []
    for hit in sources.retrieval.nearest[:1]:
        what, *others = sources.sentences(hit.chunk.entry_id)
        chosen += [what, *sources.best(others, most=2)]
    return Draft(lines_of(chosen))


def fact(sources: Sources) -> Draft:
    """Anything else: the sentences that hold the question's own content, with a number where one is asked for."""
    if not sources.question.mentions and not sources.question.carried:
        return reverse(sources)
    count = asks_how_many(sources.question)
    if count and (unit := _unit(sources.question)) and not sources.aspect:
        pool = [s for i in sources.named if i not in unit.entry_ids for s in sources.sentences(i)]
        counted = [s for s in pool if re.search(r"\d", s.text) and sources.mentions(s, unit.entry_ids)]
        versions = [m.surface for m in sources.question.mentions if m != unit and re.search(r"\d", m.surface)]
        counted = [s for s in counted if any(names_whole(s, v) for v in versions)] or counted
        # "the count of GPT-4 is not public" goes before that of GPT-3
        secret = [s for s in counted if _SECRET.search(s.text)]
        return Draft(lines_of([*secret[:1], *(s for s in sources.best(counted, most=2) if s not in secret[:1])]))
    if not count or sources.aspect or _HOW_MUCH.search(masked(sources.question)):
        return tell(sources)
    pool = [s for i in sources.subjects[:1] for s in sources.sentences(i)]
    return Draft(lines_of(sources.best([s for s in pool if _NUMBER.search(s.text)] or pool, most=3)))


def _unit(question: Question) -> Mention | None:
    """The name of what is counted, where something else is named as well: "how many parameters does GPT-3 have"."""
    if len({frozenset(m.entry_ids) for m in question.mentions}) < 2:
        return None
    text = question.text
    return next((m for m in question.mentions if _HOW_MANY.search(text[: m.start]) or _MANY.match(text[m.end :])), None)


def names_whole(sentence: Sentence, name: str) -> bool:
    """Whether a sentence holds a name whole: "Llama 3" is not in "Llama 3.1"."""
    return bool(re.search(rf"(?<![\w.]){re.escape(name)}(?!\.?\d|[a-z])", sentence.text, re.IGNORECASE))
