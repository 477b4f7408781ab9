"""Whether the glossary answers a question: one number in 0..1, and the reasons behind it.

The cosine of the best passage tells off-topic questions but not near ones without an entry (AUROC 0.81), so the verdict
also weighs what the question says beyond the names it links: a word that the glossary never uses, a word that makes another
name of a known one ("min-p sampling"), content that the linked entry never touches, a price or a date to come. The weights are
two logistic regressions, for entries with and without questions of their own, fitted on the development split by
``python -m evals.calibrate``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.fusion import spread_asked
from rag.lexical import EntryTerms, tokens
from rag.linking import Leftover, Mention
from rag.question import Question, asks_directly, masked
from rag.text import is_hangul
from rag.types import Hit

__all__ = ["THRESHOLD", "WEIGHTS", "WEIGHTS_UNASKED", "Evidence", "features", "weigh"]

THRESHOLD = 0.5
"""Below this the assistant abstains; chosen from the risk-coverage curve in ``evals/README.md``."""

WEIGHTS: Mapping[str, float] = {
    "bias": -8.24,
    "asked": 5.29,
    "attribute": -2.17,
    "bm25": 6.46,
    "by example": 0.44,
    "compound glued": -2.78,
    "compound unknown": -0.25,
    "compound unseen": 0.59,
    "core": 2.45,
    "cosine": 0.52,
    "coverage": -0.22,
    "definition": 1.86,
    "group": 8.61,
    "instruction": -5.34,
    "linked": 6.88,
    "linked aspect uncovered": -1.41,
    "linked attribute": -1.99,
    "linked compound glued": -5.82,
    "linked compound unknown": -5.34,
    "linked compound unseen": -1.32,
    "linked cosine": 4.50,
    "linked direct": 1.25,
    "linked other uncovered": -3.12,
    "linked out of scope": -7.80,
    "linked unknown": -2.63,
    "list": -2.84,
    "margin": 1.51,
    "names beside": -10.09,
    "names glued": -12.31,
    "names without entry": -5.43,
    "near the turn before": 3.78,
    "out of scope": -2.57,
    "quantity": 0.04,
    "reverse": -0.10,
    "several": -1.53,
    "short": -3.33,
    "unknown": -3.70,
}
"""For questions whose best entry holds questions."""

WEIGHTS_UNASKED: Mapping[str, float] = {
    "bias": -9.74,
    "attribute": -2.45,
    "bm25": 12.19,
    "by example": 0.72,
    "compound glued": -2.03,
    "compound unknown": -0.41,
    "compound unseen": 0.21,
    "core": -0.42,
    "cosine": 2.39,
    "coverage": 1.00,
    "definition": 1.06,
    "group": 7.25,
    "instruction": -5.81,
    "linked": 7.67,
    "linked aspect uncovered": -0.92,
    "linked attribute": -2.29,
    "linked compound glued": -5.84,
    "linked compound unknown": -5.32,
    "linked compound unseen": -1.07,
    "linked cosine": 7.09,
    "linked direct": 0.94,
    "linked other uncovered": -2.51,
    "linked out of scope": -6.60,
    "linked unknown": -2.91,
    "list": -1.79,
    "margin": 0.78,
    "names beside": -9.30,
    "names glued": -11.25,
    "names without entry": -5.23,
    "near the turn before": 3.09,
    "out of scope": -2.41,
    "quantity": -0.17,
    "reverse": 0.30,
    "several": -1.18,
    "short": -4.22,
    "unknown": -3.27,
}
"""For the others: without the nearness of questions, the other signs have to say more."""

_ASPECTS = frozenset(
    {"how", "why", "limits", "examples", "proscons", "compare", "list", "relation", "same", "reverse", "path"}
)
_QUANTITY = re.compile(r"얼마|몇|번호|주소|how (much|many|long|old)|number|score")
_ATTRIBUTE = re.compile(
    r"가격|얼마(예|에|야|임|나 해|죠|\b)|주가|연봉|월급|시급|나이|생일|몇\s*살|전화|이메일|홈페이지|링크|다운로드\s*(수|횟수)|스타\s*(수|몇)|직원|채용|인원|몇\s*명|"
    r"최신|다음\s*(버전|모델|세대)|신모델|출시일|발매|언제\s*나(와|옴|오|올)|나온대|요금|할인|결제|구매|구입|구독|사야|살까|파는\s*곳|싸|어디서\s*(사|구|팔)|"
    r"뉴스|소식|디스코드|강의\s*(링크|추천|어디)|유튜브|지금|오늘|짜\s*줘|작성\s*해|(에러|오류)\s*(해결|고치|어|왜)|설치\s*(명령|방법|하)|어떻게\s*생각|의견|추천|최고의|"
    r"price|pricing|\bcosts?\b|cheap|\bbuy|\bshop|subscri|\bquote\b|\btier\b|\bstock\b|share price|salary|\bpaid\b|\bceo\b|\bage\b|how old|headcount|employees|"
    r"phone|e-?mail|address|home ?page|\burl\b|\blink\b|discord|downloads?\b|\bstars\b|latest|newest|current|next (version|release|model|gen)|release date|"
    r"will .*come out|any date|(per|a) (hour|month|seat|user)|\byet\b|today|right now|rate limit|\binstall|command|\berror\b|[a-z]error\b|traceback|\bfix\b|write (me |a|an|some)|\bcode (for|to|in)|opinion|"
    r"do you think|\bbest\b|\bnews\b|tweet|hiring"
)
"""What people ask about a term, and no glossary holds: prices, people, dates to come, orders to do something."""
_INSTRUCTION = re.compile(
    r"ignore (all|the|previous|any|above|your)|무시하고|무시해|이전\s*(지시|명령|규칙)|위\s*규칙|지금부터|system:|you are now|print your|출력해|라고만\s*(말|답|대답)|라고\s*(말해|답해|대답해)\s*(줘|라)?$|잊어|잊고"
)
_VARIANTS = frozenset([
    "base", "large", "small", "mini", "tiny", "medium", "instruct", "chat", "v1", "v2", "v3", "hf", "based", "like", "style",
    "made", "from", "for", "to", "of", "in", "on", "as", "and", "or", "tuned", "tuning", "aware", "only", "free", "specific", "related", "type",
])  # fmt: skip
"""What is joined to a name without making it another one: sizes of a model, and ends of adjectives."""
_BEFORE = frozenset(["per", "non", "pre", "post", "single", "plain"])
"""What stands before a name with a hyphen without making it another one: "per-GPU"."""
_SENTENCE_END = re.compile(r"[.!?;~,]+\s|[\u1160-\u11ff]+\s+")
"""Korean sentences end as well in lone letters, as ㅠㅠ or ㅋㅋ; NFKC has made them conjoining ones."""
_NOUN_ENDS = re.compile(r"(은|는|이|가|을|를|란|이란|라는|이라는|의|랑|이랑|와|과)?(\s|$|[?.!,])")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a question is, or is not, answerable.

    Attributes:
        confidence: 0..1; at least :data:`THRESHOLD` to answer.
        features: what went into it.
        unknown: content words that the glossary never uses.
    """

    confidence: float
    features: Mapping[str, float]
    unknown: tuple[str, ...]


def features(
    question: Question,
    hits: Sequence[Hit],
    *,
    scope: float,
    several: float,
    group: float | None,
    other_version: bool,
    uses: Callable[[str, str], bool],
    terms: EntryTerms,
    is_word: Callable[[str], bool],
    kin: Callable[[str], Collection[str]],
) -> dict[str, float]:
    """The numbers that are weighed, each about 0..1.

    Args:
        scope: whether a glossary answers such questions, -1..1, as :class:`rag.intent.Intent` has it.
        several: log-odds that several things are asked for, as :class:`rag.intent.Intent` has it.
        other_version: whether it names a version of a known thing that the glossary never names: "Llama 9".
        group: how well the best group of entries fits what is asked, as :func:`rag.groups.best_group` has it; None where the
            glossary has no groups.
        uses: whether an entry (by id) uses an index term anywhere.
        is_word: whether the glossary's text holds a string.
        kin: ids of the entries that an entry (by id) is related to.
    """
    top = hits[0].signals if hits else {}
    about = bool(question.carried or question.model_name) or top.get("link", 0.0) > 0.5
    names, words = max(len(question.mentions), int(about)), len(question.leftovers)
    content = [t for word in question.content for t in tokens(word)]
    total = sum(map(terms.idf, content))
    held = sum(terms.idf(t) for t in content if any(uses(i, t) for i in question.entry_ids))
    uncovered = (1 - held / total if total else 0.0) * words / max(1, words + names)
    unknown = sum(not is_word(word) for word in question.content) / max(1, words + names)
    cosine = (max((h.signals["cosine"] for h in hits[:8]), default=0.75) - 0.75) / 0.2
    bm25 = max((h.signals["bm25"] for h in hits[:8] if h.chunk.section != "examples"), default=0.0)
    asked = asks_directly(question)
    compound = _compound(question, asked=asked, is_word=is_word) | ({"glued"} if other_version else set())
    text = masked(question)
    common = {
        "quantity": float(bool(_QUANTITY.search(text)) and question.kind not in ("origin", "reverse")),
        "linked attribute" if about else "attribute": (
            not asked and question.kind != "path" and bool(_ATTRIBUTE.search(text))
        )
        * (1.0 if about else min(1.0, _DESCRIBED / max(1, words))),  # "so the second call is cheaper" describes
        "names without entry": len([o for o in question.leftovers if _is_name(question.text, o.start, o.end)])
        / max(1, words),
        "instruction": float(_orders(text, asked=bool(asked))),
        "definition": hits[0].signals["definition"] if hits else 0.0,
        "near the turn before": float(bool(hits) and any(hits[0].chunk.entry_id in kin(i) for i in question.context)),
        "coverage": top.get("coverage", 0.0),
        "core": top.get("core", 0.0),
        **({"list": 1.0, "group": group} if question.kind == "list" and group is not None else {}),
        **({"asked": spread_asked(top["asked cosine"])} if "asked cosine" in top else {}),
        **{f"names {kind}": 1.0 for kind in _joined_names(question, is_word=is_word, kin=kin, uses=uses)},
    }
    if about:
        return {
            "linked": 1.0,
            "linked out of scope": max(0.0, -scope),
            "linked unknown": unknown,
            "linked aspect uncovered": uncovered * (question.kind in _ASPECTS),
            "linked other uncovered": uncovered * (question.kind not in _ASPECTS),
            "linked cosine": cosine,
            "linked direct": float(bool(asked) and not compound & {"glued", "unknown"}),
            **{f"linked compound {kind}": 1.0 for kind in compound},
            **common,
        }
    return {
        "out of scope": max(0.0, -scope),
        "several": max(-1.0, min(1.0, several / _SEVERAL)),
        "unknown": unknown,
        "cosine": cosine,
        "bm25": bm25 / (bm25 + 12.0),
        "short": float(
            question.kind != "list"
            and words + names <= (3 if question.kind in ("define", "expand", "origin") else 2)
            and len(question.text.split()) <= _SHORT
        ),
        "margin": min(0.2, _margin(hits)) / 0.2,
        "reverse": float(question.kind == "reverse"),
        "by example": float(
            bool(hits) and hits[0].chunk.section == "examples"
        ),  # what an example is about, no entry is
        **{f"compound {kind}": 1.0 for kind in compound},
        **common,
    }


def _orders(text: str, *, asked: bool) -> bool:
    """Whether a question gives orders, unless a sentence apart from them asks directly about a name."""
    if not _INSTRUCTION.search(text):
        return False
    sentences = re.split(r"(?<=[.!?])\s+", text)
    return not (asked and any("§" in sentence and not _INSTRUCTION.search(sentence) for sentence in sentences))


def _compound(question: Question, *, asked: frozenset[str], is_word: Callable[[str], bool]) -> frozenset[str]:
    """How words beside a known name make it another name: "infini-attention", "min-p sampling", "reward model lamination".

    Returns:
        "glued" if a word is joined to the name without a space, "unknown" if the glossary never uses the word, "unseen" if
        it uses the word but never beside the name.
    """
    text, kinds = question.text, set()
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
            between = text[left.end : name.start] if before else text[name.end : left.start]
            korean = is_hangul(left.surface[-1])
            if after and korean and not _NOUN_ENDS.match(text[left.end :]):
                continue  # "vram 보라던데": a verb
            if between.isspace() or between in ("/", "(", ")", ",") or (after and korean and not between):
                kinds.add("unseen" if is_word(word) else "unknown")
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


def _joined_names(
    question: Question,
    *,
    is_word: Callable[[str], bool],
    kin: Callable[[str], Collection[str]],
    uses: Callable[[str, str], bool],
) -> frozenset[str]:
    """How two known names side by side make a third that the glossary never uses: "RAG-MoE", "BERT pruning".

    Names of related entries do not, nor a name that the other's entry uses: "ToT prompting" is ToT.

    Returns:
        "glued" if they are joined by a hyphen or nothing, "beside" if by a space.
    """
    described = len(question.leftovers) > _DESCRIBED  # "a metric that uses n-gram precision and a brevity penalty"
    if described or question.model_name or question.kind in ("compare", "same", "relation", "path", "list"):
        return frozenset()
    kinds = set()
    for first, second in zip(question.mentions, question.mentions[1:], strict=False):
        between = question.text[first.end : second.start]
        near = {other for i in first.entry_ids for other in (i, *kin(i))}
        told = any(
            all(uses(i, token) for token in tokens(name.surface))
            for name, other in ((first, second), (second, first))
            for i in other.entry_ids
        )
        known = told or near & set(second.entry_ids) or is_word(question.text[first.start : second.end])
        if between in ("", "-", " ") and not known and not (first.corrected or second.corrected):
            kinds.add("beside" if between == " " else "glued")
    return frozenset(kinds)


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether a word looks like the name of something: inner capitals, or a Latin word in capitals or in a Korean question."""
    word = text[start:end]
    if not word.isascii() or not word[0].isalpha() or len(word) < 2:
        return False
    return any(c.isupper() for c in word[1:]) or (word[0].isupper() and start > 0 and any(map(is_hangul, text)))


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


_SEVERAL = 3.0
"""Log-odds of asking for several things that count as certain."""
_SHORT = 5
"""Words of a question that may describe something without a name: "why does it make things up" has six."""
_DESCRIBED = 3
"""Words beside names from which a question describes something more often than it asks about what it names."""
_OUT_OF_SCOPE = 0.4
"""How far out of scope a question of nothing but names and question words is weighed all the same."""
_DOUBTS = ("attribute", "linked attribute", "instruction", "names glued", "names beside", "linked compound glued")


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


def weigh(
    question: Question,
    hits: Sequence[Hit],
    *,
    scope: float,
    several: float,
    group: float | None,
    other_version: bool,
    uses: Callable[[str, str], bool],
    terms: EntryTerms,
    is_word: Callable[[str], bool],
    kin: Callable[[str], Collection[str]],
) -> Evidence:
    """Weigh the evidence for ``question`` in ranked ``hits``."""
    found = features(
        question,
        hits,
        scope=scope,
        several=several,
        group=group,
        other_version=other_version,
        uses=uses,
        terms=terms,
        is_word=is_word,
        kin=kin,
    )
    unknown = tuple(word for word in question.content if not is_word(word))
    if certain(question, found):
        return Evidence(1.0, found, unknown)
    weights = WEIGHTS if "asked" in found else WEIGHTS_UNASKED
    total = weights.get("bias", 0.0) + sum(weights.get(name, 0.0) * value for name, value in found.items())
    return Evidence(1 / (1 + math.exp(-total)), found, unknown)
