"""What is kept inside of a subject's past: shown to the authority that works on it, and to nobody else."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.law.publicity import add_months
from registry.models import Publication
from registry.queries.law import reference_data

NEVER = ("withdrawn", "revoked")
"""States that read as if the decision had never been."""
LOOK_BACK = "repeat_months"


def prior_restrictions(
    session: Session, uscc: str | None, id_index: str | None, on: dt.date, leaving_out: str
) -> list[dict[str, Any]]:
    """Records of a subject whose restriction runs, or ended within the look-back, removed and repaired ones too.

    Doing it again within three years of a ban's end has heavier consequences (招标投标法实施条例 67, 68).
    """
    same = Publication.uscc == uscc if uscc else Publication.id_index == id_index
    if uscc is None and id_index is None:
        return []
    question = select(Publication).where(
        same,
        Publication.until_entry.is_(None),
        Publication.state.not_in(NEVER),
        Publication.record != leaving_out,
    )
    months = reference_data.current(session).threshold(LOOK_BACK, on) or 0
    since = add_months(on, -months).isoformat()
    found = [_one(held, since) for held in session.scalars(question.order_by(Publication.from_entry))]
    return [one for one in found if one["measures"]]


def _one(held: Publication, since: str) -> dict[str, Any]:
    body = json.loads(held.body)
    kept = [
        {name: measure[name] for name in ("code", "name", "basis", "starts_on", "ends_on")}
        for measure in body["measures"]
        if measure["ends_on"] is None or measure["ends_on"] > since
    ]
    return {
        "record": held.record,
        "kind": held.kind,
        "state": held.state,
        "document_number": body["document_number"],
        "authority": body["authority"]["name"],
        "decided_on": body["decided_on"],
        "measures": kept,
    }
