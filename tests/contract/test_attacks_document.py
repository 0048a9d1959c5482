"""The document of attacks names parts and tests that exist."""

import ast
import re

import pytest

from tests.support.sources import ROOT

DOCUMENT = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py[\w:]*)`", DOCUMENT)))


@pytest.mark.parametrize("named", TESTS)
def test_names_a_test_that_exists(named: str) -> None:
    path, *names = named.split("::")
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    for name in names:
        found = [node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name]
        assert found, named
        body = found[0].body


def test_names_every_part() -> None:
    parts = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "attack").glob("test_*.py")}
    assert set(re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE)) == parts
