"""Korean sentences to tokens: MeCab tells stems from particles and endings, which tell roles, clauses and negation.

A word is what is left of a spaced unit after its particles and endings, so it does not matter how the dictionary cuts a
compound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rag.grounding.korean_morphs import Morph, head_and_tail, spaced_units
from rag.grounding.korean_words import (
    AUXILIARIES,
    AUXILIARY,
    CAUSES,
    CONDITIONS,
    COUNT,
    ENDS,
    KEPT,
    LIGHT,
    MARKS,
    NOUNS,
    ORDER,
    POINTING,
    ROLES,
    SAME,
    STEMS,
)
from rag.grounding.tokens import Reading, Token, fold, split_asides

__all__ = ["read_korean"]


def read_korean(text: str) -> Reading:
    """Cut a sentence into tokens. Characters that are neither letters, digits nor known marks are not looked at."""
    text, asides = split_asides(fold(text))
    units, masked, foreign = spaced_units(text)
    reader = _Reader(foreign)
    for unit in units:
        reader.take(unit, masked)
    tokens = reader.finished()
    return Reading(tokens, asides, pointing=reader.pointing, ordered=tuple(_unscrambled(tokens)))


class _Reader:
    """The state between two spaced units."""

    def __init__(self, foreign: Mapping[str, tuple[str, str, str]]) -> None:
        self.tokens: list[Token] = []
        self.pointing = False
        self._foreign = foreign
        self._clause = 0
        self._ability = False
        self._pending = False
        self._seen = False
        self._bare = False
        self._after = ""

    def finished(self) -> tuple[Token, ...]:
        """The tokens; the last of a clause closes it."""
        last = len(self.tokens) - 1
        return tuple(
            replace(t, closed=t.closed or i == last or self.tokens[i + 1].clause != t.clause)
            for i, t in enumerate(self.tokens)
        )

    def take(self, unit: Sequence[Morph], text: str) -> None:
        """One spaced unit: its head words, then what its particles and endings say."""
        auxiliary = unit[0].form in AUXILIARY and not any(m.tag in NOUNS for m in unit)
        if self._pending and not auxiliary:
            self._clause += bool(self.tokens and self.tokens[-1].clause == self._clause)
        self._pending = False
        self._ability, able = False, self._ability
        head, rest = head_and_tail(unit, text)
        if able and unit[0].form in ("있", "없"):
            self._mark("can", "keep", unit[0].form)
            if unit[0].form == "있":
                head, rest = [], [m for m in unit[1:] if m.tag[0] in "EJS"]
        if not self._seen:
            self._seen = True
            self.pointing = bool(unit) and (
                unit[0].form in POINTING and unit[0].tag in ("NP", "MM", "MAG", "NNG", "MAJ", "VA", "NR")
            )
        saying = bool(rest) and rest[0].tag == "XSV"
        for form, tag in head:
            self._head(form, tag, saying=saying)
        count = len(self.tokens)
        for k, morph in enumerate(rest):
            self._tail(morph, rest[k + 1 :])
        self._after = unit[-1].tag
        if (
            not able
            and not head
            and len(self.tokens) == count
            and not any(m.form in LIGHT or m.tag in AUXILIARIES for m in rest)
        ):
            surface = "".join(c for c in text[unit[0].start : unit[-1].end] if c.isalnum())
            if surface:
                self._add(surface, "word", surface)

    def _head(self, form: str, tag: str, *, saying: bool = False) -> None:
        if form in self._foreign:
            key, kind, raw = self._foreign[form]
            self._add(key, kind, raw)
        elif form in MARKS and (tag == "MAG" or form not in ("안", "못", "늘", "꼭")):
            self._mark(*MARKS[form], form)
        elif form in COUNT and tag in ("MM", "NR"):
            self._add(COUNT[form], "number", form)
        elif form == "수":
            self._ability = tag == "NNB" and self._after == "ETM"
            if not self._ability:
                self._add(form, "word", form)
        elif form == "말" and saying:
            self._defined()
        elif form in LIGHT:
            pass
        elif form in KEPT:
            self._add(form, "mark", form, keep=True)
        else:
            self._add(SAME.get(form, form), "word", form)

    def _tail(self, morph: Morph, after: Sequence[Morph]) -> None:
        form, tag = morph.form, morph.tag
        if tag in ("VV", "VA", "VX", "VCN", "VCP"):
            self._verb(form, tag)
        elif tag in ("XSV", "XSA"):
            self._voice("pass" if form in ("되", "당하", "받") else "act" if tag == "XSV" else "")
        elif tag == "JKC":
            self._role("pred")
        elif tag.startswith("J"):
            self._particle(form)
        elif tag == "EC":
            if form in CONDITIONS or form.endswith(("으면", "다면", "라면", "려면")):
                self._mark("if", "scope", form)
            elif form in CAUSES:
                self._mark("so", "", form, optional=form in ("아서", "어서"))
            self._pending = not after and not form.endswith(("다고", "라고", "자고", "냐고"))
        elif tag == "ETM" and self.tokens:
            self.tokens[-1] = replace(self.tokens[-1], closed=True, relative=True)
        elif tag == "SC":
            self._clause += bool(self.tokens and self.tokens[-1].clause == self._clause)
        elif tag == "NNB":
            self._head(form, tag)

    def _verb(self, form: str, tag: str) -> None:
        if form in ("않", "못하", "아니", "없", "말") and not (form == "말" and tag == "VV"):
            self._mark("not", "keep", form)
        elif tag == "VCP":
            self._role("pred")
        elif tag != "VX" and (form not in LIGHT or form in ("있", "하", "되")):
            if form in MARKS:
                self._mark(*MARKS[form], form)
            elif form in KEPT:
                self._add(form, "mark", form, keep=True)
            elif form in ("뜻하", "가리키"):
                self._defined()
            elif form == "쓰이":
                self._add("쓰다", "word", form, role="pass")
            else:
                stem = STEMS.get(form, form) + "다"
                self._add(SAME.get(stem, stem), "word", form)

    def _defined(self) -> None:
        """X는 Y를 말한다 says what X는 Y이다 says."""
        if self.tokens and self.tokens[-1].role == "obj":
            self.tokens[-1] = replace(self.tokens[-1], role="pred")

    def _particle(self, form: str) -> None:
        if form in ("은", "는") and self.tokens and self.tokens[-1].role in ("at", "from", "to"):
            self.tokens[-1] = replace(self.tokens[-1], keep=True)  # "on GPUs that support it" limits what is said
        elif form in ("에는", "에선", "에서는", "로는", "으로는"):
            self._role("at" if form == "에는" else "from" if form.startswith("에") else "to")
            if self.tokens:
                self.tokens[-1] = replace(self.tokens[-1], keep=True)
        elif form in ("만", "뿐", "밖에"):
            self._mark("only", "keep", form)
        elif form in ("은", "는") and any(t.subject for t in self.tokens):
            self._role("topic", topical=True)  # beside a subject, it may be the object as well
        elif form in ROLES:
            self._role(ROLES[form], topical=form in ("은", "는", "란", "이란"))

    def _role(self, role: str, *, topical: bool = False) -> None:
        at = next((i for i in range(len(self.tokens) - 1, -1, -1) if self.tokens[i].form != "mark"), None)
        if at is None or self._ability or not self._bare:
            return
        token = self.tokens[at]
        if not token.role and token.clause == self._clause and not token.key.endswith("다"):
            self.tokens[at] = replace(token, role=role, subject=role in ("subj", "topic"), topical=topical, glued=False)

    def _voice(self, voice: str) -> None:
        if self.tokens and not self.tokens[-1].role:
            key = self.tokens[-1].key
            same = "쓰다" if key == "쓰다" else key
            self.tokens[-1] = replace(self.tokens[-1], key=same, role=voice, glued=False)

    def _mark(self, key: str, kind: str, surface: str, *, optional: bool = False) -> None:
        if self.tokens and kind == "scope" and self.tokens[-1].key == f"<{key}>":
            return
        self._add(f"<{key}>", "mark", surface, keep=kind in ("keep", "scope"), scope=kind == "scope", optional=optional)

    def _add(self, key: str, form: Any, surface: str, *, role: str = "", **more: Any) -> None:
        if self.tokens and self.tokens[-1].form != "mark" and not self.tokens[-1].role:
            self.tokens[-1] = replace(self.tokens[-1], glued=self.tokens[-1].clause == self._clause)
        self.tokens.append(Token(key, form, surface, self._clause, role=role, **more))
        self._bare = form != "mark" or self._bare


def _unscrambled(tokens: Sequence[Token]) -> list[Token]:
    """Korean orders the phrases before a verb freely, as their particles tell their parts: they get one fixed order."""
    ordered: list[Token] = []
    phrases: list[list[Token]] = [[]]

    def flush() -> None:
        marked = [p for p in phrases if p and p[-1].role in ORDER]
        marked.sort(key=lambda phrase: ORDER.index(phrase[-1].role))
        rest = [t for p in phrases if not (p and p[-1].role in ORDER) for t in p]
        ordered.extend(t for phrase in [*marked, rest] for t in phrase)
        phrases[:] = [[]]

    for i, token in enumerate(tokens):
        if i and token.clause != tokens[i - 1].clause:
            flush()
        phrases[-1].append(token)
        if token.key.endswith("다") or token.role in ("act", "pass", "pred") or (token.key in ENDS):
            flush()
        elif token.role in ORDER:
            phrases.append([])
    flush()
    return ordered
