"""Calls of a model that may block, trickle, flood or fail, without any of that reaching the caller.

Each call runs in a daemon thread of its own and is read through a queue with a deadline. A thread that a model blocks for
ever cannot be stopped, only left behind; so there is a fixed number of them, and when all are taken a call is refused at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

__all__ = ["Caller", "End", "Reply"]

MAX_CALLS = 16
_ATTEMPTS = 2
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class End:
    """The last event of a call: "done", "failed" (the reason is in the log) or "late"."""

    how: str


class Reply:
    """What a call has said so far; written by its thread, read by one caller."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.cancelled = threading.Event()
        self._events: queue.SimpleQueue[str | End] = queue.SimpleQueue()
        self._wake: Callable[[], object] | None = None

    def put(self, event: str | End) -> None:
        """Add an event."""
        self._events.put(event)
        if self._wake is not None:
            with contextlib.suppress(RuntimeError):  # the reader's loop is closed
                self._wake()

    def get(self) -> str | End:
        """The next event; ``End("late")`` once the deadline has passed."""
        try:
            return self._events.get(timeout=max(0.0, self.until - time.monotonic()))
        except queue.Empty:
            return End("late")

    async def aget(self) -> str | End:
        """:meth:`get` without blocking the loop."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(woken.set)
        while True:
            with contextlib.suppress(queue.Empty):
                return self._events.get_nowait()
            try:
                await asyncio.wait_for(woken.wait(), max(0.0, self.until - time.monotonic()))
            except TimeoutError:
                return End("late")
            woken.clear()


class Caller:
    """Starts calls of one model.

    Args:
        max_characters: a call that says more is cut off.
    """

    def __init__(self, model: BaseChatModel, *, max_characters: int, max_calls: int = MAX_CALLS) -> None:
        self._model = model
        self._max_characters = max_characters
        self._slots = threading.BoundedSemaphore(max_calls)

    def start(self, messages: Sequence[BaseMessage], *, until: float) -> Reply | None:
        """Begin a call that is of use until then (:func:`time.monotonic`); None when too many are under way."""
        if not self._slots.acquire(blocking=False):
            _log.warning("all model calls are taken: answering without the model")
            return None
        reply = Reply(until)
        threading.Thread(target=self._work, args=(reply, list(messages)), name="model-call", daemon=True).start()
        return reply

    def _work(self, reply: Reply, messages: list[BaseMessage]) -> None:
        try:
            reply.put(self._attempts(reply, messages))
        finally:
            self._slots.release()

    def _attempts(self, reply: Reply, messages: list[BaseMessage]) -> End:
        for attempt in range(_ATTEMPTS):
            said = False
            try:
                for text in self._texts(messages, reply):
                    said = True
                    reply.put(text)
            except Exception as exc:  # whatever a provider's library raises
                # never the message: providers' libraries put parts of keys and of the request into it
                _log.warning(
                    "the model failed: %s (status %s)", type(exc).__name__, getattr(exc, "status_code", "none")
                )
                pause = min(1.0, (reply.until - time.monotonic()) / 4)
                if said or attempt + 1 == _ATTEMPTS or pause <= 0 or reply.cancelled.wait(pause):
                    return End("failed")
            else:
                return End("done")
        return End("failed")

    def _texts(self, messages: list[BaseMessage], reply: Reply) -> Iterator[str]:
        """The pieces of text, up to the cap; a chunk without text (thinking, metadata) counts as one character."""
        left = self._max_characters
        stream = self._model.stream(messages)
        for chunk in stream:
            text = str(chunk.text)
            if reply.cancelled.is_set() or time.monotonic() > reply.until:
                break
            if text:
                yield text[:left]
            left -= max(1, len(text))
            if left <= 0:
                _log.info("the model was cut off after %d characters", self._max_characters)
                break
        close = getattr(stream, "close", None)
        if close is not None:
            close()
