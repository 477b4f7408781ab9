"""evals.fusion: weights of the signals learnt from which entries answer."""

from __future__ import annotations

import numpy as np

from evals.fusion import Example, first, fit
from rag.fusion import FUSED


def example(right: int, **signals: tuple[float, float]) -> Example:
    rows = np.array([[signals.get(name, (1.0, 1.0))[i] for name in FUSED] for i in range(2)])
    return Example(rows, np.array([right == 0, right == 1]))


def test_a_signal_that_misleads_loses_weight() -> None:
    made = [example(0, asked=(0.5, 0.2), dense=(0.1, 0.9)), example(1, asked=(0.1, 0.3), dense=(0.8, 0.1))] * 20
    assert first(made, np.ones(len(FUSED))) == 0.0
    factors = fit(made)
    assert first(made, factors) == 1.0
    assert factors[FUSED.index("asked")] > 1.0 > factors[FUSED.index("dense")]
