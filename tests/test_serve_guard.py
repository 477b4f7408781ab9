"""What LangServe answers with 500, or takes and should not: each against a real uvicorn."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import BigramEmbeddings
from helpers import TEXT_MESSAGE
from langserve import RemoteRunnable
from serving import EN, running, small_assistant, small_settings

from rag.index import GlossaryIndex
from rag.server import create_app, guard

JSON = {"content-type": "application/json"}
GOOD = {"input": {"question": EN}}


@pytest.fixture(scope="module")
def url(small_index: GlossaryIndex, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = small_settings(tmp_path_factory.mktemp("guard"))
    with running(create_app(settings, assistant=small_assistant(small_index))) as base:
        yield base


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as opened:
        yield opened


def deep(depth: int) -> bytes:
    return b'{"input": {"question": ' + b"[" * depth + b"]" * depth + b"}}"


BODIES: list[tuple[str, bytes, int, str]] = [
    ("invalid UTF-8", b'{"input": {"question": "SECRET\xff"}}', 400, "not JSON in UTF-8"),
    ("cp949", '{"input": {"question": "SECRET 로라"}}'.encode("cp949"), 400, "not JSON in UTF-8"),
    ("lone surrogate", b'{"input": {"question": "SECRET\\ud800"}}', 400, "not JSON in UTF-8"),
    ("NaN", b'{"input": {"question": "SECRET", "top_k": NaN}}', 400, "not JSON in UTF-8"),
    ("cut", b'{"input": {"question": "SECRET', 400, "line 1, column"),
    ("empty", b"", 400, "not JSON in UTF-8"),
    ("deep", deep(5_000), 400, "not JSON in UTF-8"),
    ("deep, but within the parser's limit", deep(1_000), 400, "more than 16 levels deep"),
    ("a little deep", deep(10), 422, "valid string"),
    ("5000 digits", b'{"input": {"question": "SECRET", "top_k": ' + b"9" * 5_000 + b"}}", 400, "not JSON in UTF-8"),
    ("infinite", b'{"input": {"question": "SECRET", "top_k": 1e999}}', 400, "not JSON in UTF-8"),
    ("a list", b'["SECRET"]', 422, "an object with the key"),
    ("a string", b'"SECRET"', 422, "an object with the key"),
    ("null", b"null", 422, "an object with the key"),
    ("no input", b'{"question": "SECRET"}', 422, "Field required"),
    ("null input", b'{"input": null}', 422, "valid dictionary"),
    ("NUL", b'{"input": {"question": "SECRET\\u0000"}}', 422, TEXT_MESSAGE),
    ("unknown key", b'{"input": {"question": "LoRA", "SECRET": 1}}', 422, "Extra inputs are not permitted"),
    ("nested unknown key", b'{"input": {"question": "LoRA", "history": [{"role": "user", "content": "x", "SECRET": 1}]}}', 422, "Extra inputs"),
    ("top_k", b'{"input": {"question": "LoRA", "top_k": 1000000000}}', 422, "less than or equal to 10"),
    ("21 turns", json.dumps({"input": {"question": "x", "history": [{"role": "user", "content": "SECRET"}] * 21}}).encode(), 422, "at most 20"),
]  # fmt: skip


@pytest.mark.parametrize("route", ["invoke", "stream"])
@pytest.mark.parametrize(("body", "status", "reason"), [b[1:] for b in BODIES], ids=[b[0] for b in BODIES])
def test_a_bad_body_is_refused_with_the_reason_and_no_echo(
    client: httpx.Client, route: str, body: bytes, status: int, reason: str
) -> None:
    answered = client.post(f"/rag/{route}", content=body, headers=JSON)
    assert answered.status_code == status
    assert reason in answered.text
    assert "SECRET" not in answered.text
    assert set(answered.json()) == {"detail", "request_id"}
    assert client.post("/rag/invoke", json=GOOD).status_code == 200, "the same connection goes on to work"


@pytest.mark.parametrize(
    "value",
    [
        "text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/json; charset=utf-16", "application/json; charset=cp949", "application/jsonx", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/rag/invoke", "/rag/batch", "/rag/stream", "/retrieve/invoke", "/admin/reload", "/api/feedback"]
)
def test_only_json_is_taken(client: httpx.Client, path: str, value: str) -> None:
    """A page of another site can post text/plain here without asking; JSON it cannot."""
    answered = client.post(path, content=json.dumps(GOOD), headers={"content-type": value})
    assert answered.status_code == 415
    assert "application/json" in answered.json()["detail"]


def test_json_with_a_charset_is_taken(client: httpx.Client) -> None:
    headers = {"content-type": 'Application/JSON; charset="UTF-8"'}
    assert client.post("/rag/invoke", content=json.dumps(GOOD), headers=headers).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x"])
def test_an_encoded_body_is_415(client: httpx.Client, encoding: str) -> None:
    packed = gzip.compress(json.dumps(GOOD).encode())
    answered = client.post("/rag/invoke", content=packed, headers={**JSON, "content-encoding": encoding})
    assert (answered.status_code, answered.json()["detail"]) == (415, "send the body without content-encoding")


def test_a_large_body_is_413_however_it_is_sent(client: httpx.Client) -> None:
    large = json.dumps({"input": {"question": "x" * guard.MAX_BODY}}).encode()
    declared = client.post("/rag/invoke", content=large, headers=JSON)
    assert (declared.status_code, declared.json()["detail"]) == (413, "the body is larger than 64 KB")

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(large), 8_192):
            yield large[at : at + 8_192]

    assert client.post("/rag/invoke", content=pieces(), headers=JSON).status_code == 413
    assert client.post("/rag/invoke", json=GOOD).status_code == 200


def test_a_body_of_exactly_the_limit_is_read(client: httpx.Client) -> None:
    body = json.dumps(GOOD).encode()
    assert (
        client.post("/rag/invoke", content=body + b" " * (guard.MAX_BODY - len(body)), headers=JSON).status_code == 200
    )


def test_a_body_that_trickles_in_is_408(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_SECONDS_TO_SEND", 0.3)
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(
            f"POST /rag/invoke HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{".encode()
        )
        begin = time.monotonic()
        answered = raw.makefile("rb").read()
    assert answered.startswith(b"HTTP/1.1 408 ")
    assert b"the body took longer than" in answered
    assert time.monotonic() - begin < 8


BATCHES: list[tuple[Any, list[Any], str]] = [
    ({}, ["inputs"], "Field required"),
    ({"inputs": {"question": "SECRET"}}, ["inputs"], "a list of 1 to 32 inputs"),
    ({"inputs": "SECRET"}, ["inputs"], "a list of 1 to 32 inputs"),
    ({"inputs": []}, ["inputs"], "a list of 1 to 32 inputs"),
    ({"inputs": [{"question": "LoRA"}] * 33}, ["inputs"], "a list of 1 to 32 inputs"),
    ({"inputs": [{"question": "LoRA"}, "SECRET"]}, ["inputs", 1], "Input should be a valid dictionary or instance of Ask"),
    ({"inputs": [{"question": "LoRA"}, {"question": "LoRA", "top_k": 11}]}, ["inputs", 1, "top_k"], "Input should be less than or equal to 10"),
    ({"inputs": [None]}, ["inputs", 0], "Input should be a valid dictionary or instance of Ask"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "where", "reason"), BATCHES, ids=range(len(BATCHES)))
def test_a_bad_batch_is_422_and_says_which_item(client: httpx.Client, body: Any, where: list[Any], reason: str) -> None:
    answered = client.post("/rag/batch", json=body)
    assert answered.status_code == 422
    assert answered.json()["detail"] == [{"loc": where, "msg": reason}]


def test_32_at_once_are_a_batch(client: httpx.Client) -> None:
    answered = client.post("/rag/batch", json={"inputs": [{"question": EN}] * 32})
    assert len(answered.json()["output"]) == 32


@pytest.mark.parametrize(
    "config",
    [None, {}, [], "x", 5, {"configurable": {"threshold": 0}}, {"tags": ["x"], "max_concurrency": "many"}, [None]],
)
@pytest.mark.parametrize("route", ["invoke", "batch", "stream"])
def test_a_config_changes_and_breaks_nothing(client: httpx.Client, route: str, config: Any) -> None:
    body = {"inputs": [{"question": EN}]} if route == "batch" else GOOD
    answered = client.post(f"/rag/{route}", json={**body, "config": config, "kwargs": None})
    assert answered.status_code == 200
    assert "event: error" not in answered.text


@pytest.mark.parametrize(
    ("given", "where", "reason"),
    [
        ({"question": EN, "top_k": 0}, ["top_k"], "Input should be greater than or equal to 1"),
        ({"question": EN, "top_k": 2_000_000_000}, ["top_k"], "Input should be less than or equal to 10"),
        ({"question": EN, "top_k": 3.5}, ["top_k"], "Input should be a valid integer"),
        ({"question": EN, "top_k": True}, ["top_k"], "Input should be a valid integer"),
        ({"question": EN, "SECRET": 1}, [], "Extra inputs are not permitted"),
        ({}, ["question"], "Field required"),
        (["SECRET"], [], "Input should be a valid string"),
    ],
)
def test_retrieve_is_as_strict(client: httpx.Client, given: Any, where: list[str], reason: str) -> None:
    answered = client.post("/retrieve/invoke", json={"input": given})
    assert answered.status_code == 422
    assert answered.json()["detail"] == [{"loc": where, "msg": reason}]


def test_retrieve_takes_a_question_or_options(url: str) -> None:
    remote = RemoteRunnable(f"{url}/retrieve")
    assert len(remote.invoke(EN)) == 5
    found = remote.invoke({"question": EN, "top_k": 2, "language": "ko"})
    assert [d.metadata["lang"] for d in found] == ["ko", "ko"]
    assert all(type(d.metadata["score"]) is float for d in found)
    assert [len(docs) for docs in remote.batch([EN, {"question": EN, "top_k": 1}])] == [5, 1]


def test_top_k_is_clamped_again_in_the_retriever(small_index: GlossaryIndex) -> None:
    retriever = small_assistant(small_index, BigramEmbeddings()).retriever
    question = retriever.reader.read(EN)
    assert len(retriever.retrieve(question, k=10**9).hits) == 5
    assert len(retriever.retrieve(question, k=-3).hits) == 1


def test_a_stream_repeats_no_scalar(client: httpx.Client) -> None:
    """Chunks add up, and LangServe's client adds strings too: a language sent twice would read 'koko'."""
    text = client.post("/rag/stream", json=GOOD).text
    chunks = [
        json.loads(line[6:]) for line in text.splitlines() if line.startswith('data: {"') and "run_id" not in line
    ]
    scalars = [
        key for chunk in chunks for key, value in chunk.items() if key != "answer" and not isinstance(value, list)
    ]
    assert len(scalars) == len(set(scalars))
    assert {"question", "language", "kind", "abstained", "generator"} <= set(scalars)
    assert "type" not in {key for chunk in chunks for key in chunk}


def test_a_wrong_method_or_path_is_json_too(client: httpx.Client) -> None:
    assert client.get("/rag/invoke").status_code == 405
    assert set(client.get("/rag/invoke").json()) == {"detail", "request_id"}
    missing = client.get("/nope/%00%ff")
    assert missing.status_code == 404
    assert missing.json()["detail"] == "Not Found"
    assert client.post("/rag/invoke/", json=GOOD).status_code == 404, "no redirect that trusts a Host header"


def test_what_browsers_must_not_do_is_said(client: httpx.Client) -> None:
    headers = client.post("/rag/invoke", json=GOOD).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers or "uvicorn" in headers["server"]


def test_deep_nesting_breaks_no_other_endpoint(client: httpx.Client, tmp_path: Path) -> None:
    for depth in (900, 1_023, 5_000):
        body = b'{"comment": ' + b"[" * depth + b"]" * depth + b"}"
        assert client.post("/api/feedback", content=body, headers=JSON).status_code in (400, 422)
