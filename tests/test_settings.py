from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.errors import SettingsError
from rag.settings import BUNDLED_MODEL, ServerSettings, Settings, shipped_corpus


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


KEY = "0123456789abcdef"


def test_server_settings_from_the_environment(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"# team\n{KEY}-2\n\n{KEY}-3\n")
    server = Settings.from_env(
        {
            "RAG_API_KEYS": f" {KEY}-1 ,",
            "RAG_API_KEYS_FILE": str(keys),
            "RAG_CORS_ORIGINS": "https://a.example, http://b:81",
            "RAG_TRUSTED_HOSTS": "*.example,name",
            "RAG_RATE_LIMIT": "5/second",
            "RAG_SLOTS": "3",
            "RAG_QUEUE": "0",
            "RAG_DEADLINE": "2.5",
            "RAG_DRAIN_DELAY": "",
            "RAG_PROXIES": "10.0.0.1",
            "RAG_LOG_QUESTIONS": "1",
        }
    ).server
    assert [key.get_secret_value() for key in server.api_keys] == [f"{KEY}-1", f"{KEY}-2", f"{KEY}-3"]
    assert server.model_dump(exclude={"api_keys"}) == {
        "cors_origins": ("https://a.example", "http://b:81"), "trusted_hosts": ("*.example", "name"),
        "rate_limit": "5/second", "slots": 3, "queue": 0, "deadline": 2.5, "drain_delay": 0.0,
        "proxies": ("10.0.0.1",), "log_questions": True,
    }  # fmt: skip
    assert Settings.from_env({}).server == ServerSettings()


def test_keys_are_not_shown() -> None:
    assert KEY not in repr(Settings.from_env({"RAG_API_KEYS": KEY}))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("RAG_API_KEYS", "short", "RAG_API_KEYS: a key has 16 to 256 ASCII characters"),
        ("RAG_API_KEYS", "with space 0123456789", "make one with 'openssl rand -hex 24'"),
        ("RAG_API_KEYS", "키" * 20, "RAG_API_KEYS: a key has 16 to 256 ASCII characters"),
        ("RAG_API_KEYS_FILE", "/nowhere", "RAG_API_KEYS_FILE cannot be read .*: give a text file with one key a line"),
        ("RAG_API_KEYS_FILE", "/dev/null", "RAG_API_KEYS_FILE holds no key"),
        ("RAG_CORS_ORIGINS", "*", r"RAG_CORS_ORIGINS: write an origin as https://host"),
        ("RAG_CORS_ORIGINS", "https://a/b", "without a path"),
        ("RAG_TRUSTED_HOSTS", "http://a", "RAG_TRUSTED_HOSTS: write a host as name"),
        ("RAG_TRUSTED_HOSTS", "a*b", "RAG_TRUSTED_HOSTS: write a host as name"),
        ("RAG_RATE_LIMIT", "many", "RAG_RATE_LIMIT: String should match pattern"),
        ("RAG_SLOTS", "0", "RAG_SLOTS: Input should be greater than or equal to 1"),
        ("RAG_QUEUE", "x", "RAG_QUEUE: Input should be a valid integer"),
        ("RAG_DEADLINE", "nan", "RAG_DEADLINE: "),
        ("RAG_LOG_QUESTIONS", "perhaps", "RAG_LOG_QUESTIONS: Input should be a valid boolean"),
    ],
)
def test_a_bad_variable_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as raised:
        Settings.from_env({name: value})
    assert "0123456789" not in str(raised.value)


def test_where_verdicts_go(tmp_path: Path) -> None:
    assert Settings(cache=tmp_path).feedback_file == tmp_path / "feedback.sqlite3"
    assert Settings.from_env({"RAG_FEEDBACK": "/data/said.sqlite3"}).feedback_file == Path("/data/said.sqlite3")
