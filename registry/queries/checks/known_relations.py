"""Find published relations by the keys of their ends, for all parties of a check at once."""

import json
from collections.abc import Collection

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from registry.domain.checks.related_parties import KnownRelation
from registry.models import Publication, RelationEnd
from registry.models.base import Key
from registry.queries.any_of import any_of, texts
from registry.queries.publication.publications import known_at

_RELATIONS_OF_KEYS = (
    select(RelationEnd.by, RelationEnd.key, RelationEnd.side, Publication.body, Publication.id_index)
    .join(Publication, Publication.from_entry == RelationEnd.from_entry)
    .where(
        any_of(RelationEnd.key, texts("keys")),
        known_at(bindparam("entry", type_=Key)),
        Publication.state == "published",
    )
)

_OTHER_END = aliased(RelationEnd)
_OTHER_ENDS = (
    select(RelationEnd.by, RelationEnd.key, _OTHER_END.by, _OTHER_END.key)
    .join(_OTHER_END, (_OTHER_END.from_entry == RelationEnd.from_entry) & (_OTHER_END.side != RelationEnd.side))
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

    Codes, indexes and name keys are looked up together: none is mistaken for another, as each row says which it is.
    """
    relations: dict[tuple[str, str], list[KnownRelation]] = {}
    parameters = {"keys": sorted(set(keys) - {""}), "entry": entry}
    for by, key, side, body, id_index in session.connection().execute(_RELATIONS_OF_KEYS, parameters):
        relations.setdefault((by, key), []).append(KnownRelation(side, by, json.loads(body), id_index))
    return relations


def related_records(
    session: Session, keys: Collection[str], after: int, upto: int
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """(key of an end, key of the other end) of the relations that have one of the keys as an end, in any version
    that stood between the ledger sizes ``after`` and ``upto``."""
    parameters = {"keys": sorted(keys), "after": after, "upto": upto}
    rows = session.connection().execute(_OTHER_ENDS, parameters)
    return [((by, key), (far_by, far_key)) for by, key, far_by, far_key in rows]
