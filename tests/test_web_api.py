"""The page's endpoints on a real server: terms, entries, verdicts."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import GLOSSARY
from helpers import open_shipped
from serving import running, small_assistant

import rag.web
from rag.corpus import RELATIONS, Corpus
from rag.feedback import FeedbackStore
from rag.index import GlossaryIndex
from rag.server import create_app
from rag.settings import ServerSettings, Settings
from rag.types import SECTIONS

GOOD: dict[str, Any] = {
    "id": "0" * 32, "verdict": "up", "question": "LoRA가 뭐야?", "language": "ko", "kind": "define",
    "answer": "LoRA는 기법입니다. [1]", "cited": ["lora"], "abstained": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("api") / "below" / "feedback.sqlite3"


@pytest.fixture(scope="module")
def url(small_index: GlossaryIndex, file: Path) -> Iterator[str]:
    settings = Settings(feedback=file, server=ServerSettings(rate_limit="off"))
    with running(create_app(settings, assistant=small_assistant(small_index))) as base:
        yield base


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def shipped_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = Settings(
        feedback=tmp_path_factory.mktemp("shipped") / "f.sqlite3", server=ServerSettings(rate_limit="off")
    )
    with (
        running(create_app(settings, assistant=open_shipped())) as base,
        httpx.Client(base_url=base, timeout=30) as opened,
    ):
        yield opened


def test_the_page_has_a_label_in_both_languages_for_every_section_and_relation(shipped: Corpus) -> None:
    texts = (Path(rag.web.__file__).parent / "static" / "i18n.js").read_text("utf-8")
    for table, wanted in (
        ("sections", SECTIONS),
        ("relationNames", RELATIONS),
        ("categories", {e.category for e in shipped.entries}),
    ):
        labels = [set(re.findall(r'"?([\w-]+)"?: "[^"]+"', row)) for row in re.findall(rf"{table}: {{(.*?)}}", texts)]
        assert len(labels) == 2
        for known in labels:
            assert set(wanted) <= known, table


def test_terms_are_listed_with_every_name(client: httpx.Client, small_index: GlossaryIndex) -> None:
    body = client.get("/api/terms").json()
    assert body["digest"] == small_index.manifest.corpus_digest
    assert [term["id"] for term in body["terms"]] == [name.removesuffix(".md") for name in sorted(GLOSSARY)]
    lora = next(term for term in body["terms"] if term["id"] == "lora")
    assert lora["names"] == {"en": "LoRA", "ko": "LoRA"}
    assert {"로라", "low-rank adaptation"} <= set(lora["aliases"])
    assert "LoRA" not in lora["aliases"]


@pytest.mark.parametrize("path", ["/api/terms", "/api/terms/lora"])
def test_what_has_not_changed_is_not_sent_again(client: httpx.Client, path: str) -> None:
    tag = client.get(path).headers["etag"]
    for sent in (tag, f'"other", W/{tag}'):
        again = client.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_entry_has_its_passages_relations_and_place(client: httpx.Client) -> None:
    body = client.get("/api/terms/lora").json()
    assert body["file"] == "lora.md"
    korean = next(p for p in body["passages"] if p["lang"] == "ko")
    assert (korean["id"], korean["section"], korean["line"]) == ("lora:ko:definition:0", "definition", 11)
    assert korean["text"] == "LoRA는 작은 행렬 두 개만 학습하는 파인튜닝 기법입니다."
    assert {r["relation"]: [t["id"] for t in r["terms"]] for r in body["relations"]} == {
        "broader": ["fine-tuning"], "contrasts-with": ["qlora"],
    }  # fmt: skip
    above = client.get("/api/terms/fine-tuning").json()["relations"]
    assert [(r["relation"], [t["id"] for t in r["terms"]]) for r in above] == [("narrower", ["lora", "qlora"])]


def test_every_entry_of_the_shipped_glossary_opens(shipped_client: httpx.Client) -> None:
    index = open_shipped().retriever.index
    chunks = {chunk.id: chunk for chunk in index.chunks}
    seen = set()
    for entry in index.entries.values():
        body = shipped_client.get(f"/api/terms/{entry.id}").json()
        others = [term["id"] for relation in body["relations"] for term in relation["terms"]]
        assert len(others) == len(set(others)), entry.id
        assert {i for ids in entry.relations.values() for i in ids} <= set(others), entry.id
        for passage in body["passages"]:
            chunk = chunks[passage["id"]]
            assert (passage["text"], passage["line"], passage["versus"]) == (chunk.text, chunk.line, chunk.versus)
            seen.add(passage["id"])
    assert seen == set(chunks)


def test_an_unknown_entry_is_a_404_that_echoes_nothing(client: httpx.Client) -> None:
    response = client.get("/api/terms/%3Cb%3Enothing")
    assert response.status_code == 404
    assert response.json()["detail"] == "the glossary has no such entry: GET /api/terms lists them"


def test_a_verdict_is_stored_and_may_change(client: httpx.Client, file: Path, small_index: GlossaryIndex) -> None:
    history = [{"role": "user", "content": "QLoRA?"}, {"role": "assistant", "content": "QLoRA는 [1]"}]
    first = client.post("/api/feedback", json={**GOOD, "history": history, "cited": ["lora", "lora"]})
    assert (first.status_code, first.json()) == (201, {"id": GOOD["id"]})
    client.post("/api/feedback", json={**GOOD, "verdict": "down", "comment": "  짧아요\n둘째 줄 ", "answer": "changed"})
    (row,) = FeedbackStore(file).rows()
    assert (row.verdict, row.comment, row.answer, row.cited) == ("down", "짧아요\n둘째 줄", GOOD["answer"], ("lora",))
    assert row.history == tuple(history)
    assert row.index_digest == small_index.manifest.corpus_digest
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"}, {"id": "G" * 32}, {"verdict": "sideways"}, {"comment": "가" * 501}, {"comment": "a\u0000b"}, {"question": ""},
        {"question": "가" * 501}, {"question": "a\u202eb"}, {"language": "fr"}, {"kind": "other"}, {"answer": "x" * 20_001},
        {"cited": ["../x"]}, {"cited": ["x"] * 51}, {"abstained": None}, {"history": [{"role": "system", "content": "x"}]}, {"more": 1},
    ],
)  # fmt: skip
def test_an_unusable_verdict_is_refused_without_echo(client: httpx.Client, change: dict[str, Any]) -> None:
    response = client.post("/api/feedback", json={**GOOD, **change})
    assert response.status_code == 422
    assert "GGGG" not in response.text
    assert "sideways" not in response.text


def test_a_file_that_cannot_be_written_is_a_clear_error_and_no_more(small_index: GlossaryIndex, tmp_path: Path) -> None:
    app = create_app(
        Settings(feedback=tmp_path, server=ServerSettings(rate_limit="off")), assistant=small_assistant(small_index)
    )
    with running(app) as base, httpx.Client(base_url=base, timeout=30) as client:
        response = client.post("/api/feedback", json=GOOD)
        assert response.status_code == 503
        assert response.json()["detail"] == "the verdict could not be stored: the server's log says why"
        assert str(tmp_path) not in response.text
        assert client.post("/rag/invoke", json={"input": {"question": "LoRA가 뭐야?"}}).status_code == 200


@pytest.mark.slow
def test_a_locked_file_does_not_hold_up_questions(client: httpx.Client, file: Path, url: str) -> None:
    client.post("/api/feedback", json=GOOD)
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert client.post("/api/feedback", json={**GOOD, "id": "1" * 32}).status_code == 503
        assert client.post("/rag/invoke", json={"input": {"question": "LoRA가 뭐야?"}}).status_code == 200
        other.execute("ROLLBACK")
    other.close()
    assert client.post("/api/feedback", json={**GOOD, "id": "1" * 32}).status_code == 201


def test_the_schema_documents_the_endpoints(client: httpx.Client) -> None:
    schema = client.get("/openapi.json").json()
    assert {"/api/terms", "/api/terms/{term_id}", "/api/feedback"} <= set(schema["paths"])
    assert "/" not in schema["paths"]
    assert {"TermList", "TermDetail", "VerdictIn"} <= set(schema["components"]["schemas"])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_page_answers(client: httpx.Client, method: str) -> None:
    response = client.request(method, "/")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
