from __future__ import annotations

import math
from pathlib import Path

import pytest

from rag.lexical import EntryTerms, LexicalIndex, tokens

TEXTS = [
    "LoRA trains two small matrices.",
    "QLoRA quantizes the base model to 4 bits.",
    "양자화는 숫자를 적은 비트로 나타냅니다.",
    "파인튜닝은 모델을 더 학습시킵니다.",
    "GPT-3.5 answers questions.",
]


@pytest.fixture
def lexical(tmp_path: Path) -> LexicalIndex:
    LexicalIndex.build(TEXTS, folder=tmp_path)
    return LexicalIndex.open(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("미세 조정", ["미세", "조정"]),
        ("파인튜닝은", ["파인", "인튜", "튜닝", "닝은"]),
        ("뜻 A", ["뜻"]),
        ("LoRA랑 QLoRA", ["lora", "랑", "qlora"]),
        ("GPT-3.5 v0.2", ["gpt", "3.5", "v0.2"]),
        ("the matrices trained models quickly", ["matric", "train", "model", "quick"]),
        ("the of is", []),
        ("as bus gas", ["bus", "gas"]),
        ("ＬｏＲＡ", ["lora"]),
        ("!?", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("query", "row"),
    [("what is LoRA", 0), ("quantized base models", 1), ("양자화가 뭐야?", 2), ("파인튜닝이란", 3), ("gpt 3.5", 4)],
)
def test_the_right_text_ranks_first(lexical: LexicalIndex, query: str, row: int) -> None:
    assert lexical.search(query, k=3)[0][0] == row


def test_scores_fall_and_k_limits(lexical: LexicalIndex) -> None:
    hits = lexical.search("LoRA base model bits 모델을", k=10)
    assert [row for row, _ in hits] == [1, 3, 0]
    scores = [score for _, score in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
    assert lexical.search("LoRA base model bits 모델을", k=1) == hits[:1]


@pytest.mark.parametrize("query", ["", "the of", "?!", "zebra"])
def test_nothing_is_found_for_nothing(lexical: LexicalIndex, query: str) -> None:
    assert lexical.search(query, k=5) == []


@pytest.mark.parametrize("query", ['body:LoRA AND "', "LoRA) OR (", "row:[0 TO 9] LoRA", "\0LoRA", "LoRA\ud800"])
def test_query_syntax_and_broken_text_mean_nothing(lexical: LexicalIndex, query: str) -> None:
    assert lexical.search(query, k=1)[0][0] == 0


def test_a_repeated_word_counts_once(lexical: LexicalIndex) -> None:
    assert lexical.search("LoRA LoRA LoRA", k=5) == lexical.search("LoRA", k=5)


def test_entry_terms() -> None:
    postings = EntryTerms.collect(["LoRA trains matrices", "QLoRA trains bits bits", "모델"])
    assert postings == {"lora": [0], "train": [0, 1], "matric": [0], "qlora": [1], "bit": [1], "모델": [2]}
    terms = EntryTerms(postings, count=3)
    assert terms.has("train", 1)
    assert not terms.has("train", 2)
    assert not terms.has("zebra", 0)
    assert terms.idf("lora") == pytest.approx(math.log(4 / 1.5))
    assert terms.idf("lora") > terms.idf("train")


def test_coverage_is_the_share_of_known_terms_by_weight() -> None:
    terms = EntryTerms(EntryTerms.collect(["LoRA trains matrices", "QLoRA trains bits", "모델"]), count=3)
    rare, common = math.log(4 / 1.5), math.log(4 / 2.5)
    assert terms.coverage("LoRA trains zebra trains") == pytest.approx([1.0, common / (rare + common), 0.0])
    assert terms.coverage("zebra").tolist() == [0.0, 0.0, 0.0]
    assert terms.coverage("").tolist() == [0.0, 0.0, 0.0]
