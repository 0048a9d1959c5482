"""Cache computed values per store and key, safe for threads."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class StoreCache(Generic[K, V]):
    """At most ``size`` values per store; the oldest is dropped first.

    A store is its engine, held weakly. The ``id`` of an engine may be used again after it is gone, and a URL may lead
    to another database than before (one restored or emptied), with the same entry numbers.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: WeakKeyDictionary[Engine, dict[K, V]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get_or_compute(self, session: Session, key: K, compute: Callable[[], V]) -> V:
        """The value of ``key`` in the store of ``session``.

        Computed outside the lock, so that a slow query delays no other reader; two threads may compute it at once.
        """
        engine = session.get_bind().engine
        with self._lock:
            values = self._values.setdefault(engine, {})
            if key in values:
                return values[key]
        value = compute()
        with self._lock:
            values.pop(key, None)
            while len(values) >= self._size:
                del values[next(iter(values))]
            values[key] = value
        return value

    def newest(self, session: Session) -> V | None:
        """The value that was computed last in the store of ``session``; None when there is none."""
        with self._lock:
            values = self._values.get(session.get_bind().engine, {})
            return next(reversed(values.values()), None)
