"""Every state and every act of every procedure: each step that is written can be taken, and every other is refused.

Driven by ``domain.procedures.PROCEDURES``; ``docs/procedures.md`` is made of the same data. Nothing is kept of a
try: records are brought to their states once for each store, and each try is taken back.
"""

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from sqlalchemy import func, select

import registry
from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.procedures import FILED, PROCEDURES
from registry.domain.cases.workflow import INITIAL
from registry.domain.exchange import record_schema
from registry.domain.permissions import GRANTS, Actor, Role
from registry.errors import NotFound, Refusal
from registry.models import AuditEvent, CaseStep, Clock, LedgerEntry, OutboxMessage, Penalty, Publication
from registry.queries import integrity
from registry.queries.law import reference_data
from registry.queries.publication import publications
from registry.refusals.acts import (
    AlreadyFiled,
    DecisionRemovedBefore,
    OutOfRole,
    OutOfScope,
    RecordUnknown,
    SelfVerification,
    TransitionRefused,
    VersionStale,
)
from registry.refusals.procedure import ApplicantUnfit, DocumentMissing, ListedAlready, RelationHeld, ReliefOpen
from registry.services.cases.steps import UNSCOPED
from registry.unit_of_work import UnitOfWork
from tests.support import stores
from tests.support.bureau import Bureau
from tests.support.people import town
from tests.support.walker import FILED_DECIDED_ON, STAY_DAYS, TABLES, Case, Walker, documents, undone

BEGINS = dt.date(2026, 5, 11)
WALKED = {noun: procedure for noun, procedure in PROCEDURES.items() if noun != "adopted_listing"}
"""Places on adopted lists are filed and verified list by list: tests/services/cases/test_list_adoption.py."""
STEPS = {(noun, one.state, one.act): one for noun, held in WALKED.items() for one in held.steps}
EVERY = [(noun, state, act) for noun, held in WALKED.items() for state in (INITIAL, *held.states) for act in held.acts]
NOWHERE = [key for key in EVERY if key not in STEPS]
NEEDY = [(*key, kinds) for key, one in STEPS.items() for kinds in one.documents]
APART = [key for key, one in STEPS.items() if one.apart]
SCOPED = [key for key, one in STEPS.items() if one.by not in UNSCOPED and one.state]
SHOWN = {("penalty", "published"), ("penalty", "amended"), ("listing", "published"), ("listing", "amended"),
         ("commendation", "published"),
         *((noun, state) for noun in FILED for state in ("published", "amended"))}  # fmt: skip
AT_HOME = {"relation"}
"""What is published for checks only: nobody else is told, and peers would refuse it."""
LEAVES = {"suspend", "withdraw", "remove", "repair", "revoke"}
BIRTHS = {"penalty": (AlreadyFiled, set()), "commendation": (AlreadyFiled, {"withdrawn"}),
          **dict.fromkeys(FILED, (AlreadyFiled, {"withdrawn"})),
          "relation": (RelationHeld, {"withdrawn"}),
          "listing": (ListedAlready, {"closed", "removed", "revoked", "archived"}),
          "dispute": (ReliefOpen, {"received", "refused", "decided", "cancelled"}),
          "repair": (ReliefOpen, {"received", "refused", "rejected", "cancelled"})}  # fmt: skip
"""What refuses to begin the same again, and the states after which another one may begin."""
LAW = {
    kind: tomllib.loads((Path(registry.__file__).parent / f"reference/{kind}.toml").read_text("utf-8"))["rows"]
    for kind in ("clocks", "deadlines")
}


def name(key: tuple[str, ...]) -> str:
    return "-".join(part.replace("|", "+") or "new" for part in key)


@pytest.fixture(scope="module", params=stores.STORES)
def walker(
    request: pytest.FixtureRequest, templates: stores.Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walker]:
    """The records of a store in all states."""
    folder = tmp_path_factory.mktemp("walk")
    with town(request.param, templates, folder, applications_per_subject_max=9999) as (people, patch):
        made = Walker(Bureau(people, patch))
        made.bureau.go(BEGINS)
        made.peer()
        yield made


@pytest.fixture
def at(walker: Walker, request: pytest.FixtureRequest) -> Case:
    """The record in the state that a test names, on the day on which its act is not too early."""
    noun, state, act = request.getfixturevalue("key")[:3]
    if state == INITIAL:
        walker.bureau.go(BEGINS)
        found = walker.begun(noun)
    else:
        found = walker.case(noun, state, BEGINS)
        walker.bureau.go(found.day)
    walker.bureau.go(walker.day(found, act))
    return found


def seen(work: UnitOfWork, case: Case) -> dict[str, Any]:
    """What a refusal must leave alone."""
    work.session.flush()
    table = TABLES[case.noun]
    columns = (
        (table.state, table.version, table.record),
        (CaseStep.act, CaseStep.record),
        (Clock.code, Clock.due, Clock.met_on, Clock.record),
        (Publication.revision, Publication.state, Publication.record),
    )
    rows = {
        str(one[0].class_.__name__): work.session.execute(select(*one).where(one[-1] == case.record)).all()
        for one in columns
    }
    counted = {
        one.__name__: work.session.execute(select(func.count()).select_from(one)).scalar_one()
        for one in (AuditEvent, LedgerEntry, OutboxMessage)
    }
    return {**{what: sorted(map(str, found)) for what, found in rows.items()}, **counted}


def refused(
    walker: Walker, case: Case, key: tuple[str, ...], actor: Actor, given: StepInput | None = None
) -> type[Refusal] | None:
    """The refusal of an act; whatever it is, it has changed nothing when it comes."""
    noun, state, act = key[:3]
    step = STEPS.get((noun, state, act)) or next(one for one in PROCEDURES[noun].steps if one.act == act)
    with undone(actor) as work:
        before = seen(work, case)
        try:
            walker.act(work, case, step, given)
        except Refusal as refusal:
            if (noun, act) != ("penalty", "repair"):  # its application comes first, in the same transaction
                assert seen(work, case) == before
            return type(refusal)
    return None


def usual(walker: Walker, key: tuple[str, ...]) -> Actor:
    return walker.actor(PROCEDURES[key[0]].permission(key[2]))


class TestStep:
    @pytest.mark.parametrize("key", STEPS, ids=name)
    def test_is_taken(self, walker, at, key):
        step = STEPS[key]
        with undone(usual(walker, key)) as work:
            before = state_of(work, at)
            clocks = clocks_of(work, at)
            record = walker.act(work, at, step)
            work.session.flush()
            work.session.expire_all()
            after = replace(at, record=record)
            assert state_of(work, after) == (step.to, (before[1] if step.state else 0) + 1)
            assert_filed(work, after, key)
            assert_clocks(work, after, key, clocks)
            assert_public(work, after, key)

    @pytest.mark.parametrize("key", NEEDY, ids=name)
    def test_is_refused_without_its_document(self, walker, at, key):
        given = documents(STEPS[key[:3]], without=key[3])
        assert refused(walker, at, key, usual(walker, key), given) is DocumentMissing

    @pytest.mark.parametrize("key", STEPS, ids=name)
    def test_is_refused_to_every_other_role(self, walker, at, key):
        if key[:1] + key[2:] == ("penalty", "repair"):
            pytest.skip("decided with its application: repair-accepted-grant")
        for role in Role:
            if role not in GRANTS[STEPS[key].by]:
                wrong = replace(usual(walker, key), role=role)
                assert refused(walker, at, key, wrong) is OutOfRole, role

    @pytest.mark.parametrize("key", APART, ids=name)
    def test_is_refused_to_who_did_what_it_is_kept_apart_from(self, walker, at, key):
        with runtime.reading() as session:
            before = select(CaseStep.account_id).where(CaseStep.record == at.record)
            doers = set(session.scalars(before.where(CaseStep.act.in_(STEPS[key].apart))))
            if key[0] == "penalty":
                doers |= session.scalars(select(Penalty).where(Penalty.record == at.record)).one().filers
        assert doers
        for doer in doers:
            wrong = replace(usual(walker, key), account_id=doer)
            assert refused(walker, at, key, wrong) is SelfVerification

    @pytest.mark.parametrize("key", SCOPED, ids=name)
    def test_is_refused_outside_department_sectors_and_version(self, walker, at, key):
        actor, given = usual(walker, key), documents(STEPS[key])
        other = walker.bureau.people["other-clerk"].actor.department_id
        unknown = refused(walker, at, key, replace(actor, department_id=other))
        assert unknown is not None
        assert issubclass(unknown, NotFound)
        assert refused(walker, at, key, replace(actor, sectors=frozenset({"mining"}))) is OutOfScope
        if key[:1] + key[2:] != ("penalty", "repair"):
            assert refused(walker, at, key, actor, replace(given, if_version=99)) is VersionStale


class TestNoStep:
    @pytest.mark.parametrize("key", NOWHERE, ids=name)
    def test_is_refused_and_changes_nothing(self, walker, at, key):
        noun, state, act = key
        found = refused(walker, at, key, usual(walker, key))
        again, over = BIRTHS[noun]
        if act == "expire":  # time takes what is due, and nobody asks for it
            assert found is None
            with undone(usual(walker, key)) as work:
                before = seen(work, at)
                walker.act(work, at, next(one for one in PROCEDURES[noun].steps if one.act == act))
                assert {what: seen(work, at)[what] for what in list(before)[:4]} == {
                    what: before[what] for what in list(before)[:4]
                }
        elif act == PROCEDURES[noun].steps[0].act:  # another of the same kind
            if (noun, state) in (("penalty", "withdrawn"), ("penalty", "repaired")):
                again, over = DecisionRemovedBefore, ()  # it takes a stated reason
            assert found is (RecordUnknown if state == "granted" else None if state in over else again)
        elif (noun, act) == ("penalty", "repair"):  # of what is not shown, an applicant learns nothing
            assert found is not None
            assert issubclass(found, (NotFound, ApplicantUnfit))
        elif state == INITIAL:
            assert found is not None
            assert issubclass(found, NotFound)
        else:
            assert found is TransitionRefused


class TestWalk:
    def test_leaves_a_sound_ledger(self, walker):
        for noun, held in WALKED.items():
            for state in held.states:
                walker.case(noun, state, BEGINS)
        with runtime.begin() as work:
            found = integrity.findings(work.session, work.keys, work.settings.node, lambda _: None)
            assert list(found) == []


def state_of(work: UnitOfWork, case: Case) -> tuple[str, int]:
    table = TABLES[case.noun]
    found = work.session.execute(select(table.state, table.version).where(table.record == case.record)).first()
    return (found[0], found[1]) if found else (INITIAL, 0)


def assert_filed(work: UnitOfWork, case: Case, key: tuple[str, str, str]) -> None:
    """The step is in the record's file with its documents, and in the audit trail."""
    step = STEPS[key]
    steps = work.session.scalars(
        select(CaseStep).where(CaseStep.record == case.record).order_by(CaseStep.position)
    ).all()
    if key[0] != "penalty" or key[2] not in ("file", "refile", "verify", "return"):  # those are filings
        last = steps[-1]
        assert (last.act, last.before, last.after, last.day) == (step.act, step.state, step.to, work.today)
        given = {paper["kind"] for paper in last.documents}
        assert all(given & set(kinds.split("|")) for kinds in step.documents)
    noted = select(AuditEvent.act).where(AuditEvent.reference == case.record)
    assert f"{key[0]}.{key[2]}" in work.session.scalars(noted).all()


def clocks_of(work: UnitOfWork, case: Case) -> dict[str, tuple[dt.date, dt.date | None]]:
    rows = work.session.execute(
        select(Clock.code, Clock.due, Clock.met_on).where(Clock.record == case.record).order_by(Clock.id)
    )
    return {code: (due, met_on) for code, due, met_on in rows}


def assert_clocks(work: UnitOfWork, case: Case, key: tuple[str, str, str], before: dict[str, Any]) -> None:
    """Exactly the clocks of clocks.toml were started, with their days, and met."""
    noun, state, act = key
    rules = {row["code"]: row for row in LAW["clocks"]}
    was_public = noun not in AT_HOME and state not in ("decided", "in_force", INITIAL)
    opened = {
        code for code, row in rules.items() if row["noun"] == noun and act in (row["opens"], *row.get("opens_too", ()))
    }
    opened |= {"removal.told"} if act in LEAVES and was_public else set()
    met = {code for code, row in rules.items() if row["noun"] == noun and act in row["closes"]}
    after = clocks_of(work, case)
    assert set(after) == set(before) | opened
    for code, (due, met_on) in after.items():
        if code in met and (code in opened or before[code][1] is None):
            assert met_on == work.today, code
        elif code not in opened:
            assert (due, met_on) == before[code], code
        if code in opened:
            assert due == due_of(rules[code], started_on(rules[code], work.today, case)), code


def started_on(rule: dict[str, Any], today: dt.date, case: Case) -> dt.date:
    """The day from which a limit counts in this walk."""
    if rule["code"] == "penalty.publish":
        return dt.date.fromisoformat(case.firm["decided_on"])
    if rule["noun"] in FILED and rule["starts"] == "decided_on":
        return FILED_DECIDED_ON
    stay = today + dt.timedelta(days=STAY_DAYS)
    return {"awarded_on": dt.date(2026, 5, 6), "suspended_until": stay}.get(rule["starts"], today)


def due_of(rule: dict[str, Any], day: dt.date) -> dt.date:
    """The last day of a limit, counted by another calendar than the product's."""
    limit = next(row for row in LAW["deadlines"] if row["code"] == rule["deadline"])
    assert limit["unit"] == "working_day"
    left = limit["value"][rule.get("figure", 0)]
    while left:
        day += dt.timedelta(days=1)
        left -= is_worked(day)
    return day


def is_worked(day: dt.date) -> bool:
    """By the other calendar; in a year that it does not know, Monday to Friday without the days fixed by law."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5 and (day.month, day.day) not in {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


def assert_public(work: UnitOfWork, case: Case, key: tuple[str, str, str]) -> None:
    """It is shown in the states in which it is public and in no other; every version is one that peers take."""
    held = select(Publication).where(Publication.record == case.record).order_by(Publication.revision)
    versions = work.session.scalars(held).all()
    sectors = reference_data.current(work.session).filing_rules.sectors
    is_taken = [not record_schema.faults(publications.body(one), sectors) for one in versions]
    assert is_taken == [key[0] not in AT_HOME] * len(versions)
    if key[0] in TABLES and key[0] not in ("dispute", "repair"):
        at = publications.moment(work.session, work.today)
        visible = select(Publication.id).where(Publication.record == case.record, publications.visible(at))
        assert bool(work.session.scalars(visible).all()) is ((key[0], STEPS[key].to) in SHOWN)
