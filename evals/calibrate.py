"""Fit the weights of :mod:`rag.evidence` on the development split: ``python -m evals.calibrate`` (about ten minutes).

Beside the shipped glossary, the questions are put to random parts of it (5 % to 75 % of the entries), where a question whose
entry is missing must be refused: the hardest questions there are, and glossaries of other sizes than the shipped one.
Prints the weights to paste, and the risk-coverage table by five-fold cross-validation over questions. Needs scikit-learn.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from evals.data import AnswerCase, RetrievalCase, load_answers, load_retrieval
from rag.chain import open_assistant
from rag.corpus import load_corpus
from rag.evidence import certain
from rag.retriever import GlossaryRetriever
from rag.settings import Settings, shipped_corpus
from rag.types import Language

PARTS = ((0.05, 7), (0.1, 5), (0.1, 6), (0.25, 3), (0.25, 4), (0.5, 1), (0.5, 2), (0.75, 8))
"""Share of the entries, and seed."""
WHOLE_WEIGHT = 15.0
"""Weight of a question to the whole glossary; one to a part counts 1."""
INVENTED = 60
"""How many names are made up of two known ones, as "BERT pruning": few of them are in the question sets."""
_ASKED = ("{a}-{b}가 뭐야?", "{a} {b}가 뭔가요", "what is {a} {b}", "explain {a}-{b}")


@dataclass(frozen=True, slots=True)
class Example:
    """A question put to a glossary of ``entries`` entries."""

    question: str
    entries: int
    whole: bool
    answerable: bool
    sure: bool
    invented: bool
    features: Mapping[str, float]


def answerable(case: RetrievalCase | AnswerCase, ids: set[str]) -> bool | None:
    """Whether a glossary of these entries answers a case; None if in part."""
    wanted = set(case.expected)
    if wanted <= ids:
        return bool(wanted)
    return None if (wanted | set(case.accept)) & ids else False


def examples(retriever: GlossaryRetriever, *, whole: bool) -> Iterator[Example]:
    """The development questions, put to one glossary."""
    ids = set(retriever.index.entries)
    cases: list[RetrievalCase | AnswerCase] = [*load_retrieval(), *load_answers()]
    for case in cases:
        label = answerable(case, ids)
        if case.split == "dev" and label is not None:
            question = retriever.reader.read(case.question, history=getattr(case, "history", ()))
            found = retriever.retrieve(question).evidence.features
            yield Example(case.question, len(ids), whole, label, certain(question, found), False, found)


def invented(retriever: GlossaryRetriever) -> Iterator[Example]:
    """Questions for what two unrelated names would mean as one."""
    generator, entries = random.Random(0), retriever.index.entries
    while True:
        first, second = generator.sample(sorted(entries), 2)
        template = generator.choice(_ASKED)
        lang: Language = "ko" if "뭐" in template or "뭔" in template else "en"
        text = template.format(a=entries[first].name(lang), b=entries[second].name(lang))
        question = retriever.reader.read(text)
        found = retriever.retrieve(question).evidence.features
        if found.keys() & {"names glued", "names beside"}:
            yield Example(text, len(entries), True, False, certain(question, found), True, found)


def part_of_glossary(folder: Path, *, share: float, seed: int) -> GlossaryRetriever:
    """A retriever over a random part of the shipped glossary, copied into the empty ``folder``."""
    generator, root = random.Random(seed), shipped_corpus()
    (folder / "corpus").mkdir()
    for entry in load_corpus(root).entries:
        if generator.random() < share:
            shutil.copy(root / entry.file, folder / "corpus" / Path(entry.file).name)
    return open_assistant(Settings(corpus=folder / "corpus", index=folder / "index")).retriever


def collect() -> list[Example]:
    """Examples over the whole glossary and its parts."""
    whole = open_assistant(Settings()).retriever
    found = [*examples(whole, whole=True), *islice(invented(whole), INVENTED)]
    for share, seed in PARTS:
        with tempfile.TemporaryDirectory() as folder:
            found += examples(part_of_glossary(Path(folder), share=share, seed=seed), whole=False)
    return found


def fit(rows: Sequence[Example], names: Sequence[str]) -> LogisticRegression:
    """Logistic regression in which answerable and unanswerable examples weigh the same in sum."""
    weights = np.array([WHOLE_WEIGHT if row.whole else 1.0 for row in rows])
    labels = np.array([row.answerable for row in rows])
    weights[labels] *= weights[~labels].sum() / weights[labels].sum()
    return LogisticRegression(C=10, max_iter=10_000).fit(_matrix(rows, names), labels, sample_weight=weights)


def _matrix(rows: Sequence[Example], names: Sequence[str]) -> np.ndarray:
    return np.array([[row.features.get(name, 0.0) for name in names] for row in rows])


def main() -> None:
    """Command line."""
    rows = collect()
    names = sorted({name for row in rows for name in row.features})
    unsure = [row for row in rows if not row.sure]
    model = fit(unsure, names)
    print(f'WEIGHTS: Mapping[str, float] = {{\n    "bias": {model.intercept_[0]:.2f},')
    for name, weight in zip(names, model.coef_[0], strict=True):
        print(f'    "{name}": {weight:.2f},')
    questions = sorted({row.question for row in rows})
    random.Random(0).shuffle(questions)
    fold = {question: i % 5 for i, question in enumerate(questions)}
    confidence = dict.fromkeys(range(len(rows)), 1.0)
    for k in range(5):
        model = fit([row for row in unsure if fold[row.question] != k], names)
        held = [i for i, row in enumerate(rows) if fold[row.question] == k and not row.sure]
        chances = model.predict_proba(_matrix([rows[i] for i in held], names))[:, 1]
        confidence |= dict(zip(held, map(float, chances), strict=True))
    print("}\nentries  threshold  unanswerable refused  answerable refused")
    for entries in sorted({row.entries for row in rows}):
        for threshold in (0.3, 0.4, 0.45, 0.5, 0.6, 0.7):
            refused = {
                label: float(np.mean([confidence[i] < threshold for i, row in enumerate(rows)
                                      if row.entries == entries and row.answerable is label and not row.invented]))
                for label in (False, True)
            }  # fmt: skip
            print(f"{entries:7}  {threshold:9.2f}  {refused[False]:20.3f}  {refused[True]:18.3f}")
    print(f"{len(rows)} examples of {len(questions)} questions, {sum(not row.answerable for row in rows)} to refuse")


if __name__ == "__main__":
    main()
