"""Errors that the library raises on purpose; only the command line prints them.

RagError
├── InputError        a question, history or option that cannot be used
├── CorpusError       a glossary that cannot be read; carries every problem found
├── IndexStoreError   an index that is missing, foreign, damaged or cannot be written
├── EmbeddingError    an embedding model that cannot be loaded, or that returned nonsense
└── ModelError        a language model that cannot be set up

Every message says what was wrong and what mends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types import Problem

__all__ = ["CorpusError", "EmbeddingError", "IndexStoreError", "InputError", "ModelError", "RagError"]


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
