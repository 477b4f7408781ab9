from __future__ import annotations

from dataclasses import replace

import pytest

from rag.errors import InputError
from rag.question import (
    MAX_QUESTION,
    Question,
    asks_directly,
    asks_how_many,
    clean_question,
    exchanges,
    masked,
)
from rag.reader import QuestionReader

Turns = list[dict[str, str]]


def turns(*questions: str) -> Turns:
    return [
        turn
        for q in questions
        for turn in ({"role": "user", "content": q}, {"role": "assistant", "content": "네. [1]"})
    ]


# --- kinds


@pytest.mark.parametrize(
    ("text", "language", "kind", "ids"),
    [
        ("LoRA가 뭐야?", "ko", "define", ["lora"]),
        ("로라", "ko", "define", ["lora"]),
        ("파인튜닝이란?", "ko", "define", ["fine-tuning"]),
        ("LoRA 뜻", "ko", "define", ["lora"]),
        ("양자화에 대해 설명해줘", "ko", "define", ["quantization"]),
        ("What is LoRA?", "en", "define", ["lora"]),
        ("LoRA", "en", "define", ["lora"]),
        ("Explain quantization", "en", "define", ["quantization"]),
        ("what does 미세조정 mean?", "en", "define", ["fine-tuning"]),
        ("LoRA랑 QLoRA 차이", "ko", "compare", ["lora", "qlora"]),
        ("로라큐로라차이", "ko", "compare", ["lora", "qlora"]),
        ("LoRA와 QLoRA 비교해줘", "ko", "compare", ["lora", "qlora"]),
        ("difference between LoRA and QLoRA", "en", "compare", ["lora", "qlora"]),
        ("LoRA vs. QLoRA", "en", "compare", ["lora", "qlora"]),
        ("PEFT 종류", "ko", "list", ["peft"]),
        ("양자화에는 어떤 종류가 있어?", "ko", "list", ["quantization"]),
        ("types of PEFT", "en", "list", ["peft"]),
        ("LoRA는 어떻게 작동해?", "ko", "how", ["lora"]),
        ("How does LoRA work?", "en", "how", ["lora"]),
        ("LoRA 왜 써?", "ko", "why", ["lora"]),
        ("LoRA의 장점", "ko", "why", ["lora"]),
        ("LoRA 언제 써?", "ko", "why", ["lora"]),
        ("Why use LoRA?", "en", "why", ["lora"]),
        ("benefits of LoRA", "en", "why", ["lora"]),
        ("When should I use LoRA?", "en", "why", ["lora"]),
        ("LoRA 한계", "ko", "limits", ["lora"]),
        ("LoRA 단점", "ko", "limits", ["lora"]),
        ("limitations of LoRA", "en", "limits", ["lora"]),
        ("LoRA 장단점", "ko", "proscons", ["lora"]),
        ("pros and cons of LoRA", "en", "proscons", ["lora"]),
        ("LoRA 예시", "ko", "examples", ["lora"]),
        ("example of LoRA", "en", "examples", ["lora"]),
        ("LoRA 누가 만들었어?", "ko", "origin", ["lora"]),
        ("Who invented LoRA?", "en", "origin", ["lora"]),
        ("When was LoRA introduced?", "en", "origin", ["lora"]),
        ("LoRA 약자", "ko", "expand", ["lora"]),
        ("LoRA 스펠링 다 풀어서 써줘", "ko", "expand", ["lora"]),
        ("can you spell LoRA out", "en", "expand", ["lora"]),
        ("What does LoRA stand for?", "en", "expand", ["lora"]),
        ("모델이 없는 사실을 지어내는 걸 뭐라고 해?", "ko", "reverse", []),
        ("What is it called when a model makes up facts?", "en", "reverse", []),
        ("Qwen3-30B-A3B 이름 뜻이 뭐야?", "ko", "model_name", ["qwen"]),
        ("LoRA는 PEFT에 포함돼?", "ko", "relation", ["lora", "peft"]),
        ("Is LoRA part of PEFT?", "en", "relation", ["lora", "peft"]),
        ("미세조정이랑 파인튜닝 같은 거야?", "ko", "same", ["fine-tuning"]),
        ("Are fine-tuning and 미세조정 the same?", "en", "same", ["fine-tuning"]),
        ("LoRA를 쉽게 설명해줘", "ko", "plain", ["lora"]),
        ("LoRA 비유로 설명", "ko", "plain", ["lora"]),
        ("초등학생도 알게 LoRA 설명", "ko", "plain", ["lora"]),
        ("LoRA in plain English", "en", "plain", ["lora"]),
        ("Explain LoRA like I'm five", "en", "plain", ["lora"]),
        ("eli5 LoRA", "en", "plain", ["lora"]),
        ("LoRA 단점을 쉽게 설명해줘", "ko", "limits", ["lora"]),
        ("How does LoRA work in simple terms?", "en", "how", ["lora"]),
        ("파인튜닝=미세조정?", "ko", "same", ["fine-tuning"]),
        ("fine-tuning or 미세조정?", "ko", "same", ["fine-tuning"]),
        ("파인튜닝 vs 미세조정", "ko", "same", ["fine-tuning"]),
        ("파인튜닝(미세조정)이 뭐야?", "ko", "define", ["fine-tuning"]),
        ("LoRA LoRA 뭐야", "ko", "define", ["lora"]),
        ("LoRA, QLoRA?", "en", "compare", ["lora", "qlora"]),
        ("ㅋㅋ LoRA뭐임ㅋㅋ", "ko", "define", ["lora"]),
        ("LoRA 배우려면 뭘 먼저 알아야 해?", "ko", "path", ["lora"]),
        ("What should I learn before LoRA?", "en", "path", ["lora"]),
        ("오늘 날씨 어때?", "ko", "fact", []),
    ],
)
def test_kind(reader: QuestionReader, text: str, language: str, kind: str, ids: list[str]) -> None:
    read = reader.read(text)
    assert (read.language, read.kind, list(read.entry_ids)) == (language, kind, ids)


@pytest.mark.parametrize(
    ("text", "asked", "expected"), [("LoRA가 뭐야?", "en", "en"), ("What is LoRA?", "ko", "ko"), ("LoRA", None, "en")]
)
def test_a_given_language_wins(reader: QuestionReader, text: str, asked: str | None, expected: str) -> None:
    assert reader.read(text, language=asked).language == expected  # type: ignore[arg-type]


def test_what_is_left_over_is_content(reader: QuestionReader) -> None:
    assert reader.read("LoRA랑 zebra 차이").content == ("zebra",)
    assert reader.read("LoRA가 뭐야?").content == ()
    assert reader.read("오늘 날씨 어때?").content == ("오늘", "날씨", "어때")


def test_a_misspelt_name_is_read_and_its_offsets_hold(reader: QuestionReader) -> None:
    read = reader.read("  파인튜능이 \n 뭐야? ")
    (mention,) = read.mentions
    assert read.text == "파인튜능이 뭐야?"
    assert read.text[mention.start : mention.end] == mention.surface == "파인튜능"
    assert (mention.corrected, read.entry_ids, read.kind) == ("파인튜닝", ("fine-tuning",), "define")


def test_model_name_is_kept(reader: QuestionReader) -> None:
    assert reader.read("What does Qwen3-30B-A3B mean?").model_name == "Qwen3-30B-A3B"
    assert reader.read("What is GPT-3?").model_name == ""


def test_entry_ids_come_once_and_carried_ones_last() -> None:
    read = Question(text="x", language="en", kind="define", carried=("b", "a", "b"))
    assert read.entry_ids == ("b", "a")


# --- the name that is asked about, whatever is said around it


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("LoRA가 뭐야?", {"lora"}),
        ("explain LoRA", {"lora"}),
        ("LoRA 단점", set()),
        ("LoRA랑 QLoRA 차이", set()),
        ("교수님이 BPE 조사해오라는데 BPE가 뭐야", {"bpe"}),
        ("PEFT 블로그에 LoRA가 많이 나오던데 대체 LoRA라는 게 뭐야", {"lora"}),
        ("RAG 쓰자는데 임베딩은 왜 필요해", {"embedding"}),
        ("we use RAG and vLLM at work but what does vLLM even do", {"vllm"}),
        ("what is zeta sampling", set()),
    ],
)
def test_the_name_beside_what_is_it(reader: QuestionReader, text: str, asked: set[str]) -> None:
    assert asks_directly(reader.read(text)) == asked


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("사수가 vLLM 쓰라는데 그게 뭐야?", {"vllm"}),
        ("we were told to use vLLM. what is it?", {"vllm"}),
        ("vLLM 서버에 KV cache 설정하라는데 그게 뭔데", {"kv-cache"}),
        ("boss wants RAG. no idea", {"rag"}),
        ("그게 뭐야? RAG 말이야", set()),
        ("사수가 vLLM 쓰라는데 RAG가 뭐야? 그게 뭔데", {"rag"}),
    ],
)
def test_it_is_the_name_before(reader: QuestionReader, text: str, asked: set[str]) -> None:
    assert asks_directly(reader.read(text)) == asked


def test_a_name_in_two_parts_is_asked_about_as_a_whole(reader: QuestionReader) -> None:
    assert asks_directly(reader.read("max_tokens 파라미터가 뭐야")) == {"max-tokens", "parameter"}
    assert asks_directly(reader.read("토큰, 그리고 임베딩이 뭐야")) == {"embedding"}


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("GPT-3 파라미터 몇 개야?", "fact", True),
        ("how many parameters does GPT-3 have?", "fact", True),
        ("how much memory for LoRA", "fact", True),
        ("LoRA는 어떻게 작동해?", "how", False),
        ("How does LoRA work?", "how", False),
    ],
)
def test_a_question_for_a_number_is_no_question_of_how(
    reader: QuestionReader, text: str, kind: str, number: bool
) -> None:
    read = reader.read(text)
    assert (read.kind, asks_how_many(read)) == (kind, number)


def test_names_are_masked(reader: QuestionReader) -> None:
    assert masked(reader.read("Why is RAG better than Fine-tuning?")) == "why is § better than §?"
    assert masked(reader.read("What is it?")) == "what is it?"
    assert masked(reader.read("explain § of RAG")) == "explain   of §"


@pytest.mark.parametrize(
    "question", ["what is § in law?", "explain § of LoRA", "§의 LoRA", "why is § better than RAG?"]
)
def test_the_mark_of_names_may_be_typed(reader: QuestionReader, question: str) -> None:
    assert len(asks_directly(reader.read(question))) <= 1


# --- follow-ups


@pytest.mark.parametrize(
    ("history", "text", "kind", "carried"),
    [
        (["LoRA가 뭐야?"], "why?", "why", ("lora",)),
        (["LoRA가 뭐야?"], "왜?", "why", ("lora",)),
        (["LoRA가 뭐야?"], "단점은?", "limits", ("lora",)),
        (["LoRA가 뭐야?"], "예시 좀", "examples", ("lora",)),
        (["What is LoRA?"], "how does it work?", "how", ("lora",)),
        (["LoRA가 뭐야?", "양자화가 뭐야?"], "왜?", "why", ("quantization",)),
        (["LoRA가 뭐야?", "고마워"], "왜?", "why", ("lora",)),
        (["LoRA랑 QLoRA가 뭐야?"], "단점은?", "limits", ("lora", "qlora")),
    ],
)
def test_a_follow_up_carries_the_term(
    reader: QuestionReader, history: list[str], text: str, kind: str, carried: tuple[str, ...]
) -> None:
    read = reader.read(text, history=turns(*history))
    assert (read.kind, read.carried, read.mentions) == (kind, carried, ())
    assert read.entry_ids == carried


@pytest.mark.parametrize(
    ("history", "text", "kind", "carried"),
    [
        (["LoRA가 뭐야?"], "QLoRA보다 뭐가 좋아?", "compare", ("lora",)),
        (["LoRA가 뭐야?"], "양자화랑 같이 쓰면?", "relation", ("lora",)),
        (["LoRA가 뭐야?"], "그거랑 양자화는 무슨 상관이야?", "relation", ("lora",)),
        (["What is LoRA?"], "how is it related to quantization", "relation", ("lora",)),
        (["LoRA랑 QLoRA 차이"], "양자화까지 셋 다 비교해줘", "compare", ("lora", "qlora")),
        (["LoRA랑 QLoRA 차이"], "compare all three with quantization", "compare", ("lora", "qlora")),
    ],
)
def test_a_term_is_set_beside_those_before(
    reader: QuestionReader, history: list[str], text: str, kind: str, carried: tuple[str, ...]
) -> None:
    read = reader.read(text, history=turns(*history))
    assert (read.kind, read.carried) == (kind, carried)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("양자화 기법 전부 알려줘", "list"),
        ("LoRA 서빙할 때 쓰는 도구들", "list"),
        ("what metrics are there for RAG", "list"),
        ("언제 LoRA를 써?", "why"),
        ("diff between LoRA and QLoRA", "compare"),
        ("what's the diff, LoRA or QLoRA", "compare"),
        ("LoRA는 언제 나왔어?", "origin"),
        ("LoRA 창시자 누구게", "origin"),
        ("LoRA 어느 대학 연구실 출신이냐", "origin"),
        ("when training the scores drop, why bother", "why"),
        ("why do I get a different answer each time", "why"),
        ("RAG 구성 요소", "list"),
        ("parts of a Transformer", "list"),
        ("ways to pick the next word, list them", "list"),
        ("tools that run a model at home", "list"),
        ("글 요약하는 방법들 알려줘", "list"),
    ],
)
def test_what_is_asked_for(reader: QuestionReader, text: str, kind: str) -> None:
    assert reader.read(text).kind == kind


def test_the_difference_of_the_two_carries_both(reader: QuestionReader) -> None:
    assert reader.read("둘 차이는?", history=turns("LoRA랑 QLoRA가 뭐야?")).carried == ("lora", "qlora")
    assert reader.read("둘 차이는?", history=turns("LoRA가 뭐야?")).carried == ("lora",)


@pytest.mark.parametrize(
    ("history", "text", "carried"),
    [
        (["LoRA가 뭐야?"], "QLoRA랑 차이는?", ("lora",)),
        (["LoRA가 뭐야?"], "QLoRA랑 뭐가 달라", ("lora",)),
        (["LoRA가 뭐야?", "고마워"], "QLoRA하고 비교", ("lora",)),
        (["What is LoRA?"], "how is it different from QLoRA", ("lora",)),
        (["What is LoRA?"], "vs QLoRA?", ("lora",)),
        (["LoRA랑 DoRA 단점"], "QLoRA랑 차이는?", ("lora",)),
        (["QLoRA랑 LoRA 단점"], "QLoRA랑 차이는?", ("lora",)),
        (["What is LoRA?"], "compared to plain QLoRA?", ("lora",)),
        (["LoRA가 뭐야?"], "QLoRA랑은?", ("lora",)),
        (["LoRA가 뭐야?"], "원래 QLoRA랑은 뭐가 달라", ("lora",)),
    ],
)
def test_the_other_side_of_a_comparison_comes_from_the_turn_before(
    reader: QuestionReader, history: list[str], text: str, carried: tuple[str, ...]
) -> None:
    read = reader.read(text, history=turns(*history))
    assert (read.kind, read.carried, read.entry_ids) == ("compare", carried, ("qlora", *carried))


@pytest.mark.parametrize(
    ("history", "text"),
    [
        (["QLoRA가 뭐야?"], "QLoRA랑 차이는?"),
        (["오늘 날씨 어때?"], "QLoRA랑 차이는?"),
        (["LoRA가 뭐야?"], "QLoRA랑 DoRA 차이는?"),
        (["LoRA가 뭐야?"], "QLoRA가 뭐야?"),
    ],
)
def test_no_other_side_is_made_up(reader: QuestionReader, history: list[str], text: str) -> None:
    assert replace(reader.read(text, history=turns(*history)), context=()) == reader.read(text)


@pytest.mark.parametrize(
    ("history", "text", "kind", "carried"),
    [
        (["LoRA가 뭐야?"], "학습할 때 메모리 얼마나 줄어듦", "fact", ("lora",)),
        (["LoRA가 뭐야?", "고마워"], "작은 행렬은 왜 두 개로 나눔", "why", ("lora",)),
        (["LoRA랑 QLoRA 단점"], "학습할 때 메모리 얼마나 줄어듦", "fact", ("lora", "qlora")),
    ],
)
def test_a_question_that_finds_nothing_alone_is_read_as_a_follow_up(
    reader: QuestionReader, history: list[str], text: str, kind: str, carried: tuple[str, ...]
) -> None:
    read = reader.read(text)
    again = reader.follow_up(read, exchanges(turns(*history)))
    assert again is not None
    assert (again.text, again.leftovers, again.kind, again.carried) == (text, read.leftovers, kind, carried)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ([], "학습할 때 메모리 얼마나 줄어듦"),
        (["안녕", "고마워"], "학습할 때 메모리 얼마나 줄어듦"),
        (["LoRA가 뭐야?"], "오늘 서울 날씨 어때"),
        (["LoRA가 뭐야?"], "QLoRA 날씨"),
        (["LoRA가 뭐야?"], "Zeta-7B-Instruct 날씨"),
    ],
)
def test_what_names_a_term_or_follows_none_is_no_follow_up(reader: QuestionReader, asked: list[str], text: str) -> None:
    assert reader.follow_up(reader.read(text), exchanges(turns(*asked))) is None


def test_only_what_the_user_asked_last_is_leant_on() -> None:
    assert [exchange.question for exchange in exchanges(turns("a", "b", "c", "d"))] == ["b", "c", "d"]
    assert exchanges([{"role": "assistant", "content": "x"}]) == []


def conversation(*said: str) -> Turns:
    return [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(said)]


@pytest.mark.parametrize(
    ("before", "carried"),
    [
        (
            ["작은 행렬만 따로 배우게 하는 거 뭐라 해?", "LoRA는 작은 행렬만 학습하는 기법입니다. QLoRA도 있습니다."],
            ("lora",),
        ),
        (["파인튜닝할 때 작은 행렬만 배우는 걸 뭐라고 해?", "LoRA는 작은 행렬만 학습하는 기법입니다."], ("lora",)),
        (["파인튜닝할 때 원본은 얼리고 옆에 작은 행렬 붙이는 그거", "LoRA는 기법입니다."], ("lora",)),
        (["LoRA가 뭐야?", "LoRA는 기법입니다.", "파인튜닝보다 빨라?", "LoRA는 더 빠릅니다."], ("lora",)),
        (["LoRA가 뭐야?", "QLoRA는 그 변형입니다."], ("lora",)),
        (["LoRA랑 QLoRA 차이", "QLoRA는 4비트를 씁니다."], ("lora", "qlora")),
        (["LoRA가 뭐야?", "LoRA는 기법입니다.", "그럼 GAN은?", "이 용어집에는 없습니다."], ("lora",)),
    ],
)
def test_a_follow_up_is_about_what_was_answered_where_the_question_named_nothing_or_strayed(
    reader: QuestionReader, before: list[str], carried: tuple[str, ...]
) -> None:
    assert reader.read("그거 단점은?", history=conversation(*before)).carried == carried


def test_a_refusal_is_about_nothing(reader: QuestionReader) -> None:
    before = conversation("오늘 날씨 어때", "이 용어집에는 없습니다. 가까운 용어: LoRA.")
    assert reader.read("그거 단점은?", history=before).carried == ()


@pytest.mark.parametrize(
    ("history", "kind"), [("LoRA 한계는?", "limits"), ("LoRA는 어떻게 작동해?", "how"), ("LoRA가 뭐야?", "define")]
)
@pytest.mark.parametrize("text", ["그럼 QLoRA는?", "what about QLoRA?", "and QLoRA?"])
def test_the_next_term_takes_over_the_kind(reader: QuestionReader, history: str, kind: str, text: str) -> None:
    read = reader.read(text, history=turns(history))
    assert (read.kind, read.entry_ids, read.carried) == (kind, ("qlora",), ())


@pytest.mark.parametrize(
    "text",
    [
        "양자화가 뭐야?",
        "What is quantization?",
        "Why use quantization?",
        "임베딩과 양자화 차이",
        "모델이 없는 사실을 지어내는 걸 뭐라고 해?",
        "Qwen3-30B-A3B 이름 뜻이 뭐야?",
    ],
)
def test_a_complete_question_carries_nothing(reader: QuestionReader, text: str) -> None:
    assert replace(reader.read(text, history=turns("LoRA 한계는?")), context=()) == reader.read(text)


def test_without_history_nothing_is_carried(reader: QuestionReader) -> None:
    assert reader.read("why?").entry_ids == ()
    assert reader.read("why?", history=[{"role": "assistant", "content": "LoRA가 뭐야?"}]).entry_ids == ()
    assert reader.read("why?", history=turns("오늘 날씨 어때?")).entry_ids == ()


def test_a_broken_earlier_turn_is_passed_over(reader: QuestionReader) -> None:
    assert reader.read("why?", history=turns("LoRA가 뭐야?", "\0", "")).carried == ("lora",)


def test_only_the_last_three_turns_count(reader: QuestionReader) -> None:
    assert reader.read("why?", history=turns("LoRA가 뭐야?", "응", "네", "음")).carried == ()


# --- what is asked at all


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  LoRA가\n뭐야?\t", "LoRA가 뭐야?"),
        ("ＬｏＲＡ？", "LoRA?"),
        ("Lo\u200bRA\ufeff", "LoRA"),
        ("\u1105\u1169\u1105\u1161", "로라"),
        ("x" * 500, "x" * 500),
        (" " * 600 + "x", "x"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean_question(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"^the question is empty: ask about a term, for example 'LoRA가 뭐야\?'$"),
        (" \n\t\u3000", r"^the question is empty: "),
        ("?!", r"^the question is empty: "),
        ("\u200b", r"^the question is empty: "),
        ("x" * 501, r"^the question has 501 characters: ask in at most 500$"),
        ("x" * 100_000, r"^the question has 100,000 characters: ask in at most 500$"),
        ("LoRA\0", r"^the question holds control characters or broken text: type it again as plain text$"),
        ("LoRA\x1b[0m", r"^the question holds control characters or broken text"),
        ("LoRA \ud800", r"^the question holds control characters or broken text"),
        (None, r"^the question must be text, not NoneType$"),
        (b"LoRA", r"^the question must be text, not bytes$"),
        (3, r"^the question must be text, not int$"),
        (["LoRA"], r"^the question must be text, not list$"),
    ],
)
def test_unclean(text: object, message: str) -> None:
    assert MAX_QUESTION == 500
    with pytest.raises(InputError, match=message):
        clean_question(text)


def test_reading_an_unclean_question_raises(reader: QuestionReader) -> None:
    with pytest.raises(InputError, match=r"^the question is empty"):
        reader.read(" ")


@pytest.mark.parametrize("text", ["LoRA ㅋㅋ", "LoRA ㄱㄱ", "ㄹㅇ LoRA?"])
def test_lone_jamo_are_korean(reader: QuestionReader, text: str) -> None:
    assert reader.read(text).language == "ko"


@pytest.mark.parametrize("text", ["attention types", "PEFT types?", "quantization methods list"])
def test_types_behind_the_name_are_a_list_too(reader: QuestionReader, text: str) -> None:
    assert reader.read(text).kind == "list"


def test_the_other_term_of_a_direct_question_is_chat(reader: QuestionReader) -> None:
    assert reader.read("PEFT 블로그에 LoRA가 많이 나오던데 대체 LoRA라는 게 뭐야").kind == "define"
    assert reader.read("we use RAG and vLLM at work but what does vLLM even do").kind != "relation"


@pytest.mark.parametrize("text", ["LoRA=QLoRA?", "RAG=파인튜닝?"])
def test_two_terms_with_an_equals_sign_are_asked_whether_they_are_the_same(reader: QuestionReader, text: str) -> None:
    assert reader.read(text).kind == "same"


def test_a_size_beside_a_named_term_is_no_model_name(reader: QuestionReader) -> None:
    assert reader.read("how much VRAM does a 7B model need").kind != "model_name"


def test_the_same_asked_of_the_term_before(reader: QuestionReader) -> None:
    read = reader.read("QLoRA is the same, no?", history=turns("What is LoRA?"))
    assert (read.kind, read.carried) == ("same", ("lora",))


def test_a_pronoun_before_a_name_means_the_term_before(reader: QuestionReader) -> None:
    assert reader.read("does it use quantization?", history=turns("What is LoRA?")).carried == ("lora",)
    assert reader.read("quantization: is it slow?", history=turns("What is LoRA?")).carried == ()


@pytest.mark.parametrize(
    "text",
    [
        "그건 알겠고 양자화는 뭐 하는 거야",
        "different question: does it hurt, quantization?",
        "btw is it true that quantization is lossy",
    ],
)
def test_a_subject_that_is_dropped_is_not_carried(reader: QuestionReader, text: str) -> None:
    read = reader.read(text, history=turns("LoRA가 뭐야?"))
    assert (read.carried, read.context) == ((), ())


def test_what_a_question_does_not_lean_on_is_its_context(reader: QuestionReader) -> None:
    read = reader.read("the one that shrinks numbers to few bits", history=turns("LoRA가 뭐야?"))
    assert (read.kind, read.carried, read.context) == ("reverse", (), ("lora",))


def test_an_unknown_name_before_the_pronoun_is_what_it_means(reader: QuestionReader) -> None:
    assert reader.read("how does zzyxgboost grow its trees", history=turns("What is LoRA?")).carried == ()


def test_an_adjective_does_not_begin_the_name_of_a_related_term(reader: QuestionReader) -> None:
    """LSTM is related to the Transformer, and begins with "long"."""
    history = turns("What is a Transformer?")
    read = reader.read("what about long inputs?", history=history)
    assert (read.carried, read.mentions) == (("transformer",), ())
