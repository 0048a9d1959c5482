"""What the release before made (``former/README.md``) is migrated, shown and worked on by the code of today."""

import json

import pytest
from sqlalchemy import select

from registry import runtime
from registry.commands.node import prepare
from registry.domain.cases import case_file
from registry.domain.cases.penalty import content_digest
from registry.domain.permissions import SYSTEM
from registry.domain.records import SCHEMA
from registry.maintenance import schema
from registry.models import AuditEvent, CaseStep, Penalty, Publication
from registry.services.cases.publicity_extension import extend_running_bans
from registry.services.publication import ledger
from tests.support import former as release
from tests.support.former import (
    FILINGS,
    GONE,
    LAST_DAY,
    NAMES,
    RECORDS,
    SHOWN,
    STANDING,
    UPGRADED,
    findings,
    newest,
    steps_of,
)


class TestDatabase:
    def test_is_sound_after_the_upgrade(self, former):
        assert findings() == []

    def test_is_brought_up_to_date_but_once(self, former):
        assert prepare() == (0, 0, 0)
        assert findings() == []

    def test_goes_down_and_up_again_to_the_same_steps(self, former):
        def digests():
            with runtime.reading() as session:
                question = select(CaseStep.record, CaseStep.position, CaseStep.digest)
                return set(session.execute(question.where(CaseStep.noun == "penalty")).tuples())

        before = digests()
        schema.downgrade("0020")
        assert len(digests()) == 8
        schema.upgrade()
        assert digests() == before

    def test_may_have_been_begun_before_there_were_steps(self, tmp_path, monkeypatch):
        """As databases that are older than migration 0010: its withdrawals are in the audit trail only."""
        record = RECORDS["withdrawn"]
        release.furnish(tmp_path, f"DELETE FROM case_steps WHERE record = '{record}';")
        monkeypatch.setattr(runtime, "clock", lambda: UPGRADED)
        with release.running(tmp_path):
            prepare()
            assert findings() == []
            with runtime.reading() as session:
                assert [step.act for step in steps_of(session, record)] == ["file", "verify", "withdraw"]

    def test_can_be_sealed(self, former):
        assert runtime.perform(SYSTEM, ledger.seal).size == 32
        assert findings() == []


class TestSteps:
    def test_tell_every_act_of_the_audit_trail_in_its_order(self, former):
        with runtime.reading() as session:
            records = list(session.scalars(select(Penalty.record)))
            question = select(AuditEvent).where(AuditEvent.act.startswith("penalty.")).order_by(AuditEvent.id)
            trail = session.scalars(question)
            events = [(one.reference, one.act.removeprefix("penalty."), one.account_id) for one in trail]
            for record in records:
                told = [(act, by) for about, act, by in events if about == record]
                assert [(one.act, one.account_id) for one in steps_of(session, record)] == told, NAMES[record]
        assert len(records) == 18
        assert {record for record, *_ in events} == set(records)

    def test_lead_from_one_state_to_the_next_up_to_that_of_the_penalty(self, former):
        with runtime.reading() as session:
            for held in session.scalars(select(Penalty)):
                steps = steps_of(session, held.record)
                states = ["", *(step.after for step in steps)]
                assert [step.before for step in steps] == states[:-1], NAMES[held.record]
                assert (states[-1], len(steps)) == (held.state, held.version), NAMES[held.record]

    def test_are_chained(self, former):
        with runtime.reading() as session:
            for record in session.scalars(select(Penalty.record)).all():
                previous = ""
                for place, step in enumerate(steps_of(session, record), start=1):
                    said = {
                        "noun": "penalty",
                        "record": record,
                        "position": place,
                        "act": step.act,
                        "before": step.before,
                        "after": step.after,
                        "account_id": step.account_id,
                        "documents": step.documents,
                        "stated": step.stated,
                        "day": step.day.isoformat(),
                    }
                    assert step.digest == case_file.chain_digest(previous, said), (NAMES[record], place)
                    previous = step.digest

    def test_name_the_filing_that_they_were_about(self, former):
        with runtime.reading() as session:
            for held in session.scalars(select(Penalty)):
                digests = iter([content_digest(row.content) for row in held.filings])
                about = ""
                for step in steps_of(session, held.record):
                    about = next(digests) if step.act in ("file", "refile") else about
                    if step.act in ("file", "refile", "verify"):
                        assert json.loads(step.stated) == {"filing": about}, NAMES[held.record]
                assert next(digests, None) is None

    def test_keep_the_day_and_what_was_said(self, former):
        with runtime.reading() as session:
            returned = steps_of(session, RECORDS["returned"])[-1]
            suspended = steps_of(session, RECORDS["suspended"])[-1]
            long = [(step.act, step.day.isoformat()) for step in steps_of(session, RECORDS["long"])]
        assert (returned.act, json.loads(returned.stated)) == ("return", {"reason": "请核对处罚依据"})
        assert [one["kind"] for one in suspended.documents] == ["court_order"]
        assert long == [
            *((act, "2026-10-12") for act in ("file", "verify")),
            *((act, "2026-10-27") for act in ("refile", "return", "refile", "verify", "suspend")),
            *((act, LAST_DAY) for act in ("resume", "withdraw")),
        ]


class TestPublicRecords:
    @pytest.mark.parametrize("record", SHOWN, ids=lambda record: NAMES.get(record, record[:8]))
    def test_are_shown_as_they_were(self, door, record):
        shown = door.get(f"/records/{record}").get_json()
        shown.pop("derived", None)  # what is derived since stands beside what was published
        assert shown == SHOWN[record]

    @pytest.mark.parametrize("record", STANDING, ids=lambda record: NAMES.get(record, record[:8]))
    def test_are_found_by_name_and_code(self, door, record):
        subject = SHOWN[record]["subject"]
        assert record in door.found(q=subject["name"])
        assert record in door.found(q=subject["uscc"])

    @pytest.mark.parametrize("record", SHOWN, ids=lambda record: NAMES.get(record, record[:8]))
    def test_have_a_page(self, former, record):
        answer = former.test_client().get(f"/records/{record}")
        said = "removed_because" if record in GONE else "facts"
        assert answer.status_code == (410 if record in GONE else 200)
        assert SHOWN[record][said] in answer.get_data(as_text=True)

    def test_are_of_no_numbered_schema(self, former):
        with runtime.reading() as session:
            bodies = [json.loads(body) for body in session.scalars(select(Publication.body))]
        assert len(bodies) == 32
        assert not [body for body in bodies if "schema" in body]

    def test_are_only_those_that_were_shown(self, door):
        assert sorted(door.found(limit=100)) == STANDING
        for name in ("filed", "returned", "refiled", "restated", "person", "imported-31", "suspended", "relation"):
            assert door.get(f"/records/{RECORDS[name]}").status_code == 404, name


class TestActsAfterwards:
    """Work goes on where the former release left it; what is written now carries the schema of today."""

    @pytest.mark.parametrize("name", ["published", "corrected", "correction-returned", "resumed", "imported-32"])
    def test_a_record_can_be_corrected(self, door, name):
        record, before = RECORDS[name], newest(RECORDS[name])
        filing = FILINGS.get(name) or imported(before)
        answer = door.act("", record, "clerk", json={**filing, "facts": "升级之后更正的事实。"})
        assert answer.status_code == 200, answer.get_json()
        answer = door.act("verification", record)
        assert answer.status_code == 200, answer.get_json()
        after = newest(record)
        body, old = json.loads(after.body), json.loads(before.body)
        assert (body["schema"], body["facts"], body["act"]) == (SCHEMA, "升级之后更正的事实。", "correct")
        assert (after.revision, after.previous) == (before.revision + 1, before.content_hash)
        assert {**old, "schema": SCHEMA}.keys() == body.keys()
        assert door.get(f"/records/{record}").get_json()["facts"] == "升级之后更正的事实。"
        assert findings() == []

    @pytest.mark.parametrize("name", ["published", "amended", "resumed", "suspended", "disputed", "listed-ground"])
    def test_a_record_can_be_withdrawn(self, door, name):
        record, before = RECORDS[name], newest(RECORDS[name])
        answer = door.withdraw(record, LAST_DAY)
        assert answer.status_code == 200, answer.get_json()
        after = newest(record)
        assert (after.state, after.revision, json.loads(after.body)["schema"]) == (
            "withdrawn",
            before.revision + 1,
            SCHEMA,
        )
        assert door.get(f"/records/{record}").get_json()["removed_because"] == "经复议撤销"
        assert findings() == []

    def test_a_correction_that_waits_can_be_verified(self, door):
        answer = door.act("verification", RECORDS["amended"])
        assert answer.status_code == 200, answer.get_json()
        body = json.loads(newest(RECORDS["amended"]).body)
        assert (body["schema"], body["revision"], body["facts"]) == (SCHEMA, 2, "待核实的更正。")
        assert findings() == []

    @pytest.mark.parametrize("name", ["filed", "refiled", "restated", "imported-31"])
    def test_a_filing_that_waits_can_be_verified(self, door, name):
        answer = door.act("verification", RECORDS[name])
        assert answer.status_code == 200, answer.get_json()
        assert json.loads(newest(RECORDS[name]).body)["schema"] == SCHEMA
        assert findings() == []

    def test_a_returned_filing_can_be_stated_anew(self, door):
        record = RECORDS["returned"]
        assert door.act("", record, "clerk", json=FILINGS["returned"]).status_code == 200
        assert door.act("verification", record).status_code == 200
        with runtime.reading() as session:
            assert [step.act for step in steps_of(session, record)] == ["file", "return", "refile", "verify"]
        assert findings() == []

    def test_a_listing_can_be_corrected(self, office):
        record = RECORDS["listing"]
        office.step(record, "amend")
        office.step(record, "correct")
        body = json.loads(newest(record).body)
        assert (body["schema"], body["revision"], body["facts"]) == (SCHEMA, 2, "更正后的事实。")
        assert findings() == []

    def test_a_listing_can_be_removed(self, office):
        office.step(RECORDS["listing"], "remove")
        assert newest(RECORDS["listing"]).state == "removed"
        assert findings() == []

    def test_a_check_finds_what_stands(self, door):
        def asked(name):
            return {key: FILINGS[name][f] for key, f in (("name", "subject_name"), ("uscc", "uscc"))}

        assert door.verdicts(asked("published"), asked("withdrawn"), asked("amended")) == [
            "barred",
            "no_record",
            "barred",
        ]


REPAIRED = "".join(
    "UPDATE publications SET state = 'repaired', act = 'repair', body = json_set(body, '$.state', 'repaired', '$.act',"
    " 'repair', '$.removed_on', '2026-11-15', '$.removed_because', '信用修复', '$.changed_on', '2026-11-15',"
    f" '$.removal_due', '2026-11-18') WHERE until_entry IS NULL AND name LIKE '%旧示{number}建设%';"
    for number in (32, 61)
)
"""A repair that the former rules granted while the ban of two years ran: one of this node's, one received."""


class TestRunningBans:
    """政府采购法 77; 信用修复管理办法: a ban that is itself the penalty outlasts publicity and repair."""

    @pytest.mark.parametrize("name", [pytest.param("published", id="B4-政府采购法77-升级前公示至一年")])
    def test_are_shown_to_their_end_from_the_upgrade_on(self, former, door, name):
        before = newest(RECORDS[name])
        assert runtime.perform(SYSTEM, extend_running_bans) is None
        after = newest(RECORDS[name])
        body = json.loads(after.body)
        assert (before.visible_until.isoformat(), after.visible_until.isoformat()) == ("2027-09-30", "2028-09-30")
        assert (body["act"], body["repairable_from"], after.revision) == ("extend", "2028-09-30", before.revision + 1)
        assert findings() == []

    @pytest.mark.parametrize(
        "number", [pytest.param(32, id="B3-E03-政府采购法77-本节点修复"), pytest.param(61, id="B3-E03-收到的修复")]
    )
    def test_bar_again_though_they_were_repaired(self, tmp_path, monkeypatch, number):
        monkeypatch.setattr(runtime, "clock", lambda: UPGRADED)
        release.furnish(tmp_path, REPAIRED)
        with release.running(tmp_path) as app:
            prepare()
            with runtime.reading() as session:
                statement = select(Publication).where(
                    Publication.name.like(f"%旧示{number}建设%"), Publication.until_entry.is_(None)
                )
                publication = session.scalars(statement).one()
            headers = {"Authorization": f"Bearer {release.kept('accounts.json')['centre']}"}
            party = {"ref": "1", "role": "bidder", "name": publication.name, "uscc": publication.uscc}
            tender = {"code": "YC2026-32", "sector": "procurement", "must_tender": False}
            answer = app.test_client().post(
                "/api/v1/checks", headers=headers, json={"tender": tender, "parties": [party]}
            )
        [line] = answer.get_json()["verdicts"]
        assert (publication.state, line["verdict"]) == ("repaired", "barred")
        assert line["reasons"][0]["until"] == "2028-09-30"


def imported(publication):
    """What a row of the kept import said, as a filing of one decision."""
    body = json.loads(publication.body)
    same = {"subject_name": body["subject"]["name"], "uscc": body["subject"]["uscc"]}
    return {
        **FILINGS["published"],
        **same,
        "document_number": body["document_number"],
        "decided_on": body["decided_on"],
        "effect_until": body["effect_until"],
    }
