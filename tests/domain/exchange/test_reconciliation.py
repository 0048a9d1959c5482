import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.exchange import reconciliation
from registry.domain.publication import canonical


def rows(count):
    made = random.Random(5)
    return [(f"{made.getrandbits(128):032x}", 1, f"{made.getrandbits(256):064x}") for _ in range(count)]


def found(own, theirs):
    mine, held = reconciliation.buckets(own), reconciliation.buckets(theirs)
    suspects = reconciliation.suspects(mine, {bucket: reconciliation.digest(part) for bucket, part in held.items()})
    parts = [reconciliation.compare(mine.get(bucket, []), held.get(bucket, [])) for bucket in suspects]
    return sorted(r for part in parts for r in part.missing), sorted(r for part in parts for r in part.different)


class TestCompare:
    def test_finds_nothing_between_equals_in_any_order(self):
        own = rows(3000)
        assert found(own, own[::-1]) == ([], [])

    def test_finds_every_planted_difference_and_no_other(self):
        own = rows(3000)
        theirs = dict(enumerate(own))
        missing, older, other, newer = own[0], own[700], own[1400], own[2100]
        del theirs[0]
        theirs[700] = (older[0], 0, "0" * 64)
        theirs[1400] = (other[0], 1, "0" * 64)
        theirs[2100] = (newer[0], 2, "0" * 64)
        theirs[-1] = ("f" * 32, 1, "0" * 64)
        lost, different = found(own, theirs.values())
        assert lost == sorted([missing[0], older[0]])
        assert different == sorted([other[0], newer[0], "f" * 32])

    def test_has_4096_buckets(self):
        assert {reconciliation.bucket_of(row[0]) for row in rows(100_000)} == set(range(4096))


def compared(own, theirs, entry=7, changed=()):
    """Compare as two nodes do: the peer answers the rows of the buckets that differ, and no others."""
    mine, at_peer = reconciliation.buckets(own), reconciliation.buckets(theirs)
    asked = set(
        reconciliation.suspects(mine, {bucket: reconciliation.digest(part) for bucket, part in at_peer.items()})
    )
    answered = [row for bucket in asked for row in at_peer.get(bucket, [])]
    return reconciliation.compare_sheets(entry, mine, answered, asked, changed)


KINDS = ("equal", "missing", "stale", "newer", "different", "extra")


class TestCompareSheets:
    @given(st.lists(st.sampled_from(KINDS), max_size=60))
    def test_finds_what_differs_and_says_how(self, kinds):
        own, theirs = [], []
        for (record, _, content), kind in zip(rows(len(kinds)), kinds, strict=True):
            if kind != "extra":
                own.append((record, 2, content))
            if kind != "missing":
                revision = {"stale": 1, "newer": 3}.get(kind, 2)
                theirs.append((record, revision, content if kind == "equal" else "0" * 64))
        outcome = compared(own, theirs)
        difference = outcome.difference
        by_kind = {kind: kinds.count(kind) for kind in KINDS}
        assert outcome.checked == len(own)
        assert len(difference.equal) == by_kind["equal"]
        assert len(difference.stale) == by_kind["stale"]
        assert len(difference.missing) == by_kind["missing"] + by_kind["stale"]
        assert len(difference.extra) == by_kind["extra"]
        assert len(difference.different) == by_kind["different"] + by_kind["newer"] + by_kind["extra"]
        assert (outcome.own == outcome.theirs) == (set(kinds) <= {"equal"})

    def test_leaves_out_what_changed_meanwhile_and_what_nobody_asked_for(self):
        own = rows(50)
        newer = (own[0][0], 2, "0" * 64)
        outcome = compared(own, [newer, *own[1:]], changed={own[0][0]})
        assert (outcome.changed, outcome.checked, outcome.difference.different) == (1, 49, [])
        assert outcome.own == outcome.theirs
        unasked = reconciliation.compare_sheets(7, reconciliation.buckets(own), [newer], set(), set())
        assert (unasked.checked, unasked.difference.different) == (50, [])

    def test_gives_the_digest_that_anybody_works_out_from_the_rows(self):
        own = rows(20)
        sheet = [[bucket, reconciliation.digest(part)] for bucket, part in sorted(reconciliation.buckets(own).items())]
        assert compared(own, own[1:]).own == canonical.digest(sheet).hex()


class TestBucketNumber:
    @pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("4095", 4095)])
    def test_reads_a_number(self, text, number):
        assert reconciliation.bucket_number(text) == number

    @pytest.mark.parametrize("text", ["", "²", "٣", "-1", "1.0", "9" * 5000, "10000"])
    def test_takes_nothing_else(self, text):
        assert reconciliation.bucket_number(text) is None
