"""Derive from a published body its search columns, content hash, commitment and ledger leaf."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.naming import name_key
from registry.domain.publication import canonical, commitments, merkle

ROW_STATE = "0" * 32
"""The record of ledger entries that commit to the chain of row commitments; its revision is the number in the chain."""


def content_hash(body: Mapping[str, Any], previous: str | None) -> str:
    """Content hash of a version: SHA-256 (hex) over the body and the hash of the version before it."""
    return hash_of(canonical.dumps(body), previous)


def hash_of(body: bytes, previous: str | None) -> str:
    """Content hash over a body already in canonical bytes, which publishing has at hand."""
    whole = b'{"body":' + body + b',"previous":' + canonical.dumps(previous) + b"}"
    return hashlib.sha256(whole).hexdigest()


def projection(body: Mapping[str, Any]) -> dict[str, Any]:
    """The searchable columns of a publication, derived from its body alone."""
    return {
        "record": body["record"],
        "revision": body["revision"],
        "kind": body["kind"],
        "act": body["act"],
        "state": body["state"],
        "audience": body["audience"],
        "authority_code": body["authority"]["code"] or "",
        "district": body["district"],
        "behaviour": body["behaviour"],
        "name": body["subject"]["name"],
        "name_key": name_key.key(body["subject"]["name"]),
        "uscc": body["subject"]["uscc"],
        "visible_from": dt.date.fromisoformat(body["visible_from"]),
        "visible_until": dt.date.fromisoformat(body["visible_until"]),
    }


def list_state(body: Mapping[str, Any]) -> tuple[str, dt.date] | None:
    """The adopted list and the day of its state that a body tells of; None of other kinds of record."""
    if body["kind"] != "adopted_listing":
        return None
    return body["scheme"]["code"], dt.date.fromisoformat(body["as_of"])


def whole_list_state(body: Mapping[str, Any]) -> tuple[str, str, dt.date] | None:
    """List, source and day of a body that tells of which day the whole of an adopted list is known; None of others."""
    if body["kind"] != "list_state":
        return None
    return body["scheme"]["code"], body["list_source"], dt.date.fromisoformat(body["as_of"])


def commitment(body: Mapping[str, Any], previous: str | None, salt: bytes) -> str:
    """The salted commitment (hex) of one version, as stored in the ledger."""
    return commitments.commit({**body, "previous": previous}, salt).hex()


def commitment_of(fields: Mapping[str, bytes], previous: str | None, salt: bytes) -> str:
    """``commitment`` over a body whose fields are in canonical bytes already, which publishing has at hand."""
    return commitments.commit_fields({**fields, "previous": canonical.dumps(previous)}, salt).hex()


@dataclass(frozen=True)
class Leaf:
    """Content of one ledger entry: ``record`` got ``revision`` by ``act``; ``commitment`` is hex."""

    record: str
    revision: int
    act: str
    commitment: str


def leaf_hash(number: int, leaf: Leaf, day: dt.date) -> bytes:
    """RFC 9162 leaf hash of entry ``number``, over canonical JSON of its content."""
    return merkle.leaf_hash(
        canonical.dumps(
            {
                "entry": number,
                "record": leaf.record,
                "revision": leaf.revision,
                "act": leaf.act,
                "day": day.isoformat(),
                "commitment": leaf.commitment,
            }
        )
    )
