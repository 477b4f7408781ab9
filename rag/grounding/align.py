"""The comparison itself: whether a sentence is a cited sentence with words left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from rag.grounding.tokens import Reading, Token, fit
from rag.types import Language

__all__ = ["is_shortened", "missing", "supported_by"]


def missing(claim: Reading, supports: Sequence[Reading]) -> list[Token]:
    """Tokens of ``claim`` that stand in none of ``supports``."""
    keys = {t.key for support in supports for t in support.tokens}
    keys |= {t.key for support in supports for t in fit(support.tokens, {c.key for c in claim.tokens})}
    return [t for t in fit(claim.tokens, keys) if t.key not in keys and not t.optional]


def supported_by(claim: Reading, supports: Sequence[Reading], language: Language) -> tuple[int, ...]:
    """Which of ``supports`` carry the claim: one, or two where it joins two sentences that each name what they are about.

    Returns:
        Indices into ``supports``; empty if they do not carry it.
    """
    for i, support in enumerate(supports):
        if is_shortened(claim, support, language):
            return (i,)
    for first, second in _halves(claim, language):
        found = [
            next((i for i, s in enumerate(supports) if is_shortened(half, s, language)), -1) for half in (first, second)
        ]
        if min(found) >= 0:
            return tuple(dict.fromkeys(found))
    return ()


def _halves(claim: Reading, language: Language) -> Iterator[tuple[Reading, Reading]]:
    """The claim cut before a clause that brings a subject of its own."""
    if claim.asides:
        return
    tokens = claim.tokens
    for cut in range(2, len(tokens) - 1):
        if tokens[cut].clause == tokens[cut - 1].clause:
            continue
        clause = [t for t in tokens if t.clause == tokens[cut].clause]
        opens = any(t.topical for t in clause) if language == "ko" else clause[0].form == "name"
        if opens:
            yield replace(claim, tokens=tokens[:cut]), Reading(tokens[cut:])


def is_shortened(claim: Reading, support: Reading, language: Language) -> bool:
    """Whether every token of ``claim`` stands in ``support``, in order, and what is left out changes nothing."""
    if not _asides_hold(claim, support):
        return False
    if claim.pointing and not support.pointing:
        return False
    orders = [(claim.tokens, support.tokens)]
    if claim.ordered and support.ordered:
        orders.append((claim.ordered, support.ordered))
    return any(_runs_through(mine, theirs, language, pronouns=claim.pronouns) for mine, theirs in orders)


def _runs_through(claim: Sequence[Token], support: Sequence[Token], language: Language, *, pronouns: bool) -> bool:
    """Whether the claim's tokens can be met one by one on the way through the support's."""
    words = _clauses_from_zero([t for t in fit(claim, {t.key for t in support}) if not t.optional])
    source = fit(support, {t.key for t in claim})
    if len(words) < 2 or all(t.form == "mark" for t in words):
        return False
    rules = _Rules(source, language, pronouns=pronouns)
    reach = [j for j in range(len(source)) if _same(words[0], source[j]) and rules.may_begin(j, words)]
    for before, word in pairwise(words):
        reach = [
            j for j in range(len(source))
            if _same(word, source[j]) and any(i < j and rules.may_skip(i, j, before, word) for i in reach)
        ]  # fmt: skip
        if not reach:
            return False
    return any(rules.may_end(j) for j in reach)


def _clauses_from_zero(tokens: Sequence[Token]) -> list[Token]:
    first = tokens[0].clause if tokens else 0
    return [replace(t, clause=t.clause - first) for t in tokens]


def _same(word: Token, source: Token) -> bool:
    return word.key == source.key and _roles_agree(word.role, source.role)


def _roles_agree(mine: str, theirs: str) -> bool:
    """Equal, or a genitive or copula that another wording leaves out; "act" and "pass" are the voices of a noun's verb."""
    if mine == theirs:
        return True
    return {mine, theirs} in _LOOSE


_LOOSE = ({"", "act"}, {"", "pass"}, {"pred", "to"}, {"pred", ""}, {"topic", "subj"}, {"topic", "obj"})


def _squeeze(text: str) -> str:
    return re.sub(r"[\s\-]", "", text).casefold()


def _asides_hold(claim: Reading, support: Reading) -> bool:
    """Each bracket of the claim holds whole parts, cut at commas, of a bracket after the same word: a "usually" stays."""
    return all(
        any(host == theirs and _parts(text) <= _parts(content) for theirs, content in support.asides)
        for host, text in claim.asides
    )


def _parts(aside: str) -> set[str]:
    return {_squeeze(part) for part in re.split(r"[,;](?!\d)", aside)}


def _loose_subjects(gap: Sequence[Token]) -> list[Token]:
    """Subjects in a gap whose relative clause is not left out as a whole."""
    ends = [i for i, t in enumerate(gap) if t.relative]
    return [t for i, t in enumerate(gap) if t.subject and (t.topical or not any(end >= i for end in ends))]


class _Rules:
    """What may be left out of one sentence."""

    def __init__(self, source: Sequence[Token], language: Language, *, pronouns: bool) -> None:
        self._source = source
        self._spoken = {t.clause for t in source if t.form != "mark"}
        self._pronouns = pronouns
        self._korean = language == "ko"

    def may_begin(self, j: int, words: Sequence[Token]) -> bool:
        """The first word opens its clause; a later clause must bring a subject of its own."""
        first = self._source[j]
        if any(t.scope for t in self._source[:j]) or any(t.clause == first.clause for t in self._source[:j]):
            return False
        if first.clause == self._source[0].clause:
            return True
        if self._pronouns:
            return False
        if self._korean:
            return any(t.topical for t in words if t.clause == words[0].clause)
        return first.form != "mark" and (first.form in ("name", "number") or words[0].article)

    def may_skip(self, i: int, j: int, before: Token, word: Token) -> bool:
        """Whether the tokens between ``i`` and ``j`` may be left out."""
        left, right, gap = self._source[i], self._source[j], self._left_out(i + 1, j)
        says_is = word.copula and not word.role.endswith("passive") and not self._korean
        if says_is and not any(t.copula and not t.role.endswith("passive") for t in [*gap, right]):
            return False
        if not gap:
            return True
        dropped = self._korean and left.topical and left.clause != right.clause and not gap[0].keep
        if any(t.keep and self._binds(t, left, right, dropped=dropped) for t in gap):
            return False
        if any(t.scope and (t.clause <= left.clause + 1 or t.clause >= right.clause - 1) for t in gap):
            return False
        if self._loses_its_head(left, gap):
            return False
        if self._korean and any(t.clause in (left.clause, right.clause) for t in _loose_subjects(gap)):
            return False
        if left.clause == right.clause:
            return True
        inside = [t for t in gap if t.clause == right.clause]
        if inside and not (self._korean and inside[-1].relative):
            return False
        if self._korean:
            return left.topical or not any(t.clause == left.clause for t in gap)
        return not left.glued and self._may_join(left, right, gap, broken=before.clause != word.clause)

    def _loses_its_head(self, left: Token, gap: Sequence[Token]) -> bool:
        """Whether ``left`` belongs to a word in the gap: "a whole-corpus [score]", "KV 캐시를 [줄여]"."""
        if left.form in ("name", "number"):
            if left.glued:
                return True
        elif not self._korean and left.glued and not all(t.glued for t in gap):
            return True
        if not self._korean or left.topical or left.closed or left.form == "mark":
            return False
        return any(t.key.endswith("다") or t.role in ("act", "pass") for t in gap if t.clause == left.clause)

    def _binds(self, mark: Token, left: Token, right: Token, *, dropped: bool) -> bool:
        """Whether a mark in the gap belongs to what is kept; not if all that is said of the subject there is dropped."""
        return (
            (mark.clause == left.clause and not dropped)
            or mark.clause == right.clause
            or mark.clause not in self._spoken
        )

    def _may_join(self, left: Token, right: Token, gap: Sequence[Token], *, broken: bool) -> bool:
        """English: whether ``right``, the first word of a later clause, may follow ``left``.

        A clause that leaves its subject out has that of the clause before, so no other clause may be lost between.
        """
        near = right.clause - left.clause == 1
        if right.opener == "that":
            return near
        if right.opener == "while":
            return broken and near
        if (right.form == "name" or right.article) and any(t.clause == left.clause for t in gap):
            return False  # "A does x and B does y" is not "A and B do y"
        between = [t for t in gap if left.clause < t.clause < right.clause]
        listed = all(t.form == "word" and t.opener in ("", "and") for t in between)
        return near or (listed and len(between) <= 2 * (right.clause - left.clause - 1))

    def _left_out(self, start: int, end: int) -> list[Token]:
        """What is skipped, without the words that only link."""
        return [t for t in self._source[start:end] if not t.optional and (t.form != "mark" or t.keep)]

    def may_end(self, j: int) -> bool:
        """Whether what follows ``j`` may be left out."""
        last, rest = self._source[j], self._left_out(j + 1, len(self._source))
        if any(
            (t.scope and t.clause <= last.clause + 1)
            or (t.keep and (t.clause == last.clause or t.clause not in self._spoken))
            for t in rest
        ):
            return False
        tail = [t for t in rest if t.clause == last.clause]
        if not tail:
            return True
        if not self._korean:
            return not (last.form in ("name", "number") and last.glued)
        # "X is a method [that freezes weights]" says that X freezes weights; so does "differs in [freezing weights]"
        genus = tail[-1].role == "pred" and not any(t.subject or t.key.endswith("다") for t in tail)
        return last.closed and (genus or [t.key for t in tail] == ["다르다"])
