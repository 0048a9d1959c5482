"""Commendations through the door: two officers, a public record, and never a word in a verdict."""

import pytest

from tests.support.desk import bidder
from tests.support.filings import BanFactory, FilingFactory, days_ago
from tests.support.people import AUTHORITY

PATH = "/api/v1/commendations"


def award(firm: dict, **special: object) -> dict:
    return {
        "subject": {"kind": firm["subject_kind"], "name": firm["subject_name"], "uscc": firm["uscc"]},
        "document_number": "盐示表〔2026〕1号",
        "title": "守信激励对象",
        "facts": "三年内全部按期履约。",
        "basis": "实施方案附件1第18项",
        "awarded_on": days_ago(3),
        "sectors": ["procurement"],
        "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
        **special,
    }


@pytest.fixture
def filed(desk):
    """File a commendation; the answer."""
    return lambda firm, **special: desk.ask("POST", PATH, "clerk", json=award(firm, **special))


class TestCommendation:
    def test_is_public_once_another_officer_verified_it(self, desk, filed):
        firm = FilingFactory()
        record = filed(firm).get_json()["id"]
        assert desk.found(kind="commendation") == []
        verified = desk.ask("PUT", f"{PATH}/{record}/verification", "verifier", json={})
        shown = desk.get(f"/records/{record}").get_json()
        assert verified.get_json()["state"] == "published"
        assert desk.found(kind="commendation", sector="procurement") == [record]
        assert (shown["kind"], shown["title"]) == ("commendation", "守信激励对象")

    def test_changes_no_verdict(self, desk, filed):
        clean, banned = FilingFactory(), BanFactory()
        desk.published(banned)
        before = desk.verdicts(bidder(clean), bidder(banned))
        for number, firm in enumerate((clean, banned)):
            record = filed(firm, document_number=f"盐示表〔2026〕{number}号").get_json()["id"]
            desk.ask("PUT", f"{PATH}/{record}/verification", "verifier", json={})
        assert before == desk.verdicts(bidder(clean), bidder(banned)) == ["no_record", "barred"]

    def test_goes_back_and_comes_again(self, desk, filed):
        firm = FilingFactory()
        record = filed(firm).get_json()["id"]
        desk.ask("PUT", f"{PATH}/{record}/return", "verifier", json={"reason": "缺少依据"})
        again = desk.ask("PUT", f"{PATH}/{record}", "clerk", json=award(firm, title="改正后的称号"))
        assert (again.get_json()["state"], again.get_json()["facts"]["title"]) == ("filed", "改正后的称号")
        other = desk.ask("PUT", f"{PATH}/{record}", "clerk", json=award(firm))
        assert other.get_json()["code"] == "transition-refused"

    def test_leaves_with_its_reason(self, desk, filed):
        record = filed(FilingFactory()).get_json()["id"]
        desk.ask("PUT", f"{PATH}/{record}/verification", "verifier", json={})
        body = {"reason": "称号被撤销", "changed_on": days_ago(0)}
        gone = desk.by_two(f"{PATH}/{record}/withdrawal", json=body)
        assert gone.get_json()["outcome"]["state"] == "withdrawn"
        assert desk.get(f"/records/{record}").get_json()["removed_because"] == "称号被撤销"

    @pytest.mark.parametrize(
        ("special", "pointer"),
        [
            ({"awarded_on": "2199-01-01"}, "/awarded_on"),
            ({"valid_until": "2020-01-01"}, "/valid_until"),
            ({"facts": "联系13912345678"}, "/facts"),
            ({"sectors": ["fishing"]}, "/sectors"),
            (
                {"subject": {"kind": "自然人", "name": "卞子墨", "id_number": "320981199912310005"}},
                "/subject/kind",
            ),
        ],
    )
    def test_is_refused_at_the_field_that_is_wrong(self, filed, special, pointer):
        answer = filed(FilingFactory(), **special)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "commendation-refused")
        assert pointer in {error["pointer"] for error in answer.get_json()["errors"]}

    def test_is_filed_once(self, filed):
        firm = FilingFactory()
        filed(firm)
        assert filed(firm).get_json()["code"] == "decision-already-filed"
