"""Entries to chunks. Pure; the same entry always gives the same ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rag.sentences import sentence_spans
from rag.types import Chunk, Entry, Section

__all__ = ["MAX_CHARS", "chunk_entries", "passage_text"]

MAX_CHARS = 700
"""A section longer than this is cut at sentence ends; e5 was trained on passages of up to 512 tokens."""


def chunk_entries(entries: Iterable[Entry]) -> list[Chunk]:
    """One chunk for each section, or several where a section is long; every ``text`` is a slice of its file."""
    chunks: list[Chunk] = []
    for entry in entries:
        counts: Counter[tuple[str, str]] = Counter()
        for section in entry.sections:
            for start, end in _pieces(section):
                number = counts[section.lang, section.name]
                counts[section.lang, section.name] += 1
                chunks.append(
                    Chunk(
                        id=f"{entry.id}:{section.lang}:{section.name}:{number}",
                        entry_id=entry.id,
                        lang=section.lang,
                        section=section.name,
                        term=entry.name(section.lang),
                        text=section.text[start:end],
                        file=entry.file,
                        line=section.line + section.text.count("\n", 0, start),
                        versus=section.versus,
                    )
                )
    return chunks


def _pieces(section: Section) -> list[tuple[int, int]]:
    text = section.text
    if len(text) <= MAX_CHARS:
        return [(0, len(text))]
    pieces: list[tuple[int, int]] = []
    start = 0
    for begin, end in sentence_spans(text):
        if end - start > MAX_CHARS and begin > start:
            pieces.append((start, start + len(text[start:begin].rstrip())))
            start = begin
    pieces.append((start, len(text)))
    return pieces


def passage_text(chunk: Chunk) -> str:
    """What is embedded: the term, so that a section which says "it" is still about something, and the text."""
    head = f"{chunk.term} / {chunk.versus}" if chunk.versus else chunk.term
    return f"{head}: {' '.join(chunk.text.split())}"
