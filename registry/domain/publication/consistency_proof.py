"""Parse and verify a cover: a signed checkpoint with the proof that it continues the ledger of an earlier size.

It says nothing of a receipt's verdicts, only that the ledger a receipt names is the one that the checkpoint signs.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from registry.domain.publication import canonical, merkle, signed_notes
from registry.domain.publication.keyring import Key, Keyring
from registry.refusals.content import NoteRefused, ReceiptRefused

Verify = Callable[[bytes, bytes, bytes], bool]  # public key, signature, data


@dataclass(frozen=True)
class Cover:
    """A cover: ``note`` is a checkpoint, ``path`` the consistency proof from the earlier size to the checkpoint's."""

    note: str
    path: tuple[bytes, ...]


def parse_cover(data: bytes) -> Cover:
    """Parse a cover from a JSON file ``{checkpoint, path}``. Refuses ``ReceiptRefused``."""
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ReceiptRefused("账本证明不是可读的 JSON") from None
    if not isinstance(document, dict) or document.keys() != {"checkpoint", "path"}:
        raise ReceiptRefused("账本证明应只含 checkpoint 与 path")
    note, path = document["checkpoint"], document["path"]
    if not isinstance(note, str) or not isinstance(path, list):
        raise ReceiptRefused("账本证明的字段不对")
    if not all(map(is_hash, path)):
        raise ReceiptRefused("账本证明的 path 应为 64 位小写十六进制的列表")
    return Cover(note, tuple(bytes.fromhex(node) for node in path))


def is_hash(value: object) -> bool:
    """Whether a JSON value is a hash: 64 hexadecimal digits in lower case."""
    return canonical.is_hex(value, 64)


def extent(cover: Cover, ring: Keyring, entry: int, root: bytes, verify: Verify) -> tuple[signed_notes.Checkpoint, Key]:
    """Verify that a checkpoint, signed by a key not revoked, continues the ledger of ``entry`` entries with ``root``.

    Refuses ``ReceiptRefused``.
    """
    try:
        text, key = ring.open_note(cover.note, verify, good_only=True)
        checkpoint = signed_notes.parse_checkpoint(text)
    except NoteRefused:
        raise ReceiptRefused("账本证明的检查点没有未被撤销的密钥的签名") from None
    if not merkle.verify_consistency(entry, checkpoint.size, (root, checkpoint.root), cover.path):
        raise ReceiptRefused("回执所载账本不在检查点所签账本之下")
    return checkpoint, key
