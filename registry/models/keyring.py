"""Signing keys of this node, for receipts and checkpoints."""

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText


class SigningKey(Base):
    """Signing key ``number`` (1, 2, 3 …); the newest signs. There are no rows before the first rotation.

    ``since`` is None for a key in use from the beginning; ``endorsed`` is the signature by the key before.
    """

    __tablename__ = "signing_keys"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(unique=True)
    since: Mapped[dt.datetime | None]
    endorsed: Mapped[str | None]
    revoked_at: Mapped[dt.datetime | None]
    revoked_because: Mapped[str | None] = mapped_column(FreeText)


class SecondKey(Base):
    """SM2 key ``number`` (1, 2, 3 …), hex; the newest signs beside the signing key. No rows where none was made."""

    __tablename__ = "second_keys"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(unique=True)
    since: Mapped[dt.datetime]
