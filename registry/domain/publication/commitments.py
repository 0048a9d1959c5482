"""Salted commitments: a ledger leaf that proves a record, tells nothing of it, and survives its erasure.

Every field is committed under its own salt, so that one field can be shown without the others. Once the
record's salt is deleted, no field can be confirmed by guessing, however few values it may take.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from registry.domain.publication import canonical, merkle

SALT_BYTES = 32
_FIELD = b"\x02"  # 0x00 and 0x01 are the Merkle leaves and nodes


@dataclass(frozen=True)
class Disclosure:
    """One field shown alone: everything a stranger needs who holds the root of the record."""

    name: str
    value: object
    salt: bytes
    index: int
    size: int
    proof: tuple[bytes, ...]


def commit(body: Mapping[str, object], salt: bytes) -> bytes:
    """Root (32 bytes) over the salted commitments of the fields, in the order of their names.

    ``salt`` is 32 random bytes of this record version alone. Refuses values without canonical form.
    """
    return merkle.root(_leaves(body, salt))


def disclose(body: Mapping[str, object], salt: bytes, name: str) -> Disclosure:
    """Show the field ``name``; its salt gives away neither the record's salt nor another field's."""
    index = sorted(body).index(name)
    proof = merkle.inclusion_proof(index, len(body), merkle.nodes_of(_leaves(body, salt)))
    return Disclosure(name, body[name], _field_salt(salt, name), index, len(body), tuple(proof))


def verify_field(root: bytes, shown: Disclosure) -> bool:
    """Whether the record behind ``root`` held this value in this field."""
    leaf = _leaf(shown.name, shown.value, shown.salt)
    return merkle.verify_inclusion(leaf, shown.index, shown.size, shown.proof, root)


def _leaves(body: Mapping[str, object], salt: bytes) -> list[bytes]:
    if len(salt) != SALT_BYTES:
        raise ValueError("a record's salt has 32 bytes")
    return [_leaf(name, body[name], _field_salt(salt, name)) for name in sorted(body)]


def _leaf(name: str, value: object, field_salt: bytes) -> bytes:
    committed = hashlib.sha256(_FIELD + field_salt + canonical.dumps(value)).digest()
    return merkle.leaf_hash(_name_hash(name) + committed)


@lru_cache(maxsize=256)  # every record has the same few fields
def _name_hash(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _field_salt(salt: bytes, name: str) -> bytes:
    return hmac.digest(salt, name.encode(), "sha256")
