"""The command line and ``rag serve`` as processes of their own, with the shipped glossary and nothing set up before."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from conftest import SOURCE
from helpers import VERSUS_EN, VERSUS_KO, open_shipped
from langserve import RemoteRunnable

KO, EN = "LoRA랑 QLoRA 차이?", "What is the difference between LoRA and QLoRA?"

pytestmark = pytest.mark.slow  # processes of their own; what they do inside is tested by the others


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment of somebody with an empty cache."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    return {**keep, "PYTHONPATH": str(SOURCE), "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("home"))}


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "rag.cli", *args]


def rag(home: dict[str, str], *args: str, **env: str) -> tuple[int, str, str]:
    done = subprocess.run(command(*args), env={**home, **env}, capture_output=True, check=False, timeout=120)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


@pytest.fixture(scope="module")
def first(home: dict[str, str]) -> tuple[int, str, str]:
    """The first question ever asked."""
    return rag(home, "ask", KO)


def test_the_first_question_builds_the_index_in_the_cache(home: dict[str, str], first: tuple[int, str, str]) -> None:
    code, out, err = first
    assert code == 0
    assert out.splitlines()[1].startswith(f"{VERSUS_KO[0]} [1] {VERSUS_KO[1]} [2] ")
    assert "\n출처\n  [1] LoRA · 비교 · lora.md:" in out
    (line,) = err.splitlines()
    assert line.startswith("rag: building the index of ")
    (cache,) = Path(home["XDG_CACHE_HOME"]).iterdir()
    folders = [path for path in cache.iterdir() if path.is_dir()]
    assert [(folder / "manifest.json").is_file() for folder in folders] == [True]
    assert [path.suffix for path in cache.iterdir() if path not in folders] == [".bin"]


def test_later_questions_say_the_same_and_nothing_else_whatever_the_terminal(
    home: dict[str, str], first: tuple[int, str, str]
) -> None:
    assert rag(home, "ask", KO, PYTHONIOENCODING="ascii") == (0, first[1], "")


def test_the_exit_code_is_that_of_the_process(home: dict[str, str]) -> None:
    code, out, err = rag(home, "--corpus", "nowhere", "corpus", "check")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("rag: no glossary folder at nowhere: ")


def test_a_reader_that_goes_away_is_no_error(home: dict[str, str]) -> None:
    """``rag terms | head``."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(command("terms"), env=home, stdout=write, stderr=subprocess.PIPE, check=False, timeout=60)
    finally:
        os.close(write)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.usefixtures("first")
def test_rag_serve_answers_and_stops_when_told(home: dict[str, str]) -> None:
    env = {**home, "RAG_DRAIN_DELAY": "0"}
    with subprocess.Popen(command("serve", "--port", "0"), env=env, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            log = (json.loads(line) for line in server.stderr)
            url = next(row["url"] for row in log if row["event"] == "serving")
            with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as client:  # it is about to listen
                assert client.get(f"{url}/readyz").status_code == 200
                page = client.get(url)
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            remote = RemoteRunnable(f"{url}/rag")
            assert remote.invoke({"question": EN}) == open_shipped().chain.invoke({"question": EN})
            streamed = "".join(piece.get("answer", "") for piece in remote.stream({"question": EN}))
            assert streamed.startswith(f"{VERSUS_EN[0]} [1]")
            remote.sync_client.close()
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=30)
            assert server.returncode in (0, -signal.SIGTERM)
        finally:
            server.kill()
