"""REST with LangServe, for ``serve.py`` and ``rag serve``: what stands between the assistant and a network.

A request passes, from the outside in: :mod:`~rag.server.logs` (request id, log line, metrics, last resort for errors),
trusted hosts, CORS, :mod:`~rag.server.auth`, the rate limit, :mod:`~rag.server.guard` (the body),
:mod:`~rag.server.limits` (capacity, deadline, clients that leave), and then LangServe.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before an engine loads: spinning threads make a busy machine crawl
os.environ.setdefault("LANGSMITH_TRACING", "false")  # nothing leaves this machine

from rag.server.app import create_app
from rag.server.run import serve

__all__ = ["create_app", "serve"]
