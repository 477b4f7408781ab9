"""Fit the weights of :mod:`rag.leaning`: ``python -m evals.leaning`` (about three minutes). Needs scikit-learn.

Learns from questions of the development split and from picked ones that name no term: those that follow a turn about the entry that
answers them; those that follow a turn about another one; and those that stand alone, put behind a turn about something else, half of
them behind one about a related term. Prints, in five folds,
how many of each are read as follow-ups, and writes ``rag/data/leaning.npz``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evals.data import load_answers, load_conversations, load_picked, load_retrieval
from rag.chain import open_assistant
from rag.leaning import LEANS, MAY_LEAN
from rag.linear import SIGNS_ALONE, WITH_VECTOR, features
from rag.question import Question
from rag.retriever import GlossaryRetriever
from rag.settings import Settings

__all__ = ["Example", "examples"]

_OUT = Path(__file__).parent.parent / "rag" / "data" / "leaning.npz"
_FOLDS = 5
_RELATED = 0.5
"""Share of the questions that stand alone which are put behind a turn about a related term."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question that names no term, and an entry that the turn before was about; ``leans``: whether it asks about that one."""

    question: Question
    topic: str
    leans: bool


def examples(retriever: GlossaryRetriever, *, seed: int = 0) -> Iterator[Example]:
    """Follow-ups, then questions that stand alone."""
    reader, draw = retriever.reader, random.Random(seed)
    alone: list[tuple[Question, tuple[str, ...]]] = []
    topics: list[str] = []
    for case in load_answers():
        read = reader.read(case.question)
        if case.split != "dev" or read.mentions:
            continue
        if not case.history:
            alone.append((read, (*case.expected, *case.accept)))
        elif context := reader.topics(case.history):
            topics.append(context[0])
            yield Example(read, context[0], leans=not set(context).isdisjoint(case.expected))
    for example in _of_conversations(retriever):
        topics.append(example.topic)
        yield example
    for picked in load_picked():
        read = reader.read(picked.question, language=picked.lang)
        if not read.mentions and picked.before:
            topics.append(picked.entry)
            yield Example(read, picked.entry, leans=True)
        elif not read.mentions:
            alone.append((read, (picked.entry,)))
    alone += [
        (read, (*found.expected, *found.accept))
        for found in load_retrieval()
        if found.split == "dev" and not (read := reader.read(found.question)).mentions
    ]
    for read, answers in alone:
        kin = [i for i in reader.linker.kin(answers[0]) if i not in answers] if answers else []
        topic = draw.choice(sorted(kin) if kin and draw.random() < _RELATED else topics)
        if topic not in answers:
            yield Example(read, topic, leans=False)


def _of_conversations(retriever: GlossaryRetriever) -> Iterator[Example]:
    """Turns of the development conversations that name no term."""
    for conversation in load_conversations():
        for before, turn in pairwise(conversation.turns) if conversation.split == "dev" else ():
            read = retriever.reader.read(turn.question, language=conversation.lang)
            if before.about and not read.mentions:
                yield Example(read, before.about[0], leans=not set(before.about).isdisjoint(turn.about))


def main() -> None:
    """Command line."""
    retriever = open_assistant(Settings()).retriever
    made = list(examples(retriever))
    found = [retriever.leaning_signs(example.question, example.topic) for example in made]
    vectors = retriever.embeddings.queries([example.question.text for example in made])
    tables = {
        WITH_VECTOR: np.array([features(signs, vector) for signs, vector in zip(found, vectors, strict=True)]),
        SIGNS_ALONE: np.array([features(signs, None) for signs in found]),
    }
    leans = np.array([example.leans for example in made])
    fold = np.random.default_rng(0).integers(0, _FOLDS, len(made))
    for name, rows in tables.items():
        told = np.zeros(len(made))
        for number in range(_FOLDS):
            told[fold == number] = rows[fold == number] @ fit(rows[fold != number], leans[fold != number])[:, 0]
        for bound in (MAY_LEAN, LEANS, 0.5):
            both = [float((1 / (1 + np.exp(-told[leans == kind])) >= bound).mean()) for kind in (True, False)]
            print(
                f"{name}, from {bound}: {both[0]:.3f} of {leans.sum()} follow-ups, {both[1]:.3f} of {(~leans).sum()} others"
            )
    weights = {name: fit(rows, leans).astype(np.float32) for name, rows in tables.items()}
    np.savez(_OUT, allow_pickle=False, **weights)


def fit(rows: NDArray[np.float64], leans: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights, shape (features, 1), of examples of which both kinds count the same. The last feature is the constant."""
    weights = np.where(leans, 0.5 / leans.sum(), 0.5 / (~leans).sum()) * len(leans)
    model = LogisticRegression(max_iter=5_000).fit(rows[:, :-1], leans, sample_weight=weights)
    return np.vstack([model.coef_.T, model.intercept_])


if __name__ == "__main__":
    main()
