"""Names of models taken apart: ``EXAONE-3.5-7.8B-Instruct-AWQ`` says maker's family, version, size, tuning and format.

Every part is decoded by a rule that the glossary's entry ``model-name`` states, which is what the answer quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.linking import Linker
from rag.types import Language

__all__ = ["Part", "find_model_name", "rule_pattern", "split_model_name"]

_WORD = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]+/)?(?:[A-Za-z][A-Za-z0-9.]*|(?:\d+x)?\d+(?:\.\d+)?[BMbm])(?:[-_][A-Za-z0-9.]+)+|(?<![\w.-])(?:\d+x)?\d+(?:\.\d+)?[BM](?![A-Za-z0-9_-])|(?<![\w-])A\d+(?:\.\d+)?B(?![A-Za-z0-9_-])|(?<![\w-])I?Q\d(?:_[A-Z0-9]+)+"
)
_BETWEEN = re.compile(r"(?<=/)|[- ]|\.(?=gguf$)", re.IGNORECASE)
_RULES: tuple[tuple[str, str, str], ...] = (
    # name of the rule, the part, what the sentence that states the rule contains
    ("experts", r"\d+x\d+(\.\d+)?B", r"`\d+x\d+B`"),
    ("active", r"A\d+(\.\d+)?B", r"`A\d+(\.\d+)?B`"),
    ("expert-count", r"\d+E", r"-\d+E`"),
    ("size", r"\d+(\.\d+)?B", r"`\d+(\.\d+)?B`"),
    ("millions", r"\d+(\.\d+)?M", r"`\d+(\.\d+)?M`"),
    ("quant-type", r"I?Q\d(_[A-Z0-9]+)*", r"`I?Q\d_[A-Z0-9_]+`"),
    ("bnb", r"bnb(-4bit)?", r"`bnb-4bit`"),
    ("int", r"int[48]", r"`int4`"),
    ("fp8", r"fp8", r"`FP8`"),
    ("fp16", r"bf16|fp16|f16", r"`(BF16|FP16)`"),
    ("gguf", r"gguf|ggml", r"`GGUF`"),
    ("gptq", r"gptq", r"`GPTQ`"),
    ("awq", r"awq", r"`AWQ`"),
    ("qlora", r"qlora", r"`QLoRA`"),
    ("lora", r"lora", r"`LoRA`"),
    ("instruct", r"instruct|it|instruction", r"`Instruct`"),
    ("thinking", r"thinking|reasoning|think", r"`(Thinking|Reasoning)`"),
    ("distill", r"distill|distilled", r"`Distill`"),
    ("sft", r"sft", r"`SFT`"),
    ("dpo", r"dpo", r"`DPO`"),
    ("rlhf", r"rlhf", r"`RLHF`"),
)
_COMMON_RULES: tuple[tuple[str, str, str], ...] = (
    # the same, for parts that other hyphenated words have as well
    ("account", r"[\w.-]+/", r"`Qwen/`"),
    ("chat", r"chat", r"`Chat`"),
    ("base", r"base|pt", r"`Base`"),
    ("coder", r"coder|code", r"`Coder`"),
    ("math", r"math", r"`Math`"),
    ("vision", r"vl|vision", r"`VL`"),
    ("embedding", r"embedding", r"`Embedding`"),
    ("reranker", r"reranker", r"`Reranker`"),
    ("korean", r"ko", r"`ko`"),
    ("hf", r"hf", r"`hf`"),
    ("preview", r"preview", r"`Preview`"),
    ("context", r"\d+k", r"`\d+[kK]`"),
    ("date", r"(20)?\d{2}(0[1-9]|1[0-2])([0-3]\d)?", r"`\d{4}`"),
    ("version", r"v?\d+(\.\d+)*", r"`(v?\d+\.\d+)`"),
    ("class", r"mini|small|medium|large|tiny|nano|micro|xl|xxl|lite", r"`(mini|small)`"),
)
_COMPILED = tuple(
    (name, re.compile(part, re.IGNORECASE), re.compile(rule)) for name, part, rule in (*_RULES, *_COMMON_RULES)
)
_MARKS = frozenset(name for name, _, _ in _RULES)
_LONGEST = 3
"""Parts at most of one name of a family, as in "HyperCLOVA-X"."""


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
        return times + (f"{count / 1e8:,g}억" if count >= 1e8 else f"{count / 1e4:,g}만")


def split_model_name(name: str, linker: Linker) -> list[Part]:
    """Parts of ``name`` in order; family and version written together ("Qwen3") are taken apart."""
    parts: list[Part] = []
    for token in _tokens(name, linker):
        rule = _rule(token)
        glued = re.fullmatch(r"([A-Za-z]{2,}?)(v?\d+(?:\.\d+)*)", token)
        if rule == "unknown" and glued and not linker.lookup(token):
            parts += [Part(glued.group(1), "family"), Part(glued.group(2), "version")]
        elif rule == "unknown":
            known = not any(p.rule == "family" for p in parts) or linker.lookup(token)
            parts.append(Part(token, "family" if known else "unknown"))
        else:
            parts.append(Part(token, rule))
    return parts


def _tokens(name: str, linker: Linker) -> Iterable[str]:
    """The pieces of a name, those together that one rule is about or that the glossary has as one name: "DeepSeek-R1"."""
    left = [token for token in _BETWEEN.split(name) if token]
    while left:
        counts = range(min(_LONGEST, len(left)), 1, -1)
        count = next((n for n in counts if _is_one(left[:n], linker)), 1)
        yield "-".join(left[:count])
        del left[:count]


def _is_one(tokens: Sequence[str], linker: Linker) -> bool:
    joined = "-".join(tokens)
    if _rule(joined) != "unknown":
        return True
    separable = len(linker.lookup(tokens[0])) == 1  # the version of Llama is told apart, that of GPT is not
    glued = {"unknown", "korean"} if separable else {"unknown", "korean", "version"}
    return bool(linker.lookup(joined)) and all(_rule(token) in glued for token in tokens)


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
        return bool(marks & {"experts", "active", "size", "millions", "quant-type"})
    return bool(marks & {"experts", "active", "size", "millions"}) or (
        "family" in rules and bool(marks) and bool({"version", "chat", "base", *_MARKS} & set(rules)) and len(rules) > 2
    )
