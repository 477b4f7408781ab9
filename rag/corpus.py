"""Glossary files to validated entries. Every problem names file and line, and all are found in one pass.

A file is YAML front matter and a Markdown body. The body has a half for each language (``# 한국어``, ``# English``)
and in each half sections under fixed headings; a body without headings is one definition, in the language that its
letters tell. ``corpus/README.md`` describes the format for authors.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rag.corpus_checks import check_absent, check_entries, check_groups
from rag.errors import CorpusError
from rag.front_matter import RELATIONS, parse_absent, parse_front_matter, parse_groups, valid_id
from rag.text import compact, detect_language
from rag.types import LANGUAGES, SECTIONS, AbsentTerm, Entry, Group, Language, Problem, Reference, Section, SectionName

__all__ = ["ABSENT", "GROUPS", "RELATIONS", "Corpus", "corpus_digest", "load_corpus"]

GROUPS = "groups.yaml"
"""The file, beside those of the entries, that says what people ask lists of."""
ABSENT = "absent.yaml"
"""The file that says which terms the glossary knowingly lacks."""
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


@dataclass(frozen=True, slots=True)
class Corpus:
    """A glossary that was read.

    Attributes:
        entries: sorted by file name.
        groups: in the order of their file, members that have no entry left out.
        absent: terms that have no entry.
        problems: what ``rag corpus check`` reports, sorted by file and line; none is fatal.
        digest: changes whenever a file changes, appears or disappears.
    """

    root: Path
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    digest: str
    groups: tuple[Group, ...] = ()
    absent: tuple[AbsentTerm, ...] = ()

    @property
    def questions(self) -> Iterator[str]:
        """All that entries, groups and absent terms are asked by."""
        yield from (question for entry in self.entries for question in entry.questions)
        yield from (text for group in self.groups for text in group.asked)
        yield from (text for term in self.absent for text in term.questions)


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
    beside = (root / name for name in (GROUPS, ABSENT))
    for path in [*_files(root), *(path for path in beside if path.is_file())]:
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
    groups, found = _read_groups(root)
    absent, unread = _read_absent(root)
    problems += [*found, *unread, *check_entries(entries), *check_groups(groups, entries, file=GROUPS)]
    problems += check_absent(absent, entries, file=ABSENT)
    problems.sort(key=lambda p: (p.file, p.line))
    fatal = [p for p in problems if p.fatal]
    if strict and fatal:
        more = f" (and {len(fatal) - 1} more: run 'rag corpus check')" if len(fatal) > 1 else ""
        raise CorpusError(f"the glossary in {root} cannot be used: {fatal[0]}{more}", problems=problems)
    ids = {entry.id for entry in entries}
    names = {compact(form) for entry in entries for form in entry.surfaces}
    return Corpus(
        root=root,
        entries=tuple(entries),
        problems=tuple(problems),
        digest=corpus_digest(root),
        groups=tuple(group for group in (g.among(ids) for g in groups) if len(group.members) > 1),
        absent=tuple(term for term in absent if names.isdisjoint(map(compact, term.surfaces))),
    )


def _read_text(path: Path, report: Callable[[int, str], None]) -> str | None:
    """The text of a file with Unix line ends; None, and a report, where it is no text."""
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as exc:
        report(1, f"cannot be read: {exc.strerror}")
        return None
    except UnicodeDecodeError as exc:
        report(1, f"is not UTF-8 (byte {exc.start}): save it as UTF-8")
        return None
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text):
        report(1, "holds control characters: remove them")
        return None
    return text


Model = TypeVar("Model")


def _read_list(
    root: Path, file: str, parse: Callable[[str, Callable[[int, str], None]], tuple[list[Model] | None, dict[str, int]]]
) -> tuple[list[tuple[Model, int]], list[Problem]]:
    """The items of a YAML list, if there is one, each with its line."""
    path, problems = root / file, list[Problem]()
    if not path.exists():
        return [], problems

    def report(line: int, message: str) -> None:
        problems.append(Problem(file=file, line=line, message=message, fatal=True))

    text = _read_text(path, report)
    models, lines = parse(text, report) if text is not None else (None, {})
    return [(model, lines[str(i)]) for i, model in enumerate(models or ())], problems


def _read_groups(root: Path) -> tuple[list[Group], list[Problem]]:
    items, problems = _read_list(root, GROUPS, parse_groups)
    groups = [
        Group(
            name=model.name,
            members=tuple(dict.fromkeys(model.members)),
            head=model.head or "",
            questions=tuple(model.questions),
            line=line,
        )
        for model, line in items
    ]
    return groups, problems


def _read_absent(root: Path) -> tuple[list[AbsentTerm], list[Problem]]:
    items, problems = _read_list(root, ABSENT, parse_absent)
    terms = [
        AbsentTerm(name=model.name, aliases=tuple(model.aliases), questions=tuple(model.questions), line=line)
        for model, line in items
    ]
    return terms, problems


def _read_entry(path: Path, *, file: str) -> tuple[Entry | None, list[Problem]]:
    problems: list[Problem] = []

    def report(line: int, message: str, *, fatal: bool = True) -> None:
        problems.append(Problem(file=file, line=line, message=message, fatal=fatal))

    text = _read_text(path, report)
    if text is None:
        return None, problems
    front, body, body_line = _split_front_matter(text)
    if front is None:
        report(1, "has no front matter: begin the file with '---', 'term: ...' and '---'")
        return None, problems
    model, lines = parse_front_matter(front, report)
    sections = _parse_body(body, body_line, report)
    if model is None:
        return None, problems
    if not any(s.name == "definition" for s in sections):
        report(body_line, "has no definition: write it under '## Definition' or '## 정의'")
        return None, problems
    stem = path.stem.lower()
    if model.id is None and not valid_id(stem):
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


def _parse_body(body: str, first_line: int, report: Callable[..., None]) -> list[Section]:
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
