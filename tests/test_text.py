from __future__ import annotations

import pytest

from rag.text import compact, detect_language, has_final, is_hangul, normalize, to_jamo


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Fine\u3000Tuning\n", "fine tuning"),
        ("ＬｏＲＡ", "lora"),
        ("STRASSE ß", "strasse ss"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        ("", ""),
        (" \t\n", ""),
    ],
)
def test_normalize(text: str, expected: str) -> None:
    assert normalize(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fine-tuning", "finetuning"),
        ("fine tuning", "finetuning"),
        ("FINE_TUNING", "finetuning"),
        ("미세 조정", "미세조정"),
        ("GPT-3.5", "gpt3.5"),
        ("llama.cpp", "llama.cpp"),
        (".NET", "net"),
        ("etc.", "etc"),
        ("C++", "c++"),
        ("C#", "c#"),
        ("(IA)³", "ia3"),
        ("+", ""),
        ("...", ""),
        ("!?", ""),
    ],
)
def test_compact(text: str, expected: str) -> None:
    assert compact(text) == expected


@pytest.mark.parametrize(("char", "expected"), [("가", True), ("힣", True), ("ㄱ", False), ("a", False), ("漢", False)])
def test_is_hangul(char: str, expected: bool) -> None:
    assert is_hangul(char) is expected


@pytest.mark.parametrize(("char", "expected"), [("각", True), ("닝", True), ("가", False), ("라", False), ("n", False)])
def test_has_final(char: str, expected: bool) -> None:
    assert has_final(char) is expected


def test_to_jamo_makes_one_wrong_letter_one_character() -> None:
    right, wrong = to_jamo("닝"), to_jamo("능")
    assert len(right) == len(wrong) == 3
    assert sum(a != b for a, b in zip(right, wrong, strict=True)) == 1
    assert to_jamo("LoRA") == "LoRA"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LoRA가 뭐야?", "ko"),
        ("LoRA랑 QLoRA 차이?", "ko"),
        ("what does 미세조정 mean?", "en"),
        ("what is 로라?", "en"),
        ("ㄹㅇ?", "ko"),
        ("LoRA", "en"),
        ("123 ?", "en"),
        ("", "en"),
        ("Transformer Attention 파인튜닝", "ko"),
    ],
)
def test_detect_language(text: str, expected: str) -> None:
    assert detect_language(text) == expected
