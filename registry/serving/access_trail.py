"""The door to what is sealed: who reads it is noted, and where that cannot be written nothing is given.

Keys, signatures and codes that prove nothing are noted, too, by the keyed hash of the address they came from.
"""

import logging

from registry import runtime
from registry.domain.permissions import PUBLIC, Actor
from registry.errors import Refusal
from registry.refusals.acts import KeyUnknown
from registry.refusals.content import PeerSignature
from registry.refusals.procedure import CodeWrong
from registry.refusals.sign_in import SignInFailed
from registry.services.node import access
from registry.serving import request_limits

KEY, TOKEN = "access.key-failed", "access.token-failed"
_ACTS: dict[type[Refusal], str] = {
    KeyUnknown: KEY,
    PeerSignature: "access.signature-failed",
    CodeWrong: "access.code-failed",
    SignInFailed: "access.sign-in-failed",
}
"""The event of each refusal that means: this proves nothing. Whether a key is unknown, revoked or expired is part of
the event's name."""
log = logging.getLogger(__name__)


def note_reading(reader: Actor, act: str, reference: str) -> None:
    """Note a reading in a transaction of its own, on the primary; call it before anything read is given.

    Refuses ``StoreUnavailable`` when it cannot be written.
    """
    runtime.perform(reader, lambda work: access.note_reading(work, act, reference))


def note_refusal(refusal: Refusal) -> None:
    """Note a refusal that means a failed proof; others, and a request without any proof, are none."""
    act = next((name for kind, name in _ACTS.items() if isinstance(refusal, kind)), None)
    if act == KEY:
        fault = refusal.data.get("fault")
        act = f"{KEY}.{fault}" if fault else None
    if act is not None:
        note_failure(act, refusal.data.get("account"))


def note_failure(act: str, account: str | None = None) -> None:
    """Note a failed proof; whoever failed is refused also where the event cannot be written."""
    try:
        address = request_limits.address_key()
        runtime.perform(PUBLIC, lambda work: access.note_failure(work, act, address, account))
    except Refusal as failure:
        log.error("a failed proof could not be noted: %s, %s", act, failure.code)
