"""What a question asks: language, kind, terms, what it says beyond them, and what it takes from the turns before."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.errors import InputError
from rag.linking import Leftover, Linker, Mention, Segmentation
from rag.model_names import find_model_name
from rag.repair import complete_names, mend_asking_words
from rag.text import detect_language
from rag.types import Kind, Language
from rag.typos import SpellingCorrector

__all__ = [
    "MAX_QUESTION",
    "Question",
    "QuestionReader",
    "Turn",
    "asked_before",
    "asks_directly",
    "asks_how_many",
    "clean_question",
    "masked",
]

MAX_QUESTION = 500
"""Characters. A question of 500 takes 0.4 s to embed, one of 100,000 minutes."""

MAX_HISTORY = 20

Turn = Mapping[str, str]

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("same", r"(같은|똑같은|동일한)\s*(거|것|건|말|뜻|의미|개념|용어|얘기|기법|방법|모델)|동의어|똑같(나|아|은가)|같(나요|은가|아\?|음\?)|same (thing|as|concept|meaning|method)|synonym|are .* the same|is .* the same|interchangeabl"),
    ("path", r"(먼저|미리|앞서|이전에|전에)\s*(뭘|뭐|무엇|무슨|어떤|꼭)?\s*.{0,12}(알아|배워|배우|공부|읽|봐야|익혀)|선수\s*지식|선행\s*(지식|학습|개념)|(뭐|뭘|무엇|어디)\s*부터|공부\s*순서|학습\s*순서|뭘 알아야|prerequisite|(learn|know|read|study|understand) (first|beforehand)|before (learning|reading|studying|i (learn|read|study|can))|need to know (to|before)|should i (learn|know|read|study) (first|before|to)|learning path|what to (learn|read|study)"),
    ("reverse", r"뭐라고?\s*(들?\s*)?(해|하|부르|불러|불리|함|할까|칭)|무엇이라고?\s*(해|하|부르)|라고\s*부르는\s*(게|것이)|(이름|용어|명칭)\s*(이|가|은|는)?\s*(뭐|무엇|뭔|모|알려|있)|부르는\s*(말|용어|이름)|(무슨|어떤)\s*(용어|기법|기술|현상|방법|모델|지표|개념|방식|도구|구조|알고리즘|벤치마크|라이브러리|프레임워크|포맷|형식|말)(을|를|이|라고|이라고)?\s*(이야|야|이지|이냐|이에요|예요|일까|뭐|해|하|부르|불러|이었|였|인가|임|인지|써|쓰|있|말)|\b(is|are|was) (it|this|that|these) called|what'?s? .*\bcall(ed)?\b|(name|term|word) (of|for)\b|what do (you|we|people|they|i) call|how do (you|we|people) call|which (term|word|technique|method|metric|model|benchmark|algorithm|tool|library|framework|architecture|format|phenomenon)|what (technique|phenomenon|metric|algorithm|architecture|library|framework|benchmark) (is|does|lets|would|measures|uses)|(그거|그게|이거|그 기법|그 방법) (이름|뭐(였|더))|뭐였(지|더라)|뭐더라"),
    ("expand", r"약자|줄임말|풀\s*네임|풀네임|무엇의\s*약|뭐의\s*약|약어|줄인\s*말|정식\s*명칭|full\s*(name|form)|stands?\s+for|\bstand 4\b|abbreviat|acronym|spelled out|short for"),
    ("proscons", r"장\s*단점|pros\s*(and|&|/|n|,)\s*cons|advantages? and (disadvantages?|drawbacks?)|ups(ides)? and downs(ides)?|strengths? and weakness|trade-?offs?|장점(이랑|과|하고|,|이나)\s*단점|(좋은\s*점|이점|좋고|좋은지).*(나쁜\s*점|나빠|나쁜|안|별로|단점)|\b(advantages?|benefits?|good|upsides?)\b.*\b(disadvantages?|drawbacks?|bad|downsides?)\b"),
    ("limits", r"단점|한계|문제점|약점|부작용|주의|위험|안\s*좋|나쁜\s*점|못하는|불편|limit|drawback|disadvantage|downside|weakness|\bcons\b|caveat|pitfall|shortcoming|what.*(bad|wrong) (about|with)|\brisks?\b"),
    ("compare", r"차이|다른\s*(점|거|건|게|가)|비교|구분|구별|헷갈|\bvs\b|vs\.|대비|달라|다르|다름|보다\s*(더\s*)?(나아|나은|나음|좋|빠르|빨라|느리|느려)|뭐가\s*(더|나)|무엇이\s*더|어느\s*(게|것|쪽|걸)|중에?\s*(뭐|어느|어떤|뭘)|differ|versus|compar|distinguish|distinction|better than|which (is|one|of)|instead of|opposed to|rather than"),
    ("list", r"종류|유형|목록|리스트|(어떤|무슨)\s*(것|게|방법|기법|모델|종류)(들)?(이|가|은)?\s*(있|들)|뭐\s*뭐|(뭐|뭐가|무엇이|뭐뭐|뭐들이)\s*있|나열|모두\s*알려|다\s*알려|\b(types|kinds|sorts|variants|families|list|members) of\b|what .* (are there|exist)|list (all|the|some|me)|name (them|some|a few|the|all)|which .* (are there|exist|available)|different (types|kinds|ways)|what (types|kinds)|^list\b|§ (types?|kinds|variants|families|methods? list|list)\b|all of them|대표적인\s*거|이름\s*대"),
    ("origin", r"(누가|누구)(?!.{0,10}(골라|고르|고른|정하|정해|결정|판단|채점|매기|매겨|쓰|써|해야))|언제(?!.{0,12}(해야|하는\s*(게|거|것)|하면|하나|쓰|써|쓸|필요|효과|좋|같|느려|빨라|멈|끝|끄|켜|안\s|못|없))|몇\s*년|만든\s*(사람|곳|회사|데|나라)|어디서\s*(만|나|개발|발표|나온|낸|낸거)|어느\s*(회사|나라|대학|기관|팀)|어디\s*(거|껀|회사|제품|모델)|개발사|제작사|개발자가\s*(누|어디)|유래|처음\s*(나|발표|제안|등장|소개)|최초|\bwho\b(?! (is|are) (using|it for))(?!.{0,6}\b(picks?|chooses?|decides?|selects?|uses?|should|needs?|grades?|judges?|checks?)\b)|(^|[,.;] ?)when\b(?! (to|should|do|does|would|not|can|is it (better|best|good|useful|worth|not)|i|we|you)\b)|\bwhen (was|were|did|is)\b(?! it (better|best|good|useful|worth|not))|what year|which (company|lab|team|university|organi[sz]ation|group)|made by|inventor|invented|\borigin\b|where did .* come|where .* (come|came) from|author"),
    ("examples", r"예시|예를|예제|사례|예는|예로|예\s*좀|\bexamples?\b|use cases?|for instance"),
    ("why", r"왜|이유|장점|좋은\s*점|뭐가\s*좋|무엇이\s*좋|이점|효과|중요|쓸모|용도|목적|필요|쓰는\s*(거|이유|데)|어디에?\s*(써|쓰|사용|활용)|언제\s*(써|쓰)|\bwhy\b|benefit|advantage|purpose|important|matters?\b|useful|good for|used for|what.* for\b|point of|\bpros\b|reasons?\b|worth|when (should|would|do) (i|we|you|one) use|need\b"),
    ("how", r"어떻게|원리|작동|동작|방식|과정|단계|구조|절차|하는\s*법|방법|돌아가|메커니즘|\bhow\b|mechanism|work|steps|process|procedure|under the hood|algorithm"),
    ("plain", r"쉽게|쉬운\s*말|쉬운말|초등학생|초딩|비전공자|문과|일상\s*(언어|용어)|비유|eli ?5|(like|as if) i.?m (five|5|a )|plain (words|english|language)|(simple|layman.?s?|lay|everyday) (terms|words|english|language)|\bsimply\b|dumb (it|this) down|for (dummies|beginners|a beginner)"),
    ("define", r"뭐|무엇|뭔|머야|모야|뜻|의미|정의|개념|설명|알려|소개|란\s*\??$|이란|궁금|요약|\bwhat|define|definition|meaning|\bmean\b|means|explain|describe|tell me|overview|summar"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_COMPARES = dict(_PATTERNS)["compare"]
_WHEN_TO_USE = re.compile(
    r"언제\s*(써|쓰|사용|필요|활용)|누가\s*(써|쓰|사용)|when (should|would|do|to|is it|are)\b.*\b(use|useful|need|choose)|who (uses|should)"
)
_RELATION = re.compile(
    r"다음에|다음\s*단계|먼저|전에|후에|이후|뒤에|포함|속하|속해|일종|관계|하위|상위|필요|써야|들어가|기반|위에|같이\s*(써|쓰)|함께|대신|대체|없이|"
    r"relat|part of|kind of|type of|before|after|include|belong|need|require|based on|built on|use[sd]?\b|replace|without|together|combine"
)
_ANAPHORA = re.compile(
    r"^(그럼|그러면|그렇다면|그건|그거|그게|그것|그\s|이건|이거|이게|이것|저건|둘|두\s*(개|가지)|왜|예시|예를|더|좀\s*더|자세히|장점|단점|한계|원리|어떻게|차이|언제|누가|근데|그래서|and\b|so\b|then\b|why|how|what about|how about|it\b|its\b|they\b|that\b|this\b|those\b|both\b|more\b|example|when|who|pros|cons|limits?\b|difference)"
)
_LISTING = re.compile(r"§|이랑|랑|와|과|하고|은|는|\b(or|and)\b|[\s,/&+?!.]")
_DIRECT = re.compile(
    r"§\s*((이|가|은|는|란|이란|라는|이라는|라고|이라고)?\s*(거|게|것|건|말|애)?(이|가|은|는)?)\s*(정확히|대체|도대체)?\s*(뭐|뭔|무엇|머\b|왜|무슨)|"
    r"§\s*(설명|개념|뜻)|"
    r"(what( does|'s| is| are| was|s)|explain|define|who is|how does|meaning of|counts as)( (actually|really|even|exactly))?( an?| the| proper)? §|"
    r"what (an? |the )?§ (is|are|does|even|means?)\b"
)
_DIRECT_BACK = re.compile(
    r"(그게|그거|이게|이거|그건|얘는|얘가|일단|도대체|대체)\s*(정확히\s*|또\s*)?(뭐|뭔|무엇|무슨|왜|어떤)|뭔데|뭔소리|뭔\s*말|감이 안|"
    r"what (even )?(it|that|this) (even )?(is|means|does)|what('s| is| are| does| was) (it|that|this|they)\b|what('s| is) its|no (idea|clue)"
)
_EQUATED = re.compile(r"\W*(=|이랑|랑|하고|와|과|이나|또는|or|just|and|vs\.?|,|/)\W*")
_SET_AGAINST = re.compile(r"§\s*(이랑|랑|하고|와|과|보다)|(from|than|to|with|and|vs\.?) §|^(vs|versus)\b")
_COUNT = re.compile(r"몇|얼마|how (many|much|long|big|large)")
_NAME_MARK = re.compile("§")
_PRONOUN = re.compile(
    r"그거|그건|그게|그것|이거|이건|이게|이것|둘\s|둘이|둘의|둘은|둘\s*중|\b(it|its|they|them|their|that|this|these|those|both|the two)\b"
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
        model_name: a composed model name in it, such as "Qwen3-30B-A3B".
    """

    text: str
    language: Language
    kind: Kind
    mentions: tuple[Mention, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    carried: tuple[str, ...] = ()
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


def asked_before(history: Sequence[Turn]) -> list[str]:
    """The latest questions of a conversation, those that a new one may lean on."""
    return [turn["content"] for turn in history if turn.get("role") == "user"][-3:]


class QuestionReader:
    """Reads questions against the names of one glossary."""

    def __init__(self, linker: Linker, *, corrector: SpellingCorrector) -> None:
        self.linker = linker
        self._corrector = corrector

    def read(self, question: str, *, language: Language | None = None, history: Sequence[Turn] = ()) -> Question:
        """Understand ``question`` after the turns of ``history``; the language is told by the letters unless given."""
        text = clean_question(question)
        read = self._read_alone(text, language=language or detect_language(text))
        asked = asked_before(history)
        return self._carry_over(read, asked) if asked else read

    def _read_alone(self, text: str, *, language: Language) -> Question:
        segmentation, mentions, leftovers = self._names(text)
        mended = mend_asking_words(segmentation.text, leftovers, is_word=self._corrector.is_word)
        if mended != segmentation.text:
            segmentation, mentions, leftovers = self._names(mended)
        mentions, leftovers = complete_names(segmentation.text, mentions, leftovers, linker=self.linker)
        name = find_model_name(segmentation.text, self.linker)
        question = Question(
            text=segmentation.text,
            language=language,
            kind="fact",
            mentions=mentions,
            leftovers=leftovers,
            model_name=name,
        )
        return replace(question, kind=_kind(question))

    def _names(self, text: str) -> tuple[Segmentation, tuple[Mention, ...], tuple[Leftover, ...]]:
        cut = self.linker.segment(text)
        return cut, *self._corrector.correct(cut.text, cut.mentions, cut.leftovers)

    def _carry_over(self, read: Question, asked: Sequence[str]) -> Question:
        """Take terms, and for "and X?" the kind, from the turns before; nothing where the question stands alone."""
        bare = masked(read)
        pronoun = bool(_PRONOUN.search(bare))
        elliptic = not read.mentions and not read.leftovers and not read.model_name
        opener = bool(_ANAPHORA.search(bare)) or (len(read.leftovers) <= 2 and read.kind != "reverse")
        if self._sets_against(read, bare):
            earlier = self._last(asked)
            ids = tuple(i for i in earlier.entry_ids if i not in read.entry_ids)[:1] if earlier else ()
            return replace(read, carried=ids, kind="compare") if ids else read
        if read.mentions and not (pronoun and read.kind in ("compare", "relation", "same")):
            follows = re.match(r"(그럼|그러면|그렇다면|what about|how about|and\b|then\b)", bare)
            if follows and read.kind in ("fact", "define") and len(read.entry_ids) == 1 and not read.leftovers:
                earlier = self._last(asked)
                if earlier is not None and earlier.kind not in (
                    "compare",
                    "same",
                    "relation",
                    "reverse",
                    "model_name",
                    "fact",
                ):
                    return replace(read, kind=earlier.kind)
            return read
        if not (elliptic or pronoun or (opener and not read.mentions and not read.model_name)):
            return read
        earlier = self._last(asked)
        if earlier is None:
            return read
        ids = tuple(i for i in earlier.entry_ids if i not in read.entry_ids)
        if read.mentions:
            ids = ids[:1]
        carried = replace(read, carried=ids)
        kind = _kind(carried)
        return replace(carried, kind="define" if kind == "fact" and not read.leftovers else kind)

    def follow_up(self, read: Question, asked: Sequence[str]) -> Question | None:
        """``read`` as a question about the terms of the turns before, for one that found no answer by itself."""
        earlier = None if read.entry_ids or read.model_name else self._last(asked)
        if earlier is None:
            return None
        carried = replace(read, carried=earlier.entry_ids)
        return replace(carried, kind=_kind(carried))

    @staticmethod
    def _sets_against(read: Question, bare: str) -> bool:
        """Whether a question names one side of a comparison only: "QLoRA랑 차이는?"."""
        one = len({frozenset(m.entry_ids) for m in read.mentions}) == 1 and not read.leftovers
        return one and bool(_COMPARES.search(bare)) and bool(_SET_AGAINST.search(bare))

    def _last(self, asked: Sequence[str]) -> Question | None:
        """The latest earlier question that names a term."""
        for text in reversed(asked):
            try:
                cleaned = clean_question(text[:MAX_QUESTION])
            except InputError:
                continue
            earlier = self._read_alone(cleaned, language=detect_language(cleaned))
            if earlier.mentions:
                return earlier
        return None


def asks_how_many(question: Question) -> bool:
    """Whether a number is asked for."""
    return bool(_COUNT.search(masked(question)))


def masked(question: Question) -> str:
    """The question in lower case with every name replaced by a mark, so that names cannot look like question words."""
    text, shift = question.text, 0
    for mention in question.mentions:
        start, end = mention.start + shift, mention.end + shift
        text = f"{text[:start]}§{text[end:]}"
        shift += 1 - (end - start)
    return text.casefold()


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


def _kind(question: Question) -> Kind:
    bare = masked(question)
    alone = len(question.leftovers) <= 4 and all(m.surface in question.model_name for m in question.mentions)
    if question.model_name and (alone or "-" in question.model_name):
        return "model_name"
    groups = {frozenset(m.entry_ids) for m in question.mentions}
    distinct = len(question.entry_ids) if question.carried else len(groups)
    found = _plausible_kinds(question, bare, several=distinct >= 2)
    asked = asks_directly(question)
    if asked and distinct >= 2 and not any(kind in found for kind in ("compare", "same")):
        distinct = len({group for group in groups if group & asked}) or distinct
        found = [kind for kind in found if kind != "relation"] if distinct < 2 else found
    if distinct >= 2 and re.search(r"§\s*=+\s*§", bare):
        return "same"
    if distinct == 1 and len(question.mentions) > 1 and ("compare" in found or _equated(question)):
        return "same"
    for kind in ("same", "relation", "path", "reverse", "expand", "proscons", "compare", "limits", "list"):
        if kind in found:
            return kind
    if distinct >= 2 and not found:
        if len(question.leftovers) > 3:
            return "fact"
        return "fact" if _COUNT.search(bare) else "relation" if _LISTING.sub("", bare) else "compare"
    if found:
        return found[0]
    return "define" if question.mentions and not question.leftovers and not _COUNT.search(bare) else "fact"


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
    if question.mentions and (len(question.leftovers) < 2 or (several and "compare" in found)):
        ruled_out.add("reverse")
    if not question.entry_ids:
        ruled_out.add("path")
    settled = bool({"compare", "path"} & set(found)) or found[:1] in (["reverse"], ["list"])
    if _COUNT.search(bare):
        settled = True
        ruled_out |= {"how", "relation"}
    if several and not settled and len(question.leftovers) <= 3 and _RELATION.search(bare):
        found.insert(0, "relation")
    return [kind for kind in found if kind not in ruled_out]
