from __future__ import annotations

import pytest
from helpers import open_shipped

from rag.sides import as_written, sides


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("vLLM vs TGI vs Ollama", [("vLLM", {"vllm"}), ("TGI", set()), ("Ollama", {"ollama"})]),
        ("Ollama vs LM Studio vs vLLM", [("Ollama", {"ollama"}), ("LM Studio", set()), ("vLLM", {"vllm"})]),
        ("vLLM vs TensorRT-LLM", [("vLLM", {"vllm"}), ("TensorRT-LLM", set())]),
        ("GaLore는 LoRA보다 나아?", [("GaLore", set()), ("LoRA", {"lora"})]),
        ("블록체인과 RAG의 차이", [("블록체인", set()), ("RAG", {"rag"})]),
        ("Adam이랑 SGD 차이, AdamW는 또 뭐야?", [("Adam", {"adam-optimizer"}), ("SGD", set()), ("AdamW", set())]),
        ("RAG랑 파인튜닝 성능 차이", [("RAG", {"rag"}), ("파인튜닝", {"fine-tuning"})]),
        ("speculative decoding을 쓰면 결과가 달라지나요?", [("speculative decoding", {"speculative-decoding"})]),
        ("gqa가 mqa보다 나은점이 뭐임 논문읽다 헷갈림", [("gqa", {"gqa"}), ("mqa", {"mqa"})]),
        ("안녕하세요", []),
    ],
)
def test_sides(question: str, expected: list[tuple[str, set[str]]]) -> None:
    retriever = open_shipped().retriever
    found = sides(retriever.reader.read(question), is_word=retriever.is_word)
    assert [(side.text, set(side.entry_ids)) for side in found] == expected


@pytest.mark.parametrize(
    ("text", "end", "word"),
    [("블록체인과 RAG", 3, "블록체인"), ("파이프라인이 뭐야", 3, "파이프라인"), ("SGD랑 Adam", 3, "SGD"), ("렌터카 추천", 3, "렌터카")],
)  # fmt: skip
def test_a_word_is_shown_whole_and_without_its_particle(text: str, end: int, word: str) -> None:
    assert as_written(text, 0, end) == word


@pytest.mark.parametrize(
    ("question", "note", "quote"),
    [
        ("overfitting and underfitting difference", "underfitting", "The opposite of overfitting is underfitting"),
        ("에이전트랑 챗봇 차이", "챗봇", "챗봇이 모두 에이전트는 아니며"),
        ("RNN vs LSTM vs GRU", "GRU", "An LSTM controls its memory"),
        ("vLLM vs TGI vs TensorRT-LLM", "TGI, TensorRT-LLM", "vLLM is an open-source"),
    ],
)
def test_what_is_missing_is_named_and_what_is_said_of_it_leads(question: str, note: str, quote: str) -> None:
    answer = open_shipped().ask(question)
    assert any(note in n for n in answer.notes)
    assert quote in answer.citations[0].quote


def test_no_entry_is_read_into_a_word_that_only_begins_its_name() -> None:
    assert "chatbot-arena" not in open_shipped().retriever.reader.read("에이전트랑 챗봇 차이").entry_ids
