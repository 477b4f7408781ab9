"""evals.calibrate: which questions a part of the glossary must refuse, and what a fit makes of examples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import BigramEmbeddings

from evals.calibrate import Example, Part, answerable, chatty, examples, fit, part_of_glossary, weights_of
from evals.data import UNANSWERABLE, RetrievalCase, learnt_from
from rag.chain import Assistant
from rag.index import GlossaryIndex
from rag.retriever import GlossaryRetriever
from rag.settings import shipped_corpus

CASE = RetrievalCase("q", "en", "compare", ("lora", "qlora"), ("dora",))


@pytest.mark.parametrize(
    ("expected", "accept", "ids", "label"),
    [
        (("lora",), (), {"lora", "bert"}, True),
        (("lora", "qlora"), (), {"lora", "qlora"}, True),
        (("lora",), (), {"bert"}, False),
        (("lora",), ("dora",), {"bert"}, False),
        (("lora", "qlora"), (), {"lora"}, None),
        (("lora",), ("dora",), {"dora"}, None),
        ((), (), {"lora"}, False),
    ],
)
def test_a_question_is_answerable_where_all_that_it_expects_is_there(
    expected: tuple[str, ...], accept: tuple[str, ...], ids: set[str], label: bool | None
) -> None:
    assert answerable(replace(CASE, expected=expected, accept=accept), ids) is label


@pytest.mark.slow
def test_a_part_of_the_glossary_is_a_smaller_glossary(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = part_of_glossary(tmp_path / "a", Part(0.01, seed=3, asked=True, grouped=True)).retriever
    again = part_of_glossary(tmp_path / "b", Part(0.01, seed=3, asked=False, grouped=False)).retriever
    ids = set(first.index.entries)
    assert set(again.index.entries) == ids
    assert 0 < len(ids) < 20
    for file in (tmp_path / "a" / "corpus").iterdir():
        assert file.read_bytes() == (shipped_corpus() / file.name).read_bytes()
    assert all(entry.questions for entry in first.index.entries.values())
    assert not any(entry.questions for entry in again.index.entries.values())


def test_examples_are_the_development_questions_of_a_glossary(
    small_index: GlossaryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [
        replace(CASE, question=question, expected=expected, accept=())
        for question in ("LoRA가 뭐야?", "What is LoRA?", "로라가 뭐야", "what is zeta LoRA", "LoRA vs BERT")
        for expected in (("lora",), ("bert",), ("lora", "bert"))
    ]
    monkeypatch.setattr("evals.calibrate.load_retrieval", lambda: cases)
    monkeypatch.setattr("evals.calibrate.load_answers", list)
    monkeypatch.setattr("evals.calibrate.load_calibration", lambda: [replace(CASE, question="so what's LoRA")])
    assistant = Assistant(GlossaryRetriever(index=small_index, embeddings=BigramEmbeddings()))
    found = list(examples(assistant, whole=False, asked=True))
    asked = [c.question for c in cases if c.split == "dev"]
    assert 0 < len(asked) < len(cases)
    assert [(e.question, e.answerable) for e in found] == [
        *((question, label) for question in dict.fromkeys(asked) for label in (True, False)),
        ("so what's LoRA", True),
    ], "what is there in part is left out"
    assert [e.made for e in found] == ["set"] * (len(found) - 1) + ["written"]
    assert {(e.entries, e.whole, e.asked) for e in found} == {(5, False, True)}
    for e in found:
        assert e.sure == ("zeta" not in e.question and "BERT" not in e.question), e.question
        assert e.features["linked"] == 1.0


def test_chat_is_put_to_entries_that_tell_what_it_asks_for(
    small_index: GlossaryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    patterns = [
        {"text": f"{opening} {{}} {ending}", "lang": "en", "kind": kind}
        for opening in ("hm", "so", "ok but", "lol")
        for ending, kind in (("stands for", "expand"), ("is slow", "fact"), ("stock price", UNANSWERABLE))
    ]
    monkeypatch.setattr("evals.calibrate.load_patterns", lambda file: patterns)
    spelled_out = {"lora": replace(small_index.entries["lora"], expansion="Low-Rank Adaptation")}
    index = replace(small_index, entries={**small_index.entries, **spelled_out})
    assistant = Assistant(GlossaryRetriever(index=index, embeddings=BigramEmbeddings()))
    found = list(chatty(assistant, asked=True))
    kept = [pattern for pattern in patterns if not learnt_from(pattern)]
    assert 0 < len(kept) < len(patterns)
    assert [e.answerable for e in found] == [pattern["kind"] != UNANSWERABLE for pattern in kept]
    assert {(e.entries, e.whole, e.made) for e in found} == {(5, True, "chat")}
    asked = [e.question for e in found if e.question.endswith("stands for")]
    assert asked
    assert all(" LoRA " in question for question in asked)


def example(*, answerable: bool, whole: bool = False, **features: float) -> Example:
    return Example("q", 10, whole, True, answerable, False, "set", features)


def chances(rows: list[Example], *features: float) -> list[float]:
    """How likely a question with each value of the one feature "x" is answerable."""
    model = fit(rows, ["x"])
    return [float(model.predict_proba([[value]])[0, 1]) for value in features]


def test_a_fit_tells_answerable_from_unanswerable_and_reads_a_missing_feature_as_nought() -> None:
    with_x = [example(answerable=True, x=1.0)] * 5
    without = [example(answerable=False), example(answerable=False, y=1.0)] * 3
    low, high = chances(with_x + without, 0.0, 1.0)
    assert low < 0.2
    assert high > 0.8


def test_both_labels_weigh_the_same_however_many_there_are() -> None:
    rows = [example(answerable=True, x=0.5)] * 9 + [example(answerable=False, x=0.5)]
    assert chances(rows, 0.5) == [pytest.approx(0.5, abs=1e-3)]


def test_a_question_to_the_whole_glossary_weighs_more_than_one_to_a_part() -> None:
    rows = [
        example(answerable=True, whole=True, x=1.0), example(answerable=False, x=1.0),
        example(answerable=False, whole=True, x=0.0), example(answerable=True, x=0.0),
    ]  # fmt: skip
    low, high = chances(rows, 0.0, 1.0)
    assert low < 0.2
    assert high > 0.8


def test_weights_have_a_bias_and_come_from_what_there_is_something_to_weigh_in() -> None:
    rows = [example(answerable=True, x=1.0), example(answerable=False)] * 5
    weights = weights_of([*rows, replace(example(answerable=False, x=1.0), sure=True)])
    assert set(weights) == {"bias", "x"}
    assert weights["bias"] < 0 < weights["x"]
