"""Build the next version of a published body: changed, suspended, resumed or removed."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain import records
from registry.domain.publication import redaction

Body = dict[str, Any]
REMOVALS_UNGUARDED = 20
"""So many removals within the window need no share."""
GUARD_WINDOW = dt.timedelta(days=1)
"""Removals within it are counted together, so that many small ones do not pass."""
REMOVAL_CLOCK = "removal.told"
"""The clock that runs from a removal until every receiver has acknowledged it."""


@dataclass(frozen=True)
class Removal:
    """Why and when a record is removed from publication: ``changed_on`` starts the clock that ends on ``due``."""

    act: str
    state: str
    reason: str
    changed_on: dt.date
    due: dt.date


def is_mass_removal(removed: int, standing: int, percent_max: int) -> bool:
    """Whether so many removals out of what stood before are too many to go through without a person looking."""
    return removed > REMOVALS_UNGUARDED and removed * 100 > percent_max * standing


def describe_removals(records: Collection[str]) -> str:
    """Number and digest of the records that would be removed: who confirms them confirms these and no others."""
    digest = hashlib.sha256("\n".join(sorted(records)).encode()).hexdigest()
    return f"{len(records)} {digest[:32]}"


def removed_body(body: Mapping[str, Any], removal: Removal, today: dt.date) -> Body:
    """The version that removes a record: the same facts with the new state and its reason."""
    return _build_next_version(body, removal.act, removal.state) | {
        "removed_on": today.isoformat(),
        "removed_because": redaction.blot(removal.reason),
        "changed_on": removal.changed_on.isoformat(),
        "removal_due": removal.due.isoformat(),
    }


def suspended_body(body: Mapping[str, Any], since: dt.date, until: dt.date | None, reason: str) -> Body:
    """The version that suspends a record while a court or an authority stays the decision; its measures do not
    hold from ``since`` on. ``until`` is the day named in the document: it ends nothing by itself."""
    gaps = [*body.get("suspensions", ()), {"from": since.isoformat(), "until": None}]
    return _build_next_version(body, "suspend", "suspended") | {
        "suspensions": gaps,
        "suspended_because": redaction.blot(reason),
        "suspended_until": until.isoformat() if until else None,
    }


def resumed_body(body: Mapping[str, Any], on: dt.date, disputed_on: str | None) -> Body:
    """The version that resumes publication: its measures hold from ``on``. It is marked if a dispute is open."""
    *before, last = body["suspensions"]
    # A stay that is lifted before it began never had any effect.
    ended = [{**last, "until": on.isoformat()}] if last["from"] < on.isoformat() else []
    return changed_body(body, "resume", suspensions=[*before, *ended] or None, disputed_on=disputed_on)


def stopped_body(body: Mapping[str, Any], removal: Removal, today: dt.date) -> Body:
    """The version that ends publication early: no later version is shown beyond ``today``."""
    return removed_body(body, removal, today) | {"visible_until": min(body["visible_until"], today.isoformat())}


def changed_body(body: Mapping[str, Any], act: str, **fields: Any) -> Body:
    """The published version with changed ``fields``; a mark that is None is removed."""
    next_body = _build_next_version(body, act, "published") | fields
    return {name: value for name, value in next_body.items() if value is not None or name not in records.MARKS}


def is_suspended_on(body: Mapping[str, Any], on: dt.date) -> bool:
    """Whether the measures of a body are suspended on a day."""
    gaps: Sequence[Mapping[str, Any]] = body.get("suspensions", ())
    day = on.isoformat()  # ISO days compare as text
    return any(gap["from"] <= day and (gap["until"] is None or day < gap["until"]) for gap in gaps)


def _build_next_version(body: Mapping[str, Any], act: str, state: str) -> Body:
    left_out = records.REMOVAL_FIELDS + records.SUSPENSION_FIELDS
    remaining = {name: value for name, value in body.items() if name not in left_out}
    return remaining | {"schema": records.SCHEMA, "revision": body["revision"] + 1, "act": act, "state": state}
