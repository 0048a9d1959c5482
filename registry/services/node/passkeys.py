"""Passkeys (WebAuthn) as a second factor beside time-based codes: register, prove, end.

What a browser is to sign is drawn on the server, kept with its session and used once. The key of an authenticator is
sealed together with its account, so that who has the database alone can give nobody another one.
"""

import datetime as dt
import json
import secrets
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from registry.keys.signing import Vault
from registry.models import Passkey, WebSession
from registry.refusals.sign_in import PasskeyRefused, PasskeyUnknown
from registry.services.node import audit, sign_in
from registry.settings import LOOPBACK, Settings
from registry.unit_of_work import UnitOfWork

CHALLENGE_WITHIN = dt.timedelta(minutes=5)
PASSKEYS_MAX = 10
NAME_CHARACTERS_MAX = 50
_CHALLENGE_BYTES = 32
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)
"""What the library raises for an answer that is none."""


def is_available(settings: Settings) -> bool:
    """Whether browsers offer passkeys at the address of this node: a name, not a number, over TLS or on this machine
    (Web Authentication, 5.1.3)."""
    parts = urlsplit(settings.base_url)
    host = parts.hostname or ""
    is_name = not host.replace(".", "").isdigit() and ":" not in host
    return is_name and (parts.scheme == "https" or host in LOOPBACK or host.endswith(".localhost"))


def begin_registration(work: UnitOfWork, session_number: int) -> str:
    """The options (JSON) with which the browser of a session makes a key."""
    options = webauthn.generate_registration_options(
        rp_id=_host(work.settings),
        rp_name=work.settings.node_name,
        user_name=work.actor.name,
        user_id=work.keys.vault.index("passkey user", str(work.actor.account_id)),
        challenge=_draw_challenge(work, session_number),
        exclude_credentials=_describe(_of_account(work)),
    )
    return options_to_json(options)


def register(work: UnitOfWork, session_number: int, name: str, answer: str) -> bool:
    """Register the key that a browser made, under a name of its owner's; False when it proves nothing.

    Refuses ``PasskeyRefused`` without a name, or when there are as many as there may be.
    """
    if not name or len(name) > NAME_CHARACTERS_MAX:
        raise PasskeyRefused(f"请填写名称，不超过 {NAME_CHARACTERS_MAX} 个字")
    if len(_of_account(work)) >= PASSKEYS_MAX:
        raise PasskeyRefused(f"最多 {PASSKEYS_MAX} 个")
    challenge = _take_challenge(work, session_number)
    if challenge is None:
        return False
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(work.settings),
            expected_origin=_origin(work.settings),
        )
    except _MALFORMED:
        return False
    row = Passkey(
        account_id=work.actor.account_id or 0,
        credential_id=verified.credential_id,
        sealed=_seal(work.keys.vault, work.actor.account_id, verified.credential_public_key),
        sign_count=verified.sign_count,
        name=name,
        created_at=work.now,
    )
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:  # registered already, by whomever
        return False
    audit.note(work, "account.passkey", work.actor.name)
    return True


def begin_proof(work: UnitOfWork, session_number: int) -> str:
    """The options (JSON) with which the browser of a session proves one of the keys of its account."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(work.settings),
        challenge=_draw_challenge(work, session_number),
        allow_credentials=_describe(_of_account(work)),
    )
    return options_to_json(options)


def prove(work: UnitOfWork, session_number: int, answer: str) -> bool:
    """Whether an answer proves a key of the session's account. What it answers to is used up either way.

    A counter that does not grow is the mark of a copied key (Web Authentication, 6.1.1): it proves nothing, and is
    noted.
    """
    challenge = _take_challenge(work, session_number)
    row = _find_answering(work, answer)
    if challenge is None or row is None:
        return False
    account_id, public_key = _open(work.keys.vault, row.sealed)
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(work.settings),
            expected_origin=_origin(work.settings),
            credential_public_key=public_key,
            credential_current_sign_count=0,
        )
    except _MALFORMED:
        return False
    if account_id != work.actor.account_id:
        return False
    if max(row.sign_count, verified.new_sign_count) > 0 and verified.new_sign_count <= row.sign_count:
        audit.note(work, "account.passkey-copied", work.actor.name)
        return False
    row.sign_count, row.used_at = verified.new_sign_count, work.now
    work.session.flush()
    audit.note(work, "account.passkey-used", work.actor.name)
    return True


def end(work: UnitOfWork, number: int) -> None:
    """Take a passkey from the actor's account. Refuses ``PasskeyUnknown``."""
    row = work.session.get(Passkey, number)
    if row is None or row.account_id != work.actor.account_id:
        raise PasskeyUnknown()
    work.session.delete(row)
    work.session.flush()
    audit.note(work, "account.passkey-end", work.actor.name)


def end_all(work: UnitOfWork, account_id: int) -> None:
    """Take all passkeys from an account, whose owner begins anew."""
    work.session.execute(delete(Passkey).where(Passkey.account_id == account_id))


def _draw_challenge(work: UnitOfWork, session_number: int) -> bytes:
    row = sign_in.own_session(work, session_number)
    row.challenge, row.challenge_at = secrets.token_bytes(_CHALLENGE_BYTES), work.now
    work.session.flush()
    return row.challenge


def _take_challenge(work: UnitOfWork, session_number: int) -> bytes | None:
    """What the browser of a session was last given to sign, unless that is too long ago; it is used up."""
    row = work.session.get_one(WebSession, sign_in.own_session(work, session_number).id, with_for_update=True)
    challenge, drawn_at = row.challenge, row.challenge_at
    row.challenge = row.challenge_at = None
    work.session.flush()
    is_recent = drawn_at is not None and work.now - drawn_at <= CHALLENGE_WITHIN
    return challenge if is_recent else None


def _find_answering(work: UnitOfWork, answer: str) -> Passkey | None:
    """The key of the account that an answer names, locked, so that its counter is compared with the newest."""
    try:
        credential_id = base64url_to_bytes(str(json.loads(answer)["id"]))
    except _MALFORMED:
        return None
    statement = select(Passkey).where(
        Passkey.credential_id == credential_id, Passkey.account_id == work.actor.account_id
    )
    return work.session.scalars(statement.with_for_update()).first()


def _of_account(work: UnitOfWork) -> Sequence[Passkey]:
    return work.session.scalars(select(Passkey).where(Passkey.account_id == work.actor.account_id)).all()


def _describe(rows: Collection[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=row.credential_id) for row in rows]


def _seal(vault: Vault, account_id: int | None, public_key: bytes) -> bytes:
    return vault.seal(json.dumps([account_id, public_key.hex()]).encode())


def _open(vault: Vault, sealed: bytes) -> tuple[int, bytes]:
    account_id, public_key = json.loads(vault.open(sealed))
    return account_id, bytes.fromhex(public_key)


def _host(settings: Settings) -> str:
    return urlsplit(settings.base_url).hostname or ""


def _origin(settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"
