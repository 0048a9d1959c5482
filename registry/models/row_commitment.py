"""Row commitments: what the acts wrote, row by row, as keyed hashes in one chain."""

import datetime as dt

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class RowCommitment(Base):
    """The rows that one act wrote. ``rows`` has their tables, keys and keyed digests, no content; ``digest`` covers all
    of it and the commitment before. ``kind``: ``act``, ``upkeep`` (of the sealing itself) or ``found`` (rows taken as
    they were at an upgrade, of the tables in ``tables``)."""

    __tablename__ = "row_commitments"

    number: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    kind: Mapped[str]
    tables: Mapped[str | None]
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str]


UNCOMMITTED = {
    "ledger_entries": "every column is hashed in the leaf of the entry, and the tree is computed again",
    "ledger_nodes": "computed again from the leaves",
    "row_commitments": "chained, and its head is in the ledger",
    "subject_names": "derived from the names of publications; `registry names rebuild` makes it again",
    "name_grams": "derived from the names of publications; `registry names rebuild` makes it again",
    "posting_folds": "derived from publications; `registry records rebuild` makes it again",
    "postings": "derived from publications; `registry records rebuild` makes it again",
    "standing": "derived from publications; `registry records rebuild` makes it again",
    "gram_counts": "derived from the names of publications; `registry names rebuild` makes it again",
    "further_keys": "derived from publications; made again when the rules of keys change",
    "import_row_pages": "derived from the bytes of imports, which are committed to; the worker makes it again",
    "rate_limits": "derived from requests: counters of a window of minutes, deleted when it is over",
    "web_sessions": "derived from signing in: deleted when they end, and their keyed hash binds token and account",
    "job_runs": "derived from the clock: claims of the worker's slots; a slot run twice does no harm",
}
"""Tables whose rows are not committed, each with the reason. Every other table of the metadata is."""


def committed_tables() -> list[str]:
    """The names of all tables whose rows are committed, in order."""
    return sorted(Base.metadata.tables.keys() - UNCOMMITTED.keys())
