"""evals.conversations: whole conversations, and the set of them."""

from __future__ import annotations

import pytest
from helpers import open_shipped

from evals.conversations import evaluate_conversations
from evals.data import (
    Conversation,
    ConversationTurn,
    load_answers,
    load_calibration,
    load_conversations,
    load_follow_ups,
    load_picked,
)
from rag.corpus import Corpus
from rag.sentences import sentence_spans
from rag.text import compact


def turn(question: str, kind: str, *about: str, best: tuple[str, ...] | None = None) -> ConversationTurn:
    return ConversationTurn(question, kind, about, best, ())


LIMIT = "LoRA는 변화량의 랭크를 제한하므로, 코드나 수학처럼 새로 배울 내용이 많은 학습에서는 전체 파인튜닝보다 성능이 낮을 수 있습니다."


def test_a_later_turn_is_asked_after_the_answers_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Conversation(
        "ko",
        (
            turn("LoRA가 뭐야?", "name", "lora"),
            turn("한계는?", "follow", "lora", best=(LIMIT, "어디에도 없는 문장입니다.")),
            turn("QLoRA랑 뭐가 달라?", "both", "lora", "qlora"),
            turn("그 논문 저자 전화번호 알려줘", "none"),
            turn("그건 얼마야?", "follow", "lora", best=()),
        ),
    )
    monkeypatch.setattr("evals.conversations.load_conversations", lambda: [talk])
    figures = evaluate_conversations(open_shipped(), split="all")
    together, alone = figures["systems"]["conversation"], figures["systems"]["each turn alone"]
    assert figures["questions"] == together["n"] == 5
    assert together["cited-term recall"]["n"] == 3  # not of the last turn, which its entry does not answer
    assert together["cited-term recall"]["mean"] == together["abstention recall"]["mean"] == 1.0
    assert alone["cited-term recall"]["mean"] == pytest.approx((1 + 0 + 0.5) / 3)
    assert (together["picked sentences"]["mean"], together["any picked sentence"]["mean"]) == (0.5, 1.0)
    assert alone["any picked sentence"]["mean"] == 0.0
    assert figures["slices"]["later turns"]["n"] == 4
    assert figures["failures"] == []


def test_what_is_wrong_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Conversation("en", (turn("What is LoRA?", "name", "bert"), turn("What is BERT?", "none")))
    monkeypatch.setattr("evals.conversations.load_conversations", lambda: [talk])
    figures = evaluate_conversations(open_shipped(), split="all")
    first, second = figures["failures"]
    assert first.startswith("name as define: What is LoRA? | cites ['lora'] not ['bert']")
    assert second.startswith("none as define: What is BERT?")
    assert evaluate_conversations(open_shipped(), split="all", limit=0)["questions"] == 0


def test_the_conversations_are_sound(shipped: Corpus) -> None:
    talks = load_conversations()
    told = {
        (entry.id, section.text[start:end].strip())
        for entry in shipped.entries
        for section in entry.sections
        for start, end in sentence_spans(section.text)
    }
    ids = {entry.id for entry in shipped.entries}
    turns = [each for talk in talks for each in talk.turns]
    assert min(sum(talk.split == split for talk in talks) for split in ("dev", "heldout")) > 100
    assert [each for each in turns if not ids.issuperset(each.about)] == []
    picked = [(each.about[0], text) for each in turns for text in (*(each.best or ()), *each.also)]
    assert [each for each in picked if each not in told] == []


def test_nothing_that_is_held_out_is_learnt_from() -> None:
    held = {compact(t.question) for talk in load_conversations() if talk.split == "heldout" for t in talk.turns[1:]}
    learnt = {case.question for case in (*load_picked(), *load_follow_ups(), *load_calibration())}
    learnt |= {case.question for case in load_answers() if case.split == "dev"}
    learnt |= {t.question for talk in load_conversations() if talk.split == "dev" for t in talk.turns}
    assert held.intersection(map(compact, learnt)) == set()


def test_what_was_picked_is_learnt_from_with_the_question_before() -> None:
    talk = Conversation("ko", (turn("LoRA가 뭐야?", "name", "lora"), turn("한계는?", "follow", "lora", best=(LIMIT,))))
    assert [(case.before, case.question, case.entry, case.best) for case in talk.picked()] == [
        ("LoRA가 뭐야?", "한계는?", "lora", (LIMIT,))
    ]
