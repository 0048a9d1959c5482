"""Make the signed credit report of a firm, and tell what stands published about it now."""

from typing import Any

from sqlalchemy import select

from registry.domain import identifiers
from registry.domain.checks import credit_report
from registry.domain.checks.credit_report import ReportFacts
from registry.domain.publication import canonical
from registry.errors import Fault, Invalid
from registry.models import Publication
from registry.queries.publication import ledger_state, log_identity, publications
from registry.refusals.acts import QueryRefused
from registry.services.checks import award_check
from registry.services.publication.ledger import own_checkpoint
from registry.unit_of_work import UnitOfWork

Records = list[dict[str, Any]]


def require_code(text: str) -> str:
    """The unified social credit code of a firm. Refuses ``QueryRefused``: reports are made of nothing else."""
    try:
        return identifiers.uscc(text)
    except Invalid as refusal:
        raise QueryRefused(faults=(Fault("/uscc", refusal.code, refusal.title),)) from None


def find_records(work: UnitOfWork, uscc: str, entry: int) -> tuple[str | None, Records]:
    """What stands published today about a code at a ledger size: the newest name, and each record in short."""
    at = publications.moment(work.session, work.today, entry=entry)
    statement = select(Publication).where(Publication.uscc == uscc, publications.visible(at))
    found = list(work.session.scalars(statement.order_by(Publication.from_entry.desc())))
    return (found[0].name if found else None), [credit_report.summarise(publications.body(row)) for row in found]


def make(work: UnitOfWork, uscc: str) -> bytes:
    """Sign the report of a firm as of today and the head of the ledger; it is stored nowhere.

    Refuses ``QueryRefused`` for what is no code of an organisation, and, as a check does, ``LedgerBroken``,
    ``KeysForeign`` and ``StoreUnavailable``: nothing is signed from half a ledger.
    """
    code = require_code(uscc)
    checkpoint = own_checkpoint(work)
    entry = ledger_state.sound_head(work.session)
    name, records = find_records(work, code, entry)
    facts = ReportFacts(
        issuer=work.settings.node,
        instant=work.now,
        on=work.today,
        entry=entry,
        root=award_check.find_root(work, checkpoint, entry),
        epoch=log_identity.epoch(work.session),
    )
    subject = {"uscc": code} | ({"name": name} if name else {})
    return credit_report.build(facts, subject, records, work.keys.signer.sign, work.keys.signer.key_id)


def is_newest(work: UnitOfWork, uscc: str, content: str) -> bool:
    """Whether a report of this content still says what stands published about a firm today."""
    if not canonical.is_hex(content, 64):
        raise QueryRefused(faults=(Fault("/content", "digest-malformed", "摘要应为 64 位小写十六进制"),))
    entry = ledger_state.sound_head(work.session)
    return credit_report.content_digest(find_records(work, require_code(uscc), entry)[1]) == content
