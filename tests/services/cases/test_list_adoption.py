"""Lists of other authorities are taken in from files and verified by a second officer."""

import datetime as dt
import io
import json
from dataclasses import replace

import pytest
import xlsxwriter
from sqlalchemy import select

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import Role
from registry.models import AdoptedListing, CaseStep
from registry.refusals.acts import OutOfRole, QueryRefused, RemovalShare, SelfVerification
from registry.refusals.content import MissingColumn, NoHeader, UnknownColumn
from registry.refusals.procedure import (
    AdoptionSuperseded,
    AdoptionUnfinished,
    AdoptionUnknown,
    ListSourceDiffers,
    ListStateOlder,
    SchemeUnknown,
)
from registry.services.cases import list_adoption, list_verification
from tests.support import dying
from tests.support.centre import Centre
from tests.support.lists import DAY, Office, firm, party
from tools.synthetic import write_xlsx


@pytest.fixture
def office(bureau):
    return Office(bureau)


@pytest.fixture
def centre(people):
    return Centre(people)


class TestUpdate:
    def test_same_file_again_is_the_same_adoption(self, office):
        first = office.file([firm(1)])
        assert office.store([firm(1)]) == first

    def test_file_that_a_later_one_undid_is_taken_in_again(self, office, centre):
        office.adopt([firm(1)])
        office.adopt([firm(1, 退出日期="2026-11-27")])
        assert len(office.adopt([firm(1)]).came) == 1
        assert centre.look(party(firm(1)))["lines"][0]["verdict"] == "barred"

    def test_same_place_again_is_unchanged(self, office):
        office.adopt([firm(1)])
        number = office.file([firm(1), firm(2)])
        assert office.outcomes(number) == {"unchanged": 1, "came": 1}
        assert len(office.verify(number).came) == 1

    def test_whole_list_tells_what_came_changed_renewed_and_left(self, office, centre):
        came = office.adopt([firm(number) for number in (1, 2, 3)], full=True).came
        office.bureau.go(DAY + dt.timedelta(days=7))
        later = [firm(1, 有效期至="2027-01-31"), firm(2), firm(4)]
        number = office.file(later, full=True)
        assert office.outcomes(number) == {"changed": 1, "renewed": 1, "came": 1}
        change = office.verify(number)
        assert [len(change.came), change.changed, change.left] == [1, came[:1], came[2:]]
        assert change.waiting == 0
        changed, left = office.newest(came[0]), office.newest(came[2])
        assert (changed["revision"], changed["act"], changed["ends_on"]) == (2, "correct", "2027-02-01")
        assert (left["state"], left["act"], left["as_of"]) == ("removed", "remove", "2026-12-05")
        assert [centre.look(party(firm(n)))["lines"][0]["verdict"] for n in (1, 2, 3, 4)] == [
            "barred", "barred", "no_record", "barred",
        ]  # fmt: skip
        assert office.sound() == []

    def test_who_left_may_come_again(self, office, centre):
        office.adopt([firm(1), firm(2)], full=True)
        office.bureau.go(DAY + dt.timedelta(days=1))
        office.adopt([firm(2)], full=True)
        office.bureau.go(DAY + dt.timedelta(days=2))
        assert len(office.adopt([firm(1)]).came) == 1
        assert centre.look(party(firm(1)))["lines"][0]["verdict"] == "barred"

    def test_row_that_says_the_party_left_removes_it(self, office, centre):
        [record] = office.adopt([firm(1)]).came
        number = office.file([firm(1, 退出日期="2026-11-27", 退出名单原因="履行完毕"), firm(2, 是否撤销="1")])
        assert office.outcomes(number) == {"off_list": 2}
        assert office.verify(number).left == [record]
        body = office.newest(record)
        assert (body["removed_because"], body["changed_on"]) == ("履行完毕", "2026-11-27")
        assert centre.look(party(firm(1)))["lines"][0]["verdict"] == "no_record"
        assert office.sound() == []

    def test_nobody_leaves_while_rows_were_refused(self, office):
        office.adopt([firm(1), firm(2)], full=True)
        office.bureau.go(DAY + dt.timedelta(days=1))
        change = office.adopt([firm(1), firm(2, 列入日期="昨天")], full=True)
        assert (change.left, change.kept, change.waiting) == ([], 1, 0)

    def test_older_state_is_refused(self, office):
        office.adopt([firm(1)])
        number = office.file([firm(1, 有效期至="2027-01-31")], as_of=DAY - dt.timedelta(days=9))
        assert (1 + 1, "", "fault", "older-than-known") in office.findings(number)

    def test_whole_list_is_judged_by_its_newest_filing_only(self, office):
        first = office.file([firm(1)], full=True)
        office.file([firm(1), firm(2)], full=True)
        with pytest.raises(AdoptionSuperseded):
            office.verify(first)

    def test_large_list_is_verified_call_by_call(self, office, monkeypatch):
        monkeypatch.setattr(list_adoption, "CHUNK", 2)
        monkeypatch.setattr(list_verification, "CHUNK", 2)
        number = office.file([firm(n) for n in range(5)])
        assert [(len(change.came), change.waiting) for change in (office.verify(number) for _ in range(3))] == [
            (2, 3), (2, 1), (1, 0),
        ]  # fmt: skip


class TestWeeklyList:
    def test_writes_one_entry_and_moves_the_day_of_the_list(self, office, centre):
        office.adopt([firm(number) for number in range(30)], full=True)
        for week in (1, 2, 3):
            office.bureau.go(DAY + dt.timedelta(days=7 * week))
            before = office.head()
            change = office.adopt([firm(number) for number in range(30)], full=True)
            assert (change.came, change.changed, change.left) == ([], [], [])
            assert office.head() == before + 1
            [known] = centre.look(party(firm(1)))["lists"]
            assert known["as_of"] == office.bureau.today.isoformat()
        assert {office.newest(record)["revision"] for record in office.records()} == {1}
        assert office.sound() == []

    def test_unread_rows_leave_the_day_where_it_was(self, office, centre):
        office.adopt([firm(1)], full=True)
        office.bureau.go(DAY + dt.timedelta(days=7))
        office.adopt([firm(1), firm(2, 列入日期="昨天")], full=True)
        assert centre.look(party(firm(1)))["lists"][0]["as_of"] == DAY.isoformat()

    def test_does_not_go_back_in_time(self, office):
        office.adopt([firm(1)], full=True)
        with pytest.raises(ListStateOlder):
            office.file([firm(1), firm(2)], full=True, as_of=DAY - dt.timedelta(days=1))
        number = office.file([firm(3)], as_of=DAY - dt.timedelta(days=1))
        assert (2, "", "fault", "older-than-known") in office.findings(number)

    def test_part_that_is_newer_survives_the_whole_of_an_older_day(self, office):
        office.adopt([firm(1)])
        office.bureau.go(DAY + dt.timedelta(days=2))
        office.adopt([firm(2)])
        change = office.adopt([firm(1)], full=True, as_of=DAY + dt.timedelta(days=1))
        assert change.left == []

    def test_part_filed_before_a_verified_whole_adds_nothing_any_more(self, office):
        part = office.file([firm(2)])
        office.adopt([firm(1)], full=True)
        with pytest.raises(AdoptionSuperseded):
            office.verify(part)

    def test_sources_are_named_in_every_file_or_in_none(self, office):
        office.adopt([firm(1)], source="甲法院")
        with pytest.raises(ListSourceDiffers):
            office.file([firm(2)])

    def test_whole_list_of_one_source_takes_nobody_off_another(self, office):
        office.adopt([firm(1)], full=True, source="甲法院")
        assert office.adopt([firm(2)], full=True, source="乙法院").left == []


class TestSendBack:
    def test_nothing_of_the_file_is_taken_in(self, office, centre):
        [record] = office.adopt([firm(1)]).came
        number = office.file([firm(1, 有效期至="2027-01-31"), firm(2)])
        assert office.send_back(number) == 0
        assert office.newest(record)["revision"] == 1
        assert centre.look(party(firm(2)))["lines"][0]["verdict"] == "no_record"
        with pytest.raises(AdoptionUnfinished):
            office.verify(number)
        again = office.file([firm(1, 有效期至="2027-01-31"), firm(2)])
        assert (again != number, office.outcomes(again)) == (True, {"came": 1, "changed": 1})
        assert len(office.verify(again).changed) == 1
        assert office.sound() == []

    def test_takes_another_officer(self, office):
        number = office.file([firm(1)])
        with pytest.raises(OutOfRole):
            office.send_back(number, by="clerk")
        filer = replace(office.bureau.people["clerk"].actor, role=Role.VERIFIER)
        with pytest.raises(SelfVerification):
            runtime.perform(filer, lambda work: list_verification.send_back(work, number, "错"))

    def test_single_place_is_left_out_of_the_verification(self, office):
        number = office.file([firm(1), firm(2)])
        record = office.records()[0]
        office.bureau.do(
            "verifier", lambda work: list_verification.send_back_place(work, record, "同名误列", StepInput())
        )
        assert office.verify(number).came == office.records()[1:]
        assert office.outcomes(office.file([firm(1)])) == {"came": 1}


class TestSuspension:
    def test_bears_nothing_until_it_is_resumed(self, office, centre):
        [record] = office.adopt([firm(1)]).came
        office.stay(record)
        assert centre.look(party(firm(1)))["lines"][0]["verdict"] == "no_record"
        office.bureau.go(DAY + dt.timedelta(days=5))
        office.resume(record)
        assert centre.look(party(firm(1)))["lines"][0]["verdict"] == "barred"
        stayed = centre.look(party(firm(1)), on=DAY + dt.timedelta(days=2))["lines"][0]
        assert stayed["verdict"] == "on_record"
        assert office.sound() == []

    def test_is_kept_by_a_later_state_of_the_list_and_told_of_its_change(self, office):
        [record] = office.adopt([firm(1)], full=True).came
        office.stay(record)
        office.bureau.go(DAY + dt.timedelta(days=7))
        number = office.file([firm(1, 有效期至="2027-01-31")], full=True)
        assert (2, "", "note", "suspended") in office.findings(number)
        assert office.verify(number).waiting == 0
        assert office.newest(record)["state"] == "suspended"
        office.resume(record)
        assert office.adopt([firm(1, 有效期至="2027-01-31")]).changed == [record]
        assert office.newest(record)["suspensions"] == [{"from": "2026-11-28", "until": "2026-12-05"}]
        assert office.sound() == []

    @pytest.mark.parametrize("says", [{"退出日期": "2026-12-01"}, None], ids=["row-says-so", "row-is-gone"])
    def test_leaves_with_its_list(self, office, says):
        [record, _] = office.adopt([firm(1), firm(2)], full=True).came
        office.stay(record)
        office.bureau.go(DAY + dt.timedelta(days=7))
        rows = [firm(2)] + ([firm(1, **says)] if says else [])
        assert office.adopt(rows, full=True).left == [record]
        assert office.newest(record)["state"] == "removed"
        assert office.sound() == []


class TestChanges:
    def test_are_told_record_by_record_before_and_after(self, office):
        office.adopt([firm(1), firm(2), firm(3)], full=True)
        office.bureau.go(DAY + dt.timedelta(days=7))
        number = office.file([firm(1, 有效期至="2027-01-31"), firm(2), firm(4)], full=True)
        expected = {("changed", firm(1)["对象名称"]), ("left", firm(3)["对象名称"]), ("came", firm(4)["对象名称"])}
        before = office.changes(number)
        office.verify(number)
        assert [{(one.change, one.name) for one in each} for each in (before, office.changes(number))] == [expected] * 2


class TestGuard:
    def test_mass_removal_waits_for_a_person(self, office):
        office.adopt([firm(n) for n in range(60)], full=True)
        office.bureau.go(DAY + dt.timedelta(days=1))
        number = office.file([firm(n) for n in range(35)] + [firm(99)], full=True)
        with pytest.raises(RemovalShare):
            office.verify(number)
        with runtime.reading() as session:
            assert session.scalars(select(AdoptedListing).where(AdoptedListing.state == "removed")).first() is None
            assert session.scalars(select(AdoptedListing).where(AdoptedListing.state == "filed")).first() is not None
        for by in ("verifier", "operator", "clerk"):
            with pytest.raises(OutOfRole):
                office.confirm(number, by=by)
        office.confirm(number)
        change = office.verify(number)
        assert (len(change.left), len(change.came)) == (25, 1)

    def test_counts_what_left_by_other_files_of_the_day(self, office):
        office.adopt([firm(n) for n in range(40)])
        office.adopt([firm(n, 退出日期="2026-11-27") for n in range(20)])
        number = office.file([firm(n, 退出日期="2026-11-27") for n in range(20, 25)])
        with pytest.raises(RemovalShare):
            office.verify(number)


class TestFiling:
    def test_second_person_verifies(self, office):
        number = office.file([firm(1)])
        with pytest.raises(OutOfRole):
            office.verify(number, by="clerk")
        filer = replace(office.bureau.people["clerk"].actor, role=Role.VERIFIER)  # the role changed meanwhile
        with pytest.raises(SelfVerification):
            runtime.perform(filer, lambda work: list_verification.verify(work, number))

    def test_is_of_its_department(self, office):
        number = office.file([firm(1)])
        with pytest.raises(AdoptionUnknown):
            office.verify(number, by="other-verifier")
        other = office.file([firm(1)], by="other-clerk")
        assert (2, "", "fault", "adopted-elsewhere") in office.findings(other)

    def test_refuses_unknown_list_and_file_without_names(self, office):
        with pytest.raises(SchemeUnknown):
            office.file([firm(1)], "no-such-list")
        with pytest.raises(MissingColumn):
            office.file([{"统一社会信用代码": "1", "列入日期": "2026-01-01"}])
        with pytest.raises(UnknownColumn):
            office.file([firm(1, 数据状态="1")])

    @pytest.mark.parametrize(("special", "column", "code"), [
        ({"对象名称": "盐城＊＊建设有限公司"}, "对象名称", "name-masked"),
        ({"列入日期": "二〇二四年"}, "列入日期", "date-malformed"),
        ({"列入日期": "2027-01-01"}, "列入日期", "listed-in-future"),
        ({"有效期至": "2020-01-01"}, "有效期至", "ends-before-start"),
        ({"名单名称": "重大税收违法失信主体名单"}, "名单名称", "list-differs"),
        ({"是否撤销": "7"}, "是否撤销", "status-unknown"),
        ({"认定部门": ""}, "认定部门", "required"),
    ])  # fmt: skip
    def test_bad_row_is_told_by_row_and_column_and_good_rows_are_filed(self, office, special, column, code):
        number = office.file([firm(1), firm(2, **special)])
        assert office.outcomes(number) == {"came": 1, "refused": 1}
        assert (3, column, "fault", code) in office.findings(number)

    def test_doubled_row_of_another_content_is_refused(self, office):
        number = office.file([firm(1), firm(1), firm(1, 有效期至="2027-01-31")])
        assert office.outcomes(number) == {"came": 1, "unchanged": 1, "refused": 1}
        assert (4, "", "fault", "row-doubled") in office.findings(number)

    def test_row_whose_code_says_the_kind_has_nothing_to_be_said_of(self, office):
        assert office.findings(office.file([firm(1)])) == []

    @pytest.mark.parametrize("words", ["长期", "无固定期限", "9999-12-31", ""])
    def test_end_that_is_none_is_none(self, office, words):
        [record] = office.adopt([firm(1, 有效期至=words)]).came
        assert office.newest(record)["ends_on"] is None

    def test_line_of_totals_is_no_place(self, office):
        total = dict.fromkeys(firm(1), "") | {"对象名称": "合计", "文书号": "1家"}
        number = office.file([firm(1), total])
        assert office.outcomes(number) == {"came": 1}
        assert (3, "", "note", "totals-row") in office.findings(number)

    def test_unknown_column_is_left_out_and_named(self, office):
        number = office.file([firm(1, 涉及金额="5")])
        assert (0, "涉及金额", "note", "column-left-out") in office.findings(number)

    @pytest.mark.parametrize("dies", [1, 2, 3])
    def test_goes_on_after_a_crash_and_files_no_row_twice(self, office, monkeypatch, dies):
        monkeypatch.setattr(list_adoption, "CHUNK", 2)
        number = office.store([firm(n) for n in range(5)])
        actor = office.bureau.people["clerk"].actor
        with pytest.raises(KeyboardInterrupt):
            list_adoption.run(dying.within(actor, dies), actor, number)
        with pytest.raises(AdoptionUnfinished):
            office.verify(number)
        list_adoption.run_pending(runtime.perform, [(number, actor)])
        assert office.outcomes(number) == {"came": 5}
        with runtime.reading() as session:
            assert len(session.scalars(select(AdoptedListing)).all()) == 5
            assert len(session.scalars(select(CaseStep).where(CaseStep.noun == "adopted_listing")).all()) == 5

    def test_workbook_and_json_are_read(self, office, tmp_path):
        write_xlsx(tmp_path / "list.xlsx", [firm(1)], tuple(firm(1)))
        assert len(office.adopt((tmp_path / "list.xlsx").read_bytes()).came) == 1
        assert len(office.adopt(json.dumps([firm(2)], ensure_ascii=False).encode()).came) == 1


class TestReading:
    """What a person says about headings and doubts of a list file is kept with it and remembered."""

    def test_mapping_is_remembered_and_kept_for_a_run_after_a_crash(self, office):
        row = {("失信主体" if name == "对象名称" else name): text for name, text in firm(1).items()}
        with pytest.raises((MissingColumn, UnknownColumn, NoHeader)):
            office.store([row])
        number = office.store([row], mapping={"失信主体": "subject_name"})
        office.store([firm(9)], mapping={"失信主体": ""})  # forgotten meanwhile; the stored file reads as it did
        office.run(number)
        assert office.outcomes(number) == {"came": 1}
        office.store([row | {"文书号": "（2024）苏示执7号"}], mapping={"失信主体": "subject_name"})
        assert office.outcomes(office.file([row | {"文书号": "（2024）苏示执8号"}])) == {"came": 1}

    def test_doubt_refuses_a_row_until_it_is_confirmed(self, office):
        def hidden_row(*cells):
            out = io.BytesIO()
            with xlsxwriter.Workbook(out) as book:
                sheet = book.add_worksheet()
                for place, values in enumerate(cells):
                    sheet.write_row(place, 0, values)
                sheet.set_row(1, None, None, {"hidden": True})
            return out.getvalue()

        data = hidden_row(tuple(firm(1)), tuple(firm(1).values()), tuple(firm(2).values()))
        first = office.file(data, filename="list.xlsx")
        assert (2, "", "fault", "row-hidden") in office.findings(first)
        assert office.outcomes(first) == {"came": 1, "refused": 1}
        second = office.file(data, filename="list.xlsx", confirmed=("row-hidden",))
        assert second != first
        assert office.outcomes(second) == {"came": 1, "unchanged": 1} or office.outcomes(second) == {"came": 2}
        assert (2, "", "note", "row-hidden") in office.findings(second)

    @pytest.mark.parametrize(
        "stated",
        [{"mapping": {"失信主体": "fine:元"}}, {"mapping": {"失信主体": "nothing"}}, {"confirmed": ("all",)}],
    )
    def test_unknown_meaning_or_doubt_is_refused(self, office, stated):
        with pytest.raises(QueryRefused):
            office.store([firm(1)], **stated)
