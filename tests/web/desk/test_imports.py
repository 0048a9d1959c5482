"""A clerk files a workbook in the browser: looks at every finding, mends cells, files the good rows."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import func, select

from registry import runtime
from registry.models import AuditEvent, Penalty, PenaltyImport
from registry.services.cases import import_review
from tests.web.desk.walking import text_of
from tests.web.desk.workbooks import HEADINGS, ledger_of, row

PATH = "/desk/imports"
NUMBERS = iter(range(1, 10_000))


def numbers(count):
    return [next(NUMBERS) for _ in range(count)]


def upload(clerk, data, name="台账.xlsx", **fields):
    """Hand a file in; the page of the file."""
    form = {"file": (io.BytesIO(data), name), "sectors": "procurement", **fields}
    return clerk.follow(PATH, form, content_type="multipart/form-data")


def number_of(page):
    return int(re.search(r"/desk/imports/(\d+)/", page.text)[1])


def filed_count():
    with runtime.reading() as session:
        return session.execute(select(func.count()).select_from(Penalty)).scalar_one()


def mend(clerk, page, place, **cells):
    """Save cells of a row by heading."""
    data = {"sheet": "Sheet1", "row": str(place), **{f"cell:{name}": text for name, text in cells.items()}}
    return clerk.follow(f"{PATH}/{number_of(page)}/cells", data)


@pytest.fixture
def clerk(officer):
    return officer("clerk")


class TestUpload:
    def test_shows_every_fault_at_its_cell_and_files_nothing(self, clerk):
        first, second, third = numbers(3)
        before = filed_count()
        data = ledger_of(row(first), row(second, **{"罚款金额（元）": "贰万左右"}), row(third, 文号=""))
        page = upload(clerk, data)
        text = text_of(page)
        assert "可以报送 1 行，有误 2 行" in text
        assert "还没有报送任何一行" in text
        assert re.search(r"I3 *罚款金额（元）.*amount-malformed", text)
        assert re.search(r"D4 *文号.*required", text)
        assert 'value="贰万左右"' in page.text
        assert filed_count() == before

    def test_that_is_not_a_table_says_why_and_comes_back(self, clerk):
        page = upload(clerk, b"PK\x03\x04 broken", "坏.xlsx")
        assert "不能读取" in text_of(page)
        assert "重新选择文件" in page.text
        assert "/mapping" not in page.text  # there is no column of which anything could be said
        answer = clerk.submit(PATH, {"sectors": "procurement"}, content_type="multipart/form-data")
        assert (answer.status_code, "请选择一个文件" in answer.text) == (422, True)

    def test_gives_the_same_file_back_when_it_is_uploaded_again(self, clerk):
        data = ledger_of(row(*numbers(1), 文号=""))
        assert number_of(upload(clerk, data)) == number_of(upload(clerk, data))

    def test_belongs_to_who_uploaded_it(self, clerk, officer):
        number = number_of(upload(clerk, ledger_of(row(*numbers(1)))))
        for name in ("second-clerk", "other-clerk", "verifier"):
            for path in (f"{PATH}/{number}", f"{PATH}/{number}/mapping", f"{PATH}/{number}/workbook"):
                officer(name).open(path, 404)
        for path in (f"{PATH}/999999", f"{PATH}/x"):
            clerk.open(path, 404)

    def test_offers_the_template_of_the_department(self, clerk):
        answer = clerk.open(f"{PATH}/template")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
        assert any("处罚机关" in str(cell.value) for line in sheet.iter_rows(max_row=5) for cell in line)


class TestMending:
    def test_of_three_bad_rows_files_all_of_them(self, clerk):
        one, two, three, four = numbers(4)
        good = row(one)[1]
        data = ledger_of(
            row(one, 统一社会信用代码=f"{good[:-1]}{'0' if good[-1] != '0' else '1'}"),
            row(two, **{"罚款金额（元）": "贰万左右"}),
            row(three, 文号=""),
            row(four),
        )
        before = filed_count()
        page = upload(clerk, data)
        page = mend(clerk, page, 2, 统一社会信用代码=good)
        assert "有误 2 行" in text_of(page)
        page = mend(clerk, page, 3, **{"罚款金额（元）": "20000"})
        page = mend(clerk, page, 4, 文号=row(three)[3])
        assert "可以报送 4 行，有误 0 行" in text_of(page)
        page = clerk.follow(f"{PATH}/{number_of(page)}/submission")
        assert "已报送 4 行，拒收 0 行" in text_of(page)
        assert filed_count() == before + 4
        with runtime.reading() as session:
            rows = session.scalars(select(Penalty).order_by(Penalty.id)).all()[-4:]
            assert [penalty.state for penalty in rows] == ["filed"] * 4
            assert ["cell-mended" in penalty.filing.notes for penalty in rows].count(True) == 3
            acts = session.scalars(select(AuditEvent.act).order_by(AuditEvent.id.desc()).limit(30)).all()
        assert {"import.mend", "import.submit"} <= set(acts)

    def test_that_is_wrong_again_says_what_would_be_right(self, clerk):
        page = upload(clerk, ledger_of(row(*numbers(1), 处罚日期="昨天")))
        page = mend(clerk, page, 2, 处罚日期="2026-13-40")
        assert "date-malformed" in page.text
        assert 'value="2026-13-40"' in page.text

    def test_keeps_what_was_mended_when_the_page_is_closed(self, clerk, officer):
        page = upload(clerk, ledger_of(row(*numbers(1), 处罚日期="昨天", 文号="")))
        mend(clerk, page, 2, 处罚日期="2026-11-10")
        later = officer("clerk").open(f"{PATH}/{number_of(page)}")
        assert "date-malformed" not in later.text
        assert "required" in later.text

    def test_of_a_cell_that_nothing_was_wrong_with_is_possible(self, clerk):
        page = upload(clerk, ledger_of(row(*numbers(1), 文号="")))
        form = clerk.open(f"{PATH}/{number_of(page)}/row?sheet=Sheet1&row=2")
        assert all(heading in form.text for heading in HEADINGS)
        clerk.open(f"{PATH}/{number_of(page)}/row?sheet=Sheet1&row=99", 404)

    def test_of_a_measure_without_end_asks_for_the_fields_that_it_is_made_of(self, clerk):
        page = upload(clerk, ledger_of(row(*numbers(1), 处罚内容="处以罚款二万元，禁止参加政府采购活动一年。")))
        assert "measure-without-end" in page.text
        page = mend(clerk, page, 2, effect_until="2027-11-09")
        assert "可以报送 1 行，有误 0 行" in text_of(page)

    def test_after_filing_files_only_what_was_mended(self, clerk):
        one, two = numbers(2)
        page = upload(clerk, ledger_of(row(one), row(two, 文号="")))
        page = clerk.follow(f"{PATH}/{number_of(page)}/submission")
        assert "已报送 1 行，拒收 1 行" in text_of(page)
        before = filed_count()
        page = mend(clerk, page, 3, 文号=row(two)[3])
        page = clerk.follow(f"{PATH}/{number_of(page)}/submission")
        assert "已报送 2 行，拒收 0 行" in text_of(page)
        assert filed_count() == before + 1

    def test_never_leaves_an_identity_number_in_the_clear(self, clerk):
        page = upload(clerk, ledger_of(row(*numbers(1), 文号="")))
        mend(clerk, page, 2, 违法事实="由320981199912310005经办。", 文号="盐示财采罚〔2026〕9001号")
        with runtime.reading() as session:
            stored = session.get_one(PenaltyImport, number_of(page))
            assert b"320981199912310005" not in stored.mended
            assert "320981199912310005" not in stored.options

    def test_of_a_forged_form_is_refused(self, clerk):
        page = upload(clerk, ledger_of(row(*numbers(1), 文号="")))
        answer = clerk.client.post(f"{PATH}/{number_of(page)}/cells", data={"sheet": "Sheet1", "row": "2"})
        assert answer.status_code >= 400
        assert "required" in clerk.open(f"{PATH}/{number_of(page)}").text


class TestMapping:
    def test_settles_an_unknown_column_and_a_missing_unit(self, clerk):
        headings = (*HEADINGS[:8], "罚款金额", "处罚日期", "案件状态")
        page = upload(clerk, ledger_of([*row(*numbers(1)), "已结案"], headings=headings))
        assert "案件状态" in text_of(page)
        number = number_of(page)
        form = clerk.open(f"{PATH}/{number}/mapping")
        assert "不认识" in text_of(form)
        data = {
            "heading": ["罚款金额", "案件状态"],
            "present": ["fine", ""],
            "meaning": ["fine:元", "-"],
        }
        page = clerk.follow(f"{PATH}/{number}/mapping", data)
        assert number_of(page) == number
        assert "可以报送 1 行，有误 0 行" in text_of(page)

    def test_keeps_what_was_mended(self, clerk):
        page = upload(clerk, ledger_of([*row(*numbers(1), 文号=""), "样"], headings=(*HEADINGS, "经办科室")))
        mend(clerk, page, 2, 文号="盐示财采罚〔2026〕9002号")
        data = {"heading": ["经办科室"], "present": [""], "meaning": ["remark"]}
        page = clerk.follow(f"{PATH}/{number_of(page)}/mapping", data)
        assert "可以报送 1 行，有误 0 行" in text_of(page)


class TestProgress:
    def test_of_a_long_file_goes_on_in_the_worker(self, clerk, bureau, monkeypatch):
        monkeypatch.setattr(import_review.penalty_import, "CHUNK", 2)
        page = upload(clerk, ledger_of(*(row(number) for number in numbers(5))))
        assert "已检查 0 / 5 行" in text_of(page)
        assert 'http-equiv="refresh"' in page.text
        actor = bureau.people["clerk"].actor
        number = int(page.request.path.rsplit("/", 1)[1])
        with runtime.reading() as session:
            assert number in [import_id for import_id, _ in import_review.pending_checks(session)]
        import_review.run_pending(runtime.perform, [(number, actor)])
        page = clerk.open(f"{PATH}/{number}")
        assert "可以报送 5 行，有误 0 行" in text_of(page)


class TestWorkbook:
    def test_is_the_file_with_its_findings(self, clerk):
        page = upload(clerk, ledger_of(row(*numbers(1), 文号="")))
        answer = clerk.open(f"{PATH}/{number_of(page)}/workbook")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        assert "required" in sheet["D2"].comment.text
