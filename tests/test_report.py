"""evals.report: how an answer is scored."""

from __future__ import annotations

import pytest
from helpers import open_shipped

from evals.data import AnswerCase
from evals.report import evaluate_answers


def test_an_accepted_term_stands_in_for_one_that_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    labelled = {
        "named": (("lora",), (), 1.0), "accepted": (("bert",), ("lora",), 1.0), "neither": (("bert",), ("dora",), 0.0),
        "half": (("lora", "bert"), (), 0.5),
    }  # fmt: skip
    cases = [
        AnswerCase("What is LoRA?", "en", kind, expected, (("low-rank",),), (), False, (), accept)
        for kind, (expected, accept, _) in labelled.items()
    ]
    monkeypatch.setattr("evals.report.load_answers", lambda: cases)
    figures = evaluate_answers(open_shipped(), split="all")
    recalls = {kind: figures["slices"][kind]["cited-term recall"]["mean"] for kind in labelled}
    assert recalls == {kind: recall for kind, (_, _, recall) in labelled.items()}
    assert figures["slices"]["en"]["fact recall"]["mean"] == figures["slices"]["en"]["exact quotes"]["mean"] == 1.0


def test_entries_cited_in_vain_lower_the_precision_but_not_of_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [
        AnswerCase("LoRA랑 QLoRA 차이?", "ko", kind, expected, (), (), False, (), accept)
        for kind, expected, accept in (
            ("half", ("lora",), ()), ("all", ("lora",), ("qlora",)), ("none", ("bert",), ()), ("list", ("lora",), ())
        )
    ]  # fmt: skip
    monkeypatch.setattr("evals.report.load_answers", lambda: cases)
    slices = evaluate_answers(open_shipped(), split="all")["slices"]
    apt = {kind: slices[kind]["cited-term precision"]["mean"] for kind in ("half", "all", "none")}
    assert apt == {"half": 0.5, "all": 1.0, "none": 0.0}
    assert "cited-term precision" not in slices["list"]
