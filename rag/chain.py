"""The whole assistant as one LCEL runnable: question in, answer out. LangServe exposes it as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any, Literal, Protocol

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda
from langchain_core.runnables.utils import AddableDict
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from rag.embedding import load_embeddings
from rag.errors import InputError
from rag.generation.extractive import ExtractiveGenerator
from rag.index import load_index, open_index
from rag.question import MAX_HISTORY, MAX_QUESTION, clean_question, exchanges
from rag.retriever import MAX_TOP_K, GlossaryRetriever, Retrieval
from rag.settings import Settings
from rag.types import Answer

__all__ = ["AnswerGenerator", "Ask", "Assistant", "open_assistant", "validate_ask"]


def _question(value: str) -> str:
    try:
        return clean_question(value)
    except InputError as exc:
        raise ValueError(str(exc)) from exc


def _none_as_empty(value: Any) -> Any:
    return [] if value is None else value


class HistoryTurn(BaseModel):
    """One earlier message."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=20_000)]


class Ask(BaseModel):
    """What the chain takes."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(max_length=4 * MAX_QUESTION), AfterValidator(_question)]
    history: Annotated[list[HistoryTurn], BeforeValidator(_none_as_empty), Field(max_length=MAX_HISTORY)] = Field(
        default_factory=list
    )
    language: Literal["auto", "ko", "en"] = "auto"
    top_k: Annotated[int, Field(strict=True, ge=1, le=MAX_TOP_K)] = 5


class AnswerGenerator(Protocol):
    """From a retrieval to an answer, whole or as chunks that add up to it."""

    def generate(self, retrieval: Retrieval) -> Answer:
        """The whole answer."""

    def stream(self, retrieval: Retrieval) -> Iterator[AddableDict]:
        """Its chunks."""

    def astream(self, retrieval: Retrieval) -> AsyncIterator[AddableDict]:
        """Its chunks, without blocking the loop."""


class Assistant:
    """Retriever, generator, and the chain of both.

    Attributes:
        retriever: a runnable of its own: question text to documents.
        generator: a runnable of its own: :class:`Retrieval` to :class:`Answer`.
        chain: ``{"question": ..., "history": [...], "language": ..., "top_k": ...}`` to the answer as a dict.
    """

    def __init__(self, retriever: GlossaryRetriever, generator: AnswerGenerator | None = None) -> None:
        self.retriever = retriever
        self._generator = generator or ExtractiveGenerator(retriever)
        self.generator: Runnable[Retrieval, Answer] = RunnableLambda(self._generator.generate, name="generate")
        understand: Runnable[Any, Retrieval] = RunnableLambda(self.search, name="understand_and_retrieve")
        stream = RunnableGenerator(self._stream, self._astream, name="stream_sentences")
        self.chain: Runnable[Any, Any] = (understand | stream).with_types(input_type=Ask, output_type=AddableDict)

    def ask(self, question: str, **options: Any) -> Answer:
        """Answer one question; the options are the other keys of :class:`Ask`.

        Raises:
            InputError: the question or an option cannot be used.
        """
        return Answer.from_dict(self.chain.invoke({"question": question, **options}))

    def search(self, data: Any) -> Retrieval:
        """Understand and retrieve, without an answer; takes what the chain takes."""
        ask = validate_ask(data)
        reader, history = self.retriever.reader, [turn.model_dump() for turn in ask.history]
        language = None if ask.language == "auto" else ask.language
        read = reader.read(ask.question, language=language, history=history)
        found = self.retriever.retrieve(read, k=ask.top_k)
        if found.hits or not history:
            return found
        alone = reader.read(ask.question, language=language)
        other = alone if read.carried and not read.mentions else reader.follow_up(alone, exchanges(history))
        again = self.retriever.retrieve(other, k=ask.top_k) if other and other.leftovers else found
        return again if again.hits else found

    def _stream(self, retrievals: Iterator[Retrieval]) -> Iterator[AddableDict]:
        for retrieval in retrievals:
            yield from self._generator.stream(retrieval)

    async def _astream(self, retrievals: AsyncIterator[Retrieval]) -> AsyncIterator[AddableDict]:
        async for retrieval in retrievals:
            async for piece in self._generator.astream(retrieval):
                yield piece


def validate_ask(data: Any) -> Ask:
    """Check what a caller passed.

    Raises:
        InputError: says what is wrong with the first thing that is.
    """
    if isinstance(data, Ask):
        return data
    try:
        return Ask.model_validate(data)
    except ValidationError as exc:
        error = exc.errors(include_url=False)[0]
        where = ".".join(map(str, error["loc"])) or "input"
        message = error["msg"].removeprefix("Value error, ")
        raise InputError(
            message if where == "question" and error["type"] == "value_error" else f"{where}: {message}"
        ) from exc


def open_assistant(
    settings: Settings,
    *,
    progress: Callable[[int, int], None] | None = None,
    on_build: Callable[[], None] | None = None,
    reuse: Assistant | None = None,
) -> Assistant:
    """Load the index of the glossary (building it first where needed) and put the assistant together.

    Args:
        reuse: take its embedding model, and load the index as it is on disk instead of building.
    """
    model = settings.embedding_model
    if reuse is not None:
        embeddings = reuse.retriever.embeddings
        index = load_index(settings.index_dir, embeddings=embeddings, model=model)
    else:
        embeddings = load_embeddings(model, cache=settings.cache)
        index = open_index(
            settings.corpus,
            folder=settings.index_dir,
            embeddings=embeddings,
            model=model,
            progress=progress,
            on_build=on_build,
        )
    retriever = GlossaryRetriever(index=index, embeddings=embeddings)
    return Assistant(retriever, _chat_generator(retriever, settings) if settings.llm else None)


def _chat_generator(retriever: GlossaryRetriever, settings: Settings) -> AnswerGenerator:
    from rag.generation.cache import AnswerCache
    from rag.generation.chat import ChatGenerator
    from rag.generation.models import load_chat_model

    return ChatGenerator(
        retriever,
        load_chat_model(settings),
        name=settings.llm or "",
        deadline=settings.llm_deadline,
        max_tokens=settings.llm_max_tokens,
        cache=AnswerCache(settings.cache.expanduser() / "answers.sqlite") if settings.llm_cache else None,
    )
