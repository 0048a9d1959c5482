"""Propose, confirm and reject changes of the law tables: rows are loaded by an act of two persons, never edited."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from registry.domain.filing import cells
from registry.domain.law import law_change
from registry.domain.law.law_change import ProposedRow
from registry.domain.law.reference_rows import row_body
from registry.domain.permissions import Permission
from registry.domain.publication import canonical, redaction
from registry.errors import Fault
from registry.models import CatalogRow, LawProposal
from registry.queries.law import law_proposals, reference_data
from registry.refusals.acts import SelfVerification
from registry.refusals.content import PersonalNumber
from registry.refusals.procedure import LawMoved, LawProposalDecided, LawRefused
from registry.services.law import clocks, reference_loading
from registry.services.node import audit
from registry.services.node.proposals import require_fit_proposer
from registry.unit_of_work import UnitOfWork


def parse_rows(kind: str, data: bytes) -> list[Any]:
    """The rows of a TOML file of one kind, as in ``registry/reference``. Refuses ``LawRefused``."""
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise LawRefused(f"{kind} 不是 UTF-8 编码的 TOML 文件") from None
    rows = document.get("rows")
    if set(document) != {"rows"} or not isinstance(rows, list) or not rows:
        raise LawRefused(faults=(Fault(f"/{kind}", "rows-missing", "文件应当只有 [[rows]]"),))
    return rows


def read_change(work: UnitOfWork, tables: Mapping[str, Sequence[Any]]) -> list[ProposedRow]:
    """Read proposed rows by kind. Refuses ``OutOfRole`` and ``LawRefused`` with every fault."""
    work.actor.require(Permission.LAW_PROPOSE)
    change = law_change.parse_change(tables, reference_data.current(work.session))
    unseen = [
        Fault(f"/{proposed.kind}{at}", cells.FORBIDDEN, cells.FORBIDDEN_DETAIL)
        for proposed in change
        for at in cells.forbidden_places(row_body(proposed.row))
    ]
    if unseen:
        raise LawRefused(faults=tuple(unseen))
    personal = [proposed for proposed in change if redaction.blot_all(row_body(proposed.row)) != row_body(proposed.row)]
    if personal:  # the law tables are public
        faults = [Fault(f"/{proposed.kind}", PersonalNumber.code, PersonalNumber.title) for proposed in personal]
        raise LawRefused(faults=tuple(faults))
    return change


def build_rows(work: UnitOfWork, change: Sequence[ProposedRow]) -> list[CatalogRow]:
    """The rows of a change as they would be stored."""
    return [reference_loading.row(work, proposed.kind, row_body(proposed.row)) for proposed in change]


def store(
    work: UnitOfWork, change: Sequence[ProposedRow], reason: str, preview: Mapping[str, Any] | None
) -> LawProposal:
    """Store a proposal with the preview of what it would change in answers. Nothing of it is in force yet.

    Refuses ``OutOfRole``, and ``LawMoved`` where the law tables are not those of the preview.
    """
    work.actor.require(Permission.LAW_PROPOSE)
    before = reference_data.current(work.session).version
    if preview is None or preview["law_before"] != before:
        raise LawMoved()
    rows = [{"kind": proposed.kind, "body": row_body(proposed.row)} for proposed in change]
    proposal = LawProposal(
        state="proposed",
        reason=reason,
        rows=canonical.dumps(rows).decode(),
        preview=canonical.dumps(redaction.blot_all(dict(preview))).decode(),
        law_before=before,
        law_after=reference_data.with_rows(work.session, build_rows(work, change)).version,
        proposed_by=work.actor.account_id,
        proposed_at=work.now,
    )
    work.session.add(proposal)
    work.session.flush()
    audit.note(work, "law.propose", str(proposal.id), f"{len(rows)} rows, {proposal.law_after}")
    return proposal


def confirm(work: UnitOfWork, number: int) -> tuple[LawProposal, int]:
    """Confirm another person's proposal: its rows are the law from now on, and running clocks are counted again.

    Returns the proposal and how many clocks moved. Rows that it replaces are closed and kept, so that old receipts
    replay under the tables of their time. Refuses ``OutOfRole``, ``LawProposalUnknown``, ``LawProposalDecided``,
    ``SelfVerification``, ``ProposerUnfit``, ``LawMoved``.
    """
    proposal = _open_proposal(work, number)
    if proposal.proposed_by == work.actor.account_id:
        raise SelfVerification()
    require_fit_proposer(work, proposal.proposed_by, Permission.LAW_PROPOSE)
    if reference_data.current(work.session).version != proposal.law_before:
        raise LawMoved()
    rows = [reference_loading.row(work, row["kind"], row["body"]) for row in json.loads(proposal.rows)]
    stored = {(row.kind, row.code, row.effective_from): row for row in reference_data.open_rows(work.session)}
    for row in rows:
        replaced = stored.get((row.kind, row.code, row.effective_from))
        if replaced is not None:
            replaced.closed_at = work.now
        work.session.add(row)
        audit.note(work, "law.load", f"{row.kind} {row.code}", f"{row.effective_from} {row.source}")
    _decide(work, proposal, "confirmed")
    moved = clocks.recount(work)
    audit.note(work, "law.confirm", str(proposal.id), f"{proposal.law_before} -> {proposal.law_after}")
    return proposal, moved


def reject(work: UnitOfWork, number: int, reason: str) -> LawProposal:
    """Reject a proposal, also one's own, with the reason. Refuses as ``confirm`` does."""
    proposal = _open_proposal(work, number)
    _decide(work, proposal, "rejected")
    audit.note(work, "law.reject", str(proposal.id), reason)
    return proposal


def _open_proposal(work: UnitOfWork, number: int) -> LawProposal:
    work.actor.require(Permission.LAW_CONFIRM)
    law_proposals.hold_open(work.session)
    proposal = law_proposals.by_number(work.session, number)
    if proposal.state != "proposed":
        raise LawProposalDecided()
    return proposal


def _decide(work: UnitOfWork, proposal: LawProposal, state: str) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, work.actor.account_id, work.now
    work.session.flush()
