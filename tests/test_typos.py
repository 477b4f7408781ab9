from __future__ import annotations

import pytest

from rag.linking import Leftover, Mention
from rag.reader import QuestionReader
from rag.typos import SpellingCorrector


@pytest.mark.parametrize(
    ("text", "surface", "start", "entry", "corrected"),
    [
        ("파인튜능", "파인튜능", 0, "fine-tuning", "파인튜닝"),
        ("파인튜능이 뭐야?", "파인튜능", 0, "fine-tuning", "파인튜닝"),
        ("quantizaton", "quantizaton", 0, "quantization", "Quantization"),
        ("what is quantizaton?", "quantizaton", 8, "quantization", "Quantization"),
        ("quantizaton이 뭐야?", "quantizaton", 0, "quantization", "Quantization"),
        ("trasnformer", "trasnformer", 0, "transformer", "Transformer"),
        ("hallucinaton", "hallucinaton", 0, "hallucination", "Hallucination"),
        ("low rank adaptaton", "low rank adaptaton", 0, "lora", "Low-Rank Adaptation"),
        ("quantizatio이 뭐야?", "quantizatio", 0, "quantization", "Quantization"),
        ("퀀타이제이숀이 뭐야?", "퀀타이제이숀", 0, "quantization", "퀀타이제이션"),
        ("강화 학슴", "강화 학슴", 0, "reinforcement-learning", "강화학습"),
        ("미세 조종", "미세 조종", 0, "fine-tuning", "미세조정"),
    ],
)
def test_corrected(reader: QuestionReader, text: str, surface: str, start: int, entry: str, corrected: str) -> None:
    read = reader.read(text)
    assert read.mentions == (Mention(start, start + len(surface), surface, (entry,), corrected=corrected),)
    assert read.leftovers == ()


@pytest.mark.parametrize(
    "text",
    ["DoRA", "GPT-5", "GPT-3.5", "gpt5", "LLaVA", "LoRaX", "matrix", "weights", "숫자", "날씨", "zebra", "스트레칭"],
)
def test_not_corrected(reader: QuestionReader, text: str) -> None:
    mentions = reader.read(text).mentions
    assert [m for m in mentions if m.corrected] == []
    assert {"lora", "gpt-3", "gpt-4", "llama"} & {i for m in mentions for i in m.entry_ids} == set()


def few(*names: str, words: str = "") -> SpellingCorrector:
    keys = {name.casefold().replace(" ", "").replace("-", ""): name for name in names}
    return SpellingCorrector(
        {key: (name,) for key, name in keys.items()}, display=keys, is_word=lambda word: word in words
    )


def leftover(text: str) -> tuple[Leftover, ...]:
    return (Leftover(0, len(text), text),)


def corrected(corrector: SpellingCorrector, text: str) -> list[str]:
    mentions, _ = corrector.correct(text, (), leftover(text))
    return [m.corrected for m in mentions]


def test_a_word_that_the_text_uses_is_no_misspelling() -> None:
    assert corrected(few("Attention"), "attentoin") == ["Attention"]
    assert corrected(few("Attention", words="attentoin"), "attentoin") == []


def test_a_tie_between_two_entries_is_left_alone() -> None:
    assert corrected(few("tokenizer"), "tokenixer") == ["tokenizer"]
    assert corrected(few("tokenizer", "tokenizzr"), "tokenizr") == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("prompt", []),
        ("promts", ["Prompts"]),
        ("xrompts", []),
        ("prompts2", []),
        ("pro", []),
    ],
)
def test_limits_of_correction(word: str, expected: list[str]) -> None:
    assert corrected(few("Prompts", words="prompt"), word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("vicuna", []), ("milvis", ["Milvus"]), ("milvys", ["Milvus"]), ("milvts", []), ("mivlus", ["Milvus"])],
)
def test_a_slip_of_the_fingers_and_another_name(word: str, expected: list[str]) -> None:
    assert corrected(few("Milvus"), word) == expected


@pytest.mark.parametrize(
    ("name", "word", "meant"),
    [
        ("트랜스포머", "트랜스뽀모", True),
        ("트랜스포머", "트랜스토머", True),
        ("트랜스포머", "트랜스토모", False),
        ("스트리밍", "스트레칭", False),
        ("스트리밍", "스트래밍", True),
        ("프롬프트", "프롬브뜨", True),
        ("프롬프트", "프롬그크", False),
        ("파인튜닝", "파이튜닌", True),
        ("파인튜닝", "파인큐링", False),
    ],
)
def test_two_wrong_letters_of_a_korean_word_are_letters_that_sound_alike(name: str, word: str, meant: bool) -> None:
    assert corrected(few(name), word) == [name] * meant


def test_what_is_no_leftover_is_not_touched() -> None:
    mention = Mention(0, 4, "LoRA", ("lora",))
    assert few("LoRB").correct("LoRA", (mention,), ()) == ((mention,), ())


def test_other_leftovers_stay() -> None:
    mentions, rest = few("Quantization").correct(
        "zebra quantizaton", (), (Leftover(0, 5, "zebra"), Leftover(6, 17, "quantizaton"))
    )
    assert mentions == (Mention(6, 17, "quantizaton", ("Quantization",), corrected="Quantization"),)
    assert rest == (Leftover(0, 5, "zebra"),)


@pytest.mark.parametrize("text", ["모델 종류", "한국어 모델 종류 알려줘", "지식 증류 vs 모델 종류"])
def test_words_of_the_glossary_are_no_misspelling_together(reader: QuestionReader, text: str) -> None:
    assert [m.corrected for m in reader.read(text).mentions if m.corrected] == []


@pytest.mark.parametrize("text", ["강화 학슴이 뭐야", "언어 모댈이 뭐야?"])
def test_a_phrase_with_a_particle_is_corrected_too(reader: QuestionReader, text: str) -> None:
    assert [m.corrected for m in reader.read(text).mentions if m.corrected]
