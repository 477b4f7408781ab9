"""The default generator: answers made of sentences of the glossary, chosen and ordered by the kind of the question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

from langchain_core.runnables import run_in_executor
from langchain_core.runnables.utils import AddableDict

from rag.generation.citations import Line, cite, verify
from rag.generation.phrases import as_what, phrase, topic
from rag.generation.pieces import pieces
from rag.generation.plans import PLANS
from rag.generation.sources import Draft, Sources
from rag.question import Question, is_small_talk
from rag.retriever import GlossaryRetriever, Retrieval
from rag.sides import as_written
from rag.text import is_hangul
from rag.types import Answer, Chunk, Language, Related
from rag.words import ENGLISH_FUNCTION

__all__ = ["ExtractiveGenerator"]

MAX_SENTENCES = 8
_COMMON = 20
"""Entries that a word stands in from which it is a common word and no term that the glossary lacks."""
_NEAR = 0.02
"""Confidence from which the entries that rank first have something to do with the question; below it they are chance."""
_HEAD_NOUN = re.compile(r" (learning|method|technique|approach|process)(?![A-Za-z])")
"""Words of asking that end the name of a term: "federated learning"."""
_SPACED_PARTICLE = re.compile(r"(?<=[A-Za-z0-9+#.)]) (이|가|은|는|을|를|란|이란)$")
_NAME_WORDS = 3
"""Words that the name of a missing term has at most: "capital of france", not "model know the order"."""
_NO_TERM = re.compile(
    r"(줘|주세요|줄래|해라)$|[\"'‘’“”]|(을|를|한테|에게|에서|는데)\s|어떻게|어케|[뭐머](가|를|임|야|죠)|(?<![가-힣])왜"
)
"""Requests, pieces of quotations, clauses and asking words, which are no terms: "챗봇한테 역할을 정해주", "머가좋음"."""
_WITHIN_NAMES = frozenset({"of", "the", "and"})
"""Function words that may stand inside the name of a term: "chain of density", not "model from making"."""


class ExtractiveGenerator:
    """Answers from retrieved passages without a language model."""

    name = "extractive"

    def __init__(self, retriever: GlossaryRetriever) -> None:
        self._retriever = retriever
        self._entries = retriever.index.entries
        self._chunks: Mapping[str, Chunk] = {chunk.id: chunk for chunk in retriever.index.chunks}

    def generate(self, retrieval: Retrieval) -> Answer:
        """Compose the answer, or abstain where the evidence is too thin or no sentence answers this kind of question."""
        question = retrieval.question
        sources = Sources(self._retriever, retrieval)
        known = [bool(side.entry_ids) for side in sources.sides] if question.kind == "compare" else []
        partial = any(known) and not all(known)
        if not retrieval.hits and not partial:
            return self._abstain(retrieval, sources)
        draft = PLANS[question.kind](sources)
        if not draft.lines and not question.entry_ids:
            draft = PLANS["reverse"](sources)  # "the lab behind the Pile, who was that?" describes a term
        if not draft.lines:
            return self._abstain(retrieval, sources)
        draft = _with_rival(draft, sources)
        lines = _distinct(draft.lines)[:MAX_SENTENCES]
        scores = {line.sentence.chunk.id: retrieval.evidence.confidence for line in lines}
        scores |= {hit.chunk.id: hit.score for hit in retrieval.nearest}
        text, citations = cite(lines, scores=scores)
        cited = list(dict.fromkeys(c.id for c in citations))
        answer = Answer(
            question=question.text,
            language=question.language,
            kind=question.kind,
            answer=text,
            citations=citations,
            abstained=False,
            related=self._related(cited, question),
            generator=self.name,
            notes=(*self._understood(question), *draft.notes, *self._translation(lines, question)),
            confidence=round(retrieval.evidence.confidence, 4),
        )
        verify(answer, chunk=self._chunks.__getitem__)
        return answer

    def stream(self, retrieval: Retrieval) -> Iterator[AddableDict]:
        """The answer as chunks that add up to it."""
        yield from pieces(self.generate(retrieval))

    async def astream(self, retrieval: Retrieval) -> AsyncIterator[AddableDict]:
        """:meth:`stream` without blocking the loop."""
        for piece in pieces(await run_in_executor(None, self.generate, retrieval)):
            yield piece

    def _abstain(self, retrieval: Retrieval, sources: Sources) -> Answer:
        question, lang = retrieval.question, retrieval.question.language
        words = question.leftovers
        named = words and not question.mentions
        unknown = as_written(question.text, _word_start(question.text, words[0].start), words[-1].end) if named else ""
        if unknown and (tail := _HEAD_NOUN.match(question.text, words[-1].end)):
            unknown += tail[0]
        unknown = _SPACED_PARTICLE.sub("", unknown)
        few = len(words) <= 2 and len(unknown.split()) <= _NAME_WORDS
        inner = {*unknown.casefold().split()[1:-1]} - _WITHIN_NAMES
        term = not _NO_TERM.search(unknown) and not inner & ENGLISH_FUNCTION
        short = bool(unknown) and few and len(unknown) <= 40 and term
        mentioning = self._mentioning(unknown, lang) if short else []
        if not mentioning and term and len(words) <= _NAME_WORDS:
            # the first or last word may only ask: "기울기 소실 해결법", "fix vanishing gradients"
            for part in (unknown.rpartition(" ")[0], unknown.partition(" ")[2]):
                whole = " " in part and part.split()[-1].casefold() not in ENGLISH_FUNCTION  # not "mixture of"
                if not mentioning and whole and (mentioning := self._mentioning(part, lang)):
                    short, unknown = True, part
        if not mentioning and question.mentions and len(words) == 1 and words[0].surface.isascii():
            mentioning = self._mentioning(
                words[0].surface, lang
            )  # "what is the CLS token for": only tokens have an entry
        if len(mentioning) > _COMMON:  # "how does the model know word order" asks about no term called "model"
            short, mentioning = False, []
        first = phrase("missing", lang, term=topic(unknown, lang)) if short else phrase("not_found", lang)
        near = retrieval.entries if retrieval.evidence.confidence >= _NEAR else ()
        ids = mentioning[:3] or list(dict.fromkeys([*question.entry_ids, *near]))[:3]
        nearest = tuple(Related(i, self._entries[i].name(lang)) for i in ids if i in self._entries)
        asks = question.entry_ids or words or question.model_name
        if not asks or is_small_talk(question):  # "hello", "what can you do"
            first, nearest = phrase("about", lang), ()
        key = "mentioned" if mentioning else "nearest"
        offer = [phrase(key, lang, terms=[n.term for n in nearest])] if nearest else []
        return Answer(
            question=question.text,
            language=lang,
            kind=question.kind,
            answer=" ".join([first, *offer]),
            citations=(),
            abstained=True,
            related=nearest,
            generator=self.name,
            notes=tuple(self._understood(question)),
            confidence=round(retrieval.evidence.confidence, 4),
        )

    def _mentioning(self, word: str, lang: Language) -> list[str]:
        """Entries whose text holds a word that has no entry, those that hold it most often first."""
        bound = "A-Za-z0-9" if word.isascii() else "가-힣"
        stem, end = (word.removesuffix("s"), "s?(?![A-Za-z0-9])") if word.isascii() else (word, "")
        pattern = re.compile(rf"(?<![{bound}]){re.escape(stem)}{end}", re.I)
        found = [c for c in self._chunks.values() if pattern.search(c.text)]
        ids = Counter(c.entry_id for c in found if c.lang == lang) or Counter(c.entry_id for c in found)
        return [entry_id for entry_id, _ in ids.most_common()]

    def _understood(self, question: Question) -> Iterable[str]:
        lang = question.language
        for mention in question.mentions:
            if mention.corrected:
                yield phrase("corrected", lang, typed=mention.surface, term=as_what(mention.corrected, lang))
        if question.carried:
            yield phrase("carried", lang, terms=[self._entries[i].name(lang) for i in question.carried])

    def _translation(self, lines: Sequence[Line], question: Question) -> Iterable[str]:
        if any(line.sentence.chunk.lang != question.language for line in lines):
            yield phrase("other_language", question.language)

    def _related(self, cited: Sequence[str], question: Question) -> tuple[Related, ...]:
        """Neighbours of the cited entries in the relation graph, those that are not cited themselves."""
        ids: list[str] = []
        for entry_id in cited[:3]:
            for name in ("contrasts-with", "related", "part-of", "broader", "prerequisite"):
                ids += self._entries[entry_id].relations.get(name, ())
        fresh = [i for i in dict.fromkeys(ids) if i not in cited and i in self._entries][:5]
        return tuple(Related(i, self._entries[i].name(question.language)) for i in fresh)


def _word_start(text: str, start: int) -> int:
    """Where a Korean word begins of which a reader of endings may see the rest alone: "점심" as 점 and 심."""
    while start and is_hangul(text[start - 1]) and is_hangul(text[start]):
        start -= 1
    return start


def _with_rival(draft: Draft, sources: Sources) -> Draft:
    """The draft and, where another term may be meant as well, what that one is."""
    rival = sources.rival
    if not rival or any(line.sentence.chunk.entry_id == rival for line in draft.lines):
        return draft
    note = phrase("rival", sources.lang, term=sources.name(rival))
    offered = [Line(sentence) for sentence in sources.sentences(rival, "definition")[:1]]
    return Draft([*draft.lines, *offered], [*draft.notes, note])


def _distinct(lines: Iterable[Line]) -> list[Line]:
    """Each sentence once, by what it says."""
    return list({line.label + line.sentence.text: line for line in lines}.values())
