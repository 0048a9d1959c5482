"""Maintain the index of names, in the transaction that publishes a name or shows it to checks."""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import islice

from sqlalchemy import delete, exists, insert, select, update

from registry.domain.naming import grams, name_key
from registry.domain.naming.fold import fold
from registry.models import Publication, SubjectName, gram_counts, name_grams
from registry.queries.any_of import any_of, texts
from registry.queries.publication import name_search
from registry.services.publication import ledger
from registry.unit_of_work import UnitOfWork

CHUNK = 1000


def index(work: UnitOfWork, written: Iterable[str]) -> int:
    """Add names to the index where it lacks them; returns how many.

    The caller holds the ledger lock, which keeps others out.
    """
    names = {name_key.key(name): name for name in written}
    connection = work.session.connection()
    known = select(SubjectName.name_key).where(any_of(SubjectName.name_key, texts("keys")))
    for key in connection.execute(known, {"keys": list(names)}).scalars():
        del names[key]
    if not names:
        return 0
    grams_by_key = {key: grams.grams_of(name) for key, name in names.items()}
    rows = [
        {"name_key": key, "folded": fold(name), "grams": name_search.grams_beside_name(work.session, grams_by_key[key])}
        for key, name in names.items()
    ]
    connection.execute(insert(SubjectName), rows)
    for statement in name_search.gram_inserts(work.session, grams_by_key):
        connection.execute(statement)
    return len(names)


def replace(work: UnitOfWork, keys: Collection[str], written: Iterable[str]) -> None:
    """Drop names by their keys where no publication has them any more, and add others.

    The caller holds the ledger lock, which keeps others out.
    """
    rows = list(work.session.execute(select(SubjectName.id, SubjectName.grams).where(SubjectName.name_key.in_(keys))))
    numbers = [number for number, _ in rows]
    in_rows = [gram for _, found_grams in rows for gram in found_grams or ()]
    beside = work.session.scalars(select(name_grams.c.gram).where(name_grams.c.name_id.in_(numbers)))
    for gram, names in Counter([*in_rows, *beside]).items():
        counted = update(gram_counts).where(gram_counts.c.gram == gram)
        work.session.execute(counted.values(names=gram_counts.c.names - names))
    work.session.execute(delete(name_grams).where(name_grams.c.name_id.in_(numbers)))
    work.session.execute(delete(SubjectName).where(SubjectName.id.in_(numbers)))
    left = (
        select(Publication.name).distinct().where(Publication.name_key.in_(keys), name_search.is_indexed(Publication))
    )
    index(work, [*work.session.scalars(left), *written])


def index_missing(work: UnitOfWork) -> int:
    """Add every name that the index lacks, as after an upgrade; returns how many."""
    ledger.take(work, "ledger", 0)
    is_known = exists().where(SubjectName.name_key == Publication.name_key)
    missing = select(Publication.name).distinct().where(name_search.is_indexed(Publication), ~is_known)
    names = iter(work.session.scalars(missing).all())
    count = 0
    while chunk := list(islice(names, CHUNK)):
        count += index(work, chunk)
    return count


def rebuild(work: UnitOfWork) -> int:
    """Rebuild the index of names, as when the rules of folding have changed; returns how many names."""
    ledger.take(work, "ledger", 0)
    for table in (gram_counts, name_grams, SubjectName):
        work.session.execute(delete(table))
    return index_missing(work)
