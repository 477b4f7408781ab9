from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_glossary

from rag.corpus import Corpus, load_corpus
from rag.lexicon import with_known_aliases
from rag.linking import Linker
from rag.settings import shipped_corpus

Write = Callable[[dict[str, str]], Path]


def bare(term: str, *front: str) -> str:
    return "\n".join(["---", f"term: {term}", *front, "---", "A text."])


@pytest.fixture
def donors(tmp_path: Path) -> Path:
    return write_glossary(
        tmp_path / "donors",
        {
            "lora.md": bare("LoRA", "expansion: Low-Rank Adaptation", "aliases: [로라, 저랭크 적응]"),
            "one.md": bare("One", "aliases: [Twin]", "homographs: [Twin]"),
            "two.md": bare("Two", "aliases: [Twin]", "homographs: [Twin]"),
        },
    )


def lend(folder: Path, donors: Path) -> dict[str, tuple[str, ...]]:
    corpus = load_corpus(folder)
    return {e.id: e.aliases for e in with_known_aliases(corpus.entries, shipped=donors, root=corpus.root)}


@pytest.mark.parametrize(
    ("term", "lent"),
    [
        ("LoRA", ("Low-Rank Adaptation", "로라", "저랭크 적응")),
        ("lora", ("Low-Rank Adaptation", "로라", "저랭크 적응")),
        ("로라", ("LoRA", "Low-Rank Adaptation", "저랭크 적응")),
        ("low rank adaptation", ("LoRA", "로라", "저랭크 적응")),
    ],
)
def test_an_entry_also_answers_to_the_names_of_its_twin(
    write: Write, donors: Path, term: str, lent: tuple[str, ...]
) -> None:
    assert lend(write({"x.md": bare(term, "aliases: [mine]")}), donors) == {"x": ("mine", *lent)}


def test_what_another_entry_claims_is_not_lent(write: Write, donors: Path) -> None:
    aliases = lend(write({"x.md": bare("LoRA"), "y.md": bare("Singer", "aliases: [로라]")}), donors)
    assert aliases == {"x": ("Low-Rank Adaptation", "저랭크 적응"), "y": ("로라",)}


def test_two_entries_of_one_twin_share_nothing_twice(write: Write, donors: Path) -> None:
    aliases = lend(write({"x.md": bare("LoRA"), "y.md": bare("저랭크 적응")}), donors)
    assert aliases == {"x": ("Low-Rank Adaptation", "로라"), "y": ()}


def test_an_ambiguous_name_lends_nothing(write: Write, donors: Path) -> None:
    assert lend(write({"x.md": bare("Twin"), "z.md": bare("Unheard of")}), donors) == {"x": (), "z": ()}


def test_the_glossary_itself_is_left_alone(shipped: Corpus) -> None:
    assert with_known_aliases(shipped.entries, shipped=shipped_corpus(), root=shipped.root) == shipped.entries


@pytest.mark.parametrize("make", [True, False])
def test_without_a_shipped_glossary_nothing_is_lent(glossary: Path, tmp_path: Path, make: bool) -> None:
    donors = tmp_path / "none"
    if make:
        donors.mkdir()
    corpus = load_corpus(glossary)
    assert with_known_aliases(corpus.entries, shipped=donors, root=corpus.root) == corpus.entries


def test_an_english_glossary_is_asked_in_korean(write: Write) -> None:
    corpus = load_corpus(write({"x.md": bare("Quantization")}))
    linker = Linker(with_known_aliases(corpus.entries, shipped=shipped_corpus(), root=corpus.root))
    assert linker.lookup("양자화") == ("x",)
