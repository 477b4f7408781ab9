"""What the tests of the upper modules share: the assistant over the shipped glossary, and checks of an answer."""

from __future__ import annotations

import atexit
import functools
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rag.chain import Assistant, open_assistant
from rag.settings import Settings, shipped_corpus
from rag.types import Answer, Chunk

ANSWER_KEYS = [
    "question", "language", "kind", "answer", "citations", "abstained", "related", "generator", "notes", "confidence",
    "warnings",
]  # fmt: skip
CITATION_KEYS = [
    "n", "id", "term", "section", "lang", "file", "line", "quote", "score", "chunk", "start", "end",
]  # fmt: skip

# The first two sentences on LoRA against QLoRA, as they stand in corpus/lora.md
VERSUS_KO = (
    "LoRA는 고정해 둔 기반 모델을 보통 16비트로 올리고, QLoRA는 4비트로 양자화해 올린다는 점이 다릅니다.",
    "GPU 메모리가 넉넉하면 학습이 더 빠른 LoRA를, 16비트 모델이 메모리에 들어가지 않으면 QLoRA를 고르는 것이 보통입니다.",
)
VERSUS_EN = (
    "LoRA usually loads the frozen base model in 16 bits, whereas QLoRA loads it quantized to 4 bits.",
    "People usually pick LoRA, which trains faster, when GPU memory is ample, and QLoRA when the 16-bit model does not fit.",
)
TEXT_MESSAGE = "the question holds control characters or broken text: type it again as plain text"
EMPTY_MESSAGE = "the question is empty: ask about a term, for example 'LoRA가 뭐야?'"


@functools.cache
def shipped_index_folder() -> Path:
    """A folder for the index of the shipped glossary; one for the whole run, removed when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="rag-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / "index"


@functools.cache
def open_shipped() -> Assistant:
    """The assistant over the shipped glossary, opened once for all modules."""
    return open_assistant(Settings(index=shipped_index_folder()))


def chunk_of(assistant: Assistant, chunk_id: str) -> Chunk:
    """The chunk with this id."""
    return next(chunk for chunk in assistant.retriever.index.chunks if chunk.id == chunk_id)


def line_of(file: str, quote: str) -> int:
    """1-based line of a shipped file on which ``quote`` begins."""
    text = (shipped_corpus() / file).read_text("utf-8")
    return text.count("\n", 0, text.index(quote)) + 1


def check_citations(answer: Answer, assistant: Assistant, *, corpus: Path | None = None) -> None:
    """Numbers are dense, used, and in order; every quote is exact in its chunk and at its line of its file."""
    corpus = corpus or shipped_corpus()
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        chunk = chunk_of(assistant, citation.chunk)
        assert chunk.text[citation.start : citation.end] == citation.quote
        assert (chunk.entry_id, chunk.section, chunk.lang) == (citation.id, citation.section, citation.lang)
        from_line = (corpus / citation.file).read_text("utf-8").split("\n", citation.line - 1)[-1]
        at = from_line.find(citation.quote)
        assert at >= 0
        assert "\n" not in from_line[:at], f"{citation.file}:{citation.line} is not where the quote begins"
        assert f" [{citation.n}]" in answer.answer
    assert strip_numbers(answer) == [" ".join(c.quote.split()) for c in answer.citations]


def strip_numbers(answer: Answer) -> list[str]:
    """What each ``[n]`` of the answer closes, without list marks and labels; for answers that cite each quote once."""
    parts = re.split(r"\s*\[\d+\]\s*", answer.answer)
    assert parts[-1] == "", "text after the last citation"
    return [re.sub(r"^- (?:[\w.]+(?: \([^)]*\))?: )?", "", part) for part in parts[:-1]]


def keys_of(value: Any) -> Iterator[str]:
    """Every dict key anywhere in a payload."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from keys_of(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from keys_of(item)


def leaves_of(value: Any) -> Iterator[Any]:
    """Every value that is no container."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves_of(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves_of(item)
    else:
        yield value
