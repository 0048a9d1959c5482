"""Ask witnesses to cosign this node's newest checkpoint (C2SP tlog-witness, add-checkpoint)."""

import logging
from dataclasses import dataclass
from functools import partial

import requests

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.domain.publication import cosignatures
from registry.domain.publication.cosignatures import AddCheckpoint
from registry.errors import Refusal
from registry.models import Checkpoint, Witness
from registry.queries.publication import ledger_state, witness_list
from registry.services.exchange.peers import is_safe_address
from registry.services.publication import witnesses
from registry.unit_of_work import UnitOfWork
from sync import outbound, peer_links
from sync.outbound import Answer, CallFailed

log = logging.getLogger(__name__)
ANSWER_BYTES_MAX = 64 * 1024
TRIES = 3


@dataclass(frozen=True)
class WitnessResult:
    """Result of asking one witness: the size it cosigned, or why it did not."""

    cosigned: int | None = None
    failed: str | None = None


def ask_all(lane: str | None = None) -> dict[str, WitnessResult]:
    """Ask every witness that has an address."""
    with runtime.reading() as session:
        names = [row.name for row in witness_list.witnesses(session) if row.url]
    return peer_links.each(names, ask, lambda error: WitnessResult(failed=error), lane)


def ask(name: str) -> WitnessResult:
    """Ask one witness for its cosignature under the newest checkpoint, unless it is there already."""
    with runtime.reading() as session:
        witness, checkpoint = session.get(Witness, name), ledger_state.last_checkpoint(session)
        if witness is None or checkpoint is None:
            return WitnessResult()
        old = witness_list.last_cosigned(session, checkpoint.origin, name)
    if old >= checkpoint.size:
        return WitnessResult(old)
    for _ in range(TRIES):
        try:
            answer = _post(witness, checkpoint, old)
        except CallFailed as failure:
            return WitnessResult(failed=failure.code)
        if answer.status != 409:
            break
        size_text = answer.body.decode("ascii", "replace").strip()
        size = int(size_text) if size_text.isdigit() and len(size_text) < 16 else -1
        if size == old or not 0 <= size <= checkpoint.size:
            return _alarm(name, "witness-contradicts", f"it cosigned {size_text[:20]}, here are {checkpoint.size}")
        old = size
    return _take_answer(witness, checkpoint, answer)


def _post(witness: Witness, checkpoint: Checkpoint, old: int) -> Answer:
    if not is_safe_address(witness.url):
        raise CallFailed("address-unsafe", is_late=False)
    with runtime.reading() as session:
        path = ledger_state.consistency(session, old, checkpoint.size) if old else []
    data = cosignatures.build_request(AddCheckpoint(old, path, checkpoint.note))
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    prepared = requests.Request("POST", f"{witness.url}/add-checkpoint", data=data, headers=headers).prepare()
    return outbound.call(prepared, runtime.settings().exchange_timeout_seconds, ANSWER_BYTES_MAX)


def _take_answer(witness: Witness, checkpoint: Checkpoint, answer: Answer) -> WitnessResult:
    if answer.status == 422:
        return _alarm(witness.name, "witness-contradicts", f"{checkpoint.size} entries do not extend what it saw")
    if answer.status != 200:
        log.error("witness %s: status %d", witness.name, answer.status)
        return WitnessResult(failed=f"status-{answer.status}")
    origin, public = checkpoint.origin, bytes.fromhex(witness.public_key)
    for line in answer.body.decode("utf-8", "replace").splitlines(keepends=True):
        try:
            runtime.perform(SYSTEM, partial(_store, (witness.name, public), (origin, checkpoint.size), line))
        except Refusal:
            continue  # a line of another key of the witness
        return WitnessResult(checkpoint.size)
    return _alarm(witness.name, "cosignature-forged", "none of its lines verifies under its key")


def _store(witness: tuple[str, bytes], checkpoint: tuple[str, int], line: str, work: UnitOfWork) -> None:
    witnesses.store(work, *witness, checkpoint, line)


def _alarm(name: str, code: str, words: str) -> WitnessResult:
    log.error("witness %s: %s: %s", name, code, words)
    return WitnessResult(failed=code)
