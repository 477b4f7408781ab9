"""The YAML of a glossary: the front matter of its files and the lists beside them, validated; every fault names its line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from rag.text import compact, detect_language
from rag.types import Language

__all__ = [
    "RELATIONS",
    "AbsentModel",
    "FrontMatter",
    "GroupModel",
    "Relation",
    "parse_absent",
    "parse_front_matter",
    "parse_groups",
    "valid_id",
]

Relation = Literal["broader", "part-of", "prerequisite", "contrasts-with", "related"]
RELATIONS: tuple[Relation, ...] = ("broader", "part-of", "prerequisite", "contrasts-with", "related")
T = TypeVar("T")
Report = Callable[[int, str], None]
"""Takes the line of a fault and its message."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_URL = re.compile(r"https?://[^\s/?#@:]+\.[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)


def valid_id(value: str) -> bool:
    """Whether an id is kebab-case English."""
    return bool(_ID.fullmatch(value))


def _one_line(value: str) -> str:
    if not compact(value):
        raise ValueError("must hold at least one letter or digit")
    if re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", value):
        raise ValueError("must be one line without control characters")
    return " ".join(value.split())


def _url(value: str) -> str:
    if not _URL.fullmatch(value):
        raise ValueError(f"{value!r} is not a web address such as https://arxiv.org/abs/2106.09685")
    return value


def _entry_id(value: str) -> str:
    if not valid_id(value):
        raise ValueError(f"{value!r} is not kebab-case English (a-z, 0-9, single hyphens)")
    return value


def _both_languages(value: Any) -> Any:
    """Accept ``term: LoRA`` for ``term: {en: LoRA}``; the language is told by the letters."""
    return {detect_language(value): value} if isinstance(value, str) else value


Name = Annotated[str, AfterValidator(_one_line)]
EntryId = Annotated[str, AfterValidator(_entry_id)]


class ReferenceModel(BaseModel):
    """One item of ``references``."""

    model_config = ConfigDict(extra="forbid")

    title: Name
    url: Annotated[str, AfterValidator(_url)]
    year: Annotated[int, Field(ge=1900, le=2100)] | None = None


class FrontMatter(BaseModel):
    """The YAML block at the top of a file. Only ``term`` is needed."""

    model_config = ConfigDict(extra="forbid")

    term: Annotated[dict[Language, Name], BeforeValidator(_both_languages), Field(min_length=1)]
    id: EntryId | None = None
    expansion: Name | None = None
    aliases: list[Name] = Field(default_factory=list)
    homographs: list[Name] = Field(default_factory=list)
    category: EntryId | None = None
    relations: dict[Relation, list[EntryId]] = Field(default_factory=dict)
    references: list[ReferenceModel] = Field(default_factory=list)
    questions: list[Name] = Field(default_factory=list)


class AbsentModel(BaseModel):
    """One item of ``absent.yaml``."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[dict[Language, Name], BeforeValidator(_both_languages), Field(min_length=1)]
    aliases: list[Name] = Field(default_factory=list)
    questions: list[Name] = Field(default_factory=list)


class GroupModel(BaseModel):
    """One item of ``groups.yaml``."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[dict[Language, Name], BeforeValidator(_both_languages), Field(min_length=1)]
    members: Annotated[list[EntryId], Field(min_length=2)]
    head: EntryId | None = None
    questions: list[Name] = Field(default_factory=list)


def parse_front_matter(source: str, report: Report) -> tuple[FrontMatter | None, dict[str, int]]:
    """The YAML block of a file, which begins on its second line; and the line of each key."""
    shape = "front matter must be 'key: value' lines"
    return _parse(source, TypeAdapter(FrontMatter), model=FrontMatter, shape=shape, first_line=2, report=report)


def parse_groups(source: str, report: Report) -> tuple[list[GroupModel] | None, dict[str, int]]:
    """The items of ``groups.yaml``, and the line of each key: that of the first item's second member is ``0.members.1``."""
    shape = "must be a list of groups, see corpus/README.md"
    return _parse(source, TypeAdapter(list[GroupModel]), model=GroupModel, shape=shape, first_line=1, report=report)


def parse_absent(source: str, report: Report) -> tuple[list[AbsentModel] | None, dict[str, int]]:
    """The same of ``absent.yaml``."""
    shape = "must be a list of terms, see corpus/README.md"
    return _parse(source, TypeAdapter(list[AbsentModel]), model=AbsentModel, shape=shape, first_line=1, report=report)


def _parse(
    source: str, adapter: TypeAdapter[T], *, model: type[BaseModel], shape: str, first_line: int, report: Report
) -> tuple[T | None, dict[str, int]]:
    """Validate YAML; all scalars stay strings, so that ``no`` and ``1.58`` are names like any other."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    what = "front matter " if model is FrontMatter else ""
    try:
        reader = loader(source)  # builds only strings, lists and dicts
        node = reader.get_single_node()
        data = reader.construct_document(node) if node else None
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        report(first_line + (mark.line if mark else 0), f"{what}is not valid YAML: {getattr(exc, 'problem', exc)}")
        return None, {}
    if not isinstance(node, yaml.MappingNode if model is FrontMatter else yaml.SequenceNode):
        report(first_line, shape)
        return None, {}
    lines: dict[str, int] = {}
    _collect_lines(node, "", lines, first_line, report)
    try:
        return adapter.validate_python(data), lines
    except ValidationError as exc:
        for error in exc.errors(include_url=False):
            path = [str(part) for part in error["loc"] if part != "[key]"]
            while path and ".".join(path) not in lines:
                path.pop()
            where = ".".join(str(part) for part in error["loc"] if part != "[key]")
            message = error["msg"].removeprefix("Value error, ")
            if error["type"] == "extra_forbidden":
                message = f"is not a known key; known are {', '.join(model.model_fields)}"
            report(lines.get(".".join(path), first_line), f"{where}: {message}")
        return None, lines


def _collect_lines(node: yaml.Node, prefix: str, lines: dict[str, int], first_line: int, report: Report) -> None:
    """Fill ``lines`` with dotted path -> file line; report repeated keys."""
    children: Iterable[tuple[str, yaml.Node, yaml.Node]]
    if isinstance(node, yaml.MappingNode):
        children = [(str(key.value), key, value) for key, value in node.value]
        for name, count in Counter(name for name, _, _ in children).items():
            if count > 1:
                report(node.start_mark.line + first_line, f"{prefix}{name}: is given {count} times")
    elif isinstance(node, yaml.SequenceNode):
        children = [(str(i), item, item) for i, item in enumerate(node.value)]
    else:
        return
    for name, key, value in children:
        lines[f"{prefix}{name}"] = key.start_mark.line + first_line
        _collect_lines(value, f"{prefix}{name}.", lines, first_line, report)
