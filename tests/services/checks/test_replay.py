"""An old question gets its old answer, from the ledger alone; a changed table answers nothing."""

import json

import pytest

from registry import runtime
from registry.domain.checks import receipts
from registry.domain.checks.receipts import split_receipt
from registry.domain.permissions import SYSTEM
from registry.errors import Fault
from registry.queries.law import reference_data
from registry.refusals.acts import EntryAhead, LedgerBroken
from registry.refusals.content import ReplayRefused
from registry.services.checks import replay
from registry.services.law import reference_loading
from registry.unit_of_work import UnitOfWork
from tests.queries.publication.test_integrity import plant, update
from tests.support.desk import bidder, seal, stranger
from tests.support.filings import BanFactory, BannedPersonFactory, days_ago, filing

EXPERT = {"name": "卞子墨", "id_type": "111", "id_number": "320981199912310005", "role": "evaluation_expert"}


def looking(question):
    """A question asked with a UnitOfWork that only reads."""
    with runtime.reading() as session:
        return question(UnitOfWork(session, SYSTEM, runtime.clock(), runtime.keys(), runtime.settings()))


def receipt_of(desk, *parties, **special):
    """The bytes of the receipt of a check."""
    made = desk.check(*parties, **special).get_json()
    return desk.get(made["receipt"].removeprefix("/api/v1"), "centre").get_data()


def replayed(data):
    """What differs between a receipt and its replay, and what was left out."""
    statement = split_receipt(data)[0]

    def act(work):
        replay.prove(work, statement["entry"])
        question = replay.request_of_receipt(statement)
        lines = replay.answer_again(work, question, statement["entry"], replay.law_of(work, statement))
        return replay.differences(statement["lines"], lines, question.left_out), question.left_out

    return looking(act)


class TestReplay:
    def test_gives_the_old_answer_after_the_world_has_changed(self, desk):
        ban = BanFactory()
        record = desk.published(ban)
        data = receipt_of(desk, bidder(ban), stranger())
        desk.withdraw(record, days_ago(0))
        desk.published(filing(subject_name=ban["subject_name"], uscc=ban["uscc"]))
        assert [line["verdict"] for line in split_receipt(data)[0]["lines"]] == ["barred", "no_record"]
        assert desk.verdicts(bidder(ban)) == ["on_record"]
        assert replayed(data) == ([], frozenset())

    def test_uses_the_law_tables_of_its_time(self, desk, tmp_path):
        grave = filing(kinds="责令停产停业", content="责令停产停业。", fine="", decided_on=days_ago(1000))
        desk.published(grave)
        data = receipt_of(desk, bidder(grave))
        before = looking(lambda work: reference_data.current(work.session).version)
        change_look_back(tmp_path, 12)
        assert looking(lambda work: reference_data.current(work.session).version) != before
        assert desk.verdicts(bidder(grave)) != [split_receipt(data)[0]["lines"][0]["verdict"]]
        assert replayed(data) == ([], frozenset())

    def test_refuses_law_tables_that_are_not_what_they_were(self, desk):
        data = receipt_of(desk, stranger())
        value = "replace(CAST(body AS TEXT), '36', '12')"
        if runtime.db.engine.dialect.name != "sqlite":
            value = f"CAST({value} AS JSON)"
        plant(f"UPDATE catalog_rows SET body = {value} WHERE code = 'lookback_months'")
        with pytest.raises(ReplayRefused):
            replayed(data)

    def test_leaves_out_whom_the_receipt_does_not_name_in_full(self, desk):
        desk.published(BannedPersonFactory())
        data = receipt_of(
            desk, stranger(), {**EXPERT, "of": "1"}, tender={"sector": "construction", "must_tender": True}
        )
        assert split_receipt(data)[0]["lines"][1]["verdict"] == "barred"
        assert replayed(data) == ([], frozenset({"2"}))

    def test_names_the_line_that_contradicts(self, desk):
        ban = BanFactory()
        desk.published(ban)
        statement = split_receipt(receipt_of(desk, bidder(ban), stranger()))[0]
        said = [dict(line) for line in statement["lines"]]
        said[0]["verdict"] = "no_record"
        assert replay.differences(said, statement["lines"]) == ["1"]
        assert replay.differences(said[1:], statement["lines"]) == ["1"]
        assert replay.differences(said, statement["lines"], frozenset({"1"})) == []

    def test_of_an_excerpt_is_that_of_its_line(self, desk):
        ban = BanFactory()
        desk.published(ban)
        data = receipt_of(desk, stranger(), bidder(ban, of="1"))
        assert replayed(receipts.excerpt(data, "2")) == ([], frozenset())

    def test_of_other_rules_is_refused(self, desk):
        statement = split_receipt(receipt_of(desk, stranger()))[0] | {"matcher": "exact-0"}
        with pytest.raises(ReplayRefused):
            replay.request_of_receipt(statement)

    def test_of_a_first_version_needs_the_sector_and_takes_the_law_of_the_instant(self, desk):
        statement = split_receipt(receipt_of(desk, stranger()))[0]
        first = {name: value for name, value in statement.items() if name not in ("law", "sector", "must_tender")}
        with pytest.raises(ReplayRefused):
            replay.request_of_receipt(first)
        assert replay.request_of_receipt(first, "procurement").inquiry.sector == "procurement"
        assert looking(lambda work: replay.law_of(work, first).version) == statement["law"]


def change_look_back(folder, months):
    """Load the reference data again with another look-back."""
    for path in reference_loading.FOLDER.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if path.stem == "thresholds":
            assert 'value = 36\nunit = "month"' in text
            text = text.replace('value = 36\nunit = "month"', f'value = {months}\nunit = "month"')
        (folder / path.name).write_text(text, encoding="utf-8")
    runtime.perform(SYSTEM, lambda work: reference_loading.load(work, folder))


class TestProof:
    def test_tells_root_and_the_head_that_signs_it(self, desk):
        desk.published(filing())
        statement = split_receipt(receipt_of(desk, stranger()))[0]
        proven = looking(lambda work: replay.prove(work, 1))
        assert (proven.root.hex(), proven.sealed) == (statement["root"], None)
        desk.published(filing())
        seal()
        assert looking(lambda work: replay.prove(work, 1)).sealed == 2
        assert looking(lambda work: replay.prove(work, 0)).entry == 0

    def test_ends_where_the_ledger_ends(self, desk):
        for entry in (1, -1):
            with pytest.raises(EntryAhead):
                looking(lambda work, entry=entry: replay.prove(work, entry))

    @pytest.mark.parametrize(
        ("table", "column", "value"),
        [
            ("publications", "uscc", "'91320902MA0TR0027T'"),
            ("publications", "name_key", "'他名'"),
            ("publications", "state", "'withdrawn'"),
            ("publications", "until_entry", "1"),
            ("publications", "id_index", "'00'"),
            ("publications", "body", "replace(body, '虚假业绩', '真实业绩')"),
            ("publications", "kind", "'commendation'"),
            ("publications", "audience", "'authorised'"),
            ("ledger_entries", "commitment", "'00'"),
            ("ledger_entries", "leaf", "X"),
            ("checkpoints", "root", "'00'"),
        ],
    )
    def test_answers_nothing_from_a_changed_table(self, desk, table, column, value):
        desk.published(BanFactory())
        seal()
        looking(lambda work: replay.prove(work, 1))
        where = "size = 1" if table == "checkpoints" else None
        plant(update(table, column, value, where))
        runtime.db.session.remove()
        with pytest.raises(LedgerBroken) as refused:
            looking(lambda work: replay.prove(work, 1))
        assert all(isinstance(fault, Fault) and fault.detail for fault in refused.value.faults)

    def test_of_the_past_minds_no_later_change(self, desk):
        desk.published(BanFactory())
        seal()
        desk.published(filing())
        seal()
        plant(update("publications", "uscc", "'91320902MA0TR0027T'", "from_entry = 2"))
        runtime.db.session.remove()
        assert looking(lambda work: replay.prove(work, 1)).sealed == 1
        with pytest.raises(LedgerBroken):
            looking(lambda work: replay.prove(work, 2))

    def test_finds_a_lost_publication(self, desk):
        desk.published(BanFactory())
        plant("DELETE FROM publication_sectors WHERE from_entry = 1")
        plant("DELETE FROM publications WHERE from_entry = 1")
        runtime.db.session.remove()
        with pytest.raises(LedgerBroken) as refused:
            looking(lambda work: replay.prove(work, 1))
        assert "its publication is missing" in json.dumps([fault.detail for fault in refused.value.faults])


class TestRoot:
    """What a receipt states of the ledger before any checkpoint was signed over it."""

    def test_is_that_of_the_later_checkpoint(self, desk):
        for place in range(5):
            desk.published(filing())
            said = split_receipt(receipt_of(desk, stranger()))[0]["root"]
            if place % 2:
                seal()
            assert looking(lambda work: replay.prove(work, place + 1)).root.hex() == said  # noqa: B023

    def test_of_an_earlier_size_is_stated_too(self, desk):
        for _ in range(3):
            desk.published(filing())
        seal()
        for entry in range(4):
            said = split_receipt(receipt_of(desk, stranger(), known_at=entry))[0]["root"]
            assert looking(lambda work: replay.prove(work, entry)).root.hex() == said  # noqa: B023

    def test_is_not_stated_of_a_tree_that_does_not_stand(self, desk):
        desk.published(filing())
        plant(update("ledger_entries", "act", "'expire'"))
        runtime.db.session.remove()
        assert split_receipt(receipt_of(desk, stranger()))[0]["root"] is None
