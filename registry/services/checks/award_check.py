"""Make an award check: look up the parties, judge them, sign the receipt and store it."""

import datetime as dt
import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from registry.domain.checks import consortium, receipts, related_parties, same_tender, verdict
from registry.domain.checks.model import (
    FIRST_MATCHER,
    KEYS_MATCHER,
    CheckedParty,
    CheckScope,
    LookBack,
    name_key_of,
)
from registry.domain.checks.same_tender import SameTenderLaw
from registry.domain.law.publicity import add_months
from registry.domain.law.reference import Reference
from registry.domain.permissions import Permission
from registry.domain.publication import canonical
from registry.errors import Forbidden, Invalid, NotFound, Refusal
from registry.keys.signing import Keys
from registry.models import Check, Checkpoint
from registry.queries.checks import candidates, known_relations
from registry.queries.law import reference_data
from registry.queries.publication import ledger_state, list_states, log_identity
from registry.queries.publication.list_states import KnownList
from registry.refusals.acts import CheckFailed, EntryAhead, KeyReused, LedgerBroken, NotSealed
from registry.services.checks import hits, near_hits, previous_check
from registry.services.checks.request import Inquiry, Party, parse_inquiry
from registry.services.node import audit
from registry.services.publication.ledger import own_checkpoint, second_signer, take
from registry.unit_of_work import UnitOfWork, day_of

log = logging.getLogger(__name__)
_STORE = insert(Check)


@dataclass(frozen=True)
class SignedCheck:
    """A stored check: its receipt, and the salt that opens the receipt's commitment to the tender."""

    check: Check
    receipt: bytes
    tender_salt: str

    @property
    def statement(self) -> receipts.Statement:
        """What the receipt states."""
        statement: receipts.Statement = json.loads(self.receipt)["statement"]
        return statement


def unseal(keys: Keys, check: Check) -> SignedCheck:
    """Open the receipt of a stored check, as it was answered, byte for byte."""
    content = keys.vault.open(check.receipt_sealed)
    salt, receipt = content[: receipts.SALT_BYTES], content[receipts.SALT_BYTES :]
    return SignedCheck(check, receipt, receipts.tender_salt(salt).hex())


def tender_of(keys: Keys, check: Check) -> dict[str, Any]:
    """The tender that the receipt of a check commits to; empty for checks made before it was kept."""
    if check.tender_sealed is None:
        return {}
    tender: dict[str, Any] = json.loads(keys.vault.open(check.tender_sealed))
    return tender


def check(work: UnitOfWork, inquiry: Inquiry) -> SignedCheck:
    """Make an award check: answer the inquiry, sign the receipt and store it.

    Refusals: ``OutOfRole``, ``OutOfScope``, ``BodyRefused`` with every fault, ``EntryAhead``, ``KeysForeign``,
    ``LedgerBroken``, ``CheckFailed``. A store that cannot be read raises, so that nothing is ever answered from
    half a list.
    """
    work.actor.require(Permission.CHECK_MAKE)
    work.actor.require_scope(frozenset({inquiry.sector}), None)
    try:
        return _make_check(work, inquiry)
    except (Refusal, SQLAlchemyError):
        raise
    except Exception as error:  # what nobody foresaw is no answer either
        log.error("a check broke off: %s", type(error).__name__)
        raise CheckFailed() from error


def record_failure(work: UnitOfWork, error: Exception) -> None:
    """Note in the audit trail a check that broke off: by whom, and why in one word.

    A request that the asker got wrong is no such failure.
    """
    if isinstance(error, Invalid | Forbidden | NotFound | KeyReused):
        return
    reason = error.code if isinstance(error, Refusal) else type(error).__name__
    if isinstance(error, CheckFailed):
        reason = f"{reason} {type(error.__cause__).__name__}"
    audit.note(work, "check.fail", work.actor.name, reason)


def _make_check(work: UnitOfWork, inquiry: Inquiry) -> SignedCheck:
    reference = reference_data.current(work.session)
    checked_parties = parse_inquiry(work, inquiry, reference)
    checkpoint = own_checkpoint(work)
    entry = _choose_entry(work, checkpoint, inquiry.known_at)
    root = find_root(work, checkpoint, entry)
    lines = answer(work, inquiry, checked_parties, entry, reference)
    check_link, second = previous_check.link(work, inquiry, entry), second_signer(work)
    facts = replace(
        _build_facts(work, inquiry, lines, reference),
        entry=entry,
        root=root,
        epoch=log_identity.epoch(work.session),
        previous=check_link.reference,
        second=second.key_id if second else None,
        lists=_find_list_ages(work, inquiry, entry),
    )
    lines = previous_check.compare_lines(work, check_link, checked_parties, lines, entry)
    salt = secrets.token_bytes(receipts.SALT_BYTES)
    statement = receipts.statement(facts, lines, salt)
    audit.note(work, "check.make", facts.check)
    # The next check waits from here to the commit, so little is left to be done.
    number = take(work, "check", 1)
    signer, sign_second = work.keys.signer, second.sign if second else None
    receipt = receipts.build(statement | {"number": number}, signer.sign, signer.key_id, sign_second)
    row = {
        "id": facts.check,
        "number": number,
        "account_id": work.actor.account_id,
        "department_id": work.actor.department_id,
        "made_at": work.now,
        "on_day": inquiry.on,
        "entry": entry,
        "parties": len(lines),
        "receipt_sealed": work.keys.vault.seal(salt + receipt),
        "tender_index": check_link.tender_index,
        "previous": check_link.previous,
        "tender_sealed": work.keys.vault.seal(canonical.dumps(facts.tender)),
    }
    work.session.connection().execute(_STORE, row)
    return SignedCheck(Check(**row), receipt, receipts.tender_salt(salt).hex())


def answer(
    work: UnitOfWork, inquiry: Inquiry, checked_parties: Sequence[CheckedParty], entry: int, reference: Reference
) -> list[dict[str, Any]]:
    """Answer an inquiry: one receipt line per party, without salts, at ledger size ``entry`` under these law tables.

    A function of its arguments and of the publications up to ``entry``: called again, it returns the same.
    """
    scope = CheckScope(inquiry.sector, inquiry.must_tender, inquiry.district, inquiry.on, matcher=inquiry.matcher)
    answers = judge_parties(work, scope, checked_parties, entry, reference)
    return [_build_line(party, party_answer) for party, party_answer in zip(inquiry.parties, answers, strict=True)]


def _choose_entry(work: UnitOfWork, checkpoint: Checkpoint | None, known_at: int | None) -> int:
    """The ledger size to answer at. The newest signed head was read before it: it can never be ahead."""
    head = ledger_state.sound_head(work.session)
    if checkpoint and checkpoint.size > head:
        raise LedgerBroken()
    if known_at is not None and not 0 <= known_at <= head:
        raise EntryAhead()
    return head if known_at is None else known_at


def _build_facts(
    work: UnitOfWork, inquiry: Inquiry, lines: Sequence[dict[str, Any]], reference: Reference
) -> receipts.Facts:
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
            **({"project": inquiry.project} if inquiry.project else {}),
            "district": inquiry.district,
        },
        requester=work.actor.name,
        complete=not stale and all(line["verdict"] != "unchecked" for line in lines),
        stale=stale,
        matcher=inquiry.matcher,
        rules=work.today.isoformat(),
        law=reference.version,
        sector=inquiry.sector,
        must_tender=inquiry.must_tender,
        district=inquiry.district,
        project=inquiry.project,
        list_age_days=max(
            ((work.today - day_of(pulled_at)).days for _, pulled_at in sources if pulled_at), default=None
        ),
    )


def _find_list_ages(work: UnitOfWork, inquiry: Inquiry, entry: int) -> list[dict[str, Any]] | None:
    """Of which day each adopted list is known, and how old that is; receipts of the first rules never said it."""
    known = list_states.known_lists(work.session, entry) if inquiry.matcher != FIRST_MATCHER else []
    return [_describe_list(one, work) for one in known] or None


def _describe_list(known: KnownList, work: UnitOfWork) -> dict[str, Any]:
    """``as_of`` is None of a list of which only rows were taken in: how old the rest of it is nobody knows."""
    whole: dict[str, Any] = {
        "whole": known.as_of is not None,
        "as_of": known.as_of.isoformat() if known.as_of else None,
        "age_days": (work.today - known.as_of).days if known.as_of else None,
    }
    stated = {"scheme": known.scheme, "source": known.source, "node": known.origin}
    if known.origin == work.settings.node:
        del stated["node"]
    if known.newest_row:
        whole["newest_row"] = known.newest_row.isoformat()
    return {name: value for name, value in stated.items() if value} | whole


def find_root(work: UnitOfWork, checkpoint: Checkpoint | None, entry: int) -> bytes | None:
    """The root at ``entry``, the signed one where there is one. None where the tree does not stand: checks go on then,
    but sign no root of it."""
    sealed_size = checkpoint.size if checkpoint else 0
    if checkpoint and sealed_size == entry:
        return bytes.fromhex(checkpoint.root)
    try:
        return ledger_state.root(work.session, entry, sealed_size)
    except (LedgerBroken, NotSealed):
        return None


def _is_stale(work: UnitOfWork, pulled_at: dt.datetime | None) -> bool:
    limit = dt.timedelta(seconds=work.settings.source_stale_seconds)
    return pulled_at is None or work.now - pulled_at > limit


def _build_line(party: Party, answer: verdict.Answer) -> dict[str, Any]:
    """What the receipt says of one party; of an identity number only its last four characters."""
    line: dict[str, Any] = {
        "ref": party.ref,
        "role": party.role,
        "of": party.of,
        "section": party.section,
        "name": party.name,
        "uscc": party.uscc,
        "organisation_code": party.organisation_code,
        "registration_number": party.registration_number,
        "id_last4": party.id_number[-4:] if party.id_number else None,
        "verdict": answer.verdict,
        "reasons": list(answer.reasons),
    }
    return {name: value for name, value in line.items() if value is not None}


LOOK_BACK = "B3"
"""政府采购法 22; 政府采购法实施条例 19."""
TENDER_LOOK_BACK, TENDER_FRAUD = "B27", frozenset({"B7", "B8", "B11"})
"""Who may tender for works (30号令 20), and the bans under whose articles 骗取中标 and 不履行合同 are punished."""


def judge_parties(
    work: UnitOfWork,
    scope: CheckScope,
    checked_parties: Sequence[CheckedParty],
    entry: int,
    reference: Reference | None = None,
) -> list[verdict.Answer]:
    """Judge parties: their verdicts in order, as known at ledger size ``entry``, under ``reference``.

    Without ``reference`` the law tables in force are used. A handful of statements for the whole list: records of the
    parties, relations of the parties, records of those related to them; one more for each name without a usable code.
    Refuses ``KeysForeign``.
    """
    keys = hits.collect_keys(scope, checked_parties)
    hits.require_own_index(work, keys)
    reference = reference or reference_data.current(work.session)
    bodies = candidates.candidates(work.session, keys, entry)
    relations = known_relations.relations_of_keys(work.session, {*keys.usccs, *keys.id_indexes, *keys.name_keys}, entry)
    paths_by_party = [
        list(related_parties.paths(party, relations, scope.on, reference.relation_kind)) for party in checked_parties
    ]
    bodies = hits.find_related_bodies(work, paths_by_party, entry) | bodies
    if not scope.follows(KEYS_MATCHER):
        bodies = hits.find_by_older_rules(bodies)
    near_by_ref = near_hits.find_near_hits(work, scope, checked_parties, entry)
    scope = _with_law(scope, reference)
    look_back = _find_look_back(reference, scope.on)
    named_parties = [
        replace(party, names=related_parties.known_names(party, relations, name_key_of(scope.matcher)))
        for party in checked_parties
    ]
    answers = [
        verdict.judge(
            party,
            near_hits.add_near_hits(hits.find_hits(party, party_paths, bodies, scope), near_by_ref.get(party.ref, ())),
            scope,
            look_back,
        )
        for party, party_paths in zip(named_parties, paths_by_party, strict=True)
    ]
    same_tender_law = SameTenderLaw(reference.same_tender_rule(scope.sector, scope.on), reference.relation_kind)
    answers = same_tender.apply_same_tender(named_parties, answers, relations, scope, same_tender_law)
    return consortium.apply_member_verdicts(named_parties, answers)


def _with_law(scope: CheckScope, reference: Reference) -> CheckScope:
    """The scope with what the law tables say on its day of products and lists."""
    rows = reference.measures(scope.on)
    return replace(
        scope,
        by_product=frozenset(row.code for row in rows if row.by_product),
        unconfirmed=frozenset(row.code for row in rows if row.status == "unconfirmed"),
        effects=reference.list_effects(scope.on),
        tender_look_back=_find_tender_look_back(reference, scope.on) if scope.follows(KEYS_MATCHER) else None,
        record_effects=reference.record_effects(scope.on),
        list_measures=reference.list_measures(scope.on),
    )


def _find_look_back(reference: Reference, on: dt.date) -> LookBack | None:
    looks_back = _build_look_back(reference, on, LOOK_BACK, "lookback_months")
    repaired_months = reference.threshold("lookback_after_repair_months", on)
    if looks_back is None or not repaired_months:
        return looks_back
    return replace(looks_back, repaired_since=add_months(on, -repaired_months))


def _find_tender_look_back(reference: Reference, on: dt.date) -> LookBack | None:
    looks_back = _build_look_back(reference, on, TENDER_LOOK_BACK, "tender_lookback_months")
    cited = [row for row in reference.measures(on) if row.code in TENDER_FRAUD]
    return looks_back and replace(looks_back, cited=cited, repaired_since=looks_back.since)


def _build_look_back(reference: Reference, on: dt.date, code: str, threshold: str) -> LookBack | None:
    """The look-back of a rule on a day; none when the rule is not in force or looks back no month."""
    rule = next((row for row in reference.measures(on) if row.code == code), None)
    months = reference.threshold(threshold, on)
    if rule is None or not months:
        return None
    return LookBack(add_months(on, -months), frozenset(rule.sectors), frozenset(rule.roles), rule.code, rule.source)
