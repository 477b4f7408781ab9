"""Failures, capacity, deadlines and clients that leave, with chains that fail, wait or stream on command."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda
from langchain_core.runnables.utils import AddableDict
from langserve import RemoteRunnable
from serving import EN, running, small_assistant, small_settings

from rag.chain import Assistant
from rag.index import GlossaryIndex
from rag.server import create_app
from rag.server.logs import INTERNAL, JsonLines

QUICK = {"input": {"question": "quick"}}
SLOW = {"input": {"question": "slow"}}
BOOM = {"input": {"question": "boom SECRET"}}


class Script:
    """A chain that does what the question says, and remembers which questions it began and ended."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun: list[str] = []
        self.threads: set[str] = set()
        self.cancelled = threading.Event()

    def answer(self, asked: Any) -> dict[str, Any]:
        question = asked["question"]
        self.begun.append(question)
        self.threads.add(threading.current_thread().name)
        if question.startswith("boom"):
            raise ValueError(f"no luck with {question}")
        if question.startswith("slow"):
            self.gate.wait(20)
        return {"answer": question, "numbers": [1]}

    async def pieces(self, inputs: AsyncIterator[Any]) -> AsyncIterator[AddableDict]:
        async for asked in inputs:
            yield AddableDict(answer="first ", language="en")
            if asked["question"].startswith("boom"):
                raise ValueError(f"no luck with {asked['question']}")
            try:
                while asked["question"].startswith("slow") and not self.gate.is_set():
                    await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
            yield AddableDict(answer="second")


class Scripted(RunnableLambda[Any, Any]):
    """Invokes one function, streams another."""

    def __init__(self, script: Script) -> None:
        super().__init__(script.answer)
        self._stream: Runnable[Any, Any] = RunnableGenerator(script.pieces)

    async def astream(self, input: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
        async for piece in self._stream.astream(input, config):
            yield piece


class Served:
    """A running server with a scripted chain."""

    def __init__(self, url: str, app: FastAPI, script: Script) -> None:
        self.url = url
        self.app = app
        self.script = script
        self._remotes: list[RemoteRunnable] = []

    def post(self, body: Any, *, path: str = "/rag/invoke", timeout: float = 30) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", json=body, timeout=timeout)

    def remote(self) -> RemoteRunnable:
        """LangServe's client."""
        made = RemoteRunnable(f"{self.url}/rag")
        self._remotes.append(made)
        return made

    async def close(self) -> None:
        for remote in self._remotes:
            remote.sync_client.close()
            await remote.async_client.aclose()

    def settle(self, count: int = 0) -> None:
        """Wait until so many requests are inside."""
        until = time.monotonic() + 10
        while self.app.state.capacity.inside != count:
            assert time.monotonic() < until, f"{self.app.state.capacity.inside} inside, not {count}"
            time.sleep(0.01)


@contextmanager
def served(index: GlossaryIndex, folder: Path, **settings: Any) -> Iterator[Served]:
    script = Script()
    assistant: Assistant = small_assistant(index)
    assistant.chain = Scripted(script)
    app = create_app(small_settings(folder, **settings), assistant=assistant)
    with running(app) as url:
        try:
            yield (one := Served(url, app, script))
            asyncio.run(one.close())
        finally:
            script.gate.set()


@pytest.fixture
def server(small_index: GlossaryIndex, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    """Without a rate limit; tests marked ``both`` run with one too, since its middleware stands around all others."""
    with served(
        small_index, tmp_path, slots=2, queue=1, deadline=15, rate_limit=getattr(request, "param", "off")
    ) as one:
        yield one


both = pytest.mark.parametrize("server", ["off", "10000/hour"], indirect=True)


@pytest.fixture
def hasty(small_index: GlossaryIndex, tmp_path: Path) -> Iterator[Served]:
    """A server whose deadline is soon."""
    with served(small_index, tmp_path, slots=2, queue=1, deadline=0.4) as one:
        yield one


def raw_post(connection: http.client.HTTPConnection, path: str, body: Any) -> tuple[int, bytes]:
    """Post on this very connection; reading fails if the body is cut."""
    connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
    answered = connection.getresponse()
    return answered.status, answered.read()


def connect(url: str) -> http.client.HTTPConnection:
    host, port = url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    connection.connect()
    connection.auto_open = 0  # a connection that the server closed is a failure, not a reason to open another
    return connection


@both
def test_an_exception_is_json_and_the_connection_goes_on(server: Served) -> None:
    connection = connect(server.url)
    for _ in range(3):
        status, body = raw_post(connection, "/rag/invoke", BOOM)
        assert status == 500
        assert json.loads(body)["detail"] == INTERNAL
        assert b"SECRET" not in body
        assert b"luck" not in body
        assert raw_post(connection, "/rag/invoke", QUICK)[0] == 200
    connection.close()
    server.settle()


@both
def test_a_stream_that_fails_ends_with_an_error_event_and_a_whole_body(server: Served) -> None:
    connection = connect(server.url)
    for _ in range(2):
        status, body = raw_post(connection, "/rag/stream", BOOM)
        assert status == 200
        events = [part for part in body.decode().replace("\r\n", "\n").split("\n\n") if part]
        assert [event.split("\n")[0] for event in events] == ["event: metadata", "event: data", "event: error"]
        error = json.loads(events[-1].split("data: ")[1])
        assert (error["status_code"], error["message"]) == (500, INTERNAL)
        assert len(error["request_id"]) == 32
        assert b"SECRET" not in body
        assert raw_post(connection, "/rag/invoke", QUICK)[0] == 200
    connection.close()
    server.settle()


async def test_the_client_raises_what_a_stream_ends_with(server: Served) -> None:
    remote = server.remote()
    pieces: list[Any] = []
    with pytest.raises(httpx.HTTPStatusError, match="the server failed on this request"):
        pieces.extend(remote.stream(BOOM["input"]))
    assert pieces == [{"answer": "first ", "language": "en"}]
    with pytest.raises(httpx.HTTPStatusError, match="the server failed on this request"):
        async for _ in remote.astream(BOOM["input"]):
            pass
    with pytest.raises(httpx.HTTPStatusError, match="500 Internal Server Error"):
        remote.invoke(BOOM["input"])
    assert remote.invoke(QUICK["input"])["answer"] == "quick"
    assert "".join(piece["answer"] for piece in remote.stream(QUICK["input"])) == "first second"


def test_a_failing_item_of_a_batch_fails_the_batch_as_json(server: Served) -> None:
    answered = server.post({"inputs": [QUICK["input"], BOOM["input"]]}, path="/rag/batch")
    assert (answered.status_code, answered.json()["detail"]) == (500, INTERNAL)


@pytest.mark.slow
@both
def test_over_capacity_is_503_at_once_and_nobody_is_lost(server: Served) -> None:
    with ThreadPoolExecutor(8) as pool:
        inside = [pool.submit(server.post, SLOW) for _ in range(3)]
        server.settle(3)
        begin = time.monotonic()
        refused = [server.post(SLOW) for _ in range(4)] + [server.post(SLOW, path="/rag/stream")]
        assert time.monotonic() - begin < 5
        assert [r.status_code for r in refused] == [503] * 5
        assert all(int(r.headers["retry-after"]) >= 1 for r in refused)
        assert refused[0].json()["detail"] == "all places are taken: ask again after the time in Retry-After"
        for path in ("/healthz", "/readyz", "/metrics", "/rag/input_schema", "/openapi.json"):
            assert httpx.get(f"{server.url}{path}").status_code == 200
        server.script.gate.set()
        assert [f.result().status_code for f in inside] == [200] * 3
    server.settle()
    assert server.post(QUICK).status_code == 200


def test_slow_requests_leave_quick_ones_quick(small_index: GlossaryIndex, tmp_path: Path) -> None:
    """asyncio's own executor has as few as six threads: six slow calls and everything waits."""
    with served(small_index, tmp_path) as server, ThreadPoolExecutor(7) as pool:
        slow = [pool.submit(server.post, SLOW) for _ in range(7)]
        server.settle(7)
        assert server.post(QUICK, timeout=5).json()["output"]["answer"] == "quick"
        server.script.gate.set()
        assert [f.result().status_code for f in slow] == [200] * 7
        assert all(name.startswith("rag-answer") for name in server.script.threads)


def test_a_late_answer_is_504(hasty: Served) -> None:
    connection = connect(hasty.url)
    status, body = raw_post(connection, "/rag/invoke", SLOW)
    assert (status, json.loads(body)["detail"]) == (504, "no answer within 0.4 s: ask something shorter, or later")
    hasty.settle()
    assert raw_post(connection, "/rag/invoke", QUICK)[0] == 200
    connection.close()


@pytest.mark.slow
def test_a_late_stream_ends_with_an_error_event(hasty: Served) -> None:
    remote = hasty.remote()
    with pytest.raises(httpx.HTTPStatusError, match=r"no answer within 0\.4 s"):
        list(remote.stream(SLOW["input"]))
    assert hasty.script.cancelled.wait(5)
    connection = connect(hasty.url)
    status, body = raw_post(connection, "/rag/stream", SLOW)
    assert status == 200
    assert json.loads(body.decode().rsplit("data: ", 1)[1])["status_code"] == 504
    assert raw_post(connection, "/rag/invoke", QUICK)[0] == 200
    connection.close()
    hasty.settle()


@pytest.mark.slow
def test_waiting_counts_toward_the_deadline(small_index: GlossaryIndex, tmp_path: Path) -> None:
    with served(small_index, tmp_path, slots=1, queue=2, deadline=0.6) as server, ThreadPoolExecutor(3) as pool:
        begin = time.monotonic()
        late = [pool.submit(server.post, SLOW) for _ in range(3)]
        assert [f.result().status_code for f in late] == [504] * 3
        assert time.monotonic() - begin < 6
        server.settle()


@pytest.mark.slow
def test_whoever_leaves_the_queue_is_never_asked(small_index: GlossaryIndex, tmp_path: Path) -> None:
    with served(small_index, tmp_path, slots=1, queue=4) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(server.post, {"input": {"question": "slow first"}})
        server.settle(1)
        for _ in range(3):
            with pytest.raises(httpx.ReadTimeout, match="timed out"):
                server.post({"input": {"question": "slow gone"}}, timeout=0.3)
        server.settle(1)
        server.script.gate.set()
        assert first.result().status_code == 200
        assert server.script.begun == ["slow first"]


@pytest.mark.slow
@both
def test_a_batch_whose_client_left_stops(server: Served) -> None:
    inputs = [{"question": f"slow {number}"} for number in range(20)]
    with pytest.raises(httpx.ReadTimeout, match="timed out"):
        server.post({"inputs": inputs}, path="/rag/batch", timeout=0.5)
    server.settle()
    server.script.gate.set()
    time.sleep(0.3)
    assert len(server.script.begun) == 2, "two of a batch at a time, and none after the client left"


@pytest.mark.slow
@both
def test_a_stream_whose_client_left_is_cancelled(server: Served) -> None:
    with httpx.stream("POST", f"{server.url}/rag/stream", json=SLOW, timeout=5) as answered:
        assert "metadata" in next(answered.iter_lines())
    assert server.script.cancelled.wait(5)
    server.settle()
    assert server.post(QUICK).status_code == 200


def test_a_client_that_does_not_read_is_cut_at_the_deadline(hasty: Served) -> None:
    with httpx.stream("POST", f"{hasty.url}/rag/stream", json=SLOW, timeout=10):
        hasty.settle()
    assert hasty.post(QUICK).status_code == 200


def test_a_stopping_server_takes_no_new_work(server: Served) -> None:
    server.app.state.capacity.draining = True
    assert httpx.get(f"{server.url}/healthz").status_code == 200
    ready = httpx.get(f"{server.url}/readyz")
    assert (ready.status_code, ready.json()["detail"]) == (503, "the server is stopping")
    assert server.post(QUICK).status_code == 503


class Lines(list[dict[str, Any]]):
    """Lines of a log; the last one of a request comes after its response."""

    def wait(self, count: int) -> list[dict[str, Any]]:
        until = time.monotonic() + 10
        while len(self) < count:
            assert time.monotonic() < until, self
            time.sleep(0.01)
        return self


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the server logs, as written."""
    found = Lines()

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(JsonLines().format(record)))

    logger = logging.getLogger("rag.server")
    keep, level = Keep(), logger.level
    logger.addHandler(keep)
    logger.setLevel(logging.INFO)
    yield found
    logger.removeHandler(keep)
    logger.setLevel(level)


def test_each_request_is_one_line_without_the_question(server: Served, lines: Lines) -> None:
    httpx.post(f"{server.url}/rag/invoke", json={"input": {"question": "SECRET"}}, headers={"x-request-id": "abc-1"})
    httpx.get(f"{server.url}/SECRET?SECRET")
    httpx.request("BREW", f"{server.url}/healthz")
    lines.wait(3)
    assert [{k: line[k] for k in ("request_id", "method", "route", "status")} for line in lines[:1]] == [
        {"request_id": "abc-1", "method": "POST", "route": "/rag/invoke", "status": 200}
    ]
    assert [(line["method"], line["route"], line["status"]) for line in lines[1:]] == [
        ("GET", "other", 404), ("OTHER", "/healthz", 405),
    ]  # fmt: skip
    assert all(line["ms"] >= 0 for line in lines)
    assert "SECRET" not in json.dumps(lines)


def test_a_failure_leaves_a_trace_in_the_log_only(server: Served, lines: Lines) -> None:
    answered = server.post(BOOM)
    failure, request = lines.wait(2)
    assert failure["request_id"] == request["request_id"] == answered.json()["request_id"]
    assert failure["trace"].startswith("ValueError\n")
    assert "in answer" in failure["trace"]
    assert "SECRET" not in json.dumps(lines)
    lines.clear()
    server.post(BOOM, path="/rag/stream")
    assert [line["event"] for line in lines.wait(2)] == ["failure", "request"]
    assert lines[1]["status"] == 500
    assert "SECRET" not in json.dumps(lines)


def test_questions_are_logged_when_asked_for(small_index: GlossaryIndex, tmp_path: Path, lines: Lines) -> None:
    with served(small_index, tmp_path, log_questions=True) as server:
        server.post(QUICK)
        server.post(BOOM)
    assert lines[0]["input"] == {"question": "quick"}
    assert "ValueError: no luck with boom SECRET" in lines[1]["trace"]


def test_a_strange_request_id_is_replaced(server: Served) -> None:
    for given in ("a" * 65, "a b", "<x>", "ü", 'a"b', ""):
        answered = httpx.get(f"{server.url}/healthz", headers={"x-request-id": given.encode()})
        assert len(answered.headers["x-request-id"]) == 32, given
    assert httpx.get(f"{server.url}/healthz", headers={"x-request-id": "A-1_b.c"}).headers["x-request-id"] == "A-1_b.c"


@pytest.mark.slow
def test_metrics_count_by_route_and_cannot_be_made_to_grow(server: Served) -> None:
    server.post(QUICK)
    server.post(BOOM)
    server.post({"input": {"question": EN, "top_k": 99}})
    for number in range(30):
        httpx.request(f"M{number}", f"{server.url}/path-{number}")
    text = httpx.get(f"{server.url}/metrics").text
    assert 'rag_requests_total{method="POST",route="/rag/invoke",status="200"} 1.0' in text
    assert 'rag_requests_total{method="POST",route="/rag/invoke",status="500"} 1.0' in text
    assert 'rag_requests_total{method="POST",route="/rag/invoke",status="422"} 1.0' in text
    assert 'rag_request_seconds_bucket{le="0.5",route="/rag/invoke"}' in text
    assert "rag_active 0.0" in text
    assert "rag_waiting 0.0" in text
    assert "rag_entries 5.0" in text
    assert "path-" not in text
    assert 'route="other"' in text
