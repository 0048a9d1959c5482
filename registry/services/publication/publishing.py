"""Publish versions of records: publication, ledger entry and outbox messages, in the transaction of the decision.

Nothing leaves this node by another way.
"""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from registry.domain.cases import relation
from registry.domain.exchange.formats import known
from registry.domain.publication import canonical, canonical_parts, commitments
from registry.domain.publication.publication import (
    Leaf,
    commitment_of,
    hash_of,
    list_state,
    projection,
    whole_list_state,
)
from registry.models import (
    LedgerEntry,
    ListStateEntry,
    OutboxMessage,
    Peer,
    Publication,
    PublicationSector,
    RelationEnd,
    WholeListState,
)
from registry.queries.any_of import any_of, texts
from registry.queries.publication import name_search
from registry.services.publication import further_keys, ledger, name_index, standing
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Version:
    """One version of a record to be published.

    ``body`` is the whole of what outsiders may see; ``id_index``/``id_sealed`` serve checks by identity number
    (the subject's, of a relation the other end's) and never leave in clear. Versions of another node carry its
    ``signature`` and ``previous``: the owner's chain is kept even when versions in between never arrived here.
    ``other_codes`` are those of a subject as filed; None keeps what the version before is found by. ``encoded`` are the
    canonical bytes of the body, where they are at hand.
    """

    body: dict[str, Any]
    origin: str
    id_index: str | None = None
    id_sealed: bytes | None = None
    signature: str | None = None
    previous: str | None = None
    other_codes: Mapping[str, str] | None = None
    encoded: bytes | None = None


def publish(work: UnitOfWork, versions: Sequence[Version]) -> list[int]:
    """Publish the versions in order and return their entry numbers; each replaces the version before it.

    One statement per table for the whole list, so that a file of thousands is published in seconds. The ledger
    lock is taken last. What is public gets a message to every peer with an address but the origin of the version.
    """
    if not versions:
        return []
    if len({version.body["record"] for version in versions}) < len(versions):
        raise ValueError("two versions of one record cannot share a call: the second must see the first")
    previous_hashes = _find_previous_hashes(work, [version.body["record"] for version in versions])
    rows = [_build_row(work, version, _choose_previous(version, previous_hashes)) for version in versions]
    first = ledger.append(
        work,
        [
            Leaf(
                row["record"],
                row["revision"],
                row["act"],
                row.pop("commitment"),
            )
            for row in rows
        ],
    )
    for entry, row in enumerate(rows, start=first):
        row["from_entry"] = entry
    _close_previous(work, first, [row for row in rows if row["revision"] > 1])
    work.session.connection().execute(insert(Publication), rows)
    _insert_sectors(work, versions, first)
    _insert_relation_ends(work, versions, first)
    further_keys.add(work, _key_sources(versions, rows))
    _insert_list_states(work, versions, first)
    _insert_whole_list_states(work, versions, first)
    _queue_messages(work, versions, first)
    name_index.index(
        work, (version.body["subject"]["name"] for version in versions if name_search.is_body_indexed(version.body))
    )
    standing.replace(work, [version.body for version in versions], first)
    return [row["from_entry"] for row in rows]


def _key_sources(versions: Sequence[Version], rows: Sequence[Mapping[str, Any]]) -> list[further_keys.KeySource]:
    return [
        further_keys.KeySource(
            row["from_entry"],
            row["record"],
            row["revision"],
            row["kind"],
            row["uscc"],
            version.id_sealed,
            version.other_codes,
        )
        for version, row in zip(versions, rows, strict=True)
    ]


def _build_row(work: UnitOfWork, version: Version, previous: str | None) -> dict[str, Any]:
    salt = secrets.token_bytes(commitments.SALT_BYTES)
    if version.encoded is None:
        fields = canonical.dumps_fields(version.body)
        body = canonical.join_fields(fields)
    else:
        fields, body = canonical_parts.split_fields(version.encoded), version.encoded
    return projection(version.body) | {
        "origin": version.origin,
        "id_index": version.id_index,
        "id_sealed": version.id_sealed,
        "signature": version.signature,
        "body": body.decode(),
        "salt": salt,
        "commitment": commitment_of(fields, previous, salt),
        "previous": previous,
        "content_hash": hash_of(body, previous),
        "recorded_at": work.now,
        "until_entry": None,
    }


def _choose_previous(version: Version, previous_hashes: dict[str, str]) -> str | None:
    return version.previous if version.signature else previous_hashes.get(version.body["record"])


def _find_previous_hashes(work: UnitOfWork, records: Sequence[str]) -> dict[str, str]:
    statement = select(Publication.record, Publication.content_hash).where(
        any_of(Publication.record, texts("records")), Publication.until_entry.is_(None)
    )
    return dict(work.session.connection().execute(statement, {"records": records}).tuples().all())


def _close_previous(work: UnitOfWork, first: int, rows: Sequence[dict[str, Any]]) -> None:
    """Close the versions that these replace, all in one statement: each at the entry of its record's new version,
    which the ledger has by now."""
    if not rows:
        return
    replacing = select(LedgerEntry.number).where(LedgerEntry.record == Publication.record, LedgerEntry.number >= first)
    statement = (
        update(Publication)
        .where(any_of(Publication.record, texts("records")), Publication.until_entry.is_(None))
        .values(until_entry=replacing.scalar_subquery())
        .execution_options(synchronize_session=False)
    )
    work.session.connection().execute(statement, {"records": [row["record"] for row in rows]})


def _insert_sectors(work: UnitOfWork, versions: Sequence[Version], first: int) -> None:
    rows = [
        {"sector": sector, "from_entry": entry}
        for entry, version in enumerate(versions, start=first)
        for sector in version.body["sectors"]
    ]
    if rows:
        work.session.connection().execute(insert(PublicationSector), rows)


def _insert_relation_ends(work: UnitOfWork, versions: Sequence[Version], first: int) -> None:
    rows = [
        {"from_entry": entry, "side": side, "by": by, "key": key}
        for entry, version in enumerate(versions, start=first)
        if version.body["kind"] == "relation"
        for side, by, key in relation.ends(version.body, version.id_index)
    ]
    if rows:
        work.session.connection().execute(insert(RelationEnd), rows)


def _insert_list_states(work: UnitOfWork, versions: Sequence[Version], first: int) -> None:
    """Note the states of adopted lists that no entry told before; the ledger is locked, so that nobody else does."""
    entries: dict[tuple[str, dt.date], int] = {}
    for entry, version in enumerate(versions, start=first):
        if state := list_state(version.body):
            entries.setdefault(state, entry)
    if not entries:
        return
    schemes = {scheme for scheme, _ in entries}
    statement = select(ListStateEntry.scheme, ListStateEntry.as_of).where(ListStateEntry.scheme.in_(schemes))
    known = set(work.session.execute(statement).tuples())
    rows = [
        {"scheme": state[0], "as_of": state[1], "from_entry": entry}
        for state, entry in entries.items()
        if state not in known
    ]
    if rows:
        work.session.connection().execute(insert(ListStateEntry), rows)


def _insert_whole_list_states(work: UnitOfWork, versions: Sequence[Version], first: int) -> None:
    """Note of which day whole lists are known: what checks read instead of the bodies."""
    rows = [
        {"from_entry": entry, "record": version.body["record"], "origin": version.origin}
        | dict(zip(("scheme", "source", "as_of"), state, strict=True))
        for entry, version in enumerate(versions, start=first)
        if (state := whole_list_state(version.body))
    ]
    if rows:
        work.session.connection().execute(insert(WholeListState), rows)


def _queue_messages(work: UnitOfWork, versions: Sequence[Version], first: int) -> None:
    peers = work.session.scalars(select(Peer).where(Peer.url != "")).all()
    row = {"state": "pending", "attempts": 0, "promised_at": work.now}
    rows = [
        {**row, "peer_id": peer.id, "entry": entry, "is_removal": version.body["state"] != "published"}
        for entry, version in enumerate(versions, start=first)
        for peer in peers
        if peer.code != version.origin and _is_told(peer, version.body)
    ]
    if rows:
        work.session.connection().execute(insert(OutboxMessage), rows)


def _is_told(peer: Peer, body: Mapping[str, Any]) -> bool:
    """Whether a peer is told of a version: a node of all that is public, a platform of what its terms reach."""
    if peer.is_platform:
        return known.may_see(peer.formats, peer.sectors, body)
    return bool(body["audience"] == "public")
