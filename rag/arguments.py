"""What the command line takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

__all__ = ["parser_of"]

_EXAMPLES = """\
examples:
  rag ask "LoRA랑 QLoRA 차이?"             answer from the shipped glossary, with sources
  rag ask "what's GGUF for?" --json        the same as JSON, for scripts
  rag search "키워드 검색이랑 벡터 검색 섞기"   passages and their scores, no answer
  rag terms --search 양자화                 what the glossary has
  rag --corpus my-glossary corpus check    check a glossary of your own, then: rag --corpus my-glossary ask "..."
  rag serve                                web page and REST on http://127.0.0.1:8000

exit codes: 0 done, 1 faults in a glossary, index or eval, 2 wrong command, question or setting
"""


def parser_of(runs: Mapping[str, Callable[..., int]]) -> argparse.ArgumentParser:
    """The parser; a parsed command has its function as ``run``.

    Args:
        runs: functions of the commands, by name.
    """
    parser = argparse.ArgumentParser(
        prog="rag",
        description="Answers questions about a glossary of AI and NLP terms, in Korean and English, with exact citations. Offline.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shared = argparse.ArgumentParser(add_help=False)
    for target, default in ((parser, None), (shared, argparse.SUPPRESS)):  # before or after the command
        target.add_argument(
            "--corpus", metavar="DIR", default=default, help="glossary folder (RAG_CORPUS; default: the shipped one)"
        )
        target.add_argument(
            "--index", metavar="DIR", default=default, help="index folder (RAG_INDEX; default: in ~/.cache)"
        )
        target.add_argument(
            "--model", metavar="NAME", default=default, help="embedding model, hub id or folder (RAG_EMBEDDING_MODEL)"
        )
        target.add_argument(
            "--llm", metavar="PROVIDER:MODEL", default=default,
            help="let a language model write, checked against the glossary (RAG_LLM; default: none)",
        )  # fmt: skip
        target.add_argument(
            "--llm-base-url",
            metavar="URL",
            default=default,
            help="address of an OpenAI-compatible server (RAG_LLM_BASE_URL)",
        )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, parents=[shared], help=text, description=text)
        sub.set_defaults(run=runs[name])
        return sub

    ask = command("ask", "answer a question, every sentence with its source")
    ask.add_argument("question", help="the question; '-' reads it from standard input")
    ask.add_argument("--json", action="store_true", help="print the answer as JSON")
    ask.add_argument(
        "--lang", choices=["auto", "ko", "en"], default="auto", help="language of the answer (default: of the question)"
    )
    ask.add_argument("--top-k", type=int, default=5, metavar="N", help="passages to retrieve, 1 to 10 (default 5)")
    search = command("search", "show the passages that a question finds")
    search.add_argument("question")
    search.add_argument("--json", action="store_true", help="print hits as JSON")
    search.add_argument("--lang", choices=["auto", "ko", "en"], default="auto")
    search.add_argument("--top-k", type=int, default=5, metavar="N")
    command("index", "build or update the index; only new text is embedded")
    terms = command("terms", "list the terms of the glossary, or show one")
    terms.add_argument("term", nargs="?", help="show this term with all sections")
    terms.add_argument("--category", help="only this category")
    terms.add_argument("--search", metavar="TEXT", help="only terms whose names hold TEXT")
    terms.add_argument("--related", metavar="TERM", help="only terms that TERM is related to")
    terms.add_argument("--lang", choices=["ko", "en"], default="ko")
    corpus = commands.add_parser(
        "corpus", parents=[shared], help="check a glossary", description="work on the glossary files"
    )
    actions = corpus.add_subparsers(title="actions", required=True, metavar="ACTION")
    check = actions.add_parser("check", parents=[shared], help="validate every file; each fault with file and line")
    check.set_defaults(run=runs["check"])
    evaluate = command("eval", "measure retrieval, or answers, on the question sets in evals/")
    evaluate.add_argument("--answers", action="store_true", help="measure answers instead of retrieval")
    evaluate.add_argument("--conversations", action="store_true", help="measure whole conversations instead")
    evaluate.add_argument("--split", choices=["dev", "heldout", "all"], default="heldout")
    evaluate.add_argument("--limit", type=int, metavar="N", help="with --answers or --conversations, only the first N")
    evaluate.add_argument("--gate", action="store_true", help="exit 1 if a figure is below evals/thresholds.json")
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")
    evaluate.add_argument(
        "--failures", action="store_true", help="also list the questions that failed (never on heldout while tuning)"
    )
    evaluate.add_argument(
        "--from-feedback",
        action="store_true",
        help="instead, turn the verdicts of the web page (RAG_FEEDBACK) into candidates, as JSON lines to check by hand",
    )
    evaluate.add_argument(
        "--out", metavar="FILE", help="with --from-feedback: write a new file instead of standard output"
    )
    serve = command("serve", "serve the web page, and REST with LangServe")
    serve.add_argument("--host", default="127.0.0.1", help="other than this machine: set RAG_API_KEYS first")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--dev", action="store_true", help="also LangServe's playgrounds and debugging routes")
    return parser
