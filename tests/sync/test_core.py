import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.backlog import ANSWER_BROKEN, Broken, Circumstances, Failed, Link, Received, Refused, Run, TimedOut, back_off

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
AT = Circumstances(NOW, 0.5)
BAD = Refused(422, "batch-malformed")


def walked(run, answer, limit=10_000):
    """Send until the run ends; ``answer`` makes the event of a chunk."""
    sent = []
    while chunk := run.next_chunk():
        sent.append(list(chunk))
        run.report(answer(chunk), AT)
        assert len(sent) < limit
    return sent


class TestBackedOff:
    @pytest.mark.parametrize(
        ("failures", "jitter", "retry_after", "seconds"),
        [
            (0, 0.5, None, 5),
            (1, 0.5, None, 10),
            (0, 0.0, None, 0),
            (99, 0.999, None, 299.7),
            (0, 0.5, 60, 60),
            (99, 0.9, 7, 270),
            (0, 0.5, 10**6, 3600),
        ],
    )
    def test_waits_a_share_of_a_doubling_span_and_at_least_as_asked(self, failures, jitter, retry_after, seconds):
        after = back_off(Link(8, failures), Circumstances(NOW, jitter), retry_after)
        assert after.retry_at == NOW + dt.timedelta(seconds=seconds)
        assert after.failures == failures + 1


class TestRun:
    def test_sends_all_in_order(self):
        run = Run(Link(2), list(range(5)), 4)
        assert walked(run, lambda _: Received()) == [[0, 1], [2, 3, 4]]

    def test_ends_at_once_when_there_is_nothing(self):
        assert walked(Run(Link(2), [], 4), lambda _: Received()) == []

    def test_forgets_failures_after_a_receipt(self):
        run = Run(Link(4, failures=3, retry_at=NOW), [1], 8)
        walked(run, lambda _: Received())
        assert run.link == Link(8)

    @pytest.mark.parametrize(
        ("event", "batch"),
        [
            (TimedOut(), 4),
            (Failed(), 8),
            (Broken(), 8),
            (Failed(30), 8),
            (Refused(401, "peer-signature"), 8),
            (Refused(404, "route-unknown"), 8),
        ],
    )
    def test_stops_and_waits_when_the_link_is_at_fault(self, event, batch):
        run = Run(Link(8), list(range(20)), 8)
        assert len(walked(run, lambda _: event)) == 1
        assert (run.link.batch_records, run.link.failures, run.set_aside) == (batch, 1, [])
        assert run.link.retry_at is not None

    def test_halves_what_is_too_large_and_goes_on(self):
        run = Run(Link(8), list(range(8)), 8)
        sent = walked(run, lambda chunk: Refused(413, "batch-too-large") if len(chunk) > 2 else Received())
        assert sorted(item for chunk in sent if len(chunk) <= 2 for item in chunk) == list(range(8))
        assert run.set_aside == []

    def test_grows_again_up_to_the_limit(self):
        run = Run(Link(1), list(range(100)), 16)
        assert [len(chunk) for chunk in walked(run, lambda _: Received())][:6] == [1, 2, 4, 8, 16, 16]

    def test_stops_when_everything_is_refused(self):
        run = Run(Link(1000), list(range(1000)), 1000)
        assert len(walked(run, lambda _: BAD)) < 100
        assert len(run.set_aside) == 10
        assert run.link.failures == 1

    @given(st.integers(1, 200), st.sets(st.integers(0, 199), max_size=5), st.integers(1, 64))
    def test_sets_aside_exactly_the_poison(self, count, poison, batch):
        run = Run(Link(batch), list(range(count)), 64)
        sent = walked(run, lambda chunk: BAD if poison & set(chunk) else Received())
        delivered = [item for chunk in sent if not poison & set(chunk) for item in chunk]
        assert sorted(delivered) == [item for item in range(count) if item not in poison]
        assert {item for item, _ in run.set_aside} == poison & set(range(count))
        assert {code for _, code in run.set_aside} <= {"batch-malformed"}


def drained(count, poison, event, draw, runs=60):
    """Run after run as the worker does: what was delivered, what set aside, what is left, and chunks sent by run."""
    link, left, delivered, set_aside, sizes = Link(64), list(range(count)), [], [], []

    def answer(chunk):
        if poison & set(chunk):
            return event
        delivered.extend(chunk)
        return Received()

    for _ in range(runs):
        run = Run(link, left, 64)
        chunks = 0
        while chunk := run.next_chunk():
            chunks += 1
            run.report(answer(chunk), Circumstances(NOW, draw.random()))
        set_aside += run.set_aside
        done = {*delivered, *(item for item, _ in set_aside)}
        link, left = run.link, [item for item in left if item not in done]
        sizes.append(chunks)
    return delivered, set_aside, left, sizes


class TestBrokenAnswers:
    @pytest.mark.parametrize("event", [Broken(), TimedOut()])
    @given(count=st.integers(2, 100), poison=st.sets(st.integers(0, 99), max_size=3), draw=st.randoms())
    def test_stop_no_record_but_the_one_on_which_the_peer_breaks(self, event, count, poison, draw):
        delivered, set_aside, left, sizes = drained(count, poison, event, draw)
        assert sorted(delivered) == [item for item in range(count) if item not in poison]
        assert {item for item, _ in set_aside} | set(left) == poison & set(range(count))
        assert {reason for _, reason in set_aside} <= {ANSWER_BROKEN}
        assert max(sizes) <= count + 8 * (len(poison) + 1)

    @pytest.mark.parametrize("event", [Broken(), TimedOut(), Failed()])
    def test_set_nothing_aside_while_the_peer_answers_to_nothing(self, event):
        every = set(range(100))
        delivered, set_aside, left, sizes = drained(100, every, event, random.Random(1))
        assert (delivered, set_aside, len(left)) == ([], [], 100)
        assert max(sizes) <= 8
