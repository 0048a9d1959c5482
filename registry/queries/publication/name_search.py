"""Names found by their grams, the rarest first. The one place that knows how each database keeps grams."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Insert,
    Integer,
    Select,
    bindparam,
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
from registry.models import Publication, SubjectName, gram_counts, name_grams
from registry.queries.any_of import any_of, numbers

READ_MAX = 2000
"""So many names are read for one question, up to a million names; beyond, one more for every 500."""

SHOWN_MAX = 20


@dataclass(frozen=True)
class NameHit:
    """A held name, by its key, and what it has to do with the name asked."""

    name_key: str
    match: matching.Match


_COUNTS = (
    select(gram_counts.c.gram, gram_counts.c.names, select(func.max(SubjectName.id)).scalar_subquery())
    .where(any_of(gram_counts.c.gram, numbers("grams")))
    .order_by(gram_counts.c.names)
)


def _names(has_arrays: bool, is_cut: bool) -> Select[tuple[str | None]]:
    """Key and folded name of all that have a gram, in one text: two thousand rows cost more than comparing."""
    wanted = numbers("grams")
    in_table = select(name_grams.c.name_id).where(any_of(name_grams.c.gram, wanted))
    holds = SubjectName.grams.bool_op("&&")(wanted) if has_arrays else SubjectName.id.in_(in_table)
    row = SubjectName.name_key + "\n" + SubjectName.folded
    rows = select(row.label("row")).where(holds)
    rows = rows.limit(bindparam("most", type_=Integer)) if is_cut else rows
    return select(func.aggregate_strings(rows.subquery().c.row, "\n"))


_NAMES = {(has_arrays, is_cut): _names(has_arrays, is_cut) for has_arrays, is_cut in product((False, True), repeat=2)}


def search(session: Session, asked: str, limit: int = SHOWN_MAX) -> list[NameHit]:
    """At most ``limit`` names, the likest first; names that share no rare gram with the asked one are not seen."""
    keys, folded = _candidates(session, grams.of(asked))
    party = matching.Named(asked)
    found = [
        NameHit(keys[at], matching.judge(party, matching.Named(folded[at])))
        for at in matching.closest(asked, folded, limit)
    ]
    return sorted(found, key=lambda one: (-one.match.score, one.name_key))


def _candidates(session: Session, wanted: Sequence[int]) -> tuple[Sequence[str], Sequence[str]]:
    """Keys and folded names that have one of the rarest wanted grams, no more than may be read."""
    rarest: list[int] = []
    total = most = 0
    for gram, names, held in session.connection().execute(_COUNTS, {"grams": wanted}):
        most = max(READ_MAX, held // 500)
        if rarest and total + names > most:
            break
        rarest.append(gram)
        total += names
    if not rarest:
        return (), ()
    # No limit unless it cuts: PostgreSQL, told of one, may walk the whole table to reach it.
    question = _NAMES[_has_arrays(session), total > most]
    told = session.connection().execute(question, {"grams": rarest, "most": most}).scalar_one() or ""
    words = told.split("\n")  # of a name key and folded form keep letters and digits only
    return words[:-1:2], words[1::2]


def grams_beside_name(session: Session, found: Sequence[int]) -> Sequence[int] | None:
    """What of a name's grams stands in the row of the name."""
    return found if _has_arrays(session) else None


def gram_inserts(session: Session, names: Mapping[int, Sequence[int]]) -> Iterator[Insert]:
    """The further statements that keep the grams of new names, given by their numbers; the act runs them."""
    counts = Counter(gram for found in names.values() for gram in found)
    kept = (postgresql if _has_arrays(session) else sqlite).insert(gram_counts)
    kept = kept.from_select(["gram", "names"], _numbers(session, sorted(counts.items())))
    yield kept.on_conflict_do_update(index_elements=["gram"], set_={"names": gram_counts.c.names + kept.excluded.names})
    if not _has_arrays(session):
        pairs = sorted((gram, number) for number, found in names.items() for gram in found)
        yield insert(name_grams).from_select(["gram", "name_id"], _numbers(session, pairs))


def _numbers(session: Session, pairs: Sequence[tuple[int, int]]) -> Select[tuple[int, int]]:
    """Pairs of numbers as rows, in one parameter: tens of thousands go in with every file that is published."""
    sides: tuple[ColumnElement[int], ColumnElement[int]]
    if _has_arrays(session):
        arrays = (cast([pair[side] for pair in pairs], ARRAY(BigInteger)) for side in (0, 1))
        unnested = func.unnest(*arrays).table_valued("one", "other").render_derived()
        sides = unnested.c.one, unnested.c.other
    else:
        listed = func.json_each(json.dumps(pairs)).table_valued("value")
        sides = func.json_extract(listed.c.value, "$[0]"), func.json_extract(listed.c.value, "$[1]")
    return select(*sides).where(true())  # SQLite's ON CONFLICT wants a WHERE before it


def _has_arrays(session: Session) -> bool:
    """PostgreSQL keeps the grams with their name, under GIN; SQLite in a table of their own, ordered by gram."""
    return session.get_bind().dialect.name == "postgresql"


def index_findings(session: Session) -> Iterator[str]:
    """One line per name that the index lacks or holds otherwise; ``registry names rebuild`` mends them all.

    Names that share a key are one name of the index, folded as one of them.
    """
    question = (
        select(Publication.name_key, Publication.name, SubjectName.folded)
        .outerjoin(SubjectName, SubjectName.name_key == Publication.name_key)
        .where(Publication.audience == "public")
        .distinct()
    )
    written: dict[str, set[str]] = defaultdict(set)
    held: dict[str, str | None] = {}
    for key, name, folded in session.execute(question).tuples():
        written[key].add(fold(name))
        held[key] = folded
    for key, found in held.items():
        if found is None:
            yield f"name {key}: not in the index of names"
        elif found not in written[key]:
            yield f"name {key}: folded otherwise in the index of names"
