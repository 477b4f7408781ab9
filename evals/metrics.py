"""Measures of retrieval and of cited answers. Pure functions over lists; checked against other implementations in the tests."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence

import numpy as np

from rag.sentences import sentence_spans
from rag.text import compact
from rag.types import Answer, Citation, Language

__all__ = [
    "bootstrap_interval", "citation_scores", "fact_recall", "forbidden_count", "hit_rate", "ndcg", "recall", "reciprocal_rank",
    "sentence_count",
]  # fmt: skip

_NUMBER = re.compile(r"\[(\d+)\]")
_GROUP = re.compile(r" (?:\[\d+\])+(?=\s|$)")


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


Supports = Callable[[str, Sequence[Citation], Language], bool]


def citation_scores(answer: Answer, *, supports: Supports | None = None) -> tuple[float, float]:
    """Citation recall and precision after ALCE (Gao et al. 2023).

    A sentence is recalled if its quotes carry it: what it says is the one quote, a label before it ("- 7B: ") aside, or
    ``supports`` says so. A citation is precise if its sentence is recalled and its quote is needed for that.

    Args:
        supports: judges a sentence that is no quote against its citations; without it, none is supported.
    """
    cited = {c.n: c for c in answer.citations}
    recalled: list[bool] = []
    precise: list[bool] = []
    begin = 0
    for match in _GROUP.finditer(answer.answer):
        text = answer.answer[begin : match.start()].strip()
        begin = match.end()
        citations = [cited[n] for n in map(int, _NUMBER.findall(match[0])) if n in cited]

        def carries(some: Sequence[Citation], text: str = text) -> bool:
            return _is_quote(text, some) or (
                supports is not None and bool(some) and supports(text, some, answer.language)
            )

        recalled.append(carries(citations))
        precise += [
            recalled[-1] and (len(citations) == 1 or not carries([o for o in citations if o is not c]))
            for c in citations
        ] or [False]
    sentences = len(recalled) + bool(answer.answer[begin:].strip())
    if not sentences:
        return 0.0, 0.0
    return sum(recalled) / sentences, sum(precise) / max(1, len(precise))


def _is_quote(text: str, citations: Sequence[Citation]) -> bool:
    if len(citations) != 1:
        return False
    quote = " ".join(citations[0].quote.split())
    return bool(quote) and text.endswith(quote) and _label_only(text.removesuffix(quote))


def _label_only(text: str) -> bool:
    """Whether what stands before a quote claims nothing: a list mark, or a part of a name with its reading."""
    return not text or re.fullmatch(r"-\s+(?:[^:\n]{1,60}:\s*)?", text) is not None
