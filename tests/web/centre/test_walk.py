"""A trading centre's hour before award: list, questions, answer, review, sheet, and the second look."""

import io
import re

import pytest
from playwright.sync_api import expect

from tests.support.bureau import PDF
from tests.support.printed import text_of as words
from tests.web.browsing import needs_browser, served
from tests.web.centre import pages
from tests.web.centre.bidders import invite
from tests.web.keyboard import Hands, report
from tests.web.signing_in import post, sign_in, sign_in_browser

NEW = "/centre/checks/new"
QUESTIONS = {
    "code": "YC2026-0600", "name": "示例设备采购", "sector": "procurement", "project": "goods", "must_tender": "no",
    "district": "320903",
}  # fmt: skip


@pytest.fixture(scope="module")
def bidders(bureau):
    return invite(bureau)


@pytest.fixture(scope="module")
def site(app, bidders):
    with served(app) as address:
        yield address


def hand_in(client, bidders):
    """A list with a question unanswered, then with the answer: nothing is lost meanwhile. The address of the check."""
    upload = {"file": (io.BytesIO(bidders.workbook()), "名单.xlsx")}
    answer = post(client, NEW, QUESTIONS | {"must_tender": ""} | upload)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请选择是否依法必须招标" in text
    answer = post(client, NEW, pages.filled(text, NEW) | {"must_tender": "no"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def read(client, check, bidders):
    """The most urgent first; why each matched."""
    text = client.get(check).get_data(as_text=True)
    lines = pages.verdicts(text)
    assert [verdict for verdict, _ in lines] == ["受限制"] * 4 + ["需人工核实"] + ["未查到"] * 7
    assert lines[4][1] == bidders.mistyped["subject_name"]
    assert "代码相同而名称不同：所查“盐城虚构旧名称设备供应有限公司”" in text
    assert "按最重的成员认定" in text
    return pages.reviews(text)


def decide(client, check, number, bidders):
    """Decide a review with evidence; the verdict stays what it was."""
    page = client.get(f"{check}/reviews/{number}").get_data(as_text=True)
    assert bidders.mistyped["subject_name"] in page
    decision = {"outcome": "same", "reason": "代码抄错一位，营业执照核对为同一单位"}
    evidence = {"evidence": (io.BytesIO(PDF), "执照.pdf")}
    answer = post(client, f"{check}/reviews/{number}", decision | evidence)
    assert answer.status_code == 303, answer.get_data(as_text=True)


def print_and_prove(client, check):
    """The sheet, and what the public page says of it."""
    sheet = client.get(f"{check}/sheet.pdf").data
    printed = words(sheet)
    for part in (
        "授标前信用核查表", "YC2026-0600", "示例设备采购", "政府采购领域", "（北京时间）", "是同一主体",
        "核查人（签字）", "禁止参加政府采购活动", "汇总：共12方",
    ):  # fmt: skip
        assert part in printed
    proven = client.post("/verify", data={"receipt": (io.BytesIO(sheet), "核查表.pdf")})
    text = proven.get_data(as_text=True)
    assert proven.status_code == 200
    for part in ("回执有效", "编号 YC2026-0600，名称 示例设备采购", "判定为“是同一主体”"):
        assert part in text


def look_again(client, check):
    """The second look, begun from the first one. The address of the check."""
    again = client.get(f"{NEW}?earlier={check.rsplit('/', 1)[1]}&from=singlemessage").get_data(as_text=True)
    answer = post(client, NEW, pages.filled(again, NEW))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


class TestWalk:
    def test_from_the_list_to_the_sheet_and_the_second_look(self, client, bureau, bidders):
        sign_in(client, "centre")
        first = hand_in(client, bidders)
        for number in read(client, first, bidders):
            decide(client, first, number, bidders)
        text = client.get(first).get_data(as_text=True)
        assert "均已判定" in text
        assert "代码抄错一位" in text
        assert pages.verdicts(text)[4] == ("需人工核实", bidders.mistyped["subject_name"])
        print_and_prove(client, first)

        bureau.published_penalty(subject_name=bidders.rows[11][1], uscc=bidders.rows[11][2])
        second = look_again(client, first)
        text = client.get(second).get_data(as_text=True)
        for part in ("结论由“未查到”变为“受限制”", "此前核查中作出，继续适用", "均已判定"):
            assert part in text
        compared = client.get(f"{second}/comparison").get_data(as_text=True)
        assert bidders.rows[11][1] in compared
        assert "其余 11 方没有变化" in compared
        tenders = client.get("/centre").get_data(as_text=True)
        assert "YC2026-0600" in tenders
        assert "第 2 次核查" in tenders


@needs_browser
class TestBrowser:
    @pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
    def test_walks_by_keyboard_from_the_list_to_the_proven_sheet(self, browser, site, bureau, tmp_path, script):
        bidders = invite(bureau)  # about others, the walk above has decided
        path = tmp_path / "名单.xlsx"
        path.write_bytes(bidders.workbook())
        context = browser.new_context(base_url=site, java_script_enabled=script, accept_downloads=True)
        page = context.new_page()
        try:
            sign_in_browser(page, "centre")
            page.goto("/centre")
            hands = Hands(page, by_tab=script)
            hands.follow("新核查")
            hands.fill(page.get_by_label("项目编号"), f"YC2026-07{int(script)}")
            hands.choose(page.get_by_label("领域"), "procurement")
            hands.pick(page.get_by_label("货物"))
            hands.pick(page.get_by_role("group", name="是否依法必须招标").get_by_label("否", exact=True))
            hands.hand_in(page.get_by_label("或者上传名单文件"), path)
            hands.push("核查")
            if page.get_by_role("heading", level=1).inner_text() == "新核查":
                hands.push("核查")
            page.get_by_role("heading", name="各方，最急的在前").wait_for()
            expect(page.locator("article")).to_have_count(12)
            while page.get_by_role("link", name=re.compile("^判定第")).count():
                hands.press(page.get_by_role("link", name=re.compile("^判定第")).first)
                hands.pick(page.get_by_label("不是同一主体"))
                hands.fill(page.get_by_label("理由"), "住所地和法定代表人都不同")
                hands.push("签署判定")
            expect(page.get_by_text("均已判定").first).to_be_visible()
            sheet = tmp_path / "sheet.pdf"
            hands.download("核查表（PDF）").save_as(sheet)
            report("trading centre, 12 bidders to the printed sheet", [hands])
            page.goto("/verify")
            hands.hand_in(page.get_by_label("回执文件"), sheet)
            hands.push("验证")
            expect(page.get_by_role("heading", name="回执有效")).to_be_visible()
            expect(page.get_by_text("判定为“不是同一主体”").first).to_be_visible()
        finally:
            context.close()
