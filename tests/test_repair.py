from __future__ import annotations

import pytest

from rag.reader import QuestionReader
from rag.repair import spell_out


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("waht is LoRA", "define"),
        ("whta is LoRA", "define"),
        ("explian LoRA", "define"),
        ("diffrence between BM25 and TF-IDF", "compare"),
        ("whats the difrence of BM25 and TF-IDF", "compare"),
        ("differnece between BM25 and TF-IDF", "compare"),
        ("pros and cnos of RAG", "proscons"),
        ("LoRA 뭐애요", "define"),
        ("LoRA 먼가요", "define"),
        ("LoRA 약자 알려주세여", "expand"),
        ("LoRA 뭔가여?", "define"),
        ("BM25 알랴줘", "define"),
        ("LoRA랑 QLoRA 챠이점", "compare"),
    ],
)
def test_misspelt_words_that_ask_are_put_right_silently(reader: QuestionReader, typed: str, kind: str) -> None:
    read = reader.read(typed)
    assert read.kind == kind
    assert read.leftovers == ()
    assert not any(mention.corrected for mention in read.mentions)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("what is DoeS attention", "DoeS"),  # inner capitals are meant
        ("what is typed attention", "typed"),  # not "types": a slip keeps the last letter
        ("what is form attention", "form"),  # the glossary spells it, so it is no "from"
        ("검색 결과 여러 개를 더해서 합치는 방법", "더해서"),
        ("추론이 reasoning도 되던데", "되던데"),
    ],
)
def test_other_words_stay_as_typed(reader: QuestionReader, question: str, word: str) -> None:
    assert word in reader.read(question).text


@pytest.mark.parametrize(
    ("question", "ids", "corrected"),
    [
        ("dense and sparse retrieval difference", ("dense-retrieval", "sparse-retrieval"), "Dense retrieval"),
        ("sparse retrieval vs dense", ("sparse-retrieval", "dense-retrieval"), "Dense retrieval"),
        ("encoder and decoder only models", ("encoder-only", "decoder-only"), "Encoder-only model"),
        ("what is prompt and prefix tuning", ("prompt-tuning", "prefix-tuning"), "Prompt tuning"),
        ("gpt-3 vs 4", ("gpt-3", "gpt-4"), "GPT-4"),
        ("희소 검색이랑 밀집은 뭐가 달라?", ("sparse-retrieval", "dense-retrieval"), "밀집 검색"),
    ],
)
def test_a_word_that_two_names_share_is_said_once(
    reader: QuestionReader, question: str, ids: tuple[str, ...], corrected: str
) -> None:
    read = reader.read(question)
    assert (read.entry_ids, read.leftovers) == (ids, ())
    assert [m.corrected for m in read.mentions if m.corrected] == [corrected]


def test_words_that_make_no_name_together_are_left_over(reader: QuestionReader) -> None:
    read = reader.read("zebra and sparse retrieval difference")
    assert read.entry_ids == ("sparse-retrieval",)
    assert read.content == ("zebra",)


def test_a_particle_within_a_name(reader: QuestionReader) -> None:
    read = reader.read("LLM을 심판으로 쓸때 주의점이 있나요")
    assert read.entry_ids == ("llm-as-a-judge",)
    assert read.kind == "limits"
    assert reader.read("LoRA를 BERT에").entry_ids == ("lora", "bert")


@pytest.mark.parametrize(
    ("typed", "named"),
    [("how do ppl tune LoRA", ("lora",)), ("do ppl use LoRA", ("lora",))],
)
def test_people_are_no_perplexity(reader: QuestionReader, typed: str, named: tuple[str, ...]) -> None:
    assert reader.read(typed).entry_ids == named


@pytest.mark.parametrize(
    ("text", "spelt"),
    [("임베딩이 모임", "임베딩이 뭐임"), ("RAG가 모임?", "RAG가 뭐임?"), ("독서 모임이 뭐야", "독서 모임이 뭐야")],
)
def test_what_is_it_is_written_as_it_is_said(text: str, spelt: str) -> None:
    assert spell_out(text) == spelt


def test_a_word_that_a_misspelt_name_shares_is_said_once(reader: QuestionReader) -> None:
    read = reader.read("what's the differnce between sparse and dense retreival")
    assert read.entry_ids == ("sparse-retrieval", "dense-retrieval")
