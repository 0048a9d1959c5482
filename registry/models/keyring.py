"""The keys that this node has signed receipts and checkpoints with."""

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base


class SigningKey(Base):
    """Key ``number`` (1, 2, 3 …), the newest signs. None are kept before the first rotation: the key at hand is all.

    ``since`` is None for a key in use from the beginning; ``endorsed`` is the signature by the key before.
    """

    __tablename__ = "signing_keys"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(unique=True)
    since: Mapped[dt.datetime | None]
    endorsed: Mapped[str | None]
    revoked_at: Mapped[dt.datetime | None]
    revoked_because: Mapped[str | None]
