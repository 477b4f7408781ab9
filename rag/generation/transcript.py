"""The answer as it grows: numbers for the quotes that carry it, the same quote always the same number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from langchain_core.runnables.utils import AddableDict

from rag.generation.citations import citation_of
from rag.retriever import Retrieval
from rag.types import Chunk, Citation, Sentence

__all__ = ["Transcript"]


class Transcript:
    """Turns sentences and their support into stream chunks.

    Attributes:
        entry_ids: entries cited so far.
    """

    def __init__(self, retrieval: Retrieval) -> None:
        self.entry_ids: set[str] = set()
        self._confidence = retrieval.evidence.confidence
        self._scores = {hit.chunk.id: hit.score for hit in retrieval.nearest}
        self._numbers: dict[tuple[str, int], int] = {}
        self._empty = True

    def add(self, text: str, support: Sequence[Sentence]) -> AddableDict:
        """A sentence with the quotes that carry it."""
        numbers: list[int] = []
        citations: list[Citation] = []
        for sentence in support:
            key = (sentence.chunk.id, sentence.start)
            if key not in self._numbers:
                self._numbers[key] = len(self._numbers) + 1
                score = self._scores.get(sentence.chunk.id, self._confidence)
                citations.append(citation_of(sentence, n=self._numbers[key], score=score))
                self.entry_ids.add(sentence.chunk.entry_id)
            numbers.append(self._numbers[key])
        piece = f"{'' if self._empty else ' '}{text} {''.join(f'[{n}]' for n in numbers)}"
        self._empty = False
        return AddableDict(answer=piece, citations=[asdict(c) for c in citations])

    def quote(self, chunk: Chunk, citation: Citation) -> AddableDict:
        """A sentence of the glossary as it stands."""
        sentence = Sentence(chunk, citation.start, citation.end)
        return self.add(sentence.text, [sentence])
