"""Taking in batches, on one node, without a network."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from registry.domain.exchange import envelope
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical, erasure
from registry.keys.signing import Signer, verify
from registry.models import AuditEvent, InboxBatch, InboxItem, LedgerEntry, Publication
from registry.queries import integrity
from registry.queries.exchange import peer_messages
from registry.refusals.acts import BatchDigest, BatchMalformed, ItemUnknown, PeerPaused, RemovalShare
from registry.refusals.content import ReceiptRefused
from registry.runtime import keys, perform, reading
from registry.services.exchange import inbox, outbox, peers
from tests.support.membership import entitle
from tests.support.people import AUTHORITY
from tests.sync.bodies import authority_of, batch_of, body, chained, measure, refit, removed, sealed, speaking

PLATFORM, COUNTY = Signer.generate(), Signer.generate()


@pytest.fixture(autouse=True)
def _known(app):
    def act(work):
        peers.add(work, "platform", "平台", "https://platform.example", PLATFORM.public.hex(), [])
        peers.add(work, "county", "县", "", COUNTY.public.hex(), [])
        for node in ("platform", "county"):
            entitle(work, node, speaking(node))

    perform(SYSTEM, act)


def receive(raw):
    return perform(SYSTEM, lambda work: inbox.receive(work, peer_messages.peer(work.session, "platform"), raw))


def outcomes(raw):
    return [(line["outcome"], line.get("code")) for line in json.loads(receive(raw))["results"]]


def own(**changed):
    return body(node="platform", **changed)


def envelopes(*bodies):
    return [sealed(PLATFORM, one) for one in bodies]


def of(*bodies):
    return batch_of("platform", *envelopes(*bodies))


def withdrawals(*shown):
    return batch_of("platform", *(chained(PLATFORM, one, removed(one))[1] for one in shown))


def count(table):
    with reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def quarantined():
    with reading() as session:
        return [one.item for one in peer_messages.quarantined(session)]


class TestFormerKeys:
    """An owner that changed its key: what it signed before still travels, unless the key was stolen."""

    @pytest.mark.parametrize(("distrust", "outcome"), [(False, "accepted"), (True, "rejected")])
    def test_verify_what_they_signed(self, app, distrust, outcome):
        def change(work):
            peer_messages.peer(work.session, "platform").owners = ["platform", "county"]
            return peers.change(work, "county", public_key=Signer.generate().public.hex(), distrust=distrust).code

        perform(SYSTEM, change)
        [(found, code)] = outcomes(batch_of("platform", sealed(COUNTY, body(node="county"))))
        assert (found, code) == (outcome, "signature-wrong" if distrust else None)


class TestReceive:
    def test_publishes_with_the_owner_as_origin_and_no_promise_back(self, app):
        one = own()
        assert outcomes(of(one)) == [("accepted", None)]
        with reading() as session:
            [row] = session.scalars(select(Publication))
            assert (row.origin, json.loads(row.body)) == ("platform", one)
            assert peer_messages.due(session, peer_messages.peer(session, "platform").id, 10) == []

    def test_gives_a_repeat_the_same_bytes_and_has_one_effect(self, app):
        raw = of(own(), own())
        assert receive(raw) == receive(raw)
        assert (count(Publication), count(LedgerEntry), count(InboxBatch), count(InboxItem)) == (2, 2, 1, 2)

    def test_signs_a_receipt_whose_counts_add_up(self, app):
        raw = batch_of("platform", *envelopes(own(), own(basis="")))
        receipt = json.loads(receive(raw))
        assert receipt["counts"] == {"sent": 2, "accepted": 1, "rejected": 1, "pending": 0}
        signature = bytes.fromhex(receipt["signature"]["value"])
        del receipt["signature"]
        assert verify(keys().exchange.public, signature, canonical.dumps(receipt))

    def test_quarantines_a_bad_record_and_takes_the_rest(self, app):
        good, bad, also_good = own(), own(document_number=""), own()
        assert outcomes(of(good, bad, also_good)) == [
            ("accepted", None),
            ("rejected", "schema"),
            ("accepted", None),
        ]
        [item] = quarantined()
        assert (item.record, item.detail) == (bad["record"], "/body/document_number wrong-value")
        assert count(Publication) == 2

    @pytest.mark.parametrize("value", [None, 7, "x", [], {}, {"record": {"deep": []}}])
    def test_quarantines_what_is_no_envelope(self, app, value):
        assert outcomes(batch_of("platform", value, *envelopes(own()))) == [
            ("rejected", "schema"),
            ("accepted", None),
        ]

    @pytest.mark.parametrize(
        "changed",
        [{"state": ["published"]}, {"measures": [measure(ends_on="0001-01-01")]}],
        ids=["state-in-a-list", "ban-that-ended-before-the-first-day"],
    )
    def test_quarantines_what_once_ended_in_an_error(self, app, changed):
        assert outcomes(of(own(**changed), own())) == [("rejected", "schema"), ("accepted", None)]

    def test_quarantines_a_record_that_no_check_foresaw(self, app, monkeypatch):
        sound, parse = own(), envelope.parse

        def breaking(value, *rules):
            if value["record"] != sound["record"]:
                raise RecursionError
            return parse(value, *rules)

        monkeypatch.setattr(envelope, "parse", breaking)
        assert outcomes(of(own(), sound)) == [("rejected", "schema"), ("accepted", None)]
        assert [item.detail for item in quarantined()] == [" RecursionError"]

    def test_catches_a_version_that_follows_another_one_than_the_one_held(self, app):
        first = own()
        receive(of(first))
        other = sealed(PLATFORM, removed(first), "c" * 64)
        assert outcomes(batch_of("platform", other)) == [("conflict", "revision-equivocation")]
        assert count(Publication) == 1

    def test_stores_nothing_of_a_batch_whose_digest_is_wrong(self, app):
        with pytest.raises(BatchDigest):
            receive(refit(of(own()), digest="0" * 64))
        assert (count(Publication), count(InboxBatch)) == (0, 0)

    def test_stores_nothing_of_a_changed_record(self, app):
        raw = of(own())
        with pytest.raises(BatchDigest):
            receive(raw.replace("串通投标".encode(), "串通招标".encode()))
        assert count(InboxBatch) == 0

    def test_refuses_a_batch_in_another_nodes_name(self, app):
        with pytest.raises(BatchMalformed):
            receive(batch_of("county", *envelopes(own())))

    def test_rejects_what_the_sender_may_not_speak_for(self, app):
        foreign = body(node="county")
        assert outcomes(batch_of("platform", sealed(COUNTY, foreign))) == [("rejected", "owner-not-entitled")]

    def test_rejects_a_record_of_our_own_from_outside(self, app):
        forged = sealed(keys().exchange, body(node="city"))
        assert outcomes(batch_of("platform", forged)) == [("rejected", "owner-not-entitled")]

    def test_catches_two_contents_under_one_revision_and_keeps_the_first(self, app):
        first = own()
        receive(of(first))
        assert outcomes(of({**first, "facts": "另一说法"})) == [("conflict", "revision-equivocation")]
        with reading() as session:
            assert [json.loads(row.body)["facts"] for row in session.scalars(select(Publication))] == [first["facts"]]
            alarms = select(AuditEvent.reference).where(AuditEvent.act == "exchange.equivocation")
            assert list(session.scalars(alarms)) == [first["record"]]

    def test_applies_versions_of_one_record_in_the_order_of_revisions(self, app):
        first = own()
        second, third = {**first, "revision": 2, "act": "correct"}, removed({**first, "revision": 2})
        one, two, three = chained(PLATFORM, first, second, third)
        assert {outcome for outcome, _ in outcomes(batch_of("platform", three, one, two))} == {"accepted"}
        with reading() as session:
            question = select(Publication.revision, Publication.until_entry).order_by(Publication.from_entry)
            assert session.execute(question).all() == [(1, 2), (2, 3), (3, None)]

    def test_calls_a_late_version_stale(self, app):
        first = own()
        receive(withdrawals(first))
        assert outcomes(of(first)) == [("stale", None)]
        with reading() as session:
            assert session.scalars(select(Publication.state)).all() == ["withdrawn"]


class TestAuthority:
    """Who signs a record must be the one who may speak for the authority that it names."""

    def foreign(self, name, code, node="platform"):
        one = body(node=node)
        return one | {
            "authority": {"name": name, "code": code},
            "source": one["source"] | {"name": name, "code": code},
        }

    @pytest.mark.parametrize("uscc", [AUTHORITY[1], authority_of("platform")[1]])
    def test_of_ours_is_quarantined_with_an_alarm(self, app, people, caplog, uscc):
        forged = self.foreign(AUTHORITY[0], uscc)
        assert outcomes(of(forged)) == [("rejected", "authority-own")]
        assert count(Publication) == 0
        assert [item.record for item in quarantined()] == [forged["record"]]
        with reading() as session:
            alarm = select(AuditEvent.reference).where(AuditEvent.act == "exchange.foreign-authority")
            assert session.scalars(alarm).all() == [forged["record"]]
        assert any(line.levelname == "ERROR" and forged["record"] in line.message for line in caplog.records)

    def test_of_another_member_is_quarantined(self, app):
        assert outcomes(of(self.foreign(*authority_of("county")))) == [("rejected", "authority-foreign")]

    def test_cannot_be_taken_over_by_a_correction(self, app, people):
        first = own()
        receive(of(first))
        second = self.foreign(*AUTHORITY) | {"record": first["record"], "revision": 2, "act": "correct"}
        assert outcomes(batch_of("platform", chained(PLATFORM, first, second)[1])) == [("rejected", "authority-own")]

    def test_of_a_relayed_record_is_judged_by_its_owner(self, app):
        perform(SYSTEM, lambda work: setattr(peer_messages.peer(work.session, "platform"), "owners", ["county"]))
        sound, forged = body(node="county"), self.foreign(*authority_of("platform"), node="county")
        assert outcomes(batch_of("platform", sealed(COUNTY, sound), sealed(COUNTY, forged))) == [
            ("accepted", None),
            ("rejected", "authority-foreign"),
        ]

    def test_of_a_relayed_record_is_not_the_senders_to_sign(self, app):
        perform(SYSTEM, lambda work: setattr(peer_messages.peer(work.session, "platform"), "owners", ["county"]))
        forged = sealed(PLATFORM, body(node="county"))
        assert outcomes(batch_of("platform", forged)) == [("rejected", "signature-wrong")]

    def test_is_judged_again_at_a_release(self, app):
        receive(of(self.foreign(*authority_of("new"))))
        [item] = quarantined()
        assert perform(SYSTEM, lambda work: inbox.release(work, item.id)).code == "authority-foreign"
        perform(SYSTEM, lambda work: entitle(work, "platform", speaking("new")))
        assert perform(SYSTEM, lambda work: inbox.release(work, item.id)).outcome == "accepted"


class TestLikeOurOwn:
    """A basis of a dash, the highest revision and an end in 2199 were taken from a peer."""

    @pytest.mark.parametrize(
        ("changed", "detail"),
        [
            ({"basis": "-"}, "/body/basis says-nothing"),
            ({"document_number": "——"}, "/body/document_number says-nothing"),
            ({"visible_until": "2199-12-31"}, "/body/visible_until period-too-long"),
            ({"visible_until": "2029-11-05"}, "/body/visible_until period-too-long"),
        ],
    )
    def test_judges_what_it_says(self, app, changed, detail):
        assert outcomes(of(own(**changed))) == [("rejected", "schema")]
        assert [item.detail for item in quarantined()] == [detail]

    @pytest.mark.parametrize(
        "changed",
        [
            {"visible_until": "2029-11-04"},
            {"visible_until": "2031-11-02", "measures": [measure(ends_on="2031-11-02")]},
            {"visible_until": "2199-12-31", "measures": [measure(ends_on=None)]},
        ],
    )
    def test_lets_it_be_public_as_long_as_it_binds(self, app, changed):
        assert outcomes(of(own(**changed))) == [("accepted", None)]

    @pytest.mark.parametrize(
        ("revision", "code"), [(2**31 - 1, "revision-leap"), (1001, "revision-leap"), (1000, None)]
    )
    def test_leaves_room_for_a_correction(self, app, revision, code):
        one = own(revision=revision, act="correct")
        assert outcomes(of(one)) == [("rejected" if code else "accepted", code)]


class TestGuard:
    @pytest.fixture
    def shown(self, app):
        made = [own() for _ in range(30)]
        receive(of(*made))
        return made

    def test_refuses_a_batch_that_would_remove_too_much(self, shown):
        with pytest.raises(RemovalShare):
            receive(withdrawals(*shown[:25]))
        assert count(LedgerEntry) == 30

    def test_lets_few_removals_pass(self, shown):
        assert len(outcomes(withdrawals(*shown[:20]))) == 20

    def test_counts_the_slices_of_one_day_together(self, shown):
        receive(withdrawals(*shown[:20]))
        with pytest.raises(RemovalShare):
            receive(withdrawals(shown[20]))

    def test_does_not_count_what_was_never_shown_here(self, shown):
        assert len(outcomes(of(*(removed(own()) for _ in range(25))))) == 25

    def test_takes_nothing_from_a_paused_peer_until_a_person_releases_it(self, shown):
        removals = [one["record"] for one in shown[:25]]
        perform(SYSTEM, lambda work: peers.pause(work, "platform", "removal-share", removals))
        with pytest.raises(PeerPaused):
            receive(of(own()))
        perform(
            SYSTEM,
            lambda work: peers.release(work, "platform", peer_messages.peer(work.session, "platform").pause),
        )
        assert len(outcomes(withdrawals(*shown[:25]))) == 25


class TestRelease:
    def test_publishes_what_passes_now(self, app):
        receive(batch_of("platform", sealed(COUNTY, body(node="county"))))
        [item] = quarantined()
        assert perform(SYSTEM, lambda work: inbox.release(work, item.id)).code == "owner-not-entitled"

        def entitle(work):
            peer_messages.peer(work.session, "platform").owners = ["platform", "county"]

        perform(SYSTEM, entitle)
        assert perform(SYSTEM, lambda work: inbox.release(work, item.id)).outcome == "accepted"
        assert (quarantined(), count(Publication)) == ([], 1)

    def test_is_refused_for_what_does_not_wait(self, app):
        with pytest.raises(ItemUnknown):
            perform(SYSTEM, lambda work: inbox.release(work, 99))


class TestDrop:
    def test_puts_an_item_away_with_the_reason(self, app):
        receive(of(own(basis="")))
        [item] = quarantined()
        perform(SYSTEM, lambda work: inbox.drop(work, item.id, "重复来文"))
        assert quarantined() == []
        with reading() as session:
            held = session.get(InboxItem, item.id)
            assert (held.state, held.detail) == ("dropped", "重复来文")


class TestSettle:
    def test_refuses_a_receipt_of_somebody_else(self, app):
        receipt = receive(of(own()))  # signed by this node, not by the platform
        with pytest.raises(ReceiptRefused):
            perform(
                SYSTEM,
                lambda work: outbox.settle(work, peer_messages.peer(work.session, "platform"), receipt),
            )


class TestErasureByTheOwner:
    def test_clears_the_versions_and_what_was_sent_of_them(self, app):
        shown = own()
        closing = erasure.closing_body(shown, "依法删除", dt.date(2026, 11, 20))
        first, last = chained(PLATFORM, shown, closing)
        receive(batch_of("platform", first))
        assert [line["outcome"] for line in json.loads(receive(batch_of("platform", last)))["results"]] == ["accepted"]
        with reading() as session:
            before, after = session.scalars(select(Publication).order_by(Publication.revision))
            raw = session.scalars(select(InboxBatch.raw)).all()
            findings = list(integrity.findings(session, keys(), "city", lambda _: None))
        assert shown["subject"]["name"] not in before.body + before.name
        assert (before.erased_by, before.salt, raw) == (after.from_entry, b"", [b"", b""])
        assert findings == []

    def test_clears_an_earlier_version_of_the_same_batch(self, app):
        shown = own()
        receive(
            batch_of(
                "platform", *chained(PLATFORM, shown, erasure.closing_body(shown, "依法删除", dt.date(2026, 11, 20)))
            )
        )
        with reading() as session:
            assert session.scalars(select(Publication.salt).order_by(Publication.revision)).first() == b""
            assert session.scalars(select(InboxBatch.raw)).all() == [b""]
