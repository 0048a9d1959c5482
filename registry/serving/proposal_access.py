"""What somebody may see and decide of the acts that take two persons: for API, pages and commands alike."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry import runtime
from registry.domain.cases.case_file import StepDocument
from registry.domain.permissions import Actor
from registry.models import Proposal
from registry.queries.node import proposals
from registry.queries.node.proposals import Page, state_of
from registry.refusals.acts import ProposalUnknown
from registry.refusals.procedure import DocumentUnknown
from registry.services.cases.proposed_steps import decode_documents
from registry.services.node.proposals import confirm as confirm_act
from registry.services.node.proposals import is_visible
from registry.services.proposed_acts import ACTS, ROTATE_KEY
from registry.unit_of_work import UnitOfWork

Body = dict[str, Any]
_HIDDEN = ("key_hash", "code_hash")


def describe(session: Session, proposal: Proposal) -> Body:
    """A proposal without its arguments."""
    names = proposals.names(session, [proposal])
    return {
        "id": str(proposal.id),
        "act": proposal.act,
        "reference": proposal.reference,
        "state": state_of(proposal, runtime.clock()),
        "version": proposal.version,
        "proposed_by": names[proposal.proposed_by],
        "proposed_at": proposal.proposed_at.isoformat(),
        "expires_at": proposal.expires_at.isoformat(),
        "decided_by": names[proposal.decided_by] if proposal.decided_by is not None else None,
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
        "reason": proposal.reason,
    }


def describe_arguments(proposal: Proposal) -> Body:
    """The arguments of a proposal, documents by their digests; what opens an account or an application is left out."""
    arguments: Body = json.loads(runtime.keys().vault.open(proposal.sealed))
    for document in arguments.get("documents", ()):
        document.pop("content_base64")
    return {name: value for name, value in arguments.items() if name not in _HIDDEN}


def list_visible(reader: Actor, state: str, after: int, limit: int) -> tuple[list[Body], int | None]:
    """Proposals that somebody may see, the oldest first, and the number after which the next page begins."""
    acts = [name for name, act in ACTS.items() if reader.may(act.proposed_by) or reader.may(act.confirmed_by)]
    page = Page(after, limit + 1, runtime.clock())
    with runtime.reading() as session:
        rows: Sequence[Proposal] = proposals.of_department(session, acts, reader.department_id, state, page)
        visible = [row for row in rows[:limit] if is_visible(session, reader, ACTS[row.act], row)]
        items = [describe(session, row) for row in visible]
    return items, rows[limit - 1].id if len(rows) > limit else None


def find_visible(session: Session, reader: Actor, number: int) -> Proposal:
    """A proposal that somebody may see; refuses ``ProposalUnknown``."""
    proposal = proposals.by_number(session, number)
    if not is_visible(session, reader, ACTS.get(proposal.act), proposal):
        raise ProposalUnknown()
    return proposal


def find_document(session: Session, reader: Actor, number: int, place: int | None) -> StepDocument:
    """The document at a place (from 1) of a proposal. Refuses ``ProposalUnknown`` and ``DocumentUnknown``."""
    proposal = find_visible(session, reader, number)
    documents = decode_documents(json.loads(runtime.keys().vault.open(proposal.sealed)))
    if place is None or not 0 < place <= len(documents) or documents[place - 1].content is None:
        raise DocumentUnknown()
    return documents[place - 1]


def file_name(document: StepDocument, number: int, place: int | str) -> str:
    """The name under which a document of a proposal is saved: nothing of what its sender called it."""
    return f"proposal-{number}-{place}.{document.media_type().rsplit('/', maxsplit=1)[-1]}"


def confirm_proposal(confirmer: Actor, number: int) -> Body:
    """Confirm a proposal, and put the file of a rotated key in its place once that is committed."""

    def act(work: UnitOfWork) -> Body:
        proposal, outcome = confirm_act(work, ACTS, number)
        return describe(work.session, proposal) | {"outcome": outcome}

    answer: Body = runtime.perform(confirmer, act)
    if answer["act"] == ROTATE_KEY.name:
        runtime.keys().promote(answer["reference"])
    return answer
