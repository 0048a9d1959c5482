"""Unit of work: session, actor, instant, keys and settings of one act."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from registry.domain.permissions import Actor
from registry.keys.signing import Keys
from registry.refusals.acts import SecondPersonMissing
from registry.settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""Legal days are calendar days of this zone (Beijing time)."""


def day_of(instant: dt.datetime) -> dt.date:
    """The legal day on which an aware instant falls."""
    return instant.astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class UnitOfWork:
    """First argument of every act. ``now`` is read once per act, so that all its rows agree.

    ``proposer``: who proposed what the actor confirms now, where an act takes two persons.
    """

    session: Session
    actor: Actor
    now: dt.datetime
    keys: Keys
    settings: Settings
    proposer: Actor | None = None

    @property
    def initiator(self) -> Actor:
        """Who proposed the act; the actor, where it takes one person only."""
        return self.proposer or self.actor

    def require_second_person(self) -> None:
        """Refuse ``SecondPersonMissing`` unless another person proposed what is done now."""
        if self.proposer is None:
            raise SecondPersonMissing()

    @property
    def today(self) -> dt.date:
        """The legal day of ``now``."""
        return day_of(self.now)
