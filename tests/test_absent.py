"""absent.yaml: the terms that a glossary knowingly lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.corpus import Corpus, corpus_digest, load_corpus
from rag.errors import CorpusError
from rag.evidence import fitted
from rag.text import compact
from rag.types import AbsentTerm
from tests.helpers import open_shipped

Write = Callable[[dict[str, str]], Path]

ENTRIES = {"bike.md": "---\nterm: bike\nquestions: [two wheels and pedals]\n---\nA bike is a thing.\n"}
ABSENT = """\
- name: {ko: 비행기, en: plane}
  aliases: [aeroplane]
  questions:
    - what takes me across the sea in hours
- name: ferry
"""


def test_absent_terms_are_read_in_their_order(write: Write) -> None:
    corpus = load_corpus(write({**ENTRIES, "absent.yaml": ABSENT}))
    assert corpus.problems == ()
    assert corpus.absent == (
        AbsentTerm(
            name={"ko": "비행기", "en": "plane"},
            aliases=("aeroplane",),
            questions=("what takes me across the sea in hours",),
            line=1,
        ),
        AbsentTerm(name={"en": "ferry"}, line=5),
    )
    assert corpus.absent[0].surfaces == ("비행기", "plane", "aeroplane")
    assert list(corpus.questions) == ["two wheels and pedals", "what takes me across the sea in hours"]


def test_a_glossary_changes_with_its_absent_terms(write: Write) -> None:
    folder = write(ENTRIES)
    without = corpus_digest(folder)
    (folder / "absent.yaml").write_text(ABSENT, encoding="utf-8")
    assert corpus_digest(folder) != without


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: x\n", "absent.yaml:1: must be a list of terms, see corpus/README.md"),
        ("- aliases: [x]\n", "absent.yaml:1: 0.name: Field required"),
        ("- name: x\n  members: [bike]\n", "absent.yaml:2: 0.members: is not a known key; known are name, aliases, questions"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_terms_is_fatal(write: Write, text: str, problem: str) -> None:
    folder = write({**ENTRIES, "absent.yaml": text})
    with pytest.raises(CorpusError, match=r"cannot be used: absent\.yaml:"):
        load_corpus(folder)
    assert [str(p) for p in load_corpus(folder, strict=False).problems] == [problem]


def test_a_term_with_an_entry_is_not_absent(write: Write) -> None:
    more = "- name: bikes\n  aliases: [Bike]\n- name: tram\n  questions: [Two wheels and pedals?]\n- name: Ferry\n"
    corpus = load_corpus(write({**ENTRIES, "absent.yaml": ABSENT + more}))
    assert [str(p) for p in corpus.problems] == [
        "absent.yaml:6: 'Bike' stands in bike.md: it is not absent",
        "absent.yaml:8: 'Two wheels and pedals?' stands in bike.md: it is not absent",
        "absent.yaml:10: 'Ferry' also stands under another term: keep it in one",
    ]
    assert [term.name["en"] for term in corpus.absent] == ["plane", "ferry", "tram", "Ferry"]


def test_absent_terms_of_the_shipped_glossary_are_sound(shipped: Corpus) -> None:
    assert len(shipped.absent) > 500
    for term in shipped.absent:
        assert set(term.name) == {"ko", "en"}, term.line
        assert len(term.questions) >= 4, term.line
        assert all(len(compact(name)) > 1 for name in term.surfaces), term.line


@pytest.mark.parametrize(
    "question",
    [
        "GAN이 뭐야?",
        "explain federated learning",
        "two networks, one forges pictures and the other tries to catch the fakes, what is that called",
        "사진 속 물건마다 네모칸 쳐주는 기술 뭐라해",
    ],
)
def test_what_is_known_to_be_absent_is_refused(question: str) -> None:
    assert open_shipped().ask(question).abstained


@pytest.mark.parametrize("question", ["difference between GAN and diffusion models", "GAN이랑 확산 모델 차이"])
def test_beside_an_absent_term_the_other_is_told(question: str) -> None:
    answer = open_shipped().ask(question)
    assert {c.id for c in answer.citations} == {"diffusion-model"}


def test_absence_speaks_against_an_answer() -> None:
    assert fitted(asked=True)["absent"] < 0  # entries without questions are not held against those of absent terms
    assert all(fitted(asked=asked)["names absent"] < 0 for asked in (True, False))
