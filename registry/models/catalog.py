"""Reference data: every row of law or configuration with its source and effective dates."""

import datetime as dt
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class CatalogRow(Base):
    """One version of one reference row. ``body`` has the fields of its kind (see ``domain/law/reference_kinds.py``).

    A changed row closes the version before it (``closed_at``) and opens a new one; nothing is overwritten, so that
    the reference data of any day can be read again.
    """

    __tablename__ = "catalog_rows"
    __table_args__ = (Index(None, "kind", "closed_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]
    effective_from: Mapped[dt.date]
    effective_until: Mapped[dt.date | None]
    source: Mapped[str]
    status: Mapped[str]
    body: Mapped[dict[str, Any]]
    digest: Mapped[str]
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
