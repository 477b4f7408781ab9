"""A question that was understood: its text, the names in it, what else it says, and what it asks directly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from rag.errors import InputError
from rag.linking import Leftover, Mention
from rag.types import Kind, Language

__all__ = [
    "KOREAN",
    "MAX_HISTORY",
    "MAX_QUESTION",
    "Exchange",
    "Question",
    "asked_as_a_name",
    "asks_directly",
    "asks_how_many",
    "clean_question",
    "exchanges",
    "has_pronoun",
    "is_small_talk",
    "masked",
    "points_back",
    "pronoun_at",
    "stands_as_topic",
    "without_names",
]

MAX_QUESTION = 500
"""Characters. A question of 500 takes 0.4 s to embed, one of 100,000 minutes."""

MAX_HISTORY = 20

Turn = Mapping[str, str]

_DIRECT = re.compile(
    r"§\s*((이|가|은|는|란|이란|라는|이라는|라고|이라고)?\s*(거|게|것|건|말|애)?(이|가|은|는)?)\s*(정확히|대체|도대체)?\s*(뭐(?!가\s*(더|덜))|뭔|무엇|머\b|왜|무슨)|"
    r"§\s*(설명|개념|뜻)|"
    r"(what( does|'s| is| are| was|s)|explain|define|who is|how does|meaning of|counts as)( (actually|really|even|exactly))?( an?| the| proper)? §|"
    r"what (an? |the )?§ (is|are|does|even|means?)\b"
)
_DIRECT_BACK = re.compile(
    r"(그게|그거|이게|이거|그건|얘는|얘가|일단|도대체|대체)\s*(정확히\s*|또\s*)?(뭐|뭔|무엇|무슨|왜|어떤)|뭔데|뭔소리|뭔\s*말|감이 안|"
    r"what (even )?(it|that|this) (even )?(is|means|does)|what('s| is| are| does| was) (it|that|this|they)\b|what('s| is) its|no (idea|clue)"
)
_COUNT = re.compile(r"몇|얼마|how (many|much|long|big|large)")
_NAME_MARK = re.compile("§")
_PRONOUN = re.compile(
    r"그거|그건|그게|그걸|그것|이거|이건|이게|이걸|이것|거기|(?<![가-힣])[얘걔쟤](?!기)|둘\s|둘이|둘의|둘은|둘\s*중|"
    r"\b(it|its|they|them|their|that|this|these|those|both|the two)\b|\b(on|in|from|to) there\b"
)
_TOPIC = re.compile(r"\s?(은|는|이란|란|도|이 뭐|가 뭐|의 (장|단|한|원|차|역|특))")
_ENGLISH_TOPIC = re.compile(
    r"\b(is|are|does|do|can|was|of|about|explain|define|why|how|use)\s+(an?\s+|the\s+)?$", re.IGNORECASE
)
KOREAN = re.compile(r"한국(?!어로\s*(답|설명|알려|말|써))|한글|국산|korea")
"""Words for Korean and what is Korean, in lower case, but not for the language to answer in."""
_MEANWHILE = re.compile(
    r"\b(when|if|while) (it|that|this) (happens|is done|does|runs|works)\b|\bduring (it|that|this)\b|in that case|그때|그럴\s*때"
)
_SMALL_TALK = re.compile(
    r"\W*((아|오|네|응|넵|오케이|ㅇㅋ|정말|진짜|너무|고마워요?|고맙습니다|ㄳ|감사해요|감사합니다|안녕|안녕하세요|ㅎㅇ|[ㅋㅎㅠ]+|ok|okay|thanks?|thank you|thx|ty|so much|a lot|hi|hello|hey|great|cool|got it|lol|nice|you|u|are|r|you'?re|ur|awesome|amazing|the best|helpful|very|that was|bye)\W*)+"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was understood.

    Attributes:
        text: the question, cleaned, in NFKC.
        mentions: names of terms in it, in order; the offsets refer to ``text``.
        leftovers: content that is neither a name nor a function word.
        carried: ids of entries taken over from earlier turns, because the question leaves them out.
        kin_too: whether it may as well be about a term related to the carried ones: after MoE, "so what picks the expert?".
        context: ids of the entries that the turn before was about, whether or not the question leans on them.
        aside: ids of the entries that it names to ask for something of the carried ones: of evaluation, in "그거 평가는" after RAG.
        model_name: a composed model name in it, such as "Qwen3-30B-A3B".
    """

    text: str
    language: Language
    kind: Kind
    mentions: tuple[Mention, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    carried: tuple[str, ...] = ()
    kin_too: bool = False
    context: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    model_name: str = ""

    @property
    def entry_ids(self) -> tuple[str, ...]:
        """Entries that the question is about, each once, in order; a homograph adds all that it may mean."""
        ids = [*(i for m in self.mentions for i in m.entry_ids), *self.carried]
        return tuple(dict.fromkeys(ids))

    @property
    def content(self) -> tuple[str, ...]:
        """The words that need evidence beyond the terms."""
        return tuple(leftover.surface for leftover in self.leftovers)


def clean_question(text: object) -> str:
    """Return ``text`` stripped, with line breaks as spaces.

    Raises:
        InputError: not a string, empty, longer than :data:`MAX_QUESTION`, or with control characters.
    """
    if not isinstance(text, str):
        raise InputError(f"the question must be text, not {type(text).__name__}")
    if len(text) > 4 * MAX_QUESTION or len(text.strip()) > MAX_QUESTION:
        raise InputError(f"the question has {len(text):,} characters: ask in at most {MAX_QUESTION}")
    if _CONTROL.search(text):
        raise InputError("the question holds control characters or broken text: type it again as plain text")
    cleaned = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split())
    if not any(c.isalnum() for c in cleaned):
        raise InputError("the question is empty: ask about a term, for example 'LoRA가 뭐야?'")
    return cleaned[:MAX_QUESTION]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question asked before, and what was answered; the answer is empty where the history has none."""

    question: str
    answer: str = ""


def exchanges(history: Sequence[Turn]) -> list[Exchange]:
    """The latest exchanges of a conversation, those that a new question may lean on."""
    found: list[Exchange] = []
    for turn in history:
        if turn.get("role") == "user":
            found.append(Exchange(turn["content"]))
        elif found and not found[-1].answer:
            found[-1] = replace(found[-1], answer=turn["content"])
    return found[-3:]


def is_small_talk(question: Question) -> bool:
    """Whether nothing is asked: thanks, greetings, praise, laughter."""
    return bool(_SMALL_TALK.fullmatch(masked(question)))


def asks_how_many(question: Question) -> bool:
    """Whether a number is asked for."""
    return bool(_COUNT.search(masked(question)))


def has_pronoun(question: Question) -> bool:
    """Whether a question points back: "how big should they be?"."""
    return bool(_PRONOUN.search(masked(question)))


def pronoun_at(question: Question) -> int:
    """Where the first pronoun stands in a question without names; -1 if there is none."""
    found = _PRONOUN.search(question.text.casefold())
    return found.start() if found else -1


def points_back(question: Question) -> bool:
    """Whether a pronoun stands before every name, so that it means something else: "does it need a GPU?"."""
    bare = masked(question)
    if _MEANWHILE.search(bare):
        return True
    found = _PRONOUN.search(bare)
    return bool(found and found.start() < bare.find(_NAME_MARK.pattern)) and not asks_directly(question)


def stands_as_topic(question: Question, mention: Mention) -> bool:
    """Whether a name stands where what a question is about does: before "는", behind "what is"."""
    after, before = question.text[mention.end :], question.text[: mention.start]
    return bool(_TOPIC.match(after) or _ENGLISH_TOPIC.search(before))


def masked(question: Question) -> str:
    """The question in lower case with every name replaced by the mark §, so that names cannot look like question words."""
    text, shift = question.text.replace("§", " "), 0
    for mention in question.mentions:
        start, end = mention.start + shift, mention.end + shift
        text = f"{text[:start]}§{text[end:]}"
        shift += 1 - (end - start)
    return text.casefold()


def without_names(question: Question, of: Set[str]) -> str:
    """The question less the names of certain entries; whole if nothing else is in it."""
    text = question.text
    for mention in reversed(question.mentions):
        if not of.isdisjoint(mention.entry_ids):
            text = text[: mention.start] + text[mention.end :]
    return " ".join(text.split()).strip(" ?!.,") or question.text


def asked_as_a_name(question: Question, word: Leftover) -> bool:
    """Whether a word that is no name of a term is what is asked for: "Unsloth가 뭐임? 파인튜닝 빨라진다던데"."""
    text = question.text.replace("§", " ")
    return bool(_DIRECT.search(f"{text[: word.start]}§{text[word.end :]}".casefold()))


def asks_directly(question: Question) -> frozenset[str]:
    """Ids of the entries whose name stands right beside "what is it", however much chat is around it."""
    bare = masked(question)
    found = [len(_NAME_MARK.findall(bare, 0, m.start())) for m in _DIRECT.finditer(bare)]
    if not found:  # "we were told to use §. what is it?" asks about the name before
        found = [n - 1 for m in _DIRECT_BACK.finditer(bare) if (n := len(_NAME_MARK.findall(bare, 0, m.start())))]
    mentions = question.mentions
    for i in range(len(mentions) - 1, 0, -1):  # "max_tokens parameter" is one name in two parts
        if i in found and mentions[i].start - mentions[i - 1].end <= 1:
            found.append(i - 1)
    return frozenset(entry_id for i in found for entry_id in mentions[i].entry_ids)
