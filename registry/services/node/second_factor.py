"""Second factor of signing in: time-based codes (RFC 6238), and recovery codes that stand for one of them once."""

import base64
import datetime as dt
import secrets

import pyotp
from sqlalchemy import delete, select

from registry.keys.signing import Vault
from registry.models import Credential, RecoveryCode
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

PERIOD_SECONDS = 30
RECOVERY_CODES = 10
_CODE_BYTES = 10
"""Sixteen characters of base 32."""
_STEPS_APART = (-1, 0, 1)
"""A clock may be half a minute off."""


def draft(work: UnitOfWork, account_id: int) -> None:
    """Draw a new secret, which is in force once a code of it was typed; keeps one that waits already."""
    credential = work.session.get_one(Credential, account_id)
    if credential.totp_draft is None:
        credential.totp_draft = work.keys.vault.seal(pyotp.random_base32().encode())
        work.session.flush()


def address_of(vault: Vault, sealed: bytes, issuer: str, name: str) -> tuple[str, str]:
    """The secret as it is typed into an authenticator, and the ``otpauth`` address that it reads from a picture."""
    secret = vault.open(sealed).decode()
    return secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def confirm_draft(work: UnitOfWork, account_id: int, code: str) -> list[str] | None:
    """Put the new secret in force by a code of it; the recovery codes, or None when the code is wrong."""
    credential = work.session.get_one(Credential, account_id)
    if credential.totp_draft is None:
        return None
    step = _step_of(work, credential.totp_draft, code)
    if step is None:
        return None
    credential.totp, credential.totp_at = credential.totp_draft, work.now
    credential.totp_draft, credential.totp_step = None, step
    work.session.flush()
    audit.note(work, "account.second-factor", work.actor.name)
    return renew_recovery_codes(work, account_id)


def prove(work: UnitOfWork, account_id: int, code: str) -> bool:
    """Whether this is an unused code of the second factor, or an unused recovery code; it is used up."""
    credential = work.session.get(Credential, account_id, with_for_update=True)
    if credential is None or credential.totp is None:
        return False
    step = _step_of(work, credential.totp, code)
    if step is not None and step > (credential.totp_step or 0):
        credential.totp_step = step
        work.session.flush()
        return True
    return step is None and _use_recovery_code(work, account_id, code)


def renew_recovery_codes(work: UnitOfWork, account_id: int) -> list[str]:
    """Draw new recovery codes in place of those before: the only time they can be read."""
    codes = [base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    for code in codes:
        hashed = _hash(work.keys.vault, account_id, code)
        work.session.add(RecoveryCode(account_id=account_id, code_hash=hashed, created_at=work.now))
    work.session.flush()
    audit.note(work, "account.recovery-codes", work.actor.name)
    return codes


def _use_recovery_code(work: UnitOfWork, account_id: int, code: str) -> bool:
    statement = select(RecoveryCode).where(
        RecoveryCode.code_hash == _hash(work.keys.vault, account_id, code), RecoveryCode.used_at.is_(None)
    )
    row = work.session.scalars(statement.with_for_update()).first()
    if row is None:
        return False
    row.used_at = work.now
    work.session.flush()
    audit.note(work, "account.recovery-code-used", work.actor.name)
    return True


def _step_of(work: UnitOfWork, sealed: bytes, code: str) -> int | None:
    """The period whose code this is, None when it is none of the present ones."""
    totp = pyotp.TOTP(work.keys.vault.open(sealed).decode(), interval=PERIOD_SECONDS)
    typed = "".join(code.split())
    steps = [int(work.now.timestamp()) // PERIOD_SECONDS + apart for apart in _STEPS_APART]
    instants = [dt.datetime.fromtimestamp(step * PERIOD_SECONDS, dt.UTC) for step in steps]
    # All of them are compared, so that the time taken tells nothing.
    equal = [
        step
        for step, at in zip(steps, instants, strict=True)
        if secrets.compare_digest(totp.at(at).encode(), typed.encode())
    ]
    return equal[0] if equal else None


def _hash(vault: Vault, account_id: int, code: str) -> bytes:
    return vault.index("recovery code", f"{account_id}\0{''.join(code.split()).replace('-', '').upper()}")
