"""Counters for Prometheus, in a registry for each application."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

__all__ = ["Metrics"]


class Metrics:
    """What ``/metrics`` shows. Labels come from small fixed sets: nobody can make the registry grow by asking."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "rag_requests_total", "Requests by route, method and status", ["route", "method", "status"],
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "rag_request_seconds", "Seconds from request to the end of its response", ["route"],
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30), registry=self.registry,
        )  # fmt: skip
        self._reloads = Counter("rag_reloads_total", "Index reloads by outcome", ["outcome"], registry=self.registry)

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Show ``value()`` at the moment of the scrape."""
        Gauge(name, text, registry=self.registry).set_function(value)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request; status 0 is a client that left before there was a response."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def reload(self, outcome: str) -> None:
        """Count one reload: ``ok`` or ``failed``."""
        self._reloads.labels(outcome).inc()

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
