"""Earlier bans of a subject, for the authority that decides on it; never public."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.law.publicity import add_months
from registry.models import Publication
from registry.queries.law import reference_data

NEVER = ("withdrawn", "revoked")
"""States in which the decision counts as never made."""
LOOK_BACK = "repeat_months"


def prior_restrictions(
    session: Session, uscc: str | None, id_index: str | None, on: dt.date, leaving_out: str
) -> list[dict[str, Any]]:
    """Records of a subject whose ban runs, or ended within the look-back; removed and repaired ones too.

    Doing it again within three years of a ban's end has heavier consequences (招标投标法实施条例 67, 68).
    """
    same = Publication.uscc == uscc if uscc else Publication.id_index == id_index
    if uscc is None and id_index is None:
        return []
    statement = select(Publication).where(
        same,
        Publication.until_entry.is_(None),
        Publication.state.not_in(NEVER),
        Publication.record != leaving_out,
    )
    months = reference_data.current(session).threshold(LOOK_BACK, on) or 0
    since = add_months(on, -months).isoformat()
    restrictions = [
        _describe_record(publication, since)
        for publication in session.scalars(statement.order_by(Publication.from_entry))
    ]
    return [restriction for restriction in restrictions if restriction["measures"]]


def _describe_record(publication: Publication, since: str) -> dict[str, Any]:
    body = json.loads(publication.body)
    measures = [
        {name: measure[name] for name in ("code", "name", "basis", "starts_on", "ends_on")}
        for measure in body["measures"]
        if measure["ends_on"] is None or measure["ends_on"] > since
    ]
    return {
        "record": publication.record,
        "kind": publication.kind,
        "state": publication.state,
        "document_number": body["document_number"],
        "authority": body["authority"]["name"],
        "decided_on": body["decided_on"],
        "measures": measures,
    }
