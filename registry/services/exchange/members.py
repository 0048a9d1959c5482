"""Load statements about members of the exchange, from a file or from a peer."""

import json

from registry.domain.exchange import membership
from registry.domain.exchange.membership import AdministratorsStatement, MemberStatement, SignedStatement
from registry.domain.permissions import Permission
from registry.domain.publication import redaction
from registry.keys.signing import key_id_of, verify
from registry.models import MemberStatementRow
from registry.queries.exchange import member_statements
from registry.refusals.acts import MemberConflict, MemberRefused
from registry.refusals.content import PersonalNumber
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork


def load(work: UnitOfWork, raw: bytes, received_from: str = "") -> bool:
    """Load a signed statement; False when it is known already.

    Statements are signed by two administrators; the first about the administrators, which only somebody at this node
    may load, by two of its own. Refuses ``MemberRefused``, and ``MemberConflict`` for another content under a known
    revision, or an authority for which another node speaks.
    """
    work.actor.require(Permission.EXCHANGE_OPERATE)
    signed = membership.parse_statement(raw)
    _require_not_personal(raw)
    known = {
        statement.statement.revision: statement
        for statement in member_statements.statements(work.session, signed.kind)
        if statement.node == signed.node
    }
    revision = signed.statement.revision
    if revision in known:
        if known[revision].statement != signed.statement:
            raise MemberConflict()
        return False
    if isinstance(signed.statement, AdministratorsStatement):
        _admit_administrators(work, signed, signed.statement, received_from)
    else:
        _admit_member(work, signed, signed.statement, max(known, default=0))
    work.session.add(
        MemberStatementRow(
            kind=signed.kind,
            node=signed.node,
            revision=revision,
            document=raw.decode(),
            received_from=received_from,
            loaded_at=work.now,
        )
    )
    work.session.flush()
    audit.note(work, f"members.load.{signed.kind}", signed.node or signed.kind, f"r{revision} {received_from}".strip())
    return True


def _require_not_personal(raw: bytes) -> None:
    """A statement goes from node to node in clear; its keys and signatures are no numbers of anybody."""
    stated = {name: value for name, value in json.loads(raw).items() if name != "signatures"}
    if redaction.blot_all(stated) != stated:
        raise MemberRefused(PersonalNumber.title)


def note_refused(work: UnitOfWork, peer: str, code: str) -> None:
    """Note in the audit trail that a peer passed on a statement that was not taken."""
    audit.note(work, "members.refused", peer, code)


def _admit_administrators(
    work: UnitOfWork, signed: SignedStatement, statement: AdministratorsStatement, received_from: str
) -> None:
    current = member_statements.administrators(work.session)
    if current is None and received_from:
        raise MemberRefused("第一份管理员声明须在本节点登记")
    if statement.revision != (current.revision if current else 0) + 1:
        raise MemberRefused("修订号应紧接现行的一份")
    membership.require_signed(signed, _keys_of(current or statement), verify)


def _admit_member(work: UnitOfWork, signed: SignedStatement, statement: MemberStatement, newest: int) -> None:
    current = member_statements.administrators(work.session)
    if current is None:
        raise MemberRefused("尚未登记管理员")
    membership.require_signed(signed, _keys_of(current), verify)
    if statement.revision < newest:
        raise MemberRefused("已有更新的一份")
    rival = membership.find_rival(statement, member_statements.newest_members(work.session).values())
    if rival is not None:
        raise MemberConflict(f"其中的机关已归节点 {rival}")


def _keys_of(statement: AdministratorsStatement) -> dict[str, bytes]:
    publics = [bytes.fromhex(administrator.public_key) for administrator in statement.administrators]
    return {key_id_of(public): public for public in publics}
