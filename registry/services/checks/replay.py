"""Replay an old check from what the ledger committed to and from nothing else."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registry.domain.checks import receipts, same_tender
from registry.domain.checks.consortium import CODE, MEMBER
from registry.domain.checks.model import MATCHERS
from registry.domain.checks.receipts import Statement
from registry.domain.law.reference import Reference
from registry.domain.publication import keyring, merkle
from registry.errors import Fault
from registry.queries import integrity
from registry.queries.law import reference_data
from registry.queries.publication import ledger_state, publications
from registry.refusals.acts import EntryAhead, LedgerBroken
from registry.refusals.content import ReplayRefused
from registry.services.checks.award_check import answer
from registry.services.checks.request import Inquiry, Party, parse_inquiry
from registry.unit_of_work import SHANGHAI, UnitOfWork

FAULTS_SHOWN = 20
Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class ProvenLedger:
    """The ledger of ``entry`` entries with this root, read anew; ``sealed`` is the size of the smallest signed head
    that covers it, None when none does yet."""

    entry: int
    root: bytes
    sealed: int | None


@dataclass(frozen=True)
class ReplayRequest:
    """A check to be replayed. ``left_out``: refs of parties whose identity number a receipt does not hold, and of those
    judged by them, so that their lines cannot be compared. ``outside``: of an excerpt, ref to the ``of`` that names a
    party not shown. ``records``: those that a receipt rested on, None of a list that no receipt answers.
    """

    inquiry: Inquiry
    left_out: frozenset[str] = frozenset()
    outside: Mapping[str, str] = field(default_factory=dict)
    records: frozenset[str] | None = None


def prove(work: UnitOfWork, entry: int, progress: Callable[[int], None] = lambda _: None) -> ProvenLedger:
    """Recompute every leaf, publication, filing and signed head that the ledger of ``entry`` entries rests on.

    Goes on to the next signed head, which signs them all. Refuses ``EntryAhead``, and ``LedgerBroken`` naming what
    does not stand: then nothing is answered from it.
    """
    head = ledger_state.head(work.session)
    if not 0 <= entry <= head:
        raise EntryAhead()
    sealed = next(
        (checkpoint.size for checkpoint in ledger_state.checkpoints(work.session) if checkpoint.size >= entry), None
    )
    findings = integrity.findings(work.session, work.keys, work.settings.node, progress, sealed or entry)
    faults = tuple(Fault("", "contradiction", line) for line, _ in zip(findings, range(FAULTS_SHOWN), strict=False))
    if faults:
        raise LedgerBroken(faults=faults)
    return ProvenLedger(entry, merkle.root(ledger_state.leaves(work.session, entry)), sealed)


def request_of_receipt(
    statement: Statement, sector: str | None = None, *, must_tender: bool | None = None
) -> ReplayRequest:
    """Rebuild the request of a genuine receipt. Receipts of version 1 do not state ``sector`` and
    ``must_tender``, which was true unless said otherwise.

    Refuses ``ReplayRefused`` an answer of other rules than this program's, or a receipt that does not say its sector.
    """
    if statement["matcher"] not in MATCHERS:
        raise ReplayRefused(f"答复所用规则版本为 {statement['matcher']}，本程序为 {'、'.join(MATCHERS)}")
    stated_sector = statement.get("sector", sector)
    if stated_sector is None:
        raise ReplayRefused("该回执未载明领域，请用 --sector 指明")
    refs = {line["ref"] for line in statement["lines"]}
    outside = {line["ref"]: line["of"] for line in statement["lines"] if line.get("of", line["ref"]) not in refs}
    parties = [
        Party(
            line["ref"],
            line["role"],
            line["name"],
            **{name: line.get(name) for name in ("uscc", "of", "section", "organisation_code", "registration_number")},
        )
        for line in statement["lines"]
    ]
    inquiry = Inquiry(
        tender={},
        sector=stated_sector,
        must_tender=statement.get("must_tender", must_tender is not False),
        district=statement.get("district"),
        on=dt.date.fromisoformat(statement["on"]),
        parties=[replace(party, of=None) if party.ref in outside else party for party in parties],
        known_at=statement["entry"],
        project=statement.get("project"),
        matcher=statement["matcher"],
    )
    rested_on = frozenset(_find_records(statement["lines"]))
    return ReplayRequest(inquiry, _find_left_out(statement["lines"]), outside, rested_on)


def _find_records(value: Any) -> Iterator[str]:
    """The records that the lines of a receipt name."""
    if isinstance(value, Mapping):
        if isinstance(value.get("record"), str):
            yield value["record"]
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _find_records(item)


def _find_left_out(lines: Lines) -> frozenset[str]:
    """Parties of whom only the end of an identity number is at hand, and the leads of their consortia.

    So are the leads of consortia that a party not shown belongs to: a lead is as its worst member. And so are parties
    related to one that is not shown, or by a number that is not at hand.
    """
    refs = {line["ref"] for line in lines}
    unknown_refs = {line["ref"] for line in lines if line.get("id_last4")}
    unknown_refs |= {
        line["ref"]
        for line in lines
        for reason in line["reasons"]
        if reason["code"] == same_tender.CODE
        and (reason["ref"] in unknown_refs or reason["ref"] not in refs or "representatives" in reason)
    }
    lead_of = {line["ref"]: line["of"] for line in lines if line["role"] == MEMBER and line.get("of")}
    left_out = set(unknown_refs)
    for ref in unknown_refs & lead_of.keys():
        seen = {ref}
        while (ref := lead_of.get(ref, ref)) not in seen:
            seen.add(ref)
        left_out |= seen
    return frozenset(
        left_out
        | {
            line["ref"]
            for line in lines
            for reason in line["reasons"]
            if reason["code"] == CODE and reason["ref"] not in refs
        }
    )


def law_of(work: UnitOfWork, statement: Statement) -> Reference:
    """The law tables that a receipt was answered under. Refuses ``ReplayRefused`` when they are not what they were."""
    if "law" not in statement:
        return reference_data.as_of(work.session, keyring.read_instant(statement["instant"]))
    reference = reference_data.of_version(work.session, statement["law"])
    if reference is None:
        raise ReplayRefused(f"参照数据中没有摘要为 {statement['law']} 的版本")
    return reference


def law_at(work: UnitOfWork, entry: int) -> Reference:
    """The law tables as loaded by the end of the day of an entry: for a list that no receipt answers."""
    day = entry_day(work, entry)
    if day is None:
        return reference_data.current(work.session)
    return reference_data.as_of(work.session, dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, SHANGHAI))


def entry_day(work: UnitOfWork, entry: int) -> dt.date | None:
    """The legal day of an entry, which its leaf commits to; None of the empty ledger."""
    entries = ledger_state.entries(work.session, after=entry - 1, limit=1) if entry else []
    return entries[0].day if entries else None


def answer_again(
    work: UnitOfWork, replay_request: ReplayRequest, entry: int, reference: Reference
) -> list[dict[str, Any]]:
    """Replay a check: its lines at ledger size ``entry`` under these law tables; ``prove`` the ledger first.

    Refuses ``BodyRefused`` like the check itself, and ``ReplayRefused`` what rested on a record that was erased since.
    A list that no receipt answers may rest on any record of its time.
    """
    inquiry = replay_request.inquiry
    if erased := publications.erased(work.session, entry, replay_request.records):
        raise ReplayRefused(f"所依据的记录已经依法删除，不能重新作答：{'、'.join(erased)}")
    lines = answer(work, inquiry, parse_inquiry(work, inquiry, reference), entry, reference)
    return [
        {**line, "of": replay_request.outside[line["ref"]]} if line["ref"] in replay_request.outside else line
        for line in lines
    ]


def differences(before: Lines, now: Lines, left_out: frozenset[str] = frozenset()) -> list[str]:
    """The refs whose lines are not byte for byte the same, salts apart; nothing when the answers are equal."""
    old_lines, new_lines = (
        {str(line["ref"]): receipts.answer_bytes([line]) for line in lines if line["ref"] not in left_out}
        for lines in (before, now)
    )
    return [ref for ref in {**old_lines, **new_lines} if old_lines.get(ref) != new_lines.get(ref)]
