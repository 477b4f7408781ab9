"""What a plan works with: the glossary as seen from one question, and the sentences it chooses."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from rag.generation.aspects import aspect_of
from rag.generation.citations import Line
from rag.generation.selection import Asked, score, signs
from rag.lexical import tokens
from rag.question import asks_directly
from rag.retriever import GlossaryRetriever, Retrieval
from rag.sentences import sentence_spans
from rag.sides import Side, sides
from rag.text import compact
from rag.types import Entry, Kind, SectionName, Sentence

__all__ = ["Draft", "Sources"]

_BEHIND = (math.inf, 2.5, 2.5, 1.0)
"""Log-odds by which the first, second, ... sentence may be behind the best one but definitions: about three sentences on average."""
_SET_ASIDE = re.compile(r"\s*말고\s+\S")
"""Behind a name that is not meant: "BLEU 말고 ROUGE는 언제 써"."""
_OF_SEVERAL = frozenset({"compare", "relation", "same", "list", "path"})
"""Kinds whose answer is about every name in the question."""
_WORD = re.compile(r"[^\s-]+")
_TELLING: tuple[SectionName, ...] = ("definition", "plain", "how")
_CLOSE = 0.25
"""Margin, as in the evidence (0.2 of score is 1), below which the next entry is offered too."""
_GUESSING: frozenset[Kind] = frozenset(
    {"reverse", "fact", "define", "how", "why", "expand", "examples", "origin", "plain"}
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan chose: sentences in order, and notes that claim nothing about a term."""

    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Sources:
    """The glossary as a plan sees it: entries in question, and their sentences in the asker's language."""

    def __init__(self, retriever: GlossaryRetriever, retrieval: Retrieval) -> None:
        self.retriever = retriever
        self.retrieval = retrieval
        self.question = retrieval.question
        self.lang = retrieval.question.language
        self.entries: Mapping[str, Entry] = retriever.index.entries
        self.aspect = aspect_of(retrieval.question)
        self._leanings = cache(lambda entry_id: retriever.leanings(retrieval.question, entry_id))

    @cached_property
    def sides(self) -> list[Side]:
        """What the question sets side by side."""
        return sides(self.question, is_word=self.retriever.is_word)

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """Entries for each name in the question, the same entries once; a homograph is one group of several."""
        meant = [m for m in self.question.mentions if not _SET_ASIDE.match(self.question.text, m.end)]
        if self.question.kind in ("list", "compare") or not meant:
            meant = list(self.question.mentions)
        groups = list(dict.fromkeys([m.entry_ids for m in meant] + [(i,) for i in self.question.carried]))
        asked = (
            asks_directly(self.question) if self.question.kind not in ("compare", "relation", "same") else frozenset()
        )
        groups = [group for group in groups if asked & set(group)] or groups
        if self.question.kind in _OF_SEVERAL:
            return groups
        return [group for group in groups if not any(self._names_within(group, other) for other in groups)] or groups

    def _names_within(self, group: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Whether what names ``group`` in the question is a part of a name of ``other``: "LLM" beside "LLM-as-a-judge"."""
        if group == other:
            return False
        named = [compact(m.corrected or m.surface) for m in self.question.mentions if m.entry_ids == group]
        longer = [list(map(compact, _WORD.findall(name))) for i in other for name in self.entries[i].surfaces]
        return bool(named) and all(any(n in words and len(words) > 1 for words in longer) for n in named)

    @property
    def named(self) -> list[str]:
        """One entry for each name; of a homograph one related to what else is named, else the one that ranks best."""
        ranked = [hit.chunk.entry_id for hit in self.retrieval.nearest]
        kin = {i for group in self.groups if len(group) == 1 for i in self.retriever.reader.linker.kin(group[0])}

        def place(entry_id: str) -> tuple[bool, int]:
            return entry_id not in kin, ranked.index(entry_id) if entry_id in ranked else len(ranked)

        return [min(group, key=place) for group in self.groups]

    @property
    def subjects(self) -> list[str]:
        """The entries that the question names, if it is about them; else the best hit's."""
        ranked, chosen = [hit.chunk.entry_id for hit in self.retrieval.nearest], self.named
        about = self.question.kind != "reverse" and any(
            h.signals.get("link", 0.0) > 0.5 for h in self.retrieval.nearest[:1]
        )
        several = len(chosen) > 1 and self.question.kind in ("compare", "relation", "same")
        near = {other for i in self.question.carried for other in self.retriever.reader.linker.kin(i)}
        linked = any(hit.signals.get("link", 0.0) > 0 for hit in self.retrieval.nearest[:1])  # not by "does it ..."
        if linked and not self.question.mentions and ranked[0] in near.difference(chosen) and not several:
            return ranked[:1]  # a term related to the one before
        if chosen and (about or several or self.question.carried):
            return list(dict.fromkeys(chosen))
        return ranked[:1]

    @property
    def rival(self) -> str:
        """The entry next to the best one, where the question names none and too little lies between them; else nothing.

        On the development split the best entry is right for 0.73 of the descriptions with so small a margin, and the next
        one for 0.14.
        """
        margin = self.retrieval.evidence.features.get("margin", 1.0)
        entries = self.retrieval.entries
        guessed = self.question.kind in _GUESSING and self.subjects == list(entries[:1])
        if not guessed or margin >= _CLOSE or len(entries) < 2:
            return ""
        sure = entries[1:2] if self.question.kind == "reverse" else entries[:2]  # a description may name what it is not
        named = not {*sure}.isdisjoint(self.question.entry_ids)
        return "" if named else entries[1]  # what is named is not what is described

    def name(self, entry_id: str) -> str:
        """The term in the asker's language."""
        return self.entries[entry_id].name(self.lang)

    def sentences(self, entry_id: str, *sections: SectionName) -> list[Sentence]:
        """Sentences of the sections in the order given, or of the whole entry."""
        hits = self.retriever.entry_hits(entry_id, language=self.lang)
        chunks = [hit.chunk for hit in hits]
        if sections:
            chunks = [c for name in sections for c in chunks if c.section == name]
        return [Sentence(c, s, e) for c in chunks for s, e in sentence_spans(c.text)]

    def mentions(self, sentence: Sentence, entry_ids: Iterable[str]) -> bool:
        """Whether a sentence names one of the entries."""
        return bool(self.named_in(sentence).intersection(entry_ids))

    def named_in(self, sentence: Sentence) -> set[str]:
        """Ids of the entries that a sentence names, with its own."""
        return {
            i for mention in self.retriever.reader.linker.segment(sentence.text).mentions for i in mention.entry_ids
        }

    def joint(self, a: str, b: str) -> list[Sentence]:
        """Sentences of either entry that name the other, the most telling sections first."""
        order: tuple[SectionName, ...] = (
            "confusion",
            "versus",
            "definition",
            "how",
            "why",
            "limits",
            "examples",
            "origin",
        )
        found = [
            s for mine, other in ((a, b), (b, a)) for s in self.sentences(mine, *order) if self.mentions(s, (other,))
        ]
        return sorted(found, key=lambda s: (-self.overlap(s), order.index(s.chunk.section)))

    def overlap(self, sentence: Sentence, words: Sequence[str] = ()) -> float:
        """How much of the question's own content, and of ``words``, a sentence holds, weighted by idf."""
        terms = self.retriever.index.terms
        held = set(tokens(sentence.text))
        wanted = {t for word in (*self.question.content, *words) for t in tokens(word)}
        return sum(terms.idf(t) for t in wanted if t in held)

    def weight(self, words: Iterable[str]) -> float:
        """What ``words`` weigh together, by idf."""
        return sum(map(self.retriever.index.terms.idf, {t for word in words for t in tokens(word)}))

    def held(self, entry_id: str, words: Iterable[str], *sections: SectionName) -> float:
        """How much of ``words`` an entry's definition and mechanism, or ``sections`` of it, hold, weighted by idf."""
        terms = self.retriever.index.terms
        told = {t for s in self.sentences(entry_id, *sections or _TELLING) for t in tokens(s.text)}
        return sum(terms.idf(t) for t in {t for word in words for t in tokens(word)} if t in told)

    def best(self, sentences: Sequence[Sentence], *, least: int = 1, most: int = len(_BEHIND)) -> list[Sentence]:
        """The sentences of one entry that answer the question best, as many as are worth it, the best one first.

        Where an aspect is asked for, the first is the best of those that tell it; a definition goes first where it is asked for or the
        question does not name the term. Those of a passage stay together, in its order.
        """
        scores = [score(each) for each in self.signs(sentences)] if sentences else []
        ranked = sorted(range(len(sentences)), key=lambda i: (-scores[i], i))
        order = self.aspect.sections if self.aspect else ()
        told = sorted(
            (i for i in ranked if self._tells(sentences[i])), key=lambda i: order.index(sentences[i].chunk.section)
        )[:1]
        ranked = [*told, *(i for i in ranked if i not in told)]
        top = max((scores[i] for i in ranked if sentences[i].chunk.section != "definition"), default=0.0)
        worth = [i for n, i in enumerate(ranked[:most]) if n < least or top - scores[i] < _BEHIND[n]]
        passages = [sentences[i].chunk.id for i in worth]
        leads = {i: self._leads(sentences[i]) for i in worth}
        ordered = sorted(worth, key=lambda i: (not leads[i], passages.index(sentences[i].chunk.id), i))
        return [sentences[i] for i in ordered]

    def _tells(self, sentence: Sentence) -> bool:
        """Whether a sentence tells the aspect that is asked for, where such sentences mostly stand."""
        aspect = self.aspect
        return bool(aspect and sentence.chunk.section in aspect.sections and aspect.told.search(sentence.text))

    def _leads(self, sentence: Sentence) -> bool:
        """Whether a sentence is a definition that the question asks for, or needs because it does not name the term."""
        asked = self.question.kind == "define" or sentence.chunk.entry_id not in self.question.entry_ids
        return sentence.chunk.section == "definition" and asked

    def signs(self, sentences: Sequence[Sentence]) -> list[dict[str, float]]:
        """What speaks for and against each of some sentences of one entry."""
        about = sentences[0].chunk.entry_id
        others = [m.surface for m in self.question.mentions if about not in m.entry_ids]
        return signs(
            Asked(self.question, self.retrieval.intent, self.aspect, about),
            sentences,
            cosines=self.retrieval.cosines,
            leanings=self._leanings(about),
            likenesses=self.retriever.likenesses(self.question, sentences),
            overlaps=[self.overlap(sentence, others) for sentence in sentences],
            total=self.weight((*self.question.content, *others)),
        )
