"""Public routes of the ledger: checkpoint, proofs, public keys, and verification of receipts."""

from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from registry import runtime
from registry.api.auth import public
from registry.api.schemas.base import StrictSchema, Whole, short
from registry.api.wire import BYTES, Blueprint
from registry.domain.publication import tiles
from registry.queries.checks import receipt_proof
from registry.queries.publication import known_keys, ledger_state, log_identity, witness_list
from registry.refusals.acts import EpochOver, NotSealed
from registry.refusals.content import TileUnknown

KEPT_FOR_EVER = "public, max-age=31536000, immutable"
KEPT_FOR_AN_HOUR = "public, max-age=3600"
blueprint = Blueprint("ledger", __name__, url_prefix="/api/v1", description="登记簿的检查点与证明")


class InclusionQuery(StrictSchema):
    """The entry to prove, and the size of the tree that it is proved in."""

    entry = Whole(required=True, validate=validate.Range(min=1))
    size = Whole(required=True, validate=validate.Range(min=1))


class ConsistencyQuery(StrictSchema):
    """The sizes of the earlier and of the later tree."""

    old = Whole(required=True, data_key="from", validate=validate.Range(min=1))
    new = Whole(required=True, data_key="to", validate=validate.Range(min=1))


class TileQuery(StrictSchema):
    """The epoch that the tile is of."""

    epoch = short(load_default=None)


class CoverQuery(StrictSchema):
    """The size of the earlier ledger."""

    entry = Whole(required=True, validate=validate.Range(min=0))


class CoverAnswer(StrictSchema):
    """A checkpoint and the consistency proof to it, as `registry verify --cover` takes them."""

    checkpoint = fields.String()
    path = fields.List(fields.String())


class ProofAnswer(StrictSchema):
    """Node hashes in hex, from the leaf upwards (RFC 9162)."""

    path = fields.List(fields.String())


class ReceiptAnswer(StrictSchema):
    """The statement of a genuine receipt and what it proves."""

    statement = fields.Dict()
    explanation = fields.List(fields.String())
    witnesses = fields.Dict()


@blueprint.route("/ledger/checkpoint")
@public
@blueprint.response(200, {"type": "string"}, content_type="text/plain; charset=utf-8")
def checkpoint() -> Response:
    """The newest signed head of the ledger, a C2SP checkpoint in plain text, with the cosignatures of witnesses."""
    with runtime.reading() as session:
        newest = ledger_state.last_checkpoint(session)
        if newest is None:
            raise NotSealed()
        note = witness_list.cosigned_note(session, newest)
    response = Response(note, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.route("/ledger/tile/<path:tile>")
@public
@blueprint.arguments(TileQuery, location="query")
@blueprint.response(200, BYTES, content_type="application/octet-stream")
def get_tile(query: dict[str, Any], tile: str) -> Response:
    """A tile of the tree (C2SP tlog-tiles): `LEVEL/INDEX`, of a partial one with `.p/WIDTH`; 32 bytes a hash.

    It may be kept for ever. With `epoch`, that of the checkpoint's origin, also across a restore.
    """
    wanted = tiles.parse_path(tile)
    if wanted is None:
        raise TileUnknown()
    with runtime.reading() as session:
        epoch = log_identity.epoch(session)
        if query["epoch"] not in (None, epoch):
            raise EpochOver(epoch=epoch)
        data = ledger_state.tile(session, wanted)
    response = Response(data, content_type="application/octet-stream")
    response.headers["Cache-Control"] = KEPT_FOR_EVER if wanted.is_full else KEPT_FOR_AN_HOUR
    return response


@blueprint.route("/ledger/proofs/inclusion")
@public
@blueprint.arguments(InclusionQuery, location="query")
@blueprint.response(200, ProofAnswer)
def inclusion(query: dict[str, Any]) -> dict[str, Any]:
    """Inclusion proof: an entry is in the tree of a size."""
    with runtime.reading() as session:
        return {"path": [node.hex() for node in ledger_state.inclusion(session, query["entry"], query["size"])]}


@blueprint.route("/ledger/proofs/consistency")
@public
@blueprint.arguments(ConsistencyQuery, location="query")
@blueprint.response(200, ProofAnswer)
def consistency(query: dict[str, Any]) -> dict[str, Any]:
    """Consistency proof: a smaller tree is the beginning of a larger one."""
    with runtime.reading() as session:
        return {"path": [node.hex() for node in ledger_state.consistency(session, query["old"], query["new"])]}


@blueprint.route("/ledger/proofs/cover")
@public
@blueprint.arguments(CoverQuery, location="query")
@blueprint.response(200, CoverAnswer)
def cover(query: dict[str, Any]) -> dict[str, Any]:
    """The newest checkpoint of a key not revoked, with the consistency proof from an earlier size.

    Of those the newest that enough witnesses cosigned, where there is one.
    """
    keys = runtime.keys()
    with runtime.reading() as session:
        ring = known_keys.ring_with_policy(session, runtime.settings().node, keys.signer)
        note, path = ledger_state.cover(session, query["entry"], ring)
    return {"checkpoint": note, "path": [node.hex() for node in path]}


@blueprint.route("/ledger/keys")
@public
@blueprint.response(200, {"type": "object"})
def keys() -> Response:
    """The public keys that verify receipts and checkpoints of this node, signed by the newest of them.

    Take the bytes as they are: they are canonical, and any other form is refused.
    """
    with runtime.reading() as session:
        document = known_keys.document(session, runtime.settings().node, runtime.keys().signer)
    response = Response(document, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.route("/receipts/verification", methods=["POST"])
@public
@blueprint.response(200, ReceiptAnswer)
def verification() -> dict[str, Any]:
    """Verify a receipt, or a PDF printed here that carries one, sent byte for byte, and explain what it proves; nothing
    is stored."""
    signer = runtime.keys().signer
    file = receipt_proof.open_file(request.get_data())
    with runtime.reading() as session:
        ring = known_keys.ring_with_policy(session, runtime.settings().node, signer)
        return receipt_proof.prove_file(session, ring, file)
