"""The WSGI application for any server: ``gunicorn wsgi:app``."""

from registry import logs
from registry.app import create_app

app = create_app()
logs.configure(app.extensions["registry_settings"])
