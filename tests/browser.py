"""A real headless Chromium for the page's tests: what goes wrong in it fails the test that let it happen."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from rag.chain import Assistant
from rag.retriever import Retrieval

_NAMES = ("chromium", "chromium-browser", "google-chrome")
NEEDED = "RAG_TESTS_NEED_BROWSER"
"""Set where a missing browser is a fault and no reason to skip, as in CI."""
PATIENCE_MS = 20_000
"""How long a test waits for what the page must do: a busy machine is slow, and no test here measures speed."""
expect.set_options(timeout=PATIENCE_MS)

_RECORD_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sample}`));
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Playwright's event loop runs in this thread until the end: no asyncio test may run meanwhile."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        reason = "no Chromium: apt-get install chromium fonts-noto-cjk"
        if os.environ.get(NEEDED):
            pytest.fail(reason)
        pytest.skip(reason)
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]  # the tests may run as root, in a container
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page and what it did besides what the test looks at.

    Attributes:
        allowed: parts of console messages that the test expects, as Chromium's own about a status of 500, and hosts that
            it tries to reach.
    """

    page: Page
    url: str
    allowed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Take a console message down."""
        if message.type in ("error", "warning") and not any(part in message.text for part in self.allowed):
            self.faults.append(f"console: {message.text}")

    def see(self, url: str) -> None:
        """Take a request to another host down."""
        if not url.startswith((self.url, "data:", "about:", *self.allowed)):
            self.faults.append(f"request to {url}")


@contextmanager
def watched_page(browser: Browser, url: str, **options: Any) -> Iterator[Watched]:
    """A page in a context of its own, opened; afterwards: no console errors, policy violations or foreign requests."""
    context = browser.new_context(**{"locale": "ko-KR", "reduced_motion": "reduce", **options})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_RECORD_VIOLATIONS)
    page = context.new_page()
    watched = Watched(page, url)
    page.on("console", watched.hear)
    page.on("pageerror", lambda error: watched.faults.append(f"exception: {error}"))
    page.on("dialog", lambda dialog: watched.faults.append(f"dialog: {dialog.message}") or dialog.dismiss())
    context.on("request", lambda request: watched.see(request.url))
    page.goto(f"{url}/")
    try:
        yield watched
        watched.faults += page.evaluate("window.violations")
        assert watched.faults == []
    finally:
        context.close()


class Wire:
    """An ASGI application that can hold a streamed answer back after some of its pieces, as a slow network would."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.pieces: int | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        sent = 0

        async def slowly(message: Any) -> None:
            nonlocal sent
            while self.pieces is not None and sent >= self.pieces:
                await asyncio.sleep(0.01)
            await send(message)
            sent += b"event: data" in message.get("body", b"")

        await self.app(scope, receive, slowly if scope.get("path") == "/rag/stream" else send)


class Failing(Assistant):
    """An assistant that fails the next ``faults`` questions."""

    faults = 0

    def search(self, data: Any) -> Retrieval:
        """Fail, or search."""
        if self.faults:
            self.faults -= 1
            raise RuntimeError("a secret of the inside")
        return super().search(data)
