"""The body of a request, read and checked before anything else sees it.

LangServe and FastAPI answer 500 to much that is only bad input (invalid UTF-8, NaN, deep nesting, a bad item in a
batch), and FastAPI takes JSON sent as ``text/plain``, which any web page may post across origins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.reply import describe, error_response

__all__ = ["MAX_BATCH", "MAX_BODY", "BodyGuard"]

MAX_BODY = 64 * 1024
MAX_BATCH = 32
MAX_DEPTH = 16
_SECONDS_TO_SEND = 10.0


class _RefusedError(Exception):
    def __init__(self, status: int, detail: Any, *, close: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail
        self.close = close


class BodyGuard:
    """Takes only JSON of at most 64 KB, and for LangServe's routes only input of the right form.

    Args:
        inputs: base path of a LangServe route to the type of its input.
        whole: hand on everything that was sent, config too; else only what was checked.
    """

    def __init__(self, app: ASGIApp, *, inputs: Mapping[str, TypeAdapter[Any]], whole: bool = False) -> None:
        self.app = app
        self.inputs = inputs
        self.whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass with its body at hand, or refuse it."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH", "DELETE"):
            await self.app(scope, receive, send)
            return
        try:
            _check_headers(Headers(scope=scope))
            async with asyncio.timeout(_SECONDS_TO_SEND):
                body = await _read(receive)
            if body is None:
                return
            body = self._checked(scope, _parse(body))
        except TimeoutError:
            refused = _RefusedError(408, f"the body took longer than {_SECONDS_TO_SEND:g} s to arrive", close=True)
        except _RefusedError as exc:
            refused = exc
        else:
            headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
            scope["headers"] = [*headers, (b"content-length", str(len(body)).encode())]
            await self.app(scope, _replay(body, receive), send)
            return
        await error_response(scope, refused.status, refused.detail, close=refused.close)(scope, receive, send)

    def _checked(self, scope: Scope, data: Any) -> bytes:
        base, _, action = scope["path"].rpartition("/")
        adapter = self.inputs.get(base)
        if adapter is None:
            return orjson.dumps(data)
        if not isinstance(data, dict):
            raise _RefusedError(
                422, [{"loc": [], "msg": "the body is an object with the key 'input', or 'inputs' in a batch"}]
            )
        name = "inputs" if action == "batch" else "input"
        if name not in data:
            raise _RefusedError(422, [{"loc": [name], "msg": "Field required"}])
        given = data[name]
        if action == "batch":
            _check_batch(given, adapter)
        else:
            _check(given, adapter, within=())
        scope["state"]["input"] = given
        kept = {key: value for key, value in data.items() if value is not None} if self.whole else {}
        return orjson.dumps({**kept, name: given})


def _check_headers(headers: Headers) -> None:
    if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise _RefusedError(415, "send the body without content-encoding", close=True)
    kind, *options = [part.strip().lower() for part in headers.get("content-type", "").split(";")]
    charsets = [option.removeprefix("charset=").strip('"') for option in options if option.startswith("charset=")]
    if kind != "application/json" or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise _RefusedError(415, "send JSON in UTF-8, with the header 'Content-Type: application/json'", close=True)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:12]) > MAX_BODY:
        raise _RefusedError(413, f"the body is larger than {MAX_BODY // 1024} KB", close=True)


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None if the client left."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise _RefusedError(413, f"the body is larger than {MAX_BODY // 1024} KB", close=True)
        if not message.get("more_body", False):
            return bytes(body)


def _parse(body: bytes) -> Any:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise _RefusedError(400, f"the body is not JSON in UTF-8 (line {exc.lineno}, column {exc.colno})") from None
    if _deeper(data, MAX_DEPTH):
        raise _RefusedError(400, f"the body is nested more than {MAX_DEPTH} levels deep")
    return data


def _deeper(value: Any, levels: int) -> bool:
    """Whether containers are nested more than ``levels`` deep; the standard library's parser, behind this one, gives up."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(levels == 0 or _deeper(item, levels - 1) for item in items if isinstance(item, (dict, list)))


def _check(value: Any, adapter: TypeAdapter[Any], *, within: tuple[str | int, ...]) -> None:
    try:
        adapter.validate_python(value)
    except ValidationError as exc:
        raise _RefusedError(422, describe(exc.errors(include_url=False, include_input=False), within=within)) from None


def _check_batch(items: Any, adapter: TypeAdapter[Any]) -> None:
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_BATCH:
        raise _RefusedError(422, [{"loc": ["inputs"], "msg": f"a list of 1 to {MAX_BATCH} inputs"}])
    for number, item in enumerate(items):
        _check(item, adapter, within=("inputs", number))


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body once, and then what the connection gives."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
