"""Vectors that ship with the program, so that a newcomer waits for nothing: ``python -m evals.vectors``.

Embedding the shipped glossary takes four minutes on two cores. The vectors are kept as float16 under the digest of model
and text, so a vector can never be used for another text; ``--check`` embeds a sample anew and compares.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path

import numpy as np

import rag.index
from rag.chunking import chunk_entries, passage_text
from rag.corpus import load_corpus
from rag.embedding import load_embeddings
from rag.index import passage_digest, shipped_vectors
from rag.settings import BUNDLED_MODEL, shipped_corpus

_DATA = Path(rag.index.__file__).parent / "data"


def texts() -> dict[str, str]:
    """Digest to text of every passage of the shipped glossary."""
    passages = (passage_text(chunk) for chunk in chunk_entries(load_corpus(shipped_corpus()).entries))
    return {passage_digest(text, model=BUNDLED_MODEL): text for text in passages}


def missing() -> list[str]:
    """Digests of passages without a shipped vector."""
    known = shipped_vectors()
    return [digest for digest in texts() if digest not in known]


def sample_errors(count: int, *, seed: int = 0) -> list[float]:
    """1 - cosine between shipped and fresh vectors of ``count`` random passages."""
    passages, known = texts(), shipped_vectors()
    chosen = random.Random(seed).sample(sorted(passages), count)
    fresh = load_embeddings().passages([passages[digest] for digest in chosen])
    return [float(1 - known[d].astype(np.float32) @ v) for d, v in zip(chosen, fresh, strict=True)]


def export() -> int:
    """Write the vectors of the shipped glossary; embeds only what is new. Returns how many were embedded."""
    passages, known = texts(), shipped_vectors()
    fresh = [digest for digest in passages if digest not in known]
    vectors = load_embeddings().passages(
        [passages[d] for d in fresh], progress=lambda n, of: print(f"{n}/{of}", end="\r")
    )
    known |= {digest: vector.astype(np.float16) for digest, vector in zip(fresh, vectors, strict=True)}
    keys = sorted(passages)
    _DATA.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_DATA) as folder:
        np.save(
            Path(folder) / "vectors.npy", np.asarray([known[k] for k in keys], dtype=np.float16), allow_pickle=False
        )
        (Path(folder) / "vectors.txt").write_text("\n".join(keys) + "\n", encoding="ascii")
        for name in ("vectors.npy", "vectors.txt"):
            (Path(folder) / name).replace(_DATA / name)
    return len(fresh)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a vector is missing or wrong")
    if not parser.parse_args().check:
        print(f"{export()} embedded")
        return
    lacking, worst = missing(), max(sample_errors(40))
    print(f"{len(lacking)} missing, largest 1 - cosine of 40 embedded anew {worst:.1e}")
    if lacking or worst > 1e-3:
        raise SystemExit("the shipped vectors are out of date: run python -m evals.vectors and commit rag/data")


if __name__ == "__main__":
    main()
