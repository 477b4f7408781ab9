"""Chat models that say what a test tells them to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

Reply = str | Exception | Callable[[list[BaseMessage]], Iterator[str]]


class Scripted(BaseChatModel):
    """Answers with its replies, one after the other, in pieces of ``size`` characters; then with nothing to say.

    Attributes:
        replies: text, an exception to raise, or a function that streams.
        asked: the messages of every call.
    """

    replies: list[Any]
    size: int = 5
    asked: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        reply: Reply = self.replies.pop(0) if self.replies else "NONE"
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, str):
            pieces: Iterator[str] = (reply[i : i + self.size] for i in range(0, len(reply), self.size))
        else:
            pieces = reply(messages)
        for piece in pieces:
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))


def endless(messages: list[BaseMessage]) -> Iterator[str]:
    """Never stops talking."""
    while True:
        yield "LoRA is the best of all methods [1]. "


def blocking(messages: list[BaseMessage]) -> Iterator[str]:
    """Never says anything."""
    threading.Event().wait(30)
    yield "too late"


def trickling(messages: list[BaseMessage]) -> Iterator[str]:
    """A letter at a time."""
    for letter in "LoRA is a method that nobody will read to its end" * 20:
        time.sleep(0.05)
        yield letter


def breaking_off(text: str) -> Callable[[list[BaseMessage]], Iterator[str]]:
    """Says ``text`` and fails."""

    def reply(messages: list[BaseMessage]) -> Iterator[str]:
        yield text
        raise ConnectionError("sk-secret-key in a message")

    return reply
