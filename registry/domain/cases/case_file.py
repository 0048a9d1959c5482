"""Documents and input of a procedure step, and the hash chain over the steps of one record."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.domain.publication import canonical
from registry.refusals.procedure import DocumentRefused

MEDIA_TYPES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
"""Media types accepted for a document file, by its first bytes."""
DOCUMENT_BYTES_MAX = 10 * 1024 * 1024


@dataclass(frozen=True)
class StepDocument:
    """A document filed with a step: kind (``procedures.DOCUMENTS``), number, day, and its bytes or their digest."""

    kind: str
    number: str = ""
    issued_on: dt.date | None = None
    digest: str | None = None
    filename: str = ""
    content: bytes | None = field(default=None, repr=False)

    def described(self) -> dict[str, Any]:
        """The document's fields as stored with a step: everything but its bytes."""
        return {
            "kind": self.kind,
            "number": self.number,
            "issued_on": self.issued_on.isoformat() if self.issued_on else None,
            "sha256": hashlib.sha256(self.content).hexdigest() if self.content is not None else self.digest,
        }

    def media_type(self) -> str:
        """Media type of the document's bytes; refuses ``DocumentRefused`` for other types and for files too large."""
        content = self.content or b""
        media_type = next((kind for start, kind in MEDIA_TYPES.items() if content.startswith(start)), None)
        if media_type is None or len(content) > DOCUMENT_BYTES_MAX:
            raise DocumentRefused()
        return media_type


@dataclass(frozen=True)
class StepInput:
    """Input of a procedure step: documents, statements, statements for the department only (``private``), the days
    that start clocks, and the record version that the caller saw."""

    documents: Sequence[StepDocument] = ()
    statements: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] | None = field(default=None, repr=False)
    days: Mapping[str, dt.date] = field(default_factory=dict)
    if_version: int | None = None

    @property
    def kinds(self) -> set[str]:
        """The kinds of the documents."""
        return {document.kind for document in self.documents}

    @property
    def kinds_with_file(self) -> set[str]:
        """The kinds of the documents that came with their file."""
        return {document.kind for document in self.documents if document.content is not None}


def facts_digest(facts: Mapping[str, Any]) -> str:
    """Digest (hex) of the facts that a publishing step published; a pending correction is not part of them."""
    bound = {name: value for name, value in facts.items() if name != "amendment"}
    return canonical.digest(bound).hex()


def chain_digest(previous: str, step: Mapping[str, Any]) -> str:
    """Digest (hex) of a step, over all its content and the digest of the step before it."""
    return hashlib.sha256(canonical.dumps({**step, "previous": previous})).hexdigest()
