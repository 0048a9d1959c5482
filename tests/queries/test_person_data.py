"""A report about a person has every row that is about the person, in whatever table, and no other person's."""

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.models import Base
from registry.queries import person_data
from registry.queries.law import reference_data
from registry.refusals.content import ResidentIdCheckCharacter
from registry.services.cases import relief_applications
from registry.services.node import proposals
from registry.services.proposed_acts import ACTS
from tests.services.cases.test_erasure import propose
from tests.support.centre import Centre, advance, party
from tests.support.filings import BannedPersonFactory
from tests.support.personal import residents

ANNA, BEN = residents(2, 5)
TABLES = [table for table in Base.metadata.sorted_tables if table.name not in person_data.NOT_ABOUT_PERSONS]


def keys():
    """(table, key) of every row of the store."""
    with runtime.reading() as session:
        return {
            (table.name, ", ".join(str(row[column.name]) for column in table.primary_key.columns))
            for table in TABLES
            for row in session.execute(select(table)).mappings()
        }


def report(number, id_type=None):
    with runtime.reading() as session:
        vault, names = runtime.keys().vault, reference_data.current(session).names("id_types")
        person = person_data.identify(vault, id_type, number, names)
        return list(person_data.find_rows(session, vault, person))


def found(rows):
    return {(row.table, row.key) for row in rows}


def live(bureau, number, name):
    """What may befall a person here: penalised, disputed, proposed for erasure, checked, watched; the rows of it."""
    before, filing = keys(), {"id_number": number, "subject_name": name}
    record = bureau.published_penalty(**dict(BannedPersonFactory(**filing)))
    application = bureau.applied("dispute", record, name=name)
    bureau.do("clerk", lambda work: relief_applications.refuse(work, application, "不属于受理范围", StepInput()))
    proposal, second = propose(bureau, record), bureau.people["second-verifier"].actor
    runtime.perform(second, lambda work: proposals.refuse(work, ACTS, proposal, "理由不足"))
    centre = Centre(bureau.people)
    expert = {"name": name, "uscc": None, "id_type": "111", "id_number": number, "role": "expert"}
    someone = party(bureau.names[record], **expert)
    centre.receipt(someone)
    centre.watch(someone)
    advance()
    return keys() - before, record


def not_named(added):
    """Rows that tell of a check or a watch by its own number only."""
    with runtime.reading() as session:
        table = Base.metadata.tables["audit_events"]
        acts = {str(row.id): row.act for row in session.execute(select(table))}
    return {(name, key) for name, key in added if name == "audit_events" and acts[key].startswith(("check.", "watch."))}


class TestFindRows:
    def test_has_every_row_that_came_by_the_person(self, bureau):
        added, _ = live(bureau, ANNA, "卞子墨")
        live(bureau, BEN, "卞子轩")
        missing = added - not_named(added) - found(report(ANNA))
        assert missing == set()

    def test_has_no_row_of_another_person(self, bureau):
        live(bureau, ANNA, "卞子墨")
        added, record = live(bureau, BEN, "卞子轩")
        rows = report(ANNA)
        assert found(rows) & added == set()
        assert not [row for row in rows if record in str(row.content) or BEN in str(row.content)]

    def test_tells_of_what_is_shared_which_row_it_is_and_the_own_line_only(self, bureau):
        live(bureau, ANNA, "卞子墨")
        _, record = live(bureau, BEN, "卞子轩")
        centre = Centre(bureau.people)
        both = [
            party(
                bureau.names[record], str(place), name=name, uscc=None, id_type="111", id_number=number, role="expert"
            )
            for place, (name, number) in enumerate({"卞子墨": ANNA, "卞子轩": BEN}.items(), start=1)
        ]
        centre.receipt(*both)
        checks = [row for row in report(ANNA) if row.table == "checks"]
        assert len(checks) == 2
        assert all(len(row.content["lines"]) == 1 for row in checks)
        assert "卞子轩" not in str([row.content for row in checks])

    def test_says_what_is_sealed_without_the_number(self, bureau):
        live(bureau, ANNA, "卞子墨")
        rows = report(ANNA)
        stated = [row.content["sealed"] for row in rows if row.table == "case_steps" and row.content["sealed"]]
        assert any("处罚对象有误" in text for text in stated)
        assert ANNA not in str([row.content for row in rows])

    def test_finds_nothing_of_somebody_unknown(self, bureau):
        live(bureau, ANNA, "卞子墨")
        assert report(residents(3, 9)[2]) == []

    def test_finds_the_number_in_its_old_form(self, bureau):
        live(bureau, ANNA, "卞子墨")
        assert found(report(ANNA[:6] + ANNA[8:17])) == found(report(ANNA))

    def test_finds_the_number_under_another_type(self, bureau):
        bureau.published_penalty(**dict(BannedPersonFactory(id_type="414", id_number="E31234567")))
        assert {row.table for row in report("E31234567", "护照")} >= {"publications", "penalties", "penalty_filings"}

    def test_refuses_a_number_that_cannot_be_one(self, app):
        wrong = ANNA[:17] + ("0" if ANNA[17] != "0" else "1")
        with pytest.raises(ResidentIdCheckCharacter):
            report(wrong)


class TestExceptions:
    def test_are_tables_with_a_reason(self):
        assert set(person_data.NOT_ABOUT_PERSONS) <= set(Base.metadata.tables)
        assert all(person_data.NOT_ABOUT_PERSONS.values())

    def test_shared_tables_exist(self):
        assert set(Base.metadata.tables) >= person_data.SHARED
