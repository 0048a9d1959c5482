"""Cleaning a filed row: what is refused, what is mended with a note, and that a row is judged whole."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.filing.columns import FIELDS, Headings
from registry.domain.filing.exclusions import is_summary_procedure
from registry.domain.filing.model import MeasureTerm
from registry.domain.filing.parse import clean
from tests.domain.filing.filing_rows import ORGANISATION, PERSON, RULES, TODAY, accepted, outcome, refused

OLD = Headings("2016", {})
NEW = Headings("2018", {})


class TestClean:
    def test_takes_a_good_row_without_a_note(self) -> None:
        filing, notes = accepted(ORGANISATION)
        assert notes == set()
        assert (filing.subject.uscc, filing.fine_fen, filing.kinds) == (
            "91320902MA0TR0027T",
            200_000,
            ("02",),
        )
        assert (filing.decided_on, filing.sectors) == (dt.date(2026, 11, 10), ("procurement",))

    def test_tells_every_fault_of_a_row_at_once(self) -> None:
        row = ORGANISATION | {
            "uscc": "91320902MA0TR0027A",
            "fine": "-1",
            "decided_on": "昨天",
            "kinds": "训诫",
        }
        assert refused(row) == {
            "/uscc uscc-check-character",
            "/fine amount-malformed",
            "/decided_on date-malformed",
            "/kinds kind-unknown",
        }

    def test_points_at_the_column_as_the_file_calls_it(self) -> None:
        headings = Headings("2018", {"罚款金额（万元）/元": "fine"})
        assert "/罚款金额（万元）~1元 amount-malformed" in refused(ORGANISATION | {"fine": "x"}, headings)

    @pytest.mark.parametrize("field", ["subject_name", "document_number", "facts", "basis", "kinds", "decided_on"])
    @pytest.mark.parametrize("nothing", ["", "undefined", "NULL", "无"])
    def test_refuses_nothing_in_a_required_field(self, field: str, nothing: str) -> None:
        assert f"/{field} required" in refused(ORGANISATION | {field: nothing})

    def test_quotes_no_identity_number(self) -> None:
        number = "320981199912310006"
        row = dict.fromkeys(FIELDS, number)
        assert number not in repr(outcome(row))
        filing, _ = accepted(PERSON)
        assert "199912310005" not in repr(filing)

    @settings(max_examples=150, deadline=None)
    @given(
        st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40)),
        st.sampled_from(["2016", "2018", "plain"]),
    )
    def test_never_raises(self, row: dict[str, str], vocabulary: str) -> None:
        filing, faults, _ = clean(ORGANISATION | row, RULES, TODAY, Headings(vocabulary, {}))
        assert (filing is None) == bool(faults)


class TestDirt:
    """The dirt that real feeds carry, each kind with its outcome."""

    @pytest.mark.parametrize(
        ("text", "note"),
        [
            ("统一社会信用代码：91320902MA0TR0027T（1/1）", "text-around-code"),
            ("91320902ma0tr0027t", "lower-case"),
            ("９１３２０９０２MA0TR0027T", "half-width"),
            ("91320902 MA0TR0027T", "text-around-code"),
        ],
    )
    def test_around_a_code_is_taken_off(self, text: str, note: str) -> None:
        filing, notes = accepted(ORGANISATION | {"uscc": text})
        assert filing.subject.uscc == "91320902MA0TR0027T"
        assert f"/uscc {note}" in notes

    @pytest.mark.parametrize("word", ["undefined", "null", "无"])
    def test_in_an_optional_field_is_emptied(self, word: str) -> None:
        filing, notes = accepted(ORGANISATION | {"remark": word})
        assert filing.remark == ""
        assert notes == {"/remark placeholder"}

    @pytest.mark.parametrize(
        ("number", "note"),
        [
            ("卞知远", "legal-id-is-name"),
            ("91320902MA0TR0027T", "legal-id-is-code"),
            ("320981199912310005", "not-kept"),
        ],
    )
    def test_in_the_legal_representatives_number_is_dropped(self, number: str, note: str) -> None:
        filing, notes = accepted(ORGANISATION | {"legal_id_number": number})
        assert notes == {f"/legal_id_number {note}"}
        assert filing == accepted(ORGANISATION)[0]

    def test_of_fifteen_digits_in_an_id_number_is_converted(self) -> None:
        filing, notes = accepted(PERSON | {"id_number": "320981991231000"})
        assert filing.subject.id_number == "320981199912310005"
        assert notes == {"/id_number id-converted"}

    def test_of_a_registration_number_in_place_of_the_code_is_refused(self) -> None:
        assert refused(ORGANISATION | {"uscc": "320902000012345"}) == {"/uscc uscc-is-registration-number"}

    @pytest.mark.parametrize("name", ["盐城**有限公司", "盐城＊＊有限公司"])
    def test_of_a_masked_name_is_refused(self, name: str) -> None:
        assert refused(ORGANISATION | {"subject_name": name}) == {"/subject_name name-masked"}

    def test_of_a_masked_person_is_refused(self) -> None:
        assert refused(PERSON | {"subject_name": "苌某"}) == {"/subject_name name-masked"}

    @pytest.mark.parametrize("text", ["无处罚期限", "长期", "2099/12/31", "2099-12-31 00:00:00"])
    def test_of_no_end_in_the_effect_is_no_day(self, text: str) -> None:
        filing, notes = accepted(ORGANISATION | {"effect_until": text}, NEW)
        assert filing.effect_until is None
        assert notes == {"/effect_until no-end"}

    def test_of_1900_as_the_end_of_publicity_is_no_day(self) -> None:
        filing, notes = accepted(ORGANISATION | {"publicity_until": "1900-01-01"})
        assert filing.publicity_until is None
        assert notes == {"/publicity_until not-a-date"}

    def test_of_a_null_state_is_no_state(self) -> None:
        assert accepted(ORGANISATION | {"state": "null"})[0]

    def test_of_invisible_characters_is_refused_once(self) -> None:
        assert refused(ORGANISATION | {"subject_name": "盐城\u202e公司"}) == {"/subject_name forbidden-character"}

    def test_a_fine_of_ten_wan_and_more_is_whole(self) -> None:
        filing, _ = accepted(ORGANISATION | {"fine": "123456.789012"})
        assert filing.fine_fen == 123_456_789_012

    def test_the_turnover_in_the_text_is_never_the_fine(self) -> None:
        row = ORGANISATION | {"content": "营业额360000元，罚款二千元。", "fine": ""}
        assert refused(row) == {"/fine required"}


class TestNotReportable:
    @pytest.mark.parametrize(
        ("field", "text", "code"),
        [
            pytest.param("remark", "涉及国家秘密", "secret-decision", id="发改办财金〔2018〕424号-secret"),
            ("use_scope", "涉密", "secret-decision"),
            ("use_scope", "1", "restricted-use"),
            ("use_scope", "仅可授权查询", "restricted-use"),
            ("state", "1", "not-a-current-decision"),
            ("state", "异议", "not-a-current-decision"),
        ],
    )
    def test_is_refused(self, field: str, text: str, code: str) -> None:
        assert refused(ORGANISATION | {field: text}) == {f"/{field} {code}"}

    @pytest.mark.parametrize(
        ("field", "text"),
        [
            pytest.param("remark", "适用简易程序", id="发改办财金〔2018〕424号-summary"),
            pytest.param("title", "当场处罚决定书", id="发改办财金〔2018〕424号-on-the-spot"),
        ],
    )
    def test_is_summary_procedure_which_is_taken_and_noted(self, field: str, text: str) -> None:
        filing, notes = accepted(ORGANISATION | {field: text})
        assert f"/{field} summary-procedure" in notes
        assert is_summary_procedure(filing)

    @pytest.mark.parametrize("text", ["本案不适用简易程序", "不涉及国家秘密", "不涉密"])
    def test_is_not_said_by_its_denial(self, text: str) -> None:
        filing, notes = accepted(ORGANISATION | {"remark": text})
        assert not is_summary_procedure(filing)
        assert "/remark summary-procedure" not in notes


class TestSubject:
    @pytest.mark.parametrize(
        ("kind", "code"), [("个体工商户", "91320902MA0TR0027T"), ("法人及非法人组织", "92320902MA0TR0027F")]
    )
    def test_kind_and_code_must_agree(self, kind: str, code: str) -> None:
        row = ORGANISATION | {"subject_kind": kind, "uscc": code, "override_reason": "登记机关书面确认"}
        assert "/subject_kind subject-kind-mismatch" in refused(row)

    def test_wrong_check_character_stands_on_a_stated_reason(self) -> None:
        row = ORGANISATION | {"uscc": "91350211M0000XUF46"}
        assert refused(row) == {"/uscc uscc-check-character"}
        filing, notes = accepted(row | {"override_reason": "登记机关书面确认"})
        assert filing.subject.uscc == "91350211M0000XUF46"
        assert notes == {"/uscc check-character-overridden"}

    def test_a_reason_does_not_excuse_a_malformed_code(self) -> None:
        assert refused(ORGANISATION | {"uscc": "123", "override_reason": "x"}) == {"/uscc uscc-malformed"}

    def test_a_person_with_a_code_is_refused(self) -> None:
        assert refused(PERSON | {"uscc": "91320902MA0TR0027T"}) == {"/uscc subject-kind-mismatch"}

    def test_a_minor_is_taken_and_noted(self) -> None:
        filing, notes = accepted(PERSON | {"id_number": "320925201206150007"})
        assert filing.subject.kind == "natural_person"
        assert notes == {"/id_number minor"}

    def test_another_document_keeps_its_number(self) -> None:
        filing, _ = accepted(PERSON | {"id_type": "普通护照", "id_number": "e12345678"})
        assert (filing.subject.id_type, filing.subject.id_number) == ("414", "E12345678")

    def test_a_2016_row_gets_its_kind_from_its_code(self) -> None:
        row = ORGANISATION | {"subject_kind": "", "authority_code": "", "behaviour_text": ""}
        filing, notes = accepted(row, OLD)
        assert (filing.subject.kind, filing.authority_code) == ("organisation", "11320900MA0T000010")
        assert "/authority_code authority-code-default" in notes
        assert filing.behaviour_text == filing.facts


class TestDecision:
    @pytest.mark.parametrize(
        ("text", "content", "codes"),
        [
            pytest.param("警告；罚款", "", ("01", "02"), id="行政处罚法9-names"),
            pytest.param("01;02", "", ("01", "02"), id="行政处罚法9-codes"),
            pytest.param("警告、罚款", "", ("01", "02"), id="行政处罚法9-commas"),
            pytest.param("罚款；其他-列入不良行为记录名单、公告", "", ("02", "07"), id="行政处罚法9-other"),
            pytest.param("法律、行政法规规定的其他行政处罚", "", ("07",), id="行政处罚法9-full-name"),
        ],
    )
    def test_kinds_are_read(self, text: str, content: str, codes: tuple[str, ...]) -> None:
        assert accepted(ORGANISATION | {"kinds": text})[0].kinds == codes

    @pytest.mark.parametrize(
        ("text", "content", "codes"),
        [
            ("0", "警告", ("01",)),
            ("2", "没收违法所得", ("03",)),
            ("2", "没收违法所得和非法财物", ("03", "09")),
            ("4", "吊销", ("05",)),
        ],
    )
    def test_old_codes_are_read_in_old_files(self, text: str, content: str, codes: tuple[str, ...]) -> None:
        assert accepted(ORGANISATION | {"kinds": text, "content": content}, OLD)[0].kinds == codes

    def test_an_old_code_that_its_text_does_not_decide_is_refused(self) -> None:
        assert refused(ORGANISATION | {"kinds": "2"}, OLD) == {"/kinds kind-ambiguous"}

    def test_an_old_code_in_a_new_file_is_refused(self) -> None:
        assert refused(ORGANISATION | {"kinds": "2"}, NEW) == {"/kinds kind-unknown"}

    @pytest.mark.parametrize(
        ("kind", "field"), [("罚款", "fine"), ("没收违法所得", "confiscated"), ("吊销许可证件", "permit")]
    )
    def test_a_kind_requires_its_field(self, kind: str, field: str) -> None:
        row = ORGANISATION | {"kinds": kind, "fine": ""}
        assert refused(row) == {f"/{field} required"}
        assert accepted(row, rules=dataclasses.replace(RULES, amounts_required=False))[0]

    @pytest.mark.parametrize(
        ("field", "text", "code"),
        [
            ("decided_on", "2026-11-23", "decided-in-future"),
            ("decided_on", "1900-01-01", "date-implausible"),
            ("effect_until", "2026-11-09", "effect-before-decision"),
            ("publicity_until", "2026-11-10", "publicity-before-decision"),
            ("publicity_until", "1948-12-31", "date-implausible"),
            ("effect_until", "0001-01-01", "date-implausible"),
            ("sectors", "渔业", "sector-unknown"),
            ("district", "320971", "district-unknown"),
            ("behaviour", "N9", "behaviour-unknown"),
            ("authority_code", "11320900MA0T000011", "uscc-check-character"),
            ("document_number", "x" * 129, "too-long"),
        ],
    )
    def test_is_refused_for(self, field: str, text: str, code: str) -> None:
        assert refused(ORGANISATION | {field: text}) == {f"/{field} {code}"}

    def test_sector_district_and_behaviour_are_taken_by_name(self) -> None:
        row = ORGANISATION | {
            "sectors": "政府采购；工程建设项目招标投标领域",
            "district": "亭湖区",
            "behaviour": "围标串标",
        }
        filing, _ = accepted(row)
        assert filing.sectors == ("procurement", "construction")
        assert (filing.district, filing.behaviour) == ("320902", "N1-01")

    def test_the_last_day_of_a_measure_still_holds(self) -> None:
        row = ORGANISATION | {
            "confined_action": "b1；停止供货",
            "confined_start": "20261110",
            "confined_end": "20281109",
        }
        days = (dt.date(2026, 11, 10), dt.date(2028, 11, 10))
        measures = accepted(row)[0].measures
        assert measures == (MeasureTerm("B1", "b1", *days), MeasureTerm("", "停止供货", *days))

    def test_a_measure_until_a_far_year_has_no_end(self) -> None:
        filing, notes = accepted(ORGANISATION | {"confined_action": "B1", "confined_end": "2099-12-31"})
        assert (filing.measures[0].ends_on, notes) == (None, {"/confined_end no-end"})

    @pytest.mark.parametrize("text", ["2099-01-01", "9999-12-31"])
    def test_publicity_until_a_far_year_is_left_to_the_policy(self, text: str) -> None:
        filing, notes = accepted(ORGANISATION | {"publicity_until": text})
        assert (filing.publicity_until, notes) == (None, {"/publicity_until no-end"})

    @pytest.mark.parametrize("number", ["320981199912310005", "32098119991231000X"])
    def test_no_reason_makes_a_persons_number_a_code(self, number: str) -> None:
        row = ORGANISATION | {"uscc": number, "override_reason": "登记机关书面确认"}
        assert refused(row) == {"/uscc uscc-is-personal-number"}

    @pytest.mark.parametrize(
        ("cells", "fault"),
        [
            ({"confined_start": "20261110"}, "/confined_action measure-missing"),
            ({"confined_action": "B99"}, "/confined_action measure-unknown"),
            (
                {"confined_action": "B1", "confined_start": "20261110", "confined_end": "20261109"},
                "/confined_end measure-ends-before-start",
            ),
            (
                {"confined_action": "B1", "confined_start": "9998-01-01", "confined_end": "9999-12-30"},
                "/confined_start date-implausible",
            ),
            ({"confined_end": "9999-12-31"}, "/confined_action measure-missing"),
        ],
    )
    def test_a_measure_without_sense_is_refused(self, cells: dict[str, str], fault: str) -> None:
        assert refused(ORGANISATION | cells) == {fault}
