"""Write files and folders that are either there whole or not at all."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.refusals.maintenance import BackupRunning

_CHUNK = 1 << 20
_PART = ".part"


def sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Lock a folder, made if it is missing, against another backup; what a killed one left is removed.

    Refuses ``BackupRunning``.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRunning() from None
        for left in folder.glob(f".*{_PART}"):
            shutil.rmtree(left)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill: named, and flushed to the disk, once the block ends; gone when the block raises."""
    draft = path.with_name(f".{path.name}{_PART}")
    draft.mkdir(mode=0o700)
    try:
        yield draft
        for file in draft.iterdir():
            file.chmod(0o600)
            sync(file)
        sync(draft)
        draft.rename(path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync(path.parent)
