"""A real SFTP server on 127.0.0.1, in a thread of its own: asyncssh's, over a folder."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

USER, PASSWORD = "registry", "sftp-secret-of-nobody"
HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
"""The server's key, one for the process: making keys is not what is tested."""
USER_KEY = asyncssh.generate_private_key("ssh-ed25519")


@dataclass
class SftpServer:
    """Where the server listens, over which folder, and what it saw."""

    folder: Path
    port: int = 0
    logins: list[str] = field(default_factory=list)

    def url(self, key: asyncssh.SSHKey = HOST_KEY, user: str = USER, path: str = "/drop") -> str:
        """The address of a folder, with a host key pinned."""
        return f"sftp://{user}@127.0.0.1:{self.port}{path}?host-key={key.get_fingerprint('sha256')}"


class _Door(asyncssh.SSHServer):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def begin_auth(self, username: str) -> bool:
        self._server.logins.append(username)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key.public_data == USER_KEY.public_data


@contextmanager
def served(folder: Path, kind: type[asyncssh.SFTPServer] = asyncssh.SFTPServer) -> Iterator[SftpServer]:
    """Serve a folder, as the root of everything that the server shows."""
    server, loop = SftpServer(folder), asyncio.new_event_loop()
    factory: Callable[[Any], asyncssh.SFTPServer] = lambda channel: kind(channel, chroot=str(folder).encode())  # noqa: E731
    listening = loop.run_until_complete(
        asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[HOST_KEY],
            server_factory=lambda: _Door(server),
            sftp_factory=factory,
            allow_scp=False,
        )
    )
    server.port = listening.get_port()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_close(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _close(listening: asyncssh.SSHAcceptor) -> None:
    listening.close()
    await listening.wait_closed()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
