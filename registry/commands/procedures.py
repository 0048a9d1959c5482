"""registry listings, commendations, relations, disputes, repairs and every kind of filed record: run procedures with
the bodies of the routes."""

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
from marshmallow import Schema, ValidationError

from registry import runtime
from registry.api import casework, filed_records, listings, reliefs
from registry.api.adopted_listings import ACTS as ADOPTED_ACTS
from registry.api.casework import Body, CaseAct
from registry.api.commendations import ACTS as COMMENDATION_ACTS
from registry.api.penalties import ACTS as PENALTY_ACTS
from registry.api.relations import ACTS as RELATION_ACTS
from registry.api.schemas.commendation import CommendationSchema
from registry.api.schemas.listing import DraftSchema
from registry.api.schemas.procedure import build_step_input
from registry.api.schemas.relation import RelationSchema
from registry.commands.common import WholeRange, actor_named, echo_proposal, in_app
from registry.commands.penalties import group as penalty_group
from registry.domain import literals
from registry.domain.cases.case_file import StepDocument, StepInput
from registry.domain.cases.filed_kinds import FILED_KINDS, FiledKind
from registry.domain.cases.procedures import (
    ADOPTED_LISTING,
    COMMENDATION,
    DISPUTE,
    DOCUMENTS,
    FILED,
    LISTING,
    PENALTY,
    RELATION,
    REPAIR,
)
from registry.domain.cases.workflow import Procedure
from registry.domain.permissions import Actor, Permission
from registry.errors import Fault, Refusal
from registry.queries.cases import procedure_records
from registry.queries.cases.procedure_records import Proceeding
from registry.refusals.acts import BodyRefused
from registry.services.cases import listing_drafting, proposed_steps
from registry.services.cases.commendations import file as file_commendation
from registry.services.cases.filed_records import file_draft
from registry.services.cases.filed_records import verify as verify_record
from registry.services.cases.relations import file as file_relation
from registry.serving import access_trail
from registry.unit_of_work import UnitOfWork

Begin = Callable[[UnitOfWork, Body, StepInput], Proceeding]
BODY = click.Path(exists=True, dir_okay=False, path_type=Path)
_PARTS = 4
_PAGE = 500


def _parse_documents(_context: click.Context, _option: click.Parameter, texts: Sequence[str]) -> list[StepDocument]:
    return [_parse_document(text) for text in texts]


def _parse_document(text: str) -> StepDocument:
    kind, number, day, path = (text.split(":", _PARTS - 1) + [""] * _PARTS)[:_PARTS]
    if kind not in DOCUMENTS:
        raise click.BadParameter(f"{kind} is none of {', '.join(DOCUMENTS)}")
    try:
        issued_on = literals.iso_day(day) if day else None
        content = Path(path).read_bytes() if path else None
    except (ValueError, OSError):
        raise click.BadParameter(f"{kind}: KIND:NUMBER:YYYY-MM-DD:FILE, all but KIND optional") from None
    return StepDocument(kind, number, issued_on, filename=Path(path).name, content=content)


DOCUMENT = click.option(
    "--document",
    "papers",
    multiple=True,
    callback=_parse_documents,
    metavar="KIND[:NUMBER[:DAY[:FILE]]]",
    help="A document that comes with the act; may be given several times.",
)
ACCOUNT = click.option("--as", "account", required=True, help="Account that acts.")


def _load_body(schema: type[Schema], path: Path | None, fields: Sequence[str]) -> Body:
    """Load the body from a JSON file and ``name=value`` fields, by the schema of the HTTP route."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8")) if path else {}
        raw |= dict(field.split("=", 1) for field in fields)
        return schema().load(raw)  # type: ignore[no-any-return]
    except ValidationError as error:
        messages = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise BodyRefused(
            faults=tuple(Fault(f"/{name}", "field-refused", str(message)) for name, message in messages.items())
        ) from None
    except (ValueError, TypeError):
        raise BodyRefused("not a JSON object, or a field without =") from None


def _build_step_input(body: Body, papers: Sequence[StepDocument]) -> StepInput:
    step_input = build_step_input(body, None)
    return StepInput(documents=(*step_input.documents, *papers))


def _build_group(procedure: Procedure, name: str, reads: Permission, acts: tuple[CaseAct, ...]) -> click.Group:
    @click.group(name, help=f"The procedure of a {procedure.noun}; see docs/procedures.md.")
    def group() -> None:
        pass

    @group.command("list")
    @ACCOUNT
    @click.option("--state", type=click.Choice(procedure.states))
    @click.option("--limit", type=WholeRange(1, 10_000), default=100, show_default=True)
    @in_app
    def list_cases(account: str, state: str | None, limit: int) -> None:
        """Record, state and version of the department's cases."""
        actor = actor_named(account)
        actor.require(reads)
        page = casework.list_cases(actor, procedure, {"next": None, "limit": limit, "state": state})
        for item in page["items"]:
            click.echo(f"{item['id']}\t{item['state']}\t{item['version']}")

    @group.command("show")
    @click.argument("record")
    @ACCOUNT
    @in_app
    def show(record: str, account: str) -> None:
        """One case with its file and its clocks, as JSON."""
        actor = actor_named(account)
        actor.require(reads)
        with runtime.reading() as session:
            proceeding = casework.own_case(session, actor, procedure_records.TABLES[procedure.noun], record)
            body = json.dumps(casework.describe(session, proceeding), ensure_ascii=False, indent=1)
        access_trail.note_reading(actor, f"{procedure.noun}.read", record)
        click.echo(body)

    _add_act_command(group, procedure, acts)
    return group


def _add_act_command(group: click.Group, procedure: Procedure, acts: tuple[CaseAct, ...]) -> None:
    by_path = {act.path: act for act in acts}

    @group.command("act", help=f"Take a step with its documents: {', '.join(by_path)}.")
    @click.argument("record")
    @click.argument("path", metavar="ACT", type=click.Choice(list(by_path)))
    @click.option("--body", type=BODY, help="JSON of the HTTP route of the same name.")
    @click.option("--set", "fields", multiple=True, metavar="NAME=VALUE", help="One field of the body.")
    @DOCUMENT
    @ACCOUNT
    @in_app
    def act(
        record: str, path: str, body: Path | None, fields: tuple[str, ...], papers: list[StepDocument], account: str
    ) -> None:
        chosen = by_path[path]
        loaded = _load_body(chosen.schema, body, fields)
        step_input, actor = _build_step_input(loaded, papers), actor_named(account)
        if chosen.name in procedure.two_persons:

            def propose(work: UnitOfWork) -> int:
                return proposed_steps.propose(work, procedure.noun, chosen.name, record, loaded, step_input).id

            echo_proposal(runtime.perform(actor, propose))
            return
        proceeding = runtime.perform(actor, lambda work: chosen.run(work, record, loaded, step_input))
        click.echo(f"{proceeding.record}: {proceeding.state}")


def _add_begin_command(group: click.Group, name: str, schema: type[Schema], begin: Begin, summary: str) -> None:
    @group.command(name, help=summary)
    @click.argument("path", metavar="FILE", type=BODY)
    @DOCUMENT
    @ACCOUNT
    @in_app
    def command(path: Path, papers: list[StepDocument], account: str) -> None:
        loaded = _load_body(schema, path, ())
        proceeding: Any = runtime.perform(
            actor_named(account), lambda work: begin(work, loaded, _build_step_input(loaded, papers))
        )
        click.echo(f"{proceeding.record}: {proceeding.state}")


listing_group = _build_group(LISTING, "listings", Permission.LISTING_READ, listings.ACTS)
_add_begin_command(
    listing_group,
    "draft",
    DraftSchema,
    listing_drafting.draft,
    "Propose a subject for a list, from a JSON file.",
)
commendation_group = _build_group(COMMENDATION, "commendations", Permission.COMMENDATION_READ, COMMENDATION_ACTS)
_add_begin_command(
    commendation_group,
    "file",
    CommendationSchema,
    file_commendation,
    "File a commendation, from a JSON file.",
)
relation_group = _build_group(RELATION, "relations", Permission.RELATION_READ, RELATION_ACTS)
_add_begin_command(relation_group, "file", RelationSchema, file_relation, "File a relation, from a JSON file.")
_add_act_command(penalty_group, PENALTY, PENALTY_ACTS)


def _add_verify_command(group: click.Group, kind: FiledKind) -> None:
    @group.command("verify")
    @click.argument("records", metavar="[RECORD]...", nargs=-1)
    @click.option("--all", "is_all", is_flag=True, help="Everything of this kind that waits, except one's own filings.")
    @ACCOUNT
    @in_app
    def command(records: tuple[str, ...], is_all: bool, account: str) -> None:
        """Verify records filed by another officer, such as a court's list; each is published in its own transaction."""
        actor, refused = actor_named(account), 0
        actor.require(FILED[kind.noun].permission("verify"))
        for record in [*records, *(_waiting(actor, kind) if is_all else ())]:
            try:
                runtime.perform(actor, partial(verify_record, noun=kind.noun, record=record, step_input=StepInput()))
                click.echo(f"{record}: verified")
            except Refusal as refusal:
                refused += 1
                click.echo(f"{record}: {refusal.code}: {refusal.title}")
        sys.exit(1 if refused else 0)


def _waiting(actor: Actor, kind: FiledKind) -> list[str]:
    """The records of the actor's department and scope that wait for a verifier, oldest first."""
    found: list[str] = []
    after, states = 0, ("filed", "amended")
    with runtime.reading() as session:
        while rows := procedure_records.of_department(session, kind.noun, actor.department_id, states, after, _PAGE):
            after = rows[-1].id
            found += [row.record for row in rows if actor.covers(*row.scope)]
    return found


def _build_filed_group(kind: FiledKind) -> click.Group:
    group = _build_group(FILED[kind.noun], kind.plural, Permission.RECORD_READ, filed_records.build_acts(kind.noun))

    def begin(work: UnitOfWork, body: Body, step_input: StepInput) -> Proceeding:
        return file_draft(work, kind.noun, body, step_input)

    _add_begin_command(group, "file", filed_records.SCHEMAS[kind.noun], begin, "File one record, from a JSON file.")
    _add_verify_command(group, kind)
    return group


GROUPS = (
    *map(_build_filed_group, FILED_KINDS.values()),
    listing_group,
    _build_group(ADOPTED_LISTING, "adopted-listings", Permission.LISTING_READ, ADOPTED_ACTS),
    commendation_group,
    relation_group,
    _build_group(DISPUTE, "disputes", Permission.RELIEF_READ, reliefs.DISPUTE_ACTS),
    _build_group(REPAIR, "repairs", Permission.RELIEF_READ, reliefs.REPAIR_ACTS),
)
