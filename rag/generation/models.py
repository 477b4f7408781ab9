"""The chat model that the settings name, through LangChain."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from langchain_core.language_models import BaseChatModel

from rag.errors import ModelError
from rag.settings import Settings

__all__ = ["load_chat_model"]

_SELF_HOSTED = ("vllm", "llamacpp")
_EXTRAS = {"openai": "openai", "anthropic": "anthropic", "google_genai": "google", "ollama": "ollama"}
_NAMES = {"google": "google_genai", **dict.fromkeys(_SELF_HOSTED, "openai")}


def load_chat_model(settings: Settings) -> BaseChatModel:
    """The model ``PROVIDER:MODEL``; nothing is sent to it yet.

    Raises:
        ModelError: the name is malformed, an address is missing, or the provider's package is not installed.
    """
    named, _, model = (settings.llm or "").partition(":")
    if not named or not model:
        raise ModelError(
            f"--llm {settings.llm!r} is not PROVIDER:MODEL, for example openai:gpt-5-mini or ollama:qwen3:8b"
        )
    if named in _SELF_HOSTED and not settings.llm_base_url:
        raise ModelError(
            f"{named}: needs the address of its server: --llm-base-url or RAG_LLM_BASE_URL, for example http://127.0.0.1:8080/v1"
        )
    provider = _NAMES.get(named, named)
    from langchain.chat_models import init_chat_model

    try:
        if provider == "ollama":
            import_module("langchain_ollama")  # init_chat_model would look for it in langchain-community and stumble
        chat: BaseChatModel = init_chat_model(model, model_provider=provider, **_options(provider, settings))
    except ImportError as exc:
        package = f"'rag-glossary[{_EXTRAS[provider]}]'" if provider in _EXTRAS else f"langchain-{provider}"
        raise ModelError(f"the package for {named} is not installed: pip install {package}") from exc
    except Exception as exc:  # what a provider's library thinks of a key or a name
        raise ModelError(f"the model {settings.llm} cannot be set up: {_first_line(exc)}") from exc
    return chat


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {"temperature": 0}
    if provider == "ollama":
        options |= {"num_predict": settings.llm_max_tokens, "client_kwargs": {"timeout": settings.llm_deadline}}
    else:
        options |= {"max_tokens": settings.llm_max_tokens, "timeout": settings.llm_deadline, "max_retries": 0}
    if settings.llm_base_url:
        options["base_url"] = settings.llm_base_url
        if provider == "openai":
            # such servers know max_tokens but not OpenAI's max_completion_tokens, and take any key where they ask for one
            options["extra_body"] = {"max_tokens": settings.llm_max_tokens}
            options["api_key"] = settings.llm_api_key or "none"
    return options


def _first_line(exc: Exception) -> str:
    """The reason without what follows; messages of providers' libraries may go on to quote the request."""
    return (str(exc).splitlines() or [type(exc).__name__])[0][:200]
