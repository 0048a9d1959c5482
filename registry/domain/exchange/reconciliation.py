"""Finding what two nodes hold differently without telling everything: digests of 4,096 buckets."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from registry.domain.publication import canonical

BUCKETS = 4096
ASKED_MAX = 256
"""Buckets of one question: answering one means reading all that is held of the owner."""
Row = tuple[str, int, str]
"""(record, revision, content hash)."""


@dataclass
class Difference:
    """What the owner has and the peer has not. ``different`` needs a person: no message can repair it."""

    missing: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    equal: list[str] = field(default_factory=list)


def bucket_number(text: str) -> int | None:
    """The bucket that a peer names, None when it names none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(BUCKETS - 1))
    return int(text) if is_number else None


def bucket_of(record: str) -> int:
    """The first 12 bits of SHA-256 over the record id."""
    return int.from_bytes(hashlib.sha256(record.encode()).digest()[:2], "big") >> 4


def buckets(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """The rows by bucket; empty buckets are left out."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[bucket_of(row[0])].append(row)
    return dict(found)


def digest(rows: Sequence[Row]) -> str:
    """SHA-256 (hex) over the sorted rows of one bucket."""
    return canonical.digest([list(row) for row in sorted(rows)]).hex()


def suspects(own: Mapping[int, Sequence[Row]], theirs: Mapping[int, str]) -> list[int]:
    """The buckets whose digests differ, or which only one side has."""
    mine = {bucket: digest(rows) for bucket, rows in own.items()}
    return sorted(bucket for bucket in mine.keys() | theirs.keys() if mine.get(bucket) != theirs.get(bucket))


def compare(own: Iterable[Row], theirs: Iterable[Row]) -> Difference:
    """Missing or older there can be sent again; another hash, a newer revision, an unknown record cannot."""
    there = {record: (revision, content) for record, revision, content in theirs}
    found = Difference()
    for record, revision, content in own:
        held = there.pop(record, None)
        if held is None or held[0] < revision:
            found.missing.append(record)
        elif held == (revision, content):
            found.equal.append(record)
        else:
            found.different.append(record)
    found.different.extend(sorted(there))
    return found
