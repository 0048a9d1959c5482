"""The node that is attacked: everything that it can be configured for is open, and no answer waits for a reader."""

from pathlib import Path

import pytest

from registry.api import stream
from registry.settings import Settings


@pytest.fixture
def settings(store: str, tmp_path: Path) -> Settings:
    """A node with mail and with room for every listener, who never end here by going away."""
    return Settings(
        home=str(tmp_path),
        database_url=store,
        node="city",
        smtp_host="127.0.0.1",
        mail_from="registry@registry.example",
        stream_listeners_max=100_000,
    )


@pytest.fixture(autouse=True)
def streams_that_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream ends after what there is."""
    monkeypatch.setattr(stream, "OPEN_SECONDS", 0)
