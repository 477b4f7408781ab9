"""What the assistant says in its own words: notes and refusals, never claims about a term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.text import ends_in_rieul, has_final, is_hangul
from rag.types import Language

__all__ = ["as_what", "phrase", "topic", "topic_particle"]

_PHRASES: Mapping[str, Mapping[Language, str]] = {
    "not_found": {
        "ko": "이 용어집에는 이 질문에 답할 내용이 없습니다.",
        "en": "That is not in the glossary.",
    },
    "missing": {
        "ko": "{term} 이 용어집에 없습니다.",
        "en": "The glossary has no entry for {term}.",
    },
    "nearest": {"ko": "가까운 용어: {terms}.", "en": "Nearest terms: {terms}."},
    "mentioned": {"ko": "이 말이 나오는 항목: {terms}.", "en": "It is mentioned under: {terms}."},
    "about": {
        "ko": "용어집에 있는 말만 근거로 답합니다. 용어의 뜻, 차이, 원리, 장단점을 물어보세요.",
        "en": "Answers come from the glossary alone. Ask what a term means, how it works, or how two terms differ.",
    },
    "corrected": {
        "ko": "'{typed}' → {term} 이해했습니다.",
        "en": "'{typed}' was read as {term}.",
    },
    "other_language": {
        "ko": "용어집에 한국어 설명이 없어 영어 원문을 그대로 인용합니다.",
        "en": "The glossary has no English text for this, so the Korean original is quoted.",
    },
    "same": {
        "ko": "이 용어집에서 {terms} 같은 용어의 다른 이름입니다.",
        "en": "In this glossary {terms} are names of the same term.",
    },
    "not_same": {
        "ko": "이 용어집에서 {terms} 서로 다른 용어입니다.",
        "en": "In this glossary {terms} are different terms.",
    },
    "kind_of": {"ko": "{child} {parent}의 한 종류입니다.", "en": "{child} is a kind of {parent}."},
    "part_of": {"ko": "{child} {parent}의 구성 요소입니다.", "en": "{child} is a part of {parent}."},
    "homograph": {
        "ko": "'{surface}' 여러 뜻으로 쓰입니다: {terms}.",
        "en": "'{surface}' has several meanings: {terms}.",
    },
    "no_comparison": {
        "ko": "둘을 직접 비교한 문장은 용어집에 없어 각각의 설명을 보여 드립니다.",
        "en": "The glossary does not compare them directly, so here is what it says of each.",
    },
    "rival": {
        "ko": "비슷하게 맞는 용어가 있어 함께 보여 드립니다: {term}.",
        "en": "{term} fits the description almost as well, so it is shown too.",
    },
    "listed": {
        "ko": "용어집에 있는 {of}항목 {count}개: {terms}.",
        "en": "{count} entries in the glossary{of}: {terms}.",
    },
    "listed_first": {
        "ko": "용어집에 있는 {of}항목 {all}개: {terms}. 그 가운데 {count}개를 설명합니다.",
        "en": "{all} entries in the glossary{of}: {terms}. The first {count} are described.",
    },
    "listed_of": {"ko": "'{group}' ", "en": " under '{group}'"},
    "path": {"ko": "읽는 순서: {terms}.", "en": "Reading order: {terms}."},
    "unknown_part": {
        "ko": "'{part}' 부분은 용어집의 규칙으로 풀 수 없습니다.",
        "en": "The glossary has no rule for the part '{part}'.",
    },
    "model_failed": {
        "ko": "언어 모델이 제때 답하지 못해 용어집의 문장을 그대로 보여 드립니다.",
        "en": "The language model did not answer in time or failed, so these are the glossary's own sentences.",
    },
    "model_unsupported": {
        "ko": "언어 모델이 쓴 문장이 출처로 확인되지 않아 용어집의 문장을 그대로 보여 드립니다.",
        "en": "What the language model wrote could not be confirmed, so these are the glossary's own sentences.",
    },
    "model_stopped": {
        "ko": "언어 모델의 답이 도중에 끊겼습니다.",
        "en": "The language model's answer broke off.",
    },
    "model_dropped": {
        "ko": "출처로 확인되지 않은 문장 {count}개를 뺐습니다.",
        "en": "Sentences left out because the sources do not confirm them: {count}.",
    },
    "model_completed": {
        "ko": "언어 모델이 다루지 않은 용어는 용어집의 문장으로 채웠습니다.",
        "en": "Terms that the language model left out are covered by the glossary's own sentences.",
    },
    "carried": {"ko": "앞 질문의 {terms} 기준으로 답합니다.", "en": "Taken from the question before: {terms}."},
}


def topic(term: str, lang: Language) -> str:
    """The term, in Korean quoted and with the topic particle."""
    return f"'{term}'{topic_particle(term)}" if lang == "ko" else term


def topic_particle(term: str) -> str:
    """은 or 는; where the reading of a Latin ending is unknown, both forms."""
    last = term[-1]
    if is_hangul(last):
        return "은" if has_final(last) else "는"
    return "는" if last.casefold() in "aiou" else "은(는)"


def as_what(term: str, lang: Language) -> str:
    """The term, in Korean with the particle of what it was taken for."""
    if lang == "en":
        return term
    last = term[-1]
    if is_hangul(last):
        return f"{term}{'으로' if has_final(last) and not ends_in_rieul(last) else '로'}"
    return f"{term}{'로' if last.casefold() in 'aiou' else '(으)로'}"


def phrase(name: str, lang: Language, **values: object) -> str:
    """The phrase ``name`` in ``lang``; lists of terms are joined with commas."""
    joined = {
        k: ", ".join(map(str, v)) if isinstance(v, Sequence) and not isinstance(v, str) else v
        for k, v in values.items()
    }
    return _PHRASES[name][lang].format(**joined)
