from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import GLOSSARY

from rag.chunking import chunk_entries
from rag.corpus import Corpus, corpus_digest, load_corpus
from rag.errors import CorpusError
from rag.settings import shipped_corpus

Write = Callable[[dict[str, str]], Path]

KNOWN_KEYS = "term, id, expansion, aliases, homographs, category, relations, references, questions"


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in load_corpus(folder, strict=False).problems]


def bare(term: str, *front: str, body: str = "A definition.\n") -> str:
    return "\n".join(["---", f"term: {term}", *front, "---", body])


# --- what loads without a complaint


def test_the_five_entries_are_clean(glossary: Path) -> None:
    corpus = load_corpus(glossary)
    assert corpus.problems == ()
    assert [e.id for e in corpus.entries] == ["embedding", "fine-tuning", "lora", "qlora", "quantization"]
    lora = corpus.entries[2]
    assert lora.term == {"en": "LoRA", "ko": "LoRA"}
    assert lora.surfaces == ("LoRA", "로라", "low-rank adaptation")
    assert lora.relations == {"broader": ("fine-tuning",), "contrasts-with": ("qlora",)}
    assert lora.languages == ("ko", "en")
    assert [(s.lang, s.name, s.line) for s in lora.sections] == [("ko", "definition", 11), ("en", "definition", 16)]


def test_a_file_with_only_a_term_and_a_text(write: Write) -> None:
    corpus = load_corpus(write({"Vector DB.md": "---\nterm: Vector DB\n---\nA vector database stores vectors.\n"}))
    assert corpus.problems == ()
    (entry,) = corpus.entries
    assert entry.term == {"en": "Vector DB"}
    assert entry.id == "e-" + hashlib.sha256(b"Vector DB.md").hexdigest()[:10]
    assert [(s.lang, s.name, s.text, s.line) for s in entry.sections] == [
        ("en", "definition", "A vector database stores vectors.", 4)
    ]


def test_the_file_name_is_the_id_and_letters_tell_the_language(write: Write) -> None:
    corpus = load_corpus(write({"sub/Vector-DB.md": bare("벡터 DB", body="\n\n벡터를 담는 곳입니다.")}))
    assert corpus.problems == ()
    (entry,) = corpus.entries
    assert (entry.id, entry.file, entry.term) == ("vector-db", "sub/Vector-DB.md", {"ko": "벡터 DB"})
    assert [(s.lang, s.line) for s in entry.sections] == [("ko", 6)]


def test_a_monolingual_glossary_is_clean(write: Write) -> None:
    assert problems(write({"a.md": bare("Alpha"), "b.md": bare("Beta")})) == []


def test_scalars_stay_strings(write: Write) -> None:
    (entry,) = load_corpus(write({"n.md": bare("no", "aliases: [1.58, on, 2024-01-01, null]")})).entries
    assert entry.surfaces == ("no", "1.58", "on", "2024-01-01", "null")


def test_windows_line_ends_byte_order_mark_and_readme(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("\ufeff---\r\nterm: Alpha\r\n---\r\n\r\nOne.\r\nTwo.\r\n".encode())
    (tmp_path / "README.md").write_text("not an entry", encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.problems == ()
    assert [(s.text, s.line) for s in corpus.entries[0].sections] == [("One.\nTwo.", 5)]


def test_headings_in_a_code_fence_are_text(write: Write) -> None:
    corpus = load_corpus(write({"a.md": bare("Alpha", body="Text.\n```\n## Nonsense\n# More\n```\n")}))
    assert corpus.problems == ()
    assert corpus.entries[0].sections[0].text == "Text.\n```\n## Nonsense\n# More\n```"


@pytest.mark.parametrize("heading", ["In plain words", "in plain words", "쉽게 말하면"])
def test_a_section_in_plain_words(write: Write, heading: str) -> None:
    corpus = load_corpus(write({"a.md": bare("Alpha", body=f"Text.\n\n## {heading}\nLike a letter.\n")}))
    assert corpus.problems == ()
    assert [(s.name, s.text, s.line) for s in corpus.entries[0].sections][1:] == [("plain", "Like a letter.", 7)]
    assert [c.id for c in chunk_entries(corpus.entries)] == ["a:en:definition:0", "a:en:plain:0"]


def test_declared_homographs_are_allowed(write: Write) -> None:
    first = bare("Alpha", "aliases: [Sigma]", "homographs: [Sigma]")
    second = bare("Beta", "homographs: [sigma]")
    assert problems(write({"a.md": first, "b.md": second})) == []


# --- what is reported, each with its file and line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Just text.\n", ["x.md:1: has no front matter: begin the file with '---', 'term: ...' and '---'"], id="no-front-matter"),
        pytest.param("", ["x.md:1: has no front matter: begin the file with '---', 'term: ...' and '---'"], id="empty-file"),
        pytest.param("---\nterm: X1\nbody", ["x.md:1: has no front matter: begin the file with '---', 'term: ...' and '---'"], id="unclosed"),
        pytest.param("---\nid: x\n---\nText.", ["x.md:2: term: Field required"], id="no-term"),
        pytest.param(
            "---\nterm: Xi\nid: x\naliasses: [a]\n---\nText.",
            [f"x.md:4: aliasses: is not a known key; known are {KNOWN_KEYS}"],
            id="unknown-key",
        ),
        pytest.param(
            "---\nterm: Xi\nid: Not Kebab\n---\nText.",
            ["x.md:3: id: 'Not Kebab' is not kebab-case English (a-z, 0-9, single hyphens)"],
            id="bad-id",
        ),
        pytest.param("---\nterm: {fr: Xi}\n---\nText.", ["x.md:2: term.fr: Input should be 'ko' or 'en'"], id="bad-language"),
        pytest.param(
            "---\nterm: Xi\nrelations:\n  parent: [y]\n---\nText.",
            ["x.md:4: relations.parent: Input should be 'broader', 'part-of', 'prerequisite', 'contrasts-with' or 'related'"],
            id="bad-relation",
        ),
        pytest.param("---\nterm: Xi\naliases: one\n---\nText.", ["x.md:3: aliases: Input should be a valid list"], id="not-a-list"),
        pytest.param(
            "---\nterm: Xi\naliases:\n  - fine\n  - '!!'\n---\nText.",
            ["x.md:5: aliases.1: must hold at least one letter or digit"],
            id="empty-alias",
        ),
        pytest.param(
            "---\nterm: Xi\naliases: [\"a\\nb\"]\n---\nText.",
            ["x.md:3: aliases.0: must be one line without control characters"],
            id="two-line-alias",
        ),
        pytest.param(
            "---\nterm: Xi\nreferences:\n  - title: T1\n    url: arxiv.org/abs/1\n---\nText.",
            ["x.md:5: references.0.url: 'arxiv.org/abs/1' is not a web address such as https://arxiv.org/abs/2106.09685"],
            id="bad-url",
        ),
        pytest.param(
            "---\nterm: Xi\nreferences:\n  - title: T1\n    url: https://a.org\n    year: 1492\n---\nText.",
            ["x.md:6: references.0.year: Input should be greater than or equal to 1900"],
            id="bad-year",
        ),
        pytest.param(
            "---\nterm: Xi\nid: x\naliases: [a, b\n---\nText.",
            ["x.md:5: front matter is not valid YAML: did not find expected ',' or ']'"],
            id="bad-yaml",
        ),
        pytest.param(
            "---\nterm: Xi\n\tid: x\n---\nText.",
            ["x.md:3: front matter is not valid YAML: found a tab character that violates indentation"],
            id="tab-in-yaml",
        ),
        pytest.param("---\n- a\n- b\n---\nText.", ["x.md:2: front matter must be 'key: value' lines"], id="yaml-list"),
        pytest.param("---\nterm: Xi\nid: x\nid: y\n---\nText.", ["x.md:2: id: is given 2 times"], id="key-twice"),
        pytest.param("---\nterm: Xi\n---\n", ["x.md:4: has no definition: write it under '## Definition' or '## 정의'"], id="no-text"),
        pytest.param("---\nterm: Xi\n---\nBell \x07.\n", ["x.md:1: holds control characters: remove them"], id="control"),
        pytest.param(
            "---\nterm: Xi\n---\n# English\n\n## Definition\nText.\n\n## Limits\n\n## Origin\nHere.\n",
            ["x.md:9: section 'Limits' is empty"],
            id="empty-section",
        ),
        pytest.param(
            "---\nterm: Xi\n---\n# English\n## Definition\nText.\n## Limits\nOne.\n## Limits\nTwo.\n",
            ["x.md:10: the en half has two 'limits' sections"],
            id="section-twice",
        ),
        pytest.param(
            "---\nterm: Xi\n---\nText.\n\n# Deutsch\n",
            ["x.md:6: unknown language heading '# Deutsch': use '# 한국어' or '# English'"],
            id="unknown-half",
        ),
    ],
)  # fmt: skip
def test_one_file(write: Write, text: str, expected: list[str]) -> None:
    assert problems(write({"x.md": text})) == expected


def test_unknown_section_names_all_that_are_known(write: Write) -> None:
    (message,) = problems(write({"x.md": bare("Xi", body="Text.\n\n## Histroy\nOld.\n")}))
    start, _, listed = message.partition(": use one of ")
    assert start == "x.md:6: unknown section '## Histroy'"
    assert listed.startswith("'definition', '정의', 'in plain words', '쉽게 말하면', 'how it works', '작동 방식', ")
    assert listed.endswith("'흔한 오해', 'Versus: X', '비교: X'")


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_bytes("---\nterm: 로라\n---\n".encode("cp949"))
    assert problems(tmp_path) == ["x.md:1: is not UTF-8 (byte 10): save it as UTF-8"]


def test_duplicate_id(write: Write) -> None:
    found = load_corpus(write({"a.md": bare("Alpha"), "b.md": bare("Beta", "id: a")}), strict=False).problems
    assert [str(p) for p in found] == ["b.md:3: id 'a' is already taken by a.md"]
    assert found[0].fatal


@pytest.mark.parametrize("form", ["Alpha", "ALPHA", "al-pha", "al pha"])
def test_duplicate_alias(write: Write, form: str) -> None:
    folder = write({"a.md": bare("Alpha"), "b.md": bare("Beta", "aliases:", "  - Bet", f"  - {form}")})
    assert problems(folder) == [f"b.md:5: '{form}' also names a.md: drop one, or list it under 'homographs' in both"]


def test_homograph_declared_on_one_side_only(write: Write) -> None:
    folder = write({"a.md": bare("Alpha", "homographs: [Sigma]"), "b.md": bare("Beta", "aliases: [Sigma]")})
    assert problems(folder) == ["b.md:3: 'Sigma' also names a.md: drop one, or list it under 'homographs' in both"]


def test_a_question_in_two_entries(write: Write) -> None:
    text = "---\nterm: {term}\nquestions: [{questions}]\n---\nA thing that is good.\n"
    root = write(
        {
            "a.md": text.format(term="A", questions="why is it slow, 왜 느려"),
            "b.md": text.format(term="B", questions="how so, Why is it SLOW?"),
        }
    )
    corpus = load_corpus(root)
    assert corpus.entries[0].questions == ("why is it slow", "왜 느려")
    assert list(map(str, corpus.problems)) == [
        "b.md:3: the question 'Why is it SLOW?' also stands in a.md: keep it in one"
    ]


def test_dangling_and_self_relations_and_versus(write: Write) -> None:
    text = bare("Alpha", "relations:", "  related: [a, gone]", body="Text.\n\n## Versus: Nothing\nOther.\n")
    assert problems(write({"a.md": text})) == [
        "a.md:4: relation 'related' points at the entry itself",
        "a.md:4: relation 'related' points at 'gone', which has no entry",
        "a.md:8: 'Versus' names 'Nothing', which has no entry",
    ]


def test_missing_half_and_section_without_a_counterpart(write: Write) -> None:
    both = "# 한국어\n## 정의\n글.\n# English\n## Definition\nText.\n## Limits\nSome.\n"
    assert problems(write({"a.md": bare("Alpha", body=both), "b.md": bare("Beta")})) == [
        "a.md:11: section 'limits' has no 'ko' half",
        "b.md:4: has no 'ko' half",
    ]


def test_one_sided_contrast(write: Write) -> None:
    folder = write({"a.md": bare("Alpha", "relations: {contrasts-with: [b]}"), "b.md": bare("Beta")})
    assert problems(folder) == ["a.md:3: contrasts-with 'b' is one-sided: add 'a' to b.md"]


@pytest.mark.parametrize("relation", ["broader", "part-of", "prerequisite"])
def test_cycle(write: Write, relation: str) -> None:
    files = {
        f"{name}.md": bare(term, f"relations: {{{relation}: [{target}]}}")
        for name, term, target in [("a", "Alpha", "b"), ("b", "Beta", "c"), ("c", "Gamma", "a"), ("d", "Delta", "a")]
    }
    assert problems(write(files)) == [f"a.md:3: relation '{relation}' runs in a circle: a -> b -> c -> a"]


def test_related_may_run_in_a_circle(write: Write) -> None:
    files = {"a.md": bare("Alpha", "relations: {related: [b]}"), "b.md": bare("Beta", "relations: {related: [a]}")}
    assert problems(write(files)) == []


def test_all_problems_come_at_once_in_file_order(write: Write) -> None:
    files = {
        **GLOSSARY,
        "a.md": "no front matter",
        "b.md": "---\nterm: Beta\nid: B B\nwhat: x\n---\nText.",
        "z.md": bare("Zeta", "aliases: [LoRA]", "relations: {related: [nowhere]}"),
    }
    assert problems(write(files)) == [
        "a.md:1: has no front matter: begin the file with '---', 'term: ...' and '---'",
        "b.md:3: id: 'B B' is not kebab-case English (a-z, 0-9, single hyphens)",
        f"b.md:4: what: is not a known key; known are {KNOWN_KEYS}",
        "z.md:3: 'LoRA' also names lora.md: drop one, or list it under 'homographs' in both",
        "z.md:4: relation 'related' points at 'nowhere', which has no entry",
        "z.md:6: has no 'ko' half",
    ]


# --- loading as a whole


def test_strict_raises_for_what_is_fatal_and_carries_everything(write: Write) -> None:
    folder = write({"a.md": "x", "b.md": bare("Beta", "relations: {related: [gone]}"), "c.md": "y", "d.md": "z"})
    with pytest.raises(
        CorpusError, match=r"cannot be used: a\.md:1: has no front matter.*\(and 2 more: run 'rag corpus check'\)$"
    ) as caught:
        load_corpus(folder)
    assert [(p.file, p.line, p.fatal) for p in caught.value.problems] == [
        ("a.md", 1, True), ("b.md", 3, False), ("c.md", 1, True), ("d.md", 1, True),
    ]  # fmt: skip


def test_strict_lets_lesser_problems_pass(write: Write) -> None:
    corpus = load_corpus(write({"b.md": bare("Beta", "relations: {related: [gone]}")}))
    assert [e.id for e in corpus.entries] == ["b"]
    assert [p.fatal for p in corpus.problems] == [False]


def test_not_strict_leaves_out_what_cannot_be_used(write: Write) -> None:
    corpus = load_corpus(write({"a.md": "x", "b.md": bare("Beta")}), strict=False)
    assert [e.id for e in corpus.entries] == ["b"]


def test_no_folder_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no glossary folder at .*gone: pass --corpus DIR or set RAG_CORPUS"):
        load_corpus(tmp_path / "gone")
    (tmp_path / "readme.md").write_text("x", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"no Markdown file \(\*\.md\) in "):
        load_corpus(tmp_path)


def test_digest_changes_with_bytes_and_names(glossary: Path) -> None:
    seen = [corpus_digest(glossary)]
    assert load_corpus(glossary).digest == seen[0]
    (glossary / "lora.md").rename(glossary / "lora2.md")
    seen.append(corpus_digest(glossary))
    with (glossary / "lora2.md").open("a", encoding="utf-8") as file:
        file.write(" ")
    seen.append(corpus_digest(glossary))
    (glossary / "lora2.md").unlink()
    seen.append(corpus_digest(glossary))
    assert len(set(seen)) == 4
    (glossary / "notes.txt").write_text("not an entry", encoding="utf-8")
    assert corpus_digest(glossary) == seen[3]


# --- the glossary that comes with the program


def test_the_shipped_glossary_has_no_problem(shipped: Corpus) -> None:
    assert [str(p) for p in shipped.problems] == []
    assert len(shipped.entries) >= 300
    assert {entry.languages for entry in shipped.entries} == {("ko", "en")}
    for entry in shipped.entries:
        assert [s.lang for s in entry.sections if s.name == "plain"] == ["ko", "en"], entry.id


def test_every_chunk_of_the_shipped_glossary_is_a_slice_of_its_file_at_its_line(shipped: Corpus) -> None:
    chunks = chunk_entries(shipped.entries)
    assert len({chunk.id for chunk in chunks}) == len(chunks) > 4000
    files = {entry.file: (shipped_corpus() / entry.file).read_bytes().decode() for entry in shipped.entries}
    starts = {file: [0, *(i + 1 for i, c in enumerate(text) if c == "\n")] for file, text in files.items()}
    for chunk in chunks:
        at = starts[chunk.file][chunk.line - 1]
        assert files[chunk.file].startswith(chunk.text, at), chunk.id
        assert chunk.text == chunk.text.strip()
