"""What tells the term that a description means from terms whose entries merely talk about the same things.

Two signals of each entry, per language. *Core coverage*: how much of a question stands in the entry's names, questions,
definition and plain words, rather than anywhere in the entry. *Hubness* (Radovanović et al. 2010, "Hubs in Space"):
definitions that are close to everything, as those of "prompt" or "ChatGPT", are close to a question without being its
answer. Together they moved the hit rate@1 of descriptions from 0.80 to 0.84 (cross-validated on the development split); the
words of the questions that entries hold added one point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.lexical import EntryTerms, tokens
from rag.types import Chunk, Entry, Language

__all__ = ["EntryCores"]

_NEIGHBOURS = 10
_ENOUGH = 30
"""Entries below which hubness is noise."""
_CORE = ("definition", "plain")


class EntryCores:
    """The cores of all entries in one language.

    Args:
        entries: id to entry, in the order of the numbers that arrays are indexed by.
        chunks: passages to read, in rows.
        rows: rows of ``chunks`` that a question in ``language`` may find.
        vectors: unit vectors of the chunks; shape (rows, dimensions).
        asked: index terms of the questions that entries hold, by id.
    """

    def __init__(
        self,
        entries: Mapping[str, Entry],
        *,
        chunks: Sequence[Chunk],
        rows: Sequence[int],
        vectors: NDArray[np.float32],
        asked: Mapping[str, Collection[str]],
        language: Language,
    ) -> None:
        number = {entry_id: i for i, entry_id in enumerate(entries)}
        words = [
            {*asked.get(i, ()), *(t for surface in entry.surfaces for t in tokens(surface))}
            for i, entry in entries.items()
        ]
        first: dict[tuple[str, str], int] = {}
        for row in rows:
            chunk = chunks[row]
            if chunk.section in _CORE:
                first.setdefault((chunk.entry_id, chunk.section), row)
                if chunk.lang == language:
                    words[number[chunk.entry_id]].update(tokens(chunk.text))
        postings: dict[str, list[int]] = defaultdict(list)
        for i, held in enumerate(words):
            for token in held:
                postings[token].append(i)
        self._terms = EntryTerms(postings, count=len(entries))
        defined = [i for i in entries if (i, "definition") in first]
        self.hubness = np.zeros(len(entries))
        """How much closer to everything than usual an entry's definition is; shape (entries,), mean 0."""
        if len(defined) >= _ENOUGH:
            definitions = vectors[[first[i, "definition"] for i in defined]]
            told = vectors[[first.get((i, "plain"), first[i, "definition"]) for i in defined]]
            self.hubness[[number[i] for i in defined]] = _hubness(told, definitions)

    def coverage(self, query: str) -> NDArray[np.float64]:
        """Share of the query's terms that each entry's core holds, weighted by idf; shape (entries,), each in 0..1."""
        return self._terms.coverage(query)


def _hubness(told: NDArray[np.float32], definitions: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean cosine of each definition and the texts of other entries that are nearest to it, less the mean of all."""
    cosines = (told @ definitions.T).astype(np.float64)
    np.fill_diagonal(cosines, -1.0)
    nearest = np.sort(cosines, axis=0)[-_NEIGHBOURS:].mean(axis=0)
    return np.asarray(nearest - nearest.mean())
