"""The command line, and the only module that prints.

Exit codes: 0 done (also when the honest answer is "not in the glossary"), 1 the glossary, index or evals have faults,
2 the command, question or setting cannot be used, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.arguments import parser_of
from rag.errors import CorpusError, IndexStoreError, InputError, RagError

if TYPE_CHECKING:
    from rag.chain import Assistant
    from rag.settings import Settings
    from rag.types import Answer, Citation, Entry

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    os.environ.setdefault(
        "OMP_NUM_THREADS", "1"
    )  # before numpy, faiss or an engine loads: two spinning threads cost more
    args = parser_of(_RUNS).parse_args(argv)
    for stream, errors in ((sys.stdin, "strict"), (sys.stdout, "replace"), (sys.stderr, "replace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)
    try:
        code = args.run(args, _settings(args))
        sys.stdout.flush()
        return int(code)
    except CorpusError as exc:
        return _fail(exc, 1 if exc.problems else 2)
    except InputError as exc:
        return _fail(exc, 2)
    except IndexStoreError as exc:
        return _fail(exc, 1)
    except RagError as exc:
        return _fail(exc, 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _fail("interrupted", 130)


def _fail(message: object, code: int) -> int:
    print(f"rag: {' '.join(str(message).split())}", file=sys.stderr)
    return code


def _settings(args: argparse.Namespace) -> Settings:
    from rag.settings import Settings

    given = {"corpus": args.corpus, "index": args.index, "embedding_model": args.model}
    update: dict[str, Any] = {k: Path(v) if k != "embedding_model" else v for k, v in given.items() if v}
    update |= {k: v for k, v in (("llm", args.llm), ("llm_base_url", args.llm_base_url)) if v}
    return Settings.from_env().model_copy(update=update)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(
            f"\rembedding {done:,} of {total:,} passages",
            end="\n" if done == total else "",
            file=sys.stderr,
            flush=True,
        )


def _assistant(settings: Settings) -> Assistant:
    from rag.chain import open_assistant

    def say() -> None:
        print(f"rag: building the index of {settings.corpus} (once; later runs start at once)", file=sys.stderr)

    return open_assistant(settings, progress=_progress, on_build=say)


def _ask(args: argparse.Namespace, settings: Settings) -> int:
    from rag.chain import Ask, validate_ask
    from rag.types import Answer

    question = _standard_input() if args.question == "-" else args.question
    ask: Ask = validate_ask({"question": question, "language": args.lang, "top_k": args.top_k})
    assistant = _assistant(settings)
    if args.json:
        print(json.dumps(Answer.from_dict(assistant.chain.invoke(ask)).to_dict(), ensure_ascii=False, indent=2))
        return 0
    total: Any = None
    for piece in assistant.chain.stream(ask):
        if total is None:
            for note in piece["notes"]:
                print(f"({note})")
        print(piece.get("answer", ""), end="", flush=True)
        total = piece if total is None else total + piece
    print()
    answer = Answer.from_dict(total)
    for warning in answer.warnings:
        print(f"({warning})")
    _print_sources(answer)
    return 0


def _standard_input() -> str:
    try:
        return sys.stdin.read(100_000)
    except UnicodeDecodeError as exc:
        raise InputError("standard input is not UTF-8 text: convert it, for example with iconv") from exc


_LABELS = {
    "ko": {"sources": "출처", "related": "함께 볼 용어", "sections": {
        "definition": "정의", "plain": "쉽게 말하면", "how": "작동 방식", "why": "중요한 이유", "limits": "한계", "examples": "예시",
        "origin": "유래", "versus": "비교", "confusion": "흔한 오해"}},
    "en": {"sources": "Sources", "related": "See also", "sections": {
        "definition": "definition", "plain": "in plain words", "how": "how it works", "why": "why it matters", "limits": "limits",
        "examples": "examples", "origin": "origin", "versus": "versus", "confusion": "often confused"}},
}  # fmt: skip


def _print_sources(answer: Answer) -> None:
    labels: Any = _LABELS[answer.language]
    if answer.citations:
        print(f"\n{labels['sources']}")
    for citation in answer.citations:
        print(
            f"  [{citation.n}] {citation.term} · {labels['sections'][citation.section]} · {citation.file}:{citation.line}"
        )
        print(f"      “{_one_line(citation)}”")
    if answer.related and not answer.abstained:
        print(f"\n{labels['related']}: {', '.join(r.term for r in answer.related)}")


def _one_line(citation: Citation) -> str:
    return " ".join(citation.quote.split())


def _search(args: argparse.Namespace, settings: Settings) -> int:
    from dataclasses import asdict

    from rag.chain import validate_ask
    from rag.fusion import FUSED

    ask = validate_ask({"question": args.question, "language": args.lang, "top_k": args.top_k})
    assistant = _assistant(settings)
    found = assistant.search(ask)
    if args.json:
        print(
            json.dumps(
                [{**asdict(hit.chunk), "score": hit.score, "signals": dict(hit.signals)} for hit in found.nearest],
                ensure_ascii=False,
                indent=2,
            )
        )
        return 0
    for hit in found.nearest:
        signals = "  ".join(f"{name} {hit.signals[name]:.2f}" for name in FUSED)
        print(f"{hit.score:.3f}  {hit.chunk.id}  {hit.chunk.file}:{hit.chunk.line}  ({signals})")
        print(textwrap.indent(textwrap.shorten(hit.chunk.text, 160, placeholder=" …"), "       "))
    verdict = "enough" if found.hits else "too little"
    print(f"evidence {found.evidence.confidence:.2f}: {verdict} to answer")
    return 0


def _index(args: argparse.Namespace, settings: Settings) -> int:
    import time

    from rag.embedding import load_embeddings
    from rag.index import build_index

    start = time.monotonic()
    report = build_index(
        settings.corpus,
        folder=settings.index_dir,
        embeddings=load_embeddings(settings.embedding_model, cache=settings.cache),
        model=settings.embedding_model,
        progress=_progress,
    )
    print(
        f"{report.entries} entries, {report.chunks} passages, {report.questions} questions: {report.embedded} embedded, {report.reused} reused, "
        f"{report.removed} removed, {time.monotonic() - start:.1f} s\n{report.folder}"
    )
    return 0


def _terms(args: argparse.Namespace, settings: Settings) -> int:
    from rag.corpus import load_corpus
    from rag.linking import Linker
    from rag.text import compact

    corpus = load_corpus(settings.corpus)
    by_id = {entry.id: entry for entry in corpus.entries}
    linker = Linker(corpus.entries)

    def find(name: str) -> list[Entry]:
        ids = (name,) if name in by_id else linker.lookup(name)
        if not ids:
            raise InputError(f"the glossary has no term {name!r}: list them with 'rag terms --search TEXT'")
        return [by_id[i] for i in ids]

    if args.term:
        for entry in find(args.term):
            _print_entry(entry, by_id, args.lang)
        return 0
    chosen = list(corpus.entries)
    if args.related:
        near = {i for e in find(args.related) for ids in e.relations.values() for i in ids}
        mine = {e.id for e in find(args.related)}
        near |= {e.id for e in corpus.entries if mine & {i for ids in e.relations.values() for i in ids}}
        chosen = [e for e in chosen if e.id in near]
    if args.category:
        known = sorted({e.category for e in corpus.entries if e.category})
        if args.category not in known:
            raise InputError(f"no category {args.category!r}: there are {', '.join(known)}")
        chosen = [e for e in chosen if e.category == args.category]
    if args.search:
        chosen = [e for e in chosen if any(compact(args.search) in compact(form) for form in e.surfaces)]
    for entry in chosen:
        names = " / ".join(dict.fromkeys(entry.term.values()))
        print(f"{entry.id:30} {names}{f'  [{entry.category}]' if entry.category else ''}")
    print(f"{len(chosen)} of {len(corpus.entries)} terms", file=sys.stderr)
    return 0


def _print_entry(entry: Entry, by_id: dict[str, Entry], lang: Any) -> None:
    lang = lang if lang in entry.languages else entry.languages[0]
    labels: Any = _LABELS[lang]["sections"]
    print(
        f"{' / '.join(dict.fromkeys(entry.term.values()))}{f' ({entry.expansion})' if entry.expansion else ''}  {entry.file}"
    )
    for section in entry.sections:
        if section.lang == lang:
            print(
                f"\n{labels[section.name]}{f': {section.versus}' if section.versus else ''}\n{textwrap.indent(section.text, '  ')}"
            )
    print()
    for name, ids in entry.relations.items():
        print(f"{name}: {', '.join(by_id[i].name(lang) if i in by_id else i for i in ids)}")
    for reference in entry.references:
        print(f"{reference.title} ({reference.year}) {reference.url}")


def _check(args: argparse.Namespace, settings: Settings) -> int:
    from collections import Counter

    from rag.corpus import load_corpus

    corpus = load_corpus(settings.corpus, strict=False)
    for problem in corpus.problems:
        print(problem)
    halves = Counter(lang for e in corpus.entries for lang in e.languages)
    categories = Counter(e.category or "(none)" for e in corpus.entries)
    sections = Counter(s.name for e in corpus.entries for s in e.sections)
    versus = sum(s.name == "versus" and s.lang == e.languages[0] for e in corpus.entries for s in e.sections)
    print(
        f"{len(corpus.entries)} entries ({', '.join(f'{n} {lang}' for lang, n in halves.items())}), {versus} versus sections"
    )
    print("categories: " + ", ".join(f"{name} {n}" for name, n in categories.most_common()))
    print("sections: " + ", ".join(f"{name} {n}" for name, n in sections.most_common()))
    print(f"{len(corpus.problems)} problems")
    return 1 if corpus.problems else 0


def _eval(args: argparse.Namespace, settings: Settings) -> int:
    try:
        from evals import report
    except ImportError as exc:
        raise InputError("evals/ is not installed: run from a checkout of the project") from exc
    if args.out and not args.from_feedback:
        raise InputError("--out goes with --from-feedback")
    return _candidates(args.out, settings) if args.from_feedback else report.run(args, settings)


def _candidates(out: str | None, settings: Settings) -> int:
    from evals.feedback import candidates
    from rag.feedback import FeedbackStore

    rows = candidates(FeedbackStore(settings.feedback_file).rows())
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if out is None:
        print(text, end="")
    else:
        try:
            with Path(out).open("x", encoding="utf-8") as file:  # never over a question set
                file.write(text)
        except FileExistsError as exc:
            raise InputError(f"{out} exists: choose a new file") from exc
        except OSError as exc:
            raise InputError(f"cannot write {out}: {exc.strerror}") from exc
    todo = sum("unlabelled" in row for row in rows)
    print(f"{len(rows)} candidates from {settings.feedback_file}, {todo} to label", file=sys.stderr)
    return 0


def _serve(args: argparse.Namespace, settings: Settings) -> int:
    from rag.server import serve

    serve(settings, host=args.host, port=args.port, dev=args.dev)
    return 0


_RUNS = {
    "ask": _ask,
    "search": _search,
    "index": _index,
    "terms": _terms,
    "check": _check,
    "eval": _eval,
    "serve": _serve,
}


if __name__ == "__main__":
    sys.exit(main())
