"""Misspelt names, corrected only against names of the glossary, and never when the word may be another name.

General fuzziness hurts: DoRA is not a misspelt LoRA, and GPT-5 not GPT-4. So a short word, a word with other digits, a
word that the glossary's own text uses, or a near tie is left as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.linking import Leftover, Mention
from rag.text import compact, is_hangul, normalize, to_jamo
from rag.words import KOREAN_FUNCTION, KOREAN_PARTICLES

__all__ = ["SpellingCorrector"]

_WORD = re.compile(r"[가-힣]+|[A-Za-z0-9][A-Za-z0-9.]*(?<![.])")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiouy")
_SOUND = {ord(jamo): sound for sound, group in (
    ("k", "\u1100\u1101\u110f"), ("t", "\u1103\u1104\u1110"), ("p", "\u1107\u1108\u1111"), ("c", "\u110c\u110d\u110e"),
    ("s", "\u1109\u110a"), ("n", "\u11ab\u11b7\u11bc"), ("a", "".join(map(chr, range(0x1161, 0x1176)))),
) for jamo in group}  # fmt: skip
"""Jamo (NFD) that are taken for each other: plain, tense and aspirated consonants; nasal finals; vowels."""


class SpellingCorrector:
    """Corrects leftovers of a segmentation.

    Args:
        names: compact name to entry ids.
        display: compact name to the name as written in the glossary.
        is_word: whether the glossary's text uses a word; such a word is no misspelling.
    """

    def __init__(
        self, names: Mapping[str, tuple[str, ...]], *, display: Mapping[str, str], is_word: Callable[[str], bool]
    ) -> None:
        self._names = names
        self._display = display
        self.is_word = is_word
        # a slip hardly ever hits the first letter, and never a digit: both are keys, so that few names are compared
        self._similar: dict[_Key, list[tuple[str, str]]] = defaultdict(list)
        for name in names:
            if len(name) >= 3:
                letters = to_jamo(name)
                self._similar[_key(name, letters)].append((name, letters))
        self._phrases: dict[tuple[int, str], list[tuple[str, list[_Part]]]] = defaultdict(list)
        for name, form in display.items():
            parts = [_Part.of(part) for part in re.split(r"[\s-]+", normalize(form)) if part]
            if 2 <= len(parts) <= 3 and name in names:
                self._phrases[len(parts), parts[0].letters[0]].append((name, parts))

    def correct(
        self, text: str, mentions: Sequence[Mention], leftovers: Sequence[Leftover]
    ) -> tuple[tuple[Mention, ...], tuple[Leftover, ...]]:
        """Turn words around leftovers that are misspelt names into mentions; the longest reading wins."""
        words = [_Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text)]
        found, rest = list(mentions), list(leftovers)
        for size in (3, 2, 1):
            for i in range(len(words) - size + 1):
                window = words[i : i + size]
                start, end = window[0].start, window[-1].end
                if not any(start <= o.start < end for o in rest) or any(
                    m.corrected and m.start < end and start < m.end for m in found
                ):
                    continue
                read = self._read(window)
                if read is not None and not self._is_whole(read[1], found, start, end):
                    stop, name = read
                    found = [m for m in found if m.end <= start or stop <= m.start]
                    found.append(
                        Mention(start, stop, text[start:stop], self._names[name], corrected=self._display[name])
                    )
                    rest = [o for o in rest if o.end <= start or end <= o.start]
        return tuple(sorted(found, key=lambda m: m.start)), tuple(rest)

    def _is_whole(self, name: str, mentions: Sequence[Mention], start: int, end: int) -> bool:
        """Whether what a name means is named there already, without a slip: in "과적합 나?" 나 is a verb."""
        return any(start <= m.start and m.end <= end and m.entry_ids == self._names[name] for m in mentions)

    def _read(self, window: Sequence[_Word]) -> tuple[int, str] | None:
        """The end of the misspelt name in ``window``, and the name it was meant to be."""
        last = window[-1]
        for length in _lengths(last.text, shortest=2 if len(window) > 1 else 3):
            if last.text[length - 1 : length + 1] == "결과":  # no particle behind 검색결
                continue
            texts = [w.text for w in window[:-1]] + [last.text[:length]]
            name = self._nearest_phrase(texts) if len(texts) > 1 else None
            korean = (
                len(texts) == 2 and all(map(is_hangul, "".join(texts))) and KOREAN_FUNCTION.isdisjoint(texts)
            )  # 종류 asks
            if name is None and (korean or len(texts) == 1):
                name = self._nearest("".join(texts))
            if name is not None:
                return last.start + length, name
        return None

    def _nearest_phrase(self, words: Sequence[str]) -> str | None:
        """A name of as many words, each equal or misspelt; a word that the glossary uses must be equal."""
        typed = [_Part.of(word) for word in words]
        found = [
            name
            for name, parts in self._phrases.get((len(typed), typed[0].letters[0]), ())
            if all(
                word.folded == part.folded or (_is_slip(word, part) and not self.is_word(word.text))
                for word, part in zip(typed, parts, strict=True)
            )
        ]
        return found[0] if len({self._names[n] for n in found}) == 1 else None

    def _nearest(self, surface: str) -> str | None:
        word = compact(surface)
        if len(word) < 3 or self.is_word(surface):
            return None
        from rapidfuzz.distance import OSA

        korean = is_hangul(word[0])
        letters = to_jamo(word)
        allowed = _allowed(letters, korean=korean)
        if not allowed:
            return None
        ranked: list[tuple[int, str]] = []
        for name, target in self._similar.get(_key(word, letters), ()):
            if abs(len(target) - len(letters)) > allowed:
                continue
            distance = OSA.distance(letters, target, score_cutoff=allowed)
            if distance <= allowed and (
                _sounds_alike(letters, target) if korean else _plausible(letters, target, surface)
            ):
                ranked.append((distance, name))
        ranked.sort(key=lambda found: found[0])  # stable: among spellings of one entry its term stands first
        if not ranked or len({self._names[name] for distance, name in ranked if distance == ranked[0][0]}) > 1:
            return None
        return ranked[0][1]


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str


class _Key(NamedTuple):
    """What a misspelling shares with the name that was meant."""

    korean: bool
    first: str
    digits: str


def _key(word: str, letters: str) -> _Key:
    return _Key(is_hangul(word[0]), letters[0], "".join(filter(str.isdigit, word)))


@dataclass(frozen=True, slots=True)
class _Part:
    """One word of a phrase, taken apart once."""

    text: str
    folded: str
    letters: str
    key: _Key

    @classmethod
    def of(cls, text: str) -> _Part:
        folded = text.casefold()
        letters = to_jamo(folded)
        return cls(text, folded, letters, _key(folded, letters))


def _lengths(word: str, *, shortest: int) -> Iterable[int]:
    """Lengths to try: the whole word, then without the particles it seems to carry."""
    yield len(word)
    for length in range(len(word) - 1, shortest - 1, -1):
        if word[length:] in KOREAN_PARTICLES:
            yield length


def _is_slip(word: _Part, target: _Part) -> bool:
    """Whether one word is a misspelling of another."""
    if word.key != target.key:
        return False
    from rapidfuzz.distance import OSA

    korean = word.key.korean
    allowed = _allowed(word.letters, korean=korean)
    close = OSA.distance(word.letters, target.letters, score_cutoff=allowed) <= allowed
    return close and (
        _sounds_alike(word.letters, target.letters) if korean else _plausible(word.letters, target.letters, word.text)
    )


def _allowed(letters: str, *, korean: bool) -> int:
    """Edits that a word of this length may have; a Korean word is counted in jamo."""
    if korean:
        return 0 if len(letters) < 6 else 1 if len(letters) < 9 else 2
    return 0 if len(letters) < 4 else 1 if len(letters) < 9 else 2


def _sounds_alike(letters: str, target: str) -> bool:
    """Whether two Korean words, given in jamo, differ as a slip differs: of two letters none is replaced by an unlike one.

    퀀타이제이숀 is 퀀티제이션, but 스트레칭 is not 스트리밍.
    """
    from rapidfuzz.distance import OSA

    unlike = OSA.distance(letters.translate(_SOUND), target.translate(_SOUND))
    return OSA.distance(letters, target) < 2 or unlike <= abs(len(letters) - len(target))


def _plausible(word: str, target: str, surface: str) -> bool:
    """Whether a Latin word differs as a slip of the fingers differs, not as another name differs.

    A name written with inner capitals was meant; elsewhere a letter may be lost, doubled or swapped, and replaced only by
    a vowel for a vowel or a neighbour on the keyboard.
    """
    if re.search(r"[a-z][A-Z]|[A-Z]{2}", surface) or len(word) < 5:
        return sorted(word) == sorted(target)
    if len(word) != len(target):
        return True
    changed = [(a, b) for a, b in zip(word, target, strict=True) if a != b]
    return (
        sorted(word) == sorted(target)
        or (len(word) >= 9 and len(changed) == 1)
        or all(
            ({a, b} <= _VOWELS)
            or any(abs(row.find(a) - row.find(b)) == 1 for row in _KEYBOARD if a in row and b in row)
            for a, b in changed
        )
    )
