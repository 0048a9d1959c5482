"""HTTP API under ``/api/v1``: blueprints, JSON errors and the OpenAPI document."""

from flask import Flask, current_app, request
from flask_smorest import Api

from registry import __version__
from registry.api import (
    adopted_listings,
    adoptions,
    applications,
    checkfiles,
    checks,
    commendations,
    cross_origin,
    docs,
    document,
    documents,
    erasures,
    exchange,
    filed_records,
    imports,
    law,
    ledger,
    listings,
    metrics,
    operations,
    penalties,
    problems,
    proposals,
    records,
    reference,
    relations,
    reliefs,
    reviews,
    schemas_of_records,
    snapshots,
    statistics,
    stream,
    templates,
    watches,
)
from registry.api.schemas.base import ProblemSchema
from registry.domain import literals
from registry.domain.filing.cells import is_forbidden, pointer
from registry.domain.publication import redaction
from registry.errors import Fault
from registry.refusals.acts import QueryEncoding, QueryRefused, RecordUnknown

PAGES = "web"
"""The blueprint of the public pages, which the API does not know."""
BLUEPRINTS = (
    reference.blueprint,
    records.blueprint,
    erasures.blueprint,
    snapshots.blueprint,
    stream.blueprint,
    schemas_of_records.blueprint,
    ledger.blueprint,
    law.blueprint,
    penalties.blueprint,
    imports.blueprint,
    adopted_listings.blueprint,
    adoptions.blueprint,
    templates.blueprint,
    listings.blueprint,
    reliefs.disputes,
    reliefs.repairs,
    reliefs.contacts,
    commendations.blueprint,
    *filed_records.BLUEPRINTS,
    relations.blueprint,
    documents.blueprint,
    applications.blueprint,
    checks.blueprint,
    checkfiles.blueprint,
    reviews.blueprint,
    watches.blueprint,
    proposals.blueprint,
    operations.blueprint,
    operations.health,
    statistics.blueprint,
)


class _Api(Api):  # type: ignore[misc]
    """flask-smorest with our problem documents in place of its own errors."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        pass


def init_app(app: Flask) -> None:
    """Register routes, document and error handlers."""
    app.config.update(
        API_TITLE="公共资源交易信用惩戒登记簿",
        API_VERSION=__version__,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    api = _Api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    document.complete(app, api)
    app.extensions["registry_openapi"] = api.spec
    app.register_blueprint(docs.blueprint)
    app.register_blueprint(exchange.blueprint)
    app.register_blueprint(metrics.blueprint)
    app.before_request(metrics.keep_to_own_address)
    app.before_request(_require_readable_path)
    app.before_request(_refuse_unread_parameters)
    cross_origin.init_app(app)
    problems.init_app(app)


def _require_readable_path() -> None:
    """Refuse a path with invisible characters as ``RecordUnknown``; no store need be asked for it."""
    if is_forbidden(request.path):
        raise RecordUnknown()


def _refuse_unread_parameters() -> None:
    """Refuse parameters that are not UTF-8, or sent to a route that reads none: something was meant.

    The public pages look at those that they know.
    """
    if request.endpoint is None or request.blueprint == PAGES:
        return
    if not literals.is_utf8_query(request.query_string):
        raise QueryEncoding()
    view = current_app.view_functions.get(request.endpoint or "")
    described = getattr(view, "_apidoc", None)
    if not request.args or described is None or request.blueprint == exchange.blueprint.name:
        return
    arguments = described.get("arguments", {}).get("parameters", ())
    if not any(argument.get("in") == "query" for argument in arguments):
        names = (redaction.blot(name)[:100] for name in request.args)
        raise QueryRefused(faults=tuple(Fault(pointer(name), "field-refused", "没有这个查询参数") for name in names))
