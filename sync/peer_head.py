"""Verify a peer's head before anything is pulled from it, and give back this node's cosignature."""

import logging

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import PeerHead
from registry.queries.exchange import peer_messages
from registry.services.exchange import peer_heads
from sync.backlog import Refused
from sync.client import NotDelivered, Transport

log = logging.getLogger(__name__)


def verify_head(code: str, transport: Transport) -> str | None:
    """Why nothing may be taken from a peer, None when its newest checkpoint extends what was seen.

    A peer of a release before has no such route; one that had it once has it for good. Raises ``NotDelivered``.
    """
    with runtime.reading() as session:
        seen = session.get(PeerHead, peer_messages.peer(session, code).id)
    asked_from = (seen.origin, seen.size) if seen else peer_heads.NOTHING_SEEN
    try:
        raw = transport.head(*asked_from)
    except NotDelivered as failure:
        if isinstance(failure.event, Refused) and failure.event.status == 404 and seen is None:
            return None
        raise
    verdict = runtime.perform(
        SYSTEM, lambda work: peer_heads.take_head(work, peer_messages.peer(work.session, code), raw, asked_from)
    )
    if verdict.failed == peer_heads.OVERTAKEN:
        log.info("peer %s: another worker has seen a newer head", code)
    elif verdict.failed:
        log.error("peer %s: %s", code, verdict.failed)
    elif verdict.cosignature:
        _send(code, transport, verdict.cosignature)
    return verdict.failed


def _send(code: str, transport: Transport, cosignature: bytes) -> None:
    """Its loss costs the peer one cosignature, so nothing else waits for it; it is sent again with the next head."""
    try:
        transport.send_cosignature(cosignature)
    except NotDelivered as failure:
        log.warning("peer %s took no cosignature: %s", code, type(failure.event).__name__)
