"""A furnished store on a primary with a real streaming standby."""

from contextlib import contextmanager

import pytest

from registry import runtime
from registry.app import create_app
from registry.maintenance import schema
from registry.services.law import reference_loading
from registry.settings import Settings
from tests.support import stores
from tests.support.replication import replicated

DATABASE = "registry"


def pytest_collection_modifyitems(items):
    """Only where PostgreSQL is tested at all; a server named by TEST_DATABASE_URL brings no binaries with it."""
    if "postgresql" in stores.STORES:
        return
    for item in items:
        if "/replicas/" in str(item.path):
            item.add_marker(pytest.mark.skip(reason="TEST_STORES leaves PostgreSQL out"))


@contextmanager
def furnished(folder, *, synchronous):
    """A pair of servers that hold an empty registry, and the settings of a node on it."""
    with replicated(synchronous=synchronous) as pair:
        pair.primary.ask(f"CREATE DATABASE {DATABASE}")
        settings = Settings(home=str(folder), database_url=pair.url(DATABASE), node="city")
        app = create_app(settings)
        with app.app_context():
            schema.upgrade()
            with runtime.begin() as work:
                reference_loading.load(work)
            runtime.db.session.remove()
            runtime.db.engine.dispose()
        yield pair, settings
