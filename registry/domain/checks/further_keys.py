"""Further keys by which a check finds a party's records: other codes, other forms of a document, former name keys.

What is found by one of them is for a person to look at, never a ban: two persons may share the core of a document, and
a registration number does not say of which register.
"""

import re
from collections.abc import Iterator, Mapping

from registry.domain import identifiers
from registry.domain.checks.model import CheckedParty

DOCUMENT, ORGANISATION, INNER, REGISTRATION, NAME = "document", "organisation", "inner", "registration", "name"
"""Kinds of key. ``organisation``: a subject that has an organisation code only; ``inner``: the one inside its code."""
MATCHES = {
    DOCUMENT: "document_form",
    ORGANISATION: "organisation_code",
    INNER: "organisation_code",
    REGISTRATION: "registration_number",
}
"""What a receipt calls a match by each kind."""
CARRIED = (ORGANISATION, REGISTRATION)
"""Kinds that a version has from what was filed, so that a later version of the record keeps them."""
_REGISTERS = ("business_registration", "tax_registration", "institution_certificate", "social_certificate")


def key(kind: str, value: str) -> str:
    """A key as it is stored."""
    return f"{kind}:{value}"


def of_party(party: CheckedParty) -> list[str]:
    """The further keys of a party that is checked."""
    keys = []
    if party.document_index:
        keys.append(key(DOCUMENT, party.document_index))
    inner = _inner_code(party.uscc)
    if organisation := party.organisation_code or inner:
        keys.append(key(ORGANISATION, organisation))
    if party.organisation_code:
        keys.append(key(INNER, party.organisation_code))
    if party.registration_number:
        keys.append(key(REGISTRATION, party.registration_number))
    return keys


def of_subject(uscc: str | None, other_codes: Mapping[str, str]) -> Iterator[str]:
    """The further keys of a subject as filed: the code inside its code or, where it has none, those of registers."""
    if inner := _inner_code(uscc):
        yield key(INNER, inner)
        return
    if organisation := other_codes.get("organisation_code"):
        yield key(ORGANISATION, re.sub("[^0-9A-Z]", "", identifiers.fold(organisation)))
    for field in _REGISTERS:
        if number := identifiers.register_number(other_codes.get(field, "")):
            yield key(REGISTRATION, number)


def _inner_code(uscc: str | None) -> str | None:
    return uscc[8:17] if uscc and len(uscc) == 18 else None
