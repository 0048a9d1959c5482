"""Every role at every route that needs one: let in or refused, and nothing in between."""

import datetime as dt

from registry import runtime
from registry.domain.permissions import EVERYWHERE, GRANTS, SYSTEM, Role
from registry.services.node import accounts
from tests.contract.test_routes import RESTRICTED
from tests.support.desk import stranger
from tests.support.filings import FilingFactory, filing, today

HOLDERS = {
    Role.CLERK: "clerk",
    Role.VERIFIER: "verifier",
    Role.TRADING_CENTRE: "centre",
    Role.SECURITY_ADMIN: "security",
    Role.SYSTEM_ADMIN: "operator",
    Role.AUDIT_ADMIN: "auditor",
}


class TestRoles:
    def test_come_in_where_the_map_says_and_nowhere_else(self, desk, subtests):
        for route, permission in RESTRICTED.items():
            method, rule = route.split(" ")
            path = (
                rule.replace("<record>", "0" * 32)
                .replace("<check>", "0" * 32)
                .replace("<number>", "1")
                .replace("<int:number>", "1")
            )
            for role, name in HOLDERS.items():
                with subtests.test(f"{route} {role}"):
                    answer = desk.ask(method, path, name, json={} if method != "GET" else None)
                    is_out = answer.status_code == 403 and answer.get_json()["code"] == "out-of-role"
                    assert is_out is (role not in GRANTS[permission])
                    assert answer.status_code < 500

    def test_hold_every_permission_through_somebody(self):
        assert set().union(*GRANTS.values()) <= set(Role)


class TestKeys:
    def test_of_nobody_are_refused_alike(self, desk):
        key = desk.people["clerk"].headers["Authorization"]
        for header in ("", "Bearer", "Bearer ", "Bearer wrong", f"Basic {key[7:]}", key[:-1], f"{key}x"):
            answer = desk.ask("GET", "/api/v1/penalties", headers={"Authorization": header})
            assert (answer.status_code, answer.get_json()["code"]) == (401, "key-unknown"), header
            assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_end_when_revoked(self, desk):
        runtime.perform(SYSTEM, lambda work: accounts.revoke_keys(work, "clerk"))
        assert desk.file(filing()).status_code == 401

    def test_end_with_the_day_of_the_account(self, desk):
        for until, status in ((today(), 401), (today() + dt.timedelta(days=1), 200)):
            new = accounts.NewAccount(f"until-{until}", Role.CLERK, "finance", ("*",), ("*",), until)

            def make(work, new=new):
                return accounts.issue_key(work, accounts.create(work, new).id, new.name)

            header = {"Authorization": f"Bearer {runtime.perform(SYSTEM, make)}"}
            assert desk.ask("GET", "/api/v1/penalties", headers=header).status_code == status


class TestScope:
    def test_of_another_department_reads_as_absent(self, desk):
        record = desk.filed(filing())
        unknown = desk.act("verification", "0" * 32, "other-verifier").get_json()
        for answer in (
            desk.get(f"/penalties/{record}", "other-clerk"),
            desk.act("", record, "other-clerk", json=filing()),
            desk.act("verification", record, "other-verifier"),
            desk.act("return", record, "other-verifier", json={"reason": "a"}),
            desk.act("withdrawal", record, "other-verifier", json={"reason": "a", "changed_on": "2026-01-01"}),
        ):
            assert answer.get_json() == unknown
        assert desk.get("/penalties", "other-clerk").get_json()["items"] == []
        assert desk.get("/deadlines", "other-clerk").get_json()["items"] == []

    def test_of_districts_binds(self, desk):
        def make(work):
            new = accounts.NewAccount("tinghu", Role.CLERK, "finance", (EVERYWHERE,), ("320902",))
            return accounts.issue_key(work, accounts.create(work, new).id, new.name)

        header = {"Authorization": f"Bearer {runtime.perform(SYSTEM, make)}"}
        far = desk.ask("POST", "/api/v1/penalties", json=filing(district="320903"), headers=header)
        near = desk.ask("POST", "/api/v1/penalties", json=filing(), headers=header)
        assert far.get_json()["code"] == "out-of-scope"
        assert near.get_json()["filing"]["district"] == "320902"


class TestPaging:
    def test_of_penalties_and_audit_goes_through_to_the_end(self, desk):
        records = [desk.filed(filing()) for _ in range(3)]
        for path, who, wanted in (("/penalties", "clerk", records), ("/audit", "auditor", None)):
            seen, token = [], None
            while True:
                query = {"limit": 2} | ({"next": token} if token else {})
                page = desk.get(path, who, query_string=query).get_json()
                seen += [item["id"] for item in page["items"]]
                token = page["next"]
                if not token or not page["items"]:
                    break
            assert len(seen) == len(set(seen))
            assert wanted in (None, seen)

    def test_refuses_tokens_that_are_none(self, desk):
        tokens = ("x", "²", "-1", "9" * 30)
        for path, who, own in (("/penalties", "clerk", ("1.5.2", "1.x", ".")), ("/audit", "auditor", ("1.5",))):
            for token in (*tokens, *own):
                assert desk.get(path, who, query_string={"next": token}).status_code == 422, (path, token)

    def test_of_deadlines_tells_due_and_overdue(self, desk):
        due = desk.filed(filing())
        late = desk.filed(filing(decided_on="2026-01-05"))
        items = desk.get("/deadlines", "clerk").get_json()["items"]
        assert [item["id"] for item in items] == [late, due] or late in [item["id"] for item in items]
        overdue = desk.get("/deadlines?state=overdue", "clerk").get_json()["items"]
        assert late in [item["id"] for item in overdue]
        assert desk.get("/deadlines?state=soon", "clerk").status_code == 422
        assert stranger()["uscc"] not in str(items)


class TestListing:
    def test_leaves_out_sectors_outside_the_grant(self, desk):
        def narrow(work):
            grant = accounts.NewAccount("narrow", Role.VERIFIER, "finance", ("procurement",), ("*",))
            return accounts.issue_key(work, accounts.create(work, grant).id, "narrow")

        inside = desk.filed(FilingFactory())
        desk.filed(FilingFactory(sectors="construction"))
        headers = {"Authorization": f"Bearer {runtime.perform(SYSTEM, narrow)}"}
        listed = desk.ask("GET", "/api/v1/penalties", headers=headers).get_json()["items"]
        assert [one["id"] for one in listed] == [inside]
