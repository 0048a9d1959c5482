"""Names found by their grams, the rarest first. The one place that knows how each database keeps grams."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Insert, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.domain import matching
from registry.domain.naming import grams
from registry.models import GramCount, NameGram, SubjectName

READ_MAX = 2000
"""So many names are read for one question, up to a million names; beyond, one more for every 500."""

SHOWN_MAX = 20


@dataclass(frozen=True)
class Found:
    """A held name, by its key, and what it has to do with the name asked."""

    name_key: str
    match: matching.Match


def search(session: Session, asked: str, limit: int = SHOWN_MAX) -> list[Found]:
    """At most ``limit`` names, the likest first; names that share no rare gram with the asked one are not seen."""
    held = _candidates(session, grams.of(asked))
    nearest = matching.closest(asked, [folded for _, folded in held], limit)
    party = matching.Named(asked)
    found = [Found(held[at][0], matching.judge(party, matching.Named(held[at][1]))) for at in nearest]
    return sorted(found, key=lambda one: (-one.match.score, one.name_key))


def _candidates(session: Session, wanted: Sequence[int]) -> list[tuple[str, str]]:
    """Keys and folded names that have one of the rarest wanted grams, no more than may be read."""
    most = max(READ_MAX, (session.scalar(select(func.max(SubjectName.id))) or 0) // 500)
    counts = (
        select(GramCount.gram, GramCount.names).where(GramCount.gram.in_(wanted)).order_by(GramCount.names)
    )
    rarest: list[int] = []
    total = 0
    for gram, names in session.execute(counts).tuples():
        if rarest and total + names > most:
            break
        rarest.append(gram)
        total += names
    question = select(SubjectName.name_key, SubjectName.folded).where(_holds(session, rarest))
    if total > most:  # not otherwise: PostgreSQL, told of a limit, may walk the whole table to reach it
        question = question.limit(most)
    return [(key, folded) for key, folded in session.connection().execute(question)] if rarest else []


def _holds(session: Session, wanted: Sequence[int]) -> ColumnElement[bool]:
    """The names that have any of the grams."""
    if _has_arrays(session):
        return SubjectName.grams.bool_op("&&")(wanted)
    return SubjectName.id.in_(select(NameGram.name_id).where(NameGram.gram.in_(wanted)))


def beside_name(session: Session, found: Sequence[int]) -> Sequence[int] | None:
    """What of a name's grams stands in the row of the name."""
    return found if _has_arrays(session) else None


def keeping(
    session: Session, names: Mapping[int, Sequence[int]]
) -> Iterator[tuple[Insert, list[dict[str, int]]]]:
    """The further statements that keep the grams of new names, given by their numbers; the act runs them."""
    counts = Counter(gram for found in names.values() for gram in found)
    new = (postgresql if _has_arrays(session) else sqlite).insert(GramCount)
    yield (
        new.on_conflict_do_update(
            index_elements=[GramCount.gram], set_={"names": GramCount.names + new.excluded.names}
        ),
        [{"gram": gram, "names": count} for gram, count in sorted(counts.items())],
    )
    if not _has_arrays(session):
        pairs = sorted((gram, number) for number, found in names.items() for gram in found)
        yield insert(NameGram), [{"gram": gram, "name_id": number} for gram, number in pairs]


def _has_arrays(session: Session) -> bool:
    """PostgreSQL keeps the grams with their name, under GIN; SQLite in a table of their own, ordered by gram."""
    return session.get_bind().dialect.name == "postgresql"
