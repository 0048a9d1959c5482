"""Questions about files of parties to check."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import Check, CheckFile, CheckFilePart
from registry.refusals.award import FileUnknown


def own(session: Session, department_id: int | None, file_id: str, *, lock: bool = False) -> CheckFile:
    """A file that this department handed in; refuses ``FileUnknown``."""
    question = select(CheckFile).where(CheckFile.id == file_id)
    held = session.scalars(question.with_for_update() if lock else question).first()
    if held is None or held.department_id != department_id:
        raise FileUnknown()
    return held


def pending(session: Session) -> list[tuple[str, int]]:
    """(file id, account id) of the files not answered to their end, oldest first."""
    question = select(CheckFile.id, CheckFile.account_id).where(CheckFile.state == "running")
    return list(session.execute(question.order_by(CheckFile.created_at, CheckFile.id)).tuples())


def parts(session: Session, file_id: str) -> Iterator[tuple[CheckFilePart, Check | None]]:
    """The answered parts of a file in order, one at a time, each with its check."""
    start = -1
    while True:
        question = (
            select(CheckFilePart, Check)
            .outerjoin(Check, Check.id == CheckFilePart.check_id)
            .where(CheckFilePart.file_id == file_id, CheckFilePart.start > start)
        )
        found = session.execute(question.order_by(CheckFilePart.start).limit(1)).tuples().first()
        if found is None:
            return
        start = found[0].start
        yield found
        session.expunge_all()


def checks(session: Session, file_id: str) -> list[Check]:
    """The checks that answered a file, in the order of its rows."""
    question = select(Check).join(CheckFilePart, CheckFilePart.check_id == Check.id)
    return list(session.scalars(question.where(CheckFilePart.file_id == file_id).order_by(CheckFilePart.start)))
