"""Processes that end in the middle of their work, as far as one process can play that on itself."""

from collections.abc import Callable
from typing import Any

from registry import runtime
from registry.domain.permissions import Actor
from registry.unit_of_work import UnitOfWork

Act = Callable[[UnitOfWork], Any]


def after(actor: Actor, acts: int) -> Callable[[Act], Any]:
    """Performs so many acts and dies before the next."""
    done = 0

    def perform(act: Act) -> Any:
        nonlocal done
        done += 1
        if done > acts:
            raise KeyboardInterrupt
        return runtime.perform(actor, act)

    return perform


def within(actor: Actor, number: int) -> Callable[[Act], Any]:
    """Performs acts and dies at the end of this one, before its commit."""
    begun = 0

    def perform(act: Act) -> Any:
        nonlocal begun
        begun += 1
        return runtime.perform(actor, _unfinished(act) if begun == number else act)

    return perform


def _unfinished(act: Act) -> Act:
    def half(work: UnitOfWork) -> None:
        act(work)
        raise KeyboardInterrupt

    return half
