"""The pages in a real browser, as a visitor with a mouse or a small telephone meets them."""

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.support import stores
from tests.web import accessibility, samples
from tests.web.browsing import needs_browser, served

pytestmark = needs_browser


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory) -> Iterator[str]:
    """One store is enough here: a browser sees the pages, not what is behind them."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def site(app) -> Iterator[str]:
    firms = [samples.body(number, name=f"盐城示例{number}号设备供应有限公司") for number in range(10, 40)]
    samples.release(*firms, samples.body(1, name="盐城市亭湖区瀚垚建设工程有限公司"))
    with served(app) as address:
        yield address


class TestVisitor:
    def test_finds_a_record_by_two_characters_and_reads_on_to_its_sector(self, page, complaints):
        page.goto("/")
        page.get_by_label("单位名称或者统一社会信用代码").fill("瀚垚")
        page.get_by_role("button", name="查询").click()
        page.get_by_text("共 1 条").wait_for()
        page.get_by_role("link", name="瀚垚建设工程有限公司").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("盐城市亭湖区瀚垚建设工程有限公司")
        page.get_by_role("link", name="公共资源交易").first.click()
        page.get_by_role("link", name="政府采购领域").click()
        expect(page.get_by_role("heading", name="最新公示")).to_be_visible()
        assert complaints == []

    def test_chooses_a_suggested_name_with_the_keyboard(self, page, complaints):
        page.goto("/")
        field = page.get_by_role("combobox", name="单位名称或者统一社会信用代码")
        field.press_sequentially("hanyaojs")
        field.fill("hanyao")
        option = page.get_by_role("option", name="盐城市亭湖区瀚垚建设工程有限公司")
        option.wait_for()
        expect(page.get_by_role("status")).to_contain_text("有 1 条建议")
        assert accessibility.violations(page) == []
        field.press("Escape")
        expect(option).to_be_hidden()
        expect(field).to_have_attribute("aria-expanded", "false")
        field.press_sequentially("j")
        option.wait_for()
        field.press("ArrowDown")
        expect(field).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
        field.press("Enter")
        page.get_by_text("共 1 条").wait_for()
        assert complaints == []

    def test_pages_with_the_keyboard_alone(self, page, complaints):
        page.goto("/records")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("跳到正文")
        expect(page.locator(":focus")).to_be_visible()
        page.get_by_role("link", name="下一页").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**next=**")
        assert complaints == []

    def test_reads_the_yearly_report_without_scrolling_sideways(self, page):
        page.goto("/reports/2026")
        if page.viewport_size["width"] < 400:
            assert page.evaluate(
                "[...document.querySelectorAll('.stack')].every(t => t.scrollWidth <= t.parentElement.clientWidth)"
            )


class TestReader:
    def test_follows_a_feed_downloads_a_filtered_workbook_and_reads_the_table_of_a_chart(self, page, complaints):
        page.goto("/records?q=瀚垚")
        feed = page.get_by_role("link", name="订阅（Atom）").get_attribute("href")
        answer = page.request.get(feed)
        assert answer.headers["content-type"].startswith("application/atom+xml")
        assert "瀚垚建设工程有限公司" in answer.text()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="XLSX", exact=True).click()
        book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
        assert book["公示记录"].max_row == 2
        page.goto("/statistics")
        expect(page.get_by_role("img", name="领域")).to_be_visible()
        assert page.get_by_role("table", name="领域").get_by_role("row").count() >= 2
        assert complaints == []
