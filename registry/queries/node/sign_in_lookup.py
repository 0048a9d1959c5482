"""Look up what an account signs in with, and which browsers are signed in."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from registry.domain.permissions import Actor
from registry.keys.signing import Vault
from registry.models import Account, Credential, Passkey, RecoveryCode, WebSession
from registry.queries.node import account_lookup
from registry.unit_of_work import day_of

IDLE = dt.timedelta(minutes=30)
"""A session ends when nothing was asked in it for so long."""
ABSOLUTE = dt.timedelta(hours=12)
"""And so long after signing in, whatever was asked."""
SECOND_FACTOR_WITHIN = dt.timedelta(minutes=10)
"""So long may the second factor be awaited."""


@dataclass(frozen=True)
class StoredPassword:
    """What a name may sign in with; of an unknown one, and of one that has no password, nothing."""

    actor: Actor | None = None
    sealed: bytes | None = None
    has_second_factor: bool = False


@dataclass(frozen=True)
class SignedIn:
    """A session that runs: its number, its account, when the password was typed last; ``is_complete``: the second
    factor was proven as well, without which it opens nothing."""

    number: int
    actor: Actor
    proven_at: dt.datetime
    seen_at: dt.datetime
    is_complete: bool


@dataclass(frozen=True)
class SecondFactor:
    """The second factor of an account: since when, whether a new one waits for its first code, recovery codes left."""

    since: dt.datetime | None
    draft: bytes | None
    codes_left: int


def stored_password(session: Session, name: str, today: dt.date) -> StoredPassword:
    """What an account name signs in with; the same of one that is unknown, past its day or without a password."""
    statement = select(Account, Credential).join(Credential).where(Account.name == name)
    row = session.execute(statement).first()
    if row is None or not account_lookup.is_valid(row.Account, today):
        return StoredPassword()
    actor = account_lookup.actor_of(row.Account)
    return StoredPassword(actor, row.Credential.password, row.Credential.totp is not None)


def demo_accounts(session: Session, today: dt.date) -> list[Account]:
    """The accounts of a demo: those that have a password and no second factor, in the order of departments."""
    statement = select(Account).join(Credential).where(Credential.totp.is_(None)).order_by(Account.department_id)
    rows = session.scalars(statement.order_by(Account.id).options(joinedload(Account.department)))
    return [account for account in rows if account_lookup.is_valid(account, today)]


def without_password(session: Session, names: Collection[str]) -> Sequence[int]:
    """The numbers of those of these accounts that have no password."""
    statement = select(Account.id).where(Account.name.in_(names), Account.id.not_in(select(Credential.account_id)))
    return session.scalars(statement.order_by(Account.id)).all()


def token_hash(vault: Vault, token: str) -> bytes:
    """Keyed hash of a session's token, which begins with the number of its account."""
    return vault.index("web session", token)


def running_session(session: Session, vault: Vault, token: str, now: dt.datetime) -> SignedIn | None:
    """The session of a token, or None when it is unknown, has ended, or its account has."""
    statement = select(WebSession, Account).join(Account, Account.id == WebSession.account_id)
    row = session.execute(statement.where(WebSession.token_hash == token_hash(vault, token), _runs(now))).first()
    if row is None or not token.startswith(f"{row.Account.id}."):
        return None
    if not account_lookup.is_valid(row.Account, day_of(now)):
        return None
    web_session = row.WebSession
    return SignedIn(
        web_session.id,
        account_lookup.actor_of(row.Account),
        web_session.proven_at,
        web_session.seen_at,
        web_session.second_factor_at is not None,
    )


def running_sessions(session: Session, account_id: int, now: dt.datetime) -> Sequence[WebSession]:
    """The sessions of an account that run and have their second factor, the newest first."""
    statement = select(WebSession).where(
        WebSession.account_id == account_id, WebSession.second_factor_at.is_not(None), _runs(now)
    )
    return session.scalars(statement.order_by(WebSession.id.desc())).all()


def second_factor(session: Session, account_id: int) -> SecondFactor:
    """The second factor of an account, as its owner sees it."""
    credential = session.get(Credential, account_id)
    unused = select(RecoveryCode.id).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    if credential is None:
        return SecondFactor(None, None, 0)
    return SecondFactor(credential.totp_at, credential.totp_draft, len(session.scalars(unused).all()))


def passkeys(session: Session, account_id: int) -> Sequence[Passkey]:
    """The passkeys of an account, in the order in which they were registered."""
    return session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def _runs(now: dt.datetime) -> ColumnElement[bool]:
    is_awake = WebSession.seen_at > now - IDLE
    is_within = WebSession.opened_at > now - ABSOLUTE
    is_proven = WebSession.second_factor_at.is_not(None) | (WebSession.opened_at > now - SECOND_FACTOR_WITHIN)
    return is_awake & is_within & is_proven
