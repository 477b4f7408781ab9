"""Which group of entries a question asks for: "numbers to watch for speed when serving a model".

No entry is about latency, throughput and time to first token together, so a ranking of entries answers such a question by chance
alone. A glossary may say what people ask lists of (``groups.yaml``, see ``corpus/README.md``); the group is found by the
nearest of its own questions and by how far up its members rank.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from rag.types import Group

__all__ = ["FITS", "SAME_LIST", "SAME_QUESTION", "asks_for_parts", "best_group"]

FITS = 0.5
"""Fit from which a group is what a list was asked of. For 129 development lists the best group holds at least half of what was asked
for in 128; of these 125 lie above it, the other one below."""
SAME_QUESTION = 0.97
"""Cosine, by the tuned encoder, from which a question without a name is one that a group holds, in other letters at most."""
SAME_LIST = 0.955
"""The same for one that asks for examples, named or not: of 30 development questions for examples of a term none is as near, of
lists that look like them all three are."""
_ASKED, _RANKED, _HEAD = 4.0, 0.6, 0.2
"""Weights of the cosine above :data:`_UNRELATED`, of the ranks of the best three members, and of naming the head."""
_UNRELATED = 0.8
_BEST = 3
_CONSTANT = 3
"""As in reciprocal rank fusion, what is added to a rank counted from 0; small, because few entries are relevant."""

_PARTS = re.compile(r"구성\s*요소|부품|\b(components|parts|building blocks)\b")
_NAMED_PARTS = re.compile(rf"{_PARTS.pattern}|이루는 것|\bingredients\b")
"""In names of groups."""
_OF_PARTS = re.compile(
    r"구성|부품|요소|안에|들어|이루|단계|과정|순서|절차|\b(parts?|components?|inside|made (up )?of|make up|makes up|consists?|contains?|pieces|blocks|halves|stages|steps|layers|ingredients|ins?)\b"
)


def asks_for_parts(text: str) -> bool:
    """Whether a question, in lower case, asks for parts by name."""
    return bool(_PARTS.search(text))


def _is_of_parts(group: Group) -> bool:
    """Whether a group holds what something is made of: its parts, not its kinds."""
    return bool(_NAMED_PARTS.search(" ".join(group.name.values())))


def best_group(
    groups: Sequence[Group], *, text: str, asked: Mapping[int, float], ranked: Sequence[str], named: Collection[str]
) -> tuple[Group | None, float]:
    """The group that fits best, and how well it does: around 1 if it surely is what is asked for, 0 if surely not.

    Groups of parts are for questions that could mean parts: "which tokenizers are there" does not ask what is in a tokenizer.

    Args:
        text: the question, in lower case.
        asked: cosine of the nearest question of groups, by their place in ``groups``.
        ranked: ids of entries, best first.
        named: ids of the entries that the question names.
    """
    places = {entry_id: 1 / (_CONSTANT + rank) for rank, entry_id in enumerate(ranked)}

    def fit(number: int) -> float:
        group = groups[number]
        near = sorted((places.get(i, 0.0) for i in group.members), reverse=True)[:_BEST]
        return _ASKED * (asked[number] - _UNRELATED) + _RANKED * sum(near) + _HEAD * (group.head in named)

    of_parts = bool(_OF_PARTS.search(text))
    best = max((n for n in asked if of_parts or not _is_of_parts(groups[n])), key=fit, default=None)
    return (None, 0.0) if best is None else (groups[best], max(0.0, fit(best)))
