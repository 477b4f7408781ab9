"""Which sentences of an entry answer a question.

Answer sentence selection (Yang et al. 2015, "WikiQA"), as one logistic regression over plain signs: in which section a sentence
stands, by what the question asks for; how much of the question's words it holds; how near its passage is to the question. What is
right for one entry is right for another, so the sentences of an entry are only ever held against each other. The weights, in
``data/selection.json``, are fitted by ``python -m evals.selection`` on questions whose answer was picked among the
sentences (``datasets/sentences.jsonl``) and on the facts that answers to the development questions must hold. On 141 questions that nobody
had seen, the rules that this replaces chose sentences with 0.86 of the facts, three sentences chosen like this hold 0.93.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from rag.generation.aspects import Aspect
from rag.intent import Intent
from rag.question import Question, asks_directly, asks_how_many
from rag.types import Sentence

__all__ = ["Asked", "fitted", "score", "signs"]

_NEAR = 0.06
"""A difference of cosines that counts as one."""
_NOISE = 1e-3
"""A deviation of cosines that is none."""
_RARE = 5.0
"""Idf that counts as one."""
_LONG = 100
"""Characters that count as one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What sentences are held against.

    Attributes:
        about: the entry that the sentences are of.
        aspect: what is asked of it beyond the kind of the question.
    """

    question: Question
    intent: Intent
    aspect: Aspect | None
    about: str


@cache
def fitted() -> Mapping[str, float]:
    """The weights, by sign."""
    return MappingProxyType(orjson.loads(files("rag").joinpath("data", "selection.json").read_bytes()))


def signs(
    asked: Asked,
    sentences: Sequence[Sentence],
    *,
    cosines: Mapping[str, float],
    leanings: Mapping[str, float],
    likenesses: NDArray[np.float32],
    overlaps: Sequence[float],
    total: float,
) -> list[dict[str, float]]:
    """What speaks for and against each of the sentences of one entry, each about 0..1.

    Args:
        cosines: of the question and passages, by chunk id.
        leanings: of what the question says beside the name, and passages, as :meth:`GlossaryRetriever.leanings` has them.
        likenesses: of the same and the sentences themselves, as :meth:`GlossaryRetriever.likenesses` has them; they count where one fact is
            asked for, and where a section is asked for they would only lead away from it.
        overlaps: how much of the question's words each sentence holds, weighted by idf.
        total: what all words of the question weigh together.
    """
    question, aspect = asked.question, asked.aspect
    near = np.array([cosines.get(s.chunk.id, 0.0) for s in sentences])
    leans = np.array([leanings.get(s.chunk.id, 0.0) for s in sentences])
    context = {
        **({} if aspect else {f"kind {question.kind}": 1.0}),
        **{f"intent {kind}": 2.0 * chance for kind, chance in asked.intent.kinds.items()},
        "any": 1.0,
        "carried": float(bool(question.carried)),
        "named": float(bool(question.mentions)),
        "direct": float(asked.about in asks_directly(question)),
    }
    standing = {"cosine standing": _standing(near), "leaning standing": _standing(leans)}
    alike, behind = _standing(likenesses), (likenesses - likenesses.max()) / _NEAR
    fact = {f"alike, {name}": context[name] for name in ("kind fact", "intent fact") if context.get(name)}
    counts = asks_how_many(question)
    found = []
    for i, sentence in enumerate(sentences):
        section, first = sentence.chunk.section, float(sentence.start == 0)
        told = bool(aspect and aspect.told.search(sentence.text))
        there = bool(aspect and section in aspect.sections)
        found.append(
            {
                "overlap": overlaps[i] / _RARE,
                "overlap share": overlaps[i] / total if total else 0.0,
                "overlap behind": (overlaps[i] - max(overlaps)) / _RARE,
                "cosine behind": float(near[i] - near.max()) / _NEAR,
                "leaning": 3.0 * float(leans[i]),
                **{name: float(values[i]) for name, values in standing.items()},
                **{f"{name}, standing": share * float(alike[i]) for name, share in fact.items()},
                **{f"{name}, behind": share * float(behind[i]) for name, share in fact.items()},
                "own": float(section == question.kind and not aspect),
                "own of all that is asked": float(section == question.kind and not aspect and not question.leftovers),
                "aspect": float(told),
                "aspect section": float(there),
                "aspect told there": float(told and there),
                "number": float(counts and any(c.isdigit() for c in sentence.text)),
                "length": len(sentence.text) / _LONG,
                "first": first,
                f"{section}, first": first,
                **{f"{section}, {name}": value for name, value in context.items() if value},
            }
        )
    return found


def _standing(values: NDArray[Any]) -> NDArray[Any]:
    """How many deviations each value stands above the mean."""
    standing: NDArray[Any] = (values - values.mean()) / (values.std() + _NOISE)
    return standing


def score(found: Mapping[str, float]) -> float:
    """How well a sentence answers: log-odds, comparable within the sentences of one entry; signs never fitted weigh nothing."""
    weights = fitted()
    return sum(weights.get(name, 0.0) * value for name, value in found.items())
