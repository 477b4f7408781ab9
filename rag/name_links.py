"""What the names in a question are worth to entries: much where it is about them, little inside a description."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from rag.fusion import Weights
from rag.linking import Linker
from rag.question import KOREAN, Question, asks_directly, masked, stands_as_topic

__all__ = ["name_links"]

_CONTEXT = re.compile(r"(의|에서|에|을|를| 논문| 중)\s")
_OF_ONE_TERM = frozenset({"origin", "expand", "limits", "proscons", "examples", "plain"})
"""Kinds of which a question that begins with a name is about it: "word2vec 어느 회사가 냈어"."""
_STEEPNESS = 6
"""How sharply a name's worth falls as more words stand around it: from a question about it to a description that mentions it."""
_IN_CONTEXT = 0.85
"""What is left of a name's worth where it only says of what, or in what, something is asked: "LoRA 논문 저자"."""
_THE_KOREAN_ONE = 1.5
"""Worth, in units of a name, of the related term whose definition speaks of Korean where "a Korean one" is asked for."""


def name_links(
    question: Question,
    *,
    linker: Linker,
    weights: Weights,
    entries: Collection[str],
    about_korean: Callable[[str], bool],
) -> dict[str, float]:
    """What the names in a question, and those carried over, are worth, by id of the entry.

    Args:
        entries: ids of the entries of the glossary.
        about_korean: whether the definition of an entry (by id) speaks of Korean.
    """
    links = {entry_id: _link(entry_id, question, weights=weights) for entry_id in question.entry_ids}
    korean = bool(KOREAN.search(masked(question)))
    carried = question.carried if not (question.mentions or question.aside) else ()
    kin = {other: links[i] for i in carried for other in linker.kin(i) if other in entries and other not in links}
    if korean and carried and not any(map(about_korean, carried)):  # after MMLU, "is there a Korean one?"
        links |= {i: _THE_KOREAN_ONE * weights.link for i in kin if about_korean(i)}
    elif question.kin_too:
        links |= {i: weights.kin * max(link, weights.link / 2) for i, link in kin.items()}
    elif question.context and not question.carried and question.content:
        for entry_id in question.context:
            near = linker.kin(entry_id) if question.kind == "reverse" else (entry_id, *linker.kin(entry_id))
            for other in near:
                if other in entries:
                    links[other] = max(links.get(other, 0.0), weights.context)
    return links


def _link(entry_id: str, question: Question, *, weights: Weights) -> float:
    """What a name in the question is worth: much when the question is about it, little inside a description.

    "토큰이 뭐야?" asks about tokens; a sentence of ten other words that mentions tokens describes something else.
    """
    if question.kind == "reverse":
        return -weights.excluded
    others = len(question.leftovers)
    asked = asks_directly(question)
    mention = next((m for m in question.mentions if entry_id in m.entry_ids), None)
    topic, context = False, False
    if mention is not None:
        after = question.text[mention.end :]
        topic = stands_as_topic(question, mention) or (mention.start == 0 and question.kind in _OF_ONE_TERM)
        topic = topic or sum(entry_id in m.entry_ids for m in question.mentions) > 1 or entry_id in asked
        context = bool(_CONTEXT.match(after)) or bool(asked and entry_id not in asked)
    share = 1.0 / (1.0 + ((others / 2 if topic else others) / weights.description) ** _STEEPNESS)
    return (weights.link * share - weights.mentioned * (1 - share)) * (_IN_CONTEXT if context else 1.0)
