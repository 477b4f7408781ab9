"""What a sentence is compared by: its content words, names, numbers, and the small words that turn a claim around."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Literal

__all__ = ["Reading", "Token", "fit", "number_key", "split_asides"]

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


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as tokens.

    Attributes:
        asides: what stands in round brackets, each with the word before it.
        pointing: begins with a pronoun, so what it is about stands in another sentence.
        definite: the first token has an article before it.
    """

    tokens: tuple[Token, ...]
    asides: tuple[tuple[str, str], ...] = ()
    pointing: bool = False
    definite: bool = False


_ASIDE = re.compile(r"\s*\(([^()]*)\)")
_SCALES = {
    "천": 3, "만": 4, "억": 8, "조": 12, "k": 3, "m": 6, "b": 9, "t": 12,
    "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
}  # fmt: skip


def split_asides(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text without its round brackets, and each bracket's content with the word before it."""
    found = []
    for match in _ASIDE.finditer(text):
        before = re.findall(r"[\w.+#@-]+$", text[: match.start()])
        found.append((before[0] if before else "", match.group(1).strip()))
    return _ASIDE.sub("", text), tuple(found)


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
