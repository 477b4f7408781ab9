from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np
import pytest
from conftest import FAKE_MODEL, GLOSSARY, SOURCE, BigramEmbeddings, write_glossary

import rag.index
import rag.manifest
from rag.asked import AskedQuestions
from rag.chunking import chunk_entries, passage_text
from rag.corpus import corpus_digest, load_corpus
from rag.errors import CorpusError, IndexStoreError
from rag.index import BuildReport, GlossaryIndex, build_index, is_current, load_index, open_index
from rag.sentence_vectors import SentenceVectors
from rag.sentences import sentence_spans
from rag.settings import BUNDLED_MODEL
from rag.vectors import passage_digest

FILES = ("entries.json", "chunks.json", "terms.json", "vectors.faiss", "lexical/meta.json")


@pytest.fixture(autouse=True)
def _no_loans(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Reading the shipped glossary for its names takes half a second a build; one test below does it."""
    monkeypatch.setattr(rag.index, "shipped_corpus", lambda: tmp_path / "no-such-glossary")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def built(glossary: Path, folder: Path) -> Path:
    build(glossary, folder)
    return folder


def build(
    glossary: Path, folder: Path, embedder: BigramEmbeddings | None = None, *, model: str = FAKE_MODEL
) -> BuildReport:
    return build_index(glossary, folder=folder, embeddings=embedder or BigramEmbeddings(), model=model)


def load(folder: Path, *, model: str = FAKE_MODEL) -> GlossaryIndex:
    return load_index(folder, embeddings=BigramEmbeddings(), model=model)


def generation(folder: Path) -> Path:
    return folder / json.loads((folder / "manifest.json").read_text())["generation"]


def edit_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


# --- round trip


def test_round_trip(glossary: Path, built: Path) -> None:
    index, corpus = load(built), load_corpus(glossary)
    chunks = chunk_entries(corpus.entries)
    assert list(index.chunks) == chunks
    assert index.store.vectors == pytest.approx(
        BigramEmbeddings().passages([passage_text(c) for c in chunks]), abs=1e-6
    )
    assert [d.id for d in index.store.documents] == [c.id for c in chunks]
    assert index.manifest.model == FAKE_MODEL
    assert index.manifest.dimension == 64
    assert index.manifest.chunks == 10
    assert index.manifest.corpus_digest == corpus.digest
    expected = [replace(e, sections=tuple(replace(s, text="") for s in e.sections)) for e in corpus.entries]
    assert list(index.entries.values()) == expected
    assert list(index.entries) == ["embedding", "fine-tuning", "lora", "qlora", "quantization"]


def test_every_signal_ranks_the_right_passage_first(small_index: GlossaryIndex) -> None:
    ids = [c.id for c in small_index.chunks]
    query = "Quantization stores numbers with fewer bits"
    vector = BigramEmbeddings().encode([query], query=True)[0]
    assert ids[small_index.store.search_rows(vector, k=1)[0][0]] == "quantization:en:definition:0"
    assert ids[small_index.lexical.search(query, k=1)[0][0]] == "quantization:en:definition:0"
    assert ids[small_index.lexical.search("양자화는 적은 비트로", k=1)[0][0]] == "quantization:ko:definition:0"
    coverage = small_index.terms.coverage(query)
    assert list(small_index.entries)[int(np.argmax(coverage))] == "quantization"
    assert coverage[4] == pytest.approx(1.0)


def test_names_of_the_shipped_glossary_are_lent(small_index: GlossaryIndex) -> None:
    assert small_index.entries["lora"].aliases[:2] == ("로라", "low-rank adaptation")
    assert "저랭크 적응" in small_index.entries["lora"].aliases


def test_no_file_is_a_pickle_and_nothing_is_left_over(built: Path) -> None:
    names = sorted(p.name for p in built.iterdir())
    assert names == [".lock", generation(built).name, "manifest.json"]
    files = [p for p in built.rglob("*") if p.is_file()]
    assert len(files) > len(FILES)
    assert [p for p in files if p.suffix in (".pkl", ".pickle") or p.read_bytes().startswith(b"\x80")] == []
    manifest = json.loads((built / "manifest.json").read_text())
    root = generation(built)
    assert set(manifest["files"]) == {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
    assert set(FILES) <= set(manifest["files"])


def test_nothing_is_pickled_on_the_way(glossary: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("pickle was used")

    for name in ("dump", "dumps", "load", "loads"):
        monkeypatch.setattr(pickle, name, refuse)
    build(glossary, folder)
    assert len(load(folder).chunks) == 10


# --- incremental builds


def test_only_what_changed_is_embedded(glossary: Path, folder: Path) -> None:
    def report() -> tuple[BuildReport, list[str]]:
        embedder = BigramEmbeddings()
        return build(glossary, folder, embedder), [text for batch, _ in embedder.calls for text in batch]

    def numbers(**counts: int) -> BuildReport:
        return BuildReport(folder=folder, questions=0, **counts)

    first, texts = report()
    assert first == numbers(entries=5, chunks=10, embedded=20, reused=0, removed=0)
    assert len(texts) == 20  # each passage has one sentence
    assert report() == (numbers(entries=5, chunks=10, embedded=0, reused=20, removed=0), [])

    lora = glossary / "lora.md"
    lora.write_text(
        lora.read_text(encoding="utf-8").replace("two small matrices", "two tiny matrices"), encoding="utf-8"
    )
    assert report() == (
        numbers(entries=5, chunks=10, embedded=2, reused=18, removed=2),
        [
            "LoRA: LoRA trains two tiny matrices beside each frozen weight.",
            "LoRA trains two tiny matrices beside each frozen weight.",
        ],
    )
    vectors = load(folder).store.vectors
    assert vectors == pytest.approx(
        BigramEmbeddings().passages([passage_text(c) for c in chunk_entries(load_corpus(glossary).entries)]), abs=1e-6
    )

    lora.write_text(lora.read_text(encoding="utf-8").replace("aliases: [", "aliases: [LoRA method, "), encoding="utf-8")
    assert report() == (numbers(entries=5, chunks=10, embedded=0, reused=20, removed=0), [])
    assert "LoRA method" in load(folder).entries["lora"].aliases

    (glossary / "embedding.md").rename(glossary / "aaa.md")
    assert report() == (numbers(entries=5, chunks=10, embedded=0, reused=20, removed=0), [])
    assert load(folder).chunks[0].file == "aaa.md"

    (glossary / "aaa.md").unlink()
    assert report() == (numbers(entries=4, chunks=8, embedded=0, reused=16, removed=4), [])
    assert "embedding" not in load(folder).entries

    write_glossary(glossary, {"embedding.md": GLOSSARY["embedding.md"]})
    again, texts = report()
    assert again == numbers(entries=5, chunks=10, embedded=4, reused=16, removed=0)
    assert [text.split(":")[0] for text in texts if ":" in text] == ["임베딩", "Embedding"]


def test_another_model_embeds_everything_anew(glossary: Path, built: Path) -> None:
    assert build(glossary, built, model="fake/other").embedded == 20
    assert build(glossary, built).embedded == 20


def test_a_damaged_index_is_not_reused(glossary: Path, built: Path) -> None:
    (generation(built) / "vectors.faiss").write_bytes(b"junk")
    assert build(glossary, built).embedded == 20
    assert len(load(built).chunks) == 10


def test_vectors_that_come_with_the_program_are_used_for_its_model_only(
    glossary: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "LoRA: LoRA trains two small matrices beside each frozen weight."
    vector = np.eye(64, dtype=np.float16)[3]
    monkeypatch.setattr(rag.index, "shipped_vectors", lambda: {passage_digest(text, model=BUNDLED_MODEL): vector})
    assert build(glossary, folder, model=BUNDLED_MODEL).embedded == 19
    index = load(folder, model=BUNDLED_MODEL)
    row = next(i for i, c in enumerate(index.chunks) if c.id == "lora:en:definition:0")
    assert index.store.vectors[row].tolist() == vector.tolist()
    assert build(glossary, tmp_path / "other").embedded == 20


QUESTIONS = {
    "lora.md": ["why train all weights", "작은 것만 학습하고 싶어"],
    "quantization.md": ["model too big for my card"],
}


def test_questions_are_embedded_as_queries_and_found_by_entry(glossary: Path, folder: Path) -> None:
    for name, questions in QUESTIONS.items():
        text = (glossary / name).read_text(encoding="utf-8")
        listed = "".join(f"  - {question}\n" for question in questions)
        (glossary / name).write_text(text.replace("---\n\n", f"questions:\n{listed}---\n\n", 1), encoding="utf-8")
    embedder = BigramEmbeddings()
    report = build(glossary, folder, embedder)
    assert (report.questions, report.embedded, report.reused) == (3, 23, 0)
    assert [texts for texts, query in embedder.calls if query] == [
        (*QUESTIONS["lora.md"], *QUESTIONS["quantization.md"])
    ]
    index = load(folder)
    assert index.entries["lora"].questions == tuple(QUESTIONS["lora.md"])
    vector = BigramEmbeddings().encode(["my model is too big"], query=True)[0]
    found = index.asked.nearest(vector)
    assert list(found) == ["quantization", "lora"]
    assert found["quantization"] == pytest.approx(
        float(vector @ BigramEmbeddings().encode(QUESTIONS["quantization.md"], query=True)[0]), abs=1e-6
    )
    own = BigramEmbeddings().encode(QUESTIONS["lora.md"], query=True) @ vector
    assert found["lora"] == pytest.approx(float(np.sort(own)[-3:].mean()), abs=1e-6)
    assert build(glossary, folder).reused == 23


def test_each_sentence_of_a_passage_has_its_vector(built: Path) -> None:
    index, embedder = load(built), BigramEmbeddings()
    for row, chunk in enumerate(index.chunks):
        texts = [chunk.text[start:end] for start, end in sentence_spans(chunk.text)]
        np.testing.assert_allclose(index.sentences.of_passage(row), embedder.encode(texts, query=False), atol=1e-6)


def test_a_passage_without_sentences_has_no_vectors() -> None:
    index = faiss.IndexFlatIP(2)
    index.add(np.eye(2, dtype=np.float32))
    vectors = SentenceVectors([2, 0], index)
    assert vectors.of_passage(0).shape == (2, 2)
    with pytest.raises(IndexError, match="passage 1 has no sentences"):
        vectors.of_passage(1)
    with pytest.raises(IndexError, match="passage 0 has no sentences"):
        SentenceVectors([0], None).of_passage(0)


def test_the_mean_of_the_nearest_questions_counts_not_one_chance_likeness() -> None:
    rows = np.array([[1, 0], [0, 1], [0, 1], [0.8, 0.6], [0.8, 0.6]], dtype=np.float32)
    index = faiss.IndexFlatIP(2)
    index.add(rows)
    owners, vector = ["chance", "chance", "chance", "apt", "apt"], rows[0]
    assert list(AskedQuestions(owners, index).nearest(vector)) == ["chance", "apt"]
    found = AskedQuestions(owners, index, mean_of=3).nearest(vector)
    assert found == pytest.approx({"apt": 0.8, "chance": 1 / 3})
    assert list(found) == ["apt", "chance"]


def test_a_glossary_without_questions_has_none_to_find(built: Path) -> None:
    assert load(built).asked.nearest(np.ones(64, dtype=np.float32)) == {}
    assert not (generation(built) / "questions.faiss").exists()


def test_progress(glossary: Path, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    build_index(
        glossary,
        folder=folder,
        embeddings=BigramEmbeddings(),
        model=FAKE_MODEL,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(10, 10), (10, 10)]  # sentences, then passages


def test_passage_digest_depends_on_text_and_model() -> None:
    assert len({passage_digest("a", model="m"), passage_digest("b", model="m"), passage_digest("a", model="n")}) == 3
    assert passage_digest("a", model="m") == passage_digest("a", model="m")


# --- what cannot be loaded, and what mends it


def all_files(folder: Path) -> list[str]:
    root = generation(folder)
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())


def test_one_wrong_byte_in_any_file(built: Path) -> None:
    names = all_files(built)
    assert set(FILES) < set(names)
    for name in names:
        path = generation(built) / name
        good = path.read_bytes()
        for at in {0, len(good) // 2, len(good) - 1} if good else {0}:
            bad = bytearray(good or b"?")
            bad[at] ^= 0x01
            path.write_bytes(bad)
            with pytest.raises(
                IndexStoreError,
                match=rf"is damaged \({re.escape(name)} does not match its checksum\): run 'rag index'$",
            ):
                load(built)
        path.write_bytes(good)
    assert len(load(built).chunks) == 10


def test_any_missing_file(built: Path) -> None:
    for name in all_files(built):
        path = generation(built) / name
        good = path.read_bytes()
        path.unlink()
        with pytest.raises(IndexStoreError, match=rf"^the index in .* lacks {re.escape(name)}: run 'rag index'$"):
            load(built)
        path.write_bytes(good)
    assert len(load(built).chunks) == 10


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2}', b"\xff\xfe"])
def test_a_manifest_that_is_none(built: Path, content: bytes) -> None:
    (built / "manifest.json").write_bytes(content)
    with pytest.raises(IndexStoreError, match=r"manifest\.json is damaged or not of this program: run 'rag index'$"):
        load(built)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 1}, r"has format 1, this program reads 7: run 'rag index'$"),
        ({"model": "org/other"}, r"was built with org/other, not fake/bigrams: run 'rag index'$"),
        ({"chunks": 11}, r"contradicts its manifest: run 'rag index'$"),
        ({"dimension": 384}, r"contradicts its manifest: run 'rag index'$"),
        ({"generation": "gen-gone"}, r"lacks .*: run 'rag index'$"),
        ({"files": {}}, r"is damaged \(entries\.json does not match its checksum\): run 'rag index'$"),
        ({"surplus": 1}, r"is damaged or not of this program: run 'rag index'$"),
    ],
)
def test_a_manifest_that_says_something_else(built: Path, changes: dict[str, object], message: str) -> None:
    edit_manifest(built, **changes)
    with pytest.raises(IndexStoreError, match=message):
        load(built)


def test_another_model(built: Path) -> None:
    with pytest.raises(IndexStoreError, match=r"was built with fake/bigrams, not org/other: run 'rag index'$"):
        load(built, model="org/other")


def test_no_index(tmp_path: Path, glossary: Path) -> None:
    for path in (tmp_path / "nowhere", glossary):
        with pytest.raises(IndexStoreError, match=rf"^there is no index in {re.escape(str(path))}: run 'rag index'$"):
            load(path)


def test_a_foreign_folder_is_left_alone(glossary: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.doc").write_text("mine")
    with pytest.raises(
        IndexStoreError, match=r"holds other files \(thesis\.doc\): choose an empty folder for the index$"
    ):
        build(glossary, folder)
    assert [p.name for p in folder.iterdir()] == ["thesis.doc"]


def test_a_file_in_place_of_the_folder(glossary: Path, folder: Path) -> None:
    folder.write_text("not a folder")
    with pytest.raises(
        IndexStoreError, match=r"^cannot write the index to .*: File exists: set RAG_INDEX to a writable folder$"
    ):
        build(glossary, folder)
    with pytest.raises(IndexStoreError, match=r"^cannot read the index in .*: Not a directory$"):
        load(folder)


def test_a_glossary_that_cannot_be_used_leaves_the_index(glossary: Path, built: Path) -> None:
    (glossary / "bad.md").write_text("x", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"bad\.md:1: has no front matter"):
        build(glossary, built)
    assert len(load(built).chunks) == 10


def test_a_failing_embedder_leaves_the_index(glossary: Path, built: Path) -> None:
    class Broken(BigramEmbeddings):
        def encode(self, texts: object, *, query: bool) -> np.ndarray:
            raise RuntimeError("out of memory")

    before = (built / "manifest.json").read_bytes()
    write_glossary(
        glossary,
        {
            "new.md": GLOSSARY["lora.md"]
            .replace("LoRA", "Nova")
            .replace("id: lora", "id: nova")
            .replace("로라, low", "high")
        },
    )
    with pytest.raises(RuntimeError, match="out of memory"):
        build(glossary, built, Broken())
    assert (built / "manifest.json").read_bytes() == before
    assert len(load(built).chunks) == 10


# --- open_index


def test_open_builds_once_then_loads_then_follows_the_files(glossary: Path, folder: Path) -> None:
    builds: list[str] = []

    def opened() -> GlossaryIndex:
        return open_index(
            glossary,
            folder=folder,
            embeddings=BigramEmbeddings(),
            model=FAKE_MODEL,
            on_build=lambda: builds.append("built"),
        )

    assert not is_current(glossary, folder=folder, model=FAKE_MODEL)
    assert len(opened().chunks) == 10
    assert is_current(glossary, folder=folder, model=FAKE_MODEL)
    assert not is_current(glossary, folder=folder, model="org/other")
    assert len(opened().chunks) == 10
    assert len(builds) == 1
    (glossary / "embedding.md").unlink()
    assert not is_current(glossary, folder=folder, model=FAKE_MODEL)
    index = opened()
    assert len(index.chunks) == 8
    assert index.manifest.corpus_digest == corpus_digest(glossary)
    assert len(builds) == 2


@pytest.mark.parametrize("changed", ["faiss", "lent names"])
def test_an_index_that_another_program_made_is_not_current(
    glossary: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changed: str
) -> None:
    build_index(glossary, folder=folder, embeddings=BigramEmbeddings(), model=FAKE_MODEL)
    assert is_current(glossary, folder=folder, model=FAKE_MODEL)
    if changed == "faiss":
        monkeypatch.setattr("rag.index.version", lambda name: "0.0.1")
    else:
        shipped = write_glossary(tmp_path / "shipped", {"a.md": "---\nterm: A\n---\nA is a letter."})
        monkeypatch.setattr("rag.index.shipped_corpus", lambda: shipped)
    assert not is_current(glossary, folder=folder, model=FAKE_MODEL)


@pytest.mark.parametrize("name", FILES)
def test_open_mends_a_damaged_index(glossary: Path, built: Path, name: str) -> None:
    (generation(built) / name).write_bytes(b"junk")
    builds: list[str] = []
    index = open_index(
        glossary, folder=built, embeddings=BigramEmbeddings(), model=FAKE_MODEL, on_build=lambda: builds.append("built")
    )
    assert builds == ["built"]
    assert len(index.chunks) == 10
    assert len(load(built).chunks) == 10


# --- processes that die, and processes that race

PRELUDE = """
import os, signal, sys, time, zlib
import faiss
import numpy as np
import faiss, rag.index
from pathlib import Path
from rag.embedding import ArrayEmbeddings
from rag.errors import IndexStoreError

class Slow(ArrayEmbeddings):
    model = "fake/slow"
    pause = 0.0
    def encode(self, texts, *, query):
        time.sleep(self.pause)
        rows = np.zeros((len(texts), 8), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row, zlib.crc32(text.encode()) % 8] = 1
        return rows

root = Path(sys.argv[1])
corpus, folder = root / "glossary", root / "index"
rag.index.shipped_corpus = lambda: corpus

def build(pause=0.0):
    embeddings = Slow()
    embeddings.pause = pause
    return rag.index.build_index(corpus, folder=folder, embeddings=embeddings, model="fake/slow")

def in_child(work):
    # Forked, so that the imports are paid once. The parent runs no native code and so has no threads.
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as exc:
            print(f"{type(exc).__name__}: {exc}", flush=True)
            os._exit(1)
        os._exit(0)
    return pid

def ended(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def check(text):
    def work():
        index = rag.index.load_index(folder, embeddings=Slow(), model="fake/slow")
        assert any(text in chunk.text for chunk in index.chunks), text
        assert len(index.chunks) == len(index.store.documents) == 10
    return ended(in_child(work))

def change(old, new):
    path = corpus / "lora.md"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
"""

KILLED = """
def killed_in(module, name, after=0):
    # The process kills itself the moment it is about to call, for the (after+1)-th time, this function.
    def work():
        original, calls = getattr(module, name), [0]
        def wrapper(*args, **kwargs):
            calls[0] += 1
            if calls[0] > after:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **kwargs)
        setattr(module, name, staticmethod(wrapper) if isinstance(module, type) else wrapper)
        build()
    return ended(in_child(work))

assert ended(in_child(build)) == 0
for delay in (0.05, 0.15):
    change("two small", "two tiny")
    pid = in_child(lambda: build(pause=30))
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)
    print("embedding", ended(pid), check("two small"))
steps = [
    (rag.index.faiss, "write_index", 0), (rag.index.LexicalIndex, "build", 0), (rag.index, "flush", 2), (rag.manifest.os, "replace", 0),
]
for module, name, after in steps:
    print(name, killed_in(module, name, after), check("two small"))
print("rmtree", killed_in(rag.index.shutil, "rmtree"), check("two tiny"))
print("again", ended(in_child(build)), check("two tiny"), sorted(p.name[:4] for p in folder.iterdir()))
"""

RACE = """
for _ in range(3):
    pids = [in_child(lambda: build(pause=0.1)) for _ in range(2)]
    print(*[ended(pid) for pid in pids], check("two small"), sorted(p.name[:4] for p in folder.iterdir()))
"""


def run_script(script: str, root: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + script, str(root)], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_killed_build_leaves_the_index_that_was_there(glossary: Path, tmp_path: Path) -> None:
    assert run_script(KILLED, tmp_path) == [
        "embedding -9 0",
        "embedding -9 0",
        "write_index -9 0",
        "build -9 0",
        "flush -9 0",
        "replace -9 0",
        "rmtree -9 0",
        "again 0 0 ['.loc', 'gen-', 'mani']",
    ]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_two_builds_at_once_both_end_with_an_index(glossary: Path, tmp_path: Path) -> None:
    assert run_script(RACE, tmp_path) == ["0 0 0 ['.loc', 'gen-', 'mani']"] * 3


@pytest.fixture
def swap_while_loading(glossary: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Another process builds between the reading of the manifest and of the files."""

    def _swap(folder: Path) -> None:
        read, done = rag.index.read_checked, []

        def late(*args: object) -> bytes:
            if not done:
                done.append(True)
                monkeypatch.setattr(rag.index, "read_checked", read)
                build(glossary, folder)
            return read(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(rag.index, "read_checked", late)

    return _swap


def test_a_build_during_a_load(built: Path, swap_while_loading: Callable[[Path], None]) -> None:
    swap_while_loading(built)
    assert len(load(built).chunks) == 10
