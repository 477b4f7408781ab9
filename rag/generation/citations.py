"""Sentences to a numbered, cited answer, and the proof that every citation is exact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rag.errors import RagError
from rag.types import Answer, Chunk, Citation, Sentence

__all__ = ["Line", "citation_of", "cite", "verify"]

_NUMBER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an answer.

    Attributes:
        label: what stands before it: a list mark, or the part of a model name that the sentence explains.
    """

    sentence: Sentence
    label: str = ""


def cite(lines: Sequence[Line], *, scores: Mapping[str, float]) -> tuple[str, tuple[Citation, ...]]:
    """Number the sentences from 1 without gaps; the same quote keeps its number.

    Args:
        scores: retrieval score by chunk id.

    Returns:
        The answer text, each sentence followed by its ``[n]``, and the citations.
    """
    citations: list[Citation] = []
    numbers: dict[tuple[str, int], int] = {}
    pieces: list[str] = []
    for line in lines:
        sentence, chunk = line.sentence, line.sentence.chunk
        key = (chunk.id, sentence.start)
        if key not in numbers:
            numbers[key] = len(citations) + 1
            citations.append(citation_of(sentence, n=numbers[key], score=scores.get(chunk.id, 0.0)))
        separator = "" if not pieces else "\n" if line.label else " "
        pieces.append(f"{separator}{line.label}{sentence.text} [{numbers[key]}]")
    return "".join(pieces), tuple(citations)


def citation_of(sentence: Sentence, *, n: int, score: float) -> Citation:
    """The citation of a sentence as number ``n``."""
    chunk = sentence.chunk
    return Citation(
        n=n,
        id=chunk.entry_id,
        term=chunk.term,
        section=chunk.section,
        lang=chunk.lang,
        file=chunk.file,
        line=sentence.line,
        quote=sentence.quote,
        score=round(float(score), 4),
        chunk=chunk.id,
        start=sentence.start,
        end=sentence.end,
    )


def verify(answer: Answer, *, chunk: Callable[[str], Chunk]) -> None:
    """Check what must hold of every answer that leaves the chain.

    Raises:
        RagError: a quote is not in its chunk at the stated place, or a number points nowhere.
    """
    for citation in answer.citations:
        source = chunk(citation.chunk)
        if source.text[citation.start : citation.end] != citation.quote:
            raise RagError(f"citation [{citation.n}] does not quote {citation.file} exactly: run 'rag index'")
    rest = answer.answer
    for quote in sorted({" ".join(citation.quote.split()) for citation in answer.citations}, key=len, reverse=True):
        rest = rest.replace(quote, "")  # a glossary may write "[3]" itself
    used = {int(n) for n in _NUMBER.findall(rest)}
    present = {citation.n for citation in answer.citations}
    if present != used or present != set(range(1, len(present) + 1)):
        raise RagError("the citation numbers of the answer are not 1 to n")
