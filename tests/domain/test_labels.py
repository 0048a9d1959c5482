"""Every code that a check gives as a reason has a Chinese label, and labels said in two places agree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.domain import labels, records
from registry.refusals import content
from registry.tabular import grid

REGISTRY = Path(labels.__file__).parents[1]
KEBAB = re.compile(r"[a-z]+(?:-[a-z]+)+")
VERDICTS = tuple(f"domain/checks/{name}.py" for name in ("verdict", "consortium", "list_effects", "record_effects"))
REQUESTS = ("services/checks/request.py", "services/checks/batch_check.py")
IDENTIFIERS = tuple(f"domain/identifiers/{name}.py" for name in ("organisation", "resident", "documents"))
PARTIES = ("domain/filing/cells.py", *(f"tabular/{name}.py" for name in ("objects", "parties", "sheet", "finder")))
"""What reads a file of parties and leaves faults with its rows, the first of which is the reason of an unchecked
line."""


def nodes(path: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse((REGISTRY / path).read_text()))


def texts(node: ast.AST | None) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)} if node else set()


def reason_codes(path: str) -> set[str]:
    """Codes that a module gives as reasons: each text like-this, and whatever stands under the key ``code``."""
    codes = set()
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEBAB.fullmatch(node.value):
            codes.add(node.value)
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "code" and isinstance(value, ast.Constant):
                    codes.add(value.value)
    return codes


def fault_codes(path: str) -> set[str]:
    """Codes of the faults that a module finds with a party; one of the tender refuses the whole file."""
    faults = [node for node in nodes(path) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Fault"]
    about_parties = [fault for fault in faults if not any(text.startswith("/tender") for text in texts(fault.args[0]))]
    return {code for fault in about_parties for code in texts(fault.args[1])}


def refusal_codes(path: str) -> set[str]:
    """Codes of the refusals of content that a module raises."""
    imported = [node for node in nodes(path) if isinstance(node, ast.ImportFrom)]
    names = [alias.name for node in imported if node.module == content.__name__ for alias in node.names]
    return {getattr(content, name).code for name in names}


class TestReasons:
    def test_are_collected_from_the_source(self):
        assert {"published", "name-differs", "other-territory"} <= reason_codes(VERDICTS[0])
        assert reason_codes(VERDICTS[1]) == {"consortium-member"}
        assert {"list-bars", "must-tender-not-stated"} <= reason_codes(VERDICTS[2])
        assert {"ref-doubled", "ref-unknown"} <= fault_codes(REQUESTS[0])
        assert {"uscc-malformed", "id-type-unknown"} <= set().union(*map(refusal_codes, IDENTIFIERS))
        assert refusal_codes(REQUESTS[0]) == {"personal-number", "id-type-unknown"}

    @pytest.mark.parametrize("path", VERDICTS)
    def test_name_every_reason_of_a_verdict(self, path):
        assert reason_codes(path) <= labels.REASONS.keys()

    @pytest.mark.parametrize("path", [*REQUESTS, *PARTIES])
    def test_name_every_fault_of_a_party(self, path):
        assert fault_codes(path) <= labels.REASONS.keys()

    def test_name_every_fault_of_a_cell(self):
        assert grid.CELL_FAULTS.keys() <= labels.REASONS.keys()

    @pytest.mark.parametrize("path", [*REQUESTS, *IDENTIFIERS])
    def test_name_every_refusal_of_a_party(self, path):
        assert refusal_codes(path) <= labels.REASONS.keys()


class TestLabelFor:
    def test_is_the_label_of_a_code(self):
        assert labels.label_for(labels.REASONS, "consortium-member") == "按最重的成员认定"

    def test_is_an_unknown_code_itself(self):
        assert labels.label_for(labels.REASONS, "not-a-code") == "not-a-code"


class TestTables:
    def test_name_what_is_registered(self):
        public = {code: records.KINDS[code] for code in records.PUBLIC_KINDS}
        assert {code: kind.label for code, kind in public.items()} == labels.RECORD_KINDS
        assert {code: kind.authority_label for code, kind in public.items()} == labels.AUTHORITIES
        assert tuple(labels.ROLES) == records.PARTY_ROLES
