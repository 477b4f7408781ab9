from __future__ import annotations

import pytest
from helpers import open_shipped

from rag.generation.aspects import aspect_of


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("과적합은 어떻게 막아?", "과적합을 줄이려면"),
        ("환각을 줄이려면 어떻게 해야 하나요?", "환각은 RAG로 근거 문서를 주고"),
        ("How do I reduce KV cache memory?", "KV cache size is reduced by"),
        ("VRAM이 부족하면 어떻게 해야 돼?", "사용량을 줄이는 방법"),
        ("vLLM은 왜 빨라?", "PagedAttention"),
        ("환각은 왜 생겨?", "때문에 생깁니다"),
        ("positional encoding이 없으면 어떻게 돼?", "위치 인코딩이 없으면"),
        ("청크 크기는 얼마가 적당해?", "정답 크기가 없어서"),
        ("BERT의 한국어 버전 있어?", "KoBERT"),
        ("what is dropout and when should i turn it off", "often uses no dropout"),
        ("파인튜닝은 언제 해야 하나요", "때 파인튜닝을 고려합니다"),
        ("LoRA에 대해 자주 하는 오해", "압축하는 기법이 아니며"),
        ("what do people get wrong about LoRA", "not a compression method"),
        ("CoT는 언제 효과가 없나요?", "이득이 거의 없습니다"),
        ("when to use LoRA", "LoRA helps when"),
        ("how do I stop my model from overfitting?", "To reduce overfitting"),
        ("how do i reduce hallucination", "Hallucination drops when"),
        ("로라 언제 씀", "때 LoRA를 씁니다"),
        ("does a reranker make things slower", "adds response time"),
        ("cot 시키면 답 느려짐?", "지연 시간이 커지고"),
        ("추측 디코딩은 언제 안 쓰는게 나아?", "오히려 느려질 수 있어"),
    ],
)
def test_the_sentence_that_tells_the_aspect_is_there(question: str, quote: str) -> None:
    answer = open_shipped().ask(question)
    assert any(quote in citation.quote for citation in answer.citations), answer.answer


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("do i really need a vector database?", "does not strictly need"),
        ("what is a vector database and do I need one for 1000 docs?", "does not strictly need"),
        ("does chain of thought always help?", "almost no gain"),
        ("when is chain of thought useless", "almost no gain"),
        ("is word2vec still useful?", "Word2Vec is enough"),
        ("is word2vec outdated", "Word2Vec is enough"),
        ("how can one choose learning rate", "has to be found by experiment"),
        ("학습률 어떻게 정해요?", "실험"),
        ("who uses wordpiece", "such as BERT, DistilBERT and ELECTRA"),
        ("GPU 메모리 부족한데 VRAM 어떡함", "사용량을 줄이는 방법"),
        ("what is BLEU score and what is bad about it", "BLEU (Bilingual Evaluation Understudy) is"),
        ("what are the limits of bleu", "compares only surface words"),
        ("is higher better for bleu", "higher is better"),
        ("퍼플렉시티 높으면 좋은거야?", "낮을수록 좋은"),
        ("lora rank 높으면 좋은거?", "높을수록 무조건 좋은 값이 아니며"),
        ("when would i skip a reranker", "adds response time"),
    ],
)
def test_the_sentence_that_tells_the_aspect_comes_first_or_behind_the_definition(question: str, quote: str) -> None:
    answer = open_shipped().ask(question)
    assert any(quote in citation.quote for citation in answer.citations[:2]), answer.answer


def test_a_plain_question_has_no_aspect_and_its_usual_answer() -> None:
    first = open_shipped().ask("LoRA가 뭐야?").citations[0]
    assert first.section == "definition"
    assert open_shipped().ask("LoRA 원리").citations[0].section == "how"


def test_slower_asks_for_nothing_lower() -> None:
    question = open_shipped().retriever.reader.read("does a reranker make things slower")
    aspect = aspect_of(question)
    assert aspect is not None
    assert aspect.told.search("which adds response time")
    assert not aspect.told.search("this lowers memory use")
