"""What the release before signed (``former/README.md``) is verified, replayed and exchanged by the code of today."""

import json
from functools import partial

import pytest
from sqlalchemy import select

from registry import runtime, verifier
from registry.domain.checks.receipts import split_receipt
from registry.domain.exchange import batch, envelope
from registry.domain.exchange.membership import Members
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical, keyring
from registry.keys.signing import verify
from registry.models import Publication
from registry.queries.exchange import peer_messages
from registry.queries.law import reference_data
from registry.services.checks import replay
from registry.services.exchange import inbox, outbox, peers
from registry.unit_of_work import UnitOfWork
from tests.support.former import FILINGS, FORMER, LAST_DAY, RECORDS, findings, kept, platform_key, raw
from tests.support.membership import entitle, member
from tests.support.people import AUTHORITY

FINANCE = {AUTHORITY[1]: [AUTHORITY[0]]}


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
        door.withdraw(record, LAST_DAY)
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
        runtime.perform(SYSTEM, lambda work: entitle(work, "platform", FINANCE))
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
        members = Members({"city": member("city", FINANCE)})
        sender = envelope.Sender({"city"}, {"city": {exchange.key_id: partial(verify, exchange.public)}}, members)
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
            return outbox.take_due(work, peer_messages.peer(work.session, "platform"), 1000)

        waiting = [value for _, value in runtime.perform(SYSTEM, due)]
        assert len(waiting) == 13
        assert not [value for value in waiting if "schema" in value]
