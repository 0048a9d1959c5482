"""The code of a filed subject: one that reads as a resident number too, and subjects that have none."""

import pytest
from stdnum.cn import ric

from registry.domain import identifiers
from tests.domain.filing.filing_rows import ORGANISATION, accepted, refused


class TestCodeThatReadsAsBoth:
    """A sound code of an organ that is a valid resident number too: a reason, and the second officer's eye."""

    CODE = next(
        number
        for place in range(1101, 1190)
        for day in range(10, 28)
        for order in range(11, 990, 97)
        for body in [f"11{place:04}194905{day}{order:03}"]
        for number in [body + ric.calc_check_digit(body + "0")]
        if identifiers.reads_as_both(number)
    )

    def test_is_refused_without_a_reason(self):
        assert refused(ORGANISATION | {"uscc": self.CODE}) == {"/uscc uscc-reads-as-resident-id"}

    def test_is_noted_with_one(self):
        filing, notes = accepted(ORGANISATION | {"uscc": self.CODE, "override_reason": "登记机关书面确认"})
        assert filing.subject.uscc == self.CODE
        assert "/uscc uscc-reads-as-resident-id" in notes


@pytest.mark.parametrize(
    "form", ["{}(1-1)", "{}（1/1）", "{} 1/1", "{}（统一社会信用代码）", "“{}”", '"{}"', "【{}】", "[ {} ]", "'{}'"]
)
def test_a_code_is_found_among_what_a_licence_prints_beside_it(form: str) -> None:
    filing, notes = accepted(ORGANISATION | {"uscc": form.format(ORGANISATION["uscc"])})
    assert filing.subject.uscc == ORGANISATION["uscc"]
    assert "/uscc text-around-code" in notes


@pytest.mark.parametrize("form", ["{}*", "{}①", "({}", "{}/2", "{} 注销", "{}、{}"])
def test_a_code_beside_anything_else_is_none(form: str) -> None:
    assert refused(ORGANISATION | {"uscc": form.format(*[ORGANISATION["uscc"]] * 2)}) == {"/uscc uscc-malformed"}


class TestSubjectWithoutCode:
    @pytest.mark.parametrize(
        "other",
        [
            {"organisation_code": "MA0T0000-1"},
            {"business_registration": "320902600012345"},
            {"tax_registration": "HRB 12345"},
        ],
    )
    def test_is_filed_by_another_code(self, other):
        filing, notes = accepted(ORGANISATION | {"uscc": ""} | other)
        assert filing.subject.uscc is None
        assert "/uscc identified-by-other-code" in notes

    def test_is_refused_without_any(self):
        assert refused(ORGANISATION | {"uscc": ""}) == {"/uscc required"}

    def test_is_not_identified_by_a_person(self):
        row = ORGANISATION | {"uscc": "", "business_registration": "320981199912310005"}
        assert refused(row) == {"/business_registration uscc-is-personal-number"}
