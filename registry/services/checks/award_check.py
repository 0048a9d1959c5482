"""The act of an award check: ask, judge, sign, store."""

import datetime as dt
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from registry.domain.checks import receipts, verdict
from registry.domain.law.reference import Reference
from registry.domain.permissions import Permission
from registry.errors import Forbidden, Invalid, NotFound, Refusal
from registry.models import Check, Checkpoint
from registry.queries.checks import candidates
from registry.queries.law import reference_data
from registry.queries.publication import ledger_state
from registry.refusals.acts import CheckFailed, EntryAhead, KeyReused, LedgerBroken, NotSealed
from registry.services.checks import previous_check
from registry.services.checks.judging import judged
from registry.services.checks.request import Inquiry, Party, read
from registry.services.node import audit
from registry.services.publication.ledger import own_checkpoint, take
from registry.signing import Keys
from registry.unit_of_work import UnitOfWork, day_of

log = logging.getLogger(__name__)
_STORE = insert(Check)


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


def check(work: UnitOfWork, inquiry: Inquiry) -> Made:
    """Answer, sign and store.

    Refusals: ``OutOfRole``, ``OutOfScope``, ``BodyRefused`` with every fault, ``EntryAhead``, ``KeysForeign``,
    ``LedgerBroken``, ``CheckFailed``. A store that cannot be read raises, so that nothing is ever answered from
    half a list.
    """
    work.actor.require(Permission.CHECK_MAKE)
    work.actor.require_scope(frozenset({inquiry.sector}), None)
    try:
        return _check(work, inquiry)
    except (Refusal, SQLAlchemyError):
        raise
    except Exception as error:  # what nobody foresaw is no answer either
        log.error("a check broke off: %s", type(error).__name__)
        raise CheckFailed() from error


def failed(work: UnitOfWork, error: Exception) -> None:
    """Record a check that broke off: by whom, and why in one word. What the asker did wrong is no such failure."""
    if isinstance(error, Invalid | Forbidden | NotFound | KeyReused):
        return
    why = error.code if isinstance(error, Refusal) else type(error).__name__
    if isinstance(error, CheckFailed):
        why = f"{why} {type(error.__cause__).__name__}"
    audit.note(work, "check.fail", work.actor.name, why)


def _check(work: UnitOfWork, inquiry: Inquiry) -> Made:
    reference = reference_data.current(work.session)
    asked = read(work, inquiry, reference)
    checkpoint = own_checkpoint(work)
    entry = _entry(work, checkpoint, inquiry.known_at)
    root = _root(work, checkpoint, entry)
    lines = answer(work, inquiry, asked, entry, reference)
    look = previous_check.link(work, inquiry, entry)
    facts = replace(_facts(work, inquiry, lines, reference), entry=entry, root=root, previous=look.reference)
    lines = previous_check.compared(work, look, asked, lines, entry)
    salt = secrets.token_bytes(receipts.SALT_BYTES)
    statement = receipts.statement(facts, lines, salt)
    audit.note(work, "check.make", facts.check)
    # Whoever asks next waits from here to the commit, so little is left to be done.
    number = take(work, "check", 1)
    receipt = receipts.build(statement | {"number": number}, work.keys.signer.sign, work.keys.signer.key_id)
    made = {
        "id": facts.check,
        "number": number,
        "account_id": work.actor.account_id,
        "department_id": work.actor.department_id,
        "made_at": work.now,
        "on_day": inquiry.on,
        "entry": entry,
        "parties": len(lines),
        "receipt_sealed": work.keys.vault.seal(salt + receipt),
        "tender_index": look.tender_index,
        "previous": look.previous,
    }
    work.session.connection().execute(_STORE, made)
    return Made(Check(**made), receipt, receipts.tender_salt(salt).hex())


def answer(
    work: UnitOfWork, inquiry: Inquiry, asked: Sequence[verdict.Asked], entry: int, reference: Reference
) -> list[dict[str, Any]]:
    """One line per party as the receipt states it, without salts, at ledger size ``entry`` under these law tables.

    A function of its arguments and of the publications up to ``entry``: asked again, it says the same.
    """
    question = verdict.Question(inquiry.sector, inquiry.must_tender, inquiry.district, inquiry.on)
    answers = judged(work, question, asked, entry, reference)
    return [_line(party, one) for party, one in zip(inquiry.parties, answers, strict=True)]


def _entry(work: UnitOfWork, checkpoint: Checkpoint | None, known_at: int | None) -> int:
    """The ledger size to answer at. The newest signed head was read before it: it can never be ahead."""
    head = ledger_state.sound_head(work.session)
    if checkpoint and checkpoint.size > head:
        raise LedgerBroken()
    if known_at is not None and not 0 <= known_at <= head:
        raise EntryAhead()
    return head if known_at is None else known_at


def _facts(work: UnitOfWork, inquiry: Inquiry, lines: Sequence[dict[str, Any]], reference: Reference) -> receipts.Facts:
    """All but the place in the ledger and the check before it."""
    sources = candidates.sources(work.session)
    stale = tuple(code for code, pulled_at in sources if _is_stale(work, pulled_at))
    return receipts.Facts(
        check=secrets.token_hex(16),
        issuer=work.settings.node,
        instant=work.now,
        on=inquiry.on,
        entry=0,
        root=None,
        tender={
            **inquiry.tender,
            "sector": inquiry.sector,
            "must_tender": inquiry.must_tender,
            "district": inquiry.district,
        },
        requester=work.actor.name,
        complete=not stale and all(line["verdict"] != "unchecked" for line in lines),
        stale=stale,
        matcher=verdict.VERSION,
        rules=work.today.isoformat(),
        law=reference.version,
        sector=inquiry.sector,
        must_tender=inquiry.must_tender,
        district=inquiry.district,
        list_age_days=max(
            ((work.today - day_of(pulled_at)).days for _, pulled_at in sources if pulled_at), default=None
        ),
    )


def _root(work: UnitOfWork, checkpoint: Checkpoint | None, entry: int) -> bytes | None:
    """The root at ``entry``, the signed one where there is one. None where the tree does not stand: checks go on then,
    but sign no root of it."""
    sealed = checkpoint.size if checkpoint else 0
    if checkpoint and sealed == entry:
        return bytes.fromhex(checkpoint.root)
    try:
        return ledger_state.root(work.session, entry, sealed)
    except (LedgerBroken, NotSealed):
        return None


def _is_stale(work: UnitOfWork, pulled_at: dt.datetime | None) -> bool:
    limit = dt.timedelta(seconds=work.settings.source_stale_seconds)
    return pulled_at is None or work.now - pulled_at > limit


def _line(party: Party, answer: verdict.Answer) -> dict[str, Any]:
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
