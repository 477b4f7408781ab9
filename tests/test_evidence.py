"""rag.evidence: the verdict is a logistic sum of its features, with two cases in which nothing needs weighing."""

from __future__ import annotations

import math

import pytest
from helpers import open_shipped

from rag.chain import Assistant
from rag.evidence import THRESHOLD, WEIGHTS, Evidence, features, weigh
from rag.lexical import EntryTerms
from rag.linking import Leftover, Mention
from rag.question import Question
from rag.types import Chunk, Hit


@pytest.fixture(scope="session")
def assistant() -> Assistant:
    return open_shipped()


def hit(entry: str, *, score: float, link: float = 0.0, cosine: float = 0.85, bm25: float = 12.0) -> Hit:
    chunk = Chunk(f"{entry}:en:definition:0", entry, "en", "definition", entry, "text", f"{entry}.md", 1)
    signals = {
        "cosine": cosine, "bm25": bm25, "dense": cosine, "lexical": bm25, "coverage": score, "link": link, "section": 0.0,
    }  # fmt: skip
    return Hit(chunk, score, signals)


TERMS = EntryTerms({"alpha": [0], "beta": [1]}, count=2)


def measured(question: Question, hits: list[Hit]) -> dict[str, float]:
    return features(
        question, hits, uses=lambda entry, token: token == "alpha", terms=TERMS, is_word=lambda w: w == "alpha"
    )


def weighed(question: Question, hits: list[Hit]) -> Evidence:
    return weigh(
        question, hits, uses=lambda entry, token: token == "alpha", terms=TERMS, is_word=lambda w: w == "alpha"
    )


def unlinked(text: str, *words: str, kind: str = "fact") -> Question:
    leftovers = tuple(Leftover(text.index(w), text.index(w) + len(w), w) for w in words)
    return Question(text, "en", kind, leftovers=leftovers)  # type: ignore[arg-type]


def test_no_hits_and_no_terms_give_numbers_not_errors() -> None:
    evidence = weighed(unlinked("zeta", "zeta"), [])
    assert evidence.features["cosine"] == 0.0
    assert evidence.features["agreement"] == 0.0
    assert evidence.unknown == ("zeta",)
    assert evidence.confidence < THRESHOLD


def test_features_of_a_question_without_names() -> None:
    found = measured(unlinked("alpha zeta eta", "alpha", "zeta", "eta"), [hit("a", score=0.6), hit("b", score=0.5)])
    assert found["unknown"] == pytest.approx(2 / 3)
    assert found["cosine"] == pytest.approx(0.5)
    assert found["bm25"] == pytest.approx(0.5)
    assert found["agreement"] == 1.0
    assert found["margin"] == pytest.approx(0.5)
    assert found["short"] == 0.0
    assert found["quantity"] == 0.0
    assert "linked" not in found


def test_a_rival_passage_of_the_same_entry_is_no_rival() -> None:
    found = measured(unlinked("alpha zeta eta", "alpha", "zeta", "eta"), [hit("a", score=0.6), hit("a", score=0.55)])
    assert found["margin"] == 1.0


def test_a_question_for_a_number_is_marked() -> None:
    assert measured(unlinked("how much is alpha", "alpha"), [hit("a", score=0.5)])["quantity"] == 1.0


@pytest.mark.parametrize(
    ("kind", "covered", "other"),
    [
        ("how", "linked aspect uncovered", "linked other uncovered"),
        ("fact", "linked other uncovered", "linked aspect uncovered"),
    ],
)
def test_uncovered_content_counts_under_the_kind_of_question(kind: str, covered: str, other: str) -> None:
    question = Question("X beta", "en", kind, (Mention(0, 1, "X", ("a",)),), (Leftover(2, 6, "beta"),))  # type: ignore[arg-type]
    found = measured(question, [hit("a", score=0.6, link=0.9)])
    assert found["linked"] == 1.0
    assert found[covered] == pytest.approx(0.5)
    assert found[other] == 0.0


def test_an_unknown_word_in_front_of_a_name_is_a_novel_compound() -> None:
    mention = (Mention(5, 6, "X", ("a",)),)
    before = Question("zeta X", "en", "define", mention, (Leftover(0, 4, "zeta"),))
    after = Question("X zeta", "en", "define", (Mention(0, 1, "X", ("a",)),), (Leftover(2, 6, "zeta"),))
    assert measured(before, [hit("a", score=0.6, link=0.9)])["novel compound"] == 1.0
    assert measured(after, [hit("a", score=0.6, link=0.9)])["novel compound"] == 0.0


def test_confidence_is_the_logistic_of_the_weighted_sum() -> None:
    question = unlinked("alpha zeta eta", "alpha", "zeta", "eta")
    evidence = weighed(question, [hit("a", score=0.6), hit("b", score=0.5)])
    total = WEIGHTS["bias"] + sum(WEIGHTS.get(name, 0.0) * value for name, value in evidence.features.items())
    assert evidence.confidence == pytest.approx(1 / (1 + math.exp(-total)))
    assert 0.0 < evidence.confidence < 1.0


def test_every_feature_has_a_weight() -> None:
    linked = Question("X beta", "en", "how", (Mention(0, 1, "X", ("a",)),), (Leftover(2, 6, "beta"),))
    named = measured(linked, [hit("a", score=0.6, link=0.9)])
    plain = measured(unlinked("alpha", "alpha"), [hit("a", score=0.5)])
    assert {"bias", *named, *plain} - {"linked"} <= set(WEIGHTS)


@pytest.mark.parametrize("sign", ["unknown", "short", "quantity", "linked unknown", "novel compound"])
def test_what_speaks_against_an_answer_weighs_against_it(sign: str) -> None:
    assert WEIGHTS[sign] < 0


def test_a_bare_name_needs_no_weighing() -> None:
    question = Question("X", "en", "define", (Mention(0, 1, "X", ("a",)),))
    assert weighed(question, [hit("a", score=0.6, link=0.9, cosine=0.0, bm25=0.0)]).confidence == 1.0


def test_a_composed_model_name_needs_no_weighing() -> None:
    question = Question("Qwen3-30B", "en", "model_name", model_name="Qwen3-30B")
    assert weighed(question, [hit("a", score=0.1, cosine=0.0, bm25=0.0)]).confidence == 1.0


@pytest.mark.parametrize("question", ["LoRA가 뭐야?", "What is LoRA?", "LoRA랑 QLoRA 차이?", "RLHF 약자"])
def test_bare_names_in_the_shipped_glossary(assistant: Assistant, question: str) -> None:
    evidence = assistant.search({"question": question}).evidence
    assert evidence.confidence == 1.0
    assert evidence.unknown == ()


@pytest.mark.parametrize(
    ("question", "unknown"),
    [("what is DSPy", ("DSPy",)), ("HellaSwag benchmark가 뭐야", ("HellaSwag",)), ("what is XGBoost", ("XGBoost",))],
)
def test_names_that_the_glossary_lacks(assistant: Assistant, question: str, unknown: tuple[str, ...]) -> None:
    found = assistant.search({"question": question})
    assert found.evidence.unknown == unknown
    assert found.evidence.confidence < THRESHOLD
    assert found.hits == ()
