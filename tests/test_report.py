"""evals.answers: how an answer is scored; evals.report: what is printed."""

from __future__ import annotations

import json

import pytest
from helpers import open_shipped

from evals.answers import evaluate_answers
from evals.data import AnswerCase
from rag.cli import main
from rag.settings import shipped_corpus


def test_an_accepted_term_stands_in_for_one_that_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    labelled = {
        "named": (("lora",), (), 1.0), "accepted": (("bert",), ("lora",), 1.0), "neither": (("bert",), ("dora",), 0.0),
        "half": (("lora", "bert"), (), 0.5),
    }  # fmt: skip
    cases = [
        AnswerCase("What is LoRA?", "en", kind, expected, (("low-rank",),), (), False, (), accept)
        for kind, (expected, accept, _) in labelled.items()
    ]
    monkeypatch.setattr("evals.answers.load_answers", lambda: cases)
    figures = evaluate_answers(open_shipped(), split="all", corpus=shipped_corpus())
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
    monkeypatch.setattr("evals.answers.load_answers", lambda: cases)
    slices = evaluate_answers(open_shipped(), split="all", corpus=shipped_corpus())["slices"]
    apt = {kind: slices[kind]["cited-term precision"]["mean"] for kind in ("half", "all", "none")}
    assert apt == {"half": 0.5, "all": 1.0, "none": 0.0}
    assert "cited-term precision" not in slices["list"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--limit", "3"], "--limit goes with --answers or --conversations"),
        (["--answers", "--conversations"], "--answers and --conversations are two evaluations"),
        (["--answers", "--gate", "--limit", "3"], "--gate holds the whole held-out split against its floors"),
        (["--gate", "--split", "dev"], "--gate holds the whole held-out split against its floors"),
    ],
)
def test_options_that_do_not_go_together(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", *options]) == 2
    assert capsys.readouterr().err.startswith(f"rag: {message}")


def test_json_is_all_there_is_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [AnswerCase("What is LoRA?", "en", "define", ("lora",), (("never said",),), (), False, ())]
    monkeypatch.setattr("evals.answers.load_answers", lambda: cases)
    monkeypatch.setattr("evals.report.open_assistant", lambda _: open_shipped())
    assert main(["eval", "--answers", "--split", "all", "--json", "--failures"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["questions"] == 1
    assert "What is LoRA?" in err
