"""rag.retriever: which passage ranks first, what is a document, when there is none."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FAKE_MODEL, BigramEmbeddings, write_glossary
from helpers import line_of, open_shipped

from rag.chain import Assistant
from rag.fusion import FUSED, NAMELESS, SECTIONS_OF_KIND, Weights
from rag.index import build_index, load_index
from rag.question import Question
from rag.retriever import MAX_TOP_K, GlossaryRetriever, Retrieval
from rag.types import SECTIONS, Kind


@pytest.fixture(scope="session")
def assistant() -> Assistant:
    return open_shipped()


@pytest.fixture(scope="session")
def retriever(assistant: Assistant) -> GlossaryRetriever:
    return assistant.retriever


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("LoRA가 뭐야?", "lora:ko:definition:0"),
        ("What is LoRA?", "lora:en:definition:0"),
        ("로라가 뭐야?", "lora:ko:definition:0"),
        ("LoRA랑 QLoRA 차이?", "lora:ko:versus:0"),
        ("what's GGUF?", "gguf:en:definition:0"),
        ("what's GGUF for?", "gguf:en:why:0"),
        ("빔서치", "beam-search:ko:definition:0"),
        ("limits of beam search", "beam-search:en:limits:0"),
        ("BERT는 누가 만들었어?", "bert:ko:origin:0"),
        ("LoRA를 쉽게 설명해줘", "lora:ko:plain:0"),
        ("explain LoRA in plain words", "lora:en:plain:0"),
    ],
)
def test_first_passage(retriever: GlossaryRetriever, question: str, first: str) -> None:
    assert retriever.invoke(question)[0].id == first


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("Trasformer가 뭐야", "transformer"),
        ("미세조정이 뭐야?", "fine-tuning"),
        ("how does BM25 work", "bm25"),
        ("각 단계에서 후보 문장을 여러 개 유지하며 탐색하는 방법을 뭐라고 해?", "beam-search"),
        ("what do you call keeping a fixed number of candidate sentences during generation?", "beam-search"),
    ],
)
def test_first_entry(retriever: GlossaryRetriever, question: str, entry: str) -> None:
    assert retriever.invoke(question)[0].metadata["entry_id"] == entry


def test_every_named_term_comes_before_the_second_passage_of_any(retriever: GlossaryRetriever) -> None:
    found = [d.metadata["entry_id"] for d in retriever.invoke("LoRA랑 QLoRA 차이?")]
    assert found[:2] == ["lora", "qlora"]
    three = retriever.retrieve(retriever.reader.read("LoRA, QLoRA, DoRA 차이")).hits
    assert {hit.chunk.entry_id for hit in three[:3]} == {"lora", "qlora", "dora"}


def test_documents_carry_the_chunk_and_plain_floats(retriever: GlossaryRetriever) -> None:
    document = retriever.invoke("What is LoRA?")[0]
    chunk = next(c for c in retriever.index.chunks if c.id == document.id)
    assert document.page_content == chunk.text
    assert list(document.metadata) == [
        "id", "entry_id", "lang", "section", "term", "text", "file", "line", "versus", "score",
    ]  # fmt: skip
    assert (document.metadata["file"], document.metadata["line"]) == ("lora.md", line_of("lora.md", chunk.text))
    assert type(document.metadata["score"]) is float
    assert json.loads(json.dumps(document.metadata)) == document.metadata


def test_no_documents_without_evidence_but_the_nearest_all_the_same(retriever: GlossaryRetriever) -> None:
    assert retriever.invoke("what is DSPy") == []
    found = retriever.retrieve(retriever.reader.read("what is DSPy"))
    assert found.hits == ()
    assert found.nearest[0].chunk.entry_id == "deepspeed"
    assert len(found.nearest) == retriever.top_k == 5


async def test_async_equals_sync(retriever: GlossaryRetriever) -> None:
    question = "LoRA랑 QLoRA 차이?"
    assert await retriever.ainvoke(question) == retriever.invoke(question)


async def test_async_does_not_hold_the_event_loop(
    retriever: GlossaryRetriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    retrieve = GlossaryRetriever.retrieve

    def noted(self: GlossaryRetriever, question: Question, **kwargs: Any) -> Retrieval:
        threads.append(threading.get_ident())
        return retrieve(self, question, **kwargs)

    monkeypatch.setattr(GlossaryRetriever, "retrieve", noted)
    await retriever.ainvoke("LoRA가 뭐야?")
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


def test_k_is_kept_within_bounds(retriever: GlossaryRetriever) -> None:
    question = retriever.reader.read("LoRA가 뭐야?")
    sizes = {k: len(retriever.retrieve(question, k=k).hits) for k in (-3, 1, 2, 10, 11, 10**9)}
    assert sizes == {-3: 1, 1: 1, 2: 2, 10: 10, 11: MAX_TOP_K, 10**9: MAX_TOP_K}
    assert len(retriever.retrieve(question).hits) == 5


def test_fewer_hits_are_a_prefix_of_more(retriever: GlossaryRetriever) -> None:
    question = retriever.reader.read("LoRA랑 QLoRA 차이?")
    assert retriever.retrieve(question, k=10).hits[:3] == retriever.retrieve(question, k=3).hits


@pytest.mark.parametrize(
    ("text", "weights"),
    [("How does BM25 work?", Weights()), ("pulling the exact answer span out of a passage", NAMELESS)],
)
def test_scores_are_plain_descend_and_are_the_sum_of_the_signals(
    retriever: GlossaryRetriever, text: str, weights: Weights
) -> None:
    hits = retriever.retrieve(retriever.reader.read(text), k=10).hits
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    for hit in hits:
        assert hit.score == pytest.approx(sum(hit.signals[name] for name in FUSED) / weights.best)
        assert 0.0 <= hit.score <= 1.0


def test_each_entry_is_found_once_by_its_best_passage(retriever: GlossaryRetriever) -> None:
    question = retriever.reader.read("How does BM25 work?")
    best = retriever.best_of_each(question)
    assert best[0] == retriever.retrieve(question).hits[0]
    assert len({hit.chunk.entry_id for hit in best}) == len(best)
    assert [hit.score for hit in best] == sorted((hit.score for hit in best), reverse=True)


def test_the_cosine_of_a_hit_is_that_of_the_stored_vector(retriever: GlossaryRetriever) -> None:
    question = retriever.reader.read("How does BM25 work?")
    vector = retriever.embeddings.encode([question.text], query=True)[0]
    for hit in retriever.retrieve(question, k=10).hits:
        row = list(retriever.index.chunks).index(hit.chunk)
        assert hit.signals["cosine"] == pytest.approx(float(retriever.index.store.vectors[row] @ vector), abs=1e-5)


def test_every_passage_of_an_entry_is_judged_by_its_definition_too(retriever: GlossaryRetriever) -> None:
    hits = retriever.retrieve(retriever.reader.read("How does BM25 work?"), k=10).hits
    found = {hit.chunk.section: hit.signals for hit in hits if hit.chunk.entry_id == "bm25"}
    assert len(found) > 1
    nearness = found["definition"]["dense"] / Weights().dense
    for signals in found.values():
        assert signals["definition"] == pytest.approx(nearness * Weights().definition)


GENERIC = {
    f"{name}.md": f"---\nterm: {name.title()}\nquestions: [{question}]\n---\n{name.title()} is a word for a thing.\n"
    for name, question in (
        ("alpha", "why does my soup boil over"),
        ("beta", "how do I get the door shut"),
        ("gamma", "x"),
    )
}


def test_a_question_that_an_entry_holds_finds_it_and_is_no_document(tmp_path: Path) -> None:
    corpus, folder = write_glossary(tmp_path / "corpus", GENERIC), tmp_path / "index"
    build_index(corpus, folder=folder, embeddings=BigramEmbeddings(), model=FAKE_MODEL)
    index = load_index(folder, embeddings=BigramEmbeddings(), model=FAKE_MODEL)
    retriever = GlossaryRetriever(index=index, embeddings=BigramEmbeddings(), threshold=0.0)
    for text, entry in (("why does my soup boil over?", "alpha"), ("how do I get that door shut", "beta")):
        hits = retriever.retrieve(retriever.reader.read(text)).hits
        assert hits[0].chunk.entry_id == entry
        assert hits[0].signals["asked"] == max(hit.signals["asked"] for hit in hits) > 0
        assert {d.page_content for d in retriever.invoke(text)} == {
            f"{n} is a word for a thing." for n in ("Alpha", "Beta", "Gamma")
        }


def test_a_name_tells_more_than_the_questions_of_other_entries(retriever: GlossaryRetriever) -> None:
    named = retriever.retrieve(retriever.reader.read("What is LoRA?")).hits
    assert {hit.signals["asked"] for hit in named} == {0.0}


def test_entries_go_on_beyond_the_passages_each_once(retriever: GlossaryRetriever) -> None:
    question = retriever.reader.read("LoRA가 뭐야?")
    one, ten = retriever.retrieve(question, k=1), retriever.retrieve(question, k=10)
    assert one.entries == ten.entries
    assert len(one.entries) == len(set(one.entries)) > 3
    passages = list(dict.fromkeys(hit.chunk.entry_id for hit in ten.hits))
    assert list(ten.entries[: len(passages)]) == passages


@pytest.mark.parametrize("language", ["ko", "en"])
def test_only_passages_in_the_language_of_the_question(retriever: GlossaryRetriever, language: str) -> None:
    read = retriever.reader.read("LoRA", language=language)  # type: ignore[arg-type]
    assert {hit.chunk.lang for hit in retriever.retrieve(read, k=10).nearest} == {language}


def test_language_rows_halve_a_bilingual_glossary(retriever: GlossaryRetriever) -> None:
    korean, english = retriever.language_rows("ko"), retriever.language_rows("en")
    assert not np.any(korean & english)
    assert np.all(korean | english)
    assert int(korean.sum()) == sum(chunk.lang == "ko" for chunk in retriever.index.chunks)


def test_entry_hits_are_one_language_in_file_order(retriever: GlossaryRetriever) -> None:
    hits = retriever.entry_hits("lora", language="en")
    assert [hit.chunk.section for hit in hits] == list(SECTIONS)
    assert [hit.chunk.line for hit in hits] == sorted(hit.chunk.line for hit in hits)
    assert retriever.entry_hits("no-such-entry", language="en") == []


def test_uses_and_is_word(retriever: GlossaryRetriever) -> None:
    assert retriever.is_word("LORA")
    assert not retriever.is_word("DSPy")
    assert retriever.uses("lora", "lora")
    assert not retriever.uses("beam-search", "lora")


def test_a_latin_word_is_spelled_as_a_whole_and_a_korean_one_also_inside_another(retriever: GlossaryRetriever) -> None:
    words = ("quantization", "QUANTIZATION", "quantizatio", "ora", "튜닝", "닝이", "뷁")
    assert [word for word in words if retriever.is_spelled(word)] == ["quantization", "QUANTIZATION", "튜닝", "닝이"]
    assert [word for word in words if not retriever.is_word(word)] == ["뷁"]


def test_threshold_decides_between_hits_and_none(retriever: GlossaryRetriever) -> None:
    question = retriever.reader.read("what is DSPy")
    assert retriever.model_copy(update={"threshold": 0.0}).retrieve(question).hits != ()
    strict = retriever.model_copy(update={"threshold": 1.1})
    assert strict.retrieve(retriever.reader.read("LoRA가 뭐야?")).hits == ()


def test_weights_can_be_varied(retriever: GlossaryRetriever) -> None:
    question = retriever.reader.read("LoRA가 뭐야?")
    off = retriever.model_copy(update={"weights": replace(Weights(), link=0.0, mentioned=0.0)})
    assert retriever.retrieve(question).nearest[0].signals["link"] == pytest.approx(Weights().link)
    assert off.retrieve(question).nearest[0].signals["link"] == pytest.approx(0.0)


def test_every_kind_prefers_sections_that_exist() -> None:
    assert set(SECTIONS_OF_KIND) == set(Kind.__args__)  # type: ignore[attr-defined]
    assert {name for names in SECTIONS_OF_KIND.values() for name in names} <= set(SECTIONS)


def test_the_same_question_ranks_the_same_twice(retriever: GlossaryRetriever) -> None:
    question = retriever.reader.read("트랜스포머와 RNN 비교")
    assert retriever.retrieve(question, k=10) == retriever.retrieve(question, k=10)


@pytest.mark.slow
def test_an_index_elsewhere_ranks_the_same(tmp_path: Path) -> None:
    """What is asked and what the glossary says decides, also between passages that are alike, not the folder they lie in."""
    twins = {
        f"{name}.md": f"---\nterm: {name}\n---\nA twin is one of two.\n" for name in ("Castor", "Pollux", "Romulus")
    }
    found = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        write_glossary(tmp_path / name / "glossary", twins)
        build_index(
            tmp_path / name / "glossary",
            folder=tmp_path / name / "index",
            embeddings=BigramEmbeddings(),
            model=FAKE_MODEL,
        )
        index = load_index(tmp_path / name / "index", embeddings=BigramEmbeddings(), model=FAKE_MODEL)
        found.append(GlossaryRetriever(index=index, embeddings=BigramEmbeddings(), threshold=0.0).invoke("of two"))
    assert found[0] == found[1]
    assert [d.metadata["term"] for d in found[0]] == ["Castor", "Pollux", "Romulus"]
