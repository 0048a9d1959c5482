"""A department files a spreadsheet, another officer verifies it, and the public finds it."""

import re
from pathlib import Path

import pytest
import requests

from tests.stories.journeys.conftest import SAMPLES, copy_of, done, refused
from tests.support.processes import Node, running

SAMPLE = SAMPLES / "penalties_cf2018.xlsx"
AUTHORITY = "11320900MA0T000010"
DEPARTMENT = ("set", "finance", "--name", "盐城市示例财政局", "--authority-code", AUTHORITY)
BRAND = "沐箬"


@pytest.fixture(scope="session")
def finance_city(new_city: Node, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """The city's node with a department and two officers, made by commands; to copy from."""
    city = copy_of(new_city, tmp_path_factory.mktemp("finance"))
    done(city.command("departments", *DEPARTMENT), "finance")
    for name in ("clerk", "verifier"):
        made = city.command("accounts", "create", "--role", name, "--department", "finance", "--name", name, "--key")
        city.keys[name] = done(made, name).splitlines()[-1]
    return city


@pytest.fixture
def finance(finance_city: Node, tmp_path: Path) -> Node:
    """The city's node with a department and two officers."""
    return copy_of(finance_city, tmp_path)


class TestDepartment:
    def test_files_verifies_and_is_found_by_the_public(self, finance: Node) -> None:
        filed = finance.command("file", "penalties", str(SAMPLE), "--as", "clerk")
        refused(filed, "24 filed, 1 refused, of 25 rows")
        assert re.search(r"^row \d+ \S+: fault uscc-check-character: ", filed.stdout, re.MULTILINE)
        refused(finance.command("penalties", "verify", "--all", "--as", "clerk"), "out-of-role")
        assert finance.command("penalties", "verify", "--as", "verifier").returncode == 2
        with running(finance.web):
            finance.wait_until_ready()
            assert _found(finance, {"q": BRAND}) == []
            done(finance.command("penalties", "verify", "--all", "--as", "verifier"), "24 published, 0 refused")
            (name,) = _found(finance, {"q": BRAND})
            assert BRAND in name
            assert name in requests.get(f"{finance.settings.base_url}/records", {"q": BRAND}, timeout=30).text
            assert len(_found(finance, {"sector": "procurement", "limit": "100"})) > 10
        done(finance.command("ledger", "verify"), "24 entries verified")

    def test_filing_the_same_file_again_files_nothing_twice(self, finance: Node) -> None:
        """A file with refused rows is begun anew, in case what stood in their way is gone."""
        first = finance.command("file", "penalties", str(SAMPLE), "--as", "clerk")
        refused(first, "import 1: 24 filed, 1 refused, of 25 rows")
        again = finance.command("file", "penalties", str(SAMPLE), "--as", "clerk")
        refused(again, "import 1: 0 filed, 24 unchanged, 1 refused, of 25 rows")
        assert "decision-already-filed" not in again.stdout
        listed = done(finance.command("penalties", "list", "--as", "clerk"))
        assert len(listed.splitlines()) == 24

    def test_officer_who_filed_may_not_verify_under_another_role_through_the_door(self, finance: Node) -> None:
        finance.command("file", "penalties", str(SAMPLE), "--as", "clerk")
        with running(finance.web):
            finance.wait_until_ready()
            answers = [
                requests.put(
                    f"{finance.settings.base_url}/api/v1/penalties/imports/1/verification",
                    headers=finance.headers(name),
                    timeout=30,
                )
                for name in ("clerk", "verifier")
            ]
        assert [answer.status_code for answer in answers] == [403, 200]
        assert answers[0].json()["code"] == "out-of-role"
        assert answers[1].json() == {"verified": 24, "refused": [], "waiting": 0}


def _found(node: Node, asked: dict[str, str]) -> list[str]:
    page = requests.get(f"{node.settings.base_url}/api/v1/records", params=asked, timeout=30).json()
    return [item["subject"]["name"] for item in page["items"]]
