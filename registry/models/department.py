"""Departments: supervising organs and trading centres, with their sectors and districts."""

from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText, Key


class Department(Base):
    """An organ or trading centre with accounts here. ``authority_code`` is its unified social credit code."""

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(FreeText)
    kind: Mapped[str]
    authority_code: Mapped[str | None]
    sectors: Mapped[list[str]]
    districts: Mapped[list[str]]
