"""The folder of a file drop on an SFTP server (SSH File Transfer Protocol version 3), by the library asyncssh.

The server is known by the host keys pinned in the address and by nothing else: no file of known hosts, no agent, no
configuration of the machine's user is looked at. Every call has a total limit of time, however slowly bytes come.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from pathlib import PurePosixPath
from typing import Any, TypeVar, cast

import asyncssh

from registry.domain.exchange.sftp_address import SftpAddress
from registry.keys.partner_secrets import PartnerSecret
from registry.refusals.acts import BatchMalformed
from sync.row_transport import TransportFailed

T = TypeVar("T")
BYTES_PER_SECOND_MIN = 64 * 1024
"""A transfer that is slower than this is over."""
NAMES_MAX = 100_000
CUT_SECONDS = 5
asyncssh.set_log_level("WARNING")  # the library logs each connection, with its host and user


class SftpFolder:
    """A folder on an SFTP server. ``seconds``: how long a call may take, and signing in; a transfer in addition as long
    as its bytes need."""

    def __init__(self, address: SftpAddress, secret: PartnerSecret, seconds: float) -> None:
        self._path, self._seconds = PurePosixPath(address.path), seconds
        self._runner = asyncio.Runner()
        # What a cut connection ends besides the call itself is nothing to log: the call says what happened.
        self._runner.get_loop().set_exception_handler(lambda _loop, _context: None)
        self._connection: asyncssh.SSHClientConnection | None = None
        try:
            self._sftp = self._run(self._open(address, secret))
        except BaseException:
            self.close()
            raise

    def make(self, side: str) -> None:
        """Make a side that is not there."""
        self._run(self._make(self._place(side)))

    def names(self, side: str) -> list[str]:
        """The names of what lies in a side. A server that lists a name with a path in it is refused as a whole."""
        return self._run(self._names(self._place(side)))

    def has(self, side: str, name: str) -> bool:
        """Whether a file lies there."""
        return self._run(self._sftp.lexists(self._place(side, name)))

    def read(self, side: str, name: str, bytes_max: int) -> bytes:
        """The bytes of a file that the platform wrote."""
        return self._run(self._read(self._place(side, name), bytes_max), bytes_max)

    def put(self, side: str, name: str, data: bytes) -> None:
        """Write a draft beside its place, synchronise where the server can, rename."""
        draft = self._place(side, f".{name}.part")
        self._run(self._put(draft, self._place(side, name), data), len(data))

    def remove(self, side: str, name: str) -> None:
        """Remove a file, which may be gone already."""
        with contextlib.suppress(FileNotFoundError):
            self._run(self._sftp.remove(self._place(side, name)))

    def close(self) -> None:
        """End the connection, whatever state it is in."""
        if self._connection is not None:
            self._connection.abort()
            self._connection = None
        self._runner.close()

    def _place(self, *parts: str) -> str:
        return str(self._path.joinpath(*parts))

    def _run(self, call: Coroutine[Any, Any, T], transferred: int = 0) -> T:
        seconds = self._seconds + transferred / BYTES_PER_SECOND_MIN
        try:
            return self._runner.run(self._within(call, seconds))
        except asyncssh.SFTPNoSuchFile:
            raise FileNotFoundError from None
        except TimeoutError:
            raise TransportFailed("timed-out") from None
        except asyncssh.HostKeyNotVerifiable:
            raise TransportFailed("host-key-differs") from None
        except asyncssh.PermissionDenied:
            raise TransportFailed("login-refused") from None
        except (asyncssh.Error, OSError) as error:
            raise TransportFailed(type(error).__name__) from None

    async def _within(self, call: Coroutine[Any, Any, T], seconds: float) -> T:
        """The result of a call within so many seconds; then the connection is cut, whatever the call waits for.

        To cancel it alone is not enough: it would wait for the server once more, to close its file.
        """
        task = asyncio.ensure_future(call)
        done, _ = await asyncio.wait([task], timeout=seconds)
        if not done:
            if self._connection is not None:
                self._connection.abort()
            task.cancel()
            await asyncio.wait([task], timeout=CUT_SECONDS)
            raise TimeoutError
        return task.result()

    async def _open(self, address: SftpAddress, secret: PartnerSecret) -> asyncssh.SFTPClient:
        key = _import_key(secret)
        self._connection = await asyncssh.connect(
            address.host,
            address.port,
            username=address.user,
            client_keys=[key] if key else None,
            password=secret.password or None,
            client_factory=lambda: _PinnedServer(address),
            known_hosts=([], [], []),
            config=None,
            agent_path=None,
            compression_algs=None,
            preferred_auth="publickey" if key else "password",
            connect_timeout=self._seconds,
            login_timeout=self._seconds,
        )
        return await self._connection.start_sftp_client(path_errors="surrogateescape")

    async def _make(self, place: str) -> None:
        if not await self._sftp.isdir(place):
            await self._sftp.mkdir(place)

    async def _names(self, place: str) -> list[str]:
        names: list[str] = []
        is_safe = True
        async for entry in self._sftp.scandir(place):  # read to its end, which closes it at the server
            name = str(entry.filename)
            is_safe = is_safe and "/" not in name and "\0" not in name and len(names) < NAMES_MAX
            if name not in (".", "..") and is_safe:
                names.append(name)
        if not is_safe:
            raise TransportFailed("listing-unsafe")
        return names

    async def _read(self, place: str, bytes_max: int) -> bytes:
        attributes = await self._sftp.lstat(place)
        if attributes.type != asyncssh.FILEXFER_TYPE_REGULAR:
            raise BatchMalformed("file")
        if attributes.size is not None and attributes.size > bytes_max:
            raise BatchMalformed("size")
        async with self._sftp.open(place, "rb") as file:
            data = await file.read(bytes_max + 1)
        if len(data) > bytes_max:
            raise BatchMalformed("size")
        return cast(bytes, data)

    async def _put(self, draft: str, place: str, data: bytes) -> None:
        async with self._sftp.open(draft, "wb") as file:
            await file.write(data)
            with contextlib.suppress(asyncssh.SFTPOpUnsupported):
                await file.fsync()
        try:
            await self._sftp.posix_rename(draft, place)
        except asyncssh.SFTPOpUnsupported:
            # A plain rename replaces nothing: for a moment there is no file, never half of one.
            with contextlib.suppress(asyncssh.SFTPNoSuchFile):
                await self._sftp.remove(place)
            await self._sftp.rename(draft, place)


class _PinnedServer(asyncssh.SSHClient):
    """Takes a server by the fingerprint of its key alone."""

    def __init__(self, address: SftpAddress) -> None:
        self._host_keys = address.host_keys

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        """Whether the key is one of those pinned."""
        return key.get_fingerprint("sha256") in self._host_keys


def _import_key(secret: PartnerSecret) -> asyncssh.SSHKey | None:
    if not secret.private_key:
        return None
    try:
        return asyncssh.import_private_key(secret.private_key)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise TransportFailed("secret-unusable") from None
