from __future__ import annotations

import re

import pytest

from rag.corpus import Corpus
from rag.linking import Linker
from rag.model_names import Part, find_model_name, rule_pattern, split_model_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("EXAONE-3.5-7.8B-Instruct-AWQ", "EXAONE:family 3.5:version 7.8B:size Instruct:instruct AWQ:awq"),
        ("Foo2.5-14B-Instruct", "Foo:family 2.5:version 14B:size Instruct:instruct"),
        ("unsloth/Llama-3.1-8B-bnb-4bit", "unsloth/:account Llama:family 3.1:version 8B:size bnb-4bit:bnb"),
        ("Foo-30B-A3B-GGUF", "Foo:family 30B:size A3B:active GGUF:gguf"),
        ("Foo-8x7B-it-v0.1", "Foo:family 8x7B:experts it:instruct v0.1:version"),
        ("Foo-bar-7B", "Foo:family bar:unknown 7B:size"),
        ("Q4_K_M", "Q4_K_M:quant-type"),
        ("Foo-128k-mini", "Foo:family 128k:context mini:class"),
        ("Foo-20240806", "Foo:family 20240806:date"),
        ("DeepSeek-R1-Distill", "DeepSeek-R1:family Distill:distill"),
        ("SOLAR-10.7B-DPO-Q4_K_M.gguf", "SOLAR:family 10.7B:size DPO:dpo Q4_K_M:quant-type gguf:gguf"),
        ("Polyglot-Ko-12.8B", "Polyglot-Ko:family 12.8B:size"),
        ("Foo-135M-ko-Preview", "Foo:family 135M:millions ko:korean Preview:preview"),
        ("gpt-2-124M", "gpt-2:family 124M:millions"),
        ("Mistral-7B-Instruct", "Mistral:family 7B:size Instruct:instruct"),
        ("Foo-17B-16E", "Foo:family 17B:size 16E:expert-count"),
        ("Foo2-VL-7B-w4a16", "Foo:family 2:version VL:vision 7B:size w4a16:unknown"),
        ("Foo--7B", "Foo:family 7B:size"),
    ],
)
def test_split(linker: Linker, name: str, expected: str) -> None:
    parts = split_model_name(name, linker)
    assert " ".join(f"{part.text}:{part.rule}" for part in parts) == expected


@pytest.mark.parametrize(
    ("text", "ko", "en"),
    [
        ("30B", "300억", "30 billion"),
        ("7.8B", "78억", "7.8 billion"),
        ("A3B", "30억", "3 billion"),
        ("8x7B", "8 × 70억", "8 × 7 billion"),
        ("350M", "3.5억", "350 million"),
        ("50M", "5,000만", "50 million"),
        ("1.5b", "15억", "1.5 billion"),
        ("Instruct", "", ""),
    ],
)
def test_reading(text: str, ko: str, en: str) -> None:
    part = Part(text, "size")
    assert (part.reading("ko"), part.reading("en")) == (ko, en)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EXAONE-3.5-7.8B-Instruct-AWQ가 무슨 뜻이야?", "EXAONE-3.5-7.8B-Instruct-AWQ"),
        ("What does Qwen3-30B-A3B mean?", "Qwen3-30B-A3B"),
        ("unsloth/Llama-3.1-8B-Instruct-bnb-4bit.", "unsloth/Llama-3.1-8B-Instruct-bnb-4bit"),
        ("7B?", "7B"),
        ("A3B?", "A3B"),
        ("Q4_K_M 뜻", "Q4_K_M"),
        ("fine-tuned model", ""),
        ("state-of-the-art", ""),
        ("LoRA랑 QLoRA", ""),
        ("", ""),
        ("what does 7b-instruct-awq mean", "7b-instruct-awq"),
        ("13b-chat", "13b-chat"),
        ("a 7b-parameter model", ""),
        ("8x7B-Instruct가 뭔 뜻", "8x7B-Instruct"),
        ("음..Foo-3.5-7.8B-Instruct", "Foo-3.5-7.8B-Instruct"),
    ],
)
def test_find(text: str, expected: str) -> None:
    assert find_model_name(text, Linker([])) == expected


def test_a_family_and_version_that_the_glossary_has_stay_together(linker: Linker) -> None:
    assert linker.lookup("Qwen2.5") == ("qwen",)
    assert split_model_name("Qwen2.5-14B", linker) == [Part("Qwen2.5", "family"), Part("14B", "size")]


def test_a_name_of_the_glossary_is_no_puzzle(linker: Linker) -> None:
    assert find_model_name("GPT-3가 뭐야?", linker) == ""
    assert find_model_name("Mixtral-8x7B가 뭐야?", linker) == ""
    assert find_model_name("Mixtral-8x7B가 뭐야?", Linker([])) == "Mixtral-8x7B"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("active", "`A3B`"),
        ("size", "`7B`"),
        ("experts", "`8x7B`"),
        ("quant-type", "`Q4_K_M`"),
        ("awq", "`AWQ`"),
        ("instruct", "`Instruct`"),
    ],
)
def test_every_rule_is_stated_in_both_languages(shipped: Corpus, rule: str, text: str) -> None:
    pattern = rule_pattern(rule)
    assert isinstance(pattern, re.Pattern)
    assert pattern.search(text)
    entry = next(e for e in shipped.entries if e.id == "model-name")
    for lang in ("ko", "en"):
        assert any(pattern.search(s.text) for s in entry.sections if s.lang == lang), (rule, lang)
