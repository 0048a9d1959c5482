"""Reconcile with peers: compare own records with the peer's copy, send what is missing again, take back what was lost
here, report differences."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from registry import runtime
from registry.domain.exchange import reconciliation
from registry.domain.exchange.reconciliation import Difference, Row
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical
from registry.queries.exchange import peer_messages
from registry.queries.law import reference_data
from registry.queries.publication.ledger_state import head
from registry.services.exchange import reconciliations, recovery
from registry.unit_of_work import UnitOfWork
from sync import backlog, peer_links
from sync.client import NotDelivered, Transport

KEPT_ASKED = 100
"""So many records are asked for in one address."""


def reconcile(code: str, connect: peer_links.Connect = peer_links.connect, sector: str | None = None) -> dict[str, Any]:
    """Reconcile with one peer; report {checked, equal, missing, different, promised, pending, refused, recovered}.

    All records, or those of a ``sector``.

    ``missing`` (or older there) is sent again, but not what is still under way (``pending``) or waits for
    a person at the peer (``refused``). What the peer has newer than its owner was lost here and is taken back
    (``recovered``). ``different`` is an alarm. Refuses nothing. Raises ``NotDelivered``.
    """
    with runtime.reading() as session:
        transport = connect(peer_messages.peer(session, code))
    buckets_at_peer = _fetch_buckets(transport, sector)
    # Our own are read after the peer's: what was published in between is still pending and not missing.
    node = runtime.settings().node
    with runtime.reading() as session:
        entry = head(session)
        own = reconciliation.buckets(peer_messages.owned(session, node, entry, sector))
    suspects = set(reconciliation.suspects(own, buckets_at_peer))
    rows_at_peer = _fetch_rows(transport, sorted(suspects & buckets_at_peer.keys()), sector)
    with runtime.reading() as session:
        if sector is not None:
            # What the peer has older may have been of another sector: it is compared with the newest all the same.
            known = {row[0] for bucket in suspects for row in own.get(bucket, ())}
            elsewhere = {row[0] for row in rows_at_peer} - known
            for row in peer_messages.owned_among(session, node, elsewhere, entry):
                own.setdefault(reconciliation.bucket_of(row[0]), []).append(row)
        changed = peer_messages.changed_after(session, entry)
    comparison = reconciliation.compare_sheets(entry, own, rows_at_peer, suspects, changed)
    recovered = _take_back(code, transport, comparison.difference)
    report = runtime.perform(
        SYSTEM, lambda work: reconciliations.keep_outcome(work, code, comparison, recovered, sector)
    )
    return {**report, "recovered": len(recovered)}


def _take_back(code: str, transport: Transport, difference: Difference) -> set[str]:
    """Take back own records of which the peer has newer versions; those are not different any more."""
    wanted = [record for record in difference.newer if canonical.is_hex(record, 32)]
    recovered: set[str] = set()
    for start in range(0, len(wanted), KEPT_ASKED):
        recovered |= _take_back_these(code, transport, wanted[start : start + KEPT_ASKED])
    return recovered


def _take_back_these(code: str, transport: Transport, wanted: Sequence[str]) -> set[str]:
    """A peer sends as many as fit into one answer; it is asked until it sends none that helps."""
    recovered: set[str] = set()
    while left := [record for record in wanted if record not in recovered]:
        values = transport.kept(left).get("records")
        if not isinstance(values, list):
            raise NotDelivered(backlog.Failed())
        fresh = runtime.perform(SYSTEM, partial(_recover, code=code, values=values))
        if not fresh:
            break
        recovered |= set(fresh)
    return recovered


def _recover(work: UnitOfWork, code: str, values: Sequence[Any]) -> list[str]:
    return recovery.take_back(work, peer_messages.peer(work.session, code), values)


def reconcile_sectors(code: str, connect: peer_links.Connect = peer_links.connect) -> dict[str, dict[str, Any]]:
    """Reconcile with one peer sector by sector; reports by the code of the sector. Raises ``NotDelivered``."""
    with runtime.reading() as session:
        sectors = sorted(reference_data.current(session).names("sectors"))
    return {sector: reconcile(code, connect, sector) for sector in sectors}


def reconcile_all_sectors(
    connect: peer_links.Connect = peer_links.connect, lane: str | None = None
) -> dict[str, dict[str, Any]]:
    """Reconcile by sector with every peer that has an address; one that fails is reported and skipped."""
    return _reconcile_each(peer_links.reachable(), lambda code: reconcile_sectors(code, connect), lane)


def reconcile_all(
    connect: peer_links.Connect = peer_links.connect, lane: str | None = None
) -> dict[str, dict[str, Any]]:
    """Reconcile with every peer that has an address; one that fails is reported and skipped."""
    return reconcile_these(peer_links.reachable(), connect, lane)


def reconcile_these(
    codes: Iterable[str], connect: peer_links.Connect = peer_links.connect, lane: str | None = None
) -> dict[str, dict[str, Any]]:
    """Reconcile with the peers of these codes; one that fails is reported and skipped."""
    return _reconcile_each(codes, lambda code: reconcile(code, connect), lane)


def _reconcile_each(
    codes: Iterable[str], act: Callable[[str], dict[str, Any]], lane: str | None
) -> dict[str, dict[str, Any]]:
    def reconcile_one(code: str) -> dict[str, Any]:
        try:
            return act(code)
        except NotDelivered as failure:
            return {"failed": type(failure.event).__name__}

    return peer_links.each(codes, reconcile_one, lambda error: {"failed": error}, lane)


def _fetch_buckets(transport: Transport, sector: str | None) -> dict[int, str]:
    buckets_json = transport.digest(runtime.settings().node, (), sector).get("buckets")
    buckets: dict[int, str] = {}
    for text, value in (buckets_json if isinstance(buckets_json, dict) else {"": ""}).items():
        bucket = reconciliation.bucket_number(text)
        if bucket is None:
            raise NotDelivered(backlog.Failed())
        buckets[bucket] = str(value)
    return buckets


def _fetch_rows(transport: Transport, buckets: Sequence[int], sector: str | None) -> list[Row]:
    peer_rows: list[Row] = []
    for start in range(0, len(buckets), reconciliation.ASKED_MAX):
        part = buckets[start : start + reconciliation.ASKED_MAX]
        rows = transport.digest(runtime.settings().node, part, sector).get("records")
        if not isinstance(rows, list):
            raise NotDelivered(backlog.Failed())
        peer_rows += map(_parse_row, rows)
    return peer_rows


def _parse_row(value: Any) -> Row:
    match value:
        case [str(record), int(revision), str(content)] if record.isprintable() and content.isprintable():
            return record, revision, content
    raise NotDelivered(backlog.Failed())
