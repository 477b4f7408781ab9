from __future__ import annotations

from pathlib import Path

from rag.chunking import MAX_CHARS, chunk_entries, passage_text
from rag.corpus import load_corpus
from rag.types import Chunk, Entry, Section


def entry(*sections: Section, term: str = "LoRA") -> Entry:
    return Entry(id="lora", term={"en": term}, sections=sections, file="lora.md")


def test_ids_lines_and_texts_of_the_five_entries(glossary: Path) -> None:
    chunks = chunk_entries(load_corpus(glossary).entries)
    assert [(c.id, c.line) for c in chunks] == [
        ("embedding:ko:definition:0", 10), ("embedding:en:definition:0", 15),
        ("fine-tuning:ko:definition:0", 10), ("fine-tuning:en:definition:0", 15),
        ("lora:ko:definition:0", 11), ("lora:en:definition:0", 16),
        ("qlora:ko:definition:0", 11), ("qlora:en:definition:0", 16),
        ("quantization:ko:definition:0", 9), ("quantization:en:definition:0", 14),
    ]  # fmt: skip
    assert chunks[4] == Chunk(
        id="lora:ko:definition:0", entry_id="lora", lang="ko", section="definition", term="LoRA",
        text="LoRA는 작은 행렬 두 개만 학습하는 파인튜닝 기법입니다.", file="lora.md", line=11,
    )  # fmt: skip
    assert chunks[2].term == "파인튜닝"
    assert chunks[3].term == "Fine-tuning"


def test_the_term_is_taken_from_the_other_language_where_there_is_one_only() -> None:
    (chunk,) = chunk_entries([entry(Section("definition", "ko", "설명입니다.", 3))])
    assert (chunk.lang, chunk.term) == ("ko", "LoRA")


def test_sections_of_one_name_are_numbered() -> None:
    sections = [
        Section("versus", "en", f"Not {other}.", line, versus=other) for other, line in (("QLoRA", 5), ("DoRA", 9))
    ]
    chunks = chunk_entries([entry(*sections)])
    assert [(c.id, c.versus, c.line) for c in chunks] == [
        ("lora:en:versus:0", "QLoRA", 5),
        ("lora:en:versus:1", "DoRA", 9),
    ]


def test_a_section_of_the_limit_stays_whole() -> None:
    text = ("One sentence. " * 60)[:MAX_CHARS]
    (chunk,) = chunk_entries([entry(Section("how", "en", text, 1))])
    assert chunk.text == text


def test_a_long_section_is_cut_at_sentence_ends() -> None:
    lines = [f"Sentence number {i} says something of middling length about adapters." for i in range(30)]
    text = "\n".join(lines)
    chunks = chunk_entries([entry(Section("how", "en", text, 10))])
    assert [c.id for c in chunks] == [f"lora:en:how:{i}" for i in range(len(chunks))]
    assert len(chunks) == 3
    assert "\n".join(c.text for c in chunks) == text
    assert all(len(c.text) <= MAX_CHARS for c in chunks)
    file_lines = ["-"] * 9 + lines
    for chunk in chunks:
        assert file_lines[chunk.line - 1] == chunk.text.split("\n")[0]


def test_one_sentence_longer_than_the_limit_is_never_cut() -> None:
    long = "word " * 200 + "end."
    text = f"Short one here. {long} Last one here."
    chunks = chunk_entries([entry(Section("how", "en", text, 1))])
    assert [c.text for c in chunks] == ["Short one here.", long, "Last one here."]


def test_chunking_is_pure(glossary: Path) -> None:
    entries = load_corpus(glossary).entries
    assert chunk_entries(entries) == chunk_entries(entries)


def test_passage_text_is_one_line_with_the_term() -> None:
    one, two = chunk_entries(
        [
            entry(
                Section("definition", "en", "It trains\n  two matrices.", 1),
                Section("versus", "en", "No bits.", 5, versus="QLoRA"),
            )
        ]
    )
    assert passage_text(one) == "LoRA: It trains two matrices."
    assert passage_text(two) == "LoRA / QLoRA: No bits."
