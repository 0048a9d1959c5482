"""Fetch from peers the signed statements about members; each is verified here, whoever passes it on."""

from dataclasses import dataclass
from functools import partial

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical
from registry.errors import Refusal
from registry.queries.exchange import peer_messages
from registry.refusals.content import NotCanonical
from registry.services.exchange import members
from sync import backlog, peer_links
from sync.client import NotDelivered


@dataclass
class FetchResult:
    """Statements that were new, and those that were not taken; ``failed`` names what ended the call."""

    loaded: int = 0
    refused: int = 0
    failed: str | None = None


def fetch(code: str, connect: peer_links.Connect = peer_links.connect) -> FetchResult:
    """Fetch the statements of a peer and load those that two administrators signed."""
    with runtime.reading() as session:
        transport = connect(peer_messages.peer(session, code))
    result = FetchResult()
    try:
        documents = _parse_documents(transport.members())
    except NotDelivered as failure:
        return FetchResult(failed=type(failure.event).__name__)
    for raw in documents:
        try:
            result.loaded += runtime.perform(SYSTEM, partial(members.load, raw=raw, received_from=code))
        except Refusal as refusal:
            result.refused += 1
            runtime.perform(SYSTEM, partial(members.note_refused, peer=code, code=refusal.code))
    return result


def fetch_all(connect: peer_links.Connect = peer_links.connect, lane: str | None = None) -> dict[str, FetchResult]:
    """Fetch from every peer that has an address."""
    return peer_links.each(
        peer_links.reachable(), lambda code: fetch(code, connect), lambda error: FetchResult(failed=error), lane
    )


def _parse_documents(answer: bytes) -> list[bytes]:
    try:
        value = canonical.loads(answer)
    except NotCanonical:
        raise NotDelivered(backlog.Failed()) from None
    documents = value.get("statements") if isinstance(value, dict) else None
    if not isinstance(documents, list):
        raise NotDelivered(backlog.Failed())
    return [canonical.dumps(document) for document in documents]
