"""A real browser on a real server: what the tests of the pages share."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from registry.runtime import db

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCREENS = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 375, "height": 740}}
needs_browser = pytest.mark.skipif(
    os.environ.get("ALLOW_NO_CHROMIUM") == "1", reason="ALLOW_NO_CHROMIUM=1: this machine has no browser"
)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of the application on a server of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        db.engine.dispose()


def width_beyond_screen(page: Page) -> int:
    """By how many pixels a page is wider than its screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return int(wide)
