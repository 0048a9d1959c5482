"""Release many quarantined records together: one person proposes, another confirms, each record is judged again."""

from sqlalchemy import func, select

from registry.domain.exchange import envelope
from registry.domain.permissions import Permission
from registry.models import BulkRelease, InboxBatch, InboxItem
from registry.queries.exchange import peer_messages
from registry.refusals.acts import ItemUnknown, OutOfRole, ReleaseUnknown, SelfVerification
from registry.services.exchange import inbox
from registry.services.exchange.received import lock_peers
from registry.services.node import audit
from registry.services.node.proposals import require_fit_proposer
from registry.unit_of_work import UnitOfWork

CHUNK = 200


def propose(work: UnitOfWork, peer_code: str, code: str) -> BulkRelease:
    """Propose to release what is quarantined of a peer with this code now. Refuses ``ItemUnknown`` when nothing is."""
    account_id = _require_person(work)
    peer = peer_messages.peer(work.session, peer_code)
    statement = (
        select(func.count(), func.max(InboxItem.id))
        .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
        .where(InboxBatch.peer_id == peer.id, InboxItem.state == "quarantined", InboxItem.code == code)
    )
    count, last = work.session.execute(statement).one()
    if not count:
        raise ItemUnknown()
    proposal = BulkRelease(
        peer_id=peer.id, code=code, last_item=last, items=count, proposed_by=account_id, proposed_at=work.now
    )
    work.session.add(proposal)
    work.session.flush()
    audit.note(work, "exchange.bulk-release.propose", f"release {proposal.id}", f"{peer_code} {code}: {count}")
    return proposal


def confirm(work: UnitOfWork, number: int) -> None:
    """Confirm a proposal of another person. Refuses ``ReleaseUnknown``, ``SelfVerification``, ``ProposerUnfit``."""
    account_id = _require_person(work)
    proposal = _find(work, number)
    if proposal.confirmed_by is not None:
        raise ReleaseUnknown()
    if proposal.proposed_by == account_id:
        raise SelfVerification()
    require_fit_proposer(work, proposal.proposed_by, Permission.EXCHANGE_OPERATE)
    proposal.confirmed_by, proposal.confirmed_at = account_id, work.now
    work.session.flush()
    audit.note(work, "exchange.bulk-release.confirm", f"release {number}")


def release_next(work: UnitOfWork, number: int, after: int) -> tuple[int, int | None]:
    """Judge the next items of a confirmed proposal again: how many passed, and the last number, None at the end."""
    work.actor.require(Permission.EXCHANGE_OPERATE)
    proposal = _find(work, number)
    if proposal.confirmed_by is None:
        raise ReleaseUnknown()
    lock_peers(work)
    peer = next(peer for peer in peer_messages.ever_known(work.session) if peer.id == proposal.peer_id)
    items = peer_messages.quarantined_of(
        work.session, proposal.peer_id, proposal.code, after, proposal.last_item, CHUNK
    )
    outcomes = [inbox.release_item(work, item, peer).outcome for item in items]
    passed = sum(outcome in envelope.DELIVERED for outcome in outcomes)
    return passed, items[-1].id if items else None


def _require_person(work: UnitOfWork) -> int:
    """The account of a person; the system itself is nobody, so that two of its commands are not two persons."""
    work.actor.require(Permission.EXCHANGE_OPERATE)
    if work.actor.account_id is None:
        raise OutOfRole(permission=Permission.EXCHANGE_OPERATE)
    return work.actor.account_id


def _find(work: UnitOfWork, number: int) -> BulkRelease:
    proposal = work.session.get(BulkRelease, number, with_for_update=True)
    if proposal is None:
        raise ReleaseUnknown()
    return proposal
