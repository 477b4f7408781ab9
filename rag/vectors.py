"""Vectors by what was embedded, so that no text is embedded twice; those of the shipped glossary come with the program."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag.chunking import passage_text
from rag.embedding import ArrayEmbeddings, Progress
from rag.sentences import sentence_spans
from rag.types import Chunk

__all__ = [
    "Text",
    "core_of",
    "embedded",
    "passage_digest",
    "question_digest",
    "sentences_of",
    "shipped_vectors",
    "texts_of",
]


class Text(NamedTuple):
    """What is embedded: a question or a passage, by the tuned encoder or by the other."""

    text: str
    query: bool
    tuned: bool


def passage_digest(text: str, *, model: str) -> str:
    """Key of a vector: what was embedded, and by which model."""
    return hashlib.sha256(f"{model}\0{text}".encode()).hexdigest()[:32]


def question_digest(text: str, *, model: str) -> str:
    """The same of a question, which is embedded as a query."""
    return passage_digest(f"query\0{text}", model=model)


def core_of(chunks: Iterable[Chunk]) -> list[Chunk]:
    """The passages that a description of a term is held against: its definition and plain words."""
    return [chunk for chunk in chunks if chunk.section in ("definition", "plain")]


def sentences_of(chunk: Chunk) -> list[str]:
    """The sentences of a passage, as they are embedded."""
    return [" ".join(chunk.text[start:end].split()) for start, end in sentence_spans(chunk.text)]


def texts_of(chunks: Iterable[Chunk], questions: Iterable[str], *, model: str, tuned: str) -> dict[str, Text]:
    """All that is embedded of a glossary, by digest; ``tuned`` is the name of the tuned encoder, or ``model`` again."""
    chunks = list(chunks)
    return {
        **{
            passage_digest(t, model=tuned): Text(t, query=False, tuned=True) for t in map(passage_text, core_of(chunks))
        },
        **{
            passage_digest(t, model=tuned): Text(t, query=False, tuned=True)
            for chunk in chunks
            for t in sentences_of(chunk)
        },
        **{passage_digest(t, model=model): Text(t, query=False, tuned=False) for t in map(passage_text, chunks)},
        **{question_digest(q, model=tuned): Text(q, query=True, tuned=True) for q in questions},
    }


def embedded(
    texts: Mapping[str, Text], embeddings: ArrayEmbeddings, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Vectors of texts, by digest."""
    found: dict[str, Any] = {}
    for query, tuned in ((False, False), (False, True), (True, True)):
        keys = [digest for digest, text in texts.items() if (text.query, text.tuned) == (query, tuned)]
        encoder = embeddings.tuned if tuned else embeddings
        many = encoder.queries if query else encoder.passages
        found |= dict(zip(keys, many([texts[digest].text for digest in keys], progress=progress), strict=True))
    return found


def shipped_vectors() -> dict[str, Any]:
    """Vectors that come with the program, by digest of model and text; float16."""
    folder = Path(__file__).parent / "data"
    try:
        keys = (folder / "vectors.txt").read_text(encoding="ascii").split()
        vectors = np.load(folder / "vectors.npy", allow_pickle=False)
    except FileNotFoundError:
        return {}
    return dict(zip(keys, vectors, strict=True))
