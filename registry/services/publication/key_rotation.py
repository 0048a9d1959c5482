"""Rotate the key that signs receipts and checkpoints, and revoke an old one: acts of two persons."""

import datetime as dt

from sqlalchemy import update

from registry.domain.permissions import Permission
from registry.domain.publication import keyring, signed_notes
from registry.keys.signing import Signer, key_id_of
from registry.keys.sm2 import Sm2Signer
from registry.models import Checkpoint, SecondKey, SigningKey
from registry.queries.publication import known_keys, ledger_state
from registry.refusals.content import KeyCurrent, SigningKeyUnknown
from registry.services.node import audit
from registry.services.node.accounts import require_two_or_bootstrap
from registry.services.publication.ledger import own_checkpoint, require_sound
from registry.unit_of_work import UnitOfWork


def is_promoted(work: UnitOfWork, successor: Signer) -> bool:
    """Whether ``successor`` is the newest key already: an earlier rotation stopped before its file took its place."""
    key_rows = known_keys.rows(work.session)
    return bool(key_rows) and key_rows[-1].public == successor.public.hex()


def rotate(work: UnitOfWork, successor: Signer) -> None:
    """Rotate to the key ``successor``: endorsed by the key at hand, and the newest checkpoint signed by both.

    The door then puts its file in place; until it has, nothing is signed at all (``KeysForeign``). Refuses
    ``LedgerBroken`` and ``KeysForeign``.
    """
    require_two_or_bootstrap(work, Permission.KEYS_MANAGE)
    checkpoint = own_checkpoint(work)
    old, key_rows = work.keys.signer, known_keys.rows(work.session)
    if not key_rows:
        work.session.add(SigningKey(number=1, public=old.public.hex()))
    since = _choose_since(key_rows[-1].since if key_rows else None, work.now)
    message = keyring.succession(work.settings.node, old.public, successor.public, keyring.write_instant(since))
    work.session.add(
        SigningKey(
            number=max(len(key_rows), 1) + 1,
            public=successor.public.hex(),
            since=since,
            endorsed=old.sign(message).hex(),
        )
    )
    if checkpoint is not None:
        _countersign_checkpoint(work, checkpoint, successor)
    work.session.flush()
    audit.note(work, "keys.rotate", successor.key_id)


def is_second_promoted(work: UnitOfWork, successor: Sm2Signer) -> bool:
    """The same of the second key."""
    key_rows = known_keys.second_rows(work.session)
    return bool(key_rows) and key_rows[-1].public == successor.public.hex()


def rotate_second(work: UnitOfWork, successor: Sm2Signer) -> None:
    """Let ``successor`` sign receipts and checkpoints beside the signing key from now on, whose document of public keys
    vouches for it. The door then puts its file in place; until it has, nothing is signed at all (``KeysForeign``)."""
    require_two_or_bootstrap(work, Permission.KEYS_MANAGE)
    number = len(known_keys.second_rows(work.session)) + 1
    work.session.add(SecondKey(number=number, public=successor.public.hex(), since=work.now.replace(microsecond=0)))
    work.session.flush()
    audit.note(work, "keys.rotate.second", successor.key_id)


def rotate_exchange(work: UnitOfWork, successor: Signer) -> None:
    """Note that ``successor`` becomes the key by which peers know this node; the door puts its file in place."""
    require_two_or_bootstrap(work, Permission.KEYS_MANAGE)
    audit.note(work, "keys.rotate.exchange", successor.key_id)


def _choose_since(previous: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """The whole second of ``now``, but later than the key before."""
    second = dt.timedelta(seconds=1)
    whole = now.replace(microsecond=0)
    return whole if previous is None else max(whole, previous + second)


def _countersign_checkpoint(work: UnitOfWork, checkpoint: Checkpoint, successor: Signer) -> None:
    """A second signature line: what the old key signed stays provable should that key be taken back."""
    require_sound(checkpoint, ledger_state.nodes(work.session))
    origin = checkpoint.origin
    root = bytes.fromhex(checkpoint.root)
    signed_note = signed_notes.sign_note(signed_notes.checkpoint_text(origin, checkpoint.size, root), origin, successor)
    line = signed_note.rpartition("\n\n")[2]
    work.session.execute(
        update(Checkpoint).where(Checkpoint.size == checkpoint.size).values(note=checkpoint.note + line)
    )


def revoke(work: UnitOfWork, kid: str, reason: str) -> None:
    """Revoke a key that no longer signs: what it signed proves nothing any more by itself.

    Refuses ``SigningKeyUnknown``, and ``KeyCurrent`` for the key that signs now: rotate first.
    """
    require_two_or_bootstrap(work, Permission.KEYS_MANAGE)
    key_rows = {key_id_of(bytes.fromhex(row.public)): row for row in known_keys.rows(work.session)}
    if kid in (work.keys.signer.key_id, *list(key_rows)[-1:]):
        raise KeyCurrent()
    if kid not in key_rows:
        raise SigningKeyUnknown()
    if key_rows[kid].revoked_at is None:
        key_rows[kid].revoked_at, key_rows[kid].revoked_because = work.now.replace(microsecond=0), reason
        work.session.flush()
        audit.note(work, "keys.revoke", kid, reason)
