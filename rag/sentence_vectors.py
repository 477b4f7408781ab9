"""The vectors of single sentences, by which those of an entry are held against a question."""

from __future__ import annotations

from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

__all__ = ["SentenceVectors"]


class SentenceVectors:
    """Vectors of the sentences of all passages.

    Args:
        counts: how many sentences each passage has.
        index: unit vectors, one row for each sentence, in the order of the passages; nothing where there are no sentences.
    """

    def __init__(self, counts: Sequence[int], index: faiss.Index | None) -> None:
        self._counts = counts
        self._first = np.cumsum([0, *counts]).tolist()
        self._index = index

    def of_passage(self, row: int) -> NDArray[np.float32]:
        """The vectors of the sentences of one passage; shape (sentences, dimensions).

        Raises:
            IndexError: no such passage, or it has no sentences.
        """
        if self._index is None or not self._counts[row]:
            raise IndexError(f"passage {row} has no sentences")
        vectors: NDArray[np.float32] = self._index.reconstruct_n(self._first[row], self._counts[row])
        return vectors
