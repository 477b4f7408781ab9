"""English sentences to tokens: stems, roles from prepositions and voice, clauses from commas and conjunctions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from rag.grounding.tokens import Reading, Token, fold, number_key, split_asides

__all__ = ["read_english"]

_NUM = r"[-−]?\d[\d,]*(?:\.\d+)?"
_SCAN = re.compile(
    rf"(?P<range>(?<![\w.-]){_NUM}\s?(?:to|~|–|-)\s?{_NUM}(?![\w]))"
    rf"|(?P<number>(?<![\w.]){_NUM})(?:(?P<percent>\s?%|\spercent\b)|(?P<suffix>[KMBT](?![A-Za-z]))|\s(?P<scale>hundred|thousand|million|billion|trillion)\b|(?![A-Za-z]))"
    r"|(?P<word>[A-Za-z0-9]+(?:[-._+#/@&][A-Za-z0-9]+|['’][a-z]+)*[+#]*)"
    r"|(?P<break>[,;:—–]|\s-\s)"
)
_STOP = frozenset(
    ["a", "an", "the", "is", "are", "was", "were", "be", "been", "being", "am", "do", "does", "did", "has", "have", "had", "having", "it", "its", "itself", "they", "them", "their", "theirs", "this", "these", "those", "that's", "there", "here", "he", "she", "his", "her", "we", "our", "you", "your", "who", "whom", "whose", "what", "so-called", "such", "as", "of", "in", "on", "at", "for", "with", "to", "per", "via", "and", "or", "but", "that", "which", "while", "whereas", "also", "both", "then", "very", "own", "each", "other", "others", "however", "where", "although", "though", "why", "i"]
)  # fmt: skip
_BE = frozenset(["is", "are", "was", "were", "be", "been", "being", "am"])
_POINTING = frozenset(["it", "its", "they", "them", "their", "this", "these", "those", "such", "he", "she", "both"])
_ARTICLES = frozenset(["a", "an", "the", "each", "every"])
_BREAKS = frozenset(
    [
        "and",
        "or",
        "but",
        "that",
        "which",
        "who",
        "whose",
        "while",
        "whereas",
        "when",
        "if",
        "unless",
        "because",
        "since",
        "so",
        "although",
        "though",
        "where",
        "until",
        "once",
        "whether",
    ]
)
_COORDINATE = frozenset(["and", "or", "but"])
_RELATIVE = frozenset(["that", "which", "who", "whose"])
_OBJECTS = _POINTING | {"other", "others", "which", "whom", "what", "each", "you", "own"}
_ROLES = frozenset(
    [
        "by",
        "than",
        "from",
        "before",
        "after",
        "into",
        "over",
        "under",
        "above",
        "below",
        "between",
        "against",
        "until",
        "except",
        "during",
        "toward",
        "towards",
        "through",
    ]
)
_MARKS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(["not", "no", "never", "neither", "nor", "none", "nothing", "nobody", "without", "cannot", "hardly", "barely", "rarely", "seldom", "scarcely"], ("not", "keep")),
    **dict.fromkeys(["can", "could", "may", "might", "possibly", "perhaps", "potentially"], ("can", "keep")),
    **dict.fromkeys(["must", "should", "need", "needs", "ought"], ("must", "keep")),
    **dict.fromkeys(["usually", "typically", "generally", "commonly", "normally", "mostly", "mainly", "often", "frequently", "largely"], ("usually", "keep")),
    **dict.fromkeys(["sometimes", "occasionally"], ("sometimes", "keep")),
    **dict.fromkeys(["all", "always", "every", "everything", "everyone", "entirely", "completely", "wholly", "fully", "any"], ("all", "keep")),
    **dict.fromkeys(["only", "solely", "merely", "just", "exclusively", "alone", "sole"], ("only", "keep")),
    **dict.fromkeys(["about", "around", "roughly", "approximately", "nearly", "almost"], ("about", "keep")),
    **{w: (w, "keep") for w in ("at_least", "at_most", "up_to")},
    **dict.fromkeys(["some", "few", "partly", "partially", "most"], ("some", "keep")),
    **dict.fromkeys(["less", "fewer", "least"], ("less", "keep")),
    **dict.fromkeys(["if", "unless", "when", "whenever", "once", "until", "whether", "provided", "assuming"], ("if", "scope")),
    **dict.fromkeys(["reported", "reports", "claimed", "claims", "claim", "argued", "argues", "suggested", "suggests", "believed"], ("said", "scope")),
    **dict.fromkeys(["because", "since"], ("because", "")),
    **dict.fromkeys(["so", "therefore", "thus", "hence"], ("so", "")),
}  # fmt: skip
_KEPT = frozenset(
    ["fail", "fails", "failed", "lack", "lacks", "avoid", "avoids", "prevent", "prevents", "stop", "stops", "refuse", "reject", "instead", "rather", "unlike", "myth", "false", "wrong", "mistaken", "misconception", "incorrect", "incorrectly", "aim", "aims", "try", "tries", "tried", "attempt", "attempts", "plan", "plans", "intend", "intended", "seek", "seeks", "hope", "expected", "consider", "considered", "hard", "difficult", "impossible", "unlikely", "unable", "let", "lets", "allow", "allows", "help", "helps", "enable", "enables", "too", "up", "former", "latter", "respectively", "except", "against"]
)  # fmt: skip
_GROUPS = (
    "method technique approach",
    "use employ utilize",
    "offer provide",
    "join connect",
    "large big",
    "start begin began begun",
    "store save",
    "cost expensive costly",
    "fast quick",
    "problem issue",
    "obtain get receive got",
    "create produce generate",
    "finish complete",
    "many multiple numerous",
    "reach achieve",
    "give hand given gave",
    "release publish",
    "freeze frozen froze",
    "hold held",
    "keep kept",
    "build built",
    "write written wrote",
    "choose chosen chose",
    "make made",
    "show shown",
    "become became",
    "take taken took",
    "run ran",
    "find found",
    "learn learnt",
    "know known knew",
    "rely depend",
    "split divide",
    "let allow enable",
)
_OPTIONAL = frozenset(
    ["example", "instance", "exampl", "instanc", "namely", "specifically", "term", "refer", "refers", "called", "call", "known", "means", "mean", "i.e", "e.g", "contrast", "meanwhile", "addition", "additionally", "moreover", "furthermore", "well", "overall", "simply"]
)  # fmt: skip
_DIGITS = {
    w: str(n)
    for n, w in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"])
}  # fmt: skip


_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (r"\b(?:has|have|had) to\b", "must"), (r"\bat once\b", "immediately"), (r"\bdue to\b", "because"),
        (r"\bas a result\b", "so"), (r"\bas well as\b", "and"), (r"\bas well\b", "also"), (r"\bat least\b", "at_least"),
        (r"\bat most\b", "at_most"), (r"\bup to\b", "up_to"), (r"\bno longer\b", "not"), (r"\bis able to\b", "can"),
        (r"\bare able to\b", "can"),
    )
)  # fmt: skip


@cache
def _stem(word: str) -> str:
    """Without plural, tense and person. Nothing more: a tokenizer is no tokenization, and training is not trained."""
    word = re.sub(r"is(e|es|ed|ing)$", r"iz\1", word) if len(word) > 6 else word
    if len(word) > 4:
        for ending, plain in (("ies", "y"), ("ied", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
            if word.endswith(ending):
                return word.removesuffix(ending) + plain
    if len(word) > 3 and word.endswith("s") and word[-2] not in "sui":
        word = word[:-1]
    if len(word) > 4 and word.endswith("ed"):
        word = re.sub(r"([^aeiouls])\1$", r"\1", word[:-2])
    return word.removesuffix("e") if len(word) > 3 else word


def _key(word: str) -> str:
    stem = _stem(word)
    return _SAME.get(stem, stem)


_SAME: Mapping[str, str] = {_stem(w): _stem(group.split()[0]) for group in _GROUPS for w in group.split()}


def read_english(text: str) -> Reading:
    """Cut a sentence into tokens. Characters that are neither letters, digits nor known marks are not looked at."""
    text, asides = split_asides(fold(text))
    for pattern, plain in _PHRASES:
        text = pattern.sub(plain, text)
    reader = _Reader()
    for match in _SCAN.finditer(text):
        reader.take(match)
    return Reading(reader.finished(), asides, pointing=reader.pointing, pronouns=reader.pronouns)


class _Reader:
    """The state between two words."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.pointing = False
        self.pronouns = False
        self._clause = 0
        self._role = ""
        self._be = False
        self._adjacent = False
        self._article = False
        self._opener = ""
        self._comma = 0

    def take(self, match: re.Match[str]) -> None:
        """One word, number or break."""
        if match["break"]:
            self._break()
            if match["break"] == "," and not self._comma:
                self._comma = self._clause
        elif match["range"]:
            ends = re.findall(_NUM, re.sub(r"(?<=\d)-(?=\d)", " ", match["range"]))
            self._add("..".join(number_key(end) for end in ends), "number", match["range"])
        elif match["number"]:
            key = number_key(match["number"], match["suffix"] or match["scale"] or "")
            self._add(key + ("%" if match["percent"] else ""), "number", match[0])
        else:
            self._word(match["word"])

    def finished(self) -> tuple[Token, ...]:
        """The tokens; "because A, B" reads as "A, so B"."""
        self._flush_role()
        tokens = self.tokens
        if tokens and tokens[0].key == "<because>" and self._comma:
            first = tokens.pop(0)
            at = next((i for i, t in enumerate(tokens) if t.clause >= self._comma), None)
            if at is not None:
                tokens.insert(at, replace(first, key="<so>", clause=tokens[at].clause))
        return tuple(
            replace(t, closed=i + 1 == len(tokens) or tokens[i + 1].clause != t.clause) for i, t in enumerate(tokens)
        )

    def _flush_role(self) -> None:
        """A preposition whose object is a pronoun stands for itself: "before it" is not "after it"."""
        if self._role:
            role, self._role = self._role, ""
            self._add(f"<{role}>", "mark", role, keep=True)

    def _break(self, opener: str = "") -> None:
        self._flush_role()
        if self.tokens and self.tokens[-1].clause == self._clause:
            self._clause += 1
            self._opener = ""
        self._opener = opener or self._opener
        self._adjacent = False
        self._be = False

    def _word(self, raw: str) -> None:
        lower = re.sub(r"['’]s$", "", raw.casefold().replace("’", "'"))
        if lower.endswith("n't"):
            if lower in ("can't", "couldn't"):
                self._mark("can", raw, "keep")
            self._mark("not", raw, "keep")
            return
        lower = lower.split("'")[0]
        if lower in _BREAKS and raw not in ("IF", "OR", "AND"):
            self._break("and" if lower in _COORDINATE else "that" if lower in _RELATIVE else "while")
        if not self.tokens:
            self.pointing |= lower in _POINTING
        if lower == "cannot":
            self._mark("can", raw, "keep")
        if lower in _MARKS:
            self._mark(*_MARKS[lower][:1], raw, _MARKS[lower][1])
        elif lower in _ROLES:
            self._flush_role()
            self._role, self._adjacent = lower, False
        elif lower in _STOP and not (len(raw) == 1 and raw.isupper() and self.tokens):
            self._be |= lower in _BE
            self._article = lower in _ARTICLES or lower in ("the", "its", "their", "his", "her", "this", "these")
            self.pronouns |= lower in ("it", "they", "them", "its", "their")
            self._adjacent = False
            if lower in _OBJECTS:
                self._flush_role()
        else:
            self._content(raw, lower)

    def _content(self, raw: str, lower: str) -> None:
        if lower in _DIGITS:
            self._add(_DIGITS[lower], "number", raw)
            return
        named = (
            any(c.isupper() for c in raw[1:])
            or any(c.isdigit() for c in raw)
            or (bool(self.tokens) and raw[0].isupper())
        )
        plain = re.sub(r"[-._/&]", "", lower)
        whole = any(c.isdigit() for c in raw) or any(c in "+#@" for c in raw)
        if any(c.isupper() for c in raw[1:]) and plain.endswith("s") and raw[:-1].isupper():
            plain = plain[:-1]
        key = plain if whole or (named and raw[0].isupper()) else _key(plain)
        if lower in _KEPT:
            self._add(key, "mark", raw, keep=True)
        else:
            self._add(key, "name" if named else "word", raw, optional=lower in _OPTIONAL and not self._role)

    def _mark(self, key: str, raw: str, kind: str) -> None:
        # a mark does not stand between "is" and its participle, nor between a name and what follows
        be, role, article = self._be, self._role, self._article
        self._role = ""
        self._add(f"<{key}>", "mark", raw, keep=kind in ("keep", "scope"), scope=kind == "scope")
        self._be, self._role, self._article = be, role, article

    def _add(self, key: str, form: Any, surface: str, **more: bool) -> None:
        before = self.tokens[-1] if self.tokens else None
        if before is not None and self._adjacent:
            self.tokens[-1] = replace(before, glued=True)
        role = self._role
        participle = form == "word" and surface.casefold().endswith(
            ("ed", "en", "wn", "lt", "ept", "eld", "ade", "und")
        )
        if self._role == "by" and before is not None and before.surface.casefold().endswith(("ed", "en", "wn", "lt")):
            self.tokens[-1] = replace(self.tokens[-1], role=_passive(before.role))
        if participle and self._be:
            role = _passive(role)
        self.tokens.append(
            Token(
                key,
                form,
                surface,
                self._clause,
                role=role,
                copula=self._be and form != "mark",
                opener=self._opener,
                article=self._article,
                **more,
            )
        )
        self._role, self._article = "", False
        self._be = self._be and surface.casefold().endswith("ly")
        self._adjacent = True


def _passive(role: str) -> str:
    return role if role.endswith("passive") else f"{role} passive".strip()
