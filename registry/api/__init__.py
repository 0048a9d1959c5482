"""HTTP API under ``/api/v1``: blueprints, JSON errors and the OpenAPI document."""

from flask import Flask, request
from flask_smorest import Api

from registry import __version__
from registry.api import (
    adopted_listings,
    adoptions,
    applications,
    checkfiles,
    checks,
    commendations,
    docs,
    document,
    documents,
    exchange,
    filed_records,
    imports,
    law,
    ledger,
    listings,
    operations,
    penalties,
    problems,
    records,
    reference,
    relations,
    reliefs,
    schemas_of_records,
    statistics,
    watches,
)
from registry.api.schemas.base import ProblemSchema
from registry.domain.filing.cells import is_forbidden
from registry.refusals.acts import RecordUnknown

BLUEPRINTS = (
    reference.blueprint,
    records.blueprint,
    schemas_of_records.blueprint,
    ledger.blueprint,
    law.blueprint,
    penalties.blueprint,
    imports.blueprint,
    adopted_listings.blueprint,
    adoptions.blueprint,
    listings.blueprint,
    reliefs.disputes,
    reliefs.repairs,
    commendations.blueprint,
    *filed_records.BLUEPRINTS,
    relations.blueprint,
    documents.blueprint,
    applications.blueprint,
    checks.blueprint,
    checkfiles.blueprint,
    watches.blueprint,
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
    app.before_request(_require_readable_path)
    problems.init_app(app)


def _require_readable_path() -> None:
    """Refuse a path with invisible characters as ``RecordUnknown``; no store need be asked for it."""
    if is_forbidden(request.path):
        raise RecordUnknown()
