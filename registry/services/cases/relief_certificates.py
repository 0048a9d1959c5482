"""Make the signed certificate of a dispute or repair that has been decided."""

from sqlalchemy import select

from registry.domain.cases import relief_certificate
from registry.domain.cases.relief_certificate import ReliefFacts
from registry.domain.publication import keyring
from registry.models import Publication
from registry.phrases import Phrase
from registry.queries.cases import relief_status
from registry.queries.publication import publications
from registry.refusals.acts import TransitionRefused
from registry.unit_of_work import UnitOfWork, day_of

_CERTIFIED = ("decided", "refused", "granted", "rejected")


def make(work: UnitOfWork, number: str) -> bytes:
    """Sign how the application with this receipt number was decided; it is stored nowhere.

    Refuses ``ReliefUnknown``, and ``TransitionRefused`` while it is open and when it was taken back.
    """
    application = relief_status.relief_status(work.session, number, work.today)
    if application.state not in _CERTIFIED or application.ended_on is None:
        raise TransitionRefused(Phrase("尚未作出处理决定"))
    facts = ReliefFacts(
        noun=application.noun,
        record=application.about,
        kind=application.about_noun,
        subject=_find_subject(work, application.about),
        outcome=application.outcome or application.state,
        reason=application.reason or "",
        department=application.department,
        received_on=day_of(application.received_at),
        ended_on=application.ended_on,
    )
    signer = work.keys.signer
    instant = keyring.write_instant(work.now)
    return relief_certificate.build(facts, work.settings.node, instant, signer.sign, signer.key_id)


def _find_subject(work: UnitOfWork, record: str) -> dict[str, str] | None:
    """The organisation that a record is about, as its last public version named it; None of anybody else."""
    statement = (
        select(Publication)
        .where(Publication.record == record, Publication.audience == "public", Publication.erased_by.is_(None))
        .order_by(Publication.revision.desc())
    )
    for publication in work.session.scalars(statement):
        subject = publications.body(publication).get("subject") or {}
        if subject.get("kind") == "organisation":
            return {"name": subject["name"], "uscc": subject["uscc"] or ""}
    return None
