"""Take back from peers what this node published and lost, as after a restore from a backup."""

import logging
from collections.abc import Sequence
from typing import Any

from registry.domain.exchange import envelope
from registry.domain.exchange.envelope import Envelope
from registry.domain.publication import canonical
from registry.domain.publication.erasure import ACT
from registry.domain.publication.publication import content_hash
from registry.keys.signing import verify
from registry.models import Peer
from registry.queries.exchange import peer_messages
from registry.queries.law import reference_data
from registry.services.cases import erasure
from registry.services.exchange.received import lock_peers
from registry.services.node import audit
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


def take_back(work: UnitOfWork, peer: Peer, values: Sequence[Any]) -> list[str]:
    """Publish again the versions of own records that a peer has kept; returns their records.

    Only what this node's exchange key signed and what is newer than what stands here: while nothing was lost, nobody
    has a newer version of an own record than its owner. The rows of the procedure behind it are not at the peer; that
    the version came back stands in the version itself, signed by the signing key, and in the audit trail.
    """
    lock_peers(work)
    reference = reference_data.current(work.session)
    months = max((policy.max_months for policy in reference.policies), default=None)
    parsed = [envelope.parse(value, reference.names("sectors"), reference.list_measures, months) for value in values]
    own = [kept for kept in parsed if isinstance(kept, Envelope) and _is_own(work, kept)]
    known = peer_messages.known_records(work.session, sorted({kept.record for kept in own}))
    newer = {
        kept.record: kept
        for kept in sorted(own, key=lambda kept: kept.revision)
        if kept.record not in known or kept.revision > max(known[kept.record].hashes)
    }
    entries = publish(work, [_build_version(work, kept) for kept in newer.values()])
    for entry, kept in zip(entries, newer.values(), strict=True):
        if kept.body["act"] == ACT:
            erasure.erase_again(work, kept.record, entry)
    audit.note(work, "exchange.recovered", newer, peer.code)
    if newer:
        log.error("%d own records were lost here and came back from %s", len(newer), peer.code)
    return sorted(newer)


def _is_own(work: UnitOfWork, kept: Envelope) -> bool:
    signer = work.keys.exchange
    data = envelope.signed_bytes(kept.record, kept.owner, kept.revision, kept.hash)
    return (
        kept.owner == work.settings.node
        and kept.hash == content_hash(kept.body, kept.previous)
        and kept.kid == signer.key_id
        and verify(signer.public, bytes.fromhex(kept.signature), data)
    )


def _build_version(work: UnitOfWork, kept: Envelope) -> Version:
    signer = work.keys.signer
    data = envelope.signed_bytes(kept.record, kept.owner, kept.revision, kept.hash)
    signature = canonical.dumps({"kid": signer.key_id, "value": signer.sign(data).hex()}).decode()
    return Version(kept.body, kept.owner, signature=signature, previous=kept.previous)
