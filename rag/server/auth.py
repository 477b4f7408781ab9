"""Who may ask: API keys, or only this machine where there are none."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.server.reply import error_response

__all__ = ["Auth", "Keys", "is_loopback"]

_PUBLIC = frozenset({"/", "/favicon.ico", "/healthz", "/readyz", "/docs", "/openapi.json"})
_PUBLIC_BELOW = ("/static/", "/docs/")


def is_loopback(host: str) -> bool:
    """Whether ``host`` can only be reached from this machine; other names than localhost are not looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Keys:
    """The accepted API keys, kept as hashes."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        self._digests = [hashlib.sha256(key.get_secret_value().encode()).digest() for key in keys]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._digests)

    def match(self, given: str) -> str | None:
        """A short name of the key that was given, or None; takes the same time whichever it is."""
        digest = hashlib.sha256(given.encode(errors="replace")).digest()
        right = [hmac.compare_digest(digest, known) for known in self._digests]
        return f"key-{digest.hex()[:8]}" if any(right) else None


class Auth:
    """Deny by default: everything but the page, its files and the probes needs a key, or else comes from this machine."""

    def __init__(self, app: ASGIApp, *, keys: Keys) -> None:
        self.app = app
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or refuse it before its body is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        client = (scope.get("client") or ("local", 0))[0]
        if not self.keys:
            # Also where uvicorn was started around this program's own check of the host.
            if not _arrived_here(scope):
                reason = "no API key is set on this server, so it answers only on its own machine: set RAG_API_KEYS"
                await error_response(scope, 403, reason)(scope, receive, send)
                return
        elif not _is_public(scope["path"]):
            name = self.keys.match(_given(Headers(scope=scope)))
            if name is None:
                refusal = error_response(
                    scope, 401, "give an API key of this server: 'Authorization: Bearer KEY' or 'X-API-Key: KEY'",
                    headers={"www-authenticate": "Bearer"},
                )  # fmt: skip
                await refusal(scope, receive, send)
                return
            client = name
            scope["state"]["log"]["key"] = name
        scope["state"]["client"] = client
        await self.app(scope, receive, send)


def _is_public(path: str) -> bool:
    return path in _PUBLIC or path.startswith(_PUBLIC_BELOW)


def _arrived_here(scope: Scope) -> bool:
    """Whether the socket that took the request is of the loopback, or a Unix socket."""
    host, port = scope.get("server") or ("", None)
    return port is None or is_loopback(host)


def _given(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
