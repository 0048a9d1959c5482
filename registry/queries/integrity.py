"""Verify the ledger: recompute every publication and the rows behind it, and name each contradiction."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from registry.domain.cases import case_file, penalty, relation
from registry.domain.filing.parse import document_key
from registry.domain.naming import name_key
from registry.domain.publication import canonical, merkle, signed_notes
from registry.domain.publication.keyring import Keyring, chain_fault
from registry.domain.publication.publication import ROW_STATE, Leaf, commitment, content_hash, leaf_hash, projection
from registry.errors import Refusal
from registry.keys.signing import Keys, verify
from registry.models import (
    AdoptedListing,
    CaseStep,
    FiledRecord,
    LedgerEntry,
    LedgerNode,
    Listing,
    Penalty,
    PenaltyFiling,
    Publication,
    PublicationSector,
    Relation,
    RelationEnd,
)
from registry.queries.cases import procedure_records
from registry.queries.cases.procedure_records import Ending
from registry.queries.exchange import peer_messages, version_signatures
from registry.queries.publication import (
    erasure_check,
    known_keys,
    ledger_state,
    list_states,
    name_search,
    standing_check,
)

CHUNK = 1000
Identified = PenaltyFiling | Listing | AdoptedListing | FiledRecord | Relation


@dataclass(frozen=True)
class _NodeKeys:
    """This node's keys and code, and the public keys of its peers, former ones too, by code and key id."""

    keys: Keys
    node: str
    peers: Mapping[str, Mapping[str, bytes]]


def findings(
    session: Session, keys: Keys, node: str, progress: Callable[[int], None], upto: int | None = None
) -> Iterator[str]:
    """Yield one line per contradiction, none when everything is sound. ``progress`` is called with the entry reached.

    ``upto``: verify only the first so many entries, as they stood then.
    """
    head = ledger_state.head(session) if upto is None else upto
    node_keys = _NodeKeys(keys, node, peer_messages.keys_by_code(session))
    leaves: list[bytes] = []
    for start in range(0, head, CHUNK):
        page = ledger_state.entries(session, after=start, limit=min(CHUNK, head - start))
        entries = {entry.number: entry for entry in page}
        for number in range(start + 1, min(start + CHUNK, head) + 1):
            entry = entries.get(number)
            if entry is None:
                yield f"entry {number}: missing"
                leaves.append(merkle.leaf_hash(b""))
                continue
            leaves.append(_compute_leaf(entry))
            if leaves[-1] != entry.leaf:
                yield f"entry {number}: its leaf hash is not that of its content"
        yield from _check_publications(session, node_keys, entries, (start, min(start + CHUNK, head)))
        session.expunge_all()
        progress(min(start + CHUNK, head))
    ring = known_keys.ring(session, node, keys.signer)
    is_whole = upto is None
    if is_whole:
        yield from _find_stray_rows(session, head)
        yield from list_states.stray_states(session)
        yield from (*name_search.index_findings(session), *standing_check.findings(session, head))
        yield from _check_keys(keys, ring)
    yield from _check_tree(session, leaves, is_whole=is_whole)
    yield from _check_checkpoints(session, ring, leaves, is_whole=is_whole)


def _compute_leaf(entry: LedgerEntry) -> bytes:
    return leaf_hash(entry.number, Leaf(entry.record, entry.revision, entry.act, entry.commitment), entry.day)


def _find_stray_rows(session: Session, head: int) -> Iterator[str]:
    for table, column in ((LedgerEntry, LedgerEntry.number), (Publication, Publication.from_entry)):
        stray = session.execute(select(func.count()).select_from(table).where(column > head)).scalar_one()
        if stray:
            yield f"counter ledger: {stray} rows of {table.__tablename__} lie beyond its value {head}"


def _check_publications(
    session: Session, node_keys: _NodeKeys, entries: dict[int, LedgerEntry], span: tuple[int, int]
) -> Iterator[str]:
    start, end = span
    publics = known_keys.ring(session, node_keys.node, node_keys.keys.signer).publics()
    statement = select(Publication).where(Publication.from_entry > start, Publication.from_entry <= end)
    publications = list(session.scalars(statement.order_by(Publication.from_entry)))
    missing = sorted(entries.keys() - {row.from_entry for row in publications})
    yield from (f"entry {n}: its publication is missing" for n in missing if entries[n].record != ROW_STATE)
    sectors = _load_sectors(session, start)
    ends = _load_relation_ends(session, start)
    rows = load_source_rows(session, [publication.record for publication in publications])
    for publication in publications:
        entry = entries.get(publication.from_entry)
        try:
            problems = list(_check_content(publication, entry, sectors.get(publication.from_entry, [])))
            problems += erasure_check.contradictions(session, publication)
            problems += list_states.contradictions(session, publication)
            problems += _check_end_keys(publication, ends.get(publication.from_entry, []))
            problems += _check_successor(session, publication)
            problems += _check_origin(node_keys, publication, publics)
            # What came back from a peer after a loss has no rows behind it: it is vouched for by a signing key.
            is_own = publication.origin == node_keys.node and publication.signature is None
            if is_own and not erasure_check.is_erased(publication):
                problems += contradictions(node_keys.keys, publication, rows)
        except (ValueError, KeyError, TypeError, AttributeError, Refusal) as error:
            problems = [f"cannot be read ({type(error).__name__})"]
        yield from (
            f"publication {publication.record} revision {publication.revision}"
            f" (entry {publication.from_entry}): {problem}"
            for problem in problems
        )


def _check_content(publication: Publication, entry: LedgerEntry | None, sectors: list[str]) -> Iterator[str]:
    body = json.loads(publication.body)
    if canonical.dumps(body).decode() != publication.body:
        yield "its body is not in canonical form"
    committed = entry.commitment if entry is not None and publication.erased_by is None else None
    if committed is not None and commitment(body, publication.previous, publication.salt) != committed:
        yield "its body, salt or predecessor is not what the ledger committed to"
    if entry is not None and (entry.record, entry.revision, entry.act) != (
        body["record"],
        body["revision"],
        body["act"],
    ):
        yield "the ledger entry tells of another version"
    for column, value in projection(body).items():
        if getattr(publication, column) != value:
            yield f"its column {column} contradicts its body"
    if publication.erased_by is None and content_hash(body, publication.previous) != publication.content_hash:
        yield "its content hash is wrong"
    if sorted(sectors) != sorted(body["sectors"]):
        yield "its sectors contradict its body"


def _check_origin(node_keys: _NodeKeys, publication: Publication, publics: Mapping[str, bytes]) -> Iterator[str]:
    """Check the owning node. Another node's version never has identity columns, and has its owner's signature; an own
    one that came back from a peer has that of a signing key of this node."""
    if publication.origin != json.loads(publication.body)["source"]["node"]:
        yield "its origin is not the node that its body names"
    if publication.origin == node_keys.node:
        if publication.signature is not None and not version_signatures.is_signed_by(publication, publics):
            yield "it is of this node but has another node's signature"
        return
    if publication.id_index is not None or publication.id_sealed is not None:
        yield "it is of another node but has identity columns"
    if not version_signatures.is_signed_by_owner(publication, node_keys.peers.get(publication.origin, {})):
        yield "its signature is not that of its owner"


def _check_successor(session: Session, publication: Publication) -> Iterator[str]:
    follower = session.execute(
        select(func.min(Publication.from_entry)).where(
            Publication.record == publication.record, Publication.from_entry > publication.from_entry
        )
    ).scalar_one()
    if follower != publication.until_entry:
        yield "its until_entry is not the entry of the version after it"


def _load_sectors(session: Session, start: int) -> dict[int, list[str]]:
    statement = select(PublicationSector).where(
        PublicationSector.from_entry > start, PublicationSector.from_entry <= start + CHUNK
    )
    sectors: dict[int, list[str]] = {}
    for row in session.scalars(statement):
        sectors.setdefault(row.from_entry, []).append(row.sector)
    return sectors


def _check_end_keys(publication: Publication, ends: list[tuple[str, str, str]]) -> Iterator[str]:
    """Check the keys by which an award check finds a relation; no other record has any."""
    is_relation = publication.kind == "relation"
    expected = relation.ends(json.loads(publication.body), publication.id_index) if is_relation else ()
    if sorted(ends) != sorted(expected):
        yield "the keys by which its ends are found contradict its body"


def _load_relation_ends(session: Session, start: int) -> dict[int, list[tuple[str, str, str]]]:
    statement = select(RelationEnd).where(RelationEnd.from_entry > start, RelationEnd.from_entry <= start + CHUNK)
    ends: dict[int, list[tuple[str, str, str]]] = {}
    for row in session.scalars(statement):
        ends.setdefault(row.from_entry, []).append((row.side, row.by, row.key))
    return ends


def _check_tree(session: Session, leaves: list[bytes], *, is_whole: bool) -> Iterator[str]:
    sealed = min(ledger_state.sealed_size(session), len(leaves))
    expected = {(level, position): value for level, position, value in merkle.grow(_raise_no_node, 0, leaves[:sealed])}
    stored = {(node.level, node.position): node.hash for node in session.scalars(select(LedgerNode))}
    if not is_whole:  # what was sealed later is not verified
        stored = {(level, place): value for (level, place), value in stored.items() if place + 1 << level <= sealed}
    for place in sorted(expected.keys() | stored.keys()):
        if expected.get(place) != stored.get(place):
            yield f"node {place[0]}/{place[1]}: not the hash of the leaves under it"


def _check_keys(keys: Keys, ring: Keyring) -> Iterator[str]:
    """Check the chain of this node's signing keys, and that the key at hand is its end."""
    if problem := chain_fault(ring, verify):
        yield f"key {ring.newest.kid}: {problem}"
    if ring.newest.public != keys.signer.public:
        yield f"key {ring.newest.kid}: is not the signing key at hand"


def _raise_no_node(level: int, position: int) -> bytes:
    raise KeyError((level, position))


def _check_checkpoints(session: Session, ring: Keyring, leaves: list[bytes], *, is_whole: bool) -> Iterator[str]:
    checkpoints = ledger_state.checkpoints(session)
    for checkpoint in checkpoints:
        name = f"checkpoint {checkpoint.size}"
        if checkpoint.size > len(leaves):
            if is_whole:
                yield f"{name}: signed more entries than there are"
            continue
        try:
            text, _ = ring.open_note(checkpoint.note, verify)
        except Exception as error:
            yield f"{name}: its note is not validly signed ({type(error).__name__})"
            continue
        root = merkle.root(leaves[: checkpoint.size])
        signed = signed_notes.checkpoint_text(text.partition("\n")[0], checkpoint.size, root)
        if text != signed or checkpoint.root != root.hex():
            yield f"{name}: its root is not that of the entries"
    for before, after in pairwise(checkpoints):
        if before.signed_at > after.signed_at:
            yield f"checkpoint {after.size}: signed before checkpoint {before.size}"


TOGETHER = frozenset({"withdrawn", "repaired", "suspended"})
"""States that a penalty and its newest version must share: either both are in the state, or neither."""
_PUBLISHING = frozenset({"publish", "verify", "correct"})
_STATES = {
    "published": {"published"}, "amended": {"published"}, "suspended": {"suspended"},
    "removed": {"removed", "repaired", "expired"}, "expired": {"expired"}, "withdrawn": {"withdrawn"},
    "revoked": {"revoked"}, "archived": {"removed", "repaired", "expired", "revoked"},
}  # fmt: skip
"""State of a listing, commendation or relation to the states that its newest version may have."""


@dataclass(frozen=True)
class SourceRows:
    """The penalties, cases and steps behind some publications, by record id."""

    penalties: Mapping[str, Penalty]
    cases: Mapping[str, Ending]
    steps: Mapping[str, Sequence[CaseStep]]


def load_source_rows(session: Session, records: Sequence[str]) -> SourceRows:
    """Load the penalties, cases and steps behind the publications of these records, one statement per table."""
    penalties = select(Penalty).where(Penalty.record.in_(records)).options(selectinload(Penalty.filings))
    steps: dict[str, list[CaseStep]] = {}
    statement = select(CaseStep).where(CaseStep.record.in_(records)).order_by(CaseStep.record, CaseStep.position)
    for step in session.scalars(statement):
        steps.setdefault(step.record, []).append(step)
    cases = procedure_records.endings(session, records)
    return SourceRows({penalty_row.record: penalty_row for penalty_row in session.scalars(penalties)}, cases, steps)


def contradictions(keys: Keys, publication: Publication, source_rows: SourceRows) -> Iterator[str]:
    """Yield what in a publication contradicts the rows behind it."""
    steps = source_rows.steps.get(publication.record, ())
    yield from _check_steps(steps)
    if publication.kind == "penalty":
        yield from _check_penalty(keys, publication, source_rows.penalties.get(publication.record))
        return
    if publication.kind == "list_state":  # its rows are looked at with the noted states of lists
        return
    case = source_rows.cases.get(publication.record)
    if case is None:
        yield f"its {publication.kind} is missing"
        return
    published = [step for step in steps if step.act in _PUBLISHING]
    if json.loads(publication.body)["filing"] not in {step.digest for step in published}:
        yield f"no publishing step of {publication.kind} {case.id} is the one it was published from"
    elif json.loads(published[-1].stated)["facts"] != case_file.facts_digest(case.facts):
        yield f"the facts of {publication.kind} {case.id} are not those that were published"
    if not steps or (steps[-1].after, len(steps)) != (case.state, case.version):
        yield f"{publication.kind} {case.id} is not where its last step left it"
    if publication.until_entry is None and publication.state not in _STATES.get(case.state, set()):
        yield f"{publication.kind} {case.id} is {case.state} but its newest version is {publication.state}"
    if isinstance(case, Listing | AdoptedListing):
        yield from _check_listing(publication, case)
    if isinstance(case, Listing | AdoptedListing | FiledRecord):
        yield from _check_identity(keys, publication, case, case.facts["subject"])
    if isinstance(case, Relation):
        yield from _check_identity(keys, publication, case, case.facts["other"])
        yield from _check_relation(publication, case)


def _check_relation(publication: Publication, relation_row: Relation) -> Iterator[str]:
    body = json.loads(publication.body)
    stated = (body["relation"], body["subject"]["uscc"], body["since"])
    if (relation_row.kind, relation_row.subject_uscc, relation_row.since.isoformat()) != stated:
        yield f"relation {relation_row.id} is of another kind, subject or day than its publication"
    if relation_row.other_key != relation.other_key(body["other"], relation_row.id_index):
        yield f"relation {relation_row.id} names another party than its publication"


def _check_listing(publication: Publication, listing: Listing | AdoptedListing) -> Iterator[str]:
    body = json.loads(publication.body)
    if isinstance(listing, AdoptedListing):
        term = (listing.facts["starts_on"], listing.facts["ends_on"])
    else:
        term = (listing.starts_on and listing.starts_on.isoformat(), listing.ends_on and listing.ends_on.isoformat())
    if publication.until_entry is None and (body["starts_on"], body["ends_on"]) != term:
        yield f"{publication.kind} {listing.id} has another term than its newest version"
    if listing.scheme != body["scheme"]["code"]:
        yield f"{publication.kind} {listing.id} stands under another scheme than its publication"


def _check_steps(steps: Sequence[CaseStep]) -> Iterator[str]:
    previous = ""
    for place, step in enumerate(steps, start=1):
        step_fields = {
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
        if case_file.chain_digest(previous, step_fields) != step.digest:
            yield f"step {place} of its procedure is not what was filed"
        previous = step.digest


def _check_penalty(keys: Keys, publication: Publication, penalty_row: Penalty | None) -> Iterator[str]:
    """Check the penalty and the verified filing that a publication was made from."""
    if penalty_row is None:
        yield "its penalty is missing"
        return
    body = json.loads(publication.body)
    digests = {
        penalty.filing_digest(row.content, row.id_index, row.filed_by, row.verified_by): row
        for row in penalty_row.filings
        if row.verified_by is not None
    }
    row = digests.get(body["filing"])
    if row is None:
        yield f"no verified filing of penalty {penalty_row.id} is the one it was published from"
        return
    facts: dict[str, Any] = json.loads(row.content)
    # The limit counted from the day as first published; a correction may state another, and moves no limit met.
    first: dict[str, Any] = json.loads(next(iter(digests.values())).content)
    stated = (facts["authority_code"], document_key(facts["document_number"]), first["decided_on"])
    clock = (penalty_row.decided_on.isoformat(), penalty_row.publish_by.isoformat())
    if (*stated, body["publish_by"]) != (penalty_row.authority_code, document_key(penalty_row.document_number), *clock):
        yield f"penalty {penalty_row.id} contradicts its filing {row.id}"
    party = penalty.filing_of(facts).subject
    if penalty_row.subject_key != penalty.subject_key(party.uscc, row.id_index, name_key.key(party.name)):
        yield f"penalty {penalty_row.id} names another subject than its filing {row.id}"
    is_together = penalty_row.state == publication.state or not {penalty_row.state, publication.state} & TOGETHER
    if publication.until_entry is None and not is_together:
        yield f"penalty {penalty_row.id} is {penalty_row.state} but its newest version is {publication.state}"
    yield from _check_identity(keys, publication, row, facts["subject"])


def _check_identity(
    keys: Keys, publication: Publication, source_row: Identified, person: Mapping[str, Any]
) -> Iterator[str]:
    if (publication.id_index, publication.id_sealed) != (source_row.id_index, source_row.id_sealed):
        yield "its identity columns are not those of what it was published from"
    elif source_row.id_sealed is not None:
        number = keys.vault.open(source_row.id_sealed).decode()
        if keys.vault.index(person["id_type"] or "", number).hex() != source_row.id_index:
            yield "its identity index is not that of the sealed number"
