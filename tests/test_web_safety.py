"""What comes from the glossary, the question, the model or the address never becomes markup; keys stay in the tab."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import Watched, chromium, watched_page
from conftest import FAKE_MODEL, BigramEmbeddings, glossary_file, write_glossary
from playwright.sync_api import Browser, Page, expect
from serving import KEY, KEYS, running, small_assistant

import rag.web
from rag.index import GlossaryIndex, build_index, load_index
from rag.server import create_app
from rag.settings import ServerSettings, Settings

STATIC = Path(rag.web.__file__).parent / "static"
IMG = "<img src=x onerror=alert(1)>"
SCRIPT = "<script>alert(2)</script>"

HOSTILE = {
    "evil.md": glossary_file(
        id="evil", en=f'"{IMG} Zebra"', ko=f'"{SCRIPT} 얼룩말"', aliases=f'"줄무늬 {IMG}"',
        definition_ko=f"얼룩말은 {IMG} 줄무늬가 있는 `{SCRIPT}` 동물입니다.",
        definition_en=f"A zebra is an animal with {SCRIPT} stripes. **bold** [link](javascript:alert(3)) &lt;b&gt;",
        more=f"\n## Versus: {IMG}\nA zebra has stripes and {IMG} a horse has none.\n",
    ).replace("---\n\n# 한", f'references:\n  - title: "{IMG} Stripes"\n    url: https://example.org/?q={"%22onmouseover=alert(4)"}\n---\n\n# 한', 1),
    "horse.md": glossary_file(
        id="horse", en="Horse", ko="말", relations="contrasts-with: [evil]",
        definition_ko="말은 줄무늬가 없는 동물입니다.", definition_en="A horse is an animal without stripes.",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def serve(index: GlossaryIndex, folder: Path, **server: Any) -> Any:
    settings = Settings(feedback=folder / "feedback.sqlite3", server=ServerSettings(rate_limit="off", **server))
    return running(create_app(settings, assistant=small_assistant(index)))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("hostile")
    corpus = write_glossary(root / "glossary", HOSTILE)
    build_index(corpus, folder=root / "index", embeddings=BigramEmbeddings(), model=FAKE_MODEL)
    index = load_index(root / "index", embeddings=BigramEmbeddings(), model=FAKE_MODEL)
    with serve(index, root) as base:
        yield base


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    with watched_page(browser, url, viewport={"width": 1280, "height": 800}) as opened:
        yield opened


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


def ask(page: Page, question: str) -> None:
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    expect(page.locator(".turn").last.locator(".foot > *").first).to_be_visible()


def assert_no_markup(page: Page) -> None:
    """No element that the page itself never makes, and no handler written as an attribute."""
    assert (
        page.locator("body :is(img, script, iframe, object, b, strong, style, [onerror], [onmouseover])").count() == 0
    )
    assert page.locator("a[href^='javascript:' i], a[href^='data:' i]").count() == 0


def test_a_hostile_question_is_text(page: Page) -> None:
    ask(page, IMG + SCRIPT)
    expect(page.locator(".question")).to_have_text(IMG + SCRIPT)
    assert_no_markup(page)
    page.reload()
    expect(page.locator(".question")).to_have_text(IMG + SCRIPT)
    assert_no_markup(page)


@pytest.mark.slow
def test_a_hostile_entry_is_text_in_answer_and_panel(page: Page) -> None:
    ask(page, "얼룩말이 뭐야?")
    expect(page.locator(".answer")).to_contain_text(f"얼룩말은 {IMG} 줄무늬가 있는 {SCRIPT} 동물입니다.")
    page.locator(".cite").first.click()
    expect(page.locator("#panel mark")).to_have_text(f"얼룩말은 {IMG} 줄무늬가 있는 {SCRIPT} 동물입니다.")
    assert_no_markup(page)
    expect(page.locator("#panel-title")).to_have_text(f"{SCRIPT} 얼룩말")


@pytest.mark.slow
def test_a_hostile_entry_is_text_in_the_browser(page: Page, url: str) -> None:
    page.goto(f"{url}/#/glossary")
    page.locator("#search").fill("줄무늬")
    expect(page.locator(".terms a").first).to_contain_text(f"{SCRIPT} 얼룩말")
    expect(page.locator(".terms a").first).to_contain_text(f"= 줄무늬 {IMG}")
    page.locator(".terms a").first.click()
    expect(page.locator(".entry")).to_contain_text(f"Versus: {IMG}")
    expect(page.locator(".entry")).to_contain_text("**bold** [link](javascript:alert(3)) &lt;b&gt;")
    link = page.locator(".references a")
    assert link.get_attribute("href") == "https://example.org/?q=%22onmouseover=alert(4)"
    assert_no_markup(page)


@pytest.mark.slow
def test_only_web_addresses_become_links(page: Page, url: str) -> None:
    bad = ["javascript:alert(5)", " JaVaScRiPt:alert(5)", "data:text/html,x", "//evil.example", "not a url"]
    references = [{"title": address, "url": address, "year": None} for address in [*bad, "http://example.org/a"]]
    page.route(
        "**/api/terms/horse",
        lambda route: route.fulfill(json={**route.fetch().json(), "references": references}),
    )
    page.goto(f"{url}/#/term/horse")
    expect(page.locator(".references li")).to_have_count(6)
    assert [link.get_attribute("href") for link in page.locator(".references a").all()] == ["http://example.org/a"]


def test_a_hostile_answer_is_text(page: Page) -> None:
    citation = {
        "n": 1, "id": "../../x", "term": IMG, "section": "definition", "lang": "ko", "file": SCRIPT, "line": 1,
        "quote": IMG, "score": 1.0, "chunk": "x", "start": 0, "end": 3,
    }  # fmt: skip
    pieces = [
        {"answer": f"{IMG} 첫 문장. [1", "notes": [IMG]},
        {"answer": "] [999] `" + SCRIPT, "citations": [citation]},
        {"answer": "`\n- 항목 [0] [x](javascript:alert(6))", "related": [{"id": "javascript:alert(7)", "term": IMG}]},
        {"abstained": False, "language": "ko", "kind": "define", "generator": IMG, "warnings": [SCRIPT]},
    ]
    body = "".join(f"event: data\r\ndata: {json.dumps(p)}\r\n\r\n" for p in pieces) + "event: end\r\n\r\n"
    page.route("**/rag/stream", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    page.route(
        "**/api/terms/*",
        lambda route: route.fulfill(status=200, json={"id": IMG, "names": {"ko": IMG}, "passages": []}),
    )
    ask(page, "무엇?")
    expect(page.locator(".answer")).to_contain_text(f"{IMG} 첫 문장.")
    expect(page.locator(".answer code")).to_have_text(SCRIPT)
    expect(page.locator(".answer li")).to_contain_text("[x](javascript:alert(6))")
    expect(page.locator(".note")).to_have_text(IMG)
    expect(page.locator(".origin")).to_contain_text(SCRIPT)
    expect(page.locator(".origin")).to_contain_text(f"작성: {IMG}.")
    page.get_by_role("button", name="출처 999").click()
    expect(page.locator("#panel")).to_be_hidden()
    page.locator(".cite").first.click()
    expect(page.locator("#panel blockquote")).to_have_text(IMG)
    assert_no_markup(page)


@pytest.mark.slow
def test_a_hostile_address_is_text(watched: Watched) -> None:
    watched.allowed.append("status of 404")
    for address in (
        f"#/term/{IMG}", "#/term/%3Csvg%20onload=alert(8)%3E", f"#/category/{IMG}", "#/%E0%A4%A", "#/term/%E0%A4%A",
        "#javascript:alert(9)", "#/term/..%2F..%2Fx", "#/term/__proto__", "#/category/constructor",
    ):  # fmt: skip
        watched.page.goto(f"{watched.url}/{address}")
        expect(watched.page.locator("h1:visible").first).to_be_visible()
        assert_no_markup(watched.page)


@pytest.mark.slow
def test_a_damaged_memory_is_forgotten(page: Page) -> None:
    for kept in (
        "{",
        '{"a": 1}',
        '"text"',
        "null",
        '[1, null, {"id": 2}, {"id": "x", "question": "?", "state": "done"}]',
    ):
        page.evaluate(
            """(kept) => {
            sessionStorage.setItem("rag.turns", kept);
            localStorage.setItem("rag.theme", kept);
            localStorage.setItem("rag.language", kept);
        }""",
            kept,
        )
        page.reload()
        expect(page.locator(".turn")).to_have_count(0)
        ask(page, "얼룩말이 뭐야?")
        expect(page.locator(".answer")).to_contain_text("줄무늬가 있는")


@pytest.mark.slow
def test_the_policy_stops_what_would_slip_through(watched: Watched) -> None:
    watched.allowed += ["Content Security Policy", "Trusted", "trusted-types", "https://evil.example"]
    script = """() => new Promise((resolve) => setTimeout(async () => {  // in a task of the page, which the policy governs
        const outcomes = [];
        const slips = [() => (document.body.innerHTML = "<i>x</i>"), () => new Function("1"), () => document.write("x")];
        for (const slip of slips) try { slip(); outcomes.push("passed"); } catch { outcomes.push("stopped"); }
        const style = document.createElement("style");
        style.textContent = "body { color: red }";
        const image = new Image();
        image.src = "https://evil.example/x.png";
        document.head.append(style, image);
        await fetch("https://evil.example/").catch(() => outcomes.push("stopped"));
        style.remove();
        image.remove();
        resolve(outcomes);
    }))"""
    assert watched.page.evaluate(script) == ["stopped"] * 4
    directives = {entry.split()[0] for entry in watched.page.evaluate("window.violations.splice(0)")}
    assert {"style-src-elem", "img-src", "connect-src", "require-trusted-types-for"} <= directives


# Keys


@pytest.fixture(scope="module")
def locked(small_index: GlossaryIndex, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(small_index, tmp_path_factory.mktemp("locked"), api_keys=KEYS) as base:
        yield base


@pytest.mark.slow
def test_a_key_is_asked_for_kept_in_the_tab_and_sent(browser: Browser, locked: str) -> None:
    with watched_page(browser, locked) as opened:
        opened.allowed.append("status of 401")
        page, dialog = opened.page, opened.page.locator("#key")
        expect(dialog).to_contain_text("이 서버는 API 키로 보호됩니다")
        expect(page.locator("#key-input")).to_be_focused()
        page.keyboard.type("wrong-key")
        page.keyboard.press("Enter")
        expect(dialog).to_contain_text("받아들이지 않았습니다")
        page.locator("#key-input").fill(KEY)
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(page.locator(".example").first).to_be_visible()
        ask(page, "LoRA가 뭐야?")
        expect(page.locator(".answer")).to_contain_text("작은 행렬 두 개만 학습하는")
        kept = page.evaluate(
            "[JSON.stringify(localStorage), document.cookie, location.href, sessionStorage.getItem('rag.key')]"
        )
        assert kept == ["{}", "", f"{locked}/", f'"{KEY}"']


@pytest.mark.slow
def test_without_a_key_the_question_fails_in_words(browser: Browser, locked: str) -> None:
    with watched_page(browser, locked) as opened:
        opened.allowed.append("status of 401")
        opened.page.get_by_role("button", name="취소").click()
        opened.page.locator("#question").fill("LoRA가 뭐야?")
        opened.page.locator("#question").press("Enter")
        expect(opened.page.locator("#key-input")).to_be_focused()  # asked again, once the server has refused
        opened.page.keyboard.press("Escape")
        expect(opened.page.get_by_role("alert")).to_contain_text("API 키가 필요합니다")
        opened.page.get_by_role("button", name="다시 시도").click()
        opened.page.locator("#key-input").fill(KEY)
        opened.page.locator("#key-input").press("Enter")
        expect(opened.page.locator(".answer")).to_contain_text("작은 행렬 두 개만 학습하는")


# The files themselves


@pytest.mark.parametrize("path", ["/", *(f"/static/{file.name}" for file in STATIC.iterdir())])
def test_every_file_comes_with_the_policy(url: str, path: str) -> None:
    response = httpx.get(url + path)
    assert response.status_code == 200
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "img-src": "'self' data:",
        "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'", "require-trusted-types-for": "'script'", "trusted-types": "'none'",
    }  # fmt: skip
    for name, value in {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
    }.items():
        assert response.headers.get_list(name) == [value]
    again = httpx.get(url + path, headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code in (200, 304)


def test_nothing_below_static_escapes_it(url: str) -> None:
    for path in ("/static/../api.py", "/static/%2e%2e/api.py", "/static/..%2fapi.py", "/static/", "/static/nothing.js"):
        assert httpx.get(url + path).status_code == 404, path


def test_the_files_hold_no_sink_no_inline_code_and_no_other_host() -> None:
    for file in STATIC.iterdir():
        text = file.read_text("utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\beval\(|new Function", text
        ), file.name
        hosts = set(re.findall(r"https?://[^\s\"'<>)]+", text)) - {"http://www.w3.org/2000/svg"}
        assert hosts == set(), file.name
    page = (STATIC / "index.html").read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page)
