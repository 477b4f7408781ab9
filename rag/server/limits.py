"""How much is done at once, for how long, and for whom: capacity, deadline, clients that leave, and the rate limit."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from slowapi import Limiter
from slowapi.errors import RateLimitExceeded
from slowapi.middleware import SlowAPIMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.logs import INTERNAL, log_failure
from rag.server.reply import Reply, error_response

__all__ = ["Capacity", "RateLimit", "Work", "client_name", "make_limiter", "over_rate"]


class Capacity:
    """How many questions are being answered and how many wait.

    Attributes:
        inside: requests that were let in: those that run and those that wait.
        active: those that run.
        draining: the server is stopping: what is inside may finish, nothing new begins.
    """

    def __init__(self, *, slots: int, queue: int) -> None:
        self.places = slots + queue
        self.inside = 0
        self.active = 0
        self.draining = False
        self._free = asyncio.Semaphore(slots)

    def enter(self) -> bool:
        """Take a place if there is one; whoever got one must :meth:`leave`."""
        if self.inside >= self.places:
            return False
        self.inside += 1
        return True

    def leave(self) -> None:
        """Give the place back."""
        self.inside -= 1

    async def __aenter__(self) -> None:
        await self._free.acquire()
        self.active += 1

    async def __aexit__(self, *_: object) -> None:
        self.active -= 1
        self._free.release()


class Work:
    """Middleware around what costs: LangServe's routes.

    Over capacity it answers 503 at once. It ends work that is late (504) or whose client has left. Whatever happens, the
    response is a whole one: JSON, or a stream that ends with an error event.
    """

    def __init__(
        self, app: ASGIApp, *, capacity: Capacity, bases: tuple[str, ...], deadline: float, messages: bool
    ) -> None:
        self.app = app
        self.capacity = capacity
        self.below = tuple(f"{base}/" for base in bases)
        self.deadline = deadline
        self.messages = messages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; its body must be at hand."""
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(self.below):
            await self.app(scope, receive, send)
            return
        if self.capacity.draining:
            reason = "the server is stopping: ask again, another instance will answer"
            await error_response(scope, 503, reason, close=True)(scope, receive, send)
            return
        if not self.capacity.enter():
            reason = "all places are taken: ask again after the time in Retry-After"
            await error_response(scope, 503, reason)(scope, receive, send)
            return
        try:
            await self._serve(scope, receive, Reply(scope, send, hold_errors=True))
        finally:
            self.capacity.leave()

    async def _serve(self, scope: Scope, receive: Receive, reply: Reply) -> None:
        body = await receive()
        left = asyncio.Event()
        work = asyncio.create_task(self._work(scope, _receive(body, left), reply))
        watch = asyncio.create_task(_watch(receive, left))
        try:
            await asyncio.wait({work, watch}, timeout=self.deadline, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await _cancel(work)
                status = 499 if left.is_set() else 504  # nginx's number for a client that left; nobody receives it
                scope["state"]["outcome"] = status
                if status == 504 and not await reply.fail(
                    504, f"no answer within {self.deadline:g} s: ask something shorter, or later"
                ):
                    raise RuntimeError("the client does not read its response")
            elif exc := work.exception():
                log_failure(scope, exc, messages=self.messages)
                scope["state"]["outcome"] = 500
                if not await reply.fail(500, INTERNAL):
                    raise exc
        except asyncio.CancelledError:  # uvicorn stops and its patience is over
            await _cancel(work)
            await reply.fail(503, "the server stopped: ask again")
            raise
        finally:
            await _cancel(watch)

    async def _work(self, scope: Scope, receive: Receive, reply: Reply) -> None:
        async with self.capacity:
            await self.app(scope, receive, reply.send)


async def _watch(receive: Receive, left: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    left.set()


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task


def _receive(body: Message, left: asyncio.Event) -> Receive:
    """``receive`` for the route: the body, then nothing until the client leaves."""
    waiting = [body]

    async def received() -> Message:
        if waiting:
            return waiting.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    return received


def client_name(request: Request) -> str:
    """Whose requests are counted together: those with one key, or from one address."""
    return str(request.state.client)


class RateLimit(SlowAPIMiddleware):
    """slowapi's middleware for what costs something; the page, its files, probes and metrics are not counted."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request, and refuse it over the limit."""
        counted = scope["type"] == "http" and scope["path"].startswith(("/rag/", "/retrieve/", "/api/", "/admin/"))
        await (super().__call__ if counted else self.app)(scope, receive, send)


def make_limiter(limit: str) -> Limiter:
    """A limiter for all routes together, in memory of this process."""
    return Limiter(key_func=client_name, application_limits=[limit], headers_enabled=True)


def over_rate(request: Request, exc: Exception) -> Response:
    """The refusal of a request over the rate limit."""
    assert isinstance(exc, RateLimitExceeded)
    response = error_response(request.scope, 429, f"more than {exc.detail}: ask again after the time in Retry-After")
    del response.headers["retry-after"]
    limited: Response = request.app.state.limiter._inject_headers(response, request.state.view_rate_limit)
    return limited
