import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry import db
from registry.app import create_app
from registry.settings import Settings
from tests import stores
from tests.web.samples import TODAY


@pytest.fixture(scope="module", params=stores.STORES)
def store(
    request: pytest.FixtureRequest, templates: stores.Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a fresh store for each file of tests: the pages only read it."""
    with templates.copy(request.param, tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def app(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A node whose clock stands still at noon of TODAY."""
    home: Path = tmp_path_factory.mktemp("node")
    with pytest.MonkeyPatch.context() as patch:
        noon = dt.datetime.combine(TODAY, dt.time(4), dt.UTC)
        patch.setattr(db, "clock", lambda: noon)
        made = create_app(Settings(home=str(home), database_url=store))
        with made.app_context():
            yield made
            db.db.session.remove()
            db.db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
