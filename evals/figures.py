"""Figures of an evaluation run, as JSON objects."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from evals.metrics import bootstrap_interval

__all__ = ["Figures", "means", "summary"]

Figures = dict[str, Any]


def summary(values: Sequence[float]) -> Figures:
    """Their number, mean, and the 95 % interval of the mean."""
    low, high = bootstrap_interval(values)
    return {"n": len(values), "mean": statistics.fmean(values), "low": low, "high": high}


def means(rows: Sequence[Figures], labels: Mapping[str, str]) -> Figures:
    """How many rows there are, and the summary of each measure under its label, over the rows that have it."""
    figures: Figures = {"n": len(rows)}
    for key, label in labels.items():
        values = [row[key] for row in rows if key in row]
        if values:
            figures[label] = summary(values)
    return figures
