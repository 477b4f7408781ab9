"""An answer as stream chunks that add up to it.

The head holds what is known before a word is written, each piece a sentence with the citations that are new in it, and the
last chunk what is known only at the end. No scalar stands in two chunks, so adding them never doubles one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from langchain_core.runnables.utils import AddableDict

from rag.types import Answer, Citation

__all__ = ["head", "pieces", "sentence_pieces", "tail"]

_LATE = ("answer", "citations", "abstained", "generator", "warnings")
_CLOSED = re.compile(r"\[(\d+)\](?=\s|$)")


def head(answer: Answer) -> AddableDict:
    """The first chunk: everything but text, citations and what the tail says."""
    known = {k: v for k, v in answer.to_dict().items() if k not in _LATE}
    return AddableDict({**known, "answer": "", "citations": []})


def tail(*, abstained: bool, generator: str, warnings: Sequence[str] = ()) -> AddableDict:
    """The last chunk; its empty text is for clients that print the text of every chunk."""
    return AddableDict(answer="", abstained=abstained, generator=generator, warnings=list(warnings))


def sentence_pieces(answer: Answer) -> Iterator[AddableDict]:
    """The text, cut after each citation number, with the citations that are new."""
    fresh = {c.n: c for c in answer.citations}
    begin = 0
    for match in _CLOSED.finditer(answer.answer):
        citation = fresh.pop(int(match[1]), None)
        yield _piece(answer.answer[begin : match.end()], [citation] if citation else [])
        begin = match.end()
    if begin < len(answer.answer) or fresh:
        yield _piece(answer.answer[begin:], list(fresh.values()))


def pieces(answer: Answer) -> Iterator[AddableDict]:
    """A finished answer as chunks."""
    yield head(answer)
    yield from sentence_pieces(answer)
    yield tail(abstained=answer.abstained, generator=answer.generator, warnings=answer.warnings)


def _piece(text: str, citations: Sequence[Citation]) -> AddableDict:
    piece: dict[str, Any] = {"answer": text}
    if citations:
        piece["citations"] = [asdict(c) for c in citations]
    return AddableDict(piece)
