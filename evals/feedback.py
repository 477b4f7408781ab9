"""Verdicts from the web page as candidates for ``datasets/answers.jsonl``; a person decides what becomes of them.

A thumb up on an answer proposes the entries that it cites, on a refusal that there is no answer. A thumb down, or verdicts that
disagree, say only that the question is worth having: those candidates are marked ``unlabelled``, and no dataset loads while
one of its rows is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from rag.feedback import Feedback
from rag.text import normalize

__all__ = ["candidates"]


def candidates(verdicts: Iterable[Feedback]) -> list[dict[str, Any]]:
    """One candidate for each question (with the questions before it), in the order in which they were first asked.

    The keys are those of a row of ``answers.jsonl``, and ``review``: what was answered and said of it, to be removed when
    the row is taken over.
    """
    groups: dict[tuple[str, ...], list[Feedback]] = defaultdict(list)
    for verdict in verdicts:
        before = [turn["content"] for turn in verdict.history if turn["role"] == "user"]
        groups[*map(normalize, before), normalize(verdict.question)].append(verdict)
    return [_candidate(group) for group in groups.values()]


def _candidate(verdicts: list[Feedback]) -> dict[str, Any]:
    last = verdicts[-1]
    answers = {(v.cited, v.abstained) for v in verdicts if v.verdict == "up"}
    agreed = len(answers) == 1 and all(v.verdict == "up" for v in verdicts)
    row: dict[str, Any] = {
        "question": last.question,
        "lang": last.language,
        "kind": last.kind,
        "expected": list(last.cited) if agreed else [],
        "facts": [],
        "forbidden": [],
        "abstain": agreed and last.abstained,
    }
    if last.history:
        row["history"] = [dict(turn) for turn in last.history]
    if not agreed:
        row["unlabelled"] = True
    row["review"] = {
        "up": sum(v.verdict == "up" for v in verdicts),
        "down": sum(v.verdict == "down" for v in verdicts),
        "answer": last.answer,
        "cited": list(last.cited),
        "abstained": last.abstained,
        "comments": [v.comment for v in verdicts if v.comment],
        "index": last.index_digest,
        "time": last.time,
    }
    return row
