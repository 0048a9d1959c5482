"""Create the Flask application: settings, keys, database, API and pages."""

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from registry import runtime
from registry.domain.naming import shapes, sounds
from registry.keys.signing import Keys
from registry.settings import Settings, from_environment, remember_node, require_demo_alone


def create_app(settings: Settings | None = None) -> Flask:
    """Create the application for these settings, or for those of the environment."""
    return connect(open_doors(), settings or from_environment())


def create_node(settings: Settings | None = None) -> Flask:
    """Create the application of a command or the worker: a node that answers no request."""
    app = Flask("registry", static_folder=None, template_folder="web/templates")
    return connect(app, settings or from_environment())


def open_doors() -> Flask:
    """An application with every route of the API and the pages, of no node yet."""
    # Imported here, because commands and the worker need no door, and importing them takes a second.
    from registry import api, web
    from registry.serving import conditional, path_numbers, read_routing, request_limits, request_log
    from registry.serving.read_routing import ReroutingFlask

    app: Flask = ReroutingFlask("registry", static_folder=None)
    path_numbers.init_app(app)
    request_log.init_app(app)
    request_limits.init_app(app)
    conditional.init_app(app)
    read_routing.init_app(app)
    api.init_app(app)
    web.init_app(app)
    sounds.in_order("一")  # reads the dictionaries now, not while the first visitor waits
    shapes.alike("一", "丁")
    return app


def connect(app: Flask, settings: Settings) -> Flask:
    """Make the application that of a node: its settings, its keys and its store."""
    require_demo_alone(settings)
    if app.blueprints:
        from registry.serving import answer_cache

        answer_cache.connect(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = settings.upload_bytes_max
    app.extensions["registry_settings"] = settings
    Path(settings.home).mkdir(parents=True, exist_ok=True)
    keys = Keys.load_or_create(settings.keys_path, settings.key_protection)
    app.extensions["registry_keys"] = keys
    if app.blueprints:
        from registry import web

        web.connect(app, settings, keys)
    remember_node(settings)
    runtime.init_app(app, settings)
    return app
