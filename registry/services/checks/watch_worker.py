"""What the worker does for watches: look at every new entry and every new day, and note whose answer changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import insert

from registry.domain.checks.receipts import ALGORITHM
from registry.domain.checks.watch import OVER, Heading, VerdictChange, event
from registry.domain.publication import canonical
from registry.models import Watch, WatchEvent
from registry.queries.checks import known_relations, watched_parties
from registry.queries.checks.watched_parties import EntrySubject
from registry.queries.publication import ledger_state
from registry.services.checks import award_check, watches
from registry.services.checks.watches import WatchRequest
from registry.services.publication.ledger import own_checkpoint
from registry.unit_of_work import UnitOfWork

WATCHES = 50
"""Watches looked at in one transaction."""
ENTRIES = 500
"""Entries looked at in one transaction."""

EntriesByWatch = dict[str, list[tuple[EntrySubject, list[int]]]]
"""By watch: the entries that may concern it, each with the positions of the parties concerned."""


@dataclass(frozen=True)
class _Step:
    """A move of a watch that may change answers: to another entry or to another day."""

    positions: Sequence[int]
    was: tuple[int, dt.date]
    now: tuple[int, dt.date]
    landed: EntrySubject | None = None


def advance(work: UnitOfWork) -> bool:
    """Bring the watches furthest behind nearer to the head of the ledger and to today; False when none is behind.

    The events, and how far each watch has looked, are one transaction: whatever is killed, nothing is told twice or
    lost. An entry that commits later has a higher number, because numbers are given under the ledger's lock, so no
    watch can have looked past it.
    """
    head = ledger_state.head(work.session)
    behind = watched_parties.watches_behind(work.session, head, work.today, WATCHES)
    if not behind:
        return False
    reached = min(behind[0].seen_entry + ENTRIES, head)
    touched = _touched(work, [held.id for held in behind], behind[0].seen_entry, reached)
    for held in behind:
        _look(work, held, touched.get(held.id, []), reached)
        if held.until <= work.today and held.seen_entry >= head:
            watches.close(work, held, OVER)
    work.session.flush()
    return True


def _touched(work: UnitOfWork, ids: Sequence[str], after: int, upto: int) -> EntriesByWatch:
    """Which entries concern which watches: one question per kind of key for all of them."""
    landed = watched_parties.entry_subjects(work.session, after, upto)
    entries = _concerned(work, landed, after, upto)
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for kind in ("uscc", "id", "name"):
        hashed = {watches.index(work.keys, by, key): held for (by, key), held in entries.items() if by == kind}
        wanted = sorted(key for key in hashed if key)
        for watch, position, key in watched_parties.watches_of_keys(work.session, ids, f"{kind}_index", wanted):
            for entry in hashed[key]:
                found[watch, entry].add(position)
    touched: EntriesByWatch = defaultdict(list)
    by_entry = {one.entry: one for one in landed}
    for (watch, entry), positions in sorted(found.items()):
        touched[watch].append((by_entry[entry], sorted(positions)))
    return touched


def _concerned(
    work: UnitOfWork, landed: Sequence[EntrySubject], after: int, upto: int
) -> dict[tuple[str, str], set[int]]:
    """By kind of key and key: the entries about whoever is found by it, and about those related to them."""
    own: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one in landed:
        for by, key in (("uscc", one.uscc), ("id", one.id_index), ("name", one.name_key)):
            if key:
                own[by, key].add(one.entry)
    concerned = {key: set(entries) for key, entries in own.items()}
    for near, far in known_relations.related_records(work.session, {key for _, key in own}, after, upto):
        concerned.setdefault(far, set()).update(own.get(near, ()))
    return concerned


def _look(work: UnitOfWork, held: Watch, landed: Sequence[tuple[EntrySubject, list[int]]], reached: int) -> None:
    steps = list(_steps(work, held, landed, reached))
    if steps:
        own_checkpoint(work)  # an event signed by a key that is no longer this node's would not be believed
        question = watches.request_of_watch(work.keys, held)
        _note(work, held, [moved for step in steps for moved in _moved(work, question, step)])
    held.seen_day = max(held.seen_day, _last_day(work, held))
    held.seen_entry = max(held.seen_entry, reached)


def _last_day(work: UnitOfWork, held: Watch) -> dt.date:
    return min(work.today, held.until - dt.timedelta(days=1))


def _steps(
    work: UnitOfWork, held: Watch, landed: Sequence[tuple[EntrySubject, list[int]]], reached: int
) -> Iterator[_Step]:
    """First to the new day, then entry by entry, so that each answer begins where the one before it ended."""
    day = max(held.seen_day, _last_day(work, held))
    if day > held.seen_day:
        yield _Step(range(held.parties), (held.seen_entry, held.seen_day), (held.seen_entry, day))
    for one, positions in landed:
        if held.seen_entry < one.entry <= reached and one.day < held.until:
            yield _Step(positions, (one.entry - 1, day), (one.entry, day), one)


def _moved(work: UnitOfWork, question: WatchRequest, step: _Step) -> Iterator[VerdictChange]:
    asked = [question.asked[position] for position in step.positions]
    (before_entry, before_day), (entry, day) = step.was, step.now
    before = award_check.judge_parties(work, question.on(before_day), asked, before_entry)
    after = award_check.judge_parties(work, question.on(day), asked, entry)
    for one, was, now in zip(asked, before, after, strict=True):
        if was != now:
            act, record = (step.landed.act, step.landed.record) if step.landed else (None, None)
            yield VerdictChange(one.ref, was, now, entry, day, act, record)


def _note(work: UnitOfWork, held: Watch, moved: Sequence[VerdictChange]) -> None:
    rows = []
    for sequence, one in enumerate(moved, start=held.events + 1):
        body = event(Heading(held.id, sequence, work.settings.node, work.now), one)
        signer = work.keys.signer
        signature = {"alg": ALGORITHM, "kid": signer.key_id, "value": signer.sign(body).hex()}
        sealed = work.keys.vault.seal(canonical.dumps({"event": body.decode(), "signature": signature}))
        rows.append(
            {
                "watch_id": held.id,
                "sequence": sequence,
                "entry": one.entry,
                "made_at": work.now,
                "state": "pending" if held.webhook_sealed else "kept",
                "attempts": 0,
                "delivered_at": None,
                "event_sealed": sealed,
            }
        )
    if rows:
        work.session.execute(insert(WatchEvent), rows)
        held.events += len(rows)
