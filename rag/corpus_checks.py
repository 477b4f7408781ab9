"""What is wrong with a glossary that only shows when all its entries are known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from rag.front_matter import Relation
from rag.text import compact
from rag.types import LANGUAGES, AbsentTerm, Entry, Group, Language, Problem, Section

__all__ = ["check_absent", "check_entries", "check_groups"]

_ACYCLIC: tuple[Relation, ...] = ("broader", "part-of", "prerequisite")


def check_entries(entries: Sequence[Entry]) -> list[Problem]:
    """Every such problem, in no order."""
    return [
        *_duplicate_ids(entries),
        *_duplicate_surfaces(entries),
        *_duplicate_questions(entries),
        *_dangling(entries),
        *_missing_halves(entries),
        *_cycles(entries),
        *_one_sided(entries),
    ]


def check_groups(groups: Sequence[Group], entries: Sequence[Entry], *, file: str) -> list[Problem]:
    """Groups whose members have no entry, and names and questions that two groups share."""
    ids, found, first = {entry.id for entry in entries}, list[Problem](), dict[str, Group]()
    for group in groups:
        name = next(iter(group.name.values()))
        lacking = [i for i in (*group.members, group.head) if i and i not in ids]
        found += [Problem(file, group.line, f"group '{name}' names '{i}', which has no entry") for i in lacking]
        for text in dict.fromkeys(group.asked):
            if first.setdefault(compact(text), group) is not group:
                found.append(Problem(file, group.line, f"'{text}' also stands in another group: keep it in one"))
    return found


def check_absent(terms: Sequence[AbsentTerm], entries: Sequence[Entry], *, file: str) -> list[Problem]:
    """Terms that have an entry after all, and names and questions that two terms share."""
    owners = {compact(form): entry.file for entry in entries for form in entry.surfaces}
    owners |= {compact(question): entry.file for entry in entries for question in entry.questions}
    found, first = list[Problem](), dict[str, AbsentTerm]()
    for term in terms:
        for text in dict.fromkeys((*term.surfaces, *term.questions)):
            if owner := owners.get(compact(text)):
                found.append(Problem(file, term.line, f"'{text}' stands in {owner}: it is not absent"))
            elif first.setdefault(compact(text), term) is not term:
                found.append(Problem(file, term.line, f"'{text}' also stands under another term: keep it in one"))
    return found


def _duplicate_ids(entries: Sequence[Entry]) -> list[Problem]:
    first: dict[str, Entry] = {}
    found = []
    for entry in entries:
        earlier = first.setdefault(entry.id, entry)
        if earlier is not entry:
            message = f"id '{entry.id}' is already taken by {earlier.file}"
            found.append(Problem(entry.file, entry.lines.get("id", 1), message, fatal=True))
    return found


def _duplicate_surfaces(entries: Sequence[Entry]) -> list[Problem]:
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


def _duplicate_questions(entries: Sequence[Entry]) -> list[Problem]:
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


def _dangling(entries: Sequence[Entry]) -> list[Problem]:
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


def _missing_halves(entries: Sequence[Entry]) -> list[Problem]:
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


def _cycles(entries: Sequence[Entry]) -> list[Problem]:
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


def _one_sided(entries: Sequence[Entry]) -> list[Problem]:
    by_id = {entry.id: entry for entry in entries}
    found = []
    for entry in entries:
        for i, target in enumerate(entry.relations.get("contrasts-with", ())):
            other = by_id.get(target)
            if other is not None and entry.id not in other.relations.get("contrasts-with", ()):
                message = f"contrasts-with '{target}' is one-sided: add '{entry.id}' to {other.file}"
                found.append(Problem(entry.file, entry.lines.get(f"relations.contrasts-with.{i}", 1), message))
    return found
