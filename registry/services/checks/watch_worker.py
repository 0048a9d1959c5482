"""Advance watches over every new entry and every new day, and store an event for each changed answer."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import insert

from registry.domain.checks import further_keys
from registry.domain.checks.receipts import ALGORITHM
from registry.domain.checks.watch import OVER, Heading, VerdictChange, event
from registry.domain.publication import canonical
from registry.models import Watch, WatchEvent
from registry.queries.checks import known_relations, watched_parties
from registry.queries.checks.watched_parties import EntrySubject
from registry.queries.publication import ledger_state
from registry.services.checks import award_check, near_hits, watch_notices, watches
from registry.services.checks.watches import WatchRequest
from registry.services.publication.ledger import own_checkpoint
from registry.unit_of_work import UnitOfWork

WATCHES = 50
"""Watches looked at in one transaction."""
ENTRIES = 500
"""Entries looked at in one transaction."""

EntriesByWatch = dict[str, set[int]]
"""By watch: the entries that may concern a party of it."""


@dataclass(frozen=True)
class _Move:
    """A move of a watch that may change answers: to another entry or to another day."""

    before: tuple[int, dt.date]
    after: tuple[int, dt.date]
    entry_subject: EntrySubject | None = None


def advance(work: UnitOfWork) -> bool:
    """Advance the watches furthest behind towards the head of the ledger and today; False when none is behind.

    The events, and how far each watch has looked, are one transaction: whatever is killed, no event is sent twice or
    lost. An entry that commits later has a higher number, because numbers are given under the ledger's lock, so no
    watch can have looked past it.
    """
    head = ledger_state.head(work.session)
    lagging_watches = watched_parties.watches_behind(work.session, head, work.today, WATCHES)
    if not lagging_watches:
        return False
    upto = min(lagging_watches[0].seen_entry + ENTRIES, head)
    after = lagging_watches[0].seen_entry
    entry_subjects = watched_parties.entry_subjects(work.session, after, upto)
    entries_by_watch = _find_entries(work, [watch.id for watch in lagging_watches], entry_subjects, (after, upto))
    entries_by_further_key = watched_parties.entries_of_further_keys(work.session, after, upto)
    for watch in lagging_watches:
        watch_request = watches.request_of_watch(work.keys, watch)
        entries = entries_by_watch[watch.id] | near_hits.find_near_entries(watch_request.parties, entry_subjects)
        for key in (key for party in watch_request.parties for key in further_keys.of_party(party)):
            entries |= entries_by_further_key.get(key, set())
        _look_at_watch(work, watch, watch_request, _subjects_of(entry_subjects, entries), upto)
        if watch.until <= work.today and watch.seen_entry >= head:
            watches.close(work, watch, OVER)
    work.session.flush()
    return True


def _subjects_of(entry_subjects: Sequence[EntrySubject], entries: set[int]) -> list[EntrySubject]:
    """One subject of each of these entries, in order."""
    by_entry = {subject.entry: subject for subject in entry_subjects}
    return [by_entry[entry] for entry in sorted(entries)]


def _find_entries(
    work: UnitOfWork, ids: Sequence[str], entry_subjects: Sequence[EntrySubject], span: tuple[int, int]
) -> EntriesByWatch:
    """Which entries concern which watches: one statement per kind of key for all of them."""
    entries = _find_concerned_keys(work, entry_subjects, *span)
    entries_by_watch: EntriesByWatch = defaultdict(set)
    for kind in ("uscc", "id", "name"):
        entries_by_index = {
            watches.index(work.keys, by, key): key_entries for (by, key), key_entries in entries.items() if by == kind
        }
        indexes = sorted(key for key in entries_by_index if key)
        for watch_id, key in watched_parties.watches_of_keys(work.session, ids, f"{kind}_index", indexes):
            entries_by_watch[watch_id] |= entries_by_index[key]
    return entries_by_watch


def _find_concerned_keys(
    work: UnitOfWork, entry_subjects: Sequence[EntrySubject], after: int, upto: int
) -> dict[tuple[str, str], set[int]]:
    """By kind of key and key: the entries about whoever is found by it, and about those related to them."""
    entries_by_key: dict[tuple[str, str], set[int]] = defaultdict(set)
    for subject in entry_subjects:
        for by, key in (("uscc", subject.uscc), ("id", subject.id_index), ("name", subject.name_key)):
            if key:
                entries_by_key[by, key].add(subject.entry)
    concerned = {key: set(entries) for key, entries in entries_by_key.items()}
    for own_key, related_key in known_relations.related_records(
        work.session, {key for _, key in entries_by_key}, after, upto
    ):
        concerned.setdefault(related_key, set()).update(entries_by_key.get(own_key, ()))
    return concerned


def _look_at_watch(
    work: UnitOfWork, watch: Watch, watch_request: WatchRequest, entry_subjects: Sequence[EntrySubject], upto: int
) -> None:
    moves = list(_plan_moves(work, watch, entry_subjects, upto))
    if moves:
        own_checkpoint(work)  # an event signed by a key that is no longer this node's would not be believed
        _store_events(work, watch, [change for move in moves for change in _find_changes(work, watch_request, move)])
    watch.seen_day = max(watch.seen_day, _find_last_day(work, watch))
    watch.seen_entry = max(watch.seen_entry, upto)


def _find_last_day(work: UnitOfWork, watch: Watch) -> dt.date:
    return min(work.today, watch.until - dt.timedelta(days=1))


def _plan_moves(work: UnitOfWork, watch: Watch, entry_subjects: Sequence[EntrySubject], upto: int) -> Iterator[_Move]:
    """First to the new day, then entry by entry, so that each answer begins where the one before it ended."""
    day = max(watch.seen_day, _find_last_day(work, watch))
    if day > watch.seen_day:
        yield _Move((watch.seen_entry, watch.seen_day), (watch.seen_entry, day))
    for subject in entry_subjects:
        if watch.seen_entry < subject.entry <= upto and subject.day < watch.until:
            yield _Move((subject.entry - 1, day), (subject.entry, day), subject)


def _find_changes(work: UnitOfWork, watch_request: WatchRequest, move: _Move) -> Iterator[VerdictChange]:
    # All of them: what one party is told may follow from another, of its consortium or bidding beside it.
    checked_parties = watch_request.parties
    (before_entry, before_day), (entry, day) = move.before, move.after
    old_answers = award_check.judge_parties(work, watch_request.on(before_day), checked_parties, before_entry)
    new_answers = award_check.judge_parties(work, watch_request.on(day), checked_parties, entry)
    for party, old_answer, new_answer in zip(checked_parties, old_answers, new_answers, strict=True):
        if old_answer != new_answer:
            act, record = (move.entry_subject.act, move.entry_subject.record) if move.entry_subject else (None, None)
            yield VerdictChange(party.ref, old_answer, new_answer, entry, day, act, record)


def _store_events(work: UnitOfWork, watch: Watch, changes: Sequence[VerdictChange]) -> None:
    rows = []
    for sequence, change in enumerate(changes, start=watch.events + 1):
        body = event(Heading(watch.id, sequence, work.settings.node, work.now), change)
        signer = work.keys.signer
        signature = {"alg": ALGORITHM, "kid": signer.key_id, "value": signer.sign(body).hex()}
        sealed = work.keys.vault.seal(canonical.dumps({"event": body.decode(), "signature": signature}))
        rows.append(
            {
                "watch_id": watch.id,
                "sequence": sequence,
                "entry": change.entry,
                "made_at": work.now,
                "state": "pending" if watch.webhook_sealed else "kept",
                "attempts": 0,
                "delivered_at": None,
                "event_sealed": sealed,
            }
        )
    if rows:
        work.session.execute(insert(WatchEvent), rows)
        watch.events += len(rows)
        watch_notices.queue_mail(work, watch, len(rows))
