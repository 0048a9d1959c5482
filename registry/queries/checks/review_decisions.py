"""Look up decisions on reviews: those of a check, and those about pairs of party and record."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.models import Department, ReviewDecision
from registry.queries.any_of import any_of, texts


def related(session: Session, check: str, pair_indexes: Collection[str]) -> list[ReviewDecision]:
    """The decisions on the reviews of a check, and those about the same pairs in other checks, oldest first, as far as
    they are kept."""
    statement = select(ReviewDecision).where(
        or_(ReviewDecision.check_id == check, any_of(ReviewDecision.pair_index, texts("pairs"))),
        ReviewDecision.sealed != b"",
    )
    return list(session.scalars(statement.order_by(ReviewDecision.id), {"pairs": list(pair_indexes)}))


def department_name(session: Session, department_id: int) -> str:
    """The name of the department that a decision is signed for."""
    return session.get_one(Department, department_id).name
