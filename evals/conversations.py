"""How good answers are inside a conversation, where each question follows the program's own answers.

The sets of single questions give a follow-up the history that its author wrote. Here a wrong answer leads the next question astray, as it
does for a person. The writers saw the list of terms only; other people picked, among the sentences of the entry, those that answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from evals.data import Conversation, ConversationTurn, load_conversations
from evals.figures import Figures, means
from rag.chain import Assistant
from rag.types import Answer

__all__ = ["evaluate_conversations"]

_BOTH = frozenset({"both", "compare"})
"""Kinds of turns whose answer cites all that they are about."""
_MEANS = {
    "cited": "cited-term recall", "shown": "picked sentences", "answered": "any picked sentence",
    "abstained rightly": "abstention recall", "refused wrongly": "false refusals",
}  # fmt: skip


def evaluate_conversations(assistant: Assistant, *, split: str, limit: int | None = None) -> Figures:
    """What is cited, which sentences are shown and what is refused, by the kind of turn and language; beside each turn asked alone.

    Args:
        limit: only so many conversations.
    """
    talks = [c for c in load_conversations() if split in ("all", c.split)][:limit]
    rows = [row for talk in talks for row in _talk(assistant, talk, told=True)]
    alone = [row for talk in talks for row in _talk(assistant, talk, told=False)]
    labels = sorted({row["turn"].kind for row in rows} | {row["lang"] for row in rows})
    slices = {
        label: means([row for row in rows if label in (row["turn"].kind, row["lang"])], _MEANS) for label in labels
    } | {"later turns": means([row for row in rows if not row["opens"]], _MEANS)}
    return {
        "split": split,
        "questions": len(rows),
        "systems": {"conversation": means(rows, _MEANS), "each turn alone": means(alone, _MEANS)},
        "slices": slices,
        "failures": [_describe(row) for row in rows if min(row.get("cited", 1), row.get("abstained rightly", 1)) < 1],
    }


def _talk(assistant: Assistant, talk: Conversation, *, told: bool) -> Iterator[Figures]:
    """The figures of each turn; with ``told``, after the turns before and what was answered."""
    history: list[dict[str, str]] = []
    for number, turn in enumerate(talk.turns):
        answer = assistant.ask(turn.question, history=history if told else [])
        history += [{"role": "user", "content": turn.question}, {"role": "assistant", "content": answer.answer}]
        yield {"turn": turn, "answer": answer, "lang": talk.lang, "opens": number == 0, **_scores(turn, answer)}


def _scores(turn: ConversationTurn, answer: Answer) -> Figures:
    """The figures of one answer; a measure that does not apply is absent, all of them where the entry does not tell what is asked."""
    if not turn.about:
        return {"abstained rightly": float(answer.abstained)}
    if turn.best == ():
        return {}
    cited = {citation.id for citation in answer.citations}
    wanted = turn.about if turn.kind in _BOTH else turn.about[:1]
    row: Figures = {"cited": len(cited.intersection(wanted)) / len(wanted), "refused wrongly": float(answer.abstained)}
    if turn.best:
        shown = [any(sentence in citation.quote for citation in answer.citations) for sentence in turn.best]
        row |= {"shown": sum(shown) / len(shown), "answered": float(any(shown))}
    return row


def _describe(row: Figures) -> str:
    turn, answer = row["turn"], row["answer"]
    said = sorted({citation.id for citation in answer.citations})
    return f"{turn.kind} as {answer.kind}: {turn.question} | cites {said} not {list(turn.about)} | {answer.confidence:.2f} {answer.answer[:120]!r}"
