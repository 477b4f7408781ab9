"""What a question wants to know of a term beyond what its kind tells, and how sentences that tell it look.

"How do I reduce KV cache memory?" and "vLLM은 왜 빨라?" share few words with the sentences that answer them, and those stand
in no section of their own. Each aspect pairs words of the question with words of such sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.question import Question, masked
from rag.types import SectionName

__all__ = ["ASPECTS", "Aspect", "aspect_of"]


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing to know.

    Attributes:
        asked: found in the question, names masked and lower case.
        told: found in sentences that tell it.
        sections: where such sentences mostly stand.
    """

    asked: re.Pattern[str]
    told: re.Pattern[str]
    sections: tuple[SectionName, ...]


def _aspect(asked: str, told: str, *sections: SectionName) -> Aspect:
    return Aspect(re.compile(asked), re.compile(told, re.IGNORECASE), sections)


ASPECTS = (
    _aspect(
        r"^(?!.*(항상|무조건|언제나|always)).*((높|낮|크|작|길|짧)(으면|을수록|수록|은\s*(게|거|쪽))|클수록)\s*(이|가|은)?\s*(더\s*)?(좋|나은|나쁜|안\s*좋)|"
        r"^(?!.*\balways\b).*\b(higher|lower|bigger|smaller|larger)( \w+)? (is |means? |are )?(better|worse|good|bad)\b",
        r"(높을|낮을|클|작을|짧을|길)수록|\b(higher|lower|larger|smaller|shorter)\b.*\b(better|worse)\b|\bbetter\b.*\b(higher|lower)\b", "how", "definition", "confusion", "limits",
    ),
    _aspect(
        r"(항상|무조건|언제나|늘)\s*(더\s*)?(좋|나|도움|맞|이득|효과|정확|옳)|^(?!.*\bwhy\b).*\b(does|do|is|are|will|can)\b.*\balways\b",
        r"않|없|못|아니|떨어|나빠|거의|오히려|\bnot\b|\bno\b|n't|cannot|little|only|fail|wrong|cost|worse|depend", "limits", "confusion",
    ),
    _aspect(
        r"^(?!.*(왜|\bwhy\b)).*(꼭\s*(필요|써야|있어야|해야|해)|필수|굳이|반드시|(필요|없어도|안\s*써도)\s*(한가|할까|한지|해\?|해요\?|있나|있어\?|있을까|되나|돼\?|될까)|"
        r"\b(do|does|will|would) (i|we|you|one|it|they) (really |even |actually |always |still )?(need|have to)\b|\b(is|are) .*\b(necessary|required|needed|mandatory|overkill)\b|\bmust (i|we)\b)",
        r"꼭|필요(하지|는 없|없|합)|않아도|충분|없이|\b(not|n't) (strictly |always |necessarily )?(need|requir|necess)|enough|without|optional|only (when|if)|necessar", "confusion", "limits", "plain", "why",
    ),
    _aspect(
        r"(요즘|아직|지금|여전히|오늘날)(도|은)?\s.*(써|쓰|쓸|유용|의미|통하|먹히)|한물|구식|\bstill\b.*\b(used?|useful|relevant|worth|good|needed|matters?|popular|thing)\b|outdated|obsolete|\bnowadays\b|these days",
        r"지금|오늘날|요즘|여전히|아직|충분|밀려|대체|대신|\bstill\b|today|\bnow\b|nowadays|enough|replaced|instead|superseded|gave way", "plain", "versus", "why", "limits", "origin",
    ),
    _aspect(
        r"(어떻게|어케|뭘\s*보고|기준).{0,10}(고르|골라|고를|정하|정해|정할|선택|설정|잡아|잡나)|\bhow (do|can|to|should|would|does|did) (\S+ ){0,2}(choose|pick|select|decide)\b|\b(which|what) \w+ (should|do|would) (i|we|you|one) (use|pick|choose|set)\b",
        r"정답|고르|고를|골라|정하|달라|따라|실험|보통|흔히|측정|depend|no (single |one )?(right|single|fixed|best)|experiment|choos|chose|pick|measur|usual|common|typical|range|or (fewer|less|more)\b|이하|이상", "limits", "examples", "how",
    ),
    _aspect(
        r"누가\s*(써|쓰|씀|사용)|(어떤|무슨)\s*(모델|회사|제품|서비스)\S*\s*(이거|그거|그걸)?\s*(써|쓰|사용)|\bwho uses\b|\b(which|what) (llms?|language models|models?|companies|systems|products|apps|tools|projects) (\w+ )?(use|uses|run|runs|adopted|rely)\b",
        r"쓰[이입여고는며]|씁니다|사용|채택|탑재|\bused? (by|in)\b|\buses?\b|adopt|such as|including", "why", "examples", "origin", "how",
    ),
    _aspect(
        r"(언제|어떨\s*때).{0,8}(안\s|없|말아|못|소용)|(쓰면|하면)\s*안\s*(돼|되)|생략|건너뛰|\bskip\b|when (not|shouldn|does.{0,20}(not|n't))|when .*\b(useless|bad|harmful|overkill|fails?|hurts?)\b|not (help|work|use)|when .*n't|why not|turn .*off",
        r"않|없|못|어렵|느리|대신|끄[고는면지]|끕니|꺼[야지두]|not\b|no\b|n't|off\b|instead|fail|hurt|slow|cannot", "limits", "how",
    ),
    _aspect(
        r"언제.{0,6}(써|쓰|쓸|씀|씁|사용|필요|고르|좋|해야|하는)|어떨\s*때|어떤\s*(경우|상황)|when (to|should|do|would|is it)|(which|what) (case|situation)s?",
        r"때|경우|고릅|알맞|적합|필요하|when|where|if\b|choose|suit|fits?\b|pick", "plain", "why", "versus",
    ),
    _aspect(
        r"(막|줄이|줄일|줄여|낮추|낮춰|피하|방지|예방|해결|완화|대처|대응|개선|극복|보완|없애|고치)|안\s*(나게|생기게|그러게|하게)|부족|모자라|걸러|거르|차단|prevent|reduc|avoid|mitigat|lessen|shrink|smaller|\blower|\bcut\b|\bfix\b|solve|overcome|improve|speed up|out of memory|counter|defen[cds]|get rid|deal with|(how (do|can|to|would|should)|ways? to|can) .{0,12}(\bstop\b|\bkeep\b.* from)",
        r"줄[이어일입여]|줄고|막[는을지으습]|방지|완화|낮[추춥아]|피하|피할|거르|거릅|걸러|차단|해결|대처|보완|나누어|멈춥|없[애앱]|덜\s|prevent|reduc|avoid|mitigat|lessen|shrink|\blower|\bcut|limit|counter|require|spread|fewer|stop|drops?\b|decreas|\beas(e|es|ed)\b|less (often|likely)", "limits", "how",
    ),
    _aspect(
        r"(왜|why)\b.*(자꾸|매번|계속|\bkeeps?\b|\balways\b|every ?time)|(자꾸|매번|계속|\bkeeps?\b|\balways\b|every ?time).*(왜|why|이유)|왜\s*(생|일어|발생|나타|그래|그런|그러|이러|이런|이래|느려|느린|느리|빨라|빠르|빠른|커|크|안\s)|원인|때문|why (does|do|is|are) (it|this|that|they)? ?(happen|so |fast|slow|big|large)|what causes|\bcauses?\b|come from",
        r"때문|생깁|생기기|원인|동시에|줄입|because|cause|comes? from|arise|happen|by (sharing|managing|storing)", "how", "why",
    ),
    _aspect(
        r"오해|착각|misconception|misunderst|misread|get wrong",
        r"아닙|아니|않|다릅|다르|\bnot\b|n't|differ|rather than", "confusion", "versus",
    ),
    _aspect(
        r"없으면|없이|안\s*(하|쓰)면|빼면|without|what if .*(no|not|n't)|if .*(don't|do not|isn't|no )",
        r"없으면|없이|않으면|없던|없는|without|unless|otherwise", "why", "limits",
    ),
    _aspect(
        r"공식|수식|계산|formula|equation|comput|calculat",
        r"[=÷×√]|곱하|곱한|나누어|나눈|더하|더해|더한|비율|평균|product of|divid|sum of|adds?\b|ratio|multipl|comput", "how", "examples",
    ),
    _aspect(
        r"믿을|믿어도|신뢰|정확한가|정확해|괜찮|안전|reliab|trust|accurate\b|\bsafe\b",
        r"틀리|틀릴|편향|못|않|어렵|주의|확인|아니|bias|wrong|not\b|cannot|fail|check|mislead", "limits", "confusion",
    ),
    _aspect(
        r"느려(지|질|짐|져|짓|요|\?|\W*$)|느린가|느림|느리(나|냐|지)|오래\s*걸|\bslow(er|s|ing)?\b|\b(add|hurt|affect|cost)s? (much |any |a lot of )?(latency|speed|time)\b",
        r"느리|느려|시간|지연|순차|빠르|빨라|토큰을 더|비용|계산|slow|latenc|\btimes?\b|\bfast|speed|sequential|\bcost|comput|delay", "limits", "how",
    ),
    _aspect(r"한국어(?!로)|한글|국산|korean", r"한국|한글|korea", "examples", "limits"),
    _aspect(
        r"(얼마|몇|크기|사이즈|개수).{0,8}(적당|좋|적절|추천|정해|해야)|how (big|large|long|many) should|what (size|value|number) should|good (value|size)",
        r"보통|흔히|정답|적당|권|usual|common|typical|no (right|fixed)|depends", "how", "limits", "examples",
    ),
    _aspect(
        r"(하면|두면|주면|올리면|낮추면|높이면|키우면|줄이면|늘리면|크면|작으면|높으면|낮으면|많으면|적으면|길면|짧으면)\s*(어떻게|어케|어떤|뭐|무슨|왜|안\s*좋|되|돼)|"
        r"what (happens|changes|would happen) (if|when)|\btoo (high|low|big|small|large|long|short|many|few)\b|effect of (an? )?(high|low|large|small|big|long)",
        r"[가-힣](면|수록)[\s,]|\bif\b|\bwhen\b|\b(high|low|larg|small|long|short)er\b|\btoo\b|raising|lowering|increas|decreas", "how", "limits", "examples",
    ),
)  # fmt: skip


def aspect_of(question: Question) -> Aspect | None:
    """The first aspect that a question asks for, if any."""
    bare = masked(question)
    return next((aspect for aspect in ASPECTS if aspect.asked.search(bare)), None)
