"""Public routes of the ledger: the signed head, proofs, keys; and what a receipt proves."""

from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from registry import db
from registry.api.auth import public
from registry.api.schemas.base import StrictSchema, Whole
from registry.api.wire import Blueprint, answered
from registry.domain import receipts
from registry.queries import ledger
from registry.refusals.acts import NotSealed
from registry.signing import public_keys_document, read_public_keys, verify

blueprint = Blueprint("ledger", __name__, url_prefix="/api/v1", description="登记簿的检查点与证明")


class InclusionQuery(StrictSchema):
    """Which entry, in the tree of which size."""

    entry = Whole(required=True, validate=validate.Range(min=1))
    size = Whole(required=True, validate=validate.Range(min=1))


class ConsistencyQuery(StrictSchema):
    """From which size to which."""

    old = Whole(required=True, data_key="from", validate=validate.Range(min=1))
    new = Whole(required=True, data_key="to", validate=validate.Range(min=1))


class ProofAnswer(StrictSchema):
    """Node hashes in hex, from the leaf upwards (RFC 9162)."""

    path = fields.List(fields.String())


class ReceiptAnswer(StrictSchema):
    """What a genuine receipt says and proves."""

    statement = fields.Dict()
    explanation = fields.List(fields.String())


@blueprint.route("/ledger/checkpoint")
@public
def checkpoint() -> Response:
    """The newest signed head, a C2SP checkpoint in plain text."""
    with db.reading() as session:
        newest = ledger.last_checkpoint(session)
    if newest is None:
        raise NotSealed()
    return Response(newest.note, content_type="text/plain; charset=utf-8")


@blueprint.route("/ledger/proofs/inclusion")
@public
@blueprint.arguments(InclusionQuery, location="query")
@blueprint.response(200, ProofAnswer)
def inclusion(query: dict[str, Any]) -> dict[str, Any]:
    """That an entry is in the tree of a size."""
    with db.reading() as session:
        return {"path": [node.hex() for node in ledger.inclusion(session, query["entry"], query["size"])]}


@blueprint.route("/ledger/proofs/consistency")
@public
@blueprint.arguments(ConsistencyQuery, location="query")
@blueprint.response(200, ProofAnswer)
def consistency(query: dict[str, Any]) -> dict[str, Any]:
    """That a smaller tree is the beginning of a larger one."""
    with db.reading() as session:
        return {"path": [node.hex() for node in ledger.consistency(session, query["old"], query["new"])]}


@blueprint.route("/ledger/keys")
@public
def keys() -> Response:
    """The public keys that verify receipts and checkpoints of this node."""
    signer = db.keys().signer
    return answered(public_keys_document(signer, db.settings().node), signer.key_id)


@blueprint.route("/receipts/verification", methods=["POST"])
@public
@blueprint.response(200, ReceiptAnswer)
def verification() -> dict[str, Any]:
    """A receipt in, byte for byte; out what it proves. Nothing is stored."""
    trusted = read_public_keys(public_keys_document(db.keys().signer, db.settings().node))
    statement = receipts.check(request.get_data(), trusted, verify)
    return {"statement": statement, "explanation": receipts.explain(statement)}
