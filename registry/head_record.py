"""Record of the ledger's newest head in a file outside the database: it tells when the database was set back.

A database that was restored looks sound by itself. This file is written after every commit that grew or sealed the
ledger, and is never part of a backup.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from registry import durable

FILE, LOCK_FILE = "ledger-head.json", "ledger-head.lock"


@dataclass(frozen=True)
class HeadRecord:
    """A head: the ledger's origin and size, and of its newest checkpoint the size and the root (hex)."""

    origin: str
    size: int
    sealed: int = 0
    root: str = ""


class HeadRecordDamaged(Exception):  # noqa: N818 - translated into a refusal where it is caught
    """The file cannot be read: what was written last is not known."""


def read(home: str) -> HeadRecord | None:
    """The head that was recorded last, None before the first. Raises ``HeadRecordDamaged``."""
    try:
        values = json.loads((Path(home) / FILE).read_bytes())
        record = HeadRecord(**values)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, RecursionError):
        raise HeadRecordDamaged from None
    texts = isinstance(record.origin, str) and isinstance(record.root, str)
    if not texts or type(record.size) is not int or type(record.sealed) is not int:
        raise HeadRecordDamaged
    return record


def keep(home: str, found: HeadRecord, *, is_new_log: bool = False) -> None:
    """Record a head that was committed, durably. An older or a foreign one never replaces what is recorded, unless
    the ledger has a new identity (``is_new_log``)."""
    with _locked(home):
        recorded = None if is_new_log else read(home)
        if recorded is not None:
            if recorded.origin != found.origin:
                return
            found = _newest(recorded, found)
        if found != recorded:
            _write(Path(home) / FILE, json.dumps(asdict(found)).encode())


def _newest(recorded: HeadRecord, found: HeadRecord) -> HeadRecord:
    sealed = max((recorded, found), key=lambda record: record.sealed)
    return replace(sealed, size=max(recorded.size, found.size))


@contextmanager
def _locked(home: str) -> Iterator[None]:
    descriptor = os.open(Path(home) / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, content: bytes) -> None:
    draft = durable.write_draft(path, content)
    try:
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    durable.sync(path.parent)
