"""Two nodes that know each other, as real processes with short intervals, on either kind of store."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from registry.settings import Settings
from tests.support import stores
from tests.support.processes import Node, free_ports, furnish

SHORT: dict[str, Any] = {
    "push_interval_seconds": 1,
    "pull_interval_seconds": 1,
    "import_interval_seconds": 1,
    "seal_interval_seconds": 1,
    "tidy_interval_seconds": 3,
    "reconcile_interval_seconds": 5,
    "exchange_timeout_seconds": 5,
    "batch_records_max": 100,
    "web_workers": 1,
}


@pytest.fixture(params=stores.STORES)
def nodes(request: pytest.FixtureRequest, templates: stores.Templates, tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """The city and the platform, furnished, not yet started; whatever of them runs ends with the test."""
    with ExitStack() as kept:
        made = []
        for code, port in zip(("city", "platform"), free_ports(), strict=True):
            home = tmp_path / code
            home.mkdir()
            url = kept.enter_context(templates.copy(request.param, home))
            address = f"http://127.0.0.1:{port}"
            settings = Settings(home=str(home), database_url=url, node=code, port=port, base_url=address, **SHORT)
            made.append(Node(settings))
        furnish(made)
        for node in made:
            kept.callback(node.web.end)
            kept.callback(node.worker.end)
        yield made[0], made[1]
