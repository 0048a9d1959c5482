"""Ledger: numbered commitments, the Merkle nodes over them, signed checkpoints, gap-free counters."""

import datetime as dt

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class LedgerEntry(Base):
    """Ledger entry ``number`` (1, 2, 3 … in commit order): ``record`` got ``revision`` by ``act`` on ``day``."""

    __tablename__ = "ledger_entries"

    number: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    record: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int]
    act: Mapped[str]
    day: Mapped[dt.date]
    commitment: Mapped[str]
    leaf: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerNode(Base):
    """Root of the complete aligned Merkle subtree ``position`` at ``level`` ≥ 1 (RFC 9162); written when sealing."""

    __tablename__ = "ledger_nodes"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Checkpoint(Base):
    """A signed head of the ledger: the note is a C2SP checkpoint over ``size`` entries."""

    __tablename__ = "checkpoints"

    size: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    root: Mapped[str]
    note: Mapped[str]
    signed_at: Mapped[dt.datetime]

    @property
    def origin(self) -> str:
        """The origin that it was signed under: node and epoch."""
        return self.note.partition("\n")[0]


class LogEpoch(Base):
    """A life of the ledger: the entry numbers above ``size`` were given anew from here on (after a restore)."""

    __tablename__ = "log_epochs"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(Key)
    began_at: Mapped[dt.datetime]


class Witness(Base):
    """A witness that cosigns this node's checkpoints: its name and raw public key (hex); ``url`` empty for a peer."""

    __tablename__ = "witnesses"

    name: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[str]
    url: Mapped[str]
    added_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]


class Cosignature(Base):
    """The signature line of a witness under this node's checkpoint of ``size`` entries."""

    __tablename__ = "cosignatures"

    origin: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str]
    received_at: Mapped[dt.datetime]


class Counter(Base):
    """A gap-free number, advanced by an UPDATE that is the lock. ``ledger`` is the size of the ledger."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(Key)
