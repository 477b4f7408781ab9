"""Which plan answers which kind of question. A plan chooses sentences; one that finds nothing returns no lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice

from rag.generation.lists import members_of
from rag.generation.names import expand, model_name
from rag.generation.pairs import compare, relation, same
from rag.generation.phrases import phrase
from rag.generation.single import define, fact, lines_of, origin, plain, proscons, reverse, tell
from rag.generation.sources import Draft, Sources
from rag.types import Kind, Sentence

__all__ = ["PLANS"]

_LISTED = 7
_SHORT_LIST = 3
"""Members up to which the head of a list may name more, that have no entry."""
_STEPS = 5


def list_(sources: Sources) -> Draft:
    """The kinds, or else the parts, of a term, one sentence each; or the terms that a description takes together."""
    lead, members = members_of(sources)
    if len(members) < 2:
        draft = tell(sources)
        chosen = {line.sentence.quote for line in draft.lines}
        named = [s for s in _naming_kinds(sources) if s.quote not in chosen]
        return Draft([*draft.lines[:1], *lines_of(named), *draft.lines[1:]], draft.notes)
    lines = lines_of((s for i in members[:_LISTED] for s in sources.sentences(i, "definition")[:1]), "- ")
    name = "listed" if len(members) <= _LISTED else "listed_first"
    terms, count = [sources.name(i) for i in members], min(len(members), _LISTED)
    group = sources.retrieval.group
    of = (
        phrase("listed_of", sources.lang, group=group.named(sources.lang))
        if group and {*members} <= {*group.members}
        else ""
    )
    note = phrase(name, sources.lang, count=count, all=len(members), terms=terms, of=of)
    lines = [*lines_of(sources.sentences(lead, "definition")[:1] if lead else ()), *lines]
    if lead and len(members) <= _SHORT_LIST:  # "SGD, Adam and AdamW are widely used optimizers": not all have an entry
        told = (s for s in sources.sentences(lead, "examples") if s.text.count(",") > 1)
        lines += lines_of(islice(told, 1), "- ")
    return Draft(lines, [note])


def _naming_kinds(sources: Sources) -> list[Sentence]:
    """The sentence of an entry that names the most other terms, if it names several: "dense retrievers ..., sparse ones ...".

    Definitions are told anyway, and comparisons name what is no kind of the term.
    """
    pool = [s for i in sources.subjects[:1] for s in sources.sentences(i, "how", "why", "examples")]
    found = [(len(sources.named_in(s)), s) for s in pool]
    most = max((count for count, _ in found), default=0)
    return [s for count, s in found if count == most][:1] if most > 2 else []


def path(sources: Sources) -> Draft:
    """What to read first: prerequisites, the nearest first chosen, then ordered from the basics up."""
    subject = sources.subjects[0]
    chosen, level = [subject], [subject]
    while level and len(chosen) <= _STEPS:
        before = [
            b for i in level for b in sources.entries[i].relations.get("prerequisite", ()) if b in sources.entries
        ]
        level = [i for i in dict.fromkeys(before) if i not in chosen]  # a glossary may have prerequisites in a circle
        chosen += level
    chosen = chosen[: _STEPS + 1]
    steps: list[str] = []

    def visit(entry_id: str, above: frozenset[str]) -> None:
        for before in sources.entries[entry_id].relations.get("prerequisite", ()):
            if before in chosen and before not in steps and before not in above:
                visit(before, above | {before})
        if entry_id not in steps:
            steps.append(entry_id)

    visit(subject, frozenset({subject}))
    if len(steps) == 1:
        return define(sources)
    note = phrase("path", sources.lang, terms=" → ".join(sources.name(i) for i in steps))
    return Draft(lines_of((s for i in steps for s in sources.sentences(i, "definition")[:1]), "- "), [note])


PLANS: Mapping[Kind, Callable[[Sources], Draft]] = {
    "define": define,
    "plain": plain,
    "compare": compare,
    "list": list_,
    "how": tell,
    "why": tell,
    "limits": tell,
    "proscons": proscons,
    "examples": tell,
    "origin": origin,
    "expand": expand,
    "reverse": reverse,
    "model_name": model_name,
    "relation": relation,
    "same": same,
    "path": path,
    "fact": fact,
}
