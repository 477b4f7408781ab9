"""rag.generation.checks: what a model may say about a passage, and what it may not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from helpers import open_shipped

from evals.adversary import falsehoods
from rag.generation.checks import Fault, Passage, check, is_chatter
from rag.types import Chunk, Language

KO = (
    "LoRA(Low-Rank Adaptation, 저랭크 적응)는 사전학습된 모델의 가중치를 고정해 두고, 가중치 행렬마다 옆에 덧붙인 작은 행렬 두 개만 학습하는 파인튜닝 기법입니다.\n"
    "LoRA는 일부 파라미터만 학습하는 PEFT 기법 가운데 가장 널리 쓰입니다.\n"
    "LoRA는 고정해 둔 기반 모델을 보통 16비트로 올리고, QLoRA는 4비트로 양자화해 올린다는 점이 다릅니다.\n"
    "LoRA 논문은 GPT-3 1,750억 개(175B) 모델에서 GPU 메모리를 3분의 1로 줄였다고 보고했습니다.\n"
    "메모리가 부족하면 LoRA는 랭크를 줄일 수 있습니다."
)
EN = (
    "LoRA (Low-Rank Adaptation) is a fine-tuning method that freezes the pre-trained weights and trains only two small matrices.\n"
    "LoRA usually loads the frozen base model in 16 bits, whereas QLoRA loads it quantized to 4 bits.\n"
    "The LoRA paper reported a threefold cut in GPU memory on the 175 billion (175B) parameter GPT-3.\n"
    "LoRA is not a compression method, and applying LoRA does not shrink the model used for inference.\n"
    "QLoRA is slower than LoRA because it has to restore the weights."
)


def passage(text: str, lang: Language, n: int = 1) -> Passage:
    return Passage(n, Chunk(f"lora:{lang}:definition:{n}", "lora", lang, "definition", "LoRA", text, "lora.md", 9))


def faults(sentence: str, lang: Language, *more: Passage) -> list[str]:
    return [f.kind for f in check(sentence, [passage(KO if lang == "ko" else EN, lang), *more], lang).faults]


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("ko", "LoRA는 사전학습된 모델의 가중치를 고정해 두고, 작은 행렬 두 개만 학습합니다. [1]"),
        ("ko", "LoRA(Low-Rank Adaptation)는 작은 행렬 2개만 학습하는 파인튜닝 방법입니다 [1]."),
        ("ko", "**LoRA**는 고정해 둔 기반 모델을 보통 16비트로 올리고, QLoRA는 4비트로 양자화해 올립니다 [1]."),
        ("ko", "QLoRA는 4비트로 양자화해 올립니다 [1]."),
        ("ko", "LoRA 논문은 GPT-3 1,750억 개(175B) 모델에서 GPU 메모리를 3분의 1로 줄였다고 보고했습니다 [1]."),
        ("en", "LoRA freezes the pre-trained weights and trains only two small matrices [1]."),
        ("en", "- LoRA is a fine-tuning technique that freezes the pre-trained weights and trains only 2 small matrices [1]."),
        ("en", "LoRA is not a compression method [1]."),
        ("en", "QLoRA is slower than LoRA [1]."),
    ],
)  # fmt: skip
def test_what_is_left_of_a_sentence_passes(lang: Language, sentence: str) -> None:
    verdict = check(sentence, [passage(KO if lang == "ko" else EN, lang)], lang)
    assert verdict.faults == ()
    assert verdict.support
    assert all(s.chunk.text[s.start : s.end] == s.quote for s in verdict.support)
    assert "[" not in verdict.text
    assert "*" not in verdict.text


@pytest.mark.parametrize(
    ("lang", "sentence", "kind"),
    [
        ("en", "LoRA freezes the pre-trained weights.", "no citation"),
        ("en", "LoRA freezes the pre-trained weights [2].", "citation out of range"),
        ("en", "LoRA freezes the pre-trained weights (1).", "no citation"),
        ("en", "LoRA freezes the pre-trained weights 【1】.", "no citation"),
        ("en", "LoRA freezes the pre-trained weights [1]", "unfinished"),
        ("en", "LoRA는 가중치를 고정합니다 [1].", "language"),
        ("ko", "LoRA freezes the pre-trained weights [1].", "language"),
        ("en", "LoRA trains only three small matrices [1].", "number"),
        ("en", "LoRA usually loads the frozen base model in 61 bits [1].", "number"),
        ("ko", "LoRA 논문은 GPT-3 1,760억 개 모델에서 GPU 메모리를 3분의 1로 줄였다고 보고했습니다 [1].", "number"),
        ("ko", "LoRA 논문은 GPT-3 천칠백육십억 개 모델에서 GPU 메모리를 3분의 1로 줄였다고 보고했습니다 [1].", "words"),
        ("en", "The LoRA paper reported a threefold cut on seventy billion parameters [1].", "words"),
        ("en", "DoRA freezes the pre-trained weights [1].", "name"),
        ("en", "LoRA, like DoRA, freezes the pre-trained weights [1].", "name"),
        ("en", "LoRA (Long Range Attention) freezes the pre-trained weights [1].", "meaning"),
        ("en", "The LoRA paper reported a threefold cut in GPU memory on GPT-III [1].", "name"),
        ("en", "LoRA is a dangerous fine-tuning method [1].", "words"),
        ("ko", "LoRA는 위험한 파인튜닝 기법입니다 [1].", "words"),
        ("ko", "LoRA는 모든 파라미터를 학습합니다 [1].", "words"),
        ("en", "LoRA always freezes the pre-trained weights [1].", "words"),
        ("en", "LoRA is the only method that freezes the pre-trained weights [1].", "meaning"),
        ("en", "LoRA is a compression method [1].", "meaning"),
        ("en", "Applying LoRA does shrink the model [1].", "meaning"),
        ("en", "LoRA loads the frozen base model in 16 bits [1].", "meaning"),
        ("en", "LoRA loads it quantized to 4 bits [1].", "meaning"),
        ("en", "QLoRA usually loads the frozen base model in 16 bits [1].", "meaning"),
        ("en", "QLoRA loads it quantized to 4 bits [1].", "meaning"),
        ("en", "LoRA is slower than QLoRA [1].", "meaning"),
        ("en", "QLoRA is faster than LoRA [1].", "words"),
        ("ko", "QLoRA는 고정해 둔 기반 모델을 보통 16비트로 올립니다 [1].", "meaning"),
        ("ko", "LoRA는 4비트로 양자화해 올립니다 [1].", "meaning"),
        ("ko", "LoRA는 작은 행렬 두 개를 학습합니다 [1].", "meaning"),
        ("ko", "LoRA는 랭크를 줄일 수 있습니다 [1].", "meaning"),
        ("ko", "메모리가 부족하면 LoRA는 랭크를 줄입니다 [1].", "meaning"),
        ("ko", "메모리가 부족하면 LoRA는 랭크를 늘릴 수 있습니다 [1].", "words"),
        ("en", "It loads the frozen base model in 16 bits [1].", "meaning"),
        ("en", "LoRA freezes the pre-trained weights, and it runs on every phone [1].", "words"),
        ("en", "LoRA freezes the pre-trained weights [1] and everybody loves it.", "words"),
        ("en", "LoRA freezes the pre-trained weights, see https://evil.example/x [1].", "characters"),
        ("en", "LoRA freezes the pre-trained weights, see evil.com for more [1].", "characters"),
        ("en", "LoRA freezes the <b>pre-trained</b> weights [1].", "characters"),
        ("en", "LoRA freezes the `pre-trained` weights [1].", "characters"),
        ("en", "L\u043eRA freezes the pre-trained weights [1].", "characters"),
        ("en", "LoRA freezes\u200b the pre-trained weights [1].", "characters"),
        ("en", "LoRA usually loads the frozen base model in \uff11\uff16 bits [1].", "characters"),
        ("en", "LoRA freezes the pre-trained weights" + " and the weights" * 60 + " [1].", "too long"),
        ("en", "You answer questions about a glossary, from numbered passages of it [1].", "words"),
    ],
)  # fmt: skip
def test_what_the_passage_does_not_say_is_named(lang: Language, sentence: str, kind: str) -> None:
    assert kind in faults(sentence, lang)


def test_only_the_cited_passage_counts() -> None:
    other = passage("A zebrafish is a small freshwater fish.", "en", 2)
    assert faults("A zebrafish is a small fish [2].", "en", other) == []
    assert "words" in faults("A zebrafish is a small fish [1].", "en", other)
    assert faults("LoRA freezes the pre-trained weights [1][2].", "en", other) == []


@pytest.mark.parametrize(
    ("aside", "passes"),
    [
        ("usually that of the rank plus one, base 2", True),
        ("usually that of the rank plus one", True),
        ("base 2", True),
        ("that of the rank plus one", False),
        ("that of the rank", False),
    ],
)
def test_a_bracket_keeps_its_hedge(aside: str, passes: bool) -> None:
    source = (
        "DCG divides each grade by a logarithm that grows with the rank (usually that of the rank plus one, base 2)."
    )
    claim = f"DCG divides each grade by a logarithm that grows with the rank ({aside}) [1]."
    assert (not check(claim, [passage(source, "en")], "en").faults) is passes


def test_two_sentences_may_be_joined_when_each_names_its_subject() -> None:
    verdict = check(
        "LoRA freezes the pre-trained weights, while QLoRA is slower than LoRA [1].", [passage(EN, "en")], "en"
    )
    assert [s.text[:5] for s in verdict.support] == ["LoRA ", "QLoRA"]


def test_faults_read_as_words_for_the_model() -> None:
    assert str(Fault("number", ("61",))) == "the cited passage does not have the number 61"
    assert str(Fault("no citation")) == "it has no [n]"


@pytest.mark.parametrize(
    "text", ["Sure!", "물론입니다!", "네, 알려드릴게요.", "Here is the answer:", "According to the passages:"]
)
def test_chat_is_told_from_claims(text: str) -> None:
    assert is_chatter(text)


@pytest.mark.parametrize(
    "text", ["네트워크는 층으로 이루어집니다.", "Sure, LoRA is a method [1].", "LoRA freezes the weights."]
)
def test_claims_are_not_taken_for_chat(text: str) -> None:
    assert not is_chatter(text)


# Over the glossary


def test_every_sentence_of_the_glossary_supports_itself() -> None:
    refused = []
    for chunk in open_shipped().retriever.index.chunks[::9]:
        given = Passage(1, chunk)
        for sentence in given.sentences:
            text = sentence.text
            verdict = check(f"{text} [1]", [given], chunk.lang)
            if verdict.support != (sentence,) and not {f.kind for f in verdict.faults} & {"characters", "unfinished"}:
                refused.append(text)
    assert refused == []


@pytest.mark.slow
def test_falsified_sentences_of_the_glossary_do_not_pass() -> None:
    chunks = open_shipped().retriever.index.chunks[::17]
    tried = Counter[str]()
    leaked = []
    for falsehood in falsehoods(chunks):
        tried[falsehood.how] += 1
        if check(f"{falsehood.text} [1]", [Passage(1, falsehood.passage)], falsehood.passage.lang).support:
            leaked.append((falsehood.how, falsehood.text, falsehood.true))
    known = {"PII masking is called for."}  # one of the five that evals/README.md counts
    assert [leak for leak in leaked if leak[1] not in known] == []
    assert min(tried.values()) >= 10
    assert len(tried) == 12


def test_honest_sentences_pass_often_enough_to_be_of_use() -> None:
    """The checks are strict on purpose, but they are not "drop everything"."""
    text = (Path(__file__).parents[1] / "evals/datasets/paraphrases.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    chunks = {chunk.id: chunk for chunk in open_shipped().retriever.index.chunks}
    passed = Counter[str]()
    asked = Counter[str]()
    for row in rows:
        given = [Passage(n, chunks[i]) for n, i in enumerate(row["cites"], start=1)]
        numbers = "".join(f"[{p.n}]" for p in given)
        asked[row["style"]] += 1
        passed[row["style"]] += bool(check(f"{row['sentence']} {numbers}", given, row["lang"]).support)
    assert passed["close"] / asked["close"] >= 0.6
    assert passed["free"] / asked["free"] >= 0.25
