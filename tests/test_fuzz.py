"""The server under requests made from its own OpenAPI schema: whatever comes, no 5xx, and only declared responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import running, small_assistant, small_settings

from rag.index import GlossaryIndex
from rag.server import create_app

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def url(small_index: GlossaryIndex, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings_ = small_settings(tmp_path_factory.mktemp("fuzz"))
    with running(create_app(settings_, assistant=small_assistant(small_index))) as base:
        yield base


@pytest.fixture(scope="module")
def schema(url: str) -> Any:
    return schemathesis.openapi.from_url(f"{url}/openapi.json")


EXAMPLES = 200
"""Requests to try for each operation."""


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_survives(schema: Any, mode: GenerationMode) -> None:
    """Valid and invalid requests to each operation."""
    tried = []
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def survive(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS, timeout=30)

        try:
            survive()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, "every operation can be called rightly"
        else:
            tried.append(operation.label)
    assert {"POST /rag/invoke", "POST /rag/batch", "POST /rag/stream", "POST /retrieve/invoke"} <= set(tried)


def test_the_schema_declares_every_refusal(url: str) -> None:
    document = httpx.get(f"{url}/openapi.json").json()
    for path in ("/rag/invoke", "/rag/batch", "/rag/stream", "/retrieve/invoke"):
        declared = set(document["paths"][path]["post"]["responses"])
        assert {"200", "400", "401", "413", "415", "422", "429", "500", "503", "504"} <= declared
    assert "503" in document["paths"]["/readyz"]["get"]["responses"]
    assert "409" in document["paths"]["/admin/reload"]["post"]["responses"]
