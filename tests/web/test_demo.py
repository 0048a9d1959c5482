"""Signing in with one click: in the demo, and nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest

from registry import runtime
from registry.app import connect
from registry.domain.permissions import SYSTEM
from registry.settings import DEMO_FILE, Settings
from tests.support import stores
from tests.support.applications import application
from tests.support.people import staff
from tests.web.signing_in import give_password, is_signed_in, post


@pytest.fixture
def node(templates, tmp_path):
    """Settings of a node with people, one of whom has a password and no second factor."""
    with templates.copy(stores.STORES[0], tmp_path) as url:
        settings = Settings(home=str(tmp_path), database_url=url)
        with application(settings).app_context():
            give_password(runtime.perform(SYSTEM, staff)["clerk"])
            runtime.db.engine.dispose()
        yield settings


def enter(settings, name="clerk"):
    """The answer to one click, and whether somebody is signed in."""
    app = application(settings)
    with app.app_context():
        client = app.test_client()
        shown = client.get("/login").text
        answer = post(client, "/login/demo", {"name": name})
        signed_in = is_signed_in(client)
        components = client.get("/components").status_code
        runtime.db.engine.dispose()
    return "一键登录" in shown, answer.status_code, signed_in, components


class TestDemo:
    def test_signs_in_with_one_click_and_shows_all_components(self, node):
        (Path(node.home) / DEMO_FILE).touch()
        assert enter(replace(node, demo=1)) == (True, 303, True, 200)

    def test_lets_nobody_in_who_has_no_password(self, node):
        (Path(node.home) / DEMO_FILE).touch()
        assert enter(replace(node, demo=1), "verifier") == (True, 404, False, 303)

    @pytest.mark.parametrize(("demo", "is_furnished"), [(0, True), (1, False), (0, False)])
    def test_is_on_nowhere_else(self, node, demo, is_furnished):
        if is_furnished:
            (Path(node.home) / DEMO_FILE).touch()
        assert enter(replace(node, demo=demo)) == (False, 404, False, 303)

    @pytest.mark.parametrize(
        "reach", [{"host": "0.0.0.0"}, {"base_url": "https://city.example"}, {"proxies": 1}, {"demo": 2}]
    )
    def test_does_not_start_where_others_could_reach_it(self, tmp_path, reach):
        settings = replace(Settings(home=str(tmp_path), demo=1), **reach)
        with pytest.raises(SystemExit):
            connect(application(Settings(home=str(tmp_path / "other"))), settings)
