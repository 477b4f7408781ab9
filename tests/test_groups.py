"""rag.groups and groups.yaml: what people ask lists of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.chain import Assistant, open_assistant
from rag.corpus import Corpus, corpus_digest, load_corpus
from rag.errors import CorpusError
from rag.groups import FITS, best_group
from rag.settings import Settings
from rag.types import Group
from tests.helpers import open_shipped

Write = Callable[[dict[str, str]], Path]

ENTRIES = {
    f"{name}.md": f"---\nterm: {name}\n---\nA {name} is a thing.\n" for name in ("bike", "car", "canoe", "vehicle")
}
GROUPS = """\
- name: {ko: 탈것, en: vehicles}
  head: vehicle
  members: [bike, car, canoe]
  questions:
    - what gets me from a to b
    - "타고 다니는 것들: 뭐 있어"
- name: things on water
  members: [canoe, car]
"""


def test_groups_are_read_in_their_order(write: Write) -> None:
    corpus = load_corpus(write({**ENTRIES, "groups.yaml": GROUPS}))
    assert corpus.problems == ()
    assert corpus.groups == (
        Group(
            name={"ko": "탈것", "en": "vehicles"},
            members=("bike", "car", "canoe"),
            head="vehicle",
            questions=("what gets me from a to b", "타고 다니는 것들: 뭐 있어"),
            line=1,
        ),
        Group(name={"en": "things on water"}, members=("canoe", "car"), line=7),
    )
    assert list(corpus.questions) == ["탈것", "vehicles", *corpus.groups[0].questions, "things on water"]
    assert corpus.groups[1].named("ko") == "things on water"


def test_a_glossary_changes_with_its_groups(write: Write) -> None:
    folder = write(ENTRIES)
    without = corpus_digest(folder)
    (folder / "groups.yaml").write_text(GROUPS, encoding="utf-8")
    assert corpus_digest(folder) != without


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: x\n", "groups.yaml:1: must be a list of groups, see corpus/README.md"),
        ("- name: x\n  members: [bike\n", "groups.yaml:3: is not valid YAML: did not find expected ',' or ']'"),
        ("- name: x\n  members: [bike]\n", "groups.yaml:2: 0.members: List should have at least 2 items after validation, not 1"),
        ("- name: x\n  members: [bike, Car]\n", "groups.yaml:2: 0.members.1: 'Car' is not kebab-case English (a-z, 0-9, single hyphens)"),
        ("- members: [bike, car]\n", "groups.yaml:1: 0.name: Field required"),
        ("- name: x\n  of: y\n  members: [bike, car]\n", "groups.yaml:2: 0.of: is not a known key; known are name, members, head, questions"),
        ("- name: x\n  name: y\n  members: [bike, car]\n", "groups.yaml:1: 0.name: is given 2 times"),
        ("\0", "groups.yaml:1: holds control characters: remove them"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_groups_is_fatal(write: Write, text: str, problem: str) -> None:
    folder = write({**ENTRIES, "groups.yaml": text})
    with pytest.raises(CorpusError, match=r"cannot be used: groups\.yaml:"):
        load_corpus(folder)
    corpus = load_corpus(folder, strict=False)
    assert [str(p) for p in corpus.problems] == [problem]
    assert len(corpus.entries) == 4


def test_a_member_without_an_entry_is_named_and_left_out(write: Write) -> None:
    text = "- name: x\n  head: plane\n  members: [bike, ferry, car]\n- name: y\n  members: [ferry, bike]\n"
    corpus = load_corpus(write({**ENTRIES, "groups.yaml": text}))
    assert [str(p) for p in corpus.problems] == [
        "groups.yaml:1: group 'x' names 'ferry', which has no entry",
        "groups.yaml:1: group 'x' names 'plane', which has no entry",
        "groups.yaml:4: group 'y' names 'ferry', which has no entry",
    ]
    assert [(g.named("en"), g.members, g.head) for g in corpus.groups] == [("x", ("bike", "car"), "")]


def test_a_question_leads_to_one_group(write: Write) -> None:
    more = "- name: Vehicles\n  members: [car, canoe]\n  questions: [What gets me from A to B?]\n"
    corpus = load_corpus(write({**ENTRIES, "groups.yaml": GROUPS + more}))
    assert [str(p) for p in corpus.problems] == [
        "groups.yaml:9: 'Vehicles' also stands in another group: keep it in one",
        "groups.yaml:9: 'What gets me from A to B?' also stands in another group: keep it in one",
    ]


def test_groups_of_the_shipped_glossary_are_sound(shipped: Corpus) -> None:
    assert len(shipped.groups) > 200
    for group in shipped.groups:
        assert set(group.name) == {"ko", "en"}, group.line
        assert len(group.members) == len(set(group.members) - {group.head}), group.line


# --- which group fits

WATER = Group(name={"en": "water"}, members=("canoe", "ferry"))
ROAD = Group(name={"en": "road"}, members=("bike", "car"), head="vehicle")


def test_the_nearest_question_decides_where_no_member_ranks() -> None:
    group, fit = best_group([WATER, ROAD], text="", asked={0: 0.87, 1: 0.90}, ranked=["stone"], named=())
    assert group is ROAD
    assert fit == pytest.approx(4 * 0.1)
    assert fit < FITS


def test_members_far_up_decide_between_near_questions() -> None:
    asked = {0: 0.92, 1: 0.93}
    group, fit = best_group([WATER, ROAD], text="", asked=asked, ranked=["ferry", "canoe", "stone"], named=())
    assert group is WATER
    assert fit == pytest.approx(4 * 0.12 + 0.6 * (1 / 3 + 1 / 4))


def test_naming_the_head_counts() -> None:
    assert best_group([WATER, ROAD], text="", asked={0: 0.93, 1: 0.92}, ranked=[], named={"vehicle"})[0] is ROAD


def test_without_a_near_group_there_is_none() -> None:
    assert best_group([WATER], text="", asked={}, ranked=["canoe"], named=()) == (None, 0.0)
    assert best_group([WATER], text="", asked={0: 0.5}, ranked=[], named=()) == (WATER, 0.0)


# --- in answers


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return open_shipped()


@pytest.mark.parametrize(
    ("question", "name", "members"),
    [
        ("which numbers should i look at to see how fast my model server is?", "serving speed metrics", {"latency", "throughput", "ttft"}),
        ("우리나라 회사들이 내놓은 언어모델 이름 쭉 대줘", "국내 기업이 만든 언어 모델", {"hyperclova-x", "exaone", "solar", "kanana"}),
    ],
)  # fmt: skip
def test_a_list_that_no_entry_heads(assistant: Assistant, question: str, name: str, members: set[str]) -> None:
    answer = assistant.ask(question)
    assert answer.kind == "list"
    assert not answer.abstained
    assert members <= {c.id for c in answer.citations}
    assert f"'{name}'" in answer.notes[0]


def test_a_group_of_parts_is_for_questions_that_could_mean_parts() -> None:
    parts = Group(
        {"ko": "배의 구성 요소", "en": "parts of a boat"}, ("hull", "mast"), "boat", ("what is a boat made of",)
    )
    asked = {0: 0.99, 1: 0.90}
    assert best_group([parts, WATER], text="which boats are there", asked=asked, ranked=[], named=())[0] is WATER
    assert best_group([parts, WATER], text="what is inside a §", asked=asked, ranked=[], named=())[0] is parts


def test_a_question_that_a_group_holds_is_for_that_group(assistant: Assistant) -> None:
    answer = assistant.ask("서빙할 때 봐야 할 수치")
    assert {c.id for c in answer.citations} == {"latency", "throughput", "ttft"}


def test_a_glossary_of_ones_own_has_groups_of_its_own(write: Write, tmp_path: Path) -> None:
    texts = {
        "Zebrafish": "A zebrafish is a small freshwater fish that biologists use as a model organism.",
        "Fruit fly": "A fruit fly is a small fly that geneticists breed in bottles.",
        "House mouse": "A house mouse is a small rodent that laboratories keep for experiments.",
        "Kettle": "A kettle is a vessel in which water is boiled.",
    }
    files = {f"{t.replace(' ', '-').lower()}.md": f"---\nterm: {t}\n---\n{text}\n" for t, text in texts.items()}
    group = "- name: model organisms\n  members: [zebrafish, fruit-fly, house-mouse]\n"
    own = open_assistant(Settings(corpus=write({**files, "groups.yaml": group}), index=tmp_path / "index"))
    answer = own.ask("what model organisms are there")
    assert {c.id for c in answer.citations} == {"zebrafish", "fruit-fly", "house-mouse"}
    assert own.ask("what kitchen knives are there").abstained


def test_what_a_list_leaves_out_is_left_out(assistant: Assistant) -> None:
    answer = assistant.ask("DPO 말고 보상 모델 없이 하는 선호 학습 방법 종류")
    cited = {c.id for c in answer.citations}
    assert {"kto", "orpo"} <= cited
    assert "dpo" not in cited
