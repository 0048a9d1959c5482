"""From the parties of a check to their verdicts: what is known of them and of those related to them, judged."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from registry.domain.checks import consortium, related_parties, verdict
from registry.domain.law.publicity import add_months
from registry.domain.law.reference import Reference
from registry.domain.naming import name_key
from registry.queries.checks import candidates, known_relations
from registry.queries.law import reference_data
from registry.refusals.acts import KeysForeign
from registry.refusals.content import SealBroken
from registry.unit_of_work import UnitOfWork

LOOK_BACK = "B3"
"""政府采购法 22; 政府采购法实施条例 19."""
Found = dict[tuple[str, str], list[dict[str, Any]]]
"""Bodies by (``uscc``/``id``/``name``, key)."""


def judged(
    work: UnitOfWork,
    question: verdict.Question,
    asked: Sequence[verdict.Asked],
    entry: int,
    reference: Reference | None = None,
) -> list[verdict.Answer]:
    """The verdicts in the order asked, as known at ledger size ``entry``, under the law tables given, else those in
    force. Refuses ``KeysForeign``.

    A handful of questions for the whole list: records of the parties, relations of the parties, records of those
    related to them.
    """
    keys = candidates.Keys(
        usccs=[one.uscc for one in asked if one.uscc],
        id_indexes=[one.id_index for one in asked if one.id_index],
        name_keys=[name_key.key(one.name) for one in asked],
    )
    _require_index(work, keys)
    reference = reference or reference_data.current(work.session)
    found = candidates.candidates(work.session, keys, entry)
    known = known_relations.known(work.session, {*keys.usccs, *keys.id_indexes, *keys.name_keys}, entry)
    ways = [list(related_parties.paths(one, known, question.on, reference.relation_kind)) for one in asked]
    found = _beyond(work, ways, entry) | found
    by_product = frozenset(row.code for row in reference.measures(question.on) if row.by_product)
    question = replace(question, by_product=by_product)
    look_back = _look_back(reference, question.on)
    named = [replace(one, names=related_parties.known_names(one, known)) for one in asked]
    answers = [
        verdict.judge(one, _hits(one, way, found), question, look_back) for one, way in zip(named, ways, strict=True)
    ]
    return consortium.settled(named, answers)


def _require_index(work: UnitOfWork, keys: candidates.Keys) -> None:
    """Under another secret a number has another index, and nobody would be found by it: ``KeysForeign``."""
    sealed = candidates.sealed_number(work.session) if keys.id_indexes else None
    try:
        if sealed is not None:
            work.keys.vault.open(sealed)
    except SealBroken:
        raise KeysForeign() from None


def _beyond(work: UnitOfWork, ways: Sequence[Sequence[related_parties.Path]], entry: int) -> Found:
    """The records of all related parties, in one further step for the whole list."""
    keys = related_parties.keys_of(path for way in ways for path in way)
    if not any(keys.values()):
        return {}
    return candidates.candidates(work.session, candidates.Keys(keys["uscc"], keys["id"], keys["name"]), entry)


def _hits(one: verdict.Asked, way: Sequence[related_parties.Path], found: Found) -> list[verdict.Hit]:
    """Each record by the firmest way to it: code or number, the same legal person, and then the bare name."""
    firm = [("uscc", one.uscc), ("id", one.id_index)]
    hits = [verdict.Hit(by, body) for by, key in firm if key for body in found.get((by, key), ())]
    known = {hit.body["record"] for hit in hits}
    hits += [
        verdict.Hit(path.by, body, path.via)
        for path in way
        for body in found.get((path.by, path.key), ())
        if body["record"] not in known
    ]
    known |= {hit.body["record"] for hit in hits if hit.via and hit.via.effect == related_parties.IDENTITY}
    named = found.get(("name", name_key.key(one.name)), ())
    return hits + [verdict.Hit("name", body) for body in named if body["record"] not in known]


def _look_back(reference: Reference, on: dt.date) -> verdict.LookBack | None:
    rule = next((row for row in reference.measures(on) if row.code == LOOK_BACK), None)
    if rule is None:
        return None
    months = reference.threshold("lookback_months", on)
    if months is None:
        return None
    since = add_months(on, -months)
    return verdict.LookBack(since, frozenset(rule.sectors), frozenset(rule.roles), rule.code, rule.source)
