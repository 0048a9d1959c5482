"""Seal texts that nobody has judged to be free of personal numbers, such as what a peer sent, in columns of texts."""

import base64

from registry.unit_of_work import UnitOfWork

_SEALED = "A"
"""How the text of a seal begins, whose first byte is 1; no JSON does."""


def seal_text(work: UnitOfWork, text: bytes) -> str:
    """Seal what a peer sent: nothing in it was judged to be free of personal numbers."""
    return base64.b64encode(work.keys.vault.seal(text)).decode()


def open_text(work: UnitOfWork, stored: str) -> bytes:
    """Open what was sealed; JSON as it was stored before never begins like a seal."""
    return work.keys.vault.open(base64.b64decode(stored)) if stored.startswith(_SEALED) else stored.encode()
