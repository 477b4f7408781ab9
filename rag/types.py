"""Domain values that cross module borders. All are immutable."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

__all__ = [
    "LANGUAGES",
    "SECTIONS",
    "Answer",
    "Chunk",
    "Citation",
    "Entry",
    "Group",
    "Hit",
    "Kind",
    "Language",
    "Problem",
    "Reference",
    "Related",
    "Section",
    "SectionName",
    "Sentence",
]

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")

SectionName = Literal["definition", "plain", "how", "why", "limits", "examples", "origin", "versus", "confusion"]
SECTIONS: tuple[SectionName, ...] = (
    "definition", "plain", "how", "why", "limits", "examples", "origin", "versus", "confusion",
)  # fmt: skip

Kind = Literal[
    "define", "plain", "compare", "list", "how", "why", "limits", "proscons", "examples", "origin",
    "expand", "reverse", "model_name", "relation", "same", "path", "fact",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a glossary, at a place that an editor can open."""

    file: str
    line: int
    message: str
    fatal: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A source that an entry rests on."""

    title: str
    url: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading of one language half.

    Attributes:
        text: the lines below the heading as they stand in the file, outer blank lines removed.
        line: 1-based line of the first character of ``text``.
        versus: for a versus section, the name of the other term as written in the heading.
    """

    name: SectionName
    lang: Language
    text: str
    line: int
    versus: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One term of the glossary.

    Attributes:
        term: name by language; has at least one language.
        relations: relation name to ids of other entries.
        questions: what people ask who do not know the term; they help to find the entry and are never quoted.
        file: path relative to the corpus folder, with forward slashes.
        lines: 1-based lines of front-matter keys, for messages.
    """

    id: str
    term: Mapping[Language, str]
    sections: tuple[Section, ...]
    file: str
    expansion: str = ""
    aliases: tuple[str, ...] = ()
    homographs: tuple[str, ...] = ()
    category: str = ""
    relations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    questions: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[Language, ...]:
        """Languages that have a definition, Korean first."""
        present = {s.lang for s in self.sections if s.name == "definition"}
        return tuple(lang for lang in LANGUAGES if lang in present)

    def name(self, lang: Language) -> str:
        """The term in ``lang``, or in the language that there is."""
        return self.term.get(lang) or next(iter(self.term.values()))

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Every written form that names this entry, the terms first."""
        forms = [*self.term.values(), self.expansion, *self.aliases, *self.homographs]
        return tuple(dict.fromkeys(form for form in forms if form))


@dataclass(frozen=True, slots=True)
class AbsentTerm:
    """A term that people ask for and that the glossary knowingly lacks, so that nothing near is taken for it.

    Attributes:
        name: by language; has at least one language.
        aliases: other names of it.
        questions: how people ask who do not know the name.
        line: 1-based line of the file of absent terms.
    """

    name: Mapping[Language, str]
    aliases: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    line: int = 1

    @property
    def surfaces(self) -> tuple[str, ...]:
        """All names of it."""
        return (*self.name.values(), *self.aliases)


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that people ask for together: "numbers to watch for speed when serving a model".

    Attributes:
        name: by language; has at least one language.
        members: ids of entries, the best known first.
        head: id of the entry that they are kinds, parts or steps of; may be empty.
        questions: how people ask for them.
        line: 1-based line of the file of groups.
    """

    name: Mapping[Language, str]
    members: tuple[str, ...]
    head: str = ""
    questions: tuple[str, ...] = ()
    line: int = 1

    def named(self, lang: Language) -> str:
        """The name in ``lang``, or in the language that there is."""
        return self.name.get(lang) or next(iter(self.name.values()))

    @property
    def asked(self) -> tuple[str, ...]:
        """All that finds it: its names and its questions."""
        return (*self.name.values(), *self.questions)

    def among(self, ids: Collection[str]) -> Group:
        """The group in a glossary of these entries."""
        return replace(
            self, members=tuple(i for i in self.members if i in ids), head=self.head if self.head in ids else ""
        )


@dataclass(frozen=True, slots=True)
class Chunk:
    """The unit that is embedded, retrieved and quoted.

    Attributes:
        id: stable, ``entry:lang:section:n``.
        text: an exact slice of the file.
        line: 1-based line of the first character of ``text``.
    """

    id: str
    entry_id: str
    lang: Language
    section: SectionName
    term: str
    text: str
    file: str
    line: int
    versus: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence inside a chunk: ``chunk.text[start:end]``."""

    chunk: Chunk
    start: int
    end: int

    @property
    def quote(self) -> str:
        """The exact characters."""
        return self.chunk.text[self.start : self.end]

    @property
    def text(self) -> str:
        """The quote as it is shown: one line."""
        return " ".join(self.quote.split())

    @property
    def line(self) -> int:
        """1-based line of the file on which the quote begins."""
        return self.chunk.line + self.chunk.text.count("\n", 0, self.start)


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved chunk.

    Attributes:
        score: fused score in 0..1, higher is better.
        signals: what each signal contributed, for display and for evals.
    """

    chunk: Chunk
    score: float
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """The passage that backs one sentence of an answer.

    Attributes:
        n: 1-based number used as ``[n]`` in the answer.
        id: id of the entry; ``chunk`` is the id of the chunk.
        start, end: ``chunk_text[start:end] == quote``.
        line: 1-based line of ``file`` on which the quote begins.
    """

    n: int
    id: str
    term: str
    section: SectionName
    lang: Language
    file: str
    line: int
    quote: str
    score: float
    chunk: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Related:
    """A term that the asker may want next."""

    id: str
    term: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What every caller gets: command line, REST, web page and evals alike.

    Attributes:
        answer: sentences, each followed by the ``[n]`` of its citations.
        generator: "extractive", or the language model that wrote the sentences.
        warnings: in the asker's language, what went wrong with the language model.
        notes: what was understood or is missing, in the asker's language; makes no claim about a term.
        confidence: evidence in 0..1 that the glossary answers the question.
    """

    question: str
    language: Language
    kind: Kind
    answer: str
    citations: tuple[Citation, ...]
    abstained: bool
    related: tuple[Related, ...]
    generator: str
    notes: tuple[str, ...] = ()
    confidence: float = 0.0
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; the same keys, tuples as lists."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        return cls(
            **{
                **data,
                "citations": tuple(Citation(**c) for c in data["citations"]),
                "related": tuple(Related(**r) for r in data["related"]),
                "notes": tuple(data["notes"]),
                "warnings": tuple(data.get("warnings", ())),  # a server of before language models has none
            }
        )
