"""Templates of files for one department, from the reference data in force."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from registry.domain import labels
from registry.domain.filing import templates
from registry.domain.filing.templates import Defaults
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import IdType
from registry.domain.permissions import EVERYWHERE, Actor
from registry.models import Department
from registry.queries.law import reference_data
from registry.refusals.procedure import SchemeUnknown
from registry.tabular.templates import write_template


def penalty_template(session: Session, actor: Actor | None) -> bytes:
    """The template of penalties; for an actor with its department's name and code, sectors and districts to choose."""
    reference = reference_data.current(session)
    rules = reference.filing_rules
    return write_template(
        templates.penalty_template(rules, _defaults(session, reference, actor), _person_documents(reference))
    )


def bidder_template(session: Session) -> bytes:
    """The template of a list of parties to check."""
    reference = reference_data.current(session)
    return write_template(templates.bidder_template(tuple(labels.ROLES.values()), _person_documents(reference)))


def list_template(session: Session, scheme: str | None, on: dt.date) -> bytes:
    """The template of an adopted list: of this scheme, else of any; refuses ``SchemeUnknown``."""
    reference = reference_data.current(session)
    if scheme is not None and reference.scheme(scheme, on) is None:
        raise SchemeUnknown()
    names = [row.name for row in reference.schemes(on) if scheme in (None, row.code)]
    return write_template(templates.list_template(tuple(dict.fromkeys(names)), _person_documents(reference)))


def _person_documents(reference: Reference) -> tuple[str, ...]:
    rows = reference.rows("id_types")
    return tuple(dict.fromkeys(row.name for row in rows if isinstance(row, IdType) and row.natural_person))


def _defaults(session: Session, reference: Reference, actor: Actor | None) -> Defaults:
    department = session.get(Department, actor.department_id) if actor and actor.department_id is not None else None
    if actor is None or department is None:
        return Defaults()
    rules = reference.filing_rules
    return Defaults(
        # Only with its code is the department an authority of its own; others file what several authorities decided.
        department.name if department.authority_code else "",
        department.authority_code or "",
        _granted(actor.sectors, rules.sectors),
        _granted(actor.districts, rules.districts),
    )


def _granted(codes: frozenset[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return () if EVERYWHERE in codes else tuple(name for code, name in names.items() if code in codes)
