"""Fit the models of :mod:`rag.intent`: ``python -m evals.intent`` (about ten minutes). Needs scikit-learn.

Prints the accuracy on patterns that were left out, in five folds, and writes ``rag/data/intent.npy``.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from rag.chain import open_assistant
from rag.intent import INTENT_KINDS
from rag.retriever import GlossaryRetriever
from rag.settings import Settings
from rag.types import LANGUAGES

__all__ = ["Examples", "fit", "left_out"]

_DATASETS = Path(__file__).parent / "datasets"
_OUT = Path(__file__).parent.parent / "rag" / "data" / "intent.npy"
_FILLS = 6
"""Names that each pattern is filled with."""
_SMOOTHING = 1.0
"""Added to the variances, in units of their mean, before whitening."""
_C = 0.001
_FOLDS = 5

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Examples:
    """Questions to learn from.

    Attributes:
        vectors: shape (questions, dimensions).
        labels: shape (questions,).
        groups: the pattern that each question was made from; shape (questions,).
    """

    vectors: Matrix
    labels: NDArray[np.str_]
    groups: NDArray[np.int64]

    def part(self, chosen: NDArray[np.bool_]) -> Examples:
        """Those examples alone."""
        return Examples(self.vectors[chosen], self.labels[chosen], self.groups[chosen])


def filled(retriever: GlossaryRetriever, file: str, *, label: str) -> Examples:
    """The patterns of a file with names of entries put in."""
    generator, entries = random.Random(0), list(retriever.index.entries.values())
    rows = [json.loads(line) for line in (_DATASETS / file).read_text("utf-8").splitlines()]
    made = [
        (row["text"].replace("{}", entry.name(row["lang"])), str(row[label]), number)
        for number, row in enumerate(rows)
        for entry in generator.sample(entries, _FILLS)
    ]
    return _embedded(retriever, made)


def described(retriever: GlossaryRetriever, *, after: int) -> Examples:
    """Descriptions of terms, as people give who look for the name: each entry in plain words. A glossary answers them."""
    made: list[tuple[str, str, int]] = []
    for entry_id in retriever.index.entries:
        for language in LANGUAGES:
            told = [
                hit.chunk.text
                for hit in retriever.entry_hits(entry_id, language=language)
                if hit.chunk.section == "plain"
            ]
            made += [(text, "True", after + len(made) + i) for i, text in enumerate(told[:1])]
    return _embedded(retriever, made)


def asking_for_several(retriever: GlossaryRetriever, kinds: Examples) -> Examples:
    """Questions that groups hold, which ask for several things, and those that entries hold, which ask for one; and the patterns."""
    parts, first = [(kinds.vectors, kinds.labels == "list", kinds.groups)], int(kinds.groups.max()) + 1
    for several, asked in ((False, retriever.index.asked), (True, retriever.index.asked_groups)):
        vectors, owners = asked.rows()
        numbers = np.unique(np.array(owners, dtype=str), return_inverse=True)[1] + first
        parts.append((vectors.astype(np.float64), np.full(len(vectors), several), numbers))
        first = int(numbers.max()) + 1
    vectors, labels, groups = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Examples(vectors.astype(np.float64), labels.astype(str), groups)


def _embedded(retriever: GlossaryRetriever, made: Sequence[tuple[str, str, int]]) -> Examples:
    texts, labels, groups = zip(*made, strict=True)
    batches = [retriever.embeddings.encode(texts[i : i + 16], query=True) for i in range(0, len(texts), 16)]
    return Examples(np.concatenate(batches).astype(np.float64), np.array(labels), np.array(groups))


def fit(data: Examples, classes: Sequence[str]) -> Matrix:
    """Weights, the bias in the last row; shape (dimensions + 1, classes), or one column for two classes."""
    mean = data.vectors.mean(axis=0)
    numbers = np.unique(data.groups, return_inverse=True)[1]
    sums = np.zeros((numbers.max() + 1, data.vectors.shape[1]))
    np.add.at(sums, numbers, data.vectors)
    apart = data.vectors - (sums / np.bincount(numbers)[:, None])[numbers]
    variances, axes = np.linalg.eigh(apart.T @ apart / len(apart))
    variances = np.maximum(variances, 0)
    whiten = axes @ np.diag((variances + _SMOOTHING * variances.mean()) ** -0.5) @ axes.T
    model = LogisticRegression(C=_C, max_iter=5_000).fit((data.vectors - mean) @ whiten, data.labels)
    if tuple(model.classes_) != tuple(classes):
        raise ValueError(f"expected the labels {classes}, found {tuple(model.classes_)}")
    weights = whiten @ model.coef_.T
    return np.vstack([weights, model.intercept_ - mean @ weights])


def left_out(data: Examples, classes: Sequence[str], *, patterns: int) -> float:
    """Accuracy on the first ``patterns`` patterns, those of each fold judged by a model of the others."""
    right = []
    for fold in range(_FOLDS):
        held = (data.groups % _FOLDS == fold) & (data.groups < patterns)
        weights = fit(data.part(data.groups % _FOLDS != fold), classes)
        logits = data.vectors[held] @ weights[:-1] + weights[-1]
        chosen = logits.argmax(axis=1) if len(classes) > 2 else (logits[:, 0] > 0).astype(int)
        right += list(np.array(classes)[chosen] == data.labels[held])
    return float(np.mean(right))


def main() -> None:
    """Command line."""
    retriever = open_assistant(Settings()).retriever
    kinds = filled(retriever, "patterns_kind.jsonl", label="kind")
    asked = filled(retriever, "patterns_scope.jsonl", label="answerable")
    patterns = int(asked.groups.max()) + 1
    told = described(retriever, after=patterns)
    scope = Examples(*(np.concatenate(both) for both in zip(_parts(asked), _parts(told), strict=True)))
    print(
        f"kind: {left_out(kinds, INTENT_KINDS, patterns=10**9):.3f} of {int(kinds.groups.max()) + 1} patterns left out"
    )
    print(f"scope: {left_out(scope, ('False', 'True'), patterns=patterns):.3f} of {patterns} patterns left out")
    several = asking_for_several(retriever, kinds)
    print(f"several: {left_out(several, ('False', 'True'), patterns=10**9):.3f} of the questions left out")
    yes_no = [fit(data, ("False", "True")) for data in (scope, several)]
    np.save(_OUT, np.hstack([fit(kinds, INTENT_KINDS), *yes_no]).astype(np.float32))


def _parts(data: Examples) -> tuple[Matrix, NDArray[np.str_], NDArray[np.int64]]:
    return data.vectors, data.labels, data.groups


if __name__ == "__main__":
    main()
