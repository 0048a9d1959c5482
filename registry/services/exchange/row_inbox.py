"""Receive batches of rows from platforms: judge each row, file what is sound, quarantine the rest with its reason.

Rows carry no signature: they arrive as filings of the account that the peer was registered with, and nothing of them is
public before another officer verified it. Penalties are filed one by one, rows of lists as one list file of the batch.
Reports of measures are kept beside the record that they belong to.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import insert

from registry.domain.cases import adopted_listing, revision
from registry.domain.cases.adopted_listing import ListPlace, ListState
from registry.domain.exchange import envelope, row_batch
from registry.domain.exchange.envelope import Outcome
from registry.domain.exchange.formats import known
from registry.domain.exchange.formats.model import (
    CodeTables,
    Content,
    ReadContext,
    ReadRow,
    ReportedMeasure,
    RowMessage,
    Withdrawal,
)
from registry.domain.exchange.row_batch import IncomingBatch, IncomingRow, RowReceipt
from registry.domain.filing.model import Filing
from registry.domain.permissions import EVERYWHERE
from registry.domain.publication import canonical
from registry.errors import Fault, Refusal
from registry.models import InboxBatch, InboxItem, Peer
from registry.queries.cases import penalties
from registry.queries.exchange import member_statements, peer_messages, row_batches
from registry.queries.exchange.row_batches import ReceivedRow
from registry.queries.law import reference_data
from registry.queries.node import account_lookup
from registry.refusals.acts import AlreadyFiled, PeerPaused, RemovalShare
from registry.services.cases import list_adoption, penalty_filing
from registry.services.exchange import measure_reports, peers
from registry.services.exchange.measure_reports import JoinedReport
from registry.services.exchange.received import format_faults, lock_peers
from registry.services.node import audit
from registry.services.node.sealed_text import open_text, seal_text
from registry.tabular import list_files
from registry.unit_of_work import UnitOfWork

FORMAT_NOT_AGREED = "format-not-agreed"
WITHDRAWAL_UNKNOWN = "withdrawal-without-listing"
REMOVAL_NEEDS_PERSON = "removal-needs-person"
_DUPLICATE = Outcome(envelope.DUPLICATE)


@dataclass
class JudgedRow:
    """A row and what becomes of it; ``place``: the place on a list that it states, or takes away; ``report``: what it
    reports of a measure, with the record of this node."""

    row: IncomingRow
    outcome: Outcome
    filing: Filing | None = None
    place: ListPlace | None = None
    report: JoinedReport | None = None


def receive(work: UnitOfWork, code: str, batch: IncomingBatch) -> RowReceipt:
    """Receive a batch and return its receipt; the same batch again gets the same.

    Refuses the whole, storing nothing: ``PeerPaused``, ``AccountUnknown`` (the intake account is gone), and
    ``RemovalShare`` for a full batch that lacks too much of what stood before, such as an empty one (the caller then
    pauses the peer).
    """
    lock_peers(work)
    peer = peer_messages.peer(work.session, code)
    known_receipt = peer_messages.receipt(work.session, peer.id, _identity(batch))
    if known_receipt is not None:
        return row_batch.decode(known_receipt.encode(), RowReceipt)
    if peer.paused_because:
        raise PeerPaused()
    gone = _guard_full(work, peer, batch) if batch.is_full else []
    judge = _Judge(work, peer)
    judged = judge.judge(batch.rows)
    # A row that cannot be read may be any of those that are missing: then nothing leaves.
    is_full = batch.is_full and all(item.outcome.outcome not in envelope.QUARANTINED for item in judged)
    _file(judge, judged, is_full=is_full)
    if is_full:
        _note_left(work, peer, gone)
    lines = [row_batch.line_of(item.row.record, item.row.revision, item.outcome) for item in judged]
    receipt = row_batch.receipt_of((work.settings.node, peer.code), (batch.sequence, batch.digest), lines)
    _store(work, peer, batch, judged, receipt)
    return receipt


def release_item(work: UnitOfWork, item: InboxItem, peer: Peer) -> Outcome:
    """Judge a quarantined row again, and file it if it passes; the peers are locked already."""
    stored = json.loads(open_text(work, item.envelope))
    judge = _Judge(work, peer, but_for=item.id)
    [judged] = judge.judge([row_batch.parse_row(stored["format"], stored["cells"])])
    _file(judge, [judged])
    outcome = judged.outcome
    item.outcome, item.code, item.detail = outcome.outcome, outcome.code, _detail(judged)
    if outcome.outcome in envelope.DELIVERED:
        item.state = "released"
    work.session.flush()
    audit.note(work, "exchange.quarantine.release", f"item {item.id}", outcome.outcome)
    return outcome


class _Judge:
    """Judges the rows of one peer by the reference data of today."""

    def __init__(self, work: UnitOfWork, peer: Peer, but_for: int | None = None) -> None:
        self.peer, self._but_for = peer, but_for
        self._places: dict[str, ListPlace] = {}
        actor = account_lookup.by_name(work.session, peer.intake_account, work.today)
        self.work = replace(work, actor=actor)
        reference = reference_data.current(work.session)
        sectors = tuple(peer.sectors) or (() if EVERYWHERE in actor.sectors else tuple(sorted(actor.sectors)))
        districts = tuple(actor.districts - {EVERYWHERE})
        department = penalties.department(work.session, actor.department_id)
        scheme = reference.scheme(peer.intake_list, work.today) if peer.intake_list else None
        self.context = ReadContext(
            replace(
                reference.filing_rules,
                default_sectors=sectors,
                default_district=districts[0] if len(districts) == 1 else None,
                department_name=department.name if department.authority_code else None,
                department_code=department.authority_code,
            ),
            CodeTables(reference.exchange_codes(work.today)),
            work.today,
            ListState(scheme, adopted_listing.list_names(reference, scheme.code), work.today, work.today)
            if scheme
            else None,
            member_statements.authority_codes(work.session, work.settings.node, work.today),
        )

    def judge(self, rows: Sequence[IncomingRow]) -> list[JudgedRow]:
        """Judge rows in the order of revisions; returned in the order of the batch."""
        records = sorted({row.record for row in rows if row.message})
        before = row_batches.received(self.work.session, self.peer.id, records)
        before = {name: [one for one in ones if one.item != self._but_for] for name, ones in before.items()}
        judged = [JudgedRow(row, Outcome(envelope.ACCEPTED)) for row in rows]
        for item in sorted(judged, key=lambda item: item.row.revision):
            message = item.row.message
            if message is None:
                item.outcome = _rejected(item.row.faults)
                continue
            known_rows = before.setdefault(message.record, [])
            item.outcome = _compare(message, known_rows) or self._read(item, message, known_rows)
            if item.outcome.outcome == envelope.ACCEPTED:
                known_rows.append(ReceivedRow(message.revision, message.hash, envelope.ACCEPTED, "settled", 0))
        return judged

    def _read(self, item: JudgedRow, message: RowMessage, known_rows: Sequence[ReceivedRow]) -> Outcome:
        fmt = known.LAYOUTS.get(message.format)
        if fmt is None or message.format not in self.peer.formats_in:
            return Outcome(envelope.REJECTED, FORMAT_NOT_AGREED)
        result: ReadRow = fmt.read(message.row, self.context)
        match result.content:
            case None:
                return _rejected(result.faults)
            case Withdrawal() as withdrawal:
                return self._withdraw(item, withdrawal)
            case ListPlace() as place:
                return self._take_place(item, message, place, known_rows)
            case ReportedMeasure() as reported:
                return self._take_report(item, message, reported, known_rows)
            case filing:
                return self._take_filing(item, message, filing)

    def _take_filing(self, item: JudgedRow, message: RowMessage, filing: Filing) -> Outcome:
        if message.operation == "D":
            # A decision is taken back by its authority with its own document, not by a platform's row.
            return Outcome(envelope.REJECTED, REMOVAL_NEEDS_PERSON)
        item.filing = filing
        return Outcome(envelope.ACCEPTED)

    def _take_place(
        self, item: JudgedRow, message: RowMessage, place: ListPlace, known_rows: Sequence[ReceivedRow]
    ) -> Outcome:
        if message.operation == "D" and not _has_accepted(known_rows):
            return Outcome(envelope.REJECTED, WITHDRAWAL_UNKNOWN)
        is_off = place.is_off or message.operation == "D"
        item.place = self._places[message.record] = replace(place, is_off=is_off)
        return Outcome(envelope.ACCEPTED)

    def _take_report(
        self, item: JudgedRow, message: RowMessage, reported: ReportedMeasure, known_rows: Sequence[ReceivedRow]
    ) -> Outcome:
        if message.operation == "D" and not _has_accepted(known_rows):
            return Outcome(envelope.REJECTED, measure_reports.REPORT_UNKNOWN)
        joined = measure_reports.join(self.work, self.peer, message, reported)
        if isinstance(joined, str):
            return Outcome(envelope.REJECTED, joined)
        item.report = joined
        return Outcome(envelope.ACCEPTED)

    def _withdraw(self, item: JudgedRow, withdrawal: Withdrawal) -> Outcome:
        """The place that the named listing stated, now off the list; unknown ones wait for a person."""
        place = self.place_of(withdrawal.listing)
        if place is None or (withdrawal.uscc and place.subject.uscc and withdrawal.uscc != place.subject.uscc):
            return Outcome(envelope.REJECTED, WITHDRAWAL_UNKNOWN)
        item.place = replace(place, is_off=True, off_since=self.work.today, off_because=withdrawal.reason)
        return Outcome(envelope.ACCEPTED)

    def place_of(self, listing: str) -> ListPlace | None:
        """The newest place that a listing of this platform stated, in this batch or before."""
        if listing in self._places:
            return self._places[listing]
        before = row_batches.received(self.work.session, self.peer.id, [listing]).get(listing, [])
        for one in reversed([one for one in before if one.outcome == envelope.ACCEPTED]):
            item = self.work.session.get_one(InboxItem, one.item)
            if not item.envelope:
                return None  # erased
            stored = json.loads(open_text(self.work, item.envelope))
            content = self._content_of(stored["format"], stored["cells"])
            if isinstance(content, ListPlace):
                return content
        return None

    def place_duplicates(self, judged: Sequence[JudgedRow]) -> None:
        """Add to rows of lists that came before the place that they state: the whole list names them again."""
        for item in judged:
            if item.outcome.outcome == envelope.DUPLICATE and item.row.message:
                content = self._content_of(item.row.format, item.row.cells)
                if isinstance(content, ListPlace) and item.row.message.operation != "D":
                    item.place = content

    def _content_of(self, code: str, cells: Mapping[str, str]) -> Content | None:
        message, fmt = row_batch.parse_row(code, cells).message, known.LAYOUTS.get(code)
        return fmt.read(message.row, self.context).content if fmt and message else None


def _has_accepted(rows: Sequence[ReceivedRow]) -> bool:
    return any(row.outcome == envelope.ACCEPTED for row in rows)


def _rejected(faults: Sequence[Fault]) -> Outcome:
    return Outcome(envelope.REJECTED, faults[0].code if faults else envelope.SCHEMA, tuple(faults))


def _compare(message: RowMessage, known_rows: Sequence[ReceivedRow]) -> Outcome | None:
    """The outcome that follows from what came before of this record; None for a version to be read."""
    same = [one for one in known_rows if one.revision == message.revision]
    if any(one.hash == message.hash and one.outcome == envelope.ACCEPTED for one in same):
        return _DUPLICATE
    accepted = [one for one in known_rows if one.outcome == envelope.ACCEPTED]
    if any(one.revision == message.revision for one in accepted):
        return Outcome(envelope.CONFLICT, envelope.REVISION_EQUIVOCATION)
    newest = max((one.revision for one in accepted), default=0)
    if message.revision < newest:
        return Outcome(envelope.STALE)
    return Outcome(envelope.REJECTED, envelope.REVISION_LEAP) if _is_leap(message.revision, newest) else None


def _is_leap(stated: int, newest: int) -> bool:
    return newest > 0 and stated > newest + envelope.REVISIONS_AHEAD_MAX


def _guard_full(work: UnitOfWork, peer: Peer, batch: IncomingBatch) -> list[str]:
    """The records that stood and are not in a full batch. Refuses ``RemovalShare`` when that is too much, or all."""
    standing = row_batches.standing(work.session, peer.id)
    formats = {row.format for row in batch.rows} or set(peer.formats_in)
    stood = {record for record, code in standing.items() if code in formats}
    gone = sorted(stood - {row.record for row in batch.rows})
    percent_max = work.settings.removal_share_percent_max
    is_emptied = bool(stood) and len(gone) == len(stood)
    is_too_much = is_emptied or revision.is_mass_removal(len(gone), len(stood), percent_max)
    if is_too_much and not peers.use_release(work, peer, gone):
        raise RemovalShare(owner=peer.code, removed=len(gone), records=gone)
    return gone


def _note_left(work: UnitOfWork, peer: Peer, gone: Sequence[str]) -> None:
    """Note of records that a full batch has no more that they do not stand."""
    measure_reports.retract(work, peer, gone)
    for rows in row_batches.received(work.session, peer.id, gone).values():
        item = work.session.get_one(InboxItem, [one for one in rows if one.outcome == envelope.ACCEPTED][-1].item)
        item.detail = f"{(item.detail or '').split()[0]} D"
    work.session.flush()


def _file(judge: "_Judge", judged: Sequence[JudgedRow], *, is_full: bool = False) -> None:
    """File what was judged sound: penalties by the same act as a clerk's, places as one list file, reports beside their
    records. ``is_full``: places and reports are the whole, with those that came before."""
    filed = [item for item in judged if item.filing is not None]
    submissions = [penalty_filing.Submission(item.filing) for item in filed if item.filing]
    outcomes = penalty_filing.file(judge.work, submissions) if submissions else []
    for item, outcome in zip(filed, outcomes, strict=True):
        if isinstance(outcome, AlreadyFiled) and outcome.data.get("is_unchanged"):
            item.outcome = _DUPLICATE
        elif isinstance(outcome, Refusal):
            item.outcome = Outcome(envelope.REJECTED, outcome.code, tuple(outcome.faults))
    measure_reports.store(judge.work, judge.peer, [item.report for item in judged if item.report is not None])
    if is_full:
        judge.place_duplicates(judged)
        again = [item.row.message for item in judged if item.outcome.outcome == envelope.DUPLICATE and item.row.message]
        measure_reports.reinstate(judge.work, judge.peer, again)
    places = [item.place for item in judged if item.place is not None]
    if places:
        stated = list_adoption.ListFileFacts(judge.peer.intake_list, is_full=is_full)
        name = f"{judge.peer.code}.csv"
        list_adoption.store_adoption(judge.work, list_files.write_list(places), name, stated)


def _identity(batch: IncomingBatch) -> str:
    """What makes a batch the same: its number, its rows, and whether it is the whole."""
    stated = f"{batch.sequence} {batch.digest} {batch.is_full}"
    return hashlib.sha256(stated.encode()).hexdigest()


def _detail(item: JudgedRow) -> str | None:
    """Of what was taken in its format and operation, else the places and codes of its faults."""
    message = item.row.message
    if item.outcome.outcome == envelope.ACCEPTED and message:
        return f"{message.format} {'D' if item.place and item.place.is_off else message.operation}"
    return format_faults(item.outcome.faults)


def _store(
    work: UnitOfWork, peer: Peer, batch: IncomingBatch, judged: Sequence[JudgedRow], receipt: RowReceipt
) -> None:
    text = canonical.dumps(msgspec.to_builtins(receipt))
    stored = InboxBatch(
        peer_id=peer.id,
        digest=_identity(batch),
        raw=work.keys.vault.seal(b""),  # the rows themselves are with the items
        received_at=work.now,
        receipt=text.decode(),
    )
    work.session.add(stored)
    work.session.flush()
    rows = []
    for position, item in enumerate(judged):
        waits = item.outcome.outcome in envelope.QUARANTINED
        message = item.row.message
        kept = canonical.dumps({"format": item.row.format, "cells": dict(item.row.cells)})
        rows.append(
            {
                "batch_id": stored.id,
                "position": position,
                "record": item.row.record or None,
                "revision": item.row.revision or None,
                "envelope": seal_text(work, kept),
                "state": "quarantined" if waits else "settled",
                "outcome": item.outcome.outcome,
                "code": item.outcome.code,
                "detail": _detail(item),
                "row_hash": message.hash if message else None,
            }
        )
    if rows:
        work.session.execute(insert(InboxItem), rows)
    conflicts = [item.row.record for item in judged if item.outcome.outcome == envelope.CONFLICT]
    audit.note(work, "exchange.equivocation", conflicts, peer.code)
    audit.note(work, "exchange.receive", f"batch {batch.sequence}", peer.code)
