"""Named crash points: where a process kills itself with SIGKILL, and the clock that the run can shift.

The product knows nothing of them. They are wrapped around its functions in processes that the fork server starts.
"""

import datetime as dt
import functools
import importlib
import mmap
import os
import signal
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

WEB, WORKER = "web", "worker"
SCHEDULER = ("apscheduler.schedulers.base", "apscheduler.executors.base", "apscheduler.triggers.interval")


@dataclass(frozen=True)
class Step:
    """A step of the product: module and attribute, the program that takes it, the moments at which it can be cut off.

    ``before`` and ``after``: right before the call and right after it. ``written``: all is done but the commit;
    ``committed``: it is durable, and nobody was answered. ``only_effective``: a step that found nothing to do is none.
    """

    module: str
    attribute: str
    program: str
    moments: tuple[str, ...]
    only_effective: bool = False


ACT = ("written", "committed")
STEPS = {
    "file": Step("registry.services.cases.penalty_filing", "file", WEB, ACT),
    "verify": Step("registry.services.cases.penalty_verification", "verify", WEB, ACT),
    "number": Step("registry.services.publication.ledger", "append", WEB, ("after",)),
    "check": Step("registry.services.checks.award_check", "check", WEB, ACT),
    "propose": Step("registry.services.node.proposals", "propose", WEB, ACT),
    "confirm": Step("registry.services.node.proposals", "_decide", WEB, ACT),
    "receive": Step("registry.services.exchange.inbox", "receive", WEB, ACT),
    "record-head": Step("registry.head_record", "keep", WEB, ("before", "after")),
    "import": Step("registry.services.cases.penalty_import", "_file_chunk", WORKER, ACT),
    "take": Step("registry.services.exchange.outbox", "take_due", WORKER, ("committed",), True),
    "push": Step("sync.client.HttpPeer", "send_batch", WORKER, ("before", "after")),
    "settle": Step("registry.services.exchange.outbox", "settle", WORKER, ACT),
    "pull": Step("sync.pull", "_take_page", WORKER, ("before", *ACT)),
    "seal": Step("registry.services.publication.ledger", "seal", WORKER, ACT, True),
    "reconcile": Step("registry.services.exchange.reconciliations", "keep_outcome", WORKER, ACT),
    "watch": Step("registry.services.checks.watch_worker", "advance", WORKER, ACT, True),
    "notify": Step("sync.notify", "_send", WORKER, ("after",)),
    "record-delivery": Step("registry.services.checks.watches", "record_delivery", WORKER, ACT),
    "expire": Step("registry.services.cases.expiry", "expire_due", WORKER, ACT, True),
}
POINTS = {f"{name}.{moment}": step.program for name, step in STEPS.items() for moment in step.moments}
"""The program of each crash point."""


def install(clock: str, crash_at: list[str], crashes: str) -> None:
    """Shift the clock of this process as a file says, and let it die at the first crash point that it reaches."""
    _shift_clock(Path(clock))
    importlib.import_module("registry.services.cases.expiry").CHUNK = 1  # more moments at which it can be cut off
    for point in crash_at:
        name, _, moment = point.partition(".")
        _arm(STEPS[name], moment, functools.partial(_die, point, crashes))


def _shift_clock(path: Path) -> None:
    with path.open("rb") as file:
        offset = mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)

    def shift() -> dt.timedelta:
        return dt.timedelta(seconds=struct.unpack("d", offset[:8])[0])

    class Shifted(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return dt.datetime.now(tz) + shift()

    importlib.import_module("registry.runtime").clock = lambda: dt.datetime.now(dt.UTC) + shift()
    for name in SCHEDULER:  # reads the clock of the machine by itself
        importlib.import_module(name).datetime = Shifted


def _die(crash_at: str, crashes: str) -> None:
    """Write down which point it was, and kill the whole process group."""
    descriptor = os.open(crashes, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{crash_at}\n".encode())
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _arm(step: Step, moment: str, die: Callable[[], None]) -> None:
    owner, original = _find(step)
    reached = threading.local()

    @functools.wraps(original)
    def cut_off(*arguments: Any, **named: Any) -> Any:
        if moment == "before":
            die()
        outcome = original(*arguments, **named)
        if not step.only_effective or outcome:
            if moment == "after":
                die()
            reached.session = arguments[0].session if moment in ACT else None
        return outcome

    setattr(owner, step.attribute, cut_off)
    if moment in ACT:
        _arm_commit(moment, die, reached)


def _arm_commit(moment: str, die: Callable[[], None], reached: threading.local) -> None:
    commit = Session.commit

    def cut_off(session: Session) -> None:
        is_reached = getattr(reached, "session", None) is session
        if is_reached and moment == "written":
            session.flush()
            die()
        commit(session)
        if is_reached:
            die()

    Session.commit = cut_off  # type: ignore[method-assign]


def _find(step: Step) -> tuple[Any, Callable[..., Any]]:
    """The module or the class that has the attribute, and the function."""
    try:
        owner = importlib.import_module(step.module)
    except ModuleNotFoundError:
        module, _, name = step.module.rpartition(".")
        owner = getattr(importlib.import_module(module), name)
    return owner, getattr(owner, step.attribute)
