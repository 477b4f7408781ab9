"""Fit the weights of :mod:`rag.evidence` on the development split and on ``datasets/calibration.jsonl``: ``python -m evals.calibrate`` (about twenty minutes).

Beside the shipped glossary, the questions are put to random parts of it (5 % to 75 % of the entries), where a question whose
entry is missing must be refused: the hardest questions there are, and glossaries of other sizes than the shipped one. And the whole
one is asked in ways that no rule was written from, patterns of chat with names put in (those that :mod:`evals.intent` does not learn
from): else the words of chat that a development question has left on no list count as if they asked for something. All this
with the questions that entries hold, and without them, as a glossary of one's own may be: each has weights of its own.
Writes the weights to ``rag/data/evidence.json`` and prints the risk-coverage table by five-fold cross-validation over questions.
Needs scikit-learn.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import numpy as np
from sklearn.linear_model import LogisticRegression

from evals.data import (
    UNANSWERABLE,
    AnswerCase,
    RetrievalCase,
    learnt_from,
    load_answers,
    load_calibration,
    load_patterns,
    load_retrieval,
)
from rag.chain import Assistant, open_assistant
from rag.corpus import ABSENT, GROUPS, load_corpus
from rag.evidence import certain
from rag.settings import Settings, shipped_corpus
from rag.types import LANGUAGES, SECTIONS, Entry, Language


@dataclass(frozen=True, slots=True)
class Part:
    """A random share of the glossary, whose entries keep their questions (``asked``) or not, with the lists of groups and of absent terms (``grouped``) or not."""

    share: float
    seed: int
    asked: bool
    grouped: bool


PARTS = (
    Part(1.0, 0, True, True), Part(0.05, 7, True, True), Part(0.1, 5, True, True), Part(0.25, 3, True, True), Part(0.5, 1, True, True),
    Part(0.75, 8, True, True), Part(1.0, 0, False, True), Part(0.1, 6, False, False), Part(0.25, 4, False, True), Part(0.5, 2, False, False),
)  # fmt: skip
WEIGHTS = Path(__file__).parents[1] / "rag" / "data" / "evidence.json"
WHOLE_WEIGHT = 15.0
"""Weight of a question to the whole glossary; one to a part counts 1."""
CHAT_WEIGHT = 8.0
"""Weight of a pattern of chat. The more, the fewer of them are refused wrongly (0.31 at 0, 0.20 at 5, 0.18 at 8, 0.15 at 15, at a threshold
of 0.45), and the fewer questions about missing terms rightly."""
INVENTED = 100
"""How many names are made up of two known ones, as "BERT pruning": few of them are in the question sets."""
_QUESTIONS = re.compile(r"^questions:\n(?:  - .*\n)*", re.MULTILINE)
_ASKED: Mapping[Language, Sequence[str]] = {
    "ko": ("{a}-{b}가 뭐야?", "{a} {b}가 뭔가요", "{a}-{b} 장단점", "{a} {b} 누가 만들었어"),
    "en": ("what is {a} {b}", "explain {a}-{b}", "{a}-{b} pros and cons", "how does {a} {b} work"),
}


Made = Literal["set", "written", "invented", "chat"]


@dataclass(frozen=True, slots=True)
class Example:
    """A question put to a glossary of ``entries`` entries, which hold questions (``asked``) or not.

    Attributes:
        sure: whether there is nothing to weigh.
        made: whether it is of the question sets, written for this fit alone, of two names that nobody joins, or of a pattern of chat.
    """

    question: str
    entries: int
    whole: bool
    asked: bool
    answerable: bool
    sure: bool
    made: Made
    features: Mapping[str, float]


def answerable(case: RetrievalCase | AnswerCase, ids: set[str]) -> bool | None:
    """Whether a glossary of these entries answers a case; None if in part."""
    wanted = set(case.expected)
    if wanted <= ids:
        return bool(wanted)
    return None if (wanted | set(case.accept)) & ids else False


def examples(assistant: Assistant, *, whole: bool, asked: bool) -> Iterator[Example]:
    """The development questions and those written for the fit, put to one glossary as its users put them."""
    ids = set(assistant.retriever.index.entries)
    sets: list[RetrievalCase | AnswerCase] = [*load_retrieval(), *load_answers()]
    cases: list[tuple[RetrievalCase | AnswerCase, Made]] = [(case, "set") for case in sets if case.split == "dev"]
    cases += [(case, "written") for case in load_calibration()]
    for case, made in cases:
        label = answerable(case, ids)
        if label is not None:
            found = assistant.search({"question": case.question, "history": list(getattr(case, "history", ()))})
            features = found.evidence.features
            sure = certain(found.question, features)
            yield Example(case.question, len(ids), whole, asked, label, sure, made, features)


def chatty(assistant: Assistant, *, asked: bool) -> Iterator[Example]:
    """Patterns of chat, each with the name of an entry that has what is asked for."""
    generator, entries = random.Random(0), list(assistant.retriever.index.entries.values())
    for pattern in load_patterns("patterns_chat.jsonl"):
        kind, lang = pattern["kind"], pattern["lang"]
        entry = generator.choice([entry for entry in entries if _tells(entry, kind, lang)])
        if learnt_from(pattern):
            continue
        text = pattern["text"].replace("{}", entry.name(lang))
        found = assistant.search({"question": text})
        features = found.evidence.features
        label, sure = kind != UNANSWERABLE, certain(found.question, features)
        yield Example(text, len(entries), True, asked, label, sure, "chat", features)


def _tells(entry: Entry, kind: str, lang: Language) -> bool:
    """Whether an entry has what a question of a kind asks for."""
    if kind == "expand":
        return bool(entry.expansion)
    return kind not in SECTIONS or any(s.name == kind and s.lang == lang for s in entry.sections)


def invented(assistant: Assistant, *, asked: bool) -> Iterator[Example]:
    """Questions for what two unrelated names would mean as one."""
    generator, entries = random.Random(0), assistant.retriever.index.entries
    while True:
        first, second = generator.sample(sorted(entries), 2)
        lang = generator.choice(LANGUAGES)
        text = generator.choice(_ASKED[lang]).format(a=entries[first].name(lang), b=entries[second].name(lang))
        found = assistant.search({"question": text})
        features = found.evidence.features
        if features.keys() & {"names glued", "names beside"}:
            sure = certain(found.question, features)
            yield Example(text, len(entries), True, asked, False, sure, "invented", features)


def part_of_glossary(folder: Path, part: Part) -> Assistant:
    """An assistant over a random part of the shipped glossary, copied into the empty ``folder``."""
    generator, root = random.Random(part.seed), shipped_corpus()
    (folder / "corpus").mkdir()
    for entry in load_corpus(root).entries:
        if generator.random() < part.share:
            text = (root / entry.file).read_text(encoding="utf-8")
            text = text if part.asked else _QUESTIONS.sub("", text)
            (folder / "corpus" / Path(entry.file).name).write_text(text, encoding="utf-8")
    if part.grouped:
        shutil.copy(root / GROUPS, folder / "corpus")
        shutil.copy(root / ABSENT, folder / "corpus")
    return open_assistant(Settings(corpus=folder / "corpus", index=folder / "index"))


def put_to_part(part: Part) -> list[Example]:
    """Examples over one part of the glossary."""
    with tempfile.TemporaryDirectory() as folder:
        assistant, whole = part_of_glossary(Path(folder), part), part.share == 1
        found = list(examples(assistant, whole=whole, asked=part.asked))
        if whole:
            found += [*islice(invented(assistant, asked=part.asked), INVENTED), *chatty(assistant, asked=part.asked)]
        return found


def collect() -> list[Example]:
    """Examples over the whole glossary and its parts, each part in a process of its own."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return [example for found in pool.map(put_to_part, PARTS) for example in found]


def fit(rows: Sequence[Example], names: Sequence[str]) -> LogisticRegression:
    """Logistic regression in which answerable and unanswerable examples weigh the same in sum."""
    weights = np.array([_weight(row) for row in rows])
    labels = np.array([row.answerable for row in rows])
    weights[labels] *= weights[~labels].sum() / weights[labels].sum()
    return LogisticRegression(C=10, max_iter=10_000).fit(_matrix(rows, names), labels, sample_weight=weights)


def _weight(row: Example) -> float:
    if row.made == "chat":
        return CHAT_WEIGHT
    return WHOLE_WEIGHT if row.whole else 1.0


def _matrix(rows: Sequence[Example], names: Sequence[str]) -> np.ndarray:
    return np.array([[row.features.get(name, 0.0) for name in names] for row in rows])


def weights_of(rows: Sequence[Example]) -> dict[str, float]:
    """The weights of a fit on all examples that there is something to weigh in, by feature."""
    names = sorted({name for row in rows for name in row.features})
    model = fit([row for row in rows if not row.sure], names)
    pairs = zip(["bias", *names], [model.intercept_[0], *model.coef_[0]], strict=True)
    return {name: round(float(weight), 2) for name, weight in pairs}


def print_risk(rows: Sequence[Example]) -> None:
    """Print what is refused rightly and wrongly, by threshold and size of the glossary, in five folds over questions."""
    names = sorted({name for row in rows for name in row.features})
    unsure = [row for row in rows if not row.sure]
    questions = sorted({row.question for row in rows})
    random.Random(0).shuffle(questions)
    fold = {question: i % 5 for i, question in enumerate(questions)}
    confidence = dict.fromkeys(range(len(rows)), 1.0)
    for k in range(5):
        model = fit([row for row in unsure if fold[row.question] != k], names)
        held = [i for i, row in enumerate(rows) if fold[row.question] == k and not row.sure]
        chances = model.predict_proba(_matrix([rows[i] for i in held], names))[:, 1]
        confidence |= dict(zip(held, map(float, chances), strict=True))
    print("entries  made  threshold  unanswerable refused  answerable refused")
    for entries, made in sorted({(row.entries, row.made) for row in rows if row.made != "invented"}):
        for threshold in (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7):
            refused = {
                label: float(np.mean([confidence[i] < threshold for i, row in enumerate(rows)
                                      if (row.entries, row.made, row.answerable) == (entries, made, label)]))
                for label in (False, True)
            }  # fmt: skip
            print(f"{entries:7}  {made:4}  {threshold:9.2f}  {refused[False]:20.3f}  {refused[True]:18.3f}")
    print(f"{len(rows)} examples of {len(questions)} questions, {sum(not row.answerable for row in rows)} to refuse")


def main() -> None:
    """Command line."""
    rows = collect()
    parts = {name: [row for row in rows if row.asked is asked] for name, asked in (("asked", True), ("unasked", False))}
    weights = {name: weights_of(part) for name, part in parts.items()}
    WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    for name, part in parts.items():
        print(name)
        print_risk(part)


if __name__ == "__main__":
    main()
