"""What the routes of all procedures share: how a case reads, and one route for each act."""

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
from registry.api.schemas.procedure import CaseAnswer, StepSchema, given
from registry.api.wire import Blueprint, answered, if_version, whole
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.workflow import Procedure
from registry.domain.law import deadlines
from registry.domain.permissions import Actor
from registry.models import CaseStep, Clock, Document, Listing, Relief
from registry.queries.cases import procedure_records
from registry.queries.cases.procedure_records import Proceeding
from registry.services.cases.steps import private_of
from registry.unit_of_work import UnitOfWork, day_of

Body = dict[str, Any]
Run = Callable[[UnitOfWork, str, Body, StepInput], Proceeding]


@dataclass(frozen=True)
class CaseAct:
    """One act of a procedure at the door: its path below the record, its body, what it runs, what it does."""

    name: str
    path: str
    run: Run
    summary: str
    schema: type[Schema] = StepSchema


def routes(blueprint: Blueprint, procedure: Procedure, acts: tuple[CaseAct, ...]) -> None:
    """One PUT for each act, for those whom the procedure names."""
    for act in acts:
        _route(blueprint, procedure, act)


def _route(blueprint: Blueprint, procedure: Procedure, act: CaseAct) -> None:
    @blueprint.route(f"/<record>/{act.path}", methods=["PUT"], endpoint=act.name)
    @allow(procedure.permission(act.name))
    @blueprint.doc(summary=act.summary)
    @blueprint.arguments(act.schema)
    @blueprint.response(200, CaseAnswer)
    def view(body: Body, record: str) -> Response:
        def run(work: UnitOfWork) -> Body:
            return case(work.session, act.run(work, record, body, given(body, if_version())))

        answer = runtime.perform(actor(), run)
        return answered(answer, str(answer["version"]))


def own_case(session: Session, asker: Actor, table: type[Any], record: str) -> Any:
    """A case within the asker's scope; refuses as unknown any other department's."""
    held = procedure_records.by_record(session, table, record)
    asker.require_own(held.department_id, procedure_records.UNKNOWN[held.noun])
    asker.require_scope(*held.scope)
    return held


def page(asker: Actor, procedure: Procedure, query: Body) -> Body:
    """A page of the asker's cases, in the order begun."""
    after, limit, states = (
        whole(query["next"]) or 0,
        query["limit"],
        [query["state"]] if query["state"] else [],
    )
    with runtime.reading() as session:
        found = procedure_records.of_department(session, procedure.noun, asker.department_id, states, after, limit + 1)
        shown = [held for held in found[:limit] if asker.covers(*held.scope)]
        items = [brief(held) for held in shown]
    return {"items": items, "next": str(found[limit - 1].id) if len(found) > limit else None}


def case(session: Session, held: Proceeding) -> Body:
    """A case as its department sees it: its facts, its file with what was said in confidence, its clocks."""
    steps = procedure_records.steps(session, held.record)
    files = procedure_records.documents(session, [one.id for one in steps])
    return brief(held) | {
        "steps": [_step(one, files.get(one.id, ())) for one in steps],
        "clocks": clocks(session, held.record),
    }


def brief(held: Proceeding) -> Body:
    """A case in a list."""
    facts = json.loads(held.filing.content) if held.noun == "penalty" else held.facts  # type: ignore[union-attr]
    facts.pop("nonce", None)
    made: Body = {
        "id": held.record,
        "noun": held.noun,
        "state": held.state,
        "version": held.version,
        "facts": facts,
    }
    if isinstance(held, Listing):
        days = {"reply_until": held.reply_until, "starts_on": held.starts_on, "ends_on": held.ends_on}
        made |= {name: day.isoformat() if day else None for name, day in days.items()}
    if isinstance(held, Relief):
        made |= {"about": held.about, "about_noun": held.about_noun}
    return made


def clocks(session: Session, record: str) -> list[Body]:
    """The clocks of a record, with how each stands today."""
    today = day_of(runtime.clock())
    found = session.scalars(select(Clock).where(Clock.record == record).order_by(Clock.id))
    return [
        {
            "clock": one.code,
            "rule": one.deadline,
            "starts_on": one.starts_on.isoformat(),
            "due": one.due.isoformat(),
            "provisional": one.provisional,
            "met_on": one.met_on.isoformat() if one.met_on else None,
            "state": deadlines.state(one.due, one.met_on, today),
        }
        for one in found
    ]


def _step(one: CaseStep, files: Sequence[Document]) -> Body:
    private = private_of(runtime.keys().vault, one)
    return {
        "act": one.act,
        "from": one.before,
        "to": one.after,
        "day": one.day.isoformat(),
        "documents": one.documents,
        "stated": json.loads(one.stated),
        "digest": one.digest,
        "private": dict(private) or None,
        "files": [{"id": str(file.id), "kind": file.kind, "filename": file.filename} for file in files],
    }
