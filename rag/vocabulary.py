"""What the text of a glossary says of words, and which words people ask with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import orjson

from rag.lexical import EntryTerms, tokens

__all__ = ["Vocabulary", "asking_terms"]


@cache
def asking_terms() -> Mapping[str, int]:
    """Index terms that people ask with, whatever the term: "창시자", "procedure", "overkill"; with how many patterns of questions use each.

    ``python -m evals.asking`` collects them. Those that stand as often in questions which no glossary answers are left out.
    """
    return MappingProxyType(orjson.loads(files("rag").joinpath("data", "asking.json").read_bytes()))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one glossary.

    Attributes:
        terms: which entries use which index terms.
        asked: how many questions use an index term, of entries and of :func:`asking_terms`; without those that none uses.
        is_word: whether the glossary's text holds a string.
        uses: whether an entry (by id) uses an index term anywhere.
        kin: ids of the entries that an entry (by id) is related to.
        absent: names of terms that the glossary knowingly lacks, as :func:`rag.text.compact` has them.
    """

    terms: EntryTerms
    asked: Mapping[str, int]
    is_word: Callable[[str], bool]
    uses: Callable[[str, str], bool]
    kin: Callable[[str], Collection[str]]
    absent: Collection[str] = frozenset()

    def weight(self, token: str) -> float:
        """How much an index term tells, 0..1: little if many entries use it, or if people ask about many with it."""
        idf = min(self.terms.idf(token), self.terms.idf_of(self.asked.get(token, 0)))
        return max(0.0, idf / self.terms.idf_of(0))

    def is_asked_with(self, word: str) -> bool:
        """Whether all index terms of a word are in such questions, as those of "요즘" and "bother" are."""
        found = tokens(word)
        return bool(found) and all(token in self.asked for token in found)
