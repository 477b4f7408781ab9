"""rag.generation.plans and .extractive: which sentences answer which kind of question, and in which order."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from conftest import FAKE_MODEL, BigramEmbeddings, write_glossary
from helpers import VERSUS_EN, VERSUS_KO, check_citations, open_shipped, strip_numbers

from rag.chain import Assistant
from rag.generation.extractive import MAX_SENTENCES, ExtractiveGenerator
from rag.generation.plans import PLANS
from rag.generation.sources import Draft, Sources
from rag.index import build_index, load_index
from rag.retriever import GlossaryRetriever
from rag.types import Answer, Kind


@pytest.fixture(scope="session")
def assistant() -> Assistant:
    return open_shipped()


def sections(answer: Answer) -> list[tuple[str, str]]:
    return [(c.id, c.section) for c in answer.citations]


def draft(assistant: Assistant, question: str) -> Draft:
    found = assistant.search({"question": question})
    return PLANS[found.question.kind](Sources(assistant.retriever, found))


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("llm한테 채점시키는거(llm as a judge) 괜찮음? 장단점", ["llm-as-a-judge"]),
        ("how reliable is an ai text watermark", ["ai-watermark"]),
        ("LLM이랑 LLM as a judge 차이", ["llm", "llm-as-a-judge"]),  # both are asked for
        ("what is BERT and what is LoRA", ["bert", "lora"]),
    ],
)
def test_a_name_inside_another_name_is_not_what_is_asked_for(
    assistant: Assistant, question: str, subjects: list[str]
) -> None:
    assert Sources(assistant.retriever, assistant.search({"question": question})).subjects == subjects


def test_every_kind_has_a_plan() -> None:
    assert set(PLANS) == set(Kind.__args__)  # type: ignore[attr-defined]


ASKED: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("LoRA가 뭐야?", "define", [("lora", "definition"), ("lora", "definition"), ("lora", "how")]),
    (
        "LoRA랑 QLoRA 차이?",
        "compare",
        [("lora", "versus"), ("lora", "versus"), ("lora", "definition"), ("qlora", "definition")],
    ),
    (
        "QLoRA vs LoRA",
        "compare",
        [("lora", "versus"), ("lora", "versus"), ("qlora", "definition"), ("lora", "definition")],
    ),
    ("how does BM25 work", "how", [("bm25", "how")] * 3),
    ("why use LoRA", "why", [("lora", "why"), ("lora", "why")]),
    ("limits of beam search", "limits", [("beam-search", "limits")] * 2),
    ("LoRA 예시", "examples", [("lora", "examples")] * 2),
    (
        "RAG 장단점",
        "proscons",
        [("rag", "definition"), ("rag", "why"), ("rag", "why"), ("rag", "limits"), ("rag", "limits")],
    ),
    ("BERT는 누가 만들었어?", "origin", [("bert", "origin"), ("bert", "definition")]),
    ("RLHF 약자", "expand", [("rlhf", "definition")]),
    ("로라랑 LoRA 같은 거야?", "same", [("lora", "definition"), ("lora", "definition")]),
    ("파인튜닝=미세조정?", "same", [("fine-tuning", "definition")]),
    ("LoRA 쉽게 설명해줘", "plain", [("lora", "plain"), ("lora", "plain"), ("lora", "definition")]),
    ("explain LoRA in plain words", "plain", [("lora", "plain"), ("lora", "plain"), ("lora", "definition")]),
]


@pytest.mark.parametrize(("question", "kind", "cited"), ASKED)
def test_sections_of_each_kind(assistant: Assistant, question: str, kind: str, cited: list[tuple[str, str]]) -> None:
    answer = assistant.ask(question)
    assert answer.kind == kind
    assert sections(answer) == cited
    check_citations(answer, assistant)


@pytest.mark.parametrize(
    ("question", "kind", "first"),
    [
        ("로라큐로라차이", "compare", ("lora", "versus")),
        ("AI가 없는 말을 지어내는 현상을 뭐라고 해?", "reverse", ("hallucination", "definition")),
        ("파인튜능이 뭐임", "define", ("fine-tuning", "definition")),
        ("GGML 약자가 뭐야", "expand", ("ggml", "definition")),
        ("양자화 단점", "limits", ("quantization", "limits")),
        ("who made LLaMA", "origin", ("llama", "origin")),
    ],
)
def test_the_first_sentence_answers_the_question(
    assistant: Assistant, question: str, kind: str, first: tuple[str, str]
) -> None:
    answer = assistant.ask(question)
    assert (answer.kind, sections(answer)[0]) == (kind, first)


@pytest.mark.parametrize(
    ("question", "first"),
    [("LoRA랑 QLoRA 차이?", VERSUS_KO), ("QLoRA랑 LoRA 차이?", VERSUS_KO), ("LoRA vs QLoRA", VERSUS_EN)],
)
def test_a_comparison_opens_with_the_difference(assistant: Assistant, question: str, first: tuple[str, str]) -> None:
    assert [line.sentence.text for line in draft(assistant, question).lines[:2]] == list(first)


def test_three_terms_are_compared_pair_by_pair(assistant: Assistant) -> None:
    answer = assistant.ask("LoRA, QLoRA, DoRA 차이")
    assert answer.kind == "compare"
    assert strip_numbers(answer)[0] == VERSUS_KO[0]
    assert {c.id for c in answer.citations} == {"lora", "qlora", "dora"}
    assert [c.id for c in answer.citations if c.section == "definition"] == ["lora", "qlora", "dora"]


def test_a_missing_side_is_named_and_the_other_explained(assistant: Assistant) -> None:
    answer = assistant.ask("LoRA랑 VeRA 차이")
    assert answer.notes == ("'VeRA'는 이 용어집에 없습니다.",)
    assert {c.id for c in answer.citations} == {"lora"}
    assert answer.citations[0].section == "definition"


def test_two_names_of_one_term_are_said_to_be_so(assistant: Assistant) -> None:
    answer = assistant.ask("로라랑 LoRA 같은 거야?")
    assert answer.notes == ("이 용어집에서 '로라', 'LoRA'는 같은 용어의 다른 이름입니다.",)


def test_two_names_are_held_against_each_other_by_a_sign(assistant: Assistant) -> None:
    answer = assistant.ask("기계학습=머신러닝?")
    assert answer.kind == "same"
    assert answer.notes == ("이 용어집에서 '기계학습', '머신러닝'은 같은 용어의 다른 이름입니다.",)
    assert {c.id for c in answer.citations} == {"machine-learning"}


def test_two_terms_are_said_to_differ(assistant: Assistant) -> None:
    answer = assistant.ask("LoRA랑 QLoRA 같은 거야?")
    assert answer.kind == "same"
    assert answer.notes[0] == "이 용어집에서 LoRA, QLoRA는 서로 다른 용어입니다."
    assert strip_numbers(answer)[0] == VERSUS_KO[0]


def test_a_list_is_led_by_its_term_and_counts_its_members(assistant: Assistant) -> None:
    answer = assistant.ask("양자화 종류")
    assert answer.kind == "list"
    assert answer.notes == ("용어집에 있는 '양자화 종류' 항목 2개: 학습 후 양자화, 양자화 인식 학습.",)
    assert [c.id for c in answer.citations] == [
        "quantization",
        "post-training-quantization",
        "quantization-aware-training",
    ]
    assert [line[:2] for line in answer.answer.splitlines()] == ["양자", "- ", "- "]


@pytest.mark.parametrize("question", ["what tokenizers are there", "토크나이저 종류 뭐뭐 있어?"])
def test_a_list_of_kinds_is_not_one_of_parts(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.kind == "list"
    assert {"bpe", "wordpiece", "sentencepiece"} <= {c.id for c in answer.citations}
    assert not {"vocabulary", "special-token"} & {c.id for c in answer.citations}


def test_a_list_of_what_a_term_holds_is_told_by_its_entry(assistant: Assistant) -> None:
    answer = assistant.ask("RAGAS에는 어떤 지표들이 들어가나요")
    assert answer.citations[0].id == "ragas"
    assert "충실" in answer.answer


def test_a_list_without_members_is_the_sentence_that_names_the_kinds(assistant: Assistant) -> None:
    answer = assistant.ask("what retrievers are there")
    assert answer.kind == "list"
    assert "a sparse retriever scores overlapping words" in answer.citations[1].quote


@pytest.mark.parametrize("question", ["difference between precision and recall", "정밀도 재현율 차이"])
def test_both_halves_of_a_term_that_is_a_pair_are_told(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.kind == "compare"
    assert {c.id for c in answer.citations} == {"precision-recall"}
    for formula in ("거짓양성)", "거짓음성)") if answer.language == "ko" else ("false positives)", "false negatives)"):
        assert formula in answer.answer


@pytest.mark.parametrize(
    ("question", "missing"),
    [("파이토치랑 텐서플로우 뭐가 좋아", "텐서플로우"), ("형태소 분석이랑 품사 태깅 같은 거야?", "품사 태깅")],
)
def test_a_choice_and_an_equation_are_comparisons_too(assistant: Assistant, question: str, missing: str) -> None:
    answer = assistant.ask(question)
    assert answer.kind == "compare"
    assert answer.notes == (f"'{missing}'{'은' if missing.endswith('깅') else '는'} 이 용어집에 없습니다.",)


def test_a_description_that_compares_is_no_comparison(assistant: Assistant) -> None:
    question = "retriever with one vector for every token instead of one per passage, matched late w maxsim"
    answer = assistant.ask(question)
    assert answer.kind != "compare"
    assert answer.citations[0].id == "colbert"


def test_a_choice_is_answered_by_when_each_is_chosen(assistant: Assistant) -> None:
    answer = assistant.ask("LoRA vs full fine tuning, which one should i pick")
    assert "Full fine-tuning is chosen when" in answer.answer
    assert "LoRA helps when" in answer.answer
    assert "whereas" in answer.citations[0].quote


def test_a_name_that_is_set_aside_is_not_asked_about(assistant: Assistant) -> None:
    assert {c.id for c in assistant.ask("BLEU 말고 ROUGE는 언제 써?").citations} == {"rouge"}
    assert {"gpu", "npu"} <= {c.id for c in assistant.ask("gpu말고 npu는 뭐가 다른건데").citations}


def test_a_number_that_is_not_public_is_not_replaced_by_that_of_another_version(assistant: Assistant) -> None:
    assert (
        "the parameter count of GPT-4 is not public"
        in assistant.ask("how many parameters has GPT-4").citations[0].quote
    )


def test_reasons_alone_where_nothing_else_is_asked(assistant: Assistant) -> None:
    history = [{"role": "user", "content": "양자화가 뭐야?"}]
    answer = assistant.ask("왜 쓰는데?", history=history)
    assert answer.kind == "why"
    assert {c.section for c in answer.citations} == {"why"}


def test_a_follow_up_for_a_setting_is_no_list_of_kinds(assistant: Assistant) -> None:
    history = [{"role": "user", "content": "what is quantization"}]
    answer = assistant.ask("which bits should i use", history=history)
    assert answer.kind != "list"
    assert "3 bits or fewer" in answer.citations[0].quote


def test_a_reading_order_begins_with_the_basics_and_ends_with_the_term(assistant: Assistant) -> None:
    answer = assistant.ask("RAG 배우기 전에 뭘 알아야 해?")
    assert answer.kind == "path"
    entries = assistant.retriever.index.entries
    order = [c.id for c in answer.citations]
    assert order[-1] == "rag"
    assert answer.notes == (f"읽는 순서: {' → '.join(entries[i].name('ko') for i in order)}.",)
    assert set(entries["rag"].relations["prerequisite"]) <= set(order)
    for place, entry_id in enumerate(order):
        later = set(order[place + 1 :])
        assert not later & set(entries[entry_id].relations.get("prerequisite", ()))


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("각 단계에서 후보 문장을 여러 개 유지하며 탐색하는 방법을 뭐라고 해?", "빔 서치"),
        ("what do you call keeping a fixed number of candidate sentences during generation?", "Beam search"),
    ],
)
def test_a_description_is_answered_by_the_definition_that_names_the_term(
    assistant: Assistant, question: str, name: str
) -> None:
    answer = assistant.ask(question)
    assert answer.kind == "reverse"
    assert answer.answer.startswith(name)
    assert (answer.citations[0].id, answer.citations[0].section) == ("beam-search", "definition")


def test_a_model_name_is_taken_apart(assistant: Assistant) -> None:
    answer = assistant.ask("EXAONE-3.5-7.8B-Instruct-AWQ 뜻")
    assert answer.kind == "model_name"
    labels = [line.partition(": ")[0] for line in answer.answer.splitlines()]
    assert labels == ["- EXAONE", "- 3.5", "- 7.8B (78억)", "- Instruct", "- AWQ"]
    assert [c.id for c in answer.citations] == ["exaone", *["model-name"] * 3, "awq"]
    check_citations(answer, assistant)


@pytest.mark.parametrize(
    "name",
    ["Qwen2.5-VL-7B-Instruct-Int4", "EXAONE-9.9-32B-BF16", "Solar-10.7B-DPO-Q4_K_M.gguf", "Llama-4-Scout-17B-16E"],
)
@pytest.mark.parametrize("asked", ["{} 이거 뭔뜻임", "what does {} mean"])
def test_a_part_is_explained_by_the_sentence_that_quotes_it(assistant: Assistant, name: str, asked: str) -> None:
    answer = assistant.ask(asked.format(name))
    assert answer.kind == "model_name"
    told = dict(re.findall(r"^- ([^\s:]+)[^:]*: .*\[(\d+)\]$", answer.answer, re.MULTILINE))
    quotes = {c.n: c.quote for c in answer.citations}
    for part in ("VL", "Instruct", "Int4", "BF16", "DPO", "Q4_K_M", "16E"):
        assert (part in told) == (part in name.replace(".", "-").split("-"))
        if part in told:
            assert part.casefold() in quotes[int(told[part])].casefold()


@pytest.mark.parametrize(
    ("name", "own"),
    [("Foo-7B-GGUF", "gguf"), ("Foo-7B-Instruct-GPTQ", "gptq"), ("Foo-7B-Q5_K_M", "k-quants"), ("Foo-7B-LoRA", "lora")],
)
def test_a_part_that_has_an_entry_is_explained_by_it(assistant: Assistant, name: str, own: str) -> None:
    answer = assistant.ask(f"What does {name} mean?")
    assert (answer.kind, answer.citations[-1].id, answer.citations[-1].section) == ("model_name", own, "definition")
    assert {c.id for c in answer.citations[:-1]} == {"model-name"}
    assert answer.notes == ("The glossary has no rule for the part 'Foo'.",)


def test_sizes_are_spelt_out_in_the_language(assistant: Assistant) -> None:
    assert "- 30B (300억): " in assistant.ask("Qwen3-30B-A3B가 뭐야").answer
    assert "- 30B (30 billion): " in assistant.ask("what does Qwen3-30B-A3B mean").answer


def test_an_origin_that_is_not_told_is_not_made_up(assistant: Assistant) -> None:
    """Every sentence of an answer on origin is the entry's own."""
    answer = assistant.ask("Who made LoRA?")
    assert (answer.kind, answer.citations[0].section) == ("origin", "origin")
    assert answer.answer.startswith("LoRA was published in 2021 by Edward Hu")


@pytest.mark.parametrize("question", ["GPT-3 파라미터 몇 개야?", "how many experts does Mixtral have"])
def test_a_question_for_a_number_is_answered_with_one(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.citations
    assert all(re.search(r"\d", c.quote) for c in answer.citations)


def test_sentences_are_those_of_the_language_and_sections(assistant: Assistant) -> None:
    sources = Sources(assistant.retriever, assistant.search({"question": "LoRA vs QLoRA"}))
    assert [s.text for s in sources.sentences("lora", "versus")] == list(VERSUS_EN)
    assert sources.sentences("lora", "limits", "why")[0].chunk.section == "limits"
    assert sources.groups == [("lora",), ("qlora",)]
    assert sources.mentions(sources.sentences("lora", "versus")[0], ["qlora"])
    assert not sources.mentions(sources.sentences("lora", "definition")[0], ["beam-search"])


def test_no_answer_is_long_or_repeats_itself(assistant: Assistant) -> None:
    for question, _, _ in ASKED:
        answer = assistant.ask(question)
        assert len(answer.citations) <= MAX_SENTENCES
        assert len(set(strip_numbers(answer))) == len(strip_numbers(answer))


def test_related_terms_are_neighbours_that_are_not_cited(assistant: Assistant) -> None:
    answer = assistant.ask("LoRA랑 QLoRA 차이?")
    assert [r.term for r in answer.related] == ["전체 파인튜닝", "어댑터", "DoRA", "AdaLoRA", "IA3"]
    assert not {r.id for r in answer.related} & {c.id for c in answer.citations}


def test_the_generator_is_a_function_of_the_retrieval(assistant: Assistant) -> None:
    found = assistant.search({"question": "LoRA랑 QLoRA 차이?"})
    answer = ExtractiveGenerator(assistant.retriever).generate(found)
    assert answer == assistant.generator.invoke(found)
    assert answer.generator == "extractive"


# --- a made-up glossary: lists and reading orders follow its relations

FAMILY = {
    "Vehicle": ("", "A vehicle carries people."),
    "Bike": ("broader: [vehicle], contrasts-with: [car]", "A bike has pedals and runs on a road."),
    "Car": ("broader: [vehicle], contrasts-with: [bike]", "A car has an engine and runs on a road."),
    "Canoe": ("broader: [vehicle]", "A canoe is paddled on water."),
    "Ferry": ("broader: [vehicle], prerequisite: [harbour, tide]", "A ferry carries cars across water."),
    "Spoke": ("part-of: [bike]", "A spoke holds the rim."),
    "Saddle": ("part-of: [bike]", "A saddle is sat upon."),
    "Hull": ("part-of: [ferry]", "A hull keeps a ferry afloat."),
    "Harbour": ("prerequisite: [quay, crane, mole]", "A harbour shelters ships."),
    "Tide": ("prerequisite: [moon]", "The tide rises and falls twice a day."),
    "Quay": ("prerequisite: [stone]", "A quay is where ships lie."),
    "Crane": ("", "A crane lifts cargo."),
    "Mole": ("", "A mole breaks the waves."),
    "Mach": ("", "Mach is a measure of speed in air."),
    "Knot": ("", "A knot is a measure of speed at sea."),
    "Bushel": ("", "A bushel is a measure of grain."),
    "Moon": ("prerequisite: [stone]", "The moon pulls at the sea."),
    "Stone": ("", "A stone is hard."),
    "Alphatron": ("prerequisite: [betatron]", "Alphatron is the first machine."),
    "Betatron": ("prerequisite: [alphatron]", "Betatron is the second machine."),
}  # fmt: skip


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> GlossaryRetriever:
    root = tmp_path_factory.mktemp("family")
    files = {
        f"{term.lower()}.md": f"---\nterm: {term}\nrelations: {{{relations}}}\n---\n{text}\n"
        for term, (relations, text) in FAMILY.items()
    }
    build_index(
        write_glossary(root / "glossary", files), folder=root / "index", embeddings=BigramEmbeddings(), model=FAKE_MODEL
    )
    index = load_index(root / "index", embeddings=BigramEmbeddings(), model=FAKE_MODEL)
    return GlossaryRetriever(index=index, embeddings=BigramEmbeddings(), threshold=0.0)


def drafted(family: GlossaryRetriever, question: str) -> tuple[list[str], list[str]]:
    """Entries of a draft's sentences, and its notes."""
    found = family.retrieve(family.reader.read(question))
    draft = PLANS[found.question.kind](Sources(family, found))
    return [line.sentence.chunk.entry_id for line in draft.lines], draft.notes


LISTS: Mapping[str, tuple[str, list[str]]] = {
    "types of vehicle": ("vehicle", ["bike", "canoe", "car", "ferry"]),
    "types of vehicle on water": ("vehicle", ["canoe", "ferry"]),
    "list vehicles that have pedals or an engine": ("vehicle", ["bike", "car"]),
    "list all that runs on a road": ("", ["bike", "car"]),
    "list bikes": ("bike", ["saddle", "spoke"]),
    "what types are there other than a bike": ("", ["canoe", "car", "ferry"]),
    "list what carries goods or people": ("vehicle", ["bike", "canoe", "car", "ferry"]),
    "parts of a bike": ("bike", ["saddle", "spoke"]),
    "list metrics of speed": ("", ["knot", "mach"]),
    "list measures taken of a vehicle's speed": ("", ["knot", "mach"]),
}


def test_a_korean_list_is_of_the_last_name_that_has_kinds(family: GlossaryRetriever) -> None:
    assert sorted(drafted(family, "Stone Vehicle 종류")[0]) == ["bike", "canoe", "car", "ferry", "vehicle"]
    assert sorted(drafted(family, "Vehicle Stone 종류")[0]) == ["bike", "canoe", "car", "ferry", "vehicle"]


@pytest.mark.parametrize(("question", "listed"), LISTS.items(), ids=LISTS)
def test_a_list_is_of_kinds_or_parts_that_the_question_describes(
    family: GlossaryRetriever, question: str, listed: tuple[str, list[str]]
) -> None:
    lead, members = listed
    cited, notes = drafted(family, question)
    assert cited[: bool(lead)] == [lead] * bool(lead)
    assert sorted(cited[bool(lead) :]) == members
    terms = ", ".join(i.capitalize() for i in cited[bool(lead) :])
    assert notes == [f"{len(members)} entries in the glossary: {terms}."]


@pytest.mark.parametrize("question", ["list ferry", "types of ferry", "types of crane"])
def test_one_part_is_no_list(family: GlossaryRetriever, question: str) -> None:
    cited, notes = drafted(family, question)
    assert notes == []
    assert len(set(cited)) == 1


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("what should I learn before quay", ["stone", "quay"]),
        ("what should I learn before ferry", ["quay", "crane", "mole", "harbour", "tide", "ferry"]),
        ("what should I learn before crane", ["crane"]),
    ],
)
def test_the_nearest_prerequisites_are_chosen_and_the_basics_come_first(
    family: GlossaryRetriever, question: str, order: list[str]
) -> None:
    cited, notes = drafted(family, question)
    assert cited == order
    assert notes == ([f"Reading order: {' → '.join(i.capitalize() for i in order)}."] if len(order) > 1 else [])


def test_prerequisites_in_a_circle_end(family: GlossaryRetriever) -> None:
    cited, _ = drafted(family, "what should I learn before Alphatron")
    assert cited == ["betatron", "alphatron"]


def test_a_filter_that_leaves_one_member_lists_no_others(family: GlossaryRetriever) -> None:
    cited, _ = drafted(family, "types of vehicle with an engine")
    assert cited[:1] == ["vehicle"]
    assert not {"spoke", "saddle"} & set(cited)


def test_a_list_that_is_cut_says_so_and_names_all(assistant: Assistant) -> None:
    answer = assistant.ask("What kinds of PEFT exist?")
    described = {c.id for c in answer.citations} - {"peft"}
    kinds = [e for e in assistant.retriever.index.entries.values() if "peft" in e.relations.get("broader", ())]
    assert len(described) == 7 < len(kinds)
    (note,) = answer.notes
    assert note.startswith(f"{len(kinds)} entries in the glossary under 'PEFT methods': ")
    assert note.endswith(" The first 7 are described.")
    assert all(entry.name("en") in note for entry in kinds)


def test_a_short_list_adds_what_its_head_names_without_an_entry(assistant: Assistant) -> None:
    answer = assistant.ask("옵티마이저 종류")
    assert (
        answer.answer.splitlines()[-1] == "- SGD, Adam, 가중치 감쇠를 분리한 AdamW가 널리 쓰이는 옵티마이저입니다. [4]"
    )
