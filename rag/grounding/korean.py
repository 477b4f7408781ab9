"""Korean sentences to tokens: MeCab tells stems from particles and endings, which tell roles, clauses and negation.

A word is what is left of a spaced unit after its particles and endings, so it does not matter how the dictionary cuts a
compound. Numbers and Latin words are found first and stand in for themselves: the dictionary would cut "llama.cpp" and "0.4".
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from rag.grounding.tokens import Reading, Token, fold, number_key, split_asides

__all__ = ["read_korean"]

_NUM = r"[-−]?\d[\d,]*(?:\.\d+)?"
_FOREIGN = re.compile(
    rf"(?P<range>(?<![\w.-]){_NUM}\s?(?:~|–|-|∼)\s?{_NUM}(?![A-Za-z\d]))"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]*(?:[-._+#/@&][A-Za-z0-9]+)*[+#]*)"
    rf"|(?P<number>{_NUM})(?:\s?(?P<scale>[천만억조])(?![가-힣]*[장큼])|(?P<suffix>[KMBT](?![A-Za-z]))|(?P<percent>\s?%)|(?![A-Za-z]))"
    r"|(?P<mixed>\d[\dA-Za-z-]*[A-Za-z][\dA-Za-z-]*)"
)
_NOUNS = ("NNG", "NNP", "NR", "SL", "SN", "SH", "XR", "XSN", "XPN", "MAG", "MM", "NNBC", "NP", "IC")
_ROLES: Mapping[str, str] = {
    **dict.fromkeys(["은", "는", "이", "가", "도", "란", "이란", "께서"], "subj"),
    **dict.fromkeys(["을", "를"], "obj"),
    **dict.fromkeys(["와", "과", "랑", "이랑", "하고"], "with"),
    **dict.fromkeys(["에서", "부터", "으로부터", "로부터"], "from"),
    **dict.fromkeys(["로", "으로", "로써", "으로써", "로서", "으로서"], "to"),
    **dict.fromkeys(["에", "에게", "한테"], "at"),
    **dict.fromkeys(["처럼", "같이"], "like"),
    **dict.fromkeys(["나", "이나", "거나"], "or"),
    "보다": "than", "까지": "until", "의": "", "마다": "each",
}  # fmt: skip
_MARKS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(["안", "못", "전혀", "결코", "없이"], ("not", "keep")),
    **dict.fromkeys(["오직", "단지", "유일", "뿐", "오로지"], ("only", "keep")),
    **dict.fromkeys(
        ["항상", "언제나", "늘", "모든", "모두", "반드시", "절대", "완전히", "전부", "무조건", "매번", "꼭", "언제든"], ("all", "keep")
    ),
    **dict.fromkeys(["보통", "흔히", "대개", "주로", "자주", "일반적", "대체로", "통상"], ("usually", "keep")),
    **dict.fromkeys(["가끔", "때때로", "종종", "간혹"], ("sometimes", "keep")),
    **dict.fromkeys(["일부", "대부분", "몇몇", "일부분"], ("some", "keep")),
    **dict.fromkeys(["거의", "약", "정도", "가량", "대략", "쯤", "남짓"], ("about", "keep")),
    **dict.fromkeys(["덜"], ("less", "keep")),
    **dict.fromkeys(["이상"], ("at least", "keep")),
    **dict.fromkeys(["이하"], ("at most", "keep")),
    **dict.fromkeys(["미만"], ("below", "keep")),
    **dict.fromkeys(["초과"], ("above", "keep")),
    **dict.fromkeys(["최대"], ("most", "keep")),
    **dict.fromkeys(["최소"], ("least", "keep")),
    **dict.fromkeys(["경우", "때"], ("if", "scope")),
    **dict.fromkeys(["보고", "주장", "알려지", "추정", "예상"], ("said", "keep")),
    **dict.fromkeys(["때문", "따라서", "그래서", "그러므로"], ("so", "")),
}  # fmt: skip
_KEPT = frozenset(
    ["막", "피하", "실패", "부족", "방지", "대신", "달리", "오해", "착각", "잘못", "틀리", "드물", "어렵", "힘들", "불가능", "제외", "반대", "못지않", "어긋나", "그만두", "멈추", "목표", "목적", "계획", "시도", "노력", "금지", "거부", "부정", "의하", "의해", "전", "후", "이전", "이후", "앞", "뒤", "전자", "후자", "각각", "외", "빼", "싫", "모르"]
)
_AUXILIARY = frozenset(["않", "못하", "있", "두", "놓", "주", "보", "내", "버리", "가", "오", "지", "싶", "나가", "드리", "하", "되"])
_AUXILIARIES = ("VX", "VCP", "VCN", "NNB")
_CONDITIONS = ("면", "으면", "다면", "ᆫ다면", "라면", "거든", "려면", "으려면", "어야", "아야")
_CAUSES = ("므로", "으므로", "니까", "으니까", "아서", "어서", "느라", "라서")
_LIGHT = frozenset(
    ["것", "거", "점", "등", "바", "데", "개", "하", "되", "있", "이", "그", "저", "이것", "그것", "이는", "위하", "대하", "관하", "통하", "그리고", "또", "또한", "즉", "바로", "각", "특징", "편", "채", "하지만", "그러나", "반면", "따르", "나", "너", "우리", "자기", "스스로", "여기", "거기", "해당", "예", "들", "위해", "따라", "대해", "통해", "하나"]
)
_POINTING = frozenset(
    [
        "이것",
        "그것",
        "이",
        "그",
        "저",
        "해당",
        "여기",
        "거기",
        "이는",
        "그러",
        "이러",
        "이런",
        "그런",
        "둘",
        "전자",
        "후자",
    ]
)
_SAME: Mapping[str, str] = {
    word: group[0]
    for group in (
        ("방법", "기법", "방식", "기술"), ("쓰다", "이용", "사용", "활용"), ("반복", "되풀이"), ("용어", "이름"),
        ("제안", "발표", "공개"), ("크다", "커다랗다"), ("빠르다", "빨리"), ("가운데", "중"), ("예", "예시", "사례"), ("필요", "있어야"),
        ("답", "답변", "대답"), ("마치다", "끝나다", "끝내다"), ("들어가다", "담기다", "포함"), ("말미암다", "인하다"), ("글", "텍스트"), ("담다", "담기다"),
    )
    for word in group
}  # fmt: skip
_STEMS = {
    "커지": "크",
    "만든": "만들",
    "만드": "만들",
    "파이": "파인",
    "거느": "거늘",
    "드": "들",
    "아": "알",
    "여": "열",
    "사": "살",
    "노": "놀",
    "부": "불",
}
_COUNT = {"한": "1", "두": "2", "둘": "2", "세": "3", "셋": "3", "네": "4", "넷": "4", "다섯": "5", "여섯": "6"}
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Morph:
    form: str
    tag: str
    start: int
    end: int


@cache
def _tagger() -> Any:
    from mecab import MeCab

    return MeCab()


def read_korean(text: str) -> Reading:
    """Cut a sentence into tokens. Characters that are neither letters, digits nor known marks are not looked at."""
    text, asides = split_asides(fold(text))
    masked, foreign = _mask(_plain_style(text))
    with _LOCK:
        morphs = [m for morph in _tagger().parse(masked) for m in _parts(morph)]
    reader = _Reader(foreign)
    for unit in _units(morphs, masked):
        reader.take(unit, masked)
    tokens = reader.finished()
    return Reading(tokens, asides, pointing=reader.pointing, ordered=tuple(_unscrambled(tokens)))


def _plain_style(text: str) -> str:
    """담깁니다 as 담기다, 있습니다 as 있다: the dictionary was trained on newspapers, which do not speak formally."""
    text = re.sub(r"습니다(?=\W|$)", "다", text)
    return re.sub(
        r"([가-힣])니다(?=\W|$)",
        lambda m: chr(ord(m[1]) - 17) + "다" if (ord(m[1]) - 0xAC00) % 28 == 17 else m[0],
        text,
    )


def _mask(text: str) -> tuple[str, dict[str, tuple[str, str, str]]]:
    """Numbers and Latin words replaced by plain ones; each with its key, form and surface."""
    foreign: dict[str, tuple[str, str, str]] = {}

    def replaced(match: re.Match[str]) -> str:
        number = len(foreign)
        if match["name"] or match["mixed"]:
            code = "Q" + "".join(chr(ord("a") + int(d)) for d in f"{number:03}") + "z"
            raw = match[0]
            key = re.sub(r"[-._/&]", "", raw.casefold())
            foreign[code] = (key, "name", raw)
            return code
        code = f"{7000 + number}"
        if match["range"]:
            ends = re.findall(_NUM, re.sub(r"(?<=\d)-(?=\d)", " ", match["range"]))
            key = "..".join(number_key(end) for end in ends)
        else:
            key = number_key(match["number"], match["scale"] or match["suffix"] or "") + (
                "%" if match["percent"] else ""
            )
        foreign[code] = (key, "number", match[0])
        return f"{code} " if match["percent"] else code

    return _FOREIGN.sub(replaced, text), foreign


def _parts(morph: Any) -> Iterable[_Morph]:
    feature, span = morph.feature, morph.span
    if "+" not in feature.pos or not feature.expression:
        yield _Morph(morph.surface, feature.pos, span.start, span.end)
        return
    for part in feature.expression.split("+"):
        form, tag = part.split("/")[:2]
        yield _Morph(form, tag, span.start, span.end)


def _units(morphs: Sequence[_Morph], text: str) -> Iterable[list[_Morph]]:
    """Runs without white space between."""
    unit: list[_Morph] = []
    for morph in morphs:
        if unit and text[unit[-1].end : morph.start].isspace():
            yield unit
            unit = []
        unit.append(morph)
    if unit:
        yield unit


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

    def take(self, unit: Sequence[_Morph], text: str) -> None:
        """One spaced unit: its head words, then what its particles and endings say."""
        auxiliary = unit[0].form in _AUXILIARY and not any(m.tag in _NOUNS for m in unit)
        if self._pending and not auxiliary:
            self._clause += bool(self.tokens and self.tokens[-1].clause == self._clause)
        self._pending = False
        self._ability, able = False, self._ability
        head, rest = _split(unit, text)
        if able and unit[0].form in ("있", "없"):
            self._mark("can", "keep", unit[0].form)
            if unit[0].form == "있":
                head, rest = [], [m for m in unit[1:] if m.tag[0] in "EJS"]
        if not self._seen:
            self._seen = True
            self.pointing = bool(unit) and (
                unit[0].form in _POINTING and unit[0].tag in ("NP", "MM", "MAG", "NNG", "MAJ", "VA", "NR")
            )
        saying = bool(rest) and rest[0].tag == "XSV"
        for form, tag in head:
            self._head(form, tag, saying=saying)
        count = len(self.tokens)
        for k, morph in enumerate(rest):
            self._tail(morph, rest[k + 1 :])
        self._after = unit[-1].tag
        if not head and len(self.tokens) == count and not any(m.form in _LIGHT or m.tag in _AUXILIARIES for m in rest):
            surface = "".join(c for c in text[unit[0].start : unit[-1].end] if c.isalnum())
            if surface:
                self._add(surface, "word", surface)

    def _head(self, form: str, tag: str, *, saying: bool = False) -> None:
        if form in self._foreign:
            key, kind, raw = self._foreign[form]
            self._add(key, kind, raw)
        elif form in _MARKS and (tag == "MAG" or form not in ("안", "못", "늘", "꼭")):
            self._mark(*_MARKS[form], form)
        elif form in _COUNT and tag in ("MM", "NR"):
            self._add(_COUNT[form], "number", form)
        elif form == "수":
            self._ability = tag == "NNB" and self._after == "ETM"
            if not self._ability:
                self._add(form, "word", form)
        elif form == "말" and saying:
            self._defined()
        elif form in _LIGHT:
            pass
        elif form in _KEPT:
            self._add(form, "mark", form, keep=True)
        else:
            self._add(_SAME.get(form, form), "word", form)

    def _tail(self, morph: _Morph, after: Sequence[_Morph]) -> None:
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
            if form in _CONDITIONS or form.endswith(("으면", "다면", "라면", "려면")):
                self._mark("if", "scope", form)
            elif form in _CAUSES:
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
        elif tag != "VX" and (form not in _LIGHT or form in ("있", "하", "되")):
            if form in _MARKS:
                self._mark(*_MARKS[form], form)
            elif form in _KEPT:
                self._add(form, "mark", form, keep=True)
            elif form in ("뜻하", "가리키"):
                self._defined()
            elif form == "쓰이":
                self._add("쓰다", "word", form, role="pass")
            else:
                stem = _STEMS.get(form, form) + "다"
                self._add(_SAME.get(stem, stem), "word", form)

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
        elif form in _ROLES:
            self._role(_ROLES[form], topical=form in ("은", "는", "란", "이란"))

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

    def _add(self, key: str, form: Any, surface: str, *, role: str = "", **more: bool) -> None:
        if self.tokens and self.tokens[-1].form != "mark" and not self.tokens[-1].role:
            self.tokens[-1] = replace(self.tokens[-1], glued=self.tokens[-1].clause == self._clause)
        self.tokens.append(Token(key, form, surface, self._clause, role=role, **more))
        self._bare = form != "mark" or self._bare


_ORDER = ("subj", "topic", "from", "at", "to", "than", "like", "until", "each", "obj")


def _unscrambled(tokens: Sequence[Token]) -> list[Token]:
    """Korean orders the phrases before a verb freely, as their particles tell their parts: they get one fixed order."""
    ordered: list[Token] = []
    phrases: list[list[Token]] = [[]]

    def flush() -> None:
        marked = [p for p in phrases if p and p[-1].role in _ORDER]
        marked.sort(key=lambda phrase: _ORDER.index(phrase[-1].role))
        rest = [t for p in phrases if not (p and p[-1].role in _ORDER) for t in p]
        ordered.extend(t for phrase in [*marked, rest] for t in phrase)
        phrases[:] = [[]]

    for i, token in enumerate(tokens):
        if i and token.clause != tokens[i - 1].clause:
            flush()
        phrases[-1].append(token)
        if token.key.endswith("다") or token.role in ("act", "pass", "pred") or (token.key in _ENDS):
            flush()
        elif token.role in _ORDER:
            phrases.append([])
    flush()
    return ordered


_ENDS = ("<not>", "<can>", "<if>", "<so>", "<said>")


def _split(unit: Sequence[_Morph], text: str) -> tuple[list[tuple[str, str]], list[_Morph]]:
    """The words that a unit begins with, and the particles and endings after them.

    A noun after an ending in one unit means that the dictionary cut a loan word (파인튜닝) for a verb: it is put together.
    """
    last = max((i for i, m in enumerate(unit) if m.tag in _NOUNS), default=-1)
    head: list[tuple[str, str]] = []
    buffer, tag = "", ""
    i = 0
    while i <= last:
        morph = unit[i]
        if morph.tag in ("SL", "SN"):
            if buffer:
                head.append((buffer, tag))
            head.append((morph.form, morph.tag))
            buffer = ""
        elif morph.tag[:1] == "S" or morph.tag in ("SC",):
            if buffer:
                head.append((buffer, tag))
            buffer = ""
        elif i == 0 or unit[i - 1].start != morph.start:
            tag = morph.tag if not buffer else "NNG"
            buffer += text[morph.start : morph.end] if morph.tag not in ("NNBC",) or buffer else morph.form
        i += 1
    if buffer:
        head.append((buffer, tag))
    return head, list(unit[last + 1 :])
