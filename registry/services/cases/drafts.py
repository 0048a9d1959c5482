"""Keep what an officer typed into an unfinished form: it is the officer's own, cleared in time (``retention``)."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.domain.permissions import Actor
from registry.domain.publication import canonical
from registry.keys.signing import Vault
from registry.models import Draft
from registry.unit_of_work import UnitOfWork


def keep(work: UnitOfWork, kind: str, values: Mapping[str, Any]) -> None:
    """Keep a form in place of what was kept of it before; an account without a number keeps none."""
    if work.actor.account_id is None:
        return
    draft = _find(work.session, work.actor, kind)
    if draft is None:
        draft = Draft(account_id=work.actor.account_id, kind=kind)
        work.session.add(draft)
    draft.sealed, draft.changed_at = work.keys.vault.seal(canonical.dumps(dict(values))), work.now
    work.session.flush()


def load(session: Session, vault: Vault, actor: Actor, kind: str) -> dict[str, Any]:
    """What was kept of a form, empty when nothing was."""
    draft = _find(session, actor, kind)
    return json.loads(vault.open(draft.sealed)) if draft else {}


def discard(work: UnitOfWork, kind: str) -> None:
    """Forget a form: it was sent off, or is not wanted any more."""
    draft = _find(work.session, work.actor, kind)
    if draft is not None:
        work.session.delete(draft)
        work.session.flush()


def discard_about(work: UnitOfWork, records: Collection[str]) -> None:
    """Forget every account's forms about these records, whose content was erased."""
    for record in records:
        about = select(Draft.id).where(Draft.kind.endswith(f":{record}", autoescape=True))
        work.session.execute(delete(Draft).where(Draft.id.in_(list(work.session.scalars(about)))))


def _find(session: Session, actor: Actor, kind: str) -> Draft | None:
    statement = select(Draft).where(Draft.account_id == actor.account_id, Draft.kind == kind)
    return session.scalars(statement).first()
