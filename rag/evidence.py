"""Whether the glossary answers a question: one number in 0..1, and the reasons behind it.

The cosine of the best passage tells off-topic questions but not near ones without an entry (AUROC 0.81), so the verdict
also weighs what the question says beyond the names it links: a word that the glossary never uses, an unknown word in front
of a known name ("HellaSwag benchmark"), content that the linked entry never touches, a question for a number. The weights
are a logistic regression, fitted on the development split by ``python -m evals.calibrate``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rag.lexical import EntryTerms, tokens
from rag.question import Question, asks_directly
from rag.types import Hit

__all__ = ["THRESHOLD", "WEIGHTS", "Evidence", "features", "weigh"]

THRESHOLD = 0.5
"""Below this the assistant abstains; chosen from the risk-coverage curve in ``evals/README.md``."""

WEIGHTS: Mapping[str, float] = {
    "bias": -3.68,
    "agreement": -0.35,
    "bm25": 4.18,
    "by example": -0.82,
    "cosine": 3.67,
    "linked": 3.70,
    "linked aspect uncovered": 0.28,
    "linked cosine": 3.81,
    "linked direct": 1.28,
    "linked other uncovered": -1.42,
    "linked unknown": -2.17,
    "margin": 2.02,
    "novel compound": -1.12,
    "quantity": -2.57,
    "reverse": 0.89,
    "short": -3.15,
    "unknown": -3.84,
}

_ASPECTS = frozenset(
    {"how", "why", "limits", "examples", "proscons", "compare", "list", "relation", "same", "reverse", "path"}
)
_QUANTITY = re.compile(
    r"얼마|몇|번호|최신|지금|오늘|요즘 (가격|시세)|주소|전화|이메일|how (much|many|long|old)|number|price|cost|salary|latest|current|"
    r"today|now\b|newest|e-?mail|phone|address"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a question is, or is not, answerable.

    Attributes:
        confidence: 0..1; at least :data:`THRESHOLD` to answer.
        features: what went into it.
        unknown: content words that the glossary never uses.
    """

    confidence: float
    features: Mapping[str, float]
    unknown: tuple[str, ...]


def features(
    question: Question,
    hits: Sequence[Hit],
    *,
    uses: Callable[[str, str], bool],
    terms: EntryTerms,
    is_word: Callable[[str], bool],
) -> dict[str, float]:
    """The numbers that are weighed, each about 0..1.

    Args:
        uses: whether an entry (by id) uses an index term anywhere.
        is_word: whether the glossary's text holds a string.
    """
    top = hits[0].signals if hits else {}
    about = bool(question.carried or question.model_name) or top.get("link", 0.0) > 0.5
    names, words = max(len(question.mentions), int(about)), len(question.leftovers)
    content = [t for word in question.content for t in tokens(word)]
    total = sum(map(terms.idf, content))
    held = sum(terms.idf(t) for t in content if any(uses(i, t) for i in question.entry_ids))
    uncovered = (1 - held / total if total else 0.0) * words / max(1, words + names)
    unknown = sum(not is_word(word) for word in question.content) / max(1, words + names)
    cosine = (max((h.signals["cosine"] for h in hits[:8]), default=0.75) - 0.75) / 0.2
    bm25 = max((h.signals["bm25"] for h in hits[:8]), default=0.0)
    novel = any(
        0 <= m.start - o.end <= 1 and not is_word(question.text[o.start : m.end])
        for o in question.leftovers
        for m in question.mentions
    )
    asked = bool(words) and bool(_QUANTITY.search(question.text.casefold()))
    if about:
        return {
            "linked": 1.0,
            "linked unknown": unknown,
            "linked aspect uncovered": uncovered * (question.kind in _ASPECTS),
            "linked other uncovered": uncovered * (question.kind not in _ASPECTS),
            "linked cosine": cosine,
            "novel compound": float(novel),
            "quantity": float(asked),
            "linked direct": float(asks_directly(question) and not novel),
        }
    return {
        "unknown": unknown,
        "cosine": cosine,
        "bm25": bm25 / (bm25 + 12.0),
        "short": float(words + names <= (3 if question.kind in ("define", "expand", "origin") else 2)),
        "agreement": _agreement(hits),
        "margin": min(0.2, _margin(hits)) / 0.2,
        "reverse": float(question.kind == "reverse"),
        "by example": float(
            bool(hits) and hits[0].chunk.section == "examples"
        ),  # what an example is about, no entry is
        "novel compound": float(novel),
        "quantity": float(asked),
    }


def _agreement(hits: Sequence[Hit]) -> float:
    """Share of the signals (vectors, BM25, coverage) whose best passage is of the entry that won."""
    if not hits:
        return 0.0
    best = [max(hits, key=lambda hit: hit.signals[name]).chunk.entry_id for name in ("dense", "lexical", "coverage")]
    return sum(entry == hits[0].chunk.entry_id for entry in best) / len(best)


def _margin(hits: Sequence[Hit]) -> float:
    """How far the winner is ahead of the next entry."""
    rival = next((hit.score for hit in hits if hit.chunk.entry_id != hits[0].chunk.entry_id), 0.0)
    return hits[0].score - rival if hits else 0.0


def weigh(
    question: Question,
    hits: Sequence[Hit],
    *,
    uses: Callable[[str, str], bool],
    terms: EntryTerms,
    is_word: Callable[[str], bool],
) -> Evidence:
    """Weigh the evidence for ``question`` in ranked ``hits``."""
    found = features(question, hits, uses=uses, terms=terms, is_word=is_word)
    unknown = tuple(word for word in question.content if not is_word(word))
    if (found.get("linked") and not question.leftovers) or "-" in question.model_name:
        return Evidence(1.0, found, unknown)  # nothing but names and words that ask, or a name to take apart
    total = WEIGHTS.get("bias", 0.0) + sum(WEIGHTS.get(name, 0.0) * value for name, value in found.items())
    return Evidence(1 / (1 + math.exp(-total)), found, unknown)
