"""Published relations by the keys of their ends: the whole list of a check at once."""

import json
from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.domain.related import Known
from registry.models import Publication, RelationEnd
from registry.models.base import Key
from registry.queries.among import among, texts
from registry.queries.screening import known_at

_OF = (
    select(RelationEnd.by, RelationEnd.key, RelationEnd.side, Publication.body, Publication.id_index)
    .join(Publication, Publication.from_entry == RelationEnd.from_entry)
    .where(
        among(RelationEnd.key, texts("keys")),
        known_at(bindparam("entry", type_=Key)),
        Publication.state == "published",
    )
)


def known(session: Session, keys: Collection[str], entry: int) -> dict[tuple[str, str], list[Known]]:
    """Relations that stood at ledger size ``entry``, by (``uscc``/``id``/``name``, key) of an end.

    Codes, indexes and name keys are asked for together: one cannot be mistaken for another, as each row says
    which it is.
    """
    found: dict[tuple[str, str], list[Known]] = {}
    asked = {"keys": sorted(set(keys) - {""}), "entry": entry}
    for by, key, side, body, id_index in session.connection().execute(_OF, asked):
        found.setdefault((by, key), []).append(Known(side, by, json.loads(body), id_index))
    return found
