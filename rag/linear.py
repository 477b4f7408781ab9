"""Linear models over named signs and the vector of a text. Their weights are in ``data``: for vectors of the bundled encoder, and without any."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from rag.settings import BUNDLED_MODEL

__all__ = ["SIGNS_ALONE", "WITH_VECTOR", "features", "logits"]

WITH_VECTOR, SIGNS_ALONE = "with vector", "signs alone"
"""Names of the two arrays of weights in a file, each of shape (features, outputs)."""
_VECTOR_UNIT = 2.5
"""The components of a unit vector are small: times so much, the same regularization suits them and the signs."""


def features(signs: Mapping[str, float], vector: NDArray[np.float32] | None) -> NDArray[np.float64]:
    """What is weighed, in order: the signs by name, the vector if there is one, a constant."""
    told = [value for _, value in sorted(signs.items())]
    return np.concatenate([told, [] if vector is None else _VECTOR_UNIT * vector, [1.0]])


def logits(file: str, signs: Mapping[str, float], vector: NDArray[np.float32], *, model: str) -> NDArray[np.float64]:
    """The outputs of a model; shape (outputs,).

    Args:
        file: name of its weights in ``data``.
        vector: counts only if the bundled ``model`` made it, for which the weights are.
    """
    known = model == BUNDLED_MODEL
    weights = _weights(file, WITH_VECTOR if known else SIGNS_ALONE)
    return np.asarray(features(signs, vector if known else None) @ weights)


@cache
def _weights(file: str, name: str) -> NDArray[np.float64]:
    with (files("rag") / "data" / file).open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
        return np.asarray(arrays[name], dtype=np.float64)
