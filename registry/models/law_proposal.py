"""Proposals to change the law tables: the rows, what they would change in answers, who proposed and who decided."""

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText, Key


class LawProposal(Base):
    """A proposal. ``rows`` and ``preview`` are canonical JSON; ``law_before`` and ``law_after`` are the digests of the
    law tables that it was proposed under and that it leads to; ``state``: proposed, confirmed or rejected."""

    __tablename__ = "law_proposals"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(FreeText)
    rows: Mapped[str]
    preview: Mapped[str]
    law_before: Mapped[str]
    law_after: Mapped[str]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[dt.datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[dt.datetime | None]
