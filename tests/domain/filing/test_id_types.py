"""Kinds of identity document: every word in the reference data is read, alone and with its code."""

import tomllib
from pathlib import Path

import pytest

from registry.domain import law
from registry.domain.filing import row_reader
from tests.domain.filing.filing_rows import PERSON, RULES, accepted, outcome

ROWS = tomllib.loads((Path(law.__path__[0]).parents[1] / "reference/id_types.toml").read_text())["rows"]
NAMES = {row["code"]: row["name"] for row in ROWS}
WORDS = {word: row["code"] for row in ROWS for word in row.get("aliases", ())}
NAMED = [*((name, code) for code, name in NAMES.items()), *WORDS.items()]
LAW = type(RULES)(**{**vars(RULES), "id_types": NAMES, "id_words": WORDS})


@pytest.mark.parametrize(("word", "code"), NAMED, ids=[word for word, _ in NAMED])
def test_every_word_is_read(word: str, code: str) -> None:
    for text in (
        word,
        f" {word} ",
        word.upper(),
        f"{code}-{word}",
        f"{code} {word}",
        f"{word}（{code}）",
        f"{code}：{word}",
    ):
        assert row_reader.code_of(text, NAMES, WORDS) == code, text


def test_no_word_names_two_kinds() -> None:
    assert len(NAMED) == len({word for word, _ in NAMED})


@pytest.mark.parametrize("word", ["身份证", "二代身份证", "临时身份证", "居民身份证（111）"])
def test_a_resident_is_filed_under_any_of_them(word: str) -> None:
    assert accepted(PERSON | {"id_type": word}, rules=LAW)[0].subject.id_type == "111"


@pytest.mark.parametrize("word", ["学生证", "111-护照", "414居民身份证", "证"])
def test_another_word_is_refused_and_told_what_is_known(word: str) -> None:
    _, faults, _ = outcome(PERSON | {"id_type": word}, rules=LAW)
    [fault] = [fault for fault in faults if fault.code == "id-type-unknown"]
    assert all(name in fault.detail for name in NAMES.values())
