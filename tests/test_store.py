from __future__ import annotations

from collections.abc import Sequence

import faiss
import numpy as np
import pytest
from conftest import BigramEmbeddings
from langchain_core.documents import Document

from rag.store import FLAT_LIMIT, ChunkStore, make_faiss_index

FLAT, HNSW = FLAT_LIMIT, 0


def unit(rows: Sequence[Sequence[float]]) -> np.ndarray:
    vectors = np.asarray(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def random_store(count: int, *, flat_limit: int) -> ChunkStore:
    vectors = unit(np.random.default_rng(7).normal(size=(count, 16)))
    documents = [
        Document(id=f"d{i}", page_content=f"text {i}", metadata={"lang": "ko" if i % 10 == 0 else "en", "n": i})
        for i in range(count)
    ]
    return ChunkStore(documents, make_faiss_index(vectors, flat_limit=flat_limit), embeddings=BigramEmbeddings())


def text_store(*texts: str) -> ChunkStore:
    embeddings = BigramEmbeddings()
    documents = [Document(id=f"t{i}", page_content=text, metadata={"n": i}) for i, text in enumerate(texts)]
    return ChunkStore(documents, make_faiss_index(embeddings.passages(texts)), embeddings=embeddings)


def ids(documents: Sequence[Document]) -> list[str | None]:
    return [document.id for document in documents]


def test_the_kind_of_index_depends_on_the_size() -> None:
    vectors = unit(np.eye(4))
    assert isinstance(make_faiss_index(vectors, flat_limit=4), faiss.IndexFlatIP)
    hnsw = make_faiss_index(vectors, flat_limit=3)
    assert isinstance(hnsw, faiss.IndexHNSWFlat)
    assert hnsw.metric_type == faiss.METRIC_INNER_PRODUCT
    assert (hnsw.ntotal, hnsw.d) == (4, 4)


@pytest.mark.parametrize("flat_limit", [FLAT, HNSW])
def test_search_gives_rows_and_cosines_best_first(flat_limit: int) -> None:
    index = make_faiss_index(unit([[1, 0], [1, 1], [0, 1], [-1, 0]]), flat_limit=flat_limit)
    store = ChunkStore([Document(id=str(i), page_content="") for i in range(4)], index, embeddings=BigramEmbeddings())
    hits = store.search_rows([1.0, 0.0], k=9)
    assert [row for row, _ in hits] == [0, 1, 2, 3]
    assert [score for _, score in hits] == pytest.approx([1.0, 0.5**0.5, 0.0, -1.0], abs=1e-6)
    assert store.search_rows([1.0, 0.0], k=0) == []
    assert store.search_rows([1.0, 0.0], k=2, rows=np.zeros(4, dtype=bool)) == []
    only_last = np.asarray([False, False, False, True])
    assert store.search_rows([1.0, 0.0], k=2, rows=only_last) == [(3, pytest.approx(-1.0))]


@pytest.mark.parametrize("flat_limit", [FLAT, HNSW])
def test_a_filter_that_passes_a_tenth_still_fills_k(flat_limit: int) -> None:
    store = random_store(1000, flat_limit=flat_limit)
    query = store.vectors[5]
    hits = store.similarity_search_with_score_by_vector(query.tolist(), k=10, filter={"lang": "ko"})
    allowed = np.arange(0, 1000, 10)
    exact = allowed[np.argsort(-(store.vectors[allowed] @ query))][:10]
    assert [d.metadata["n"] for d, _ in hits] == exact.tolist()
    assert [s for _, s in hits] == pytest.approx((store.vectors[exact] @ query).tolist(), abs=1e-5)


@pytest.mark.parametrize("flat_limit", [FLAT, HNSW])
def test_all_allowed_rows_are_found_however_few(flat_limit: int) -> None:
    store = random_store(500, flat_limit=flat_limit)
    hits = store.similarity_search_with_score_by_vector(
        store.vectors[0].tolist(), k=10, filter=lambda m: m["n"] in (3, 77, 499)
    )
    assert {d.id for d, _ in hits} == {"d3", "d77", "d499"}


@pytest.mark.parametrize(
    ("metadata_filter", "expected"),
    [
        ({"lang": "ko"}, [0, 10]),
        ({"lang": ["ko", "en"], "n": [1, 10, 99]}, [1, 10]),
        ({"gone": "x"}, []),
        ({}, list(range(12))),
        (lambda m: m["n"] > 9, [10, 11]),
    ],
)
def test_mask(metadata_filter: object, expected: list[int]) -> None:
    mask = random_store(12, flat_limit=FLAT).mask(metadata_filter)  # type: ignore[arg-type]
    assert mask.dtype == np.bool_
    assert np.flatnonzero(mask).tolist() == expected


def test_langchain_searches_embed_the_query_as_a_query() -> None:
    store = text_store("cats purr", "dogs bark", "birds sing")
    assert ids(store.similarity_search("dogs", k=1)) == ["t1"]
    assert store.embedding_function.calls[-1] == (("dogs",), True)  # type: ignore[union-attr]
    assert ids(store.as_retriever(search_kwargs={"k": 1}).invoke("birds sing")) == ["t2"]
    assert ids(store.similarity_search("dogs", k=3, filter={"n": [0]})) == ["t0"]
    (document, score), *_ = store.similarity_search_with_score("cats purr", k=3)
    assert (document.id, score) == ("t0", pytest.approx(1.0))


def test_score_threshold() -> None:
    store = text_store("cats purr", "xyz")
    vector = store.embeddings.embed_query("cats purr")  # type: ignore[union-attr]
    found = store.similarity_search_with_score_by_vector(vector, k=2, score_threshold=0.9)
    assert [d.id for d, _ in found] == ["t0"]


def test_mmr_prefers_the_different_and_keeps_to_the_filter() -> None:
    store = ChunkStore(
        [Document(id=str(i), page_content="", metadata={"n": i}) for i in range(4)],
        make_faiss_index(unit([[1, 0.1], [1, 0.11], [1, -0.6], [1, 0]])),
        embeddings=BigramEmbeddings(),
    )
    search = store.max_marginal_relevance_search_with_score_by_vector
    allowed = {"n": [0, 1, 2]}
    assert [d.id for d, _ in search([1.0, 0.0], k=2, lambda_mult=1.0, filter=allowed)] == ["0", "1"]
    found = search([1.0, 0.0], k=2, lambda_mult=0.3, filter=allowed)
    assert [d.id for d, _ in found] == ["0", "2"]
    assert found[1][1] == pytest.approx(1 / (1 + 0.36) ** 0.5)
    assert [d.id for d, _ in search([1.0, 0.0], k=2, fetch_k=1)] == ["3"]
    assert search([1.0, 0.0], k=2, filter={"n": 9}) == []


def test_mmr_through_the_retriever() -> None:
    store = text_store("cats purr", "cats purrs", "dogs bark")
    retriever = store.as_retriever(
        search_type="mmr", search_kwargs={"k": 2, "fetch_k": 3, "lambda_mult": 0.1, "filter": {"n": [0, 1, 2]}}
    )
    assert ids(retriever.invoke("cats purr")) == ["t0", "t2"]


def test_add_texts_appends_and_names() -> None:
    store = text_store("cats purr")
    assert store.add_texts(["dogs bark", "birds sing"], [{"n": 1}, {"n": 2}], ["a", "b"]) == ["a", "b"]
    assert store.add_texts(["fish swim"]) == ["text:3"]
    assert ids(store.documents) == ["t0", "a", "b", "text:3"]
    assert store.index.ntotal == 4
    assert ids(store.similarity_search("fish swim", k=1)) == ["text:3"]
    assert ids(store.get_by_ids(["b"])) == ["b"]


def test_an_id_that_is_added_again_replaces_its_document() -> None:
    store = text_store("cats purr", "dogs bark")
    store.add_texts(["fish swim"], [{"n": 9}], ["t0"])
    assert [(d.id, d.page_content, d.metadata) for d in store.documents] == [
        ("t0", "fish swim", {"n": 9}),
        ("t1", "dogs bark", {"n": 1}),
    ]
    assert store.index.ntotal == 2
    assert [d.page_content for d in store.similarity_search("cats purr", k=5)].count("cats purr") == 0
    assert store.similarity_search("fish swim", k=1)[0].page_content == "fish swim"


async def test_async_add_and_search() -> None:
    store = text_store("cats purr")
    assert await store.aadd_texts(["dogs bark"], ids=["a"]) == ["a"]
    assert ids(await store.asimilarity_search("dogs bark", k=1)) == ["a"]


def test_texts_and_ids_must_match_in_number() -> None:
    store = text_store("cats purr")
    with pytest.raises(ValueError, match="zip"):
        store.add_texts(["one", "two"], ids=["a"])
    assert ids(store.documents) == ["t0"]


def test_delete() -> None:
    store = text_store("cats purr", "dogs bark", "birds sing")
    assert store.delete(["t1"]) is True
    assert ids(store.documents) == ["t0", "t2"]
    assert store.index.ntotal == 2
    assert ids(store.similarity_search("birds sing", k=5)) == ["t2", "t0"]
    with pytest.raises(ValueError, match=r"^no document with the id t1, zz$"):
        store.delete(["zz", "t0", "t1"])
    assert ids(store.documents) == ["t0", "t2"]


@pytest.mark.parametrize("limit", [FLAT, HNSW])
def test_changes_to_either_kind_of_index(limit: int) -> None:
    store = random_store(30, flat_limit=limit)
    before = store.vectors.copy()
    store.delete(["d3"])
    assert store.vectors == pytest.approx(np.delete(before, 3, axis=0))
    assert store.search_rows(before[4], k=1) == [(3, pytest.approx(1.0, abs=1e-5))]


@pytest.mark.parametrize("method", ["save_local", "serialize_to_bytes", "merge_from"])
def test_nothing_is_pickled(method: str) -> None:
    with pytest.raises(
        NotImplementedError, match=r"pickles are not read or written here: use rag\.index.build_index and load_index"
    ):
        getattr(text_store("x y"), method)("folder")


@pytest.mark.parametrize("method", ["load_local", "deserialize_from_bytes"])
def test_nothing_is_unpickled(method: str) -> None:
    with pytest.raises(NotImplementedError, match="pickles are not read or written here"):
        getattr(ChunkStore, method)(b"", BigramEmbeddings(), allow_dangerous_deserialization=True)
