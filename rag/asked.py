"""The questions that entries hold: what people ask who know a problem or a thing, but not its name.

"Why do I have to cut documents up?" shares no word with the definition of chunking, and no embedding model brings the two as
close as two questions of the same intent. Storing with a passage the questions that it answers is document expansion
(Nogueira et al. 2019, "Document Expansion by Query Prediction"); here people write them. They find an entry and are never
quoted.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.lexical import tokens
from rag.words import ENGLISH_FUNCTION, KOREAN_FUNCTION

__all__ = ["AskedQuestions", "asked_terms"]

Owner = TypeVar("Owner", bound=Hashable)


def asked_terms(questions: Iterable[str]) -> list[str]:
    """Index terms of questions without the words that only ask: else "what is it" would be what some entries are about."""
    words = (w for question in questions for w in re.findall(r"\w+", question))
    kept = (w for w in words if w not in KOREAN_FUNCTION and w.casefold() not in ENGLISH_FUNCTION)
    return sorted({term for word in kept for term in tokens(word)})


class AskedQuestions(Generic[Owner]):
    """Vectors of questions, each belonging to an entry or to a group of entries.

    Args:
        owners: the entry or group of each row.
        index: inner-product index of unit vectors, one row for each question; None where there is none.
        terms: what :func:`asked_terms` makes of the questions of each owner.
        mean_of: how many of an owner's nearest questions count. Of 316 development questions that name no term, the mean of the
            three nearest found the entry for 0.873, the single nearest, where one chance likeness is enough, for 0.804.
    """

    def __init__(
        self,
        owners: Sequence[Owner],
        index: faiss.Index | None,
        *,
        terms: Mapping[Owner, Sequence[str]] | None = None,
        mean_of: int = 1,
    ) -> None:
        self.terms = terms or {}
        self._index = index
        self._mean_of = mean_of
        self._distinct = list(dict.fromkeys(owners))
        number = {owner: i for i, owner in enumerate(self._distinct)}
        self._numbers = np.array([number[owner] for owner in owners], dtype=np.int64)

    def nearest(self, vector: NDArray[np.float32]) -> dict[Owner, float]:
        """Mean cosine of each owner's nearest questions, the owner with the highest first."""
        if self._index is None:
            return {}
        scores, rows = self._index.search(vector[np.newaxis], self._index.ntotal)  # best first
        numbers = self._numbers[rows[0]]
        by_owner = np.argsort(numbers, kind="stable")
        counts = np.bincount(numbers, minlength=len(self._distinct))
        place = np.arange(len(numbers)) - np.repeat(np.cumsum(counts) - counts, counts)
        kept = by_owner[place < self._mean_of]
        means = np.bincount(numbers[kept], weights=scores[0][kept]) / np.minimum(counts, self._mean_of)
        return {self._distinct[i]: float(means[i]) for i in np.argsort(-means, kind="stable")}
