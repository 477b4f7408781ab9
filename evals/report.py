"""``rag eval``: retrieval, answers and whole conversations over the question sets, by slice, with confidence intervals and baselines."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from evals.answers import evaluate_answers, with_model
from evals.conversations import evaluate_conversations
from evals.figures import Figures
from evals.retrieval import evaluate_retrieval
from rag.chain import open_assistant
from rag.errors import InputError
from rag.settings import Settings

__all__ = ["run"]

_THRESHOLDS = Path(__file__).parent / "thresholds.json"


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run what the command line asked for; returns the exit code."""
    if args.answers and args.conversations:
        raise InputError("--answers and --conversations are two evaluations: run one after the other")
    if args.limit is not None and not (args.answers or args.conversations):
        raise InputError("--limit goes with --answers or --conversations")
    if args.gate and (args.limit is not None or args.split != "heldout"):
        raise InputError("--gate holds the whole held-out split against its floors: leave --limit and --split out")
    assistant = open_assistant(settings.model_copy(update={"llm": None}))
    if args.answers:
        figures = evaluate_answers(
            assistant,
            split=args.split,
            corpus=settings.corpus,
            llm=with_model(assistant, settings),
            limit=args.limit,
        )
    elif args.conversations:
        figures = evaluate_conversations(assistant, split=args.split, limit=args.limit)
    else:
        figures = evaluate_retrieval(assistant, split=args.split)
    failures = figures.pop("failures")
    if args.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        _print(figures)
    if args.failures:
        for failure in failures:
            print(failure, file=sys.stderr if args.json else sys.stdout)
    name = "answers" if args.answers else "conversations" if args.conversations else "retrieval"
    return _gate(figures, name) if args.gate else 0


def _gate(figures: Figures, name: str) -> int:
    """Compare with ``thresholds.json``; every figure below its floor, or above its ceiling, is named."""
    faults = []
    for key, (sign, bound) in json.loads(_THRESHOLDS.read_text("utf-8"))[name].items():
        value: Any = figures
        for part in key.split("/"):
            value = value[part]
        if not (value >= bound if sign == ">=" else value <= bound):
            faults.append(f"{key} is {value:.3f}, must be {sign} {bound}")
    for fault in faults:
        print(f"gate: {fault}", file=sys.stderr)
    print(f"gate: {'failed' if faults else 'passed'}", file=sys.stderr)
    return 1 if faults else 0


def _print(figures: Figures) -> None:
    print(f"split {figures['split']}, {figures['questions']} questions; mean [95 % interval]\n")
    for title in ("systems", "slices"):
        print(title)
        for name, measures in figures[title].items():
            print(f"  {name}")
            _print_measures(measures, "    ")
    if "abstention" in figures:
        print("abstention")
        _print_measures(figures["abstention"], "    ")


def _print_measures(measures: Figures, indent: str) -> None:
    for label, value in measures.items():
        if isinstance(value, dict):
            print(f"{indent}{label:20} {value['mean']:.3f} [{value['low']:.3f}, {value['high']:.3f}]  n {value['n']}")
        else:
            print(f"{indent}{label:20} {value:.3f}" if isinstance(value, float) else f"{indent}{label:20} {value}")
