"""What the release before made (``former/README.md``) is read, verified and migrated by the code of today."""

import datetime as dt
import json
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import select

from registry import runtime, verifier
from registry.app import MIGRATIONS, create_app
from registry.commands.node import prepare
from registry.domain.cases import case_file
from registry.domain.cases.penalty import content_digest
from registry.domain.checks.receipts import split_receipt
from registry.domain.exchange import batch, envelope
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical, keyring
from registry.domain.records import SCHEMA
from registry.models import AuditEvent, CaseStep, Penalty, Publication
from registry.queries import integrity
from registry.queries.exchange import peer_messages
from registry.queries.law import reference_data
from registry.queries.node import account_lookup
from registry.services.checks import replay
from registry.services.exchange import inbox, outbox, peers
from registry.services.publication import ledger
from registry.settings import Settings
from registry.signing import verify
from registry.unit_of_work import UnitOfWork
from tests.support.bureau import Bureau
from tests.support.desk import Desk
from tests.support.people import Person

FORMER = Path(__file__).parent / "former"
UPGRADED = dt.datetime(2026, 11, 17, 4, tzinfo=dt.UTC)
"""The noon at which the node is brought up to date: the day after its last act."""
LATE = "2026-11-16"


def kept(name):
    """A kept file as data."""
    return json.loads((FORMER / name).read_bytes())


def raw(name):
    """The bytes of a kept file."""
    return (FORMER / name).read_bytes()


RECORDS, FILINGS, SHOWN = kept("records.json"), kept("filings.json"), kept("shown.json")
STANDING = sorted(record for record, shown in SHOWN.items() if shown["state"] == "published")
GONE = sorted(record for record, shown in SHOWN.items() if shown["state"] == "withdrawn")
NAMES = {record: name for name, record in RECORDS.items()}


def load(path):
    """The former database as a file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FORMER / "former.sql").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """The home of the former node after `registry init` of today."""
    home = tmp_path_factory.mktemp("former")
    shutil.copytree(FORMER / "keys", home / "keys")
    load(home / "registry.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "clock", lambda: UPGRADED)
        app = create_app(Settings(home=str(home), node="city"))
        with app.app_context():
            prepare()
            runtime.db.session.remove()
            runtime.db.engine.dispose()
    return home


@pytest.fixture
def former(migrated, tmp_path, monkeypatch):
    """The migrated node, a copy for each test."""
    monkeypatch.setattr(runtime, "clock", lambda: UPGRADED)
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    app = create_app(Settings(home=str(tmp_path), node="city"))
    with app.app_context():
        yield app
        runtime.db.session.remove()
        runtime.db.engine.dispose()


@pytest.fixture
def staff(former):
    """The accounts that the former node had, with the machine keys that it gave them."""
    with runtime.reading() as session:
        return {
            name: Person(account_lookup.by_name(session, name, UPGRADED.date()), {"Authorization": f"Bearer {key}"})
            for name, key in kept("accounts.json").items()
        }


@pytest.fixture
def door(former, staff):
    """The door of the migrated node."""
    return Desk(former.test_client(), staff)


@pytest.fixture
def office(staff, monkeypatch):
    """The migrated node's departments at work; the penalties of the former node are remembered."""
    return Bureau(staff, monkeypatch, {RECORDS[name]: filing for name, filing in FILINGS.items()})


def findings():
    """What contradicts itself in the store."""
    with runtime.reading() as session:
        return list(integrity.findings(session, runtime.keys(), "city", lambda _: None))


def steps_of(session, record):
    """The steps of a record, in order."""
    return list(session.scalars(select(CaseStep).where(CaseStep.record == record).order_by(CaseStep.position)))


def newest(record):
    """The newest version of a record."""
    with runtime.reading() as session:
        question = select(Publication).where(Publication.record == record, Publication.until_entry.is_(None))
        return session.scalars(question).one()


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
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0020")
        assert len(digests()) == 8
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        assert digests() == before

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
                    assert step.digest == case_file.link(previous, said), (NAMES[record], place)
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
            *((act, LATE) for act in ("resume", "withdraw")),
        ]


class TestPublicRecords:
    @pytest.mark.parametrize("record", SHOWN, ids=lambda record: NAMES.get(record, record[:8]))
    def test_are_shown_as_they_were(self, door, record):
        assert door.get(f"/records/{record}").get_json() == SHOWN[record]

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
        answer = door.withdraw(record, LATE)
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


class TestReceipts:
    @pytest.mark.parametrize(
        ("name", "verdicts"),
        [("receipt", ["barred", "barred", "no_record"]), ("receipt_later", ["barred", "no_record", "no_record"])],
    )
    def test_verify_offline(self, name, verdicts):
        found = verifier.prove(raw(f"{name}.json"), keyring.parse_keyring(raw("keys.json"), verify))
        assert [line["verdict"] for line in found["statement"]["lines"]] == verdicts
        assert found["statement"] == kept(f"{name}.json")["statement"]

    def test_verify_as_files_with_what_changed_between_the_two(self):
        alone = verifier.verify_files(FORMER / "receipt_later.json", FORMER / "keys.json")
        both = verifier.verify_files(
            FORMER / "receipt_later.json", FORMER / "keys.json", previous=FORMER / "receipt.json"
        )
        assert len(both["explanation"]) > len(alone["explanation"])

    @pytest.mark.parametrize("name", ["receipt", "receipt_later"])
    def test_are_replayed_with_the_same_lines(self, former, name):
        assert replayed(raw(f"{name}.json")) == ([], frozenset())

    def test_are_replayed_after_the_record_was_corrected_under_the_schema_of_today(self, door):
        record = RECORDS["published"]
        door.act("", record, "clerk", json={**FILINGS["published"], "facts": "升级之后更正的事实。"})
        assert door.act("verification", record).status_code == 200
        door.withdraw(record, LATE)
        for name in ("receipt", "receipt_later"):
            assert replayed(raw(f"{name}.json")) == ([], frozenset())

    def test_are_found_again_by_the_next_check_of_the_tender(self, door):
        tender = kept("receipt.json")["statement"]
        assert tender["number"] == 1
        answer = door.check({"name": "盐城盐都旧示无名商贸有限公司"}, tender={"code": "YC2026-0777"})
        assert answer.status_code == 201, answer.get_json()
        made = door.get(answer.get_json()["receipt"].removeprefix("/api/v1"), "centre").get_data()
        before = kept("receipt_later.json")["statement"]
        assert split_receipt(made)[0]["previous"]["check"] == before["check"]


def replayed(data):
    """What differs between a receipt and its replay, and what was left out."""
    statement = split_receipt(data)[0]
    with runtime.reading() as session:
        work = UnitOfWork(session, SYSTEM, runtime.clock(), runtime.keys(), runtime.settings())
        replay.prove(work, statement["entry"])
        question = replay.request_of_receipt(statement)
        lines = replay.answer_again(work, question, statement["entry"], replay.law_of(work, statement))
    return replay.differences(statement["lines"], lines, question.left_out), question.left_out


def receive(data, by="platform"):
    """Take in a batch; its receipt as data, and as bytes."""
    got = runtime.perform(SYSTEM, lambda work: inbox.receive(work, peer_messages.peer(work.session, by), data))
    return json.loads(got), got


def platform_key():
    """The public key of the platform as the former node knew it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript((FORMER / "former.sql").read_text(encoding="utf-8"))
        return connection.execute("SELECT public_key FROM peers WHERE code = 'platform'").fetchone()[0]


class TestReceivedBatch:
    def test_gets_the_receipt_of_then_when_it_is_sent_again(self, former):
        assert receive(raw("batch_received.json"))[1] == raw("batch_received_receipt.json")

    def test_is_made_of_duplicates_when_it_comes_in_another_shape(self, former):
        same = kept("batch_received.json")["records"]
        told, _ = receive(batch.build("platform", "1", same[::-1], [1], {}))
        assert [line["outcome"] for line in told["results"]] == ["duplicate"] * len(same)
        assert findings() == []

    def test_is_accepted_by_a_fresh_node(self, app):
        key = platform_key()
        runtime.perform(SYSTEM, lambda work: peers.add(work, "platform", "示例平台", "", key, ()))
        told, _ = receive(raw("batch_received.json"))
        assert told["counts"] == {"sent": 5, "accepted": 5, "rejected": 0, "pending": 0}
        assert {line["outcome"] for line in told["results"]} == {"accepted"}
        with runtime.reading() as session:
            stored = {(one.record, one.revision): one.body for one in session.scalars(select(Publication))}
        for sent in kept("batch_received.json")["records"]:
            assert "schema" not in sent
            assert stored[sent["record"], sent["revision"]].encode() == canonical.dumps(sent["body"])
        assert findings() == []


class TestSentBatch:
    def test_is_parsed_without_a_fault(self, former):
        read = batch.parse_batch(raw("batch_sent.json"), 1000)
        assert (read.sender, len(read.records)) == ("city", 12)
        with runtime.reading() as session:
            sectors = reference_data.current(session).names("sectors")
        for value in read.records:
            assert isinstance(envelope.parse(value, sectors), envelope.Envelope), value["record"]

    def test_is_accepted_by_who_knows_the_key_of_the_node(self, former):
        exchange = runtime.keys().exchange
        sender = envelope.Sender({"city"}, {"city": {exchange.key_id: partial(verify, exchange.public)}})
        with runtime.reading() as session:
            sectors = reference_data.current(session).names("sectors")
        for value in kept("batch_sent.json")["records"]:
            found = envelope.parse(value, sectors)
            assert envelope.judge_envelope(None, found, sender) == envelope.Outcome("accepted")

    def test_would_be_sent_with_the_same_bytes_today(self, former):
        sent = {(one["record"], one["revision"]): canonical.dumps(one) for one in kept("batch_sent.json")["records"]}
        with runtime.reading() as session:
            made = {
                (one.record, one.revision): canonical.dumps(outbox.envelope_of(one, "city", runtime.keys().exchange))
                for one in session.scalars(select(Publication).where(Publication.origin == "city"))
            }
        assert {key: made[key] for key in sent} == sent

    def test_was_answered_with_a_receipt_that_is_read_still(self):
        value, _, _ = batch.parse_delivery_receipt(raw("batch_sent_receipt.json"))
        assert value["counts"] == {"sent": 12, "accepted": 12, "rejected": 0, "pending": 0}

    def test_is_followed_by_what_the_peer_has_not_been_told(self, former):
        """Promises that the former release made are kept: versions without a number beside those with one."""

        def due(work):
            return outbox.due(work, peer_messages.peer(work.session, "platform"), 1000)

        waiting = [value for _, value in runtime.perform(SYSTEM, due)]
        assert len(waiting) == 13
        assert not [value for value in waiting if "schema" in value]
