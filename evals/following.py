"""Fit the weights of :mod:`rag.following`: ``python -m evals.following`` (about a minute). Needs scikit-learn.

Learns from ``datasets/followups.jsonl``, from the development conversations, and from patterns of chat with a name put in, as plain
questions about something else: those that :mod:`evals.intent` learns from, half of them behind a turn about a related term. Prints, in
five folds over the terms of the turns before, how many are read rightly, with the vector of what is asked and by the signs alone (for
other encoders), and writes ``rag/data/following.npz``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evals.data import UNANSWERABLE, FollowUpCase, learnt_from, load_conversations, load_follow_ups, load_patterns
from rag.chain import open_assistant
from rag.following import SUBJECTS, Subject, masked_text
from rag.linear import SIGNS_ALONE, WITH_VECTOR, features
from rag.question import Question
from rag.retriever import GlossaryRetriever
from rag.settings import Settings

__all__ = ["examples", "plain"]

_OUT = Path(__file__).parent.parent / "rag" / "data" / "following.npz"
_FOLDS = 5
_PLAIN = 500
"""Plain questions beside the conversations; the more, the more of them and the fewer others are read rightly."""
_SHORT = 9
"""Words of a plain question at most."""
_RELATED = 0.5
"""Share of them behind a turn about a related term."""
Matrix = NDArray[np.float64]


def examples(retriever: GlossaryRetriever) -> list[tuple[FollowUpCase, Question]]:
    """The conversations in whose second question a name is found, and that question as it is read alone."""
    cases = [*load_follow_ups(), *_of_conversations(retriever)]
    read = [(case, retriever.reader.read(case.question, language=case.lang)) for case in cases]
    return [(case, question) for case, question in read if question.mentions]


def _of_conversations(retriever: GlossaryRetriever) -> Iterator[FollowUpCase]:
    """Turns of the development conversations that name another term than the turn before was about."""
    for conversation in load_conversations():
        for before, turn in pairwise(conversation.turns) if conversation.split == "dev" else ():
            named = {*retriever.reader.read(turn.question, language=conversation.lang).entry_ids}
            if not before.about or before.about[0] in named:
                continue
            old, new = before.about[0] in turn.about, not named.isdisjoint(turn.about)
            if old or new:
                about: Subject = "named" if not old else "both" if new else "before"
                yield FollowUpCase(turn.question, conversation.lang, before.question, before.about[0], about)


def plain(retriever: GlossaryRetriever, *, count: int = _PLAIN, seed: int = 0) -> list[tuple[FollowUpCase, Question]]:
    """Patterns of chat with a name put in, behind turns about other terms."""
    draw, entries, linker = random.Random(seed), retriever.index.entries, retriever.reader.linker
    patterns = [
        p
        for p in load_patterns("patterns_chat.jsonl")
        if learnt_from(p) and p["kind"] not in (UNANSWERABLE, "relation")
    ]
    short = [p for p in patterns if len(p["text"].split()) <= _SHORT]
    made = []
    for pattern in draw.choices(short, k=count):
        entry = entries[draw.choice(sorted(entries))]
        kin = sorted(linker.kin(entry.id))
        before = draw.choice(kin if kin and draw.random() < _RELATED else sorted(entries))
        text = pattern["text"].replace("{}", entry.name(pattern["lang"]))
        read = retriever.reader.read(text, language=pattern["lang"])
        if read.mentions and before not in read.entry_ids:
            made.append((FollowUpCase(text, pattern["lang"], "", before, "named"), read))
    return made


def fit(rows: Matrix, labels: Sequence[str]) -> Matrix:
    """Weights; shape (features, subjects). The last feature is the constant, which is not regularized."""
    model = LogisticRegression(max_iter=5_000).fit(rows[:, :-1], labels)
    if tuple(model.classes_) != SUBJECTS:
        raise ValueError(f"expected the labels {SUBJECTS}, found {tuple(model.classes_)}")
    return np.vstack([model.coef_.T, model.intercept_])


def main() -> None:
    """Command line."""
    retriever = open_assistant(Settings()).retriever
    written = examples(retriever)
    made = [*written, *plain(retriever)]
    labels = np.array([case.about for case, _ in made])
    found = [retriever.following_signs(question, case.entry) for case, question in made]
    vectors = retriever.embeddings.queries([masked_text(question) for _, question in made])
    tables = {
        WITH_VECTOR: np.array([features(signs, vector) for signs, vector in zip(found, vectors, strict=True)]),
        SIGNS_ALONE: np.array([features(signs, None) for signs in found]),
    }
    entries = sorted({case.entry for case, _ in made})
    random.Random(0).shuffle(entries)
    fold = np.array([entries.index(case.entry) % _FOLDS for case, _ in made])
    for name, rows in tables.items():
        told = labels.copy()
        for number in range(_FOLDS):
            weighed = rows[fold == number] @ fit(rows[fold != number], labels[fold != number].tolist())
            told[fold == number] = np.array(SUBJECTS)[weighed.argmax(axis=1)]
        right, of = told == labels, labels[: len(written)]
        by_subject = ", ".join(f"{right[: len(of)][of == s].mean():.3f} of {(of == s).sum()} {s}" for s in SUBJECTS)
        print(
            f"{name}: {right[: len(of)].mean():.3f} of {len(of)} conversations ({by_subject}), {right[len(of) :].mean():.3f} of {len(made) - len(of)} plain ones"
        )
    weights = {name: fit(rows, labels.tolist()).astype(np.float32) for name, rows in tables.items()}
    np.savez(_OUT, allow_pickle=False, **weights)


if __name__ == "__main__":
    main()
