"""Rows that were read wrongly once, through the doors: identities, kinds, names and numbers of persons."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select, text

from registry import runtime
from registry.domain.naming import name_key
from registry.models import Penalty, Publication

FILES = Path(__file__).parent / "files"
PLANTED = ("911231199001010015", "E12345678", "H12345678", "3209221990", "138 00 13 80 00", "4367421234567890")


@pytest.fixture
def file(typed):
    """File a case as the clerk; what was printed."""

    def run(name, *options):
        return typed("file", "penalties", FILES / name, "--as", "clerk", "--sectors", "procurement", *options)[1]

    return run


@pytest.fixture
def published(typed, file):
    """File a case and verify all of it; what was printed of the filing."""

    def run(name, *options):
        said = file(name, *options)
        typed("penalties", "verify", "--all", "--as", "verifier")
        return said

    return run


@pytest.fixture
def check(typed, tmp_path):
    """Check one bidder, given as columns; its line in the receipt, or what was printed when the list was refused."""

    def run(role="bidder", **cells):
        bidders, out = tmp_path / "bidders.csv", tmp_path / "receipt.json"
        out.unlink(missing_ok=True)
        cells = {"name": "盐城另名建设有限公司", "role": role} | cells
        bidders.write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n", "utf-8")
        said = typed("check", bidders, "--sector", "procurement", "--out", out, "--as", "centre")[1]
        return json.loads(out.read_bytes())["statement"]["lines"][0] if out.exists() else said

    return run


def faults(said):
    """(row, code) of every fault that was printed."""
    return re.findall(r"row (\d+)[^:\n]*: fault ([a-z0-9-]+):", said)


def publications():
    with runtime.reading() as session:
        return [json.loads(body) for body in session.scalars(select(Publication.body))]


class TestIdentity:
    def test_c01_resident_card_in_the_words_of_the_card_is_filed(self, file):
        assert "1 filed, 0 refused" in file("c01_person_shenfenzheng.csv")

    def test_c03_identity_number_in_the_column_of_codes_is_refused_and_repeated_nowhere(self, file, check):
        said = file("c03_resident_id_as_uscc.csv")
        assert "0 filed, 1 refused" in said
        assert "320922199001010669" not in said
        with runtime.reading() as session:
            assert not session.scalars(select(Penalty)).all()
        answer = check(uscc="320922199001010669")
        assert isinstance(answer, str) or answer["verdict"] == "unchecked"
        assert "320922199001010669" not in str(answer)

    def test_c04_eighteen_zeros_are_no_code_and_bar_nobody(self, file, check):
        assert faults(file("c04_zero_uscc.csv")) == [("2", "uscc-impossible")]
        answer = check(uscc="0" * 18)
        assert isinstance(answer, str) or answer["verdict"] in ("unchecked", "review")

    def test_c14_person_is_found_by_another_form_or_type_of_the_document(self, published, check):
        assert "6 filed, 0 refused" in published("c14_persons.csv")
        for words, number in (
            ("台湾居民来往大陆通行证", "01234567"),
            ("港澳居民来往内地通行证", "H12345678"),
            ("港澳居民来往内地通行证", "H1234567801"),
            ("回乡证", "H1234567800"),
            ("居住证", "810000199001013121"),
            ("港澳台居民居住证", "810000199001013121"),
            ("护照", "E87654321"),
            ("外国人永久居留身份证", "911231199001010015"),
        ):
            line = check("evaluation_expert", name="某样别", id_type=words, id_number=number)
            assert any("record" in reason for reason in line["reasons"]), words
            assert line["verdict"] in ("review", "barred", "on_record"), words


class TestDecision:
    def test_c05_the_same_decision_in_other_brackets_is_filed_already(self, file):
        assert "1 filed" in file("c05a_brackets.csv")
        said = file("c05b_brackets.csv")
        assert "0 filed" in said
        assert faults(said) == [("2", "decision-already-filed")]
        with runtime.reading() as session:
            assert len(session.scalars(select(Penalty)).all()) == 1

    def test_c06_every_kind_of_a_cell_is_kept(self, published):
        said = published("c06_kinds.csv")
        kinds = {body["subject"]["name"][4:7]: body["kinds"] for body in publications()}
        assert kinds == {
            "201": ["05"],
            "202": ["05"],  # 暂扣或者吊销: 处罚内容 says 吊销
            "203": ["05", "02"],
            "204": ["07", "02"],
            "205": ["11", "04"],
            "206": ["11", "04"],
        }
        assert said.count("kind-not-stated") == 6  # 处罚内容 says more, which the clerk and the verifier are told


class TestName:
    def test_c08_characters_are_kept_and_what_is_damaged_is_refused(self, published):
        said = published("c08_symbols.csv")
        names = {body["subject"]["name"] for body in publications()}
        assert {"盐城三○一建设有限公司", "盐城⻢达建设有限公司"} <= names
        assert not any(mark in name for name in names for mark in ("?", "#N/A", "&amp;", "\u3164"))
        assert len({row for row, _ in faults(said)}) >= 4
        assert name_key.key("盐城三○一建设有限公司") == name_key.key("盐城三〇一建设有限公司")
        assert name_key.key("盐城三○一建设有限公司") != name_key.key("盐城三一建设有限公司")
        assert name_key.key("盐城⻢达建设有限公司") == name_key.key("盐城马达建设有限公司")
        assert name_key.key("盐城1.2米建设有限公司") != name_key.key("盐城12米建设有限公司")

    def test_c42_two_firms_in_one_cell_are_a_fault_at_the_cell(self, file):
        said = file("c42_two_in_one.csv")
        assert "0 filed, 1 refused" in said
        assert ("2", "name-several") in faults(said)

    def test_c13_role_in_chinese_is_taken(self, typed, tmp_path, people):
        out = tmp_path / "receipt.json"
        options = ("--sector", "procurement", "--out", out, "--as", "centre")
        typed("check", FILES / "c13_role_chinese.xlsx", *options)
        (line,) = json.loads(out.read_bytes())["statement"]["lines"]
        assert (line["role"], line["verdict"]) == ("bidder", "no_record")


class TestPersonalNumbers:
    def test_c23_of_the_facts_are_nowhere_public(self, published, app):
        published("c23_ids_in_facts.csv")
        with runtime.reading() as session:
            bodies = "".join(session.scalars(select(Publication.body)))
            leaves = str(session.execute(text("SELECT * FROM ledger_entries")).all())
        page = app.test_client().get("/records?q=盐城泄露建设有限公司").get_data(as_text=True)
        for number in PLANTED:
            assert number not in bodies + leaves + page
