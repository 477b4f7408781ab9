"""rag.vocabulary: which words people ask with, and how much a word tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals import asking
from rag.lexical import EntryTerms
from rag.vocabulary import Vocabulary, asking_terms


def vocabulary(asked: dict[str, int]) -> Vocabulary:
    terms = EntryTerms({"common": [0, 1, 2]}, count=3)
    return Vocabulary(terms=terms, asked=asked, is_word=str.isalpha, uses=lambda i, t: False, kin=lambda i: ())


def test_a_word_that_people_ask_with_tells_less() -> None:
    known = vocabulary({"inventor": 2})
    assert known.weight("common") < known.weight("inventor") < known.weight("zeta") == 1.0


def test_all_of_a_word_is_asked_with_or_nothing() -> None:
    known = vocabulary({"창시": 1, "시자": 1})
    assert known.is_asked_with("창시자")
    assert not known.is_asked_with("창시자들")
    assert not known.is_asked_with("?")


@pytest.mark.parametrize("word", ["overkill", "창시"])
def test_words_of_patterns_that_a_glossary_answers_are_asked_with(word: str) -> None:
    assert asking_terms()[word] >= 1


@pytest.mark.parametrize("word", ["price", "stock", "salary"])
def test_words_of_what_no_glossary_answers_are_not(word: str) -> None:
    assert word not in asking_terms()


def test_patterns_that_the_evidence_is_weighed_on_are_not_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"text": f"zeta{number} {{}}", "kind": "why"} for number in range(40)]
    monkeypatch.setattr(asking, "load_patterns", lambda file: rows if file == "patterns_chat.jsonl" else [])
    kept = [row for row in rows if asking.learnt_from(row)]
    assert 0 < len(kept) < len(rows)
    assert asking.collect() == {row["text"].split()[0]: 1 for row in sorted(kept, key=lambda row: row["text"])}


def test_the_file_is_what_the_patterns_give() -> None:
    file = Path(asking.__file__).parents[1] / "rag" / "data" / "asking.json"
    assert json.loads(file.read_text("utf-8")) == asking.collect()
