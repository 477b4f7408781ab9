"""Whether the glossary answers a question: one number in 0..1, and the reasons behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.lexical import EntryTerms, tokens
from rag.question import Question
from rag.types import Hit

__all__ = ["THRESHOLD", "Evidence", "weigh"]

THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a question is, or is not, answerable.

    Attributes:
        confidence: 0..1.
        linked: whether the question names a term.
        coverage: share of the question's other content that the best entries use, 1 if there is none.
        cosine: of the best passage.
        bm25: of the best passage.
        unknown: content words that the glossary never uses.
    """

    confidence: float
    linked: bool
    coverage: float
    cosine: float
    bm25: float
    unknown: tuple[str, ...]


def weigh(
    question: Question,
    hits: Sequence[Hit],
    *,
    uses: Callable[[str, str], bool],
    terms: EntryTerms,
    is_word: Callable[[str], bool],
) -> Evidence:
    """Weigh the evidence for ``question`` in ranked ``hits``."""
    content = [t for word in question.content for t in tokens(word)]
    best = list(dict.fromkeys(hit.chunk.entry_id for hit in hits[:8]))[:3]
    targets = list(question.entry_ids) if question.entry_ids and question.kind != "reverse" else best[:1]
    weights = [terms.idf(t) for t in content]
    held = [w for t, w in zip(content, weights, strict=True) if any(uses(i, t) for i in targets)]
    coverage = sum(held) / sum(weights) if content else 1.0
    unknown = tuple(word for word in question.content if not is_word(word))
    cosine = max((hit.signals["cosine"] for hit in hits[:8]), default=0.0)
    bm25 = max((hit.signals["bm25"] for hit in hits[:8]), default=0.0)
    linked = bool(question.entry_ids or question.model_name)
    confidence = 1.0
    return Evidence(confidence, linked, coverage, cosine, bm25, unknown)
