"""REST with LangServe, for ``serve.py`` and ``rag serve``.

``/rag`` is the chain (invoke, batch, stream), ``/retrieve`` the retriever, ``/healthz`` says that the index is loaded.
Everything that LangServe could also show of the inside (playground, stream log, events, feedback) is off.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before an engine loads: spinning threads make a busy machine crawl
os.environ.setdefault("LANGSMITH_TRACING", "false")  # nothing leaves this machine

from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from langchain_core.runnables import RunnableLambda, RunnableSequence
from langserve import add_routes
from pydantic import AfterValidator, Field

from rag.chain import Ask, open_assistant, validate_ask
from rag.errors import InputError
from rag.question import MAX_QUESTION
from rag.settings import Settings

__all__ = ["create_app"]


def _checked(question: str) -> str:
    try:
        return validate_ask({"question": question}).question
    except InputError as exc:
        raise ValueError(str(exc)) from exc


QuestionText = Annotated[str, Field(max_length=4 * MAX_QUESTION), AfterValidator(_checked)]


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, its index loaded (and built first where it is missing)."""
    settings = settings or Settings.from_env()
    if settings.llm_cache is None:
        settings = settings.model_copy(update={"llm_cache": True})
    assistant = open_assistant(settings)
    app = FastAPI(title="rag-glossary", docs_url=None, redoc_url=None)
    retrieve: Any = RunnableSequence(
        RunnableLambda(_checked), assistant.retriever, name="retrieve"
    )  # LangServe tells by name
    quiet = {"enabled_endpoints": ["invoke", "batch", "stream", "input_schema", "output_schema", "config_schema"]}
    answer = assistant.chain.with_types(input_type=Ask, output_type=dict[str, Any])  # AddableDict has no JSON schema
    add_routes(app, answer, path="/rag", config_keys=(), **quiet)
    typed = retrieve.with_types(input_type=QuestionText, output_type=Any)
    add_routes(app, typed, path="/retrieve", config_keys=(), **quiet)

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        manifest = assistant.retriever.index.manifest
        return {"status": "ok", "entries": len(assistant.retriever.index.entries), "model": manifest.model}

    @app.exception_handler(InputError)
    async def unusable(request: Request, exc: InputError) -> JSONResponse:
        return JSONResponse({"detail": str(exc)}, status_code=422)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, exc: RequestValidationError) -> JSONResponse:
        """What is wrong and where, without echoing the input."""
        detail = [{"loc": list(e["loc"]), "msg": e["msg"].removeprefix("Value error, ")} for e in exc.errors()]
        return JSONResponse({"detail": detail}, status_code=422)

    return app
