"""rag.generation.selection: which sentences answer; evals.selection: how that is learnt."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import open_shipped

from evals.data import PickedCase, load_picked
from evals.selection import Example, chosen, fit, share
from rag.chain import Assistant
from rag.chunking import chunk_entries
from rag.corpus import Corpus
from rag.generation.selection import fitted, score
from rag.generation.sources import Sources
from rag.sentences import sentence_spans


@pytest.fixture(scope="session")
def assistant() -> Assistant:
    return open_shipped()


def sources_of(assistant: Assistant, question: str, **options: object) -> Sources:
    return Sources(assistant.retriever, assistant.search({"question": question, **options}))


def test_every_sign_of_a_sentence_is_told_and_every_weight_is_used(assistant: Assistant) -> None:
    sources = sources_of(assistant, "LoRA는 왜 메모리를 아껴?")
    sentences = sources.sentences("lora")
    found = sources.signs(sentences)
    assert len(found) == len(sentences)
    for sentence, signs in zip(sentences, found, strict=True):
        assert signs[f"{sentence.chunk.section}, any"] == 1.0
        assert signs["cosine behind"] <= 0.0
        assert score(signs) == pytest.approx(sum(fitted().get(name, 0.0) * value for name, value in signs.items()))
    assert {name for signs in found for name in signs} & fitted().keys()


def test_words_of_the_question_and_its_kind_speak_for_a_sentence(assistant: Assistant) -> None:
    sources = sources_of(assistant, "LoRA에서 옵티마이저 상태와 그래디언트 메모리는?")
    sentences = sources.sentences("lora")
    found = sources.signs(sentences)
    most = max(range(len(found)), key=lambda i: found[i]["overlap"])
    assert "옵티마이저" in sentences[most].text
    assert found[most]["overlap behind"] == 0.0
    assert 0.0 < found[most]["overlap share"] <= 1.0
    assert sentences[most] in sources.best(sentences, least=3)


def test_what_a_sentence_says_counts_where_one_fact_is_asked_for(assistant: Assistant) -> None:
    sources = sources_of(assistant, "does BM25 get synonyms")
    sentences = sources.sentences("bm25")
    alike = assistant.retriever.likenesses(sources.question, sentences)
    assert alike.shape == (len(sentences),)
    found = sources.signs(sentences)
    assert found[int(alike.argmax())]["alike, kind fact, behind"] == 0.0
    assert all(signs["alike, kind fact, behind"] <= 0.0 for signs in found)
    assert any("vehicle" in sentence.text for sentence in sources.best(sentences))
    listed = sources_of(assistant, "LoRA의 한계는?")
    assert not any("alike, kind fact" in name for signs in listed.signs(listed.sentences("lora")) for name in signs)


def test_as_many_sentences_are_chosen_as_are_asked_for_and_worth_it(assistant: Assistant) -> None:
    sources = sources_of(assistant, "what is dropout")
    sentences = sources.sentences("dropout")
    assert len(sources.best(sentences, least=2, most=2)) == 2
    assert 1 <= len(sources.best(sentences)) <= 4
    assert sources.best(sentences, least=3)[0].chunk.section == "definition"
    assert sources.best([]) == []


def test_sentences_of_a_passage_stay_together_and_in_order(assistant: Assistant) -> None:
    sources = sources_of(assistant, "how does LoRA work")
    taken = sources.best(sources.sentences("lora"), least=4)
    passages = [sentence.chunk.id for sentence in taken]
    assert passages == sorted(passages, key=passages.index)
    starts = [(sentence.chunk.id, sentence.start) for sentence in taken]
    assert starts == sorted(starts, key=lambda start: (passages.index(start[0]), start[1]))


def test_picked_sentences_stand_in_the_glossary(shipped: Corpus) -> None:
    told = {
        (chunk.entry_id, chunk.lang, chunk.text[start:end].strip())
        for chunk in chunk_entries(shipped.entries)
        for start, end in sentence_spans(chunk.text)
    }
    cases = load_picked()
    lost = [
        text for c in cases for text in (*c.best, *c.also) if (c.entry, c.lang, text) not in told
    ]  # an entry may be mended without its questions
    assert len(cases) > 1400
    assert len(lost) < 0.05 * sum(len(case.best) + len(case.also) for case in cases), lost[:5]
    assert all(isinstance(case, PickedCase) and case.best for case in cases)


def example(*sections: str, picked: int) -> Example:
    signs = [{f"{section}, any": 1.0, "length": 1.0} for section in sections]
    weights = np.array([float(i == picked) for i in range(len(sections))])
    return Example("lora", signs, weights, [frozenset({picked})])


def test_what_is_picked_is_learnt() -> None:
    examples = [example("how", "why", "limits", picked=2), example("limits", "why", picked=0)] * 20
    weights = fit(examples)
    assert weights["limits, any"] > max(weights["how, any"], weights["why, any"])
    assert chosen(example("why", "how", "limits", picked=0), weights, count=1) == [2]


def test_the_share_of_facts_counts_each_fact_once() -> None:
    both = Example("lora", [{}, {}, {}], np.ones(3), [frozenset({0, 1}), frozenset({2})])
    assert share(both, [0, 1]) == 0.5
    assert share(both, [1, 2]) == 1.0
