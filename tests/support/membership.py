"""Statements about members of the exchange, signed by two invented administrators."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from registry.domain.exchange import membership
from registry.domain.exchange.membership import (
    Administrator,
    AdministratorsStatement,
    MemberStatement,
    Signature,
)
from registry.keys.signing import Signer
from registry.queries.exchange import member_statements
from registry.services.exchange import members
from registry.unit_of_work import UnitOfWork

FIRST, SECOND, THIRD = Signer.generate(), Signer.generate(), Signer.generate()
LONG_AGO = dt.date(2020, 1, 1)


def administrators(*signers: Signer, revision: int = 1) -> AdministratorsStatement:
    """A statement that these sign from now on."""
    people = [
        Administrator(name=f"管理员{place}", public_key=signer.public.hex())
        for place, signer in enumerate(signers, start=1)
    ]
    return AdministratorsStatement(revision=revision, issued_on=LONG_AGO, administrators=people)


def member(node: str, authorities: Mapping[str, Sequence[str]], **special: Any) -> MemberStatement:
    """A statement about a node with every region; ``special`` says what else."""
    plain: dict[str, Any] = {
        "node": node,
        "revision": 1,
        "issued_on": LONG_AGO,
        "authorities": {code: list(names) for code, names in authorities.items()},
        "regions": ["*"],
        "sources": {},
        "effective_from": LONG_AGO,
        "effective_until": None,
    }
    return MemberStatement(**(plain | special))


def signed(statement: AdministratorsStatement | MemberStatement, *signers: Signer) -> bytes:
    """The document with the signatures of these, of both administrators when none is named."""
    data = membership.parse_statement(membership.build(statement)).data
    signatures = [Signature(signer.key_id, signer.sign(data).hex()) for signer in signers or (FIRST, SECOND)]
    return membership.build(statement, signatures)


def entitle(work: UnitOfWork, node: str, authorities: Mapping[str, Sequence[str]], **special: Any) -> None:
    """Let a node speak for authorities besides those that it speaks for already."""
    if member_statements.administrators(work.session) is None:
        members.load(work, signed(administrators(FIRST, SECOND)))
    known = member_statements.newest_members(work.session).get(node)
    together = {code: list(names) for code, names in authorities.items()} | (known.authorities if known else {})
    revision = known.revision + 1 if known else 1
    members.load(work, signed(member(node, together, **{"revision": revision, **special})))
