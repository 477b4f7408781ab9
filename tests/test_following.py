"""rag.following: what a follow-up that names a term is about."""

from __future__ import annotations

import pytest
from helpers import open_shipped

from evals.data import load_answers, load_follow_ups, load_retrieval
from rag.corpus import Corpus
from rag.following import SUBJECTS, masked_text, subject_of
from rag.retriever import GlossaryRetriever
from rag.text import compact


@pytest.fixture(scope="module")
def retriever() -> GlossaryRetriever:
    return open_shipped().retriever


@pytest.mark.parametrize(
    ("topic", "text", "subject"),
    [
        ("streaming", "그럼 토큰 값이 더 나오나요", "before"),
        ("knowledge-distillation", "does the accuracy drop a lot", "before"),
        ("vector-database", "임베딩을 꼭 미리 만들어놔야함?", "before"),
        ("quantization", "so my gpu can be smaller then", "before"),
        ("rope", "그럼 lora는 언제 나온거야", "named"),
        ("bleu", "ok what does perplexity measure then", "named"),
        ("gptq", "awq랑 뭐가 달라", "both"),
        ("dpo", "is it better than ppo", "both"),
    ],
)
def test_subject(retriever: GlossaryRetriever, topic: str, text: str, subject: str) -> None:
    assert retriever.following(retriever.reader.read(text), topic) == subject


def test_for_another_encoder_the_signs_alone_are_weighed(retriever: GlossaryRetriever) -> None:
    question = retriever.reader.read("does it need a GPU?")
    found = retriever.following_signs(question, "lora")
    vector = retriever.embeddings.encode([masked_text(question)], query=True)[0]
    assert subject_of(found, vector[:7], model="another") == "before"
    with pytest.raises(ValueError, match="matmul"):
        subject_of(found, vector[:7], model=retriever.embeddings.model)


def test_the_conversations_are_sound_and_stand_in_no_set(shipped: Corpus) -> None:
    cases = load_follow_ups()
    ids = {entry.id for entry in shipped.entries}
    asked = {compact(case.question) for case in (*load_answers(), *load_retrieval()) if case.split == "heldout"}
    assert len(cases) > 700
    assert {case.about for case in cases} == {*SUBJECTS}
    assert [case for case in cases if case.entry not in ids or compact(case.question) in asked] == []
