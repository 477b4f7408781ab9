"""Fit the weights of :mod:`rag.generation.selection`: ``python -m evals.selection`` (about four minutes). Needs scikit-learn.

Learns from questions whose answer was picked among the sentences of an entry (``datasets/sentences.jsonl``, the development conversations) and from the development
questions, where a sentence that holds a fact of the answer is taken for picked. Prints, in five folds by entry, how many of the picked
sentences and of the facts are among those chosen, and writes ``rag/data/selection.json``.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evals.data import load_answers, load_conversations, load_picked
from rag.chain import Assistant, open_assistant
from rag.generation.sources import Sources
from rag.retriever import Retrieval
from rag.settings import Settings
from rag.types import Kind, Sentence

__all__ = ["Example", "chosen", "fit", "share"]

_OUT = Path(__file__).parent.parent / "rag" / "data" / "selection.json"
_FOLDS = 5
_C = 0.005
"""Inverse strength of the regularization, times the number of examples."""
_ALSO = 0.5
"""How much a sentence that would be fine as well counts as picked."""
_PLANNED: frozenset[Kind] = frozenset(("list", "compare", "path", "model_name", "same", "relation", "expand"))
"""Kinds whose sentences are not chosen by this model."""
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the sentences of the entry that it is about.

    Attributes:
        signs: of each sentence, by name.
        picked: how much each is one to choose, 0..1.
        facts: for each fact of the answer, the sentences that hold it; without labels of facts, each best sentence is one.
    """

    entry: str
    signs: Sequence[Mapping[str, float]]
    picked: Vector
    facts: Sequence[frozenset[int]]


def of_picked(assistant: Assistant) -> Iterator[Example]:
    """From questions whose answer was picked, where the program finds their entry."""
    retriever = assistant.retriever
    talks = [talk for talk in load_conversations() if talk.split == "dev"]
    for case in (*load_picked(), *(case for talk in talks for case in talk.picked())):
        before = [{"role": "user", "content": case.before}] if case.before else []
        read = retriever.reader.read(case.question, language=case.lang, history=before)
        if before and case.entry not in read.entry_ids:
            read = replace(read, carried=(case.entry,))
        found = retriever.retrieve(read)
        sentences = _sentences(assistant, found, case.entry)
        texts = [sentence.text.strip() for sentence in sentences]
        picked = np.array([1.0 if t in case.best else _ALSO if t in case.also else 0.0 for t in texts])
        facts = [frozenset({texts.index(text)}) for text in case.best if text in texts]
        if facts and len(facts) == len(case.best):
            yield Example(case.entry, _signs(assistant, found, sentences), picked, facts)


def of_facts(assistant: Assistant) -> Iterator[Example]:
    """From development questions about one entry that hold facts which some sentences have and others have not."""
    for case in load_answers():
        if case.split != "dev" or len(case.expected) != 1:
            continue
        found = assistant.search({"question": case.question, "history": list(case.history)})
        sentences = _sentences(assistant, found, case.expected[0])
        facts = [
            frozenset(i for i, s in enumerate(sentences) if any(v.casefold() in s.text.casefold() for v in fact))
            for fact in case.facts
        ]
        picked = np.array([float(any(i in fact for fact in facts)) for i in range(len(sentences))])
        if found.question.kind not in _PLANNED and 0 < picked.sum() < len(picked):
            yield Example(case.expected[0], _signs(assistant, found, sentences), picked, facts)


def _sentences(assistant: Assistant, found: Retrieval, entry_id: str) -> list[Sentence]:
    """The sentences of an entry, if the answer is about it."""
    sources = Sources(assistant.retriever, found)
    return sources.sentences(entry_id) if sources.subjects[:1] == [entry_id] else []


def _signs(assistant: Assistant, found: Retrieval, sentences: Sequence[Sentence]) -> list[dict[str, float]]:
    return Sources(assistant.retriever, found).signs(sentences)


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """Weights by sign; each example counts the same, and so do its picked sentences and the others."""
    names = sorted({name for example in examples for signs in example.signs for name in signs})
    column = {name: i for i, name in enumerate(names)}
    count = sum(len(example.signs) for example in examples)
    rows = np.zeros((2 * count, len(names)))
    labels, weights = np.repeat([1, 0], count), np.zeros(2 * count)
    at = 0
    for example in examples:
        for signs, picked in zip(example.signs, example.picked, strict=True):
            for name, value in signs.items():
                rows[at, column[name]] = rows[at + count, column[name]] = value
            weights[at] = picked / example.picked.sum()
            weights[at + count] = (1 - picked) / (1 - example.picked).sum()
            at += 1
    kept = weights > 0
    model = LogisticRegression(C=_C * len(examples), max_iter=5_000)
    model.fit(rows[kept], labels[kept], sample_weight=weights[kept] / 2)
    return dict(zip(names, model.coef_[0].tolist(), strict=True))


def chosen(example: Example, weights: Mapping[str, float], *, count: int) -> list[int]:
    """The ``count`` sentences that score highest."""
    scores = [sum(weights.get(name, 0.0) * value for name, value in signs.items()) for signs in example.signs]
    return sorted(range(len(scores)), key=lambda i: -scores[i])[:count]


def share(example: Example, taken: Sequence[int]) -> float:
    """How many of the facts are in the sentences taken."""
    return float(np.mean([bool(fact.intersection(taken)) for fact in example.facts]))


def main() -> None:
    """Command line."""
    assistant = open_assistant(Settings())
    picked, facts = list(of_picked(assistant)), list(of_facts(assistant))
    entries = sorted({example.entry for example in (*picked, *facts)})
    random.Random(0).shuffle(entries)
    fold = {entry: i % _FOLDS for i, entry in enumerate(entries)}
    models = [
        fit([example for example in (*picked, *facts) if fold[example.entry] != number]) for number in range(_FOLDS)
    ]
    print(f"{len(picked)} questions with picked sentences, {len(facts)} with facts")
    for count in (1, 2, 3, 4):
        of = [
            np.mean([share(e, chosen(e, models[fold[e.entry]], count=count)) for e in part]) for part in (picked, facts)
        ]
        print(f"{count} sentences: {of[0]:.3f} of the picked ones, {of[1]:.3f} of the facts")
    weights = {name: round(weight, 3) for name, weight in fit([*picked, *facts]).items()}
    _OUT.write_text(json.dumps({n: w for n, w in weights.items() if w}, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
