"""What a comparison sets side by side: "vLLM vs TGI vs Ollama" has three sides, of which the glossary may know two."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.linking import Leftover, Mention
from rag.question import Question
from rag.text import is_hangul

__all__ = ["Side", "as_written", "sides"]

_JOINS = re.compile(r"/|\b(and|or|vs|versus|than)\b|(이랑|랑|하고|와|과|보다|이나|나|대)(\s|$)", re.IGNORECASE)
_APART = re.compile(rf"[,&]|\b(from|to|with)\b|{_JOINS.pattern}", re.IGNORECASE)
_TOPIC = re.compile(r"(은|는|이|가)(\s|$)")
_CASE = re.compile(r"(이란|란|은|는|이|가|을|를|과|와|의|이랑|랑|하고|보다)$")

_NEAR = 2
"""Words between a side and the next one, the particle that sets them against each other with them."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison.

    Attributes:
        text: as typed.
        entry_ids: what it names; empty if the glossary has no entry for it.
        joined: whether a word for it sets it against a neighbour, and no mere comma or "to".
    """

    text: str
    entry_ids: frozenset[str]
    joined: bool = True


def sides(question: Question, *, is_word: Callable[[str], bool]) -> list[Side]:
    """The sides of a comparison, in order; a single one if nothing is set against anything.

    Args:
        is_word: whether the glossary's text uses a string.
    """
    units: list[Mention | Leftover] = sorted([*question.mentions, *question.leftovers], key=lambda unit: unit.start)
    groups: list[list[Mention | Leftover]] = []
    joints: list[bool] = []
    more = "보다" in question.text
    for unit in units:
        between = question.text[groups[-1][-1].end : unit.start] if groups else ""
        topic = more and _TOPIC.match(between)  # "GaLore는 LoRA보다 나아?"
        if not groups or topic or (_APART.search(between) and not _far(unit, between)):
            joints += [bool(topic or _JOINS.search(between))] if groups else []
            groups.append([])
        groups[-1].append(unit)
    found = [_side(question, group, is_word=is_word) for group in groups]
    around = pairwise([False, *joints, False])
    return [replace(side, joined=before or after) for side, (before, after) in zip(found, around, strict=False)]


def _far(unit: Mention | Leftover, between: str) -> bool:
    """Whether a Korean word stands too far behind the side before to be one: "gqa가 mqa보다 나은 점이 뭐임 논문 읽다 헷갈림"."""
    return isinstance(unit, Leftover) and is_hangul(unit.surface[0]) and len(between.split()) > _NEAR


def _side(question: Question, units: list[Mention | Leftover], *, is_word: Callable[[str], bool]) -> Side:
    named = [unit for unit in units if isinstance(unit, Mention)]
    if not named:
        together = units[:1]
        for unit in units[1:]:
            if unit.start - together[-1].end > 1:
                break  # "LoRA랑 VeRA 차이가 실무에서 어때": what stands further off is no part of the name
            together.append(unit)
        return Side(as_written(question.text, together[0].start, together[-1].end), frozenset())
    for unit in units:
        foreign = unit.surface.isascii() and (unit.surface[0].isupper() or not is_word(unit.surface))
        if isinstance(unit, Leftover) and foreign:
            near = next((n for n in named if -1 <= n.start - unit.end <= 1 or -1 <= unit.start - n.end <= 1), None)
            if near is not None and near.surface.isascii():  # "LM Studio", "TensorRT-LLM": the name of something else
                start, end = min(near.start, unit.start), max(near.end, unit.end)
                return Side(question.text[start:end], frozenset())
    return Side(question.text[named[0].start : named[-1].end], frozenset(i for n in named for i in n.entry_ids))


def as_written(text: str, start: int, end: int) -> str:
    """An unknown word whole, less its case particle: "블록체인과" is 블록체인, where a reader of endings sees 블록체 + 인."""
    stop = end
    while stop < len(text) and is_hangul(text[stop]) and is_hangul(text[end - 1]):
        stop += 1
    if stop == end:
        return text[start:end]
    word = _CASE.sub("", text[start:stop])
    return word if start + len(word) >= end else text[start:end]
