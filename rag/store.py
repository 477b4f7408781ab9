"""FAISS inner-product search behind LangChain's ``VectorStore``.

Built on langchain-community's ``FAISS``, with what was measured to go wrong there mended: an id that is added again
replaces its document; a filter is applied inside the search (``IDSelectorBitmap``), not after it; nothing is pickled:
:mod:`rag.index` keeps the store on disk.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

import faiss
import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

with warnings.catch_warnings():  # the package announces on import that it gets fixes only
    warnings.simplefilter("ignore", DeprecationWarning)
    from langchain_community.docstore.in_memory import InMemoryDocstore
    from langchain_community.vectorstores.faiss import FAISS
    from langchain_community.vectorstores.utils import DistanceStrategy, maximal_marginal_relevance

__all__ = ["FLAT_LIMIT", "ChunkStore", "make_faiss_index"]

FLAT_LIMIT = 100_000
"""Exact search up to here costs at most half of a query embedding (384 dimensions); above, HNSW."""

MetadataFilter = Callable[[dict[str, Any]], bool] | Mapping[str, Any]
Rows = NDArray[np.bool_]


def make_faiss_index(vectors: NDArray[np.float32], *, flat_limit: int = FLAT_LIMIT) -> faiss.Index:
    """Inner-product index over unit vectors of shape (n, dimension), n >= 1."""
    count, dimension = vectors.shape
    if count <= flat_limit:
        index = faiss.IndexFlatIP(dimension)
    else:
        index = faiss.IndexHNSWFlat(dimension, 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 80
        index.hnsw.efSearch = 64
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return index


class ChunkStore(FAISS):
    """Documents with ids, and their vectors."""

    def __init__(self, documents: Sequence[Document], index: faiss.Index, *, embeddings: Embeddings) -> None:
        super().__init__(
            embedding_function=embeddings,
            index=index,
            docstore=InMemoryDocstore(),
            index_to_docstore_id={},
            distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
        )
        self._set(documents, index)

    def _set(self, documents: Sequence[Document], index: faiss.Index) -> None:
        self.index = index
        self.documents = list(documents)
        ids = [str(document.id) for document in documents]
        self.docstore = InMemoryDocstore(dict(zip(ids, documents, strict=True)))
        self.index_to_docstore_id = dict(enumerate(ids))

    @property
    def vectors(self) -> NDArray[np.float32]:
        """All vectors, in row order."""
        vectors: NDArray[np.float32] = self.index.reconstruct_n(0, self.index.ntotal)
        return vectors

    def search_rows(
        self, vector: Sequence[float] | NDArray[np.float32], *, k: int, rows: Rows | None = None
    ) -> list[tuple[int, float]]:
        """Row numbers and cosines of the ``k`` best, best first; only among ``rows`` where given.

        Args:
            rows: mask of shape (n,); every allowed row can be found, however few they are.
        """
        k = min(k, self.index.ntotal if rows is None else int(rows.sum()))
        if k < 1:
            return []
        params = None
        if rows is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(rows, bitorder="little"))
            hnsw = isinstance(self.index, faiss.IndexHNSW)
            params = (
                faiss.SearchParametersHNSW(sel=selector, efSearch=max(64, 4 * k)) if hnsw
                else faiss.SearchParameters(sel=selector)
            )  # fmt: skip
        scores, found = self.index.search(np.asarray([vector], dtype=np.float32), k, params=params)
        return [(int(row), float(score)) for row, score in zip(found[0], scores[0], strict=True) if row >= 0]

    def mask(self, metadata_filter: MetadataFilter) -> Rows:
        """Rows whose metadata pass: a function, or a dict of values that must be equal (a list: one of them)."""
        if callable(metadata_filter):
            passes = metadata_filter
        else:
            wanted = {k: v if isinstance(v, list) else [v] for k, v in metadata_filter.items()}

            def passes(metadata: dict[str, Any]) -> bool:
                return all(metadata.get(key) in values for key, values in wanted.items())

        return np.fromiter((passes(d.metadata) for d in self.documents), dtype=bool, count=len(self.documents))

    def similarity_search_with_score_by_vector(
        self, embedding: list[float], k: int = 4, filter: Any = None, fetch_k: int = 20, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """As in LangChain, but filtered inside the search; ``fetch_k`` is not needed."""
        rows = None if filter is None else self.mask(filter)
        threshold = kwargs.get("score_threshold", -2.0)
        hits = self.search_rows(embedding, k=k, rows=rows)
        return [(self.documents[row], score) for row, score in hits if score >= threshold]

    def max_marginal_relevance_search_with_score_by_vector(
        self, embedding: list[float], *, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, filter: Any = None
    ) -> list[tuple[Document, float]]:
        """Diverse results out of the ``fetch_k`` nearest that pass the filter."""
        rows = None if filter is None else self.mask(filter)
        hits = self.search_rows(embedding, k=fetch_k, rows=rows)
        candidates = [self.index.reconstruct(row) for row, _ in hits]
        query = np.asarray([embedding], dtype=np.float32)
        chosen = maximal_marginal_relevance(query, candidates, k=k, lambda_mult=lambda_mult) if hits else []
        return [(self.documents[hits[i][0]], hits[i][1]) for i in chosen]

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[Any, Any]] | None = None,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Embed and add; an id that is there already is replaced."""
        texts = list(texts)
        vectors = self.embedding_function.embed_documents(texts)
        return self.add_embeddings(zip(texts, vectors, strict=True), metadatas, ids)

    async def aadd_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[Any, Any]] | None = None,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """:meth:`add_texts`, which embeds on this machine's processor and so has nothing to await."""
        return self.add_texts(texts, metadatas, ids)

    def add_embeddings(
        self,
        text_embeddings: Iterable[tuple[str, list[float]]],
        metadatas: list[dict[Any, Any]] | None = None,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add or replace; the FAISS index is built anew, since an HNSW index cannot delete."""
        pairs = list(text_embeddings)
        ids = ids or [f"text:{len(self.documents) + i}" for i in range(len(pairs))]
        rows: dict[str, tuple[Document, Any]] = {
            str(d.id): (d, v) for d, v in zip(self.documents, self.vectors, strict=True)
        }
        for (text, vector), id_, metadata in zip(pairs, ids, metadatas or [{} for _ in pairs], strict=True):
            rows[id_] = (Document(id=id_, page_content=text, metadata=metadata), vector)
        self._rebuild(rows)
        return ids

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:
        """Remove ``ids``; unknown ones raise."""
        unknown = set(ids or []) - {str(d.id) for d in self.documents}
        if unknown:
            raise ValueError(f"no document with the id {', '.join(sorted(unknown))}")
        gone = set(ids or [])
        pairs = zip(self.documents, self.vectors, strict=True)
        self._rebuild({str(d.id): (d, v) for d, v in pairs if d.id not in gone})
        return True

    def _rebuild(self, rows: Mapping[str, tuple[Document, Any]]) -> None:
        vectors = np.asarray([v for _, v in rows.values()], dtype=np.float32).reshape(len(rows), self.index.d)
        self._set([d for d, _ in rows.values()], make_faiss_index(vectors))

    @staticmethod
    def _no_pickle(*args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("pickles are not read or written here: use rag.index.build_index and load_index")

    save_local = serialize_to_bytes = merge_from = load_local = deserialize_from_bytes = _no_pickle
