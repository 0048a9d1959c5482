"""Search names by their grams, the rarest first; keep the index of grams in PostgreSQL and SQLite."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Insert,
    Select,
    cast,
    func,
    insert,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.domain.naming import grams, matching
from registry.domain.naming.fold import fold
from registry.domain.records import HIDDEN_KINDS, NEUTRAL_KINDS
from registry.models import Publication, SubjectName, gram_counts, name_grams
from registry.queries.any_of import any_of, numbers, texts

_IS_OF_PERSON = '"subject":{"kind":"natural_person",'
"""How the canonical body of a record of a natural person reads; no text within a body can read so."""

READ_MAX = 2000
"""Names read for one search, in an index of up to a million names; beyond, one more for every 500."""

SHOWN_MAX = 20


def is_indexed(table: type[Publication]) -> ColumnElement[bool]:
    """Condition: the name is in the index, because it is public or a check may find it: never that of a natural person
    that is not public, nor one that is only an end of a relation."""
    for_checks = table.kind.not_in(NEUTRAL_KINDS) & ~table.body.contains(_IS_OF_PERSON, autoescape=True)
    return (table.audience == "public") & table.kind.not_in(HIDDEN_KINDS) | for_checks


def is_body_indexed(body: Mapping[str, Any]) -> bool:
    """``is_indexed`` of a version that is being published."""
    is_for_checks = body["kind"] not in NEUTRAL_KINDS and body["subject"]["kind"] != "natural_person"
    return (body["audience"] == "public" and body["kind"] not in HIDDEN_KINDS) or is_for_checks


@dataclass(frozen=True)
class NameHit:
    """An indexed name, by its key, and how it matches the name searched for."""

    name_key: str
    match: matching.Match


_COUNTS = (
    select(gram_counts.c.gram, gram_counts.c.names, select(func.max(SubjectName.id)).scalar_subquery())
    .where(any_of(gram_counts.c.gram, numbers("grams")))
    .order_by(gram_counts.c.names)
)


def has_gram(has_arrays: bool) -> ColumnElement[bool]:
    """Condition: a name of the index has one of the grams bound as ``grams``."""
    gram_parameter = numbers("grams")
    in_table = select(name_grams.c.name_id).where(any_of(name_grams.c.gram, gram_parameter))
    return SubjectName.grams.bool_op("&&")(gram_parameter) if has_arrays else SubjectName.id.in_(in_table)


def _select_names(has_arrays: bool) -> Select[tuple[str | None]]:
    """Select key and folded name of all names that have a gram, in one text: fetching two thousand rows costs more than
    comparing them."""
    name_row = SubjectName.name_key + "\n" + SubjectName.folded
    rows = select(name_row.label("row")).where(has_gram(has_arrays))
    return select(func.aggregate_strings(rows.subquery().c.row, "\n"))


_NAMES = {has_arrays: _select_names(has_arrays) for has_arrays in (False, True)}


def search(session: Session, name: str, limit: int = SHOWN_MAX) -> list[NameHit]:
    """At most ``limit`` names like ``name``, the likest first; names that share no rare gram with it are not found.

    None where even its rarest gram is in more names than may be read: some of them would be an arbitrary few.
    """
    keys, folded = _read_candidates(session, grams.grams_of(name))
    query = matching.NamedParty(name)
    hits = [
        NameHit(keys[at], matching.judge(query, matching.NamedParty(folded[at])))
        for at in matching.closest(name, folded, limit)
    ]
    return sorted(hits, key=lambda hit: (-hit.match.score, hit.name_key))


def _read_candidates(session: Session, wanted: Sequence[int]) -> tuple[Sequence[str], Sequence[str]]:
    """Read keys and folded names that have one of the rarest wanted grams, no more than may be read."""
    rarest: list[int] = []
    total = 0
    for gram, names, name_count in session.connection().execute(_COUNTS, {"grams": wanted}):
        total += names
        if total > max(READ_MAX, name_count // 500):
            break
        rarest.append(gram)
    if not rarest:
        return (), ()
    text = session.connection().execute(_NAMES[has_arrays(session)], {"grams": rarest}).scalar_one() or ""
    parts = text.split("\n")  # of a name key and folded form keep letters and digits only
    return parts[:-1:2], parts[1::2]


def grams_beside_name(session: Session, gram_numbers: Sequence[int]) -> Sequence[int] | None:
    """The grams to store in the row of a name: all of them on PostgreSQL, None on SQLite."""
    return gram_numbers if has_arrays(session) else None


def gram_inserts(session: Session, names: Mapping[str, Sequence[int]]) -> Iterator[Insert]:
    """Yield the statements that store the grams of new names, by key of the name; the caller executes them, after the
    rows of the names."""
    counts = Counter(chain.from_iterable(names.values()))
    upsert = (postgresql if has_arrays(session) else sqlite).insert(gram_counts)
    upsert = upsert.from_select(["gram", "names"], _pairs_as_rows(session, sorted(counts.items())))
    yield upsert.on_conflict_do_update(
        index_elements=["gram"], set_={"names": gram_counts.c.names + upsert.excluded.names}
    )
    if not has_arrays(session):
        numbered = select(SubjectName.name_key, SubjectName.id).where(any_of(SubjectName.name_key, texts("keys")))
        rows = session.connection().execute(numbered, {"keys": list(names)}).tuples()
        pairs = sorted((gram, number) for key, number in rows for gram in names[key])
        yield insert(name_grams).from_select(["gram", "name_id"], _pairs_as_rows(session, pairs))


def _pairs_as_rows(session: Session, pairs: Sequence[tuple[int, int]]) -> Select[tuple[int, int]]:
    """Select pairs of numbers as rows from one parameter: every published file brings tens of thousands."""
    sides: tuple[ColumnElement[int], ColumnElement[int]]
    if has_arrays(session):
        arrays = (cast([pair[side] for pair in pairs], ARRAY(BigInteger)) for side in (0, 1))
        unnested = func.unnest(*arrays).table_valued("one", "other").render_derived()
        sides = unnested.c.one, unnested.c.other
    else:
        pairs_json = func.json_each(json.dumps(pairs)).table_valued("value")
        sides = func.json_extract(pairs_json.c.value, "$[0]"), func.json_extract(pairs_json.c.value, "$[1]")
    return select(*sides).where(true())  # SQLite's ON CONFLICT wants a WHERE before it


def has_arrays(session: Session) -> bool:
    """Whether grams are an array in the row of a name (PostgreSQL, under GIN); SQLite has a table of them instead."""
    return session.get_bind().dialect.name == "postgresql"


def index_findings(session: Session) -> Iterator[str]:
    """Yield one line per name that is missing or wrong in the name index; ``registry names rebuild`` mends them all.

    Names that share a key are one name of the index, folded as one of them.
    """
    statement = (
        select(Publication.name_key, Publication.name, SubjectName.folded)
        .outerjoin(SubjectName, SubjectName.name_key == Publication.name_key)
        .where(is_indexed(Publication))
        .distinct()
    )
    written: dict[str, set[str]] = defaultdict(set)
    indexed: dict[str, str | None] = {}
    for key, name, folded in session.execute(statement).tuples():
        written[key].add(fold(name))
        indexed[key] = folded
    for key, index_form in indexed.items():
        if index_form is None:
            yield f"name {key}: not in the index of names"
        elif index_form not in written[key]:
            yield f"name {key}: folded otherwise in the index of names"
