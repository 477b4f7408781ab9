"""The assistant that serves now, and what LangServe gets in its stead, so that it can be replaced while serving."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import get_config_list

from rag.chain import Assistant, open_assistant
from rag.errors import RagError
from rag.settings import Settings

__all__ = ["Assistants", "Live", "ReloadError"]

_AT_ONCE_IN_A_BATCH = 2
"""Questions of one batch that are answered at the same time; a batch must not take the place of everybody else."""


class ReloadError(RagError):
    """The new index was not taken; the old one goes on to serve."""


class Assistants:
    """Holds the assistant that serves now; whoever has got it keeps it to the end of its request."""

    def __init__(self, settings: Settings, assistant: Assistant) -> None:
        self._settings = settings
        self._assistant = assistant
        self._lock = threading.Lock()

    def current(self) -> Assistant:
        """The assistant that serves now."""
        return self._assistant

    def reload(self) -> Assistant:
        """Load the index that is on disk now, in this thread, and put it in place of the old one.

        Raises:
            ReloadError: there is none that is whole, or another reload is under way.
        """
        if not self._lock.acquire(blocking=False):
            raise ReloadError("another reload is under way: wait for its end")
        try:
            new = open_assistant(self._settings, reuse=self._assistant)
            new.search({"question": "LoRA"})  # what loads on first use loads now; an index that cannot search stays out
            self._assistant = new
        except Exception as exc:
            reason = str(exc) if isinstance(exc, RagError) else type(exc).__name__
            raise ReloadError(f"the old index goes on to serve, the new one cannot be used: {reason}") from exc
        finally:
            self._lock.release()
        return new


class Live(Runnable[Any, Any]):
    """A runnable that hands each call to the runnable that serves now.

    Args:
        pick: what of the assistant is to run.
        traced: pass LangServe's callbacks on; they cost more than LangServe itself and only debugging reads them.
    """

    def __init__(
        self,
        current: Callable[[], Assistant],
        pick: Callable[[Assistant], Runnable[Any, Any]],
        *,
        name: str,
        traced: bool,
    ) -> None:
        self._current = current
        self._pick = pick
        self._traced = traced
        self.name = name

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Run in this thread."""
        return self._pick(self._current()).invoke(input, config if self._traced else None)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Run in the executor of the event loop, all steps in one go; a call that still waits there can be cancelled."""
        return await asyncio.to_thread(self.invoke, input, config)

    async def abatch(
        self,
        inputs: list[Any],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        """Run a few at a time, in order; the first exception ends all, whatever ``return_exceptions`` says."""
        waiting = iter(enumerate(zip(inputs, get_config_list(config, len(inputs)), strict=True)))
        outputs: list[Any] = [None] * len(inputs)

        async def work() -> None:
            for number, (item, its_config) in waiting:
                outputs[number] = await self.ainvoke(item, its_config)

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE_IN_A_BATCH):
                group.create_task(work())
        return outputs

    async def astream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Any]:
        """Stream what the runnable streams."""
        async for piece in self._pick(self._current()).astream(input, config if self._traced else None):
            yield piece
