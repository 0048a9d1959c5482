"""Published relations by the keys of their ends: the whole list of a check at once."""

import json
from collections.abc import Collection

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from registry.domain.checks.related_parties import KnownRelation
from registry.models import Publication, RelationEnd
from registry.models.base import Key
from registry.queries.any_of import any_of, texts
from registry.queries.publication.publications import known_at

_OF = (
    select(RelationEnd.by, RelationEnd.key, RelationEnd.side, Publication.body, Publication.id_index)
    .join(Publication, Publication.from_entry == RelationEnd.from_entry)
    .where(
        any_of(RelationEnd.key, texts("keys")),
        known_at(bindparam("entry", type_=Key)),
        Publication.state == "published",
    )
)

_FAR = aliased(RelationEnd)
_BESIDE = (
    select(RelationEnd.by, RelationEnd.key, _FAR.by, _FAR.key)
    .join(_FAR, (_FAR.from_entry == RelationEnd.from_entry) & (_FAR.side != RelationEnd.side))
    .join(Publication, Publication.from_entry == RelationEnd.from_entry)
    .where(
        any_of(RelationEnd.key, texts("keys")),
        Publication.from_entry <= bindparam("upto", type_=Key),
        or_(Publication.until_entry.is_(None), Publication.until_entry > bindparam("after", type_=Key)),
    )
)


def relations_of_keys(
    session: Session, keys: Collection[str], entry: int
) -> dict[tuple[str, str], list[KnownRelation]]:
    """Relations that stood at ledger size ``entry``, by (``uscc``/``id``/``name``, key) of an end.

    Codes, indexes and name keys are asked for together: one cannot be mistaken for another, as each row says
    which it is.
    """
    found: dict[tuple[str, str], list[KnownRelation]] = {}
    asked = {"keys": sorted(set(keys) - {""}), "entry": entry}
    for by, key, side, body, id_index in session.connection().execute(_OF, asked):
        found.setdefault((by, key), []).append(KnownRelation(side, by, json.loads(body), id_index))
    return found


def related_records(
    session: Session, keys: Collection[str], after: int, upto: int
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """(key of an end, key of the other end) of the relations that one of the keys is an end of, as any of their
    versions between the ledger sizes ``after`` and ``upto`` states them."""
    asked = {"keys": sorted(keys), "after": after, "upto": upto}
    rows = session.connection().execute(_BESIDE, asked)
    return [((by, key), (far_by, far_key)) for by, key, far_by, far_key in rows]
