"""What a follow-up that names a term is about: "램 많이 먹지 않나" after HNSW is about HNSW, "and rouge?" about ROUGE, "is it better than lora" about both.

One logistic regression over three classes. It sees how the question looks, how the two terms stand to each other, and the vector of the
question with its names taken out, which tells what is asked. ``python -m evals.following`` fits the weights in
``data/following.npz`` on conversations written for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.kinds import COMPARES, EQUATES
from rag.linear import logits
from rag.question import Question, asks_directly, has_pronoun, masked, points_back, stands_as_topic

__all__ = ["SET_AGAINST", "SUBJECTS", "TOGETHER", "Subject", "masked_text", "signs", "subject_of"]

Subject = Literal["before", "both", "named"]
SUBJECTS: tuple[Subject, ...] = ("before", "both", "named")
"""The term of the turn before, both, the term that is named; the columns of the weights."""
_HELPS = np.array([[1.0, 0.75, 0.0], [0.5, 1.0, 0.5], [0.0, 0.6, 1.0]])
"""How much an answer about one subject (column) helps who asked about another (row)."""
SET_AGAINST = re.compile(
    r"§\s*(이랑|랑|하고|와|과|보다)|§\s*도\s|(from|than|to|with|and|vs\.?|w/?) (an? |the |plain |normal |regular )?§|^(vs|versus)\b"
)
"""A name that something is held against."""
_ASKS_OF = r"\b(does|do|did|is|are|was|were|can|could|will|would|should|has)"
_OF_IT = re.compile(_ASKS_OF + r"(n'?t)? (it|they|that|this|these|those)\b", re.IGNORECASE)
"""Before a name: the subject is the term before, "how does it use a knowledge graph"."""
_OF_NAME = re.compile(_ASKS_OF + r" (an? |the )?§ \w")
"""The name is the subject: "does speculative decoding change the output"."""
_ARTICLE = r"(an? |the )?§"
_STANDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        **{f"{particle} behind": rf"§\s?({particle})" for particle in (
            "은|는", "이|가", "을|를", "으로|로", "에", "의", "도", "이랑|랑|하고|와|과", "보다", "만", "이나|나", "이면|면", "처럼|같은",
            "까지", "없이", "때문|때",
        )},
        **{f"{words} before": rf"\b({words}) {_ARTICLE}" for words in (
            "is|are|was|were", "do|does|did|can|could|will|would", "with|without|using|through|via|by", "in|on|at|inside", "for", "to|into",
            "of", "from", "than|vs|over", "and|or|plus", "if|when", "like|as", "why|how|what", "so|but|then",
        )},
        **{f"{words} behind": rf"§ ({words})\b" for words in (
            "is|are|was", "do|does|did|can", "has|have|uses?", "too|also", "then|instead", "in|on|for|to|with", "models?",
        )},
        "nothing behind": r"§\W*$",
    }.items()
}  # fmt: skip
"""What stands beside a name: "§로" hints that it serves the term before, "§는" that it is asked about itself."""
TOGETHER = re.compile(
    r"§\s*(이랑|랑|하고|와|과|도)\s*(같이|함께)|상관|연관|관계|\b(together|combine|relate[sd]?|related|connected) (with|to) (an? |the )?§|§ together"
)
"""What is asked of one term beside the one before: "top-p랑 같이 쓰면?"."""


def masked_text(question: Question) -> str:
    """The question with an X for each name, for the encoder."""
    return masked(question).replace("§", "X")


def signs(question: Question) -> dict[str, float]:
    """How a follow-up looks, each sign about 0..1."""
    text, mentions, bare = question.text, question.mentions, masked(question)
    return {
        "words": len(text.split()) / 10,
        "content": len(question.leftovers) / 5,
        "nothing else": float(not question.leftovers),
        "points back": float(has_pronoun(question)),
        "points back first": float(points_back(question)),
        "asks of it": float(bool(_OF_IT.search(text[: mentions[0].start]))),
        "asks of the name": float(bool(_OF_NAME.search(bare)) and not has_pronoun(question)),
        "direct": float(bool(asks_directly(question))),
        "topic": float(any(stands_as_topic(question, mention) for mention in mentions)),
        "early": mentions[0].start / len(text),
        "first": float(mentions[0].start == 0),
        "last": float(mentions[-1].end > len(text) - 3),
        "compares": float(bool(COMPARES.search(bare))),
        "equates": float(bool(EQUATES.search(bare))),
        "set against": float(bool(SET_AGAINST.search(bare))),
        "together": float(bool(TOGETHER.search(bare))),
        "names": len(mentions) / 3,
        **{name: float(bool(pattern.search(bare))) for name, pattern in _STANDS.items()},
    }


def subject_of(found: Mapping[str, float], vector: NDArray[np.float32], *, model: str) -> Subject:
    """The subject of a follow-up by which the answer helps most: one about both still holds what is asked of either.

    Args:
        found: its signs, and those of the two terms, as :meth:`GlossaryRetriever.following_signs` puts them together.
        vector: of :func:`masked_text`, by ``model``.
    """
    told = logits("following.npz", found, vector, model=model)
    chances = np.exp(told - told.max())
    return SUBJECTS[int((chances @ _HELPS).argmax())]
