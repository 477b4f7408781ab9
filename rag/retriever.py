"""Question to ranked passages: exact links, BM25 and vectors, fused into one score, and a verdict on the evidence."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from itertools import chain
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict, PrivateAttr

from rag import following, leaning
from rag.compounds import absent_name
from rag.cores import EntryCores
from rag.embedding import ArrayEmbeddings, Vectors
from rag.evidence import THRESHOLD, Evidence, Signs, weigh
from rag.following import Subject, masked_text, subject_of
from rag.fusion import NAMELESS, SECTIONS_OF_KIND, Fusion, Weights, spread, spread_asked, spread_told
from rag.groups import FITS, SAME_LIST, SAME_QUESTION, best_group
from rag.index import GlossaryIndex
from rag.intent import INTENT_KINDS, UNKNOWN, Intent, intent_of
from rag.kinds import asks_for_several, refined
from rag.leaning import Nearness
from rag.lexical import tokens
from rag.linking import Linker
from rag.name_links import name_links
from rag.question import KOREAN, Question, masked, without_names
from rag.reader import QuestionReader
from rag.sentences import sentence_spans
from rag.text import compact
from rag.types import LANGUAGES, SECTIONS, Group, Hit, Kind, Language, Sentence
from rag.typos import SpellingCorrector
from rag.versions import names_other_version
from rag.vocabulary import Vocabulary, asking_terms

__all__ = ["MAX_TOP_K", "GlossaryRetriever", "Retrieval", "documents"]

MAX_TOP_K = 10
_GLUED_PARTICLE = re.compile(r"(?<=[A-Za-z0-9])(은|는|이|가|을|를|의|도|란|이란|랑|이랑|와|과)(?=\s|[?!.,]|$)")
"""Of "llama3이 뭐야" the particle would be an index term of its own, and a rare one."""
_POOL = 60
_COVERING = 5
"""Entries that cover most of the question whose passages are ranked, however far their words are apart, ..."""
_ASKED = 10
"""... and entries by their stored questions."""
_VECTORS = 16
"""Texts whose vectors are kept: one question has up to three, and a follow-up is read, found and answered by the same."""
_NAME_WORDS = 2
"""Words of a question for a definition that may be a name without an entry: "what is federated learning"."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for a question.

    Attributes:
        hits: best first; empty when the evidence is too thin.
        nearest: the best hits all the same, to offer their terms.
        entries: ids of the best entries, each once, beyond the ``k`` passages of ``nearest``.
        intent: what the question asks for, told by its vector.
        cosines: of the question and each passage of the entries that an answer may be made of, by chunk id.
        group: what a list is asked of, if the glossary has such a group.
    """

    question: Question
    hits: tuple[Hit, ...]
    nearest: tuple[Hit, ...]
    evidence: Evidence
    entries: tuple[str, ...] = ()
    intent: Intent = UNKNOWN
    cosines: Mapping[str, float] = field(default_factory=dict)
    group: Group | None = None


class GlossaryRetriever(BaseRetriever):
    """LangChain retriever over a glossary: ``invoke("LoRA가 뭐야?")`` gives documents, none if there is no evidence."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: GlossaryIndex
    embeddings: ArrayEmbeddings
    top_k: int = 5
    weights: Weights = Weights()
    nameless: Weights = NAMELESS
    threshold: float = THRESHOLD

    _reader: QuestionReader = PrivateAttr()
    _words: Vocabulary = PrivateAttr()
    _rows_of_entry: dict[str, list[int]] = PrivateAttr()
    _definitions: dict[str, list[int]] = PrivateAttr()
    _masks: dict[Language, NDArray[np.bool_]] = PrivateAttr()
    _latin_words: frozenset[str] = PrivateAttr()
    _is_word: Callable[[str], bool] = PrivateAttr()
    _core: Callable[[Language], EntryCores] = PrivateAttr()
    _vector: Callable[[str], Vectors] = PrivateAttr()
    _by_description: Callable[[str], Vectors] = PrivateAttr()
    _ids: list[str] = PrivateAttr()
    _number: dict[str, int] = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Prepare what every question needs."""
        super().model_post_init(context)
        chunks = self.index.chunks
        self._rows_of_entry = defaultdict(list)
        self._definitions = defaultdict(list)
        for row, chunk in enumerate(chunks):
            self._rows_of_entry[chunk.entry_id].append(row)
            if chunk.section == "definition":
                self._definitions[chunk.entry_id].append(row)
        self._masks = {}
        for lang in LANGUAGES:
            lacking = {entry.id for entry in self.index.entries.values() if lang not in entry.languages}
            keep = (chunk.lang == lang or chunk.entry_id in lacking for chunk in chunks)
            self._masks[lang] = np.fromiter(keep, dtype=bool, count=len(chunks))
        self._core = lru_cache(maxsize=len(LANGUAGES))(self._read_core)  # a question needs that of its language
        tuned = self.embeddings.tuned
        self._vector = lru_cache(maxsize=_VECTORS)(partial(_encoded, self.embeddings))
        self._by_description = (
            self._vector if tuned is self.embeddings else lru_cache(_VECTORS)(partial(_encoded, tuned))
        )
        self._ids = list(self.index.entries)
        self._number = {entry_id: i for i, entry_id in enumerate(self.index.entries)}
        vocabulary = "\n".join(chunk.text for chunk in chunks).casefold()
        self._latin_words = frozenset(re.findall(r"[a-z0-9]+", vocabulary))
        self._is_word = lru_cache(maxsize=50_000)(vocabulary.__contains__)  # a scan of 2 MB; the reader asks repeatedly
        linker = Linker(self.index.entries.values())
        corrector = SpellingCorrector(linker.names, display=linker.display, is_word=self.is_spelled)
        self._reader = QuestionReader(
            linker, corrector=corrector, is_name=self.is_name, leans=self.leans, follows=self.following
        )
        self._words = Vocabulary(
            terms=self.index.terms,
            asked=Counter(chain.from_iterable(self.index.asked.terms.values())) + Counter(asking_terms()),
            is_word=self.is_word,
            uses=self.uses,
            kin=linker.kin,
            absent=frozenset(compact(name) for term in self.index.absent for name in term.surfaces),
        )

    def _read_core(self, language: Language) -> EntryCores:
        rows = np.flatnonzero(self._masks[language]).tolist()
        index = self.index
        return EntryCores(
            index.entries,
            chunks=index.chunks,
            rows=rows,
            vectors=index.store.vectors,
            asked=index.asked.terms,
            language=language,
        )

    @property
    def reader(self) -> QuestionReader:
        """Reads questions against this glossary's names."""
        return self._reader

    def language_rows(self, language: Language) -> NDArray[np.bool_]:
        """Mask of the chunks to search for a question in ``language``: those in it, and of entries that lack it."""
        return self._masks[language]

    def is_word(self, word: str) -> bool:
        """Whether the text of the glossary uses ``word``, be it inside another word."""
        return self._is_word(word.casefold())

    def is_spelled(self, word: str) -> bool:
        """Whether the text of the glossary spells a word like this; in Korean, where particles are glued on, a part counts."""
        return word.casefold() in self._latin_words if word.isascii() else self.is_word(word)

    def absent_name(self, question: Question) -> str:
        """The name in a question of a term that the glossary knowingly lacks, if there is one."""
        return absent_name(question, self._words)[0]

    def is_name(self, word: str) -> bool:
        """Whether the text of the glossary writes a word with a capital inside, as names of things are: "ALiBi", "SGD"."""
        whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", re.IGNORECASE)
        found = (match[0] for chunk in self.index.chunks for match in whole.finditer(chunk.text))
        return any(c.isupper() for name in found for c in name[1:])

    def uses(self, entry_id: str, token: str) -> bool:
        """Whether an entry uses an index term anywhere."""
        return self.index.terms.has(token, self._number[entry_id])

    def leans(self, question: Question, entry_id: str) -> float:
        """The probability that a question without a name is about a certain entry, that of the turn before."""
        vector = self._vector(question.text)
        return leaning.probability(self.leaning_signs(question, entry_id), vector, model=self.embeddings.model)

    def leaning_signs(self, question: Question, entry_id: str) -> dict[str, float]:
        """What tells that, as :mod:`rag.leaning` weighs it."""
        joined = self._query_text(replace(question, carried=(entry_id,)))
        lang = question.language
        own = self._nearest(joined, entry_id, language=lang)
        own_alone = self._nearest(question.text, entry_id, language=lang)
        near = Nearness(
            own=own,
            ahead=own - self._rival(joined, entry_id, language=lang),
            ahead_alone=own_alone - self._rival(question.text, entry_id, language=lang),
            asked_ahead=self._asked_ahead(joined, entry_id),
            asked_ahead_alone=self._asked_ahead(question.text, entry_id),
            shared=self._shared(question, (entry_id,)),
        )
        return leaning.signs(question, near)

    def _nearest(self, text: str, entry_id: str, *, language: Language) -> float:
        """The cosine of a text and the nearest passage of an entry."""
        rows = [row for row in self._rows_of_entry.get(entry_id, ()) if self._masks[language][row]]
        return max(self._cosines(rows, self._vector(text)).values(), default=0.0)

    def _rival(self, text: str, entry_id: str, *, language: Language) -> float:
        """The cosine of a text and the nearest passage of any other entry."""
        others = self._masks[language].copy()
        others[self._rows_of_entry.get(entry_id, [])] = False
        best = self.index.store.search_rows(self._vector(text), k=1, rows=others)
        return best[0][1] if best else 0.0

    def _asked_ahead(self, text: str, entry_id: str) -> float:
        """How much nearer a text is to the stored questions of an entry than to any other's."""
        asked = self.index.asked.nearest(self._by_description(text))
        return asked.get(entry_id, 0.0) - max((near for i, near in asked.items() if i != entry_id), default=0.0)

    def following(self, question: Question, entry_id: str) -> Subject:
        """What a follow-up that names a term is about: a certain entry, that of the turn before, what it names, or both."""
        vector = self._vector(masked_text(question))
        return subject_of(self.following_signs(question, entry_id), vector, model=self.embeddings.model)

    def following_signs(self, question: Question, entry_id: str) -> dict[str, float]:
        """What tells that beside the vector, as :mod:`rag.following` weighs it."""
        linker, terms, named = self._reader.linker, self.index.terms, question.entry_ids
        joined = self._query_text(replace(question, carried=(entry_id,)))
        before, *rivals = (self._nearest(joined, i, language=question.language) for i in (entry_id, *named))
        asked = self.index.asked.nearest(self._by_description(question.text))
        rarities = [terms.idf(token) for m in question.mentions for token in tokens(m.corrected or m.surface)]
        return following.signs(question) | {
            "kin": float(not linker.kin(entry_id).isdisjoint(named)),
            "siblings": float(any(linker.siblings(entry_id, other) for other in named)),
            "above": float(any(linker.is_kind_of(entry_id, other) for other in named)),
            "below": float(any(linker.is_kind_of(other, entry_id) for other in named)),
            "rare": max(rarities, default=0.0) / 5,
            "ahead": 10 * (before - max(rivals)),
            "asked ahead": 5 * (asked.get(entry_id, 0.0) - max(asked.get(other, 0.0) for other in named)),
            "hub": sum(len(linker.kin(other)) for other in named) / len(named) / 10,
            "shared before": self._shared(question, (entry_id,)),
            "shared named": self._shared(question, named),
        }

    def _shared(self, question: Question, entry_ids: Collection[str]) -> float:
        """How much of what a question says some of the entries say too, 0..1."""
        terms = self.index.terms
        said = {token: terms.idf(token) for word in question.content for token in tokens(word)}
        shared = sum(weight for token, weight in said.items() if any(self.uses(i, token) for i in entry_ids))
        return shared / max(1.0, sum(said.values()))

    def entry_hits(self, entry_id: str, *, language: Language) -> list[Hit]:
        """All chunks of an entry in ``language`` (or in the one it has), in file order."""
        rows = [row for row in self._rows_of_entry.get(entry_id, ()) if self._masks[language][row]]
        return [Hit(self.index.chunks[row], 1.0) for row in rows]

    def leanings(self, question: Question, entry_id: str) -> dict[str, float]:
        """How much each passage of an entry leans, away from what all say, towards what the question says beside its name; by chunk id."""
        vector = self._vector(without_names(question, {entry_id}))
        rows = [row for row in self._rows_of_entry.get(entry_id, ()) if self._masks[question.language][row]]
        passages = self.index.store.index.reconstruct_batch(np.array(rows, dtype=np.int64))
        apart = passages - passages.mean(axis=0)
        apart /= np.linalg.norm(apart, axis=1, keepdims=True) + 1e-6
        return dict(zip((self.index.chunks[row].id for row in rows), (apart @ vector).tolist(), strict=True))

    def likenesses(self, question: Question, sentences: Sequence[Sentence]) -> NDArray[np.float32]:
        """The cosines of what a question says beside the name of an entry, and sentences of that entry, by the tuned encoder."""
        entry_id = sentences[0].chunk.entry_id
        rows = {self.index.chunks[row].id: row for row in self._rows_of_entry[entry_id]}
        vectors = {
            (chunk_id, start): vector
            for chunk_id in {sentence.chunk.id for sentence in sentences}
            for (start, _), vector in zip(
                sentence_spans(self.index.chunks[rows[chunk_id]].text),
                self.index.sentences.of_passage(rows[chunk_id]),
                strict=True,
            )
        }
        asked: NDArray[np.float32] = self._by_description(without_names(question, {entry_id}))
        return np.array([vectors[sentence.chunk.id, sentence.start] for sentence in sentences]) @ asked

    def retrieve(self, question: Question, *, k: int | None = None) -> Retrieval:
        """Rank passages for a question that was read; ``k`` is kept within 1 and 10."""
        k = max(1, min(k or self.top_k, MAX_TOP_K))
        text = self._query_text(question)
        vector = self._vector(text)
        described = self._by_description(text)
        intent = intent_of(vector, model=self.embeddings.model)
        told, question = question, replace(question, kind=refined(question, intent))
        ranked = self._arrange(self._scored(question, text, vector, described), question)
        entries = tuple(dict.fromkeys(hit.chunk.entry_id for hit in ranked))[: 2 * MAX_TOP_K]
        group, fit, same = self._group(question, described, entries)
        if fit >= FITS and (same or asks_for_several(told, intent, fit=fit)):
            question = replace(question, kind="list")
        listed = group if question.kind == "list" and fit >= FITS else None
        evidence = self._weigh(question, ranked, described, intent=intent, fit=fit, listed=listed)
        answering = dict.fromkeys([*question.entry_ids, *entries[:3]])
        mask = self._masks[question.language]
        rows = [row for i in answering for row in self._rows_of_entry.get(i, ()) if mask[row]]
        cosines = {self.index.chunks[row].id: cosine for row, cosine in self._cosines(rows, vector).items()}
        best = tuple(ranked[:k])
        enough = evidence.confidence >= self.threshold
        return Retrieval(question, best if enough else (), best, evidence, entries, intent, cosines, listed)

    def best_of_each(self, question: Question) -> list[Hit]:
        """The best passage of each entry that is found, best first."""
        text = self._query_text(question)
        vector = self._vector(text)
        hits = self._scored(question, text, vector, self._by_description(text))
        best: dict[str, Hit] = {}
        for hit in hits:
            best.setdefault(hit.chunk.entry_id, hit)
        return [*best.values()]

    def _scored(self, question: Question, text: str, vector: Vectors, described: Vectors) -> list[Hit]:
        """Passages that some signal finds, best first."""
        mask, chunks = self._masks[question.language], self.index.chunks
        weights = self.weights if question.entry_ids or _asks_about_a_word(question) else self.nameless
        dense = dict(self.index.store.search_rows(vector, k=_POOL, rows=mask))
        unglued = _GLUED_PARTICLE.sub("", text)
        lexical = {row: s for row, s in self.index.lexical.search(unglued, k=4 * _POOL) if mask[row]}
        coverage = self.index.terms.coverage(unglued)
        asked, told = self.index.asked.nearest(described), self.index.core.nearest(described)
        links = name_links(
            question,
            linker=self._reader.linker,
            weights=weights,
            entries=self.index.entries,
            about_korean=self._is_about_korean,
        )
        covering = [self._ids[number] for number in np.argsort(-coverage)[:_COVERING] if coverage[number] > 0]
        rows = {*dense, *list(lexical)[:_POOL]}
        for entry_id in (*links, *covering, *list(asked)[:_ASKED], *list(told)[:_ASKED]):
            rows.update(self._rows_of_entry.get(entry_id, ()))
        for entry_id in {chunks[row].entry_id for row in rows}:
            rows.update(self._definitions.get(entry_id, ()))
        rows = {row for row in rows if mask[row]}
        dense |= self._cosines(rows - dense.keys(), vector)
        shared = self._entry_signals(
            rows, question, weights, text=unglued, dense=dense, asked=asked, told=told, coverage=coverage, links=links
        )
        fusion = Fusion(question.kind, weights, dense, lexical, shared)
        hits = [fusion.hit(row, chunks[row]) for row in rows]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk.id))

    def _group(self, question: Question, vector: Vectors, entries: Sequence[str]) -> tuple[Group | None, float, bool]:
        """The group that fits best, how well it does, and whether it holds this very question."""
        asked = self.index.asked_groups.nearest(vector)
        group, fit = best_group(
            self.index.groups, text=masked(question), asked=asked, ranked=entries, named=question.entry_ids
        )
        if group and question.carried and not {*question.carried} & {group.head, *group.members}:
            return None, 0.0, False  # after RAGAS, "which metrics does it have" asks for its own
        nearest = max(asked.values(), default=0.0)
        named_alone = question.entry_ids and not question.leftovers  # "LoRA 예시" asks for those that its entry gives
        of_examples = question.kind == "examples" and not (question.carried or named_alone) and nearest >= SAME_LIST
        return group, fit, of_examples or (nearest >= SAME_QUESTION and not question.entry_ids)

    def _weigh(
        self,
        question: Question,
        ranked: Sequence[Hit],
        described: Vectors,
        *,
        intent: Intent,
        fit: float,
        listed: Group | None,
    ) -> Evidence:
        signs = Signs(
            kinds=self._held_kinds(intent, ranked, language=question.language),
            scope=intent.scope,
            several=intent.several,
            group=fit if self.index.groups else None,
            absent=next(iter(self.index.asked_absent.nearest(described).values()), 0.0),
            other_version=question.kind != "model_name"  # whose parts are told, whatever the version
            and names_other_version(question, entries=self.index.entries, text_of=self._text_of, is_word=self.is_word),
        )
        told = "\n".join(listed.asked if listed else ()).casefold()  # a group's words are known, though never quoted
        words = replace(
            self._words,
            is_word=lambda word: self.is_word(word) or word.casefold() in told,
            absent=frozenset() if listed else self._words.absent,  # "SKT가 공개한 모델들" asks for no entry on SKT
        )
        return weigh(question, ranked, signs=signs, words=words)

    def _held_kinds(self, intent: Intent, ranked: Sequence[Hit], *, language: Language) -> dict[Kind, float]:
        """The probability of each kind of question, of those that the best entry has a section for."""
        if not ranked:
            return {}
        entry = self.index.entries[ranked[0].chunk.entry_id]
        held = {s.name for s in entry.sections if s.lang == language or language not in entry.languages}
        lacking = {kind for kind in SECTIONS if kind not in held} | ({"expand"} if not entry.expansion else set())
        kinds = intent.kinds or dict.fromkeys(INTENT_KINDS, 1 / len(INTENT_KINDS))
        return {kind: chance for kind, chance in kinds.items() if kind not in lacking}

    def _text_of(self, entry_id: str) -> str:
        return "\n".join(self.index.chunks[row].text for row in self._rows_of_entry[entry_id])

    def _is_about_korean(self, entry_id: str) -> bool:
        return any(KOREAN.search(self.index.chunks[row].text.casefold()) for row in self._definitions.get(entry_id, ()))

    def _cosines(self, rows: Collection[int], vector: Vectors) -> dict[int, float]:
        """Cosines of a unit vector and the stored ones of some rows."""
        if not rows:
            return {}
        wanted = np.fromiter(rows, dtype=np.int64, count=len(rows))
        return dict(
            zip(wanted.tolist(), (self.index.store.index.reconstruct_batch(wanted) @ vector).tolist(), strict=True)
        )

    def _entry_signals(
        self,
        rows: Iterable[int],
        question: Question,
        weights: Weights,
        *,
        text: str,
        dense: Mapping[int, float],
        asked: Mapping[str, float],
        told: Mapping[str, float],
        coverage: NDArray[np.float64],
        links: Mapping[str, float],
    ) -> dict[str, dict[str, float]]:
        """The weighted signals that all passages of an entry share, for the entries of ``rows``."""
        chunks, cores = self.index.chunks, self._core(question.language)
        core, hubness, numbers, definitions = cores.coverage(text), cores.hubness, self._number, self._definitions
        describes = self._describes(question, links)
        signals = {}
        for entry_id in {chunks[row].entry_id for row in rows}:
            number = numbers[entry_id]
            definition = max((dense[i] for i in definitions.get(entry_id, ()) if i in dense), default=0.0)
            signals[entry_id] = {
                "definition": weights.definition * spread(definition),
                "coverage": weights.coverage * float(coverage[number]),
                "asked": weights.asked * describes * spread_asked(asked.get(entry_id, 0.0)),
                "told": weights.told * describes * spread_told(told.get(entry_id, 0.0)),
                "told cosine": told.get(entry_id, 0.0),
                "covered": float(coverage[number]),
                "core covered": float(core[number]),
                "core": weights.core * float(core[number]),
                "hub": -weights.hub * float(hubness[number]),
                "link": links.get(entry_id, 0.0),
                **({"asked cosine": asked.get(entry_id, 0.0)} if self.index.entries[entry_id].questions else {}),
            }
        return signals

    def _describes(self, question: Question, links: Mapping[str, float]) -> float:
        """How far a question describes what it asks about: a name tells more than the words around it, known or not."""
        named = max([0.0, *links.values()])
        if not question.entry_ids:
            return 0.0 if _asks_about_a_word(question) else 1.0
        return 1.0 - min(1.0, named / self.weights.link) if named else 1.0

    def _query_text(self, question: Question) -> str:
        """The question with misspelt names put right and carried terms named."""
        text = question.text
        for mention in reversed(question.mentions):
            if mention.corrected:
                text = text[: mention.start] + mention.corrected + text[mention.end :]
        carried = [self.index.entries[i].name(question.language) for i in question.carried]
        return " ".join([*carried, text])

    def _arrange(self, hits: list[Hit], question: Question) -> list[Hit]:
        """For several terms at once: the best passage of each term before the second of any."""
        wanted = [group for group in _groups(question) if group]
        if question.kind == "reverse" or len(wanted) < 2:
            return hits
        first: list[Hit] = []
        for group in wanted:
            best = next((hit for hit in hits if hit.chunk.entry_id in group and hit not in first), None)
            if best is not None and best.signals["link"] > self.weights.link / 2:
                first.append(best)
        lead = SECTIONS_OF_KIND[question.kind][:1] if question.kind == "compare" else ()
        first.sort(key=lambda hit: (hit.chunk.section not in lead, -hit.score))
        return [*first, *(hit for hit in hits if hit not in first)]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun | None = None
    ) -> list[Document]:
        return documents(self.retrieve(self._reader.read(query)))


def _encoded(encoder: ArrayEmbeddings, text: str) -> Vectors:
    vector: Vectors = encoder.encode([text], query=True)[0]
    return vector


def _asks_about_a_word(question: Question) -> bool:
    """Whether a question without a known name asks what something is whose name may be unknown."""
    return not question.entry_ids and question.kind in ("define", "expand") and len(question.leftovers) <= _NAME_WORDS


def _groups(question: Question) -> Iterable[frozenset[str]]:
    groups = [frozenset(m.entry_ids) for m in question.mentions] + [frozenset({i}) for i in question.carried]
    return dict.fromkeys(groups)


def documents(found: Retrieval) -> list[Document]:
    """What was found as LangChain documents, best first; none where the evidence is too thin."""
    return [_document(hit) for hit in found.hits]


def _document(hit: Hit) -> Document:
    return Document(id=hit.chunk.id, page_content=hit.chunk.text, metadata={**asdict(hit.chunk), "score": hit.score})
