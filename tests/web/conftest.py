import datetime as dt
from collections.abc import Iterator

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry import db
from registry.app import create_app
from registry.services import reference
from registry.settings import Settings
from tests.web.samples import TODAY


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One empty node with reference data for each file of tests; its clock stands still at noon of TODAY."""
    with pytest.MonkeyPatch.context() as patch:
        noon = dt.datetime.combine(TODAY, dt.time(4), dt.UTC)
        patch.setattr(db, "clock", lambda: noon)
        made = create_app(Settings(home=str(tmp_path_factory.mktemp("node"))))
        with made.app_context():
            flask_migrate.upgrade()
            with db.begin() as work:
                reference.load(work)
            yield made
            db.db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
