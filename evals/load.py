"""Load on ``/rag/invoke`` beside a bare endpoint that only embeds the same questions: ``python -m evals.load``.

Both servers run as processes of their own on free loopback ports, with the same event loop, parser and one thread for each
embedding. Rounds of the two alternate, so that whatever else the machine does meets both. A worker that gets 503 waits as
it is told and goes on with the next question; the 503 is counted and kept out of the latencies.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from evals.data import load_answers

__all__ = ["Tally", "main", "percentile"]

_PATIENCE = 60.0
_CONCURRENCY = (1, 8, 32)


@dataclass
class Tally:
    """What came of the requests of some rounds.

    Attributes:
        seconds: latencies of the answers with status 200.
        statuses: how often each status came; 0 is a request without any response.
        wall: seconds that the rounds took.
    """

    seconds: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    wall: float = 0.0

    @property
    def throughput(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.wall if self.wall else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; NaN of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, int]:
    """Status and Retry-After of one request on an open connection; a lean client, so that it takes little of the machine."""
    writer.write(request)
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    await reader.readexactly(int(headers["content-length"]))
    return int(head.split(" ", 2)[1]), int(headers.get("retry-after", "0"))


async def _worker(port: int, path: str, bodies: Iterator[bytes], tally: Tally) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for body in bodies:
        head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        begin = time.perf_counter()
        try:
            async with asyncio.timeout(_PATIENCE):
                status, pause = await _post(reader, writer, head.encode() + body)
        except (TimeoutError, OSError, EOFError):
            tally.statuses[0] += 1
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        tally.statuses[status] += 1
        (tally.seconds if status == 200 else tally.refusals).append(time.perf_counter() - begin)
        await asyncio.sleep(pause)
    writer.close()


async def _round(port: int, path: str, bodies: Sequence[bytes], *, concurrency: int, tally: Tally) -> None:
    shared = iter(bodies)
    begin = time.perf_counter()
    await asyncio.gather(*(_worker(port, path, shared, tally) for _ in range(concurrency)))
    tally.wall += time.perf_counter() - begin


@contextmanager
def _server(*command: str) -> Iterator[int]:
    """A server process that is ready; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "RAG_RATE_LIMIT": "off", "RAG_API_KEYS": "", "RAG_API_KEYS_FILE": ""}
    line = [sys.executable, "-m", *command, "--port", str(port)]
    with subprocess.Popen(line, env=env, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - this very program
        try:
            until = time.monotonic() + _PATIENCE
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > until:
                        raise RuntimeError(f"{' '.join(line)} did not start: run it by hand to see why") from None
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def _serve_bare(port: int) -> None:
    """The floor: FastAPI, one endpoint, one embedding."""
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel

    from rag.embedding import load_embeddings

    class Asked(BaseModel):
        question: str

    embeddings = load_embeddings()
    embeddings.embed_query("warm")
    app = FastAPI()

    def embed(asked: dict[str, Any]) -> dict[str, Any]:
        vector = embeddings.encode([Asked.model_validate(asked).question], query=True)[0]
        return {"dimension": len(vector), "first": float(vector[0])}

    app.post("/embed")(embed)
    uvicorn.run(app, host="127.0.0.1", port=port, http="h11", log_config=None, access_log=False, ws="none")


def _row(name: str, concurrency: int, tally: Tally) -> str:
    milliseconds = [f"{1000 * percentile(tally.seconds, share):8.0f}" for share in (0.5, 0.95, 0.99, 1.0)]
    others = sum(n for status, n in tally.statuses.items() if status not in (0, 200, 503))
    return (
        f"{name:12}{concurrency:5}{tally.throughput:10.1f}{''.join(milliseconds)}"
        f"{tally.statuses[503]:8}{others:8}{tally.statuses[0]:8}"
    )


async def _compare(rag: int, bare: int, questions: Sequence[str], *, requests: int, rounds: int) -> None:
    print(
        f"{'':12}{'conc':>5}{'answers/s':>10}{'p50 ms':>8}{'p95':>8}{'p99':>8}{'max':>8}{'503':>8}{'other':>8}{'lost':>8}"
    )
    asked = [questions[i % len(questions)] for i in range(requests)]
    routes = {
        "bare embed": (bare, "/embed", [json.dumps({"question": q}).encode() for q in asked]),
        "/rag/invoke": (rag, "/rag/invoke", [json.dumps({"input": {"question": q}}).encode() for q in asked]),
    }
    for port, path, bodies in routes.values():
        await _round(port, path, bodies[:50], concurrency=4, tally=Tally())
    for concurrency in _CONCURRENCY:
        tallies = {name: Tally() for name in routes}
        for _ in range(rounds):
            for name, (port, path, bodies) in routes.items():
                await _round(port, path, bodies, concurrency=concurrency, tally=tallies[name])
        for name, tally in tallies.items():
            print(_row(name, concurrency, tally))
        ratio = tallies["/rag/invoke"].throughput / tallies["bare embed"].throughput
        refused = tallies["/rag/invoke"].refusals
        slowest = f", slowest refusal {1000 * max(refused):.0f} ms" if refused else ""
        print(f"{'':12}{'':5}{ratio:10.2f} of the bare endpoint{slowest}", flush=True)


def _resident(port: int) -> float:
    """Resident memory of the server in MB, by its own metrics."""
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=_PATIENCE).text.splitlines()
    named = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return float(named["process_resident_memory_bytes"]) / 2**20


async def _soak(rag: int, questions: Sequence[str], *, requests: int) -> None:
    bodies = [json.dumps({"input": {"question": q}}).encode() for q in questions]
    warm = 1000
    tally = Tally()
    await _round(rag, "/rag/invoke", [bodies[i % len(bodies)] for i in range(warm)], concurrency=8, tally=Tally())
    before = await asyncio.to_thread(_resident, rag)
    for begin in range(0, requests, warm):
        part = [bodies[i % len(bodies)] for i in range(begin, min(begin + warm, requests))]
        await _round(rag, "/rag/invoke", part, concurrency=8, tally=tally)
        print(f"{begin + len(part):8} requests  {_resident(rag):8.1f} MB", flush=True)
    growth = _resident(rag) / before - 1
    print(f"from {before:.1f} MB after {warm} requests: {growth:+.1%}; statuses {dict(tally.statuses)}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the load and print a table."""
    parser = argparse.ArgumentParser(prog="python -m evals.load", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=200, help="requests in a round (default 200, at most 2000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds at each concurrency (default 3, at most 10)")
    parser.add_argument("--soak", type=int, metavar="N", help="instead: N requests, and the memory of the server")
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.bare:
        _serve_bare(args.port)
        return 0
    questions = list(dict.fromkeys(case.question for case in load_answers()))
    with _server("rag.cli", "serve") as rag:
        if args.soak:
            asyncio.run(_soak(rag, questions, requests=min(args.soak, 100_000)))
            return 0
        with _server("evals.load", "--bare") as bare:
            requests, rounds = min(args.requests, 2000), min(args.rounds, 10)
            asyncio.run(_compare(rag, bare, questions, requests=requests, rounds=rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
