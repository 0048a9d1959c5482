"""Addresses of folders on SFTP servers: who signs in where, in which folder, and by which host keys it is known.

``sftp://user@host:port/folder?host-key=SHA256:…``. The host keys are pinned in the address, so that two persons agree
to them with it; a server that shows another is no server of the platform. A secret has no place in an address.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

SCHEME = "sftp"
URL_LENGTH_MAX = 500
PORT = 22
_FINGERPRINT = r"SHA256:[A-Za-z0-9+/]{43}"
"""As ``ssh-keygen -l`` prints it (RFC 4648 base64 without padding)."""
_ADDRESS = re.compile(
    r"sftp://(?P<user>[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})"
    r"@(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    rf"(?P<path>/[A-Za-z0-9._~/-]*)\?(?P<keys>host-key={_FINGERPRINT}(?:&host-key={_FINGERPRINT})*)"
)


@dataclass(frozen=True)
class SftpAddress:
    """A folder on an SFTP server. ``host_keys``: fingerprints, of which the server shows one."""

    user: str
    host: str
    port: int
    path: str
    host_keys: frozenset[str]


def parse(url: str) -> SftpAddress | None:
    """The address that a URL states; None when it is no address of an SFTP folder, or pins no host key."""
    match = _ADDRESS.fullmatch(url) if len(url) <= URL_LENGTH_MAX else None
    if match is None or ".." in PurePosixPath(match["path"]).parts:
        return None
    port = int(match["port"] or PORT)
    keys = frozenset(part.removeprefix("host-key=") for part in match["keys"].split("&"))
    return (
        SftpAddress(match["user"], match["host"].strip("[]"), port, match["path"], keys) if 0 < port < 65536 else None
    )
