"""Limits per address of who asks: flask-limiter over counters in the database, exact over all processes."""

from typing import NoReturn

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import Storage

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.refusals.procedure import TooManyApplications
from registry.refusals.subscriptions import TooManySubscriptions
from registry.services.node import rate_limits
from registry.serving import addresses

PRINTS_PER_HOUR_MAX = 120
"""Signed reports made for one address in an hour."""


class DatabaseStorage(Storage):
    """Counters in the table ``rate_limits``; each hit is a transaction of its own."""

    STORAGE_SCHEME = ["registry"]  # noqa: RUF012 - as the library declares it

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """No error is hidden: a limit that cannot be counted is not passed."""
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit."""
        return runtime.perform(SYSTEM, lambda work: rate_limits.hit(work, key, expiry, amount))

    def get(self, key: str) -> int:
        """Hits in the running window."""
        return runtime.perform(SYSTEM, lambda work: rate_limits.find(work, key)[0])

    def get_expiry(self, key: str) -> float:
        """End of the running window, in seconds of the epoch."""
        return runtime.perform(SYSTEM, lambda work: rate_limits.find(work, key)[1]).timestamp()

    def check(self) -> bool:
        """The store is checked by what uses it."""
        return True

    def reset(self) -> int | None:
        """Nobody may forget every limit at once."""
        return None

    def clear(self, key: str) -> None:
        """Forget the hits of a key."""
        runtime.perform(SYSTEM, lambda work: rate_limits.clear(work, key))


def address_key() -> str:
    """Key of the address that asks, which names nobody: a keyed hash of its subscriber."""
    return runtime.keys().vault.index("address", addresses.subscriber_of(get_remote_address())).hex()


def _refuse(_limit: object) -> NoReturn:
    raise TooManyApplications()


limiter = Limiter(
    address_key, storage_uri="registry://", strategy="fixed-window", on_breach=_refuse, headers_enabled=False
)


@limiter.shared_limit(lambda: f"{runtime.settings().applications_per_hour_max} per hour", scope="applications")
def count_attempt() -> None:
    """Count what somebody without an account tries: an application, a confirmation code. Refuses
    ``TooManyApplications`` beyond the limit of the address."""


@limiter.shared_limit(f"{PRINTS_PER_HOUR_MAX} per hour", scope="prints")
def count_print() -> None:
    """Count what somebody without an account has signed and printed. Refuses ``TooManyApplications`` beyond the limit
    of the address."""


def _refuse_subscription(_limit: object) -> NoReturn:
    raise TooManySubscriptions()


@limiter.shared_limit(
    lambda: f"{runtime.settings().applications_per_hour_max} per hour",
    scope="subscriptions",
    on_breach=_refuse_subscription,
)
def count_subscription() -> None:
    """Count a subscription that somebody asks for. Refuses ``TooManySubscriptions`` beyond the limit of the address."""


def init_app(app: Flask) -> None:
    """Count the requests of an application."""
    limiter.init_app(app)
