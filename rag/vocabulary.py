"""What the text of a glossary says of words."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from rag.lexical import EntryTerms

__all__ = ["Vocabulary"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one glossary.

    Attributes:
        terms: which entries use which index terms.
        is_word: whether the glossary's text holds a string.
        uses: whether an entry (by id) uses an index term anywhere.
        kin: ids of the entries that an entry (by id) is related to.
    """

    terms: EntryTerms
    is_word: Callable[[str], bool]
    uses: Callable[[str, str], bool]
    kin: Callable[[str], Collection[str]]
