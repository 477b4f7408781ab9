"""rag.generation.models and the settings behind it: from PROVIDER:MODEL to a chat model. Nothing is sent anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from rag.cli import main
from rag.errors import ModelError, SettingsError
from rag.generation.models import load_chat_model
from rag.settings import Settings

LOCAL = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "OPENAI_API_BASE",
        "RAG_LLM",
        "RAG_LLM_BASE_URL",
        "RAG_LLM_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("provider", ["vllm", "llamacpp", "openai"])
def test_servers_that_speak_openais_protocol(provider: str) -> None:
    model: Any = load_chat_model(Settings(llm=f"{provider}:qwen:7b", llm_base_url=LOCAL, llm_max_tokens=99))
    assert type(model).__name__ == "ChatOpenAI"
    assert (model.model_name, model.openai_api_base, model.temperature) == ("qwen:7b", LOCAL, 0)
    assert model.extra_body == {"max_tokens": 99}
    assert model.openai_api_key.get_secret_value() == "none"
    assert model.max_retries == 0


def test_openai_itself_gets_no_body_that_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    model: Any = load_chat_model(Settings(llm="openai:gpt-5-mini", llm_deadline=7))
    assert model.extra_body is None
    assert model.max_tokens == 512
    assert model.request_timeout == 7


@pytest.mark.parametrize(
    ("llm", "message"),
    [
        ("gpt-5-mini", "'gpt-5-mini' is not PROVIDER:MODEL"),
        ("openai:", "is not PROVIDER:MODEL"),
        ("vllm:qwen", "vllm: needs the address of its server: --llm-base-url"),
        ("llamacpp:qwen", "llamacpp: needs the address"),
        ("anthropic:claude", r"pip install 'rag-glossary\[anthropic\]'"),
        ("google:gemini", r"pip install 'rag-glossary\[google\]'"),
        ("ollama:qwen3:8b", r"pip install 'rag-glossary\[ollama\]'"),
        ("groq:llama", "pip install langchain-groq"),
        ("nonsense:x", "the model nonsense:x cannot be set up"),
        ("openai:gpt-5-mini", "the model openai:gpt-5-mini cannot be set up"),
    ],
)
def test_what_cannot_be_set_up_says_what_to_do(llm: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        load_chat_model(Settings(llm=llm))


def test_the_environment_is_read_and_an_option_beats_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.from_env(
        {"RAG_LLM": "ollama:x", "RAG_LLM_DEADLINE": "3", "RAG_LLM_CACHE": "1", "RAG_LLM_MAX_TOKENS": "64"}
    )
    assert (settings.llm, settings.llm_deadline, settings.llm_cache, settings.llm_max_tokens) == (
        "ollama:x",
        3.0,
        True,
        64,
    )
    monkeypatch.setenv("RAG_LLM", "ollama:x")
    assert main(["--llm", "broken", "ask", "LoRA가 뭐야?"]) == 2
    assert "--llm 'broken' is not PROVIDER:MODEL" in capsys.readouterr().err


def test_keys_go_only_where_they_belong() -> None:
    environ = {"OPENAI_API_KEY": "sk-mine", "RAG_LLM_BASE_URL": LOCAL}
    assert Settings.from_env({**environ, "RAG_LLM": "openai:x"}).llm_api_key == "sk-mine"
    assert Settings.from_env({**environ, "RAG_LLM": "vllm:x"}).llm_api_key is None
    own = Settings.from_env({**environ, "RAG_LLM": "vllm:x", "RAG_LLM_API_KEY": "own"})
    assert own.llm_api_key == "own"
    assert "own" not in repr(own)


@pytest.mark.parametrize(
    ("name", "value"), [("RAG_LLM_DEADLINE", "soon"), ("RAG_LLM_DEADLINE", "0"), ("RAG_LLM_MAX_TOKENS", "1")]
)
def test_a_bad_number_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({name: value})
