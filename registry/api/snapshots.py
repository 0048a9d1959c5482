"""Public routes of the data files: snapshots of all records shown, their manifests, and the description of the data."""

from typing import Any

import msgspec
from flask import Response, send_file
from marshmallow import fields

from registry import runtime
from registry.api.auth import public
from registry.api.schemas.base import Day, StrictSchema
from registry.api.wire import BYTES, Blueprint, respond_with_etag
from registry.domain.publication import snapshots
from registry.domain.publication.snapshots import SnapshotFile
from registry.queries.publication import log_identity, snapshot_records, snapshot_store
from registry.queries.publication.snapshot_store import Snapshot
from registry.refusals.open_data import SnapshotOver
from registry.settings import Settings

MEDIA_TYPES = {
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PACKED_TYPES = {"gzip": "application/gzip", "zstd": "application/zstd"}
_IANA = "https://www.iana.org/assignments/media-types"
blueprint = Blueprint("snapshots", __name__, url_prefix="/api/v1", description="数据文件")


class FileSchema(StrictSchema):
    """A file: digests of its bytes and of its content without compression; `base`: the snapshot a delta starts from."""

    name = fields.String()
    path = fields.String()
    content = fields.String()
    format = fields.String()
    compression = fields.String(allow_none=True)
    bytes = fields.Integer()
    sha256 = fields.String()
    content_bytes = fields.Integer()
    content_sha256 = fields.String()
    base = fields.String(allow_none=True)


class SnapshotSchema(StrictSchema):
    """A snapshot; only the newest has files that are given."""

    snapshot = fields.String()
    origin = fields.String()
    entry = fields.Integer()
    on = Day()
    made_at = fields.DateTime()
    records = fields.Integer()
    is_given = fields.Boolean()
    manifest = fields.String()
    content_sha256 = fields.String()
    files = fields.List(fields.Nested(FileSchema))


class SnapshotList(StrictSchema):
    """The snapshots, the newest first."""

    items = fields.List(fields.Nested(SnapshotSchema))


@blueprint.route("/snapshots")
@public
@blueprint.response(200, SnapshotList)
def list_snapshots() -> Response:
    """Snapshots of all records shown, the newest first, with the digest of each file.

    The newest has full files and deltas from those before it; what left since is in none. Of older ones the manifest
    stays, their files are answered with 410.
    """
    chosen = runtime.settings()
    offered = _offered(chosen)
    items = [_describe(snapshot, is_given=snapshot.name == offered) for snapshot in snapshot_store.listed(chosen.home)]
    return respond_with_etag({"items": items}, f"{items[0]['snapshot'] if items else ''}.{offered}")


@blueprint.route("/snapshots/<snapshot>/manifest")
@public
@blueprint.response(200, {"type": "string"}, content_type="text/plain; charset=utf-8")
def manifest(snapshot: str) -> Response:
    """The signed manifest: a note (C2SP signed-note) under the ledger's origin, whose text is JSON on one line."""
    response = Response(
        snapshot_store.find(runtime.settings().home, snapshot).note, content_type="text/plain; charset=utf-8"
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.route("/snapshots/<snapshot>/<file>")
@public
@blueprint.response(200, BYTES, content_type="application/octet-stream")
def get_file(snapshot: str, file: str) -> Response:
    """A file of the newest snapshot, as its manifest names it; parts of it by `Range`. Of an older one 410."""
    chosen = runtime.settings()
    path, described = snapshot_store.find_file(chosen.home, snapshot, file)
    if str(_offered(chosen)) != snapshot:
        raise SnapshotOver()
    response = send_file(
        path.resolve(), media_type(described), as_attachment=True, download_name=file, etag=described.sha256
    )
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.route("/schemas/line")
@public
@blueprint.response(200)
def line_schema() -> Response:
    """The JSON Schema (2020-12) of a line of the data files, full and delta."""
    return respond_with_etag(dict(snapshots.line_schema()), f"line.{snapshots.FORMAT}")


@blueprint.route("/dataset")
@public
@blueprint.response(200, {"type": "object"}, content_type="application/ld+json")
def dataset() -> Response:
    """The description of the data for catalogues (W3C DCAT 3, JSON-LD), with the newest files."""
    chosen = runtime.settings()
    offered = _offered(chosen)
    newest = snapshot_store.find(chosen.home, str(offered)) if offered else None
    body = _dataset(chosen, newest)
    response = Response(msgspec.json.encode(body), content_type="application/ld+json")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response


def media_type(file: SnapshotFile) -> str:
    """The media type of a file as it is sent."""
    return PACKED_TYPES[file.compression] if file.compression else MEDIA_TYPES[file.format]


def _offered(chosen: Settings) -> snapshots.SnapshotName | None:
    """The snapshot whose files are given: the newest of this epoch, unless it may have what was erased since."""
    with runtime.reading() as session:
        newest = snapshot_store.newest(chosen.home, log_identity.epoch(session))
        if newest is None or snapshot_records.has_erased_since(session, newest.name.entry):
            return None
    return newest.name


def _describe(snapshot: Snapshot, *, is_given: bool) -> dict[str, Any]:
    stated = snapshot.manifest
    path = f"/api/v1/snapshots/{snapshot.name}"
    return {
        "snapshot": stated.snapshot,
        "origin": stated.origin,
        "entry": stated.entry,
        "on": stated.on,
        "made_at": stated.made_at,
        "records": stated.records,
        "is_given": is_given,
        "manifest": f"{path}/manifest",
        "content_sha256": stated.content_sha256,
        "files": [{**msgspec.to_builtins(file), "path": f"{path}/{file.name}"} for file in stated.files],
    }


def _dataset(chosen: Settings, newest: Snapshot | None) -> dict[str, Any]:
    base = chosen.base_url.rstrip("/")
    body: dict[str, Any] = {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": f"{base}/api/v1/dataset",
        "@type": "dcat:Dataset",
        "dct:title": {"@language": "zh-CN", "@value": f"{chosen.node_name}公示记录"},
        "dct:description": {
            "@language": "zh-CN",
            "@value": "公共资源交易领域公示中的行政处罚、严重失信主体名单、守信激励等记录，每条附登记号。",
        },
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": chosen.node_name},
        "dct:language": "zh-CN",
        "dcat:landingPage": {"@id": f"{base}/data"},
        "dcat:distribution": [_distribution(base, newest, file) for file in newest.manifest.files] if newest else [],
    }
    if newest:
        body["dct:modified"] = {"@type": "xsd:dateTime", "@value": newest.manifest.made_at}
    if chosen.data_licence_url:
        body["dct:license"] = {"@id": chosen.data_licence_url}
    return body


def _distribution(base: str, newest: Snapshot, file: SnapshotFile) -> dict[str, Any]:
    described = {
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dct:conformsTo": {"@id": f"{base}/api/v1/schemas/line" if file.format == "jsonl" else f"{base}/data#fields"},
        "dcat:downloadURL": {"@id": f"{base}/api/v1/snapshots/{newest.name}/{file.name}"},
        "dcat:mediaType": {"@id": f"{_IANA}/{MEDIA_TYPES[file.format]}"},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": file.sha256,
        },
    }
    if file.compression:
        described["dcat:compressFormat"] = {"@id": f"{_IANA}/{PACKED_TYPES[file.compression]}"}
    return described
