"""Signing in with a browser: passwords, second factors, recovery codes, one-time codes and running sessions."""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText, Key


class Credential(Base):
    """What an account signs in with. ``password`` is an Argon2id hash, sealed; ``totp`` the sealed secret of the second
    factor in force, ``totp_draft`` of one that waits for its first code; ``totp_step`` the newest period of 30 seconds
    whose code was used, so that none is used twice."""

    __tablename__ = "credentials"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    password: Mapped[bytes] = mapped_column(LargeBinary)
    password_at: Mapped[dt.datetime]
    totp: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_at: Mapped[dt.datetime | None]
    totp_draft: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int | None]


class RecoveryCode(Base):
    """A code that stands once for the second factor; only its keyed hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class PasswordCode(Base):
    """A code with which an account sets its password, once, before ``expires_at``; only its keyed hash is kept."""

    __tablename__ = "password_codes"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    issued_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class Passkey(Base):
    """A key of an authenticator (WebAuthn) that proves the second factor; ``name`` is its owner's. ``sealed`` has the
    public key and the number of the account; ``sign_count`` is the newest counter that the authenticator showed."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(FreeText)
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class WebSession(Base):
    """A browser that is signed in; ended ones are deleted.

    ``token_hash`` is a keyed hash of account and token, so that who has the database alone can neither make a session
    nor give one to another account. ``proven_at``: when the password was typed last; ``second_factor_at``: when the
    second factor was, None while it is awaited. ``browser`` and ``network`` let the owner recognise it.
    ``challenge``: what its browser was last given to sign with a passkey, once.
    """

    __tablename__ = "web_sessions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    opened_at: Mapped[dt.datetime] = mapped_column(index=True)
    seen_at: Mapped[dt.datetime]
    proven_at: Mapped[dt.datetime]
    second_factor_at: Mapped[dt.datetime | None]
    browser: Mapped[str] = mapped_column(FreeText)
    network: Mapped[str]
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary)
    challenge_at: Mapped[dt.datetime | None]
