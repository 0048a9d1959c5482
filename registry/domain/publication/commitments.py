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
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


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
    # HMAC-SHA-256 (RFC 2104) spelled out, and no call to another function: this runs forty times for each record.
    inner, outer = salt.ljust(64, b"\0").translate(_INNER), salt.ljust(64, b"\0").translate(_OUTER)
    sha256, leaves = hashlib.sha256, []
    for name in sorted(fields):
        encoded, name_hash = _encode_name(name)
        field_salt = sha256(outer + sha256(inner + encoded).digest()).digest()
        leaves.append(sha256(b"\0" + name_hash + sha256(_FIELD + field_salt + fields[name]).digest()).digest())
    return leaves


def _leaf_hash(name: str, data: bytes, field_salt: bytes) -> bytes:
    committed = hashlib.sha256(_FIELD + field_salt + data).digest()
    return merkle.leaf_hash(_encode_name(name)[1] + committed)


@lru_cache(maxsize=256)  # every record has the same few fields
def _encode_name(name: str) -> tuple[bytes, bytes]:
    encoded = name.encode()
    return encoded, hashlib.sha256(encoded).digest()


def _field_salt(salt: bytes, name: str) -> bytes:
    return hmac.digest(salt, name.encode(), "sha256")
