"""rag.leaning: whether a question that names nothing is about the term before."""

from __future__ import annotations

import pytest
from helpers import open_shipped

from evals.leaning import examples
from rag.leaning import LEANS, MAY_LEAN, Nearness, opens_as_follow_up, probability, signs
from rag.question import Question
from rag.retriever import GlossaryRetriever


@pytest.fixture(scope="session")
def retriever() -> GlossaryRetriever:
    return open_shipped().retriever


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("perplexity", "높으면 조은거임?"),
        ("moe", "실제로 그거 쓴 모델 하나만 대봐"),
        ("bm25", "단점은 없나"),
        ("rope", "why do people like it"),
        ("dropout", "how much should i use"),
    ],
)
def test_a_question_that_goes_on_leans(retriever: GlossaryRetriever, topic: str, text: str) -> None:
    assert retriever.leans(retriever.reader.read(text), topic) >= LEANS


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("lora", "오늘 서울 날씨 어때"),
        ("lora", "any good pasta place near the office?"),
        ("bm25", "작은 모델이 큰 모델한테 배우게 하는 기법 이름이 뭐였지"),
        ("dropout", "what do you call it when a chatbot makes up facts that are not true"),
    ],
)
def test_another_subject_does_not(retriever: GlossaryRetriever, topic: str, text: str) -> None:
    assert retriever.leans(retriever.reader.read(text), topic) < MAY_LEAN


def test_nearness_and_shared_words_speak_for_it_and_content_against(retriever: GlossaryRetriever) -> None:
    short, long = retriever.reader.read("장점은?"), retriever.reader.read("여행 비행기 호텔 예약 날짜 장점")
    vector = retriever.embeddings.encode([short.text], query=True)[0]
    model = retriever.embeddings.model

    def told(question: Question, *, own: float, other: float, shared: float) -> float:
        near = Nearness(own, own - other, own - other, own - other, own - other, shared)
        return probability(signs(question, near), vector, model=model)

    near = told(short, own=0.9, other=0.85, shared=1.0)
    assert near > told(short, own=0.85, other=0.9, shared=1.0)
    assert near > told(short, own=0.9, other=0.85, shared=0.0)
    assert near > told(long, own=0.9, other=0.85, shared=1.0)


@pytest.mark.parametrize(("text", "goes_on"), [("그럼 단점은?", True), ("and the limits?", True), ("느린 모델", False)])
def test_words_that_go_on(retriever: GlossaryRetriever, text: str, goes_on: bool) -> None:
    assert opens_as_follow_up(retriever.reader.read(text)) is goes_on


@pytest.mark.slow
def test_it_is_learnt_from_follow_ups_and_from_questions_that_stand_alone(retriever: GlossaryRetriever) -> None:
    made = list(examples(retriever))
    assert min(sum(e.leans for e in made), sum(not e.leans for e in made)) > 200
    assert not any(example.question.mentions for example in made)
    assert all(example.topic in retriever.index.entries for example in made)
