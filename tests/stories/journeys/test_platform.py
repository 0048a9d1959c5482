"""The city takes in what the credit platform publishes, and gives its own in return."""

import json
from pathlib import Path

import pytest
import requests

from registry import runtime
from tests.stories.journeys.conftest import done, make_node, refused
from tests.support.membership import entitle
from tests.support.processes import ROOT, Node, running

RECORDS = ROOT / "registry" / "demo" / "platform.csv"


@pytest.fixture
def platform(tmp_path: Path, ports: tuple[int, int]) -> Node:
    """The platform's node, which has published six records."""
    made = make_node(tmp_path / "platform", "platform", ports[1])
    done(made.command("departments", "set", "office", "--name", "示例平台管理部门"))
    for name in ("clerk", "verifier"):
        done(made.command("accounts", "create", "--role", name, "--department", "office", "--name", name))
    done(made.command("file", "penalties", str(RECORDS), "--as", "clerk"), "6 filed, 0 refused")
    done(made.command("penalties", "verify", "--all", "--as", "verifier"), "6 published")
    return made


class TestOperator:
    def test_takes_in_a_batch_once_both_sides_know_each_other(self, city: Node, platform: Node) -> None:
        """City and platform, which do not know each other at first."""
        _introduce(city, platform)
        with running(platform.web, city.web):
            platform.wait_until_ready()
            city.wait_until_ready()
            refused(city.command("exchange", "pull"), "Refused")  # the platform has not been told of the city
            assert _records(city) == []
            _introduce(platform, city)
            _state_member(city)
            done(city.command("exchange", "pull"), "received 6")
            held = _records(city)
            assert held == _records(platform)
            assert {source["node"] for _, source in held} == {"platform"}
            done(city.command("exchange", "pull"), "received 0")
            done(platform.command("exchange", "push"), "set aside 0")
            assert _records(city) == held
            told = json.loads(done(platform.command("exchange", "reconcile", "city")))["city"]
        assert (told["checked"], told["equal"], told["missing"], told["different"]) == (6, 6, [], [])
        done(city.command("ledger", "verify"), "6 entries verified")

    def test_must_give_a_reason_for_what_is_dropped(self, city: Node) -> None:
        assert city.command("exchange", "quarantine", "--drop", "1").returncode == 2
        refused(city.command("exchange", "quarantine", "--drop", "1", "--reason", "重复"), "item-unknown")


def _introduce(node: Node, other: Node) -> None:
    """Make another node known by its address and its exchange key, as its operator read it out."""
    key = done(other.command("keys", "--exchange")).strip()
    code, url = other.settings.node, other.settings.base_url
    done(node.command("exchange", "peers", "add", code, "--url", url, "--public-key", key), code)


def _state_member(city: Node) -> None:
    """Let two administrators of the city state which authority the platform speaks for."""
    with city.opened(), runtime.begin() as work:
        entitle(work, "platform", {"11320900MA0T00005C": ["盐城市示例交通运输局"]})


def _records(node: Node) -> list[tuple[str, dict[str, str]]]:
    """(id, source) of every public record, sorted."""
    address = f"{node.settings.base_url}/api/v1/records?limit=100"
    items = requests.get(address, timeout=30).json()["items"]
    return sorted((item["id"], item["source"]) for item in items)
