import random

import pytest

from registry.domain.exchange import reconciliation


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


class TestBucketNumber:
    @pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("4095", 4095)])
    def test_reads_a_number(self, text, number):
        assert reconciliation.bucket_number(text) == number

    @pytest.mark.parametrize("text", ["", "²", "٣", "-1", "1.0", "9" * 5000, "10000"])
    def test_takes_nothing_else(self, text):
        assert reconciliation.bucket_number(text) is None
