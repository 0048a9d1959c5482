"""What a publication of this node rests on: the filing of its penalty, or the chained steps of its procedure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry.domain import casefile, penalty
from registry.domain.filing import document_key
from registry.models import CaseStep, Commendation, Listing, Penalty, PenaltyFiling, Publication
from registry.signing import Keys

TOGETHER = frozenset({"withdrawn", "repaired", "suspended"})
"""States that a penalty and its newest version have together or not at all."""
_PUBLISHING = frozenset({"publish", "verify", "correct"})
_STATES = {
    "published": {"published"}, "amended": {"published"}, "suspended": {"suspended"},
    "removed": {"removed", "repaired", "expired"}, "expired": {"expired"}, "withdrawn": {"withdrawn"},
    "revoked": {"revoked"}, "archived": {"removed", "repaired", "expired", "revoked"},
}  # fmt: skip
"""State of a listing or commendation to the states that its newest version may have."""


@dataclass(frozen=True)
class Behind:
    """The rows behind some publications, by record."""

    penalties: Mapping[str, Penalty]
    cases: Mapping[str, Listing | Commendation]
    steps: Mapping[str, Sequence[CaseStep]]


def load(session: Session, records: Sequence[str]) -> Behind:
    """Everything behind the publications of these records, in four questions."""
    penalties = select(Penalty).where(Penalty.record.in_(records)).options(selectinload(Penalty.filings))
    steps: dict[str, list[CaseStep]] = {}
    question = (
        select(CaseStep).where(CaseStep.record.in_(records)).order_by(CaseStep.record, CaseStep.position)
    )
    for step in session.scalars(question):
        steps.setdefault(step.record, []).append(step)
    cases: dict[str, Listing | Commendation] = {}
    for listing in session.scalars(select(Listing).where(Listing.record.in_(records))):
        cases[listing.record] = listing
    for commendation in session.scalars(select(Commendation).where(Commendation.record.in_(records))):
        cases[commendation.record] = commendation
    return Behind({held.record: held for held in session.scalars(penalties)}, cases, steps)


def contradictions(keys: Keys, publication: Publication, behind: Behind) -> Iterator[str]:
    """What about a publication contradicts the rows behind it."""
    steps = behind.steps.get(publication.record, ())
    yield from _chain(steps)
    if publication.kind == "penalty":
        yield from _penalty(keys, publication, behind.penalties.get(publication.record))
        return
    held = behind.cases.get(publication.record)
    if held is None:
        yield f"its {publication.kind} is missing"
        return
    digests = {step.digest for step in steps if step.act in _PUBLISHING}
    if json.loads(publication.body)["filing"] not in digests:
        yield f"no publishing step of {publication.kind} {held.id} is the one it was published from"
    if not steps or (steps[-1].after, len(steps)) != (held.state, held.version):
        yield f"{publication.kind} {held.id} is not where its last step left it"
    if publication.until_entry is None and publication.state not in _STATES.get(held.state, set()):
        yield f"{publication.kind} {held.id} is {held.state} but its newest version is {publication.state}"
    if isinstance(held, Listing):
        yield from _identity(keys, publication, held.id_index, held.id_sealed, held.facts)


def _chain(steps: Sequence[CaseStep]) -> Iterator[str]:
    previous = ""
    for place, step in enumerate(steps, start=1):
        said = {
            "noun": step.noun, "record": step.record, "position": place, "act": step.act, "before": step.before,
            "after": step.after, "account_id": step.account_id, "documents": step.documents, "stated": step.stated,
            "day": step.day.isoformat(),
        }  # fmt: skip
        if casefile.link(previous, said) != step.digest:
            yield f"step {place} of its procedure is not what was filed"
        previous = step.digest


def _penalty(keys: Keys, publication: Publication, held: Penalty | None) -> Iterator[str]:
    """The penalty and the filing that a publication rests on."""
    if held is None:
        yield "its penalty is missing"
        return
    body = json.loads(publication.body)
    digests = {
        penalty.filing_digest(row.content, row.id_index, row.filed_by, row.verified_by): row
        for row in held.filings
        if row.verified_by is not None
    }
    row = digests.get(body["filing"])
    if row is None:
        yield f"no verified filing of penalty {held.id} is the one it was published from"
        return
    facts: dict[str, Any] = json.loads(row.content)
    if _decision_of(row) != (held.authority_code, held.document_number, body["decided_on"]):
        yield f"penalty {held.id} contradicts its filing {row.id}"
    newest = (
        *_decision_of(held.filing),
        body["publish_by"] if row is held.filing else held.publish_by.isoformat(),
    )
    kept = (held.decided_on.isoformat(), held.publish_by.isoformat())
    if newest != (held.authority_code, held.document_number, *kept):
        yield f"penalty {held.id} contradicts its filing {held.filing.id}"
    party = penalty.filing_of(facts).subject
    if held.subject_key != penalty.subject_key(party, row.id_index):
        yield f"penalty {held.id} names another subject than its filing {row.id}"
    is_together = held.state == publication.state or not {held.state, publication.state} & TOGETHER
    if publication.until_entry is None and not is_together:
        yield f"penalty {held.id} is {held.state} but its newest version is {publication.state}"
    yield from _identity(keys, publication, row.id_index, row.id_sealed, facts)


def _decision_of(row: PenaltyFiling) -> tuple[str, str, str]:
    facts = json.loads(row.content)
    return facts["authority_code"], document_key(facts["document_number"]), facts["decided_on"]


def _identity(
    keys: Keys, publication: Publication, id_index: str | None, id_sealed: bytes | None, facts: dict[str, Any]
) -> Iterator[str]:
    if (publication.id_index, publication.id_sealed) != (id_index, id_sealed):
        yield "its identity columns are not those of what it was published from"
    elif id_sealed is not None:
        number = keys.vault.open(id_sealed).decode()
        if keys.vault.index(facts["subject"]["id_type"] or "", number).hex() != id_index:
            yield "its identity index is not that of the sealed number"
