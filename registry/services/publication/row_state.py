"""Commit in the ledger to the chain of row commitments before the head is sealed.

The tree then holds the audit trail and every row that an act wrote: whoever keeps a signed head notices when one of
them is changed, even by somebody who has database and keys.
"""

import datetime as dt

from registry.domain.publication.publication import ROW_STATE, Leaf
from registry.models import Checkpoint
from registry.queries.node import row_chain
from registry.queries.publication import ledger_state
from registry.services.publication import ledger
from registry.unit_of_work import UnitOfWork

EVERY = dt.timedelta(hours=1)
"""So long after a checkpoint rows alone, without anything published, are reason for the next."""


def seal(work: UnitOfWork) -> Checkpoint | None:
    """Write the entry that commits to the rows written since the last one, and sign the head; None when nothing is new.

    Refuses ``LedgerBroken`` and ``KeysForeign``.
    """
    if _is_due(work):
        number, digest = row_chain.head(work.session)
        ledger.append(work, [Leaf(ROW_STATE, number, "commit-rows", digest)])
    return ledger.seal(work)


def _is_due(work: UnitOfWork) -> bool:
    """Whether acts wrote rows since the ledger last committed to them. Where nothing was published since the last
    checkpoint, an hour is waited for, so that a quiet ledger does not grow by an entry at every look."""
    last = ledger.own_checkpoint(work)
    if last and ledger_state.head(work.session) == last.size and work.now < last.signed_at + EVERY:
        return False
    return row_chain.newest_act(work.session, ledger_state.committed_rows(work.session))
