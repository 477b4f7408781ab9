"""Fit the weights of :data:`rag.fusion.NAMELESS`, and print them: ``python -m evals.fusion`` (about five minutes).

Learns from development questions that name no term, those written for the evidence and those with picked sentences: a conditional
logit (McFadden 1974) over the entries found, each by its best passage, held near the weights that there are. Prints as well for how
many the right entry comes first, as it is and in five folds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from evals.data import load_answers, load_calibration, load_picked, load_retrieval
from rag.chain import open_assistant
from rag.fusion import FUSED, NAMELESS
from rag.retriever import GlossaryRetriever
from rag.settings import Settings

__all__ = ["Example", "examples", "first", "fit"]

_FOLDS = 5
_FOUND = 25
"""Entries of a question at most."""
_HOLD = 0.003
"""How strongly the factors are held to one."""
_SCALE = 6.0
"""Of the scores, to begin with: a sum of signals is about 0..8, and logits differ by more."""
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """The entries found for a question, each by its best passage.

    Attributes:
        signals: what adds up to its score, in the order of :data:`rag.fusion.FUSED`; shape (entries, signals).
        right: which of them answer; shape (entries,).
    """

    signals: Vector
    right: NDArray[np.bool_]


def examples(retriever: GlossaryRetriever) -> Iterator[Example]:
    """Questions that name nothing and are not asked after another one, where a right entry is found."""
    answers = [case for case in load_answers() if case.split == "dev" and not case.history and len(case.expected) == 1]
    cases = chain(
        ((case.question, {*case.expected, *case.accept}) for case in answers),
        ((case.question, {*case.expected, *case.accept}) for case in load_retrieval() if case.split == "dev"),
        ((case.question, {*case.expected, *case.accept}) for case in load_calibration()),
        ((case.question, {case.entry}) for case in load_picked() if not case.before),
    )
    for text, wanted in cases:
        read = retriever.reader.read(text)
        if read.mentions or not wanted:
            continue
        best = retriever.best_of_each(read)[:_FOUND]
        signals = np.array([[hit.signals[name] for name in FUSED] for hit in best])
        right = np.array([hit.chunk.entry_id in wanted for hit in best])
        if right.any() and not right.all():
            yield Example(signals, right)


def fit(made: Sequence[Example]) -> Vector:
    """Factors for the weights of the signals; shape (signals,)."""

    def loss(values: Vector) -> float:
        factors, scale = values[:-1], values[-1]
        logits = [scale * (example.signals @ factors) for example in made]
        chances = [np.logaddexp.reduce(z[e.right]) - np.logaddexp.reduce(z) for z, e in zip(logits, made, strict=True)]
        return float(-np.mean(chances) + _HOLD * np.sum((factors - 1) ** 2))

    found = minimize(loss, np.append(np.ones(len(FUSED)), _SCALE), method="L-BFGS-B")
    return np.asarray(found.x[:-1])


def first(made: Sequence[Example], factors: Vector) -> float:
    """For how many a right entry comes first."""
    return float(np.mean([example.right[(example.signals @ factors).argmax()] for example in made]))


def main() -> None:
    """Command line."""
    made = list(examples(open_assistant(Settings()).retriever))
    fold = np.random.default_rng(0).integers(0, _FOLDS, len(made))
    told = []
    for number in range(_FOLDS):
        held = [example for example, i in zip(made, fold, strict=True) if i == number]
        factors = fit([example for example, i in zip(made, fold, strict=True) if i != number])
        told += [first([example], factors) for example in held]
    print(
        f"{len(made)} questions: right first for {first(made, np.ones(len(FUSED))):.3f}, in {_FOLDS} folds {np.mean(told):.3f}"
    )
    for name, factor in zip(FUSED, fit(made), strict=True):
        print(f"{name}: {getattr(NAMELESS, name) * factor:.2f}")


if __name__ == "__main__":
    main()
