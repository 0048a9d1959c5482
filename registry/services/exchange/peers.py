"""Add, change, pause and release exchange peers; keep their cursors.

Adding, changing and removing a peer takes two persons, or the node's shell while the node is being set up.
"""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select, update

from registry.domain.cases import revision
from registry.domain.checks import webhook
from registry.domain.exchange.formats import known
from registry.domain.permissions import Permission
from registry.domain.publication import canonical
from registry.models import OutboxMessage, Peer, PeerHead
from registry.queries.exchange import peer_messages
from registry.queries.law import reference_data
from registry.queries.node import account_lookup
from registry.refusals.acts import PeerRefused, PeerTaken, RemovalShare
from registry.refusals.procedure import PauseChanged, SeenUnstated
from registry.services.cases import removal
from registry.services.exchange import platform_address
from registry.services.node import audit
from registry.services.node.accounts import require_two_or_bootstrap
from registry.unit_of_work import UnitOfWork

RELEASE_HOURS = 24
_AND = "；"
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


def add(work: UnitOfWork, code: str, name: str, url: str, public_key: str, owners: Sequence[str]) -> Peer:
    """Add a peer. Refuses ``PeerRefused`` (code, address or key unusable) and ``PeerTaken``.

    ``public_key`` is the raw Ed25519 key in hex, ``owners`` the nodes it may speak for besides itself. A peer
    without ``url`` is known by its key only and is sent nothing.
    """
    require_two_or_bootstrap(work, Permission.EXCHANGE_OPERATE)
    if not _CODE.fullmatch(code):
        raise PeerRefused()
    former = work.session.scalars(select(Peer).where(Peer.code == code)).first()
    if code == work.settings.node or (former and former.removed_at is None):
        raise PeerTaken()
    address = _require_address(url)
    if former and public_key in (former.public_key, *former.former_keys):
        raise PeerTaken()  # a key that was taken back never speaks again
    key = _require_key(work, public_key)
    peer = former or Peer(code=code, former_keys=[])
    if former:
        former.former_keys = [*former.former_keys, former.public_key]
    peer.name, peer.url, peer.public_key, peer.owners = name, address, key, sorted({code, *owners})
    peer.cursor, peer.epoch, peer.failures, peer.retry_at = 0, None, 0, None
    peer.batch_records, peer.removed_at = work.settings.batch_records_max, None
    _begin_unpaused(peer)
    work.session.add(peer)
    work.session.flush()
    audit.note(work, "exchange.peer.add", peer.code)
    return peer


@dataclass(frozen=True)
class Intake:
    """Who files what comes from a platform: an account, and the list that its rows of lists are of; empty where nothing
    comes in."""

    account: str = ""
    scheme: str = ""


def add_platform(work: UnitOfWork, code: str, name: str, url: str, profile_code: str, intake: Intake) -> Peer:
    """Add a platform that takes and sends rows, as its profile says on this day. Refuses ``PeerRefused`` (code,
    address, profile or list unusable), ``PeerTaken`` and ``AccountUnknown``.

    ``url``: file:///folder, or the SQLAlchemy URL of the front-end database without a password. The terms are copied:
    a profile that changes later tells no peer more than two persons agreed to.
    """
    require_two_or_bootstrap(work, Permission.EXCHANGE_OPERATE)
    reference = reference_data.current(work.session)
    profile = reference.peer_profile(profile_code, work.today)
    if not _CODE.fullmatch(code) or profile is None:
        raise PeerRefused("没有此接收系统的档案，或者代码不正确")
    former = work.session.scalars(select(Peer).where(Peer.code == code)).first()
    if code == work.settings.node or (former and (former.removed_at is None or not former.is_platform)):
        raise PeerTaken()
    if not platform_address.is_usable(profile.transport, url):
        raise PeerRefused(platform_address.RULE)
    if profile.formats_in:
        account_lookup.by_name(work.session, intake.account, work.today)
        if known.takes_lists(profile.formats_in) and reference.scheme(intake.scheme, work.today) is None:
            raise PeerRefused("应指明对方的名单是哪一种")
    peer = former or Peer(code=code, former_keys=[], public_key="", last_sequence=0)
    peer.name, peer.url, peer.owners = name, url, []
    peer.transport, peer.file_type, peer.platform_code = profile.transport, profile.file_type, profile.platform_code
    peer.formats, peer.formats_in = list(profile.formats), list(profile.formats_in)
    peer.sectors, peer.intake_account, peer.intake_list = list(profile.sectors), intake.account, intake.scheme
    peer.cursor, peer.epoch, peer.failures, peer.retry_at = 0, None, 0, None
    peer.batch_records, peer.removed_at = work.settings.batch_records_max, None
    _begin_unpaused(peer)
    peer.answer_days = profile.answer_days
    work.session.add(peer)
    work.session.flush()
    audit.note(work, "exchange.peer.add", code, f"profile {profile_code}")
    return peer


def change(
    work: UnitOfWork,
    code: str,
    *,
    url: str | None = None,
    public_key: str | None = None,
    distrust: bool = False,
) -> Peer:
    """Change the address or key of a peer. What it signed with the key before still verifies, unless
    ``distrust``: then no former key is trusted. Refuses ``PeerUnknown``, ``PeerRefused``, ``PeerTaken``."""
    require_two_or_bootstrap(work, Permission.EXCHANGE_OPERATE)
    peer = peer_messages.peer(work.session, code)
    if url is not None and peer.is_platform:
        if not platform_address.is_usable(peer.transport, url):
            raise PeerRefused(platform_address.RULE)
        peer.url = url
    elif url is not None:
        peer.url = _require_address(url)
    if public_key is not None and peer.is_platform:
        raise PeerRefused("此交换对象没有公钥")
    if public_key is not None and public_key != peer.public_key:
        peer.former_keys = [*peer.former_keys, peer.public_key]
        peer.public_key = _require_key(work, public_key)
    if distrust:
        peer.former_keys = []
    work.session.flush()
    audit.note(work, "exchange.peer.change", code)
    return peer


def remove(work: UnitOfWork, code: str) -> int:
    """Remove a peer: it is sent nothing, nothing is taken from it, and its key opens no door; returns how many messages
    to it were cancelled. Its records stay, and what it signed still verifies. Refuses ``PeerUnknown``."""
    require_two_or_bootstrap(work, Permission.EXCHANGE_OPERATE)
    peer = peer_messages.peer(work.session, code)
    peer.removed_at, peer.url = work.now, ""
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.peer_id == peer.id, OutboxMessage.state.in_(("pending", "sent", "rejected")))
        .values(state="cancelled", outcome="peer-removed", settled_at=work.now)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    cancelled = len(work.session.scalars(statement).all())
    work.session.flush()
    removal.on_removal_acknowledged(work)  # nobody waits for it any more
    audit.note(work, "exchange.peer.remove", code, f"{cancelled} messages cancelled")
    return cancelled


def _require_address(url: str) -> str:
    if url and not is_safe_address(url):
        raise PeerRefused("地址应为 https，或本机的 http")
    return url.rstrip("/")


def _require_key(work: UnitOfWork, public_key: str) -> str:
    if not canonical.is_hex(public_key, 64):
        raise PeerRefused()
    if any(public_key in (peer.public_key, *peer.former_keys) for peer in peer_messages.ever_known(work.session)):
        raise PeerTaken()
    return public_key


def is_code(text: str) -> bool:
    """Whether a text has the form of a peer's code."""
    return _CODE.fullmatch(text) is not None


def is_safe_address(url: str) -> bool:
    """Whether a peer may be called at an address: encrypted, or on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and webhook.is_this_machine(host)))


def _begin_unpaused(peer: Peer) -> None:
    peer.paused_because, peer.paused_at, peer.removals_shown = None, None, None
    peer.removals_until, peer.removals_allowed = None, None


def pause(work: UnitOfWork, code: str, reason: str, removals: Collection[str] = ()) -> None:
    """Pause a peer: nothing more is taken from it until a person releases it. ``removals``: the records whose removal
    it is paused for. Of one that is paused already, who releases it is shown every reason."""
    peer = _lock(work, code)
    reasons = peer.paused_because.split(_AND) if peer.paused_because else []
    peer.paused_because = _AND.join(reasons if reason in reasons else [*reasons, reason])
    peer.paused_at, peer.removals_allowed = work.now, None
    if removals:
        peer.removals_shown = revision.describe_removals(removals)
    work.session.flush()
    audit.note(work, "exchange.peer.pause", code, f"{reason}, {len(removals)} removals" if removals else reason)


def pause_for(work: UnitOfWork, code: str, refusal: RemovalShare) -> None:
    """Pause a peer for the removals of which it sent too many."""
    pause(work, code, refusal.code, refusal.data["records"])


def release(work: UnitOfWork, code: str, seen: str) -> dt.datetime:
    """Release a paused peer, and let within a day those removals go through, once, that it was paused for; returns the
    end of that day. What it was paused for counts no more; any other removals pause it again.

    ``seen``: the pause as the person was shown it (``Peer.pause``). Refuses ``SeenUnstated`` without it, and
    ``PauseChanged`` when the peer is not paused or for something else.
    """
    work.actor.require(Permission.EXCHANGE_OPERATE)
    peer = _lock(work, code)
    if peer.pause is not None and not seen:
        raise SeenUnstated(seen=peer.pause)
    if peer.pause != seen:
        raise PauseChanged()
    allowed = peer.removals_shown
    _begin_unpaused(peer)
    peer.removals_until, peer.removals_allowed = work.now + dt.timedelta(hours=RELEASE_HOURS), allowed
    _forget_conflict(work, peer)
    work.session.flush()
    audit.note(work, "exchange.peer.release", code, f"removals {allowed}" if allowed else None)
    return peer.removals_until


def _lock(work: UnitOfWork, code: str) -> Peer:
    peer = peer_messages.peer(work.session, code)
    work.session.refresh(peer, with_for_update={"key_share": True})
    return peer


def released_at(peer: Peer) -> dt.datetime | None:
    """When a person last released a peer: what the guards counted before was looked at then."""
    return peer.removals_until - dt.timedelta(hours=RELEASE_HOURS) if peer.removals_until else None


def guard_since(work: UnitOfWork, peer: Peer, window: dt.timedelta) -> dt.datetime:
    """Since when a guard counts: for a window, but not from before a release."""
    return max(work.now - window, released_at(peer) or work.now - window)


def use_release(work: UnitOfWork, peer: Peer, removals: Collection[str]) -> bool:
    """Whether the removal of these records goes through because a person saw just these and released the peer; the
    release is used up."""
    is_released = peer.removals_until is not None and work.now < peer.removals_until
    if not is_released or peer.removals_allowed != revision.describe_removals(removals):
        return False
    peer.removals_allowed = None
    work.session.flush()
    audit.note(work, "exchange.removals", peer.code, f"{len(removals)} let through")
    return True


def _forget_conflict(work: UnitOfWork, peer: Peer) -> None:
    """Begin anew with a peer whose heads contradict, now that a person has examined both; the audit trail keeps what
    was seen."""
    seen = work.session.get(PeerHead, peer.id)
    if seen is not None and seen.conflict is not None:
        audit.note(work, "exchange.head.forget", peer.code, f"{seen.origin} {seen.size} {seen.root}")
        work.session.delete(seen)
        work.session.flush()


def suspend(work: UnitOfWork, code: str, reason: str) -> None:
    """Pause a peer by hand: nothing is taken from it, and a platform is sent nothing, until it is released."""
    work.actor.require(Permission.EXCHANGE_OPERATE)
    pause(work, code, reason)


def note_received(work: UnitOfWork, code: str) -> None:
    """Note that what a platform had for this node was taken in now."""
    peer_messages.peer(work.session, code).pulled_at = work.now
    work.session.flush()


def record_link(work: UnitOfWork, code: str, batch_records: int, failures: int, retry_at: dt.datetime | None) -> None:
    """Record the state of the link to a peer: batch size, failures, and when to retry."""
    peer = peer_messages.peer(work.session, code)
    peer.batch_records, peer.failures, peer.retry_at = batch_records, failures, retry_at
    work.session.flush()


def clear_retry_times(work: UnitOfWork) -> None:
    """Clear the retry times of all peers: a person requests the exchange now."""
    work.session.execute(update(Peer).where(Peer.retry_at.is_not(None)).values(retry_at=None))


def record_pull(work: UnitOfWork, peer: Peer, epoch_of_peer: str, cursor: int, *, is_last: bool) -> None:
    """Record a pull: advance the cursor of a peer, in the transaction that took the records in.

    Only the last page makes what is held here as fresh as the peer.
    """
    peer.epoch, peer.cursor, peer.failures = epoch_of_peer, cursor, 0
    if is_last:
        peer.pulled_at = work.now
    work.session.flush()


def restart_cursor(work: UnitOfWork, peer: Peer, epoch_of_peer: str) -> None:
    """Restart the cursor of a peer at its first entry: its numbers are no longer those the cursor counted."""
    peer.epoch, peer.cursor = epoch_of_peer, 0
    work.session.flush()
    audit.note(work, "exchange.peer.restart", peer.code)
