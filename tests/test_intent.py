"""What a question asks for, told by its vector, and the fit of the models that tell it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import open_shipped

from evals.intent import Examples, fit, left_out
from rag.intent import INTENT_KINDS, UNKNOWN, Intent, intent_of
from rag.kinds import refined
from rag.linking import Leftover, Mention
from rag.question import Question
from rag.settings import BUNDLED_MODEL
from rag.types import Kind

LORA = Mention(0, 4, "LoRA", ("lora",))


def intent(question: str) -> Intent:
    """The intent of a question to the shipped glossary."""
    retriever = open_shipped().retriever
    return retriever.retrieve(retriever.reader.read(question)).intent


def test_chances_of_the_kinds_add_up() -> None:
    found = intent("where does LoRA let you down")
    assert tuple(found.kinds) == INTENT_KINDS
    assert sum(found.kinds.values()) == pytest.approx(1)
    assert found.best[0] == "limits"
    assert -1 <= found.scope <= 1


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("how much memory does LoRA save", "how much is a LoRA bouquet at the florist"),
        ("BM25 점수는 어떻게 매겨", "BM25 점수 오늘 야구 경기 몇 대 몇이야"),
        ("what does pruning do to accuracy", "prune my apple tree for me this weekend"),
        ("토크나이저는 무슨 일을 해", "토크나이저로 내 보고서 좀 대신 써 줘"),
    ],
)
def test_what_a_glossary_answers_is_told_from_what_it_does_not(inside: str, outside: str) -> None:
    assert intent(inside).scope > 0 > intent(outside).scope


def test_other_embedding_models_have_no_intent() -> None:
    assert intent_of(np.ones(7, dtype=np.float32), model="some/model") is UNKNOWN
    assert UNKNOWN.best == ("fact", 0.0)
    assert intent_of(np.ones(384, dtype=np.float32), model=BUNDLED_MODEL) is not UNKNOWN


def question(kind: Kind, *mentions: Mention, words: int = 1) -> Question:
    """A question with so many words beside its names."""
    text = "LoRA QLoRA " + "word " * words
    left = tuple(Leftover(11 + 5 * i, 15 + 5 * i, "word") for i in range(words))
    return Question(text, "en", kind, mentions, left)


@pytest.mark.parametrize(
    ("asked", "chance", "kind"),
    [
        (question("fact", LORA), 0.9, "limits"),
        (question("define", LORA), 0.9, "limits"),
        (question("fact", LORA), 0.2, "fact"),  # a guess
        (question("how", LORA), 0.9, "limits"),  # "how" is in any question
        (question("how", LORA), 0.38, "how"),
        (question("fact", LORA), 0.38, "limits"),
        (question("origin", LORA), 0.9, "origin"),  # told by its words
        (question("fact"), 0.9, "fact"),  # about no term
        (question("fact", LORA, Mention(5, 10, "QLoRA", ("qlora",))), 0.9, "fact"),  # about two
    ],
)
def test_the_vector_tells_the_kind_where_the_words_do_not(asked: Question, chance: float, kind: Kind) -> None:
    assert refined(asked, Intent({"limits": chance, "why": 0.1}, 0.5)) == kind


def test_it_takes_more_to_tell_that_no_kind_is_asked_for() -> None:
    assert refined(question("define", LORA), Intent({"fact": 0.38}, 0.5)) == "define"
    assert refined(question("define", LORA), Intent({"fact": 0.9}, 0.5)) == "fact"
    assert refined(question("why", LORA), Intent({"fact": 0.9}, 0.5)) == "fact"


def test_who_asks_how_is_not_told_what_it_is() -> None:
    assert refined(question("how", LORA), Intent({"plain": 0.9}, 0.5)) == "how"
    assert refined(question("fact", LORA), Intent({"plain": 0.9}, 0.5)) == "plain"


def test_a_direct_question_is_for_the_definition_unless_its_vector_is_sure() -> None:
    asked = replace(
        question("define", LORA, words=0), text="what is LoRA bad at", mentions=(Mention(8, 12, "LoRA", ("lora",)),)
    )
    assert refined(asked, Intent({"limits": 0.7}, 0.5)) == "define"
    assert refined(asked, Intent({"limits": 0.9}, 0.5)) == "limits"


def test_when_to_do_something_is_not_when_it_was_made() -> None:
    asked = replace(question("fact", LORA), text="LoRA는 언제 끄는 게 나아?")
    assert refined(asked, Intent({"origin": 0.9}, 0.5)) == "fact"
    assert refined(replace(asked, text="LoRA는 어느 연구실 거야?"), Intent({"origin": 0.9}, 0.5)) == "origin"


def test_one_term_has_no_relation() -> None:
    assert refined(question("how", LORA), Intent({"relation": 0.9}, 0.5)) == "how"


def made(labels: list[str], *, seed: int = 0) -> Examples:
    """Vectors of forty patterns for each label, each with five names: a small step for the label, a large one for the name."""
    generator = np.random.default_rng(seed)
    names, rows = generator.normal(size=(5, 6)) * [0, 9, 9, 0, 0, 0], []
    for number in range(40 * len(labels)):
        step = generator.normal(size=6) * 0.1
        step[(0, 3, 4)[number % len(labels)]] += 1
        rows += [(step + name, labels[number % len(labels)], number) for name in names]
    vectors, told, groups = zip(*rows, strict=True)
    return Examples(np.array(vectors), np.array(told), np.array(groups))


def test_a_fit_looks_through_the_names() -> None:
    data = made(["False", "True"])
    weights = fit(data, ("False", "True"))
    assert weights.shape == (7, 1)
    right = ((data.vectors @ weights[:-1] + weights[-1])[:, 0] > 0) == (data.labels == "True")
    assert right.all()
    assert np.abs(weights[0, 0]) > 5 * np.abs(weights[1:3, 0]).max()


def test_patterns_left_out_are_judged_by_a_fit_of_the_others() -> None:
    assert left_out(made(["a", "b", "c"]), ("a", "b", "c"), patterns=120) == 1.0
    shuffled = made(["a", "b", "c"])
    labels = np.random.default_rng(1).permutation(120)[shuffled.groups] % 3
    guessed = Examples(shuffled.vectors, np.array(["a", "b", "c"])[labels], shuffled.groups)
    assert left_out(guessed, ("a", "b", "c"), patterns=120) < 0.7


def test_a_label_that_is_no_class_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected the labels"):
        fit(made(["a", "b"]), ("a", "x"))
