"""evals.data: the question sets are well-formed, and their split is nobody's choice."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from evals.data import (
    UNANSWERABLE,
    AnswerCase,
    RetrievalCase,
    learnt_from,
    load_answers,
    load_patterns,
    load_retrieval,
    split_of,
)
from rag.corpus import Corpus
from rag.generation.plans import PLANS
from rag.intent import INTENT_KINDS
from rag.text import compact
from rag.types import LANGUAGES


@pytest.fixture(scope="module")
def retrieval() -> list[RetrievalCase]:
    return load_retrieval()


@pytest.fixture(scope="module")
def answers() -> list[AnswerCase]:
    return load_answers()


def test_both_sets_are_there(retrieval: list[RetrievalCase], answers: list[AnswerCase]) -> None:
    assert len(retrieval) >= 1000
    assert len(answers) >= 240
    assert {c.lang for c in retrieval} == {c.lang for c in answers} == {"ko", "en"}


def test_split_is_the_digest_modulo_three() -> None:
    for question in ("LoRA가 뭐야?", "What is LoRA?", "", "what's GGUF for?"):
        number = int.from_bytes(hashlib.sha256(question.encode()).digest(), "big")
        assert split_of(question) == ("dev" if number % 3 else "heldout")


def test_the_split_is_about_a_third(retrieval: list[RetrievalCase], answers: list[AnswerCase]) -> None:
    for cases in (retrieval, answers):
        held = sum(c.split == "heldout" for c in cases)
        assert 0.25 < held / len(cases) < 0.42
        assert {c.split for c in cases} == {"dev", "heldout"}


def test_every_expected_id_has_an_entry(
    retrieval: list[RetrievalCase], answers: list[AnswerCase], shipped: Corpus
) -> None:
    known = {entry.id for entry in shipped.entries}
    asked = {i for c in retrieval for i in (*c.expected, *c.accept)} | {
        i for c in answers for i in (*c.expected, *c.accept)
    }
    assert asked - known == set()


def test_what_would_be_as_right_to_cite_is_optional(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"question": "Q?", "lang": "en", "kind": "define", "expected": ["a"], "facts": [["x", "y"], ["z"]], "accept": ["b", "c"]},
        {"question": "R?", "lang": "en", "kind": "define", "expected": [], "facts": [], "abstain": True},
    ]  # fmt: skip
    (tmp_path / "answers_x.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n", "utf-8")
    first, second = load_answers(tmp_path)
    assert (first.expected, first.accept, first.facts) == (("a",), ("b", "c"), (("x", "y"), ("z",)))
    assert (second.accept, second.abstain) == ((), True)


def test_what_may_be_cited_too_is_not_what_must_be(retrieval: list[RetrievalCase], answers: list[AnswerCase]) -> None:
    assert any(c.accept for c in retrieval)
    for case in (*retrieval, *answers):
        assert not set(case.accept) & set(case.expected), case.question
        assert case.expected or not case.accept, case.question


def test_no_question_is_on_both_sides_or_answered_twice(retrieval: list[RetrievalCase]) -> None:
    by_question: dict[str, set[tuple[str, ...]]] = {}
    for case in retrieval:
        by_question.setdefault(case.question, set()).add(tuple(sorted(case.expected)))
    assert {q: e for q, e in by_question.items() if len(e) > 1} == {}


def test_no_question_that_an_entry_holds_stands_in_the_sets(
    retrieval: list[RetrievalCase], answers: list[AnswerCase], shipped: Corpus
) -> None:
    asked = {compact(case.question) for cases in (retrieval, answers) for case in cases}
    held = [question for entry in shipped.entries for question in entry.questions]
    assert len(held) > 3000
    assert [question for question in held if compact(question) in asked] == []


def test_patterns_have_one_gap_and_stand_in_no_set(
    retrieval: list[RetrievalCase], answers: list[AnswerCase], shipped: Corpus
) -> None:
    names = {lang: {compact(entry.name(lang)) for entry in shipped.entries} for lang in LANGUAGES}
    asked = {compact(case.question) for cases in (retrieval, answers) for case in cases}
    for pattern in load_patterns("patterns_chat.jsonl"):
        assert pattern["text"].count("{}") == 1
        assert pattern["kind"] in {UNANSWERABLE, *INTENT_KINDS}
        if len(pattern["text"].split()) > 4:  # "what is {}" is in all sets
            before, after = map(compact, pattern["text"].split("{}"))
            alike = [a for a in asked if a.startswith(before) and a.endswith(after)]
            assert not {a[len(before) : len(a) - len(after)] for a in alike} & names[pattern["lang"]], pattern["text"]


def test_the_models_learn_from_half_of_the_chat() -> None:
    learnt = Counter(map(learnt_from, load_patterns("patterns_chat.jsonl")))
    assert 0.9 < learnt[True] / learnt[False] < 1.1


def test_unanswerable_questions_are_kept_in_both_languages(
    retrieval: list[RetrievalCase], answers: list[AnswerCase]
) -> None:
    refused = Counter(c.lang for c in retrieval if not c.expected)
    assert min(refused["ko"], refused["en"]) >= 20
    assert all(c.abstain == (not c.expected) for c in answers)
    assert any(c.abstain for c in answers)


def test_answer_cases_can_be_scored(answers: list[AnswerCase]) -> None:
    for case in answers:
        assert case.question.strip()
        assert all(fact and all(variant.strip() for variant in fact) for fact in case.facts), case.question
        assert all(text.strip() for text in case.forbidden), case.question
        assert all(set(turn) == {"role", "content"} for turn in case.history), case.question


def test_kinds_of_answers_are_kinds_that_have_a_plan(answers: list[AnswerCase]) -> None:
    assert {c.kind for c in answers} & set(PLANS)
