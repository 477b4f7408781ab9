"""``rag eval``: retrieval and answers over the question sets, by slice, with confidence intervals and baselines."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.data import AnswerCase, RetrievalCase, load_answers, load_retrieval
from evals.metrics import (
    bootstrap_interval,
    citation_scores,
    fact_recall,
    forbidden_count,
    hit_rate,
    ndcg,
    recall,
    reciprocal_rank,
    sentence_count,
)  # fmt: skip
from rag.chain import Assistant, open_assistant
from rag.corpus import load_corpus
from rag.errors import InputError
from rag.generation.chat import ChatGenerator, Tally
from rag.generation.citations import Line, cite
from rag.generation.models import load_chat_model
from rag.retriever import GlossaryRetriever
from rag.sentences import sentence_spans
from rag.settings import Settings
from rag.types import Answer, Chunk, Citation, Language, Sentence

__all__ = ["evaluate_answers", "evaluate_retrieval", "open_retriever", "run"]

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WithModel:
    """An assistant whose answers a language model writes.

    Attributes:
        tallies: filled while it answers.
    """

    name: str
    assistant: Assistant
    tallies: list[Tally]


_THRESHOLDS = Path(__file__).parent / "thresholds.json"
_K = 10


def open_retriever() -> GlossaryRetriever:
    """The retriever over the shipped glossary."""
    return open_assistant(Settings()).retriever


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run what the command line asked for; returns the exit code."""
    if args.limit is not None and not args.answers:
        raise InputError("--limit goes with --answers")
    if args.gate and (args.limit is not None or args.split != "heldout"):
        raise InputError("--gate holds the whole held-out split against its floors: leave --limit and --split out")
    assistant = open_assistant(settings.model_copy(update={"llm": None}))
    if args.answers:
        figures = evaluate_answers(
            assistant,
            split=args.split,
            corpus=settings.corpus,
            llm=_model(assistant, settings),
            limit=args.limit,
        )
    else:
        figures = evaluate_retrieval(assistant, split=args.split)
    failures = figures.pop("failures")
    if args.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        _print(figures)
    if args.failures:
        for failure in failures:
            print(failure, file=sys.stderr if args.json else sys.stdout)
    return _gate(figures, "answers" if args.answers else "retrieval") if args.gate else 0


def _gate(figures: Figures, name: str) -> int:
    """Compare with ``thresholds.json``; every figure below its floor, or above its ceiling, is named."""
    faults = []
    for key, (sign, bound) in json.loads(_THRESHOLDS.read_text("utf-8"))[name].items():
        value: Any = figures
        for part in key.split("/"):
            value = value[part]
        if not (value >= bound if sign == ">=" else value <= bound):
            faults.append(f"{key} is {value:.3f}, must be {sign} {bound}")
    for fault in faults:
        print(f"gate: {fault}", file=sys.stderr)
    print(f"gate: {'failed' if faults else 'passed'}", file=sys.stderr)
    return 1 if faults else 0


def _summary(values: Sequence[float]) -> Figures:
    low, high = bootstrap_interval(values)
    return {"n": len(values), "mean": statistics.fmean(values), "low": low, "high": high}


# Retrieval


def _entries(chunks: Sequence[Chunk]) -> list[str]:
    return list(dict.fromkeys(chunk.entry_id for chunk in chunks))


def _rankers(assistant: Assistant) -> Mapping[str, Callable[[str], list[str]]]:
    """The pipeline and its baselines: question to ranked entry ids."""
    retriever = assistant.retriever
    index = retriever.index

    def pipeline(question: str) -> list[str]:
        return _entries([h.chunk for h in retriever.retrieve(retriever.reader.read(question), k=_K).nearest])

    def vectors(question: str) -> list[str]:
        vector = retriever.embeddings.encode([question], query=True)[0]
        rows = retriever.language_rows(retriever.reader.read(question).language)
        return _entries([index.chunks[row] for row, _ in index.store.search_rows(vector, k=_K, rows=rows)])

    def bm25(question: str) -> list[str]:
        rows = retriever.language_rows(retriever.reader.read(question).language)
        found = [row for row, _ in index.lexical.search(question, k=8 * _K) if rows[row]]
        return _entries([index.chunks[row] for row in found[:_K]])

    def linking(question: str) -> list[str]:
        return list(dict.fromkeys(i for m in retriever.reader.linker.segment(question).mentions for i in m.entry_ids))

    return {"pipeline": pipeline, "vectors only": vectors, "BM25 only": bm25, "linking only": linking}


def evaluate_retrieval(assistant: Assistant, *, split: str) -> Figures:
    """Hit rate@1, recall@5, MRR@10, nDCG@10 by slice and system; abstention of the pipeline."""
    cases = [c for c in load_retrieval() if split in ("all", c.split)]
    answerable = [c for c in cases if c.expected]
    figures: Figures = {"split": split, "questions": len(cases), "systems": {}, "slices": {}}
    failures: list[str] = []
    for name, rank in _rankers(assistant).items():
        rankings = [rank(c.question) for c in answerable]
        figures["systems"][name] = _measures(answerable, rankings)
        if name == "pipeline":
            for label, members in _slices(answerable).items():
                chosen = [i for i, c in enumerate(answerable) if c in members]
                figures["slices"][label] = _measures([answerable[i] for i in chosen], [rankings[i] for i in chosen])
            for case, ranking in zip(answerable, rankings, strict=True):
                if ranking[:1] and ranking[0] not in (*case.expected, *case.accept):
                    failures.append(f"rank  {case.kind}: {case.question} -> {ranking[:3]}, not {list(case.expected)}")
    figures["abstention"] = _abstention(assistant, cases, failures)
    figures["failures"] = failures
    return figures


def _slices(cases: Sequence[RetrievalCase]) -> dict[str, set[RetrievalCase]]:
    slices: dict[str, set[RetrievalCase]] = defaultdict(set)
    for case in cases:
        for label in (case.lang, case.kind, f"{case.lang} {case.kind}"):
            slices[label].add(case)
    return dict(sorted(slices.items()))


def _measures(cases: Sequence[RetrievalCase], rankings: Sequence[Sequence[str]]) -> Figures:
    pairs = list(zip(cases, rankings, strict=True))
    return {
        "hit rate@1": _summary([hit_rate(r, {*c.expected, *c.accept}, k=1) for c, r in pairs]),
        "recall@5": _summary([recall(r, c.expected, k=5) for c, r in pairs]),
        "MRR@10": _summary([reciprocal_rank(r, {*c.expected, *c.accept}, k=_K) for c, r in pairs]),
        "nDCG@10": _summary([ndcg(r, c.expected, k=_K) for c, r in pairs]),
    }


def _abstention(assistant: Assistant, cases: Sequence[RetrievalCase], failures: list[str]) -> Figures:
    refused: dict[RetrievalCase, bool] = {}
    for case in cases:
        answer = Answer.from_dict(assistant.chain.invoke({"question": case.question}))
        refused[case] = answer.abstained
        if answer.abstained == bool(case.expected):
            failures.append(
                f"{'refused' if answer.abstained else 'answered'}  {case.kind}: {case.question} ({answer.confidence:.2f})"
            )
    right = [refused[c] for c in cases if not c.expected]
    wrong = [refused[c] for c in cases if c.expected]
    return {
        "recall": _summary([float(r) for r in right]),
        "false refusals": _summary([float(r) for r in wrong]),
        "precision": sum(right) / max(1, sum(right) + sum(wrong)),
    }


# Answers


def _model(assistant: Assistant, settings: Settings) -> WithModel | None:
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
    figures: Figures = {"n": len(rows)}
    for key, label in _MEANS.items():
        values = [row[key] for row in rows if key in row]
        if values:
            figures[label] = _summary(values)
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


# Printing


def _print(figures: Figures) -> None:
    print(f"split {figures['split']}, {figures['questions']} questions; mean [95 % interval]\n")
    for title in ("systems", "slices"):
        print(title)
        for name, measures in figures[title].items():
            print(f"  {name}")
            _print_measures(measures, "    ")
    if "abstention" in figures:
        print("abstention")
        _print_measures(figures["abstention"], "    ")


def _print_measures(measures: Figures, indent: str) -> None:
    for label, value in measures.items():
        if isinstance(value, dict):
            print(f"{indent}{label:20} {value['mean']:.3f} [{value['low']:.3f}, {value['high']:.3f}]  n {value['n']}")
        else:
            print(f"{indent}{label:20} {value:.3f}" if isinstance(value, float) else f"{indent}{label:20} {value}")
