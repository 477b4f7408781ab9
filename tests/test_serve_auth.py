"""Who may ask, from where, how often."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from serving import EN, KEY, KEYS, OTHER_KEY, running, small_assistant, small_settings

from rag.errors import SettingsError
from rag.index import GlossaryIndex
from rag.server import create_app
from rag.server.auth import Keys, is_loopback
from rag.server.run import check_host
from rag.settings import ServerSettings

GOOD = {"input": {"question": EN}}


@pytest.fixture(scope="module")
def url(small_index: GlossaryIndex, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = small_settings(
        tmp_path_factory.mktemp("auth"), api_keys=KEYS, rate_limit="off", cors_origins=["https://wiki.example"]
    )
    with running(create_app(settings, assistant=small_assistant(small_index))) as base:
        yield base


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def open_url(small_index: GlossaryIndex, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server without keys."""
    settings = small_settings(tmp_path_factory.mktemp("open"))
    with running(create_app(settings, assistant=small_assistant(small_index))) as base:
        yield base


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer  {OTHER_KEY}"}, {"x-api-key": KEY},
        {"authorization": "Basic eA==", "x-api-key": OTHER_KEY},
    ],
)  # fmt: skip
def test_a_key_opens(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.post("/rag/invoke", json=GOOD, headers=headers).status_code == 200
    assert client.get("/metrics", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"authorization": "Bearer"}, {"authorization": KEY}, {"x-api-key": ""},
        {"authorization": f"Bearer {KEY[:-1]}"}, {"authorization": f"Bearer {KEY}x"}, {"x-api-key": KEY.upper()},
        {"authorization": f"Bearer {KEY},{OTHER_KEY}"}, {"authorization": "Bearer wrong", "x-api-key": KEY},
        {"cookie": f"key={KEY}"},
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/rag/invoke"), ("POST", "/rag/batch"), ("POST", "/rag/stream"), ("GET", "/rag/input_schema"),
        ("POST", "/retrieve/invoke"), ("POST", "/admin/reload"), ("GET", "/metrics"), ("GET", "/api/terms"),
        ("GET", "/nope"), ("GET", "/Static/x"), ("GET", "/./metrics"),
    ],
)  # fmt: skip
def test_without_a_key_nothing_opens(client: httpx.Client, method: str, path: str, headers: dict[str, str]) -> None:
    answered = client.request(method, path, json=GOOD if method == "POST" else None, headers=headers)
    assert answered.status_code == 401
    assert answered.headers["www-authenticate"] == "Bearer"
    assert "Bearer KEY" in answered.json()["detail"]
    assert KEY not in answered.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/docs", "/docs/files/swagger-ui.css", "/openapi.json"])
def test_page_probes_and_docs_are_public(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["//metrics", "/static/../metrics", "/static/%2e%2e/metrics", "/docs/../admin/reload", "/static/..%2fapp.py"],
)
def test_no_way_round_by_a_public_prefix(url: str, path: str) -> None:
    with httpx.Client() as client:
        request = client.build_request("GET", url)
        request.url = request.url.copy_with(raw_path=path.encode())
        assert client.send(request).status_code in (401, 404)


def test_no_body_is_read_without_a_key(client: httpx.Client) -> None:
    assert client.post("/rag/invoke", content=b"x" * 200_000).status_code == 401


def test_keys_are_compared_whole() -> None:
    keys = Keys(KEYS)
    assert keys.match(KEY) != keys.match(OTHER_KEY)
    assert str(keys.match(KEY)).startswith("key-")
    assert KEY[:6] not in str(keys.match(KEY))
    assert keys.match("") is None
    assert keys.match("\udc80") is None
    assert not Keys(())


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("localhost", True), ("0.0.0.0", False),
        ("::", False), ("", False), ("192.168.0.7", False), ("localhost.example.com", False), ("::ffff:0.0.0.0", False),
    ],
)  # fmt: skip
def test_what_counts_as_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here
    if here:
        check_host(host, ServerSettings(), dev=True)
    else:
        with pytest.raises(SettingsError, match="set RAG_API_KEYS"):
            check_host(host, ServerSettings(), dev=False)
        check_host(host, ServerSettings(api_keys=KEYS), dev=False)
        with pytest.raises(SettingsError, match="use --host 127"):
            check_host(host, ServerSettings(api_keys=KEYS), dev=True)


async def test_without_keys_an_outside_address_gets_nothing(
    small_index: GlossaryIndex, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also where somebody runs uvicorn on 0.0.0.0 past this program's own check."""
    settings = small_settings(tmp_path_factory.mktemp("bare"), trusted_hosts=["*"])
    transport = httpx.ASGITransport(create_app(settings, assistant=small_assistant(small_index)))
    async with httpx.AsyncClient(transport=transport, base_url="http://192.168.0.7:8000") as client:
        for path in ("/", "/healthz", "/rag/input_schema"):
            answered = await client.get(path)
            assert answered.status_code == 403
            assert "set RAG_API_KEYS" in answered.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "a b"])
def test_a_foreign_host_name_is_400(open_url: str, host: str) -> None:
    """A page whose name was rebound to this machine's address is stopped here."""
    assert httpx.get(f"{open_url}/healthz", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1", "[::1]:8000"])
def test_own_host_names_are_answered(open_url: str, host: str) -> None:
    assert httpx.get(f"{open_url}/healthz", headers={"host": host}).status_code == 200


def test_only_listed_origins_may_ask(client: httpx.Client) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    friend = client.options("/rag/invoke", headers={"origin": "https://wiki.example", **asked})
    assert friend.status_code == 200
    assert friend.headers["access-control-allow-origin"] == "https://wiki.example"
    assert "access-control-allow-credentials" not in friend.headers
    stranger = client.options("/rag/invoke", headers={"origin": "https://evil.example", **asked})
    assert stranger.status_code == 400
    assert "access-control-allow-origin" not in stranger.headers
    refused = client.post("/rag/invoke", json=GOOD, headers={"origin": "https://wiki.example"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "https://wiki.example")


def test_without_a_list_no_origin_may_ask(open_url: str) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answered = httpx.options(f"{open_url}/rag/invoke", headers=headers)
    assert answered.status_code == 405
    assert not [name for name in answered.headers if name.startswith("access-control")]


def test_the_rate_is_counted_for_each_key(small_index: GlossaryIndex, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = small_settings(tmp_path_factory.mktemp("rate"), api_keys=KEYS, rate_limit="3/hour")
    with (
        running(create_app(settings, assistant=small_assistant(small_index))) as url,
        httpx.Client(base_url=url) as client,
    ):
        mine, yours = {"x-api-key": KEY}, {"x-api-key": OTHER_KEY}
        paths = ["/rag/invoke", "/rag/stream", "/retrieve/invoke"]
        bodies = [GOOD, GOOD, {"input": EN}]
        statuses = [client.post(p, json=b, headers=mine).status_code for p, b in zip(paths, bodies, strict=True)]
        assert statuses == [200, 200, 200]
        over = client.post("/rag/invoke", json=GOOD, headers=mine)
        assert over.status_code == 429
        assert 0 < int(over.headers["retry-after"]) <= 3600
        assert over.json()["detail"] == "more than 3 per 1 hour: ask again after the time in Retry-After"
        assert client.post("/rag/invoke", json=GOOD, headers=yours).status_code == 200
        assert client.post("/rag/invoke", json=GOOD).status_code == 401
        for _ in range(5):
            assert client.get("/healthz").status_code == 200
            assert client.get("/metrics", headers=yours).status_code == 200


def test_a_stream_comes_in_pieces_through_the_rate_limit(
    small_index: GlossaryIndex, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = small_settings(tmp_path_factory.mktemp("pieces"), rate_limit="100/hour")
    with running(create_app(settings, assistant=small_assistant(small_index))) as url:
        text = httpx.post(f"{url}/rag/stream", json=GOOD).text
    assert text.count("event: data") >= 2
    assert text.rstrip().endswith("event: end")
