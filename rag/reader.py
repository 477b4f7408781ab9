"""Reads questions: language, names, kind, and what a follow-up takes from the turns before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.errors import InputError
from rag.following import SET_AGAINST, TOGETHER, Subject
from rag.kinds import COMPARES, EQUATES, kind_of
from rag.leaning import LEANS, MAY_LEAN, SURELY_LEANS
from rag.linking import Leftover, Linker, Mention, Segmentation
from rag.model_names import find_model_name
from rag.pointing import places, side_by_side
from rag.question import (
    MAX_QUESTION,
    Exchange,
    Question,
    Turn,
    asks_directly,
    asks_how_many,
    clean_question,
    exchanges,
    has_pronoun,
    is_small_talk,
    masked,
    pronoun_at,
)
from rag.repair import complete_names, mend_asking_words, spell_out, with_kinds
from rag.sentences import sentence_spans
from rag.text import detect_language, is_hangul
from rag.types import Kind, Language
from rag.typos import SpellingCorrector

__all__ = ["QuestionReader"]

_ALL_OF = re.compile(r"셋|세\s*개|넷|네\s*개|\ball (of (them|these)|three|four)\b|\bthe three\b")
_SIDE_ALONE = re.compile(r"\W*((그럼|그러면|and|then)\s*)?§\s*(이랑|랑|하고|와|과)(은|는)?(요)?\W*")
_DROPPED = re.compile(
    r"그(건|거|것)\s*(은|는)?\s*(이제\s*)?(알겠|됐|되었|그렇|이해|접|넘어|나중)|갑자기|never ?mind|forget (that|it)|\bbtw\b|by the way"
)
_ELSEWHERE = re.compile(
    r"(다른|딴)\s*(질문|얘기|이야기|주제|소리)|주제\s*바꿔|(new|another|change of) (topic|question|subject)|"
    r"\bdifferent (q|question|topic|subject)\b|\bunrelated\b"
)
"""Announces another subject."""
_OTHER_ONE = re.compile(
    r"\b(the|a|that) (one|version|kind|variant|thing|method|technique|trick|model)s? (that|which|where|who|with|when)\b"
    r"|(는|은|던|한|된)\s*(건|거|것|걸|애|놈)(은|는|요|은요|는요)?\W*$"
)
_DESCRIBED = 3
"""Words beside the names of a question from which it may describe something else than what it names."""
_BULLET = "- "
_LONG = 4_000
"""Characters of an answer that are read for what it lists."""
_OF_SEVERAL = frozenset({"compare", "same", "relation"})
_COMPLETE: frozenset[Kind] = frozenset({"why", "limits", "proscons", "origin"})
"""Kinds of which a question that says nothing beside a name is mostly about that name: "why use quantization?"."""
_NEEDED = re.compile(r"^(?!.*(왜|이유|\bwhy\b)).*(필요|\bneed)")
"""What is asked of the term before rather than of the one that is named: after DPO, "보상모델 필요해?"."""
_FAR_MORE = 0.15
"""How much more a question leans on what the exchange before named in passing than on what that was about, for it to be about the former."""
_SUBJECT = re.compile(r"\b(does|is|was|has|did) $", re.IGNORECASE)
_MORE_SO = re.compile(r"^(so |and |then )?what('?s| is) (\w+er|more|less)\b")
"""Asks which of the terms before: "what's simpler to train"."""
_WHICH = re.compile(r"^(그럼\s*|so |and |then )?(which|뭐가|어느|어떤|둘)(?!\s*§)|(뭐가|머가|어느\s*쪽이)\s*(더|덜)")
_HOW_HIGH = re.compile(
    r"(높|낮|크|작|많|적|길|짧|세|약)(게|이)\s*(\S+\s+)?(높|낮|크|작|많|적|길|짧|세|약)(게|이)|"
    r"\b(high|low|big|small|large|long|short)(er)? or (high|low|big|small|large|long|short)(er)?\b"
)
"""Asks how to set the term before: after temperature "코드 짤땐 높게 해 낮게 해?"."""
_RATHER = re.compile(r"why not|instead|rather|대신|말고|안\s*(쓰|써|하|해)")
_HEADED = re.compile(r"\W*§\s*:|((ok|so|and) )?(what|how) about (an? |the )?§\s*[,.;]")
"""Names its subject before it asks: "quantization: is it slow?", "what about KTO, does that need pairs"."""
_WHY_NOT = re.compile(
    r"^((so|but|then|and) )?why not (an? |the |just |use |plain )*§|왜\s*(그냥\s*)?§(을|를|은|는)?\s*안\s*(쓰|써)"
)
_DIFFERS = re.compile(
    r"(how|what).{0,12}§ (is |so |any )*differ|§(은|는|이|가)?\s*(뭐가|어떻게|어디가|얼마나)?\s*(다른|달라|다르|차이)"
)
_NEXT = re.compile(r"(그럼|그러면|그렇다면|what about|how about|and\b|then\b)|\W*§(은|는|은요|는요|도)?\W*$")
_AND_NAME = re.compile(
    r"\W*((ok|so|yes|ㅇㅋ|오케이),?\s+)?((그럼|그러면|그렇다면|and|then|what about|how about)\s+(an? |the )?§(은|는|은요|는요)?|§(은|는|은요|는요)|§ (then|tho))\W*"
)
"""Asks the same of a term: "and rouge?", "그럼 QLoRA는?"."""
_AND_THAT = re.compile(
    r"(그럼|그러면|and|then|so|what about|how about)\s+(the )?[\w.+#-]+( [\w.+#-]+)?\W*|[\w.+#-]+(은|는)(요)?\W*",
    re.IGNORECASE,
)
"""Asks the same of something else: "and ALiBi?", "ALiBi는요?"."""
_ASKED_IN: tuple[tuple[Language, re.Pattern[str]], ...] = (
    ("en", re.compile(r"영어로(만)?\s*(답|설명|알려|말|써)|\b(answer|explain|reply)\b.*\bin english")),
    ("ko", re.compile(r"(한국어|한글|우리말)로(만)?\s*(답|설명|알려|말|써)|\b(answer|explain|reply)\b.*\bin korean")),
)


def _language(question: Question) -> Language:
    """The language to answer in: the one asked for, else that of the words around the names, else that of the names."""
    bare = masked(question)
    asked = next((lang for lang, pattern in _ASKED_IN if pattern.search(bare)), None)
    around = bare.replace("§", " ")
    return asked or detect_language(around if any(map(is_hangul, around)) else question.text)


def _topics(earlier: Question) -> tuple[str, ...]:
    """What an earlier question was about: all that it sets side by side, else what it asks directly, else all it names."""
    if earlier.kind in _OF_SEVERAL:
        return earlier.entry_ids
    asked = asks_directly(earlier)
    return tuple(i for i in earlier.entry_ids if i in asked) or earlier.entry_ids


@dataclass(frozen=True, slots=True)
class _Past:
    """An exchange before the question.

    Attributes:
        topics: what it was about, for a question that leans on it.
        names: one entry for each thing that it named, or answered with.
        listed: one for each thing that its answer lists, if it does.
    """

    read: Question
    topics: tuple[str, ...]
    names: tuple[str, ...]
    listed: tuple[str, ...] = ()


def _named(past: Sequence[_Past], *, several: bool = False) -> tuple[str, ...]:
    """What the latest exchange named; with ``several``, what as many named as it takes for two."""
    names: list[str] = []
    for exchange in reversed(past):
        names = [*(i for i in exchange.names if i not in names), *names]
        if not several or len(names) > 1:
            break
    return tuple(names)


def _most_told(told_of: Counter[str]) -> str:
    return max(told_of, key=told_of.__getitem__, default="")


def _aside(read: Question) -> Question:
    """``read`` with its names as words like others: it asks for something of another term."""
    words = [*read.leftovers, *(Leftover(m.start, m.end, m.surface) for m in read.mentions)]
    return replace(read, mentions=(), leftovers=tuple(sorted(words, key=lambda word: word.start)), aside=read.entry_ids)


class QuestionReader:
    """Reads questions against the names of one glossary."""

    def __init__(
        self,
        linker: Linker,
        *,
        corrector: SpellingCorrector,
        is_name: Callable[[str], bool],
        leans: Callable[[Question, str], float],
        follows: Callable[[Question, str], Subject],
    ) -> None:
        """Make a reader.

        Args:
            is_name: whether the glossary's text writes a word as the name of something, with or without an entry.
            leans: the probability that a question without a name is about a certain entry, that of the turn before.
            follows: what a question that names something else is about, after a turn about a certain entry.
        """
        self.linker = linker
        self._corrector = corrector
        self._is_name = is_name
        self._leans = leans
        self._follows = follows

    def read(self, question: str, *, language: Language | None = None, history: Sequence[Turn] = ()) -> Question:
        """Understand ``question`` after the turns of ``history``; the language is told by the letters unless given."""
        text = clean_question(question)
        read = self._read_alone(text, language=language)
        past = self._past(exchanges(history))
        return self._carry_over(read, past) if past else read

    def topics(self, history: Sequence[Turn]) -> tuple[str, ...]:
        """Ids of the entries that the turns before were about, as far as a new question may lean on them."""
        past = self._past(exchanges(history))
        return past[-1].topics if past else ()

    def _read_alone(self, text: str, *, language: Language | None = None) -> Question:
        segmentation, mentions, leftovers = self._names(spell_out(text))
        mended = mend_asking_words(segmentation.text, leftovers, is_word=self._corrector.is_word)
        if mended != segmentation.text:
            segmentation, mentions, leftovers = self._names(mended)
        mentions, leftovers = complete_names(segmentation.text, mentions, leftovers, linker=self.linker)
        mentions = with_kinds(segmentation.text, mentions, linker=self.linker)
        name = find_model_name(segmentation.text, self.linker)
        question = Question(
            text=segmentation.text,
            language=language or "en",
            kind="fact",
            mentions=mentions,
            leftovers=leftovers,
            model_name=name,
        )
        return replace(question, kind=kind_of(question), language=language or _language(question))

    def _names(self, text: str) -> tuple[Segmentation, tuple[Mention, ...], tuple[Leftover, ...]]:
        cut = self.linker.segment(text)
        return cut, *self._corrector.correct(cut.text, cut.mentions, cut.leftovers)

    def _carry_over(self, read: Question, past: Sequence[_Past]) -> Question:
        """Take terms, and for "and X?" the kind, from the turns before; nothing where the question stands alone."""
        bare = masked(read)
        if is_small_talk(read) or _ELSEWHERE.search(bare) or (_DROPPED.search(bare) and read.mentions):
            return read
        topics = past[-1].topics
        read = replace(read, context=topics)
        if pointing := self._pointing(read, past):
            return pointing
        compares = bool(COMPARES.search(bare) or _MORE_SO.search(bare))
        several = _named(past, several=True) if compares or _WHICH.search(bare) else ()
        asked_for_name = (read.kind == "reverse" or _OTHER_ONE.search(bare)) and len(several) < 2
        if asked_for_name and len(read.leftovers) > 1 and not asks_directly(read) and not self._surely_leans(read):
            return replace(read, kind="reverse")
        if compares and read.mentions and _ALL_OF.search(bare):
            ids = tuple(i for i in several if i not in read.entry_ids)
            return replace(read, carried=ids, kind="compare") if ids else read
        if read.mentions:
            return self._beside(read, past, several=several)
        pronoun = has_pronoun(read)
        elliptic = not read.model_name and (not read.leftovers or bool(_HOW_HIGH.search(bare)))
        if compares and (elliptic or pronoun or _WHICH.search(bare) or _MORE_SO.search(bare)):
            return replace(self._completed(read, several), carried=several, kind="compare") if several else read
        if not topics or self._names_another(read):
            return read
        if read.model_name or elliptic:
            chance = float(pronoun or not read.model_name)
        else:
            topics, chance = self._nearer(read, past[-1])
        begins = len(read.leftovers) <= _DESCRIBED and self._completed(read, topics).mentions  # "랭크" after LoRA
        leans = chance >= (MAY_LEAN if begins else LEANS)
        return replace(self._with(read, topics), kin_too=chance < SURELY_LEANS) if leans else read

    def _nearer(self, read: Question, last: _Past) -> tuple[tuple[str, ...], float]:
        """What the exchange before was about, or what was named in it in passing, where ``read`` leans far more on that; with how probably it leans."""
        chances = {i: self._leans(read, i) for i in (*last.topics[:1], *last.names)}
        best, chance = max(chances, key=chances.__getitem__), chances[last.topics[0]]
        if best not in last.topics and chances[best] - chance > _FAR_MORE:
            return (best,), chances[best]
        return last.topics, chance

    def _surely_leans(self, read: Question) -> bool:
        return bool(read.context) and not read.mentions and self._leans(read, read.context[0]) >= SURELY_LEANS

    def _beside(self, read: Question, past: Sequence[_Past], *, several: tuple[str, ...] = ()) -> Question:
        """A question that names a term: about that one, about the one before, or about both; ``several`` are those it may ask to choose from."""
        bare, topics = masked(read), past[-1].topics
        fresh = tuple(i for i in topics if i not in read.entry_ids)
        names = {frozenset(mention.entry_ids) for mention in read.mentions}
        complete = len(names) > 1 and read.kind in ("compare", "same") and not has_pronoun(read)
        complete_kind = read.kind in _COMPLETE and not _NEEDED.search(bare)
        direct = bool(asks_directly(read)) if read.kind in ("define", "expand") else complete_kind
        plain = direct and not (read.leftovers or has_pronoun(read) or SET_AGAINST.search(bare))
        if complete or not fresh or _HEADED.match(bare) or _AND_NAME.fullmatch(bare):
            subject: Subject = "named"
        elif any(pattern.search(bare) for pattern in (TOGETHER, _WHY_NOT, _DIFFERS)):
            subject = "both"
        elif len(past[-1].names) > 1 and _WHICH.search(bare) and not SET_AGAINST.search(bare):
            subject = "before"  # "vram은 뭐가 덜 먹어?"
        else:
            subject = "named" if plain else self._follows(read, fresh[0])
        if subject == "named":
            return self._same_aspect(read, bare, past[-1].read)
        if subject == "before":
            if len(several) > 1:  # "which one eats less vram"
                return replace(_aside(read), carried=several, kind="compare")
            return self._with(_aside(read), topics)
        against = _SIDE_ALONE.fullmatch(bare) or any(
            p.search(bare) for p in (_WHY_NOT, _DIFFERS, SET_AGAINST, COMPARES)
        )
        kind: Kind = (
            "same" if EQUATES.search(bare) else "compare" if against and not TOGETHER.search(bare) else "relation"
        )
        return replace(read, carried=fresh[:1], kind=kind)

    def _pointing(self, read: Question, past: Sequence[_Past]) -> Question | None:
        """``read`` with names for what it points at among several things told before: "두 번째 거는?"; None if it does not."""
        last = past[-1]
        told = last.names if len(last.names) > 1 else last.listed or _named(past, several=True)
        names = last.listed if last.read.kind == "list" and last.listed else told
        found = [(place, meant) for place in places(read.text) if (meant := place.of(names))]
        if not found:
            return None

        def apart(word: Mention | Leftover) -> bool:
            return not any(place.start < word.end and word.start < place.end for place, _ in found)

        mentions = [
            Mention(
                place.start,
                place.end,
                read.text[place.start : place.end],
                meant,
                corrected=self.linker.name(meant[0], read.language),
            )
            for place, meant in found
            if len(meant) == 1
        ]
        mentions = sorted([*mentions, *filter(apart, read.mentions)], key=lambda mention: mention.start)
        carried = tuple(name for _, meant in found for name in meant if len(meant) > 1)  # "the first two"
        leftovers = tuple(filter(apart, read.leftovers))
        read = replace(read, mentions=tuple(mentions), leftovers=leftovers, carried=carried)
        return replace(read, kind=kind_of(read))

    def _completed(self, read: Question, ids: tuple[str, ...]) -> Question:
        """``read`` with the words of it that begin the name of a term related to ``ids``: "static" after continuous batching."""
        mentions, leftovers = list(read.mentions), list(read.leftovers)
        for left in read.leftovers if not read.aside else ():
            alone = not any(0 <= other.start - left.end <= 1 for other in read.leftovers)  # not "long inputs"
            if alone and (begun := self.linker.begun_by(left.surface, beside=ids)):
                mentions.append(Mention(left.start, left.end, left.surface, self.linker.lookup(begun), corrected=begun))
                leftovers.remove(left)
        mentions.sort(key=lambda mention: mention.start)
        return replace(read, mentions=tuple(mentions), leftovers=tuple(leftovers))

    def _with(self, read: Question, ids: tuple[str, ...]) -> Question:
        """A question about what it names and about ``ids``."""
        carried = replace(self._completed(read, ids), carried=ids)
        mentions, leftovers = carried.mentions, carried.leftovers
        if len(mentions) > len(read.mentions) and _RATHER.search(masked(read)):
            return replace(carried, kind="compare")  # "why not greedy then?"
        kind = kind_of(carried)
        if kind == "reverse":
            kind = "fact"  # "which metrics does it have"
        if kind == "relation" and not (mentions or TOGETHER.search(masked(carried))):
            kind = "fact"  # after two terms "막는법은" asks of each
        return replace(
            carried, kind="define" if kind == "fact" and not leftovers and not asks_how_many(carried) else kind
        )

    def _same_aspect(self, read: Question, bare: str, earlier: Question) -> Question:
        """After a question for limits, "and QLoRA?" asks for those of QLoRA."""
        if not (_NEXT.match(bare) and read.kind in ("fact", "define") and len(read.entry_ids) == 1):
            return read
        if read.leftovers or earlier.kind in ("compare", "same", "relation", "reverse", "model_name", "fact"):
            return read
        return replace(read, kind=earlier.kind)

    def follow_up(self, read: Question, earlier: Sequence[Exchange]) -> Question | None:
        """``read`` as a question about the terms of the turns before, for one that found no answer by itself."""
        alone = read.entry_ids or read.model_name or is_small_talk(read) or self._names_another(read)
        past = [] if alone else self._past(earlier)
        if not past or self._leans(read, past[-1].topics[0]) < MAY_LEAN:
            return None
        carried = replace(read, carried=past[-1].topics, kin_too=True)
        return replace(carried, kind=kind_of(carried))

    def _names_another(self, read: Question) -> bool:
        """Whether its subject is a word that the glossary never uses, before any pronoun: "how does XGBoost build its trees?"."""
        back = pronoun_at(read)
        for left in read.leftovers:
            strange = left.surface.isascii() and len(left.surface) > 3 and not self._corrector.is_word(left.surface)
            subject = _SUBJECT.search(read.text[: left.start]) or any(map(is_hangul, read.text))
            if not read.mentions and _AND_THAT.fullmatch(read.text) and (strange or self._is_name(left.surface)):
                return True
            if strange and subject and (back < 0 or left.start < back):
                return not read.mentions
        return False

    def _past(self, earlier: Sequence[Exchange]) -> list[_Past]:
        """What each earlier exchange was about, in order, without those that were about no term."""
        past: list[_Past] = []
        for exchange in earlier:
            try:
                read = self._read_alone(clean_question(exchange.question[:MAX_QUESTION]))
            except InputError:
                continue
            before, listed = past[-1].topics if past else (), self._listed(exchange.answer)
            told_of = self._told_of(exchange.answer)
            answered = _most_told(told_of)
            names = tuple(dict.fromkeys(m.entry_ids[0] for m in read.mentions))
            described = read.kind == "reverse" or not read.mentions or len(read.leftovers) >= _DESCRIBED
            passing = described and not (read.mentions and read.kind in _OF_SEVERAL) and not asks_directly(read)
            if before and names and before[0] in told_of and self._beside(read, past).carried:
                past.append(_Past(read, before, before + names, listed))  # what is named in passing is soon forgotten
            elif answered and answered not in read.entry_ids and (passing or answered in before):
                past.append(_Past(read, (answered,), (answered,), listed))
            elif names:
                topics, several = _topics(read), read.kind in ("compare", "same") or len(asks_directly(read)) > 1
                past.append(_Past(read, (answered,) if answered in topics and not several else topics, names, listed))
        return past

    def _listed(self, answer: str) -> tuple[str, ...]:
        """One entry for each thing that an answer lists: line by line, or side by side in its first sentence; nothing if it lists none."""
        lines = [line for line in answer[:_LONG].splitlines() if line.startswith(_BULLET)]
        if len(lines) > 1:
            firsts = [self._subject(line) for line in lines]
            return tuple(filter(None, firsts))
        first = answer[slice(*next(iter(sentence_spans(answer[:MAX_QUESTION])), (0, 0)))]
        mentions = self.linker.segment(first).mentions
        run = mentions[side_by_side(first, [(m.start, m.end) for m in mentions])]
        names = tuple(dict.fromkeys(m.entry_ids[0] for m in run))
        return names if len(names) > 1 else ()

    def _subject(self, answer: str) -> str:
        """The entry that most sentences of an answer name, the first one of several; nothing for a refusal."""
        return _most_told(self._told_of(answer))

    def _told_of(self, answer: str) -> Counter[str]:
        """How many sentences of an answer name each entry; none of a refusal, which begins with no name."""
        named: Counter[str] = Counter()
        for start, end in sentence_spans(answer[:_LONG]):
            mentions = self.linker.segment(answer[start:end]).mentions
            if not (named or mentions):
                break
            named.update([*dict.fromkeys(mention.entry_ids[0] for mention in mentions)])
        return named
