"""Every field of every kind of reference row, and every code that stands in one, has words."""

import dataclasses
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from registry import catalogue
from registry.domain import reference_labels
from registry.domain.law.reference_kinds import KINDS
from registry.domain.law.reference_rows import Row
from registry.domain.reference_labels import IN_COLUMNS

ROWS = Path(catalogue.__file__).parent / "reference"
TEXTS = frozenset({
    "aliases", "article", "attribute", "ban", "basis", "category", "citations", "clears", "code_2016", "content",
    "cooperating", "days", "entry", "exit", "figure", "law_item", "lead_departments", "match", "must_publish",
    "national_wording", "phrases", "plan_section", "plan_wording", "platform_code", "rule", "starts_at", "statute",
    "subjects", "text", "trigger", "words",
    "table", "tables",  # of another platform and of the store: names that are looked for as they are
})  # fmt: skip
"""Fields of which every value is words already, or a name that is given from outside."""
FIELDS = [
    (kind, field.name)
    for kind, row_type in KINDS.items()
    for field in dataclasses.fields(row_type)
    if field.name not in IN_COLUMNS
]


def stored(kind: str) -> list[dict[str, Any]]:
    """The rows of a kind that come with the program."""
    return tomllib.loads((ROWS / f"{kind}.toml").read_text())["rows"]


def names(kind: str) -> dict[str, str]:
    return {row["code"]: row["name"] for row in stored(kind)}


def literals(annotation: Any) -> set[str]:
    """The values that a type allows, where it names them."""
    if get_origin(annotation) is Literal:
        return {value for value in get_args(annotation) if value}
    return set().union(*map(literals, get_args(annotation)))


def codes(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and item:
            yield item


class TestFields:
    @pytest.mark.parametrize(("kind", "field"), FIELDS)
    def test_have_a_label(self, kind, field):
        assert reference_labels.field_label(kind, field) != field

    def test_are_labelled_for_kinds_that_have_them(self):
        assert {field for _, field in FIELDS} == reference_labels.FIELDS.keys()
        assert {f"{kind}.{field}" for kind, field in FIELDS} >= (
            reference_labels.FIELDS_OF_KINDS.keys() | reference_labels.CODES_OF_KINDS.keys()
        )

    def test_of_every_row_are_those_shown_in_columns(self):
        assert {field.name for field in dataclasses.fields(Row)} == IN_COLUMNS


class TestCodes:
    @pytest.mark.parametrize(("kind", "field"), FIELDS)
    def test_that_a_field_may_hold_have_words(self, kind, field):
        allowed = literals(get_type_hints(KINDS[kind])[field])
        assert allowed <= reference_labels.codes_of(kind, {"kind": "criminal_judgment"}, field).keys()

    @pytest.mark.parametrize("kind", KINDS)
    def test_of_the_rows_of_the_program_are_shown_in_words(self, kind):
        unworded = set()
        for row in stored(kind):
            for field, value in row.items():
                if field in IN_COLUMNS | TEXTS or (kind, field) == ("exchange_codes", "value"):
                    continue
                for code in codes(value):
                    shown = reference_labels.fields_in_words(kind, row | {field: code}, names)
                    label = reference_labels.field_label(kind, field)
                    if (label, code) in shown:
                        unworded.add((field, code))
        assert unworded == set()

    def test_of_another_row_stand_behind_its_name(self):
        shown = reference_labels.fields_in_words("clocks", {"deadline": "D01"}, {"deadlines": {"D01": "公示"}}.get)
        assert shown == [("法定期限", "公示（D01）")]

    def test_that_nobody_knows_are_shown_as_they_are(self):
        shown = reference_labels.fields_in_words("clocks", {"noun": "x", "closes": ["y"]}, lambda kind: {})
        assert shown == [("哪一种案件", "x"), ("由哪一步了结", "y")]

    def test_groups_of_words_are_told_apart(self):
        body = {"citations": [["甲法", "第一条"], ["甲法", "第1条"]], "by_product": False}
        shown = reference_labels.fields_in_words("measures", body, lambda kind: {})
        assert shown == [("处罚依据所引条文", "甲法、第一条；甲法、第1条"), ("只及于个别产品", "否")]
