"""The page in a real Chromium, over the shipped glossary: ask, cite, follow up, browse, vote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import Failing, Watched, Wire, chromium, watched_page
from helpers import VERSUS_EN, VERSUS_KO, line_of, open_shipped
from playwright.sync_api import Browser, Page, expect
from serving import running

from rag.feedback import FeedbackStore
from rag.server import create_app
from rag.settings import ServerSettings, Settings

KO, EN = "LoRA랑 QLoRA 차이?", "What is the difference between LoRA and QLoRA?"
UNKNOWN = "LoRA 논문 저자 전화번호"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def assistant() -> Failing:
    return Failing(open_shipped().retriever)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeedbackStore:
    return FeedbackStore(tmp_path_factory.mktemp("page") / "feedback.sqlite3")


@pytest.fixture(scope="module")
def served(assistant: Failing, store: FeedbackStore) -> Iterator[tuple[str, Wire]]:
    settings = Settings(feedback=store.path, server=ServerSettings(rate_limit="off"))
    wire = Wire(create_app(settings, assistant=assistant))
    with running(wire) as url:  # type: ignore[arg-type]
        yield url, wire


@pytest.fixture
def wire(served: tuple[str, Wire]) -> Iterator[Wire]:
    yield served[1]
    served[1].pieces = None


@pytest.fixture
def desk(browser: Browser, served: tuple[str, Wire]) -> Iterator[Watched]:
    with watched_page(browser, served[0], **DESK) as opened:
        yield opened


@pytest.fixture
def page(desk: Watched) -> Page:
    return desk.page


@pytest.fixture
def phone(browser: Browser, served: tuple[str, Wire]) -> Iterator[Page]:
    with watched_page(browser, served[0], **PHONE) as opened:
        yield opened.page


def ask(page: Page, question: str, *, wait: bool = True) -> None:
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    if wait:
        expect(page.locator(".turn").last.locator(".foot > *").first).to_be_visible()


def marked(page: Page) -> str:
    expect(page.locator("#panel mark").first).to_be_visible()  # the entry is fetched after the panel has opened
    return " ".join(page.locator("#panel mark").all_inner_texts())


def in_view(page: Page, selector: str) -> bool:
    script = """(e) => { const r = e.getBoundingClientRect(), p = e.closest("dialog").getBoundingClientRect();
        return r.top >= p.top && r.bottom <= p.bottom && r.bottom <= innerHeight; }"""
    return bool(page.locator(selector).first.evaluate(script))


# Asking


def test_an_answer_streams_in_sentence_by_sentence(page: Page, wire: Wire) -> None:
    wire.pieces = 2
    ask(page, KO, wait=False)
    answer = page.locator(".turn .answer")
    expect(answer.locator(".sentence")).to_have_count(1)
    expect(answer).to_contain_text(VERSUS_KO[0])
    assert VERSUS_KO[1] not in answer.inner_text()
    expect(page.get_by_role("button", name="답변 멈추기")).to_be_enabled()
    expect(page.locator(".sources")).to_have_count(0)
    first = answer.locator(".sentence").first.element_handle()
    wire.pieces = None
    expect(answer.locator(".sentence")).to_have_count(4)
    expect(page.locator(".source")).to_have_count(4)
    assert first.evaluate("(e) => e.isConnected"), (
        "sentences are added, never drawn anew: a screen reader reads them once"
    )
    expect(page.locator("#status")).to_have_text("답변이 끝났습니다. 출처 4개")


@pytest.mark.slow
def test_stopping_keeps_what_came_and_offers_the_question_again(page: Page, wire: Wire) -> None:
    wire.pieces = 2
    ask(page, KO, wait=False)
    expect(page.locator(".sentence")).to_have_count(1)
    page.get_by_role("button", name="답변 멈추기").click()
    expect(page.locator(".turn .foot")).to_contain_text("여기까지 받고 멈췄습니다")
    expect(page.locator(".sentence")).to_have_count(1)
    wire.pieces = None
    page.get_by_role("button", name="다시 묻기").click()
    expect(page.locator(".sentence")).to_have_count(4)
    assert page.locator(".turn").count() == 1


def test_a_citation_opens_its_entry_with_the_exact_quote_in_sight(page: Page) -> None:
    ask(page, KO)
    button = page.get_by_role("button", name="출처 2: LoRA, 비교. 인용문 보기")
    button.click()
    panel = page.locator("#panel")
    expect(panel.locator("mark")).to_have_count(1)
    assert marked(page) == VERSUS_KO[1]
    assert in_view(page, "#panel mark")
    expect(panel.locator(".place")).to_have_text(f"비교 · lora.md:{line_of('lora.md', VERSUS_KO[1])}")
    expect(page.locator("#panel-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.slow
def test_every_source_marks_its_own_quote(page: Page) -> None:
    ask(page, EN)
    for i, citation in enumerate(open_shipped().ask(EN).citations):
        page.locator(".source").nth(i).click()
        expect(page.locator("#panel mark").first).to_be_visible()
        assert marked(page) == " ".join(citation.quote.replace("`", "").split())


@pytest.mark.slow
def test_a_quote_that_its_entry_no_longer_holds_is_shown_apart(page: Page) -> None:
    ask(page, KO)
    page.route("**/api/terms/lora", lambda route: route.fulfill(json={**route.fetch().json(), "passages": []}))
    page.locator(".cite").first.click()
    expect(page.locator("#panel .notice")).to_be_visible()
    expect(page.locator("#panel blockquote")).to_have_text(VERSUS_KO[0])
    expect(page.locator("#panel mark")).to_have_count(0)


@pytest.mark.slow
def test_a_follow_up_is_read_with_the_question_before(page: Page) -> None:
    ask(page, "LoRA가 뭐야?")
    ask(page, "그럼 단점은?")
    turn = page.locator(".turn").nth(1)
    expect(turn.locator(".note")).to_have_text("앞 질문의 LoRA 기준으로 답합니다.")
    expect(turn.locator(".answer")).to_contain_text("전체 파인튜닝보다 성능이 낮을 수 있습니다")
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").nth(1).locator(".sentence")).to_have_count(2)
    page.get_by_role("button", name="새 대화").click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, "그럼 단점은?")
    expect(page.locator(".turn")).to_have_class("turn refused")


@pytest.mark.slow
@pytest.mark.slow
def test_a_corrected_spelling_is_noted_above_the_answer(page: Page) -> None:
    ask(page, "파인튜능이 뭐야")
    note, answer = page.locator(".note"), page.locator(".answer")
    expect(note).to_have_text("'파인튜능' → 파인튜닝으로 이해했습니다.")
    assert note.bounding_box()["y"] < answer.bounding_box()["y"]  # type: ignore[index]


def test_a_refusal_looks_like_one_and_offers_the_nearest_terms(page: Page) -> None:
    nearest = open_shipped().ask(UNKNOWN).related[0].term
    ask(page, UNKNOWN)
    turn = page.locator(".turn")
    expect(turn).to_have_class("turn refused")
    expect(turn.locator(".refusal-title")).to_have_text("용어집에 없는 내용입니다")
    expect(turn.locator(".source")).to_have_count(0)
    assert nearest not in turn.locator(".answer").inner_text()
    turn.get_by_role("button", name=nearest, exact=True).click()
    expect(page.locator("#panel-title")).to_have_text(nearest)
    expect(page.locator("#panel .part").first).to_contain_text(nearest)


@pytest.mark.slow
def test_examples_are_questions_that_the_glossary_answers(page: Page) -> None:
    examples = page.locator(".example")
    expect(examples).to_have_count(4)
    names = examples.all_inner_texts()
    for lang in ("ko", "en"):
        for name in names:
            assert not open_shipped().ask(name).abstained, name
        if lang == "ko":
            page.get_by_role("button", name="English").click()
            expect(page.locator(".example").first).to_have_text(EN)
            names = page.locator(".example").all_inner_texts()
    page.locator(".example").first.click()
    expect(page.locator(".answer")).to_contain_text(VERSUS_EN[0])


@pytest.mark.slow
def test_an_enter_that_ends_a_syllable_does_not_send(page: Page) -> None:
    page.locator("#question").fill("로라")
    page.locator("#question").dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(page.locator(".turn")).to_have_count(0)
    page.locator("#question").press("Shift+Enter")
    expect(page.locator("#question")).to_have_value("로라\n")


@pytest.mark.slow
def test_a_question_that_is_too_long_is_not_sent(page: Page) -> None:
    page.locator("#question").fill("가" * 501)
    expect(page.locator("#limit")).to_have_text("500자까지 쓸 수 있습니다. 지금 501자입니다.")
    expect(page.get_by_role("button", name="질문 보내기")).to_be_disabled()
    page.locator("#question").press("Enter")
    expect(page.locator(".turn")).to_have_count(0)


@pytest.mark.slow
def test_a_long_conversation_still_fits_the_servers_limits(page: Page, store: FeedbackStore) -> None:
    answer = {
        "answer": "나" * 9000, "citations": [], "related": [], "notes": [], "language": "ko", "kind": "define",
        "abstained": False, "generator": "extractive",
    }  # fmt: skip
    turn = {"question": "가" * 500, "state": "done", "failure": None, "verdict": None, "comment": "", "history": []}
    turns = [{**turn, "id": f"{i:032x}", "answer": answer} for i in range(30)]
    page.evaluate("(turns) => sessionStorage.setItem('rag.turns', JSON.stringify(turns))", turns)
    page.reload()
    ask(page, KO)
    expect(page.locator(".turn").last.locator(".sentence")).to_have_count(4)
    body = f"event: data\ndata: {json.dumps(answer)}\n\nevent: end\n\n"
    page.route("**/rag/stream", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    ask(page, "다시")
    page.locator(".turn").last.get_by_role("button", name="도움이 되었어요").click()
    expect(page.locator(".turn").last.locator(".verdict")).to_contain_text("의견을 저장했습니다")
    assert len(store.rows()[-1].history) > 4


# What goes wrong


@pytest.mark.slow
def test_an_error_of_the_server_is_shown_and_can_be_retried(desk: Watched, assistant: Failing) -> None:
    desk.allowed.append("status of 500")
    assistant.faults = 1
    ask(desk.page, KO)
    failure = desk.page.get_by_role("alert")
    expect(failure).to_contain_text("서버에서 오류가 났습니다")
    expect(failure).to_contain_text("요청 번호")
    assert "secret" not in desk.page.content()
    failure.get_by_role("button", name="다시 시도").click()
    expect(desk.page.locator(".sentence")).to_have_count(4)
    expect(failure).to_have_count(0)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('event: data\r\ndata: {"answer": "반쪽 "}\r\n\r\n', "답변이 도중에 끊겼습니다"),
        ('event: error\ndata: {"status_code": 504, "message": "too slow"}\n\n', "시간 안에 답하지 못했습니다"),
        ("event: data\ndata: {broken\n\n", "답변이 도중에 끊겼습니다"),
        ("event: end\n\n", "답변이 도중에 끊겼습니다"),
    ],
)
@pytest.mark.slow
def test_a_stream_that_ends_badly_is_an_error(page: Page, body: str, message: str) -> None:
    page.route("**/rag/stream", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    ask(page, KO)
    expect(page.get_by_role("alert")).to_contain_text(message)


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (503, {"Retry-After": "3"}, "3초쯤 뒤에"),
        (429, {}, "요청이 많습니다"),
        (422, {}, "이 질문은 처리할 수 없습니다"),
    ],
)
@pytest.mark.slow
def test_a_status_is_told_in_words(desk: Watched, status: int, headers: dict[str, str], message: str) -> None:
    desk.allowed.append(f"status of {status}")
    desk.page.route("**/rag/stream", lambda route: route.fulfill(status=status, headers=headers, body="<b>proxy</b>"))
    ask(desk.page, KO)
    expect(desk.page.get_by_role("alert")).to_contain_text(message)
    expect(desk.page.locator(".turn b")).to_have_count(0)


@pytest.mark.slow
def test_without_a_server_the_page_says_so(desk: Watched) -> None:
    desk.allowed.append("ERR_FAILED")
    desk.page.route("**/rag/stream", lambda route: route.abort())
    ask(desk.page, KO)
    expect(desk.page.get_by_role("alert")).to_contain_text("서버에 연결할 수 없습니다")


# Languages and looks


@pytest.mark.slow
def test_the_interface_speaks_both_languages_and_remembers(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "ko"
    ask(page, KO)
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.locator(".sources h3")).to_have_text("Sources")
    expect(page.locator(".answer")).to_have_attribute("lang", "ko")
    expect(page.locator(".answer")).to_contain_text(VERSUS_KO[0])
    page.reload()
    expect(page.get_by_role("link", name="Glossary", exact=True)).to_be_visible()


@pytest.mark.slow
def test_the_first_language_is_the_browsers(browser: Browser, served: tuple[str, Wire]) -> None:
    with watched_page(browser, served[0], locale="fr-FR") as opened:
        assert opened.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.slow
def test_switching_the_language_in_the_middle_of_an_answer_loses_nothing(page: Page, wire: Wire) -> None:
    wire.pieces = 2
    ask(page, KO, wait=False)
    expect(page.locator(".sentence")).to_have_count(1)
    page.get_by_role("button", name="English").click()
    expect(page.locator(".sentence")).to_have_count(1)
    wire.pieces = None
    expect(page.locator(".sentence")).to_have_count(4)
    expect(page.locator(".sources h3")).to_have_text("Sources")


@pytest.mark.slow
def test_light_and_dark_follow_the_system_until_one_is_chosen(browser: Browser, served: tuple[str, Wire]) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    with watched_page(browser, served[0], color_scheme="dark") as opened:
        page = opened.page
        dark = page.evaluate(background)
        page.get_by_role("button", name="밝은 화면으로").click()
        light = page.evaluate(background)
        assert light != dark
        page.reload()
        assert page.evaluate(background) == light


@pytest.mark.slow
def test_a_phone_gets_a_sheet_and_no_sideways_scrolling(phone: Page) -> None:
    for address in ("#/", "#/glossary", "#/term/kv-cache"):
        phone.goto(phone.url.split("#")[0] + address)
        expect(phone.locator("h1:visible").first).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") == 360, address
    phone.goto(phone.url.split("#")[0] + "#/")
    ask(phone, KO)
    phone.locator(".cite").first.tap()
    expect(phone.locator("dialog:modal mark")).to_be_visible()
    assert in_view(phone, "#panel mark")
    assert marked(phone) == VERSUS_KO[0]
    phone.get_by_role("button", name="닫기").tap()
    expect(phone.locator("#panel")).to_be_hidden()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.slow
def test_the_panel_becomes_a_sheet_and_back_when_the_window_changes(page: Page) -> None:
    ask(page, KO)
    page.locator(".cite").nth(1).click()
    for width, modal in ((360, 1), (1280, 0)):
        page.set_viewport_size({"width": width, "height": 740})
        expect(page.locator("dialog:modal")).to_have_count(modal)
        expect(page.locator("#panel mark")).to_be_visible()
        expect(page.locator(".cite").nth(1)).to_have_attribute("data-open", "")
    expect(page.locator("body")).to_have_class("with-panel")
    page.keyboard.press("Escape")
    expect(page.locator(".cite").nth(1)).to_be_focused()


# Glossary


@pytest.mark.slow
def test_search_finds_by_any_name_however_it_is_spaced(page: Page) -> None:
    page.get_by_role("link", name="용어집", exact=True).click()
    rows = page.locator(".terms a")
    expect(rows).to_have_count(363)
    for typed, name in {
        "파인 튜닝": "파인튜닝",
        "FINETUNING": "파인튜닝",
        "로라 튜닝": "LoRA",
        "kv-cache": "KV 캐시",
    }.items():
        page.locator("#search").fill(typed)
        expect(rows.first.locator(".term-name")).to_have_text(name)
    page.locator("#search").fill("없는말없는말")
    expect(page.locator("#found")).to_have_text("맞는 용어가 없습니다.")
    page.locator("#search").fill("!?")
    expect(rows).to_have_count(0)


@pytest.mark.slow
def test_the_pages_search_agrees_with_the_command_line(page: Page) -> None:
    from rag.text import compact

    entries = open_shipped().retriever.index.entries.values()
    page.goto(page.url.split("#")[0] + "#/glossary")
    expect(page.locator(".terms a")).to_have_count(len(entries))
    for typed in ("양자", "fine tun", "GPT-4", "c++", "RAG", "ﬁne-tuning", "．．"):
        page.locator("#search").fill(typed)
        key = compact(typed)
        expected = {e.id for e in entries if key and any(key in compact(form) for form in (*e.surfaces, e.id))}
        found = {link.get_attribute("href") for link in page.locator(".terms a").all()}
        assert found == {f"#/term/{i}" for i in expected}, typed


@pytest.mark.slow
def test_categories_terms_and_the_back_button(page: Page) -> None:
    page.goto(page.url.split("#")[0] + "#/glossary")
    page.locator("#category").select_option("compression")
    expect(page).to_have_url(re.compile(r"#/category/compression$"))
    expect(page.locator(".terms a")).to_have_count(13)
    page.locator(".terms a", has_text="프루닝").click()
    expect(page.locator("#entry-title")).to_be_focused()
    expect(page).to_have_title("프루닝 · rag-glossary")
    page.go_back()
    expect(page.locator("#entry-title")).to_have_count(0)
    expect(page.locator("#category")).to_have_value("compression")
    page.go_back()
    expect(page.locator(".terms a")).to_have_count(363)


@pytest.mark.slow
def test_a_deep_link_shows_both_languages_side_by_side(page: Page) -> None:
    page.goto(page.url.split("#")[0] + "#/term/lora")
    halves = page.locator(".half")
    expect(halves).to_have_count(2)
    korean, english = halves.nth(0), halves.nth(1)
    expect(korean).to_have_attribute("lang", "ko")
    parts = [
        half.locator(".part", has_text=text).bounding_box()
        for half, text in ((korean, VERSUS_KO[0]), (english, VERSUS_EN[0]))
    ]
    assert parts[0]["y"] == parts[1]["y"]  # type: ignore[index]
    assert parts[0]["x"] < parts[1]["x"]  # type: ignore[index]
    reference = page.get_by_role("link", name="LoRA: Low-Rank Adaptation of Large Language Models (2021)")
    assert reference.get_attribute("href") == "https://arxiv.org/abs/2106.09685"
    assert reference.get_attribute("rel") == "noopener noreferrer"
    page.locator(".relations").get_by_role("link", name="PEFT", exact=True).click()
    expect(page.locator("#entry-title")).to_have_text(re.compile("^PEFT"))
    expect(page.locator(".relations").get_by_role("link", name="LoRA", exact=True)).to_be_visible()


@pytest.mark.slow
def test_a_link_to_a_term_that_is_not_there_says_so(desk: Watched) -> None:
    desk.allowed.append("status of 404")
    desk.page.goto(desk.url + "/#/term/no-such-term")
    expect(desk.page.locator("#entry-title")).to_have_text("용어집에 없는 항목입니다")


@pytest.mark.slow
def test_an_entry_leads_back_to_asking(page: Page) -> None:
    page.goto(page.url.split("#")[0] + "#/term/lora")
    page.get_by_role("button", name="이 용어로 질문하기").click()
    expect(page.locator("#question")).to_have_value("LoRA 설명해 줘")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_contain_text("파인튜닝 기법입니다")


# Verdicts


def test_a_verdict_lands_in_the_servers_file(page: Page, store: FeedbackStore) -> None:
    ask(page, KO)
    expect(page.locator(".verdict")).to_contain_text("이 서버에 저장됩니다")
    page.get_by_role("button", name="아쉬워요").click()
    expect(page.locator(".verdict")).to_contain_text("의견을 저장했습니다")
    page.get_by_label("의견 (선택").fill("예시가 <b>없어요</b>")
    page.get_by_role("button", name="의견 보내기").click()
    expect(page.locator(".verdict")).to_contain_text("고맙습니다")
    row = store.rows()[-1]
    assert (row.verdict, row.comment, row.question, row.language) == ("down", "예시가 <b>없어요</b>", KO, "ko")
    assert (row.kind, row.cited, row.abstained) == ("compare", ("lora", "qlora"), False)
    assert row.answer.startswith(VERSUS_KO[0])
    assert row.index_digest == open_shipped().retriever.index.manifest.corpus_digest
    page.get_by_role("button", name="도움이 되었어요").click()
    expect(page.get_by_role("button", name="도움이 되었어요")).to_have_attribute("aria-pressed", "true")
    assert [(r.id, r.verdict) for r in store.rows()].count((row.id, "up")) == 1
    assert [r.id for r in store.rows()].count(row.id) == 1


@pytest.mark.slow
def test_a_verdict_that_cannot_be_stored_is_said_and_breaks_nothing(
    desk: Watched, store: FeedbackStore, tmp_path: Path
) -> None:
    desk.allowed.append("status of 503")
    ask(desk.page, "LoRA가 뭐야?")
    kept, store.path = store.path, tmp_path
    try:
        desk.page.route("**/api/feedback", lambda route: route.fulfill(status=503, json={"detail": "full"}))
        desk.page.get_by_role("button", name="도움이 되었어요").click()
        expect(desk.page.locator(".verdict")).to_contain_text("의견을 저장하지 못했습니다")
        expect(desk.page.get_by_role("button", name="도움이 되었어요")).to_have_attribute("aria-pressed", "false")
    finally:
        store.path = kept


# For everyone


@pytest.mark.slow
def test_the_whole_way_works_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(EN)
    page.keyboard.press("Enter")
    expect(page.locator(".source")).to_have_count(4)
    page.keyboard.press("Shift+Tab")  # new conversation
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.cite[data-n=\"1\"]')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus must be seen"
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    assert marked(page) == VERSUS_EN[0]
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="닫기")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator('.cite[data-n="1"]')).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.slow
def test_axe_finds_no_barrier(browser: Browser, served: tuple[str, Wire], scheme: str) -> None:
    options = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}

    def barriers(page: Page) -> list[str]:
        found = Axe().run(page, options=options).response["violations"]
        return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]

    with watched_page(browser, served[0], color_scheme=scheme, **DESK) as opened:
        page = opened.page
        expect(page.locator(".example")).to_have_count(4)
        assert barriers(page) == []
        ask(page, "파인튜능이 뭐야")
        ask(page, UNKNOWN)
        page.locator(".cite").first.click()
        expect(page.locator("#panel mark")).to_be_visible()
        assert barriers(page) == []
        page.goto(opened.url + "/#/term/lora")
        expect(page.locator(".half")).to_have_count(2)
        assert barriers(page) == []
