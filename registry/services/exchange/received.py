"""What every intake from a peer shares: the lock of the peers, and how faults are kept."""

from collections.abc import Sequence

from sqlalchemy import select

from registry.errors import Fault
from registry.models import Peer
from registry.unit_of_work import UnitOfWork


def lock_peers(work: UnitOfWork) -> None:
    """Lock the peers, for one intake at a time: two at once could leave a record with two newest versions.

    ``key_share``: who publishes meanwhile refers to these rows in its messages, and must not wait for us while
    we wait for its ledger lock.
    """
    work.session.execute(select(Peer.id).order_by(Peer.id).with_for_update(key_share=True)).all()


def format_faults(faults: Sequence[Fault]) -> str | None:
    """The places and codes of faults, as an item keeps them: never a value."""
    return "; ".join(f"{fault.pointer} {fault.code}" for fault in faults[:20]) or None
