"""The folder of a file drop, wherever it lies: two sides with files in them, each written whole or not at all."""

import os
import stat
from pathlib import Path
from typing import Protocol

from registry import durable
from registry.refusals.acts import BatchMalformed
from sync.row_transport import TransportFailed


class DropFolder(Protocol):
    """Calls that every folder has. ``side`` is ``to-<node>`` or ``to-<platform>``. Each raises ``TransportFailed`` when
    the folder cannot be reached or used."""

    def make(self, side: str) -> None:
        """Make a side that is not there."""

    def names(self, side: str) -> list[str]:
        """The names of what lies in a side."""

    def has(self, side: str, name: str) -> bool:
        """Whether a file lies there."""

    def read(self, side: str, name: str, bytes_max: int) -> bytes:
        """The bytes of a file: no link, no pipe, no more than so many. Raises ``FileNotFoundError``; refuses
        ``BatchMalformed``."""

    def put(self, side: str, name: str, data: bytes) -> None:
        """Write a file so that it is there whole or not at all, also after a crash of either machine; one of that name
        is replaced."""

    def remove(self, side: str, name: str) -> None:
        """Remove a file, which may be gone already."""

    def close(self) -> None:
        """End the connection, if there is one."""


class LocalFolder:
    """A folder of this machine, such as a share."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self, side: str) -> None:
        """Make a side that is not there."""
        try:
            (self._path / side).mkdir(exist_ok=True)
        except OSError as error:
            raise TransportFailed(type(error).__name__) from None

    def names(self, side: str) -> list[str]:
        """The names of what lies in a side."""
        try:
            return [path.name for path in (self._path / side).iterdir()]
        except OSError as error:
            raise TransportFailed(type(error).__name__) from None

    def has(self, side: str, name: str) -> bool:
        """Whether a file lies there."""
        try:
            return (self._path / side / name).exists()
        except OSError as error:
            raise TransportFailed(type(error).__name__) from None

    def read(self, side: str, name: str, bytes_max: int) -> bytes:
        """The bytes of a file that the platform wrote."""
        try:
            descriptor = os.open(self._path / side / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            raise
        except OSError:
            raise BatchMalformed("file") from None
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise BatchMalformed("file")
            data = file.read(bytes_max + 1)
        if len(data) > bytes_max:
            raise BatchMalformed("size")
        return data

    def put(self, side: str, name: str, data: bytes) -> None:
        """Write a draft beside its place, synchronise, rename, synchronise the folder."""
        folder = self._path / side
        draft = folder / f".{name}.part"
        try:
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(folder / name)
            durable.sync(folder)
        except OSError as error:
            raise TransportFailed(type(error).__name__) from None

    def remove(self, side: str, name: str) -> None:
        """Remove a file, which may be gone already."""
        try:
            (self._path / side / name).unlink(missing_ok=True)
        except OSError as error:
            raise TransportFailed(type(error).__name__) from None

    def close(self) -> None:
        """Nothing is open."""
