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
_PLACES: tuple[tuple[slice | None, re.Pattern[str]], ...] = tuple(
    (part, re.compile(rf"({_OF_THEM})?({pattern})", re.IGNORECASE))
    for part, pattern in (
        (slice(0, 1), rf"(첫\s*번째|1\s*번째?|(맨\s*)?(앞|처음)(에|의)?){_KOREAN_THING}|(첫\s*번째|1번)(은|는|이|가|을|를)(?![가-힣])|(?<![가-힣])전자(는|가|의|를|도)"),
        (slice(1, 2), rf"(두\s*번째|2\s*번째?){_KOREAN_THING}|(두\s*번째|2번)(은|는|이|가|을|를)(?![가-힣])"),
        (slice(2, 3), rf"(세\s*번째|3\s*번째?){_KOREAN_THING}|(세\s*번째|3번)(은|는|이|가|을|를)(?![가-힣])"),
        (slice(-1, None), rf"((맨\s*)?(뒤|끝)(에|의)?|마지막(에|의)?){_KOREAN_THING}|(?<![가-힣])후자(는|가|의|를|도)"),
        (None, rf"(가운데|중간)(에|의)?{_KOREAN_THING}"),
        (slice(0, 1), rf"\b(the|that) (very )?(first|1st){_ENGLISH_THING}|\bthe former\b"),
        (slice(1, 2), rf"\b(the|that) (second|2nd){_ENGLISH_THING}"),
        (slice(2, 3), rf"\b(the|that) (third|3rd){_ENGLISH_THING}"),
        (slice(-1, None), rf"\b(the|that) (very )?last{_ENGLISH_THING}|\bthe latter\b"),
        (None, rf"\b(the|that) middle{_ENGLISH_THING}"),
        (slice(0, 2), r"(처음|앞)(에|의)?\s*(두\s*(개|가지)|둘)|\b(the )?first two\b"),
        (slice(-2, None), r"(마지막|뒤)(에|의)?\s*(두\s*(개|가지)|둘)|\b(the )?last two\b"),
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
        part: at which of the things; None for the one in the middle.
    """

    start: int
    end: int
    part: slice | None

    def of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Those of several ``names`` that are pointed at; empty if there are none there."""
        if len(names) < 2:
            return ()
        if self.part is None:
            return names[len(names) // 2 :][:1] if len(names) % 2 else ()
        return names[self.part]


def places(text: str) -> Iterator[Place]:
    """What points at one of several things, in order."""
    found = [Place(*match.span(), part) for part, pattern in _PLACES for match in pattern.finditer(text)]
    return iter(sorted(found, key=lambda place: place.start))


def side_by_side(text: str, spans: Sequence[tuple[int, int]]) -> slice:
    """Which of the names in a sentence, given by where they stand, are listed one beside the other: the longest run of them."""
    ends = [i for i, (a, b) in enumerate(pairwise(spans), 1) if not _JOINT.fullmatch(text[a[1] : b[0]])]
    runs = [slice(*run) for run in pairwise([0, *ends, len(spans)])]
    return max(runs, key=lambda run: run.stop - run.start)
