"""Exchange rows with platforms: settle their receipts, send what is due, take in what they sent, compare holdings.

Every step commits by itself and may be repeated: killed between any two, the next run goes on where it was.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from registry import runtime
from registry.domain.exchange import reconciliation, sftp_address
from registry.domain.exchange.reconciliation import Comparison, Row
from registry.domain.exchange.row_batch import IncomingBatch
from registry.domain.permissions import SYSTEM
from registry.errors import Invalid, Refusal
from registry.keys import partner_secrets
from registry.models import Peer
from registry.queries.exchange import peer_messages, row_batches
from registry.queries.publication.ledger_state import head
from registry.refusals.acts import RemovalShare
from registry.services.exchange import peers, reconciliations, row_inbox, row_outbox
from registry.unit_of_work import UnitOfWork
from sync import backlog, peer_links
from sync.drop_folder import DropFolder, LocalFolder
from sync.file_drop import FileDrop
from sync.front_end import FrontEnd
from sync.row_transport import RowTransport, TransportFailed

log = logging.getLogger(__name__)
BATCHES_MAX = 200
"""Batches sent in one run, so that a large backlog does not keep receipts waiting."""
WAITS = "waits"
"""The result of a run with a server that is not called again yet."""
Connect = Callable[[Peer], RowTransport]


@dataclass
class RowExchangeResult:
    """What one run did with one platform; ``failed`` names what ended it early."""

    sent: int = 0
    settled: int = 0
    received: int = 0
    failed: str | None = None


def connect(peer: Peer) -> RowTransport:
    """The transport to a platform."""
    settings = runtime.settings()
    if peer.transport == "files":
        return FileDrop(_folder_of(peer), settings.node, peer.code)
    return FrontEnd(peer.url, settings.node, peer.code, settings.exchange_timeout_seconds)


def _folder_of(peer: Peer) -> DropFolder:
    """The folder of a file drop: of this machine, or of an SFTP server with the secret that this node has for it."""
    address = sftp_address.parse(peer.url)
    if address is None:
        return LocalFolder(Path(unquote(urlsplit(peer.url).path)))
    settings = runtime.settings()
    try:
        secret = partner_secrets.read(settings.keys_path, peer.code, settings.key_protection)
    except Refusal as refusal:  # locked or damaged: nothing was tried at the server
        raise TransportFailed(refusal.code) from None
    if secret is None:
        raise TransportFailed("secret-missing")
    try:
        from sync.sftp_folder import SftpFolder
    except ImportError:  # the extra "sftp" is not installed
        raise TransportFailed("sftp-not-installed") from None
    return SftpFolder(address, secret, settings.exchange_timeout_seconds)


def exchange(code: str, connect: Connect = connect) -> RowExchangeResult:
    """Exchange with one platform once."""
    result = RowExchangeResult()
    with runtime.reading() as session:
        peer = peer_messages.peer(session, code)
        link = peer_links.link_of(peer)
        is_sending, is_receiving = bool(peer.formats), bool(peer.formats_in)
    if _must_wait(peer, link):
        return RowExchangeResult(failed=WAITS)
    try:
        with closing(connect(peer)) as transport:
            result.settled = _settle(code, transport)
            if is_sending:
                result.sent = _send(code, transport)
            if is_receiving and not peer.paused_because:
                result.received = _receive(code, transport)
    except TransportFailed as failure:
        result.failed = failure.code
        peer_links.remember(code, backlog.back_off(link, peer_links.circumstances()))
    except Refusal as refusal:
        result.failed = refusal.code
        if isinstance(refusal, RemovalShare):
            stopped = refusal
            runtime.perform(SYSTEM, lambda work: peers.pause_for(work, code, stopped))
    return result


def _must_wait(peer: Peer, link: backlog.Link) -> bool:
    """Whether a server that others run is left in peace after a failure: it may lock out who tries too often."""
    return bool(
        peer.url.startswith(f"{sftp_address.SCHEME}:") and link.retry_at is not None and link.retry_at > runtime.clock()
    )


def exchange_all(lane: str | None = None, connect: Connect = connect) -> dict[str, RowExchangeResult]:
    """Exchange with every platform."""
    return peer_links.each(
        platforms(), lambda code: exchange(code, connect), lambda error: RowExchangeResult(failed=error), lane
    )


def platforms() -> list[str]:
    """Codes of the peers that take and send rows."""
    with runtime.reading() as session:
        return [peer.code for peer in peer_messages.peers(session) if peer.is_platform]


def _settle(code: str, transport: RowTransport) -> int:
    settled = 0
    for receipt in list(transport.receipts()):
        try:
            counts = runtime.perform(SYSTEM, lambda work, receipt=receipt: row_outbox.settle(work, code, receipt))  # type: ignore[misc]
        except Invalid as refusal:
            log.error("platform %s: receipt %d: %s", code, receipt.sequence, refusal.code)
            continue
        settled += counts["accepted"] + counts["rejected"]
        if receipt.refused:
            log.error("platform %s refused batch %d: %s", code, receipt.sequence, receipt.refused)
            _back_off(code)
        with runtime.reading() as session:
            is_closed = row_batches.is_closed(session, peer_messages.peer(session, code).id, receipt.sequence)
        transport.settled(receipt, is_closed=is_closed)
    return settled


def _back_off(code: str) -> None:
    with runtime.reading() as session:
        link = peer_links.link_of(peer_messages.peer(session, code))
    peer_links.remember(code, backlog.back_off(link, peer_links.circumstances()))


def _send(code: str, transport: RowTransport) -> int:
    sent = 0
    for _ in range(BATCHES_MAX):
        dispatch = runtime.perform(SYSTEM, lambda work: row_outbox.prepare(work, code))
        if dispatch is None:
            break
        transport.write_batch(dispatch)
        runtime.perform(SYSTEM, lambda work, number=dispatch.batch_id: row_outbox.note_sent(work, number))  # type: ignore[misc]
        sent += len(dispatch.messages)
    return sent


def _receive(code: str, transport: RowTransport) -> int:
    received = 0
    for batch in transport.incoming():
        receipt = runtime.perform(SYSTEM, lambda work, batch=batch: _take(work, code, batch))  # type: ignore[misc]
        transport.answer(receipt)
        received += len(batch.rows)
    if received:
        runtime.perform(SYSTEM, lambda work: peers.note_received(work, code))
    return received


def _take(work: UnitOfWork, code: str, batch: IncomingBatch) -> Any:
    return row_inbox.receive(work, code, batch)


def reconcile(code: str, connect: Connect = connect) -> dict[str, Any]:
    """Compare what a platform holds of ours with ours, and send again what it lacks or has older.

    {checked, equal, missing, different, promised, pending, refused}, or {waiting} until it has shown its holdings, and
    while its server is left in peace after a failure. Raises ``TransportFailed``.
    """
    compared = _compare(code, connect)
    if not isinstance(compared, _Compared):
        return compared
    comparison = compared.of(reconciliation.records_of(compared.own, compared.rows))
    return runtime.perform(SYSTEM, lambda work: reconciliations.keep_outcome(work, code, comparison))


def reconcile_sectors(code: str, connect: Connect = connect) -> dict[str, Any]:
    """``reconcile`` sector by sector: one comparison of what the platform shows, as its rows name no sector, and an
    outcome for the records of each. What the owner does not know is of none. Raises ``TransportFailed``."""
    compared = _compare(code, connect)
    if not isinstance(compared, _Compared):
        return compared
    with runtime.reading() as session:
        sectors = peer_messages.records_by_sector(session, compared.entry)
    reports = {}
    for sector, records in sorted(sectors.items()):
        comparison = compared.of(records)
        reports[sector] = runtime.perform(
            SYSTEM,
            lambda work, comparison=comparison, sector=sector: reconciliations.keep_outcome(  # type: ignore[misc]
                work, code, comparison, sector=sector
            ),
        )
    return reports


@dataclass(frozen=True)
class _Compared:
    """Own rows as of an entry beside what a platform shows of them in the ``suspects``, the buckets that may differ;
    ``changed``: records with a newer version since."""

    entry: int
    own: list[Row]
    rows: list[Row]
    suspects: set[int]
    changed: set[str]

    def of(self, records: Collection[str]) -> Comparison:
        """The comparison of some records."""
        own, rows = (reconciliation.of_records(side, records) for side in (self.own, self.rows))
        return reconciliation.compare_sheets(self.entry, reconciliation.buckets(own), rows, self.suspects, self.changed)


def _compare(code: str, connect: Connect) -> _Compared | dict[str, Any]:
    """What a platform shows of ours beside ours; or why there is nothing to compare."""
    with runtime.reading() as session:
        peer = peer_messages.peer(session, code)
        link = peer_links.link_of(peer)
        holdings = row_batches.holdings(session, peer.id)
    if _must_wait(peer, link):
        return {"waiting": "retry"}
    try:
        return _look_at_holdings(code, peer, holdings, connect)
    except TransportFailed:
        peer_links.remember(code, backlog.back_off(link, peer_links.circumstances()))
        raise


def _look_at_holdings(code: str, peer: Peer, holdings: Sequence[Row], connect: Connect) -> _Compared | dict[str, Any]:
    with closing(connect(peer)) as transport:
        if peer.formats_in:
            transport.write_holdings(code, holdings)
        if not peer.formats:
            return {"waiting": "nothing-sent"}
        entry, own = runtime.perform(SYSTEM, lambda work: _own_rows(work, code))
        try:
            found = transport.rows_at_peer(own)
        except Invalid as refusal:
            return {"failed": refusal.code}
    if found is None:
        return {"waiting": "sheet"}
    rows, suspects = found
    with runtime.reading() as session:
        changed = peer_messages.changed_after(session, entry)
    return _Compared(entry, own, rows, suspects, changed)


def _own_rows(work: UnitOfWork, code: str) -> tuple[int, list[Row]]:
    """The rows that a platform should hold as of the head of the ledger, and that entry."""
    entry = head(work.session)
    return entry, row_outbox.own_rows(work, peer_messages.peer(work.session, code), entry)


def reconcile_all(lane: str | None = None, connect: Connect = connect) -> dict[str, dict[str, Any]]:
    """Reconcile with every platform; one that fails is reported and skipped."""
    return _reconcile_each(lambda code: reconcile(code, connect), lane)


def reconcile_all_sectors(lane: str | None = None, connect: Connect = connect) -> dict[str, dict[str, Any]]:
    """Reconcile by sector with every platform; one that fails is reported and skipped."""
    return _reconcile_each(lambda code: reconcile_sectors(code, connect), lane)


def _reconcile_each(act: Callable[[str], dict[str, Any]], lane: str | None) -> dict[str, dict[str, Any]]:
    def reconcile_one(code: str) -> dict[str, Any]:
        try:
            return act(code)
        except (TransportFailed, Refusal) as failure:
            return {"failed": failure.code}

    return peer_links.each(platforms(), reconcile_one, lambda error: {"failed": error}, lane)
