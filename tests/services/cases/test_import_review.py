"""A file that is looked at before it is filed: what the check finds is what filing finds, and nothing is left of it."""

import json

import pytest
from sqlalchemy import func, select

from registry import runtime
from registry.models import CaseStep, Clock, ImportFinding, Penalty, PenaltyImport
from registry.refusals.acts import FileForgotten, FileUnfinished, FilingRefused, ImportUnknown, OutOfRole
from registry.services.cases import import_review, penalty_import
from registry.services.cases.penalty_import import Options, Upload
from tests.services.cases.test_penalty_import import firms, run, table

OPTIONS = Options(("procurement",))


@pytest.fixture
def clerk(people):
    return people["clerk"].actor


def staged(actor, rows, options=OPTIONS):
    """The number of a file whose rows were checked."""
    upload = Upload(table(rows), "台账.json", options)
    number = runtime.perform(actor, lambda work: import_review.stage(work, upload).id)
    import_review.check(lambda act: runtime.perform(actor, act), actor, number)
    return number


def mend(actor, number, row, **cells):
    return runtime.perform(actor, lambda work: import_review.mend(work, number, ("", row), cells).state)


def findings(number):
    with runtime.reading() as session:
        rows = session.scalars(select(ImportFinding).where(ImportFinding.import_id == number)).all()
        return {(row.row_number, row.code) for row in rows if row.kind == "fault"}


def counts():
    with runtime.reading() as session:
        return [
            session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (Penalty, CaseStep, Clock)
        ]


class TestCheck:
    def test_finds_what_filing_finds_and_leaves_nothing(self, clerk):
        rows = firms(4)
        rows[1]["fine"] = "x"
        rows[3]["document_number"] = rows[0]["document_number"]
        rows[3]["subject_name"], rows[3]["uscc"] = rows[0]["subject_name"], rows[0]["uscc"]
        before = counts()
        number = staged(clerk, rows)
        assert counts() == before
        found = findings(number)
        assert {code for _, code in found} >= {"amount-malformed", "decision-already-filed"}
        runtime.perform(clerk, lambda work: import_review.submit(work, number).id)
        run(clerk, number)
        assert findings(number) == found

    def test_goes_on_behind_the_last_chunk_after_a_crash(self, clerk, monkeypatch):
        monkeypatch.setattr(penalty_import, "CHUNK", 2)
        upload = Upload(table(firms(5)), "台账.json", OPTIONS)
        number = runtime.perform(clerk, lambda work: import_review.stage(work, upload).id)
        steps = 0

        def breaking(act):
            nonlocal steps
            steps += 1
            if steps == 3:
                raise RuntimeError("killed")
            return runtime.perform(clerk, act)

        with pytest.raises(RuntimeError, match="killed"):
            import_review.check(breaking, clerk, number)
        with runtime.reading() as session:
            assert session.get_one(PenaltyImport, number).next_row == 2
        import_review.check(lambda act: runtime.perform(clerk, act), clerk, number)
        with runtime.reading() as session:
            done = session.get_one(PenaltyImport, number)
            assert (done.state, done.next_row, done.filed) == ("checked", 5, 0)


class TestMend:
    def test_checks_that_row_again_and_no_other(self, clerk):
        rows = firms(3)
        rows[0]["fine"], rows[2]["fine"] = "x", "y"
        number = staged(clerk, rows)
        [first, third] = sorted(row for row, _ in findings(number))
        mend(clerk, number, first, fine="1.000000")
        assert {row for row, _ in findings(number)} == {third}

    def test_is_refused_for_what_runs_for_what_is_forgotten_and_to_others(self, clerk, people):
        number = staged(clerk, firms(1))
        for name, refusal in (("second-clerk", ImportUnknown), ("verifier", OutOfRole)):
            with pytest.raises(refusal):
                mend(people[name].actor, number, 1, fine="1")
        with pytest.raises(FilingRefused):
            mend(clerk, number, 1, facts="甲\u202e乙")
        runtime.perform(clerk, lambda work: import_review.submit(work, number).id)
        with pytest.raises(FileUnfinished):
            mend(clerk, number, 1, fine="1")
        run(clerk, number)

        def forget(work):
            work.session.get_one(PenaltyImport, number).sealed = b""

        runtime.perform(clerk, forget)
        with pytest.raises(FileForgotten):
            mend(clerk, number, 1, fine="1")

    def test_that_was_mended_twice_keeps_the_last_text(self, clerk):
        rows = firms(1)
        rows[0]["fine"] = "x"
        number = staged(clerk, rows)
        [row] = {row for row, _ in findings(number)}
        mend(clerk, number, row, fine="y")
        mend(clerk, number, row, fine="2.000000", content="处以罚款二万元。")
        runtime.perform(clerk, lambda work: import_review.submit(work, number).id)
        run(clerk, number)
        with runtime.reading() as session:
            [penalty] = session.scalars(select(Penalty)).all()
            assert json.loads(penalty.filing.content)["fine_fen"] == 2_000_000
