"""SM2 signatures over SM3 (GB/T 32918.2, GB/T 32905), made and verified by the program ``openssl``.

No library of SM2 for Python is kept well enough to trust a key to it; OpenSSL is (docs/adr/0032). Nothing secret is
written to disk in clear or stands on a command line: keys go through memory that the program inherits.
"""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from registry.keys import key_files
from registry.keys.key_files import UNPROTECTED, KeyProtection
from registry.refusals.content import KeysDamaged, Sm2Unavailable

ALGORITHM = "SM2-SM3"
SIGNER_ID = "1234567812345678"
"""The identity that goes into the hash where no other is agreed (GM/T 0009)."""
POINT_BYTES = 65
"""A public key: 04 and the two coordinates."""
_PUBLIC_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""What stands before the point in DER (RFC 5480), with the identifiers of a key of a curve and of the curve SM2."""
_PRIVATE = re.compile(rb"-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\s*")
_HASH = ("-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{SIGNER_ID}")
_SECONDS_MAX = 10


class Sm2Signer:
    """An SM2 private key; it signs and is not handed out."""

    def __init__(self, pem: bytes) -> None:
        self._pem = pem
        done = _run(["pkey", "-in", "{0}", "-pubout", "-outform", "DER"], pem)
        if (
            done.returncode
            or not is_public(done.stdout[len(_PUBLIC_HEAD) :])
            or done.stdout[:-POINT_BYTES] != _PUBLIC_HEAD
        ):
            raise KeysDamaged("SM2 密钥无法读取")
        self.public = done.stdout[-POINT_BYTES:]
        self.key_id = hashlib.sha256(self.public).hexdigest()[:16]

    @classmethod
    def generate(cls) -> "Sm2Signer":
        """A new key. Refuses ``Sm2Unavailable``."""
        return cls(_generate())

    @classmethod
    def load(cls, path: Path, protection: KeyProtection = UNPROTECTED) -> "Sm2Signer":
        """Read a key file. Refuses ``KeysDamaged`` what is no SM2 key, ``KeysLocked``, ``Sm2Unavailable``."""
        try:
            content = key_files.read(path, protection)
        except OSError:
            raise KeysDamaged("SM2 密钥无法读取") from None
        if not _PRIVATE.fullmatch(content):
            raise KeysDamaged("SM2 密钥无法读取")
        return cls(content)

    @classmethod
    def make(cls, path: Path, protection: KeyProtection) -> None:
        """Make a key at ``path`` unless a file is there already. Refuses ``Sm2Unavailable``."""
        if not path.exists():
            key_files.write_once(path, _generate(), protection)

    def sign(self, data: bytes) -> bytes:
        """Sign data: r and s in DER. Refuses ``Sm2Unavailable``."""
        done = _run(["pkeyutl", "-sign", *_HASH, "-inkey", "{0}"], self._pem, data=data)
        if done.returncode:
            raise Sm2Unavailable("openssl 没有给出签名")
        return done.stdout


def verify(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether a signature over data is by this public key. Refuses ``Sm2Unavailable`` where there is no ``openssl``."""
    if not is_public(public):
        return False
    command = ["pkeyutl", "-verify", *_HASH, "-pubin", "-keyform", "DER", "-inkey", "{0}", "-sigfile", "{1}"]
    return _run(command, _PUBLIC_HEAD + public, signature, data=data).returncode == 0


def is_public(point: bytes) -> bool:
    """Whether this has the form of a public key."""
    return len(point) == POINT_BYTES and point.startswith(b"\x04")


def is_available() -> bool:
    """Whether SM2 signatures can be made and verified on this machine."""
    return shutil.which("openssl") is not None


def _generate() -> bytes:
    done = _run(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"])
    if done.returncode or not _PRIVATE.fullmatch(done.stdout):
        raise Sm2Unavailable("openssl 不能生成 SM2 密钥")
    return done.stdout


def _run(arguments: list[str], *contents: bytes, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Run ``openssl``; ``{0}``, ``{1}`` in its arguments are files in memory with these contents."""
    program = shutil.which("openssl")
    if program is None:
        raise Sm2Unavailable("本机没有 openssl")
    files = [_file_in_memory(content) for content in contents]
    names = [f"/dev/fd/{number}" for number in files]
    try:
        command = [program, *(word.format(*names) if word.startswith("{") else word for word in arguments)]
        return subprocess.run(  # noqa: S603 - the program is found on the path, its arguments are ours
            command, input=data, capture_output=True, pass_fds=files, timeout=_SECONDS_MAX, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise Sm2Unavailable("openssl 没有应答") from None
    finally:
        for number in files:
            os.close(number)


def _file_in_memory(content: bytes) -> int:
    number = os.memfd_create("sm2")
    os.write(number, content)
    os.lseek(number, 0, os.SEEK_SET)
    return number
