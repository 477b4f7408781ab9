"""rag.generation.citations and .phrases: numbering, and the proof that a citation is exact."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.errors import RagError
from rag.generation.citations import Line, cite, verify
from rag.generation.phrases import as_what, phrase, topic
from rag.types import Answer, Chunk, Citation, Sentence

TEXT = "One stands here. Two is\nwrapped over lines. Three ends it."
CHUNK = Chunk("x:en:definition:0", "x", "en", "definition", "X", TEXT, "x.md", 7)
OTHER = Chunk("y:en:how:0", "y", "en", "how", "Y", "Four is elsewhere.", "y.md", 3)
ONE, TWO, THREE = Sentence(CHUNK, 0, 16), Sentence(CHUNK, 17, 43), Sentence(CHUNK, 44, 58)
FOUR = Sentence(OTHER, 0, 18)


def lookup(chunk_id: str) -> Chunk:
    return {CHUNK.id: CHUNK, OTHER.id: OTHER}[chunk_id]


def answer(text: str, citations: tuple[Citation, ...]) -> Answer:
    return Answer("q", "en", "define", text, citations, False, (), "test")


def test_numbers_run_from_one_and_stand_after_their_sentence() -> None:
    text, citations = cite([Line(ONE), Line(FOUR)], scores={"x:en:definition:0": 0.123456})
    assert text == "One stands here. [1] Four is elsewhere. [2]"
    assert citations == (
        Citation(1, "x", "X", "definition", "en", "x.md", 7, "One stands here.", 0.1235, "x:en:definition:0", 0, 16),
        Citation(2, "y", "Y", "how", "en", "y.md", 3, "Four is elsewhere.", 0.0, "y:en:how:0", 0, 18),
    )


def test_a_wrapped_quote_is_shown_on_one_line_and_kept_exact() -> None:
    text, (citation,) = cite([Line(TWO)], scores={})
    assert text == "Two is wrapped over lines. [1]"
    assert citation.quote == "Two is\nwrapped over lines."
    assert citation.line == 7


def test_the_line_is_that_on_which_the_quote_begins() -> None:
    _, (citation,) = cite([Line(THREE)], scores={})
    assert (citation.quote, citation.line) == ("Three ends it.", 8)


def test_the_same_quote_keeps_its_number() -> None:
    text, citations = cite([Line(ONE), Line(FOUR), Line(ONE)], scores={})
    assert text == "One stands here. [1] Four is elsewhere. [2] One stands here. [1]"
    assert [c.n for c in citations] == [1, 2]


def test_labels_begin_a_line_of_their_own() -> None:
    text, _ = cite([Line(ONE, "- "), Line(FOUR, "- 7B: ")], scores={})
    assert text == "- One stands here. [1]\n- 7B: Four is elsewhere. [2]"


def test_nothing_gives_nothing() -> None:
    assert cite([], scores={}) == ("", ())


def test_scores_are_plain_floats() -> None:
    import numpy as np

    _, (citation,) = cite([Line(ONE)], scores={CHUNK.id: np.float32(0.5)})  # type: ignore[dict-item]
    assert type(citation.score) is float


def test_what_cite_makes_verifies() -> None:
    text, citations = cite([Line(ONE), Line(TWO), Line(FOUR)], scores={})
    verify(answer(text, citations), chunk=lookup)
    verify(answer("Not in the glossary.", ()), chunk=lookup)


@pytest.mark.parametrize("change", [{"quote": "One stands there."}, {"start": 1}, {"end": 15}, {"chunk": OTHER.id}])
def test_a_quote_that_moved_is_refused(change: dict[str, object]) -> None:
    text, (citation,) = cite([Line(ONE)], scores={})
    moved = replace(citation, **change)  # type: ignore[arg-type]
    with pytest.raises(RagError, match=r"^citation \[1\] does not quote x\.md exactly: run 'rag index'$"):
        verify(answer(text, (moved,)), chunk=lookup)


@pytest.mark.parametrize(
    "text",
    [
        "One stands here.",
        "One stands here. [1]",
        "One stands here. [1] Four is elsewhere. [3]",
        "One stands here. [1] Four is elsewhere. [2] Nothing says this. [9]",
    ],
)
def test_numbers_and_citations_must_match(text: str) -> None:
    _, citations = cite([Line(ONE), Line(FOUR)], scores={})
    with pytest.raises(RagError, match="^the citation numbers of the answer are not 1 to n$"):
        verify(answer(text, citations), chunk=lookup)


def test_brackets_of_the_glossary_are_no_citation() -> None:
    chunk = replace(CHUNK, text="Take element [3] of it.")
    text, citations = cite([Line(Sentence(chunk, 0, len(chunk.text)))], scores={})
    verify(answer(text, citations), chunk=lambda _: chunk)


def test_a_gap_in_the_numbers_is_refused() -> None:
    _, (citation,) = cite([Line(ONE)], scores={})
    with pytest.raises(RagError, match="^the citation numbers of the answer are not 1 to n$"):
        verify(answer("One stands here. [2]", (replace(citation, n=2),)), chunk=lookup)


def test_a_number_used_twice_is_refused() -> None:
    _, (one, four) = cite([Line(ONE), Line(FOUR)], scores={})
    with pytest.raises(RagError, match="^the citation numbers of the answer are not 1 to n$"):
        verify(answer("One stands here. [1] Four is elsewhere. [2]", (one, replace(four, n=3))), chunk=lookup)


@pytest.mark.parametrize(
    ("term", "spoken"),
    [
        ("파인튜닝", "파인튜닝으로"),
        ("언어 모델", "언어 모델로"),
        ("메타", "메타로"),
        ("LoRA", "LoRA로"),
        ("BERT", "BERT(으)로"),
    ],
)
def test_what_a_word_was_taken_for(term: str, spoken: str) -> None:
    assert as_what(term, "ko") == spoken
    assert as_what(term, "en") == term


@pytest.mark.parametrize(
    ("term", "spoken"),
    [
        ("토큰", "'토큰'은"),
        ("파라미터", "'파라미터'는"),
        ("VeRA", "'VeRA'는"),
        ("GPU", "'GPU'는"),
        ("EXAONE", "'EXAONE'은(는)"),
        ("GPT-4", "'GPT-4'은(는)"),
    ],
)
def test_topic_particle(term: str, spoken: str) -> None:
    assert topic(term, "ko") == spoken
    assert topic(term, "en") == term


def test_phrases_join_lists_and_speak_the_language() -> None:
    assert phrase("nearest", "ko", terms=["LoRA", "VRAM"]) == "가까운 용어: LoRA, VRAM."
    assert phrase("nearest", "en", terms=["LoRA", "VRAM"]) == "Nearest terms: LoRA, VRAM."
    assert phrase("missing", "en", term="DSPy") == "The glossary has no entry for DSPy."
    assert phrase("corrected", "ko", typed="모댈", term=as_what("모델", "ko")) == "'모댈' → 모델로 이해했습니다."


def test_a_term_with_braces_is_text() -> None:
    assert phrase("missing", "en", term="{lang}") == "The glossary has no entry for {lang}."
