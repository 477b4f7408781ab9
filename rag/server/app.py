"""The application: LangServe's routes, the probes, and the middleware around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableLambda
from langserve import add_routes
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter
from slowapi.errors import RateLimitExceeded
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Scope

from rag.chain import Ask, Assistant, open_assistant, validate_ask
from rag.errors import InputError
from rag.question import MAX_QUESTION
from rag.retriever import MAX_TOP_K, documents
from rag.server.auth import Auth, Keys
from rag.server.docs import PlaygroundPolicy, add_docs
from rag.server.guard import BodyGuard
from rag.server.limits import Capacity, RateLimit, Work, make_limiter, over_rate
from rag.server.live import Assistants, Live, ReloadError
from rag.server.logs import Observe
from rag.server.metrics import Metrics
from rag.server.reply import describe, error_response
from rag.settings import Settings
from rag.web import add_pages

__all__ = ["Search", "create_app"]

_QUIET = ["invoke", "batch", "stream", "input_schema", "output_schema", "config_schema"]
_DEBUG = [*_QUIET, "playground", "stream_log", "stream_events", "config_hashes"]
_LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"]
_DEFAULT_RATE = "300/minute"


def _checked(question: str) -> str:
    try:
        return validate_ask({"question": question}).question
    except InputError as exc:
        raise ValueError(str(exc)) from exc


QuestionText = Annotated[str, Field(max_length=4 * MAX_QUESTION), AfterValidator(_checked)]


class Search(BaseModel):
    """What ``/retrieve`` takes besides a bare question."""

    model_config = ConfigDict(extra="forbid")

    question: QuestionText
    language: Literal["auto", "ko", "en"] = "auto"
    top_k: Annotated[int, Field(strict=True, ge=1, le=MAX_TOP_K)] = 5


SearchInput: Any = Annotated[
    Annotated[QuestionText, Tag("text")] | Annotated[Search, Tag("search")],
    Discriminator(lambda value: "search" if isinstance(value, (dict, Search)) else "text"),
]


class Health(BaseModel):
    """What the probes say."""

    status: Literal["ok"]
    entries: int
    model: str


class Reloaded(BaseModel):
    """What serves after a reload."""

    generation: str
    entries: int
    passages: int
    model: str
    corpus_digest: str


def create_app(settings: Settings | None = None, *, assistant: Assistant | None = None, dev: bool = False) -> FastAPI:
    """The application, its index loaded (and built first where it is missing).

    Args:
        settings: default: from the environment.
        assistant: serve this one instead of loading one.
        dev: also LangServe's playgrounds, stream log, events and config hashes, which show the inside; and ``/text``,
            whose playground shows an answer as text.
    """
    settings = settings or Settings.from_env()
    if settings.llm_cache is None:
        settings = settings.model_copy(update={"llm_cache": True})
    assistants = Assistants(settings, assistant or open_assistant(settings))
    capacity = Capacity(slots=settings.server.slots, queue=settings.server.queue)
    metrics = Metrics()
    metrics.gauge("rag_active", "Questions being answered", lambda: capacity.active)
    metrics.gauge("rag_waiting", "Questions waiting for a place", lambda: capacity.inside - capacity.active)
    metrics.gauge("rag_entries", "Entries of the glossary", lambda: len(assistants.current().retriever.index.entries))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Steps of the chain run in the loop's default executor, which otherwise has as few as six threads for everything.
        pool = ThreadPoolExecutor(settings.server.slots, thread_name_prefix="rag-answer")
        asyncio.get_running_loop().set_default_executor(pool)
        await asyncio.to_thread(assistants.current().search, {"question": "LoRA"})  # engine and tables load now
        yield

    app = FastAPI(
        title="rag-glossary", description="Cited answers from a glossary of AI terms, in Korean and English.",
        docs_url=None, redoc_url=None, lifespan=lifespan, redirect_slashes=False,
    )  # fmt: skip
    app.state.assistants, app.state.settings, app.state.capacity = assistants, settings, capacity
    _add_langserve(app, assistants, dev=dev)
    _add_probes(app, assistants, capacity, metrics)
    add_docs(app, keys=bool(settings.server.api_keys))
    add_pages(app, current=assistants.current, feedback=settings.feedback_file)
    _add_handlers(app)
    _add_middleware(app, settings, capacity, metrics, dev=dev)
    return app


def _search(assistant: Assistant) -> Runnable[Any, list[Document]]:
    def search(asked: Any) -> list[Document]:
        return documents(assistant.search({"question": asked} if isinstance(asked, str) else asked))

    return RunnableLambda(search, name="retrieve")


def _add_langserve(app: FastAPI, assistants: Assistants, *, dev: bool) -> None:
    options: Mapping[str, Any] = {"config_keys": (), "enabled_endpoints": _DEBUG if dev else _QUIET}
    answer = Live(assistants.current, lambda a: a.chain, name="rag", traced=dev)
    typed = answer.with_types(input_type=Ask, output_type=dict[str, Any])  # AddableDict has no JSON schema
    add_routes(app, typed, path="/rag", **options)
    if dev:  # the playground cannot add up dicts
        text = (answer | RunnableLambda(lambda given: str(given["answer"]))).with_types(input_type=Ask, output_type=str)
        add_routes(app, text, path="/text", **options)
    retrieve = Live(assistants.current, _search, name="retrieve", traced=dev)
    add_routes(app, retrieve.with_types(input_type=SearchInput, output_type=Any), path="/retrieve", **options)


def _add_probes(app: FastAPI, assistants: Assistants, capacity: Capacity, metrics: Metrics) -> None:
    def health() -> Health:
        index = assistants.current().retriever.index
        return Health(status="ok", entries=len(index.entries), model=index.manifest.model)

    @app.get("/healthz", tags=["operation"])
    async def healthz() -> Health:
        """The process is alive."""
        return health()

    @app.get("/readyz", tags=["operation"])
    async def readyz() -> Health:
        """Questions are welcome; 503 while the server is stopping."""
        if capacity.draining:
            raise HTTPException(503, "the server is stopping")
        return health()

    @app.get(
        "/metrics", tags=["operation"], response_class=Response,
        responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
    )  # fmt: skip
    async def prometheus() -> Response:
        """Metrics for Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    @app.post("/admin/reload", tags=["operation"], responses={409: {"description": "The old index goes on to serve"}})
    def reload() -> Reloaded:
        """Take the index that ``rag index`` has put on disk, without a restart."""
        try:
            index = assistants.reload().retriever.index
        except ReloadError as exc:
            metrics.reload("failed")
            raise HTTPException(409, str(exc)) from exc
        metrics.reload("ok")
        manifest = index.manifest
        return Reloaded(
            generation=manifest.generation, entries=len(index.entries), passages=len(index.chunks),
            model=manifest.model, corpus_digest=manifest.corpus_digest,
        )  # fmt: skip


def _add_handlers(app: FastAPI) -> None:
    @app.exception_handler(InputError)
    async def unusable(request: Request, exc: InputError) -> Response:
        return error_response(request.scope, 422, str(exc))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, exc: RequestValidationError) -> Response:
        """What is wrong and where, without echoing the input."""
        return error_response(request.scope, 422, describe(exc.errors()))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, exc: HTTPException) -> Response:
        return error_response(request.scope, exc.status_code, exc.detail, headers=exc.headers)

    app.add_exception_handler(RateLimitExceeded, over_rate)


def _add_middleware(app: FastAPI, settings: Settings, capacity: Capacity, metrics: Metrics, *, dev: bool) -> None:
    """From the inside out: what is added last sees a request first."""
    inputs: dict[str, TypeAdapter[Any]] = {"/rag": TypeAdapter(Ask), "/retrieve": TypeAdapter(SearchInput)}
    if dev:
        inputs["/text"] = inputs["/rag"]
    server, messages = settings.server, settings.server.log_questions
    app.add_middleware(Work, capacity=capacity, bases=tuple(inputs), deadline=settings.deadline, messages=messages)
    app.add_middleware(BodyGuard, inputs=inputs, whole=dev)
    keys = Keys(server.api_keys)
    rate = server.rate_limit or (_DEFAULT_RATE if keys else "off")
    if rate != "off":
        app.state.limiter = make_limiter(rate)
        app.add_middleware(RateLimit)
    app.add_middleware(Auth, keys=keys)
    if server.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=server.cors_origins, allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "x-api-key", "x-request-id"],
            expose_headers=["x-request-id", "retry-after"], max_age=600,
        )  # fmt: skip
    hosts = list(server.trusted_hosts) or (["*"] if keys else _LOCAL_NAMES)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    if dev:
        app.add_middleware(PlaygroundPolicy)
    app.add_middleware(Observe, metrics=metrics, route=_route_of(app), messages=messages)


def _route_of(app: FastAPI) -> Callable[[Scope], str]:
    """A function from a request to the path of its route, with names for what varies; ``other`` where there is none."""
    paths = {route.path for route in app.routes if hasattr(route, "path")}

    def route_of(scope: Scope) -> str:
        path = str(getattr(scope.get("route"), "path", scope["path"]))
        return path if path in paths else "other"

    return route_of
