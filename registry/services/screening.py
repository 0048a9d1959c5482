"""The act of an award check: ask, judge, sign, store."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain import names, receipts, screening
from registry.domain.permissions import Permission
from registry.domain.publicity import add_months
from registry.domain.reference import Reference
from registry.models import Check, Peer
from registry.queries import ledger as ledger_questions
from registry.queries import reference as law
from registry.queries import screening as questions
from registry.refusals.acts import EntryAhead, LedgerBroken, NotSealed
from registry.services import audit
from registry.services.inquiry import Inquiry, Party, read
from registry.services.ledger import own_checkpoint, take
from registry.signing import Keys
from registry.work import Work, day_of

LOOK_BACK = "B3"
"""政府采购法 22; 政府采购法实施条例 19."""


@dataclass(frozen=True)
class Made:
    """A stored check: its receipt, and the salt that opens the receipt's commitment to the tender."""

    check: Check
    receipt: bytes
    tender_salt: str


def unseal(keys: Keys, check: Check) -> Made:
    """The check as it was answered, byte for byte."""
    content = keys.vault.open(check.receipt_sealed)
    salt, receipt = content[: receipts.SALT_BYTES], content[receipts.SALT_BYTES :]
    return Made(check, receipt, receipts.tender_salt(salt).hex())


def check(work: Work, inquiry: Inquiry) -> Made:
    """Answer, sign and store.

    Refusals: ``OutOfRole``, ``OutOfScope``, ``BodyRefused`` with every fault, ``EntryAhead``, ``KeysForeign``. A
    store that cannot be read raises, so that nothing is ever answered from half a list.
    """
    work.actor.require(Permission.CHECK_MAKE)
    work.actor.require_scope(frozenset({inquiry.sector}), None)
    own_checkpoint(work)  # nothing is answered under keys that are not this store's
    reference = law.current(work.session)
    asked = read(work, inquiry, reference)
    entry = _entry(work, inquiry.known_at)
    lines = answer(work, inquiry, asked, entry, reference)
    number = take(work, "check", 1)
    facts = _facts(work, inquiry, lines, entry, number, reference)
    salt = secrets.token_bytes(receipts.SALT_BYTES)
    statement = receipts.statement(facts, lines, salt)
    receipt = receipts.build(statement, work.keys.signer.sign, work.keys.signer.key_id)
    made = Check(
        id=facts.check,
        number=number,
        account_id=work.actor.account_id,
        department_id=work.actor.department_id,
        made_at=work.now,
        on_day=inquiry.on,
        entry=entry,
        parties=len(lines),
        receipt_sealed=work.keys.vault.seal(salt + receipt),
    )
    work.session.add(made)
    work.session.flush()
    audit.note(work, "check.make", made.id)
    return Made(made, receipt, receipts.tender_salt(salt).hex())


def answer(
    work: Work, inquiry: Inquiry, asked: Sequence[screening.Asked], entry: int, reference: Reference
) -> list[dict[str, Any]]:
    """One line per party as the receipt states it, without salts, at ledger size ``entry`` under these law tables.

    A function of its arguments and of the publications up to ``entry``: asked again, it says the same.
    """
    answers = _judge(work, inquiry, asked, entry, reference)
    return [_line(party, one) for party, one in zip(inquiry.parties, answers, strict=True)]


def _entry(work: Work, known_at: int | None) -> int:
    head = ledger_questions.head(work.session)
    if known_at is not None and not 0 <= known_at <= head:
        raise EntryAhead()
    return head if known_at is None else known_at


def _judge(
    work: Work, inquiry: Inquiry, asked: Sequence[screening.Asked], entry: int, reference: Reference
) -> list[screening.Answer]:
    keys = questions.Keys(
        usccs=[one.uscc for one in asked if one.uscc],
        id_indexes=[one.id_index for one in asked if one.id_index],
        name_keys=[names.key(one.name) for one in asked],
    )
    found = questions.candidates(work.session, keys, entry)
    question = screening.Question(inquiry.sector, inquiry.must_tender, inquiry.district, inquiry.on)
    look_back = _look_back(reference, inquiry.on)
    return [screening.judge(one, _hits(one, found), question, look_back) for one in asked]


def _hits(one: screening.Asked, found: dict[tuple[str, str], list[dict[str, Any]]]) -> list[screening.Hit]:
    firm = [("uscc", one.uscc), ("id", one.id_index)]
    hits = [screening.Hit(by, body) for by, key in firm if key for body in found.get((by, key), ())]
    known = {hit.body["record"] for hit in hits}
    named = found.get(("name", names.key(one.name)), ())
    return hits + [screening.Hit("name", body) for body in named if body["record"] not in known]


def _look_back(reference: Reference, on: dt.date) -> screening.LookBack | None:
    rule = next((row for row in reference.measures(on) if row.code == LOOK_BACK), None)
    if rule is None:
        return None
    months = reference.threshold("lookback_months", on)
    if months is None:
        return None
    since = add_months(on, -months)
    return screening.LookBack(since, frozenset(rule.sectors), frozenset(rule.roles), rule.code, rule.source)


def _facts(
    work: Work,
    inquiry: Inquiry,
    lines: Sequence[dict[str, Any]],
    entry: int,
    number: int,
    reference: Reference,
) -> receipts.Facts:
    peers = questions.peers(work.session)
    stale = tuple(peer.code for peer in peers if _is_stale(work, peer))
    return receipts.Facts(
        check=secrets.token_hex(16),
        issuer=work.settings.node,
        instant=work.now,
        on=inquiry.on,
        entry=entry,
        root=_root(work, entry),
        tender={
            **inquiry.tender,
            "sector": inquiry.sector,
            "must_tender": inquiry.must_tender,
            "district": inquiry.district,
        },
        requester=work.actor.name,
        complete=not stale and all(line["verdict"] != "unchecked" for line in lines),
        stale=stale,
        matcher=screening.VERSION,
        rules=work.today.isoformat(),
        law=reference.version,
        sector=inquiry.sector,
        must_tender=inquiry.must_tender,
        district=inquiry.district,
        number=number,
        list_age_days=max((_age_days(work, peer) for peer in peers if peer.pulled_at), default=None),
    )


def _root(work: Work, entry: int) -> bytes | None:
    """The root at ``entry``. None where the tree does not stand: checks go on then, but sign no root of it."""
    try:
        return ledger_questions.root(work.session, entry)
    except (LedgerBroken, NotSealed):
        return None


def _age_days(work: Work, peer: Peer) -> int:
    return (work.today - day_of(peer.pulled_at)).days if peer.pulled_at else 0


def _is_stale(work: Work, peer: Peer) -> bool:
    limit = dt.timedelta(seconds=work.settings.source_stale_seconds)
    return peer.pulled_at is None or work.now - peer.pulled_at > limit


def _line(party: Party, answer: screening.Answer) -> dict[str, Any]:
    """What the receipt says of one party; of an identity number only its last four characters."""
    line: dict[str, Any] = {
        "ref": party.ref,
        "role": party.role,
        "of": party.of,
        "name": party.name,
        "uscc": party.uscc,
        "id_last4": party.id_number[-4:] if party.id_number else None,
        "verdict": answer.verdict,
        "reasons": list(answer.reasons),
    }
    return {name: value for name, value in line.items() if value is not None}
