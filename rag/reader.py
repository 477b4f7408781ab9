"""Reads questions: language, names, kind, and what a follow-up takes from the turns before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.errors import InputError
from rag.kinds import COMPARES, kind_of
from rag.linking import Leftover, Linker, Mention, Segmentation
from rag.model_names import find_model_name
from rag.question import MAX_QUESTION, Question, Turn, asked_before, clean_question, masked
from rag.repair import complete_names, mend_asking_words
from rag.text import detect_language
from rag.types import Language
from rag.typos import SpellingCorrector

__all__ = ["QuestionReader"]

_ANAPHORA = re.compile(
    r"^(그럼|그러면|그렇다면|그건|그거|그게|그것|그\s|이건|이거|이게|이것|저건|둘|두\s*(개|가지)|왜|예시|예를|더|좀\s*더|자세히|장점|단점|한계|원리|어떻게|차이|언제|누가|근데|그래서|and\b|so\b|then\b|why|how|what about|how about|it\b|its\b|they\b|that\b|this\b|those\b|both\b|more\b|example|when|who|pros|cons|limits?\b|difference)"
)
_SET_AGAINST = re.compile(r"§\s*(이랑|랑|하고|와|과|보다)|(from|than|to|with|and|vs\.?) §|^(vs|versus)\b")
_PRONOUN = re.compile(
    r"그거|그건|그게|그것|이거|이건|이게|이것|둘\s|둘이|둘의|둘은|둘\s*중|\b(it|its|they|them|their|that|this|these|those|both|the two)\b"
)


class QuestionReader:
    """Reads questions against the names of one glossary."""

    def __init__(self, linker: Linker, *, corrector: SpellingCorrector) -> None:
        self.linker = linker
        self._corrector = corrector

    def read(self, question: str, *, language: Language | None = None, history: Sequence[Turn] = ()) -> Question:
        """Understand ``question`` after the turns of ``history``; the language is told by the letters unless given."""
        text = clean_question(question)
        read = self._read_alone(text, language=language or detect_language(text))
        asked = asked_before(history)
        return self._carry_over(read, asked) if asked else read

    def _read_alone(self, text: str, *, language: Language) -> Question:
        segmentation, mentions, leftovers = self._names(text)
        mended = mend_asking_words(segmentation.text, leftovers, is_word=self._corrector.is_word)
        if mended != segmentation.text:
            segmentation, mentions, leftovers = self._names(mended)
        mentions, leftovers = complete_names(segmentation.text, mentions, leftovers, linker=self.linker)
        name = find_model_name(segmentation.text, self.linker)
        question = Question(
            text=segmentation.text,
            language=language,
            kind="fact",
            mentions=mentions,
            leftovers=leftovers,
            model_name=name,
        )
        return replace(question, kind=kind_of(question))

    def _names(self, text: str) -> tuple[Segmentation, tuple[Mention, ...], tuple[Leftover, ...]]:
        cut = self.linker.segment(text)
        return cut, *self._corrector.correct(cut.text, cut.mentions, cut.leftovers)

    def _carry_over(self, read: Question, asked: Sequence[str]) -> Question:
        """Take terms, and for "and X?" the kind, from the turns before; nothing where the question stands alone."""
        bare = masked(read)
        pronoun = bool(_PRONOUN.search(bare))
        elliptic = not read.mentions and not read.leftovers and not read.model_name
        opener = bool(_ANAPHORA.search(bare)) or (len(read.leftovers) <= 2 and read.kind != "reverse")
        if self._sets_against(read, bare):
            earlier = self._last(asked)
            ids = tuple(i for i in earlier.entry_ids if i not in read.entry_ids)[:1] if earlier else ()
            return replace(read, carried=ids, kind="compare") if ids else read
        if read.mentions and not (pronoun and read.kind in ("compare", "relation", "same")):
            follows = re.match(r"(그럼|그러면|그렇다면|what about|how about|and\b|then\b)", bare)
            if follows and read.kind in ("fact", "define") and len(read.entry_ids) == 1 and not read.leftovers:
                earlier = self._last(asked)
                if earlier is not None and earlier.kind not in (
                    "compare",
                    "same",
                    "relation",
                    "reverse",
                    "model_name",
                    "fact",
                ):
                    return replace(read, kind=earlier.kind)
            return read
        if not (elliptic or pronoun or (opener and not read.mentions and not read.model_name)):
            return read
        earlier = self._last(asked)
        if earlier is None:
            return read
        ids = tuple(i for i in earlier.entry_ids if i not in read.entry_ids)
        if read.mentions:
            ids = ids[:1]
        carried = replace(read, carried=ids)
        kind = kind_of(carried)
        return replace(carried, kind="define" if kind == "fact" and not read.leftovers else kind)

    def follow_up(self, read: Question, asked: Sequence[str]) -> Question | None:
        """``read`` as a question about the terms of the turns before, for one that found no answer by itself."""
        earlier = None if read.entry_ids or read.model_name else self._last(asked)
        if earlier is None:
            return None
        carried = replace(read, carried=earlier.entry_ids)
        return replace(carried, kind=kind_of(carried))

    @staticmethod
    def _sets_against(read: Question, bare: str) -> bool:
        """Whether a question names one side of a comparison only: "QLoRA랑 차이는?"."""
        one = len({frozenset(m.entry_ids) for m in read.mentions}) == 1 and not read.leftovers
        return one and bool(COMPARES.search(bare)) and bool(_SET_AGAINST.search(bare))

    def _last(self, asked: Sequence[str]) -> Question | None:
        """The latest earlier question that names a term."""
        for text in reversed(asked):
            try:
                cleaned = clean_question(text[:MAX_QUESTION])
            except InputError:
                continue
            earlier = self._read_alone(cleaned, language=detect_language(cleaned))
            if earlier.mentions:
                return earlier
        return None
