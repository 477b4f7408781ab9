"""rag.server: a real uvicorn on a free loopback port, asked by LangServe's own client and by plain HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import reduce
from operator import add
from typing import Any

import httpx
import pytest
from conftest import SOURCE
from helpers import ANSWER_KEYS, EMPTY_MESSAGE, TEXT_MESSAGE, VERSUS_EN, open_shipped, shipped_index_folder
from langchain_core.documents import Document
from langserve import RemoteRunnable
from serving import running

from rag.chain import Assistant
from rag.server import create_app
from rag.settings import BUNDLED_MODEL, Settings

KO, EN = "LoRA랑 QLoRA 차이?", "What is the difference between LoRA and QLoRA?"


@pytest.fixture(scope="session")
def assistant() -> Assistant:
    return open_shipped()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(create_app(Settings(index=shipped_index_folder()))) as base:
        yield base


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as opened:
        yield opened


@pytest.fixture
def remote(url: str) -> Iterator[RemoteRunnable]:
    made = RemoteRunnable(f"{url}/rag/")
    yield made
    made.sync_client.close()


@pytest.fixture
def retrieve(url: str) -> Iterator[RemoteRunnable]:
    made = RemoteRunnable(f"{url}/retrieve/")
    yield made
    made.sync_client.close()


@pytest.mark.parametrize("question", [KO, EN, "what is DSPy", "Trasformer가 뭐야"])
def test_invoke_gives_what_the_chain_gives(remote: RemoteRunnable, assistant: Assistant, question: str) -> None:
    answer = remote.invoke({"question": question})
    assert answer == assistant.chain.invoke({"question": question})
    assert sorted(answer) == sorted(ANSWER_KEYS)


def test_batch_keeps_order(remote: RemoteRunnable, assistant: Assistant) -> None:
    asked = [{"question": q} for q in (KO, EN, "what is DSPy", KO)]
    assert remote.batch(asked) == assistant.chain.batch(asked)


def test_streamed_pieces_add_up(remote: RemoteRunnable, assistant: Assistant) -> None:
    streamed = list(remote.stream({"question": EN}))
    assert streamed[0]["answer"] == ""
    assert streamed[1]["answer"] == f"{VERSUS_EN[0]} [1]"
    assert [c["quote"] for c in streamed[1]["citations"]] == [VERSUS_EN[0]]
    assert reduce(add, streamed) == assistant.chain.invoke({"question": EN})


async def test_async_calls(url: str, assistant: Assistant) -> None:
    remote = RemoteRunnable(f"{url}/rag/")
    try:
        whole = assistant.chain.invoke({"question": KO})
        assert await remote.ainvoke({"question": KO}) == whole
        assert await remote.abatch([{"question": KO}, {"question": EN}]) == assistant.chain.batch(
            [{"question": KO}, {"question": EN}]
        )
        assert reduce(add, [piece async for piece in remote.astream({"question": KO})]) == whole
    finally:
        await remote.async_client.aclose()
        remote.sync_client.close()


def test_two_streams_after_another(remote: RemoteRunnable) -> None:
    """sse-starlette once bound its exit event to the first request."""
    assert list(remote.stream({"question": KO})) == list(remote.stream({"question": KO}))


def test_options_and_history_pass(remote: RemoteRunnable, assistant: Assistant) -> None:
    asked: dict[str, Any] = {
        "question": "what about its limits?", "history": [{"role": "user", "content": "LoRA가 뭐야?"}], "language": "ko", "top_k": 3,
    }  # fmt: skip
    answer = remote.invoke(asked)
    assert answer == assistant.chain.invoke(asked)
    assert (answer["language"], answer["notes"]) == ("ko", ["앞 질문의 LoRA 기준으로 답합니다."])


def test_a_null_history_is_an_empty_one(client: httpx.Client, assistant: Assistant) -> None:
    answered = client.post("/rag/invoke", json={"input": {"question": KO, "history": None}})
    assert answered.status_code == 200
    assert answered.json()["output"] == assistant.chain.invoke({"question": KO})


def test_many_at_once(remote: RemoteRunnable, assistant: Assistant) -> None:
    questions = ["LoRA가 뭐야?", "GGUF가 뭐야?", "What is RAG?", "what is DSPy"] * 3
    answers: dict[int, Any] = {}

    def ask(number: int) -> None:
        answers[number] = remote.invoke({"question": questions[number]})

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[number] for number in range(len(questions))] == assistant.chain.batch(
        [{"question": q} for q in questions]
    )


def test_retrieve_gives_documents(retrieve: RemoteRunnable, assistant: Assistant) -> None:
    found = retrieve.invoke("GGUF가 뭐야?")
    assert all(isinstance(document, Document) for document in found)
    assert [d.metadata["id"] for d in found] == [d.id for d in assistant.retriever.invoke("GGUF가 뭐야?")]
    assert found[0].metadata["id"] == "gguf:ko:definition:0"
    assert found[0].page_content == assistant.retriever.invoke("GGUF가 뭐야?")[0].page_content
    assert retrieve.invoke("what is DSPy") == []


def test_health(client: httpx.Client, assistant: Assistant) -> None:
    answered = client.get("/healthz")
    assert answered.status_code == 200
    assert answered.json() == {
        "status": "ok",
        "entries": len(assistant.retriever.index.entries),
        "model": BUNDLED_MODEL,
    }


BAD: list[tuple[Any, list[str], str]] = [
    ({"question": "  SECRET\0"}, ["question"], TEXT_MESSAGE),
    ({"question": "???"}, ["question"], EMPTY_MESSAGE),
    ({"question": "SECRET" * 100}, ["question"], "the question has 600 characters: ask in at most 500"),
    ({"question": "SECRET" * 5_000}, ["question"], "String should have at most 2000 characters"),
    ({"question": ["SECRET"]}, ["question"], "Input should be a valid string"),
    ({"question": KO, "top_k": 0}, ["top_k"], "Input should be greater than or equal to 1"),
    ({"question": KO, "top_k": 10**9}, ["top_k"], "Input should be less than or equal to 10"),
    ({"question": KO, "top_k": "3"}, ["top_k"], "Input should be a valid integer"),
    ({"question": KO, "language": "SECRET"}, ["language"], "Input should be 'auto', 'ko' or 'en'"),
    ({"question": KO, "SECRET": 1}, [], "Extra inputs are not permitted"),
    ({}, ["question"], "Field required"),
    ("SECRET", [], "Input should be a valid dictionary or instance of Ask"),
]


@pytest.mark.parametrize("route", ["invoke", "stream"])
@pytest.mark.parametrize(("given", "where", "message"), BAD, ids=range(len(BAD)))
def test_bad_input_is_422_without_an_echo(
    client: httpx.Client, route: str, given: Any, where: list[str], message: str
) -> None:
    answered = client.post(f"/rag/{route}", json={"input": given})
    assert answered.status_code == 422
    assert answered.json()["detail"] == [{"loc": where, "msg": message}]
    assert "SECRET" not in answered.text


def test_a_lone_surrogate_is_400(client: httpx.Client) -> None:
    body = b'{"input": {"question": "SECRET\\ud800"}}'
    answered = client.post("/rag/invoke", content=body, headers={"content-type": "application/json"})
    assert answered.status_code == 400
    assert "SECRET" not in answered.text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("SECRET\0", TEXT_MESSAGE),
        ("??", EMPTY_MESSAGE),
        (5, "Input should be a valid string"),
        ("x" * 501, "the question has 501 characters: ask in at most 500"),
    ],
)
def test_bad_input_of_retrieve_is_422(client: httpx.Client, given: Any, message: str) -> None:
    answered = client.post("/retrieve/invoke", json={"input": given})
    assert answered.status_code == 422
    assert answered.json()["detail"] == [{"loc": [], "msg": message}]


def test_the_client_raises_on_bad_input(remote: RemoteRunnable) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="422 Unprocessable"):
        remote.invoke({"question": "???"})


def test_the_server_lives_on_after_bad_input(client: httpx.Client) -> None:
    assert client.post("/rag/invoke", json={"input": {"question": "\0"}}).status_code == 422
    assert client.post("/rag/invoke", json={"input": {"question": KO}}).status_code == 200


@pytest.mark.parametrize("base", ["/rag", "/retrieve"])
@pytest.mark.parametrize(
    "path",
    ["playground/", "stream_log", "astream_events", "stream_events", "feedback", "token_feedback", "public_trace_link"],
)
def test_what_shows_the_inside_is_404(client: httpx.Client, base: str, path: str) -> None:
    assert client.get(f"{base}/{path}").status_code == 404
    assert client.post(f"{base}/{path}", json={"input": {"question": KO}}).status_code == 404


def test_docs_need_no_internet(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) == 3
    assert [client.get(link).status_code for link in links] == [200, 200, 200]
    assert "//" not in page.text.replace("</", "").replace("<!-- ", "").replace("-->", "")
    script = re.search(r"<script>(.*?)</script>", page.text, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in page.headers["content-security-policy"]
    assert client.get("/redoc").status_code == 404


def test_schemas_say_what_is_taken(client: httpx.Client) -> None:
    schema = client.get("/rag/input_schema").json()
    assert list(schema["properties"]) == ["question", "history", "language", "top_k"]
    assert schema["required"] == ["question"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["top_k"]["maximum"] == 10
    assert client.get("/rag/output_schema").status_code == 200
    assert {"/rag/invoke", "/rag/batch", "/rag/stream", "/retrieve/invoke", "/healthz"} <= set(
        client.get("/openapi.json").json()["paths"]
    )


def test_a_client_cannot_configure_the_inside(client: httpx.Client) -> None:
    body = {
        "input": {"question": KO},
        "config": {"configurable": {"threshold": 0}, "run_name": "x", "metadata": {"SECRET": 1}},
    }
    answered = client.post("/rag/invoke", json=body)
    assert answered.status_code == 200
    assert "SECRET" not in answered.text
    assert answered.json()["output"]["question"] == KO


def test_a_stream_ends_with_an_end_event(client: httpx.Client) -> None:
    text = client.post("/rag/stream", json={"input": {"question": KO}}).text
    events = [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]
    assert events[-1] == "end"
    assert events.count("data") == 6
    data = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: {")]
    assert data[1]["question"] == KO


@pytest.mark.slow
def test_one_thread_for_each_query_is_set_before_an_engine_loads() -> None:
    """Spinning OpenMP threads make a busy machine crawl."""
    code = "import rag.server, faiss; print(faiss.omp_get_max_threads())"
    env = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"} | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]
