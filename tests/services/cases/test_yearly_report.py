"""The yearly report: every department, its figures and rates, and each limit that it missed."""

import datetime as dt
import io
import json

import openpyxl
import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.domain.reporting_rates import Ratio
from registry.queries.cases import yearly_report
from registry.queries.law import reference_data
from registry.queries.node import account_lookup
from registry.refusals.procedure import ReportUnknown
from registry.services.cases import penalty_verification, relief_applications, relief_decisions
from registry.services.cases.relief_decisions import Ruling
from registry.web.public import reports
from tests.support.bureau import papers
from tests.support.filings import PERSON_NUMBER, PersonFactory

DECIDED = "2026-02-27"
"""A Friday; D01 ends on Monday 9 March 2026, as Saturday 28 February is worked."""
HOSTILE = '=HYPERLINK("http://example.org","示例局")<b>'


def day(text):
    return dt.date.fromisoformat(text)


def made(today, year=2026):
    """The report of a year, by department."""
    with runtime.reading() as session:
        found = yearly_report.yearly(session, reference_data.current(session), year, day(today))
    return {section.department.code: section for section in found.sections}


@pytest.fixture
def year(bureau):
    """A year of work in one department: three penalties, a listing, a withdrawal, a dispute and a repair."""
    bureau.go(day("2026-03-02"))
    timely = bureau.penalty(decided_on=DECIDED, sectors="procurement,construction")
    late = bureau.penalty(
        decided_on=DECIDED, content="处以罚款一万元。", effect_until=""
    )  # a ban is no matter for repair
    bureau.penalty(decided_on=DECIDED, sectors="construction")
    bureau.go(day("2026-03-09"))
    bureau.verify(timely)
    bureau.go(day("2026-03-20"))
    bureau.verify(late)
    record = bureau.listed(late)
    bureau.go(day("2026-06-02"))
    bureau.step(record, "remove")
    number = bureau.applied("dispute", timely)
    bureau.do("clerk", lambda work: relief_applications.accept(work, number, papers()))
    ruling = Ruling("keep", "经核实", bureau.today)
    bureau.do("verifier", lambda work: relief_decisions.decide(work, number, ruling, papers("relief_decision")))
    repair = bureau.applied("repair", late)
    bureau.do("clerk", lambda work: relief_applications.accept(work, repair, papers()))
    bureau.do("verifier", lambda work: relief_decisions.grant(work, repair, "条件具备", papers("relief_decision")))
    bureau.go(day("2026-06-30"))
    since = day("2026-06-23")
    bureau.do(
        "verifier",
        lambda work: penalty_verification.withdraw(work, timely, "经复议撤销", since, if_version=None),
    )
    bureau.go(day("2026-07-01"))
    return bureau


class TestYearly:
    def test_counts_each_act_once_for_the_department(self, year):
        assert made("2026-07-01")["finance"].total.counts == {
            "filed": 3,
            "history": 0,
            "published": 2,
            "withdrawn": 1,
            "listed": 1,
            "removed": 1,
            "disputes_received": 1,
            "disputes_decided": 1,
            "repairs_received": 1,
            "repairs_decided": 1,
        }

    def test_counts_a_record_under_each_of_its_sectors(self, year):
        sectors = made("2026-07-01")["finance"].sectors
        assert {code: line.counts["filed"] for code, line in sectors.items()} == {
            "construction": 2,
            "procurement": 2,
        }
        assert {code: line.counts["published"] for code, line in sectors.items()} == {
            "construction": 1,
            "procurement": 2,
        }
        assert sectors["construction"].counts["listed"] == 0
        assert sectors["procurement"].counts["listed"] == 1

    def test_has_the_rates_of_department_and_sector(self, year):
        section = made("2026-07-01")["finance"]
        assert section.total.tally.rates["timeliness"] == Ratio(1, 3)
        assert section.total.tally.rates["compliance"] == Ratio(3, 3)
        assert section.sectors["construction"].tally.rates["timeliness"] == Ratio(1, 2)
        assert section.sectors["procurement"].tally.rates["lateness"] == Ratio(1, 2)

    def test_lists_each_missed_limit_with_its_days(self, year):
        missed = made("2026-07-01")["finance"].missed
        told = [(one.name, one.deadline, str(one.due), one.met_on and str(one.met_on), one.days) for one in missed]
        assert ("处罚决定公示", "D01", "2026-03-09", "2026-03-20", 9) in told
        assert ("处罚决定公示", "D01", "2026-03-09", None, 78) in told
        assert ("撤回已公示的处罚", "D03", "2026-06-26", "2026-06-30", 2) in told
        assert len(told) == 3
        assert all(one.source and one.status for one in missed)

    def test_lists_the_first_missed_limits_of_each_department_and_counts_all(self, year):
        with runtime.reading() as session:
            reference = reference_data.current(session)
            reports = [yearly_report.yearly(session, reference, 2026, day("2026-07-01"), most) for most in (None, 2)]
        whole, short = ({section.department.code: section for section in report.sections} for report in reports)
        assert list(short["finance"].missed) == list(whole["finance"].missed)[:2]
        assert [section.missed_count for section in (short["finance"], short["housing"])] == [3, 0]

    def test_counts_the_same_whatever_blocks_of_entries_were_counted_before(self, year, monkeypatch):
        usual = made("2026-07-01")["finance"]
        monkeypatch.setattr(yearly_report, "ENTRIES_OF_A_BLOCK", 2)
        for _ in range(2):
            section = made("2026-07-01")["finance"]
            assert section.total.counts == usual.total.counts
            assert section.sectors == usual.sectors

    def test_misses_nothing_on_the_last_day(self, bureau):
        bureau.go(day("2026-03-02"))
        bureau.penalty(decided_on=DECIDED)
        assert made("2026-03-09")["finance"].missed == ()
        assert len(made("2026-03-10")["finance"].missed) == 1

    def test_names_departments_that_did_nothing(self, year):
        section = made("2026-07-01")["housing"]
        assert set(section.total.counts.values()) == {0}
        assert {ratio.value for ratio in section.total.tally.rates.values()} == {None}
        assert section.missed == ()

    def test_is_of_the_years_since_the_first_filing(self, year):
        assert set(made("2027-01-04", 2027)["finance"].total.counts.values()) == {0}
        for number in (2025, 2027):
            with pytest.raises(ReportUnknown):
                made("2026-07-01", number)


@pytest.fixture
def hostile(year):
    """The department has a name that a spreadsheet would run."""

    def rename(work):
        account_lookup.department(work.session, "finance").name = HOSTILE

    runtime.perform(SYSTEM, rename)
    return year


def sheets(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [["" if value is None else value for value in row] for row in sheet.values] for sheet in book}


class TestPage:
    def test_tells_figures_rates_missed_limits_and_the_duty(self, year, client):
        page = client.get("/reports/2026").text
        for part in (
            "实施方案（2018）五（三）",
            "33.33%（1/3）",
            "逾期时限 3 项",
            "尚未了结",
            "D03",
            "政府采购",
            "本年度尚未结束",
        ):
            assert part in page, part
        assert page.count("没有逾期的时限") == 2  # the other two departments

    def test_has_missed_limits_by_page(self, year, client, monkeypatch):
        monkeypatch.setattr(reports, "LIMITS_PER_PAGE", 2)
        first = client.get("/reports/2026").text
        assert "其余 1 项" in first
        assert "D03" not in first
        second = client.get("/reports/2026/finance/2").text
        assert ("D03" in second, "逾期时限 3 项" in second, "第 2 页，共 2 页" in second) == (True, True, True)
        for path in ("finance/3", "finance/0", "unknown/1"):
            assert client.get(f"/reports/2026/{path}").status_code == 404

    def test_names_no_subject_and_no_record(self, year, client):
        bodies = [client.get("/reports/2026").text, json.dumps(sheets(client.get("/reports/2026.xlsx").data))]
        for record, filed in year.names.items():
            for body in bodies:
                assert record not in body
                assert filed["subject_name"] not in body

    def test_names_no_person(self, bureau, client):
        bureau.go(day("2026-03-02"))
        record = bureau.penalty(
            decided_on=DECIDED,
            **{
                key: value
                for key, value in PersonFactory().items()
                if key in ("subject_name", "subject_kind", "uscc", "id_type", "id_number")
            },
        )
        bureau.go(day("2026-03-20"))
        bureau.verify(record)
        page = client.get("/reports/2026").text
        assert "逾期时限 1 项" in page
        assert not [text for text in (record, "卞子墨", PERSON_NUMBER) if text in page]

    def test_escapes_what_a_department_is_called(self, hostile, client):
        page = client.get("/reports/2026").text
        assert "<b>" not in page
        assert "&lt;b&gt;" in page

    def test_is_listed_and_linked_from_every_page(self, year, client):
        assert 'href="/reports"' in client.get("/").text
        listed = client.get("/reports").text
        assert 'href="/reports/2026"' in listed
        assert 'href="/reports/2026.xlsx"' in listed
        assert "2025" not in listed

    def test_can_be_revalidated(self, year, client):
        for path in ("/reports/2026", "/reports/2026.xlsx"):
            tag = client.get(path).headers["ETag"]
            assert client.get(path, headers={"If-None-Match": tag}).status_code == 304

    @pytest.mark.parametrize("path", ["/reports/2025", "/reports/2027", "/reports/99999999999", "/reports/2025.xlsx"])
    def test_of_another_year_is_not_found(self, year, client, path):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "report-unknown" in answer.text


class TestWorkbook:
    def test_has_the_figures_as_numbers(self, year, client):
        answer = client.get("/reports/2026.xlsx")
        assert answer.content_type.endswith("spreadsheetml.sheet")
        assert "report-2026.xlsx" in answer.headers["Content-Disposition"]
        head, *rows = sheets(answer.data)["工作情况"]
        finance = {row[2]: dict(zip(head, row, strict=True)) for row in rows if row[0] == "finance"}
        assert (finance["合计"]["报送处罚"], finance["合计"]["撤回"]) == (3, 1)
        assert (finance["合计"]["及时率"], finance["合计"]["及时率分母"]) == (0.3333, 3)
        assert finance["工程建设项目招标投标领域"]["合规率"] == ""
        empty = next(dict(zip(head, row, strict=True)) for row in rows if row[0] == "housing")
        assert (empty["及时率"], empty["及时率分母"]) == ("", 0)

    def test_lists_every_missed_limit(self, year, client):
        _, *rows = sheets(client.get("/reports/2026.xlsx").data)["逾期时限"]
        assert [row[4] for row in rows] == ["D01", "D01", "D03"]
        assert [row[8] for row in rows] == [9, 78, 2]
        assert "实施方案（2018）五（三）" in str(sheets(client.get("/reports/2026.xlsx").data)["说明"])

    def test_keeps_what_looks_like_a_formula_as_text(self, hostile, client):
        data = client.get("/reports/2026.xlsx").data
        _, *rows = sheets(data)["工作情况"]
        assert HOSTILE in [row[1] for row in rows]


@pytest.mark.usefixtures("year")
class TestCommand:
    def test_writes_a_page_that_needs_nothing_else(self, typed, tmp_path):
        path = tmp_path / "report.html"
        code, said = typed("report", "2026", "--out", path)
        assert code == 0
        assert "3 limits missed, as of 2026-07-01" in said
        page = path.read_text("utf-8")
        assert "逾期时限 3 项" in page
        assert not [part for part in ("<script", "href=", "src=", "http") if part in page]

    def test_writes_the_workbook(self, typed, tmp_path, client):
        path = tmp_path / "report.xlsx"
        assert typed("report", "2026", "--out", path)[0] == 0
        assert path.read_bytes() == client.get("/reports/2026.xlsx").data

    def test_refuses_another_year_and_another_ending(self, typed, tmp_path):
        code, said = typed("report", "2025", "--out", tmp_path / "r.html")
        assert (code, "report-unknown" in said) == (1, True)
        assert typed("report", "2026", "--out", tmp_path / "r.pdf")[0] == 2
        assert typed("report", "2026", "--out", tmp_path / "nowhere" / "r.html")[0] == 2
        assert not list(tmp_path.glob("r.*"))
