"""List the accounts of a node with what each signs in with, for its security administrators."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from registry.models import Account, ApiKey, Credential, WebSession
from registry.refusals.acts import AccountUnknown


@dataclass(frozen=True)
class AccountOverview:
    """An account: machine keys that open it, sessions that run, whether it has a password and a second factor."""

    account: Account
    is_valid: bool
    keys: int
    sessions: int
    has_password: bool
    has_second_factor: bool


def overview(session: Session, today: dt.date, name: str | None = None) -> list[AccountOverview]:
    """Every account, or the one of a name, in the order of departments and names."""
    keys = dict(
        session.execute(
            select(ApiKey.account_id, func.count()).where(ApiKey.revoked_at.is_(None)).group_by(ApiKey.account_id)
        )
        .tuples()
        .all()
    )
    running = select(WebSession.account_id, func.count()).where(WebSession.second_factor_at.is_not(None))
    sessions = dict(session.execute(running.group_by(WebSession.account_id)).tuples().all())
    statement = select(Account, Credential).outerjoin(Credential).options(joinedload(Account.department))
    if name is not None:
        statement = statement.where(Account.name == name)
    rows = session.execute(statement.order_by(Account.department_id, Account.name)).tuples()
    return [
        AccountOverview(
            account,
            account.valid_until is None or today < account.valid_until,
            keys.get(account.id, 0),
            sessions.get(account.id, 0),
            credential is not None,
            credential is not None and credential.totp is not None,
        )
        for account, credential in rows
    ]


def one(session: Session, today: dt.date, name: str) -> AccountOverview:
    """The account of a name, also one that has ended; refuses ``AccountUnknown``."""
    rows = overview(session, today, name)
    if not rows:
        raise AccountUnknown()
    return rows[0]


def keys_of(session: Session, account_id: int) -> Sequence[ApiKey]:
    """The machine keys of an account, the newest first; of each only when it was issued and revoked is known."""
    return session.scalars(select(ApiKey).where(ApiKey.account_id == account_id).order_by(ApiKey.id.desc())).all()
