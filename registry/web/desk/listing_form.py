"""Pages to propose a subject for a list, on the ground of a published penalty whose facts fill the form."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from registry import runtime
from registry.domain import labels, literals
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.listing import RESPONSIBLE_ROLES
from registry.domain.filing import cells
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Scheme
from registry.domain.permissions import Permission
from registry.errors import Fault, Invalid, NotFound, Refusal
from registry.keys.signing import Vault
from registry.models import Listing, Penalty
from registry.queries.cases import desk_penalties
from registry.queries.law import reference_data
from registry.refusals.acts import BodyRefused
from registry.refusals.procedure import SchemeUnknown
from registry.services.cases import drafts, listing_drafting
from registry.unit_of_work import UnitOfWork
from registry.web import forms
from registry.web.blueprint import today
from registry.web.desk import case_views
from registry.web.desk.cases import own_case
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private

PERSONS = range(3)
"""Responsible persons that the form has room for."""
_TEXTS = ("facts", "basis", "behaviour", "district", "exit", "authority_name", "authority_code")
_GROUNDS = ("published", "amended")
GROUNDS_PER_PAGE = 50
_SEE_OTHER = 303


@private.get("/desk/listings/new")
@desk_page(Permission.LISTING_DRAFT)
def listing_form() -> Response:
    """Choose the list, then fill in the proposal; the facts of the penalty are filled in already."""
    with runtime.reading() as session:
        if "penalty" not in request.args:
            return _render_grounds(session)
        penalty = desk_penalties.own(session, current_account(), request.args["penalty"])
        reference = reference_data.current(session)
        code = request.args.get("scheme", "")
        if not code:
            schemes = [(row.code, f"{row.name}（{row.basis}）") for row in reference.schemes(today())]
            return render_private("desk/listing_scheme.html", schemes=schemes, penalty=penalty.record)
        scheme = _scheme(reference, code)
        kept = drafts.load(session, runtime.keys().vault, current_account(), _kind(penalty.record))
        values = kept or _values_of_penalty(penalty, scheme)
        return _render_form(session, scheme, values, penalty=penalty.record)


@private.post("/desk/listings/new")
@desk_page(Permission.LISTING_DRAFT)
def draft_listing() -> Response | Redirect:
    """Propose the subject of the penalty for the list."""
    record, code = request.form.get("penalty", ""), request.form.get("scheme", "")
    values = _typed()

    def act(work: UnitOfWork) -> str:
        penalty = desk_penalties.own(work.session, work.actor, record)
        subject = _subject(json.loads(penalty.filing.content)["subject"], penalty.filing.id_sealed, work.keys.vault)
        draft = _draft(values, code, subject, [{"penalty": record}])
        drafts.discard(work, _kind(record))
        return listing_drafting.draft(work, draft, StepInput()).record

    try:
        runtime.perform(current_account(), lambda work: drafts.keep(work, _kind(record), values))
        listing = runtime.perform(current_account(), act)
    except NotFound:
        raise
    except Refusal as error:
        with runtime.reading() as session:
            scheme = _scheme(reference_data.current(session), code)
            return _render_form(session, scheme, values, penalty=record, error=error)
    return redirect(url_for(".listing", record=listing), _SEE_OTHER)


@private.get("/desk/listings/<record>/draft")
@desk_page(Permission.LISTING_DRAFT)
def redraft_form(record: str) -> Response:
    """The proposal of a listing, to change it before the legal review."""
    with runtime.reading() as session:
        listing = _own(session, record)
        kept = drafts.load(session, runtime.keys().vault, current_account(), _kind(record))
        scheme = _scheme(reference_data.current(session), listing.scheme)
        return _render_form(session, scheme, kept or _values_of_facts(listing.facts), listing=listing)


@private.post("/desk/listings/<record>/draft")
@desk_page(Permission.LISTING_DRAFT)
def redraft_listing(record: str) -> Response | Redirect:
    """Change the proposal, for the same subject and list."""
    values = _typed()
    version = literals.row_number(request.form.get("version", ""))

    def act(work: UnitOfWork) -> None:
        listing = _own(work.session, record)
        facts = listing.facts
        subject = _subject(facts["subject"], listing.id_sealed, work.keys.vault)
        draft = _draft(values, listing.scheme, subject, [_ground(ground) for ground in facts["grounds"]])
        drafts.discard(work, _kind(record))
        listing_drafting.redraft(work, record, draft, StepInput(if_version=version))

    try:
        runtime.perform(current_account(), lambda work: drafts.keep(work, _kind(record), values))
        runtime.perform(current_account(), act)
    except NotFound:
        raise
    except Refusal as error:
        with runtime.reading() as session:
            listing = _own(session, record)
            scheme = _scheme(reference_data.current(session), listing.scheme)
            return _render_form(session, scheme, values, listing=listing, error=error)
    return redirect(url_for(".listing", record=record), _SEE_OTHER)


def _render_grounds(session: Session) -> Response:
    """The department's published penalties, to choose the one that a listing rests on."""
    after = literals.row_number(request.args.get("after", ""))
    place = (0, after) if after is not None else None
    page = desk_penalties.filed(session, current_account(), _GROUNDS, place, GROUNDS_PER_PAGE)
    return render_private(
        "desk/listing_ground.html",
        lines=[case_views.line(row) for row in page.penalties],
        following=page.next[1] if page.next else None,
    )


def _render_form(
    session: Session,
    scheme: Scheme,
    values: Mapping[str, Any],
    *,
    penalty: str = "",
    listing: Listing | None = None,
    error: Refusal | None = None,
) -> Response:
    reference = reference_data.current(session)
    rules = reference.filing_rules
    measures = reference.names("measures")
    return render_private(
        "desk/listing_form.html",
        error.status if error else 200,
        scheme=scheme,
        penalty=penalty,
        listing=listing,
        values=values,
        sectors=rules.sectors.items(),
        districts=rules.districts.items(),
        behaviours=rules.behaviours.items(),
        measures=[(code, measures.get(code, code)) for code in scheme.measures],
        persons=PERSONS,
        roles=[(role, labels.RESPONSIBLE[role]) for role in RESPONSIBLE_ROLES],
        error=error,
        faults=forms.faults_by_field(error) if error else {},
    )


def _typed() -> dict[str, Any]:
    values: dict[str, Any] = {name: request.form.get(name, "").strip() for name in _TEXTS}
    values |= {name: request.form.getlist(name) for name in ("sectors", "measures")}
    for place in PERSONS:
        for part in ("name", "role", "as_of"):
            values[f"person-{place}-{part}"] = request.form.get(f"person-{place}-{part}", "").strip()
    return values


def _draft(
    values: Mapping[str, Any], scheme: str, subject: Mapping[str, Any], grounds: list[Mapping[str, Any]]
) -> dict[str, Any]:
    """The draft as the service takes it; refuses ``BodyRefused`` for what is missing or no day."""
    faults = [
        Fault(f"/{name}", "required", f"请填写{title}") for name, title in (("facts", "事实"), ("basis", "依据"))
        if not values[name]
    ]  # fmt: skip
    responsible = []
    for place in PERSONS:
        name, role, as_of = (values[f"person-{place}-{part}"] for part in ("name", "role", "as_of"))
        if not name:
            continue
        try:
            day: dt.date | None = cells.day(as_of)
        except Invalid:
            day = None
            faults.append(Fault(f"/person-{place}-as_of", "date-malformed", "任职情况的日期写作 2026-05-06"))
        responsible.append({"name": name, "role": role, "as_of": day})
    if faults:
        raise BodyRefused(faults=tuple(faults))
    return {
        "scheme": scheme,
        "subject": subject,
        "sectors": values["sectors"],
        "district": values["district"] or None,
        "behaviour": values["behaviour"] or None,
        "facts": values["facts"],
        "basis": values["basis"],
        "measures": values["measures"],
        "grounds": grounds,
        "responsible": responsible,
        "authority": {"name": values["authority_name"], "code": values["authority_code"]},
        "exit": values["exit"],
    }


def _subject(party: Mapping[str, Any], id_sealed: bytes | None, vault: Vault) -> dict[str, Any]:
    """The subject as it is stored, its identity number opened: it is never typed again."""
    number = vault.open(id_sealed).decode() if id_sealed else None
    return {name: party.get(name) for name in ("kind", "name", "uscc", "id_type")} | {"id_number": number}


def _ground(ground: Mapping[str, Any]) -> dict[str, Any]:
    """A stored ground as a draft states it."""
    if ground["kind"] == "penalty":
        return {"penalty": ground["record"]}
    day = ground["decided_on"]
    return {
        "judgment": {
            "court": ground["authority"],
            "number": ground["document_number"],
            "decided_on": dt.date.fromisoformat(day) if day else None,
        }
    }


def _values_of_penalty(penalty: Penalty, scheme: Scheme) -> dict[str, Any]:
    facts = json.loads(penalty.filing.content)
    return {
        **{name: facts.get(name) or "" for name in ("facts", "basis", "behaviour", "district")},
        "authority_name": facts["authority_name"],
        "authority_code": facts["authority_code"],
        "exit": scheme.exit,
        "sectors": facts["sectors"],
        "measures": [],
    }


def _values_of_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: facts.get(name) or "" for name in _TEXTS} | {name: facts[name] for name in ("sectors", "measures")}
    for place, person in enumerate(facts["responsible"][: len(PERSONS)]):
        values |= {f"person-{place}-{part}": person[part] for part in ("name", "role", "as_of")}
    return values


def _own(session: Session, record: str) -> Listing:
    listing = own_case(session, "listing", record)
    assert isinstance(listing, Listing)
    return listing


def _scheme(reference: Reference, code: str) -> Scheme:
    scheme = reference.scheme(code, today())
    if scheme is None:
        raise SchemeUnknown()
    return scheme


def _kind(record: str) -> str:
    return f"listing:{record}"
