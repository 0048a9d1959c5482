"""Reconcile the records of two nodes by digests of 4,096 buckets, without exchanging all of them."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring as quoted

from registry.domain.publication import canonical

BUCKETS = 4096
ASKED_MAX = 256
"""Most buckets per request: answering one means reading all records of the owner."""
Row = tuple[str, int, str]
"""(record, revision, content hash)."""


@dataclass
class Difference:
    """Differences between owner and peer. Of what is ``missing`` the peer has an older version of the ``stale`` ones;
    both can be sent again. What is ``different`` no message repairs: of the ``newer`` the peer has a later version,
    so that this node lost it; the ``extra`` the owner does not know at all; the others need a person."""

    missing: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    equal: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Comparison:
    """What was compared: the records of an owner as of an entry of its ledger with those at a peer, ``own`` and
    ``theirs`` as digests of their sheets. ``changed``: records with versions after that entry, left out."""

    entry: int
    checked: int
    own: str
    theirs: str
    difference: Difference
    changed: int = 0


def bucket_number(text: str) -> int | None:
    """Parse a bucket number from a peer's text, None if it is not a number."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(BUCKETS - 1))
    return int(text) if is_number else None


def bucket_of(record: str) -> int:
    """Bucket of a record: the first 12 bits of SHA-256 over its id."""
    return int.from_bytes(hashlib.sha256(record.encode()).digest()[:2], "big") >> 4


def buckets(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Group rows by bucket; empty buckets are left out."""
    rows_by_bucket: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        rows_by_bucket[bucket_of(row[0])].append(row)
    return dict(rows_by_bucket)


def digest(rows: Sequence[Row]) -> str:
    """Digest of one bucket: SHA-256 (hex) over its sorted rows."""
    # Canonical JSON written out: a million rows are digested in an hourly run.
    text = ",".join([f"[{quoted(record)},{revision},{quoted(content)}]" for record, revision, content in sorted(rows)])
    return hashlib.sha256(f"[{text}]".encode()).hexdigest()


def suspects(own: Mapping[int, Sequence[Row]], theirs: Mapping[int, str]) -> list[int]:
    """The buckets whose digests differ, or which only one side has."""
    mine = {bucket: digest(rows) for bucket, rows in own.items()}
    return sorted(bucket for bucket in mine.keys() | theirs.keys() if mine.get(bucket) != theirs.get(bucket))


def compare_sheets(
    entry: int,
    own: Mapping[int, Sequence[Row]],
    theirs: Iterable[Row],
    suspects: Collection[int],
    changed: Collection[str],
) -> Comparison:
    """Compare own rows, by buckets and as of an entry, with the rows of the peer in the ``suspects``: the digests of
    the other buckets are equal, and so are their rows. Records that were ``changed`` meanwhile are left out, and so is
    what nobody asked for."""
    sheet = {bucket: digest(rows) for bucket, rows in own.items() if bucket not in suspects}
    equal = [row[0] for bucket in sheet for row in own[bucket]]
    suspected = [row for bucket in suspects for row in own.get(bucket, ()) if row[0] not in changed]
    rows_there = {row[0]: row for row in theirs if row[0] not in changed and bucket_of(row[0]) in suspects}
    difference = compare(suspected, rows_there.values())
    difference.equal += equal
    checked = len(equal) + len(suspected)
    own_digest, their_digest = (_sheet_digest(sheet, rows) for rows in (suspected, rows_there.values()))
    left_out = sum(map(len, own.values())) - checked
    return Comparison(entry, checked, own_digest, their_digest, difference, left_out)


def _sheet_digest(equal: Mapping[int, str], rows: Iterable[Row]) -> str:
    """Digest of a whole sheet: SHA-256 (hex) over the sorted [bucket, digest] of all buckets that are not empty."""
    sheet = {**equal, **{bucket: digest(rows) for bucket, rows in buckets(rows).items()}}
    return canonical.digest([[bucket, sheet[bucket]] for bucket in sorted(sheet)]).hex()


def records_of(*sides: Iterable[Row]) -> set[str]:
    """All records of some rows."""
    return {row[0] for rows in sides for row in rows}


def of_records(rows: Iterable[Row], records: Collection[str]) -> list[Row]:
    """The rows of these records: those of one sector, say."""
    return [row for row in rows if row[0] in records]


def compare(own: Iterable[Row], theirs: Iterable[Row]) -> Difference:
    """Compare own rows with the peer's: missing or older rows there can be sent again, other differences cannot."""
    versions_there = {record: (revision, content) for record, revision, content in theirs}
    difference = Difference()
    for record, revision, content in own:
        their_version = versions_there.pop(record, None)
        if their_version is None or their_version[0] < revision:
            difference.missing.append(record)
            if their_version is not None:
                difference.stale.append(record)
        elif their_version == (revision, content):
            difference.equal.append(record)
        else:
            difference.different.append(record)
            if their_version[0] > revision:
                difference.newer.append(record)
    difference.different.extend(sorted(versions_there))
    difference.newer.extend(sorted(versions_there))
    difference.extra.extend(sorted(versions_there))
    return difference
