"""Words of questions that name nothing: particles and endings, which are closed classes, and what people ask with.

Whatever of a question is neither a term nor one of these is content, and content needs evidence of its own. The lists of what people
ask with ("알려줘", "folks", "strategy") are open: they grew from development questions, and no list of them is ever whole.
"""

from __future__ import annotations

__all__ = ["ENGLISH_FUNCTION", "KOREAN_FUNCTION", "KOREAN_PARTICLES"]

KOREAN_PARTICLES = frozenset([
    "은", "는", "이", "가", "을", "를", "과", "와", "랑", "이랑", "하고", "의", "에", "에서", "에게", "에게서", "한테", "로", "으로", "로서",
    "으로서", "로써", "으로써", "도", "만", "부터", "까지", "보다", "처럼", "같은", "같이", "마다", "나", "이나", "든지", "이든지", "라도", "이라도",
    "조차", "마저", "밖에", "이란", "란", "이라는", "라는", "라는게", "이라는게", "이라고", "라고", "이라면", "라면", "이면", "면", "이고", "고", "이며",
    "며", "이지", "지", "지만", "인", "인데", "인데요", "인가", "인가요", "인지", "일", "일까", "일까요", "이야", "야", "이냐", "냐", "이니", "니",
    "임", "이에요", "에요", "예요", "이예요", "이죠", "죠", "입니다", "입니까", "요", "이요", "들", "적", "적인", "적으로", "적이", "씩", "쯤", "용",
    "에는", "엔", "에도", "에만", "에선", "에서는", "에서도", "으로는", "로는", "으로도", "로도", "만의", "과의", "와의", "이가", "한테는", "이든", "든", "이나요",
    "이라", "라", "에대해", "에대한", "하는", "하면", "하면서", "하기", "하려면", "하려고", "할", "할때", "한", "해", "해서", "해요", "해야", "해도", "했",
    "했어", "했나요", "하다", "합니다", "하나요", "하나", "하지", "하게", "함", "하자", "하던", "한다", "한다는", "한다고", "하는데", "하는거", "되는", "되면",
    "되고", "되어", "된", "된다", "됩니다", "되나", "되나요", "돼", "돼요", "될", "됨", "된거", "시키는", "시킨", "시켜", "시킬", "시키면", "시키기",
    "받은", "받는", "쓰는", "쓴", "쓰면", "거", "꺼", "게", "걸", "건", "것", "데", "줘", "줘요", "주세요", "줄래",
])  # fmt: skip

KOREAN_FUNCTION = frozenset([
    "뭐", "뭐야", "뭐지", "뭐냐", "뭔", "뭔가", "뭔가요", "뭔데", "뭔지", "뭐예요", "뭐에요", "뭐임", "뭐고", "뭐라", "뭐라고", "뭐하는", "뭘", "무엇",
    "무엇을", "무엇이", "무슨", "뭥미", "머야", "머임", "모야", "뭡니까", "뭐가", "뭐랑", "뭐로", "뭐뭐", "뭐였지", "뜻", "의미", "정의", "개념", "설명",
    "소개", "요약", "정리", "알려", "알려줘", "알려주", "알려줄래", "알려주라", "말해", "말해줘", "가르쳐", "가르쳐줘", "궁금", "궁금해", "궁금한", "알고",
    "알고싶어", "싶어", "싶은", "싶은데", "싶습니다", "알아", "알아야", "모르겠", "모르겠어", "이해", "이해가", "안돼", "안되", "차이", "차이점", "차이가", "다른",
    "다른점", "다른가", "다른가요", "다르", "다를", "달라", "달라요", "다름", "비교", "비교해", "비교하면", "초등학생", "초등학생도", "초딩", "비전공자", "알게", "알아듣게", "비유", "비유로", "년도", "년도에", "구분", "구별", "헷갈려", "헷갈림", "헷갈리는", "헷갈",
    "같아", "같은", "같나", "같나요", "같은가", "같은거", "동일", "동일한", "똑같", "똑같은", "똑같아", "동의어", "사이", "서로", "둘", "둘이", "둘의", "두",
    "셋", "각각", "왜", "왜요", "이유", "까닭", "때문", "어떻게", "어떤", "어떤걸", "어떡해", "어떤식", "어디", "어디에", "어디서", "언제", "누가", "누구",
    "누구야", "얼마", "얼마나", "몇", "어느", "어느쪽", "방법", "방식", "원리", "동작", "작동", "과정", "단계", "구조", "순서", "절차", "기법", "기술",
    "종류", "유형", "목록", "구성", "요소", "구성요소", "예", "예시", "예제", "사례", "예를", "들어", "들면", "들어줘", "예로", "장점", "단점", "장단점", "한계", "문제점", "문제",
    "좋은", "좋은점", "좋아", "좋을", "좋나", "좋나요", "나쁜", "약점", "이점", "특징", "역할", "용도", "목적", "효과", "필요", "필요한", "필요해", "필요한가",
    "중요", "중요한", "중요해", "관계", "관련", "유래", "기원", "약자", "약어", "줄임말", "풀네임", "이름", "용어", "단어", "말", "명칭", "영어", "영어로",
    "한국어", "한국어로", "한글", "우리말", "쉽게", "간단", "간단히", "간단하게", "짧게", "자세히", "자세하게", "한줄", "한문장", "한마디", "정확히", "정확하게",
    "대충", "그냥", "좀", "조금", "더", "제일", "가장", "많이", "잘", "못", "안", "꼭", "바로", "혹시", "도대체", "대체", "진짜", "정말", "실제",
    "실제로", "보통", "주로", "주요", "대표", "대표적", "대표적인", "일반적", "기본", "그", "그게", "그거", "그건", "그것", "그럼", "그러면", "그리고",
    "그런", "그런데", "근데", "또", "또는", "혹은", "아니면", "및", "이거", "이게", "이건", "이것", "저거", "저게", "거기", "여기", "아", "음", "야",
    "저기", "네", "응", "예요", "요즘", "써", "써요", "쓰", "쓰는", "쓰이는", "쓰나", "쓰나요", "쓰여", "쓰임", "쓰일", "써야", "써도", "쓸", "쓸때",
    "쓰지", "쓰면", "사용", "사용법", "사용해", "이용", "활용", "하는", "하는거", "하는건", "하는것", "하는지", "하면", "하나", "하나요", "하다", "해", "해요",
    "해줘", "해주세요", "할", "할때", "한", "한다", "했", "된", "되는", "되나", "되나요", "되지", "돼", "돼요", "되면", "있", "있어", "있나", "있나요",
    "있는", "있는지", "있을까", "있습니까", "있다", "있음", "있지", "있으면", "없", "없어", "없나", "없는", "거", "거야", "거예요", "거지", "거임", "건가",
    "건가요", "것", "것이", "것은", "것들", "게", "걸", "건", "건데", "때", "때는", "경우", "쪽", "수", "줄", "점", "점이", "부분", "정도", "식",
    "식으로", "통해", "대해", "대한", "대해서", "관해", "관한", "위해", "위한", "따라", "의해", "뿐", "만약", "만일", "인가", "인가요", "인지", "인데",
    "이야", "입니다", "입니까", "일까", "맞아", "맞나", "맞나요", "맞지", "아냐", "아닌가", "아닌가요", "아니야", "아님", "라고", "라는", "이라고", "이라는",
    "부르", "부르는", "불러", "불러요", "부릅니까", "합니까", "하죠", "하지", "줘", "줘요", "주세요", "주라", "주실", "줄래", "부탁", "부탁해", "부탁드려요",
    "제발", "추천", "추천해", "나열", "전부", "모두", "다", "전체", "총", "여러", "여러가지", "가지", "무조건", "나와", "나왔", "나왔어", "나온", "만들",
    "만든", "만들었", "만들어", "개발", "개발한", "발표", "발표한", "출시", "공개", "먼저", "나중", "나중에", "다음", "다음에", "전에", "후에", "이전", "이후",
    "처음", "배우", "배워", "배워야", "공부", "공부해야", "읽", "읽어야", "봐야", "뭐부터", "이", "저", "걔", "얘", "쟤", "님", "선생님", "형", "ai에서",
    "씀", "씁니까", "포맷", "계산식", "공식", "수식", "왜해", "왜함", "왜써", "왜씀", "뜻좀", "설명좀", "쪽에서", "분야", "분야에서", "세계", "만들었어", "만들었지", "만든건", "만든거", "나온거", "나온건", "나왔고", "나왔는지", "아직도", "아직", "길래", "그러냐",
    "그래", "모름", "모르겠는데", "정하는", "법", "줄여", "부르는거", "몇년도", "몇년", "몇년에", "만듬", "만든건지", "어디까지", "보여준", "하라던데", "하라는데",
    "안녕", "안녕하세요", "고마워", "고마워요", "감사", "감사해요", "감사합니다", "고맙습니다", "있죠", "있더라", "어떤게", "어떤것", "어느회사", "무슨회사", "어떤회사", "사람들", "알고리즘", "전략", "으로", "로", "나옴", "나오는", "나와요", "어케", "어캐", "우째", "냈어", "냈", "낸", "냈나요", "내놨", "내놓은", "내놨어", "유명", "유명한", "리스트", "리스트업", "열거", "굳이", "일부러", "나아", "나아요", "나은", "나은가", "나음", "낫나", "낫나요", "던데", "다던데", "라던데", "이라던데", "솔직히", "사실", "짧게좀", "대략", "상관", "상관이", "연관", "자꾸", "계속", "매번", "맨날",
])  # fmt: skip

ENGLISH_FUNCTION = frozenset([
    "a", "an", "the", "this", "that", "these", "those", "it", "its", "is", "are", "was", "were", "be", "been", "am",
    "do", "does", "did", "done", "doing", "has", "have", "had", "having", "can", "could", "should", "would", "will",
    "shall", "may", "might", "must", "what", "whats", "what's", "which", "who", "whom", "whose", "when", "where",
    "why", "how", "i", "me", "my", "we", "us", "our", "you", "your", "they", "them", "their", "he", "she", "his",
    "her", "and", "or", "but", "nor", "so", "if", "then", "than", "as", "at", "by", "for", "from", "in", "into",
    "of", "off", "on", "onto", "out", "over", "to", "up", "with", "without", "within", "about", "between", "among",
    "vs", "versus", "via", "per", "not", "no", "yes", "please", "tell", "explain", "describe", "define",
    "definition", "meaning", "mean", "means", "meant", "give", "show", "list", "name", "named", "names", "called",
    "call", "say", "said", "term", "terms", "word", "words", "concept", "difference", "differences", "different",
    "differ", "differs", "compare", "compared", "comparison", "distinguish", "same", "similar", "synonym",
    "similarly", "relation", "relationship", "related", "work", "works", "working", "worked", "use", "uses", "used",
    "using", "usage", "useful", "purpose", "need", "needed", "needs", "needing", "advantage", "advantages",
    "disadvantage", "disadvantages", "benefit", "benefits", "pros", "cons", "pro", "con", "limitation",
    "limitations", "limit", "limits", "drawback", "drawbacks", "downside", "downsides", "problem", "problems",
    "example", "examples", "instance", "instances", "kind", "kinds", "type", "types", "component", "components", "part", "parts", "building", "blocks", "sort", "sorts", "way", "ways",
    "method", "methods", "technique", "techniques", "approach", "approaches", "step", "steps", "process", "stand",
    "stands", "abbreviation", "acronym", "short", "full", "briefly", "simple", "simply", "plain",
    "english", "korean", "sentence", "quick", "quickly", "understand", "know", "want", "like", "just", "also", "too",
    "any", "some", "all", "many", "much", "more", "most", "less", "least", "one", "two", "both", "each", "other",
    "another", "there", "here", "exactly", "actually", "really", "basically", "generally", "usually", "typically",
    "often", "good", "better", "best", "bad", "worse", "important", "importance", "matter", "matters", "happen",
    "happens", "go", "goes", "going", "get", "gets", "got", "make", "makes", "made", "let", "lets", "thing",
    "things", "stuff", "something", "someone", "people", "ai", "eli5", "ok", "okay", "hi", "hello", "hey", "thanks",
    "thank", "learn", "learning", "study", "read", "first", "before", "after", "next", "introduced", "invented",
    "invent", "created", "create", "develop", "developed", "released", "release", "published", "year", "summary",
    "summarize", "overview", "basics", "intro", "introduction", "again", "im", "i'm", "isn't", "doesn't",
    "don't", "aren't", "s", "t", "re", "d", "explained", "explaining", "come", "came", "pls", "plz", "wtf", "lol",
    "even", "honestly", "still", "keep", "keeps", "saying", "heard", "everyone", "everybody", "somebody", "boss",
    "upside", "upsides", "weakness", "weaknesses", "strength", "strengths", "tradeoff", "tradeoffs", "setup", "setups", "bother", "common", "main", "typical", "popular", "famous", "known", "few", "several", "strategy", "strategies", "bunch", "trick", "catch",
    "built", "thx", "doesnt", "dont", "isnt", "arent", "cant", "can't", "wont", "won't", "didnt", "didn't", "wasnt", "wasn't", "couldnt", "shouldnt", "wouldnt", "havent", "hasnt", "thats", "that's", "theres", "there's", "hows", "how's", "whos", "who's", "wheres", "where's", "theyre", "ive", "reason", "reasons", "idea", "exist", "exists", "available", "folks", "anyway", "though", "cause", "put",
])  # fmt: skip
