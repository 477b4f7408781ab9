"""Plans for names as such: what letters stand for, and what the parts of a model's name say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.generation.citations import Line
from rag.generation.phrases import phrase
from rag.generation.single import define, lines_of
from rag.generation.sources import Draft, Sources
from rag.model_names import Part, rule_pattern, split_model_name
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
    parts = split_model_name(sources.question.model_name, linker)
    counted = any(part.rule == "expert-count" for part in parts)
    for part in parts:
        reading = part.reading(lang)
        label = f"- {part.text}{f' ({reading})' if reading else ''}: "
        stated = _stated(part, rules, active=counted)
        families = linker.lookup(part.text) if part.rule in _OWN_ENTRY else ()
        told = bool(stated) and part.rule == "quant-type"  # by the rule that quotes this very type
        if len(families) == 1 and not told:  # a "gpt" may be any
            stated = sources.sentences(families[0], "definition")
        if stated:
            lines.append(Line(stated[0], label))
        else:
            notes.append(phrase("unknown_part", lang, part=part.text))
    return Draft(lines, notes)


def _stated(part: Part, rules: Sequence[Sentence], *, active: bool) -> list[Sentence]:
    """The sentences that state the rule for a part, first those that quote the very part.

    Args:
        active: whether a size is that of the active parameters, as in names that count the experts: "17B-16E".
    """
    if part.rule in ("family", "unknown"):
        return []
    rule = "expert-count" if active and part.rule == "size" else part.rule
    found = [s for s in rules if rule_pattern(rule).search(s.text)]
    quoted = [s for s in found if f"`{part.text}`".casefold() in s.text.casefold()]
    return quoted or ([] if part.rule == "quant-type" else found)  # of the types only two are told
