"""Fixtures that several test modules share: a small glossary, an embedder that can rank, a built index."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
for _name in [name for name in os.environ if name.startswith("RAG_") and not name.startswith("RAG_TESTS_")]:
    del os.environ[_name]

import numpy as np
import pytest
from helpers import open_shipped

import rag.text
from rag.corpus import Corpus, load_corpus
from rag.embedding import ArrayEmbeddings, Vectors
from rag.index import GlossaryIndex, build_index, load_index
from rag.linking import Linker
from rag.reader import QuestionReader
from rag.settings import shipped_corpus

SOURCE = Path(rag.text.__file__).resolve().parents[1]
"""Folder that holds the package under test; a subprocess needs it on its path."""

FAKE_MODEL = "fake/bigrams"


def glossary_file(
    *,
    id: str,
    en: str,
    ko: str,
    definition_en: str,
    definition_ko: str,
    aliases: str = "",
    relations: str = "",
    more: str = "",
) -> str:
    """A well-formed entry; the Korean definition stands on line 9, or 10 or 11 with aliases and relations."""
    front = f"---\nid: {id}\nterm: {{en: {en}, ko: {ko}}}\n"
    front += f"aliases: [{aliases}]\n" if aliases else ""
    front += f"relations: {{{relations}}}\n" if relations else ""
    return f"{front}---\n\n# 한국어\n\n## 정의\n{definition_ko}\n\n# English\n\n## Definition\n{definition_en}\n{more}"


GLOSSARY: dict[str, str] = {
    "lora.md": glossary_file(
        id="lora", en="LoRA", ko="LoRA", aliases="로라, low-rank adaptation",
        relations="broader: [fine-tuning], contrasts-with: [qlora]",
        definition_ko="LoRA는 작은 행렬 두 개만 학습하는 파인튜닝 기법입니다.",
        definition_en="LoRA trains two small matrices beside each frozen weight.",
    ),
    "qlora.md": glossary_file(
        id="qlora", en="QLoRA", ko="QLoRA", aliases="큐로라",
        relations="broader: [fine-tuning], contrasts-with: [lora]",
        definition_ko="QLoRA는 4비트로 양자화한 모델 위에서 LoRA를 학습합니다.",
        definition_en="QLoRA trains LoRA adapters on a base model held in 4 bits.",
    ),
    "fine-tuning.md": glossary_file(
        id="fine-tuning", en="Fine-tuning", ko="파인튜닝", aliases="미세조정",
        definition_ko="파인튜닝은 이미 학습된 모델을 새 데이터로 더 학습시키는 일입니다.",
        definition_en="Fine-tuning goes on training a pre-trained model on new data.",
    ),
    "quantization.md": glossary_file(
        id="quantization", en="Quantization", ko="양자화",
        definition_ko="양자화는 숫자를 적은 비트로 나타내 메모리를 줄이는 방법입니다.",
        definition_en="Quantization stores numbers with fewer bits to save memory.",
    ),
    "embedding.md": glossary_file(
        id="embedding", en="Embedding", ko="임베딩", aliases="vector representation",
        definition_ko="임베딩은 글을 뜻이 담긴 벡터로 바꾼 것입니다.",
        definition_en="An embedding is text turned into a vector that carries its meaning.",
    ),
}  # fmt: skip
"""Five bilingual entries without any problem."""


class BigramEmbeddings(ArrayEmbeddings):
    """Unit vectors of hashed character bigrams: texts that share letters are near, so ranks can be asserted.

    Attributes:
        calls: texts and role of every call, in order.
    """

    model = FAKE_MODEL

    def __init__(self) -> None:
        self.calls: list[tuple[tuple[str, ...], bool]] = []

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Embed without regard to the role, which is only recorded."""
        self.calls.append((tuple(texts), query))
        vectors = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            padded = f" {text.casefold()} "
            for i in range(len(padded) - 1):
                vectors[row, zlib.crc32(padded[i : i + 2].encode(errors="replace")) % 64] += 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def write_glossary(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Write ``files`` (the five entries unless given) below ``folder``."""
    for name, text in (GLOSSARY if files is None else files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write files into a fresh glossary folder and return it."""

    def _write(files: dict[str, str]) -> Path:
        return write_glossary(tmp_path / "glossary", files)

    return _write


@pytest.fixture
def glossary(tmp_path: Path) -> Path:
    """A folder with the five entries, which the test may change."""
    return write_glossary(tmp_path / "glossary")


@pytest.fixture
def embedder() -> BigramEmbeddings:
    """A fresh fake embedder, with no calls recorded."""
    return BigramEmbeddings()


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> GlossaryIndex:
    """The five entries, built and loaded with the fake embedder."""
    root = tmp_path_factory.mktemp("small")
    corpus = write_glossary(root / "glossary")
    build_index(corpus, folder=root / "index", embeddings=BigramEmbeddings(), model=FAKE_MODEL)
    return load_index(root / "index", embeddings=BigramEmbeddings(), model=FAKE_MODEL)


@pytest.fixture(scope="session")
def shipped() -> Corpus:
    """The glossary that comes with the program."""
    return load_corpus(shipped_corpus(), strict=False)


@pytest.fixture(scope="session")
def linker(shipped: Corpus) -> Linker:
    """Names of the shipped glossary."""
    return Linker(shipped.entries)


@pytest.fixture(scope="session")
def reader() -> QuestionReader:
    """Reads questions against the shipped glossary, as the assistant does."""
    return open_shipped().retriever.reader
