"""Let Python search less often for cycles of garbage while a file is worked on row by row.

The rows of a file, and all that the application has loaded, stay as long as the work lasts, and the collector would
walk through them again and again: a tenth of the time of filing. Reference counting frees everything else as ever.
Searches go on, only rarely, so that cycles are still freed while a long file is worked on.
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

    def enter(self) -> None:
        with self._lock:
            if not self._open:
                self._before = gc.get_threshold()
                gc.freeze()
                gc.set_threshold(ALLOCATIONS, *self._before[1:])
            self._open += 1

    def leave(self) -> None:
        with self._lock:
            self._open -= 1
            if not self._open:
                gc.set_threshold(*self._before)
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
