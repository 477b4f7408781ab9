"""``/docs`` without a CDN, and an OpenAPI schema that tells the whole truth about refusals."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["PlaygroundPolicy", "add_docs"]

_ERROR = {
    "type": "object",
    "required": ["detail", "request_id"],
    "properties": {
        "detail": {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["loc", "msg"],
                        "properties": {
                            "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                            "msg": {"type": "string"},
                        },
                    },
                },
            ]
        },
        "request_id": {"type": "string"},
    },
}
_REFUSALS = {
    "400": "The body is not JSON in UTF-8",
    "401": "No API key, or a wrong one",
    "403": "No keys are set, and the request came from another machine",
    "408": "The body did not arrive in time",
    "413": "The body is larger than 64 KB",
    "415": "The body is not application/json, or is encoded",
    "422": "The input cannot be used; says where and why, without repeating it",
    "429": "Over the rate limit; see Retry-After",
    "500": "The server failed",
    "503": "No room, or stopping; see Retry-After",
    "504": "No answer within the deadline",
}
_STREAM = {
    "description": "Server-sent events: metadata, then data (chunks that add up), then end; or error as the last one",
    "content": {
        "text/event-stream": {
            "schema": {
                "type": "object",
                "description": "One event; data is JSON",
                "required": ["event"],
                "properties": {
                    "event": {"enum": ["metadata", "data", "end", "error"]},
                    "data": {"type": "string"},
                },
            }
        }
    },
}
_PLAYGROUND = (  # it compiles its forms to JavaScript
    "default-src 'self' data:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'"
)
_OF_BODIES = {"400", "408", "413", "415", "422"}
_OF_WORK = {"503", "504"}
_OPEN = {"/healthz", "/readyz"}


class PlaygroundPolicy:
    """Lets LangServe's playgrounds load their own scripts and styles, which come with the package, and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def relaxed(message: Message) -> None:
            if message["type"] == "http.response.start" and "/playground/" in scope["path"]:
                MutableHeaders(scope=message)["content-security-policy"] = _PLAYGROUND
            await send(message)

        await self.app(scope, receive, relaxed)


def add_docs(app: FastAPI, *, keys: bool) -> None:
    """Serve Swagger UI at ``/docs`` from files of the package fastapi-offline, and the schema that it shows."""
    folder = Path(str(files("fastapi_offline"))) / "static"
    app.mount("/docs/files", StaticFiles(directory=folder), name="docs")
    page = get_swagger_ui_html(
        openapi_url="/openapi.json", title=app.title, swagger_js_url="/docs/files/swagger-ui-bundle.js",
        swagger_css_url="/docs/files/swagger-ui.css", swagger_favicon_url="/docs/files/favicon.png",
    )  # fmt: skip
    scripts = re.findall(rb"<script>(.*?)</script>", bytes(page.body), re.DOTALL)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s).digest()).decode()}'" for s in scripts)
    policy = (
        f"default-src 'none'; script-src 'self' {hashes}; connect-src 'self'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    page.headers["content-security-policy"] = policy

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return page

    def schema() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _schema(app, keys=keys)
        return app.openapi_schema

    app.openapi = schema  # type: ignore[method-assign]


def _schema(app: FastAPI, *, keys: bool) -> dict[str, Any]:
    schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = _ERROR
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            operation["responses"] = {**operation.get("responses", {}), **_refusals(path, method)}
            if path.endswith("/stream"):
                operation["responses"]["200"] = _STREAM
            # LangServe names it also where hashed configs are off
            parameters = [p for p in operation.pop("parameters", []) if p["name"] != "config_hash"]
            if parameters:
                operation["parameters"] = parameters
            if keys and path not in _OPEN:
                operation["security"] = [{"key": []}]
    return schema


def _refusals(path: str, method: str) -> dict[str, Any]:
    """The error responses of one operation."""
    works = path.startswith(("/rag/", "/retrieve/")) and method == "post"
    statuses = set(_REFUSALS)
    statuses -= set() if method == "post" else _OF_BODIES - ({"422"} if "{" in path else set())
    statuses -= set() if works else _OF_WORK - ({"503"} if path == "/readyz" else set())
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {status: {"description": _REFUSALS[status], "content": content} for status in sorted(statuses)}
