"""Values as people write them in a filed row: numbers of documents, codes, units, days; and what a refusal names."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing.parse import document_key
from tests.domain.filing.filing_rows import ORGANISATION, PERSON, accepted, outcome, refused
from tests.support import spellings


class TestDocumentKey:
    @given(st.sampled_from(("盐示财采罚", "盐市监处罚", "苏交执A罚")), st.integers(1980, 2030), st.integers(1, 99_999))
    def test_is_one_for_every_spelling_of_a_number(self, word: str, year: int, number: int) -> None:
        written = list(spellings.document_numbers(word, year, number))
        assert len(written) >= 20
        assert len({document_key(text) for text in written}) == 1

    @given(st.text(max_size=30))
    def test_of_a_key_is_the_key(self, text: str) -> None:
        assert document_key(document_key(text)) == document_key(text)

    @given(st.integers(1, 9999), st.integers(1, 9999))
    def test_tells_numbers_apart(self, number: int, other: int) -> None:
        same = document_key(f"盐财罚〔2026〕{number}号") == document_key(f"盐财罚〔2026〕{other}号")
        assert same == (number == other)

    @pytest.mark.parametrize(
        "other",
        ["盐财罚〔2026〕1-1号", "盐财罚〔2025〕1号", "盐财罚〔2026〕1号之二", "盐财〔2026〕1号", "盐财罚20261号"],
    )
    def test_tells_other_numbers_apart(self, other: str) -> None:
        assert document_key("盐财罚〔2026〕1号") != document_key(other)


class TestDocumentNumber:
    @pytest.mark.parametrize("text", ["2026-9-1", "2026/09/01", "2026.9.1", "2026年9月1日", "2026-09-01 00:00:00"])
    def test_that_a_spreadsheet_made_a_day_of_is_refused(self, text: str) -> None:
        assert refused(ORGANISATION | {"document_number": text}) == {"/document_number document-number-is-day"}

    @pytest.mark.parametrize("text", ["20260901", "盐财罚〔2026〕9-1号", "2026-9-1号", "2026年9号", "0077"])
    def test_that_may_be_one_is_taken(self, text: str) -> None:
        assert accepted(ORGANISATION | {"document_number": text})[0].document_number == text


class TestCodes:
    @pytest.mark.parametrize(
        "text",
        [
            "91320902-MA0TR0027-T",
            "9132 0902 MA0T R002 7T",
            "91320902 MA0TR0027T",
            "91320902－MA0TR0027T",
            "9132.0902.MA0TR0027T",
        ],
    )
    def test_lose_their_blanks_and_hyphens_with_a_note(self, text: str) -> None:
        filing, notes = accepted(ORGANISATION | {"uscc": text})
        assert (filing.subject.uscc, notes - {"/uscc half-width"}) == ("91320902MA0TR0027T", {"/uscc text-around-code"})

    @pytest.mark.parametrize("text", ["320981 1999 1231 0005", "320981-19991231-0005", "320981 19991231 0005"])
    def test_of_a_person_lose_them_too(self, text: str) -> None:
        filing, notes = accepted(PERSON | {"id_number": text})
        assert (filing.subject.id_number, notes) == ("320981199912310005", {"/id_number number-joined"})


class TestUnits:
    def test_in_a_cell_stand_over_that_of_the_column(self) -> None:
        filing, notes = accepted(ORGANISATION | {"fine": "2000元"})
        assert (filing.fine_fen, notes) == (200_000, {"/fine amount-unit-in-cell"})
        assert accepted(ORGANISATION | {"fine": "0.2万元"}) == (filing, set())


class TestFirstPublication:
    def test_is_stated_with_its_place(self) -> None:
        row = {"first_published_on": "2026-11-12", "first_published_at": "信用中国（江苏盐城）"}
        filing, notes = accepted(ORGANISATION | row)
        assert (filing.first_published_on, filing.first_published_at) == (dt.date(2026, 11, 12), "信用中国（江苏盐城）")
        assert notes == {"/first_published_on history-load"}

    @pytest.mark.parametrize(
        ("cells", "fault"),
        [
            ({"first_published_on": "2026-11-12"}, "/first_published_at first-publication-incomplete"),
            ({"first_published_at": "信用中国"}, "/first_published_on first-publication-incomplete"),
            (
                {"first_published_on": "2026-11-09", "first_published_at": "信用中国"},
                "/first_published_on first-publication-before-decision",
            ),
            (
                {"first_published_on": "2026-11-23", "first_published_at": "信用中国"},
                "/first_published_on first-publication-in-future",
            ),
        ],
    )
    def test_that_cannot_be_is_refused(self, cells: dict[str, str], fault: str) -> None:
        assert refused(ORGANISATION | cells) == {fault}


class TestRefusals:
    @pytest.mark.parametrize(
        ("field", "text", "named"),
        [
            ("sectors", "渔业", ("政府采购", "construction")),
            ("district", "320971", ("亭湖区", "320903")),
            ("behaviour", "N9", ("围标串标",)),
            ("subject_kind", "渔船", ("法人及非法人组织", "自然人", "个体工商户")),
            ("state", "9", ("正常",)),
            ("use_scope", "9", ("公示",)),
            ("decided_on", "昨天", ("2026.3.5", "二〇二六年三月五日")),
            ("fine", "若干", ("1.2万元", "壹万贰仟元整")),
        ],
    )
    def test_name_what_would_have_been_taken(self, field: str, text: str, named: tuple[str, ...]) -> None:
        _, faults, _ = outcome(ORGANISATION | {field: text})
        [fault] = [one for one in faults if one.pointer == f"/{field}"]
        assert all(word in fault.detail for word in named)

    @pytest.mark.parametrize("field", ["subject_name", "facts", "remark", "kinds", "decided_on", "fine"])
    @pytest.mark.parametrize("value", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "####"])
    def test_are_given_for_an_error_value(self, field: str, value: str) -> None:
        assert f"/{field} error-cell" in refused(ORGANISATION | {field: value})
