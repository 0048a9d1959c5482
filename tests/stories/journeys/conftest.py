"""A node on a fresh home, made ready by its own command."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from registry.settings import Settings
from tests.support.processes import Node, free_ports

Done = CompletedProcess[str]


def make_node(home: Path, code: str, port: int) -> Node:
    """A node whose store and reference data ``registry init`` has just made."""
    node = Node(Settings(home=str(home), node=code, port=port, base_url=f"http://127.0.0.1:{port}", web_workers=1))
    home.mkdir()
    done(node.command("init"), "ready: ")
    return node


@pytest.fixture
def city(tmp_path: Path) -> Node:
    """The city's node."""
    return make_node(tmp_path / "city", "city", free_ports()[0])


def done(outcome: Done, *said: str) -> str:
    """What a command printed; it must have ended well and have said this."""
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    for text in said:
        assert text in outcome.stdout
    return outcome.stdout


def refused(outcome: Done, code: str) -> None:
    """The command must have been refused with this code, without a traceback."""
    assert outcome.returncode == 1, outcome.stdout
    assert code in outcome.stdout + outcome.stderr
    assert "Traceback" not in outcome.stderr
