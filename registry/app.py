"""Create the Flask application: settings, keys, database, migrations, API and pages."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from registry import api, runtime, web
from registry.keys.signing import Keys
from registry.serving import conditional, read_routing, request_limits, request_log
from registry.serving.read_routing import ReroutingFlask
from registry.settings import Settings, from_environment, remember_node

MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(settings: Settings | None = None) -> Flask:
    """Create the application for these settings, or for those of the environment."""
    return connect(open_doors(), settings or from_environment())


def open_doors() -> Flask:
    """An application with every route of the API and the pages, of no node yet."""
    app: Flask = ReroutingFlask("registry", static_folder=None)
    request_log.init_app(app)
    request_limits.init_app(app)
    conditional.init_app(app)
    read_routing.init_app(app)
    api.init_app(app)
    web.init_app(app)
    return app


def connect(app: Flask, settings: Settings) -> Flask:
    """Make the application that of a node: its settings, its keys and its store."""
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = settings.upload_bytes_max
    app.extensions["registry_settings"] = settings
    Path(settings.home).mkdir(parents=True, exist_ok=True)
    app.extensions["registry_keys"] = Keys.load_or_create(settings.keys_path, settings.key_protection)
    remember_node(settings)
    runtime.init_app(app, settings)
    Migrate(app, runtime.db, directory=str(MIGRATIONS))
    return app
