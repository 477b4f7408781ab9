"""Fit the models of :mod:`rag.intent`: ``python -m evals.intent`` (about twenty minutes). Needs scikit-learn.

Prints the accuracy on patterns that were left out, in five folds, and writes ``rag/data/intent.npy``.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evals.data import UNANSWERABLE, learnt_from, load_patterns
from rag.chain import open_assistant
from rag.intent import INTENT_KINDS
from rag.retriever import GlossaryRetriever
from rag.settings import Settings
from rag.types import LANGUAGES

__all__ = ["Examples", "fit", "left_out"]

_OUT = Path(__file__).parent.parent / "rag" / "data" / "intent.npy"
_FILLS = 6
"""Names that each pattern is filled with."""
_SMOOTHING = 1.0
"""Added to the variances, in units of their mean, before whitening."""
_C = 0.001
_FOLDS = 5
_EVERY = 3
"""One of so many questions that entries hold is taken for the scope: they name no term, as half of what is asked, and no pattern does."""

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
    made = [
        (row["text"].replace("{}", entry.name(row["lang"])), str(row[label]), number)
        for number, row in enumerate(load_patterns(file))
        for entry in generator.sample(entries, _FILLS)
    ]
    return _embedded(retriever, made)


def together(first: Examples, second: Examples) -> Examples:
    """Both, the groups of the second numbered on from those of the first."""
    after = int(first.groups.max()) + 1
    return Examples(
        np.concatenate([first.vectors, second.vectors]),
        np.concatenate([first.labels, second.labels]),
        np.concatenate([first.groups, second.groups + after]),
    )


def described(retriever: GlossaryRetriever) -> Examples:
    """Descriptions of terms, as people give who look for the name: each entry in plain words. A glossary answers them."""
    made: list[tuple[str, str, int]] = []
    for entry_id in retriever.index.entries:
        for language in LANGUAGES:
            told = [
                hit.chunk.text
                for hit in retriever.entry_hits(entry_id, language=language)
                if hit.chunk.section == "plain"
            ]
            made += [(text, "True", len(made) + i) for i, text in enumerate(told[:1])]
    return _embedded(retriever, made)


def held(retriever: GlossaryRetriever) -> tuple[Examples, Examples]:
    """Questions that entries hold, and those that groups hold; the owner of each is its group."""
    entries, groups = retriever.index.entries.values(), retriever.index.groups
    of_entries = [(text, "True", number) for number, entry in enumerate(entries) for text in entry.questions]
    of_groups = [(text, "True", number) for number, group in enumerate(groups) for text in group.asked]
    return _embedded(retriever, of_entries), _embedded(retriever, of_groups)


def asking_for_several(patterns: Examples, of_entries: Examples, of_groups: Examples) -> Examples:
    """Questions that groups hold, which ask for several things, and those that entries hold, which ask for one; and the patterns."""
    parts = (
        Examples(data.vectors, labels.astype(str), data.groups)
        for data, labels in (
            (patterns, patterns.labels == "list"),
            (of_entries, np.zeros(len(of_entries.labels), dtype=bool)),
            (of_groups, np.ones(len(of_groups.labels), dtype=bool)),
        )
    )
    return reduce(together, parts)


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
    chat = filled(retriever, "patterns_chat.jsonl", label="kind")
    chat = chat.part(np.array([learnt_from(pattern) for pattern in load_patterns("patterns_chat.jsonl")])[chat.groups])
    answerable = chat.labels != UNANSWERABLE
    patterns = filled(retriever, "patterns_kind.jsonl", label="kind")
    kinds = together(patterns, chat.part(answerable))
    in_chat = Examples(chat.vectors, answerable.astype(str), chat.groups)
    asked = together(filled(retriever, "patterns_scope.jsonl", label="answerable"), in_chat)
    of_entries, of_groups = held(retriever)
    some = of_entries.part(np.arange(len(of_entries.labels)) % _EVERY == 0)
    apart = replace(some, groups=np.arange(len(some.labels)))  # one entry's questions differ in more than a name
    in_scope = Examples(patterns.vectors, np.full(len(patterns.labels), "True"), patterns.groups)
    scope = reduce(together, (asked, in_scope, described(retriever), apart))
    several = asking_for_several(patterns, of_entries, of_groups)
    first = int(asked.groups.max()) + 1
    for name, data, classes, counted in (
        ("kind", kinds, INTENT_KINDS, 10**9), ("scope", scope, ("False", "True"), first), ("several", several, ("False", "True"), 10**9),
    ):  # fmt: skip
        print(
            f"{name}: {left_out(data, classes, patterns=counted):.3f} of what is left out told rightly, in five folds"
        )
    yes_no = [fit(data, ("False", "True")) for data in (scope, several)]
    np.save(_OUT, np.hstack([fit(kinds, INTENT_KINDS), *yes_no]).astype(np.float32))


if __name__ == "__main__":
    main()
