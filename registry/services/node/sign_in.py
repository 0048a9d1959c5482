"""Count attempts to sign in, and open, prove and end the sessions of browsers."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from registry.models import Account, WebSession
from registry.queries.node.sign_in_lookup import ABSOLUTE, IDLE, token_hash
from registry.refusals.sign_in import SessionUnknown
from registry.services.node import audit, rate_limits
from registry.unit_of_work import UnitOfWork

WINDOW_SECONDS = 15 * 60
FAILURES_OF_ACCOUNT_MAX, FAILURES_OF_ADDRESS_MAX = 5, 30
SEEN_AGAIN = dt.timedelta(minutes=1)
"""That a session is used is written once a minute."""
RECENT = dt.timedelta(minutes=10)
"""A publishing act asks for the password when it was typed longer ago."""
_BROWSER_CHARACTERS_MAX = 200


@dataclass(frozen=True)
class Visitor:
    """Who asks: a keyed hash of the address, the network that the owner is shown, and what the browser says it is."""

    address: str
    network: str
    browser: str


def count_attempt(work: UnitOfWork, name: str, address: str) -> bool:
    """Count an attempt before it is judged; False: there were too many for this name or from this address.

    Counted first, so that attempts at once cannot pass the limit together; of a name that no account has, too, so that
    the answer tells nothing.
    """
    of_account, of_address = _keys(work, name, address)
    by_account = rate_limits.hit(work, of_account, WINDOW_SECONDS)
    by_address = rate_limits.hit(work, of_address, WINDOW_SECONDS)
    if by_account == FAILURES_OF_ACCOUNT_MAX + 1:
        known = work.session.scalars(select(Account.name).where(Account.name == name)).first()
        audit.note(work, "access.sign-in-locked", f"address {address[:16]}", known)
    return by_account <= FAILURES_OF_ACCOUNT_MAX and by_address <= FAILURES_OF_ADDRESS_MAX


def give_attempt_back(work: UnitOfWork, name: str, address: str) -> None:
    """Take an attempt that proved right out of the counts again."""
    for key in _keys(work, name, address):
        rate_limits.hit(work, key, WINDOW_SECONDS, -1)


def forget_attempts(work: UnitOfWork, name: str) -> None:
    """Forget the failed attempts of an account that has signed in."""
    rate_limits.clear(work, _keys(work, name, "")[0])


def open_session(work: UnitOfWork, visitor: Visitor, *, is_complete: bool) -> str:
    """Open a session for the actor's account and return its token: the only time it can be read.

    It opens nothing before it is complete: its second factor is proven.
    """
    account_id = work.actor.account_id or 0
    token = _draw_token(account_id)
    row = WebSession(
        account_id=account_id,
        token_hash=token_hash(work.keys.vault, token),
        opened_at=work.now,
        seen_at=work.now,
        proven_at=work.now,
        second_factor_at=work.now if is_complete else None,
        browser=visitor.browser[:_BROWSER_CHARACTERS_MAX],
        network=visitor.network,
    )
    work.session.add(row)
    work.session.flush()
    if is_complete:
        audit.note(work, "session.open", work.actor.name)
    return token


def complete_session(work: UnitOfWork, number: int) -> str:
    """Complete a session whose second factor was proven; its token is replaced, the new one is returned."""
    token = _draw_token(work.actor.account_id or 0)
    row = own_session(work, number)
    row.second_factor_at, row.token_hash = work.now, token_hash(work.keys.vault, token)
    work.session.flush()
    audit.note(work, "session.open", work.actor.name)
    return token


def touch_session(work: UnitOfWork, number: int) -> None:
    """Note that a session is used."""
    work.session.execute(update(WebSession).where(WebSession.id == number).values(seen_at=work.now))


def prove_session(work: UnitOfWork, number: int) -> None:
    """Note that the password was typed again in a session."""
    own_session(work, number).proven_at = work.now
    work.session.flush()


def end_session(work: UnitOfWork, number: int) -> None:
    """End a session of the actor's account. Refuses ``SessionUnknown``."""
    work.session.delete(own_session(work, number))
    work.session.flush()
    audit.note(work, "session.end", work.actor.name)


def end_other_sessions(work: UnitOfWork, number: int) -> int:
    """End every session of the actor's account but this one; returns how many."""
    others = delete(WebSession).where(WebSession.account_id == work.actor.account_id, WebSession.id != number)
    ended = len(work.session.scalars(others.returning(WebSession.id)).all())
    audit.note(work, "session.end", work.actor.name, f"{ended} others")
    return ended


def delete_ended(work: UnitOfWork) -> int:
    """Delete the sessions whose time is over; returns how many."""
    is_over = (WebSession.seen_at <= work.now - IDLE) | (WebSession.opened_at <= work.now - ABSOLUTE)
    return len(work.session.scalars(delete(WebSession).where(is_over).returning(WebSession.id)).all())


def own_session(work: UnitOfWork, number: int) -> WebSession:
    """A session of the actor's account. Refuses ``SessionUnknown``."""
    statement = select(WebSession).where(WebSession.id == number, WebSession.account_id == work.actor.account_id)
    row = work.session.scalars(statement).first()
    if row is None:
        raise SessionUnknown()
    return row


def _draw_token(account_id: int) -> str:
    return f"{account_id}.{secrets.token_urlsafe(32)}"


def _keys(work: UnitOfWork, name: str, address: str) -> tuple[str, str]:
    return f"sign-in|{work.keys.vault.index('account name', name).hex()}", f"sign-in-address|{address}"
