"""Build the next public version of a penalty from its verified filing."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from registry.domain.cases import penalty
from registry.domain.filing import exclusions
from registry.domain.filing.model import Filing, Note
from registry.domain.law import measures, publicity
from registry.domain.law.publicity import Publicity
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Policy, Severity
from registry.domain.publication import redaction
from registry.models import Penalty, PenaltyFiling, Publication
from registry.refusals.acts import FilingRefused
from registry.services.cases import revisions
from registry.services.publication.publishing import Version
from registry.unit_of_work import UnitOfWork, day_of

_SEVERITY: dict[str, Severity] = {"1": "general", "2": "general", "3": "serious", "4": "minor"}
"""失信严重程度 as filed (1 一般, 2 较重, 3 严重, 4 轻微) in the terms of NDRC order 36."""


def policy_of(reference: Reference, filing: Filing, restrictions: Sequence[dict[str, Any]]) -> Policy:
    """The publicity policy of a decision with its measures, by its severity on its own date. Refuses ``NoPolicy``."""
    low_fines = {policy.fine_max for policy in reference.policies if policy.fine_max}
    return publicity.policy_for(
        reference.policies,
        severity="serious" if is_ban(restrictions) else severity_of(reference, filing),
        document_date=filing.decided_on,
        authority_name=filing.authority_name,
        sectors=filing.sectors,
        basis=filing.basis,
        kinds=filing.kinds,
        low_fines={code for code in low_fines if _is_low_fine(reference, filing, code)},
    )


def severity_of(reference: Reference, filing: Filing) -> Severity:
    """The class that the department states; else that of the procedure, of a huge fine, of the gravest kind.

    Source: 信用修复管理办法 (NDRC order 36): summary procedure is minor, 巨额罚款 serious.
    """
    if stated_severity := _SEVERITY.get(filing.severity or ""):
        return stated_severity
    if exclusions.is_summary_procedure(filing):
        return "minor"
    huge = reference.threshold("huge_fine_fen", filing.decided_on)
    if huge is not None and (filing.fine_fen or 0) >= huge:
        return "serious"
    return publicity.severity(reference.penalty_kinds(filing.kinds))


def _is_low_fine(reference: Reference, filing: Filing, code: str) -> bool:
    """Whether the fine is known and not above a threshold."""
    most = reference.threshold(code, filing.decided_on)
    return most is not None and filing.fine_fen is not None and filing.fine_fen <= most


def resolved_measures(reference: Reference, filing: Filing) -> measures.Resolution:
    """The measures of a decision by the law of its day, with the faults and findings of their terms."""
    return measures.resolve_measures(filing, reference.measures(filing.decided_on))


def is_ban(restrictions: Sequence[dict[str, Any]]) -> bool:
    """Whether the measures of a decision bar somebody from trading: it is then serious, as 限制从业 is."""
    return any(restriction["effect"] == "bars" for restriction in restrictions)


def publicity_of(
    policy: Policy, filing: Filing, restrictions: Sequence[dict[str, Any]], published_on: dt.date
) -> Publicity:
    """The publicity period of a decision: by its policy, by the end that was filed where the policy allows it, and as
    long as its restrictions bind. ``published_on`` is the day of its first publication, from which some policies count.
    """
    last_day = filing.publicity_until  # 公示截止期 is the last day shown; intervals here are half-open
    stated_until = last_day + dt.timedelta(days=1) if last_day else None
    starts_on = published_on if policy.counted_from == "publication" else filing.decided_on
    return publicity.while_binding(publicity.period(policy, starts_on, stated_until), restrictions)


def publicity_notes(
    work: UnitOfWork, reference: Reference, filing: Filing, restrictions: Sequence[dict[str, Any]]
) -> tuple[Note, ...]:
    """What the officer who filed should know: that the policy, or a ban, moves the end of publicity that was stated."""
    if filing.publicity_until is None:
        return ()
    published_on = filing.first_published_on or work.today
    moved = publicity_of(policy_of(reference, filing, restrictions), filing, restrictions, published_on).note
    return (Note("/publicity_until", "publicity-end-moved", moved),) if moved else ()


def newest_revisions(work: UnitOfWork, records: Sequence[str]) -> dict[str, int]:
    """The newest revision number of each of these records that has a publication."""
    statement = select(Publication.record, Publication.revision).where(
        Publication.record.in_(records), Publication.until_entry.is_(None)
    )
    return dict(work.session.execute(statement).tuples().all())


def next_version(work: UnitOfWork, reference: Reference, penalty_row: Penalty, revision: int) -> Version:
    """The next public version of a penalty, from its newest filing, verified by the actor now.

    Refuses ``NoPolicy``, and ``FilingRefused`` when a day of the filing cannot be reckoned with.
    """
    filing = penalty.filing_of(json.loads(penalty_row.filing.content))
    try:
        return _build_version(work, reference, penalty_row, filing, revision)
    except (ValueError, OverflowError):  # years near 9999, taken before they were refused at the door
        raise FilingRefused("日期超出可计算的范围，请退回更正") from None


def _build_version(
    work: UnitOfWork, reference: Reference, penalty_row: Penalty, filing: Filing, revision: int
) -> Version:
    filing_row = penalty_row.filing
    restrictions = resolved_measures(reference, filing).measures
    policy = policy_of(reference, filing, restrictions)
    published_on = filing.first_published_on or (
        work.today if revision == 1 else revisions.first_published_on(work, penalty_row.record)
    )
    period = publicity_of(policy, filing, restrictions, published_on)
    is_hidden = filing.subject.kind == "natural_person" or exclusions.is_summary_procedure(filing)
    is_public = policy.public and not is_hidden
    version = penalty.PenaltyVersion(
        record=penalty_row.record,
        revision=revision,
        act="publish" if revision == 1 else "correct",
        audience="public" if is_public else "authorised",
        policy=policy.code,
        severity=policy.severity,
        visible_from=work.today,
        visible_until=period.visible_until,
        repairable_from=period.repairable_from,
        publish_by=penalty_row.publish_by,
        is_grave=_is_grave(reference, filing),
        measures=restrictions,
        source=_describe_source(work, penalty_row, filing_row, filing),
        filing=penalty.filing_digest(
            filing_row.content, filing_row.id_index, filing_row.filed_by, work.actor.account_id or 0
        ),
    )
    body = penalty.public_body(filing, version)
    if revision > 1:
        body |= revisions.carried_marks(work, penalty_row.record)
    return Version(
        body,
        work.settings.node,
        filing_row.id_index,
        filing_row.id_sealed,
        other_codes=filing.subject.other_codes,
    )


def _is_grave(reference: Reference, filing: Filing) -> bool:
    """重大违法记录: 责令停产停业, 吊销许可证或执照, 较大数额罚款 (政府采购法实施条例 19)."""
    large = reference.threshold("large_fine_fen", filing.decided_on)
    is_large = large is not None and (filing.fine_fen or 0) >= large
    return is_large or any(kind.grave for kind in reference.penalty_kinds(filing.kinds))


def _describe_source(
    work: UnitOfWork, penalty_row: Penalty, filing_row: PenaltyFiling, filing: Filing
) -> dict[str, Any]:
    """The unit that entered the penalty, by which channel, when entered and verified (plan 四（四） 注明信息来源)."""
    return {
        "node": work.settings.node,
        "name": redaction.blot(filing.source_name),
        "code": filing.source_code,
        "department": penalty_row.department.name,
        "channel": "history" if filing.first_published_on else "file" if filing_row.import_id else "api",
        "filed_on": day_of(filing_row.filed_at).isoformat(),
        "verified_on": work.today.isoformat(),
    }
