"""Create departments and accounts; issue and revoke their API keys.

What widens rights takes two persons. The node's shell alone may do it only while there are no two security
administrators who could.
"""

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select

from registry.domain.filing import alphabets
from registry.domain.permissions import EVERYWHERE, Permission, Role
from registry.domain.publication.redaction import has_personal_number
from registry.errors import Fault
from registry.models import Account, ApiKey, Department, WebSession
from registry.queries.law import reference_data
from registry.queries.node import account_lookup
from registry.refusals.acts import AccountRequired, AccountTaken, BodyRefused, OwnRights
from registry.refusals.content import PersonalNumber
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class NewAccount:
    """An account to be created: role × department × sectors × districts × until; ``*`` means all."""

    name: str
    role: Role
    department: str
    sectors: Collection[str]
    districts: Collection[str]
    valid_until: dt.date | None = None


@dataclass(frozen=True)
class Grant:
    """How far an account reaches, and until when."""

    sectors: Collection[str]
    districts: Collection[str]
    valid_until: dt.date | None


@dataclass(frozen=True)
class NewDepartment:
    """A department to be created or changed; with ``authority_code`` it files its own decisions only.

    None leaves what an existing department has; a new one has no code, and every sector and district. An empty
    ``authority_code`` takes the code away.
    """

    code: str
    name: str
    kind: str
    authority_code: str | None = None
    sectors: Collection[str] | None = None
    districts: Collection[str] | None = None


def ensure_department(work: UnitOfWork, new: NewDepartment) -> Department:
    """Create the department of this code when absent, otherwise change it to what ``new`` says.

    Refuses ``SecondPersonMissing``, ``AccountRequired``, and ``BodyRefused`` for a name with letters of two alphabets.
    """
    _require_two_or_bootstrap(work)
    if alphabets.mixes_letters(new.name):
        raise BodyRefused(faults=(Fault("/name", alphabets.NAME_MIXED, alphabets.DETAIL),))
    return _store_department(work, new)


def _store_department(work: UnitOfWork, new: NewDepartment) -> Department:
    department = work.session.scalars(select(Department).where(Department.code == new.code)).first()
    if department is None:
        department = Department(code=new.code, authority_code=None, sectors=[EVERYWHERE], districts=[EVERYWHERE])
        work.session.add(department)
    department.name, department.kind = new.name, new.kind
    if new.authority_code is not None:
        department.authority_code = new.authority_code or None
    if new.sectors is not None:
        department.sectors = sorted(new.sectors)
    if new.districts is not None:
        department.districts = sorted(new.districts)
    work.session.flush()
    audit.note(work, "department.set", new.code)
    return department


def create_planned_departments(work: UnitOfWork) -> int:
    """Create the departments that the plan names where they are absent; returns how many."""
    known = set(work.session.scalars(select(Department.code)))
    planned = [row for row in reference_data.current(work.session).planned_departments() if row.code not in known]
    for row in planned:
        _store_department(work, NewDepartment(row.code, row.name, row.kind, None, row.sectors))
    return len(planned)


def create(work: UnitOfWork, new: NewAccount, key_hash: bytes | None = None) -> Account:
    """Create an account, which the API key with this hash opens.

    Refuses ``AccountTaken``, ``DepartmentUnknown``, ``SecondPersonMissing``, ``AccountRequired``, and
    ``PersonalNumber`` as a name: every audit event shows it.
    """
    _require_two_or_bootstrap(work)
    if has_personal_number(new.name):
        raise PersonalNumber()
    if work.session.scalars(select(Account).where(Account.name == new.name)).first():
        raise AccountTaken()
    department = account_lookup.department(work.session, new.department)
    account = Account(
        name=new.name,
        role=new.role.value,
        department_id=department.id,
        sectors=sorted(new.sectors),
        districts=sorted(new.districts),
        valid_until=new.valid_until,
    )
    work.session.add(account)
    work.session.flush()
    audit.note(work, "account.create", new.name, f"{new.role.value} of {new.department}")
    if key_hash is not None:
        _store_key(work, account.id, new.name, key_hash)
    return account


def draw_key() -> str:
    """A new API key, drawn at random; it opens nothing before it is issued."""
    return f"rk_{secrets.token_urlsafe(32)}"


def issue_key(work: UnitOfWork, account_id: int, name: str) -> str:
    """Issue an API key and return it: the only time it can be read. Refuses as ``create`` does."""
    key = draw_key()
    add_key(work, account_id, name, account_lookup.key_hash(key))
    return key


def add_key(work: UnitOfWork, account_id: int, name: str, key_hash: bytes) -> None:
    """Let an API key open its account from now on. Refuses as ``create`` does."""
    _require_two_or_bootstrap(work)
    _store_key(work, account_id, name, key_hash)


def _store_key(work: UnitOfWork, account_id: int, name: str, key_hash: bytes) -> None:
    work.session.add(ApiKey(account_id=account_id, key_hash=key_hash, created_at=work.now))
    work.session.flush()
    audit.note(work, "account.issue-key", name)


def _require_two_or_bootstrap(work: UnitOfWork) -> None:
    require_two_or_bootstrap(work, Permission.ACCOUNT_MANAGE)


def require_two_or_bootstrap(work: UnitOfWork, permission: Permission) -> None:
    """Refuse what one person does alone, and the node's shell once two security administrators could do it.

    Refuses ``OutOfRole``, ``SecondPersonMissing``, ``AccountRequired``.
    """
    work.initiator.require(permission)
    if work.actor.account_id is not None:
        work.require_second_person()
    elif not account_lookup.is_bootstrapping(work.session, work.today):
        raise AccountRequired()


def change_grant(work: UnitOfWork, name: str, grant: Grant) -> None:
    """Change sectors, districts and last day of an account; its role and department never change.

    Refuses ``AccountUnknown``, and as ``create`` does.
    """
    _require_two_or_bootstrap(work)
    account_id = account_lookup.by_name(work.session, name, work.today).account_id
    account = work.session.get_one(Account, account_id)
    account.sectors, account.districts = sorted(grant.sectors), sorted(grant.districts)
    account.valid_until = grant.valid_until
    work.session.flush()
    audit.note(work, "account.grant", name, f"sectors {account.sectors}, districts {account.districts}")


def end(work: UnitOfWork, name: str) -> None:
    """End an account today: its keys and sessions are over, its past stays.

    One security administrator does it alone, as with ``revoke_keys``. Refuses ``AccountUnknown``, and ``OwnRights``
    for the own account: nobody locks the door behind himself.
    """
    if name == work.actor.name:
        raise OwnRights()
    revoke_keys(work, name)
    end_sessions(work, name)
    account_id = account_lookup.by_name(work.session, name, work.today).account_id
    work.session.get_one(Account, account_id).valid_until = work.today
    work.session.flush()
    audit.note(work, "account.end", name)


def end_sessions(work: UnitOfWork, name: str) -> int:
    """End every session of an account in a browser, alone and at once; returns how many."""
    work.actor.require(Permission.ACCOUNT_MANAGE)
    account_id = account_lookup.by_name(work.session, name, work.today).account_id
    running = delete(WebSession).where(WebSession.account_id == account_id).returning(WebSession.id)
    ended = len(work.session.scalars(running).all())
    audit.note(work, "session.end", name, f"{ended} sessions")
    return ended


def revoke_keys(work: UnitOfWork, name: str) -> int:
    """Revoke every API key of an account; returns how many.

    One security administrator does it alone: a stolen key must not wait for another person, and nobody gains by it.
    """
    work.actor.require(Permission.ACCOUNT_MANAGE)
    actor = account_lookup.by_name(work.session, name, work.today)
    api_keys = work.session.scalars(
        select(ApiKey).where(ApiKey.account_id == actor.account_id, ApiKey.revoked_at.is_(None))
    ).all()
    for key in api_keys:
        key.revoked_at = work.now
    work.session.flush()
    audit.note(work, "account.revoke-keys", name)
    return len(api_keys)
