import pytest

from registry.domain.exchange import batch
from registry.domain.exchange.envelope import Outcome
from registry.domain.publication import canonical
from registry.refusals.acts import BatchDigest, BatchMalformed, BatchTooLarge

RECORDS = [{"a": 1}, {"b": "二"}]
GOOD = batch.build("city", "e1", RECORDS, [3, 4], {})


def changed(**fields):
    return canonical.dumps({**batch.loads(GOOD), **fields})


class TestRead:
    def test_gives_back_what_was_built(self):
        found = batch.parse_batch(GOOD, 10)
        assert (found.sender, found.epoch, list(found.records)) == ("city", "e1", RECORDS)

    def test_gives_the_cursor_of_a_page(self):
        found = batch.parse_batch(batch.build("city", "e1", [], [], {"next": 7, "head": 9}), 10)
        assert (found.next, found.head) == (7, 9)

    def test_refuses_records_that_are_not_those_of_the_digest(self):
        with pytest.raises(BatchDigest):
            batch.parse_batch(changed(records=[{"a": 2}, {"b": "二"}]), 10)

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"null",
            b"[]",
            b"{",
            b"\xff",
            b'{"a":NaN}',
            GOOD + b" ",
            GOOD.replace(b":", b": ", 1),
            changed(first="3"),
            changed(first=True),
            changed(extra=1),
            changed(next=1),
            changed(records={}),
            changed(epoch="\0"),
            changed(epoch="e" * 65),
            b'{"a":' * 100_000,
            b'{"n":' + b"9" * 5000 + b"}",
            b'{"a":1.5}',
            rb'{"a":"\ud800"}',
        ],
    )
    def test_refuses_what_has_more_than_one_reading_or_another_shape(self, raw):
        with pytest.raises(BatchMalformed):
            batch.parse_batch(raw, 10)

    @pytest.mark.parametrize(("raw", "records_max"), [(GOOD, 1), (b" " * (batch.BYTES_MAX + 1), 10)])
    def test_refuses_more_than_a_batch_may_hold(self, raw, records_max):
        with pytest.raises(BatchTooLarge):
            batch.parse_batch(raw, records_max)


class TestReceipt:
    def test_counts_so_that_sent_is_accepted_and_rejected_and_pending(self):
        outcomes = ["accepted", "duplicate", "stale", "rejected", "conflict"]
        lines = [batch.result("r", 1, Outcome(outcome)) for outcome in outcomes]
        assert batch.delivery_receipt("d", "city", lines)["counts"] == {
            "sent": 5,
            "accepted": 3,
            "rejected": 2,
            "pending": 0,
        }

    @pytest.mark.parametrize(
        "counts",
        [
            {},
            {"sent": 1, "accepted": 0, "rejected": 0, "pending": 0},
            {"sent": 1, "accepted": True, "rejected": 0},
        ],
    )
    def test_is_refused_when_its_counts_do_not_add_up(self, counts):
        value = {**batch.delivery_receipt("d", "city", [batch.result("r", 1, Outcome("accepted"))]), "counts": counts}
        with pytest.raises(BatchMalformed):
            batch.parse_delivery_receipt(canonical.dumps({**value, "signature": {"kid": "k", "value": "v"}}))

    @pytest.mark.parametrize(
        "line",
        [
            {"outcome": "rejected", "code": []},
            {"outcome": "rejected", "code": {}},
            {"outcome": "rejected", "code": "x" * 65},
            {"outcome": "rejected", "code": "\0"},
            {"outcome": "unheard-of"},
            {"outcome": []},
            {"outcome": "accepted", "record": "\0"},
            {},
            "accepted",
        ],
    )
    def test_is_refused_with_a_line_that_says_nothing_known(self, line):
        counts = {"sent": 1, "accepted": 0, "rejected": 1, "pending": 0}
        value = {"batch": "d", "from": "city", "results": [line], "counts": counts}
        with pytest.raises(BatchMalformed):
            batch.parse_delivery_receipt(canonical.dumps({**value, "signature": {"kid": "k", "value": "v"}}))

    def test_is_read_with_every_outcome_there_is(self):
        told = [Outcome(name) for name in ("accepted", "duplicate", "stale")]
        told += [Outcome("rejected", "schema"), Outcome("conflict", "revision-equivocation")]
        value = batch.delivery_receipt("d", "city", [batch.result("r" * 32, 1, one) for one in told])
        found, kid, _ = batch.parse_delivery_receipt(
            canonical.dumps({**value, "signature": {"kid": "k", "value": "v"}})
        )
        assert (found, kid) == (value, "k")
