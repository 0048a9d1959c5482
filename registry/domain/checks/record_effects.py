"""What a filed record (a judgment, a decision) means for a party in a check, by the rows of its kind."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from registry.domain.checks.list_effects import reaches
from registry.domain.checks.model import CheckedParty, CheckScope, Hit
from registry.domain.law.publicity import add_months
from registry.domain.law.reference_kinds import RecordEffect

_CODES = {"bars": "record-bars", "review": "record-needs-person"}


def record_reasons(hit: Hit, party: CheckedParty, scope: CheckScope) -> Iterator[tuple[str, dict[str, Any]]]:
    """Verdict and detail of each effect of a record's kind on the day of the check.

    Effects bear as their rows say, whatever their status, which is shown.
    """
    for effect in scope.record_effects:
        if effect.kind != hit.body["kind"] or effect.effect == "none" or not reaches(effect, hit, party, scope):
            continue
        if not _is_looked_back_at(effect, hit.body, scope.on) or hit.body.get(effect.unless_false) is False:
            continue
        detail = {"basis": effect.source, "since": hit.body[effect.counted_from]}
        if effect.status == "unconfirmed":
            detail["status"] = effect.status
        if effect.tenders == "must" and scope.must_tender is None:
            yield "review", detail | {"code": "must-tender-not-stated"}
        else:
            yield ("barred" if effect.effect == "bars" else "review"), detail | {"code": _CODES[effect.effect]}


def _is_looked_back_at(effect: RecordEffect, body: Mapping[str, Any], on: dt.date) -> bool:
    """Whether the day that the row counts from lies within its months; without months, while it is published."""
    day: str = body[effect.counted_from]
    if effect.months is None:
        return bool(day <= on.isoformat() < body["visible_until"])  # ISO days compare as text
    return add_months(on, -effect.months).isoformat() <= day <= on.isoformat()
