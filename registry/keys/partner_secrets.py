"""Secrets by which this node signs in at platforms: a private key or a password for each, in the folder of its keys.

They are encrypted at rest like the node's own keys, go with their sealed backup, and are shown by nothing.
"""

from dataclasses import dataclass, field
from pathlib import Path

from registry import durable
from registry.keys import key_files
from registry.keys.key_files import UNPROTECTED, KeyProtection
from registry.refusals.content import KeysDamaged

SUFFIX = ".secret"
SECRET_BYTES_MAX = 64 * 1024
_PRIVATE_KEY = b"-----BEGIN "


@dataclass(frozen=True)
class PartnerSecret:
    """A private key (OpenSSH or PEM), or else a password; neither is printed."""

    private_key: bytes = field(default=b"", repr=False)
    password: str = field(default="", repr=False)


def parse(content: bytes) -> PartnerSecret | None:
    """The secret in a file: a private key, or its first line as the password; None when there is neither."""
    if len(content) > SECRET_BYTES_MAX:
        return None
    if content.lstrip().startswith(_PRIVATE_KEY):
        return PartnerSecret(private_key=content)
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return None
    return PartnerSecret(password=lines[0]) if lines and lines[0].strip() else None


def read(folder: Path, partner: str, protection: KeyProtection = UNPROTECTED) -> PartnerSecret | None:
    """The secret for a platform; None when none was given. Refuses ``KeysLocked`` and ``KeysDamaged``."""
    path = _path(folder, partner)
    if not path.exists():
        return None
    try:
        secret = parse(key_files.read(path, protection))
    except OSError:
        secret = None
    if secret is None:
        raise KeysDamaged("平台的登录凭据无法读取")
    return secret


def replace(folder: Path, partner: str, content: bytes, protection: KeyProtection = UNPROTECTED) -> None:
    """Keep a secret for a platform, in place of an earlier one."""
    key_files.replace(_path(folder, partner), content, protection)


def forget(folder: Path, partner: str) -> bool:
    """Forget the secret for a platform; False when there was none."""
    path = _path(folder, partner)
    is_there = path.exists()
    path.unlink(missing_ok=True)
    durable.sync(folder)
    return is_there


def files(folder: Path) -> list[Path]:
    """The files of all such secrets."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def _path(folder: Path, partner: str) -> Path:
    return folder / f"{partner}{SUFFIX}"
