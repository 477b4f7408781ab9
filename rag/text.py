"""Small text functions that several stages share: normal form, language, Hangul letters."""

from __future__ import annotations

import re
import unicodedata

from rag.types import Language

__all__ = ["compact", "detect_language", "ends_in_rieul", "has_final", "is_hangul", "normalize", "to_jamo"]

_DROPPED = re.compile(r"[^\w.+#]|_")
_HANGUL_BASE = 0xAC00
_HANGUL_LAST = 0xD7A3
_FINALS = 28
_RIEUL = 8


def normalize(text: str) -> str:
    """NFKC, case-folded, white space runs as one space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def compact(text: str) -> str:
    """Key under which written forms are equal: letters, digits, and the marks ``. + #`` inside a word.

    "Fine-tuning", "fine tuning" and "finetuning" share a key, as do 미세 조정 and 미세조정.
    """
    kept = _DROPPED.sub("", normalize(text))
    return kept.strip(".") if any(c.isalnum() for c in kept) else ""


def is_hangul(char: str) -> bool:
    """Whether ``char`` is a composed Hangul syllable."""
    return _HANGUL_BASE <= ord(char) <= _HANGUL_LAST


def has_final(char: str) -> bool:
    """Whether a Hangul syllable ends in a consonant, which decides between 은/는, 이/가, 을/를."""
    return is_hangul(char) and (ord(char) - _HANGUL_BASE) % _FINALS != 0


def ends_in_rieul(char: str) -> bool:
    """Whether a Hangul syllable ends in ㄹ, after which 로 stands as after a vowel: 모델로."""
    return is_hangul(char) and (ord(char) - _HANGUL_BASE) % _FINALS == _RIEUL


def to_jamo(text: str) -> str:
    """Hangul syllables decomposed into letters, so that one wrong letter is one edit (NFD)."""
    return unicodedata.normalize("NFD", text)


def detect_language(text: str) -> Language:
    """Korean if there is Hangul, unless English words do the asking.

    "LoRA랑 QLoRA 차이?" is Korean, "what does 미세조정 mean?" is English.
    """
    hangul = sum(is_hangul(c) or "\u1100" <= c <= "\u11ff" or "\u3131" <= c <= "\u318e" for c in text)
    if not hangul:
        return "en"
    asking = [w for w in re.findall(r"(?<![\w-])[A-Za-z]+(?![\w-])", text.lower()) if w in _ENGLISH_FUNCTION_WORDS]
    korean_words = sum(any(map(is_hangul, word)) for word in text.split())
    return "en" if len(asking) >= 2 or (asking and korean_words <= 1 and asking[0] in _ENGLISH_OPENERS) else "ko"


_ENGLISH_OPENERS = frozenset(
    ["what", "whats", "explain", "define", "meaning", "how", "why", "who", "when", "which", "describe"]
)
_ENGLISH_FUNCTION_WORDS = frozenset([
    "a", "an", "and", "are", "between", "can", "define", "difference", "do", "does", "explain", "for", "how", "in",
    "is", "it", "me", "mean", "means", "meaning", "of", "or", "should", "the", "to", "versus", "was", "what",
    "whats", "when", "which", "who", "why", "with",
])  # fmt: skip
