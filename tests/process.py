"""Server and indexer over a small glossary as processes of their own: ``python process.py serve|index FOLDER [options]``."""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from conftest import FAKE_MODEL, BigramEmbeddings
from langchain_core.runnables import RunnableLambda

import rag.chain
import rag.index
from rag.server import run
from rag.settings import ServerSettings, Settings


def settings_of(folder: Path, **server: Any) -> Settings:
    return Settings(
        corpus=folder / "glossary", index=folder / "index", embedding_model=FAKE_MODEL, cache=folder / "cache",
        server=ServerSettings.model_validate(server),
    )  # fmt: skip


def serve(folder: Path, slow: float, delay: float) -> None:
    """Serve on a free port, which goes to FOLDER/port; a question that holds 'slow' takes ``slow`` seconds longer."""
    run.configure_logging()
    bound = run.bind("127.0.0.1", 0)
    server = run.make_server(settings_of(folder, drain_delay=delay))
    assistant = server.config.app.state.assistants.current()  # type: ignore[union-attr]
    wait = RunnableLambda(lambda asked: time.sleep(slow if "slow" in asked["question"] else 0) or asked)
    assistant.chain = wait | assistant.chain

    def tell() -> None:
        while not server.started:
            time.sleep(0.01)
        (folder / "port.new").write_text(str(bound.getsockname()[1]))
        (folder / "port.new").rename(folder / "port")

    threading.Thread(target=tell, daemon=True).start()
    server.run(sockets=[bound])


def index(folder: Path, die_at: int) -> None:
    """Build the index, and die by SIGKILL before the flush with the number ``die_at``, if there are so many."""
    flush, count = rag.index.flush, 0

    def flush_or_die(path: Path) -> None:
        nonlocal count
        count += 1
        if count == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        flush(path)

    rag.index.flush = flush_or_die
    settings = settings_of(folder)
    rag.index.build_index(
        settings.corpus, folder=settings.index_dir, embeddings=BigramEmbeddings(), model=settings.embedding_model
    )


if __name__ == "__main__":
    rag.chain.load_embeddings = lambda model, **_: BigramEmbeddings()  # type: ignore[assignment]
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=["serve", "index"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--slow", type=float, default=0)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--die-at", type=int, default=0)
    args = parser.parse_args()
    if args.action == "serve":
        serve(args.folder, args.slow, args.delay)
    else:
        index(args.folder, args.die_at)
