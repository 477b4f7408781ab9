"""What a reader mends in a question without a thought: misspelt words that ask, and names that are told in parts.

"waht is", "diffrence" and "뭐애요" only ask, so they are put right silently; names are the business of :mod:`rag.typos`.
"dense and sparse retrieval" names two terms with one shared word, "GPT-3 vs 4" likewise, "prefill vs decode" leaves a word
out, and "LLM을 심판으로" holds the name "LLM 심판" with a particle in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from rag.linking import Leftover, Linker, Mention
from rag.text import is_hangul, to_jamo
from rag.words import ENGLISH_FUNCTION

__all__ = ["complete_names", "mend_asking_words", "spell_out", "with_kinds"]

_WORD = re.compile(r"[가-힣]+|[A-Za-z]+")
_ASKING = [(word, word) for word in sorted(ENGLISH_FUNCTION) if len(word) > 3 and word.isalpha()]
_ASKING_KOREAN = [(word, to_jamo(word)) for word in (
    "뭐예요", "뭐에요", "뭔가요", "뭡니까", "무엇인가요", "설명", "설명해줘", "설명해주세요", "알려줘", "알려주세요", "차이점", "장단점", "어떻게",
)]  # fmt: skip
"""Endings are short and many, so that most Korean function words are one letter from another word."""
_LONG = 9
"""Letters of an English word of which two may be wrong."""
_JOINT = r"\s*(,|/|&|\b(and|or|vs\.?|versus)\b|{more}|이랑|랑|과|와|하고|이나|나|대)\s*(\b(an?|the)\s+)?"
_AND = re.compile(_JOINT.replace("{more}", r"\b(to|from|with|than)\b"), re.IGNORECASE)
_BESIDE = re.compile(_JOINT.replace("{more}", r"(\S+\s+){0,3}\bthan\b"), re.IGNORECASE)
"""The same between sides: with "than" further off, without "with", which also adds: "training with gradient checkpointing"."""
_PEOPLE = re.compile(
    r"(?<=\bdo )ppl\b|(?<=\bdid )ppl\b|(?<=\b(?:most|some|many) )ppl\b|(?<=\b(?:other) )ppl\b|\bppl(?= (do|use|say|call|mean|put|keep|even|always|\w+ly|often|who|are|were|have|think|talk|search|ask|type|send|want|need|know|get|try|like|complain|from|in|on|at)\b)"
)
_POLITE = re.compile(r"(?<=[세에예가나데지해네])여(?=[?!.,~\sㅋㅎㅠㅜ]|$)")
"""As 요 is typed in chat, at the end of a sentence: "주세여", "뭔가여"."""
_ABOUT = re.compile(r"\babt\b")
_WHAT_IT_IS = re.compile(r"(?<=\s)모임(?=[?!.~\s]*$)")
"""As it is said, at the end of a question: the word also means a gathering."""
_INNER_PARTICLE = re.compile(r"(을|를|의)\s")


def spell_out(text: str) -> str:
    """``text`` with "ppl" as people where it does or is asked something (in capitals or alone it is perplexity), "abt" as about, "모임" as 뭐임, and "주세여" as 주세요."""
    return _POLITE.sub("요", _WHAT_IT_IS.sub("뭐임", _PEOPLE.sub("people", _ABOUT.sub("about", text))))


def mend_asking_words(text: str, leftovers: Iterable[Leftover], *, is_word: Callable[[str], bool]) -> str:
    """``text`` with misspelt words that only ask put right.

    Args:
        leftovers: what no name and no function word accounts for, with offsets into ``text``.
        is_word: whether the glossary spells a word like this; such a word is no misspelling.
    """
    at = [o.start for o in leftovers]
    for word in reversed(list(_WORD.finditer(text))):
        if any(word.start() <= i < word.end() for i in at) and not is_word(word.group()):
            text = text[: word.start()] + (_asking(word.group()) or word.group()) + text[word.end() :]
    return text


def _asking(word: str) -> str:
    """The word of one edit's distance that asks, of two if it is long ("difrence"), or nothing. In English letters are lost, doubled or swapped."""
    from rapidfuzz.distance import OSA

    korean = is_hangul(word[0])
    if not korean and any(c.isupper() for c in word[1:]):
        return ""  # a name
    typed = to_jamo(word) if korean else word.casefold()
    for asking, letters in _ASKING_KOREAN if korean else _ASKING:
        swapped = len(typed) == len(letters) and sorted(typed) == sorted(letters)
        longer = len(typed) != len(letters) > 4 and typed[-1] == letters[-1]
        edits = 2 if not korean and len(letters) >= _LONG else 1
        if (
            typed[0] == letters[0]
            and (korean or swapped or longer)
            and 0 < OSA.distance(typed, letters, score_cutoff=edits) <= edits
        ):
            return asking
    return ""


def with_kinds(text: str, mentions: Sequence[Mention], *, linker: Linker) -> tuple[Mention, ...]:
    """``mentions`` with what a term is a kind of, right behind its name, as part of the name: "QLoRA fine-tuning"."""
    kept: list[Mention] = []
    for mention in mentions:
        last = kept[-1] if kept else None
        apart = last is None or text[last.end : mention.start] not in ("", " ") or last.corrected or mention.corrected
        if last is None or apart or not all(
            any(linker.is_kind_of(i, other) for other in mention.entry_ids) for i in last.entry_ids
        ):  # fmt: skip
            kept.append(mention)
        else:
            kept[-1] = replace(last, end=mention.end, surface=text[last.start : mention.end])
    return tuple(kept)


def complete_names(
    text: str, mentions: Sequence[Mention], leftovers: Sequence[Leftover], *, linker: Linker
) -> tuple[tuple[Mention, ...], tuple[Leftover, ...]]:
    """Turn leftovers that are part of a name into mentions, with the whole name as the correction.

    So is a name that shares the end of the next one: "prompt and prefix tuning" means prompt tuning.
    """
    found, rest = [*_sharing(text, mentions, linker=linker)], list(leftovers)
    for left in leftovers:
        read = next(_readings(text, left, found, linker=linker), None)
        if read is not None:
            found = [*(m for m in found if m.end <= read.start or read.end <= m.start), read]
            rest = [o for o in rest if o.end <= read.start or read.end <= o.start]
    return tuple(sorted(found, key=lambda m: m.start)), tuple(rest)


def _sharing(text: str, mentions: Sequence[Mention], *, linker: Linker) -> Iterator[Mention]:
    for name, after in zip_longest(mentions, mentions[1:]):
        whole = ""
        if after is not None and not name.corrected and _AND.fullmatch(text[name.end : after.start]):
            endings = (
                " ".join([name.surface, *_words(after.surface)[i:]]) for i in range(1, len(_words(after.surface)))
            )
            known = {(), name.entry_ids, after.entry_ids}
            whole = next((ending for ending in endings if linker.lookup(ending) not in known), "")
        yield replace(name, entry_ids=linker.lookup(whole), corrected=linker.show(whole)) if whole else name


def _readings(text: str, left: Leftover, mentions: Sequence[Mention], *, linker: Linker) -> Iterator[Mention]:
    for name in mentions:
        before = left.start < name.start
        first, second = (left, name) if before else (name, left)
        between = text[first.end : second.start]
        if _AND.fullmatch(between):
            for whole in _shared(left.surface, name.corrected or name.surface):  # "sparse and dense retreival"
                if (ids := linker.lookup(whole)) and ids != name.entry_ids:
                    yield Mention(left.start, left.end, left.surface, ids, corrected=linker.show(whole))
        if _BESIDE.fullmatch(between):
            if not name.corrected and (begun := linker.begun_by(left.surface, beside=name.entry_ids)):
                yield Mention(left.start, left.end, left.surface, linker.lookup(begun), corrected=begun)
        elif _INNER_PARTICLE.fullmatch(between) and (ids := linker.lookup(f"{first.surface} {second.surface}")):
            yield Mention(first.start, second.end, text[first.start : second.end], ids)


def _words(name: str) -> list[str]:
    return re.split(r"[\s-]+", name)


def _shared(part: str, name: str) -> Iterator[str]:
    """Names that ``part`` makes with the end or the beginning of ``name``."""
    words = _words(name)
    for i in range(1, len(words)):
        yield " ".join([part, *words[i:]])
        yield " ".join([*words[:-i], part])
