"""Salted commitments to records: a ledger leaf that proves a record, reveals nothing, and survives its erasure.

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
    """One field disclosed alone, with the proof against the record's root."""

    name: str
    value: object
    salt: bytes
    index: int
    size: int
    proof: tuple[bytes, ...]


def commit(body: Mapping[str, object], salt: bytes) -> bytes:
    """Commit to a record: root (32 bytes) over the salted commitments of its fields, in the order of their names.

    ``salt`` is 32 random bytes of this record version alone. Refuses values without canonical form.
    """
    return commit_fields(canonical.dumps_fields(body), salt)


def commit_fields(fields: Mapping[str, bytes], salt: bytes) -> bytes:
    """``commit`` to a record whose fields are in canonical bytes already, as publishing has them at hand."""
    return merkle.root(_leaf_hashes(fields, salt))


def disclose(body: Mapping[str, object], salt: bytes, name: str) -> Disclosure:
    """Disclose the field ``name``; its salt reveals neither the record's salt nor another field's."""
    index = sorted(body).index(name)
    leaves = _leaf_hashes(canonical.dumps_fields(body), salt)
    proof = merkle.inclusion_proof(index, len(body), merkle.nodes_of(leaves))
    return Disclosure(name, body[name], _field_salt(salt, name), index, len(body), tuple(proof))


def verify_field(root: bytes, disclosure: Disclosure) -> bool:
    """Verify that the record behind ``root`` has the disclosed value in the disclosed field."""
    leaf = _leaf_hash(disclosure.name, canonical.dumps(disclosure.value), disclosure.salt)
    return merkle.verify_inclusion(leaf, disclosure.index, disclosure.size, disclosure.proof, root)


def _leaf_hashes(fields: Mapping[str, bytes], salt: bytes) -> list[bytes]:
    if len(salt) != SALT_BYTES:
        raise ValueError("a record's salt has 32 bytes")
    return [_leaf_hash(name, fields[name], _field_salt(salt, name)) for name in sorted(fields)]


def _leaf_hash(name: str, data: bytes, field_salt: bytes) -> bytes:
    committed = hashlib.sha256(_FIELD + field_salt + data).digest()
    return merkle.leaf_hash(_name_hash(name) + committed)


@lru_cache(maxsize=256)  # every record has the same few fields
def _name_hash(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _field_salt(salt: bytes, name: str) -> bytes:
    return hmac.digest(salt, name.encode(), "sha256")
