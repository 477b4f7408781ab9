"""What a list holds: the kinds of a term, or the entries of one class that the question describes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.generation.sources import Sources
from rag.groups import asks_for_parts
from rag.question import masked
from rag.text import is_hangul

__all__ = ["members_of"]

_TOUCHING = 0.2
"""Share of what the best member holds of the question that another must hold to be listed with it, ..."""
_TOUCHING_IN_CLASS = 0.35
"""... and that another of the same class must hold: a class reaches further down the ranking."""
_OF_THE_BEST = 0.5
"""The same share among the kinds of a term, ..."""
_OF_THE_QUESTION = 0.4
"""... the best of which holds at least this share of the question, or it is about none of them."""
_RANKED = 8
"""Entries by rank that a list without a head is made of."""
_HEADS = 5
"""Entries by rank one of which may be the head of a list."""
_CLASSED = 20
"""Entries by rank among which the members of a class are looked for."""
_FEW = 3
"""Members of a class to list where the question tells them apart by nothing that they hold."""
_SURELY = 0.8
"""How well a group fits from which it is meant, although the question names something else: "한국어 언어 모델 추천"."""
_GENUS = 30
"""Characters at the end of a Korean definition, and twice as many at the start of an English one, that hold its genus."""
_BESIDES = re.compile(
    r"§\s*(의\s*)?(대안|말고|이외|외에|빼고|제외)|\b(other than|besides|apart from|except|alternatives? to) (an? |the )?§"
)
_ALTERNATIVES = re.compile(
    r"대안|말고|더\s*(간단|쉬운|가벼운|싼|빠른|나은|좋은)|\b(alternatives?|besides|other than|something|anything)\b"
)
_WITHIN = re.compile(
    r"§\s*(에|에는|안에|속에)\s|\b(does|do) (an? |the )?§ (have|use|offer|report)|\bin(side)? (an? |the )?§\W*$|§ (has|have)\b"
)
"""Asks for what one term holds, not for a class that it is related to: "RAGAS에는 어떤 지표들이 들어가나요"."""
_HOME = re.compile(r"국산|국내")
_LANGUAGES = re.compile(r"한국어?|영어|국산|국내|Korean|English|korean|english")
_CLASSES = tuple(
    (re.compile(rf"\b(?:{asked})|{asked_ko}", re.IGNORECASE), re.compile(rf"\b(?:{told})|{told_ko}", re.IGNORECASE))
    for asked, asked_ko, told, told_ko in (
        ("metrics?|scores?|measures?", "지표|점수|스코어", "metric|score|measure", "지표|점수"),
        ("tools?|librar|frameworks?|engines?|software|apps?\\b|programs?", "도구|툴|라이브러리|프레임워크|엔진|프로그램", "tool|librar|framework|engine|software|program|runtime|server|package|platform|service", "도구|라이브러리|프레임워크|엔진|프로그램|소프트웨어|패키지|서버|플랫폼|서비스"),
        ("benchmarks?|datasets?|leaderboards?", "벤치마크|데이터셋|리더보드|시험", "benchmark|dataset|leaderboard|test", "벤치마크|데이터셋|리더보드|시험"),
        ("(number |file )?formats?|data types?", "포맷|형식|자료형", "format|data type", "형식|포맷|자료형"),
        ("chips?|hardware|processors?|accelerators?", "칩|하드웨어|프로세서|가속기", "processor|chip|accelerator|circuit|hardware", "칩|프로세서|가속기|반도체|장치"),
        ("attacks?", "공격", "attack", "공격"),
    )
)  # fmt: skip
"""Nouns that a list is asked by, each with what the definitions of its members are headed by."""


def members_of(sources: Sources) -> tuple[str, list[str]]:
    """The entry that a list is headed by (may be empty), and its members, those first that the question describes."""
    question, ranked = sources.question, sources.retrieval.entries
    if grouped := _grouped(sources):
        return grouped
    lead = _lead(sources)
    members = _by_rank(sources, _children(sources, lead)) if lead else []
    by_description = not lead or len(question.content) > _FEW
    if by_description and len(members) < 2 and (family := _family(sources)):
        return family, _by_rank(sources, _children(sources, family))
    if lead and _asks_for_others(sources):
        return "", _siblings(sources, lead)
    if lead and not _children(sources, lead):
        return lead, []  # "klue 8개 과제 다 말해줘" asks for what the entry tells
    others = [m.surface for m in question.mentions if lead not in m.entry_ids]
    languages = [_HOME.sub("한국", word) for word in _LANGUAGES.findall(question.text)]
    asked, told = next(((a, t) for a, t in _CLASSES if _heads(a, masked(question))), (None, None))
    words = [*(word for word in question.content if not _HOME.fullmatch(word)), *others, *languages]
    if told and members:
        members = [i for i in members if _is_a(sources, i, told)]
        lead = lead if members else ""  # "attacks on an LLM" are no LLMs
    if languages:
        members = [i for i in members if sources.held(i, languages, "definition")] or members
    if not words:
        return lead, members
    described = sorted(_described(sources, members, words, share=_OF_THE_BEST), key=lambda i: -sources.held(i, words))
    if described and sources.held(described[0], words) >= _OF_THE_QUESTION * sources.weight(words):
        return lead, described
    if lead and (len(words) < 2 or question.carried):  # "which tasks are in GLUE?" is about GLUE
        return lead, members if len(words) < 2 else []
    if asked and told:
        named = [m.surface for m in question.mentions]
        words = [word for word in dict.fromkeys([*words, *named]) if not asked.search(word)]
        classed = [i for i in ranked[:_CLASSED] if _is_a(sources, i, told)]
        if len(classed) > 1:
            return "", _described(sources, classed, words, share=_TOUCHING_IN_CLASS) or classed[:_FEW]
    cluster = _cluster(sources)
    return "", _described(sources, cluster, words, share=_TOUCHING) or cluster


def _grouped(sources: Sources) -> tuple[str, list[str]] | None:
    """Head and members of the group that the retriever found, unless it is none of what the question says."""
    group = sources.retrieval.group
    if group is None:
        return None
    unsure = sources.retrieval.evidence.features.get("group", 0.0) < _SURELY
    if _WITHIN.search(masked(sources.question)) and group.head not in sources.named:
        return None
    near = {other for i in sources.named for other in (i, *sources.retriever.reader.linker.kin(i))}
    if unsure and sources.question.mentions and not sources.question.leftovers and group.head not in near:
        return None  # "which vector databases exist" asks for those that the entry gives as examples
    if not _asks_for_others(sources):
        if sources.question.carried and group.head not in sources.named:
            return None  # after NLI, "what are the 3 labels again" asks for its own
        return group.head, _by_rank(sources, group.members)
    besides = [i for i in sources.named if i != group.head]
    if not besides:
        return None  # alternatives to LoRA are no variants of it
    left_out = {*besides, *(kind for i in besides for kind in _children(sources, i))}
    return "", _by_rank(sources, (i for i in group.members if i not in left_out))


def _asks_for_others(sources: Sources) -> bool:
    """Whether a question names a term to leave it out: "LoRA 말고 뭐 있어"."""
    carried = sources.question.carried and not sources.question.mentions
    return bool((_ALTERNATIVES if carried else _BESIDES).search(masked(sources.question)))


def _lead(sources: Sources) -> str:
    """What a list is of: "LLM 파인튜닝 방법 종류" is of the last name in it that has kinds, "kinds of fine-tuning for an LLM" of the first."""
    named = sources.named
    if sources.lang == "ko" and len(named) > 1 and not sources.question.carried and not sources.question.leftovers:
        return next((i for i in reversed(named) if len(_children(sources, i)) > 1), named[0])
    return next(iter(named), "")


def _family(sources: Sources) -> str:
    """What a list is of that describes it: "ways to pick the next word" is of decoding strategies. Empty if it is of none.

    It is among the first by rank, as are two of its kinds, or one if it is the very first.
    """
    ranked = sources.retrieval.entries[:_RANKED]
    for entry_id in ranked[:_HEADS]:
        kinds = _children(sources, entry_id)
        near = sum(i in ranked for i in kinds)
        if near > 1 or (near and len(kinds) > 1 and entry_id == ranked[0]):
            return entry_id
    return ""


def _described(sources: Sources, members: Iterable[str], words: list[str], *, share: float) -> list[str]:
    """Members that hold at least a ``share`` of what the best one holds of ``words``; nothing unless there are two."""
    held = {i: sources.held(i, words) for i in members}
    found = [i for i in held if held[i] > share * max(held.values())]
    return found if len(found) > 1 else []


def _heads(noun: re.Pattern[str], bare: str) -> bool:
    """Whether a noun is what a question with masked names asks for: "tools for §", "§ tools", "§에 쓰는 도구", not "§ with an engine"."""
    found = noun.search(bare)
    if found is None:
        return False
    before, after = bare[: found.start()], bare[found.end() :]
    if is_hangul(found[0][0]):
        return "§" not in after
    return "§" not in before or before.rstrip().endswith("§")


def _is_a(sources: Sources, entry_id: str, told: re.Pattern[str]) -> bool:
    """Whether an entry's definition is headed by a word of a class: "... is a library that ..."."""
    first = next(iter(sources.sentences(entry_id, "definition")), None)
    if first is None:
        return False
    korean = first.chunk.lang == "ko"
    genus = (
        first.text[-_GENUS:] if korean else re.split(r"\b(?:is|are|was)\b", first.text, maxsplit=1)[-1][: 2 * _GENUS]
    )
    return bool(told.search(genus))


def _cluster(sources: Sources) -> list[str]:
    """Entries next to each other in rank, of one category, and related to one of them or to what that one is a kind of."""
    ranked, named = sources.retrieval.entries[:_RANKED], sources.named
    entries, kin = sources.entries, sources.retriever.reader.linker.kin

    def around(seed: str) -> list[str]:
        near = {other for i in (seed, *entries[seed].relations.get("broader", ())) for other in kin(i)}
        return [i for i in ranked if i == seed or (i in near and entries[i].category == entries[seed].category)]

    def weight(members: Iterable[str]) -> float:
        return sum(1 / (_RANKED / 2 + ranked.index(i)) for i in members)

    return max((around(i) for i in ranked if i not in named), key=weight, default=[])


def _siblings(sources: Sources, entry_id: str) -> list[str]:
    """Other kinds of what a term is a kind of, and what it is set against, those first that the question is near to."""
    relations = sources.entries[entry_id].relations
    kinds = [i for parent in relations.get("broader", ()) for i in _children(sources, parent)]
    found = dict.fromkeys(i for i in (*relations.get("contrasts-with", ()), *kinds) if i in sources.entries)
    found.pop(entry_id, None)
    return _by_rank(sources, found)


def _by_rank(sources: Sources, members: Iterable[str]) -> list[str]:
    """Members in the order in which they were found; those that were not come last."""
    ranked = sources.retrieval.entries
    return sorted(members, key=lambda i: ranked.index(i) if i in ranked else len(ranked))


def _children(sources: Sources, entry_id: str) -> list[str]:
    """Kinds of a term, else its parts if there are several; the other way round where parts are asked for."""
    kinds_first = not asks_for_parts(masked(sources.question))
    for name in ("broader", "part-of") if kinds_first else ("part-of", "broader"):
        children = [e.id for e in sources.entries.values() if entry_id in e.relations.get(name, ())]
        if len(children) > (name == "part-of"):
            return children
    return []
