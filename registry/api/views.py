"""How stored things read on the wire."""

import json
from collections.abc import Mapping
from typing import Any

from registry.domain import records
from registry.domain.naming.matching import COSTS, Match
from registry.domain.publication import commitments
from registry.models import LedgerEntry, Penalty, Publication
from registry.queries.publication import record_terms
from registry.refusals.acts import RecordUnknown

FACET_VALUES_MAX = 50


def record(publication: Publication) -> dict[str, Any]:
    """A published record: its public body and where it stands in the ledger; beside it what was derived from it."""
    body = records.known_fields(json.loads(publication.body))
    del body["record"]
    district = record_terms.derived_district(body)
    derived = {"derived": {"district": district}} if district else {}
    return {"id": publication.record, "entry": publication.from_entry, **body, **derived}


def facets(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[dict[str, Any]]]:
    """The values of each facet with their numbers, the most frequent first, at most ``FACET_VALUES_MAX``."""
    return {
        dimension: [
            {"value": value, "count": count}
            for value, count in sorted(values.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES_MAX]
        ]
        for dimension, values in counts.items()
    }


def disclosure(publication: Publication, name: str) -> dict[str, Any]:
    """One field with what proves to a holder of the entry's commitment that the record said it. Refuses
    ``RecordUnknown`` for a field that the record does not show."""
    body = json.loads(publication.body)
    shown_body = records.known_fields(body)
    if name not in body or shown_body.get(name) != body[name]:  # what is trimmed leads to no commitment
        raise RecordUnknown()
    shown = commitments.disclose({**body, "previous": publication.previous}, publication.salt, name)
    return {
        "field": shown.name,
        "value": shown.value,
        "salt": shown.salt.hex(),
        "index": shown.index,
        "size": shown.size,
        "path": [node.hex() for node in shown.proof],
    }


def near(publication: Publication, match: Match) -> dict[str, Any]:
    """A record whose name may be meant, and every difference with its cost, from which the score follows."""
    return {
        "id": publication.record,
        "name": publication.name,
        "uscc": publication.uscc,
        "label": match.label,
        "score": match.score,
        "differences": [
            {"kind": one.kind, "asked": one.query, "held": one.candidate, "cost": COSTS[one.kind]}
            for one in match.differences
        ],
    }


def tombstone(publication: Publication) -> dict[str, Any]:
    """What stays public of a withdrawn record: that, when and why (行政处罚法 48)."""
    body = json.loads(publication.body)
    return {
        "id": publication.record,
        "entry": publication.from_entry,
        "kind": publication.kind,
        "state": publication.state,
        "revision": publication.revision,
        "removed_on": body["removed_on"],
        "removed_because": body["removed_because"],
        "changed_on": body["changed_on"],
        "removal_due": body["removal_due"],
    }


def change(entry: LedgerEntry, *, is_public: bool) -> dict[str, Any]:
    """An entry of the ledger, without saying about whom; of one that is not public also without its record, so that
    nobody learns that there is one. Its leaf hash lets the tree be computed all the same."""
    if not is_public:
        return {"entry": entry.number, "record": None, "day": entry.day.isoformat(), "leaf": entry.leaf.hex()}
    return {
        "entry": entry.number,
        "act": entry.act,
        "record": entry.record,
        "revision": entry.revision,
        "day": entry.day.isoformat(),
        "commitment": entry.commitment,
    }


def penalty(penalty_row: Penalty) -> dict[str, Any]:
    """A penalty as its department sees it; identity numbers are never shown again."""
    filing = json.loads(penalty_row.filing.content)
    del filing["nonce"]
    findings = filing.pop("findings", [])
    return {
        "id": penalty_row.record,
        "state": penalty_row.state,
        "version": penalty_row.version,
        "decided_on": penalty_row.decided_on.isoformat(),
        "publish_by": penalty_row.publish_by.isoformat(),
        "publish_by_provisional": penalty_row.publish_by_provisional,
        "filing": filing,
        "findings": findings,
        "returned_because": penalty_row.filing.returned_because,
        "notes": json.loads(penalty_row.filing.notes),
        "attention": penalty_row.filing.attention,
    }
