"""Passwords of accounts: Argon2id hashes under the node's seal, and one-time codes with which they are set.

Whoever may let another set a password could act as that person, so that issuing a code takes two persons, as a machine
key does.
"""

import base64
import datetime as dt
import functools
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update

from registry.domain.permissions import Permission
from registry.errors import Fault
from registry.keys.signing import Vault
from registry.models import Account, Credential, PasswordCode, RecoveryCode, WebSession
from registry.queries.node import account_lookup
from registry.queries.node.sign_in_lookup import StoredPassword
from registry.refusals.sign_in import PasswordRefused
from registry.services.node import accounts, audit, passkeys
from registry.unit_of_work import UnitOfWork

CHARACTERS_MIN, CHARACTERS_MAX = 12, 128
CODE_HOURS = 24
_CODE_BYTES = 15
"""Twenty-four characters of base 32."""
# 19 MiB, two passes: what OWASP's cheat sheet on password storage demands at least; more memory would let a few
# requests at once fill a small server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@functools.cache
def _hash_of_nobody() -> str:
    return _HASHER.hash(secrets.token_hex())


def matches(stored: StoredPassword, vault: Vault, password: str) -> bool:
    """Whether this is the password; takes as long for an account that does not exist. Call it outside an act."""
    expected = vault.open(stored.sealed).decode() if stored.sealed is not None else _hash_of_nobody()
    try:
        _HASHER.verify(expected, _normalise(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored.sealed is not None


def hash_password(password: str, again: str, name: str) -> str:
    """The Argon2id hash of a new password typed twice. Refuses ``PasswordRefused``. Call it outside an act."""
    faults = []
    if len(password) < CHARACTERS_MIN:
        faults.append(Fault("/password", "password-too-short", f"新口令至少 {CHARACTERS_MIN} 个字符"))
    if len(password) > CHARACTERS_MAX:
        faults.append(Fault("/password", "password-too-long", f"新口令最多 {CHARACTERS_MAX} 个字符"))
    if (name and name.casefold() in password.casefold()) or len(set(password)) < CHARACTERS_MIN // 2:
        faults.append(Fault("/password", "password-guessable", "新口令不得含有账号名，也不得只由几个字符重复而成"))
    if password != again:
        faults.append(Fault("/again", "passwords-differ", "两次输入的新口令不同"))
    if faults:
        raise PasswordRefused(faults=tuple(faults))
    return _HASHER.hash(_normalise(password))


def set_password(work: UnitOfWork, account_id: int, password_hash: str, *, keep_session: int | None = None) -> None:
    """Replace the password of an account; ends its sessions but one."""
    sealed = work.keys.vault.seal(password_hash.encode())
    credential = work.session.get(Credential, account_id)
    if credential is None:
        work.session.add(Credential(account_id=account_id, password=sealed, password_at=work.now))
    else:
        credential.password, credential.password_at = sealed, work.now
    work.session.flush()
    others = delete(WebSession).where(WebSession.account_id == account_id, WebSession.id != (keep_session or 0))
    work.session.execute(others)
    audit.note(work, "account.set-password", work.session.get_one(Account, account_id).name)


def draw_code() -> str:
    """A new one-time code, drawn at random; it opens nothing before it is issued."""
    return base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()


def code_hash(vault: Vault, name: str, code: str) -> bytes:
    """Keyed hash of a one-time code of an account, in whatever case and with whatever spaces it was typed."""
    return vault.index("password code", f"{name}\0{_fold(code)}")


def issue_code(work: UnitOfWork, name: str, hashed: bytes) -> None:
    """Let a code set the password of an account from now on, for ``CODE_HOURS``; earlier codes end.

    Refuses ``AccountUnknown``, and as ``accounts.create`` does.
    """
    accounts.require_two_or_bootstrap(work, Permission.ACCOUNT_MANAGE)
    account_id = account_lookup.by_name(work.session, name, work.today).account_id or 0
    _end_codes(work, account_id)
    expires_at = work.now + dt.timedelta(hours=CODE_HOURS)
    work.session.add(PasswordCode(account_id=account_id, code_hash=hashed, issued_at=work.now, expires_at=expires_at))
    work.session.flush()
    audit.note(work, "account.password-code", name)


def redeem_code(work: UnitOfWork, name: str, code: str, password_hash: str) -> bool:
    """Set the password of an account by a one-time code, and take its second factor away, which it then sets up anew;
    False when the code proves nothing."""
    statement = (
        select(PasswordCode, Account)
        .join(Account)
        .where(
            Account.name == name,
            PasswordCode.code_hash == code_hash(work.keys.vault, name, code),
            PasswordCode.used_at.is_(None),
            PasswordCode.expires_at > work.now,
        )
    )
    row = work.session.execute(statement.with_for_update()).first()
    if row is None or not account_lookup.is_valid(row.Account, work.today):
        return False
    row.PasswordCode.used_at = work.now
    work.session.flush()
    set_password(work, row.Account.id, password_hash)
    credential = work.session.get_one(Credential, row.Account.id)
    credential.totp = credential.totp_draft = credential.totp_at = credential.totp_step = None
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == row.Account.id))
    passkeys.end_all(work, row.Account.id)
    work.session.flush()
    return True


def _end_codes(work: UnitOfWork, account_id: int) -> None:
    running = update(PasswordCode).where(PasswordCode.account_id == account_id, PasswordCode.used_at.is_(None))
    work.session.execute(running.values(used_at=work.now))


def _normalise(password: str) -> str:
    # As NIST SP 800-63B asks, so that a password typed on another keyboard is the same.
    return unicodedata.normalize("NFKC", password)


def _fold(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()
