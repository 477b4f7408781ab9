"""What a sentence is compared by: its content words, names, numbers, and the small words that turn a claim around."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Literal

__all__ = ["Reading", "Token", "fit", "fold", "number_key", "split_asides"]

Form = Literal["word", "name", "number", "mark"]


@dataclass(frozen=True, slots=True)
class Token:
    """A unit that must be accounted for.

    Attributes:
        key: what has to be equal; inflection and spelling are gone.
        surface: as written, for messages.
        clause: 0-based number of the clause it stands in.
        role: its part in the clause, as far as its particle, preposition or voice tells; "" if nothing does.
        glued: the next token follows without any word between.
        keep: may not be left out of a clause that is used ("not", "only", "may").
        scope: may not be left out of the sentence at all ("if", "reported").
        optional: may be added without support: it only links or points.
        copula: a form of "be" stands before it.
        subject: it is the subject or topic of its clause.
        topical: it carries the topic particle, so what follows is said of it until the next one.
        opener: how its clause is joined to the one before: "", "and", "that" (relative) or "while" (with a subject of its own).
        article: an article stands before it.
        closed: its clause ends after it, or it ends a relative clause that a noun follows.
        relative: it ends a relative clause before its noun.
    """

    key: str
    form: Form
    surface: str
    clause: int
    role: str = ""
    glued: bool = False
    keep: bool = False
    scope: bool = False
    optional: bool = False
    copula: bool = False
    subject: bool = False
    closed: bool = False
    relative: bool = False
    topical: bool = False
    opener: str = ""
    article: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as tokens.

    Attributes:
        ordered: the tokens with the phrases of each verb in one fixed order, where a language is free in it.
        asides: what stands in round brackets, each with the word before it.
        pointing: begins with a pronoun, so what it is about stands in another sentence.
        pronouns: has a pronoun somewhere that may stand for something in another clause.
    """

    tokens: tuple[Token, ...]
    asides: tuple[tuple[str, str], ...] = ()
    pointing: bool = False
    pronouns: bool = False
    ordered: tuple[Token, ...] = ()


_ASIDE = re.compile(r"\s*\(([^()]*)\)")
_SCALES = {
    "천": 3, "만": 4, "억": 8, "조": 12, "k": 3, "m": 6, "b": 9, "t": 12,
    "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
}  # fmt: skip


def split_asides(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text without its round brackets, and each bracket's content with the word before it."""
    found = []
    for match in _ASIDE.finditer(text):
        found.append((_host(text[: match.start()]), match.group(1).strip()))
    return _ASIDE.sub("", text), tuple(found)


def _host(before: str) -> str:
    """What a bracket explains: the word before it, and where that is no name, the words back to the next name or number."""
    words: list[str] = []
    for word in reversed(before.split()[-3:]):
        words.insert(0, word.strip(",;:'\""))
        if any(c.isdigit() or c.isupper() for c in word):
            break
    return " ".join(words)


def fold(text: str) -> str:
    """Latin letters without their accents, Hangul composed."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", plain)


def number_key(digits: str, scale: str = "") -> str:
    """Normal form of a number: "1,750" with "억" and "175" with "B" are equal."""
    try:
        value = Decimal(digits.replace(",", "").replace("−", "-"))
    except InvalidOperation:
        return digits
    value = value.scaleb(_SCALES.get(scale.casefold(), 0))
    return format(value.normalize(), "f")


def fit(tokens: Sequence[Token], keys: Collection[str]) -> list[Token]:
    """Join neighbours that the other sentence writes as one word: 사전 학습 and 사전학습."""
    joined: list[Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.form == token.form == "word"
            and last.clause == token.clause
            and last.glued
            and last.key + token.key in keys
        ):
            joined[-1] = replace(token, key=last.key + token.key, surface=last.surface + " " + token.surface)
        else:
            joined.append(token)
    return joined
