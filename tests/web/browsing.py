"""A real browser on a real server: what the tests of the pages share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from registry.runtime import db
from tests.support.thread_server import run_server

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
    try:
        with run_server(server) as url:
            yield url
    finally:
        db.engine.dispose()


def width_beyond_screen(page: Page) -> int:
    """By how many pixels a page is wider than its screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return int(wide)
