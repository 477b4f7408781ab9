"""What kind of answer a question asks for, by the words around its names."""

from __future__ import annotations

import re

from rag.intent import Intent
from rag.question import Question, asks_directly, asks_how_many, masked
from rag.types import Kind

__all__ = ["COMPARES", "EQUATES", "asks_for_several", "kind_of", "refined"]

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("same", r"(같은|똑같은|동일한)\s*(거|것|건|말|뜻|의미|개념|용어|얘기|기법|방법|모델)|동의어|똑같(나|아|은가)|같(나요|은가|아\?|음\?)|same (thing|as|concept|meaning|method)|synonym|are .* the same|is .* the same|\bthe same\b|interchangeabl"),
    ("path", r"(먼저|미리|앞서|이전에|전에)\s*(뭘|뭐|무엇|무슨|어떤|꼭)?\s*.{0,12}(알아|배워|배우|공부|읽|봐야|익혀)|선수\s*지식|선행\s*(지식|학습|개념)|(뭐|뭘|무엇|어디)\s*부터|공부\s*순서|학습\s*순서|뭘 알아야|prerequisite|(learn|know|read|study|understand) (first|beforehand)|before (learning|reading|studying|i (learn|read|study|can))|need to know (to|before)|should i (learn|know|read|study) (first|before|to)|learning path|what to (learn|read|study)"),
    ("reverse", r"뭐라고?\s*(들?\s*)?(해|하|부르|불러|불리|함|할까|칭)|무엇이라고?\s*(해|하|부르)|라고\s*부르는\s*(게|것이)|(이름|용어|명칭)\s*(이|가|은|는)?\s*(뭐|무엇|뭔|모|알려|있)|부르는\s*(말|용어|이름)|(무슨|어떤)\s*(용어|기법|기술|현상|방법|모델|지표|개념|방식|도구|구조|알고리즘|벤치마크|라이브러리|프레임워크|포맷|형식|말)(을|를|이|라고|이라고)?\s*(이야|야|이지|이냐|이에요|예요|일까|뭐|해|하|부르|불러|이었|였|인가|임|인지|써|쓰|있|말)|\b(is|are|was) (it|this|that|these) called|what'?s? .*\bcall(ed)?\b|(name|term|word) (of|for)\b|what do (you|we|people|they|i) call|how do (you|we|people) call|which (term|word|technique|method|metric|model|benchmark|algorithm|tool|library|framework|architecture|format|phenomenon)\b|what (technique|phenomenon|metric|algorithm|architecture|library|framework|benchmark) (is|does|lets|would|measures|uses)|(그거|그게|이거|그 기법|그 방법) (이름|뭐(였|더))|뭐였(지|더라)|뭐더라"),
    ("expand", r"약자|줄임말|풀\s*네임|풀네임|무엇의\s*약|뭐의\s*약|약어|줄인\s*말|정식\s*명칭|full\s*(name|form)|stands?\s+for|\bstand 4\b|abbreviat|acronym|spelled out|short for"),
    ("proscons", r"장\s*단점|pros\s*(and|&|/|n|,)\s*cons|advantages? and (disadvantages?|drawbacks?)|ups(ides)? and downs(ides)?|strengths? and weakness|trade-?offs?|장점(이랑|과|하고|,|이나)\s*단점|(좋은\s*점|이점|좋고|좋은지).*(나쁜\s*점|나빠|나쁜|안|별로|단점)|\b(advantages?|benefits?|good|upsides?)\b.*\b(disadvantages?|drawbacks?|bad|downsides?)\b"),
    ("limits", r"단점|한계|문제점|약점|부작용|주의|위험|안\s*좋|나쁜\s*점|못하는|불편|limit|drawback|disadvantage|downside|weakness|\bcons\b|caveat|pitfall|shortcoming|what.*(bad|wrong) (about|with)|\brisks?\b"),
    ("compare", r"차이|§\s*보다|다른\s*(점|거|건|게|가)|비교|구분|구별|헷갈|\bvs\b|vs\.|대비|달라|다르|다름|다른데|다른지|보다\s*(더\s*)?(나아|나은|나음|좋|빠르|빨라|느리|느려)|뭐가\s*(더|나)|무엇이\s*더|어느\s*(게|것|쪽|걸)|중에?\s*(뭐|어느|어떤|뭘)|\bdiffs?\b|differ(?!ent (q\b|question|topic|thing|subject))|versus|compar|distinguish|distinction|better than|which (is|one|of|should|do i|would)\b|instead of|opposed to|rather than"),
    ("list", r"(?<!한)(?<!한 )종류|구성\s*요소|\b(components|building blocks|parts) of\b|유형|목록|리스트|(어떤|무슨)\s*(것|게|방법|기법|모델|종류)(들)?(이|가|은)?\s*(있|들)|뭐\s*뭐|(뭐|뭐가|무엇이|뭐뭐|뭐들이)\s*있|나열|(모두|전부|싹|죄다|다)\s*(알려|말해|보여|대\s*봐|적어)|\b(types|kinds|sorts|variants|families|list|members) of\b|what .* (are there|exist)|list (all|the|some|me)|name (them|some|a few|the|all)|which .* (are there|exist|available)|different (types|kinds|ways)|what (types|kinds)|\b(which|what) ((?!is|does|are)[\w§]+ )?(metrics|scores|benchmarks|datasets|tools|libraries|frameworks|engines|models|methods|techniques|algorithms|formats|attacks|strategies)\b|^list\b|§ (types?|kinds|variants|families|versions|tools|metrics|methods|techniques|algorithms|method list|list)\b|\blist of\b|§s? exist\b|\b(flavou?rs|generations)\b|^(\w+ )?(methods|techniques|tricks|ways|tools|programs|apps|products|models|llms|metrics|scores|formats|chips|protocols|benchmarks|datasets|libraries|frameworks|algorithms|strategies) (that|for|to|which|used|of)\b|(기법|방법|수법|모델|지표|도구|툴|프로그램|제품|칩|알고리즘|포맷|형식|프레임워크|라이브러리|벤치마크|데이터셋|전략|방식)\s*(이름)?들\W*(좀|은|이|뭐|이름|알려|전부)?\b|(기법|방법|모델|지표|도구|툴|알고리즘|포맷|라이브러리|프레임워크|벤치마크)\s*(목록|리스트|모음|전부|모두)|말고\s*(다른|비슷한|또)\s*(거|것|건|게)?|all of them|, (a )?list( (pls|please|them|em|it))?\W*$|\balternatives\b|\b(something|anything|any) (else|(more )?(simpler|easier|cheaper|lighter|faster|better|modern|newer))\b|더\s*(간단|쉬운|가벼운|싼|빠른|나은|좋은)\s*(거|것|건|게|방법|기법)|대안|대표적인\s*거|이름\s*대"),
    ("origin", r"(누가|누구)(?!.{0,10}(골라|고르|고른|정하|정해|결정|판단|채점|매기|매겨|쓰|써|해야))|언제(?!.{0,12}(해야|하는\s*(게|거|것)|하면|하나|쓰|써|쓸|씀|씁|필요|효과|좋|같|느려|빨라|멈|끝|끄|켜|안\s|못|없))|몇\s*년|만든\s*(사람|곳|회사|데|나라)|어디서\s*(만|나|개발|발표|나온|낸|낸거)|어느\s*(회사|나라|대학|기관|팀)|어디\s*(거|껀|회사|제품|모델)|개발사|제작사|개발자가\s*(누|어디)|유래|처음\s*(나|발표|제안|등장|소개)|최초|\bwho\b(?! (is|are) (using|it for))(?!.{0,6}\b(picks?|chooses?|decides?|selects?|uses?|should|needs?|grades?|judges?|checks?)\b)|(^|[,.;] ?)when\b(?! (an?|the|your?|my|i|we|it|they|someone|people|something)\b)(?! \w+ing\b)(?!.{0,40}\b(worth|better|useful|enough|makes? sense)\b)(?! (to|should|do|does|would|not|can|is it (better|best|good|useful|worth|not)|i|we|you)\b)|\bwhen (was|were|did|is)\b(?!.{0,40}\b(worth|better|useful|enough|makes? sense)\b)(?! it (better|best|good|useful|worth|not))|\band when\W*$|what year|which (company|lab|team|university|organi[sz]ation|group)|made by|inventor|invented|\borigin\b|where did .* come|where .* (come|came) from|author"),
    ("examples", r"예시|예를|예제|사례|예는|예로|예\s*좀|\bexamples?\b|use cases?|for instance"),
    ("why", r"왜|이유|장점|좋은\s*점|뭐가\s*좋|무엇이\s*좋|이점|효과|중요|쓸모|용도|목적|필요|쓰는\s*(거|이유|데)|어디에?\s*(써|쓰|사용|활용)|언제.{0,8}(써|쓰|쓸|씀|씁)|\bwhy\b|benefit|advantage|purpose|important|matters?\b|useful|good for|used for|what.* for\b|point of|\bpros\b|reasons?\b|worth|when (should|would|do) (i|we|you|one) use|need\b"),
    ("how", r"어떻게|어케|어캐|우째|원리|작동|동작|방식|과정|단계|구조|절차|하는\s*법|방법|돌아가|메커니즘|\bhow\b|mechanism|work|steps|process|procedure|under the hood|algorithm"),
    ("plain", r"쉽게|쉬운\s*말|쉬운말|초등학생|초딩|비전공자|문과|일상\s*(언어|용어)|비유|eli ?5|(like|as if) i.?m (five|5|a )|plain (words|english|language)|(simple|layman.?s?|lay|everyday) (terms|words|english|language)|\bsimply\b|dumb (it|this) down|for (dummies|beginners|a beginner)|to (a|my|an) (manager|boss|child|kid|grandm\w+|beginner|(five|5).year|layperson|non)"),
    ("define", r"뭐|무엇|뭔|머야|모야|뜻|의미|정의|개념|설명|알려|소개|란\s*\??$|이란|궁금|요약|\bwhat|define|definition|meaning|\bmean\b|means|explain|describe|tell me|overview|summar"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
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
_NAMES = re.compile(r"들\s*(이름|뭐)|이름들|라고들|종류|뭐뭐|\bnames\b")
"""A question for a name asks for one, unless it says that there are more."""
_SEVERAL, _SEVERAL_IF_PLURAL = 1.0, -1.5
"""Log-odds from which a question asks for several things. On the development split, where a group fits, the two took 37 of 54 lists
that no pattern knows for one, and 7 of 848 other questions."""
_MAYBE_LIST = frozenset(
    {"fact", "define", "reverse", "how", "origin", "expand", "plain", "path", "relation", "compare"}
)
_OF_SIDES = frozenset({"compare", "relation", "path"})
_SURE_ENOUGH = 0.35
"""Probability from which the vector of a question tells its kind better than "what" or no pattern at all: on the development
split it was right for 0.66 of such questions, the patterns for 0.36."""
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
_HOW_OR_WHY = re.compile(r"왜|어떻게|어케|\bhow\b|\bwhy\b")
_TOPICAL = re.compile(r"\s?(은|는|이란|란|에서|로)")
_RELATION = re.compile(
    r"한\s*종류|to do with|다음에|다음\s*단계|먼저|전에|후에|이후|뒤에|포함|속하|속해|일종|관계|상관|연관|하위|상위|필요|써야|들어가|기반|위에|같이\s*(써|쓰)|함께|대신|대체|없이|"
    r"relat|part of|kind of|type of|before|after|include|belong|need|require|based on|built on|use[sd]?\b|replace|without|together|combine"
)
_LISTING = re.compile(r"§|이랑|랑|와|과|하고|은|는|\b(or|and)\b|[\s,/&+?!.]")
_CHOICE = re.compile(r"§ or (an? |the |just |plain )?§|§\s*(이나|아니면|냐)\s*§\s*(냐|중)")
"""Names to choose from: "accuracy or F1?"."""
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
    """The kind of a question, told by its vector where its words do not tell."""
    kind, chance = intent.best
    told = question.kind not in ("fact", "define") or (asks_directly(question) and not question.leftovers)
    one = len({frozenset(m.entry_ids) for m in question.mentions}) + len(question.carried) == 1
    if told or not one or chance < _SURE_ENOUGH or kind in ("fact", "relation", "define"):
        return question.kind
    return kind


def asks_for_several(question: Question, intent: Intent) -> bool:
    """Whether a question whose words do not say so asks for a list: "numbers to watch when serving", "연결해 주는 규격들"."""
    sides = len({frozenset(m.entry_ids) for m in question.mentions}) > 1
    if question.kind not in _MAYBE_LIST or (sides and question.kind in _OF_SIDES):
        return False
    bare = masked(question)
    plural = bool(_PLURAL.search(bare))
    if (_ASKS_NAME.search(bare) and not _NAMES.search(bare)) or (asks_directly(question) and not plural):
        return False
    return intent.several >= (_SEVERAL_IF_PLURAL if plural else _SEVERAL)


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
    if len(question.mentions) + len(question.carried) < 2:
        ruled_out.add("same")
    if not several and not question.leftovers and len(question.mentions) < 2:
        ruled_out.add("compare")
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
