"""Sentence boundaries for Korean and English, as offsets into the text.

A full stop ends a sentence only before white space or the end, so the points inside "GPT-3.5", "v0.2" and
"1.5B" never do, and neither does the comma of "1,750억". A line that is a list item, heading, table row or
code is a unit of its own.
"""

from __future__ import annotations

import re

__all__ = ["sentence_spans"]

_END = re.compile(r"""[.!?。！？…]+["'”’»」』)\]]*(?=\s|$)""")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|cf|vs|al|fig|eq|vol|approx|resp|dr|mr|ms|mrs|prof|u\.s|a\.k\.a)\.$", re.IGNORECASE
)
_INITIAL = re.compile(r"(?:^|[A-Z][\w-]*\.?\s)[A-Z]\.$")
"""Edward J. Hu; but not "the matrix W." """

_MARKER = re.compile(r"(?:[-*+•]|\d{1,3}[.)])\s+")
_SKIPPED = re.compile(r"(?:\||```|~~~|#{1,6}\s|<|!\[|-{3,}\s*$|={3,}\s*$)")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return ``(start, end)`` of every sentence, in order; ``text[start:end]`` has no outer white space.

    A hard-wrapped sentence keeps its line break. Tables, fenced code, headings and raw HTML are left out.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _blocks(text):
        spans.extend(_split(text, start, end))
    return spans


def _blocks(text: str) -> list[tuple[int, int]]:
    """Runs of lines that may share a sentence."""
    blocks: list[tuple[int, int]] = []
    begin: int | None = None
    offset, fenced = 0, False
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        fence = stripped.startswith(("```", "~~~"))
        marker = _MARKER.match(line.lstrip())
        if (fenced or fence or not stripped or marker or _SKIPPED.match(stripped)) and begin is not None:
            blocks.append((begin, offset))
            begin = None
        if fence:
            fenced = not fenced
        elif stripped and not fenced and begin is None and not _SKIPPED.match(stripped):
            indent = len(line) - len(line.lstrip())
            begin = offset + indent + (marker.end() if marker else 0)
        offset += len(line)
    if begin is not None:
        blocks.append((begin, offset))
    return blocks


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _END.finditer(text, start, end):
        if _continues(text, begin, match.end(), end):
            continue
        spans.append((begin, match.end()))
        begin = match.end() + len(text[match.end() : end]) - len(text[match.end() : end].lstrip())
    spans.append((begin, end))
    trimmed = ((s, s + len(text[s:e].rstrip())) for s, e in spans)
    return [(s, e) for s, e in trimmed if e > s]


def _continues(text: str, begin: int, stop: int, end: int) -> bool:
    """Whether the point before ``stop`` belongs to an abbreviation or the next word goes on in lower case."""
    rest = text[stop:end].lstrip()
    if not rest or "\n" in text[stop : end - len(rest)]:
        return False
    head = text[begin:stop]
    if head.endswith((".", ".)")) and (_ABBREVIATION.search(head.rstrip(")")) or _INITIAL.search(head)):
        return True
    return head.endswith("...") and rest[0].islower()
