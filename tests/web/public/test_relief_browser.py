"""Relief in a real browser, by mouse on a desk and by thumb on a telephone, without any script."""

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from registry import runtime
from registry.queries.publication import publications
from registry.services.cases import revisions
from tests.support import stores
from tests.test_photographs import photograph
from tests.web import applying
from tests.web.browsing import needs_browser, served, width_beyond_screen

PHOTOGRAPH = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
EVIDENCE = {"name": "证明.pdf", "mimeType": "application/pdf", "buffer": applying.PDF}


pytestmark = needs_browser


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory) -> Iterator[str]:
    """One store is enough here: a browser sees the pages, not what is behind them."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def site(app) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def record(bureau, site) -> str:
    """A new record, nobody having applied about it."""
    return bureau.published_penalty()


def repairable_from(held: str) -> dt.date:
    with runtime.begin() as work:
        return dt.date.fromisoformat(publications.body(revisions.newest(work, held))["repairable_from"])


def fill(page, **words) -> None:
    """Type into the fields by their labels, as somebody does who sees or hears them."""
    labels = {
        "name": "当事人名称",
        "uscc": "统一社会信用代码",
        "contact": "联系方式",
        "statement": "哪里有误",
    }
    for name, text in words.items():
        page.get_by_role("textbox", name=labels[name]).fill(text)


class TestSubject:
    def test_disputes_a_record_follows_it_and_takes_it_back(self, page, complaints, bureau, record):
        firm = bureau.names[record]
        page.goto(f"/records/{record}")
        page.get_by_role("link", name="提出异议").click()
        fill(page, name=firm["subject_name"], uscc="91320902MA0", contact="13900000000", statement="事实有误。")
        page.locator("#evidence").set_input_files(EVIDENCE)
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="提交异议").click()

        # One mistake: it is said beside its field, and nothing else need be typed again.
        page.get_by_role("alert").get_by_text("统一社会信用代码格式不正确").wait_for()
        expect(page.locator(":focus")).to_have_attribute("role", "alert")
        wrong = page.get_by_role("textbox", name="统一社会信用代码")
        expect(wrong).to_have_attribute("aria-invalid", "true")
        expect(page.locator(f"#{wrong.get_attribute('aria-describedby').split()[0]}")).to_be_visible()
        expect(page.get_by_role("textbox", name="联系方式")).to_have_value("13900000000")
        assert width_beyond_screen(page) <= 0
        assert complaints and all("422" in one for one in complaints)
        complaints.clear()

        fill(page, uscc=firm["uscc"])
        page.get_by_label("或者用手机拍照：证明材料").set_input_files(PHOTOGRAPH)
        page.get_by_role("button", name="提交异议").click()
        number = page.locator(".receipt").inner_text()
        assert width_beyond_screen(page) <= 0

        page.get_by_role("link", name="办理进度").click()
        page.get_by_label("受理编号").fill(number)
        page.get_by_role("button", name="查看").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("异议办理进度")
        expect(page.get_by_text("已收到，等待核实申请人")).to_be_visible()
        page.get_by_label("核验码").fill(bureau.code(record))
        page.get_by_role("button", name="确认").click()
        page.get_by_text("申请人已核实，等待受理").first.wait_for()
        page.wait_for_load_state("networkidle")  # a click sooner would break off the page's own requests
        page.get_by_role("link", name=record).click()
        expect(page.get_by_text("异议处理中（自").first).to_be_visible()
        page.go_back()
        page.get_by_role("button", name="撤回本件申请").click()
        page.get_by_text("申请人已撤回").first.wait_for()
        expect(page.get_by_role("button", name="撤回本件申请")).to_have_count(0)
        page.goto(f"/records/{record}")
        expect(page.get_by_text("异议处理中（自")).to_have_count(0)
        assert complaints == []

    def test_is_told_from_when_a_repair_may_be_asked_for(self, page, bureau, record):
        opens = repairable_from(record)
        page.goto(f"/records/{record}")
        expect(page.get_by_role("link", name="申请信用修复")).to_have_count(0)
        expect(page.get_by_text(f"自 {opens} 起")).to_be_visible()
        page.goto(f"/records/{record}/repair")
        expect(page.get_by_role("alert").get_by_text(f"自 {opens} 起可以申请信用修复")).to_be_visible()
        expect(page.get_by_role("button", name="提交")).to_have_count(0)
        with bureau.on(opens):
            page.goto(f"/records/{record}")
            page.get_by_role("link", name="申请信用修复").click()
            expect(page.locator("#public_promise")).to_be_visible()
            assert width_beyond_screen(page) <= 0

    def test_fills_the_form_in_with_the_keyboard_alone(self, page, record):
        page.goto(f"/records/{record}/dispute")
        reached = []
        for _ in range(30):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.type"))
        wanted = [
            "name",
            "uscc",
            "agent",
            "contact",
            "statement",
            "evidence",
            "authorisation",
            "consent",
            "submit",
        ]
        assert [one for one in reached if one in wanted][: len(wanted)] == wanted
