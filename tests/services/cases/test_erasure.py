"""An erased record: nothing of its content is left, its proofs stand, and the gap is explained by a signed entry."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import SYSTEM
from registry.models import Base, LedgerEntry, Penalty, Publication
from registry.queries import row_integrity
from registry.queries.publication import erasure_check, publications
from registry.refusals.acts import (
    ErasureBlocked,
    ErasureGroundUnknown,
    RecordErased,
    RecordUnknown,
    SecondPersonMissing,
    SelfVerification,
)
from registry.refusals.content import ReplayRefused
from registry.services.cases import drafts, erasure, proposed_steps
from registry.services.node import proposals
from registry.services.proposed_acts import ACTS
from registry.services.publication import row_state
from tests.queries.publication.test_integrity import findings, plant
from tests.services.checks.test_replay import receipt_of, replayed
from tests.support.desk import bidder, stranger
from tests.support.filings import BanFactory

GROUND = "unlawful-processing"


def propose(bureau, record, by="verifier", ground=GROUND):
    actor = bureau.people[by].actor
    return runtime.perform(actor, lambda work: erasure.propose(work, record, ground, "处理目的已经实现").id)


def erase(bureau, record):
    """Erase a record by two persons; the entry."""
    number = propose(bureau, record)
    actor = bureau.people["second-verifier"].actor
    return runtime.perform(actor, lambda work: proposals.confirm(work, ACTS, number)[1]["entry"])


def dump(*, without=("proposals", "audit_events", "accounts")):
    """Every value of every table, as one text, sealed ones opened where this node can."""
    vault, texts = runtime.keys().vault, []
    with runtime.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in without or table.name.startswith("catalog"):
                continue
            for row in session.execute(select(table)):
                for value in row:
                    if isinstance(value, bytes):
                        try:
                            texts.append(vault.open(value).decode(errors="replace"))
                        except Exception:
                            texts.append(value.decode(errors="replace"))
                    else:
                        texts.append(json.dumps(value, ensure_ascii=False, default=str))
    return "\n".join(texts)


def row_findings():
    with runtime.reading() as session:
        return list(row_integrity.findings(session, runtime.keys().vault))


class TestErase:
    def test_leaves_nothing_of_the_content_in_any_table(self, bureau):
        record = bureau.published_penalty()
        filing = bureau.names[record]
        marks = [filing["subject_name"], filing["uscc"], filing["document_number"]]
        assert all(mark in dump() for mark in marks)
        typed = {"subject_name": marks[0]}
        bureau.do("second-clerk", lambda work: drafts.keep(work, f"penalty:{record}", typed))
        bureau.do("verifier", lambda work: drafts.keep(work, f"penalty.withdraw:{record}", {"typed": typed}))
        erase(bureau, record)
        left = dump()
        assert [mark for mark in marks if mark in left] == []

    def test_is_no_contradiction_of_ledger_or_rows_and_is_explained(self, bureau):
        record, other = bureau.published_penalty(), bureau.published_penalty()
        entry = erase(bureau, record)
        runtime.perform(SYSTEM, row_state.seal)
        assert (findings(), row_findings()) == ([], [])
        with runtime.reading() as session:
            [line] = erasure_check.explained(session)
            assert session.get(LedgerEntry, entry).act == "erase"
            assert publications.record(session, other, publications.moment(session, bureau.today)).record == other
        assert record in line
        assert f"erased by entry {entry}" in line

    def test_clears_every_version_and_keeps_the_chain_of_hashes(self, bureau):
        record = bureau.published_penalty()
        step_input = StepInput()
        body = {"reason": "经复议撤销", "changed_on": bureau.today}
        bureau.do("verifier", lambda work: proposed_steps.STEPS["penalty", "withdraw"](work, record, body, step_input))
        erase(bureau, record)
        with runtime.reading() as session:
            rows = list(session.scalars(select(Publication).order_by(Publication.revision)))
            assert [(row.salt == b"", row.erased_by is not None) for row in rows] == [(True, True)] * 2 + [
                (False, False)
            ]
            assert [row.previous for row in rows[1:]] == [row.content_hash for row in rows[:-1]]

    def test_takes_a_listing_with_its_procedure_too(self, bureau):
        record = bureau.listed()
        with runtime.reading() as session:
            name = session.scalars(select(Publication.name).where(Publication.record == record)).first()
            rows = session.scalars(select(Publication.record).where(Publication.name == name))
            records = sorted(set(rows))
        for one in records:
            erase(bureau, one)
        assert name not in dump()
        assert (findings(), row_findings()) == ([], [])

    def test_goes_over_the_command_line_and_the_api(self, bureau, desk, typed):
        first, second = bureau.published_penalty(), bureau.published_penalty()
        code, out = typed("erase", first, "--ground", GROUND, "--reason", "错误公示", "--as", "verifier")
        assert (code, "waits for another person" in out) == (0, True)
        assert typed("proposals", "confirm", 1, "--as", "second-verifier")[0] == 0
        body = {"ground": GROUND, "reason": "错误公示"}
        answer = desk.ask("PUT", f"/api/v1/records/{second}/erasure", "verifier", json=body)
        assert answer.status_code == 202
        path = f"/api/v1/proposals/{answer.get_json()['id']}/confirmation"
        assert desk.ask("PUT", path, "second-verifier", json={}).status_code == 200
        assert "0 contradictions" not in typed("ledger", "verify")[1]
        assert typed("ledger", "verify")[1].count("erased by entry") == 2

    def test_takes_two_persons_of_the_department(self, bureau):
        record = bureau.published_penalty()
        number = propose(bureau, record)
        with pytest.raises(SelfVerification):
            runtime.perform(bureau.people["verifier"].actor, lambda work: proposals.confirm(work, ACTS, number))
        with pytest.raises(SecondPersonMissing):
            runtime.perform(
                bureau.people["verifier"].actor,
                lambda work: erasure.ERASE.run(replace(work, proposer=None), record, {"ground": GROUND}, None),
            )

    def test_is_refused_without_a_ground_twice_or_for_what_is_not_published(self, bureau):
        record = bureau.published_penalty()
        with pytest.raises(ErasureGroundUnknown):
            propose(bureau, record, ground="because")
        erase(bureau, record)
        with pytest.raises(RecordErased):
            propose(bureau, record)
        with pytest.raises(RecordUnknown):
            propose(bureau, bureau.penalty())

    def test_waits_for_open_applications(self, bureau):
        record = bureau.published_penalty()
        bureau.applied("dispute", record)
        with pytest.raises(ErasureBlocked):
            propose(bureau, record)

    def test_stops_every_later_step_of_the_case(self, bureau):
        record = bureau.published_penalty()
        erase(bureau, record)
        with runtime.reading() as session:
            assert session.scalars(select(Penalty.state).where(Penalty.record == record)).one() == "erased"


class TestClearingWithoutAnEntry:
    @pytest.mark.parametrize("entry", [1, 2, 99])
    def test_is_a_deviation(self, bureau, entry):
        bureau.published_penalty()
        bureau.published_penalty()
        with runtime.reading() as session:
            row = session.scalars(select(Publication).where(Publication.from_entry == 1)).one()
            blank = json.dumps(json.loads(row.body), ensure_ascii=False).replace("'", "''")
        assert blank
        empty = "X''" if runtime.db.engine.dialect.name == "sqlite" else "''"
        plant(f"UPDATE publications SET salt = {empty}, erased_by = {entry} WHERE from_entry = 1")
        assert any("no entry of the ledger says" in line for line in findings())
        assert any("publications" in line for line in row_findings())
        with runtime.reading() as session:
            assert list(erasure_check.explained(session)) == []

    def test_is_a_deviation_when_the_mark_is_left_out(self, bureau):
        record = bureau.published_penalty()
        erase(bureau, record)
        plant("UPDATE publications SET erased_by = NULL WHERE from_entry = 1")
        assert any("publication" in line for line in findings())

    def test_content_under_the_mark_is_a_deviation(self, bureau):
        record = bureau.published_penalty()
        erase(bureau, record)
        with runtime.db.engine.begin() as connection:
            changed = """replace(body, '"facts":""', '"facts":"甲"')"""
            connection.execute(text(f"UPDATE publications SET body = {changed}"))
        assert any("has content" in line for line in findings())


class TestReaders:
    def test_get_a_tombstone_with_the_ground_and_checks_find_nothing(self, desk, bureau):
        ban = BanFactory()
        record = desk.published(ban)
        assert desk.verdicts(bidder(ban)) == ["barred"]
        erase(bureau, record)
        answer = desk.get(f"/records/{record}").get_json()
        assert answer["state"] == "removed"
        assert "删除" in answer["removed_because"]
        assert ban["subject_name"] not in json.dumps(answer, ensure_ascii=False)
        assert desk.verdicts(bidder(ban)) == ["no_record"]
        assert desk.get(f"/records/{record}/history").status_code == 404
        assert desk.get(f"/penalties/{record}", "clerk").status_code == 200

    def test_of_an_old_receipt_are_told_that_it_cannot_be_answered_again(self, desk, bureau):
        ban, other = BanFactory(), BanFactory()
        record = desk.published(ban)
        desk.published(other)
        rested, free = receipt_of(desk, bidder(ban)), receipt_of(desk, bidder(other), stranger())
        erase(bureau, record)
        with pytest.raises(ReplayRefused) as refused:
            replayed(rested)
        assert record in refused.value.detail
        assert replayed(free) == ([], frozenset())
