"""Resume files that are worked on chunk by chunk after a crash; none of them holds up the others."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from registry.domain.permissions import Actor
from registry.errors import Refusal, Unavailable
from registry.refusals.acts import ConcurrentChange
from registry.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
Perform = Callable[[Callable[[UnitOfWork], Any]], Any]
"""Runs one act in one transaction of its own."""
PerformAs = Callable[[Actor, Callable[[UnitOfWork], Any]], Any]
"""The same, as this actor."""
Key = TypeVar("Key", int, str)


def run_each(
    perform_as: PerformAs,
    pending: Sequence[tuple[Key, Actor]],
    run: Callable[[Perform, Actor, Key], None],
    fail: Callable[[UnitOfWork, Key, Refusal], None],
) -> int:
    """Run the rest of each pending file, (key, who handed it in); returns how many were worked on.

    One that cannot go on, for instance because its actor lost the role, is ended by ``fail`` with the refusal. One
    that met another act or an error of the program is left for the next time; only a store that is away ends the
    whole.
    """
    for key, actor in pending:
        try:
            _run_or_fail(partial(perform_as, actor), actor, key, run, fail)
        except Unavailable:
            raise
        except Exception as error:  # one file must not stop the others
            log.error("%s %s stopped: %s", run.__module__, key, type(error).__name__)
    return len(pending)


def _run_or_fail(
    perform: Perform,
    actor: Actor,
    key: Key,
    run: Callable[[Perform, Actor, Key], None],
    fail: Callable[[UnitOfWork, Key, Refusal], None],
) -> None:
    try:
        run(perform, actor, key)
    except (Unavailable, ConcurrentChange):
        raise
    except Refusal as error:
        refusal = error  # the clause forgets its own name at its end
        perform(lambda work: fail(work, key, refusal))
