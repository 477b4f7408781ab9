"""rag.cli in process: what is printed where, and every exit code."""

from __future__ import annotations

import argparse
import io
import json
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import glossary_file, write_glossary
from helpers import (
    ANSWER_KEYS,
    CITATION_KEYS,
    EMPTY_MESSAGE,
    TEXT_MESSAGE,
    VERSUS_KO,
    line_of,
    open_shipped,
    shipped_index_folder,
)

import rag.chain
from rag.cli import main
from rag.corpus import Corpus
from rag.errors import EmbeddingError
from rag.fusion import FUSED
from rag.settings import Settings, shipped_corpus

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command line on an index folder of its own; returns exit code, stdout, stderr."""

    def _run(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main(["--index", str(tmp_path / "index"), *args])
        except SystemExit as exc:  # argparse
            code = int(exc.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return _run


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The shipped assistant, already open; records with which settings it was asked for."""
    asked: list[Settings] = []

    def _open(settings: Settings, **_: Any) -> rag.chain.Assistant:
        asked.append(settings)
        return open_shipped()

    monkeypatch.setattr(rag.chain, "open_assistant", _open)
    return asked


@pytest.fixture
def unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    """No index may be opened."""

    def _open(settings: Settings, **_: Any) -> None:
        pytest.fail("opened an index")

    monkeypatch.setattr(rag.chain, "open_assistant", _open)


# ask


def test_ask_prints_answer_sources_and_related(run: Run, opened: list[Settings]) -> None:
    code, out, err = run("ask", "LoRA랑 QLoRA 차이?")
    assert (code, err) == (0, "")
    lines, at = out.splitlines(), line_of("lora.md", VERSUS_KO[0])
    assert lines[0] == "('QLoRA'는 LoRA의 한 종류입니다.)"
    assert lines[1].startswith(f"{VERSUS_KO[0]} [1] {VERSUS_KO[1]} [2] ")
    assert lines[2:6] == ["", "출처", f"  [1] LoRA · 비교 · lora.md:{at}", f"      “{VERSUS_KO[0]}”"]
    assert [line.rpartition(":")[0] for line in lines if line.startswith("  [")][1:] == [
        "  [2] LoRA · 비교 · lora.md", "  [3] LoRA · 정의 · lora.md", "  [4] QLoRA · 정의 · qlora.md",
    ]  # fmt: skip
    assert lines[-1] == "함께 볼 용어: 전체 파인튜닝, 어댑터, DoRA, AdaLoRA, IA3"
    assert len(opened) == 1


def test_ask_in_english(run: Run, opened: list[Settings]) -> None:
    code, out, _ = run("ask", "GGUF가 뭐야", "--lang", "en")
    assert code == 0
    first = "GGUF is a model file format that packs weights, tokenizer, and settings into a single file"
    assert out.startswith(first)
    assert f"\nSources\n  [1] GGUF · definition · gguf.md:{line_of('gguf.md', first)}\n" in out
    assert "\nSee also: GGML, " in out


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("LoRA를 쉽게 설명해줘", "LoRA · 쉽게 말하면 · lora.md:"),
        ("LoRA in plain words", "LoRA · in plain words · lora.md:"),
    ],
)
def test_ask_names_the_section_in_the_language_of_the_question(
    run: Run, opened: list[Settings], question: str, source: str
) -> None:
    assert f"  [1] {source}" in run("ask", question)[1]


def test_ask_json_has_exactly_these_keys(run: Run, opened: list[Settings]) -> None:
    code, out, err = run("ask", "LoRA랑 QLoRA 차이?", "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert list(answer) == ANSWER_KEYS
    assert [list(c) for c in answer["citations"]] == [CITATION_KEYS] * 4
    assert answer == open_shipped().ask("LoRA랑 QLoRA 차이?").to_dict()
    assert "차이" in out, "Korean is not escaped"


def test_ask_abstains_with_exit_code_0_and_no_sources(run: Run, opened: list[Settings]) -> None:
    code, out, err = run("ask", "what is DSPy")
    assert (code, err) == (0, "")
    assert out == "The glossary has no entry for DSPy.\n"


def test_ask_says_what_it_understood_first(run: Run, opened: list[Settings]) -> None:
    code, out, _ = run("ask", "Trasformer가 뭐야")
    assert code == 0
    assert out.splitlines()[0] == "('Trasformer' → Transformer(으)로 이해했습니다.)"


def test_ask_reads_standard_input(run: Run, opened: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("What is LoRA?\n"))
    code, out, _ = run("ask", "-", "--json")
    assert code == 0
    assert json.loads(out)["question"] == "What is LoRA?"


def test_ask_passes_top_k_on(run: Run, opened: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    search = rag.chain.Assistant.search
    monkeypatch.setattr(rag.chain.Assistant, "search", lambda self, data: asked.append(data) or search(self, data))
    monkeypatch.setattr(
        rag.chain, "open_assistant", lambda settings, **_: rag.chain.Assistant(open_shipped().retriever)
    )
    assert run("ask", "LoRA", "--top-k", "7")[0] == 0
    assert asked[0].top_k == 7


def test_options_stand_before_or_after_the_command(run: Run, opened: list[Settings], tmp_path: Path) -> None:
    assert run("--corpus", "a", "--model", "m", "ask", "LoRA")[0] == 0
    assert run("ask", "LoRA", "--corpus", "b", "--index", "elsewhere")[0] == 0
    assert run("--corpus", "a", "ask", "LoRA", "--corpus", "b")[0] == 0
    assert [(str(s.corpus), str(s.index), s.embedding_model) for s in opened] == [
        ("a", str(tmp_path / "index"), "m"),
        ("b", "elsewhere", Settings().embedding_model),
        ("b", str(tmp_path / "index"), Settings().embedding_model),
    ]


def test_the_environment_is_read_and_an_option_beats_it(
    run: Run, opened: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_CORPUS", "from-env")
    assert run("ask", "LoRA")[0] == 0
    assert run("ask", "LoRA", "--corpus", "given")[0] == 0
    assert [str(s.corpus) for s in opened] == ["from-env", "given"]


@pytest.mark.usefixtures("unopened")
@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([""], EMPTY_MESSAGE),
        (["  "], EMPTY_MESSAGE),
        (["???"], EMPTY_MESSAGE),
        (["a\0b"], TEXT_MESSAGE),
        (["가" * 501], "the question has 501 characters: ask in at most 500"),
        (["x" * 1_000_000], "question: String should have at most 2000 characters"),
        (["\udcff"], "question: Input should be a valid string, unable to parse raw data as a unicode string"),
        (["LoRA", "--top-k", "0"], "top_k: Input should be greater than or equal to 1"),
        (["LoRA", "--top-k", "11"], "top_k: Input should be less than or equal to 10"),
    ],
    ids=range(9),
)
def test_bad_questions_end_with_2_and_one_line(run: Run, command: str, args: list[str], message: str) -> None:
    assert run(command, *args) == (2, "", f"rag: {message}\n")


@pytest.mark.usefixtures("unopened")
def test_an_endless_standard_input_is_not_read_to_the_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = io.StringIO("x" * 1_000_000)
    monkeypatch.setattr(sys, "stdin", endless)
    code, _, err = run("ask", "-")
    assert (code, err.count("\n")) == (2, 1)
    assert endless.tell() == 100_000


@pytest.mark.usefixtures("unopened")
@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "rag: error: the following arguments are required: COMMAND"),
        (["frobnicate"], "rag: error: argument COMMAND: invalid choice: 'frobnicate'"),
        (["ask"], "rag ask: error: the following arguments are required: question"),
        (["ask", "LoRA", "--top-k", "x"], "rag ask: error: argument --top-k: invalid int value: 'x'"),
        (["ask", "LoRA", "--lang", "fr"], "rag ask: error: argument --lang: invalid choice: 'fr'"),
        (["ask", "LoRA", "--frob"], "rag: error: unrecognized arguments: --frob"),
        (["corpus"], "rag corpus: error: the following arguments are required: ACTION"),
        (["eval", "--split", "x"], "rag eval: error: argument --split: invalid choice: 'x'"),
        (["serve", "--port", "x"], "rag serve: error: argument --port: invalid int value: 'x'"),
        (["terms", "--lang", "auto"], "rag terms: error: argument --lang: invalid choice: 'auto'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_commands_end_with_2_and_a_usage_line(run: Run, args: list[str], message: str) -> None:
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert err.startswith("usage: rag")
    assert err.splitlines()[-1].startswith(message)


def test_help_names_every_command_and_exit_code(run: Run) -> None:
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    for word in (
        "ask",
        "search",
        "index",
        "terms",
        "corpus",
        "eval",
        "serve",
        "exit codes: 0 done, 1 faults",
        "--corpus DIR",
    ):
        assert word in out


@pytest.mark.parametrize("command", ["ask", "search", "index", "terms", "corpus", "eval", "serve"])
def test_help_of_every_command(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert out.startswith(f"usage: rag {command}")
    assert "--corpus DIR" in out


# search


def test_search_prints_passages_scores_and_the_verdict(run: Run, opened: list[Settings]) -> None:
    code, out, err = run("search", "LoRA가 뭐야?", "--top-k", "2")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 5
    definition = "LoRA(Low-Rank Adaptation, 저랭크 적응)는 사전학습된 모델의 가중치를"
    passage, signals = re.fullmatch(r"0\.\d{3}  (\S+  \S+)  \(((?:\w+ -?\d\.\d\d *)+)\)", lines[0]).groups()  # type: ignore[union-attr]
    assert passage == f"lora:ko:definition:0  lora.md:{line_of('lora.md', definition)}"
    assert tuple(signals.split()[::2]) == FUSED
    assert lines[1].startswith(f"       {definition}")
    assert lines[-1] == "evidence 1.00: enough to answer"


def test_search_shows_the_nearest_where_there_is_too_little(run: Run, opened: list[Settings]) -> None:
    code, out, _ = run("search", "what is DSPy", "--top-k", "1")
    assert code == 0
    assert "  deepspeed:en:definition:0  " in out
    assert out.splitlines()[-1].endswith(": too little to answer")


def test_search_json(run: Run, opened: list[Settings]) -> None:
    code, out, _ = run("search", "What is LoRA?", "--json", "--top-k", "3")
    assert code == 0
    hits = json.loads(out)
    assert [list(hit) for hit in hits] == [
        ["id", "entry_id", "lang", "section", "term", "text", "file", "line", "versus", "score", "signals"]
    ] * 3
    assert hits[0]["id"] == "lora:en:definition:0"
    assert set(hits[0]["signals"]) == {
        "cosine",
        "bm25",
        "asked cosine",
        "told cosine",
        "covered",
        "core covered",
        *FUSED,
    }
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_search_in_the_other_language(run: Run, opened: list[Settings]) -> None:
    _, out, _ = run("search", "LoRA가 뭐야?", "--lang", "en", "--json")
    assert {hit["lang"] for hit in json.loads(out)} == {"en"}


# terms


@pytest.fixture
def read_once(shipped: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped glossary takes a second to read, and these tests only look at it."""
    monkeypatch.setattr("rag.corpus.load_corpus", lambda root, *, strict=True: shipped)


@pytest.mark.usefixtures("read_once")
def test_terms_lists_all(run: Run, shipped: Corpus) -> None:
    code, out, err = run("terms")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [entry.id for entry in shipped.entries]
    assert err == f"{len(shipped.entries)} of {len(shipped.entries)} terms\n"


@pytest.mark.usefixtures("read_once")
def test_terms_search(run: Run) -> None:
    code, out, err = run("terms", "--search", "빔서치")
    assert (code, out) == (0, "beam-search                    Beam search / 빔 서치  [inference]\n")
    assert err.startswith("1 of ")
    assert run("terms", "--search", "no such term")[:2] == (0, "")


@pytest.mark.usefixtures("read_once")
def test_terms_category(run: Run, shipped: Corpus) -> None:
    code, out, _ = run("terms", "--category", "data")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [e.id for e in shipped.entries if e.category == "data"]


@pytest.mark.usefixtures("read_once")
def test_terms_related_in_both_directions(run: Run, shipped: Corpus) -> None:
    code, out, _ = run("terms", "--related", "로라")
    assert code == 0
    by_id = {e.id: e for e in shipped.entries}
    mine = {i for ids in by_id["lora"].relations.values() for i in ids}
    theirs = {e.id for e in shipped.entries if "lora" in {i for ids in e.relations.values() for i in ids}}
    assert {line.split()[0] for line in out.splitlines()} == mine | theirs
    assert {"qlora", "peft", "lora-rank"} <= mine | theirs


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("name", ["lora", "로라", "Low-Rank Adaptation"])
def test_terms_shows_one_with_all_sections(run: Run, name: str) -> None:
    code, out, err = run("terms", name, "--lang", "en")
    assert (code, err) == (0, "")
    assert out.startswith(
        "LoRA (Low-Rank Adaptation)  lora.md\n\ndefinition\n  LoRA (Low-Rank Adaptation) is a fine-tuning method"
    )
    assert "\nversus: QLoRA\n  LoRA usually loads" in out
    assert "\ncontrasts-with: QLoRA, Full fine-tuning, Adapter, DoRA, AdaLoRA, IA3\n" in out
    assert "\nLoRA: Low-Rank Adaptation of Large Language Models (2021) https://arxiv.org/abs/2106.09685\n" in out


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nothere"], "the glossary has no term 'nothere': list them with 'rag terms --search TEXT'"),
        (["--related", "nothere"], "the glossary has no term 'nothere': list them with 'rag terms --search TEXT'"),
        (["--category", "nope"], "no category 'nope': there are agents, alignment, architecture, "),
    ],
)
def test_terms_that_are_not_there(run: Run, args: list[str], message: str) -> None:
    code, out, err = run("terms", *args)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"rag: {message}")


# corpus check


def test_check_of_the_shipped_glossary(run: Run, shipped: Corpus) -> None:
    code, out, err = run("corpus", "check")
    assert (code, err) == (0, "")
    count = len(shipped.entries)
    assert out.splitlines()[0].startswith(f"{count} entries ({count} ko, {count} en), ")
    assert out.splitlines()[-1] == "0 problems"


def test_check_lists_every_fault_with_file_and_line(run: Run, tmp_path: Path) -> None:
    broken = {
        "a-front.md": "no front matter here\n",
        "b-key.md": "---\nterm: Beta\ncolour: red\n---\nBeta is a thing.\n",
        "c-empty.md": "---\nterm: Gamma\n---\n",
        "d-heading.md": "---\nterm: Delta\n---\n# English\n\n## Definition\nDelta is a thing.\n\n## Trivia\nNothing.\n",
        "e-dangling.md": "---\nterm: Epsilon\nrelations:\n  related:\n    - nowhere\n---\nEpsilon is a thing.\n",
        "f-yaml.md": "---\nterm: [Zeta\n---\nZeta is a thing.\n",
        "g-fine.md": "---\nterm: Eta\n---\nEta is a thing.\n",
        "h-double.md": "---\nterm: Eta\n---\nEta again.\n",
    }
    corpus = write_glossary(tmp_path / "glossary", broken)
    (corpus / "i-latin.md").write_bytes(b"---\nterm: Iota\n---\nIota is caf\xe9.\n")
    (corpus / "j-nul.md").write_bytes(b"---\nterm: Kappa\n---\nKappa is\x00.\n")
    code, out, err = run("corpus", "check", "--corpus", str(corpus))
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert [line.partition(": ")[0] for line in lines[:9]] == [
        "a-front.md:1", "b-key.md:3", "c-empty.md:4", "d-heading.md:9", "e-dangling.md:5", "f-yaml.md:3", "h-double.md:2",
        "i-latin.md:1", "j-nul.md:1",
    ]  # fmt: skip
    assert lines[0] == "a-front.md:1: has no front matter: begin the file with '---', 'term: ...' and '---'"
    assert lines[4] == "e-dangling.md:5: relation 'related' points at 'nowhere', which has no entry"
    assert lines[7] == "i-latin.md:1: is not UTF-8 (byte 30): save it as UTF-8"
    assert lines[-1] == "9 problems"


def test_asking_a_broken_glossary_ends_with_1_and_names_the_first_fault(run: Run, tmp_path: Path) -> None:
    corpus = write_glossary(tmp_path / "glossary", {"a.md": "x\n", "b.md": "y\n"})
    for command in (["ask", "LoRA"], ["index"], ["terms"], ["search", "LoRA"]):
        code, out, err = run("--corpus", str(corpus), *command)
        assert (code, out) == (1, "")
        assert err.splitlines()[-1] == (
            f"rag: the glossary in {corpus} cannot be used: a.md:1: has no front matter: begin the file with '---', 'term: ...' and '---' "
            "(and 1 more: run 'rag corpus check')"
        )


@pytest.mark.parametrize(
    "command", [["ask", "LoRA"], ["search", "LoRA"], ["index"], ["terms"], ["corpus", "check"]], ids=" ".join
)
def test_a_missing_glossary(run: Run, tmp_path: Path, command: list[str]) -> None:
    missing = tmp_path / "nowhere"
    message = (
        f"rag: no glossary folder at {missing}: pass --corpus DIR or set RAG_CORPUS to a folder of Markdown files\n"
    )
    assert run("--corpus", str(missing), *command) == (2, "", message)


def test_an_empty_glossary(run: Run, tmp_path: Path) -> None:
    message = (
        f"rag: no Markdown file (*.md) in {tmp_path}: a glossary has one file for each term, see corpus/README.md\n"
    )
    assert run("--corpus", str(tmp_path), "ask", "LoRA") == (2, "", message)


@pytest.fixture
def unreadable(glossary: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A glossary of which one file cannot be read, also by root."""
    read = Path.read_bytes

    def _read(self: Path) -> bytes:
        if self.name == "lora.md":
            raise PermissionError(13, "Permission denied", str(self))
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", _read)
    return glossary


def test_an_unreadable_file_is_named(run: Run, unreadable: Path) -> None:
    code, out, err = run("--corpus", str(unreadable), "ask", "LoRA")
    assert (code, out, err) == (2, "", f"rag: cannot read {unreadable / 'lora.md'}: Permission denied\n")


# index


@pytest.mark.slow
def test_index_embeds_only_what_is_new(run: Run, tmp_path: Path) -> None:
    corpus = write_glossary(tmp_path / "glossary", {"alpha.md": "---\nterm: Alphatron\n---\nAlphatron is one.\n"})
    code, out, err = run("--corpus", str(corpus), "index")
    assert (code, err) == (0, "")
    assert out.startswith("1 entries, 1 passages, 0 questions: 3 embedded, 0 reused, 0 removed, ")
    assert out.endswith(f" s\n{tmp_path / 'index'}\n")
    write_glossary(corpus, {"beta.md": "---\nterm: Betatron\n---\nBetatron is two.\n"})
    assert run("--corpus", str(corpus), "index")[1].startswith(
        "2 entries, 2 passages, 0 questions: 3 embedded, 3 reused, 0 removed, "
    )
    (corpus / "alpha.md").unlink()
    assert run("--corpus", str(corpus), "index")[1].startswith(
        "1 entries, 1 passages, 0 questions: 0 embedded, 3 reused, 3 removed, "
    )


ALPHA = "Alphatron is the first machine."


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["manifest.json", "vectors.faiss"])
def test_a_corrupt_index_is_rebuilt(run: Run, tmp_path: Path, damage: str) -> None:
    corpus = write_glossary(tmp_path / "glossary", {"alpha.md": f"---\nterm: Alphatron\n---\n{ALPHA}\n"})
    args = ("--corpus", str(corpus), "ask", "What is Alphatron?")
    built = f"rag: building the index of {corpus} (once; later runs start at once)\n"
    code, first, err = run(*args)
    assert (code, err) == (0, built)
    assert first.startswith(f"{ALPHA} [1]\n\nSources\n  [1] Alphatron · definition · alpha.md:4\n")
    assert run(*args) == (0, first, "")
    pattern = damage if damage == "manifest.json" else f"gen-*/{damage}"
    (victim,) = (tmp_path / "index").glob(pattern)
    victim.write_bytes(b"garbage" + victim.read_bytes()[7:-1])
    assert run(*args) == (0, first, built)
    assert run(*args) == (0, first, "")


def test_a_folder_with_other_files_is_left_alone(run: Run, tmp_path: Path, glossary: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "thesis.doc").write_text("mine")
    code, out, err = run("--corpus", str(glossary), "index")
    assert (code, out) == (1, "")
    assert err == f"rag: {folder} holds other files (thesis.doc): choose an empty folder for the index\n"
    assert [p.name for p in folder.iterdir()] == ["thesis.doc"]


def test_an_index_that_cannot_be_written(run: Run, tmp_path: Path, glossary: Path) -> None:
    (tmp_path / "index").write_text("a file")
    code, out, err = run("--corpus", str(glossary), "index")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"rag: cannot write the index to {tmp_path / 'index'}: ")
    assert err.endswith(": set RAG_INDEX to a writable folder\n")


def test_a_model_that_cannot_be_loaded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    message = "cannot load embedding model 'x'\n(no such folder): give a folder"
    monkeypatch.setattr(
        rag.chain, "open_assistant", lambda settings, **_: (_ for _ in ()).throw(EmbeddingError(message))
    )
    assert run("ask", "LoRA") == (2, "", "rag: cannot load embedding model 'x' (no such folder): give a folder\n")


# eval, serve


def test_eval_hands_over_its_options(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from evals import report

    given: list[tuple[argparse.Namespace, Settings]] = []
    monkeypatch.setattr(report, "run", lambda args, settings: given.append((args, settings)) or 1)
    assert run("eval", "--answers", "--split", "dev", "--gate", "--json", "--failures")[0] == 1
    assert run("eval")[0] == 1
    flags = [(a.answers, a.split, a.gate, a.json, a.failures) for a, _ in given]
    assert flags == [(True, "dev", True, True, True), (False, "heldout", False, False, False)]


def test_eval_without_its_folder(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evals", None)
    code, out, err = run("eval")
    assert (code, out, err) == (2, "", "rag: evals/ is not installed: run from a checkout of the project\n")


def test_serve_binds_to_this_machine_unless_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import rag.server

    served: list[tuple[Settings, dict[str, Any]]] = []
    monkeypatch.setattr(rag.server, "serve", lambda settings, **options: served.append((settings, options)))
    assert run("serve")[0] == 0
    assert run("serve", "--host", "0.0.0.0", "--port", "9", "--dev", "--corpus", "mine")[0] == 0
    assert [o for _, o in served] == [
        {"host": "127.0.0.1", "port": 8000, "dev": False}, {"host": "0.0.0.0", "port": 9, "dev": True},
    ]  # fmt: skip
    assert [s.corpus for s, _ in served] == [shipped_corpus(), Path("mine")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--host", "0.0.0.0"], "rag: other machines can reach 0.0.0.0, and no API key is set: set RAG_API_KEYS"),
        (["--host", ""], "rag: other machines can reach , and no API key is set: set RAG_API_KEYS"),
        (["--host", "::", "--dev"], "rag: --dev shows the inside of the server and is refused on ::"),
    ],
)
def test_serve_is_not_opened_to_a_network_by_mistake(run: Run, options: list[str], message: str) -> None:
    code, out, err = run("serve", *options)
    assert (code, out) == (2, "")
    assert err.startswith(message)


def test_serve_says_that_a_port_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = run("serve", "--port", str(port))
    assert (code, out) == (2, "")
    assert err == (
        f"rag: cannot listen on 127.0.0.1, port {port} (Address already in use): choose another --host or --port\n"
    )
    assert "choose another --host or --port" in run("serve", "--port", "70000")[2]
    assert "choose another --host or --port" in run("serve", "--host", "localhost", "--port", "-1")[2]


def test_an_interrupt_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rag.chain, "open_assistant", interrupted)
    assert run("ask", "LoRA") == (130, "", "rag: interrupted\n")


def test_the_real_thing_from_index_to_answer(capsys: pytest.CaptureFixture[str]) -> None:
    open_shipped()
    assert main(["--index", str(shipped_index_folder()), "ask", "LoRA랑 QLoRA 차이?"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1].startswith(VERSUS_KO[0])
    assert err == ""


def test_a_glossary_of_both_languages_is_asked_in_either(run: Run, tmp_path: Path) -> None:
    text = glossary_file(
        id="zetamer",
        en="Zetamer",
        ko="제타머",
        definition_en="A Zetamer is a unit.",
        definition_ko="제타머는 단위입니다.",
    )
    corpus = write_glossary(tmp_path / "glossary", {"zetamer.md": text})
    assert run("--corpus", str(corpus), "ask", "제타머가 뭐야?")[1].startswith(
        "제타머는 단위입니다. [1]\n\n출처\n  [1] 제타머 · 정의 · zetamer.md:9\n"
    )
    assert run("--corpus", str(corpus), "ask", "What is a Zetamer?")[1].startswith(
        "A Zetamer is a unit. [1]\n\nSources\n"
    )


@pytest.mark.parametrize("text", [b"\xff LoRA", "LoRA가 뭐야".encode("cp949")])
def test_standard_input_that_is_not_utf8_is_an_error_of_one_line(
    text: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text), encoding="ascii"))
    assert main(["ask", "-"]) == 2
    assert capsys.readouterr().err == "rag: standard input is not UTF-8 text: convert it, for example with iconv\n"
