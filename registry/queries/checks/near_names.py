"""Find names near those of a check's parties, as the index of names stood at a ledger size, and their records.

The same question at the same ledger size has the same answer, however many names came later: they count neither among
the rarest grams nor among the nearest names.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from registry.domain.naming import grams, matching
from registry.domain.records import NEUTRAL_KINDS
from registry.models import Publication, SubjectName, gram_counts
from registry.models.base import Key
from registry.queries.any_of import any_of, numbers, texts
from registry.queries.publication import name_search
from registry.queries.publication.name_search import NameHit
from registry.queries.publication.publications import BEARING, known_at

READ_MAX = 2000
"""Names read for one name that is looked up, whatever the size of the index."""

NEAR_MAX = 5
"""Near names whose records are told of for one name, the likest first."""

_COMPARED_MAX = 20


def _select_newer() -> Select[tuple[str, str]]:
    """Select the names that the index learnt after a ledger size, with one way of writing each."""
    entry, before = bindparam("entry", type_=Key), aliased(Publication)
    was_known = (
        select(before.id)
        .where(before.name_key == Publication.name_key, before.from_entry <= entry, name_search.is_indexed(before))
        .exists()
    )
    return (
        select(Publication.name_key, func.min(Publication.name))
        .where(Publication.from_entry > entry, name_search.is_indexed(Publication), ~was_known)
        .group_by(Publication.name_key)
    )


_NEWER = _select_newer()
_COUNTS = select(gram_counts.c.gram, gram_counts.c.names).where(any_of(gram_counts.c.gram, numbers("grams")))


def _select_names(*, has_arrays: bool, is_cut: bool) -> Select[tuple[str, str]]:
    statement = select(SubjectName.name_key, SubjectName.folded).where(name_search.has_gram(has_arrays))
    # Which of too many are read must not depend on their place in the store.
    return statement.order_by(SubjectName.name_key).limit(bindparam("most", type_=Integer)) if is_cut else statement


_NAMES = {
    (has_arrays, is_cut): _select_names(has_arrays=has_arrays, is_cut=is_cut)
    for has_arrays in (False, True)
    for is_cut in (False, True)
}
_RECORDS = select(Publication.name_key, Publication.body).where(
    any_of(Publication.name_key, texts("names")),
    known_at(bindparam("entry", type_=Key)),
    Publication.state.in_((*BEARING, "repaired")),
    Publication.kind.not_in(NEUTRAL_KINDS),
    name_search.is_indexed(Publication),
)


@dataclass(frozen=True)
class NearRecord:
    """A record under a near name, as it was known, and how that name differs."""

    body: Mapping[str, Any]
    match: matching.Match


def near_records(session: Session, names: Collection[str], entry: int) -> dict[str, list[NearRecord]]:
    """Records under names like each of ``names`` at ledger size ``entry``: of the ``NEAR_MAX`` likest that have any.

    One statement more for every name than for none, because each reads names of its own.
    """
    hits_by_name = _find_hits(session, sorted(set(names)), entry)
    likely_keys = sorted({hit.name_key for hits in hits_by_name.values() for hit in hits})
    if not likely_keys:
        return {}
    bodies: dict[str, list[dict[str, Any]]] = {}
    for key, body in session.connection().execute(_RECORDS, {"names": likely_keys, "entry": entry}):
        bodies.setdefault(key, []).append(json.loads(body))
    records = {}
    for name, hits in hits_by_name.items():
        with_records = [hit for hit in hits if hit.name_key in bodies][:NEAR_MAX]
        records[name] = [
            NearRecord(body, matching.judge(matching.NamedParty(name), matching.NamedParty(body["subject"]["name"])))
            for hit in with_records
            for body in bodies[hit.name_key]
        ]
    return records


def _find_hits(session: Session, names: Sequence[str], entry: int) -> dict[str, list[NameHit]]:
    """Likely names by name. Asked again where names were published meanwhile, as counts and names then differ."""
    if not names:
        return {}
    newer = _read_newer(session, entry)
    while True:
        hits = _search_known(session, names, newer)
        now_newer = _read_newer(session, entry)
        if now_newer == newer:
            return hits
        newer = now_newer


def _read_newer(session: Session, entry: int) -> dict[str, str]:
    return dict(session.connection().execute(_NEWER, {"entry": entry}).tuples().all())


def _search_known(session: Session, names: Sequence[str], newer: Mapping[str, str]) -> dict[str, list[NameHit]]:
    grams_by_name = {name: grams.grams_of(name) for name in names}
    wanted = sorted({gram for name_grams in grams_by_name.values() for gram in name_grams})
    counts = dict(session.connection().execute(_COUNTS, {"grams": wanted}).tuples().all())
    if newer:
        newer_counts = Counter(gram for name in newer.values() for gram in grams.grams_of(name))
        counts = {gram: count - newer_counts[gram] for gram, count in counts.items()}
    return {name: _search_name(session, name, _choose_rarest(grams_by_name[name], counts), newer) for name in names}


def _choose_rarest(wanted: Iterable[int], counts: Mapping[int, int]) -> tuple[list[int], bool]:
    """The rarest grams that together read no more names than may be read; whether even the rarest reads too many."""
    ranked = sorted((counts[gram], gram) for gram in wanted if counts.get(gram, 0) > 0)
    rarest: list[int] = []
    total = 0
    for count, gram in ranked:
        total += count
        if rarest and total > READ_MAX:
            break
        rarest.append(gram)
    return rarest, bool(ranked) and ranked[0][0] > READ_MAX


def _search_name(
    session: Session, name: str, rarest: tuple[list[int], bool], newer: Mapping[str, str]
) -> list[NameHit]:
    chosen_grams, is_cut = rarest
    if not chosen_grams:
        return []
    parameters = {"grams": chosen_grams} | ({"most": READ_MAX + len(newer)} if is_cut else {})
    statement = _NAMES[name_search.has_arrays(session), is_cut]
    rows = session.connection().execute(statement, parameters).tuples()
    known = sorted((key, folded) for key, folded in rows if key not in newer)[:READ_MAX]
    query, folded_names = matching.NamedParty(name), [folded for _, folded in known]
    hits = [
        NameHit(known[at][0], matching.judge(query, matching.NamedParty(folded_names[at])))
        for at in matching.closest(name, folded_names, _COMPARED_MAX)
    ]
    likely = [hit for hit in hits if hit.match.score >= matching.POSSIBLE_MIN]
    return sorted(likely, key=lambda hit: (-hit.match.score, hit.name_key))
