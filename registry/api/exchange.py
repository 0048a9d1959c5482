"""Exchange routes between nodes; every request carries the signature of a known peer."""

from flask import Blueprint, Response, request

from registry import runtime
from registry.domain import literals
from registry.domain.exchange import batch, reconciliation
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical
from registry.errors import Fault
from registry.keys.httpsig import ReceivedRequest, verify_for
from registry.queries.exchange import member_statements, peer_messages
from registry.queries.publication import log_identity
from registry.queries.publication.ledger_state import head
from registry.refusals.acts import BatchTooLarge, QueryRefused, RemovalShare
from registry.refusals.content import PeerSignature
from registry.services.exchange import inbox, outbox, peer_heads, peers
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange/v1")


@blueprint.get("/hello")
def hello() -> Response:
    """Code, name, epoch and newest entry of this node."""
    _verify_peer()
    _parse_query({})

    def act(work: UnitOfWork) -> bytes:
        return canonical.dumps(
            {
                "node": work.settings.node,
                "name": work.settings.node_name,
                "epoch": log_identity.epoch(work.session),
                "head": head(work.session),
            }
        )

    return _build_response(runtime.perform(SYSTEM, act))


@blueprint.post("/batches")
def batches() -> Response:
    """Take in a batch; the answer is its signed receipt, the same for the same batch."""
    code, raw = _verify_peer(), request.get_data()

    def act(work: UnitOfWork) -> bytes:
        return inbox.receive(work, peer_messages.peer(work.session, code), raw)

    try:
        return _build_response(runtime.perform(SYSTEM, act))
    except RemovalShare as refusal:
        stopped = refusal
        runtime.perform(SYSTEM, lambda work: peers.pause_for(work, code, stopped))
        raise


@blueprint.get("/changes")
def changes() -> Response:
    """Versions after an entry that the peer should have, as a batch with ``next`` and ``head``."""
    code, most = _verify_peer(), runtime.settings().batch_records_max
    query = _parse_query({"after": 0, "limit": most})
    limit = max(1, min(query["limit"], most))

    def act(work: UnitOfWork) -> bytes:
        return outbox.build_page(work, peer_messages.peer(work.session, code), query["after"], limit)

    return _build_response(runtime.perform(SYSTEM, act))


@blueprint.get("/head")
def get_head() -> Response:
    """The newest checkpoint with the proof that it extends what the peer saw: ``size`` entries of ``origin``."""
    code, query = _verify_peer(), _parse_query({"size": 0}, texts=("origin",))
    origin = request.args.get("origin", "")

    def act(work: UnitOfWork) -> bytes:
        return peer_heads.build_head(work, peer_messages.peer(work.session, code), origin, query["size"])

    return _build_response(runtime.perform(SYSTEM, act))


@blueprint.post("/cosignatures")
def cosignatures() -> Response:
    """Take the peer's cosignature under a checkpoint of this node."""
    code, raw = _verify_peer(), request.get_data()

    def act(work: UnitOfWork) -> None:
        peer_heads.take_cosignature(work, peer_messages.peer(work.session, code), raw)

    runtime.perform(SYSTEM, act)
    return _build_response(canonical.dumps({"stored": True}))


@blueprint.post("/receipts")
def receipts() -> Response:
    """Settle deliveries by the peer's signed receipt of what it pulled."""
    code, raw = _verify_peer(), request.get_data()
    settled = runtime.perform(SYSTEM, lambda work: outbox.settle(work, peer_messages.peer(work.session, code), raw))
    return _build_response(canonical.dumps({"settled": settled}))


@blueprint.get("/members")
def members() -> Response:
    """The signed statements about members and administrators that this node has."""
    _verify_peer()
    _parse_query({})
    with runtime.reading() as session:
        documents = [canonical.loads(signed.raw) for signed in member_statements.statements(session)]
    return _build_response(canonical.dumps({"statements": documents}))


@blueprint.get("/kept")
def kept() -> Response:
    """The newest versions of the asker's own records that this node keeps (``record=a,b``), for an owner that lost
    them. As many as fit into one batch: it asks again for the others."""
    code = _verify_peer()
    _parse_query({}, texts=("record",))
    records = request.args.get("record", "").split(",")
    if len(records) > reconciliation.ASKED_MAX or not all(canonical.is_hex(record, 32) for record in records):
        raise QueryRefused(faults=(Fault("/record", "wrong-value", "参数不正确"),))

    def act(work: UnitOfWork) -> bytes:
        peer = peer_messages.peer(work.session, code)
        return canonical.dumps({"records": outbox.kept_records(work, peer, records)})

    return _build_response(runtime.perform(SYSTEM, act))


@blueprint.get("/digest")
def digest() -> Response:
    """Digest of an owner's records on this node: one per bucket, or the versions of some buckets (``1,5,9``); of one
    sector, where one is named."""
    _verify_peer()
    _parse_query({}, texts=("owner", "bucket", "sector"))
    owner, sector = request.args.get("owner", ""), request.args.get("sector")
    wanted = _parse_buckets(request.args.get("bucket"))
    with runtime.reading() as session:
        size, buckets = head(session), reconciliation.buckets(peer_messages.owned(session, owner, sector=sector))
    answer: dict[str, object] = {"owner": owner, "entry": size}
    if wanted:
        rows = sorted(row for bucket in wanted for row in buckets.get(bucket, ()))
        return _build_response(canonical.dumps({**answer, "records": [list(row) for row in rows]}))
    sheet = {str(bucket): reconciliation.digest(rows) for bucket, rows in buckets.items()}
    return _build_response(canonical.dumps({**answer, "buckets": sheet}))


def _verify_peer() -> str:
    """The code of the peer whose key signed this request, before anything else is done; refuses ``PeerSignature``."""
    if (request.content_length or 0) > batch.BYTES_MAX:
        raise BatchTooLarge()
    with runtime.reading() as session:
        known = {kid: (peer.code, peer.public_key) for kid, peer in peer_messages.by_key_id(session).items()}
    # The address as it came over the wire: a decoded one would not match what was signed.
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path
    url = f"{request.scheme}://{request.host}{target}"
    kid = verify_for(
        runtime.settings().node,
        ReceivedRequest(request.method, url, request.headers, request.get_data()),
        lambda key_id: bytes.fromhex(known[key_id][1]) if key_id in known else None,
        runtime.clock(),
    )
    if kid not in known:
        raise PeerSignature()
    return known[kid][0]


def _parse_buckets(text: str | None) -> set[int]:
    """Parse the bucket numbers of the query; refuses ``QueryRefused``."""
    parts = text.split(",") if text is not None else []
    if len(parts) > reconciliation.ASKED_MAX or not all(map(_is_number, parts)):
        raise QueryRefused(faults=(Fault("/bucket", "wrong-value", "参数不正确"),))
    return set(map(int, parts))


def _parse_query(defaults: dict[str, int], texts: tuple[str, ...] = ()) -> dict[str, int]:
    """Parse the whole numbers of the query string; refuses ``QueryRefused`` what is unknown, doubled or no number."""
    parameters = {name: values for name, values in request.args.lists() if name not in texts}
    wrong = [
        name
        for name, values in parameters.items()
        if name not in defaults or len(values) != 1 or not _is_number(values[0])
    ]
    if wrong:
        raise QueryRefused(faults=tuple(Fault(f"/{name}", "wrong-value", "参数不正确") for name in wrong))
    return {**defaults, **{name: int(values[0]) for name, values in parameters.items()}}


def _is_number(text: str) -> bool:
    return literals.row_number(text) is not None


def _build_response(body: bytes) -> Response:
    return Response(body, content_type="application/json", headers={"Cache-Control": "no-store"})
