"""What goes back when there is no answer: JSON with a request id, or the last event of a stream."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Message, Scope, Send

__all__ = ["Reply", "describe", "error_response", "request_id"]

HIDDEN = frozenset({"text", "search"})
"""Tags of the two forms that ``/retrieve`` takes; in an error they would only confuse."""

_PATIENCE = 2.0
"""Seconds that a client which does not read may hold up the end of its own stream."""


def request_id(scope: Scope) -> str:
    """The id of this request, as logged and as returned."""
    return str(scope.get("state", {}).get("request_id", ""))


def describe(errors: Sequence[Mapping[str, Any]], *, within: Sequence[str | int] = ()) -> list[dict[str, Any]]:
    """Faults of pydantic as places and reasons, without a word of what was sent (unknown keys are the sender's too)."""
    found = []
    for error in errors[:10]:
        loc = [part for part in error["loc"] if part not in HIDDEN]
        if error["type"] == "extra_forbidden":
            loc.pop()
        found.append({"loc": [*within, *loc], "msg": error["msg"].removeprefix("Value error, ")})
    return found


def error_response(
    scope: Scope, status: int, detail: Any, *, headers: Mapping[str, str] | None = None, close: bool = False
) -> Response:
    """The JSON that every refusal has.

    Args:
        close: end the connection too: the rest of the body was not read.
    """
    more = {**(headers or {}), **({"connection": "close"} if close else {})}
    if status in (429, 503) and "retry-after" not in more:
        more["retry-after"] = "1"
    content = orjson.dumps({"detail": detail, "request_id": request_id(scope)})
    return Response(content, status, more, media_type="application/json")


class Reply:
    """``send`` of one request that remembers how far the response is, so that it can always be ended properly.

    Args:
        hold_errors: hold LangServe's own error events back for :meth:`fail`; they say 500 whatever happened, and have no
            request id.
    """

    def __init__(self, scope: Scope, send: Send, *, hold_errors: bool = False) -> None:
        self._hold_errors = hold_errors
        self._scope = scope
        self._send = send
        self.started = False
        self.ended = False
        self._events = False

    async def send(self, message: Message) -> None:
        """Pass ``message`` on."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = dict(message.get("headers", []))
            self._events = headers.get(b"content-type", b"").startswith(b"text/event-stream")
        elif message["type"] == "http.response.body":
            if self._hold_errors and self._events and message.get("body", b"").startswith(b"event: error"):
                return
            self.ended = not message.get("more_body", False)
        await self._send(message)

    async def fail(self, status: int, detail: str) -> bool:
        """End the response with an error; False where that is too late and the connection must be cut."""
        if self.ended:
            return True
        if not self.started:
            await error_response(self._scope, status, detail)(self._scope, _no_body, self._send)
            return True
        if not self._events:
            return False
        data = {"status_code": status, "message": detail, "request_id": request_id(self._scope)}
        event = b"event: error\r\ndata: " + orjson.dumps(data) + b"\r\n\r\n"
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._send({"type": "http.response.body", "body": event, "more_body": True})
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            return False
        return True


async def _no_body() -> Message:
    return {"type": "http.disconnect"}
