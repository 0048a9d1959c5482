"""Published relations by the keys of their ends: the whole list of a check at once."""

import json
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.related import Known
from registry.models import Publication, RelationEnd
from registry.queries.screening import CHUNK, known_at


def known(session: Session, keys: Collection[str], entry: int) -> dict[tuple[str, str], list[Known]]:
    """Relations that stood at ledger size ``entry``, by (``uscc``/``id``/``name``, key) of an end.

    Codes, indexes and name keys are asked for together: one cannot be mistaken for another, as each row says
    which it is.
    """
    found: dict[tuple[str, str], list[Known]] = {}
    wanted = sorted(set(keys) - {""})
    for start in range(0, len(wanted), CHUNK):
        question = (
            select(RelationEnd.by, RelationEnd.key, RelationEnd.side, Publication.body, Publication.id_index)
            .join(Publication, Publication.from_entry == RelationEnd.from_entry)
            .where(
                RelationEnd.key.in_(wanted[start : start + CHUNK]),
                known_at(entry),
                Publication.state == "published",
            )
        )
        for by, key, side, body, id_index in session.execute(question).tuples():
            found.setdefault((by, key), []).append(Known(side, by, json.loads(body), id_index))
    return found
