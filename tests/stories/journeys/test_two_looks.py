"""A trading centre looks at opening and at award, keeps a watch between, and proves offline what changed."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stories.journeys.conftest import SAMPLES, copy_of, done, refused
from tests.stories.journeys.test_trading_centre import CHECK, verify_offline
from tests.support.processes import ROOT, Node

BIDDERS = str(SAMPLES / "bidders.csv")


@pytest.fixture
def centre(filed_city: Node, tmp_path: Path) -> Node:
    """The city's node with the sample records filed, not yet published."""
    return copy_of(filed_city, tmp_path)


def work(node: Node) -> None:
    """Every job of the worker, once."""
    subprocess.run([sys.executable, "-m", "sync", "--once"], env=node.environment, cwd=ROOT, check=True, timeout=120)


class TestTwoLooks:
    def test_name_and_prove_what_came_between(self, centre: Node, tmp_path: Path) -> None:
        opening, award, keys = (tmp_path / name for name in ("opening.json", "award.json", "keys.json"))
        until = (dt.date.today() + dt.timedelta(days=60)).isoformat()  # noqa: DTZ011 - a day far enough ahead
        done(centre.command("check", BIDDERS, *CHECK, "--out", str(opening)), "1\tno_record")
        said = done(centre.command("watches", "add", BIDDERS, *CHECK, "--until", until, "--after", "0"))
        watch = said.partition(":")[0]
        done(centre.command("penalties", "verify", "--all", "--as", "verifier"), "24 published")
        work(centre)
        done(centre.command("watches", "list"), watch, "active", "0 pending")
        assert "\t1\tno_record -> barred\tpublish " in done(centre.command("watches", "show", watch))
        said = done(centre.command("check", BIDDERS, *CHECK, "--out", str(award)), "1\tbarred")
        assert "1：由 no_record 变为 barred" in said
        done(centre.command("keys", "--out", str(keys)))
        trusting = ("--keys", str(keys), "--previous")
        done(verify_offline(tmp_path, str(award), *trusting, str(opening)), "变化与所载一致")
        refused(verify_offline(tmp_path, str(opening), *trusting, str(award)), "receipt-refused")
        opening.write_bytes(opening.read_bytes().replace(b"no_record", b"on_record", 1))
        refused(verify_offline(tmp_path, str(award), *trusting, str(opening)), "receipt-refused")
        done(centre.command("watches", "end", watch), "ended")
        refused(centre.command("watches", "replay", watch, "--from", "1"), "transition-refused")
        refused(centre.command("watches", "show", "0" * 32), "watch-unknown")

    def test_without_a_tender_are_not_linked(self, centre: Node) -> None:
        for _ in "ab":
            assert "前次" not in done(centre.command("check", BIDDERS, "--sector", "procurement"))
