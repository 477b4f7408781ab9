"""rag.pointing: words that point at one of several things told before."""

from __future__ import annotations

import pytest

from rag.pointing import places, side_by_side


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("그중 마지막꺼 단점은", ["그중 마지막꺼"]),
        ("2번은?", ["2번은"]),
        ("전자는 왜 느려", ["전자는"]),
        ("how does that second one do it", ["that second one"]),
        ("what does the last one add over the first", ["the last one", "the first"]),
        ("첫번째 토큰이 왜 느려", []),
        ("마지막 레이어만 학습", []),
        ("what do i use for the first pass", []),
        ("전자기기에서도 돌아가?", []),
    ],
)
def test_words_that_point(text: str, found: list[str]) -> None:
    assert [text[place.start : place.end] for place in places(text)] == found


@pytest.mark.parametrize(
    ("text", "names", "meant"),
    [
        ("diff between the first two", ("a", "b", "c"), "ab"),
        ("앞에 두개만", ("a", "b", "c"), "ab"),
        ("the last two", ("a", "b", "c"), "bc"),
        ("the first one", ("a", "b"), "a"),
        ("세 번째 방법", ("a", "b", "c"), "c"),
        ("세 번째 방법", ("a", "b"), ""),
        ("가운데꺼", ("a", "b", "c"), "b"),
        ("가운데꺼", ("a", "b"), ""),
        ("the latter", ("a", "b"), "b"),
        ("the last one", ("a",), ""),
    ],
)
def test_what_is_pointed_at(text: str, names: tuple[str, ...], meant: str) -> None:
    assert next(places(text)).of(names) == tuple(meant)


@pytest.mark.parametrize(
    ("text", "names", "listed"),
    [
        ("RLHF는 SFT(지도 미세조정), 보상 모델 학습, PPO 순서입니다.", ["RLHF", "SFT", "보상 모델", "PPO"], ["SFT", "보상 모델", "PPO"]),
        ("There are LoRA, QLoRA and the IA3.", ["LoRA", "QLoRA", "IA3"], ["LoRA", "QLoRA", "IA3"]),
        ("LoRA는 PEFT의 한 방법입니다.", ["LoRA", "PEFT"], ["LoRA"]),
        ("nothing", [], []),
    ],
)  # fmt: skip
def test_names_side_by_side(text: str, names: list[str], listed: list[str]) -> None:
    spans = [(text.index(name), text.index(name) + len(name)) for name in names]
    if "QLoRA" in names:
        spans[0] = (text.index("LoRA"), text.index("LoRA") + 4)
    assert names[side_by_side(text, spans)] == listed
