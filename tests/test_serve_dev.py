"""``--dev``: LangServe's playgrounds and debugging routes, from this machine and its own files only."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from serving import EN, running, small_assistant, small_settings

from rag.chain import Assistant
from rag.index import GlossaryIndex
from rag.server import create_app


@pytest.fixture(scope="module")
def assistant(small_index: GlossaryIndex) -> Assistant:
    return small_assistant(small_index)


@pytest.fixture(scope="module")
def client(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    app = create_app(small_settings(tmp_path_factory.mktemp("dev")), assistant=assistant, dev=True)
    with running(app) as url, httpx.Client(base_url=url, timeout=30) as opened:
        yield opened


@pytest.mark.parametrize("base", ["/rag", "/retrieve", "/text"])
def test_a_playground_comes_from_this_machine(client: httpx.Client, base: str) -> None:
    page = client.get(f"{base}/playground/")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) == 3
    assert all(link.startswith(f"{base}/playground/") for link in links)
    assert [client.get(link).status_code for link in links] == [200, 200, 200]
    assert page.headers["content-security-policy"].startswith("default-src 'self' data:;")
    assert client.get(f"{base}/input_schema").headers["content-security-policy"].startswith("default-src 'none'")


def test_the_input_form_needs_no_null(client: httpx.Client) -> None:
    """An optional field blanks the whole playground."""
    assert '"null"' not in client.get("/rag/input_schema").text


@pytest.mark.filterwarnings("ignore:astream_log is deprecated")
@pytest.mark.parametrize("path", ["/rag/stream_log", "/rag/stream_events", "/text/stream_log"])
def test_steps_are_shown(client: httpx.Client, path: str) -> None:
    text = client.post(path, json={"input": {"question": EN}, "config": None}).text
    assert "understand_and_retrieve" in text
    assert text.rstrip().endswith("event: end")


def test_an_answer_as_text(client: httpx.Client, assistant: Assistant) -> None:
    answered = client.post("/text/invoke", json={"input": {"question": EN}})
    assert answered.json()["output"] == assistant.ask(EN).answer


@pytest.mark.parametrize("path", ["/rag/invoke", "/text/invoke", "/rag/stream_log"])
def test_bodies_are_guarded_all_the_same(client: httpx.Client, path: str) -> None:
    assert client.post(path, json={"input": {"question": "SECRET\0"}}).status_code == 422
    assert client.post(path, content="{}", headers={"content-type": "text/plain"}).status_code == 415
