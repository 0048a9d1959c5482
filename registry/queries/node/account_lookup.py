"""Look up accounts by machine key or name, and departments by code."""

import datetime as dt
import hashlib
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from registry.domain.permissions import Actor, Role
from registry.models import Account, ApiKey, Department
from registry.refusals.acts import AccountUnknown, DepartmentUnknown

ADMINISTRATORS = 2
"""So many security administrators can decide about accounts without the node's shell."""
_BY_KEY = (
    select(Account.__table__).join(ApiKey).where(ApiKey.key_hash == bindparam("hash"), ApiKey.revoked_at.is_(None))
)


def key_hash(key: str) -> bytes:
    """SHA-256 of a machine key: the form in which it is stored."""
    return hashlib.sha256(key.encode()).digest()


def by_key(session: Session, key: str, today: dt.date) -> Actor | None:
    """The actor behind a machine key, or None when it is unknown, revoked or past its day."""
    row = session.connection().execute(_BY_KEY, {"hash": key_hash(key)}).one_or_none()
    return actor_of(row) if row and is_valid(row, today) else None


def fault_of_key(session: Session, key: str) -> tuple[str, str | None]:
    """Why a machine key opens nothing (``unknown``, ``revoked``, ``expired``), and the account that it is of."""
    statement = select(Account.name, ApiKey.revoked_at).join(ApiKey).where(ApiKey.key_hash == key_hash(key))
    row = session.execute(statement).first()
    if row is None:
        return "unknown", None
    return ("expired" if row.revoked_at is None else "revoked"), row.name


def by_name(session: Session, name: str, today: dt.date) -> Actor:
    """The actor of an account; refuses ``AccountUnknown``."""
    account = session.scalars(select(Account).where(Account.name == name)).first()
    if account is None or not is_valid(account, today):
        raise AccountUnknown()
    return actor_of(account)


def actor_of(account: Account | Row[Any]) -> Actor:
    """The actor (role, department, scope) of an account row."""
    return Actor(
        account.id,
        account.name,
        Role(account.role),
        account.department_id,
        frozenset(account.sectors),
        frozenset(account.districts),
    )


def department(session: Session, code: str) -> Department:
    """A department by its code; refuses ``DepartmentUnknown``."""
    row = session.scalars(select(Department).where(Department.code == code)).first()
    if row is None:
        raise DepartmentUnknown()
    return row


def departments(session: Session) -> list[Department]:
    """All departments in the order of their codes."""
    return list(session.scalars(select(Department).order_by(Department.code)))


def is_valid(account: Account | Row[Any], today: dt.date) -> bool:
    """Whether an account is not past its last day."""
    return account.valid_until is None or today < account.valid_until


def is_bootstrapping(session: Session, today: dt.date) -> bool:
    """Whether there are no two security administrators yet, of whom one proposes an account and the other confirms."""
    valid = Account.valid_until.is_(None) | (Account.valid_until > today)
    statement = select(func.count()).select_from(Account).where(Account.role == Role.SECURITY_ADMIN.value, valid)
    return session.execute(statement).scalar_one() < ADMINISTRATORS


def names_of_role(session: Session, role: str) -> list[str]:
    """The names of all accounts of a role."""
    return list(session.scalars(select(Account.name).where(Account.role == role).order_by(Account.name)))
