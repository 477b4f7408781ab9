"""Closed word classes of Korean, as :mod:`rag.grounding.korean` needs them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "AUXILIARIES",
    "AUXILIARY",
    "CAUSES",
    "CONDITIONS",
    "COUNT",
    "ENDS",
    "KEPT",
    "LIGHT",
    "MARKS",
    "NOUNS",
    "ORDER",
    "POINTING",
    "ROLES",
    "SAME",
    "STEMS",
]

NOUNS = ("NNG", "NNP", "NR", "SL", "SN", "SH", "XR", "XSN", "XPN", "MAG", "MM", "NNBC", "NP", "IC")
ROLES: Mapping[str, str] = {
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
MARKS: Mapping[str, tuple[str, str]] = {
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
KEPT = frozenset(
    [
        "막",
        "피하",
        "실패",
        "부족",
        "방지",
        "대신",
        "달리",
        "오해",
        "착각",
        "잘못",
        "틀리",
        "드물",
        "어렵",
        "힘들",
        "불가능",
        "제외",
        "반대",
        "못지않",
        "어긋나",
        "그만두",
        "멈추",
        "목표",
        "목적",
        "계획",
        "시도",
        "노력",
        "금지",
        "거부",
        "부정",
        "의하",
        "의해",
        "전",
        "후",
        "이전",
        "이후",
        "앞",
        "뒤",
        "전자",
        "후자",
        "각각",
        "외",
        "빼",
        "싫",
        "모르",
    ]
)
AUXILIARY = frozenset(
    ["않", "못하", "있", "두", "놓", "주", "보", "내", "버리", "가", "오", "지", "싶", "나가", "드리", "하", "되"]
)
AUXILIARIES = ("VX", "VCP", "VCN", "NNB")
CONDITIONS = ("면", "으면", "다면", "ᆫ다면", "라면", "거든", "려면", "으려면", "어야", "아야")
CAUSES = ("므로", "으므로", "니까", "으니까", "아서", "어서", "느라", "라서")
LIGHT = frozenset(
    [
        "것",
        "거",
        "점",
        "등",
        "바",
        "데",
        "개",
        "하",
        "되",
        "있",
        "이",
        "그",
        "저",
        "이것",
        "그것",
        "이는",
        "위하",
        "대하",
        "관하",
        "통하",
        "그리고",
        "또",
        "또한",
        "즉",
        "바로",
        "각",
        "특징",
        "편",
        "채",
        "하지만",
        "그러나",
        "반면",
        "따르",
        "나",
        "너",
        "우리",
        "자기",
        "스스로",
        "여기",
        "거기",
        "해당",
        "예",
        "들",
        "위해",
        "따라",
        "대해",
        "통해",
        "하나",
    ]
)
POINTING = frozenset(
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
SAME: Mapping[str, str] = {
    word: group[0]
    for group in (
        ("방법", "기법", "방식", "기술"), ("쓰다", "이용", "사용", "활용"), ("반복", "되풀이"), ("용어", "이름"),
        ("제안", "발표", "공개"), ("크다", "커다랗다"), ("빠르다", "빨리"), ("가운데", "중"), ("예", "예시", "사례"), ("필요", "있어야"),
        ("답", "답변", "대답"), ("마치다", "끝나다", "끝내다"), ("들어가다", "담기다", "포함"), ("말미암다", "인하다"), ("글", "텍스트"), ("담다", "담기다"),
    )
    for word in group
}  # fmt: skip
STEMS = {
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
COUNT = {"한": "1", "두": "2", "둘": "2", "세": "3", "셋": "3", "네": "4", "넷": "4", "다섯": "5", "여섯": "6"}
ORDER = ("subj", "topic", "from", "at", "to", "than", "like", "until", "each", "obj")
ENDS = ("<not>", "<can>", "<if>", "<so>", "<said>")
