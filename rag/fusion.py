"""How the signals of a question are fused into the score of a passage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.types import Chunk, Hit, Kind, SectionName

__all__ = ["FUSED", "NAMELESS", "SECTIONS_OF_KIND", "Fusion", "Weights", "spread", "spread_asked"]

SECTIONS_OF_KIND: Mapping[Kind, tuple[SectionName, ...]] = {
    "define": ("definition",),
    "plain": ("plain", "definition"),
    "expand": ("definition",),
    "list": ("definition",),
    "reverse": ("definition", "plain", "how", "why", "examples"),
    "compare": ("versus", "definition"),
    "how": ("how", "definition"),
    "why": ("why", "definition"),
    "limits": ("limits",),
    "proscons": ("why", "limits"),
    "examples": ("examples",),
    "origin": ("origin", "definition"),
    "same": ("definition",),
    "path": ("definition",),
    "relation": (),
    "model_name": ("how",),
    "fact": (),
}


FUSED = ("dense", "definition", "asked", "told", "lexical", "coverage", "core", "link", "section", "hub")
"""The signals that add up to a score; the last one is subtracted, or added to entries that are seldom near."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How the signals are fused. Tuned on the development split of ``evals/``.

    Attributes:
        dense: the cosine of the passage.
        definition: the cosine of the entry's definition: it tells the term that a description means from terms whose other
            sections talk about it (hit rate@1 on descriptions 0.79 to 0.84, cross-validated on the development split).
        asked: the mean cosine of the nearest three questions that the entry holds, by the tuned encoder.
        told: the cosine of its definition or plain words by the tuned encoder, whichever is nearer.
        lexical: BM25 of the passage.
        coverage: how much of the question the whole entry covers.
        core: how much of the question the entry's names, definition and plain words cover.
        hub: subtracted from entries that are near to everything, for each unit of cosine.
        link: for entries that the question names and is about.
        section: for sections that answer this kind of question.
        mentioned: subtracted from entries that a description mentions in passing: they are not what is sought.
        excluded: subtracted from entries named in a question that asks for the name of something else.
        kin: share of the weight of a carried term that terms related to it get where one of them may be meant.
        context: for terms related to the one that the turn before was about, in a question that does not lean on it.
        description: number of other content words at which a name in the question counts half.
    """

    dense: float = 0.9
    definition: float = 1.3
    asked: float = 1.6
    told: float = 1.2
    lexical: float = 1.1
    coverage: float = 1.3
    core: float = 0.9
    hub: float = 7.0
    link: float = 1.2
    section: float = 0.16
    mentioned: float = 0.1
    excluded: float = 0.1
    kin: float = 0.3
    context: float = 0.3
    description: float = 2.5

    @property
    def best(self) -> float:
        """The score that no passage exceeds by much, as the unit of scores."""
        return self.dense + self.definition + self.lexical + self.coverage + self.core + self.link + self.section


NAMELESS = Weights(
    dense=0.5, definition=0.16, asked=2.66, told=0.83, lexical=0.84, coverage=0.73, core=1.58, hub=3.4, section=0.12
)
"""For questions that name no term. Fitted (conditional logit over the entries found) to 763 of them, of which the development split,
those written for the evidence and those with picked sentences: the right entry comes first for 0.935 of them in five folds, 0.915 with
the other weights."""


def spread(cosine: float) -> float:
    """e5 puts unrelated texts near 0.75 and equal ones near 0.95: that range as 0..1."""
    return min(1.0, max(0.0, (cosine - 0.75) / 0.2))


def spread_asked(cosine: float) -> float:
    """The mean cosine of an entry's nearest questions as 0..1; some entry is always at 0.76."""
    return min(1.0, max(0.0, (cosine - 0.76) / 0.15))


def spread_told(cosine: float) -> float:
    """The cosine of a question and a definition by the tuned encoder as 0..1."""
    return min(1.0, max(0.0, (cosine - 0.72) / 0.18))


@dataclass(frozen=True, slots=True)
class Fusion:
    """Scores the passages found for one question.

    Attributes:
        dense: cosine of the question and each passage, by row.
        lexical: BM25 of passages, by row.
        entries: the weighted signals that all passages of an entry share, by its id.
    """

    kind: Kind
    weights: Weights
    dense: Mapping[int, float]
    lexical: Mapping[int, float]
    entries: Mapping[str, Mapping[str, float]]

    def hit(self, row: int, chunk: Chunk) -> Hit:
        """The passage in ``row`` with its score, 0..1, and its signals."""
        weights, preferred = self.weights, SECTIONS_OF_KIND[self.kind]
        bm25 = self.lexical.get(row, 0.0)
        signals = {
            "cosine": self.dense[row],
            "bm25": bm25,
            "dense": weights.dense * spread(self.dense[row]),
            "lexical": weights.lexical * bm25 / (bm25 + 12.0),  # BM25 has no upper bound, so it is squashed
            "section": 0.0,
            **self.entries[chunk.entry_id],
        }
        if chunk.section in preferred:
            sure = 2.0 if signals["link"] > weights.link / 2 else 1.0  # within a named entry the section decides
            signals["section"] = sure * weights.section * (1 - 0.5 * preferred.index(chunk.section))
        total = sum(signals[name] for name in FUSED)
        return Hit(chunk, max(0.0, min(1.0, total / weights.best)), signals)
