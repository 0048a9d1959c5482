"""Clear the versions of erased records, and everything here that is derived from them or came in with them.

The rows stay, blank and marked with the entry of the erasure, so that every proof stands and the gap is explained.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from registry.domain.cases import relation
from registry.domain.naming import name_key
from registry.domain.publication import canonical, erasure
from registry.domain.publication.publication import projection
from registry.models import (
    FurtherKey,
    InboxBatch,
    InboxItem,
    MeasureReport,
    OutboxMessage,
    Peer,
    Publication,
    Relation,
    RelationEnd,
)
from registry.services.node.sealed_text import open_text
from registry.services.publication import name_index, standing
from registry.unit_of_work import UnitOfWork

_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class _Named:
    """What a row names a record by when it does not name it by its id: the decision, and its subject."""

    decision: str
    subjects: frozenset[str]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "_Named":
        subject = body["subject"]
        return cls(_bare(body["document_number"]), frozenset({_bare(subject["name"]), subject["uscc"] or ""}) - {""})

    def is_in(self, cells: Collection[str]) -> bool:
        return self.decision in cells and not self.subjects.isdisjoint(cells)


def _bare(text: str) -> str:
    """A text without its signs: brackets and spaces are written in many ways."""
    return "".join(character for character in name_key.key(text) if character.isalnum())


def clear_versions(work: UnitOfWork, record: str, entry: int) -> int:
    """Clear the versions of a record before the one that ``entry`` closed it with; returns how many.

    The caller published that version in the same transaction and holds the ledger's lock.
    """
    statement = select(Publication).where(Publication.record == record, Publication.from_entry < entry)
    versions = list(work.session.scalars(statement.where(Publication.erased_by.is_(None))))
    named = {_Named.of(json.loads(version.body)) for version in versions}
    keys = {version.name_key for version in versions}
    for version in versions:
        _clear_version(work, version, entry)
    work.session.flush()
    entries = [version.from_entry for version in versions]
    work.session.execute(delete(FurtherKey).where(FurtherKey.from_entry.in_([*entries, entry])))
    _cancel_messages(work, entries)
    clear_received(work, [record])
    _clear_measure_reports(work, record)
    _clear_rows_naming(work, record, named)
    name_index.replace(work, keys, [erasure.ERASED])
    standing.fold(work, entry)
    return len(versions)


def clear_received(work: UnitOfWork, records: Collection[str]) -> None:
    """Clear what peers sent of these records: the batches that had a version of them, and what is in quarantine."""
    of_records = InboxItem.record.in_(records)
    work.session.execute(update(InboxItem).where(of_records, InboxItem.envelope != "").values(envelope=""))
    batches = select(InboxItem.batch_id).where(of_records)
    work.session.execute(update(InboxBatch).where(InboxBatch.id.in_(batches)).values(raw=b""))


def _clear_measure_reports(work: UnitOfWork, record: str) -> None:
    """Clear what platforms reported of measures because of a record, and the rows in which they did."""
    # A report is known by its platform and key together: two platforms may use one key.
    is_reported = (
        select(MeasureReport.id)
        .join(InboxBatch, InboxBatch.peer_id == MeasureReport.peer_id)
        .where(MeasureReport.record == record, MeasureReport.report == InboxItem.record)
        .where(InboxBatch.id == InboxItem.batch_id)
        .exists()
    )
    work.session.execute(update(InboxItem).where(is_reported, InboxItem.envelope != "").values(envelope=""))
    blank = {"measure": "", "basis": "", "taken_by": "", "taken_by_code": None, "remark": "", "provider": ""}
    work.session.execute(update(MeasureReport).where(MeasureReport.record == record).values(**blank))


def _clear_rows_naming(work: UnitOfWork, record: str, named: Collection[_Named]) -> None:
    """Put away the rows of platforms that were not taken in and name the record, whatever they were refused for: each
    is opened, because nothing else tells whom it is about."""
    statement = (
        select(InboxItem)
        .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
        .join(Peer, Peer.id == InboxBatch.peer_id)
        .where(Peer.transport != "service", InboxItem.state.in_(("quarantined", "dropped")), InboxItem.envelope != "")
        .order_by(InboxItem.id)
    )
    after = 0
    while items := list(work.session.scalars(statement.where(InboxItem.id > after).limit(_ROWS_AT_ONCE))):
        for item in items:
            cells = json.loads(open_text(work, item.envelope))["cells"].values()
            texts = {text for cell in cells for text in (str(cell), _bare(str(cell)))}
            if record in texts or any(one.is_in(texts) for one in named):
                item.state, item.envelope = "dropped", ""
        after = items[-1].id
        work.session.flush()


def _clear_version(work: UnitOfWork, version: Publication, entry: int) -> None:
    blank = erasure.erased_body(json.loads(version.body), work.today)
    version.body = canonical.dumps(blank).decode()
    for column, value in projection(blank).items():
        setattr(version, column, value)
    version.salt, version.id_index, version.id_sealed, version.erased_by = b"", None, None, entry
    if version.kind == Relation.noun:
        work.session.execute(delete(RelationEnd).where(RelationEnd.from_entry == version.from_entry))
        ends = relation.ends(blank, None)
        rows = [{"from_entry": version.from_entry, "side": side, "by": by, "key": key} for side, by, key in ends]
        if rows:
            work.session.execute(insert(RelationEnd), rows)


def _cancel_messages(work: UnitOfWork, entries: Sequence[int]) -> None:
    """What was not sent yet is not sent any more: the closing version is."""
    work.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.entry.in_(entries), OutboxMessage.state == "pending")
        .values(state="cancelled", settled_at=work.now)
        .execution_options(synchronize_session=False)
    )
