"""Adopted lists bear in checks by the effects of the list, and receipts say how old each list is."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.checks.explanation import basis_texts
from registry.domain.checks.model import FIRST_MATCHER, MATCHERS
from registry.domain.exchange import record_schema
from registry.domain.law.publicity import NO_END
from registry.models import AdoptedListing
from registry.queries.law import reference_data
from registry.queries.publication import publications, record_search
from registry.services.cases import expiry, list_adoption
from registry.services.checks.request import Party
from tests.support.centre import Centre
from tests.support.filings import PERSON_NUMBER
from tests.support.lists import COURT, DAY, Office, firm, party


@pytest.fixture
def office(bureau):
    return Office(bureau)


@pytest.fixture
def centre(people):
    return Centre(people)


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

    @pytest.mark.parametrize(
        "scheme",
        [
            pytest.param("tax-major", id="E35-财库〔2016〕125号-国家税务总局令第54号"),
            pytest.param("procurement-serious", id="E36-财办库〔2014〕526号"),
        ],
    )
    def test_other_lists_bar_from_procurement(self, office, centre, scheme):
        row = firm(2, 处罚结果="处以罚款三万元")
        office.adopt([row], scheme)
        line = centre.look(party(row))["lines"][0]
        assert (line["verdict"], line["reasons"][0]["list"]) == ("barred", scheme)

    @pytest.mark.parametrize(
        "on", [dt.date(2026, 11, 26), dt.date(2035, 1, 1)], ids=["E37-法释〔2017〕7号", "B15-no-end"]
    )
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

    def test_authorised_record_bars_by_code_and_is_for_a_person_by_name(self, office, centre):
        row = firm(6, 公开范围="仅限部门共享")
        [record] = office.adopt([row]).came
        assert office.newest(record)["audience"] == "authorised"
        assert centre.look(party(row))["lines"][0]["verdict"] == "barred"
        by_name = centre.look(party(row, uscc=None))["lines"][0]
        assert by_name["verdict"] == "review"  # L12: a check sees it by a near name, so by its own too
        assert [reason["code"] for reason in by_name["reasons"]] == ["identity-not-given", "list-bars"]
        with runtime.reading() as session:
            at = publications.moment(session, DAY)
            wanted = publications.Filter(kinds=["adopted_listing"])
            assert record_search.Search(session, wanted, at).total() == 0


UNUSABLE = {
    "none": "", "placeholder": "无", "registration-number": "320900000012345", "organisation-code": "12345678-9",
    "masked": "9132****MA0T*****X", "short": "91320902", "foreign": "HRB 12345",
}  # fmt: skip


class TestWithoutUsableCode:
    @pytest.mark.parametrize("code", UNUSABLE)
    def test_firm_is_kept_and_found_by_name(self, office, centre, code):
        row = firm(1, 统一社会信用代码=UNUSABLE[code], 主体类别="法人")
        number = office.file([row])
        assert office.outcomes(number) == {"came": 1}
        assert (2, "对象名称", "note", "kept-by-name") in office.findings(number)
        [record] = office.verify(number).came
        assert office.newest(record)["subject"]["uscc"] is None
        for asked in (party(row, uscc=None), party(firm(1))):  # who gives a code is told as well
            line = centre.look(asked)["lines"][0]
            assert line["verdict"] == "review"
            assert "list-bars" in {reason["code"] for reason in line["reasons"]}
        assert office.sound() == []

    def test_foreign_firm_is_found_whatever_its_case_and_brackets(self, office, centre):
        row = firm(1, 对象名称="Shili Foreign (Holding) GmbH", 统一社会信用代码="")
        office.adopt([row])
        asked = party(row, name="SHILI FOREIGN（HOLDING）GMBH", uscc=None)
        assert "list-bars" in {reason["code"] for reason in centre.look(asked)["lines"][0]["reasons"]}

    @pytest.mark.parametrize("number", ["", "3209**********1234", "320902199001011"])
    def test_person_is_kept_and_never_more_than_reviewed(self, office, centre, number):
        row = firm(1, 对象名称="卞子墨", 主体类别="自然人", 统一社会信用代码="", 证件号码=number)
        [record] = office.adopt([row]).came
        assert office.newest(record)["audience"] == "authorised"
        with_number = Party("1", "bidder", "卞子墨", None, id_type="111", id_number=PERSON_NUMBER)
        for asked in (party(row, uscc=None), with_number):
            assert centre.look(asked)["lines"][0]["verdict"] == "review"
        assert "list-bars" not in {
            reason["code"] for reason in centre.look(party(row, name="卞子", uscc=None))["lines"][0]["reasons"]
        }
        assert office.sound() == []

    def test_bare_name_of_no_stated_kind_is_not_shown(self, office):
        [record] = office.adopt([firm(1, 对象名称="卞子墨", 统一社会信用代码="")]).came
        assert office.newest(record)["audience"] == "authorised"

    def test_number_of_a_person_in_the_place_of_a_code_is_read_as_one(self, office, centre):
        row = firm(1, 对象名称="卞子墨", 统一社会信用代码=PERSON_NUMBER)
        [record] = office.adopt([row]).came
        body = office.newest(record)
        assert (body["subject"]["kind"], body["audience"]) == ("natural_person", "authorised")
        assert PERSON_NUMBER not in json.dumps(body)
        asked = Party("1", "bidder", "卞子墨", None, id_type="111", id_number=PERSON_NUMBER)
        assert centre.look(asked)["lines"][0]["verdict"] == "barred"

    def test_mistyped_code_is_kept_as_it_stands(self, office, centre):
        code = firm(1)["统一社会信用代码"]
        wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
        number = office.file([firm(1, 统一社会信用代码=wrong)])
        assert (2, "统一社会信用代码", "note", "uscc-check-character") in office.findings(number)
        office.verify(number)
        verdicts = [centre.look(party(firm(1), uscc=each))["lines"][0]["verdict"] for each in (wrong, code, None)]
        assert verdicts == ["barred", "review", "review"]

    def test_replay_of_older_rules_finds_none_by_name_that_is_not_public(self, office, centre):
        row = firm(1, 对象名称="卞子墨", 主体类别="自然人", 统一社会信用代码="")
        office.adopt([row])
        codes = [
            {reason["code"] for reason in centre.look(party(row, uscc=None), matcher=matcher)["lines"][0]["reasons"]}
            for matcher in MATCHERS
        ]
        newer = len(MATCHERS) - 2
        assert codes == [*[{"identity-not-given"}] * 2, *[{"identity-not-given", "list-bars"}] * newer]

    def test_code_that_becomes_known_replaces_the_name(self, office, centre):
        office.adopt([firm(1, 统一社会信用代码=""), firm(2)], full=True)
        office.bureau.go(DAY + dt.timedelta(days=7))
        change = office.adopt([firm(1), firm(2)], full=True)
        assert (len(change.came), len(change.left)) == (1, 1)
        assert centre.look(party(firm(1)))["lines"][0]["verdict"] == "barred"


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
                assert PERSON_NUMBER.encode() not in adoption.sealed
        assert office.sound() == []

    def test_legal_representative_is_not_kept(self, office):
        row = firm(1, FDDBR="卞子墨", CERT_NUM=PERSON_NUMBER)
        [record] = office.adopt([row]).came
        assert PERSON_NUMBER not in json.dumps(office.newest(record))


class TestAgeOfLists:
    def test_receipt_says_how_old_each_list_is(self, office, centre):
        row = firm(1)
        assert "lists" not in centre.look(party(row))
        office.adopt([row], as_of=DAY - dt.timedelta(days=3), full=True)
        office.adopt([firm(2)], "tax-major", as_of=DAY - dt.timedelta(days=40), full=True)
        assert centre.look(party(row))["lists"] == [
            {"scheme": "judgment-debtor", "whole": True, "as_of": "2026-11-25", "age_days": 3},
            {"scheme": "tax-major", "whole": True, "as_of": "2026-10-19", "age_days": 40},
        ]

    def test_part_of_a_list_does_not_make_it_fresh(self, office, centre):
        office.adopt([firm(1)], as_of=DAY - dt.timedelta(days=3))
        assert centre.look(party(firm(1)))["lists"] == [
            {"scheme": "judgment-debtor", "whole": False, "as_of": None, "age_days": None, "newest_row": "2026-11-25"},
        ]
        office.adopt([firm(1)], as_of=DAY - dt.timedelta(days=2), full=True)
        office.adopt([firm(2)], as_of=DAY)
        assert centre.look(party(firm(1)))["lists"] == [
            {"scheme": "judgment-debtor", "whole": True, "as_of": "2026-11-26", "age_days": 2},
        ]

    def test_each_source_has_a_list_of_its_own(self, office, centre):
        office.adopt([firm(1)], as_of=DAY - dt.timedelta(days=9), full=True, source=COURT)
        office.adopt([firm(2)], as_of=DAY, full=True, source="盐城市示列人民法院")
        assert centre.look(party(firm(1)))["lists"] == [
            {"scheme": "judgment-debtor", "source": COURT, "whole": True, "as_of": "2026-11-19", "age_days": 9},
            {
                "scheme": "judgment-debtor",
                "source": "盐城市示列人民法院",
                "whole": True,
                "as_of": "2026-11-28",
                "age_days": 0,
            },
        ]
        verdicts = [centre.look(party(firm(number)))["lines"][0]["verdict"] for number in (1, 2)]
        assert verdicts == ["barred", "barred"]
        assert office.sound() == []

    def test_is_said_in_words_with_what_is_not_known(self, office, centre):
        office.adopt([firm(1)], full=True, source=COURT)
        office.adopt([firm(2)], "tax-major")
        texts = basis_texts(centre.look(party(firm(1))))
        assert f"转录名单 judgment-debtor（来源 {COURT}）：全部名单截至 2026-11-28 的状态，距答复 0 天。" in texts
        [partial] = [text for text in texts if "tax-major" in text]
        assert "只转录过其中的部分条目" in partial

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
                fault.code for fault in record_schema.faults(sent, reference.names("sectors"), reference.list_measures)
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
