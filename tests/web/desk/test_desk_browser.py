"""Whole journeys at the desk in a real browser, by keyboard alone, with and without a script."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from registry import runtime
from registry.models import Listing, Penalty
from registry.queries.cases import procedure_records
from tests.support import stores
from tests.support.bureau import PDF, Bureau
from tests.tabular.workbooks import workbook
from tests.web.browsing import SCREENS, needs_browser, served
from tests.web.desk.workbooks import HEADINGS, row
from tests.web.keyboard import Hands, report
from tests.web.signing_in import sign_in_browser

pytestmark = needs_browser
SeatOf = Callable[[str], Hands]
ROWS = 40
"""Rows of the workbook that a clerk files."""


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

    def open_for(name: str) -> Hands:
        context = browser.new_context(
            viewport=SCREENS["desk"], base_url=site, java_script_enabled=request.param, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        sign_in_browser(page, name)
        page.goto("/desk")
        # With a script and without one the keyboard goes the same way: every officer walks it once.
        return Hands(page, by_tab=request.param)

    yield open_for
    for context in contexts:
        context.close()


@pytest.fixture
def start(request: pytest.FixtureRequest) -> int:
    """The first number of the decisions of this run."""
    return 5000 if "no-script" in request.node.name else 6000


def save(clerk: Hands, number: int, label: str, text: str) -> None:
    """Mend one cell of a row and save the row."""
    form = clerk.page.get_by_role("form", name=f"第 {number} 行", exact=True)
    clerk.fill(form.get_by_label(label), text)
    clerk.push(f"保存第 {number} 行", form)


class TestPenalties:
    def test_are_mended_and_filed_by_a_clerk_looked_at_sent_back_and_published_by_a_verifier(self, seat, start):
        clerk, verifier = seat("clerk"), seat("verifier")
        rows = [row(start + place) for place in range(ROWS)]
        good = rows[0][1]
        rows[0][1] = good[:-1] + ("0" if good[-1] != "0" else "1")
        rows[1][8], rows[2][3] = "贰万左右", ""
        rows[3][8] = 200_000_000  # yuan that stand for 万元
        data = workbook([["2026年行政处罚台账"], list(HEADINGS), *rows])
        page = clerk.page
        clerk.follow("报送文件")
        clerk.hand_in(
            page.get_by_label("文件 必填"),
            {"name": "台账.xlsx", "mimeType": "application/octet-stream", "buffer": data},
        )
        clerk.tick(page.get_by_label("政府采购领域"))
        clerk.push("上传并检查")
        page.get_by_text("有误 3 行").wait_for()
        save(clerk, 3, "B3 统一社会信用代码", good)
        save(clerk, 4, "I4 罚款金额（元）", "20000")
        save(clerk, 5, "D5 文号", f"盐示财采罚〔2026〕{start + 3000}9号")
        page.get_by_text(f"可以报送 {ROWS} 行，有误 0 行").wait_for()
        clerk.push(f"报送 {ROWS} 行，等待核验")
        page.get_by_text(f"已报送 {ROWS} 行，拒收 0 行").wait_for()
        report(f"clerk, {ROWS} rows of which three are mended", [clerk])

        look_and_publish(verifier, start)
        report(f"verifier, one of {ROWS} sent back and four published", [verifier])
        state_anew(clerk, start)
        with runtime.reading() as session:
            states = session.scalars(select(Penalty.state).order_by(Penalty.id.desc()).limit(ROWS)).all()
        assert sorted(states) == ["filed"] * (ROWS - 4) + ["published"] * 4


def look_and_publish(verifier: Hands, start: int) -> None:
    """Look at the doubtful one first and send it back; publish four others."""
    page = verifier.page
    verifier.follow("核验处罚")
    first = page.get_by_role("row").nth(1)
    assert "一万倍" in first.inner_text() or "元和万元" in first.inner_text()
    verifier.press(first.get_by_role("link"))
    page.get_by_text("先看这里").wait_for()
    verifier.fill(page.get_by_label("哪里不对，应当怎样 必填"), "金额应为二万元，请核对单位")
    verifier.push("退回")
    for place in (start, start + 1, start + 2, start + 4):
        verifier.tick(page.get_by_label(f"选择 盐城亭湖示乙{place}建设工程有限公司"))
    verifier.push("核验选中的")
    page.get_by_role("heading", name="确认公示 4 条").wait_for()
    verifier.pick(page.get_by_label("不涉及", exact=True))
    verifier.tick(page.get_by_label("以上 4 条已与决定书核对"))
    verifier.push("确认公示")
    page.get_by_role("heading", name="已公示 4 条").wait_for()


def state_anew(clerk: Hands, start: int) -> None:
    """State anew, by form, what came back."""
    page = clerk.page
    page.goto("/desk")
    page.get_by_text("金额应为二万元，请核对单位").wait_for()
    clerk.follow(f"盐城亭湖示乙{start + 3}建设工程有限公司")
    clerk.follow("改正后重新报送")
    clerk.fill(page.get_by_label("罚款金额", exact=True), "2")
    clerk.push("检查并预览")
    clerk.push("确认报送，等待核验")
    page.get_by_text("等待核验").first.wait_for()
    page.get_by_text("与上一版的不同").wait_for()


def papers(officer: Hands, count: int) -> None:
    """Hand in the documents of an act."""
    for place in range(count):
        officer.fill(officer.page.locator(f"#document-{place}-number"), f"盐示〔2026〕{place}号")
        officer.fill(officer.page.locator(f"#document-{place}-day"), "2026-11-20")
        officer.hand_in(
            officer.page.locator(f"#document-{place}-file"),
            {"name": "文书.pdf", "mimeType": "application/pdf", "buffer": PDF},
        )


def submit(officer: Hands, name: str) -> None:
    officer.push(name, officer.page.get_by_role("form", name=name))


class TestListing:
    def test_goes_from_draft_to_publication_with_four_persons_and_made_documents(self, seat, bureau):
        penalty = bureau.published_penalty()
        day = bureau.today
        clerk, reviewer = seat("clerk"), seat("reviewer")
        clerk.page.goto(f"/desk/penalties/{penalty}")
        clerk.follow("提请列入名单")
        clerk.pick(clerk.page.get_by_label("政府采购严重违法失信行为记录名单"))
        clerk.push("下一步")
        clerk.tick(clerk.page.get_by_label("禁止参加政府采购活动").first)
        clerk.push("提请，交法制审核")
        clerk.page.get_by_role("heading", name="步骤").wait_for()
        record = clerk.page.url.rsplit("/", 1)[1].split("#")[0]
        data = clerk.download("列入事先告知书（DOCX）").path().read_bytes()
        assert "政府采购" in zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()

        reviewer.page.goto(f"/desk/listings/{record}")
        reviewer.follow("法制审核")
        papers(reviewer, 1)
        submit(reviewer, "法制审核")
        clerk.page.goto(f"/desk/listings/{record}")
        clerk.follow("事先告知")
        clerk.fill(clerk.page.get_by_label("告知书送达之日 必填"), str(day))
        papers(clerk, 2)
        submit(clerk, "事先告知")
        with bureau.on(day + dt.timedelta(days=14)):
            officers = decide_and_publish(seat, bureau, record)
        report("listing, by four persons", [clerk, reviewer, *officers])
        with runtime.reading() as session:
            assert procedure_records.by_record(session, Listing, record).state == "published"


def decide_and_publish(seat: SeatOf, bureau: Bureau, record: str) -> list[Hands]:
    """The decision of the head, its service by the clerk, and its publication; who took part."""
    later = str(bureau.today)
    head, clerk, verifier = seat("head"), seat("clerk"), seat("verifier")
    head.page.goto(f"/desk/cases/listing/{record}/decide")
    typed = {
        "列入决定书文号 必填": "盐示财列〔2026〕8号",
        "决定日期 必填": later,
        "列入理由 必填": "事实清楚，依据充分。",
        "签署的负责人 必填": "卞示例",
        "职务 必填": "局长",
        "列入的截止日": str(bureau.today + dt.timedelta(days=700)),
    }
    for label, text in typed.items():
        head.fill(head.page.get_by_label(label), text)
    papers(head, 1)
    submit(head, "作出决定")
    clerk.page.goto(f"/desk/cases/listing/{record}/serve")
    clerk.fill(clerk.page.get_by_label("决定书送达之日 必填"), later)
    papers(clerk, 2)
    submit(clerk, "送达决定")
    verifier.page.goto(f"/desk/cases/listing/{record}/publish")
    verifier.page.get_by_role("heading", name="公示后的样子").wait_for()
    submit(verifier, "公示")
    verifier.page.goto(f"/records/{record}")
    verifier.page.get_by_text("严重失信主体名单").first.wait_for()
    return [head, clerk, verifier]
