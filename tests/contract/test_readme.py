"""What README tells a stranger to type, typed: the demo, the three journeys, Ctrl-C, and the second start."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.processes import ROOT, Demo, environment_of

pytestmark = pytest.mark.long

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTS = [name for name in ("README.md", "README.zh.md") if (ROOT / name).exists()]
BRAND = "沐箬"
SUBJECT = f"盐城东台{BRAND}消防工程有限公司"
PLATFORM_AUTHORITY = "盐城市示例交通运输局"


def blocks(name: str) -> list[str]:
    """The shell blocks of a document, in order."""
    return BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))


class Terminal:
    """Somebody at the project root with the environment activated, beside a running demo."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo

    def type(self, block: str) -> str:
        """Type a block; what it printed. Fails when one of its commands does."""
        text = block.replace("127.0.0.1:8000", f"127.0.0.1:{self.demo.port}")
        text = text.replace("127.0.0.1:8001", f"127.0.0.1:{self.demo.peer_port}")
        text = re.sub(r"(?<![\w/])var/", f"{self.demo.home}/", text)
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", text],
            cwd=ROOT,
            env=environment_of(self.demo.home),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo(tmp_path / "var")
    try:
        yield made
    finally:
        made.stop()


class TestReadme:
    def test_tells_what_happens(self, demo: Demo) -> None:
        first = demo.start()
        terminal = Terminal(demo)
        department, public, centre, lists, subject, exchange = blocks("README.md")
        _assert_filed(terminal.type(department))
        _assert_found(terminal.type(public))
        _assert_checked(terminal.type(centre), demo.home)
        _assert_list_updated(terminal.type(lists), demo.home)
        _assert_disputed(terminal.type(subject))
        _assert_exchanged(terminal.type(exchange))
        before = _records(demo.port)
        assert demo.stop() == (0, [])
        again = demo.start()
        assert _accounts(again) == _accounts(first)
        assert len(_accounts(first)) >= 8
        assert _records(demo.port) == before
        assert _may_read(demo, _accounts(first)["finance-clerk"])
        assert demo.stop() == (0, [])

    @pytest.mark.skipif("README.zh.md" not in DOCUMENTS, reason="README.zh.md is not there yet")
    def test_tells_the_same_in_both_languages(self) -> None:
        assert blocks("README.zh.md") == blocks("README.md") != []


def _assert_filed(said: str) -> None:
    assert "24 filed, 1 refused, of 25 rows" in said
    assert "uscc-check-character" in said
    assert "one row was refused, the others are filed" in said
    assert "24 published, 0 refused" in said


def _assert_found(said: str) -> None:
    data, _, page = re.split(r"(<!doctype html>)", said, maxsplit=1, flags=re.IGNORECASE)
    (items,) = _pages(data)
    assert len(items) == 3
    assert all("procurement" in item["sectors"] for item in items)
    assert SUBJECT in page


def _assert_checked(said: str, home: Path) -> None:
    receipt = json.loads((home / "receipt.json").read_text(encoding="utf-8"))
    verdicts = {line["ref"]: line["verdict"] for line in receipt["statement"]["lines"]}
    assert verdicts["1"] == verdicts["2"] == "barred"
    assert verdicts["3"] == verdicts["4"] == "on_record"
    assert {verdicts[ref] for ref in ("5", "6", "7", "8", "9", "10", "11")} == {"no_record"}
    for ref, verdict in verdicts.items():
        assert f"{ref}\t{verdict}\t" in said
    assert f"receipt: {home}/receipt.json" in said


def _assert_list_updated(said: str, home: Path) -> None:
    assert re.search(r"adoption 2: 1 came, 1 changed, \d renewed, \d unchanged, 0 off_list, 0 refused, of 5 rows", said)
    told = re.findall(r"^(came|changed|left)\t[0-9a-f]{32}\t", said, re.MULTILINE)
    assert sorted(told) == ["came", "came", "changed", "changed", "left", "left"]
    before, after = (
        {
            line["ref"]: line["verdict"]
            for line in json.loads((home / f"{name}.json").read_text(encoding="utf-8"))["statement"]["lines"]
        }
        for name in ("before", "after")
    )
    assert before == {"1": "barred", "2": "barred", "3": "no_record", "4": "barred"}
    assert after == {"1": "barred", "2": "no_record", "3": "barred", "4": "barred"}


def _assert_disputed(said: str) -> None:
    accepted, proposed, confirmed, page = said.split("\n", 3)
    assert accepted.endswith(": accepted")
    assert "waits for another person" in proposed
    assert confirmed.startswith("proposal 4: confirmed")
    assert "记录无误，予以维持" in page


def _assert_exchanged(said: str) -> None:
    there, here = _pages(said)
    assert SUBJECT in {item["subject"]["name"] for item in there}
    assert {item["source"]["node"] for item in there} == {"city"}
    assert len(here) == 6
    assert {item["authority"]["name"] for item in here} == {PLATFORM_AUTHORITY}
    assert {item["source"]["node"] for item in here} == {"platform"}
    assert re.search(r"\b[1-9]\d* entries verified$", said, re.MULTILINE)


def _pages(said: str) -> list[list[dict[str, Any]]]:
    """The items of every page of records in what was printed; nothing parts one answer from the next."""
    starts = [found.start() for found in re.finditer(r'{"items": ', said)]
    return [json.JSONDecoder().raw_decode(said, start)[0]["items"] for start in starts]


def _accounts(said: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\S+) +(rk_\S+)$", said, re.MULTILINE))


def _records(port: int) -> list[dict[str, object]]:
    """Every public record of a node, page by page."""
    found: list[dict[str, object]] = []
    token: str | None = ""
    while token is not None:
        asked = {"limit": "100"} | ({"next": token} if token else {})
        page = requests.get(f"http://127.0.0.1:{port}/api/v1/records", params=asked, timeout=30).json()
        found, token = found + page["items"], page["next"]
    return found


def _may_read(demo: Demo, key: str) -> bool:
    address = f"http://127.0.0.1:{demo.port}/api/v1/penalties"
    return requests.get(address, headers={"Authorization": f"Bearer {key}"}, timeout=30).status_code == 200
