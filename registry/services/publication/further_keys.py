"""Maintain the further keys of publications, and renew stored name keys when the rules of keying have changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, or_, select, update

from registry.domain import identifiers
from registry.domain.checks import further_keys
from registry.domain.checks.model import KEYS_MATCHER
from registry.domain.naming import name_key
from registry.keys.signing import Keys
from registry.models import Counter, FurtherKey, Publication, RelationEnd
from registry.services.publication import ledger, name_index
from registry.unit_of_work import UnitOfWork

CHUNK = 5_000
PROGRESS = f"keys {KEYS_MATCHER}"
"""The counter of the last entry whose keys are those of the present rules."""
Perform = Callable[[Callable[[UnitOfWork], Any]], Any]
"""Runs one act in one transaction of its own."""


@dataclass(frozen=True)
class KeySource:
    """What the further keys of a version are made of; ``other_codes`` None keeps those of the version before."""

    entry: int
    record: str
    revision: int
    kind: str
    uscc: str | None
    id_sealed: bytes | None
    other_codes: Mapping[str, str] | None = None


def document_index(keys: Keys, number: str) -> str:
    """The keyed hash of what the forms of one person's document share."""
    return keys.vault.index("document core", identifiers.document_core(number)).hex()


def add(work: UnitOfWork, sources: Sequence[KeySource]) -> None:
    """Add the further keys of versions, in the transaction that publishes them."""
    later = [source.record for source in sources if source.revision > 1 and source.other_codes is None]
    carried = _find_carried(work, later) if later else {}
    rows = [
        {"from_entry": source.entry, "key": key}
        for source in sources
        for key in dict.fromkeys((*_keys_of(work.keys, source), *carried.get(source.record, ())))
    ]
    if rows:
        work.session.connection().execute(insert(FurtherKey), rows)


def _keys_of(keys: Keys, source: KeySource) -> Iterable[str]:
    yield from further_keys.of_subject(source.uscc, source.other_codes or {})
    if source.id_sealed is not None and source.kind != "relation":
        number = keys.vault.open(source.id_sealed).decode()
        yield further_keys.key(further_keys.DOCUMENT, document_index(keys, number))


def _find_carried(work: UnitOfWork, records: Sequence[str]) -> dict[str, list[str]]:
    """Keys that came from what was filed, of the newest earlier version of each record."""
    is_carried = or_(*(FurtherKey.key.startswith(f"{kind}:") for kind in further_keys.CARRIED))
    statement = (
        select(Publication.record, FurtherKey.key)
        .join(FurtherKey, FurtherKey.from_entry == Publication.from_entry)
        .where(Publication.record.in_(records), is_carried)
    )
    carried: dict[str, list[str]] = {}
    for record, key in work.session.execute(statement).tuples():
        carried.setdefault(record, []).append(key)
    return carried


def renew(perform: Perform) -> int:
    """Renew the keys of what was published under former rules, chunk by chunk, each in a transaction of its own.

    Old and new keys find the same records meanwhile; the key of former rules is kept beside, so that old receipts are
    replayed. Returns how many names got another key. After an end half-way the next call goes on.
    """
    total = 0
    while (renewed := perform(_renew_chunk)) is not None:
        total += renewed
    if total:
        perform(name_index.rebuild)
    return total


def _renew_chunk(work: UnitOfWork) -> int | None:
    progress = work.session.get(Counter, PROGRESS, with_for_update=True)
    if progress is None:
        progress = Counter(name=PROGRESS, value=0)
        work.session.add(progress)
        work.session.flush()
    statement = select(Publication).where(Publication.from_entry > progress.value).order_by(Publication.from_entry)
    rows = work.session.scalars(statement.limit(CHUNK)).all()
    if not rows:
        return None
    ledger.take(work, "ledger", 0)
    entries = [row.from_entry for row in rows]
    keyed = set(work.session.scalars(select(FurtherKey.from_entry).where(FurtherKey.from_entry.in_(entries))))
    missing = [
        KeySource(row.from_entry, row.record, row.revision, row.kind, row.uscc, row.id_sealed)
        for row in rows
        if row.from_entry not in keyed
    ]
    add(work, missing)
    changed = [(row, key) for row in rows if (key := name_key.key(row.name)) != row.name_key]
    for row, key in changed:
        _rename(work, row, key)
    progress.value = rows[-1].from_entry
    work.session.flush()
    return len(changed)


def _rename(work: UnitOfWork, row: Publication, key: str) -> None:
    """Give a version and its end in relations the key of the present rules."""
    former = row.name_key
    work.session.execute(
        insert(FurtherKey).values(from_entry=row.from_entry, key=further_keys.key(further_keys.NAME, former))
    )
    ends = (RelationEnd.from_entry == row.from_entry, RelationEnd.by == "name", RelationEnd.key == former)
    work.session.execute(update(RelationEnd).where(*ends).values(key=key))
    row.name_key = key
