"""Load the keyring of this node: its signing keys from the first to the current one."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from registry.domain.publication.keyring import Key, Keyring, build, write_instant
from registry.keys.signing import Signer
from registry.models import SecondKey, SigningKey
from registry.queries.publication import witness_list
from registry.refusals.acts import KeysForeign

_KEYS = select(SigningKey.__table__).order_by(SigningKey.number)


def rows(session: Session) -> list[SigningKey]:
    """The stored signing keys, oldest first; none before the first rotation."""
    return list(session.scalars(select(SigningKey).order_by(SigningKey.number)))


def second_rows(session: Session) -> list[SecondKey]:
    """The SM2 keys that sign or signed beside the signing key, oldest first."""
    return list(session.scalars(select(SecondKey).order_by(SecondKey.number)))


def ring(session: Session, node: str, signer: Signer) -> Keyring:
    """The keyring of this node; before the first rotation the key of ``signer`` alone."""
    key_rows = session.connection().execute(_KEYS)
    return Keyring(node, tuple(_build_key(row) for row in key_rows) or (Key(signer.public),))


def ring_with_policy(session: Session, node: str, signer: Signer) -> Keyring:
    """The keyring of this node with the witnesses of its checkpoints and the keys that sign beside."""
    second = tuple(bytes.fromhex(row.public) for row in second_rows(session))
    return replace(ring(session, node, signer), policy=witness_list.policy(session), second=second)


def document(session: Session, node: str, signer: Signer) -> bytes:
    """The public key document of this node, signed by the newest key.

    Refuses ``KeysForeign`` when the newest key is not that of ``signer``.
    """
    keyring = ring_with_policy(session, node, signer)
    if keyring.newest.public != signer.public:
        raise KeysForeign()
    return build(keyring, signer.sign)


def _build_key(row: Row[Any]) -> Key:
    return Key(
        bytes.fromhex(row.public),
        write_instant(row.since) if row.since else None,
        row.endorsed,
        write_instant(row.revoked_at) if row.revoked_at else None,
        row.revoked_because,
    )
