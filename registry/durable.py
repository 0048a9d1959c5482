"""Files and folders that are either there whole or not at all, also after a crash."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PART = ".part"


def sync(path: Path) -> None:
    """Flush a file, or what was linked, replaced or removed in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_draft(path: Path, content: bytes) -> Path:
    """Write a file beside ``path``, flushed, for the owner alone; its path, to be linked or renamed and removed."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


@contextmanager
def exclusive(folder: Path, mode: int = 0o700, *, refusal: type[Exception] | None = None) -> Iterator[None]:
    """Lock a folder, made with ``mode`` if it is missing, and remove what a killed process left of a new folder in it.

    When another process has it, raises ``refusal``; without one, waits.
    """
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (fcntl.LOCK_NB if refusal else 0))
        except BlockingIOError:
            if refusal:
                raise refusal() from None
            raise
        for left in folder.glob(f".*{_PART}"):
            shutil.rmtree(left)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def new_folder(path: Path, mode: int = 0o700, *, is_replacing: bool = False) -> Iterator[Path]:
    """A folder to fill: named, and flushed to the disk, once the block ends; gone when the block raises.

    Its files may be read by those who may read the folder. Only one that is replacing takes the place of another.
    """
    draft = path.with_name(f".{path.name}{_PART}")
    draft.mkdir(mode=mode)
    try:
        yield draft
        for file in draft.iterdir():
            file.chmod(mode & 0o666)
            sync(file)
        sync(draft)
        if is_replacing:
            shutil.rmtree(path, ignore_errors=True)
        draft.rename(path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync(path.parent)
