"""What this registry has of the decisions, codes and names of new filings: the same decision, names, removals."""

import datetime as dt
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.cases.penalty import REMOVED
from registry.domain.filing.parse import document_key
from registry.models import Penalty, PenaltyFiling, Publication
from registry.queries.any_of import any_of, texts

Decision = tuple[str, str, str]
"""Authority code, key of the document number, key of the subject: what makes two filings one decision."""
_NEVER = ("withdrawn", "revoked")
"""States in which a record counts as never made."""
_SAME_SUBJECT = (
    select(
        Penalty.id,
        Penalty.record,
        Penalty.department_id,
        Penalty.state,
        Penalty.authority_code,
        Penalty.document_number,
        Penalty.subject_key,
    )
    .where(any_of(Penalty.subject_key, texts("subjects")), any_of(Penalty.authority_code, texts("authorities")))
    .order_by(Penalty.id)
)
_STANDING = Publication.until_entry.is_(None) & Publication.state.not_in(_NEVER)
_NAMES = (
    select(Publication.uscc, Publication.name, Publication.record)
    .where(any_of(Publication.uscc, texts("usccs")), _STANDING)
    .distinct()
)
_CODES = (
    select(Publication.name_key, Publication.uscc, Publication.record)
    .where(any_of(Publication.name_key, texts("name_keys")), Publication.uscc.is_not(None), _STANDING)
    .distinct()
)


@dataclass(frozen=True)
class FiledDecision:
    """A decision on file: its penalty, the department that filed it, its state."""

    penalty_id: int
    record: str
    department_id: int
    state: str

    @property
    def is_removed(self) -> bool:
        """Whether its record was taken from the public for good."""
        return self.state in REMOVED


@dataclass(frozen=True)
class PresentFacts:
    """The newest filing of a penalty: its content, the index of its identity number, where it came from."""

    content: str
    id_index: str | None
    import_id: int | None
    row_number: int | None


def same_decisions(session: Session, decisions: Collection[Decision]) -> dict[Decision, FiledDecision]:
    """Those of the decisions that are on file here under any spelling of their number, one that stands before others.

    Looked for by subject and authority: numbers may be stored under an earlier rule of their key.
    """
    wanted = set(decisions)
    found: dict[Decision, FiledDecision] = {}
    parameters = {
        "subjects": {subject for _, _, subject in wanted},
        "authorities": {authority for authority, _, _ in wanted},
    }
    for number, record, department, state, authority, document, subject in session.connection().execute(
        _SAME_SUBJECT, parameters
    ):
        decision = (authority, document_key(document), subject)
        known = found.get(decision)
        if decision in wanted and (known is None or known.is_removed):
            found[decision] = FiledDecision(number, record, department, state)
    return found


def present_facts(session: Session, penalty_ids: Collection[int]) -> dict[int, PresentFacts]:
    """The newest filing of each of these penalties."""
    newest = select(func.max(PenaltyFiling.id)).where(PenaltyFiling.penalty_id.in_(penalty_ids))
    statement = select(
        PenaltyFiling.penalty_id,
        PenaltyFiling.content,
        PenaltyFiling.id_index,
        PenaltyFiling.import_id,
        PenaltyFiling.row_number,
    ).where(PenaltyFiling.id.in_(newest.group_by(PenaltyFiling.penalty_id)))
    rows = session.execute(statement) if penalty_ids else ()
    return {penalty_id: PresentFacts(*columns) for penalty_id, *columns in rows}


def removals(session: Session, records: Collection[str]) -> dict[str, tuple[str, dt.date, str]]:
    """How, when and why these records were taken from the public for good: (state, day, reason)."""
    statement = select(Publication.record, Publication.state, Publication.body).where(
        Publication.record.in_(records), Publication.until_entry.is_(None)
    )
    rows: dict[str, tuple[str, dt.date, str]] = {}
    for record, state, text in session.execute(statement) if records else ():
        body = json.loads(text)
        removed_on = body.get("removed_on")
        if removed_on:
            rows[record] = (state, dt.date.fromisoformat(removed_on), body.get("removed_because") or "")
    return rows


def names_by_code(session: Session, usccs: Collection[str], leaving_out: str = "") -> dict[str, list[str]]:
    """The names under which the standing records of others have these codes."""
    return _collect(session.connection().execute(_NAMES, {"usccs": usccs}), leaving_out)


def codes_by_name_key(session: Session, name_keys: Collection[str], leaving_out: str = "") -> dict[str, list[str]]:
    """The codes that standing records have for these names, by the key of the name."""
    return _collect(session.connection().execute(_CODES, {"name_keys": name_keys}), leaving_out)


def _collect(rows: Iterable[Any], leaving_out: str) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = {}
    for key, value, record in rows:
        if record != leaving_out and value not in collected.setdefault(key, []):
            collected[key].append(value)
    return collected
