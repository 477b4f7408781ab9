"""The server as a process: reload beside an indexer, an indexer that is killed, draining on SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import SOURCE, glossary_file
from serving import EN, KEY, KEYS, running, small_assistant, small_settings

from rag.index import GlossaryIndex
from rag.server import create_app

GOOD = {"input": {"question": EN}}
NEW = glossary_file(
    id="zetamer",
    en="Zetamer",
    ko="제타머",
    definition_en="A Zetamer is a unit of zeta.",
    definition_ko="제타머는 단위입니다.",
)


def command(action: str, folder: Path, *options: str) -> tuple[list[str], dict[str, str]]:
    paths = os.pathsep.join([str(SOURCE), str(Path(__file__).parent)])
    return [sys.executable, "-m", "process", action, str(folder), *options], {**os.environ, "PYTHONPATH": paths}


def build(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    line, env = command(*("index", folder), *options)
    return subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def process(folder: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A running server process; its log can be read from its standard error after it has ended."""
    line, env = command("serve", folder, *options)
    with (folder / "log").open("w") as log, subprocess.Popen(line, env=env, stderr=log, text=True) as started:
        try:
            until = time.monotonic() + 60
            while not (folder / "port").exists():
                assert started.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < until
                time.sleep(0.02)
            yield f"http://127.0.0.1:{(folder / 'port').read_text()}", started
        finally:
            started.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A glossary with its index."""
    small_settings(tmp_path)
    return tmp_path


def reload(url: str) -> httpx.Response:
    return httpx.post(f"{url}/admin/reload", json={}, timeout=30)


def names(url: str) -> list[str]:
    found = httpx.post(f"{url}/retrieve/invoke", json={"input": "What is a Zetamer?"}, timeout=30).json()["output"]
    return [document["metadata"]["entry_id"] for document in found]


@pytest.mark.slow
def test_a_reload_takes_what_another_process_has_indexed(folder: Path) -> None:
    """Also when an indexer was killed on its way before; test_index.py kills it at every step."""
    with process(folder) as (url, _):
        before = httpx.get(f"{url}/healthz").json()
        assert "zetamer" not in names(url)
        (folder / "glossary" / "zetamer.md").write_text(NEW, "utf-8")
        assert build(folder, "--die-at", "4").returncode == -signal.SIGKILL
        assert reload(url).json()["entries"] == before["entries"]
        failures: list[str] = []
        stop = threading.Event()

        def ask() -> None:
            with httpx.Client(base_url=url, timeout=30) as client:
                while not stop.is_set():
                    answered = client.post("/rag/invoke", json=GOOD)
                    time.sleep(0.05)
                    if answered.status_code != 200 or "[1]" not in answered.json()["output"]["answer"]:
                        failures.append(answered.text)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert build(folder).returncode == 0
        assert "zetamer" not in names(url), "the old index serves on although its files are gone"
        reloaded = reload(url)
        stop.set()
        for thread in threads:
            thread.join()
        assert failures == []
        assert reloaded.status_code == 200
        assert reloaded.json()["entries"] == before["entries"] + 1 == httpx.get(f"{url}/healthz").json()["entries"]
        assert (folder / "index" / reloaded.json()["generation"]).is_dir()
        assert names(url)[0] == "zetamer"


def damage_file(folder: Path) -> None:
    victim = next((folder / "index").glob("gen-*/vectors.faiss"))
    victim.write_bytes(victim.read_bytes()[:-7])


def lose_manifest(folder: Path) -> None:
    (folder / "index" / "manifest.json").unlink()


def damage_manifest(folder: Path) -> None:
    (folder / "index" / "manifest.json").write_text('{"format": 2}')


def other_model(folder: Path) -> None:
    manifest = folder / "index" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "model": "other/model"}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (damage_file, "is damaged (vectors.faiss does not match its checksum): run 'rag index'"),
        (lose_manifest, "there is no index in"),
        (damage_manifest, "manifest.json is damaged or not of this program: run 'rag index'"),
        (other_model, "was built with other/model, not fake/bigrams: run 'rag index'"),
    ],
)
def test_a_broken_index_leaves_the_old_one_serving(
    harm: Any, reason: str, folder: Path, small_index: GlossaryIndex
) -> None:
    app = create_app(small_settings(folder), assistant=small_assistant(small_index))
    with running(app) as url:
        harm(folder)
        answered = reload(url)
        assert answered.status_code == 409
        assert answered.json()["detail"].startswith("the old index goes on to serve, the new one cannot be used: ")
        assert reason in answered.json()["detail"]
        assert httpx.post(f"{url}/rag/invoke", json=GOOD).status_code == 200
        small_settings(folder)
        assert reload(url).status_code == 200
        metrics = httpx.get(f"{url}/metrics").text
        assert 'rag_reloads_total{outcome="failed"} 1.0' in metrics
        assert 'rag_reloads_total{outcome="ok"} 1.0' in metrics


@pytest.mark.slow
def test_one_reload_at_a_time(folder: Path, small_index: GlossaryIndex) -> None:
    app = create_app(small_settings(folder), assistant=small_assistant(small_index))
    with running(app) as url:
        assert app.state.assistants._lock.acquire(blocking=False)
        busy = reload(url)
        app.state.assistants._lock.release()
        assert (busy.status_code, busy.json()["detail"]) == (409, "another reload is under way: wait for its end")
        assert reload(url).status_code == 200


@pytest.mark.slow
def test_a_request_under_way_ends_on_the_index_it_began_with(folder: Path, small_index: GlossaryIndex) -> None:
    app = create_app(small_settings(folder), assistant=small_assistant(small_index))
    held = app.state.assistants.current()
    with running(app) as url:
        assert reload(url).status_code == 200
        assert app.state.assistants.current() is not held
    assert held.ask(EN).citations[0].id == "lora"


@pytest.mark.slow
def test_reload_needs_a_key_where_keys_are_on(folder: Path, small_index: GlossaryIndex) -> None:
    with running(create_app(small_settings(folder, api_keys=KEYS), assistant=small_assistant(small_index))) as url:
        assert reload(url).status_code == 401
        assert httpx.post(f"{url}/admin/reload", json={}, headers={"x-api-key": KEY}).status_code == 200


@pytest.mark.slow
def test_sigterm_drains(folder: Path) -> None:
    """Told to stop: not ready, no new questions; what is under way, streams too, ends whole; exit code by the signal."""
    slow = {"input": {"question": "What is slow LoRA?"}}
    with process(folder, "--slow", "1.5", "--delay", "1") as (url, started), ThreadPoolExecutor(2) as pool:
        assert httpx.get(f"{url}/readyz").status_code == 200
        answer = pool.submit(httpx.post, f"{url}/rag/invoke", json=slow, timeout=30)
        stream = pool.submit(httpx.post, f"{url}/rag/stream", json=slow, timeout=30)
        until = time.monotonic() + 10
        while "rag_active 2.0" not in httpx.get(f"{url}/metrics").text:
            assert time.monotonic() < until
        started.send_signal(signal.SIGTERM)
        until = time.monotonic() + 5
        while (ready := httpx.get(f"{url}/readyz")).status_code != 503:
            assert time.monotonic() < until
        assert ready.json()["detail"] == "the server is stopping"
        refused = httpx.post(f"{url}/rag/invoke", json=GOOD)
        assert (refused.status_code, refused.headers["connection"]) == (503, "close")
        assert answer.result().status_code == 200
        assert stream.result().text.rstrip().endswith("event: end")
        assert started.wait(15) in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in (folder / "log").read_text().splitlines()]
    assert {"time", "level", "event"} <= set(lines[0])
    assert sum(line.get("route") == "/rag/invoke" for line in lines) == 2


@pytest.mark.slow
def test_a_second_signal_stops_at_once(folder: Path) -> None:
    with process(folder, "--slow", "3", "--delay", "60") as (_, started):
        started.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert started.poll() is None
        started.send_signal(signal.SIGTERM)
        assert started.wait(10) in (0, -signal.SIGTERM)
