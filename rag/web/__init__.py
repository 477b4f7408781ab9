"""The web page at ``/`` and the JSON endpoints that it reads and writes.

The page is plain files below ``static/``: no build step, nothing from another host. Its policy lets nothing else run: no
inline script or style, no other origin, and no sink that turns a string into markup (trusted types).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from rag.feedback import FeedbackStore
from rag.web.api import make_router

if TYPE_CHECKING:
    import os

    from starlette.responses import Response
    from starlette.types import Scope

    from rag.chain import Assistant

__all__ = ["PAGE_HEADERS", "add_pages"]

_STATIC = Path(__file__).parent / "static"
PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",  # ask again, by ETag: a new version of the program shows at once
}


class _PageFiles(StaticFiles):
    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(PAGE_HEADERS)
        return response


def add_pages(app: FastAPI, *, current: Callable[[], Assistant], feedback: Path) -> None:
    """Add the page, its files and its endpoints below ``/api``.

    Args:
        current: gives the assistant that serves now; called once in each request.
        feedback: the SQLite file for verdicts; opened when the first one comes.
    """
    app.include_router(make_router(current=current, store=FeedbackStore(feedback)))
    app.mount("/static", _PageFiles(directory=_STATIC), name="static")

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(_STATIC / "index.html", headers=PAGE_HEADERS)
