"""Does everything published still stand as it was committed? Every row behind it is recomputed and named."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from registry.domain.cases import case_file, penalty, relation
from registry.domain.exchange import envelope
from registry.domain.filing.parse import document_key
from registry.domain.publication import canonical, merkle, signed_notes
from registry.domain.publication.keyring import Keyring, broken
from registry.domain.publication.publication import Leaf, commitment, content_hash, leaf_hash, projection
from registry.errors import Refusal
from registry.models import (
    CaseStep,
    Commendation,
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
from registry.queries.exchange import peer_messages
from registry.queries.publication import known_keys, ledger_state, name_search
from registry.signing import Keys, verify

CHUNK = 1000


@dataclass(frozen=True)
class _Known:
    """This node's keys and code, and the public keys of its peers, former ones too, by code and key id."""

    keys: Keys
    node: str
    peers: Mapping[str, Mapping[str, bytes]]


def findings(
    session: Session, keys: Keys, node: str, progress: Callable[[int], None], upto: int | None = None
) -> Iterator[str]:
    """One line per contradiction; nothing when all is sound. ``progress`` is told the entry reached.

    ``upto``: only what the ledger of that many entries says, for a look at the past.
    """
    head = ledger_state.head(session) if upto is None else upto
    known = _Known(keys, node, {one.code: peer_messages.keys_of(one) for one in peer_messages.peers(session)})
    entries: dict[int, LedgerEntry] = {}
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
            leaves.append(_leaf(entry))
            if leaves[-1] != entry.leaf:
                yield f"entry {number}: its leaf hash is not that of its content"
        yield from _publications(session, known, entries, (start, min(start + CHUNK, head)))
        session.expunge_all()
        progress(min(start + CHUNK, head))
    ring = known_keys.ring(session, node, keys.signer)
    is_whole = upto is None
    if is_whole:
        yield from _beyond(session, head)
        yield from name_search.index_findings(session)
        yield from _keys(keys, ring)
    yield from _tree(session, leaves, is_whole=is_whole)
    yield from _checkpoints(session, ring, leaves, is_whole=is_whole)


def _leaf(entry: LedgerEntry) -> bytes:
    return leaf_hash(entry.number, Leaf(entry.record, entry.revision, entry.act, entry.commitment), entry.day)


def _beyond(session: Session, head: int) -> Iterator[str]:
    for table, column in ((LedgerEntry, LedgerEntry.number), (Publication, Publication.from_entry)):
        stray = session.execute(select(func.count()).select_from(table).where(column > head)).scalar_one()
        if stray:
            yield f"counter ledger: {stray} rows of {table.__tablename__} lie beyond its value {head}"


def _publications(
    session: Session, known: _Known, entries: dict[int, LedgerEntry], span: tuple[int, int]
) -> Iterator[str]:
    start, end = span
    question = select(Publication).where(Publication.from_entry > start, Publication.from_entry <= end)
    found = list(session.scalars(question.order_by(Publication.from_entry)))
    present = {publication.from_entry for publication in found}
    yield from (f"entry {number}: its publication is missing" for number in entries if number not in present)
    sectors = _sectors(session, start)
    ends = _ends(session, start)
    rows = load_source_rows(session, [publication.record for publication in found])
    for publication in found:
        entry = entries.get(publication.from_entry)
        try:
            wrong = list(_one(publication, entry, sectors.get(publication.from_entry, [])))
            wrong += _found_by(publication, ends.get(publication.from_entry, []))
            wrong += _next_of(session, publication)
            wrong += _origin(known, publication)
            if publication.origin == known.node:
                wrong += contradictions(known.keys, publication, rows)
        except (ValueError, KeyError, TypeError, AttributeError, Refusal) as error:
            wrong = [f"cannot be read ({type(error).__name__})"]
        yield from (
            f"publication {publication.record} revision {publication.revision} (entry {publication.from_entry}): {what}"
            for what in wrong
        )


def _one(publication: Publication, entry: LedgerEntry | None, sectors: list[str]) -> Iterator[str]:
    body = json.loads(publication.body)
    if canonical.dumps(body).decode() != publication.body:
        yield "its body is not in canonical form"
    if entry is not None and commitment(body, publication.previous, publication.salt) != entry.commitment:
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
    if content_hash(body, publication.previous) != publication.content_hash:
        yield "its content hash is wrong"
    if sorted(sectors) != sorted(body["sectors"]):
        yield "its sectors contradict its body"


def _origin(known: _Known, publication: Publication) -> Iterator[str]:
    """Whose the version is. Another node's never has identity columns, and has its owner's signature."""
    if publication.origin != json.loads(publication.body)["source"]["node"]:
        yield "its origin is not the node that its body names"
    if publication.origin == known.node:
        if publication.signature is not None:
            yield "it is of this node but has another node's signature"
        return
    if publication.id_index is not None or publication.id_sealed is not None:
        yield "it is of another node but has identity columns"
    if not _is_signed(publication, known.peers.get(publication.origin, {})):
        yield "its signature is not that of its owner"


def _is_signed(publication: Publication, known: Mapping[str, bytes]) -> bool:
    """Signed under a key that is not known, or no longer trusted, cannot be verified and passes."""
    if publication.signature is None:
        return False
    signature = json.loads(publication.signature)
    kid, value = signature["kid"], bytes.fromhex(signature["value"])
    if kid not in known:
        return True
    data = envelope.signed_bytes(publication.record, publication.origin, publication.revision, publication.content_hash)
    return verify(known[kid], value, data)


def _next_of(session: Session, publication: Publication) -> Iterator[str]:
    follower = session.execute(
        select(func.min(Publication.from_entry)).where(
            Publication.record == publication.record, Publication.from_entry > publication.from_entry
        )
    ).scalar_one()
    if follower != publication.until_entry:
        yield "its until_entry is not the entry of the version after it"


def _sectors(session: Session, start: int) -> dict[int, list[str]]:
    question = select(PublicationSector).where(
        PublicationSector.from_entry > start, PublicationSector.from_entry <= start + CHUNK
    )
    found: dict[int, list[str]] = {}
    for row in session.scalars(question):
        found.setdefault(row.from_entry, []).append(row.sector)
    return found


def _found_by(publication: Publication, ends: list[tuple[str, str, str]]) -> Iterator[str]:
    """The keys by which a check finds a relation; no other record has any."""
    is_relation = publication.kind == "relation"
    wanted = relation.ends(json.loads(publication.body), publication.id_index) if is_relation else ()
    if sorted(ends) != sorted(wanted):
        yield "the keys by which its ends are found contradict its body"


def _ends(session: Session, start: int) -> dict[int, list[tuple[str, str, str]]]:
    question = select(RelationEnd).where(RelationEnd.from_entry > start, RelationEnd.from_entry <= start + CHUNK)
    found: dict[int, list[tuple[str, str, str]]] = {}
    for row in session.scalars(question):
        found.setdefault(row.from_entry, []).append((row.side, row.by, row.key))
    return found


def _tree(session: Session, leaves: list[bytes], *, is_whole: bool) -> Iterator[str]:
    sealed = min(ledger_state.sealed_size(session), len(leaves))
    expected = {(level, position): value for level, position, value in merkle.grow(_none, 0, leaves[:sealed])}
    stored = {(node.level, node.position): node.hash for node in session.scalars(select(LedgerNode))}
    if not is_whole:  # what was sealed later is not looked at
        stored = {(level, place): value for (level, place), value in stored.items() if place + 1 << level <= sealed}
    for place in sorted(expected.keys() | stored.keys()):
        if expected.get(place) != stored.get(place):
            yield f"node {place[0]}/{place[1]}: not the hash of the leaves under it"


def _keys(keys: Keys, ring: Keyring) -> Iterator[str]:
    """The chain of this node's signing keys, and that the key at hand is its end."""
    problem = broken(ring, verify)
    if problem:
        yield f"key {ring.newest.kid}: {problem}"
    if ring.newest.public != keys.signer.public:
        yield f"key {ring.newest.kid}: is not the signing key at hand"


def _none(level: int, position: int) -> bytes:
    raise KeyError((level, position))


def _checkpoints(session: Session, ring: Keyring, leaves: list[bytes], *, is_whole: bool) -> Iterator[str]:
    held = ledger_state.checkpoints(session)
    for checkpoint in held:
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
        if text != signed_notes.checkpoint_text(ring.node, checkpoint.size, root) or checkpoint.root != root.hex():
            yield f"{name}: its root is not that of the entries"
    for before, after in pairwise(held):
        if before.signed_at > after.signed_at:
            yield f"checkpoint {after.size}: signed before checkpoint {before.size}"


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
class SourceRows:
    """The rows behind some publications, by record."""

    penalties: Mapping[str, Penalty]
    cases: Mapping[str, Listing | Commendation | Relation]
    steps: Mapping[str, Sequence[CaseStep]]


def load_source_rows(session: Session, records: Sequence[str]) -> SourceRows:
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
    return SourceRows({one.record: one for one in session.scalars(penalties)}, cases, steps)


def contradictions(keys: Keys, publication: Publication, source_rows: SourceRows) -> Iterator[str]:
    """What about a publication contradicts the rows behind it."""
    steps = source_rows.steps.get(publication.record, ())
    yield from _chain(steps)
    if publication.kind == "penalty":
        yield from _penalty(keys, publication, source_rows.penalties.get(publication.record))
        return
    held = source_rows.cases.get(publication.record)
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
        yield from _relation_ends(publication, held)


def _relation_ends(publication: Publication, held: Relation) -> Iterator[str]:
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
