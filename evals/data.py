"""The question sets, and their split.

A question belongs to the held-out third if the SHA-256 of its text is divisible by three, so that nobody chooses. Weights
and rules were tuned on the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.errors import InputError
from rag.following import Subject
from rag.types import Language

__all__ = [
    "UNANSWERABLE",
    "AnswerCase",
    "Conversation",
    "ConversationTurn",
    "FollowUpCase",
    "PickedCase",
    "RetrievalCase",
    "learnt_from",
    "load_answers",
    "load_calibration",
    "load_conversations",
    "load_follow_ups",
    "load_patterns",
    "load_picked",
    "load_retrieval",
]

Split = Literal["dev", "heldout"]
_FOLDER = Path(__file__).parent / "datasets"
UNANSWERABLE = "no"
"""Kind of the patterns of chat that ask for what no glossary holds."""


def split_of(question: str) -> Split:
    """The split that a question belongs to."""
    return "heldout" if _digest(question) % 3 == 0 else "dev"


def _digest(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


@dataclass(frozen=True, slots=True)
class RetrievalCase:
    """A question and the entries that answer it.

    Attributes:
        expected: ids that a right answer comes from; empty if the glossary has none.
        accept: ids that would be as right.
    """

    question: str
    lang: str
    kind: str
    expected: tuple[str, ...]
    accept: tuple[str, ...] = ()

    @property
    def split(self) -> Split:
        """Development or held out."""
        return split_of(self.question)


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """A question and what its answer must and must not say.

    Attributes:
        facts: each a tuple of spellings, of which the answer must hold one.
        forbidden: what a right answer never holds.
        accept: entries that would be as right to cite as those expected.
    """

    question: str
    lang: str
    kind: str
    expected: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...]
    abstain: bool
    history: tuple[dict[str, str], ...]
    accept: tuple[str, ...] = ()

    @property
    def split(self) -> Split:
        """Development or held out."""
        return split_of(self.question)


@dataclass(frozen=True, slots=True)
class PickedCase:
    """A question about one entry, and the sentences of it that answer.

    Attributes:
        before: the question before, which names the term that this one leaves out; mostly empty.
        best: the sentences that make up the answer, the most important one first.
        also: others that would be fine as well.
    """

    question: str
    lang: Language
    entry: str
    before: str
    best: tuple[str, ...]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FollowUpCase:
    """A question that names another term than the turn before it was about.

    Attributes:
        before: the question before.
        entry: what that one is about.
        about: what this one is about.
    """

    question: str
    lang: Language
    before: str
    entry: str
    about: Subject


@dataclass(frozen=True, slots=True)
class ConversationTurn:
    """A question of a conversation.

    Attributes:
        kind: how it goes on from the one before: "follow", "pass" (names a term in passing), "switch", "both", "fresh", ...
        about: ids of the entries that answer it, the main one first; empty if none does.
        best: the sentences of the main one that answer it; None where they were not picked.
        also: others that would be fine as well.
    """

    question: str
    kind: str
    about: tuple[str, ...]
    best: tuple[str, ...] | None
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """The questions of one person, in order; the answers are those of the program."""

    lang: Language
    turns: tuple[ConversationTurn, ...]

    @property
    def split(self) -> Split:
        """Development or held out, by the first question."""
        return split_of(self.turns[0].question)

    def picked(self) -> Iterator[PickedCase]:
        """The turns whose answer was picked among the sentences of an entry."""
        for number, turn in enumerate(self.turns):
            if turn.best:
                before = self.turns[number - 1].question if number else ""
                yield PickedCase(turn.question, self.lang, turn.about[0], before, turn.best, turn.also)


def _rows(pattern: str, *, folder: Path = _FOLDER) -> list[dict[str, Any]]:
    rows = []
    for file in sorted(folder.glob(pattern)):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            if line.strip():
                rows.append(json.loads(line))
                if rows[-1].get("unlabelled"):
                    raise InputError(
                        f"{file.name}:{number} is a candidate that nobody has labelled: fill in 'expected' or 'abstain' "
                        "and remove 'unlabelled', or remove the line"
                    )
    return rows


def load_retrieval() -> list[RetrievalCase]:
    """All retrieval cases."""
    return [
        RetrievalCase(r["question"], r["lang"], r["kind"], tuple(r["expected"]), tuple(r.get("accept", ())))
        for r in _rows("retrieval_*.jsonl")
    ]


def load_answers(folder: Path = _FOLDER) -> list[AnswerCase]:
    """All answer cases.

    Raises:
        InputError: a row is a candidate from feedback that nobody has labelled yet.
    """
    return [
        AnswerCase(
            question=r["question"],
            lang=r["lang"],
            kind=r["kind"],
            expected=tuple(r["expected"]),
            facts=tuple(tuple(fact) for fact in r.get("facts", ())),
            forbidden=tuple(r.get("forbidden", ())),
            abstain=r.get("abstain", False),
            history=tuple(r.get("history", ())),
            accept=tuple(r.get("accept", ())),
        )
        for r in _rows("answers*.jsonl", folder=folder)
    ]


def load_picked() -> list[PickedCase]:
    """Questions whose answer was picked among the sentences of an entry; the choice of sentences is fitted on them."""
    return [
        PickedCase(r["question"], r["lang"], r["entry"], r["before"], tuple(r["best"]), tuple(r["also"]))
        for r in _rows("sentences.jsonl")
    ]


def load_follow_ups() -> list[FollowUpCase]:
    """Questions that name another term than the turn before was about; what they are about is fitted on them."""
    return [
        FollowUpCase(r["question"], r["lang"], r["before"], r["entry"], r["about"]) for r in _rows("followups.jsonl")
    ]


def load_conversations() -> list[Conversation]:
    """Whole conversations."""

    def turn(row: dict[str, Any]) -> ConversationTurn:
        best = tuple(row["best"]) if "best" in row else None
        return ConversationTurn(row["question"], row["type"], tuple(row["about"]), best, tuple(row.get("also", ())))

    return [Conversation(r["lang"], tuple(map(turn, r["turns"]))) for r in _rows("conversations.jsonl")]


def load_calibration() -> list[RetrievalCase]:
    """Questions that only the evidence is fitted on: half of them are near the domain and not answerable."""
    return [
        RetrievalCase(r["question"], r["lang"], "calibration", tuple(r["expected"]), tuple(r["accept"]))
        for r in _rows("calibration.jsonl")
    ]


def load_patterns(file: str) -> list[dict[str, Any]]:
    """Ways to ask about a term, with ``{}`` where its name stands."""
    return [json.loads(line) for line in (_FOLDER / file).read_text("utf-8").splitlines()]


def learnt_from(pattern: Mapping[str, Any]) -> bool:
    """Whether the models of intent learn from a pattern of chat; the evidence is weighed on the other half."""
    return _digest(pattern["text"]) % 2 == 0
