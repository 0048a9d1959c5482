"""A file that had findings is answered with itself for a while, to whom filed it; then its bytes are forgotten."""

import datetime as dt
import io

import openpyxl
import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import AuditEvent, ListAdoption, PenaltyImport
from registry.refusals.acts import FileForgotten, FileUnfinished, ImportUnknown, OutOfRole
from registry.refusals.procedure import AdoptionUnknown
from registry.services import retention
from registry.services.cases import annotation, penalty_import
from tests.services.cases.test_penalty_import import firms, received, run, table
from tests.support.lists import DAY, Office, firm
from tests.tabular.workbooks import workbook

KEPT_DAYS = 15


@pytest.fixture
def clerk(people):
    """Who files."""
    return people["clerk"].actor


def file_workbook(clerk, *, is_bad=True):
    """A workbook of two firms, the second with a bad amount; the number of its import."""
    rows = firms(2)
    if is_bad:
        rows[1]["fine"] = "x"
    data = workbook([list(rows[0]), *(list(row.values()) for row in rows)])
    number = received(clerk, data)
    run(clerk, number)
    return number


def annotate(actor, number):
    """The answer as this actor gets it."""
    return runtime.perform(actor, lambda work: annotation.annotated_import(work, number))


def later(monkeypatch, days):
    """Let days pass."""
    then = runtime.clock() + dt.timedelta(days=days)
    monkeypatch.setattr(runtime, "clock", lambda: then)


def forget():
    """What the worker does."""
    return runtime.perform(SYSTEM, lambda work: retention.clear(work, "filed-files"))


class TestAnnotatedImport:
    def test_is_the_workbook_with_its_findings_and_is_audited(self, clerk):
        number = file_workbook(clerk)
        sheet = openpyxl.load_workbook(io.BytesIO(annotate(clerk, number).data)).active
        column = [cell.value for cell in sheet[1]].index("fine") + 1
        assert "amount-malformed" in sheet.cell(3, column).comment.text
        assert sheet.cell(2, column).comment is None
        with runtime.reading() as session:
            events = session.scalars(select(AuditEvent).where(AuditEvent.act == "import.annotate")).all()
            assert [(event.actor, event.reference) for event in events] == [(clerk.name, str(number))]

    def test_is_for_the_account_that_filed_it(self, clerk, people):
        number = file_workbook(clerk)
        for name, refusal in (("verifier", OutOfRole), ("other-clerk", ImportUnknown)):
            with pytest.raises(refusal):
                annotate(people[name].actor, number)

    def test_waits_until_every_row_is_filed(self, clerk):
        number = received(clerk, table(firms(3)))
        with pytest.raises(FileUnfinished):
            annotate(clerk, number)

    def test_of_a_file_without_findings_is_forgotten_like_any_other(self, clerk, monkeypatch):
        number = file_workbook(clerk, is_bad=False)
        with runtime.reading() as session:
            assert penalty_import.findings(session, number) == []
        annotate(clerk, number)
        later(monkeypatch, KEPT_DAYS + 1)
        assert forget() == 1
        with pytest.raises(FileForgotten):
            annotate(clerk, number)


class TestAnnotatedAdoption:
    def test_is_the_list_with_its_findings_for_its_department(self, bureau):
        office = Office(bureau)
        number = office.file([firm(1), firm(2, 列入日期="昨天")])
        clerk, other = (bureau.people[name].actor for name in ("clerk", "other-clerk"))
        answer = runtime.perform(clerk, lambda work: annotation.annotated_adoption(work, number))
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        assert "date-malformed" in sheet.cell(3, list(firm(1)).index("列入日期") + 1).comment.text
        with pytest.raises(AdoptionUnknown):
            runtime.perform(other, lambda work: annotation.annotated_adoption(work, number))
        bureau.go(DAY + dt.timedelta(days=KEPT_DAYS + 1))
        assert forget() == 1
        with runtime.reading() as session:
            assert session.get_one(ListAdoption, number).sealed == b""


class TestForgetFiles:
    @pytest.mark.parametrize("days", [pytest.param(15, id="retention-filed-files-本登记簿配置")])
    def test_takes_the_bytes_once_their_days_are_over(self, clerk, monkeypatch, days):
        number = file_workbook(clerk)
        with monkeypatch.context() as patch:
            later(patch, days - 1)
            assert forget() == 0
            annotate(clerk, number)
        later(monkeypatch, days + 1)
        assert (forget(), forget()) == (1, 0)
        with pytest.raises(FileForgotten):
            annotate(clerk, number)
        with runtime.reading() as session:
            assert session.get_one(PenaltyImport, number).sealed == b""
            assert penalty_import.findings(session, number) != []

    def test_takes_those_of_files_that_failed(self, clerk, people, monkeypatch):
        number = received(clerk, table(firms(3)))
        runtime.perform(clerk, lambda work: penalty_import._mark_failed(work, number, OutOfRole()))
        later(monkeypatch, KEPT_DAYS + 1)
        assert forget() == 1

    def test_leaves_what_is_not_filed_yet(self, clerk, monkeypatch):
        number = received(clerk, table(firms(3)))
        later(monkeypatch, KEPT_DAYS + 1)
        assert forget() == 0
        assert run(clerk, number)[0] == "finished"

    def test_is_for_the_worker_only(self, clerk):
        with pytest.raises(OutOfRole):
            runtime.perform(clerk, lambda work: retention.clear(work, "filed-files"))
