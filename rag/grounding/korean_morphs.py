"""Korean text to morphemes. Numbers and Latin words are found first: the dictionary would cut "llama.cpp" and "0.4"."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rag.grounding.korean_words import NOUNS
from rag.grounding.tokens import number_key

__all__ = ["Morph", "head_and_tail", "spaced_units"]

_NUM = r"[-−]?\d[\d,]*(?:\.\d+)?"
_FOREIGN = re.compile(
    rf"(?P<range>(?<![\w.-]){_NUM}\s?(?:~|–|-|∼)\s?{_NUM}(?![A-Za-z\d]))"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]*(?:[-._+#/@&][A-Za-z0-9]+)*[+#]*)"
    rf"|(?P<number>{_NUM})(?:\s?(?P<scale>[천만억조])(?![가-힣]*[장큼])|(?P<suffix>[KMBT](?![A-Za-z]))|(?P<percent>\s?%)|(?![A-Za-z]))"
    r"|(?P<mixed>\d[\dA-Za-z-]*[A-Za-z][\dA-Za-z-]*)"
)
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Morph:
    """A morpheme, its Sejong tag, and where the word that it is part of stands."""

    form: str
    tag: str
    start: int
    end: int


@cache
def _tagger() -> Any:
    from mecab import MeCab

    return MeCab()


def spaced_units(text: str) -> tuple[list[list[Morph]], str, dict[str, tuple[str, str, str]]]:
    """Morphemes by spaced unit, the text that their offsets refer to, and what stands for each masked number or Latin word.

    Returns:
        The masked words come as key, form and surface.
    """
    masked, foreign = _mask(_plain_style(text))
    with _LOCK:
        morphs = [m for morph in _tagger().parse(masked) for m in _parts(morph)]
    return list(_units(morphs, masked)), masked, foreign


def _plain_style(text: str) -> str:
    """담깁니다 as 담기다, 있습니다 as 있다: the dictionary was trained on newspapers, which do not speak formally."""
    text = re.sub(r"습니다(?=\W|$)", "다", text)
    return re.sub(
        r"([가-힣])니다(?=\W|$)",
        lambda m: chr(ord(m[1]) - 17) + "다" if (ord(m[1]) - 0xAC00) % 28 == 17 else m[0],
        text,
    )


def _mask(text: str) -> tuple[str, dict[str, tuple[str, str, str]]]:
    """Numbers and Latin words replaced by plain ones; each with its key, form and surface."""
    foreign: dict[str, tuple[str, str, str]] = {}

    def replaced(match: re.Match[str]) -> str:
        number = len(foreign)
        if match["name"] or match["mixed"]:
            code = "Q" + "".join(chr(ord("a") + int(d)) for d in f"{number:03}") + "z"
            raw = match[0]
            key = re.sub(r"[-._/&]", "", raw.casefold())
            foreign[code] = (key, "name", raw)
            return code
        code = f"{7000 + number}"
        if match["range"]:
            ends = re.findall(_NUM, re.sub(r"(?<=\d)-(?=\d)", " ", match["range"]))
            key = "..".join(number_key(end) for end in ends)
        else:
            key = number_key(match["number"], match["scale"] or match["suffix"] or "") + (
                "%" if match["percent"] else ""
            )
        foreign[code] = (key, "number", match[0])
        return f"{code} " if match["percent"] else code

    return _FOREIGN.sub(replaced, text), foreign


def _parts(morph: Any) -> Iterable[Morph]:
    feature, span = morph.feature, morph.span
    if "+" not in feature.pos or not feature.expression:
        yield Morph(morph.surface, feature.pos, span.start, span.end)
        return
    for part in feature.expression.split("+"):
        form, tag = part.split("/")[:2]
        yield Morph(form, tag, span.start, span.end)


def _units(morphs: Sequence[Morph], text: str) -> Iterable[list[Morph]]:
    """Runs without white space between."""
    unit: list[Morph] = []
    for morph in morphs:
        if unit and text[unit[-1].end : morph.start].isspace():
            yield unit
            unit = []
        unit.append(morph)
    if unit:
        yield unit


def head_and_tail(unit: Sequence[Morph], text: str) -> tuple[list[tuple[str, str]], list[Morph]]:
    """The words that a unit begins with, and the particles and endings after them.

    A noun after an ending in one unit means that the dictionary cut a loan word (파인튜닝) for a verb: it is put together.
    """
    last = max((i for i, m in enumerate(unit) if m.tag in NOUNS), default=-1)
    head: list[tuple[str, str]] = []
    buffer, tag = "", ""
    i = 0
    while i <= last:
        morph = unit[i]
        if morph.tag in ("SL", "SN"):
            if buffer:
                head.append((buffer, tag))
            head.append((morph.form, morph.tag))
            buffer = ""
        elif morph.tag[:1] == "S" or morph.tag in ("SC",):
            if buffer:
                head.append((buffer, tag))
            buffer = ""
        elif i == 0 or unit[i - 1].start != morph.start:
            tag = morph.tag if not buffer else "NNG"
            buffer += text[morph.start : morph.end] if morph.tag not in ("NNBC",) or buffer else morph.form
        i += 1
    if buffer:
        head.append((buffer, tag))
    return head, list(unit[last + 1 :])
