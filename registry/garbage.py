"""When Python searches for cycles of garbage: not while a process starts, and less often while a file is worked on.

What a process imports and builds at its start stays as long as the process, and so do the rows of a file while it is
worked on; the collector would walk through them again and again: a third of a start, and a tenth of the time of filing.
Reference counting frees everything else as ever, and searches go on afterwards, among what is new.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ALLOCATIONS = 100_000
"""New objects after which the youngest are searched; Python's own number is 700."""


class _Scopes:
    """The scopes that are open, in any thread, and what was set before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self._before = gc.get_threshold()
        self._has_frozen = False

    def enter(self) -> None:
        with self._lock:
            if not self._open:
                self._before = gc.get_threshold()
                self._has_frozen = not gc.get_freeze_count()  # what the start of the process froze stays so
                if self._has_frozen:
                    gc.freeze()
                gc.set_threshold(ALLOCATIONS, *self._before[1:])
            self._open += 1

    def leave(self) -> None:
        with self._lock:
            self._open -= 1
            if not self._open:
                gc.set_threshold(*self._before)
                if self._has_frozen:
                    gc.unfreeze()


_scopes = _Scopes()


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Search rarely, and not among what exists now, until the block ends. Several threads may be in one at once: the
    last one restores what was set before the first."""
    _scopes.enter()
    try:
        yield
    finally:
        _scopes.leave()


def begin_loading() -> None:
    """Search for nothing until ``end_loading``: a process starts."""
    gc.disable()


def end_loading() -> None:
    """Search again, but never among what exists now. Does nothing where no loading was begun."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
