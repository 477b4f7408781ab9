"""Starting and stopping: what may be bound to which address, and how uvicorn drains."""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from types import FrameType

import uvicorn

from rag.errors import SettingsError
from rag.server.app import create_app
from rag.server.auth import is_loopback
from rag.server.limits import Capacity
from rag.server.logs import configure_logging
from rag.settings import ServerSettings, Settings

__all__ = ["DrainingServer", "bind", "check_host", "make_server", "serve"]

_log = logging.getLogger("rag.server")
_GRACE = 2.0
"""Seconds beyond the deadline that a stopping server waits for what is under way."""


def check_host(host: str, settings: ServerSettings, *, dev: bool) -> None:
    """Refuse what would be open to a network by mistake.

    Raises:
        SettingsError: other machines can reach ``host``, and there are no keys or debugging routes are on.
    """
    if is_loopback(host):
        return
    if dev:
        raise SettingsError(f"--dev shows the inside of the server and is refused on {host}: use --host 127.0.0.1")
    if not settings.api_keys:
        raise SettingsError(
            f"other machines can reach {host}, and no API key is set: set RAG_API_KEYS (make a key with "
            "'openssl rand -hex 24'), or use --host 127.0.0.1"
        )


class DrainingServer(uvicorn.Server):
    """uvicorn that, told to stop, first lets what is under way finish.

    On the first signal ``/readyz`` turns 503 and new questions are refused; the listener closes when nothing is under way
    and the drain delay is over, at the latest when every deadline has passed. A second signal stops at once.
    """

    def __init__(self, config: uvicorn.Config, *, capacity: Capacity, delay: float, limit: float) -> None:
        super().__init__(config)
        self._capacity = capacity
        self._delay = delay
        self._limit = limit
        self._told = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and only then say so: whoever reads the log may connect at once."""
        await super().startup(sockets=sockets)
        for bound in sockets or []:
            name, number = bound.getsockname()[:2]
            url = f"http://{f'[{name}]' if ':' in name else name}:{number}"
            _log.info("serving", extra={"fields": {"url": url}})

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        if self._capacity.draining:
            self.should_exit = self.force_exit = True
        self._captured_signals.append(sig)
        self._capacity.draining = True
        self._told = time.monotonic()

    async def on_tick(self, counter: int) -> bool:
        """Look, ten times a second, whether to stop."""
        if self._capacity.draining:
            waited = time.monotonic() - self._told
            idle = self._capacity.inside == 0 and waited >= self._delay
            self.should_exit = self.should_exit or idle or waited >= self._limit
        return await super().on_tick(counter)


def make_server(settings: Settings, *, dev: bool = False) -> DrainingServer:
    """A server with its index loaded; run it with the sockets of :func:`bind`."""
    app = create_app(settings, dev=dev)
    config = uvicorn.Config(
        app, lifespan="on", ws="none", log_config=None, access_log=False, server_header=False,
        http="h11",  # httptools keeps headers of any size in memory
        proxy_headers=bool(settings.server.proxies), forwarded_allow_ips=list(settings.server.proxies),
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    delay = settings.server.drain_delay
    limit = delay + settings.deadline + _GRACE
    return DrainingServer(config, capacity=app.state.capacity, delay=delay, limit=limit)


def bind(host: str, port: int) -> socket.socket:
    """A socket that is bound but does not listen yet: nobody connects before the index is loaded.

    Raises:
        SettingsError: the address is not of this machine, or the port is taken.
    """
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if os.name == "posix":  # elsewhere it would share a port that is taken
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host.strip("[]"), port))
    except (OSError, OverflowError) as exc:
        bound.close()
        reason = getattr(exc, "strerror", None) or exc
        raise SettingsError(
            f"cannot listen on {host}, port {port} ({reason}): choose another --host or --port"
        ) from exc
    return bound


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 8000, dev: bool = False) -> None:
    """Serve until told to stop.

    Raises:
        SettingsError: see :func:`check_host` and :func:`bind`.
    """
    check_host(host, settings.server, dev=dev)
    with bind(host, port) as bound:
        configure_logging()
        sys.setswitchinterval(0.001)  # so that the event loop gets its turn beside busy workers: refusals stay quick
        server = make_server(settings, dev=dev)
        server.run(sockets=[bound])
