"""Measures of retrieval and of cited answers. Pure functions over lists; checked against other implementations in the tests."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence

import numpy as np

from rag.sentences import sentence_spans
from rag.text import compact
from rag.types import Answer

__all__ = [
    "bootstrap_interval", "citation_scores", "fact_recall", "forbidden_count", "hit_rate", "ndcg", "recall", "reciprocal_rank",
    "sentence_count",
]  # fmt: skip

_NUMBER = re.compile(r"\[(\d+)\]")


def hit_rate(ranked: Sequence[str], relevant: Collection[str], *, k: int) -> float:
    """1 if any relevant item is among the first ``k``."""
    return float(any(item in relevant for item in ranked[:k]))


def recall(ranked: Sequence[str], relevant: Collection[str], *, k: int) -> float:
    """Share of the relevant items among the first ``k``."""
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant))


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], *, k: int) -> float:
    """1 / rank of the first relevant item within ``k``, else 0."""
    return next((1 / rank for rank, item in enumerate(ranked[:k], start=1) if item in relevant), 0.0)


def ndcg(ranked: Sequence[str], relevant: Collection[str], *, k: int) -> float:
    """Normalised discounted cumulative gain with binary relevance (Järvelin & Kekäläinen 2002)."""
    gain = sum(1 / math.log2(rank + 1) for rank, item in enumerate(ranked[:k], start=1) if item in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(set(relevant))) + 1))
    return gain / ideal


def bootstrap_interval(values: Sequence[float], *, resamples: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95 % percentile interval of the mean (Efron 1979)."""
    if not values:
        return (math.nan, math.nan)
    generator = np.random.default_rng(seed)
    means = generator.choice(np.asarray(values, dtype=float), size=(resamples, len(values))).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _said(answer: Answer) -> str:
    """All that a person reads: notes and answer, without citation numbers, as a compact key."""
    text = " ".join([*answer.notes, re.sub(r"\s*\[\d+\]", "", answer.answer)])
    return compact(text)


def fact_recall(answer: Answer, facts: Sequence[Sequence[str]]) -> float:
    """Share of the facts of which the answer holds one accepted spelling; case and spaces do not count."""
    said = _said(answer)
    return sum(any(compact(variant) in said for variant in fact) for fact in facts) / len(facts)


def forbidden_count(answer: Answer, forbidden: Sequence[str]) -> int:
    """How many of the strings that must not occur do."""
    said = _said(answer)
    return sum(compact(text) in said for text in forbidden)


def sentence_count(answer: Answer) -> int:
    """Sentences of the answer text."""
    return len(sentence_spans(re.sub(r"\s*\[\d+\]", "", answer.answer)))


def citation_scores(answer: Answer) -> tuple[float, float]:
    """Citation recall and precision after ALCE (Gao et al. 2023), support being exact containment.

    A sentence is recalled if it is cited and what it says is the cited quote, a label before it ("- 7B: ") aside. Each
    sentence has one citation here, so a citation is precise if its sentence is recalled.
    """
    quotes = {c.n: " ".join(c.quote.split()) for c in answer.citations}
    supported: list[bool] = []
    rest = answer.answer
    for number in map(int, _NUMBER.findall(answer.answer)):
        quote = quotes.get(number, "")
        text, _, rest = rest.partition(f" [{number}]")
        supported.append(bool(quote) and text.strip().endswith(quote) and _label_only(text.strip().removesuffix(quote)))
    uncited = bool(rest.strip())
    sentences = len(supported) + uncited
    if not sentences:
        return 0.0, 0.0
    return sum(supported) / sentences, sum(supported) / max(1, len(supported))


def _label_only(text: str) -> bool:
    """Whether what stands before a quote claims nothing: a list mark, or a part of a name with its reading."""
    return not text or re.fullmatch(r"-\s+(?:[^:\n]{1,60}:\s*)?", text) is not None
