"""Names of models taken apart: ``EXAONE-3.5-7.8B-Instruct-AWQ`` says maker's family, version, size, tuning and format.

Every part is decoded by a rule that the glossary's entry ``model-name`` states, which is what the answer quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.linking import Linker
from rag.types import Language

__all__ = ["Part", "find_model_name", "rule_pattern", "split_model_name"]

_WORD = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]+/)?(?:[A-Za-z][A-Za-z0-9.]*|(?:\d+x)?\d+(?:\.\d+)?[BMbm])(?:[-_][A-Za-z0-9.]+)+|(?<![\w.-])(?:\d+x)?\d+(?:\.\d+)?[BM](?![A-Za-z0-9_-])|(?<![\w-])A\d+(?:\.\d+)?B(?![A-Za-z0-9_-])|(?<![\w-])I?Q\d(?:_[A-Z0-9]+)+"
)
_RULES: tuple[tuple[str, str, str], ...] = (
    # name of the rule, the part, what the sentence that states the rule contains
    ("experts", r"\d+x\d+(\.\d+)?B", r"`\d+x\d+B`"),
    ("active", r"A\d+(\.\d+)?B", r"`A\d+(\.\d+)?B`"),
    ("size", r"\d+(\.\d+)?[BM]", r"`\d+(\.\d+)?[BM]`"),
    ("quant-type", r"(I?Q\d(_[A-Z0-9]+)+|I?Q\d)", r"`Q\d_[A-Z0-9_]+`"),
    ("bits", r"(int|w)\d+(a\d+)?|\d+bit|bnb|nf4", r"`(int\d|bnb-4bit|4bit|nf4)"),
    ("float", r"(bf16|fp16|fp8|f16)", r"`(BF16|FP16|FP8)`"),
    ("gguf", r"gguf|ggml", r"`GGUF`"),
    ("gptq", r"gptq", r"`GPTQ`"),
    ("awq", r"awq", r"`AWQ`"),
    ("qlora", r"qlora", r"`QLoRA`"),
    ("lora", r"lora", r"`LoRA`"),
    ("instruct", r"instruct|it|instruction", r"`Instruct`"),
    ("chat", r"chat", r"`Chat`"),
    ("base", r"base|pt", r"`Base`"),
    ("thinking", r"thinking|reasoning|think|r1|deep", r"`(Thinking|Reasoning)`"),
    ("distill", r"distill|distilled", r"`Distill`"),
    ("special", r"coder|code|math|vl|vision|audio|omni|embedding|reranker", r"`(Coder|Math|VL)`"),
    ("sft", r"sft", r"`SFT`"),
    ("dpo", r"dpo", r"`DPO`"),
    ("rlhf", r"rlhf", r"`RLHF`"),
    ("context", r"\d+k|\d+m-ctx", r"`\d+[kK]`"),
    ("date", r"(20)?\d{2}(0[1-9]|1[0-2])([0-3]\d)?", r"`\d{4}`"),
    ("version", r"v?\d+(\.\d+)*", r"`(v?\d+\.\d+)`"),
    ("class", r"mini|small|medium|large|tiny|nano|micro|xl|xxl|lite", r"`(mini|small)`"),
)
_COMPILED = tuple((name, re.compile(part, re.IGNORECASE), re.compile(rule)) for name, part, rule in _RULES)
_MARKS = frozenset(name for name, _, _ in _RULES) - {"version", "class", "special", "date", "context", "base", "chat"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a model's name.

    Attributes:
        rule: which rule decodes it; "family" for the name itself, "unknown" for what no rule knows.
    """

    text: str
    rule: str

    def reading(self, lang: Language) -> str:
        """The number that a size stands for, spelt out; empty for other parts. 30B is 300억."""
        match = re.fullmatch(r"[Aa]?(?:(\d+)x)?(\d+(?:\.\d+)?)([BbMm])", self.text)
        if match is None:
            return ""
        count = float(match.group(2)) * (1e9 if match.group(3).lower() == "b" else 1e6)
        times = f"{match.group(1)} × " if match.group(1) else ""
        if lang == "en":
            return times + (f"{count / 1e9:g} billion" if count >= 1e9 else f"{count / 1e6:g} million")
        return times + (f"{count / 1e8:g}억" if count >= 1e8 else f"{count / 1e4:g}만")


def split_model_name(name: str, linker: Linker) -> list[Part]:
    """Parts of ``name`` in order; family and version written together ("Qwen3") are taken apart."""
    parts: list[Part] = []
    for token in re.split(r"[-/ ]", name):
        rule = _rule(token)
        glued = re.fullmatch(r"([A-Za-z]{2,}?)(v?\d+(?:\.\d+)*)", token)
        if rule == "unknown" and glued and not linker.lookup(token):
            parts += [Part(glued.group(1), "family"), Part(glued.group(2), "version")]
        elif rule == "unknown":
            known = not any(p.rule == "family" for p in parts) or linker.lookup(token)
            parts.append(Part(token, "family" if known else "unknown"))
        else:
            parts.append(Part(token, rule))
    return [part for part in parts if part.text]


def _rule(token: str) -> str:
    for name, part, _ in _COMPILED:
        if part.fullmatch(token):
            return name
    return "unknown"


def rule_pattern(rule: str) -> re.Pattern[str]:
    """What the sentence that states ``rule`` contains."""
    return next(pattern for name, _, pattern in _COMPILED if name == rule)


def find_model_name(text: str, linker: Linker) -> str:
    """The composed model name in ``text``, or a lone size such as "A3B"; empty if there is none.

    A name that the glossary itself has (GPT-3, Polyglot-Ko) is a term, not a puzzle.
    """
    for match in _WORD.finditer(text):
        name = match.group().strip(".")
        if linker.lookup(name):
            continue
        rules = [part.rule for part in split_model_name(name, linker)]
        if _telling(rules) and not (name[0].isdigit() and {"family", "unknown"} & set(rules)):
            return name  # but not the "7b-parameter" of "a 7b-parameter model"
    return ""


def _telling(rules: Iterable[str]) -> bool:
    """Whether the parts are those of a model's name and not of any hyphenated word."""
    rules = list(rules)
    marks = _MARKS.intersection(rules)
    if len(rules) == 1:
        return bool(marks & {"experts", "active", "size", "quant-type"})
    return bool(marks & {"experts", "active", "size"}) or (
        "family" in rules and bool(marks) and bool({"version", "chat", "base", *_MARKS} & set(rules)) and len(rules) > 2
    )
