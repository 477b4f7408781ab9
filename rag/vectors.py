"""Vectors by what was embedded, so that no text is embedded twice; those of the shipped glossary come with the program."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["passage_digest", "question_digest", "shipped_vectors"]


def passage_digest(text: str, *, model: str) -> str:
    """Key of a vector: what was embedded, and by which model."""
    return hashlib.sha256(f"{model}\0{text}".encode()).hexdigest()[:32]


def question_digest(text: str, *, model: str) -> str:
    """The same of a question, which is embedded as a query."""
    return passage_digest(f"query\0{text}", model=model)


def shipped_vectors() -> dict[str, Any]:
    """Vectors that come with the program, by digest of model and text; float16."""
    folder = Path(__file__).parent / "data"
    try:
        keys = (folder / "vectors.txt").read_text(encoding="ascii").split()
        vectors = np.load(folder / "vectors.npy", allow_pickle=False)
    except FileNotFoundError:
        return {}
    return dict(zip(keys, vectors, strict=True))
