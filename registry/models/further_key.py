"""Further keys by which an award check finds a published version, beside its code, its number and its name."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class FurtherKey(Base):
    """One further key: its kind, a colon, and the key (``domain/checks/further_keys``). A projection, never shown."""

    __tablename__ = "further_keys"
    __table_args__ = (Index(None, "key"),)

    from_entry: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
