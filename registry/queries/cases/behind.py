"""What a publication of this node rests on: the filing of its penalty, or the chained steps of its procedure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry.domain.cases import case_file, penalty, relation
from registry.domain.filing.parse import document_key
from registry.models import CaseStep, Commendation, Listing, Penalty, PenaltyFiling, Publication, Relation
from registry.signing import Keys

TOGETHER = frozenset({"withdrawn", "repaired", "suspended"})
"""States that a penalty and its newest version have together or not at all."""
_PUBLISHING = frozenset({"publish", "verify", "correct"})
_STATES = {
    "published": {"published"}, "amended": {"published"}, "suspended": {"suspended"},
    "removed": {"removed", "repaired", "expired"}, "expired": {"expired"}, "withdrawn": {"withdrawn"},
    "revoked": {"revoked"}, "archived": {"removed", "repaired", "expired", "revoked"},
}  # fmt: skip
"""State of a listing, commendation or relation to the states that its newest version may have."""


@dataclass(frozen=True)
class Behind:
    """The rows behind some publications, by record."""

    penalties: Mapping[str, Penalty]
    cases: Mapping[str, Listing | Commendation | Relation]
    steps: Mapping[str, Sequence[CaseStep]]


def load(session: Session, records: Sequence[str]) -> Behind:
    """Everything behind the publications of these records, in five questions."""
    penalties = select(Penalty).where(Penalty.record.in_(records)).options(selectinload(Penalty.filings))
    steps: dict[str, list[CaseStep]] = {}
    question = select(CaseStep).where(CaseStep.record.in_(records)).order_by(CaseStep.record, CaseStep.position)
    for step in session.scalars(question):
        steps.setdefault(step.record, []).append(step)
    cases: dict[str, Listing | Commendation | Relation] = {}
    for listing in session.scalars(select(Listing).where(Listing.record.in_(records))):
        cases[listing.record] = listing
    for commendation in session.scalars(select(Commendation).where(Commendation.record.in_(records))):
        cases[commendation.record] = commendation
    for held in session.scalars(select(Relation).where(Relation.record.in_(records))):
        cases[held.record] = held
    return Behind({one.record: one for one in session.scalars(penalties)}, cases, steps)


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
    published = [step for step in steps if step.act in _PUBLISHING]
    if json.loads(publication.body)["filing"] not in {step.digest for step in published}:
        yield f"no publishing step of {publication.kind} {held.id} is the one it was published from"
    elif json.loads(published[-1].stated)["facts"] != case_file.facts_digest(held.facts):
        yield f"the facts of {publication.kind} {held.id} are not those that were published"
    if not steps or (steps[-1].after, len(steps)) != (held.state, held.version):
        yield f"{publication.kind} {held.id} is not where its last step left it"
    if publication.until_entry is None and publication.state not in _STATES.get(held.state, set()):
        yield f"{publication.kind} {held.id} is {held.state} but its newest version is {publication.state}"
    if isinstance(held, Listing):
        yield from _term(publication, held)
        yield from _identity(keys, publication, held, held.facts["subject"])
    if isinstance(held, Relation):
        yield from _identity(keys, publication, held, held.facts["other"])
        yield from _ends(publication, held)


def _ends(publication: Publication, held: Relation) -> Iterator[str]:
    body = json.loads(publication.body)
    stated = (body["relation"], body["subject"]["uscc"], body["since"])
    if (held.kind, held.subject_uscc, held.since.isoformat()) != stated:
        yield f"relation {held.id} is of another kind, subject or day than its publication"
    if held.other_key != relation.other_key(body["other"], held.id_index):
        yield f"relation {held.id} names another party than its publication"


def _term(publication: Publication, held: Listing) -> Iterator[str]:
    body = json.loads(publication.body)
    term = (held.starts_on and held.starts_on.isoformat(), held.ends_on and held.ends_on.isoformat())
    if publication.until_entry is None and (body["starts_on"], body["ends_on"]) != term:
        yield f"listing {held.id} has another term than its newest version"
    if held.scheme != body["scheme"]["code"]:
        yield f"listing {held.id} stands under another scheme than its publication"


def _chain(steps: Sequence[CaseStep]) -> Iterator[str]:
    previous = ""
    for place, step in enumerate(steps, start=1):
        said = {
            "noun": step.noun,
            "record": step.record,
            "position": place,
            "act": step.act,
            "before": step.before,
            "after": step.after,
            "account_id": step.account_id,
            "documents": step.documents,
            "stated": step.stated,
            "day": step.day.isoformat(),
        }
        if case_file.link(previous, said) != step.digest:
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
    # The limit counted from the day as first published; a correction may state another, and moves no limit met.
    first: dict[str, Any] = json.loads(next(iter(digests.values())).content)
    stated = (facts["authority_code"], document_key(facts["document_number"]), first["decided_on"])
    clock = (held.decided_on.isoformat(), held.publish_by.isoformat())
    if (*stated, body["publish_by"]) != (held.authority_code, held.document_number, *clock):
        yield f"penalty {held.id} contradicts its filing {row.id}"
    party = penalty.filing_of(facts).subject
    if held.subject_key != penalty.subject_key(party, row.id_index):
        yield f"penalty {held.id} names another subject than its filing {row.id}"
    is_together = held.state == publication.state or not {held.state, publication.state} & TOGETHER
    if publication.until_entry is None and not is_together:
        yield f"penalty {held.id} is {held.state} but its newest version is {publication.state}"
    yield from _identity(keys, publication, row, facts["subject"])


def _identity(
    keys: Keys, publication: Publication, held: PenaltyFiling | Listing | Relation, person: Mapping[str, Any]
) -> Iterator[str]:
    if (publication.id_index, publication.id_sealed) != (held.id_index, held.id_sealed):
        yield "its identity columns are not those of what it was published from"
    elif held.id_sealed is not None:
        number = keys.vault.open(held.id_sealed).decode()
        if keys.vault.index(person["id_type"] or "", number).hex() != held.id_index:
            yield "its identity index is not that of the sealed number"
