"""A question that could not find anybody is refused; it never reads as "nothing found"."""

import pytest

from tests.support.desk import bidder, stranger
from tests.support.filings import BanFactory, PersonFactory

NUMBER = "320981199912310005"


def codes(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.get_json()
    return [(error["pointer"], error["code"]) for error in answer.get_json()["errors"]]


class TestIdentityDocument:
    @pytest.mark.parametrize(
        "id_type",
        [
            None,
            "111",
            "resident_id",
            "Resident_ID ",
            "身份证",
            "居民身份证",
            "二代身份证",
            "111-居民身份证",
            "居民身份证（111）",
        ],
    )
    def test_of_a_resident_is_found_under_every_name_of_its_type(self, desk, id_type):
        record = desk.published(PersonFactory())
        party = {
            "ref": "1",
            "role": "project_manager",
            "name": "卞子墨",
            "id_type": id_type,
            "id_number": NUMBER,
        }
        [line] = desk.check(party).get_json()["verdicts"]
        assert [reason["record"] for reason in line["reasons"]] == [record]

    @pytest.mark.parametrize(("id_type", "number"), [("1", NUMBER), ("护照本", "E1234567"), ("414", " ")])
    def test_of_no_known_type_or_shape_is_refused(self, desk, id_type, number):
        party = {
            "ref": "1",
            "role": "project_manager",
            "name": "卞子墨",
            "id_type": id_type,
            "id_number": number,
        }
        answer = desk.check(party)
        assert codes(answer)[0][0] == "/parties/0/id_number"
        assert number == " " or "普通护照（414）" in answer.get_json()["errors"][0]["detail"]


class TestPersonalNumber:
    @pytest.mark.parametrize("field", ["uscc", "name"])
    def test_never_reaches_a_receipt(self, desk, field):
        answer = desk.check(stranger() | {field: NUMBER})
        assert codes(answer)[0][0] == f"/parties/0/{field}"
        assert NUMBER not in answer.text


class TestName:
    def test_of_a_barred_firm_beside_a_strangers_number_is_reviewed(self, desk):
        ban = BanFactory()
        desk.published(ban)
        party = {"ref": "1", "role": "bidder", "name": ban["subject_name"], "id_number": NUMBER}
        [line] = desk.check(party).get_json()["verdicts"]
        assert line["verdict"] == "review"

    def test_of_a_person_tells_nothing_that_is_not_public(self, desk):
        desk.published(PersonFactory())
        [line] = desk.check({"ref": "1", "role": "bidder", "name": "卞子墨"}).get_json()["verdicts"]
        assert line["verdict"] == "review"
        assert [reason["code"] for reason in line["reasons"]] == ["identity-not-given"]


class TestUnusable:
    @pytest.mark.parametrize(
        "name",
        [
            " ",
            "\u3000",
            "\t",
            "-",
            "（）",
            "…",
            "？？",
            "*",
            "盐城?例建设有限公司",
            "盐城**有限公司",
            "#N/A",
            "恒达&amp;信商行",
        ],
    )
    def test_names_alone_are_refused(self, desk, name):
        [(pointer, code)] = codes(desk.check({"name": name}))
        assert pointer == "/parties/0/name"
        assert code in ("name-empty", "name-damaged", "name-masked")

    @pytest.mark.parametrize("name", [" ", "　", "——", "·"])
    def test_blank_names_are_refused_beside_a_code_too(self, desk, name):
        assert codes(desk.check(stranger() | {"name": name})) == [("/parties/0/name", "name-empty")]

    def test_names_beside_a_code_are_taken_for_the_code(self, desk):
        ban = BanFactory()
        desk.published(ban)
        assert desk.verdicts({"name": "盐城?例建设有限公司", "uscc": ban["uscc"]}) == ["barred"]

    def test_two_firms_in_one_name_are_refused(self, desk):
        party = stranger() | {"name": "盐城甲子建设有限公司、盐城乙丑建设有限公司"}
        assert codes(desk.check(party)) == [("/parties/0/name", "name-several")]


class TestRole:
    @pytest.mark.parametrize("role", ["项目负责人", "项目经理", "PROJECT_MANAGER", " project_manager "])
    def test_is_taken_as_people_write_it(self, desk, role):
        record = desk.published(PersonFactory())
        party = {"role": role, "name": "卞子墨", "id_number": NUMBER}
        [line] = desk.check(party).get_json()["verdicts"]
        assert [reason["record"] for reason in line["reasons"]] == [record]
        assert line["role"] == "project_manager"

    def test_of_another_word_is_refused_and_told_what_is_known(self, desk):
        answer = desk.check(stranger() | {"role": "观察员"})
        assert codes(answer) == [("/parties/0/role", "field-refused")]
        assert "联合体成员" in answer.text


class TestBidder:
    def test_in_everyday_wording_is_barred(self, desk):
        ban = BanFactory(content="二年内不得参加政府采购活动。")
        desk.published(ban)
        [line] = desk.check(bidder(ban)).get_json()["verdicts"]
        assert line["verdict"] == "barred"
