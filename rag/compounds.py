"""Names that words make of known names: "infini-attention", "min-p sampling", "RAG-MoE" are terms of their own, with no entry."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from rag.lexical import tokens
from rag.linking import Leftover, Mention
from rag.question import Question, asks_directly
from rag.text import compact, is_hangul
from rag.vocabulary import Vocabulary

__all__ = ["DESCRIBED", "absent_name", "compound", "is_name", "joined_names", "names_absent"]

DESCRIBED = 3
"""Words beside names from which a question describes something more often than it asks about what it names."""
_VARIANTS = frozenset([
    "base", "large", "small", "mini", "tiny", "medium", "instruct", "chat", "v1", "v2", "v3", "hf", "based", "like", "style",
    "made", "from", "for", "to", "of", "in", "on", "as", "and", "or", "tuned", "tuning", "aware", "only", "free", "specific", "related", "type",
])  # fmt: skip
"""What is joined to a name without making it another one: sizes of a model, and ends of adjectives."""
_BEFORE = frozenset(["per", "non", "pre", "post", "single", "plain"])
"""What stands before a name with a hyphen without making it another one: "per-GPU"."""
_PREDICATE = re.compile(
    r"\b(how|why|when|where) (is|are|was|were|gets?|does|do|did|can|should|would) (an? |the )?$", re.IGNORECASE
)
"""Opens a question whose last word, behind the name, is what happens to it."""
_IS_ASKED = re.compile(r"^\W*(what('?s| is| are)?|explain|define) (an? |the )?$", re.IGNORECASE)
"""Before a word that is part of the name asked for: "what is a liquid neural network"."""
_LONGEST = 4
"""Pieces of a question at most that make one name."""
_VERB_ENDS = re.compile(r"(때|때는|하면|려고|려면|니까|는데|던데)$")
_NOUN_ENDS = re.compile(r"(은|는|이|가|을|를|란|이란|라는|이라는|의|랑|이랑|와|과)?(\s|$|[?.!,])")


def compound(question: Question, *, asked: frozenset[str], words: Vocabulary) -> frozenset[str]:
    """How words beside a known name make it another name: "infini-attention", "min-p sampling", "reward model lamination".

    Returns:
        "glued" if a word is joined to the name without a space, or unknown and asked for with it, "unknown" if neither the glossary nor the questions that its
        entries hold use the word, "unseen" if they use it, but the glossary never beside the name.
    """
    text, kinds, is_word = question.text, set(), words.is_word
    for name in question.mentions:
        if asked and not asked & set(name.entry_ids):
            continue  # chat around the name that is asked about
        if not question.model_name and _is_glued(question, name, is_word=is_word):
            kinds.add("glued")
        for left in question.leftovers:
            before = 0 <= name.start - left.end <= 1
            after = 0 <= left.start - name.end <= 1
            word = _whole_word(text, left)
            if not (before or after) or is_word(text[min(left.end - len(word), name.start) : max(left.end, name.end)]):
                continue
            if before and asked and text[: left.start].strip() and text[left.start - 1] == " ":
                continue  # "they keep pushing fp8. what's that?": a verb
            if after and _PREDICATE.search(text[: name.start]) and not text[left.end :].strip(" ?!.,"):
                continue  # "how is tf-idf calculated": a verb
            between = text[left.end : name.start] if before else text[name.end : left.start]
            korean = is_hangul(left.surface[-1])
            if after and korean and (not _NOUN_ENDS.match(text[left.end :]) or _VERB_ENDS.search(word)):
                continue  # "vram 보라던데", "GGUF 돌릴때": a verb
            if between.isspace() or between in ("/", "(", ")", ",") or (after and korean and not between):
                known = is_word(word) or words.is_asked_with(word)
                asked_for = before and not known and _IS_ASKED.match(text[: left.start])
                kinds.add("glued" if asked_for else "unseen" if known else "unknown")
    return frozenset(kinds)


def _is_glued(question: Question, name: Mention, *, is_word: Callable[[str], bool]) -> bool:
    """Whether a name is part of a longer word that the glossary never uses: "S-LoRA", "하이퍼BM25", "GPTQ-Flow"."""
    text, start, end = question.text, name.start, name.end
    if before := re.search(r"([\w.#+]+)-$", text[:start]):
        start = start if before.group(1).casefold() in _BEFORE else before.start()
    else:
        start = next((o.start for o in question.leftovers if o.end == start and is_hangul(o.surface[-1])), start)
    after = re.match(r"-([A-Za-z0-9.#+]+|[가-힣]+)", text[end:])
    if after and after.group(1).casefold() not in _VARIANTS:
        end += after.end()
    alone = not any(o is not name and start < o.end and o.start < end for o in question.mentions)
    return alone and (start, end) != (name.start, name.end) and not is_word(text[start:end])


def _whole_word(text: str, left: Leftover) -> str:
    """The hyphenated word that a leftover is part of: the "p" of "min-p"."""
    start = left.start - len(re.search(r"(?:[A-Za-z0-9]+-)*$", text[: left.start]).group())  # type: ignore[union-attr]
    return text[start : left.end]


def joined_names(question: Question, words: Vocabulary) -> frozenset[str]:
    """How two known names side by side make a third that the glossary never uses: "RAG-MoE", "BERT pruning".

    Names of related entries do not, nor a name that the other's entry uses: "ToT prompting" is ToT. Nor do two that only tell of
    the name before them: "alpaca (the llama finetune), when was it".

    Returns:
        "glued" if they are joined by a hyphen or nothing, "beside" if by a space.
    """
    described = len(question.leftovers) > DESCRIBED  # "a metric that uses n-gram precision and a brevity penalty"
    if described or question.model_name or question.kind in ("compare", "same", "relation", "path", "list"):
        return frozenset()
    kinds, asked = set(), asks_directly(question)
    for first, second in pairwise(question.mentions):
        between = question.text[first.end : second.start]
        if first is not question.mentions[0] and asked.isdisjoint({*first.entry_ids, *second.entry_ids}):
            continue
        near = {other for i in first.entry_ids for other in (i, *words.kin(i))}
        told = any(
            all(words.uses(i, token) for token in tokens(name.surface))
            for name, other in ((first, second), (second, first))
            for i in other.entry_ids
        )
        known = told or near & set(second.entry_ids) or words.is_word(question.text[first.start : second.end])
        if between in ("", "-", " ") and not known and not (first.corrected or second.corrected):
            kinds.add("beside" if between == " " else "glued")
    return frozenset(kinds)


def names_absent(question: Question, words: Vocabulary) -> float:
    """How much of a question is the name of a term that the glossary knowingly lacks, 0..1.

    Nothing where it is held against a term that the glossary has: that one can be told.
    """
    if question.model_name or (question.entry_ids and question.kind in ("compare", "same")):
        return 0.0
    return absent_name(question, words)[1]


def absent_name(question: Question, words: Vocabulary) -> tuple[str, float]:
    """The longest name in a question of a term that the glossary knowingly lacks, and how much of the question it is; "" and 0 if none."""
    if not words.absent:
        return "", 0.0
    own = {(m.start, m.end) for m in question.mentions}
    pieces = sorted({*own, *((o.start, o.end) for o in question.leftovers)})
    spans = ((i, j) for i in range(len(pieces)) for j in range(i, min(i + _LONGEST, len(pieces))))
    named = ((j - i + 1, question.text[pieces[i][0] : pieces[j][1]]) for i, j in spans if i < j or pieces[i] not in own)
    count, name = max(((n, name) for n, name in named if compact(name) in words.absent), default=(0, ""))
    return name, count / max(1, len(pieces))


def is_name(text: str, start: int, end: int) -> bool:
    """Whether a word looks like the name of something: inner capitals, or a Latin word in capitals or in a Korean question."""
    word = text[start:end]
    if not word.isascii() or not word[0].isalpha() or len(word) < 2:
        return False
    return any(c.isupper() for c in word[1:]) or (word[0].isupper() and start > 0 and any(map(is_hangul, text)))
