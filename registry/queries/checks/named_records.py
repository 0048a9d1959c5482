"""The versions of records that a receipt names, for a person who must compare them with a party."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import Publication
from registry.queries.any_of import any_of, texts

Version = tuple[str, int]
"""Record and revision."""


def versions(session: Session, named: Collection[Version]) -> dict[Version, Publication]:
    """These versions of records; one whose content was erased is left out."""
    records = sorted({record for record, _ in named})
    if not records:
        return {}
    statement = select(Publication).where(any_of(Publication.record, texts("records")), Publication.erased_by.is_(None))
    found = session.scalars(statement, {"records": records})
    by_version = {(publication.record, publication.revision): publication for publication in found}
    return {version: by_version[version] for version in named if version in by_version}
