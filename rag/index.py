"""The index on disk: built once, loaded in a fraction of a second, never half-written.

    manifest.json          what the index is and the SHA-256 of every other file; replaced last, atomically
    gen-<id>/              one build
        entries.json       entries without their text
        chunks.json
        digests.json       digests of what was embedded, in the order of the vectors
        terms.json         index terms to the entries that use them
        asked.json         index terms of the questions of each entry
        vectors.faiss
        core.faiss         vectors of definitions and plain words by the tuned encoder
        sentences.faiss    its vectors of the sentences of all passages, in their order
        sentences.json     how many sentences each passage has
        questions.faiss    its vectors of the questions of all entries, in their order; absent where there are none
        groups.json        what people ask lists of
        groups.faiss       its vectors of the names and questions of all groups, in their order; absent where there are none
        lexical/           tantivy's files

A build writes a new ``gen-`` folder, flushes it, and only then moves the manifest over the old one: whoever dies on the
way leaves the old index whole. Old builds are removed after that.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import orjson
from filelock import FileLock
from langchain_core.documents import Document

from rag.asked import AskedQuestions, asked_terms
from rag.chunking import chunk_entries, passage_text
from rag.corpus import Corpus, corpus_digest, load_corpus
from rag.embedding import ArrayEmbeddings
from rag.errors import IndexStoreError
from rag.lexical import EntryTerms, LexicalIndex
from rag.lexicon import with_known_aliases
from rag.manifest import COUNTED, FORMAT, Manifest, flush, read_checked, read_manifest
from rag.sentence_vectors import SentenceVectors
from rag.settings import BUNDLED_MODEL, shipped_corpus
from rag.store import ChunkStore, make_faiss_index
from rag.types import AbsentTerm, Chunk, Entry, Group, Reference, Section
from rag.vectors import core_of, embedded, passage_digest, question_digest, sentences_of, shipped_vectors, texts_of

__all__ = [
    "BuildReport",
    "GlossaryIndex",
    "build_index",
    "is_current",
    "load_index",
    "open_index",
]

Progress = Callable[[int, int], None]

_NEAREST_QUESTIONS = 3
"""Questions of an entry that tell how near it is."""
_NEAREST_OF_ABSENT = 2
"""The same of a term that the glossary lacks, which holds four questions, not twenty."""


@dataclass(frozen=True, slots=True)
class GlossaryIndex:
    """A loaded index. Row ``i`` of the store and of the lexical index is ``chunks[i]``.

    Attributes:
        entries: by id; their sections have no text, which is in the chunks.
        core: the definitions and plain words of entries, to be searched by what a question describes.
        sentences: the vectors of the sentences of each passage.
        asked: the questions that entries hold, to be searched.
        asked_groups: the names and questions of groups, by their place in ``groups``.
        absent: terms that the glossary knowingly lacks.
        asked_absent: their questions, by their place in ``absent``.
    """

    manifest: Manifest
    entries: Mapping[str, Entry]
    chunks: Sequence[Chunk]
    store: ChunkStore
    lexical: LexicalIndex
    terms: EntryTerms
    core: AskedQuestions[str]
    sentences: SentenceVectors
    asked: AskedQuestions[str]
    groups: Sequence[Group]
    asked_groups: AskedQuestions[int]
    absent: Sequence[AbsentTerm]
    asked_absent: AskedQuestions[int]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; passages, their sentences and questions are embedded, definitions and plain words by both encoders."""

    folder: Path
    entries: int
    chunks: int
    questions: int
    embedded: int
    reused: int
    removed: int


def _program_digest(root: Path) -> str:
    """SHA-256 over what an index of ``root`` is made of besides the glossary: this package, its engines, the aliases it lends."""
    digest = hashlib.sha256("".join(f"{name} {version(name)}\n" for name in ("faiss-cpu", "tantivy")).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    lender = shipped_corpus()
    if lender.is_dir() and lender.resolve() != root.resolve():
        digest.update(corpus_digest(lender).encode())
    return digest.hexdigest()


def build_index(
    corpus_dir: Path, *, folder: Path, embeddings: ArrayEmbeddings, model: str, progress: Progress | None = None
) -> BuildReport:
    """Index the glossary in ``corpus_dir`` into ``folder``, embedding only texts that are new.

    Raises:
        CorpusError: the glossary cannot be read.
        IndexStoreError: ``folder`` holds something else, or cannot be written.
    """
    corpus = load_corpus(corpus_dir)
    chunks = chunk_entries(corpus.entries)
    tuned = _tuned_name(embeddings, model)
    texts = texts_of(chunks, corpus.questions, model=model, tuned=tuned)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strangers = [p.name for p in folder.iterdir() if not p.name.startswith(("gen-", "manifest.json", ".lock"))]
        if strangers:
            raise IndexStoreError(f"{folder} holds other files ({strangers[0]}): choose an empty folder for the index")
        with FileLock(folder / ".lock"):
            old = _old_vectors(folder, model=model)
            known = {**(shipped_vectors() if model == BUNDLED_MODEL else {}), **old}
            fresh = {digest: text for digest, text in texts.items() if digest not in known}
            known |= embedded(fresh, embeddings, progress=progress)
            _write(folder, corpus=corpus, chunks=chunks, known=known, model=model, tuned=tuned)
    except OSError as exc:
        raise IndexStoreError(
            f"cannot write the index to {folder}: {exc.strerror or exc}: set RAG_INDEX to a writable folder"
        ) from exc
    return BuildReport(
        folder=folder,
        entries=len(corpus.entries),
        chunks=len(chunks),
        questions=len({*corpus.questions}),
        embedded=len(fresh),
        reused=len(texts) - len(fresh),
        removed=len(old.keys() - texts.keys()),
    )


def _tuned_name(embeddings: ArrayEmbeddings, model: str) -> str:
    return model if embeddings.tuned is embeddings else embeddings.tuned.model


def _old_vectors(folder: Path, *, model: str) -> dict[str, Any]:
    """Vectors of the index that is there, by digest; none if there is none, or it is damaged or of another model."""
    try:
        manifest = read_manifest(folder)
        if manifest.model != model:
            return {}
        digests = orjson.loads(read_checked(folder, manifest, "digests.json"))
        indexes = [_read_faiss(folder, manifest, name) for name in COUNTED if digests[name]]
    except IndexStoreError:
        return {}
    vectors = [vector for index in indexes for vector in index.reconstruct_n(0, index.ntotal)]
    return dict(zip([digest for name in COUNTED for digest in digests[name]], vectors, strict=True))


def _write(
    folder: Path, *, corpus: Corpus, chunks: list[Chunk], known: Mapping[str, Any], model: str, tuned: str
) -> None:
    generation = f"gen-{uuid.uuid4().hex[:12]}"
    target = folder / generation
    (target / "lexical").mkdir(parents=True)
    entries = with_known_aliases(corpus.entries, shipped=shipped_corpus(), root=corpus.root)
    bare = [{**asdict(e), "sections": [{**asdict(s), "text": ""} for s in e.sections]} for e in entries]
    (target / "entries.json").write_bytes(orjson.dumps(bare))
    (target / "chunks.json").write_bytes(orjson.dumps([asdict(chunk) for chunk in chunks]))
    sentences = [sentences_of(chunk) for chunk in chunks]
    (target / "sentences.json").write_bytes(orjson.dumps([len(each) for each in sentences]))
    digests = {
        "vectors": [passage_digest(passage_text(chunk), model=model) for chunk in chunks],
        "core": [passage_digest(passage_text(chunk), model=tuned) for chunk in core_of(chunks)],
        "sentences": [passage_digest(t, model=tuned) for each in sentences for t in each],
        "questions": [question_digest(q, model=tuned) for entry in entries for q in entry.questions],
        "groups": [question_digest(q, model=tuned) for group in corpus.groups for q in group.asked],
        "absent": [question_digest(q, model=tuned) for term in corpus.absent for q in term.questions],
    }
    (target / "digests.json").write_bytes(orjson.dumps(digests))
    for name, keys in digests.items():
        if keys:
            vectors = np.asarray([known[key] for key in keys], dtype=np.float32)
            faiss.write_index(make_faiss_index(vectors), str(target / f"{name}.faiss"))
    texts = ("\n".join([*e.surfaces, *(s.text for s in e.sections)]) for e in entries)
    (target / "terms.json").write_bytes(orjson.dumps(EntryTerms.collect(texts)))
    (target / "groups.json").write_bytes(orjson.dumps([asdict(group) for group in corpus.groups]))
    (target / "absent.json").write_bytes(orjson.dumps([asdict(term) for term in corpus.absent]))
    (target / "asked.json").write_bytes(orjson.dumps({e.id: asked_terms(e.questions) for e in entries if e.questions}))
    LexicalIndex.build([passage_text(chunk) for chunk in chunks], folder=target / "lexical")
    for lock in (target / "lexical").glob("*.lock"):
        lock.unlink()
    files = sorted(p for p in target.rglob("*") if p.is_file())
    manifest = Manifest(
        format=FORMAT,
        generation=generation,
        model=model,
        dimension=len(known[digests["vectors"][0]]),
        corpus_digest=corpus.digest,
        chunks=len(chunks),
        core=len(digests["core"]),
        sentences=len(digests["sentences"]),
        questions=len(digests["questions"]),
        groups=len(digests["groups"]),
        absent=len(digests["absent"]),
        program=_program_digest(corpus.root),
        files={p.relative_to(target).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    )
    for path in [*files, target / "lexical", target]:
        flush(path)
    pending = folder / f"manifest.json.{generation}"
    pending.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    flush(pending)
    pending.replace(folder / "manifest.json")
    flush(folder)
    for path in folder.iterdir():
        if path.name.startswith("gen-") and path.name != generation:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith("manifest.json."):
            path.unlink(missing_ok=True)


def _read_faiss(folder: Path, manifest: Manifest, name: str) -> faiss.Index:
    data = read_checked(folder, manifest, f"{name}.faiss")
    index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
    if (index.d, index.ntotal) != (manifest.dimension, getattr(manifest, COUNTED[name])):
        raise IndexStoreError(f"the index in {folder} contradicts its manifest: run 'rag index'")
    return index


def load_index(folder: Path, *, embeddings: ArrayEmbeddings, model: str) -> GlossaryIndex:
    """Load what :func:`build_index` wrote, every file checked.

    Raises:
        IndexStoreError: no index, damaged, half-written, of another format or another model.
    """
    manifest = read_manifest(folder)
    if manifest.model != model:
        raise IndexStoreError(f"the index in {folder} was built with {manifest.model}, not {model}: run 'rag index'")
    try:
        return _load(folder, manifest, embeddings=embeddings)
    except IndexStoreError:
        if read_manifest(folder).generation == manifest.generation:
            raise
    return load_index(folder, embeddings=embeddings, model=model)  # another process has just replaced the index


def _load(folder: Path, manifest: Manifest, *, embeddings: ArrayEmbeddings) -> GlossaryIndex:
    for name in manifest.files:
        if name.startswith("lexical/") or name == "digests.json":
            read_checked(folder, manifest, name)
    entries = [_entry(item) for item in orjson.loads(read_checked(folder, manifest, "entries.json"))]
    rows = orjson.loads(read_checked(folder, manifest, "chunks.json"))
    chunks = [Chunk(**row) for row in rows]
    documents = [Document(id=row["id"], page_content=row["text"], metadata=row) for row in rows]
    store = ChunkStore(documents, _read_faiss(folder, manifest, "vectors"), embeddings=embeddings)
    groups = [_group(item) for item in orjson.loads(read_checked(folder, manifest, "groups.json"))]
    absent = [_absent(item) for item in orjson.loads(read_checked(folder, manifest, "absent.json"))]
    lexical = LexicalIndex.open(folder / manifest.generation / "lexical")
    return GlossaryIndex(
        manifest=manifest,
        entries={e.id: e for e in entries},
        chunks=chunks,
        store=store,
        lexical=lexical,
        terms=EntryTerms(orjson.loads(read_checked(folder, manifest, "terms.json")), count=len(entries)),
        core=AskedQuestions([chunk.entry_id for chunk in core_of(chunks)], _read_faiss(folder, manifest, "core")),
        sentences=SentenceVectors(
            orjson.loads(read_checked(folder, manifest, "sentences.json")),
            _read_faiss(folder, manifest, "sentences") if manifest.sentences else None,
        ),
        asked=AskedQuestions(
            [entry.id for entry in entries for _ in entry.questions],
            _read_faiss(folder, manifest, "questions") if manifest.questions else None,
            terms=orjson.loads(read_checked(folder, manifest, "asked.json")),
            mean_of=_NEAREST_QUESTIONS,
        ),
        groups=groups,
        asked_groups=AskedQuestions(
            [i for i, group in enumerate(groups) for _ in group.asked],
            _read_faiss(folder, manifest, "groups") if manifest.groups else None,
        ),
        absent=absent,
        asked_absent=AskedQuestions(
            [i for i, term in enumerate(absent) for _ in term.questions],
            _read_faiss(folder, manifest, "absent") if manifest.absent else None,
            mean_of=_NEAREST_OF_ABSENT,
        ),
    )


def _group(item: dict[str, Any]) -> Group:
    return Group(**{**item, "members": tuple(item["members"]), "questions": tuple(item["questions"])})


def _absent(item: dict[str, Any]) -> AbsentTerm:
    return AbsentTerm(**{**item, "aliases": tuple(item["aliases"]), "questions": tuple(item["questions"])})


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(
        **{
            **item,
            "sections": tuple(Section(**s) for s in item["sections"]),
            "references": tuple(Reference(**r) for r in item["references"]),
            "aliases": tuple(item["aliases"]),
            "homographs": tuple(item["homographs"]),
            "questions": tuple(item["questions"]),
            "relations": {name: tuple(ids) for name, ids in item["relations"].items()},
        }
    )


def is_current(corpus_dir: Path, *, folder: Path, model: str) -> bool:
    """Whether the index in ``folder`` was built from these very files, with this model, by this version of the program."""
    digest, program = corpus_digest(corpus_dir), _program_digest(corpus_dir)
    try:
        manifest = read_manifest(folder)
    except IndexStoreError:
        return False
    return (manifest.corpus_digest, manifest.model, manifest.program) == (digest, model, program)


def open_index(
    corpus_dir: Path, *, folder: Path, embeddings: ArrayEmbeddings, model: str,
    progress: Progress | None = None, on_build: Callable[[], None] | None = None,
) -> GlossaryIndex:  # fmt: skip
    """Load the index of a glossary; build it first where it is missing, damaged or older than the files."""
    if is_current(corpus_dir, folder=folder, model=model):
        try:
            return load_index(folder, embeddings=embeddings, model=model)
        except IndexStoreError:
            pass  # damaged: what can be trusted of it is reused by the build
    if on_build is not None:
        on_build()
    build_index(corpus_dir, folder=folder, embeddings=embeddings, model=model, progress=progress)
    return load_index(folder, embeddings=embeddings, model=model)
