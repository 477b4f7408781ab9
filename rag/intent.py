"""What a question asks for, told by its vector: for the many questions whose words no pattern of :mod:`rag.kinds` knows.

"The catch with beam search?" asks for limits and "내 csv로 LoRA 좀 돌려줘" for what no glossary does, without a word that says
so. Three linear models over the question's vector tell them: one of the kinds, one of whether a glossary can answer at all, one of
whether several things are asked for.
``python -m evals.intent`` fits them on question patterns filled with names, in a space where the variance that comes from the
name is whitened (within-class covariance normalization, Hatch et al. 2006), so that what is asked weighs more than of what.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from rag.settings import BUNDLED_MODEL
from rag.types import Kind

__all__ = ["INTENT_KINDS", "UNKNOWN", "Intent", "intent_of"]

INTENT_KINDS: Sequence[Kind] = (
    "define", "examples", "expand", "fact", "how", "limits", "list", "origin", "plain", "proscons", "relation", "why",
)  # fmt: skip
"""The first columns of the model; two more are the scope and whether several things are asked for."""
_SCOPE = 6.0
"""Log-odds that count as certain."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question asks for.

    Attributes:
        kinds: probability of each kind; empty if there is no model for these vectors.
        scope: whether a glossary answers such questions; -1 surely not, 1 surely.
        several: log-odds that several things are asked for.
    """

    kinds: Mapping[Kind, float]
    scope: float
    several: float = 0.0

    @property
    def best(self) -> tuple[Kind, float]:
        """The likeliest kind and its probability."""
        return max(self.kinds.items(), key=lambda item: item[1], default=("fact", 0.0))


UNKNOWN = Intent({}, 0.5)
"""For other embedding models: no kind, and a scope like that of most questions that a glossary answers."""


@lru_cache(maxsize=1)
def _model() -> NDArray[np.float32]:
    """Weights, the bias in the last row; shape (dimensions + 1, kinds + 2)."""
    with (files("rag") / "data" / "intent.npy").open("rb") as file:
        return np.asarray(np.load(file, allow_pickle=False), dtype=np.float32)


def intent_of(vector: NDArray[np.float32], *, model: str) -> Intent:
    """The intent of a question.

    Args:
        vector: of the question; shape (dimensions,).
        model: the embedding model that made it.
    """
    if model != BUNDLED_MODEL:
        return UNKNOWN
    weights = _model()
    logits = vector @ weights[:-1] + weights[-1]
    told = logits[: len(INTENT_KINDS)]
    chances = np.exp(told - told.max())
    kinds = dict(zip(INTENT_KINDS, (chances / chances.sum()).tolist(), strict=True))
    return Intent(kinds, math.tanh(float(logits[-2]) / _SCOPE), float(logits[-1]))
