"""How well the entries that questions ask for are found, by slice, beside three baselines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from evals.data import RetrievalCase, load_retrieval
from evals.figures import Figures, summary
from evals.metrics import hit_rate, ndcg, recall, reciprocal_rank
from rag.chain import Assistant
from rag.types import Answer, Chunk

__all__ = ["evaluate_retrieval"]

_K = 10


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
        "hit rate@1": summary([hit_rate(r, {*c.expected, *c.accept}, k=1) for c, r in pairs]),
        "recall@5": summary([recall(r, c.expected, k=5) for c, r in pairs]),
        "MRR@10": summary([reciprocal_rank(r, {*c.expected, *c.accept}, k=_K) for c, r in pairs]),
        "nDCG@10": summary([ndcg(r, c.expected, k=_K) for c, r in pairs]),
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
        "recall": summary([float(r) for r in right]),
        "false refusals": summary([float(r) for r in wrong]),
        "precision": sum(right) / max(1, sum(right) + sum(wrong)),
    }
