"""Vectors that ship with the program, so that a newcomer waits for nothing: ``python -m evals.vectors``.

Embedding the shipped glossary takes about a quarter of an hour on two cores. The vectors are kept as float16 under the digest of model
and text, so a vector can never be used for another text; ``--check`` embeds a sample anew and compares.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import rag.index
from rag.chunking import chunk_entries
from rag.corpus import load_corpus
from rag.embedding import load_embeddings
from rag.settings import BUNDLED_MODEL, shipped_corpus
from rag.tuning import TUNED_MODEL
from rag.vectors import Text, embedded, shipped_vectors, texts_of

Vector = NDArray[np.float32]
_DATA = Path(rag.index.__file__).parent / "data"


@cache
def texts() -> Mapping[str, Text]:
    """Digest to all that is embedded of the shipped glossary, as it is when first asked."""
    corpus = load_corpus(shipped_corpus())
    return texts_of(chunk_entries(corpus.entries), corpus.questions, model=BUNDLED_MODEL, tuned=TUNED_MODEL)


def missing() -> list[str]:
    """Digests of texts without a shipped vector."""
    known = shipped_vectors()
    return [digest for digest in texts() if digest not in known]


def embed(wanted: Mapping[str, Text]) -> dict[str, Vector]:
    """Vectors of texts, by digest."""
    return embedded(wanted, load_embeddings(), progress=lambda n, of: print(f"{n}/{of}", end="\r"))


def sample_errors(count: int, *, seed: int = 0) -> list[float]:
    """1 - cosine between shipped and fresh vectors of ``count`` random texts."""
    all_texts, known = texts(), shipped_vectors()
    fresh = embed({digest: all_texts[digest] for digest in random.Random(seed).sample(sorted(all_texts), count)})
    return [float(1 - known[digest].astype(np.float32) @ vector) for digest, vector in fresh.items()]


def export() -> int:
    """Write the vectors of the shipped glossary; embeds only what is new. Returns how many were embedded."""
    all_texts, known = texts(), shipped_vectors()
    fresh = embed({digest: text for digest, text in all_texts.items() if digest not in known})
    known |= {digest: vector.astype(np.float16) for digest, vector in fresh.items()}
    keys = sorted(all_texts)
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
