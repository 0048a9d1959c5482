"""The HTTP door for programs: JSON under ``/api/v1``, described by its own OpenAPI document."""

from flask import Flask
from flask_smorest import Api

from registry import __version__
from registry.api import (
    checks,
    exchange,
    imports,
    ledger,
    operations,
    penalties,
    problems,
    records,
    reference,
)

BLUEPRINTS = (
    reference.blueprint, records.blueprint, ledger.blueprint, penalties.blueprint, imports.blueprint,
    checks.blueprint, operations.blueprint, operations.health,
)  # fmt: skip


class _Api(Api):  # type: ignore[misc]
    """flask-smorest with our problem documents in place of its own errors."""

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
    app.register_blueprint(exchange.blueprint)
    problems.init_app(app)
