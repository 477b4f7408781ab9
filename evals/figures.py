"""Figures of an evaluation run, as JSON objects."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from evals.metrics import bootstrap_interval

__all__ = ["Figures", "summary"]

Figures = dict[str, Any]


def summary(values: Sequence[float]) -> Figures:
    """Their number, mean, and the 95 % interval of the mean."""
    low, high = bootstrap_interval(values)
    return {"n": len(values), "mean": statistics.fmean(values), "low": low, "high": high}
