"""Is every public name in the index, folded as it is folded now?"""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.naming.fold import fold
from registry.models import Publication, SubjectName


def findings(session: Session) -> Iterator[str]:
    """One line per name that the index lacks or holds otherwise; ``registry names rebuild`` mends them all.

    Names that share a key are one name of the index, folded as one of them.
    """
    question = (
        select(Publication.name_key, Publication.name, SubjectName.folded)
        .outerjoin(SubjectName, SubjectName.name_key == Publication.name_key)
        .where(Publication.audience == "public")
        .distinct()
    )
    written: dict[str, set[str]] = defaultdict(set)
    held: dict[str, str | None] = {}
    for key, name, folded in session.execute(question).tuples():
        written[key].add(fold(name))
        held[key] = folded
    for key, found in held.items():
        if found is None:
            yield f"name {key}: not in the index of names"
        elif found not in written[key]:
            yield f"name {key}: folded otherwise in the index of names"
