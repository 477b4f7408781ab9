from __future__ import annotations

import pytest

from rag.corpus import Corpus
from rag.linking import Leftover, Linker, Mention
from rag.types import Entry


def named(id: str, term: str, *aliases: str, homographs: tuple[str, ...] = ()) -> Entry:
    return Entry(id=id, term={"en": term}, sections=(), file=f"{id}.md", aliases=aliases, homographs=homographs)


@pytest.fixture(scope="module")
def few() -> Linker:
    return Linker(
        [
            named("lora", "LoRA", "로라"),
            named("qlora", "QLoRA", "큐로라"),
            named("fine-tuning", "Fine-tuning", "파인튜닝", "미세조정"),
            named("gpt-3", "GPT-3"),
            named("gpt", "GPT", homographs=("Generator",)),
            named("cpp", "C++"),
            named("llama-cpp", "llama.cpp"),
            named("class", "Class"),
            named("generator", "Retriever", "Generator", homographs=("Generator",)),
            named("rag", "RAG", "검색 증강 생성"),
        ]
    )


def found(linker: Linker, question: str) -> list[tuple[str, int, int, tuple[str, ...]]]:
    return [(m.surface, m.start, m.end, m.entry_ids) for m in linker.segment(question).mentions]


@pytest.mark.parametrize(
    ("question", "mentions", "leftovers"),
    [
        ("로라", [("로라", 0, 2, "lora")], []),
        ("로라가 뭐야?", [("로라", 0, 2, "lora")], []),
        ("LoRA랑 QLoRA 차이", [("LoRA", 0, 4, "lora"), ("QLoRA", 6, 11, "qlora")], []),
        ("큐로라는 뭐야", [("큐로라", 0, 3, "qlora")], []),
        ("로라큐로라차이", [("로라", 0, 2, "lora"), ("큐로라", 2, 5, "qlora")], []),
        ("미세 조정이 뭔가요?", [("미세 조정", 0, 5, "fine-tuning")], []),
        ("파인튜닝이란", [("파인튜닝", 0, 4, "fine-tuning")], []),
        ("파인 튜닝 뜻", [("파인 튜닝", 0, 5, "fine-tuning")], []),
        ("what is FINE TUNING?", [("FINE TUNING", 8, 19, "fine-tuning")], []),
        ("finetuning", [("finetuning", 0, 10, "fine-tuning")], []),
        ("검색증강생성이 뭐야", [("검색증강생성", 0, 6, "rag")], []),
        ("How do LoRAs work?", [("LoRAs", 7, 12, "lora")], []),
        ("classes? class!", [("classes", 0, 7, "class"), ("class", 9, 14, "class")], []),
        ("DoRA가 뭐야?", [], ["DoRA"]),
        ("explora", [], ["explora"]),
        ("LoRAX", [], ["LoRAX"]),
        ("GPT-3 뭐야", [("GPT-3", 0, 5, "gpt-3")], []),
        ("GPT3는?", [("GPT3", 0, 4, "gpt-3")], []),
        ("GPT-3.5 뭐야", [("GPT", 0, 3, "gpt")], ["3.5"]),
        ("GPT-35", [("GPT", 0, 3, "gpt")], ["35"]),
        ("C++가 뭐야", [("C++", 0, 3, "cpp")], []),
        ("llama.cpp?", [("llama.cpp", 0, 9, "llama-cpp")], []),
        ("llamacpp", [("llamacpp", 0, 8, "llama-cpp")], []),
        ("It uses LoRA. And RAG.", [("LoRA", 8, 12, "lora"), ("RAG", 18, 21, "rag")], []),
        ("오늘 날씨 어때", [], ["오늘", "날씨", "어때"]),
        ("ㅋㅋ LoRA뭐야ㅋㅋㅋ", [("LoRA", 3, 7, "lora")], []),
        ("로라ㅠㅠ큐로라", [("로라", 0, 2, "lora"), ("큐로라", 4, 7, "qlora")], []),
        ("ㄱㄱ", [], []),
        ("LoRA의 논문", [("LoRA", 0, 4, "lora")], ["논문"]),
        ("what is it?", [], []),
        ("", [], []),
        ("?!", [], []),
    ],
)
def test_segment(few: Linker, question: str, mentions: list[tuple[str, int, int, str]], leftovers: list[str]) -> None:
    assert found(few, question) == [(surface, start, end, (id_,)) for surface, start, end, id_ in mentions]
    segmentation = few.segment(question)
    assert [leftover.surface for leftover in segmentation.leftovers] == leftovers
    for unit in (*segmentation.mentions, *segmentation.leftovers):
        assert segmentation.text[unit.start : unit.end] == unit.surface


def test_offsets_refer_to_the_text_in_nfkc(few: Linker) -> None:
    segmentation = few.segment("ﬁne ＬｏＲＡ는?")
    assert segmentation.text == "fine LoRA는?"
    assert segmentation.mentions == (Mention(5, 9, "LoRA", ("lora",)),)
    assert segmentation.leftovers == (Leftover(0, 4, "fine"),)


def test_decomposed_hangul_is_composed_first(few: Linker) -> None:
    assert found(few, "\u1105\u1169\u1105\u1161") == [("로라", 0, 2, ("lora",))]


def test_a_homograph_names_all_its_entries(few: Linker) -> None:
    assert found(few, "Generator?") == [("Generator", 0, 9, ("gpt", "generator"))]


def test_lookup_is_for_the_whole_surface(few: Linker) -> None:
    assert few.lookup("fine tuning") == ("fine-tuning",)
    assert few.lookup("LoRA랑") == ()
    assert few.lookup("!") == ()
    assert few.display["finetuning"] == "Fine-tuning"


def test_no_entries() -> None:
    assert [leftover.surface for leftover in Linker([]).segment("LoRA가 뭐야?").leftovers] == ["LoRA"]


def test_every_name_of_the_shipped_glossary_finds_its_entry(shipped: Corpus, linker: Linker) -> None:
    missed = []
    for entry in shipped.entries:
        for form in entry.surfaces:
            mentions = linker.segment(form).mentions
            if not any(entry.id in m.entry_ids and len(m.surface) >= len(form) - 2 for m in mentions):
                missed.append((entry.id, form))
    assert missed in ([], [("qwen", "퀜")])  # a name of one syllable would be found inside other words


@pytest.mark.parametrize("question", ["DoRA가 뭐야?", "what is DoRA"])
def test_dora_of_the_shipped_glossary_is_not_lora(linker: Linker, question: str) -> None:
    assert [m.entry_ids for m in linker.segment(question).mentions] == [("dora",)]


def test_gpt_35_of_the_shipped_glossary_is_not_gpt_3(linker: Linker) -> None:
    ids = {i for m in linker.segment("GPT-3.5가 뭐야?").mentions for i in m.entry_ids}
    assert "gpt-3" not in ids
    assert [m.entry_ids for m in linker.segment("GPT-3가 뭐야?").mentions] == [("gpt-3",)]


def test_a_long_question_is_cut_in_reasonable_time(linker: Linker) -> None:
    segmentation = linker.segment("로라큐로라" * 100)
    assert [m.entry_ids for m in segmentation.mentions] == [("lora",), ("qlora",)] * 100
