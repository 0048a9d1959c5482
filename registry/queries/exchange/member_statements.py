"""Look up who may speak for which authority: the administrators, the members in force, this node's own authorities."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.exchange import membership
from registry.domain.exchange.membership import (
    AdministratorsStatement,
    Members,
    MemberStatement,
    OwnAuthorities,
    SignedStatement,
)
from registry.domain.naming import name_key
from registry.models import Department, MemberStatementRow


def statements(session: Session, kind: str | None = None) -> list[SignedStatement]:
    """Every stored statement, those about the administrators first, each kind in the order of revisions."""
    statement = select(MemberStatementRow.document).order_by(
        MemberStatementRow.kind, MemberStatementRow.node, MemberStatementRow.revision
    )
    if kind is not None:
        statement = statement.where(MemberStatementRow.kind == kind)
    return [membership.parse_statement(document.encode()) for document in session.scalars(statement)]


def administrators(session: Session) -> AdministratorsStatement | None:
    """The newest statement about the administrators, None before the first."""
    *_, newest = [None, *(signed.statement for signed in statements(session, membership.ADMINISTRATORS))]
    return newest if isinstance(newest, AdministratorsStatement) else None


def newest_members(session: Session) -> dict[str, MemberStatement]:
    """The newest statement about each node, in force or not."""
    return {statement.node: statement for statement in _member_statements(session)}


def members(session: Session, node: str, on: dt.date) -> Members:
    """The members in force on a day, and the authorities that decide here.

    Of a node the newest statement that has begun counts, so that one dated ahead changes nothing before its day.
    """
    begun = {statement.node: statement for statement in _member_statements(session) if statement.effective_from <= on}
    effective = {code: statement for code, statement in begun.items() if statement.is_effective(on)}
    return Members(effective, _own_authorities(session, effective.get(node)))


def authority_codes(session: Session, node: str, on: dt.date) -> dict[str, str]:
    """Name → code of the authorities known here: of the departments and of the members in force."""
    codes = {
        name: code
        for statement in members(session, node, on).statements.values()
        for code, names in statement.authorities.items()
        for name in names
    }
    departments = session.execute(select(Department.name, Department.authority_code))
    return codes | {name: code for name, code in departments if code}


def _member_statements(session: Session) -> Sequence[MemberStatement]:
    """In the order of revisions, so that the last of a node is its newest."""
    signed_statements = statements(session, membership.MEMBER)
    return [signed.statement for signed in signed_statements if isinstance(signed.statement, MemberStatement)]


def _own_authorities(session: Session, own: MemberStatement | None) -> OwnAuthorities:
    departments = session.execute(select(Department.authority_code, Department.name)).all()
    names = [name for _, name in departments]
    codes = {code for code, _ in departments if code}
    for code, authority_names in own.authorities.items() if own else ():
        codes.add(code)
        names += authority_names
    return OwnAuthorities(frozenset(codes), frozenset(map(name_key.key, names)))
