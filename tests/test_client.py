"""rag.client against a real uvicorn, and against servers that misbehave."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from serving import EN, KEY, KEYS, KO, running, small_assistant, small_settings

from rag.chain import Assistant
from rag.client import GlossaryClient
from rag.errors import AccessError, BusyError, InputError, RagError, ServiceError
from rag.index import GlossaryIndex
from rag.server import create_app


@pytest.fixture(scope="module")
def assistant(small_index: GlossaryIndex) -> Assistant:
    return small_assistant(small_index)


@pytest.fixture(scope="module")
def url(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = small_settings(tmp_path_factory.mktemp("client"), api_keys=KEYS, rate_limit="off")
    with running(create_app(settings, assistant=assistant)) as base:
        yield base


@pytest.fixture
def client(url: str) -> Iterator[GlossaryClient]:
    with GlossaryClient(url + "/", api_key=KEY) as made:
        yield made


@pytest.mark.parametrize("question", [KO, EN])
def test_ask_gives_what_the_assistant_gives(client: GlossaryClient, assistant: Assistant, question: str) -> None:
    assert client.ask(question) == assistant.ask(question)


def test_options_pass(client: GlossaryClient, assistant: Assistant) -> None:
    options: dict[str, Any] = {"history": [{"role": "user", "content": KO}], "language": "en", "top_k": 2}
    assert client.ask("그럼 한계는?", **options) == assistant.ask("그럼 한계는?", **options)


def test_a_stream_comes_in_pieces_and_adds_up(client: GlossaryClient, assistant: Assistant) -> None:
    expected = assistant.ask("LoRA랑 QLoRA 차이?")
    stream = client.stream("LoRA랑 QLoRA 차이?")
    pieces = list(stream)
    assert len(pieces) == len(expected.citations) > 1
    assert stream.answer() == expected
    assert "".join(pieces) == expected.answer
    assert client.stream(KO).answer() == assistant.ask(KO)


def test_a_stream_may_be_left(client: GlossaryClient) -> None:
    for piece in client.stream(EN):
        assert piece
        break
    assert client.ask(EN).citations


@pytest.mark.parametrize(
    ("asked", "options", "message"),
    [
        ("", {}, "question: the question is empty"),
        ("x" * 501, {}, "question: the question has 501 characters: ask in at most 500"),
        ("LoRA", {"top_k": 11}, "top_k: Input should be less than or equal to 10"),
        (
            "LoRA",
            {"history": [{"role": "x", "content": ""}]},
            r"history\.0\.role: Input should be 'user' or 'assistant'",
        ),
        ("\ud800", {}, "cannot be sent"),
        ("x" * 100_000, {}, "the body is larger than 64 KB"),
    ],
)
def test_what_cannot_be_asked_is_an_input_error(client: GlossaryClient, asked: str, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        client.ask(asked, **options)
    with pytest.raises(InputError, match=message):
        list(client.stream(asked, **options))


@pytest.mark.parametrize("key", [None, "wrong-key-0123456789"])
def test_a_wrong_key_is_an_access_error(url: str, key: str | None) -> None:
    with GlossaryClient(url, api_key=key) as client:
        with pytest.raises(AccessError, match="give an API key of this server") as raised:
            client.ask(EN)
        assert raised.value.status == 401
        assert len(raised.value.request_id or "") == 32


def test_no_server_is_said_after_a_few_attempts() -> None:
    with GlossaryClient("http://127.0.0.1:9", retries=1) as client:
        begin = time.monotonic()
        with pytest.raises(ServiceError, match="no server at http://127.0.0.1:9 .*start one with 'rag serve'"):
            client.ask(EN)
        assert time.monotonic() - begin < 10
        with pytest.raises(ServiceError, match="no server at"):
            client.stream(EN).answer()


@pytest.mark.slow
@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://[", ""])
def test_a_bad_address_is_said(address: str) -> None:
    with GlossaryClient(address) as client, pytest.raises(ServiceError, match="check the address"):
        client.ask(EN)


ANSWER = {
    "question": "q", "language": "en", "kind": "define", "answer": "a [1]", "citations": [], "abstained": False,
    "related": [], "generator": "x", "notes": [], "confidence": 0.5,
}  # fmt: skip


@contextmanager
def replies(*script: tuple[int, dict[str, str], bytes]) -> Iterator[tuple[str, list[float]]]:
    """A server that gives these responses in turn, the last one for ever; gives its URL and the times of requests."""
    times: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            status, headers, body = script[min(len(times), len(script) - 1)]
            times.append(time.monotonic())
            if status == 0:
                time.sleep(1.5)
                return
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", times
        finally:
            server.shutdown()
            thread.join()


GOOD = (200, {}, orjson.dumps({"output": ANSWER}))


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
def test_a_full_server_is_asked_again_after_the_time_it_names(status: int) -> None:
    with replies((status, {"retry-after": "1"}, b'{"detail": "full"}'), GOOD) as (url, times):
        with GlossaryClient(url) as client:
            assert client.ask("q").answer == "a [1]"
        assert 0.9 < times[1] - times[0] < 8


def test_attempts_are_bounded() -> None:
    with replies((503, {"retry-after": "0"}, b'{"detail": "full"}')) as (url, times):
        with GlossaryClient(url, retries=2) as client, pytest.raises(BusyError, match="full") as raised:
            client.ask("q")
        assert len(times) == 3
        assert raised.value.status == 503


@pytest.mark.parametrize(("named", "timeout"), [("3600", 60.0), ("5", 2.0)])
def test_nobody_waits_longer_than_is_sensible(named: str, timeout: float) -> None:
    with replies((503, {"retry-after": named}, b'{"detail": "full"}')) as (url, times):
        with GlossaryClient(url, timeout=timeout) as client, pytest.raises(BusyError, match="full") as raised:
            client.stream("q").answer()
        assert len(times) == 1
        assert raised.value.retry_after == float(named)


def test_other_failures_are_not_tried_again() -> None:
    with replies((500, {"x-request-id": "id-1"}, b'{"detail": "the server failed"}')) as (url, times):
        with (
            GlossaryClient(url) as client,
            pytest.raises(ServiceError, match="status 500: the server failed") as raised,
        ):
            client.ask("q")
        assert (len(times), raised.value.request_id) == (1, "id-1")


@pytest.mark.slow
def test_a_silent_server_is_a_timeout() -> None:
    silent = pytest.raises(ServiceError, match=r"nothing from .* within 0\.3 s")
    with replies((0, {}, b"")) as (url, _), GlossaryClient(url, timeout=0.3) as client, silent:
        client.ask("q")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "is it a rag server"), (b"[]", "is it a rag server"), (b'{"output": 5}', "is it a rag server"),
        (b'{"output": {"answer": "x"}}', "use one version on both sides"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_said(body: bytes, message: str) -> None:
    with replies((200, {}, body)) as (url, _), GlossaryClient(url) as client, pytest.raises(RagError, match=message):
        client.ask("q")


HEAD = b'event: data\r\ndata: {"language": "en", "answer": "one "}\r\n\r\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (HEAD, "the stream broke off"),
        (
            HEAD + b'event: error\r\ndata: {"status_code": 504, "message": "too late", "request_id": "i"}\r\n\r\n',
            "too late",
        ),
        (HEAD + b"event: end\r\n\r\n", "use one version on both sides"),
    ],
)
def test_a_stream_that_fails_raises_after_its_pieces(body: bytes, message: str) -> None:
    with replies((200, {"content-type": "text/event-stream"}, body)) as (url, times), GlossaryClient(url) as client:
        stream = client.stream("q")
        assert next(iter(stream)) == "one "
        with pytest.raises(ServiceError, match=message):
            stream.answer()
        assert len(times) == 1


def test_chunks_add_up_in_any_order() -> None:
    """Citations may come with their sentences, and what is known last may come last."""
    chunks: list[dict[str, Any]] = [
        {"question": "q", "language": "en", "kind": "define", "answer": "", "notes": ["n"]},
        {"answer": "a [1]", "citations": []}, {"notes": ["m"], "citations": []},
        {"related": [], "abstained": False, "generator": "x", "confidence": 0.5},
    ]  # fmt: skip
    body = b"".join(b"event: data\r\ndata: " + orjson.dumps(chunk) + b"\r\n\r\n" for chunk in chunks)
    with replies((200, {}, body + b"event: end\r\n\r\n")) as (url, _), GlossaryClient(url) as client:
        answer = client.stream("q").answer()
    assert (answer.answer, answer.notes, answer.abstained, answer.generator) == ("a [1]", ("n", "m"), False, "x")


def test_importing_the_client_loads_no_server(tmp_path: Path) -> None:
    from test_packaging import HEAVY, modules_after

    assert modules_after("import rag.client", *HEAVY, "uvicorn") == []
