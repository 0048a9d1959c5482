"""One furnished node as real processes: two web processes, figures on an address of their own, JSON lines."""

from contextlib import ExitStack

import pytest

from registry.settings import Settings
from tests.support import stores
from tests.support.processes import Node, free_ports, furnish, running

TOKEN = "figures-only-for-operators"


@pytest.fixture(scope="module", params=stores.STORES)
def node(request, templates, tmp_path_factory):
    """The node, its web server and worker running."""
    tmp_path = tmp_path_factory.mktemp("node")
    port, figures = free_ports()
    with ExitStack() as kept:
        url = kept.enter_context(templates.copy(request.param, tmp_path))
        chosen = {"log_format": "json", "metrics_bind": f"127.0.0.1:{figures}", "metrics_token": TOKEN}
        chosen |= {"pull_interval_seconds": 1, "push_interval_seconds": 1, "seal_interval_seconds": 1}
        address = f"http://127.0.0.1:{port}"
        made = Node(Settings(home=str(tmp_path), database_url=url, node="city", port=port, base_url=address, **chosen))
        furnish([made])
        kept.enter_context(running(made.web, made.worker))
        made.wait_until_ready()
        yield made
