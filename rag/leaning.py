"""Whether a question that names no term is about the one before: "높으면 좋은 거야?" after perplexity is, "any good pasta?" is not.

One logistic regression over what the question looks like (how much it says, whether it points back), over how much nearer the passages
of the term before are to it, once that term is put before it, than those of all other terms, and over the vector of the question itself.
``python -m evals.leaning`` fits the weights in ``data/leaning.npz`` on follow-ups and on questions put behind a turn that they have
nothing to do with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.linear import logits
from rag.question import Question, has_pronoun, masked

__all__ = ["LEANS", "MAY_LEAN", "SURELY_LEANS", "Nearness", "opens_as_follow_up", "probability", "signs"]

LEANS = 0.2
"""Probability from which a question is first read as one about the term before, or about one related to it: at 0.2 the right entry leads in
0.918 of the development turns without a name, at 0.3 in 0.900."""
MAY_LEAN = 0.1
"""Probability from which it is read like that if it finds no answer by itself."""
SURELY_LEANS = 0.8
"""Probability from which no related term is thought of, and the name of something may be asked for: 0.44 of such follow-ups have it, and
none of 194 other questions for a name."""
_ANAPHORA = re.compile(
    r"^(그럼|그러면|그렇다면|그건|그거|그게|그것|그\s|이건|이거|이게|이것|저건|둘|두\s*(개|가지)|왜|예시|예를|더|좀\s*더|자세히|장점|단점|한계|원리|어떻게|차이|언제|누가|근데|그래서|and\b|so\b|then\b|why|how|what about|how about|it\b|its\b|they\b|that\b|this\b|those\b|both\b|more\b|example|when|who|pros|cons|limits?\b|difference)"
)
_USUAL = 0.85
"""A cosine of a question with the best passage."""


def opens_as_follow_up(question: Question) -> bool:
    """Whether a question begins with a word that goes on: "그럼", "and", "why"."""
    return bool(_ANAPHORA.search(masked(question)))


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a question is to the entry of the term before.

    Attributes:
        own: cosine of the nearest passage of that entry, with the term's name put before the question.
        ahead: that, less the cosine of the nearest passage of all other entries.
        ahead_alone: the same of the question as it stands.
        asked_ahead: the mean cosine of the nearest stored questions of that entry, less that of any other entry.
        asked_ahead_alone: the same of the question as it stands.
        shared: how much of what the question says that entry says too, 0..1.
    """

    own: float
    ahead: float
    ahead_alone: float
    asked_ahead: float
    asked_ahead_alone: float
    shared: float


def signs(question: Question, near: Nearness) -> dict[str, float]:
    """What speaks for and against, each about -1..1."""
    return {
        "words": len(question.text.split()) / 10,
        "content": len(question.leftovers) / 5,
        "points back": float(has_pronoun(question)),
        "goes on": float(opens_as_follow_up(question)),
        "asks for a name": float(question.kind == "reverse"),
        "near": 10 * (near.own - _USUAL),
        "ahead": 10 * near.ahead,
        "ahead alone": 10 * near.ahead_alone,
        "asked ahead": 5 * near.asked_ahead,
        "asked ahead alone": 5 * near.asked_ahead_alone,
        "shared": near.shared,
    }


def probability(found: Mapping[str, float], vector: NDArray[np.float32], *, model: str) -> float:
    """That the question is about the term before, if every other question were; ``vector`` is that of its text, by ``model``."""
    return float(1 / (1 + np.exp(-logits("leaning.npz", found, vector, model=model)[0])))
