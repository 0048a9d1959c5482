"""Count the acts of the node's shell that named no account, for everybody to see."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.permissions import SHELL
from registry.models import AuditEvent


@dataclass(frozen=True)
class ShellActs:
    """How often an act was done, and when last."""

    act: str
    count: int
    last_at: dt.datetime


def shell_acts(session: Session) -> Sequence[ShellActs]:
    """The acts of the node's shell without an account, counted per act."""
    statement = (
        select(AuditEvent.act, func.count(), func.max(AuditEvent.at))
        .where(AuditEvent.account_id.is_(None), AuditEvent.actor == SHELL.name)
        .group_by(AuditEvent.act)
        .order_by(AuditEvent.act)
    )
    return [ShellActs(act, count, last_at) for act, count, last_at in session.execute(statement)]
