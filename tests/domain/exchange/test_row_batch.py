"""Batches of rows that a platform refuses as a whole: halves find the row, in few batches."""

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from registry.domain.exchange import row_batch


def sent_until_answered(count, is_refused):
    """Send all rows, and what replaces each refused batch: (taken, set aside, how many batches)."""
    waiting, taken, set_aside, batches = deque([(list(range(count)), 0)]), [], [], 0
    while waiting:
        rows, refusals = waiting.popleft()
        batches += 1
        if not is_refused(rows):
            taken += rows
            continue
        parts, alone = row_batch.after_refusal(rows, refusals + 1)
        waiting.extend((list(part), refusals + 1) for part in parts)
        set_aside += alone
    return taken, set_aside, batches


class TestAfterRefusal:
    @given(count=st.integers(1, 300), poison=st.sets(st.integers(0, 299), max_size=5))
    def test_sets_aside_the_poison_alone_after_few_batches(self, count, poison):
        taken, set_aside, batches = sent_until_answered(count, lambda rows: bool(poison & set(rows)))
        planted = poison & set(range(count))
        assert sorted(taken) == sorted(set(range(count)) - planted)
        assert sorted(set_aside) == sorted(planted)
        assert batches <= 1 + len(planted) * (2 * count.bit_length() + row_batch.ALONE_REFUSALS)

    @given(times=st.integers(1, row_batch.ALONE_REFUSALS - 1))
    def test_sends_a_row_that_was_alone_from_the_start_again(self, times):
        left = [times]

        def is_refused(_):
            left[0] -= 1
            return left[0] >= 0

        assert sent_until_answered(1, is_refused)[:2] == ([0], [])
