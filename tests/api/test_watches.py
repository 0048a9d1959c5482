"""Watches and files of parties at the HTTP door."""

import datetime as dt
import io
import json

import pytest

from registry import runtime, tabular
from registry.domain.checks.receipts import verified_statement
from registry.domain.publication import keyring
from registry.keys.signing import verify
from registry.queries.checks import batch_checks
from registry.services.checks import batch_check
from tests.services.checks.test_batch_check import table
from tests.support.centre import advance
from tests.support.desk import bidder, head, stranger
from tests.support.filings import BanFactory, today

FILES = "/api/v1/checks/files"
WATCHES = "/api/v1/watches"


def until(days=30):
    return (today() + dt.timedelta(days=days)).isoformat()


def asked(*parties, **special):
    """A body that asks for a watch."""
    numbered = [{"ref": str(place), **party} for place, party in enumerate(parties, start=1)]
    tender = {"code": "YC2026-0412", "sector": "procurement"}
    return {"tender": tender, "parties": numbered, "until": until(), **special}


def begun(desk, *parties, **special):
    answer = desk.ask("POST", WATCHES, "centre", json=asked(*parties, **special))
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()


def handed_in(desk, rows, **query):
    """The answer to a file that was taken."""
    stated = {"sector": "procurement", "filename": "a.csv", **query}
    return desk.ask("POST", FILES, "centre", data=table(rows), query_string=stated, content_type="text/csv")


def worked(desk):
    """What the worker does with files; as the centre."""
    actor = desk.people["centre"].actor
    with runtime.reading() as session:
        waiting = [(number, actor) for number, _ in batch_checks.pending(session)]
    batch_check.run_pending(runtime.perform, waiting)


class TestWatch:
    def test_tells_what_landed_after_it_began(self, desk):
        ban = BanFactory()
        made = begun(desk, bidder(ban))
        assert (made["state"], made["after"], made["parties"], made["webhook"]) == ("active", 0, 1, False)
        record = desk.published(ban)
        advance()
        answer = desk.get(f"/watches/{made['id']}", "centre").get_json()
        [item] = answer["items"]
        event = json.loads(item["event"])
        assert (event["record"], event["after"]["verdict"], item["state"]) == (record, "barred", "kept")
        trusted = keyring.parse_keyring(desk.get("/ledger/keys").get_data(), verify).publics()
        assert verify(trusted[item["key_id"]], bytes.fromhex(item["signature"]), item["event"].encode())
        assert (answer["seen"], answer["events"], answer["pending"], answer["next"]) == (1, 1, 0, None)

    def test_of_a_check_begins_at_its_entry(self, desk):
        ban = BanFactory()
        made = desk.check(bidder(ban)).get_json()
        desk.published(ban)
        watch = begun(desk, bidder(ban), after=made["entry"])
        advance()
        assert len(desk.get(f"/watches/{watch['id']}", "centre").get_json()["items"]) == 1

    def test_pages_its_events(self, desk):
        bans = [BanFactory() for _ in range(3)]
        watch = begun(desk, *map(bidder, bans))
        for ban in bans:
            desk.published(ban)
        advance()
        page = desk.get(f"/watches/{watch['id']}?limit=2", "centre").get_json()
        assert ([one["sequence"] for one in page["items"]], page["next"]) == ([1, 2], 2)
        page = desk.get(f"/watches/{watch['id']}?limit=2&after=2", "centre").get_json()
        assert ([one["sequence"] for one in page["items"]], page["next"]) == ([3], None)

    def test_is_listed_to_its_own_department(self, desk):
        made = [begun(desk, stranger(number))["id"] for number in range(3)]
        page = desk.get("/watches?limit=2", "centre").get_json()
        assert [one["id"] for one in page["items"]] == made[:2]
        rest = desk.get(f"/watches?limit=2&next={page['next']}", "centre").get_json()
        assert ([one["id"] for one in rest["items"]], rest["next"]) == (made[2:], None)
        assert desk.get("/watches", "other-centre").get_json()["items"] == []
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/replay?from=1")):
            address = f"{WATCHES}/{made[0]}{path}"
            assert desk.ask(method, address, "other-centre").status_code == 404
            assert desk.ask(method, address, "clerk").status_code == 403

    def test_is_ended(self, desk):
        made = begun(desk, stranger())
        assert desk.ask("DELETE", f"{WATCHES}/{made['id']}", "centre").get_json()["state"] == "ended"
        answer = desk.ask("POST", f"{WATCHES}/{made['id']}/replay?from=1", "centre")
        assert (answer.status_code, answer.get_json()["code"]) == (409, "transition-refused")

    def test_comes_again_for_the_same_key(self, desk):
        key = {"Idempotency-Key": "watch-1"}
        first, again = (
            desk.ask("POST", WATCHES, "centre", json=asked(stranger()), headers=key).get_json() for _ in "ab"
        )
        assert first == again

    @pytest.mark.parametrize(
        ("special", "code"),
        [
            ({"until": "2020-01-01"}, "body-refused"),
            ({"webhook": "https://centre.example/"}, "webhook-refused"),
            ({"after": 9}, "entry-ahead"),
            ({"colour": "red"}, "body-refused"),
            ({"parties": []}, "body-refused"),
            ({"parties": [{"ref": str(place), "name": "甲"} for place in range(1001)]}, "too-many-parties"),
        ],
    )
    def test_is_refused_with_its_code(self, desk, special, code):
        answer = desk.ask("POST", WATCHES, "centre", json=asked(stranger()) | special)
        assert (answer.status_code, answer.get_json()["code"]) == (422, code)


class TestSecondLook:
    def test_names_the_first_and_what_changed(self, desk):
        ban = BanFactory()
        first = desk.check(bidder(ban)).get_json()
        record = desk.published(ban)
        second = desk.check(bidder(ban)).get_json()
        assert first["previous"] is None
        assert (second["previous"]["check"], second["previous"]["entry"]) == (first["id"], 0)
        [line] = second["verdicts"]
        assert (line["verdict"], line["changed"]["was"]) == ("barred", "no_record")
        [came] = line["changed"]["records"]
        assert came == {
            "record": record,
            "before": None,
            "after": 1,
            "entries": [{"entry": 1, "act": "publish", "revision": 1}],
        }
        assert desk.get(f"/checks/{second['id']}", "centre").get_json() == second
        receipt = desk.get(f"/checks/{second['id']}/receipt", "centre").get_data()
        proven = desk.ask("POST", "/api/v1/receipts/verification", data=receipt).get_json()
        assert any("由 no_record 变为 barred" in line for line in proven["explanation"])


class TestFile:
    def test_is_answered_and_given_as_a_workbook(self, desk):
        ban = BanFactory()
        desk.published(ban)
        taken = handed_in(desk, [bidder(ban), stranger(), {"name": "甲", "uscc": "1"}])
        assert taken.status_code == 202, taken.get_json()
        made = taken.get_json()
        assert (made["state"], made["total"], made["done"], made["result"]) == ("running", 3, 0, None)
        path = f"/checks/files/{made['id']}"
        early = desk.get(f"{path}/result.xlsx", "centre")
        assert (early.status_code, early.get_json()["code"]) == (409, "check-file-running")
        worked(desk)
        answer = desk.get(path, "centre").get_json()
        assert (answer["state"], answer["done"], answer["unchecked"], answer["entry"]) == (
            "finished",
            3,
            1,
            head(desk),
        )
        result = desk.ask("GET", answer["result"], "centre")
        rows = [row.cells for row in tabular.read_table(io.BytesIO(result.get_data()).getvalue()).rows]
        assert [row["结论代码"] for row in rows] == ["barred", "no_record", "unchecked"]
        assert "no-store" in result.headers["Cache-Control"]
        receipt = desk.ask("GET", answer["checks"][0]["receipt"], "centre").get_data()
        statement = verified_statement(
            receipt, keyring.parse_keyring(desk.get("/ledger/keys").get_data(), verify).publics(), verify
        )
        assert [line["verdict"] for line in statement["lines"]] == ["barred", "no_record"]

    def test_is_cancelled(self, desk):
        made = handed_in(desk, [stranger()]).get_json()
        path = f"{FILES}/{made['id']}"
        assert desk.ask("PUT", f"{path}/cancellation", "centre").get_json()["state"] == "cancelled"
        worked(desk)
        assert desk.ask("GET", path, "centre").get_json()["done"] == 0
        assert desk.ask("GET", f"{path}/result.xlsx", "centre").status_code == 200

    def test_is_read_by_its_own_centre_only(self, desk):
        made = handed_in(desk, [stranger()]).get_json()
        for method, end in (("GET", ""), ("GET", "/result.xlsx"), ("PUT", "/cancellation")):
            assert desk.ask(method, f"{FILES}/{made['id']}{end}", "other-centre").status_code == 404
            assert desk.ask(method, f"{FILES}/{made['id']}{end}", "clerk").status_code == 403

    def test_may_come_as_a_form(self, desk):
        answer = desk.ask(
            "POST",
            FILES,
            "centre",
            query_string={"sector": "procurement", "must_tender": "false"},
            data={"file": (io.BytesIO(table([stranger()])), "名单.csv")},
        )
        assert answer.status_code == 202

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"sector": "shipping"}, "body-refused"),
            ({"colour": "red"}, "query-refused"),
            ({"on": "x"}, "query-refused"),
        ],
    )
    def test_is_refused_with_its_code(self, desk, query, code):
        answer = handed_in(desk, [stranger()], **query)
        assert (answer.status_code, answer.get_json()["code"]) == (422, code)
