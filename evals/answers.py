"""How good answers are: facts, citations, language, abstention and length, by kind and language, beside two baselines."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.data import AnswerCase, load_answers
from evals.figures import Figures, means
from evals.metrics import citation_scores, fact_recall, forbidden_count, sentence_count
from rag.chain import Assistant
from rag.corpus import load_corpus
from rag.generation.chat import ChatGenerator, Tally
from rag.generation.citations import Line, cite
from rag.generation.models import load_chat_model
from rag.sentences import sentence_spans
from rag.settings import Settings
from rag.types import Answer, Chunk, Citation, Language, Sentence

__all__ = ["WithModel", "evaluate_answers", "with_model"]


@dataclass(frozen=True, slots=True)
class WithModel:
    """An assistant whose answers a language model writes.

    Attributes:
        tallies: filled while it answers.
    """

    name: str
    assistant: Assistant
    tallies: list[Tally]


def with_model(assistant: Assistant, settings: Settings) -> WithModel | None:
    """The assistant with the language model of the settings over the same index, and what becomes of its sentences."""
    if not settings.llm:
        return None
    tallies: list[Tally] = []
    retriever = assistant.retriever
    generator = ChatGenerator(
        retriever, load_chat_model(settings), name=settings.llm, deadline=settings.llm_deadline,
        max_tokens=settings.llm_max_tokens, observe=tallies.append,
    )  # fmt: skip
    return WithModel(settings.llm, Assistant(retriever, generator), tallies)


def _tallied(tallies: Sequence[Tally]) -> Figures:
    """What became of the sentences that a model wrote, and of the answers."""
    figures: Figures = {
        "sentences " + k: sum(getattr(t, k) for t in tallies) for k in ("written", "released", "repaired", "dropped")
    }
    outcomes = Counter(t.outcome for t in tallies)
    return figures | {"answers replaced": outcomes["extractive"], "answers completed": outcomes["completed"]}


def evaluate_answers(
    assistant: Assistant, *, split: str, corpus: Path, llm: WithModel | None = None, limit: int | None = None
) -> Figures:
    """Facts, citations, language, abstention and length of answers, by kind and language, beside two baselines.

    Args:
        corpus: the folder of the glossary that ``assistant`` answers from; citations are looked up in its files.
        llm: a second assistant, measured in the same run on the same questions.
        limit: only so many questions.
    """
    cases = [c for c in load_answers() if split in ("all", c.split)][:limit]
    files = _file_texts(assistant, corpus)
    figures: Figures = {"split": split, "questions": len(cases), "systems": {}, "slices": {}}
    failures: list[str] = []
    answerers = dict(_answerers(assistant))
    if llm is not None:
        answerers[llm.name] = lambda case: llm.assistant.ask(case.question, history=list(case.history))
    for name, answer_of in answerers.items():
        timed = [_timed(answer_of, case) for case in cases]
        rows = [_row(case, answer, seconds, files) for case, (answer, seconds) in zip(cases, timed, strict=True)]
        figures["systems"][name] = _answer_measures(rows)
        if name == "extractive":
            for label in sorted({c.kind for c in cases} | {c.lang for c in cases}):
                figures["slices"][label] = _answer_measures(
                    [r for r in rows if label in (r["case"].kind, r["case"].lang)]
                )
            failures = [_describe(r) for r in rows if _failed(r)]
    if llm is not None:
        figures["systems"][llm.name] |= _tallied(llm.tallies)
    figures["failures"] = failures
    return figures


def _timed(answer_of: Callable[[AnswerCase], Answer], case: AnswerCase) -> tuple[Answer, float]:
    start = time.perf_counter()
    return answer_of(case), time.perf_counter() - start


def _answerers(assistant: Assistant) -> Mapping[str, Callable[[AnswerCase], Answer]]:
    """The assistant, and two baselines that never abstain: first sentences of the best vector hits, the whole top chunk."""
    retriever = assistant.retriever

    def extractive(case: AnswerCase) -> Answer:
        return assistant.ask(case.question, history=list(case.history))

    def baseline(case: AnswerCase, *, whole: bool) -> Answer:
        question = retriever.reader.read(case.question)
        vector = retriever.embeddings.encode([case.question], query=True)[0]
        rows = retriever.index.store.search_rows(vector, k=3, rows=retriever.language_rows(question.language))
        chunks = [retriever.index.chunks[row] for row, _ in rows]
        spans = [
            (c, s)
            for c in chunks[: 1 if whole else 3]
            for s in (sentence_spans(c.text) if whole else sentence_spans(c.text)[:1])
        ]
        text, citations = cite([Line(Sentence(c, *s)) for c, s in spans], scores={})
        return Answer(case.question, question.language, question.kind, text, citations, False, (), "baseline")

    return {
        "extractive": extractive,
        "vectors + first sentences": lambda case: baseline(case, whole=False),
        "whole top chunk": lambda case: baseline(case, whole=True),
    }


def _file_texts(assistant: Assistant, corpus: Path) -> Mapping[str, str]:
    """Texts of the glossary's files, to open citations in."""
    names = {chunk.file for chunk in assistant.retriever.index.chunks}
    root = load_corpus(corpus).root
    return {name: (root / name).read_text("utf-8") for name in names if (root / name).is_file()}


def _stands_at(text: str, line: int, quote: str) -> bool:
    """Whether ``quote`` begins on that line of the file."""
    start = sum(len(part) + 1 for part in text.split("\n")[: line - 1])
    found = text.find(quote, start)
    return found >= 0 and "\n" not in text[start:found]


def _row(case: AnswerCase, answer: Answer, seconds: float, files: Mapping[str, str]) -> Figures:
    """The figures of one answer; a measure that does not apply is absent."""
    row: Figures = {"case": case, "answer": answer, "latency": seconds, "language": float(answer.language == case.lang)}
    row["exact"] = float(all(_stands_at(files[c.file], c.line, c.quote) for c in answer.citations))
    if case.abstain:
        row["abstained rightly"] = float(answer.abstained)
        return row
    row["refused wrongly"] = float(answer.abstained)
    row["forbidden"] = forbidden_count(answer, case.forbidden)
    if case.facts:
        row["facts"] = 0.0 if answer.abstained else fact_recall(answer, case.facts)  # a refusal may offer the term
    cited = {citation.id for citation in answer.citations}
    lacking = set(case.expected) - cited
    row["terms"] = 1 - max(0, len(lacking) - len(cited & set(case.accept))) / len(case.expected)
    if cited and case.kind not in _OPEN_ENDED:
        row["apt"] = len(cited & {*case.expected, *case.accept}) / len(cited)
    if not answer.abstained:
        row["citation recall"], row["citation precision"] = citation_scores(answer, supports=_checked)
        row["sentences"] = sentence_count(answer)
    return row


def _checked(text: str, citations: Sequence[Citation], language: Language) -> bool:
    """Whether the quotes carry a sentence that a model wrote: the program's own checks, so recall is not independent."""
    from rag.generation.checks import Passage, check

    chunks = [Chunk(c.chunk, c.id, c.lang, c.section, c.term, c.quote, c.file, c.line) for c in citations]
    passages = [Passage(n, chunk) for n, chunk in enumerate(chunks, start=1)]
    return bool(check(text + "".join(f" [{p.n}]" for p in passages), passages, language).support)


_OPEN_ENDED = frozenset({"list", "path"})
"""Kinds of which a label names the terms that no answer may lack, not all that it may cite."""
_MEANS = {
    "facts": "fact recall", "terms": "cited-term recall", "apt": "cited-term precision", "citation recall": "citation recall",
    "citation precision": "citation precision", "language": "language match", "exact": "exact quotes",
    "abstained rightly": "abstention recall", "refused wrongly": "false refusals",
}  # fmt: skip


def _answer_measures(rows: Sequence[Figures]) -> Figures:
    figures = means(rows, _MEANS)
    figures["forbidden facts"] = sum(row.get("forbidden", 0) for row in rows)
    lengths = [row["sentences"] for row in rows if "sentences" in row]
    figures["median sentences"] = statistics.median(lengths) if lengths else 0
    figures["median latency (s)"] = statistics.median([row["latency"] for row in rows])
    return figures


def _failed(row: Figures) -> bool:
    return bool(
        row.get("facts", 1.0) < 1
        or row.get("terms", 1.0) < 1
        or row.get("forbidden", 0) > 0
        or row.get("abstained rightly", 1.0) < 1
        or row.get("refused wrongly", 0.0) > 0
        or row["language"] < 1
    )


def _describe(row: Figures) -> str:
    case, answer = row["case"], row["answer"]
    said = {c.id for c in answer.citations}
    lost = [fact[0] for fact in case.facts if fact_recall(answer, [fact]) < 1] if not case.abstain else []
    return f"{case.kind} as {answer.kind}: {case.question} | lost {lost} | cites {sorted(said)} not {list(case.expected)} | {answer.confidence:.2f} {answer.answer[:160]!r}"
