"""Every act of this node that takes two persons, and how each is proposed.

System administrators propose peers and calendars, security administrators accounts, departments and keys; officers
propose steps of procedures, contacts and codes (``cases/proposed_steps``).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from registry.domain.permissions import Permission, Role
from registry.keys.signing import EXCHANGE, SECOND
from registry.keys.sm2 import Sm2Signer
from registry.models import Proposal
from registry.queries.node import account_lookup
from registry.refusals.acts import VersionStale
from registry.services.cases import erasure, proposed_steps
from registry.services.exchange import peers
from registry.services.law import calendar_loading
from registry.services.node import accounts, passwords, proposals
from registry.services.node.accounts import Grant, NewAccount, NewDepartment
from registry.services.node.proposals import ProposedAct
from registry.services.publication import key_rotation
from registry.unit_of_work import UnitOfWork

Arguments = Mapping[str, Any]
Outcome = dict[str, Any]


def _create_account(work: UnitOfWork, name: str, arguments: Arguments, _version: int | None) -> Outcome:
    until = arguments["valid_until"]
    new = NewAccount(
        name,
        Role(arguments["role"]),
        arguments["department"],
        arguments["sectors"],
        arguments["districts"],
        dt.date.fromisoformat(until) if until else None,
    )
    accounts.create(work, new, bytes.fromhex(arguments["key_hash"]) if arguments["key_hash"] else None)
    return {"account": name}


def _add_key(work: UnitOfWork, name: str, arguments: Arguments, _version: int | None) -> Outcome:
    account = account_lookup.by_name(work.session, name, work.today)
    accounts.add_key(work, account.account_id or 0, name, bytes.fromhex(arguments["key_hash"]))
    return {"account": name}


def _change_grant(work: UnitOfWork, name: str, arguments: Arguments, _version: int | None) -> Outcome:
    until = arguments["valid_until"]
    last = dt.date.fromisoformat(until) if until else None
    accounts.change_grant(work, name, Grant(arguments["sectors"], arguments["districts"], last))
    return {"account": name}


def _issue_password_code(work: UnitOfWork, name: str, arguments: Arguments, _version: int | None) -> Outcome:
    passwords.issue_code(work, name, bytes.fromhex(arguments["code_hash"]))
    return {"account": name}


def _set_department(work: UnitOfWork, code: str, arguments: Arguments, _version: int | None) -> Outcome:
    accounts.ensure_department(work, NewDepartment(code, **arguments))
    return {"department": code}


def _add_peer(work: UnitOfWork, code: str, arguments: Arguments, _version: int | None) -> Outcome:
    peers.add(work, code, arguments["name"], arguments["url"], arguments["public_key"], arguments["owners"])
    return {"peer": code}


def _add_platform(work: UnitOfWork, code: str, arguments: Arguments, _version: int | None) -> Outcome:
    intake = peers.Intake(arguments["account"], arguments["scheme"])
    peers.add_platform(work, code, arguments["name"], arguments["url"], arguments["profile"], intake)
    return {"peer": code}


def _change_peer(work: UnitOfWork, code: str, arguments: Arguments, _version: int | None) -> Outcome:
    peers.change(work, code, **arguments)
    return {"peer": code}


def _remove_peer(work: UnitOfWork, code: str, _arguments: Arguments, _version: int | None) -> Outcome:
    return {"peer": code, "cancelled": peers.remove(work, code)}


def _rotate_key(work: UnitOfWork, name: str, arguments: Arguments, _version: int | None) -> Outcome:
    successor = work.keys.draft_second() if name == SECOND else work.keys.draft(name)
    if successor.key_id != arguments["kid"]:
        raise VersionStale()
    if isinstance(successor, Sm2Signer):
        if not key_rotation.is_second_promoted(work, successor):
            key_rotation.rotate_second(work, successor)
    elif name == EXCHANGE:
        key_rotation.rotate_exchange(work, successor)
    elif not key_rotation.is_promoted(work, successor):
        key_rotation.rotate(work, successor)
    return {"key": name, "kid": successor.key_id, "public": successor.public.hex()}


def _revoke_key(work: UnitOfWork, kid: str, arguments: Arguments, _version: int | None) -> Outcome:
    key_rotation.revoke(work, kid, arguments["reason"])
    return {"kid": kid}


def _load_calendar(work: UnitOfWork, _reference: str, arguments: Arguments, _version: int | None) -> Outcome:
    load = calendar_loading.load(work, arguments["notice"].encode())
    return {"rows": load.rows, "moved": load.moved, "provisional": load.provisional}


def _examine_calendar(work: UnitOfWork, _reference: str, arguments: Arguments) -> None:
    # Not tried: rows of law that are rolled back would stay in the cache of the law tables.
    calendar_loading.read_notice(work, arguments["notice"].encode())


_MANAGE, _KEYS = Permission.ACCOUNT_MANAGE, Permission.KEYS_MANAGE
_OPERATE, _PEER = Permission.EXCHANGE_OPERATE, Permission.PEER_CONFIRM
CREATE_ACCOUNT = ProposedAct("account.create", _MANAGE, _MANAGE, _create_account)
ADD_KEY = ProposedAct("account.key", _MANAGE, _MANAGE, _add_key, about_account=True)
CHANGE_GRANT = ProposedAct("account.grant", _MANAGE, _MANAGE, _change_grant, about_account=True)
ISSUE_PASSWORD_CODE = ProposedAct("account.password-code", _MANAGE, _MANAGE, _issue_password_code, about_account=True)
SET_DEPARTMENT = ProposedAct("department.set", _MANAGE, _MANAGE, _set_department)
ADD_PEER = ProposedAct("peer.add", _OPERATE, _PEER, _add_peer)
ADD_PLATFORM = ProposedAct("peer.add-platform", _OPERATE, _PEER, _add_platform)
CHANGE_PEER = ProposedAct("peer.change", _OPERATE, _PEER, _change_peer)
REMOVE_PEER = ProposedAct("peer.remove", _OPERATE, _PEER, _remove_peer)
ROTATE_KEY = ProposedAct("keys.rotate", _KEYS, _KEYS, _rotate_key)
REVOKE_KEY = ProposedAct("keys.revoke", _KEYS, _KEYS, _revoke_key)
LOAD_CALENDAR = ProposedAct(
    "calendar.load", Permission.CALENDAR_LOAD, Permission.LAW_CONFIRM, _load_calendar, examine=_examine_calendar
)
NODE_ACTS = (
    CREATE_ACCOUNT, CHANGE_GRANT, ADD_KEY, ISSUE_PASSWORD_CODE, SET_DEPARTMENT, ADD_PEER, ADD_PLATFORM, CHANGE_PEER,
    REMOVE_PEER, ROTATE_KEY, REVOKE_KEY, LOAD_CALENDAR,
)  # fmt: skip
ACTS: dict[str, ProposedAct] = (
    proposed_steps.ACTS | {erasure.ERASE.name: erasure.ERASE} | {act.name: act for act in NODE_ACTS}
)
"""Every act that takes two persons, by name."""


def propose_account(work: UnitOfWork, new: NewAccount, key: str | None) -> Proposal:
    """Propose an account; ``key`` opens it once another security administrator confirms."""
    arguments = {
        "role": new.role.value,
        "department": new.department,
        "sectors": sorted(new.sectors),
        "districts": sorted(new.districts),
        "valid_until": new.valid_until.isoformat() if new.valid_until else None,
        "key_hash": account_lookup.key_hash(key).hex() if key else None,
    }
    return proposals.propose(work, CREATE_ACCOUNT, new.name, arguments)


def propose_key(work: UnitOfWork, name: str, key: str) -> Proposal:
    """Propose another machine key of an account."""
    return proposals.propose(work, ADD_KEY, name, {"key_hash": account_lookup.key_hash(key).hex()})


def propose_grant(work: UnitOfWork, name: str, grant: Grant) -> Proposal:
    """Propose how far an account reaches, and until when."""
    arguments = {
        "sectors": sorted(grant.sectors),
        "districts": sorted(grant.districts),
        "valid_until": grant.valid_until.isoformat() if grant.valid_until else None,
    }
    return proposals.propose(work, CHANGE_GRANT, name, arguments)


def propose_password_code(work: UnitOfWork, name: str, code: str) -> Proposal:
    """Propose that an account may set its password by a code."""
    hashed = passwords.code_hash(work.keys.vault, name, code)
    return proposals.propose(work, ISSUE_PASSWORD_CODE, name, {"code_hash": hashed.hex()})


def propose_department(work: UnitOfWork, new: NewDepartment) -> Proposal:
    """Propose a department, or a change of one."""
    arguments = {
        "name": new.name,
        "kind": new.kind,
        "authority_code": new.authority_code,
        "sectors": sorted(new.sectors) if new.sectors is not None else None,
        "districts": sorted(new.districts) if new.districts is not None else None,
    }
    return proposals.propose(work, SET_DEPARTMENT, new.code, arguments)


def propose_peer(work: UnitOfWork, code: str, name: str, url: str, public_key: str, owners: Sequence[str]) -> Proposal:
    """Propose a peer."""
    arguments = {"name": name, "url": url, "public_key": public_key, "owners": list(owners)}
    return proposals.propose(work, ADD_PEER, code, arguments)


def propose_platform(work: UnitOfWork, code: str, name: str, url: str, profile: str, intake: peers.Intake) -> Proposal:
    """Propose a platform that takes and sends rows."""
    arguments = {"name": name, "url": url, "profile": profile, "account": intake.account, "scheme": intake.scheme}
    return proposals.propose(work, ADD_PLATFORM, code, arguments)


def propose_change_of_peer(
    work: UnitOfWork, code: str, url: str | None, public_key: str | None, *, distrust: bool
) -> Proposal:
    """Propose another address or key of a peer."""
    return proposals.propose(work, CHANGE_PEER, code, {"url": url, "public_key": public_key, "distrust": distrust})


def propose_removal_of_peer(work: UnitOfWork, code: str) -> Proposal:
    """Propose to remove a peer."""
    return proposals.propose(work, REMOVE_PEER, code, {})


def propose_rotation(work: UnitOfWork, name: str) -> Proposal:
    """Propose to rotate a key of this node to its drafted successor."""
    successor = work.keys.draft_second() if name == SECOND else work.keys.draft(name)
    return proposals.propose(work, ROTATE_KEY, name, {"kid": successor.key_id})


def propose_revocation(work: UnitOfWork, kid: str, reason: str) -> Proposal:
    """Propose to revoke a key that no longer signs."""
    return proposals.propose(work, REVOKE_KEY, kid, {"reason": reason})


def propose_calendar(work: UnitOfWork, notice: bytes) -> Proposal:
    """Propose a year's notice of working days."""
    work.actor.require(Permission.CALENDAR_LOAD)
    years = sorted(row.code for row in calendar_loading.read_notice(work, notice))
    return proposals.propose(work, LOAD_CALENDAR, "、".join(years) or "calendar", {"notice": notice.decode()})
