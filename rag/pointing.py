"""Follow-ups that point at one of several things told before: "두 번째 거", "the last one", "후자"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Place", "places", "side_by_side"]

_KOREAN_THING = r"\s*(꺼|껏|거|것|건|껀|애|놈|방법|방식|기법|녀석)"
_OF_THEM = r"(그|이|저)?\s*중(에서?)?\s+"
_ENGLISH_THING = r"( (one|ones|method|option|kind|approach|technique)\b|(?=\W*$)|(?=,))"
_PLACES: tuple[tuple[int | None, re.Pattern[str]], ...] = tuple(
    (index, re.compile(rf"({_OF_THEM})?({pattern})", re.IGNORECASE))
    for index, pattern in (
        (0, rf"(첫\s*번째|1\s*번째?|(맨\s*)?(앞|처음)(에|의)?){_KOREAN_THING}|(첫\s*번째|1번)(은|는|이|가|을|를)(?![가-힣])|(?<![가-힣])전자(는|가|의|를|도)"),
        (1, rf"(두\s*번째|2\s*번째?){_KOREAN_THING}|(두\s*번째|2번)(은|는|이|가|을|를)(?![가-힣])"),
        (2, rf"(세\s*번째|3\s*번째?){_KOREAN_THING}|(세\s*번째|3번)(은|는|이|가|을|를)(?![가-힣])"),
        (-1, rf"((맨\s*)?(뒤|끝)(에|의)?|마지막(에|의)?){_KOREAN_THING}|(?<![가-힣])후자(는|가|의|를|도)"),
        (None, rf"(가운데|중간)(에|의)?{_KOREAN_THING}"),
        (0, rf"\b(the|that) (very )?(first|1st){_ENGLISH_THING}|\bthe former\b"),
        (1, rf"\b(the|that) (second|2nd){_ENGLISH_THING}"),
        (2, rf"\b(the|that) (third|3rd){_ENGLISH_THING}"),
        (-1, rf"\b(the|that) (very )?last{_ENGLISH_THING}|\bthe latter\b"),
        (None, rf"\b(the|that) middle{_ENGLISH_THING}"),
    )
)  # fmt: skip
_JOINT = re.compile(
    r"\W{0,2}(\s?\([^()]*\))?(\s?\w+){0,2}?(\s*[,·/→;]\s*((그리고|and|or|then)\s+)?|\s*(와|과|이랑|랑|하고)\s+|\s+(및|또는|and|or|then)\s+)(an? |the )?\W{0,2}",
    re.IGNORECASE,
)
"""Between things that are listed: "SFT(지도 미세조정), 보상 모델 학습, ...", "greedy decoding and beam search"."""


@dataclass(frozen=True, slots=True)
class Place:
    """A word that points.

    Attributes:
        start: where it begins in the question.
        end: where it ends.
        index: at which of the things, counted from 0, from the end if negative; None for the one in the middle.
    """

    start: int
    end: int
    index: int | None

    def of(self, names: tuple[str, ...]) -> str:
        """The one of ``names`` that is pointed at; empty if there is none there."""
        index = self.index
        if index is None:
            return names[len(names) // 2] if len(names) % 2 and len(names) > 1 else ""
        return names[index] if len(names) > max(index, 1) else ""


def places(text: str) -> Iterator[Place]:
    """What points at one of several things, in order."""
    found = [Place(*match.span(), index) for index, pattern in _PLACES for match in pattern.finditer(text)]
    return iter(sorted(found, key=lambda place: place.start))


def side_by_side(text: str, spans: Sequence[tuple[int, int]]) -> slice:
    """Which of the names in a sentence, given by where they stand, are listed one beside the other: the longest run of them."""
    ends = [i for i, (a, b) in enumerate(pairwise(spans), 1) if not _JOINT.fullmatch(text[a[1] : b[0]])]
    runs = [slice(*run) for run in pairwise([0, *ends, len(spans)])]
    return max(runs, key=lambda run: run.stop - run.start)
