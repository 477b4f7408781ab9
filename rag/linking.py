"""Surface forms in a question to terms of the glossary.

A question is cut into units by a shortest path: names of terms, particles and endings, words that only ask, and what is
left over. Spelling counts without case, spaces and hyphens; a Latin name must end where its word ends (or take a plural
s), a Korean name may carry particles (LoRA랑, 파인튜닝이란) and may stand in a question typed without spaces
("로라큐로라차이"). What is left over is content that must find evidence of its own.
"""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rag.text import compact, is_hangul
from rag.types import Entry, Language
from rag.words import ENGLISH_FUNCTION, KOREAN_FUNCTION, KOREAN_PARTICLES

__all__ = ["Leftover", "Linker", "Mention", "Segmentation"]

_MAX_KOREAN_WORD = max(map(len, KOREAN_FUNCTION | KOREAN_PARTICLES))


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the question that names one entry, or several (a homograph).

    Attributes:
        start, end: offsets into :attr:`Segmentation.text`.
        surface: the characters as typed.
        corrected: the name that a misspelt surface was read as; empty if it was spelt right.
    """

    start: int
    end: int
    surface: str
    entry_ids: tuple[str, ...]
    corrected: str = ""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A stretch that is neither a name nor a function word."""

    start: int
    end: int
    surface: str


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A question cut into units.

    Attributes:
        text: the question in NFKC, to which all offsets refer.
    """

    text: str
    mentions: tuple[Mention, ...]
    leftovers: tuple[Leftover, ...]


@dataclass(frozen=True, slots=True)
class _Letters:
    """The compact form of a text, and where its letters stand.

    Attributes:
        chars: case-folded letters and digits.
        at: for each, its offset in the text.
        breaks: for each, whether something stands between it and the one before.
    """

    chars: str
    at: list[int]
    breaks: list[bool]

    def joint(self, i: int) -> bool:
        """Whether a word may begin or end between letters ``i - 1`` and ``i``: a gap, or a change of script."""
        if i <= 0 or i >= len(self.chars) or self.breaks[i]:
            return True
        return is_hangul(self.chars[i - 1]) != is_hangul(self.chars[i])


def _letters(text: str) -> _Letters:
    chars: list[str] = []
    at: list[int] = []
    breaks: list[bool] = []
    gap = True
    for i, char in enumerate(text):
        inner = char in ".+#" and at and at[-1] == i - 1 and text[i - 1] != "." and (
            char != "." or (i + 1 < len(text) and text[i + 1].isalnum() and text[i + 1].isascii())
        )  # fmt: skip
        if not (char.isalnum() or inner) or "\u1100" <= char <= "\u11ff":  # ㅋㅋ, ㅠㅠ: NFKC makes them lone jamo
            gap = True
            continue
        for folded in char.casefold():
            chars.append(folded)
            at.append(i)
            breaks.append(gap)
            gap = False
    return _Letters("".join(chars), at, breaks)


Unit = Literal["name", "particle", "function", "unknown"]


class Linker:
    """Finds the names of entries in text."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        names: dict[str, list[str]] = defaultdict(list)
        display: dict[str, str] = {}
        self._kin: dict[str, set[str]] = defaultdict(set)
        self._broader: dict[str, set[str]] = {}
        self._name_of: dict[str, Callable[[Language], str]] = {}
        for entry in entries:
            self._name_of[entry.id] = entry.name
            for other in (i for ids in entry.relations.values() for i in ids):
                self._kin[entry.id].add(other)
                self._kin[other].add(entry.id)
            self._broader[entry.id] = {*entry.relations.get("broader", ())}
            for form in entry.surfaces:
                for key in _keys(form):
                    if entry.id not in names[key]:
                        names[key].append(entry.id)
                    display.setdefault(key, form)
        self.names: Mapping[str, tuple[str, ...]] = {k: tuple(v) for k, v in names.items() if len(k) > 1}
        self.display: Mapping[str, str] = display
        self._begun: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
        for key, ids in self.names.items():
            words = re.split(r"[\s-]+", display[key])
            if len(words) > 1 and len(compact(words[0])) > (1 if is_hangul(words[0][0]) else 3):
                self._begun[compact(words[0])].setdefault(ids, display[key])
        self._longest = max(map(len, self.names), default=0)

    def lookup(self, surface: str) -> tuple[str, ...]:
        """Ids of the entries that ``surface`` as a whole names, be it in the plural."""
        return self.names.get(self._key(surface), ())

    def show(self, surface: str) -> str:
        """A name that :meth:`lookup` knows, as the glossary writes it."""
        return self.display[self._key(surface)]

    def name(self, entry_id: str, language: Language) -> str:
        """The name of an entry in a language, or in the one it has."""
        return self._name_of[entry_id](language)

    def _key(self, surface: str) -> str:
        key = compact(surface)
        return key if key in self.names else _singular(key)

    def kin(self, entry_id: str) -> set[str]:
        """Ids that an entry's relations name, and of entries whose relations name it."""
        return self._kin.get(entry_id, set())

    def is_kind_of(self, entry_id: str, other: str) -> bool:
        """Whether an entry's relations say, in one step or several, that it is a kind of another."""
        above, seen = {entry_id}, set[str]()
        while above and other not in above:
            seen |= above
            above = {i for entry in above for i in self._broader.get(entry, ())} - seen
        return other in above and other != entry_id

    def siblings(self, entry_id: str, other: str) -> bool:
        """Whether the relations of two entries name something that both are a kind of."""
        return not self._broader.get(entry_id, set()).isdisjoint(self._broader.get(other, ()))

    def begun_by(self, word: str, *, beside: Iterable[str]) -> str:
        """The name whose first of several words this is, if it is of just one of the entries related to ``beside``."""
        kin = {i for entry_id in beside for i in self.kin(entry_id)}
        names = [name for ids, name in self._begun.get(compact(word), {}).items() if kin.intersection(ids)]
        return names[0] if len(names) == 1 else ""

    def segment(self, question: str) -> Segmentation:
        """Cut ``question`` into units."""
        text = unicodedata.normalize("NFKC", question)
        letters = _letters(text)
        mentions: list[Mention] = []
        leftovers: list[Leftover] = []
        for kind, i, j in self._shortest_path(letters):
            start, end = letters.at[i], letters.at[j - 1] + 1
            if kind == "name":
                mentions.append(Mention(start, end, text[start:end], self.lookup(letters.chars[i:j])))
            elif kind == "unknown":
                last = leftovers[-1] if leftovers else None
                if last is not None and last.end == start:
                    leftovers[-1] = Leftover(last.start, end, text[last.start : end])
                else:
                    leftovers.append(Leftover(start, end, text[start:end]))
        return Segmentation(text, tuple(mentions), tuple(_whole(text, leftover) for leftover in leftovers))

    def _shortest_path(self, letters: _Letters) -> list[tuple[Unit, int, int]]:
        """Dijkstra over positions; the state also holds which unit came last."""
        goal = len(letters.chars)
        queue: list[tuple[float, int, int, Unit]] = [(0.0, 0, 0, "function")]
        best: dict[tuple[int, Unit], float] = {(0, "function"): 0.0}
        back: dict[tuple[int, Unit], tuple[int, Unit]] = {}
        order = 0
        while queue:
            cost, _, i, last = heapq.heappop(queue)
            if i == goal:
                return _unwind(back, (i, last))
            if cost > best[i, last]:
                continue
            for kind, j, price in self._units(letters, i, last):
                state, total = (j, kind), cost + price
                if total < best.get(state, float("inf")) - 1e-9:
                    best[state], back[state] = total, (i, last)
                    order += 1
                    heapq.heappush(queue, (total, order, j, kind))
        return []

    def _units(self, letters: _Letters, i: int, last: Unit) -> list[tuple[Unit, int, float]]:
        """Units that may begin at ``i`` after ``last``, with their ends and costs."""
        chars, fresh = letters.chars, letters.joint(i)
        korean = is_hangul(chars[i])
        found: list[tuple[Unit, int, float]] = []
        clean = fresh or (korean and last != "unknown")
        for j in range(min(len(chars), i + self._longest + 1), i + 1, -1):
            name = chars[i:j]
            known = name in self.names or (not korean and name[-1] == "s" and _singular(name) in self.names)
            if known and (clean or (korean and j - i > 2)) and self._may_end(letters, j):
                found.append(("name", j, 0.3 if clean else 0.9))
        if korean:
            for j in range(min(len(chars), i + _MAX_KOREAN_WORD), i, -1):
                if any(letters.breaks[i + 1 : j]) or not is_hangul(chars[j - 1]):
                    continue
                alone = letters.breaks[i] and (j == len(chars) or letters.breaks[j])  # a word of one syllable: "뭘"
                if clean and chars[i:j] in KOREAN_FUNCTION and (j - i > 1 or last != "unknown" or alone):
                    found.append(("function", j, 0.45 if fresh else 0.55))
                if not letters.breaks[i] and i > 0 and chars[i:j] in KOREAN_PARTICLES:
                    found.append(("particle", j, 0.4 if last != "unknown" else 0.5))
            found.append(("unknown", i + 1, 1.0 if last == "unknown" and not letters.breaks[i] else 1.6))
            return found
        j = i + 1
        while j < len(chars) and not letters.joint(j):
            j += 1
        word = chars[i:j]
        found.append(("function", j, 0.3) if word in ENGLISH_FUNCTION else ("unknown", j, 2.5))
        return found

    def _may_end(self, letters: _Letters, j: int) -> bool:
        """Latin names end with their word; Korean names may be followed by anything."""
        return letters.joint(j) or is_hangul(letters.chars[j - 1])


def _whole(text: str, leftover: Leftover) -> Leftover:
    """결과 is no 결 with a particle: one syllable is hardly a word, so it takes the next."""
    end = leftover.end
    if end - leftover.start == 1 and end < len(text) and is_hangul(text[leftover.start]) and is_hangul(text[end]):
        return Leftover(leftover.start, end + 1, text[leftover.start : end + 1])
    return leftover


def _unwind(back: Mapping[tuple[int, Unit], tuple[int, Unit]], state: tuple[int, Unit]) -> list[tuple[Unit, int, int]]:
    path: list[tuple[Unit, int, int]] = []
    while state in back:
        before = back[state]
        path.append((state[1], before[0], state[0]))
        state = before
    return path[::-1]


def _keys(form: str) -> set[str]:
    """The compact key, also without a point between letters (llama.cpp, llamacpp), and in British spelling."""
    key = compact(unicodedata.normalize("NFKC", form))
    plain = re.sub(r"(?<=[a-z])\.(?=[a-z])", "", key)
    return {key, plain, re.sub(r"(?<=[a-z]{3})([iy])z(?=e|ing|ation)", r"\1s", key)}


def _singular(word: str) -> str:
    return word[:-2] if word.endswith("sses") else word.removesuffix("s")
