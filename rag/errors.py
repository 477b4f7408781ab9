"""Errors that the library raises on purpose; only the command line prints them.

RagError
├── InputError        a question, history or option that cannot be used
├── SettingsError     an option or environment variable that cannot be used
├── CorpusError       a glossary that cannot be read; carries every problem found
├── IndexStoreError   an index that is missing, foreign, damaged or cannot be written
├── EmbeddingError    an embedding model that cannot be loaded, or that returned nonsense
├── ModelError        a language model that cannot be set up
├── FeedbackError     verdicts that cannot be stored or read
└── ServiceError      a server that gave no answer
    ├── AccessError   it wants another API key
    └── BusyError     it has no room now

Every message says what was wrong and what mends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types import Problem

__all__ = [
    "AccessError", "BusyError", "CorpusError", "EmbeddingError", "FeedbackError", "IndexStoreError", "InputError", "ModelError",
    "RagError", "ServiceError", "SettingsError",
]  # fmt: skip


class RagError(Exception):
    """Base of every error raised on purpose."""


class InputError(RagError):
    """What the caller passed cannot be used."""


class CorpusError(RagError):
    """The glossary cannot be used.

    Attributes:
        problems: every problem found, in file order.
    """

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class IndexStoreError(RagError):
    """The index cannot be read or written."""


class EmbeddingError(RagError):
    """The embedding model cannot be used."""


class ModelError(RagError):
    """The language model cannot be set up; once it is, its failures never raise."""


class FeedbackError(RagError):
    """The file of verdicts cannot be used."""


class SettingsError(RagError):
    """An option or environment variable cannot be used."""


class ServiceError(RagError):
    """A server gave no answer.

    Attributes:
        status: HTTP status, None where there was no response.
        request_id: what the server's log calls this request, where it said so.
    """

    def __init__(self, message: str, *, status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id


class AccessError(ServiceError):
    """The server wants another API key."""


class BusyError(ServiceError):
    """The server has no room now.

    Attributes:
        retry_after: seconds after which the server is worth another try.
    """

    def __init__(
        self, message: str, *, retry_after: float, status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message, status=status, request_id=request_id)
        self.retry_after = retry_after
