"""Answers that a language model writes and the glossary has to confirm, sentence by sentence, before they leave.

Whatever the model does, the caller gets an answer: sentences that pass are released as they come, the others are sent back
once with their faults, and where nothing is left, or the model is down or late, the extractive answer stands in.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any

from langchain_core.caches import BaseCache
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import Generation
from langchain_core.runnables import run_in_executor
from langchain_core.runnables.utils import AddableDict

from rag.generation.calls import Caller, End, Reply
from rag.generation.checks import Passage, Verdict, check, is_chatter, require_analyzers
from rag.generation.drafts import Drafts
from rag.generation.extractive import ExtractiveGenerator
from rag.generation.phrases import phrase
from rag.generation.pieces import head, pieces, sentence_pieces, tail
from rag.generation.prompts import NONE, PROMPT_VERSION, ask_messages, repair_messages
from rag.generation.transcript import Transcript
from rag.question import Question
from rag.retriever import GlossaryRetriever, Retrieval
from rag.types import Answer, Chunk

__all__ = ["ChatGenerator", "Tally"]

MAX_PASSAGES = 8
_MAX_SENTENCES = 6
_MAX_DRAFTS = 12
_CHARACTERS_PER_TOKEN = 8
_REPAIR_NEEDS = 1.0
_log = logging.getLogger(__name__)

_Steps = Generator["AddableDict | Reply", "str | End | None", None]


@dataclass(slots=True)
class Tally:
    """What became of the sentences that the model wrote for one question.

    Attributes:
        outcome: "model", "completed" (with sentences of the glossary for terms it left out), "extractive", or "cache".
    """

    written: int = 0
    released: int = 0
    repaired: int = 0
    dropped: int = 0
    outcome: str = "model"


@dataclass(slots=True)
class _Draft:
    """The state of one answer."""

    question: Question
    passages: Sequence[Passage]
    transcript: Transcript
    tally: Tally = field(default_factory=Tally)
    rejected: list[Verdict] = field(default_factory=list)
    accepted: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    ended: str = "done"
    declined: bool = False


class ChatGenerator:
    """Answers from retrieved passages through a chat model.

    Args:
        name: what an answer says wrote it.
        deadline: seconds until an answer goes on without the model.
        max_tokens: what the model was asked to keep to; text far beyond it is cut off here.
        cache: of sentences that passed; they are checked again when they are read.
        observe: called with the tally of each question that the model was asked.
    """

    def __init__(
        self,
        retriever: GlossaryRetriever,
        model: BaseChatModel,
        *,
        name: str,
        deadline: float = 20.0,
        max_tokens: int = 512,
        cache: BaseCache | None = None,
        observe: Callable[[Tally], None] | None = None,
    ) -> None:
        require_analyzers()
        self.name = name
        self.observe = observe
        self._extractive = ExtractiveGenerator(retriever)
        self._entries = retriever.index.entries
        self._linker = retriever.reader.linker
        self._digest = retriever.index.manifest.corpus_digest
        self._chunks: Mapping[str, Chunk] = {chunk.id: chunk for chunk in retriever.index.chunks}
        self._caller = Caller(model, max_characters=_CHARACTERS_PER_TOKEN * max_tokens)
        self._deadline = deadline
        self._cache = cache

    def generate(self, retrieval: Retrieval) -> Answer:
        """The whole answer."""
        return Answer.from_dict(reduce(add, self.stream(retrieval)))

    def stream(self, retrieval: Retrieval) -> Iterator[AddableDict]:
        """The answer as chunks that add up to it, each sentence as soon as it is confirmed."""
        steps = self._steps(retrieval)
        event: str | End | None = None
        try:
            while (step := _advance(steps, event)) is not None:
                event = step.get() if isinstance(step, Reply) else None
                if not isinstance(step, Reply):
                    yield step
        finally:
            steps.close()

    async def astream(self, retrieval: Retrieval) -> AsyncIterator[AddableDict]:
        """:meth:`stream` without blocking the loop."""
        steps = self._steps(retrieval)
        event: str | End | None = None
        try:
            while (step := await run_in_executor(None, _advance, steps, event)) is not None:
                event = await step.aget() if isinstance(step, Reply) else None
                if not isinstance(step, Reply):
                    yield step
        finally:
            with contextlib.suppress(ValueError):  # cancelled while a thread is inside: it is closed when that leaves
                steps.close()

    def _steps(self, retrieval: Retrieval) -> _Steps:
        """The chunks to send, and between them the replies to wait for, whose next event is sent in."""
        until = time.monotonic() + self._deadline
        fallback = self._extractive.generate(retrieval)
        if fallback.abstained:
            yield from pieces(fallback)
            return
        yield head(fallback)
        question = retrieval.question
        draft = _Draft(question, self._passages(retrieval, fallback), Transcript(retrieval))
        if self._cache is None or not (yield from self._recall(draft)):
            yield from self._ask(draft, until)
            if self._cache is not None and draft.ended == "done" and draft.accepted:
                self._remember(draft)
        yield from self._close(draft, fallback)
        _log.info("model answer: %s", draft.tally)
        if self.observe is not None:
            self.observe(draft.tally)

    def _passages(self, retrieval: Retrieval, fallback: Answer) -> list[Passage]:
        """What the extractive answer rests on, then the best hits."""
        ids = dict.fromkeys([*(c.chunk for c in fallback.citations), *(hit.chunk.id for hit in retrieval.hits)])
        return [Passage(n, self._chunks[i]) for n, i in enumerate(list(ids)[:MAX_PASSAGES], start=1)]

    def _terms(self, question: Question) -> list[str]:
        return [self._entries[i].name(question.language) for i in question.entry_ids]

    def _ask(self, draft: _Draft, until: float) -> _Steps:
        terms = self._terms(draft.question)
        yield from self._call(draft, ask_messages(draft.question, draft.passages, terms=terms), until, repairing=False)
        failed = len(draft.rejected)
        if failed and draft.ended == "done" and until - time.monotonic() > _REPAIR_NEEDS:
            messages = repair_messages(draft.question, draft.passages, terms=terms, rejected=draft.rejected)
            yield from self._call(draft, messages, until, repairing=True)
        draft.tally.dropped = max(0, failed - draft.tally.repaired)

    def _call(self, draft: _Draft, messages: Sequence[BaseMessage], until: float, *, repairing: bool) -> _Steps:
        """One request; what it says is checked and released as it comes."""
        reply = self._caller.start(messages, until=until)
        if reply is None:
            draft.ended = "failed"
            return
        drafts = Drafts()
        try:
            while True:
                event = yield reply
                late = isinstance(event, End)
                for sentence in drafts.finish() if late else drafts.feed(str(event)):
                    if draft.tally.written >= _MAX_DRAFTS or len(draft.accepted) >= _MAX_SENTENCES:
                        return
                    yield from self._judge(draft, sentence, repairing=repairing)
                if isinstance(event, End):
                    draft.ended = event.how if not repairing else draft.ended
                    return
        finally:
            reply.cancelled.set()

    def _judge(self, draft: _Draft, sentence: str, *, repairing: bool) -> Iterator[AddableDict]:
        if sentence.strip(" .*[]\"'").upper() == NONE:
            draft.declined = True
            return
        if is_chatter(sentence):
            return
        verdict = check(sentence, draft.passages, draft.question.language)
        if verdict.support and any(verdict.text == text for text, _ in draft.accepted):
            return
        if not repairing:
            draft.tally.written += 1
        if verdict.support:
            draft.tally.repaired += repairing
            yield self._release(draft, verdict)
        elif not repairing:
            draft.rejected.append(verdict)

    def _release(self, draft: _Draft, verdict: Verdict) -> AddableDict:
        draft.tally.released += 1
        numbers = {p.chunk.id: p.n for p in draft.passages}
        draft.accepted.append((verdict.text, tuple(dict.fromkeys(numbers[s.chunk.id] for s in verdict.support))))
        return draft.transcript.add(verdict.text, verdict.support)

    def _close(self, draft: _Draft, fallback: Answer) -> Iterator[AddableDict]:
        """The end of the answer: what is missing from the extractive one, and the warnings."""
        lang, tally = draft.question.language, draft.tally
        if not draft.accepted:
            tally.outcome = "extractive"
            failed = draft.ended != "done" or not (tally.written or draft.declined)
            warning = phrase("model_failed" if failed else "model_unsupported", lang)
            yield from sentence_pieces(fallback)
            yield tail(abstained=False, generator=fallback.generator, warnings=[warning])
            return
        warnings = [phrase("model_stopped", lang)] if draft.ended != "done" else []
        if tally.dropped:
            warnings.append(phrase("model_dropped", lang, count=tally.dropped))
        lacking = self._uncovered(draft)
        added = [c for c in fallback.citations if any(c.id in group for group in lacking)][: 2 * len(lacking)]
        for citation in added:
            yield draft.transcript.quote(self._chunks[citation.chunk], citation)
        if added:
            tally.outcome = "completed"
            warnings.append(phrase("model_completed", lang))
        yield tail(abstained=False, generator=self.name, warnings=warnings)

    def _uncovered(self, draft: _Draft) -> list[frozenset[str]]:
        """The terms asked about, each as its possible entries, that no released sentence cites or names."""
        question = draft.question
        groups = [frozenset(m.entry_ids) for m in question.mentions] + [frozenset({i}) for i in question.carried]
        said = " ".join(text for text, _ in draft.accepted)
        named = {i for m in self._linker.segment(said).mentions for i in m.entry_ids}
        return [g for g in dict.fromkeys(groups) if not g & (draft.transcript.entry_ids | named)]

    # The cache

    def _key(self, draft: _Draft) -> str:
        q = draft.question
        parts = [q.text, q.language, q.kind, *q.carried, self._digest, *(p.chunk.id for p in draft.passages)]
        return "\0".join(parts)

    def _remember(self, draft: _Draft) -> None:
        texts = [text + "".join(f" [{n}]" for n in numbers) for text, numbers in draft.accepted]
        if self._cache is not None:
            self._cache.update(self._key(draft), f"{self.name} {PROMPT_VERSION}", [Generation(text=t) for t in texts])

    def _recall(self, draft: _Draft) -> Generator[AddableDict, Any, bool]:
        """Release what is stored, if every sentence of it passes the checks."""
        found = self._cache.lookup(self._key(draft), f"{self.name} {PROMPT_VERSION}") if self._cache else None
        verdicts = [check(g.text, draft.passages, draft.question.language) for g in (found or [])[:_MAX_SENTENCES]]
        if not verdicts or not all(v.support for v in verdicts):
            return False
        for verdict in verdicts:
            yield self._release(draft, verdict)
        draft.tally.outcome = "cache"
        return True


def _advance(steps: _Steps, event: str | End | None) -> AddableDict | Reply | None:
    try:
        return steps.send(event)
    except StopIteration:
        return None
