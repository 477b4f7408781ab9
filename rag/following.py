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
SET_AGAINST = re.compile(
    r"§\s*(이랑|랑|하고|와|과|보다)|§\s*도\s|(from|than|to|with|and|vs\.?|w/?) (an? |the |plain |normal |regular )?§|^(vs|versus)\b"
)
"""A name that something is held against."""
_ASKS_OF = r"\b(does|do|did|is|are|was|were|can|could|will|would|should|has)"
_OF_IT = re.compile(_ASKS_OF + r"(n'?t)? (it|they|that|this|these|those)\b", re.IGNORECASE)
"""Before a name: the subject is the term before, "how does it use a knowledge graph"."""
_OF_NAME = re.compile(_ASKS_OF + r" (an? |the )?§ \w")
"""The name is the subject: "does speculative decoding change the output"."""
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
    }


def subject_of(found: Mapping[str, float], vector: NDArray[np.float32], *, model: str) -> Subject:
    """The likeliest subject of a follow-up.

    Args:
        found: its signs, and those of the two terms, as :meth:`GlossaryRetriever.following_signs` puts them together.
        vector: of :func:`masked_text`, by ``model``.
    """
    return SUBJECTS[int(logits("following.npz", found, vector, model=model).argmax())]
