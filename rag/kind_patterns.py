"""What words of a question tell which kind of answer it asks for: alternatives of regular expressions, Korean and English.

Names in a question are masked as § before these are looked for, and it is in lower case (:func:`rag.question.masked`). Where several
kinds match, :mod:`rag.kinds` decides.
"""

from __future__ import annotations

from rag.types import Kind

__all__ = ["WORDS_OF_KIND"]

WORDS_OF_KIND: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("same", (
        r"(같은|똑같은|동일한)\s*(거|것|건|말|뜻|의미|개념|용어|얘기|기법|방법|모델)", r"동의어", r"똑같(나|아|은가)", r"같(나요|은가|아\?|음\?)",
        r"same (thing|as|concept|meaning|method)", r"synonym", r"are .* the same", r"is .* the same",
        r"\bthe same\b", r"interchangeabl",
    )),
    ("path", (
        r"(먼저|미리|앞서|이전에|전에)\s*(뭘|뭐|무엇|무슨|어떤|꼭)?\s*.{0,12}(알아|배워|배우|공부|읽|봐야|익혀)", r"선수\s*지식", r"선행\s*(지식|학습|개념)",
        r"(뭐|뭘|무엇|어디)\s*부터", r"공부\s*순서", r"학습\s*순서", r"뭘 알아야", r"prerequisite",
        r"(learn|know|read|study|understand) (first|beforehand)",
        r"before (learning|reading|studying|i (learn|read|study|can))", r"need to know (to|before)",
        r"should i (learn|know|read|study) (first|before|to)", r"learning path", r"what to (learn|read|study)",
    )),
    ("reverse", (
        r"뭐라고?\s*(들?\s*)?(해|하|부르|불러|불리|함|할까|칭)", r"무엇이라고?\s*(해|하|부르)", r"라고\s*부르는\s*(게|것이)",
        r"(이름|용어|명칭)\s*(이|가|은|는)?\s*(뭐|무엇|뭔|모|알려|있)", r"부르는\s*(말|용어|이름)",
        r"(무슨|어떤)\s*(용어|기법|기술|현상|방법|모델|지표|개념|방식|도구|구조|알고리즘|벤치마크|라이브러리|프레임워크|포맷|형식|말)(을|를|이|라고|이라고)?\s*(이야|야|이지|이냐|이에요|예요|일까|뭐|해|하|부르|불러|이었|였|인가|임|인지|써|쓰|있|말)",
        r"\b(is|are|was) (it|this|that|these) called", r"what'?s? .*\bcall(ed)?\b", r"(name|term|word) (of|for)\b",
        r"what do (you|we|people|they|i) call", r"how do (you|we|people) call",
        r"which (term|word|technique|method|metric|model|benchmark|algorithm|tool|library|framework|architecture|format|phenomenon)\b",
        r"what (technique|phenomenon|metric|algorithm|architecture|library|framework|benchmark) (is|does|lets|would|measures|uses)",
        r"(그거|그게|이거|그 기법|그 방법) (이름|뭐(였|더))", r"뭐였(지|더라)", r"뭐더라",
    )),
    ("expand", (
        r"약자", r"줄임말", r"풀\s*네임", r"풀네임", r"무엇의\s*약", r"뭐의\s*약", r"약어", r"줄인\s*말", r"정식\s*명칭", r"스펠링", r"풀어\s*(서\s*)?(쓰|써|적)", r"원어가",
        r"full\s*(name|form)", r"stands?\s+for", r"\bstand 4\b", r"abbreviat", r"acronym", r"\bspell\w* (\S+ )?out\b",
        r"short for",
    )),
    ("proscons", (
        r"장\s*단점", r"pros\W*(and|n|vs?\.?|versus|or)?\W*cons", r"\+ ?(and|&|/|,) ?-", r"득\s*실", r"(이득|득)\S*\s*(손해|독|실)", r"advantages? and (disadvantages?|drawbacks?)",
        r"ups(ides)? and downs(ides)?", r"strengths? and weakness", r"trade-?offs?", r"장점\s*(이랑|과|하고|이나|[,/&+·])\s*단점",
        r"(좋은\s*점|이점|좋고|좋은지).*(나쁜\s*점|나빠|나쁜|안|별로|단점)",
        r"\b(advantages?|benefits?|good|upsides?)\b.*\b(disadvantages?|drawbacks?|bad|downsides?)\b",
    )),
    ("limits", (
        r"(항상|무조건|언제나)\s*(더\s*)?(좋|나은|도움|맞|이득|효과|정확|옳)", r"^(does|do|is|are|will|can) .*\balways\b", r"단점", r"한계", r"문제점", r"약점", r"부작용", r"주의", r"위험", r"안\s*좋", r"나쁜\s*점", r"못하는", r"불편", r"limit",
        r"drawback", r"disadvantage", r"downside", r"weakness", r"\bcons\b", r"caveat", r"pitfall", r"shortcoming",
        r"what.*(bad|wrong) (about|with)", r"\brisks?\b",
    )),
    ("compare", (
        r"차이", r"§\s*보다", r"다른\s*(점|거|건|게|가)", r"비교", r"구분", r"구별", r"헷갈", r"\bvs\b", r"vs\.", r"대비", r"달라", r"다르",
        r"다름", r"다른데", r"다른지", r"보다\s*(더\s*)?(나아|나은|나음|좋|빠르|빨라|느리|느려)", r"뭐가\s*(더|나)", r"무엇이\s*더",
        r"어느\s*(게|것|쪽|걸)", r"(이랑|랑|와|과|하고|vs)\s+\S+\s*(중에?\s*)?(뭐가|뭘|머가)\s*(더\s*)?(좋|나|낫|써|쓰)", r"중에?\s*(뭐|어느|어떤|뭘)", r"둘\s*중", r"§\S*[\s,/]+§.*(\b더|덜)\s", r"\bdiffs?\b",
        r"differ(?!ent (q\b|question|topic|thing|subject))", r"versus", r"compar", r"distinguish", r"distinction",
        r"better than", r"which (is|one|of|should|do i|would)\b", r"instead of", r"opposed to", r"rather than",
    )),
    ("list", (
        r"(?<!한)(?<!한 )종류", r"구성\s*요소", r"\b(components|building blocks|parts) of\b", r"유형", r"목록", r"리스트",
        r"(어떤|무슨)\s*(것|게|방법|기법|모델|종류)(들)?(이|가|은)?\s*(있|들)", r"뭐\s*뭐", r"(뭐|머|무엇)(뭐|머)?(가|이|들이)?\s*(있|잇)", r"나열",
        r"(모두|전부|싹|죄다|다)\s*(알려|말해|보여|대\s*봐|적어)", r"\b(types|kinds|sorts|variants|families|list|members) of\b",
        r"what .* (are there|exist)", r"list (all|the|some|me)", r"name (them|some|a few|the|all)",
        r"which .* (are there|exist|available)", r"different (types|kinds|ways)", r"what (types|kinds)",
        r"\b(which|what) ((?!is|does|are)[\w§]+ )?(metrics|scores|benchmarks|datasets|tools|libraries|frameworks|engines|models|methods|techniques|algorithms|formats|attacks|strategies)\b",
        r"^list\b",
        r"§ (types?|kinds|variants|families|versions|tools|metrics|methods|techniques|algorithms|method list|list)\b",
        r"\blist of\b", r"§s? exist\b", r"\b(flavou?rs|generations)\b",
        r"^(\w+ )?(methods|techniques|tricks|ways|tools|programs|apps|products|models|llms|metrics|scores|formats|chips|protocols|benchmarks|datasets|libraries|frameworks|algorithms|strategies) (that|for|to|which|used|of)\b",
        r"(기법|방법|수법|모델|지표|도구|툴|프로그램|제품|칩|알고리즘|포맷|형식|프레임워크|라이브러리|벤치마크|데이터셋|전략|방식)\s*(이름)?들\W*(좀|은|이|뭐|이름|알려|전부)?\b",
        r"(기법|방법|모델|지표|도구|툴|알고리즘|포맷|라이브러리|프레임워크|벤치마크)\s*(목록|리스트|모음|전부|모두)", r"말고\s*(다른|비슷한|또)\s*(거|것|건|게)?",
        r"all of them", r", (a )?list( (pls|please|them|em|it))?\W*$", r"§.*\balternatives\b|\balternatives\b.*§|^(\w+ ){0,4}alternatives\W*$",
        r"\b(something|anything|any) (else|(more )?(simpler|easier|cheaper|lighter|faster|better|modern|newer))\b",
        r"더\s*(간단|쉬운|가벼운|싼|빠른|나은|좋은)\s*(거|것|건|게|방법|기법)", r"§.*대안|^\W*(\S+\s+)?대안", r"대표적인\s*거", r"이름\s*대",
        r"추천\s*(좀|해|할|하|부탁|받|\W*$)", r"\b(recommend|suggest)\b",
    )),
    ("origin", (
        r"(누가|누구(?!한테|에게|랑|하고))(?!.{0,10}(골라|고르|고른|정하|정해|결정|판단|채점|매기|매겨|쓰|써|해야))",
        r"언제(?!.{0,12}(해야|하는\s*(게|거|것)|하면|하나|쓰|써|쓸|씀|씁|필요|효과|좋|같|느려|빨라|멈|끝|끄|켜|안\s|못|없))", r"몇\s*년",
        r"만든\s*(사람|곳|회사|데|나라)", r"어디서\s*(만|나|개발|발표|나온|낸|낸거)", r"어느\s*(회사|나라|대학|기관|팀)", r"어디\s*(거|껀|회사|제품|모델)",
        r"개발사", r"제작사", r"개발자가\s*(누|어디)", r"유래", r"창시자", r"발명(자|가|한)", r"출신(이|임|인|인가|이야|\W*$)", r"처음\s*(나|발표|제안|등장|소개)", r"최초",
        r"\bwho\b(?! (is|are) (using|it for))(?!.{0,6}\b(picks?|chooses?|decides?|selects?|uses?|should|needs?|grades?|judges?|checks?)\b)",
        r"(^|[,.;] ?)when\b(?! (an?|the|your?|my|i|we|it|they|someone|people|something)\b)(?! \w+ing\b)(?!.{0,40}\b(worth|better|useful|useless|bad|overkill|enough|makes? sense)\b)(?! (to|should|do|does|would|not|can|is it (better|best|good|useful|useless|worth|not)|i|we|you)\b)",
        r"\bwhen (was|were|did|is)\b(?!.{0,40}\b(worth|better|useful|useless|bad|overkill|enough|makes? sense)\b)(?! it (better|best|good|useful|worth|not))",
        r"\band when\W*$", r"what year", r"which (company|lab|team|university|organi[sz]ation|group)", r"made by",
        r"inventor", r"invented", r"\b(came|comes|come) out of (which|what)\b", r"\borigin\b", r"where did .* come", r"where .* (come|came) from", r"author",
    )),
    ("examples", (
        r"예시", r"예를", r"예제", r"사례", r"예는", r"예로", r"예\s*좀", r"\bexamples?\b", r"use cases?", r"for instance",
    )),
    ("why", (
        r"왜", r"이유", r"장점", r"좋은\s*점", r"뭐가\s*좋", r"무엇이\s*좋", r"이점", r"효과", r"중요", r"쓸모", r"용도", r"목적", r"필요",
        r"쓰는\s*(거|이유|데)", r"어디에?\s*(써|쓰|사용|활용)", r"언제.{0,8}(써|쓰|쓸|씀|씁)", r"\bwhy\b", r"benefit", r"advantage",
        r"purpose", r"important", r"matters?\b", r"useful", r"good for", r"used for", r"what.* for\b", r"point of",
        r"\bpros\b", r"reasons?\b", r"worth", r"when (should|would|do) (i|we|you|one) use", r"need\b",
    )),
    ("how", (
        r"어떻게", r"어케", r"어캐", r"우째", r"원리", r"작동", r"동작", r"방식", r"과정", r"단계", r"구조", r"절차", r"하는\s*법", r"방법",
        r"돌아가", r"메커니즘", r"\bhow\b", r"mechanism", r"work", r"steps", r"process", r"procedure", r"under the hood",
        r"algorithm",
    )),
    ("plain", (
        r"쉽게", r"쉬운\s*말", r"쉬운말", r"초등학생", r"초딩", r"비전공자", r"문과", r"일상\s*(언어|용어)", r"비유", r"eli ?5",
        r"(like|as if) i.?m (five|5|a )", r"plain (words|english|language)",
        r"(simple|layman.?s?|lay|everyday) (terms|words|english|language)", r"\bsimply\b", r"dumb (it|this) down",
        r"for (dummies|beginners|a beginner)",
        r"to (a|my|an) (manager|boss|child|kid|grandm\w+|beginner|(five|5).year|layperson|non)",
    )),
    ("define", (
        r"뭐", r"무엇", r"뭔", r"머야", r"모야", r"뜻", r"의미", r"정의", r"개념", r"설명", r"알려", r"소개", r"란\s*\??$", r"이란", r"궁금",
        r"요약", r"\bwhat", r"define", r"definition", r"meaning", r"\bmean\b", r"means", r"explain", r"describe",
        r"tell me", r"overview", r"summar",
    )),
)  # fmt: skip
