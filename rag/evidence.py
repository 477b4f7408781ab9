"""Whether the glossary answers a question: one number in 0..1, and the reasons behind it.

The cosine of the best passage tells off-topic questions but not near ones without an entry (AUROC 0.81), so the verdict
also weighs what the question says beyond the names it links: a word that the glossary never uses, a word that makes another
name of a known one ("min-p sampling"), content that the linked entry never touches, a price or a date to come, and what the
glossary says that it lacks (``absent.yaml``). The weights are two logistic regressions, for entries with and without questions
of their own, in ``data/evidence.json``; ``python -m evals.calibrate`` fits them on the development split and on questions
written for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType

import orjson

from rag.compounds import DESCRIBED, compound, is_name, joined_names, names_absent
from rag.fusion import spread_asked, spread_told
from rag.lexical import tokens
from rag.question import Question, asked_as_a_name, asks_directly, masked
from rag.types import Hit, Kind
from rag.vocabulary import Vocabulary

__all__ = ["THRESHOLD", "Evidence", "Signs", "certain", "features", "fitted", "weigh"]

THRESHOLD = 0.40
"""Below this the assistant abstains; chosen on the development split, see the risk-coverage table in ``evals/README.md``."""

_SEVERAL = 3.0
"""Log-odds of asking for several things that count as certain."""
_SHORT = 5
"""Words of a question that may describe something without a name: "why does it make things up" has six."""
_OUT_OF_SCOPE = 0.4
"""How far out of scope a question of nothing but names and question words is weighed all the same."""
_DOUBTS = (
    "attribute",
    "linked attribute",
    "maybe attribute",
    "linked maybe attribute",
    "instruction",
    "names glued",
    "names beside",
    "names absent",
    "linked compound glued",
)
_ASPECTS = frozenset(
    {
        "how",
        "why",
        "limits",
        "examples",
        "proscons",
        "compare",
        "list",
        "relation",
        "same",
        "reverse",
        "path",
        "expand",
        "origin",
    }
)
_ATTRIBUTE = re.compile(
    r"연락처|(이메일|메일|전화)\s*(주소|번호)?\s*(뭐|뭔|좀\b|알려)|what(.?s| is) (the|his|her|their) (e-?mail|phone)|가격|얼마(예|에|야|임|나 해|죠|\b)|주가|연봉|월급|시급|(?<![가-힣])나이\b|생일|몇\s*살|홈페이지|링크|다운로드\s*(수|횟수)|스타\s*(수|몇)|직원|채용|인원|팀장|사장|담당자|대표(님|이사|\s+(이름|누구))|"
    r"최신|다음\s*(버전|모델|세대)|신모델|출시일|발매|언제\s*나(와|옴|오|올)|나온대|요금|할인|결제|구매|구입|구독|살까|파는\s*곳|어디서\s*(사|구|팔)|"
    r"뉴스|소식|디스코드|강의\s*(링크|추천|어디)|유튜브|지금|오늘|짜\s*(줘|주)|작성\s*해|(에러|오류)\s*(해결|고치|어|왜)|설치\s*(명령|방법|하)|어떻게\s*생각|의견|최고의|"
    r"price|pricing|\bshop|subscri|\bquote\b|\btier\b|\bstock\b|share price|salary|\bpaid\b|\bceo\b|\bage\b|how old|headcount|employees|"
    r"address|home ?page|\burl\b|\blink\b|discord|\bstars\b|latest|newest|current|next (version|release|model|gen)|release date|"
    r"will .*come out|any date|(per|a) (hour|month|seat|user)|\byet\b|today|right now|rate limit|[a-z]error\b|traceback|\bcode (for|to|in)\b|opinion|do you think|tweet|hiring"
)
"""What people ask about a term, and no glossary holds: prices, people, dates to come, orders to do something."""
_MAYBE_ATTRIBUTE = re.compile(
    r"싸|(?<![가-힣])사야|전화|이메일|몇\s*명|추천|\bcosts?\b|cheap|\bbuy|phone|e-?mail|downloads?\b|\binstall|command|\berror\b|"
    r"(?<!how )(?<!how to )(?<!how do i )(?<!how can i )\bfix\b|write (me |a|an|some)|\bbest\b|\bnews\b"
)
"""Words for such things that descriptions of terms hold as well: "masks phone numbers", "keeps the best five"."""
_INSTRUCTION = re.compile(
    r"ignore (all|the|previous|any|above|your)|무시하고|무시해|이전\s*(지시|명령|규칙)|위\s*규칙|지금부터|system:|you are now|print your|출력해|라고만\s*(말|답|대답)|라고\s*(말해|답해|대답해)\s*(줘|라)?$|"
    r"(지시|명령|규칙|지침|프롬프트|대화|설정|역할|한\s*말|(앞|위)의?\s*(말|내용|글))\S*\s*(\S+\s+)?잊|잊어\s*(줘|라\b|주세요)|(다|모두|전부|싹)\s*잊(고|어)|(너|넌|네가|니가)\S*\s.*잊(고|어)"
)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|'[^']{4,}'|‘[^’]*’")
_SENTENCE_END = re.compile(r"[.!?;~,]+\s|[\u1160-\u11ff]+\s+")
"""Korean sentences end as well in lone letters, as ㅠㅠ or ㅋㅋ; NFKC has made them conjoining ones."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What else was read from a question.

    Attributes:
        kinds: the probability of each kind of question that the best entry has what to say to.
        scope: whether a glossary answers such questions, -1..1, as :class:`rag.intent.Intent` has it.
        several: log-odds that several things are asked for, as :class:`rag.intent.Intent` has it.
        absent: cosine of the nearest questions of a term that the glossary knowingly lacks; 0 if it lists none.
        group: how well the best group of entries fits what is asked, as :func:`rag.groups.best_group` has it; None where the
            glossary has no groups.
        other_version: whether it names a version of a known thing that the glossary never names: "Llama 9".
    """

    kinds: Mapping[Kind, float]
    scope: float
    several: float
    absent: float
    group: float | None
    other_version: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a question is, or is not, answerable.

    Attributes:
        confidence: 0..1; at least :data:`THRESHOLD` to answer.
        features: what went into it.
    """

    confidence: float
    features: Mapping[str, float]


@cache
def fitted(*, asked: bool) -> Mapping[str, float]:
    """The weights, by feature: of entries that hold questions, or of the others, of whose other signs more is asked."""
    weights = orjson.loads(files("rag").joinpath("data", "evidence.json").read_bytes())
    return MappingProxyType(weights["asked" if asked else "unasked"])


def features(question: Question, hits: Sequence[Hit], *, signs: Signs, words: Vocabulary) -> dict[str, float]:
    """The numbers that are weighed, each about 0..1; a name of a feature says what it counts for or against."""
    top = hits[0].signals if hits else {}
    about = bool(question.carried or question.model_name) or top.get("link", 0.0) > 0.5
    names, beside = max(len(question.mentions), int(about)), len(question.leftovers)
    uncovered = sum(_uncovered(word, question, words) for word in question.content) / max(1, beside + names)
    strange = [word for word in question.content if not (words.is_word(word) or words.is_asked_with(word))]
    unknown = len(strange) / max(1, beside + names)
    cosine = (max((h.signals["cosine"] for h in hits[:8]), default=0.75) - 0.75) / 0.2
    bm25 = max((h.signals["bm25"] for h in hits[:8] if h.chunk.section != "examples"), default=0.0)
    asked = asks_directly(question)
    joined = compound(question, asked=asked, words=words) | ({"glued", "unknown"} if signs.other_version else set())
    text = masked(question)
    common = {
        **_attributes(question, text, linked=about, asked=bool(asked)),
        "names without entry": _strange_names(question, words) / max(1, beside),
        "instruction": float(_orders(text, asked=bool(asked))),
        "near the turn before": float(
            bool(hits) and any(hits[0].chunk.entry_id in words.kin(i) for i in question.context)
        ),
        "coverage": top.get("covered", 0.0),
        "core": top.get("core covered", 0.0),
        **({"list": 1.0, "group": signs.group} if question.kind == "list" and signs.group is not None else {}),
        "told": spread_told(top.get("told cosine", 0.0)),
        **({"asked": spread_asked(top["asked cosine"])} if "asked cosine" in top else {}),
        **{f"names {kind}": 1.0 for kind in joined_names(question, words)},
        "names absent": names_absent(question, words),
    }
    listed = "list " if question.kind == "list" else ""
    told = {f"kind {kind}": chance for kind, chance in signs.kinds.items()}
    told |= {f"{listed}absent": spread_asked(signs.absent)} if signs.absent else {}
    if about:
        return {
            "linked": 1.0,
            "linked in scope": max(0.0, signs.scope),
            "linked out of scope": max(0.0, -signs.scope),
            "linked unknown": unknown,
            "linked aspect uncovered": uncovered * (question.kind in _ASPECTS),
            "linked other uncovered": uncovered * (question.kind not in _ASPECTS),
            "linked cosine": cosine,
            "linked direct": float(bool(asked) and not joined & {"glued", "unknown"}),
            **{f"linked compound {kind}": 1.0 for kind in joined},
            **{f"linked {name}": value for name, value in told.items()},
            **common,
        }
    passing = _passing(question, hits, scope=signs.scope, unknown=unknown, direct=bool(asked))
    return {
        "in scope": max(0.0, signs.scope),
        "out of scope": max(0.0, -signs.scope),
        "several": max(-1.0, min(1.0, signs.several / _SEVERAL)),
        "unknown": unknown,
        "cosine": cosine,
        "bm25": bm25 / (bm25 + 12.0),
        "short": float(
            question.kind != "list"
            and beside + names <= (3 if question.kind in ("define", "expand", "origin") else 2)
            and len(question.text.split()) <= _SHORT
        ),
        "margin": min(0.2, _margin(hits)) / 0.2,
        "by example": float(
            bool(hits) and hits[0].chunk.section == "examples"
        ),  # what an example is about, no entry is
        **{f"passing {name}" if "passing found" in passing else name: value for name, value in told.items()},
        **passing,
        **{f"compound {kind}": 1.0 for kind in joined},
        **common,
    }


def _passing(
    question: Question, hits: Sequence[Hit], *, scope: float, unknown: float, direct: bool
) -> dict[str, float]:
    """Of a question with more chat than name, whether its name is what is found: else it describes something else."""
    if not question.entry_ids:
        return {}
    if not (hits and hits[0].chunk.entry_id in question.entry_ids):
        return {"passing": 1.0, "passing unknown": unknown}
    return {
        "passing found": 1.0,
        "passing found in scope": max(0.0, scope),
        "passing found out of scope": max(0.0, -scope),
        "passing found unknown": unknown,
        "passing found direct": float(direct),
    }


def _strange_names(question: Question, words: Vocabulary) -> int:
    """How many words name things without an entry; one that is asked for counts as if there were nothing else."""
    strange = [
        o for o in question.leftovers
        if o.surface.isascii() and not (words.is_word(o.surface) or words.is_asked_with(o.surface))
    ]  # fmt: skip
    if not (question.carried or question.model_name) and any(asked_as_a_name(question, o) for o in strange):
        return len(question.leftovers)
    return sum(is_name(question.text, o.start, o.end) for o in question.leftovers)


def _uncovered(word: str, question: Question, words: Vocabulary) -> float:
    """How much a word tells that none of the named entries uses, 0..1."""
    found = tokens(word)
    return sum(words.weight(t) for t in found if not any(words.uses(i, t) for i in question.entry_ids)) / max(
        1, len(found)
    )


def _attributes(question: Question, text: str, *, linked: bool, asked: bool) -> dict[str, float]:
    """Whether something is asked that no glossary holds; "so the second call is cheaper" rather describes a term."""
    share = 1.0 if linked else min(1.0, DESCRIBED / max(1, len(question.leftovers)))
    share = 0.0 if asked or question.kind == "path" else share
    patterns = {"attribute": _ATTRIBUTE, "maybe attribute": _MAYBE_ATTRIBUTE}
    return {
        f"linked {name}" if linked else name: share * bool(pattern.search(text)) for name, pattern in patterns.items()
    }


def _orders(text: str, *, asked: bool) -> bool:
    """Whether a question gives orders, unless a sentence apart from them asks directly about a name."""
    text = _QUOTED.sub(" ", text)  # somebody else's order
    if not _INSTRUCTION.search(text):
        return False
    sentences = re.split(r"(?<=[.!?])\s+", text)
    return not (asked and any("§" in sentence and not _INSTRUCTION.search(sentence) for sentence in sentences))


def _margin(hits: Sequence[Hit]) -> float:
    """How far the winner is ahead of the next entry."""
    rival = next((hit.score for hit in hits if hit.chunk.entry_id != hits[0].chunk.entry_id), 0.0)
    return hits[0].score - rival if hits else 0.0


def _asked_apart(question: Question) -> bool:
    """Whether a sentence of its own does nothing but ask what a name is, whatever the chat around it says."""
    ends = [0, *(m.end() for m in _SENTENCE_END.finditer(question.text)), len(question.text)]
    asked = asks_directly(question)
    named = [m for m in question.mentions if asked & set(m.entry_ids)]
    parts = [(a, b) for m in named for a, b in pairwise(ends) if a <= m.start < b]
    return any(not any(a <= o.start < b for o in question.leftovers) for a, b in parts)


def certain(question: Question, found: Mapping[str, float]) -> bool:
    """Whether there is nothing to weigh: names and words that ask about what they mean, or a model's name to take apart."""
    if any(found.get(name) for name in _DOUBTS) or found.get("linked out of scope", 0.0) > _OUT_OF_SCOPE:
        return False
    if question.model_name:
        beside = [m.surface for m in question.mentions] + [o.surface for o in question.leftovers]
        return sum(surface not in question.model_name for surface in beside) <= 1
    if _compares_known_terms(question, found):
        return True
    return bool(found.get("linked")) and (not question.leftovers or _asked_apart(question))


def _compares_known_terms(question: Question, found: Mapping[str, float]) -> bool:
    """Whether terms that the glossary has are held against each other, whatever chat is around them."""
    several = len({frozenset(m.entry_ids) for m in question.mentions}) > 1
    strange = found.get("names without entry") or found.get("out of scope") or found.get("linked out of scope")
    return question.kind == "compare" and several and not strange and len(question.leftovers) < 5


def weigh(question: Question, hits: Sequence[Hit], *, signs: Signs, words: Vocabulary) -> Evidence:
    """Weigh the evidence for ``question`` in ranked ``hits``."""
    found = features(question, hits, signs=signs, words=words)
    if certain(question, found):
        return Evidence(1.0, found)
    weights = fitted(asked="asked" in found)
    total = weights["bias"] + sum(weights[name] * value for name, value in found.items())
    return Evidence(1 / (1 + math.exp(-total)), found)
