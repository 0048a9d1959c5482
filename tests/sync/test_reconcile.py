import pytest
from sqlalchemy import delete, update

from registry.models import OutboxMessage, Publication, PublicationSector
from registry.queries.exchange import peer_messages, peer_status
from registry.queries.publication import known_keys
from registry.refusals.content import ReceiptRefused
from registry.runtime import clock, keys, reading
from registry.verifier import prove
from sync.client import HttpPeer, NotDelivered
from sync.push import push
from sync.reconcile import reconcile, reconcile_all, reconcile_sectors
from tests.sync.bodies import body
from tests.sync.planting import published


def compared(node, code):
    with node:
        return reconcile(code)


def lost(node, record):
    """A node that was restored from a backup older than the record."""

    def act(work):
        gone = work.session.query(Publication.from_entry).filter(Publication.record == record).scalar()
        work.session.execute(delete(PublicationSector).where(PublicationSector.from_entry == gone))
        work.session.execute(delete(Publication).where(Publication.record == record))

    node.do(act)


def exchanged(city, *bodies):
    published(city.app, *bodies)
    with city:
        push("platform")


class TestReconcile:
    def test_finds_two_equal_nodes_equal(self, city, platform):
        exchanged(city, body(), body())
        assert compared(city, "platform") == {
            "checked": 2,
            "equal": 2,
            "missing": [],
            "different": [],
            "promised": 0,
            "pending": 0,
            "refused": 0,
            "recovered": 0,
        }

    def test_promises_again_what_the_peer_has_lost(self, city, platform):
        kept, gone = body(), body()
        exchanged(city, kept, gone)
        lost(platform, gone["record"])
        report = compared(city, "platform")
        assert (report["missing"], report["promised"]) == ([gone["record"]], 1)
        [message] = city.messages("pending")
        assert message.entry == 2

    def test_alarms_of_another_content_and_promises_nothing(self, city, platform):
        one = body()
        exchanged(city, one)
        platform.do(lambda work: work.session.execute(update(Publication).values(content_hash="0" * 64)))
        report = compared(city, "platform")
        assert (report["different"], report["promised"]) == ([one["record"]], 0)

    def test_does_not_miss_what_is_still_under_way(self, city, platform):
        published(city.app, body())
        report = compared(city, "platform")
        assert (report["pending"], report["promised"]) == (1, 0)

    def test_leaves_to_a_person_what_the_peer_has_rejected(self, city, platform):
        exchanged(city, body(basis=""))
        report = compared(city, "platform")
        assert (report["refused"], report["promised"]) == (1, 0)
        assert len(platform.items()) == 1

    def test_settles_a_rejection_once_the_peer_holds_the_record(self, city, platform):
        one = body()
        exchanged(city, one)
        city.do(lambda work: work.session.execute(_rejected()))
        compared(city, "platform")
        assert [message.outcome for message in city.messages("delivered")] == ["reconciled"]


class TestStatement:
    def test_says_under_the_published_keys_what_was_compared_and_repaired(self, city, platform):
        gone, older = body(), body()
        exchanged(city, gone, older, body())
        lost(platform, gone["record"])
        platform.do(lambda work: work.session.execute(_older(older["record"])))
        compared(city, "platform")
        with city, reading() as session:
            ring = known_keys.ring(session, "city", keys().signer)
            row = peer_status.statement_by_number(session, peer_messages.peer(session, "platform").id, None)
        statement = prove(row.document.encode(), ring)["statement"]
        assert (statement["peer"], statement["transport"], statement["entry"]) == ("platform", "service", 3)
        counts = statement["counts"]
        assert (counts["compared"], counts["missing"], counts["stale"], counts["repaired"]) == (3, 1, 1, 2)
        with pytest.raises(ReceiptRefused):
            prove(row.document.replace('"repaired":2', '"repaired":1').encode(), ring)


def _older(record):
    return update(Publication).where(Publication.record == record).values(revision=0)


def by_sector(node, code):
    with node:
        return reconcile_sectors(code)


class TestReconcileBySector:
    def test_finds_what_is_missing_in_its_sectors_only_and_signs_it(self, city, platform):
        gone = body(sectors=["housing"])
        exchanged(city, gone, body(sectors=["procurement"]))
        lost(platform, gone["record"])
        reports = by_sector(city, "platform")
        assert {sector: report["promised"] for sector, report in reports.items() if report["checked"]} == {
            "housing": 1,
            "procurement": 0,
        }
        with city, reading() as session:
            ring = known_keys.ring(session, "city", keys().signer)
            peer_id = peer_messages.peer(session, "platform").id
            rows = peer_status.sector_statements(session, peer_id, clock())
            assert peer_status.newest_statement(session, peer_id) is None
        counts = {}
        for row in rows:
            statement = prove(row.document.encode(), ring)["statement"]
            counts[statement["sector"]] = statement["counts"]
        assert {sector: (count["compared"], count["missing"]) for sector, count in counts.items()} == {
            "housing": (1, 1),
            "procurement": (1, 0),
        }
        with pytest.raises(ReceiptRefused):
            prove(row.document.replace(statement["sector"], "mining").encode(), ring)

    def test_takes_a_version_of_a_former_sector_for_an_older_one_and_sends_the_newest(self, city, platform):
        one = body(sectors=["housing"])
        exchanged(city, one)
        published(city.app, {**one, "revision": 2, "act": "correct", "sectors": ["mining"]})
        city.do(lambda work: work.session.execute(update(OutboxMessage).values(state="delivered")))
        reports = by_sector(city, "platform")
        assert all(report["different"] == [] for report in reports.values())
        assert [message.entry for message in city.messages("pending")] == [2]

    def test_alarms_of_what_the_owner_does_not_know(self, city, platform):
        one = body(sectors=["housing"])
        exchanged(city, one)
        platform.do(lambda work: work.session.execute(update(Publication).values(record="f" * 32)))
        assert by_sector(city, "platform")["housing"]["different"] == ["f" * 32]


class _Told:
    """A transport that answers a question after digests with what it was given."""

    def __init__(self, **answer):
        self._answer = answer

    def digest(self, owner, buckets=(), sector=None):
        return self._answer


class TestReconcileWithAnOddPeer:
    @pytest.mark.parametrize(
        "answer",
        [
            {},
            {"buckets": []},
            {"buckets": {"²": "00"}},
            {"buckets": {"9" * 5000: "00"}},
            {"buckets": {"1": "00"}},
            {"buckets": {"1": "00"}, "records": [["a", float("inf"), "b"]]},
            {"buckets": {"1": "00"}, "records": [["\0", 1, "b"]]},
            {"buckets": {"1": "00"}, "records": {"a": 1}},
        ],
    )
    def test_calls_an_answer_that_is_none_a_failure(self, city, platform, answer):
        with city, pytest.raises(NotDelivered):
            reconcile("platform", lambda peer: _Told(**answer))

    def test_does_not_stop_at_a_peer_that_breaks_the_program(self, node, city, platform):
        city.befriend(node("county"))

        def connect(peer):
            return _Told(buckets={7: 7}) if peer.code == "county" else HttpPeer(peer.url, city.signer, 5)

        with city:
            reports = reconcile_all(connect)
        assert reports["county"] == {"failed": "AttributeError"}
        assert reports["platform"]["checked"] == 0


def _rejected():
    return update(OutboxMessage).values(state="rejected")
