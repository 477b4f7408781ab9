"""Glossary files to validated entries. Every problem names file and line, and all are found in one pass.

A file is YAML front matter and a Markdown body. The body has a half for each language (``# 한국어``, ``# English``)
and in each half sections under fixed headings; a body without headings is one definition, in the language that its
letters tell. ``corpus/README.md`` describes the format for authors.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from rag.errors import CorpusError
from rag.text import compact, detect_language
from rag.types import LANGUAGES, SECTIONS, Entry, Language, Problem, Reference, Section, SectionName

__all__ = ["RELATIONS", "Corpus", "corpus_digest", "load_corpus"]

Relation = Literal["broader", "part-of", "prerequisite", "contrasts-with", "related"]
RELATIONS: tuple[Relation, ...] = ("broader", "part-of", "prerequisite", "contrasts-with", "related")
_ACYCLIC: tuple[Relation, ...] = ("broader", "part-of", "prerequisite")

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_URL = re.compile(r"https?://[^\s/?#@:]+\.[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_LANGUAGE_HEADINGS: Mapping[str, Language] = {
    "한국어": "ko", "korean": "ko", "ko": "ko", "영어": "en", "english": "en", "en": "en",
}  # fmt: skip
_SECTION_HEADINGS: Mapping[str, SectionName] = {
    "definition": "definition", "정의": "definition",
    "in plain words": "plain", "쉽게 말하면": "plain",
    "how it works": "how", "작동 방식": "how",
    "why it matters": "why", "중요한 이유": "why",
    "limits": "limits", "한계": "limits",
    "examples": "examples", "예시": "examples",
    "origin": "origin", "유래": "origin",
    "often confused": "confusion", "흔한 오해": "confusion",
}  # fmt: skip
_VERSUS = re.compile(r"(?:versus|vs\.?|비교)\s*:?\s+(?P<other>.+)", re.IGNORECASE)


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
    if not _ID.fullmatch(value):
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


@dataclass(frozen=True, slots=True)
class Corpus:
    """A glossary that was read.

    Attributes:
        entries: sorted by file name.
        problems: what ``rag corpus check`` reports, sorted by file and line; none is fatal.
        digest: changes whenever a file changes, appears or disappears.
    """

    root: Path
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    digest: str


def _files(root: Path) -> list[Path]:
    if not root.is_dir():
        raise CorpusError(
            f"no glossary folder at {root}: pass --corpus DIR or set RAG_CORPUS to a folder of Markdown files"
        )
    found = sorted(p for p in root.rglob("*.md") if p.name.lower() != "readme.md" and p.is_file())
    if not found:
        raise CorpusError(
            f"no Markdown file (*.md) in {root}: a glossary has one file for each term, see corpus/README.md"
        )
    return found


def corpus_digest(root: Path) -> str:
    """SHA-256 over names and bytes of all files of the glossary.

    Raises:
        CorpusError: the folder is missing, empty, or a file cannot be read.
    """
    digest = hashlib.sha256()
    for path in _files(root):
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise CorpusError(f"cannot read {path}: {exc.strerror}") from exc
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode(errors="surrogateescape"))
        digest.update(data)
    return digest.hexdigest()


def load_corpus(root: Path, *, strict: bool = True) -> Corpus:
    """Read every file below ``root``.

    Args:
        strict: raise when a problem is fatal, that is, when an entry cannot be used at all. Otherwise such
            entries are left out and their problems listed with the others.

    Raises:
        CorpusError: no glossary there, or (strict) fatal problems; carries them all.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for path in _files(root):
        file = path.relative_to(root).as_posix()
        entry, found = _read_entry(path, file=file)
        problems += found
        if entry is not None:
            entries.append(entry)
    problems += _cross_check(entries)
    problems.sort(key=lambda p: (p.file, p.line))
    fatal = [p for p in problems if p.fatal]
    if strict and fatal:
        more = f" (and {len(fatal) - 1} more: run 'rag corpus check')" if len(fatal) > 1 else ""
        raise CorpusError(f"the glossary in {root} cannot be used: {fatal[0]}{more}", problems=problems)
    return Corpus(root=root, entries=tuple(entries), problems=tuple(problems), digest=corpus_digest(root))


def _read_entry(path: Path, *, file: str) -> tuple[Entry | None, list[Problem]]:
    problems: list[Problem] = []

    def report(line: int, message: str, *, fatal: bool = True) -> None:
        problems.append(Problem(file=file, line=line, message=message, fatal=fatal))

    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as exc:
        report(1, f"cannot be read: {exc.strerror}")
        return None, problems
    except UnicodeDecodeError as exc:
        report(1, f"is not UTF-8 (byte {exc.start}): save it as UTF-8")
        return None, problems
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text):
        report(1, "holds control characters: remove them")
        return None, problems
    front, body, body_line = _split_front_matter(text)
    if front is None:
        report(1, "has no front matter: begin the file with '---', 'term: ...' and '---'")
        return None, problems
    model, lines = _parse_front_matter(front, report)
    sections = _parse_body(body, body_line, report)
    if model is None:
        return None, problems
    if not any(s.name == "definition" for s in sections):
        report(body_line, "has no definition: write it under '## Definition' or '## 정의'")
        return None, problems
    stem = path.stem.lower()
    if model.id is None and not _ID.fullmatch(stem):
        stem = f"e-{hashlib.sha256(file.encode()).hexdigest()[:10]}"
    entry = Entry(
        id=model.id or stem,
        term=model.term,
        sections=tuple(sections),
        file=file,
        expansion=model.expansion or "",
        aliases=tuple(model.aliases),
        homographs=tuple(model.homographs),
        category=model.category or "",
        relations={name: tuple(ids) for name, ids in model.relations.items()},
        references=tuple(Reference(title=r.title, url=r.url, year=r.year) for r in model.references),
        questions=tuple(model.questions),
        lines=lines,
    )
    return entry, problems


def _split_front_matter(text: str) -> tuple[str | None, str, int]:
    """Return front matter, body, and the 1-based line on which the body begins."""
    match = re.match(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if match is None:
        return None, text, 1
    return match.group(1), text[match.end() :], text.count("\n", 0, match.end()) + 1


def _parse_front_matter(source: str, report: Any) -> tuple[FrontMatter | None, dict[str, int]]:
    """Validate the YAML; all scalars stay strings, so that ``no`` and ``1.58`` are names like any other."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        node = yaml.compose(source, Loader=loader)
        data = yaml.load(source, Loader=loader)  # noqa: S506 - BaseLoader builds only strings, lists and dicts
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        report(2 + (mark.line if mark else 0), f"front matter is not valid YAML: {getattr(exc, 'problem', exc)}")
        return None, {}
    if not isinstance(node, yaml.MappingNode):
        report(2, "front matter must be 'key: value' lines")
        return None, {}
    lines: dict[str, int] = {}
    _collect_lines(node, "", lines, report)
    try:
        return FrontMatter.model_validate(data), lines
    except ValidationError as exc:
        for error in exc.errors(include_url=False):
            path = [str(part) for part in error["loc"] if part != "[key]"]
            while path and ".".join(path) not in lines:
                path.pop()
            where = ".".join(str(part) for part in error["loc"] if part != "[key]")
            message = error["msg"].removeprefix("Value error, ")
            if error["type"] == "extra_forbidden":
                message = f"is not a known key; known are {', '.join(FrontMatter.model_fields)}"
            report(lines.get(".".join(path), 2), f"{where}: {message}")
        return None, lines


def _collect_lines(node: yaml.Node, prefix: str, lines: dict[str, int], report: Any) -> None:
    """Fill ``lines`` with dotted path -> file line (front matter begins on line 2); report repeated keys."""
    children: Iterable[tuple[str, yaml.Node, yaml.Node]]
    if isinstance(node, yaml.MappingNode):
        children = [(str(key.value), key, value) for key, value in node.value]
        for name, count in Counter(name for name, _, _ in children).items():
            if count > 1:
                report(node.start_mark.line + 2, f"{prefix}{name}: is given {count} times")
    elif isinstance(node, yaml.SequenceNode):
        children = [(str(i), item, item) for i, item in enumerate(node.value)]
    else:
        return
    for name, key, value in children:
        lines[f"{prefix}{name}"] = key.start_mark.line + 2
        _collect_lines(value, f"{prefix}{name}.", lines, report)


def _parse_body(body: str, first_line: int, report: Any) -> list[Section]:
    """Split the body at headings; text above any heading is the definition."""
    lang: Language | None = None
    name: SectionName | None = "definition"
    versus, start, fenced = "", 0, False
    headed = False
    sections: list[Section] = []
    lines = body.split("\n")

    def close(stop: int) -> None:
        block = lines[start:stop]
        skip = next((i for i, line in enumerate(block) if line.strip()), len(block))
        text = "\n".join(block[skip:]).rstrip()
        at = first_line + start + skip
        if name is None:
            return
        if not text:
            if headed:
                report(first_line + start - 1, f"section '{lines[start - 1].lstrip('# ')}' is empty", fatal=False)
            return
        half = lang or detect_language(text)
        if name != "versus" and any(s.name == name and s.lang == half for s in sections):
            report(at, f"the {half} half has two '{name}' sections")
            return
        sections.append(Section(name=name, lang=half, text=text, line=at, versus=versus))

    for number, line in enumerate(lines):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        match = None if fenced else re.fullmatch(r"(#{1,2})[ \t]+(.+?)[ \t#]*", line)
        if match is None:
            continue
        close(number)
        start, headed, title = number + 1, match.group(1) == "##", match.group(2)
        if match.group(1) == "#":
            name, versus = "definition", ""
            lang = _LANGUAGE_HEADINGS.get(title.casefold())
            if lang is None:
                report(first_line + number, f"unknown language heading '# {title}': use '# 한국어' or '# English'")
            continue
        other = _VERSUS.fullmatch(title)
        versus = other.group("other").strip() if other else ""
        name = "versus" if other else _SECTION_HEADINGS.get(title.casefold())
        if name is None:
            allowed = ", ".join(f"'{heading}'" for heading in _SECTION_HEADINGS)
            report(first_line + number, f"unknown section '## {title}': use one of {allowed}, 'Versus: X', '비교: X'")
    close(len(lines))
    return sorted(sections, key=lambda s: (LANGUAGES.index(s.lang), SECTIONS.index(s.name)))


def _cross_check(entries: list[Entry]) -> list[Problem]:
    """What only shows when all entries are known."""
    return [
        *_duplicate_ids(entries),
        *_duplicate_surfaces(entries),
        *_duplicate_questions(entries),
        *_dangling(entries),
        *_missing_halves(entries),
        *_cycles(entries),
        *_one_sided(entries),
    ]


def _duplicate_ids(entries: list[Entry]) -> list[Problem]:
    first: dict[str, Entry] = {}
    found = []
    for entry in entries:
        earlier = first.setdefault(entry.id, entry)
        if earlier is not entry:
            message = f"id '{entry.id}' is already taken by {earlier.file}"
            found.append(Problem(entry.file, entry.lines.get("id", 1), message, fatal=True))
    return found


def _duplicate_surfaces(entries: list[Entry]) -> list[Problem]:
    """A written form that two entries claim, unless every one of them declares it a homograph."""
    claims: dict[str, list[tuple[Entry, str, str]]] = defaultdict(list)
    for entry in entries:
        keyed = [("term." + lang, form) for lang, form in entry.term.items()]
        keyed += [("expansion", entry.expansion)] if entry.expansion else []
        keyed += [(f"aliases.{i}", form) for i, form in enumerate(entry.aliases)]
        declared = {compact(form) for form in entry.homographs}
        seen: set[str] = set()
        for key, form in keyed:
            surface = compact(form)
            if surface not in declared and surface not in seen:
                claims[surface].append((entry, key, form))
            seen.add(surface)
    declared_by: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for form in entry.homographs:
            declared_by[compact(form)].append(entry)
    found = []
    for surface, owners in claims.items():
        others = [o.file for o in declared_by.get(surface, []) if o is not owners[0][0]]
        for entry, key, form in owners[1:] if not others else owners:
            rivals = ", ".join(others or [owners[0][0].file])
            message = f"'{form}' also names {rivals}: drop one, or list it under 'homographs' in both"
            line = entry.lines.get(key, entry.lines.get("term", 1))
            found.append(Problem(entry.file, line, message))
    return found


def _duplicate_questions(entries: list[Entry]) -> list[Problem]:
    """A question that two entries hold leads to either: each has to be asked of one."""
    first: dict[str, Entry] = {}
    found = []
    for entry in entries:
        for i, question in enumerate(entry.questions):
            earlier = first.setdefault(compact(question), entry)
            if earlier is not entry:
                message = f"the question '{question}' also stands in {earlier.file}: keep it in one"
                found.append(Problem(entry.file, entry.lines.get(f"questions.{i}", 1), message))
    return found


def _dangling(entries: list[Entry]) -> list[Problem]:
    ids = {entry.id for entry in entries}
    names = {compact(form) for entry in entries for form in entry.surfaces}
    found = []
    for entry in entries:
        for name, targets in entry.relations.items():
            for i, target in enumerate(targets):
                line = entry.lines.get(f"relations.{name}.{i}", 1)
                if target == entry.id:
                    found.append(Problem(entry.file, line, f"relation '{name}' points at the entry itself"))
                elif target not in ids:
                    found.append(
                        Problem(entry.file, line, f"relation '{name}' points at '{target}', which has no entry")
                    )
        for section in entry.sections:
            if section.versus and compact(section.versus) not in names:
                message = f"'Versus' names '{section.versus}', which has no entry"
                found.append(Problem(entry.file, section.line - 1, message))
    return found


def _missing_halves(entries: list[Entry]) -> list[Problem]:
    """In a glossary with bilingual entries every entry needs both halves; a monolingual one is complete."""
    if not any(len(entry.languages) == len(LANGUAGES) for entry in entries):
        return []
    found = []
    for entry in entries:
        for lang in LANGUAGES:
            other = next(other for other in LANGUAGES if other != lang)
            mine = {(s.name, i) for i, s in _numbered(entry, lang)}
            for i, section in _numbered(entry, other):
                if lang not in entry.languages:
                    found.append(Problem(entry.file, section.line, f"has no '{lang}' half"))
                    break
                if (section.name, i) not in mine:
                    found.append(Problem(entry.file, section.line, f"section '{section.name}' has no '{lang}' half"))
    return found


def _numbered(entry: Entry, lang: Language) -> list[tuple[int, Section]]:
    counts: Counter[str] = Counter()
    numbered = []
    for section in entry.sections:
        if section.lang == lang:
            numbered.append((counts[section.name], section))
            counts[section.name] += 1
    return numbered


def _cycles(entries: list[Entry]) -> list[Problem]:
    by_id = {entry.id: entry for entry in entries}
    found = []
    for name in _ACYCLIC:
        done: set[str] = set()
        for entry in entries:
            cycle = _find_cycle(entry.id, name, by_id, done)
            if cycle:
                path = " -> ".join([*cycle, cycle[0]])
                at = by_id[cycle[0]]
                found.append(
                    Problem(
                        at.file, at.lines.get(f"relations.{name}", 1), f"relation '{name}' runs in a circle: {path}"
                    )
                )
    return found


def _find_cycle(start: str, name: str, by_id: Mapping[str, Entry], done: set[str]) -> list[str]:
    """Depth-first search; returns the ids on the first circle met, else nothing."""
    path: list[str] = []
    stack: list[tuple[str, bool]] = [(start, True)]
    while stack:
        node, entering = stack.pop()
        if not entering:
            path.pop()
            done.add(node)
        elif node in path:
            done.update(path)
            return path[path.index(node) :]
        elif node not in done and node in by_id:
            path.append(node)
            stack.append((node, False))
            stack += [(t, True) for t in by_id[node].relations.get(name, ()) if t != node]
    return []


def _one_sided(entries: list[Entry]) -> list[Problem]:
    by_id = {entry.id: entry for entry in entries}
    found = []
    for entry in entries:
        for i, target in enumerate(entry.relations.get("contrasts-with", ())):
            other = by_id.get(target)
            if other is not None and entry.id not in other.relations.get("contrasts-with", ()):
                message = f"contrasts-with '{target}' is one-sided: add '{entry.id}' to {other.file}"
                found.append(Problem(entry.file, entry.lines.get(f"relations.contrasts-with.{i}", 1), message))
    return found
