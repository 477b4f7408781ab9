"""A model's text, as it streams in, to sentences with their citations."""

from __future__ import annotations

import re

from rag.sentences import sentence_spans

__all__ = ["Drafts"]

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", re.DOTALL | re.IGNORECASE)
_UNOPENED = re.compile(r"^.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_PARTIAL_TAG = re.compile(r"</?[a-z]{0,8}$", re.IGNORECASE)
_LATE_CITATION = re.compile(r"([.!?。…]+[\"'”’)]*)[ \t]*((?:\[[\d,\s]{1,12}\][ \t]*)+)(?=\s|$|[^\s\[])")


class Drafts:
    """Collects text and gives out each sentence once, when it is certain where it ends."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    def feed(self, text: str) -> list[str]:
        """Sentences that are complete now that ``text`` has arrived."""
        self._text += text
        if not re.search(r"[.!?。…\n]", self._text):
            return []
        sentences = self._sentences(_PARTIAL_TAG.sub("", self._text))
        # the last one may go on, and what begins with a bracket belongs to the one before
        open_end = 2 if sentences and sentences[-1].startswith("[") else 1
        return self._new(sentences[: len(sentences) - open_end])

    def finish(self) -> list[str]:
        """What is left at the end of the text."""
        return self._new(self._sentences(self._text))

    def _new(self, sentences: list[str]) -> list[str]:
        fresh = sentences[self._given :]
        self._given = max(self._given, len(sentences))
        return fresh

    def _sentences(self, text: str) -> list[str]:
        visible = _UNOPENED.sub("", _THOUGHT.sub("", text))
        visible = _LATE_CITATION.sub(lambda m: f" {m[2].strip()}{m[1]} ", visible)
        visible = visible.replace("\n", "\n\n")  # models do not wrap: a line is never half a sentence
        return [" ".join(visible[start:end].split()) for start, end in sentence_spans(visible)]
