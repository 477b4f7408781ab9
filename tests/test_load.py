"""evals.load: figures, and a short run against real servers."""

from __future__ import annotations

import math

import pytest

from evals import load


def test_percentiles_are_nearest_ranks() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [load.percentile(values, share) for share in (0.0, 0.2, 0.5, 0.9, 1.0)] == [1, 1, 3, 5, 5]
    assert math.isnan(load.percentile([], 0.5))


def test_throughput_counts_answers_only() -> None:
    tally = load.Tally(seconds=[0.1] * 10, refusals=[0.01], wall=2.0)
    assert tally.throughput == 5.0
    assert load.Tally().throughput == 0.0


@pytest.mark.slow
def test_a_short_run_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert load.main(["--requests", "40", "--rounds", "1"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith(("bare", "/rag"))]
    assert [int(row[-1]) for row in rows] == [0] * 6, "none lost"
    assert [int(row[-2]) for row in rows] == [0] * 6, "no status but 200 and 503"


@pytest.mark.slow
def test_a_short_soak_prints_the_growth(capsys: pytest.CaptureFixture[str]) -> None:
    assert load.main(["--soak", "50"]) == 0
    assert "statuses {200: 50}" in capsys.readouterr().out
