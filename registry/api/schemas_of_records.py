"""Public route of the JSON Schemas of the kinds of record, made from the types that build and validate them."""

from flask import Response

from registry.api.auth import public
from registry.api.wire import Blueprint, respond_with_etag
from registry.domain import records
from registry.refusals.acts import RecordUnknown

blueprint = Blueprint("schemas", __name__, url_prefix="/api/v1", description="记录的模式")


@blueprint.route("/schemas/<kind>")
@public
@blueprint.response(200)
def get_schema(kind: str) -> Response:
    """The JSON Schema (2020-12) of the body of a kind of record, as it is signed, stored and exchanged."""
    if kind not in records.KINDS:
        raise RecordUnknown()
    return respond_with_etag(records.json_schema(kind), f"{kind}.{records.SCHEMA}")
