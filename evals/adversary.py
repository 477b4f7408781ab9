"""Sentences that no passage supports, made from sentences that one does.

Each way of falsifying takes a sentence of the glossary and changes it so that it is wrong, or at least not said, by
construction: a number, a name, a negation, a hedge, an antonym, the order of a comparison, a subject, a citation. What of this
passes :func:`rag.generation.checks.check` is a leak. ``python -m evals.adversary`` counts over the whole glossary.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.sentences import sentence_spans
from rag.types import Chunk, Language, Sentence

__all__ = ["FALSIFIERS", "Falsehood", "falsehoods"]


@dataclass(frozen=True, slots=True)
class Falsehood:
    """A sentence that must not pass.

    Attributes:
        text: without citation; it is to be held against ``passage``.
    """

    how: str
    text: str
    passage: Chunk
    true: str


Falsifier = Callable[[str, Language], Iterator[str]]
_NUMBER = re.compile(r"(?<![A-Za-z\d.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\dA-Za-z.,-]*\d)")
_NAME = re.compile(r"(?<![A-Za-z\d-])(?=[A-Za-z\d-]*[a-zA-Z][A-Z\d])[A-Za-z]+[A-Za-z\d]*(?:-[A-Za-z\d.]+)*(?![A-Za-z])")
_ANTONYMS: Mapping[Language, Sequence[tuple[str, str]]] = {
    "ko": (
        ("줄이", "늘리"), ("줄입니다", "늘립니다"), ("늘어", "줄어"), ("높", "낮"), ("빠르", "느리"), ("빠릅", "느립"), ("크", "작"),
        ("많", "적"), ("쉽", "어렵"), ("앞", "뒤"), ("먼저", "나중에"), ("가깝", "멉"), ("공개", "비공개"), ("시작", "종료"), ("입력", "출력"),
        ("같", "다르"), ("좋", "나쁘"), ("길", "짧"), ("이상", "이하"), ("최대", "최소"), ("이전", "이후"), ("되도록", "절대"),
    ),
    "en": (
        ("reduces", "increases"), ("increases", "reduces"), ("higher", "lower"), ("lower", "higher"), ("faster", "slower"), ("slower", "faster"),
        ("smaller", "larger"), ("larger", "smaller"), ("small", "large"), ("large", "small"), ("more", "less"), ("less", "more"),
        ("before", "after"), ("after", "before"), ("first", "last"), ("open", "closed"), ("input", "output"), ("output", "input"),
        ("better", "worse"), ("without", "with"), ("same", "different"), ("different", "same"), ("short", "long"), ("long", "short"),
        ("many", "few"), ("cheap", "expensive"), ("easy", "hard"), ("good", "bad"), ("starts", "ends"), ("from", "to"), ("to", "from"),
        ("high", "low"), ("low", "high"), ("fewer", "more"), ("between", "outside"), ("needs", "ignores"), ("with", "without"),
    ),
}  # fmt: skip
_HEDGES: Mapping[Language, str] = {
    "ko": r"(?<=\s)(?:약|보통|흔히|주로|대개|일부|거의|대부분|최대|최소|자주|가끔)\s|(?<=[가-힣])(?<!지)(?:만|뿐)(?=\s)|(?<=\d)\s?(?:개|배|%)?\s?(?:이상|이하|미만|정도)(?=[은는이가을를의\s])",
    "en": r"\b(?:usually|often|mostly|mainly|only|about|roughly|nearly|almost|may|might|can|some|most|up to|at least|generally|sometimes|typically|commonly)\s",
}
_ADDED: Mapping[Language, Sequence[tuple[str, str]]] = {
    "ko": (("는 ", "는 항상 "), ("은 ", "은 오직 "), ("을 ", "을 모두 "), ("를 ", "를 완전히 "), ("는 ", "는 세계에서 가장 "), ("은 ", "은 유일하게 ")),
    "en": ((" is ", " is always "), (" is ", " is the only "), (" the ", " all the "), (" is ", " is probably "), (" a ", " the best "), (" to ", " only to ")),
}  # fmt: skip
_APPENDED: Mapping[Language, Sequence[str]] = {
    "ko": (", 모든 GPU에서 동작합니다.", ", 무료입니다.", " (2019년 구글이 개발).", ", 다른 기법보다 낫습니다."),
    "en": (
        ", and it is free.",
        ", which makes it the best choice.",
        " (developed by Google in 2019).",
        ", so everyone should use it.",
    ),
}


def _replace_each(text: str, pattern: re.Pattern[str], new: Callable[[str], str]) -> Iterator[str]:
    for match in pattern.finditer(text):
        changed = new(match[0])
        if changed != match[0]:
            yield text[: match.start()] + changed + text[match.end() :]


def _other_number(number: str) -> str:
    first = next(i for i, c in enumerate(number) if c.isdigit())
    return number[:first] + str(int(number[first]) % 9 + 1) + number[first + 1 :]


def wrong_number(text: str, language: Language) -> Iterator[str]:
    """One digit changed; one added."""
    yield from _replace_each(text, _NUMBER, _other_number)
    yield from _replace_each(text, _NUMBER, lambda n: n + "7")


def swapped(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """Two different matches exchanged; not neighbours in a list, whose order says nothing."""
    found = list(pattern.finditer(text))
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            between = text[a.end() : b.start()]
            if (
                a[0].casefold().rstrip("s") == b[0].casefold().rstrip("s")
                or re.fullmatch(r"\s*(?:,|and|or|와|과|이나|나|랑|·|및|[,·] (?:and|or))?\s*", between)
                or len(between) < 4
            ):
                continue
            yield text[: a.start()] + b[0] + between + a[0] + text[b.end() :]


def swapped_numbers(text: str, language: Language) -> Iterator[str]:
    """Two numbers exchanged."""
    yield from swapped(text, _NUMBER)


def swapped_names(text: str, language: Language) -> Iterator[str]:
    """Two names exchanged."""
    yield from swapped(text, _NAME)


def invented_name(text: str, language: Language) -> Iterator[str]:
    """A name replaced by one that no entry has, and by one that many have."""
    yield from _replace_each(text, _NAME, lambda _: "ZetaFormer-9")
    yield from _replace_each(text, _NAME, lambda n: "GPT-4" if "GPT" not in n else "BERT")


def negated(text: str, language: Language) -> Iterator[str]:
    """A negation put in or taken out."""
    pairs = (
        [(r"합니다\.$", "하지 않습니다."), (r"됩니다\.$", "되지 않습니다."), (r"수 있습니다", "수 없습니다"), (r"입니다\.$", "이 아닙니다."), (r"(?<=[가-힣])지 않습니다", "ㅂ니다"),
         (r"하지 않", "하"), (r"지 못합니다", "ㅂ니다"), (r"없이", "있이"), (r"없", "있"), (r"이 아니라", "이며"), (r"하고", "하지 않고"), (r"하며", "하지 않으며")]
        if language == "ko"
        else [(r"\bis\b", "is not"), (r"\bare\b", "are not"), (r"\bcan\b", "cannot"), (r"\bcannot\b", "can"), (r"\bnot\s", ""), (r"\bdoes not (\w+)\b", r"\1s"),
              (r"\bwithout\b", "with"), (r"\bno\s", ""), (r"\bnever\s", ""), (r"\bwas\b", "was never"), (r"\buses\b", "does not use"), (r"n't\b", "")]
    )  # fmt: skip
    for pattern, new in pairs:
        for match in re.finditer(pattern, text):
            yield text[: match.start()] + match.expand(new) + text[match.end() :]


def antonym(text: str, language: Language) -> Iterator[str]:
    """A word replaced by its opposite."""
    for word, opposite in _ANTONYMS[language]:
        pattern = rf"(?<![가-힣]){word}" if language == "ko" else rf"\b{word}\b"
        for match in re.finditer(pattern, text):
            yield text[: match.start()] + opposite + text[match.end() :]


def unhedged(text: str, language: Language) -> Iterator[str]:
    """A word that limits the claim taken out."""
    for match in re.finditer(_HEDGES[language], text):
        yield text[: match.start()] + text[match.end() :]
    if language == "ko":
        yield from _replace_each(text, re.compile(r"할 수 있습니다\.$"), lambda _: "합니다.")


def overstated(text: str, language: Language) -> Iterator[str]:
    """A universal or superlative put in."""
    for old, new in _ADDED[language]:
        if old in text:
            yield text.replace(old, new, 1)


def appended(text: str, language: Language) -> Iterator[str]:
    """A true sentence that goes on into something else."""
    stem = text.rstrip(".")
    stem = re.sub(r"입니다$", "이며", re.sub(r"합니다$", "하며", stem)) if language == "ko" else stem
    for tail in _APPENDED[language]:
        yield stem + tail


def unconditioned(text: str, language: Language) -> Iterator[str]:
    """A condition taken out."""
    pattern = (
        r"[^,]{4,40}(?:으면|하면|려면|이면|때|경우),? "
        if language == "ko"
        else r",? (?:if|when|unless|(?<!at )once) [^,.]+(?=[,.])|^(?:If|When|Unless|Once) [^,]+, "
    )
    for match in re.finditer(pattern, text):
        rest = text[: match.start()] + text[match.end() :]
        if len(rest) > 20:
            yield rest[0].upper() + rest[1:]


def spliced(text: str, language: Language) -> Iterator[str]:
    """The subject of the first clause with what is said in a later clause of another subject."""
    if language == "ko":
        match = re.match(r"(\S*[A-Za-z가-힣]{2}[은는]) .*?, ([A-Za-z][\w-]*[은는이가]) (.+)$", text)
    else:
        match = re.match(
            r"((?:A |An |The )?(?!A |An |The |In )[\w-]+) .*?, (?:whereas|while) ((?!in |a |an |the |it |its )[\w-]+) (.+)$",
            text,
        )
    if match and match[1].rstrip("은는") != match[2].rstrip("은는이가"):
        yield f"{match[1]} {match[3]}"


FALSIFIERS: Mapping[str, Falsifier] = {
    "wrong number": wrong_number,
    "swapped numbers": swapped_numbers,
    "swapped names": swapped_names,
    "invented name": invented_name,
    "negated": negated,
    "antonym": antonym,
    "unhedged": unhedged,
    "unconditioned": unconditioned,
    "overstated": overstated,
    "appended": appended,
    "spliced": spliced,
}


def falsehoods(chunks: Sequence[Chunk], *, seed: int = 0, citing: int = 1) -> Iterator[Falsehood]:
    """Every falsification of every sentence of ``chunks``, and each sentence with ``citing`` passages that are not its own."""
    generator = random.Random(seed)
    for chunk in chunks:
        for start, end in sentence_spans(chunk.text):
            text = Sentence(chunk, start, end).text
            for how, falsify in FALSIFIERS.items():
                for changed in dict.fromkeys(falsify(text, chunk.lang)):
                    if changed != text:
                        yield Falsehood(how, changed, chunk, text)
            others = [
                c
                for c in generator.sample(list(chunks), k=min(len(chunks), 8 * citing))
                if c.entry_id != chunk.entry_id
            ]
            for other in others[:citing]:
                yield Falsehood("swapped citation", text, other, text)


def main() -> None:
    """Count the leaks over the shipped glossary."""
    from rag.chain import open_assistant
    from rag.generation.checks import Passage, check
    from rag.settings import Settings

    tried, leaked = Counter[str](), Counter[str]()
    for falsehood in falsehoods(open_assistant(Settings()).retriever.index.chunks):
        tried[falsehood.how] += 1
        verdict = check(f"{falsehood.text} [1]", [Passage(1, falsehood.passage)], falsehood.passage.lang)
        if verdict.support:
            leaked[falsehood.how] += 1
            print(f"{falsehood.how}: {falsehood.text}\n    from: {falsehood.true}")
    for how, count in tried.items():
        print(f"{how:18} {leaked[how]:5} of {count:6} passed")


if __name__ == "__main__":
    main()
