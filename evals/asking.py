"""Collect the words that people ask with (:func:`rag.vocabulary.asking_terms`): ``python -m evals.asking`` (a second).

From patterns of questions: those of ``patterns_kind.jsonl`` and ``patterns_scope.jsonl``, and of the patterns of chat those that
:mod:`evals.intent` learns from, so that the evidence is weighed on others. Writes ``rag/data/asking.json``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from evals.data import UNANSWERABLE, learnt_from, load_patterns
from rag.lexical import tokens

__all__ = ["collect"]

_OUT = Path(__file__).parent.parent / "rag" / "data" / "asking.json"
_TIMES = 2
"""How many times as often a term has to stand in patterns that a glossary answers."""


def _patterns() -> Iterator[tuple[str, bool]]:
    """The patterns, and whether a glossary answers them."""
    for row in load_patterns("patterns_kind.jsonl"):
        yield row["text"], True
    for row in load_patterns("patterns_scope.jsonl"):
        yield row["text"], row["answerable"]
    for row in load_patterns("patterns_chat.jsonl"):
        if learnt_from(row):
            yield row["text"], row["kind"] != UNANSWERABLE


def collect() -> dict[str, int]:
    """How many of the patterns that a glossary answers use each term."""
    answered: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for text, answerable in _patterns():
        (answered if answerable else others).update(set(tokens(text.replace("{}", " "))))
    return {term: count for term, count in sorted(answered.items()) if count >= _TIMES * others[term]}


def main() -> None:
    """Command line."""
    terms = collect()
    _OUT.write_text(json.dumps(terms, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(f"{len(terms)} terms")


if __name__ == "__main__":
    main()
