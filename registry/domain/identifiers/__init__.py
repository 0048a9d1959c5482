"""Validate, normalise and mask organisation codes, resident numbers and numbers of other documents; find personal ones.

No refusal here repeats the number it refuses: it may be somebody's identity number.
"""

from registry.domain.identifiers.documents import OTHER_NUMBER, document_core, document_number, id_type_code, identity
from registry.domain.identifiers.folding import fold, mask
from registry.domain.identifiers.organisation import (
    is_sound,
    lenient_uscc,
    organisation_code,
    reads_as_both,
    register_number,
    uscc,
)
from registry.domain.identifiers.resident import (
    ADULT_AGE,
    RESIDENT_ID,
    birth_date,
    is_minor,
    is_place_known,
    resembles_resident_id,
    resident_id,
)

__all__ = [
    "ADULT_AGE",
    "OTHER_NUMBER",
    "RESIDENT_ID",
    "birth_date",
    "document_core",
    "document_number",
    "fold",
    "id_type_code",
    "identity",
    "is_minor",
    "is_place_known",
    "is_sound",
    "lenient_uscc",
    "mask",
    "organisation_code",
    "reads_as_both",
    "register_number",
    "resembles_resident_id",
    "resident_id",
    "uscc",
]
