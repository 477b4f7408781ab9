"""A real uvicorn on a free loopback port, and small assistants to serve."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from conftest import FAKE_MODEL, BigramEmbeddings, write_glossary
from fastapi import FastAPI
from pydantic import SecretStr
from sse_starlette.sse import AppStatus

from rag.chain import Assistant
from rag.index import GlossaryIndex, build_index
from rag.retriever import GlossaryRetriever
from rag.settings import ServerSettings, Settings

KEY, OTHER_KEY = "test-key-0123456789abcdef", "test-key-fedcba9876543210"
KEYS = (SecretStr(KEY), SecretStr(OTHER_KEY))
KO, EN = "LoRA가 뭐야?", "What is LoRA?"


def forget_event_loop() -> None:
    """sse-starlette 1.x keeps one exit event for the process, bound to the first event loop that streamed."""
    AppStatus.should_exit_event = None
    AppStatus.should_exit = False


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve ``app`` in a thread; gives the base URL. Afterwards the port is closed and the thread gone."""
    forget_event_loop()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, http="h11", log_config=None, lifespan="on", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        forget_event_loop()
    assert not thread.is_alive()
    with pytest.raises(ConnectionRefusedError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def small_assistant(index: GlossaryIndex, embeddings: BigramEmbeddings | None = None) -> Assistant:
    """The assistant over the small glossary; it answers whatever it finds."""
    return Assistant(GlossaryRetriever(index=index, embeddings=embeddings or BigramEmbeddings(), threshold=0.0))


def small_settings(folder: Path, **server: object) -> Settings:
    """Settings of a server over a small glossary that is written and indexed below ``folder``."""
    corpus = write_glossary(folder / "glossary")
    build_index(corpus, folder=folder / "index", embeddings=BigramEmbeddings(), model=FAKE_MODEL)
    return Settings(
        corpus=corpus, index=folder / "index", embedding_model=FAKE_MODEL, cache=folder / "cache",
        server=ServerSettings.model_validate(server),
    )  # fmt: skip
