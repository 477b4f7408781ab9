"""rag.feedback and ``rag eval --from-feedback``: what is stored comes back as candidates to check by hand."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from evals.data import load_answers
from rag.cli import main
from rag.errors import FeedbackError, InputError
from rag.feedback import Feedback, FeedbackStore


def verdict(number: int, **change: Any) -> Feedback:
    values: dict[str, Any] = {
        "id": f"{number:032x}", "verdict": "up", "comment": "", "question": "LoRA가 뭐야?", "history": (), "language": "ko",
        "kind": "define", "answer": "LoRA는 기법입니다. [1]", "cited": ("lora",), "abstained": False, "index_digest": "d",
    }  # fmt: skip
    return Feedback(**{**values, **change})


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "feedback.sqlite3")


@pytest.fixture
def export(store: FeedbackStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run ``rag eval --from-feedback`` on the store; gives the candidates."""
    monkeypatch.setenv("RAG_FEEDBACK", str(store.path))

    def run(*arguments: str) -> list[dict[str, Any]]:
        assert main(["eval", "--from-feedback", *arguments]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_rows_come_back_as_they_went_in(store: FeedbackStore) -> None:
    assert store.rows() == []
    assert not store.path.exists()
    told = verdict(
        1, comment="'; DROP TABLE feedback; --", question="“따옴표” 😀?", history=({"role": "user", "content": "앞"},)
    )
    store.save(told)
    store.save(verdict(2, abstained=True, cited=()))
    first, second = store.rows()
    assert (first.comment, first.question, first.history, first.cited) == (
        told.comment,
        told.question,
        told.history,
        ("lora",),
    )
    assert (first.abstained, second.abstained) == (False, True)
    assert first.time < second.time or first.id < second.id
    assert first.time.endswith("+00:00")


def test_writers_wait_for_each_other_also_for_the_first_row(tmp_path: Path) -> None:
    for attempt in range(20):
        store = FeedbackStore(tmp_path / f"{attempt}.sqlite3")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(store.save, [verdict(number) for number in range(8)]))
        assert len(store.rows()) == 8


@pytest.mark.parametrize(
    "content",
    [b"not a database, but long enough to look like a page of one" * 20, b"SQLite format 3\0" + b"\xff" * 200],
)
def test_a_file_of_something_else_is_refused_and_left_alone(store: FeedbackStore, content: bytes) -> None:
    store.path.write_bytes(content)
    with pytest.raises(FeedbackError, match="cannot use the feedback file .*: set RAG_FEEDBACK"):
        store.save(verdict(1))
    assert store.path.read_bytes() == content


@pytest.mark.parametrize("script", ["CREATE TABLE mine (x)", "PRAGMA user_version = 9; CREATE TABLE mine (x)"])
def test_a_database_of_another_program_or_version_is_refused(store: FeedbackStore, script: str) -> None:
    with closing(sqlite3.connect(store.path)) as db:
        db.executescript(script)
    before = store.path.read_bytes()
    for use in (store.rows, lambda: store.save(verdict(1))):
        with pytest.raises(FeedbackError, match="has schema [09], this program reads 1"):
            use()
    assert store.path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FeedbackError, match="set RAG_FEEDBACK to a file that can be written"):
        FeedbackStore(tmp_path / "file" / "feedback.sqlite3").save(verdict(1))


def test_an_empty_file_holds_no_verdicts_and_reading_changes_nothing(store: FeedbackStore) -> None:
    store.path.touch()
    assert store.rows() == []
    assert store.path.read_bytes() == b""
    store.save(verdict(1))
    assert len(store.rows()) == 1


def test_a_full_file_is_a_clear_error_and_keeps_what_it_has(
    store: FeedbackStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.feedback._MAX_BYTES", 64 * 1024)
    long = [verdict(number, answer="가" * 5000) for number in range(100)]
    with pytest.raises(FeedbackError, match="is full"):
        list(map(store.save, long))
    assert 1 <= len(store.rows()) < 100


# Candidates


def test_a_thumb_up_proposes_what_was_cited(store: FeedbackStore, export: Any) -> None:
    store.save(verdict(1, cited=("lora", "qlora"), comment="좋아요"))
    (row,) = export()
    assert {k: row[k] for k in ("question", "lang", "kind", "expected", "facts", "forbidden", "abstain")} == {
        "question": "LoRA가 뭐야?", "lang": "ko", "kind": "define", "expected": ["lora", "qlora"], "facts": [], "forbidden": [],
        "abstain": False,
    }  # fmt: skip
    assert "unlabelled" not in row
    assert row["review"]["comments"] == ["좋아요"]


def test_a_thumb_up_on_a_refusal_proposes_a_refusal(store: FeedbackStore, export: Any) -> None:
    store.save(verdict(1, abstained=True, cited=()))
    (row,) = export()
    assert (row["expected"], row["abstain"]) == ([], True)


@pytest.mark.parametrize(
    "verdicts",
    [
        [verdict(1, verdict="down")],
        [verdict(1), verdict(2, verdict="down")],
        [verdict(1), verdict(2, cited=("qlora",))],
        [verdict(1), verdict(2, abstained=True, cited=())],
    ],
)
def test_what_is_disputed_is_marked_for_labelling(store: FeedbackStore, export: Any, verdicts: list[Feedback]) -> None:
    for item in verdicts:
        store.save(item)
    (row,) = export()
    assert (row["unlabelled"], row["expected"], row["abstain"]) == (True, [], False)
    assert (row["review"]["up"], row["review"]["down"]) == (
        sum(v.verdict == "up" for v in verdicts), sum(v.verdict == "down" for v in verdicts)
    )  # fmt: skip


def test_one_candidate_for_a_question_and_what_came_before_it(store: FeedbackStore, export: Any) -> None:
    before = ({"role": "user", "content": "LoRA가 뭐야?"}, {"role": "assistant", "content": "LoRA는 [1]"})
    for i, change in enumerate(
        [{}, {"question": " lora가  뭐야?"}, {"question": "단점은?", "history": before}, {"question": "단점은?"}]
    ):
        store.save(verdict(i, **change))
    rows = export()
    assert [(r["question"].strip(), "history" in r, r["review"]["up"]) for r in rows] == [
        ("lora가  뭐야?", False, 2), ("단점은?", True, 1), ("단점은?", False, 1),
    ]  # fmt: skip
    assert rows[1]["history"] == list(before)


def test_candidates_load_as_a_set_once_they_are_labelled(store: FeedbackStore, export: Any, tmp_path: Path) -> None:
    store.save(verdict(1))
    store.save(verdict(2, question="RAG가 뭐야?", verdict="down"))
    folder = tmp_path / "sets"
    folder.mkdir()
    assert export("--out", str(folder / "answers_feedback.jsonl")) == []
    with pytest.raises(InputError, match="answers_feedback.jsonl:2 is a candidate that nobody has labelled"):
        load_answers(folder)
    rows = [json.loads(line) for line in (folder / "answers_feedback.jsonl").read_text("utf-8").splitlines()]
    rows[1]["expected"] = ["rag"]
    del rows[1]["unlabelled"]
    (folder / "answers_feedback.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    assert [(case.question, case.expected) for case in load_answers(folder)] == [
        ("LoRA가 뭐야?", ("lora",)), ("RAG가 뭐야?", ("rag",)),
    ]  # fmt: skip


def test_the_summary_says_what_is_left_to_do(
    store: FeedbackStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_FEEDBACK", str(store.path))
    assert main(["eval", "--from-feedback"]) == 0
    assert capsys.readouterr() == ("", f"0 candidates from {store.path}, 0 to label\n")
    assert not store.path.exists()
    store.save(verdict(1, verdict="down"))
    assert main(["eval", "--from-feedback"]) == 0
    assert capsys.readouterr().err == f"1 candidates from {store.path}, 1 to label\n"


def test_a_file_is_never_overwritten(
    store: FeedbackStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_FEEDBACK", str(store.path))
    (tmp_path / "answers.jsonl").write_text("precious")
    assert main(["eval", "--from-feedback", "--out", str(tmp_path / "answers.jsonl")]) == 2
    assert "exists: choose a new file" in capsys.readouterr().err
    assert (tmp_path / "answers.jsonl").read_text() == "precious"
    assert main(["eval", "--out", "x"]) == 2
    assert main(["eval", "--from-feedback", "--out", str(tmp_path / "no" / "x")]) == 2
    assert "cannot write" in capsys.readouterr().err
