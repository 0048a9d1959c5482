"""The ring of this node's signing keys, from the first to the one that signs now."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from registry.domain.publication.keyring import Key, Keyring, build, write_instant
from registry.models import SigningKey
from registry.refusals.acts import KeysForeign
from registry.signing import Signer

_KEYS = select(SigningKey.__table__).order_by(SigningKey.number)


def rows(session: Session) -> list[SigningKey]:
    """The kept keys, oldest first; none before the first rotation."""
    return list(session.scalars(select(SigningKey).order_by(SigningKey.number)))


def ring(session: Session, node: str, signer: Signer) -> Keyring:
    """The keys of this node; before the first rotation ``signer`` alone."""
    kept = session.connection().execute(_KEYS)
    return Keyring(node, tuple(_key(row) for row in kept) or (Key(signer.public),))


def document(session: Session, node: str, signer: Signer) -> bytes:
    """The public keys for others, signed by the newest; refuses ``KeysForeign`` when that is not the one at hand."""
    held = ring(session, node, signer)
    if held.newest.public != signer.public:
        raise KeysForeign()
    return build(held, signer.sign)


def _key(row: Row[Any]) -> Key:
    return Key(
        bytes.fromhex(row.public),
        write_instant(row.since) if row.since else None,
        row.endorsed,
        write_instant(row.revoked_at) if row.revoked_at else None,
        row.revoked_because,
    )
