"""One JSON line for each request, a metric for each line, and the last resort for exceptions."""

from __future__ import annotations

import logging
import re
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.metrics import Metrics
from rag.server.reply import Reply

__all__ = ["INTERNAL", "JsonLines", "Observe", "configure_logging", "log_failure"]

INTERNAL = "the server failed on this request; its log has the trace under this request id"
_log = logging.getLogger("rag.server")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class JsonLines(logging.Formatter):
    """Log records as JSON, one a line; ``extra={"fields": {...}}`` adds keys."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def configure_logging() -> None:
    """Send the server's and uvicorn's log to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("rag.server", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False


def log_failure(scope: Scope, exc: BaseException, *, messages: bool) -> None:
    """Log an exception under its request.

    Args:
        messages: write the messages of the exceptions too; they may hold the question, so by default only their types.
    """
    found = traceback.TracebackException.from_exception(exc)
    lines = list(found.format()) if messages else _frames(exc)
    _log.error("failure", extra={"fields": {**scope.get("state", {}).get("log", {}), "trace": "".join(lines)}})


def _frames(exc: BaseException) -> list[str]:
    if isinstance(exc, BaseExceptionGroup):
        return [line for part in exc.exceptions for line in _frames(part)]
    return [f"{type(exc).__name__}\n", *traceback.format_tb(exc.__traceback__)]


class Observe:
    """Outermost middleware: request id, security headers, log line, metrics, and JSON 500 for what nobody caught."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, route: Callable[[Scope], str], messages: bool) -> None:
        self.app = app
        self.metrics = metrics
        self.route = route
        self.messages = messages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begin = time.perf_counter()
        given = Headers(scope=scope).get("x-request-id", "")
        state = scope.setdefault("state", {})
        state["request_id"] = given if _ID.fullmatch(given) else uuid.uuid4().hex
        method = scope["method"] if scope["method"] in ("GET", "POST", "OPTIONS", "HEAD") else "OTHER"
        state["log"] = {"request_id": state["request_id"], "method": method}
        status = 0

        async def labelled(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = state["request_id"]
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["method"] == "POST":
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        reply = Reply(scope, labelled)
        try:
            await self.app(scope, receive, reply.send)
        except Exception as exc:  # a bare 500 would leave the connection unusable for the next request on it
            log_failure(scope, exc, messages=self.messages)
            if not await reply.fail(500, INTERNAL):
                raise
        finally:
            seconds = time.perf_counter() - begin
            route = self.route(scope)
            status = state.get("outcome", status)
            self.metrics.request(route, method, status, seconds)
            fields: dict[str, Any] = {"route": route, "status": status, "ms": round(1000 * seconds, 1)}
            if self.messages and "input" in state:
                fields["input"] = state["input"]
            _log.info("request", extra={"fields": {**state["log"], **fields}})
