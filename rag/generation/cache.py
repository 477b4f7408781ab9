"""Checked answers on disk, behind LangChain's cache interface.

LangChain's own SQLite cache revives whatever objects a row describes. This one stores plain JSON text, and whoever reads it
checks the sentences again, so a row that someone has changed can at worst be useless.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from langchain_core.caches import BaseCache
from langchain_core.outputs import Generation

__all__ = ["AnswerCache"]

_ROWS = 10_000


class AnswerCache(BaseCache):
    """Texts by prompt and model, at most 10,000, the oldest dropped. A file that cannot be used is as good as empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def lookup(self, prompt: str, llm_string: str) -> Sequence[Generation] | None:
        """The texts stored under this key, or None."""
        try:
            with self._lock, closing(self._open()) as db:
                row = db.execute("SELECT texts FROM answers WHERE key = ?", (_key(prompt, llm_string),)).fetchone()
            texts = json.loads(row[0]) if row else None
        except (sqlite3.Error, OSError, ValueError):
            return None
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            return None
        return [Generation(text=text) for text in texts]

    def update(self, prompt: str, llm_string: str, return_val: Sequence[Generation]) -> None:
        """Store the texts."""
        texts = json.dumps([g.text for g in return_val], ensure_ascii=False)
        try:
            with self._lock, closing(self._open()) as db, db:
                db.execute(
                    "INSERT OR REPLACE INTO answers (key, texts) VALUES (?, ?)", (_key(prompt, llm_string), texts)
                )
                db.execute(
                    "DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?", (_ROWS,)
                )  # a replaced row gets a new rowid
        except (sqlite3.Error, OSError):
            return

    def clear(self, **kwargs: Any) -> None:
        """Forget everything."""
        with self._lock, closing(self._open()) as db, db:
            db.execute("DELETE FROM answers")

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._path, timeout=2.0)
        db.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, texts TEXT NOT NULL)")
        return db


def _key(prompt: str, llm_string: str) -> str:
    return hashlib.sha256(f"{llm_string}\0{prompt}".encode(errors="replace")).hexdigest()
