"""Every page of the desk with something on it: no violation that axe knows, never wider than its screen."""

from collections.abc import Iterator

import pytest

from tests.support import stores
from tests.support.filings import days_ago
from tests.tabular.workbooks import workbook
from tests.web.accessibility import violations
from tests.web.browsing import needs_browser, served, width_beyond_screen
from tests.web.desk.workbooks import HEADINGS, row
from tests.web.signing_in import sign_in_browser

pytestmark = needs_browser
SCREENS = [(390, 844), (1280, 900)]


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory) -> Iterator[str]:
    """One store is enough here: a browser sees the pages, not what is behind them."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def site(app, bureau) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture(params=SCREENS, ids=["phone", "desk"])
def page(request, browser, site):
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=site)
    yield context.new_page()
    context.close()


def upload(page):
    """A file with two bad rows; the path of its page."""
    rows = [row(7000 + place) for place in range(3)]
    rows[0][8], rows[1][3], rows[2][8] = "贰万左右", "", 200_000_000
    data = workbook([["2026年行政处罚台账"], list(HEADINGS), *rows])
    page.goto("/desk/imports")
    page.get_by_label("文件 必填").set_input_files(
        {"name": "台账.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_label("政府采购领域").check()
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_text("行，等待核验").or_(page.get_by_text("拒收")).first.wait_for()
    return page.url.split("#")[0]


class TestPages:
    def test_have_nothing_that_axe_finds_and_fit_their_screen(self, page, bureau):
        overdue = bureau.penalty(decided_on=days_ago(40))
        published = bureau.published_penalty()
        listing = bureau.drafted()
        dispute = bureau.applied("dispute", bureau.published_penalty())
        sign_in_browser(page, "clerk")
        file = upload(page)
        visits = {
            "clerk": (
                "/desk", "/desk/imports", file, f"{file}/mapping", f"{file}/row?sheet=Sheet1&row=3",
                "/desk/penalties/new", f"/desk/penalties/{overdue}", f"/desk/penalties/{overdue}/correction",
                f"/desk/penalties/{published}", f"/desk/cases/penalty/{published}/note_change", "/desk/listings",
                f"/desk/listings/{listing}", f"/desk/listings/{listing}/draft",
                "/desk/listings/new",
                f"/desk/listings/new?penalty={published}",
                f"/desk/listings/new?penalty={published}&scheme=procurement-serious", "/desk/reliefs",
                f"/desk/reliefs/{dispute}", f"/desk/cases/dispute/{dispute}/refuse", "/desk/statistics",
                "/desk/filed/relation", "/desk/filed/relation/new",
                "/desk/adopted-lists", "/desk/sampling?count=5", f"/desk/contacts/{published}",
            ),
            "verifier": (
                "/desk", "/desk/verification", f"/desk/penalties/{overdue}",
                f"/desk/cases/penalty/{published}/suspend",
            ),
            "reviewer": (f"/desk/cases/listing/{listing}/review",),
        }  # fmt: skip
        found = []
        for name, paths in visits.items():
            sign_in_browser(page, name)
            for path in paths:
                answer = page.goto(path)
                assert answer is not None and answer.status == 200, path
                found += violations(page)
                found += [f"{path} is too wide"] if width_beyond_screen(page) > 0 else []
        assert found == []

    def test_of_refused_forms_and_of_summaries_have_none_either(self, page, bureau):
        bureau.penalty()
        sign_in_browser(page, "clerk")
        page.goto("/desk/penalties/new")
        page.get_by_role("button", name="检查并预览").click()
        page.get_by_role("alert").wait_for()
        found = violations(page)
        sign_in_browser(page, "verifier")
        page.goto("/desk/verification")
        page.locator("input[name=record]").first.check()
        page.get_by_role("button", name="核验选中的").click()
        page.get_by_role("heading", name="确认公示 1 条").wait_for()
        found += violations(page)
        assert found == []
        assert width_beyond_screen(page) <= 0
