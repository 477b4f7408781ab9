"""Versions of known things that the glossary never names: "Llama 9"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rag.question import Question
from rag.types import Entry

__all__ = ["names_other_version"]

_VERSION = re.compile(
    r"[ -]?(\d+(?:\.\d+)?)(?![A-Za-z0-9_%]|\.\d|\s*(개|년|월|일|번|장|배|명|층|단계|가지|bits?\b|layers?\b|parameters?\b|billion|gpus?\b))",
    re.IGNORECASE,
)
"""A number behind a name that counts nothing."""


def names_other_version(
    question: Question, *, entries: Mapping[str, Entry], text_of: Callable[[str], str], is_word: Callable[[str], bool]
) -> bool:
    """Whether a number behind a name makes it a version that the glossary never names, where it names others.

    Args:
        text_of: the text of an entry (by id); it knows its versions, and looking through the whole glossary takes longer than
            all else.
        is_word: whether the glossary's text holds a string.
    """
    for mention in question.mentions:
        number = _VERSION.match(question.text[mention.end :])
        if number is None:
            continue
        forms = {form for i in mention.entry_ids for form in entries[i].surfaces if form.isascii()}
        told = "\n".join(map(text_of, mention.entry_ids))
        proper = any(form[0].isupper() and f" {form.lower()} " not in told for form in forms)
        versions = (re.findall(rf"{re.escape(form)}[ -]?(\d+(?:\.\d+)?)", told, re.IGNORECASE) for form in forms)
        named = {version for found in versions for version in found}
        elsewhere = (is_word(f"{form}{joint}{number[1]}") for form in forms for joint in ("", " ", "-"))
        a_version = proper and (named or number[0][0].isdigit())  # "Mamba3" is one even if the entry knows of none
        if a_version and number[1] not in named and not any(elsewhere):
            return True
    return False
