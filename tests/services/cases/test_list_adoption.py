"""Lists of other authorities are taken in, verified by a second officer, and bear in checks by their effects."""

import csv
import datetime as dt
import io
import json

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.checks.model import FIRST_MATCHER
from registry.domain.exchange import record_schema
from registry.domain.law.publicity import NO_END
from registry.models import AdoptedListing, CaseStep, Publication
from registry.queries import integrity
from registry.queries.law import reference_data
from registry.queries.publication import publications
from registry.refusals.acts import OutOfRole, RemovalShare, SelfVerification
from registry.refusals.content import FileShape, MissingColumn
from registry.refusals.procedure import AdoptionSuperseded, AdoptionUnfinished, AdoptionUnknown, SchemeUnknown
from registry.services.cases import expiry, list_adoption, list_verification
from registry.services.checks.request import Party
from tests.support import dying
from tests.support.centre import Centre
from tests.support.filings import PERSON_NUMBER
from tools.synthetic import uscc, write_xlsx

COURT = "盐城市示例区人民法院"
DAY = dt.date(2026, 11, 28)


def firm(number, **special):
    """A row of a court's list."""
    row = {
        "对象名称": f"盐城示列{number}建设有限公司",
        "统一社会信用代码": uscc("91320902", 700_000 + number),
        "文书号": f"（2024）苏示执{number}号",
        "列入事由": "有履行能力而拒不履行生效法律文书确定义务",
        "认定部门": COURT,
        "列入日期": "2024-11-25",
    }
    return row | special


def table(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


class Office:
    """Files and verifies lists."""

    def __init__(self, bureau):
        self.bureau = bureau
        self.bureau.go(DAY)

    def store(self, rows, scheme="judgment-debtor", by="clerk", *, full=False, as_of=None):
        data = rows if isinstance(rows, bytes) else table(rows)
        return self.bureau.do(
            by,
            lambda work: list_adoption.store_adoption(work, data, "list.csv", scheme, as_of, is_full=full).id,
        )

    def file(self, rows, *args, by="clerk", **special):
        number = self.store(rows, *args, by=by, **special)
        actor = self.bureau.people[by].actor
        list_adoption.run(lambda act: runtime.perform(actor, act), actor, number)
        return number

    def verify(self, number, by="verifier"):
        return self.bureau.do(by, lambda work: list_verification.verify(work, number))

    def adopt(self, rows, *args, **special):
        return self.verify(self.file(rows, *args, **special))

    def outcomes(self, number):
        with runtime.reading() as session:
            adoption = session.get(list_adoption.ListAdoption, number)
            return {name: value for name in list_adoption.OUTCOMES if (value := getattr(adoption, name))}

    def findings(self, number):
        with runtime.reading() as session:
            return [(row.row_number, row.column, row.kind, row.code) for row in list_adoption.findings(session, number)]

    def newest(self, record):
        with runtime.reading() as session:
            statement = select(Publication).where(Publication.record == record, Publication.until_entry.is_(None))
            return json.loads(session.scalars(statement).one().body)

    def sound(self):
        with runtime.reading() as session:
            return list(integrity.findings(session, runtime.keys(), "city", lambda _: None))


@pytest.fixture
def office(bureau):
    return Office(bureau)


@pytest.fixture
def centre(people):
    return Centre(people)


def party(row, **special):
    return Party(
        **{"ref": "1", "role": "bidder", "name": row["对象名称"], "uscc": row.get("统一社会信用代码") or None, **special}
    )


E34 = [
    pytest.param("procurement", "barred", "list-bars", id="E34-财库〔2016〕125号"),
    pytest.param("construction", "review", "list-needs-person", id="E34-法〔2016〕285号"),
    pytest.param("land_use", "review", "list-needs-person", id="E34-中办发〔2016〕64号-land"),
    pytest.param("property", "review", "list-needs-person", id="E34-中办发〔2016〕64号-property"),
]


class TestAdoptedListBears:
    @pytest.mark.parametrize(("sector", "verdict", "code"), E34)
    def test_judgment_debtor(self, office, centre, sector, verdict, code):
        row = firm(1)
        office.adopt([row])
        line = centre.look(party(row), sector=sector)["lines"][0]
        assert line["verdict"] == verdict
        assert line["reasons"][0]["code"] == code

    @pytest.mark.parametrize("scheme", [
        pytest.param("tax-major", id="E35-财库〔2016〕125号-国家税务总局令第54号"),
        pytest.param("procurement-serious", id="E36-财办库〔2014〕526号"),
    ])
    def test_other_lists_bar_from_procurement(self, office, centre, scheme):
        row = firm(2, 处罚结果="处以罚款三万元")
        office.adopt([row], scheme)
        line = centre.look(party(row))["lines"][0]
        assert (line["verdict"], line["reasons"][0]["list"]) == ("barred", scheme)

    @pytest.mark.parametrize("on", [dt.date(2026, 11, 26), dt.date(2035, 1, 1)], ids=["E37-法释〔2017〕7号", "B15-no-end"])
    def test_without_end_it_lasts(self, office, centre, on):
        row = firm(3)
        [record] = office.adopt([row]).came
        body = office.newest(record)
        assert (body["ends_on"], body["visible_until"]) == (None, NO_END.isoformat())
        line = centre.look(party(row), on=on)["lines"][0]
        assert (line["verdict"], line["reasons"][0]["until"]) == ("barred", None)

    def test_ends_the_day_after_the_last(self, office, centre):
        row = firm(4, 有效期至="2026-12-05")
        [record] = office.adopt([row]).came
        found = [centre.look(party(row), on=dt.date(2026, 12, day))["lines"][0]["verdict"] for day in (5, 6)]
        assert found == ["barred", "no_record"]
        office.bureau.go(dt.date(2026, 12, 6))
        assert office.bureau.do("system", expiry.expire_due) == 1
        assert office.newest(record)["state"] == "expired"
        assert office.sound() == []

    def test_binds_nobody_before_it_is_verified(self, office, centre):
        row = firm(5)
        office.file([row])
        assert centre.look(party(row))["lines"][0]["verdict"] == "no_record"

    def test_authorised_record_is_seen_by_code_only(self, office, centre):
        row = firm(6, 公开范围="仅限部门共享")
        [record] = office.adopt([row]).came
        assert office.newest(record)["audience"] == "authorised"
        assert centre.look(party(row))["lines"][0]["verdict"] == "barred"
        by_name = centre.look(party(row, uscc=None))["lines"][0]
        assert [reason["code"] for reason in by_name["reasons"]] == ["identity-not-given"]
        with runtime.reading() as session:
            at = publications.moment(session, DAY)
            found = publications.search(session, publications.Filter(kinds=["adopted_listing"]), at, before=None, limit=9)
        assert found == []


class TestUpdate:
    def test_same_file_again_is_the_same_adoption(self, office):
        first = office.file([firm(1)])
        assert office.store([firm(1)]) == first

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
        assert [len(change.came), change.changed, change.renewed, change.left] == [1, came[:1], came[1:2], came[2:]]
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
        change = office.adopt([firm(1), firm(2, 统一社会信用代码="91320902")], full=True)
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
                office.bureau.do(by, lambda work: list_verification.confirm(work, number))
        office.bureau.do("security", lambda work: list_verification.confirm(work, number))
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
        clerk = office.bureau.people["verifier"].actor
        with runtime.begin(office.bureau.people["verifier"].actor) as work:
            adoption = work.session.get(list_adoption.ListAdoption, number)
            adoption.account_id = clerk.account_id
            work.session.flush()
        with pytest.raises(SelfVerification):
            office.verify(number)

    def test_is_of_its_department(self, office):
        number = office.file([firm(1)])
        with pytest.raises(AdoptionUnknown):
            office.verify(number, by="other-verifier")
        other = office.file([firm(1)], by="other-clerk")
        assert [code for *_, code in office.findings(other)][-1] == "adopted-elsewhere"

    def test_refuses_unknown_list_and_file_without_names(self, office):
        with pytest.raises(SchemeUnknown):
            office.file([firm(1)], "no-such-list")
        with pytest.raises(MissingColumn):
            office.file([{"统一社会信用代码": "1", "列入日期": "2026-01-01"}])
        with pytest.raises(FileShape):
            office.file([firm(1, 数据状态="1")])

    @pytest.mark.parametrize(("special", "column", "code"), [
        ({"统一社会信用代码": "91320902MA0T000001"}, "统一社会信用代码", "uscc-check-character"),
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


SETS = {
    "REP_SERIOUS_BLACK": {"INSTITUTION_NAME": 0, "USCC": 1, "IDENTIFY_NUM": "示1号", "ILLEGAL_BEHAVIOR": "事由",
        "IDENTIFY_AUTH": COURT, "CON_VERY_DISCREDIT_DATE": "2025-03-01", "PUBLIC_DEADLINE": "2028-02-29"},
    "platform": {"JGMC": 0, "tyshxydm": 1, "ztlb": "法人", "mdlxid": "12", "rdyj": "依据", "LRMDSY": "事由",
        "RDBM": COURT, "RDRQ": "2025-03-01", "YXQS": "2025-03-01", "YXQZ": "2028-02-29"},
    "frblack": {"JGQC": 0, "TYSHXYDM": 1, "RDWH": "示1号", "ZYSXSS": "事由", "RDDW": COURT, "QRYZSXSJ": "2025-03-01",
        "YXQZ": "2028-02-29"},
    "credit_report": {"DXMC": 0, "TYSHXYDM": 1, "WSH": "示1号", "LRMDSY": "事由", "RDBM": COURT, "LRRQ": "2025-03-01",
        "GLQX": "3", "SJLY": "应急管理局"},
    "BLACK_LIST": {"BODY_NAME": 0, "BODY_CODE": 1, "DOCUMENT_CODE": "示1号", "RECORD_REASON": "事由",
        "GOVERNMENT": COURT, "RECORD_DATE": "2025-03-01", "CONFINED_END": "2028-02-29", "REVOCATION_STATUS": "0"},
    "procurement": {"企业名称/机构名称": 0, "统一社会信用代码/组织机构代码": 1, "处罚依据": "依据",
        "严重违法失信行为(不良行为)的具体情形": "事由", "执法单位": COURT, "处罚日期/记录日期": "2025-03-01",
        "处罚截止日期": "2028-02-29"},
}  # fmt: skip


class TestHeadings:
    @pytest.mark.parametrize("name", SETS)
    def test_each_set_of_columns_is_read(self, office, name):
        values = [firm(1)["对象名称"], firm(1)["统一社会信用代码"]]
        row = {column: values[cell] if isinstance(cell, int) else cell for column, cell in SETS[name].items()}
        [record] = office.adopt([row]).came
        body = office.newest(record)
        assert (body["subject"]["name"], body["subject"]["uscc"]) == tuple(values)
        assert (body["starts_on"], body["ends_on"], body["authority"]["name"]) == ("2025-03-01", "2028-03-01", COURT)
        assert body["facts"] == "事由"


class TestPrivacy:
    def test_number_of_a_person_is_in_nothing_public(self, office, centre):
        row = {
            "对象名称": "卞子墨", "主体类别": "自然人", "证件号码": PERSON_NUMBER, "文书号": "（2024）苏示执9号",
            "列入事由": f"身份证{PERSON_NUMBER}拒不履行", "认定部门": COURT, "列入日期": "2024-11-25",
        }  # fmt: skip
        [record] = office.adopt([row]).came
        body = office.newest(record)
        assert body["audience"] == "authorised"
        assert PERSON_NUMBER not in json.dumps(body, ensure_ascii=False)
        asked = Party("1", "bidder", "卞子墨", None, id_type="111", id_number=PERSON_NUMBER)
        assert centre.look(asked)["lines"][0]["verdict"] == "barred"
        with runtime.reading() as session:
            for case in session.scalars(select(AdoptedListing)):
                assert "id_number" not in case.facts["subject"]
            for adoption in session.scalars(select(list_adoption.ListAdoption)):
                assert adoption.sealed == b""
        assert office.sound() == []

    def test_legal_representative_is_not_kept(self, office):
        row = firm(1, FDDBR="卞子墨", CERT_NUM=PERSON_NUMBER)
        [record] = office.adopt([row]).came
        assert PERSON_NUMBER not in json.dumps(office.newest(record))


class TestAgeOfLists:
    def test_receipt_says_how_old_each_list_is(self, office, centre):
        row = firm(1)
        assert "lists" not in centre.look(party(row))
        office.adopt([row], as_of=DAY - dt.timedelta(days=3))
        office.adopt([firm(2)], "tax-major", as_of=DAY - dt.timedelta(days=40))
        assert centre.look(party(row))["lists"] == [
            {"scheme": "judgment-debtor", "as_of": "2026-11-25", "age_days": 3},
            {"scheme": "tax-major", "as_of": "2026-10-19", "age_days": 40},
        ]

    def test_first_rules_never_said_it(self, office, centre):
        row = firm(1)
        office.adopt([row])
        assert "lists" not in centre.look(party(row), matcher=FIRST_MATCHER)

    def test_entry_before_knows_no_list(self, office, centre):
        office.adopt([firm(1)])
        assert "lists" not in centre.look(party(firm(1)), known_at=0)


class TestExchange:
    def test_is_judged_by_its_list(self, office):
        [record] = office.adopt([firm(1)]).came
        body = office.newest(record)
        with runtime.reading() as session:
            reference = reference_data.current(session)

        def codes(**special):
            scheme = body["scheme"] | special.pop("scheme", {})
            sent = body | special | {"scheme": scheme}
            return [
                fault.code
                for fault in record_schema.faults(sent, reference.names("sectors"), reference.list_measures)
            ]

        measure = {
            "code": "B1", "name": "禁止", "basis": "政府采购法", "effect": "bars", "discretionary": False, "roles": [],
            "sectors": [], "only_must_tender": False, "territory": "national", "starts_on": "2026-01-01",
            "ends_on": None,
        }  # fmt: skip
        assert codes() == []
        assert codes(scheme={"code": "no-such-list"}) == ["scheme-without-basis"]
        assert codes(scheme={"code": "municipal-watch"}) == ["scheme-without-basis"]
        assert codes(measures=[measure]) == ["measure-outside-scheme"]
