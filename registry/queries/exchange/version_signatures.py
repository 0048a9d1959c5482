"""Verify the signature that a stored version carries: its owner's, or this node's own on what came back from a peer."""

import json
from collections.abc import Mapping

from registry.domain.exchange import envelope
from registry.keys.signing import verify
from registry.models import Publication


def is_signed_by_owner(publication: Publication, public_keys: Mapping[str, bytes]) -> bool:
    """Whether the owner's signature verifies; one under a key not known, or no longer trusted, passes unverified."""
    if publication.signature is None:
        return False
    kid = json.loads(publication.signature)["kid"]
    return kid not in public_keys or is_signed_by(publication, public_keys)


def is_signed_by(publication: Publication, public_keys: Mapping[str, bytes]) -> bool:
    """Whether the signature verifies under one of these keys (id → raw public key)."""
    signature = json.loads(publication.signature or "{}")
    public = public_keys.get(signature.get("kid"))
    data = envelope.signed_bytes(publication.record, publication.origin, publication.revision, publication.content_hash)
    return public is not None and verify(public, bytes.fromhex(signature["value"]), data)
