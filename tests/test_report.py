"""evals.report: how an answer is scored."""

from __future__ import annotations

import pytest
from helpers import open_shipped

from evals.data import AnswerCase
from evals.report import evaluate_answers


@pytest.mark.parametrize(
    ("expected", "accept", "recall"),
    [(("lora",), (), 1.0), (("bert",), ("lora",), 1.0), (("bert",), ("dora",), 0.0), (("lora", "bert"), (), 0.5)],
)
def test_an_accepted_term_stands_in_for_one_that_is_expected(
    monkeypatch: pytest.MonkeyPatch, expected: tuple[str, ...], accept: tuple[str, ...], recall: float
) -> None:
    case = AnswerCase("What is LoRA?", "en", "define", expected, (("low-rank",),), (), False, (), accept)
    monkeypatch.setattr("evals.report.load_answers", lambda: [case])
    figures = evaluate_answers(open_shipped(), split="all")["systems"]["extractive"]
    assert figures["cited-term recall"]["mean"] == recall
    assert figures["fact recall"]["mean"] == figures["exact quotes"]["mean"] == 1.0
