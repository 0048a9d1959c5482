"""registry report person: the number comes on standard input, the report is the audit administrator's, and audited."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from registry import runtime
from registry.cli import main
from registry.commands import common
from registry.models import AuditEvent
from tests.support.filings import PERSON_NUMBER, BannedPersonFactory


@pytest.fixture
def ask(app, people, monkeypatch):
    """Run the command with a number on standard input; exit code and output."""
    monkeypatch.setattr(common, "create_node", lambda: app)

    def run(*words, number=PERSON_NUMBER, by="auditor"):
        done = CliRunner().invoke(main, ["report", "person", "--as", by, *map(str, words)], input=f"{number}\n")
        return done.exit_code, done.output

    return run


def events():
    with runtime.reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.act == "person.report")))


class TestPerson:
    def test_prints_every_table_with_how_long_it_is_kept(self, ask, bureau):
        record = bureau.published_penalty(**dict(BannedPersonFactory()))
        code, output = ask("--json")
        body = json.loads(output)
        assert code == 0
        tables = {table["table"]: table for table in body["tables"]}
        assert {"publications", "penalties", "penalty_filings", "case_steps", "ledger_entries"} <= set(tables)
        assert tables["publications"]["rows"][0]["content"]["record"] == record
        assert all(period["until"] for table in body["tables"] for period in table["kept"])
        assert body["not_searched"]
        assert PERSON_NUMBER not in output

    def test_says_the_same_in_words(self, ask, bureau):
        record = bureau.published_penalty(**dict(BannedPersonFactory()))
        code, output = ask()
        assert code == 0
        assert record in output
        assert "penalty_filings（案卷" in output
        assert PERSON_NUMBER not in output

    def test_takes_the_number_from_a_file(self, ask, bureau, tmp_path):
        bureau.published_penalty(**dict(BannedPersonFactory()))
        (tmp_path / "number.txt").write_text(PERSON_NUMBER, encoding="utf-8")
        code, output = ask("--number-file", tmp_path / "number.txt", "--json", number="")
        assert code == 0
        assert json.loads(output)["tables"]

    def test_is_audited_without_the_number(self, ask, bureau):
        ask()
        [event] = events()
        assert event.actor == "auditor"
        assert event.reference.startswith("person ")
        assert PERSON_NUMBER not in f"{event.reference} {event.detail}"

    @pytest.mark.parametrize("role", ["clerk", "verifier", "security", "operator", "centre"])
    def test_is_refused_to_everybody_else(self, ask, role):
        code, output = ask(by=role)
        assert code == 1
        assert "out-of-role" in output
        assert events() == []

    def test_tells_nothing_of_a_number_that_is_none(self, ask):
        code, output = ask(number=PERSON_NUMBER[:-1] + ("0" if PERSON_NUMBER[-1] != "0" else "1"))
        assert code == 1
        assert PERSON_NUMBER[:-1] not in output
