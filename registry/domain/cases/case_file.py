"""What comes with a step of a procedure, and the chain that binds the steps of one record together."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.domain.publication import canonical
from registry.refusals.procedure import DocumentRefused

MEDIA_TYPES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
"""What a document given as a file may be, by its first bytes."""
DOCUMENT_BYTES_MAX = 10 * 1024 * 1024


@dataclass(frozen=True)
class StepDocument:
    """A document: its kind (``procedures.DOCUMENTS``), number and day, and its bytes or their digest when given."""

    kind: str
    number: str = ""
    issued_on: dt.date | None = None
    digest: str | None = None
    filename: str = ""
    content: bytes | None = field(default=None, repr=False)

    def described(self) -> dict[str, Any]:
        """The document as a step keeps it: everything but its bytes."""
        return {
            "kind": self.kind,
            "number": self.number,
            "issued_on": self.issued_on.isoformat() if self.issued_on else None,
            "sha256": hashlib.sha256(self.content).hexdigest() if self.content is not None else self.digest,
        }

    def media_type(self) -> str:
        """What its bytes are; refuses ``DocumentRefused`` for what nobody should open."""
        content = self.content or b""
        found = next((kind for start, kind in MEDIA_TYPES.items() if content.startswith(start)), None)
        if found is None or len(content) > DOCUMENT_BYTES_MAX:
            raise DocumentRefused()
        return found


@dataclass(frozen=True)
class StepInput:
    """What comes with a step: documents, what is stated, what of that is for the department's eyes only
    (``private``), the days that start clocks, and the version that the asker saw."""

    documents: Sequence[StepDocument] = ()
    stated: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] | None = field(default=None, repr=False)
    days: Mapping[str, dt.date] = field(default_factory=dict)
    if_version: int | None = None

    @property
    def kinds(self) -> set[str]:
        """The kinds of document given."""
        return {paper.kind for paper in self.documents}


def facts_digest(facts: Mapping[str, Any]) -> str:
    """The digest (hex) by which a publishing step binds the facts it published; a correction that waits is not
    part of them."""
    bound = {name: value for name, value in facts.items() if name != "amendment"}
    return canonical.digest(bound).hex()


def link(previous: str, step: Mapping[str, Any]) -> str:
    """The digest (hex) of a step: over everything it says and the digest of the step before it."""
    return hashlib.sha256(canonical.dumps({**step, "previous": previous})).hexdigest()
