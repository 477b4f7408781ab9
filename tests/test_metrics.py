"""evals.metrics against other implementations: scikit-learn, and brute force over all cases."""

from __future__ import annotations

import itertools
import math
import random
import warnings

import numpy as np
import pytest

from evals.metrics import (
    bootstrap_interval,
    citation_scores,
    fact_recall,
    forbidden_count,
    hit_rate,
    ndcg,
    recall,
    reciprocal_rank,
    sentence_count,
)  # fmt: skip
from rag.types import Answer, Citation

ITEMS = list("abcdefghijkl")


def cases() -> list[tuple[list[str], set[str], int]]:
    generator = random.Random(7)
    made = []
    for _ in range(200):
        ranked = generator.sample(ITEMS, generator.randint(1, 12))
        made.append((ranked, set(generator.sample(ITEMS, generator.randint(1, 5))), generator.choice([1, 3, 5, 10])))
    return made


def test_ndcg_agrees_with_scikit_learn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns in some versions
        from sklearn.metrics import ndcg_score
    for ranked, relevant, k in cases():
        # scikit-learn scores all items, so those that were not returned rank last, and are not relevant at a cut-off
        order = [*ranked, *(i for i in ITEMS if i not in ranked)]
        truth = [[float(i in relevant) for i in ITEMS]]
        scores = [[float(-order.index(i)) for i in ITEMS]]
        cut = min(k, len(ranked))
        expected = ndcg_score(truth, scores, k=cut)
        ideal = sum(1 / math.log2(r + 1) for r in range(1, min(cut, len(relevant)) + 1))
        full = sum(1 / math.log2(r + 1) for r in range(1, min(k, len(relevant)) + 1))
        assert ndcg(ranked, relevant, k=k) == pytest.approx(expected * ideal / full)


def test_ndcg_by_hand() -> None:
    assert ndcg(["a", "x", "b"], {"a", "b"}, k=10) == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3)))
    assert ndcg(["a", "b"], {"a", "b"}, k=10) == 1.0
    assert ndcg(["x", "y"], {"a"}, k=10) == 0.0
    assert ndcg([], {"a"}, k=10) == 0.0


def test_ranks_against_brute_force() -> None:
    for ranked, relevant, k in cases():
        places = [rank for rank in range(1, len(ranked) + 1) if rank <= k and ranked[rank - 1] in relevant]
        assert hit_rate(ranked, relevant, k=k) == (1.0 if places else 0.0)
        assert reciprocal_rank(ranked, relevant, k=k) == pytest.approx(1 / min(places) if places else 0.0)
        assert recall(ranked, relevant, k=k) == pytest.approx(len(places) / len(relevant))


def test_a_repeated_relevant_item_counts_once_in_recall() -> None:
    assert recall(["a", "a", "b"], ["a", "a", "c"], k=3) == 0.5


def test_bootstrap_agrees_with_all_resamples_of_a_small_sample() -> None:
    values = [0.0, 0.0, 1.0, 1.0, 1.0]
    means = [float(np.mean(chosen)) for chosen in itertools.product(values, repeat=5)]
    low, high = bootstrap_interval(values, resamples=20_000)
    assert (low, high) == pytest.approx(tuple(np.percentile(means, [2.5, 97.5])), abs=0.01)
    assert bootstrap_interval(values) == bootstrap_interval(values)


def test_bootstrap_at_its_edges() -> None:
    assert bootstrap_interval([1.0, 1.0, 1.0]) == (1.0, 1.0)
    assert all(map(math.isnan, bootstrap_interval([])))


def citation(n: int, quote: str) -> Citation:
    return Citation(n, "x", "X", "definition", "en", "x.md", 1, quote, 0.5, "x:en:definition:0", 0, len(quote))


def answer(text: str, *quotes: str, notes: tuple[str, ...] = ()) -> Answer:
    cited = tuple(citation(n, q) for n, q in enumerate(quotes, start=1))
    return Answer("q", "en", "define", text, cited, not quotes, (), "test", notes)


@pytest.mark.parametrize(
    ("text", "quotes", "scores"),
    [
        ("A is B. [1]", ["A is B."], (1.0, 1.0)),
        ("A is B. [1] C is D. [2]", ["A is B.", "C is D."], (1.0, 1.0)),
        ("A is\u0020B. [1]", ["A is\nB."], (1.0, 1.0)),
        ("- 7B: A is B. [1]\n- C is D. [2]", ["A is B.", "C is D."], (1.0, 1.0)),
        ("A is B. [1] A is B. [1]", ["A is B."], (1.0, 1.0)),
        ("A is not B. [1]", ["A is B."], (0.0, 0.0)),
        ("Surely A is B. [1]", ["A is B."], (0.0, 0.0)),
        ("A is B. [1] C is E. [2]", ["A is B.", "C is D."], (0.5, 0.5)),
        ("A is B. [1] And this nobody says.", ["A is B."], (0.5, 1.0)),
        ("Nobody says this.", [], (0.0, 0.0)),
        ("A is B. [2]", ["A is B."], (0.0, 0.0)),
        ("A is B. [1]", [""], (0.0, 0.0)),
        ("- A claim: of its own\nA is B. [1]", ["A is B."], (0.0, 0.0)),
        ("", [], (0.0, 0.0)),
    ],
)
def test_citation_scores(text: str, quotes: list[str], scores: tuple[float, float]) -> None:
    assert citation_scores(answer(text, *quotes)) == scores


def test_facts_are_found_in_any_spelling_and_in_notes() -> None:
    made = answer(
        "LoRA has 65,536 parameters. [1]",
        "LoRA has 65,536 parameters.",
        notes=("Taken from the question before: RAG.",),
    )
    assert fact_recall(made, [["65536", "65,536"], ["lora"]]) == 1.0
    assert fact_recall(made, [["Lo RA"], ["QLoRA"]]) == 0.5
    assert fact_recall(made, [["RAG"]]) == 1.0


def test_citation_numbers_are_no_facts() -> None:
    assert fact_recall(answer("A is B. [1]", "A is B."), [["1"]]) == 0.0


def test_forbidden_strings_are_counted_once_each() -> None:
    made = answer("It is 780억, yes 780억. [1]", "It is 780억, yes 780억.")
    assert forbidden_count(made, ["780 억", "7.8억"]) == 1
    assert forbidden_count(made, []) == 0


def test_sentences_are_counted_without_numbers() -> None:
    assert sentence_count(answer("A is B. [1] C is D. [2]", "A is B.", "C is D.")) == 2
    assert sentence_count(answer("- A is B. [1]\n- C is v0.2 of D. [2]", "A is B.", "C is v0.2 of D.")) == 2
