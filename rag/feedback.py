"""Verdicts on answers, kept in a local SQLite file for ``rag eval --from-feedback``.

One row for each verdict; the sender chooses its id, so that changing one's mind or adding a comment replaces the row. Every
call opens the file anew: nothing is shared between threads or processes, and SQLite's own lock (two seconds) orders
writers.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from rag.errors import FeedbackError
from rag.types import Kind, Language

__all__ = ["Feedback", "FeedbackStore", "Verdict"]

Verdict = Literal["up", "down"]

_SCHEMA = 1
_BUSY_SECONDS = 2.0
_MAX_BYTES = 256 * 1024 * 1024
"""Enough for more verdicts than a person will ever check; a flood of them must not fill the disk."""
_PAGE_BYTES = 4096

_CREATE = """
CREATE TABLE feedback (
    id TEXT PRIMARY KEY,
    time TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')),
    comment TEXT NOT NULL,
    question TEXT NOT NULL,
    history TEXT NOT NULL,
    language TEXT NOT NULL,
    kind TEXT NOT NULL,
    answer TEXT NOT NULL,
    cited TEXT NOT NULL,
    abstained INTEGER NOT NULL,
    index_digest TEXT NOT NULL
) STRICT
"""
_SAVE = """
INSERT INTO feedback (id, time, verdict, comment, question, history, language, kind, answer, cited, abstained, index_digest)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET time = excluded.time, verdict = excluded.verdict, comment = excluded.comment
"""
_ALL = """
SELECT id, verdict, comment, question, history, language, kind, answer, cited, abstained, index_digest, time
FROM feedback ORDER BY time, id
"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict on one answer.

    Attributes:
        id: chosen by the sender; the same id again changes verdict and comment, nothing else.
        history: earlier messages, each with ``role`` and ``content``, without which a follow-up cannot be read.
        cited: ids of the entries that the answer cites, in order, each once.
        index_digest: digest of the glossary that the answer was made from.
        time: UTC, ISO 8601; set when it is stored.
    """

    id: str
    verdict: Verdict
    comment: str
    question: str
    history: tuple[dict[str, str], ...]
    language: Language
    kind: Kind
    answer: str
    cited: tuple[str, ...]
    abstained: bool
    index_digest: str
    time: str = ""


class FeedbackStore:
    """The verdicts in one SQLite file, which is made, readable by its owner only, when the first one is stored."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def save(self, feedback: Feedback) -> None:
        """Store a verdict, or change the one with the same id.

        Raises:
            FeedbackError: the file cannot be written, is locked, full or not of this program.
        """
        f = feedback
        row = (
            f.id, datetime.now(UTC).isoformat(timespec="milliseconds"), f.verdict, f.comment, f.question,
            json.dumps(f.history, ensure_ascii=False), f.language, f.kind, f.answer, json.dumps(f.cited), f.abstained,
            f.index_digest,
        )  # fmt: skip
        with self._open(create=True) as db:
            db.execute(f"PRAGMA max_page_count = {_MAX_BYTES // _PAGE_BYTES}")
            db.execute("BEGIN IMMEDIATE")
            if not self._made(db):
                db.execute(_CREATE)
                db.execute(f"PRAGMA user_version = {_SCHEMA}")
            db.execute(_SAVE, row)
            db.execute("COMMIT")

    def rows(self) -> list[Feedback]:
        """All verdicts, oldest first; none where nothing was stored yet.

        Raises:
            FeedbackError: the file cannot be read or is not of this program.
        """
        if not self.path.exists():
            return []
        with self._open(create=False) as db:
            found = db.execute(_ALL).fetchall() if self._made(db) else []
            return [
                Feedback(
                    id=r[0], verdict=r[1], comment=r[2], question=r[3], history=tuple(json.loads(r[4])), language=r[5],
                    kind=r[6], answer=r[7], cited=tuple(json.loads(r[8])), abstained=bool(r[9]), index_digest=r[10], time=r[11],
                )
                for r in found
            ]  # fmt: skip

    @contextmanager
    def _open(self, *, create: bool) -> Iterator[sqlite3.Connection]:
        """A connection that commits nothing by itself; what goes wrong on it becomes a FeedbackError."""
        try:
            if create:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))  # people's questions: for the owner only
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as db:
                yield db
        except (sqlite3.Error, OSError) as exc:
            raise FeedbackError(
                f"cannot use the feedback file {self.path}: {exc}: set RAG_FEEDBACK to a file that can be written"
            ) from exc

    def _made(self, db: sqlite3.Connection) -> bool:
        """Whether the table is there; refuses a database of another program or version, unchanged."""
        both = "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version"
        found, tables = db.execute(both).fetchone()  # in one statement: another process may be making the table
        if found != _SCHEMA and (found, tables) != (0, 0):
            raise FeedbackError(
                f"{self.path} has schema {found}, this program reads {_SCHEMA}: set RAG_FEEDBACK to another file"
            )
        return bool(found == _SCHEMA)
