"""Counters of limits, exact over all processes of a node."""

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base


class RateLimit(Base):
    """How often something happened in the window that ends at ``expires_at``; ``key`` names nobody in clear."""

    __tablename__ = "rate_limits"

    key: Mapped[str] = mapped_column(primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[dt.datetime]
