"""What kind of answer a question asks for, by the words around its names."""

from __future__ import annotations

import re

from rag.intent import Intent
from rag.kind_patterns import WORDS_OF_KIND
from rag.question import Question, asks_directly, asks_how_many, masked
from rag.types import Kind

__all__ = ["COMPARES", "EQUATES", "asks_for_several", "kind_of", "refined"]

_PATTERNS = tuple((kind, re.compile("|".join(alternatives))) for kind, alternatives in WORDS_OF_KIND)
COMPARES = dict(_PATTERNS)["compare"]
"""Words that compare."""
_ASKS_NAME = dict(_PATTERNS)["reverse"]
EQUATES = dict(_PATTERNS)["same"]
"""Words that ask whether two things are one."""
_PLURAL = re.compile(
    r"(?<![만힘])들(은|이|을|도|만|의|이요|임|요)?(\s\S+){0,2}\W*$|(두|세|네|다섯|몇|\d)\s*(가지|갈래|종류|개만)|갈래(?!로)|이름만|뭐뭐|머머|뭐랑\s*뭐|누구누구|모아|나열|쭉\s*(좀\s*)?(대|말|알려|읊)|후보|구성(되|돼|됨|된)|부품들|"
    r"\bwhich (\w+ ){0,2}\w+s\b(?! (is|does))|\bwhat (\w+ ){0,2}\w+s (are|do|can|should|would|were|have|exist|could|will)\b|\bwhat all\b|\bhow many .*\b(exist|are there)\b|\b(parts|components)\W*$|\b(names|ones)\b|"
    r"\b(two|three|four|five|[2-9]) (\w+ )?\w+s\b|"
    r"^(the )?([\w§-]+ ){0,2}\w+[^su\W]s (or \w+s )?(that|which|for|to|where(?! (do|does|is|are|can))|who|from|used|made|in|i|you|of)\b"
)
"""Plurals and numbers of things asked for."""
_WHICH_TO_USE = re.compile(r"\b(which|what) \w+ (should|do|would) (i|we|you|one) (use|pick|choose|set)\b")
_NAMES = re.compile(r"들\s*(이름|뭐)|이름들|라고들|종류|뭐뭐|\bnames\b")
"""A question for a name asks for one, unless it says that there are more."""
_SEVERAL, _SEVERAL_IF_PLURAL = 1.0, -1.5
"""Log-odds from which a question asks for several things. On the development split, where a group fits, the two took 37 of 54 lists
that no pattern knows for one, and 7 of 848 other questions."""
_FITS_WELL, _PER_FIT = 0.8, 6.0
"""Fit of a group above which each 0.1 adds a tenth of so many log-odds: what a list holds is rather asked of several things."""
_MAYBE_LIST = frozenset(
    {"fact", "define", "reverse", "how", "origin", "expand", "plain", "path", "relation", "compare"}
)
_OF_SIDES = frozenset({"compare", "relation", "path"})
_SURE_ENOUGH, _SURER, _DIRECT, _SUREST = 0.35, 0.4, 0.6, 0.85
"""Probabilities from which the vector of a question tells its kind better than "what" or no pattern at all, and better than the words
of :data:`_LOOSE` kinds, or that it asks for no more than what a thing is: of 597 patterns of chat that neither was made from, the words
tell 0.44 rightly, the vector 0.74, both together 0.68, and where they differ with 0.5 the vector is right for 0.86."""
_PROCEDURAL, _GENTLER = frozenset({"how", "why"}), frozenset({"plain", "define"})
"""Who asks how or why is not served with what a thing is, be it in plain words: "how do I reduce hallucination"."""
_UNTOLD = frozenset({"fact", "define"})
_LOOSE = frozenset({"fact", "define", "how", "why", "relation"})
"""Kinds that words stand for which occur in any question: "how many", "why would I", "before"."""
_WHEN = re.compile(r"언제|\bwhen\b")
_WHEN_TO_USE = re.compile(
    r"언제.{0,8}(써|쓰|쓸|씀|씁|사용|필요|활용)|누가\s*(써|쓰|사용)|when (should|would|do|to|is it|are)\b.*\b(use|useful|need|choose)|who (uses|should)"
)
_DESCRIBED = re.compile(
    r"(는|은|던|운|인|한|된|할)\s*(거|것|건|그거|그것|작업|기능|현상|옵션|방법|기법|기술|공식|칩|처리|구조|애|도구|지표|값|과정|단계|모델|방식)(들)?(이|가|은|는)?"
    r"\s*(요|야|임|지|죠|예요|이에요|뭐\S*|머\S*|이름\S*|있\S*|그거\S*)?\s*\W*$|"
    r"^(so |like |um |that |the |a |an |some |what'?s the |what is the |name of the )*(\w+ )?"
    r"(thing|trick|technique|method|knob|number|phenomenon|idea|model|website|library|tool|format|metric|attack|way|loop|score|network|layer|module|"
    r"step|process|dataset|benchmark|framework|approach|algorithm|part|setting|parameter|design|architecture)s?\b"
    r".{0,20}\b(that|which|where|when|for|to|of|from|with|used|by)\b"
)
"""A noun with a clause, and nothing asked: "the trick where you sum up a few small batches" describes a term."""
_THING = re.compile(
    r"(so |like |um )?(the|that|a) (\w+ )?(thing|trick|technique|method|idea|phenomenon|way|attack) (that|which|where|when)\b"
)
_MISREAD = frozenset({"examples", "limits", "origin", "expand", "plain", "list"})
"""Kinds that a word of a description may look like: "the thing where you show a few examples"."""
_HOW_IT_DOES = re.compile(r"((so|and|but) )?(how (do|does|can|is|are)|why)\b")
_HOW_OR_WHY = re.compile(r"왜|어떻게|어케|\bhow\b|\bwhy\b")
_TOPICAL = re.compile(r"\s?(은|는|이란|란|에서|로)")
_RELATION = re.compile(
    r"한\s*종류|to do with|다음에|다음\s*단계|먼저|전에|후에|이후|뒤에|포함|속하|속해|일종|관계|상관|연관|하위|상위|필요|써야|들어가|기반|위에|같이\s*(써|쓰)|함께|대신|대체|없이|"
    r"relat|part of|kind of|type of|before|after|include|belong|need|require|based on|built on|use[sd]?\b|replace|without|together|combine"
)
_LISTING = re.compile(r"§|이랑|랑|와|과|하고|은|는|\b(or|and)\b|[\s,/&+?!.]")
_CHOICE = re.compile(r"§ or (an? |the |just |plain )?§|§\s*(이나|아니면|냐)\s*§\s*(냐|중)")
"""Names to choose from: "accuracy or F1?"."""
_COMPARING = re.compile(r"비교(해서|하여|하는|해)|달라도|instead of|opposed to|rather than|better than")
"""Comparing words that a description may hold as well."""
_JOINED = re.compile(
    r"§(이랑|랑|하고|와|과)\s|\S(이랑|랑|하고|와|과)\s+§|§ and\b|\band (an? |the )?§|§ (is )?the same (thing )?as\b|same (thing )?as (an? |the )?§"
)
"""A name joined to something."""
_PAIRED = re.compile(r"\S\s+(and|&)\s+\S|[가-힣]\s+[가-힣]|/")
_EQUATED = re.compile(r"\W*(=|is|are|is just|just means|이랑|랑|하고|와|과|이나|또는|or|just|and|vs\.?|,|/)\W*")


def kind_of(question: Question) -> Kind:
    """The kind of a question that was read."""
    kind, bare = _told_kind(question), masked(question)
    topical = any(m.start == 0 or _TOPICAL.match(question.text[m.end :]) for m in question.mentions)
    described = kind in ("fact", "how", "define") and len(question.leftovers) > 2
    described = (described or (kind in _MISREAD and bool(_THING.match(bare)))) and not topical
    if described and _DESCRIBED.search(bare) and not _HOW_OR_WHY.search(bare) and not asks_directly(question):
        return "reverse"
    return kind


def _told_kind(question: Question) -> Kind:
    bare = masked(question)
    alone = len(question.leftovers) <= 4 and all(m.surface in question.model_name for m in question.mentions)
    if question.model_name and (alone or "-" in question.model_name):
        return "model_name"
    groups = {frozenset(m.entry_ids) for m in question.mentions}
    distinct = len(question.entry_ids) if question.carried else len(groups)
    found = _plausible_kinds(question, bare, several=distinct >= 2)
    asked = asks_directly(question)
    tied = "to do with" in bare
    if asked and distinct >= 2 and not tied and not any(kind in found for kind in ("compare", "same")):
        distinct = len({group for group in groups if group & asked}) or distinct
        found = [kind for kind in found if kind != "relation"] if distinct < 2 else found
    if distinct >= 2 and re.search(r"§\s*=+\s*§", bare):
        return "same"
    if distinct >= 2 and _CHOICE.search(bare) and not {"same", "relation", "path"} & set(found[1:]):
        return "compare"
    if distinct == 1 and len(question.mentions) > 1 and ("compare" in found or _equated(question)):
        return "same"
    for kind in ("same", "relation", "path", "reverse", "expand", "proscons", "compare", "limits", "list"):
        if kind in found:
            return kind
    if distinct >= 2 and not found:
        if len(question.leftovers) > 3:
            return "fact"
        return "fact" if asks_how_many(question) else "relation" if _LISTING.sub("", bare) else "compare"
    if found:
        return found[0]
    return "define" if question.mentions and not question.leftovers and not asks_how_many(question) else "fact"


def refined(question: Question, intent: Intent) -> Kind:
    """The kind of a question about one term, told by its vector where its words do not tell."""
    if masked(question).strip(" ?!.~") == "§":
        return question.kind  # a name alone
    kind, chance = intent.best
    asked = asks_directly(question) and chance < (_DIRECT if question.leftovers else _SUREST)  # but "whats bm25 bad at"
    one = len({frozenset(m.entry_ids) for m in question.mentions}) + len(question.carried) == 1
    if not one or asked or question.kind not in _LOOSE or kind == "relation":
        return question.kind
    if question.kind in _PROCEDURAL and kind in _GENTLER:
        return question.kind
    if kind == "origin" and _WHEN.search(masked(question)):
        return question.kind  # the patterns tell when it was made from when to use it
    if kind == "origin" and asks_how_many(question):
        return question.kind  # "믹스트랄은 전문가 몇개"
    if kind == "expand" and question.carried:
        return question.kind  # after BERT, "그럼 글 생성 못함?" is no question for what letters stand for
    untold = question.kind in _UNTOLD and kind not in _UNTOLD
    return kind if chance >= (_SURE_ENOUGH if untold else _SURER) else question.kind


def asks_for_several(question: Question, intent: Intent, *, fit: float) -> bool:
    """Whether a question whose words do not say so asks for a list: "numbers to watch when serving", "연결해 주는 규격들".

    Args:
        fit: how well the best group fits, as :func:`rag.groups.best_group` has it.
    """
    sides = len({frozenset(m.entry_ids) for m in question.mentions}) + len(question.carried) > 1
    if question.kind not in _MAYBE_LIST or (sides and question.kind in _OF_SIDES):
        return False
    bare = masked(question)
    if question.carried and _WHICH_TO_USE.search(bare):
        return False  # after quantization, "which bits should i use" asks no kinds of it
    plural = bool(_PLURAL.search(bare))
    if (_ASKS_NAME.search(bare) and not _NAMES.search(bare)) or (asks_directly(question) and not plural):
        return False
    several = intent.several + _PER_FIT * max(0.0, fit - _FITS_WELL)
    return several >= (_SEVERAL_IF_PLURAL if plural else _SEVERAL)


def _is_pair(question: Question) -> bool:
    """Whether the one name in a question joins two: "precision and recall"."""
    return any(_PAIRED.search(m.corrected or m.surface) for m in question.mentions)


def _equated(question: Question) -> bool:
    """Whether two names of one term are held against each other and nothing else is asked: "기계학습=머신러닝?"."""
    first, second = question.mentions[:2]
    apart = first.surface.casefold() != second.surface.casefold()
    return (
        apart
        and not question.leftovers
        and bool(_EQUATED.fullmatch(question.text[first.end : second.start].casefold()))
    )


def _plausible_kinds(question: Question, bare: str, *, several: bool) -> list[Kind]:
    """Kinds whose pattern matches, less those that the terms of the question rule out."""
    found: list[Kind] = [kind for kind, pattern in _PATTERNS if pattern.search(bare)]
    ruled_out: set[Kind] = set()
    if _WHEN_TO_USE.search(bare):
        ruled_out.add("origin")
    if _HOW_IT_DOES.match(bare):
        ruled_out.add("origin")  # "how does RAG find the author of a document"
    if len(question.mentions) + len(question.carried) < 2:
        if "same" in found and question.leftovers and _JOINED.search(bare):
            found.append("compare")  # "형태소 분석이랑 품사 태깅 같은 거야": one of them has no entry
        ruled_out.add("same")
    if not several and not question.leftovers and len(question.mentions) < 2 and not _is_pair(question):
        ruled_out.add("compare")
    if "compare" in found and len(question.leftovers) > 3 and not COMPARES.search(_COMPARING.sub(" ", bare)):
        ruled_out.add("compare")  # "a retriever with one vector for each token instead of one for each passage"
    if "why" in found and not several and not COMPARES.search(_COMPARING.sub(" ", bare)):
        ruled_out.add("compare")  # "why do people use lora instead of updating everything"
    if not question.entry_ids and {"why", "how"} & set(found):
        ruled_out.add("compare")  # "the answers get different each time, why?" has no sides
    if question.mentions and (len(question.leftovers) < 2 or (several and "compare" in found)):
        ruled_out.add("reverse")
    if not question.entry_ids:
        ruled_out.add("path")
    settled = bool({"compare", "path"} & set(found)) or found[:1] in (["reverse"], ["list"])
    if asks_how_many(question):
        settled = True
        ruled_out |= {"how", "relation"}
    if several and not settled and len(question.leftovers) <= 3 and _RELATION.search(bare):
        found.insert(0, "relation")
    return [kind for kind in found if kind not in ruled_out]
