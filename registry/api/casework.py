"""Shared by the routes of all procedures: cases as JSON, and one route for each act."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from marshmallow import Schema
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.proposals import respond_with_proposal
from registry.api.schemas.procedure import CaseAnswer, StepSchema, build_step_input
from registry.api.schemas.proposal import ProposalAnswer
from registry.api.wire import Blueprint, if_version, parse_next, respond_with_etag
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.workflow import Procedure
from registry.domain.law import deadlines
from registry.domain.permissions import Actor
from registry.models import CaseStep, Clock, Document, Listing, Relief
from registry.queries.cases import procedure_records
from registry.queries.cases.procedure_records import Proceeding
from registry.services.cases import proposed_steps
from registry.services.cases.steps import open_private
from registry.serving import proposal_access
from registry.unit_of_work import UnitOfWork, day_of

Body = dict[str, Any]
Run = Callable[[UnitOfWork, str, Body, StepInput], Proceeding]


@dataclass(frozen=True)
class CaseAct:
    """One act of a procedure as a route: path below the record, function, summary, schema of the body.

    Of an act that takes two persons the function is what the second of them does (``proposed_steps``).
    """

    name: str
    path: str
    run: Run
    summary: str
    schema: type[Schema] = StepSchema


def add_act_routes(blueprint: Blueprint, procedure: Procedure, acts: tuple[CaseAct, ...]) -> None:
    """Add one PUT route for each act, for those whom the procedure names."""
    for act in acts:
        _add_route(blueprint, procedure, act)


def _add_route(blueprint: Blueprint, procedure: Procedure, act: CaseAct) -> None:
    @blueprint.route(f"/<record>/{act.path}", methods=["PUT"], endpoint=act.name)
    @allow(procedure.permission(act.name))
    @blueprint.doc(summary=act.summary)
    @blueprint.arguments(act.schema)
    @blueprint.response(*((202, ProposalAnswer) if act.name in procedure.two_persons else (200, CaseAnswer)))
    def view(body: Body, record: str) -> Response:
        if act.name in procedure.two_persons:
            return _propose(procedure, act, record, body)

        def run(work: UnitOfWork) -> Body:
            return describe(work.session, act.run(work, record, body, build_step_input(body, if_version())))

        answer = runtime.perform(actor(), run)
        return respond_with_etag(answer, str(answer["version"]))


def _propose(procedure: Procedure, act: CaseAct, record: str, body: Body) -> Response:
    def run(work: UnitOfWork) -> Body:
        step_input = build_step_input(body, if_version())
        proposal = proposed_steps.propose(work, procedure.noun, act.name, record, body, step_input)
        return proposal_access.describe(work.session, proposal)

    return respond_with_proposal(runtime.perform(actor(), run))


def own_case(session: Session, reader: Actor, table: type[Any], record: str) -> Any:
    """A case within the actor's scope; refuses as unknown any other department's."""
    proceeding = procedure_records.by_record(session, table, record)
    reader.require_own(proceeding.department_id, procedure_records.UNKNOWN[proceeding.noun])
    reader.require_scope(*proceeding.scope)
    return proceeding


def list_cases(reader: Actor, procedure: Procedure, query: Body) -> Body:
    """A page of the actor's cases, in the order begun."""
    after, limit, states = (
        parse_next(query["next"]) or 0,
        query["limit"],
        [query["state"]] if query["state"] else [],
    )
    with runtime.reading() as session:
        rows = procedure_records.of_department(session, procedure.noun, reader.department_id, states, after, limit + 1)
        visible = [proceeding for proceeding in rows[:limit] if reader.covers(*proceeding.scope)]
        items = [describe_case_briefly(proceeding) for proceeding in visible]
    return {"items": items, "next": str(rows[limit - 1].id) if len(rows) > limit else None}


def describe(session: Session, proceeding: Proceeding) -> Body:
    """A case as its department sees it: its facts, its file with confidential statements, its clocks."""
    steps = procedure_records.steps(session, proceeding.record)
    files = procedure_records.documents(session, [step.id for step in steps])
    return describe_case_briefly(proceeding) | {
        "steps": [_describe_step(step, files.get(step.id, ())) for step in steps],
        "clocks": clocks(session, proceeding.record),
    }


def describe_case_briefly(proceeding: Proceeding) -> Body:
    """A case in a list: facts, state and version, without steps and clocks."""
    facts = json.loads(proceeding.filing.content) if proceeding.noun == "penalty" else proceeding.facts  # type: ignore[union-attr]
    facts.pop("nonce", None)
    body: Body = {
        "id": proceeding.record,
        "noun": proceeding.noun,
        "state": proceeding.state,
        "version": proceeding.version,
        "facts": facts,
    }
    if isinstance(proceeding, Listing):
        days = {"reply_until": proceeding.reply_until, "starts_on": proceeding.starts_on, "ends_on": proceeding.ends_on}
        body |= {name: day.isoformat() if day else None for name, day in days.items()}
    if isinstance(proceeding, Relief):
        body |= {"about": proceeding.about, "about_noun": proceeding.about_noun}
    return body


def clocks(session: Session, record: str) -> list[Body]:
    """The clocks of a record, with how each stands today."""
    today = day_of(runtime.clock())
    rows = session.scalars(select(Clock).where(Clock.record == record).order_by(Clock.id))
    return [
        {
            "clock": clock.code,
            "rule": clock.deadline,
            "starts_on": clock.starts_on.isoformat(),
            "due": clock.due.isoformat(),
            "provisional": clock.provisional,
            "met_on": clock.met_on.isoformat() if clock.met_on else None,
            "state": deadlines.state(clock.due, clock.met_on, today),
        }
        for clock in rows
    ]


def _describe_step(step: CaseStep, files: Sequence[Document]) -> Body:
    private = open_private(runtime.keys().vault, step)
    return {
        "act": step.act,
        "from": step.before,
        "to": step.after,
        "day": step.day.isoformat(),
        "documents": step.documents,
        "stated": json.loads(step.stated),
        "digest": step.digest,
        "private": dict(private) or None,
        "files": [{"id": str(file.id), "kind": file.kind, "filename": file.filename} for file in files],
    }
