"""Statements about members of the exchange and about the administrators who sign them."""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class MemberStatementRow(Base):
    """A signed statement as it came; ``node`` is empty for one about the administrators.

    ``received_from`` is the peer that passed it on, empty when it was loaded here.
    """

    __tablename__ = "member_statements"
    __table_args__ = (UniqueConstraint("kind", "node", "revision"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    node: Mapped[str]
    revision: Mapped[int]
    document: Mapped[str]
    received_from: Mapped[str]
    loaded_at: Mapped[dt.datetime]
