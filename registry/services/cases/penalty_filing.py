"""File penalties, and refile those that wait for verification or need a correction."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import insert

from registry.domain import identifiers
from registry.domain.cases import penalty, procedures
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.filing import plausibility
from registry.domain.filing.model import Filing, Note
from registry.domain.filing.parse import document_key
from registry.domain.law import measures
from registry.domain.law.deadlines import run
from registry.domain.law.reference import Reference
from registry.domain.permissions import EVERYWHERE, Actor, Permission
from registry.domain.publication import canonical, redaction
from registry.errors import Refusal
from registry.models import Department, Penalty, PenaltyFiling
from registry.queries.cases import earlier_filings, penalties
from registry.queries.cases.earlier_filings import Decision, FiledDecision
from registry.queries.law import reference_data
from registry.refusals.acts import (
    AlreadyFiled,
    AuthorityNotOwn,
    IdentityChanged,
    MeasureRefused,
    OutOfScope,
    PenaltyUnknown,
)
from registry.services.cases import penalty_findings, steps
from registry.services.cases.identity import Identity, identify
from registry.services.cases.penalty_version import policy_of, resolved_measures
from registry.services.law import clocks
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Submission:
    """A filing with its origin: the import and row it came from, or neither; ``notes`` of what was cleaned."""

    filing: Filing
    import_id: int | None = None
    row_number: int | None = None
    notes: tuple[Note, ...] = ()


def file(work: UnitOfWork, submissions: Sequence[Submission]) -> list[str | Refusal]:
    """File penalties; returns for each the new record id, or the refusal that kept it out while the others went on.

    Refusals: ``OutOfRole`` (for the whole call), ``OutOfScope``, ``AuthorityNotOwn``, ``MeasureRefused``,
    ``NoPolicy``, ``AlreadyFiled`` (``is_unchanged`` among its data: the very same facts came again),
    ``DecisionRemovedBefore``. Starts the clock of 7 working days (发改办财金〔2018〕424号; plan 二（三）), but for what
    was first published elsewhere, before this registry opened.
    """
    work.actor.require(Permission.PENALTY_FILE)
    reference = reference_data.current(work.session)
    department = penalties.department(work.session, work.actor.department_id)
    drafts_or_refusals = [_prepare_draft(work, reference, department, submission) for submission in submissions]
    accepted = [draft for draft in drafts_or_refusals if isinstance(draft, _Draft)]
    judged = _judge_decisions(work, department, accepted)
    outcomes: list[str | Refusal] = []
    new_drafts: list[_Draft] = []
    for draft in drafts_or_refusals:
        outcome = judged.pop(0) if isinstance(draft, _Draft) else draft
        if isinstance(outcome, _Draft):
            new_drafts.append(outcome)
            outcomes.append(outcome.record)
        else:
            outcomes.append(outcome)
    _store_drafts(work, department, reference, _add_findings(work, reference, new_drafts))
    return outcomes


def _judge_decisions(work: UnitOfWork, department: Department, drafts: Sequence["_Draft"]) -> "list[_Draft | Refusal]":
    """Each draft, or why its decision cannot be filed: it is on file, or was removed and no reason is stated."""
    known = earlier_filings.same_decisions(work.session, [draft.decision for draft in drafts])
    own = [one.penalty_id for one in known.values() if one.department_id == department.id and not one.is_removed]
    facts = earlier_filings.present_facts(work.session, own)
    removals = earlier_filings.removals(work.session, [one.record for one in known.values() if one.is_removed])
    seen: set[Decision] = set()
    judged: list[_Draft | Refusal] = []
    for draft in drafts:
        filed = known.get(draft.decision)
        if draft.decision in seen:
            judged.append(AlreadyFiled(is_unchanged=False))
        elif filed is None or filed.is_removed:
            outcome = draft if filed is None else _judge_removed(draft, filed, removals)
            judged.append(outcome)
            seen |= {draft.decision} if isinstance(outcome, _Draft) else set()
        else:
            submission = draft.submission
            origin = (submission.import_id, submission.row_number)
            present = facts.get(filed.penalty_id)
            judged.append(penalty_findings.judge_known(filed, present, draft.content, draft.identity.index, origin))
    return judged


def _judge_removed(draft: "_Draft", filed: FiledDecision, removals: Mapping[str, Any]) -> "_Draft | Refusal":
    has_reason = bool(draft.submission.filing.override_reason)
    outcome = penalty_findings.judge_removed(removals.get(filed.record), has_reason=has_reason)
    return draft.with_notes((outcome,)) if isinstance(outcome, Note) else outcome


def _add_findings(
    work: UnitOfWork, reference: Reference, drafts: "Sequence[_Draft]", leaving_out: str = ""
) -> "list[_Draft]":
    """The drafts with what the law, the usual and other records here say against them."""
    filings = [(draft.submission.filing, draft.resolution) for draft in drafts]
    findings = penalty_findings.context_findings(work, reference, filings, leaving_out)
    return [draft.with_notes(notes) for draft, notes in zip(drafts, findings, strict=True)]


def refile(
    work: UnitOfWork, record: str, filing: Filing, *, if_version: int | None, notes: tuple[Note, ...] = ()
) -> Penalty:
    """Refile a penalty: replace what waits for verification, or correct what is published.

    The public sees it once verified. Refuses ``IdentityChanged`` for another decision.
    """
    penalty_row, step = admit_penalty_step(work, record, "refile", if_version)
    reference = reference_data.current(work.session)
    draft = _prepare_draft(work, reference, penalty_row.department, Submission(filing, notes=notes))
    if isinstance(draft, Refusal):
        raise draft
    number = document_key(penalty_row.document_number)
    if draft.decision != (penalty_row.authority_code, number, penalty_row.subject_key):
        raise IdentityChanged()
    [draft] = _add_findings(work, reference, [draft], leaving_out=record)
    penalty_row.state = step.to
    penalty_row.version += 1
    for column, value in draft.scope_columns.items():
        setattr(penalty_row, column, value)
    if step.to == "filed":  # not public yet: its limit counts from the day as it is stated now
        _reset_publish_limit(penalty_row, reference, filing.decided_on)
        penalty_row.first_published_on = filing.first_published_on
    work.session.execute(insert(PenaltyFiling), [draft.filing_row(work) | {"penalty_id": penalty_row.id}])
    work.session.flush()
    work.session.refresh(penalty_row)
    subject = replace(draft.deadline_subject(penalty_row.department), record=record)
    steps.take_steps(work, penalty_row.noun, "refile", [steps.RecordStep(subject, step, draft.statements)])
    clocks.follow_facts(work, subject)
    return penalty_row


def _reset_publish_limit(penalty_row: Penalty, reference: Reference, decided_on: dt.date) -> None:
    due = run(reference, clocks.PUBLISH_PENALTY, decided_on).due
    penalty_row.decided_on = decided_on
    penalty_row.publish_by, penalty_row.publish_by_provisional = due.day, due.provisional


@dataclass(frozen=True)
class _Draft:
    """A filing ready to be stored."""

    submission: Submission
    record: str
    content: str
    identity: Identity
    resolution: measures.Resolution
    decision: Decision

    def with_notes(self, notes: tuple[Note, ...]) -> "_Draft":
        """The draft with more notes, each once."""
        if not notes and len(self.submission.notes) < 2:
            return self
        submission = replace(self.submission, notes=tuple(dict.fromkeys((*self.submission.notes, *notes))))
        return replace(self, submission=submission)

    @property
    def statements(self) -> dict[str, str]:
        """The statements of the filing step: the digest of the facts, which the step binds."""
        return {"filing": penalty.content_digest(self.content)}

    @property
    def scope_columns(self) -> dict[str, str | None]:
        """Sectors and district as the row of the penalty holds them."""
        filing = self.submission.filing
        return {"sectors": ",".join(sorted(filing.sectors)), "district": filing.district}

    def deadline_subject(self, department: Department) -> clocks.DeadlineSubject:
        """The record, scope and day from which the clocks of the filing are counted."""
        filing = self.submission.filing
        # A clock without its day does not run: what was published elsewhere before is late or in time there.
        days = {} if filing.first_published_on else {"decided_on": filing.decided_on}
        return clocks.DeadlineSubject(self.record, department.id, filing.sectors, filing.district, days)

    def filing_row(self, work: UnitOfWork) -> dict[str, object]:
        notes = self.submission.notes
        return {
            "notes": json.dumps(redaction.blot_all([asdict(note) for note in notes]), ensure_ascii=False),
            "attention": sum(note.code in plausibility.ATTENTION for note in notes),
            "import_id": self.submission.import_id,
            "row_number": self.submission.row_number,
            "content": self.content,
            "id_index": self.identity.index,
            "id_sealed": self.identity.sealed,
            "filed_by": work.actor.account_id,
            "filed_at": work.now,
        }


def _prepare_draft(
    work: UnitOfWork, reference: Reference, department: Department, submission: Submission
) -> _Draft | Refusal:
    try:
        filing = _assign_district(work.actor, submission.filing)
        work.actor.require_scope(frozenset(filing.sectors), filing.district)
        resolution = resolved_measures(reference, filing)
        policy_of(reference, filing, resolution.measures)  # what no policy governs could never be verified
    except Refusal as refusal:
        return refusal
    if department.authority_code not in (None, filing.authority_code):
        return AuthorityNotOwn()
    if resolution.faults:
        return MeasureRefused(faults=tuple(resolution.faults))
    findings = [*resolution.findings, *_code_findings(filing)]
    facts, notes = penalty.blotted_content(penalty.content(filing, secrets.token_hex(16), findings))
    identity = identify(work, filing.subject)
    return _Draft(
        replace(submission, filing=filing, notes=(*submission.notes, *notes)),
        record=secrets.token_hex(16),
        content=canonical.dumps(facts).decode(),
        identity=identity,
        resolution=resolution,
        decision=(filing.authority_code, document_key(filing.document_number), identity.key),
    )


def _code_findings(filing: Filing) -> list[Note]:
    """What the second officer must confirm of the subject's code."""
    if not identifiers.reads_as_both(filing.subject.uscc or ""):
        return []
    detail = "该代码同时也是有效的居民身份证号码，确为单位代码的须确认"
    return [Note("/uscc", "uscc-reads-as-resident-id", detail)]


def _assign_district(actor: Actor, filing: Filing) -> Filing:
    """The filing with a district when its filer may act in some only: without one it would bind everywhere."""
    if filing.district is not None or EVERYWHERE in actor.districts:
        return filing
    if len(actor.districts) != 1:
        raise OutOfScope()
    return replace(filing, district=min(actor.districts))


def _store_drafts(work: UnitOfWork, department: Department, reference: Reference, drafts: Sequence[_Draft]) -> None:
    if not drafts:
        return
    rows = []
    days = {draft.submission.filing.decided_on for draft in drafts}
    limits = {day: run(reference, clocks.PUBLISH_PENALTY, day).due for day in days}
    # In one order, so that two files with the same decisions wait for each other instead of locking both out.
    for draft in sorted(drafts, key=lambda draft: draft.decision):
        authority_code, document_number, subject_key = draft.decision
        due = limits[draft.submission.filing.decided_on]
        rows.append(
            {
                "record": draft.record,
                "department_id": department.id,
                "authority_code": authority_code,
                "document_number": document_number,
                "subject_key": subject_key,
                "decided_on": draft.submission.filing.decided_on,
                "publish_by": due.day,
                "publish_by_provisional": due.provisional,
                "first_published_on": draft.submission.filing.first_published_on,
                "state": "filed",
                **draft.scope_columns,
                "version": 1,
            }
        )
    connection = work.session.connection()  # plain inserts: nobody needs these rows as objects
    connection.execute(insert(Penalty), rows)
    ids = penalties.ids(work.session, [draft.record for draft in drafts])
    connection.execute(
        insert(PenaltyFiling),
        [draft.filing_row(work) | {"penalty_id": ids[draft.record]} for draft in drafts],
    )
    step = procedures.PENALTY.step(INITIAL, "file")
    record_steps = [steps.RecordStep(draft.deadline_subject(department), step, draft.statements) for draft in drafts]
    steps.take_steps(work, procedures.PENALTY.noun, "file", record_steps)


def admit_penalty_step(work: UnitOfWork, record: str, act: str, if_version: int | None) -> tuple[Penalty, Step]:
    """Lock a penalty and return it with the step that ``act`` is now; refuses what ``steps.admit_step`` refuses."""
    penalty_row = penalties.by_record(work.session, record, lock=True)
    return penalty_row, steps.admit_step(work, penalty_row, act, if_version=if_version)


def require_scope(actor: Actor, penalty_row: Penalty | None) -> Penalty:
    """Require that a penalty lies in the actor's scope, and return it.

    Refuses ``PenaltyUnknown`` also for another department's, which reads as absent, and ``OutOfScope``.
    """
    if penalty_row is None:
        raise PenaltyUnknown()
    actor.require_own(penalty_row.department_id, PenaltyUnknown)
    if not covers(actor, penalty_row):
        raise OutOfScope()
    return penalty_row


def covers(actor: Actor, penalty_row: Penalty) -> bool:
    """Whether the newest filing lies within the sectors and districts granted to the actor."""
    return actor.covers(*penalty_row.scope)
