"""The mail addresses of subjects as authorities filed them."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import Publication, SubjectContact
from registry.queries.publication import publications


def find_contact(session: Session, publication: Publication) -> SubjectContact | None:
    """The address on file of the subject of a publication."""
    key = publications.subject_key(publication)
    return session.scalars(select(SubjectContact).where(SubjectContact.subject_key == key)).first()


def contact_filed_at(session: Session, about: str) -> dt.datetime | None:
    """When the mail address of the subject of a record was filed; None when there is none."""
    statement = select(Publication).where(Publication.record == about, Publication.until_entry.is_(None))
    publication = session.scalars(statement).first()
    contact = find_contact(session, publication) if publication is not None else None
    return contact.filed_at if contact is not None else None
