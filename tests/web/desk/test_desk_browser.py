"""Whole journeys at the desk in a real browser, with and without a script."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from registry import runtime
from registry.models import Listing, Penalty
from registry.queries.cases import procedure_records
from tests.support import stores
from tests.support.bureau import PDF
from tests.tabular.workbooks import workbook
from tests.web.browsing import SCREENS, needs_browser, served
from tests.web.desk.workbooks import HEADINGS, row
from tests.web.signing_in import sign_in_browser

pytestmark = needs_browser
SeatOf = Callable[[str], Page]


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory) -> Iterator[str]:
    """One store is enough here: a browser sees the pages, not what is behind them."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def site(app, bureau) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture(params=[pytest.param(True, id="script"), pytest.param(False, id="no-script")])
def seat(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[SeatOf]:
    """A browser for each officer, signed in."""
    contexts = []

    def open_for(name: str) -> Page:
        context = browser.new_context(
            viewport=SCREENS["desk"], base_url=site, java_script_enabled=request.param, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        sign_in_browser(page, name)
        page.goto("/desk")
        return page

    yield open_for
    for context in contexts:
        context.close()


@pytest.fixture
def start(request: pytest.FixtureRequest) -> int:
    """The first number of the decisions of this run."""
    return 5000 if "no-script" in request.node.name else 6000


def save(page: Page, number: int, label: str, text: str) -> None:
    """Mend one cell of a row and save the row."""
    form = page.get_by_role("form", name=f"第 {number} 行")
    form.get_by_label(label).fill(text)
    form.get_by_role("button", name=f"保存第 {number} 行").click()


class TestPenalties:
    def test_are_mended_and_filed_by_a_clerk_looked_at_sent_back_and_published_by_a_verifier(self, seat, start):
        clerk, verifier = seat("clerk"), seat("verifier")
        rows = [row(start + place) for place in range(5)]
        good = rows[0][1]
        rows[0][1] = good[:-1] + ("0" if good[-1] != "0" else "1")
        rows[1][8], rows[2][3] = "贰万左右", ""
        rows[3][8] = 200_000_000  # yuan that stand for 万元
        data = workbook([["2026年行政处罚台账"], list(HEADINGS), *rows])
        clerk.get_by_role("link", name="报送文件", exact=True).first.click()
        clerk.get_by_label("文件 必填").set_input_files(
            {"name": "台账.xlsx", "mimeType": "application/octet-stream", "buffer": data}
        )
        clerk.get_by_label("政府采购领域").check()
        clerk.get_by_role("button", name="上传并检查").click()
        clerk.get_by_text("有误 3 行").wait_for()
        save(clerk, 3, "B3 统一社会信用代码", good)
        save(clerk, 4, "I4 罚款金额（元）", "20000")
        save(clerk, 5, "D5 文号", f"盐示财采罚〔2026〕{start + 3000}9号")
        clerk.get_by_text("可以报送 5 行，有误 0 行").wait_for()
        clerk.get_by_role("button", name="报送 5 行，等待核验").click()
        clerk.get_by_text("已报送 5 行，拒收 0 行").wait_for()

        verifier.get_by_role("link", name="核验处罚").click()
        first = verifier.get_by_role("row").nth(1)
        assert "一万倍" in first.inner_text() or "元和万元" in first.inner_text()
        first.get_by_role("link").click()
        verifier.get_by_text("先看这里").wait_for()
        verifier.get_by_label("哪里不对，应当怎样 必填").fill("金额应为二万元，请核对单位")
        verifier.get_by_role("button", name="退回").click()
        for place in (start, start + 1, start + 2, start + 4):
            verifier.get_by_label(f"选择 盐城亭湖示乙{place}建设工程有限公司").check()
        verifier.get_by_role("button", name="核验选中的").click()
        verifier.get_by_role("heading", name="确认公示 4 条").wait_for()
        verifier.get_by_label("不涉及", exact=True).check()
        verifier.get_by_label("以上 4 条已与决定书核对").check()
        verifier.get_by_role("button", name="确认公示").click()
        verifier.get_by_role("heading", name="已公示 4 条").wait_for()

        clerk.goto("/desk")
        clerk.get_by_text("金额应为二万元，请核对单位").wait_for()
        clerk.get_by_role("link", name=f"盐城亭湖示乙{start + 3}建设工程有限公司").first.click()
        clerk.get_by_role("link", name="改正后重新报送").click()
        clerk.get_by_label("罚款金额", exact=True).fill("2")
        clerk.get_by_role("button", name="检查并预览").click()
        clerk.get_by_role("button", name="确认报送，等待核验").click()
        clerk.get_by_text("等待核验").first.wait_for()
        clerk.get_by_text("与上一版的不同").wait_for()
        with runtime.reading() as session:
            states = session.scalars(select(Penalty.state).order_by(Penalty.id.desc()).limit(5)).all()
        assert sorted(states) == ["filed", *["published"] * 4]


def papers(page: Page, count: int) -> None:
    """Hand in the documents of an act."""
    for place in range(count):
        page.locator(f"#document-{place}-number").fill(f"盐示〔2026〕{place}号")
        page.locator(f"#document-{place}-day").fill("2026-11-20")
        page.locator(f"#document-{place}-file").set_input_files(
            {"name": "文书.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )


def submit(page: Page, name: str) -> None:
    page.get_by_role("form", name=name).get_by_role("button", name=name).click()


class TestListing:
    def test_goes_from_draft_to_publication_with_four_persons_and_made_documents(self, seat, bureau):
        penalty = bureau.published_penalty()
        day = bureau.today
        clerk, reviewer = seat("clerk"), seat("reviewer")
        clerk.goto(f"/desk/penalties/{penalty}")
        clerk.get_by_role("link", name="提请列入名单").click()
        clerk.get_by_label("政府采购严重违法失信行为记录名单").check()
        clerk.get_by_role("button", name="下一步").click()
        clerk.get_by_label("禁止参加政府采购活动").first.check()
        clerk.get_by_role("button", name="提请，交法制审核").click()
        clerk.get_by_role("heading", name="步骤").wait_for()
        record = clerk.url.rsplit("/", 1)[1]
        with clerk.expect_download() as downloading:
            clerk.get_by_role("link", name="列入事先告知书（DOCX）").click()
        data = downloading.value.path().read_bytes()
        assert "政府采购" in zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()

        reviewer.goto(f"/desk/listings/{record}")
        reviewer.get_by_role("link", name="法制审核", exact=True).click()
        papers(reviewer, 1)
        submit(reviewer, "法制审核")
        clerk.goto(f"/desk/listings/{record}")
        clerk.get_by_role("link", name="事先告知", exact=True).click()
        clerk.get_by_label("告知书送达之日 必填").fill(str(day))
        papers(clerk, 2)
        submit(clerk, "事先告知")
        with bureau.on(day + dt.timedelta(days=14)):
            later = str(bureau.today)
            head, clerk, verifier = seat("head"), seat("clerk"), seat("verifier")
            head.goto(f"/desk/cases/listing/{record}/decide")
            head.get_by_label("列入决定书文号 必填").fill("盐示财列〔2026〕8号")
            head.get_by_label("决定日期 必填").fill(later)
            head.get_by_label("列入理由 必填").fill("事实清楚，依据充分。")
            head.get_by_label("签署的负责人 必填").fill("卞示例")
            head.get_by_label("职务 必填").fill("局长")
            head.get_by_label("列入的截止日").fill(str(bureau.today + dt.timedelta(days=700)))
            papers(head, 1)
            submit(head, "作出决定")
            clerk.goto(f"/desk/cases/listing/{record}/serve")
            clerk.get_by_label("决定书送达之日 必填").fill(later)
            papers(clerk, 2)
            submit(clerk, "送达决定")
            verifier.goto(f"/desk/cases/listing/{record}/publish")
            verifier.get_by_role("heading", name="公示后的样子").wait_for()
            submit(verifier, "公示")
            verifier.goto(f"/records/{record}")
            verifier.get_by_text("严重失信主体名单").first.wait_for()
        with runtime.reading() as session:
            assert procedure_records.by_record(session, Listing, record).state == "published"
