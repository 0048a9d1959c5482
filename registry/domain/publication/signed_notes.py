"""Sign and verify notes and checkpoints (C2SP signed-note and tlog-checkpoint, Ed25519)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from registry.refusals.content import NoteRefused

Verify = Callable[[bytes, bytes, bytes], bool]  # public key, signature, data

_ED25519, _OTHER = b"\x01", b"\xff"
_SM2 = b"SM2-SM3"
_HASH_BYTES = 32
_KEY_ID_BYTES = 4
_SIGNATURES_MAX = 100
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME = re.compile(r"[^\s+]+")
_SIGNATURE_LINE = re.compile(r"— (?P<name>[^\s+]+) (?P<value>[A-Za-z0-9+/]+=*)")


class NoteSigner(Protocol):
    """Signing key for notes."""

    @property
    def public(self) -> bytes: ...

    def sign(self, data: bytes) -> bytes: ...


@dataclass(frozen=True)
class Checkpoint:
    """Checkpoint of a ledger: its origin, size and root."""

    origin: str
    size: int
    root: bytes


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Text of a checkpoint to be signed: origin, size in decimal, root in base64, each on its own line."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Parse a checkpoint's text; extension lines after the root are allowed and ignored. Refuses all else."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise NoteRefused("检查点格式不对")
    root = decode_base64(lines[2])
    if len(root) != _HASH_BYTES:
        raise NoteRefused("检查点的根哈希长度不对")
    return Checkpoint(lines[0], int(lines[1]), root)


def key_id(name: str, public: bytes) -> bytes:
    """Key id of four bytes that tells a reader which key to try; no proof of anything."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_ID_BYTES]


def sign_note(text: str, name: str, signer: NoteSigner) -> str:
    """Sign a note: ``text`` (ending in a newline), a blank line, and one signature line under the key ``name``."""
    _require_text(text)
    if not _NAME.fullmatch(name):
        raise NoteRefused("签名者名称不得为空，不得含空白或加号")
    value = key_id(name, signer.public) + signer.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(value).decode()}\n"


def second_line(text: str, name: str, signer: NoteSigner) -> str:
    """A further signature line of a note, by an SM2 key; readers that do not know the key pass it over."""
    value = second_key_id(name, signer.public) + signer.sign(text.encode())
    return f"— {name} {base64.b64encode(value).decode()}\n"


def second_key_id(name: str, public: bytes) -> bytes:
    """Key id of an SM2 key: of an algorithm without a number of its own in the format."""
    return hashlib.sha256(name.encode() + b"\n" + _OTHER + _SM2 + public).digest()[:_KEY_ID_BYTES]


def second_signature(note: str, name: str, public: bytes) -> bytes | None:
    """The signature of an SM2 key in a note, not verified; None when it has none. Refuses ``NoteRefused``."""
    for line in split_note(note)[1]:
        signer, value = parse_signature_line(line)
        if signer == name and value[:_KEY_ID_BYTES] == second_key_id(name, public):
            return value[_KEY_ID_BYTES:]
    return None


def open_note(note: str, keys: Mapping[str, bytes], verify: Verify) -> str:
    """Verify a note: its text, signed by at least one of ``keys`` (name to raw public key).

    Lines of unknown keys are passed over, as the format wants. A line of a known key that does not verify, a
    key that signs twice, or any byte out of form refuses the whole note.
    """
    text, lines = split_note(note)
    verified_names: set[str] = set()
    for line in lines:
        name, value = parse_signature_line(line)
        public = keys.get(name)
        if public is None or value[:_KEY_ID_BYTES] != key_id(name, public):
            continue
        if name in verified_names or not verify(public, value[_KEY_ID_BYTES:], text.encode()):
            raise NoteRefused("已知密钥的签名不成立")
        verified_names.add(name)
    if not verified_names:
        raise NoteRefused("没有已知密钥的签名")
    return text


def split_note(note: str) -> tuple[str, list[str]]:
    """Split a note into its text and its signature lines, none verified. Refuses ``NoteRefused``."""
    body, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise NoteRefused("没有签名行")
    text = body + "\n"
    _require_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > _SIGNATURES_MAX:
        raise NoteRefused("签名行过多")
    return text, lines


def _require_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text) or not _is_unicode(text):
        raise NoteRefused("正文须以换行结尾，且不得含控制字符")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def parse_signature_line(line: str) -> tuple[str, bytes]:
    """Name of the key, and key id with signature. Refuses ``NoteRefused``."""
    matched = _SIGNATURE_LINE.fullmatch(line)
    if matched is None:
        raise NoteRefused("签名行格式不对")
    value = decode_base64(matched["value"])
    if len(value) <= _KEY_ID_BYTES:
        raise NoteRefused("签名过短")
    return matched["name"], value


def decode_base64(text: str) -> bytes:
    """Decode base64 with one spelling per value: several would allow an undetected change of a byte."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise NoteRefused("不是有效的 base64") from None
    if base64.b64encode(value).decode() != text:
        raise NoteRefused("base64 写法不唯一")
    return value
