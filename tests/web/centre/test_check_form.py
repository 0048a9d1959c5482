"""The form of a new check: every way to state a list, and what is wrong beside the cell it is wrong in."""

import io

import pytest

from tests.support.desk import stranger
from tests.web.centre import pages
from tests.web.centre.bidders import invite, mistype
from tests.web.signing_in import post

NEW = "/centre/checks/new"
QUESTIONS = {
    "code": "YC2026-0800", "name": "", "sector": "procurement", "project": "unsaid", "must_tender": "unsaid",
    "district": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def bidders(bureau):
    return invite(bureau)


@pytest.fixture
def centre(app, bidders):
    return pages.browser_of(app, "centre")


def submit(client, **special):
    return post(client, NEW, QUESTIONS | special)


class TestList:
    def test_may_be_typed(self, centre, bidders):
        firm = stranger(1)
        answer = submit(centre, parties=f"{firm['name']} {firm['uscc']}\n{bidders.rows[0][1]} {bidders.rows[0][2]}")
        assert answer.status_code == 303, answer.get_data(as_text=True)
        text = centre.get(answer.headers["Location"]).get_data(as_text=True)
        assert [verdict for verdict, _ in pages.verdicts(text)] == ["受限制", "未查到"]

    def test_may_be_pasted_with_its_headings(self, centre, bidders):
        answer = submit(centre, parties=bidders.text())
        assert answer.status_code == 303, answer.get_data(as_text=True)
        assert len(pages.verdicts(centre.get(answer.headers["Location"]).get_data(as_text=True))) == 12

    def test_with_an_unknown_heading_is_asked_about_and_need_not_be_chosen_again(self, centre, bidders):
        odd = ("序号", "参选方", "代号", "角色", "所属")
        answer = submit(centre, file=(io.BytesIO(bidders.workbook(odd)), "名单.xlsx"))
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "参选方" in text
        form = pages.filled(text, NEW)
        assert form["kept"][0]
        assert bidders.rows[0][1] not in form["kept"][0]
        meanings = dict(zip(form["heading"], form["meaning"], strict=True)) if "meaning" in form else {}
        assert "参选方" in form["heading"] or meanings
        columns = {"开标记录表": "", "序号": "ref", "参选方": "name", "代号": "uscc", "角色": "role", "所属": "of"}
        said = [columns.get(heading, "-") for heading in form["heading"]]
        answer = post(centre, NEW, form | {"meaning": said})
        if answer.status_code == 200:
            answer = post(centre, NEW, pages.filled(answer.get_data(as_text=True), NEW))
        assert answer.status_code == 303, answer.get_data(as_text=True)
        assert len(pages.verdicts(centre.get(answer.headers["Location"]).get_data(as_text=True))) == 12

    def test_shows_each_fault_in_its_row_and_keeps_the_others(self, centre):
        good, bad = stranger(1), stranger(2)
        answer = submit(centre, parties=f"{good['name']}\t{good['uscc']}\n{bad['name']}\t91320903MA0T")
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "第 2 行统一社会信用代码" in text
        assert 'href="#row-1-uscc"' in text
        assert 'id="row-1-uscc"' in text
        form = pages.filled(text, NEW)
        assert form["row_name"][:2] == [good["name"], bad["name"]]
        corrected = form["row_uscc"]
        corrected[1] = bad["uscc"]
        answer = post(centre, NEW, form | {"row_uscc": corrected})
        assert answer.status_code == 303, answer.get_data(as_text=True)

    def test_is_asked_for_when_there_is_none(self, centre):
        answer = submit(centre)
        assert answer.status_code == 422
        assert "请填写、粘贴或者上传名单" in answer.get_data(as_text=True)

    def test_that_cannot_be_read_is_refused_in_words(self, centre):
        answer = submit(centre, file=(io.BytesIO(b"%PDF-1.7 x"), "名单.pdf"))
        assert answer.status_code == 422
        assert "PDF" in answer.get_data(as_text=True)

    def test_with_a_mistyped_code_says_what_to_do(self, centre):
        firm = stranger(3)
        answer = submit(centre, parties=f"{firm['name']}\t{mistype(firm['uscc'])}")
        text = centre.get(answer.headers["Location"]).get_data(as_text=True)
        assert "校验码不对：请核对营业执照" in text

    @pytest.mark.parametrize("name", ["code", "sector", "project", "must_tender"])
    def test_is_not_checked_without_an_answer_to_each_question(self, centre, name):
        firm = stranger(1)
        answer = submit(centre, parties=f"{firm['name']} {firm['uscc']}", **{name: ""})
        assert answer.status_code == 422
        assert f'href="#{name}"' in answer.get_data(as_text=True)


class TestAccess:
    PATHS = (
        "/centre", NEW, "/centre/checks/{check}", "/centre/checks/{check}/receipt.json",
        "/centre/checks/{check}/sheet.pdf", "/centre/checks/{check}/reviews/1", "/centre/watches",
    )  # fmt: skip

    @pytest.fixture
    def check(self, centre):
        answer = submit(centre, parties="盐城盐都无此商贸有限公司")
        return answer.headers["Location"].rsplit("/", 1)[1]

    @pytest.mark.parametrize("path", PATHS)
    def test_without_a_session_leads_to_signing_in(self, app, check, path):
        answer = pages.browser_of(app, None).get(path.format(check=check))
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/login?next=")

    @pytest.mark.parametrize("name", ["clerk", "verifier", "head", "security", "operator", "auditor"])
    @pytest.mark.parametrize("path", PATHS)
    def test_is_not_there_for_other_roles(self, app, check, name, path):
        client = pages.browser_of(app, name)
        assert client.get(path.format(check=check)).status_code == 404

    @pytest.mark.parametrize("path", [path for path in PATHS if "{check}" in path])
    def test_of_a_check_is_not_there_for_another_centre(self, app, check, path):
        client = pages.browser_of(app, "other-centre")
        assert client.get(path.format(check=check)).status_code == 404

    def test_of_another_centre_shows_none_of_the_tenders(self, app, check):
        client = pages.browser_of(app, "other-centre")
        assert "YC2026-0800" not in client.get("/centre").get_data(as_text=True)

    @pytest.mark.parametrize("path", PATHS)
    def test_is_kept_by_no_cache(self, centre, check, path):
        answer = centre.get(path.format(check=check))
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]

    @pytest.mark.parametrize("path", [NEW, "/centre/checks/{check}/reviews/1", "/centre/checks/{check}/watch"])
    def test_takes_no_form_without_its_token(self, centre, check, path):
        answer = centre.post(path.format(check=check), data=QUESTIONS | {"outcome": "same", "reason": "x"})
        assert answer.status_code in (400, 403)
