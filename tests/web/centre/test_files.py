"""A long list at a trading centre: uploaded, answered by the worker while its page tells how far it is."""

import io

import pytest

from registry import runtime
from registry.services.checks import batch_check
from registry.web.centre import file_pages
from tests.support import stores
from tests.support.desk import stranger
from tests.tabular.workbooks import workbook
from tests.web.browsing import needs_browser, served
from tests.web.centre import pages
from tests.web.signing_in import post, sign_in_browser

PATH = "/centre/files"
STATED = {"code": "", "sector": "procurement", "project": "goods", "must_tender": "no", "district": ""}


@pytest.fixture(scope="module")
def store(templates, tmp_path_factory):
    """One store is enough here: what is answered on which store, the service shows."""
    with templates.copy(stores.STORES[0], tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def site(app, bureau):
    with served(app) as address:
        yield address


@pytest.fixture
def centre(app, bureau):
    return pages.browser_of(app, "centre")


def book(count=3):
    firms = [stranger(700 + number) for number in range(count)]
    return workbook([["投标人名称", "统一社会信用代码"], *([firm["name"], firm["uscc"]] for firm in firms)])


def upload(client, count=3, **special):
    return post(client, PATH, {**STATED, **special, "file": (io.BytesIO(book(count)), "名单.xlsx")})


def answer_waiting(bureau, path):
    """Do the worker's part."""
    actor = bureau.people["centre"].actor
    batch_check.run(lambda act: runtime.perform(actor, act), actor, path.rsplit("/", 1)[1])


class TestShortList:
    def test_is_answered_at_once_and_taken_as_a_workbook(self, app, centre):
        answer = upload(centre)
        assert answer.status_code == 303, answer.text
        page = centre.get(answer.location).text
        assert "核查完毕" in page and "progress.js" not in page and "3 方" in page
        assert centre.get(f"{answer.location}/result.xlsx").data.startswith(b"PK")
        assert "核查完毕" in centre.get(PATH).text
        other = pages.browser_of(app, "other-centre")
        for path in (answer.location, f"{answer.location}/result.xlsx"):
            assert other.get(path).status_code == 404

    @pytest.mark.parametrize(("typed", "field"), [({"sector": ""}, "sector"), ({"project": ""}, "project")])
    def test_of_which_a_question_is_open_comes_back(self, centre, typed, field):
        answer = upload(centre, **typed)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text


class TestLongList:
    def test_tells_how_far_it_is_and_can_be_cancelled(self, centre, monkeypatch):
        monkeypatch.setattr(file_pages, "CHUNK", 2)  # so that three rows are a long list, for the worker
        path = upload(centre, code="YC2026-0950").location
        page = centre.get(path).text
        assert "已核查 0 / 3 行" in page
        assert '<noscript><meta http-equiv="refresh"' in page
        assert centre.get(f"{path}/result.xlsx").status_code >= 400
        assert post(centre, f"{path}/cancellation").status_code == 303
        assert "已取消" in centre.get(path).text

    @needs_browser
    @pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
    def test_page_comes_to_its_end_by_itself(self, browser, site, bureau, monkeypatch, script):
        monkeypatch.setattr(file_pages, "CHUNK", 2)
        context = browser.new_context(base_url=site, java_script_enabled=script)
        page = context.new_page()
        sign_in_browser(page, "centre")
        page.goto(PATH)
        page.get_by_label("名单文件").set_input_files(
            {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": book()}
        )
        page.get_by_label("领域").select_option("procurement")
        page.get_by_label("货物").check()
        page.get_by_role("group", name="是否依法必须招标").get_by_label("否", exact=True).check()
        page.get_by_label("项目编号").fill(f"YC2026-096{int(script)}")
        page.get_by_role("button", name="上传并核查").click()
        page.get_by_text("已核查 0 / 3 行").wait_for()
        answer_waiting(bureau, page.url)
        page.get_by_role("link", name="下载结果").wait_for(timeout=10_000)
        context.close()
