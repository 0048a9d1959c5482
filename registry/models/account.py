"""Accounts: people and machines with one role, one department, a scope, and keys kept as hashes."""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Key
from registry.models.department import Department


class Account(Base):
    """A person or machine that may act. A grant is role × department × sectors × districts × until."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    sectors: Mapped[list[str]]
    districts: Mapped[list[str]]
    valid_until: Mapped[dt.date | None]
    department: Mapped[Department] = relationship()


class ApiKey(Base):
    """A machine key; only its SHA-256 is kept (the key itself has 256 random bits, so no salt is needed)."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class IdempotencyKey(Base):
    """One creating request: its digest and its sealed answer, so that a repeat gets the same answer.

    ``key`` is a keyed hash of the key that the caller chose, which may be anything."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime]
