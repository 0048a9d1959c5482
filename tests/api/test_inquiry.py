"""A question that could not find anybody is refused; it never reads as "nothing found"."""

import pytest

from tests.support.desk import bidder, stranger
from tests.support.filings import BanFactory, PersonFactory

NUMBER = "320981199912310005"


def codes(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.get_json()
    return [(error["pointer"], error["code"]) for error in answer.get_json()["errors"]]


class TestIdentityDocument:
    @pytest.mark.parametrize("id_type", [None, "111", "resident_id", "Resident_ID ", "身份证", "居民身份证"])
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
        assert codes(desk.check(party))[0][0] == "/parties/0/id_number"


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


class TestBidder:
    def test_in_everyday_wording_is_barred(self, desk):
        ban = BanFactory(content="二年内不得参加政府采购活动。")
        desk.published(ban)
        [line] = desk.check(bidder(ban)).get_json()["verdicts"]
        assert line["verdict"] == "barred"
