"""Make the data files of all records shown: every night, on demand, and once a record was erased that they have."""

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.queries.publication import log_identity, publications, snapshot_records, snapshot_store
from registry.queries.publication.snapshot_store import Snapshot
from registry.services.publication import row_state, snapshots
from registry.unit_of_work import day_of


def make_snapshot() -> Snapshot:
    """Seal the ledger and make the snapshot of now; finds the one that is made already."""
    runtime.perform(SYSTEM, row_state.seal)
    exporter = runtime.perform(SYSTEM, snapshots.exporter)
    with runtime.reading(one_state=True) as session:
        return exporter.export(session, publications.moment(session, day_of(runtime.clock())))


def replace_erased() -> None:
    """Make a new snapshot when a record was erased that the newest files may have; until then they are not given."""
    chosen = runtime.settings()
    with runtime.reading() as session:
        newest = snapshot_store.newest(chosen.home, log_identity.epoch(session))
        is_stale = newest is not None and snapshot_records.has_erased_since(session, newest.name.entry)
    if is_stale:
        make_snapshot()
