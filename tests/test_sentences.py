from __future__ import annotations

import pytest

from rag.corpus import Corpus
from rag.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPT-3는 1,750억 개를 씁니다. 끝입니다.", ["GPT-3는 1,750억 개를 씁니다.", "끝입니다."]),
        ("Since v0.2 it works. Good.", ["Since v0.2 it works.", "Good."]),
        ("GPT-3.5는 다릅니다. 그렇죠?", ["GPT-3.5는 다릅니다.", "그렇죠?"]),
        ("Use a method, e.g. LoRA. Done.", ["Use a method, e.g. LoRA.", "Done."]),
        ("A model of 1.5B weights. Small.", ["A model of 1.5B weights.", "Small."]),
        ("It has 7B. Small.", ["It has 7B.", "Small."]),
        ("See Fig. 2 vs. Eq. 3. Then stop!", ["See Fig. 2 vs. Eq. 3.", "Then stop!"]),
        ("J. Smith wrote it (cf. X). End.", ["J. Smith wrote it (cf. X).", "End."]),
        ("Wait... what? Yes... And no", ["Wait... what?", "Yes...", "And no"]),
        ('그는 "됐다." 라고 했다. 끝', ['그는 "됐다."', "라고 했다.", "끝"]),
        ("(It ends here.) Next one.", ["(It ends here.)", "Next one."]),
        ("정말!! 네。 그래？ 응", ["정말!!", "네。", "그래？", "응"]),
        (
            "https://arxiv.org/abs/2106.09685 is the paper. Read it.",
            ["https://arxiv.org/abs/2106.09685 is the paper.", "Read it."],
        ),
        ("no full stop", ["no full stop"]),
        ("", []),
        (" \n\t\n", []),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_offsets_are_exact() -> None:
    assert sentence_spans("  One two.  Three.\n") == [(2, 10), (12, 18)]


def test_hard_wrapped_sentence_keeps_its_line_break() -> None:
    assert sentences("LoRA trains two\nsmall matrices. It is\ncheap.") == [
        "LoRA trains two\nsmall matrices.",
        "It is\ncheap.",
    ]


def test_blank_line_ends_a_sentence() -> None:
    assert sentences("first part\n\nsecond part") == ["first part", "second part"]


def test_list_items_are_units_without_their_marker() -> None:
    text = "Intro:\n- one. two\n* three\n  + deep\n1. four\n12) five\n"
    assert sentences(text) == ["Intro:", "one.", "two", "three", "deep", "four", "five"]


def test_list_item_goes_on_over_its_wrapped_lines() -> None:
    assert sentences("- one goes\n  on here\n- two") == ["one goes\n  on here", "two"]


def test_tables_code_headings_rules_and_html_are_left_out() -> None:
    text = (
        "Before.\n| a. b | c |\n|---|---|\n## Heading. Here\n```python\nx = 1. Not a sentence.\n```\n~~~\nalso. code\n~~~\n"
        "<div>raw.</div>\n---\n![alt. text](x.png)\nAfter."
    )
    assert sentences(text) == ["Before.", "After."]


def test_unclosed_fence_hides_the_rest() -> None:
    assert sentences("Before.\n```\ncode. more") == ["Before."]


def test_blank_line_in_a_fence_stays_code() -> None:
    assert sentences("```\na.\n\nb.\n```\nAfter.") == ["After."]


def test_every_span_of_the_shipped_glossary_is_an_ordered_trimmed_slice(shipped: Corpus) -> None:
    total = 0
    for entry in shipped.entries:
        for section in entry.sections:
            spans = sentence_spans(section.text)
            before = 0
            for start, end in spans:
                piece = section.text[start:end]
                assert piece, (entry.id, section.name)
                assert piece == piece.strip()
                assert before <= start < end <= len(section.text)
                before = end
            total += len(spans)
    assert total > 5000
