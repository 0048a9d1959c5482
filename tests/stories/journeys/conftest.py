"""Nodes made ready by their own commands: once per process, and every test has a copy of its own."""

import dataclasses
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from registry.settings import Settings
from tests.support.processes import ROOT, Node, free_ports, furnish

SAMPLES = ROOT / "samples"

Done = CompletedProcess[str]


def make_node(home: Path, code: str, port: int) -> Node:
    """A node whose store and reference data ``registry init`` has just made."""
    node = Node(Settings(home=str(home), node=code, port=port, base_url=f"http://127.0.0.1:{port}", web_workers=1))
    home.mkdir()
    done(node.command("init"), "ready: ")
    return node


def copy_of(node: Node, folder: Path) -> Node:
    """The same node in another folder, at the same address: only one of them may run."""
    home = folder / node.settings.node
    shutil.copytree(node.settings.home, home)
    return Node(dataclasses.replace(node.settings, home=str(home)), dict(node.keys))


@pytest.fixture(scope="session")
def ports() -> tuple[int, int]:
    """Where the city's and the platform's node listen."""
    return free_ports()


@pytest.fixture(scope="session")
def new_city(tmp_path_factory: pytest.TempPathFactory, ports: tuple[int, int]) -> Node:
    """The city's node with nothing in it; to copy from."""
    return make_node(tmp_path_factory.mktemp("new") / "city", "city", ports[0])


@pytest.fixture(scope="session")
def filed_city(new_city: Node, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """The city's node with officers and the sample records filed, not yet published; to copy from."""
    city = copy_of(new_city, tmp_path_factory.mktemp("filed"))
    furnish([city])
    city.command("file", "penalties", str(SAMPLES / "penalties_cf2018.xlsx"), "--as", "clerk")
    return city


@pytest.fixture
def city(new_city: Node, tmp_path: Path) -> Node:
    """The city's node."""
    return copy_of(new_city, tmp_path)


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
