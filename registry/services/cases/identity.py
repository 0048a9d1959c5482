"""Compute the identity of a subject: its code, or the keyed hash of an identity number that is kept sealed."""

from dataclasses import dataclass

from registry.domain.cases import penalty
from registry.domain.filing.model import Party
from registry.domain.naming import name_key
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Identity:
    """The identity of a subject: ``key`` makes two subjects the same.

    ``index`` and ``sealed`` are those of a natural person's number.
    """

    key: str
    index: str | None
    sealed: bytes | None


def identify(work: UnitOfWork, party: Party) -> Identity:
    """Compute the identity of a subject; a natural person's number is indexed and sealed."""
    number = party.id_number
    index = work.keys.vault.index(party.id_type or "", number).hex() if number else None
    sealed = work.keys.vault.seal(number.encode()) if number else None
    return Identity(penalty.subject_key(party.uscc, index, name_key.key(party.name)), index, sealed)
