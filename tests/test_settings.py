from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.settings import BUNDLED_MODEL, Settings, shipped_corpus


def test_defaults() -> None:
    settings = Settings.from_env({})
    assert settings.corpus == shipped_corpus()
    assert settings.index is None
    assert settings.embedding_model == BUNDLED_MODEL == "intfloat/multilingual-e5-small"


def test_shipped_corpus_holds_the_glossary() -> None:
    assert (shipped_corpus() / "lora.md").is_file()


def test_environment_is_read_and_empty_means_unset() -> None:
    settings = Settings.from_env(
        {
            "RAG_CORPUS": "/data/terms",
            "RAG_INDEX": "",
            "RAG_EMBEDDING_MODEL": "org/model",
            "XDG_CACHE_HOME": "/cache",
            "OTHER": "x",
        }
    )
    assert settings == Settings(
        corpus=Path("/data/terms"), embedding_model="org/model", cache=Path("/cache/rag-glossary")
    )
    assert Settings.from_env({"RAG_CORPUS": "", "RAG_EMBEDDING_MODEL": ""}) == Settings()


def test_index_dir_is_the_index_when_given() -> None:
    assert Settings.from_env({"RAG_INDEX": "/data/index"}).index_dir == Path("/data/index")


def test_index_dir_belongs_to_corpus_and_model(tmp_path: Path) -> None:
    settings = Settings(corpus=tmp_path / "a", cache=tmp_path / "cache")
    same = Settings(corpus=tmp_path / "b" / ".." / "a", cache=tmp_path / "cache")
    assert settings.index_dir == same.index_dir
    assert settings.index_dir.parent == tmp_path / "cache"
    others = {
        settings.index_dir,
        settings.model_copy(update={"corpus": tmp_path / "b"}).index_dir,
        settings.model_copy(update={"embedding_model": "org/model"}).index_dir,
    }
    assert len(others) == 3


def test_index_dir_expands_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings().index_dir.parent == tmp_path / ".cache" / "rag-glossary"


def test_frozen() -> None:
    with pytest.raises(ValidationError, match="Instance is frozen"):
        Settings().corpus = Path("x")  # type: ignore[misc]


def test_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Settings(corpsu=Path("x"))  # type: ignore[call-arg]
