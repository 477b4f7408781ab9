"""What an index is made of: ``manifest.json`` names one generation of files with their checksums."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from rag.errors import IndexStoreError

__all__ = ["COUNTED", "FORMAT", "Manifest", "flush", "read_checked", "read_manifest"]

FORMAT = 7
COUNTED = {
    "vectors": "chunks", "core": "core", "sentences": "sentences", "questions": "questions", "groups": "groups", "absent": "absent",
}  # fmt: skip
"""Files of vectors, each with what the manifest calls their number."""


class Manifest(BaseModel):
    """What ``manifest.json`` holds."""

    model_config = ConfigDict(extra="forbid")

    format: int
    generation: str
    model: str
    dimension: int
    corpus_digest: str
    chunks: int
    core: int
    sentences: int
    questions: int
    groups: int
    absent: int
    program: str
    files: dict[str, str]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index.

    Raises:
        IndexStoreError: there is none, it is damaged, or of another format.
    """
    try:
        text = (folder / "manifest.json").read_bytes()
    except FileNotFoundError:
        raise IndexStoreError(f"there is no index in {folder}: run 'rag index'") from None
    except OSError as exc:
        raise IndexStoreError(f"cannot read the index in {folder}: {exc.strerror}") from exc
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as exc:
        raise IndexStoreError(f"{folder}/manifest.json is damaged or not of this program: run 'rag index'") from exc
    if manifest.format != FORMAT:
        raise IndexStoreError(
            f"the index in {folder} has format {manifest.format}, this program reads {FORMAT}: run 'rag index'"
        )
    return manifest


def read_checked(folder: Path, manifest: Manifest, name: str) -> bytes:
    """A file of the index whose checksum is right."""
    path = folder / manifest.generation / name
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise IndexStoreError(f"the index in {folder} lacks {name}: run 'rag index'") from exc
    if hashlib.sha256(data).hexdigest() != manifest.files.get(name):
        raise IndexStoreError(f"the index in {folder} is damaged ({name} does not match its checksum): run 'rag index'")
    return data


def flush(path: Path) -> None:
    """Fsync a file or a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
