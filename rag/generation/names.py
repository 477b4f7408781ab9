"""Plans for names as such: what letters stand for, and what the parts of a model's name say."""

from __future__ import annotations

import re

from rag.generation.citations import Line
from rag.generation.phrases import phrase
from rag.generation.single import define, lines_of
from rag.generation.sources import Draft, Sources
from rag.model_names import rule_pattern, split_model_name
from rag.text import compact
from rag.types import Sentence

__all__ = ["expand", "model_name"]

_SPELLED = re.compile(r"약자|줄임|풀어|이름|뜻하|따온|stands? for|short for|name|abbreviat|acronym")
_OWN_ENTRY = frozenset({"family", "unknown", "gptq", "awq", "gguf", "qlora", "lora", "quant-type"})
"""Parts of a model's name that an entry of their own explains better than the rule of names does."""


def expand(sources: Sources) -> Draft:
    """What letters stand for: the sentence that spells them out."""
    chosen: list[Sentence] = []
    for entry_id in sources.subjects[:2]:
        expansion = compact(sources.entries[entry_id].expansion)
        pool = sources.sentences(entry_id)
        spelled = [s for s in pool if expansion and expansion in compact(s.text)]
        named = [
            s for s in pool if s.chunk.section in ("confusion", "origin", "definition") and _SPELLED.search(s.text)
        ]
        definition = [s for s in pool if s.chunk.section == "definition"][:1]
        chosen += [*spelled[:1], *definition] if spelled else [*named[:2], *definition]
    return Draft(lines_of(chosen))


def model_name(sources: Sources) -> Draft:
    """A model's name part by part, each by the sentence that states its rule."""
    lang, linker = sources.lang, sources.retriever.reader.linker
    if "model-name" not in sources.entries:
        return define(sources)
    rules = sources.sentences("model-name", "how")
    lines: list[Line] = []
    notes: list[str] = []
    for part in split_model_name(sources.question.model_name, linker):
        reading = part.reading(lang)
        label = f"- {part.text}{f' ({reading})' if reading else ''}: "
        families = linker.lookup(part.text)
        stated = sources.sentences(families[0], "definition") if families and part.rule in _OWN_ENTRY else []
        if not stated and part.rule not in ("family", "unknown"):
            stated = [s for s in rules if rule_pattern(part.rule).search(s.text)]
        if stated:
            lines.append(Line(stated[0], label))
        else:
            notes.append(phrase("unknown_part", lang, part=part.text))
    return Draft(lines, notes)
