"""Parties typed or pasted, one a line: read as a file of them would be."""

import pytest

from registry.tabular import pasted
from registry.tabular.parties import read_parties
from tools.synthetic import uscc

A, B = uscc("91320902", 41), uscc("91320903", 42)
NAMES = ("盐城虚构一号建设有限公司", "盐城虚构二号建设有限公司")


def cells(text):
    return [row.cells for row in read_parties(pasted.to_table(text), "").rows]


class TestToTable:
    @pytest.mark.parametrize("between", ["\t", " ", "  ", ",", "，", ";", "；", " | ", "、\t".replace("、", "")])
    def test_takes_name_and_code_however_they_are_set_apart(self, between):
        text = "\n".join(f"{name}{between}{code}" for name, code in zip(NAMES, (A, B), strict=True))
        assert [(row["name"], row["uscc"]) for row in cells(text)] == list(zip(NAMES, (A, B), strict=True))

    def test_takes_the_code_first(self):
        [row] = cells(f"{A} {NAMES[0]}")
        assert (row["name"], row["uscc"]) == (NAMES[0], A)

    @pytest.mark.parametrize("place", ["{}", "{}.", "{}、", "{}）"])
    def test_takes_numbers_before_the_names(self, place):
        text = "\n".join(f"{place.format(number)}\t{name}\t{A}" for number, name in enumerate(NAMES, 7))
        assert [row["ref"] for row in cells(text)] == ["7", "8"]

    def test_keeps_headings_of_their_own(self):
        text = f"投标人名称\t统一社会信用代码\t标段\n{NAMES[0]}\t{A}\t2"
        assert cells(text) == [{"name": NAMES[0], "uscc": A, "section": "2", "role": "bidder", "ref": "1"}]

    def test_takes_roles_and_the_lead_of_a_consortium(self):
        first, second = cells(f"{NAMES[0]}\t{A}\t联合体牵头人\n{NAMES[1]}\t{B}\t联合体成员\t{NAMES[0]}")
        assert (first["role"], second["role"], second["of"]) == ("bidder", "consortium_member", first["ref"])

    def test_takes_a_number_of_a_person_for_one(self):
        [row] = cells("卞子墨\t项目负责人\t32090219800101001X")
        assert (row["id_number"], row["role"]) == ("32090219800101001X", "project_manager")
        assert "uscc" not in row

    def test_leaves_a_mistyped_code_as_it_was_typed(self):
        mistyped = A[:-1] + ("0" if A[-1] != "0" else "1")
        assert cells(f"{NAMES[0]} {mistyped}")[0]["uscc"] == mistyped

    @pytest.mark.parametrize("cut", [3, 6, 10])
    def test_takes_a_code_of_the_wrong_length_for_one(self, cut):
        assert cells(f"{NAMES[0]}\t{A[:-cut]}")[0]["uscc"] == A[:-cut]

    def test_takes_a_name_alone(self):
        assert [row["name"] for row in cells("\n".join(NAMES))] == list(NAMES)
