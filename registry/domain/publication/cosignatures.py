"""Cosign checkpoints, and verify and count cosignatures of witnesses (C2SP tlog-cosignature, Ed25519)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.domain.publication import signed_notes
from registry.domain.publication.signed_notes import NoteSigner, Verify
from registry.refusals.content import NoteRefused

_ALGORITHM = b"\x04"
_KEY_ID_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = 4, 8, 64
_TIME_MAX = 2**63 - 1
_VKEY = re.compile(r"(?P<name>[^\s+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]+=*)")


@dataclass(frozen=True)
class WitnessPolicy:
    """Witnesses that are trusted, by name the raw public key, and how many of them must have cosigned."""

    required: int
    keys: Mapping[str, bytes]


def key_id(name: str, public: bytes) -> bytes:
    """Key id of a witness; another than that of the same key as signer of notes."""
    return hashlib.sha256(name.encode() + b"\n" + _ALGORITHM + public).digest()[:_KEY_ID_BYTES]


def cosign(text: str, name: str, signer: NoteSigner, seconds: int) -> str:
    """The signature line of a witness under the text of a checkpoint, at POSIX time ``seconds``."""
    signature = signer.sign(_message(text, seconds))
    value = key_id(name, signer.public) + seconds.to_bytes(_TIME_BYTES, "big") + signature
    return f"— {name} {base64.b64encode(value).decode()}\n"


def witnesses_of(note: str, keys: Mapping[str, bytes], verify: Verify) -> dict[str, int]:
    """The witnesses among ``keys`` that cosigned a note, with the POSIX time at which they did.

    Lines of others are passed over. A line of a known witness that does not verify refuses the note.
    """
    text, lines = signed_notes.split_note(note)
    times: dict[str, int] = {}
    for line in lines:
        name, value = signed_notes.parse_signature_line(line)
        public = keys.get(name)
        if public is None or value[:_KEY_ID_BYTES] != key_id(name, public):
            continue
        seconds = _verified_time(text, value[_KEY_ID_BYTES:], public, verify)
        times[name] = max(seconds, times.get(name, 0))
    return times


def _verified_time(text: str, value: bytes, public: bytes, verify: Verify) -> int:
    seconds = int.from_bytes(value[:_TIME_BYTES], "big")
    if len(value) != _TIME_BYTES + _SIGNATURE_BYTES or seconds > _TIME_MAX:
        raise NoteRefused("见证签名格式不对")
    if not verify(public, value[_TIME_BYTES:], _message(text, seconds)):
        raise NoteRefused("已知见证方的签名不成立")
    return seconds


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def write_vkey(name: str, public: bytes) -> str:
    """A witness's key as one line: name, key id and key (C2SP signed-note, verifier keys)."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(_ALGORITHM + public).decode()}"


def parse_vkey(text: str) -> tuple[str, bytes]:
    """Name and raw public key of a witness; refuses ``NoteRefused``."""
    matched = _VKEY.fullmatch(text.strip())
    if matched is None:
        raise NoteRefused("见证方公钥应写作 名称+标识+公钥")
    try:
        value = base64.b64decode(matched["key"], validate=True)
    except binascii.Error:
        raise NoteRefused("见证方公钥不是有效的 base64") from None
    name, public = matched["name"], value[1:]
    if value[:1] != _ALGORITHM or len(public) != 32 or key_id(name, public).hex() != matched["id"]:
        raise NoteRefused("见证方公钥的类型、长度或标识不对")
    return name, public


@dataclass(frozen=True)
class AddCheckpoint:
    """Request to a witness: the size of the checkpoint it cosigned last, the consistency proof, the new checkpoint."""

    old: int
    proof: Sequence[bytes]
    note: str


PROOF_LINES_MAX = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


def build_request(request: AddCheckpoint) -> bytes:
    """Serialise a request (C2SP tlog-witness, add-checkpoint)."""
    lines = [f"old {request.old}", *(base64.b64encode(node).decode() for node in request.proof)]
    return ("\n".join(lines) + "\n\n" + request.note).encode()


def parse_request(data: bytes) -> AddCheckpoint:
    """Parse a request; refuses ``NoteRefused``."""
    try:
        head, blank, note = data.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise NoteRefused("请求不是 UTF-8") from None
    old_line, *proof_lines = head.split("\n")
    old = _OLD.fullmatch(old_line)
    if not blank or old is None or len(proof_lines) > PROOF_LINES_MAX:
        raise NoteRefused("请求格式不对")
    proof = [signed_notes.decode_base64(line) for line in proof_lines]
    if any(len(node) != 32 for node in proof):
        raise NoteRefused("一致性证明的哈希长度不对")
    return AddCheckpoint(int(old[1]), proof, note)
