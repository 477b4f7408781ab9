"""A small typed client of a running server.

    with GlossaryClient("http://127.0.0.1:8000") as glossary:
        answer = glossary.ask("LoRA랑 QLoRA 차이?")

It tries again what is safe to try again: a connection that was refused, 503 and 429, after the time that the server names,
a few times, within the timeout. A question has no effect on the server, so asking twice does no harm. For asyncio there is
LangServe's ``RemoteRunnable``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Self, TypeVar

import httpx
import orjson

from rag.errors import AccessError, BusyError, InputError, ServiceError
from rag.types import Answer

__all__ = ["AnswerStream", "GlossaryClient"]

_FIRST_WAIT = 0.2
_LONGEST_WAIT = 10.0
_JSON = {"content-type": "application/json"}
_T = TypeVar("_T")


class AnswerStream:
    """Pieces of an answer's text as they come; :meth:`answer` then has the citations too."""

    def __init__(self, chunks: Iterator[Mapping[str, Any]]) -> None:
        self._chunks = chunks
        self._data: dict[str, Any] = {}

    def __iter__(self) -> Iterator[str]:
        for chunk in self._chunks:
            self._add(chunk)
            if text := chunk.get("answer"):
                yield str(text)

    def _add(self, chunk: Mapping[str, Any]) -> None:
        """Chunks add up: strings and lists concatenate, anything else comes once."""
        for key, value in chunk.items():
            joins = key in self._data and isinstance(value, (str, list))
            self._data[key] = self._data[key] + value if joins else value

    def answer(self) -> Answer:
        """The whole answer; waits for what has not come yet.

        Raises:
            ServiceError: the stream failed, or parts are missing.
        """
        for _ in self:
            pass
        return _answer(self._data)


class GlossaryClient:
    """Asks a server. One object may be used by several threads.

    Args:
        base_url: such as ``http://127.0.0.1:8000``.
        api_key: one of the server's keys, where it has any.
        timeout: seconds to wait for a connection or for the next byte; also the longest time given to new attempts.
        retries: how often to try again.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        api_key: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
    ) -> None:
        self.url = base_url.rstrip("/")
        self._timeout = timeout
        self._retries = retries
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx.Client(timeout=timeout, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Mapping[str, str]] = (),
        language: Literal["auto", "ko", "en"] = "auto",
        top_k: int = 5,
    ) -> Answer:
        """Answer one question; the options are those of :class:`rag.chain.Ask`.

        Raises:
            InputError: the question or an option cannot be used.
            AccessError: the server wants another key.
            BusyError: the server had no room, several times.
            ServiceError: no server, no answer in time, or the server failed.
        """
        body = _body(question=question, history=history, language=language, top_k=top_k)
        response = self._patiently(lambda: self._send("invoke", body, stream=False))
        try:
            output = dict(response.json()["output"])
        except (ValueError, KeyError, TypeError) as exc:
            raise ServiceError(f"{self.url} gave no answer: is it a rag server?", status=200) from exc
        return _answer(output)

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Mapping[str, str]] = (),
        language: Literal["auto", "ko", "en"] = "auto",
        top_k: int = 5,
    ) -> AnswerStream:
        """The answer as it comes; asked when it is first iterated, which then raises as :meth:`ask` does."""
        body = _body(question=question, history=history, language=language, top_k=top_k)
        return AnswerStream(self._chunks(body))

    def _chunks(self, body: bytes) -> Iterator[Mapping[str, Any]]:
        response = self._patiently(lambda: self._send("stream", body, stream=True))
        try:
            with self._translated():
                yield from _events(response.iter_lines())
        finally:
            response.close()

    def _send(self, action: str, body: bytes, *, stream: bool) -> httpx.Response:
        with self._translated():
            request = self._http.build_request("POST", f"{self.url}/rag/{action}", content=body, headers=_JSON)
            response = self._http.send(request, stream=stream)
            if response.status_code != 200:
                try:
                    response.read()
                finally:
                    response.close()
                _refuse(response)
        return response

    def _patiently(self, send: Callable[[], _T]) -> _T:
        """``send()``, again where that is safe and the server may have room or be up by then."""
        begin = time.monotonic()
        for attempt in range(self._retries + 1):
            failure: ServiceError
            try:
                return send()
            except httpx.ConnectError as exc:
                seconds = _FIRST_WAIT * 2**attempt
                failure = ServiceError(
                    f"no server at {self.url} ({exc}): start one with 'rag serve', or check the address"
                )
            except BusyError as exc:
                seconds, failure = exc.retry_after, exc
            late = time.monotonic() - begin + seconds > self._timeout
            if attempt == self._retries or seconds > _LONGEST_WAIT or late:
                break
            time.sleep(seconds)
        raise failure

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError:
            raise
        except httpx.TimeoutException as exc:
            reason = f"nothing from {self.url} within {self._timeout:g} s: ask again, or raise the timeout"
            raise ServiceError(reason) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise ServiceError(f"the connection to {self.url} failed ({exc}): check the address, or ask again") from exc


def _body(**asked: Any) -> bytes:
    try:
        return orjson.dumps({"input": {**asked, "history": [dict(turn) for turn in asked["history"]]}})
    except (TypeError, ValueError) as exc:
        raise InputError(f"the question or an option cannot be sent ({exc}): pass plain text") from exc


def _answer(data: Mapping[str, Any]) -> Answer:
    try:
        return Answer.from_dict(data)
    except (KeyError, TypeError) as exc:
        raise ServiceError(
            "the answer has a form that this client does not know: use one version on both sides"
        ) from exc


def _events(lines: Iterator[str]) -> Iterator[Mapping[str, Any]]:
    """The chunks in server-sent events."""
    name = ""
    for line in lines:
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data" and name == "error":
            error = orjson.loads(value)
            raise ServiceError(
                str(error.get("message")), status=error.get("status_code"), request_id=error.get("request_id")
            )
        elif field == "data" and name == "data":
            yield orjson.loads(value)
    if name != "end":
        raise ServiceError("the stream broke off: ask again")


def _refuse(response: httpx.Response) -> None:
    """Raise what a response other than 200 means."""
    status, request_id = response.status_code, response.headers.get("x-request-id")
    try:
        detail = response.json()["detail"]
        if isinstance(detail, list):
            detail = "; ".join(": ".join(filter(None, [".".join(map(str, d["loc"])), d["msg"]])) for d in detail)
    except (ValueError, KeyError, TypeError):
        detail = "no reason was given; is it a rag server?"
    if status in (400, 413, 422):
        raise InputError(detail)
    if status in (401, 403):
        raise AccessError(f"{detail} (api_key=... in this client)", status=status, request_id=request_id)
    if status in (429, 503):
        named = response.headers.get("retry-after", "")
        seconds = float(named) if named.isdecimal() else 1.0
        raise BusyError(detail, retry_after=seconds, status=status, request_id=request_id)
    raise ServiceError(f"status {status}: {detail}", status=status, request_id=request_id)
