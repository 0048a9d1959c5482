"""An award check: what each party is told, for which scope and day, and what proves it later."""

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from registry import runtime
from registry.domain.checks import receipts
from registry.domain.publication import keyring
from registry.keys.signing import verify
from registry.refusals.content import ReceiptRefused
from tests.support.desk import bidder, head, seal, stranger
from tests.support.filings import (
    PERSON_NUMBER,
    BanFactory,
    BannedPersonFactory,
    PersonFactory,
    TenderBanFactory,
    days_ago,
    filing,
    today,
)

EXPERT = {"name": "卞子墨", "role": "evaluation_expert", "id_type": "resident_id", "id_number": PERSON_NUMBER}
CONSTRUCTION = {"sector": "construction", "must_tender": True}


def wrong(code):
    """The code with a wrong check character."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def reasons(answer):
    """The codes of all reasons of the first party."""
    return [reason["code"] for reason in answer.get_json()["verdicts"][0]["reasons"]]


class TestVerdicts:
    def test_are_five(self, desk):
        ban, fine = BanFactory(), filing()
        desk.published(ban)
        desk.published(fine)
        answer = desk.check(
            bidder(ban),
            bidder(fine),
            {"name": fine["subject_name"]},
            stranger(),
            {"name": "盐城盐都错码商贸有限公司", "uscc": wrong(stranger(2)["uscc"])},
        )
        body = answer.get_json()
        verdicts = [line["verdict"] for line in body["verdicts"]]
        assert verdicts == ["barred", "on_record", "review", "no_record", "unchecked"]
        assert [line["ref"] for line in body["verdicts"]] == ["1", "2", "3", "4", "5"]
        assert (body["entry"], body["complete"]) == (2, False)

    def test_are_complete_when_all_could_be_asked(self, desk):
        assert desk.check(stranger()).get_json()["complete"] is True

    def test_of_a_name_alone_never_clear_nor_bar(self, desk):
        ban = BanFactory()
        desk.published(ban)
        names = [{"name": ban["subject_name"]}, {"name": "盐城盐都无此商贸有限公司"}]
        assert desk.verdicts(*names) == ["review", "review"]

    def test_of_another_name_say_so(self, desk):
        ban, fine = BanFactory(), filing()
        desk.published(ban)
        desk.published(fine)
        lines = desk.check(bidder(ban, name="他名"), bidder(fine, name="他名")).get_json()["verdicts"]
        assert [line["verdict"] for line in lines] == ["barred", "review"]
        assert all(line["reasons"][0]["match"] == {"by": "uscc", "name_differs": True} for line in lines)

    def test_of_a_wrong_check_character_still_find_what_is_held(self, desk):
        ban = BanFactory()
        ban |= {"uscc": wrong(ban["uscc"]), "override_reason": "执照上即为此码"}
        desk.published(ban)
        assert desk.verdicts(bidder(ban)) == ["barred"]

    def test_of_a_person_rest_on_the_identity_number(self, desk):
        record = desk.published(BannedPersonFactory())
        assert desk.get(f"/records/{record}").status_code == 404
        other = EXPERT | {"id_number": "32090219800101001X"}
        answer = desk.check(EXPERT, tender=CONSTRUCTION)
        assert answer.get_json()["verdicts"][0]["verdict"] == "barred"
        assert answer.get_json()["verdicts"][0]["id_last4"] == PERSON_NUMBER[-4:]
        assert PERSON_NUMBER not in answer.get_data(as_text=True)
        assert desk.verdicts(other, tender=CONSTRUCTION) == ["no_record"]

    def test_of_withdrawn_records_are_clear(self, desk):
        ban = BanFactory()
        record = desk.published(ban)
        desk.withdraw(record, days_ago(0))
        assert desk.verdicts(bidder(ban)) == ["no_record"]
        assert desk.verdicts(bidder(ban), known_at=1) == ["barred"]


class TestScope:
    @pytest.mark.parametrize(
        ("tender", "role", "verdict"),
        [
            pytest.param({"sector": "construction", "must_tender": True}, "bidder", "barred", id="招标投标法53"),
            pytest.param({"sector": "construction"}, "bidder", "review", id="B12-招标投标法53-未说明"),
            pytest.param({"sector": "procurement"}, "bidder", "review", id="B12-招标投标法53-采购未说明"),
            pytest.param(
                {"sector": "procurement", "must_tender": False, "project": "goods"},
                "bidder",
                "on_record",
                id="B12-招标投标法3-货物",
            ),
            pytest.param(
                {"sector": "construction", "must_tender": True}, "consortium_member", "barred", id="招标投标法53-联合体"
            ),
            pytest.param({"sector": "construction", "must_tender": False}, "bidder", "on_record", id="招标投标法53-非"),
            pytest.param({"sector": "construction"}, "agent", "on_record", id="招标投标法53-代理机构"),
            pytest.param({"sector": "mining"}, "bidder", "on_record", id="招标投标法53-其他领域"),
        ],
    )
    def test_is_that_of_the_measure(self, desk, tender, role, verdict):
        ban = TenderBanFactory()
        clerk, verifier = "clerk", "verifier"
        desk.published(ban, clerk, verifier)
        assert desk.verdicts(bidder(ban, role=role), tender=tender) == [verdict]

    def test_of_an_ended_ban_does_not_bar(self, desk):
        """政府采购法实施条例 19 第二款."""
        ban = BanFactory(decided_on=days_ago(500), effect_until=days_ago(2))
        desk.published(ban)
        assert "barred" not in desk.verdicts(bidder(ban))
        assert desk.verdicts(bidder(ban), on=days_ago(2)) == ["barred"]  # 处罚有效期 is its last day
        assert "barred" not in desk.verdicts(bidder(ban), on=days_ago(1))

    def test_of_a_ban_begins_with_the_decision(self, desk):
        ban = BanFactory(decided_on=days_ago(10))
        desk.published(ban)
        assert desk.verdicts(bidder(ban), on=days_ago(11)) == ["no_record"]
        assert desk.verdicts(bidder(ban), on=days_ago(10)) == ["barred"]

    def test_of_grave_violations_looks_back_three_years(self, desk):
        """政府采购法 22, 政府采购法实施条例 19."""
        grave = filing(kinds="责令停产停业", content="责令停产停业。", fine="", decided_on=days_ago(1000))
        desk.published(grave)
        answer = desk.check(bidder(grave))
        assert answer.get_json()["verdicts"][0]["verdict"] == "review"
        assert "grave-look-back" in reasons(answer)
        later = (today() + dt.timedelta(days=200)).isoformat()
        assert "grave-look-back" not in reasons(desk.check(bidder(grave), on=later))
        assert "grave-look-back" not in reasons(desk.check(bidder(grave), tender=CONSTRUCTION))

    @pytest.mark.parametrize(("fine", "grave"), [("200", True), ("199.999999", False)], ids=["财库2022-3", "below"])
    def test_of_large_fines_begins_at_two_million(self, desk, fine, grave):
        given = filing(fine=fine)
        desk.published(given)
        assert ("grave-look-back" in reasons(desk.check(bidder(given)))) is grave


class TestMoment:
    def test_is_the_ledger_of_that_size(self, desk):
        ban = BanFactory()
        desk.published(filing())
        desk.published(ban)
        assert desk.verdicts(bidder(ban), known_at=1) == ["no_record"]
        assert desk.verdicts(bidder(ban), known_at=2) == desk.verdicts(bidder(ban)) == ["barred"]
        ahead = desk.check(bidder(ban), known_at=3)
        assert (ahead.status_code, ahead.get_json()["code"]) == (422, "entry-ahead")

    def test_of_any_day_is_answered_or_refused(self, desk, subtests):
        desk.published(BanFactory())
        for day in ("0001-01-01", "1950-01-01", "2026-01-01", "2400-01-01", "9999-12-31"):
            with subtests.test(day):
                answer = desk.check(stranger(), on=day)
                assert answer.status_code in (201, 422), answer.get_json()


class TestReceipt:
    def test_proves_the_answer_and_stays_the_same(self, desk):
        ban = BanFactory()
        desk.published(ban)
        seal()
        made = desk.check(bidder(ban), EXPERT).get_json()
        path = made["receipt"].removeprefix("/api/v1")
        first, again = (desk.get(path, "centre").get_data() for _ in range(2))
        assert first == again == desk.get(f"{path}.json", "centre").get_data()
        statement = receipts.verified_statement(
            first, keyring.parse_keyring(desk.get("/ledger/keys").get_data(), verify).publics(), verify
        )
        assert statement["lines"][0]["verdict"] == "barred"
        assert (statement["entry"], statement["count"], statement["root"] is None) == (1, 2, False)
        assert PERSON_NUMBER.encode() not in first
        assert b"YC2026-0412" not in first
        assert desk.get(f"/checks/{made['id']}", "centre").get_json() == made

    def test_is_refused_after_any_change(self, desk):
        made = desk.check(stranger()).get_json()
        genuine = desk.get(made["receipt"].removeprefix("/api/v1"), "centre").get_data()
        trusted = keyring.parse_keyring(desk.get("/ledger/keys").get_data(), verify).publics()
        for place in range(0, len(genuine), 17):
            changed = genuine[:place] + bytes([genuine[place] ^ 1]) + genuine[place + 1 :]
            with pytest.raises(ReceiptRefused):
                receipts.verified_statement(changed, trusted, verify)

    def test_is_explained_to_anybody(self, desk):
        made = desk.check(stranger()).get_json()
        genuine = desk.get(made["receipt"].removeprefix("/api/v1"), "centre").get_data()
        answer = desk.ask("POST", "/api/v1/receipts/verification", data=genuine)
        assert answer.get_json()["statement"]["check"] == made["id"]
        assert any("未查到" in line for line in answer.get_json()["explanation"])
        for data in (b"", b"{}", b"[" * 5000, genuine[:-1], b"\xff"):
            assert desk.ask("POST", "/api/v1/receipts/verification", data=data).status_code == 422

    def test_numbers_have_no_gap(self, desk):
        numbers = [desk.check(stranger(place)).get_json()["number"] for place in range(3)]
        desk.check(stranger(), known_at=9)
        assert [*numbers, desk.check(stranger()).get_json()["number"]] == [1, 2, 3, 4]

    def test_is_read_by_its_own_centre_only(self, desk):
        made = desk.check(stranger()).get_json()
        for path in (f"/checks/{made['id']}", f"/checks/{made['id']}/receipt"):
            assert desk.get(path, "other-centre").status_code == 404
            assert desk.get(path, "clerk").status_code == 403

    def test_comes_again_for_the_same_key(self, desk):
        key = {"Idempotency-Key": "award-1"}
        body = {"tender": {"code": "a", "sector": "procurement"}, "parties": [{"ref": "1", **stranger()}]}
        first, again = (desk.ask("POST", "/api/v1/checks", "centre", json=body, headers=key).get_json() for _ in "ab")
        assert first == again


class TestRefusals:
    def test_name_the_place(self, desk, subtests):
        party, sector = {"ref": "1", **stranger()}, {"code": "a", "sector": "procurement"}
        for body, pointer in (
            ({"tender": sector, "parties": [party, party]}, "/parties/1/ref"),
            ({"tender": sector, "parties": [party | {"of": "9"}]}, "/parties/0/of"),
            ({"tender": sector, "parties": [party | {"role": "judge"}]}, "/parties/0/role"),
            ({"tender": sector, "parties": [party | {"uscc": "1"}]}, "/parties/0/uscc"),
            ({"tender": sector, "parties": [party | {"id_number": "320981199912310006"}]}, "/parties/0/id_number"),
            ({"tender": sector, "parties": [party | {"name": "a\x00b"}]}, "/parties/0/name"),
            ({"tender": sector, "parties": [party | {"name": None}]}, "/parties/0/name"),
            ({"tender": sector, "parties": [party | {"colour": "red"}]}, "/parties/0/colour"),
            ({"tender": sector | {"sector": "shipping"}, "parties": [party]}, "/tender/sector"),
            ({"tender": sector | {"district": "999999"}, "parties": [party]}, "/tender/district"),
            ({"tender": sector | {"must_tender": "yes"}, "parties": [party]}, "/tender/must_tender"),
            ({"tender": sector, "parties": []}, "/parties"),
            ({"tender": sector}, "/parties"),
            ({"tender": sector, "parties": [party], "on": "soon"}, "/on"),
            ({"tender": sector, "parties": [party], "known_at": 10**40}, "/known_at"),
            ({"tender": sector, "parties": [party], "known_at": True}, "/known_at"),
            ({"tender": sector, "parties": [party], "known_at": 1.5}, "/known_at"),
        ):
            with subtests.test(pointer):
                answer = desk.ask("POST", "/api/v1/checks", "centre", json=body)
                assert answer.status_code == 422, answer.get_json()
                assert pointer in {fault["pointer"] for fault in answer.get_json()["errors"]}
                assert "320981199912310006" not in answer.get_data(as_text=True)

    def test_of_too_many_parties_come_at_once(self, desk):
        parties = [{"ref": str(place), "name": "甲"} for place in range(40_000)]
        body = json.dumps({"tender": {"code": "a", "sector": "procurement"}, "parties": parties})
        answer = desk.ask("POST", "/api/v1/checks", "centre", data=body, content_type="application/json")
        assert (answer.status_code, answer.get_json()["code"]) == (422, "too-many-parties")

    def test_of_bodies_that_are_no_plain_json(self, desk, subtests):
        deep = b'{"tender":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        for data in (
            b"",
            b"null",
            b"[]",
            b"{",
            b'{"on":NaN}',
            b'{"on":1,"on":2}',
            b'{"on":"\\ud800"}',
            b"\xff\xfe",
            deep,
            b'{"known_at":1e400}',
            b'{"known_at":' + b"9" * 5000 + b"}",
        ):
            with subtests.test(data[:20].decode("latin-1")):
                answer = desk.ask("POST", "/api/v1/checks", "centre", data=data, content_type="application/json")
                assert answer.status_code == 422, answer.get_json()
                assert answer.content_type == "application/problem+json"
                assert answer.get_json()["code"] == "body-refused"


class TestLostStore:
    @pytest.mark.parametrize("table", ["publications", "ledger_entries", "checkpoints", "peers", "counters"])
    def test_never_reads_as_no_record(self, desk, table):
        ban = BanFactory()
        desk.published(ban)
        with runtime.db.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS publication_sectors"))
            connection.execute(text(f"ALTER TABLE {table} RENAME TO lost"))
        answer = desk.check(bidder(ban))
        assert (answer.status_code, answer.get_json()["code"]) == (503, "store-unavailable")
        assert answer.headers["Retry-After"]
        assert "lost" not in answer.get_data(as_text=True)
        assert table not in answer.get_data(as_text=True)

    def test_is_told_by_readiness(self, desk):
        assert desk.ask("GET", "/readyz").status_code == 200
        with runtime.db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE counters RENAME TO lost"))
        assert desk.ask("GET", "/readyz").status_code == 503
        assert desk.ask("GET", "/healthz").status_code == 200

    def test_of_a_damaged_file_is_unavailable(self, desk, settings):
        if not settings.url.startswith("sqlite"):
            pytest.skip("an embedded store only")
        runtime.db.session.remove()
        runtime.db.engine.dispose()
        path = Path(settings.url.removeprefix("sqlite:///"))
        with path.open("r+b") as held:
            held.write(b"not a database at all" * 500)
        assert desk.check(stranger()).status_code == 503
        assert head_status(desk) == 503


def head_status(desk):
    """The status of a public reading."""
    return desk.get("/changes").status_code


class TestPersons:
    def test_are_found_by_number_in_any_spelling(self, desk):
        desk.published(BannedPersonFactory())
        for number in (PERSON_NUMBER, "３２０９８１１９９９１２３１０００５", f" {PERSON_NUMBER} "):
            assert desk.verdicts(EXPERT | {"id_number": number}, tender=CONSTRUCTION) == ["barred"]

    def test_of_a_minor_stay_hidden(self, desk):
        desk.published(PersonFactory(id_number="320902201001010014"))
        assert head(desk) == 1
        assert desk.found() == []
