"""Remember what an officer says about the headings of a file, for the next files of the department."""

from collections.abc import Mapping

from registry.domain.filing.vocabulary import heading_key
from registry.models import ColumnMapping
from registry.queries.cases import column_mappings
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork


def remember(work: UnitOfWork, mapping: Mapping[str, str]) -> None:
    """Remember a mapping from heading to field, field:unit or -, in place of what was said before; an empty meaning
    forgets the heading. Two at once: the second is refused with ``concurrent-change`` and runs again."""
    known = {row.heading_key: row for row in column_mappings.of_department(work.session, work.actor.department_id)}
    changed = []
    for heading, meaning in mapping.items():
        key = heading_key(heading)
        row = known.get(key)
        if row is not None and not meaning:
            work.session.delete(row)
        elif row is None and meaning:
            work.session.add(
                ColumnMapping(
                    department_id=work.actor.department_id,
                    heading_key=key,
                    heading=heading[:80],
                    meaning=meaning,
                    stated_by=work.actor.account_id,
                    stated_at=work.now,
                )
            )
        elif row is not None and row.meaning != meaning:
            row.meaning, row.stated_by, row.stated_at = meaning, work.actor.account_id or 0, work.now
        else:
            continue
        changed.append(meaning or "-")
    if changed:
        audit.note(work, "import.map", str(work.actor.department_id), ", ".join(changed))
    work.session.flush()
