"""What every intake from a peer shares: the lock of the peers, and the sealing of what was not judged yet."""

import base64
from collections.abc import Sequence

from sqlalchemy import select

from registry.errors import Fault
from registry.models import Peer
from registry.unit_of_work import UnitOfWork

_SEALED = "A"
"""How the text of a seal begins, whose first byte is 1; no JSON does."""


def lock_peers(work: UnitOfWork) -> None:
    """Lock the peers, for one intake at a time: two at once could leave a record with two newest versions.

    ``key_share``: who publishes meanwhile refers to these rows in its messages, and must not wait for us while
    we wait for its ledger lock.
    """
    work.session.execute(select(Peer.id).order_by(Peer.id).with_for_update(key_share=True)).all()


def seal_text(work: UnitOfWork, text: bytes) -> str:
    """Seal what a peer sent: nothing in it was judged to be free of personal numbers."""
    return base64.b64encode(work.keys.vault.seal(text)).decode()


def open_text(work: UnitOfWork, stored: str) -> bytes:
    """Open what was sealed; JSON as it was stored before never begins like a seal."""
    return work.keys.vault.open(base64.b64decode(stored)) if stored.startswith(_SEALED) else stored.encode()


def format_faults(faults: Sequence[Fault]) -> str | None:
    """The places and codes of faults, as an item keeps them: never a value."""
    return "; ".join(f"{fault.pointer} {fault.code}" for fault in faults[:20]) or None
