"""Look up batch checks: files of parties, their answered parts, and the checks of those."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import Check, CheckFile, CheckFilePart
from registry.refusals.award import FileUnknown


def own(session: Session, department_id: int | None, file_id: str, *, lock: bool = False) -> CheckFile:
    """The file of this id if this department handed it in; refuses ``FileUnknown``."""
    statement = select(CheckFile).where(CheckFile.id == file_id)
    check_file = session.scalars(statement.with_for_update() if lock else statement).first()
    if check_file is None or check_file.department_id != department_id:
        raise FileUnknown()
    return check_file


def newest(session: Session, department_id: int | None, limit: int) -> list[CheckFile]:
    """The files of a department, the newest first."""
    statement = select(CheckFile).where(CheckFile.department_id == department_id)
    return list(session.scalars(statement.order_by(CheckFile.created_at.desc(), CheckFile.id).limit(limit)))


def pending(session: Session) -> list[tuple[str, int]]:
    """(file id, account id) of the files not fully answered yet, oldest first."""
    statement = select(CheckFile.id, CheckFile.account_id).where(CheckFile.state == "running")
    return list(session.execute(statement.order_by(CheckFile.created_at, CheckFile.id)).tuples())


def parts(session: Session, file_id: str) -> Iterator[tuple[CheckFilePart, Check | None]]:
    """The answered parts of a file in order, one at a time, each with its check."""
    start = -1
    while True:
        statement = (
            select(CheckFilePart, Check)
            .outerjoin(Check, Check.id == CheckFilePart.check_id)
            .where(CheckFilePart.file_id == file_id, CheckFilePart.start > start)
        )
        row = session.execute(statement.order_by(CheckFilePart.start).limit(1)).tuples().first()
        if row is None:
            return
        start = row[0].start
        yield row
        session.expunge_all()


def checks(session: Session, file_id: str) -> list[Check]:
    """The checks that answered a file, in the order of its rows."""
    statement = select(Check).join(CheckFilePart, CheckFilePart.check_id == Check.id)
    return list(session.scalars(statement.where(CheckFilePart.file_id == file_id).order_by(CheckFilePart.start)))
