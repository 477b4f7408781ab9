"""``/api``: terms for the glossary browser, one entry with its passages, and verdicts on answers."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rag.chain import HistoryTurn
from rag.errors import FeedbackError
from rag.feedback import Feedback, FeedbackStore, Verdict
from rag.question import MAX_HISTORY, MAX_QUESTION
from rag.types import Entry, Kind, Language, SectionName

if TYPE_CHECKING:
    from rag.chain import Assistant

__all__ = ["Message", "TermDetail", "TermList", "VerdictIn", "make_router"]

_log = logging.getLogger(__name__)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"

RelationName = Literal[
    "broader", "narrower", "part-of", "parts", "prerequisite", "needed-by", "contrasts-with", "related"
]
_INVERSE: Mapping[str, RelationName] = {
    "broader": "narrower", "part-of": "parts", "prerequisite": "needed-by",
    "contrasts-with": "contrasts-with", "related": "related",
}  # fmt: skip
_RELATIONS: tuple[RelationName, ...] = (
    "broader", "narrower", "part-of", "parts", "contrasts-with", "prerequisite", "needed-by", "related",
)  # fmt: skip


class Message(BaseModel):
    """An error, in one sentence."""

    detail: str


class TermName(BaseModel):
    """A term to point at."""

    id: str
    names: dict[Language, str]


class TermSummary(TermName):
    """One term, as much as a list or a search needs."""

    aliases: list[str]
    category: str


class TermList(BaseModel):
    """Every term of the glossary, in the order of its files."""

    digest: str
    terms: list[TermSummary]


class Passage(BaseModel):
    """A piece of an entry; a citation's ``chunk`` is its ``id``, and ``text[start:end]``, in code points, the quote."""

    id: str
    lang: Language
    section: SectionName
    versus: str
    text: str
    line: int


class RelatedTerms(BaseModel):
    """Terms in one relation to an entry."""

    relation: RelationName
    terms: list[TermName]


class ReferenceOut(BaseModel):
    """A source that an entry names."""

    title: str
    url: str
    year: int | None


class TermDetail(TermSummary):
    """One entry, whole."""

    expansion: str
    file: str
    passages: list[Passage]
    relations: list[RelatedTerms]
    references: list[ReferenceOut]


def _plain(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("holds control characters: send plain text")
    return text.strip()


Plain = AfterValidator(_plain)


class VerdictIn(BaseModel):
    """A verdict on an answer, with what was asked and answered: the server keeps no conversation."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="random; the same id again changes the verdict")]
    verdict: Verdict
    comment: Annotated[str, Field(max_length=500), Plain] = ""
    question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION), Plain]
    history: Annotated[list[HistoryTurn], Field(max_length=MAX_HISTORY)] = Field(default_factory=list)
    language: Language
    kind: Kind
    answer: Annotated[str, Field(max_length=20_000), Plain]
    cited: Annotated[list[Annotated[str, Field(pattern=_ID, max_length=200)]], Field(max_length=50)] = Field(
        default_factory=list
    )
    abstained: bool


class Stored(BaseModel):
    """What was stored."""

    id: str


def make_router(*, current: Callable[[], Assistant], store: FeedbackStore) -> APIRouter:
    """The endpoints below ``/api``."""
    router = APIRouter(prefix="/api", tags=["page"])

    @router.get("/terms", response_model=TermList, responses={304: {"description": "not changed"}})
    def terms(request: Request) -> Response:
        """Every term; answers If-None-Match."""
        index = current().retriever.index
        listed = TermList(
            digest=index.manifest.corpus_digest, terms=[TermSummary(**_summary(e)) for e in index.entries.values()]
        )
        return _cached(request, listed)

    @router.get(
        "/terms/{term_id}",
        response_model=TermDetail,
        responses={304: {"description": "not changed"}, 404: {"model": Message}},
    )
    def term(request: Request, term_id: Annotated[str, Path(max_length=200)]) -> Response:
        """One entry with its text, relations and references; answers If-None-Match."""
        index = current().retriever.index
        entry = index.entries.get(term_id)
        if entry is None:
            raise HTTPException(404, "the glossary has no such entry: GET /api/terms lists them")
        passages = [
            Passage(id=c.id, lang=c.lang, section=c.section, versus=c.versus, text=c.text, line=c.line)
            for c in index.chunks
            if c.entry_id == entry.id
        ]
        detail = TermDetail(
            **_summary(entry),
            expansion=entry.expansion,
            file=entry.file,
            passages=passages,
            relations=_relations(entry, index.entries),
            references=[ReferenceOut(title=r.title, url=r.url, year=r.year) for r in entry.references],
        )
        return _cached(request, detail)

    @router.post("/feedback", status_code=201, responses={503: {"model": Message}})
    def feedback(verdict: VerdictIn) -> Stored:
        """Store a verdict in the server's own file."""
        digest = current().retriever.index.manifest.corpus_digest
        history = tuple(turn.model_dump() for turn in verdict.history)
        row = verdict.model_dump(exclude={"history", "cited"})
        cited = tuple(dict.fromkeys(verdict.cited))
        try:
            store.save(Feedback(**row, history=history, cited=cited, index_digest=digest))
        except FeedbackError as exc:
            _log.exception("feedback was not stored")
            raise HTTPException(503, "the verdict could not be stored: the server's log says why") from exc
        return Stored(id=verdict.id)

    return router


def _cached(request: Request, model: BaseModel) -> Response:
    """The body with a validator of its very bytes, or 304 if the client has them."""
    body = model.model_dump_json().encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    if etag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _summary(entry: Entry) -> dict[str, Any]:
    names = dict(entry.term)
    aliases = [form for form in entry.surfaces if form not in names.values()]
    return {"id": entry.id, "names": names, "aliases": aliases, "category": entry.category}


def _relations(entry: Entry, entries: Mapping[str, Entry]) -> list[RelatedTerms]:
    """What the entry says of others and what others say of it; each other term once, in its closest relation."""
    found: dict[RelationName, dict[str, None]] = {name: {} for name in _RELATIONS}
    for name in _RELATIONS:
        found[name].update(dict.fromkeys(entry.relations.get(name, ())))
    for other in entries.values():
        for theirs, ids in other.relations.items():
            if entry.id in ids:
                found[_INVERSE[theirs]][other.id] = None
    related, seen = [], {entry.id}
    for name, others in found.items():
        terms = [TermName(id=i, names=dict(entries[i].term)) for i in others if i in entries and i not in seen]
        seen.update(others)
        if terms:
            related.append(RelatedTerms(relation=name, terms=terms))
    return related
