"""evals.vectors: the vectors that ship are complete and are those of the bundled model."""

from __future__ import annotations

import numpy as np
import pytest

from evals.vectors import missing, sample_errors, texts
from rag.settings import BUNDLED_MODEL
from rag.tuning import TUNED_MODEL
from rag.vectors import passage_digest, question_digest, shipped_vectors


def test_no_passage_lacks_a_vector() -> None:
    assert missing() == []


def test_missing_finds_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    known = shipped_vectors()
    lost = next(iter(texts()))
    monkeypatch.setattr("evals.vectors.shipped_vectors", lambda: {k: v for k, v in known.items() if k != lost})
    assert missing() == [lost]


def test_keys_are_digests_of_model_and_text() -> None:
    every = list(texts().items())
    for digest, (text, query, tuned) in [*every[:50], *every[2000:2050], *every[-50:]]:
        of = question_digest if query else passage_digest
        assert digest == of(text, model=TUNED_MODEL if tuned else BUNDLED_MODEL)
        assert digest != of(text, model="another/model")
    assert passage_digest("text", model=BUNDLED_MODEL) != question_digest("text", model=BUNDLED_MODEL)


def test_vectors_are_finite_unit_float16() -> None:
    known = shipped_vectors()
    matrix = np.asarray(list(known.values()))
    assert matrix.dtype == np.float16
    assert matrix.shape == (len(known), 384)
    assert np.allclose(np.linalg.norm(matrix.astype(np.float32), axis=1), 1.0, atol=2e-3)


def test_vectors_differ() -> None:
    matrix = np.asarray(list(shipped_vectors().values()))
    assert len(np.unique(matrix, axis=0)) == len(matrix)


def test_a_sample_embedded_anew_agrees() -> None:
    errors = sample_errors(5)
    assert len(errors) == 5
    assert max(map(abs, errors)) < 1e-3


@pytest.mark.slow
def test_a_larger_sample_embedded_anew_agrees() -> None:
    errors = sample_errors(100, seed=1)
    assert len(errors) == 100
    assert max(map(abs, errors)) < 1e-3
