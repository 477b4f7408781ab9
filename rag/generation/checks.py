"""What a sentence written by a model must stand up to before anyone sees it.

A model may only say what its cited passages say. :func:`check` takes the sentence as the model wrote it, with its ``[n]``, and
returns either the exact sentences of the glossary that carry it, or the faults, in words that a repair prompt can use.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.errors import ModelError
from rag.grounding.align import missing, supported_by
from rag.grounding.tokens import Reading
from rag.sentences import sentence_spans
from rag.text import is_hangul
from rag.types import Chunk, Language, Sentence

__all__ = ["MAX_LENGTH", "Fault", "Passage", "Verdict", "check", "is_chatter", "require_analyzers"]

MAX_LENGTH = 600
"""Characters of one sentence. The longest sentence of the shipped glossary has 251."""

FaultKind = Literal[
    "unfinished", "too long", "characters", "no citation", "citation out of range", "language", "number", "name", "words", "meaning"
]  # fmt: skip
_WORDS: dict[FaultKind, str] = {
    "unfinished": "it is not a whole sentence",
    "too long": "it is too long",
    "characters": "it holds markup, code, links or unusual characters: {words}",
    "no citation": "it has no [n]",
    "citation out of range": "there is no passage {words}",
    "language": "it is not in the language of the question",
    "number": "the cited passage does not have the number {words}",
    "name": "the cited passage does not name {words}",
    "words": "the cited passage does not say {words}",
    "meaning": "its words are in the cited passage, but in another order, or without a word such as 'not', 'only', 'may' or 'if'",
}
_CITATION = re.compile(r"\s*\[\s*(\d{1,4}(?:\s*,\s*\d{1,4})*)\s*\]")
_END = re.compile(r"[.!?。](?:[\"'”’)]*)$")
_LIST_MARK = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_ALLOWED = re.compile(r"[A-Za-z0-9가-힣 .,;:!?'\"()%/+\-–—~&=×’‘“”·…°]*")
_LINK = re.compile(r"https?:|www\.|://|\b[\w-]+\.(?:com|net|org|io|ai|kr|ru|cn|dev|app|info)\b", re.IGNORECASE)
_CHATTER = re.compile(
    r"(?:sure|certainly|of course|okay|ok|great question|here(?:'s| is| are)|based on the passages?|according to the passages?|"
    r"i hope|let me know|in summary)\b[^\[\]]*$|(?:물론|(?:네|예)[,.! ]|알겠습니다|좋은 질문|다음은|아래는|제공된|주어진|요약하면|도움이)[^\[\]]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a sentence may not leave."""

    kind: FaultKind
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        """In words, for the model."""
        return _WORDS[self.kind].format(words=", ".join(self.words))


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that the model was given as ``[n]``."""

    n: int
    chunk: Chunk

    @property
    def sentences(self) -> list[Sentence]:
        """Its sentences, in order."""
        return [Sentence(self.chunk, start, end) for start, end in sentence_spans(self.chunk.text)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence that was checked.

    Attributes:
        text: as it may be shown, without citations and emphasis.
        support: the sentences of the glossary that carry it; empty if there are faults.
    """

    text: str
    support: tuple[Sentence, ...] = ()
    faults: tuple[Fault, ...] = ()


def require_analyzers() -> None:
    """Load what the checks need.

    Raises:
        ModelError: the packages for it are not installed.
    """
    try:
        import mecab  # noqa: F401
    except ImportError as exc:
        raise ModelError(
            "checking what a model writes needs another package: pip install 'rag-glossary[chat]'"
        ) from exc


def is_chatter(sentence: str) -> bool:
    """Whether a sentence only opens or closes a chat ("Sure!", "물론입니다!") and cites nothing."""
    return bool(_CHATTER.match(sentence.strip())) and len(sentence) < 120


def check(sentence: str, passages: Sequence[Passage], language: Language) -> Verdict:
    """Hold one sentence, with its citations, against the passages that it cites."""
    cited = [int(n) for group in _CITATION.findall(sentence) for n in group.split(",")]
    text = " ".join(_LIST_MARK.sub("", _CITATION.sub("", sentence)).replace("**", "").split())
    by_number = {p.n: p for p in passages}
    faults = _form_faults(text, [by_number[n] for n in cited if n in by_number], language)
    if not cited:
        faults.append(Fault("no citation"))
    outside = [n for n in dict.fromkeys(cited) if n not in by_number]
    if outside:
        faults.append(Fault("citation out of range", tuple(f"[{n}]" for n in outside)))
    if faults:
        return Verdict(text, faults=tuple(faults))
    sources = [s for n in dict.fromkeys(cited) if by_number[n].chunk.lang == language for s in by_number[n].sentences]
    return _support(text, sources, language)


def _form_faults(text: str, cited: Sequence[Passage], language: Language) -> list[Fault]:
    """Faults that can be seen without reading the passages' meaning."""
    faults: list[Fault] = []
    if len(text) > MAX_LENGTH:
        return [Fault("too long")]
    if not _END.search(text):
        faults.append(Fault("unfinished"))
    odd = _ALLOWED.sub("", text)
    known = {c for p in cited for c in p.chunk.text if c.isalpha() and not (c.isascii() or is_hangul(c))}
    strange = [c for c in dict.fromkeys(odd) if c not in known]
    if strange or _LINK.search(text) or unicodedata.normalize("NFC", text) != text:
        faults.append(Fault("characters", tuple(strange)))
    if not _in_language(text, cited, language):
        faults.append(Fault("language"))
    return faults


def _in_language(text: str, cited: Sequence[Passage], language: Language) -> bool:
    """Korean has Hangul; English has it only in words that it quotes from a passage."""
    words = re.findall("[가-힣]+", text)
    if language == "ko":
        return bool(words)
    latin = sum(c.isascii() and c.isalpha() for c in text)
    return latin > sum(map(len, words)) and all(any(word in p.chunk.text for p in cited) for word in words)


def _support(text: str, sources: Sequence[Sentence], language: Language) -> Verdict:
    for source in sources:
        if source.text == text:
            return Verdict(text, (source,))
    claim = _read(text, language)
    readings = [_read(source.text, language) for source in sources]
    found = supported_by(claim, readings, language)
    if found:
        return Verdict(text, tuple(sources[i] for i in found))
    lacking = missing(claim, readings)
    faults = []
    for kind, forms in (("number", ("number",)), ("name", ("name",)), ("words", ("word", "mark"))):
        words = tuple(dict.fromkeys(t.surface for t in lacking if t.form in forms))
        if words:
            faults.append(Fault(kind, words))  # type: ignore[arg-type]
    return Verdict(text, faults=tuple(faults) or (Fault("meaning"),))


@lru_cache(maxsize=4096)
def _read(text: str, language: Language) -> Reading:
    if language == "ko":
        from rag.grounding.korean import read_korean

        return read_korean(text)
    from rag.grounding.english import read_english

    return read_english(text)
