"""Remember what an officer says about the headings of a file, for the next files of the department."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from registry.domain.filing import columns
from registry.domain.filing.reading import CONFIRMABLE
from registry.domain.filing.vocabulary import Vocabulary, heading_key
from registry.domain.permissions import Actor
from registry.errors import Fault
from registry.models import ColumnMapping
from registry.queries.cases import column_mappings
from registry.refusals.acts import QueryRefused
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

PENALTY, PARTY, ADOPTED_LISTING = "penalty", "party", "adopted_listing"
"""Kinds of files: the same heading may mean another thing in each."""


def _key(heading: str, kind: str) -> str:
    key = heading_key(heading)
    return key if kind == PENALTY else f"{kind}:{key}"


def remember(work: UnitOfWork, mapping: Mapping[str, str], kind: str) -> None:
    """Remember a mapping from heading to field, field:unit or -, in place of what was said before of files of this
    kind; an empty meaning forgets the heading. Of an account without a department nothing is remembered. Two at once:
    the second is refused with ``concurrent-change`` and runs again."""
    if work.actor.department_id is None:
        return
    rows = column_mappings.of_department(work.session, work.actor.department_id, kind)
    known = {row.heading_key: row for row in rows}
    changed = []
    for heading, meaning in mapping.items():
        key = _key(heading, kind)
        row = known.get(key)
        if row is not None and not meaning:
            work.session.delete(row)
        elif row is None and meaning:
            work.session.add(
                ColumnMapping(
                    department_id=work.actor.department_id,
                    kind=kind,
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


def with_remembered(session: Session, actor: Actor, mapping: Mapping[str, str], kind: str) -> dict[str, str]:
    """A mapping with what the department said about headings before, as far as it says nothing else now."""
    rows = column_mappings.of_department(session, actor.department_id, kind)
    stated = {_key(heading, kind) for heading in mapping}
    return {row.heading: row.meaning for row in rows if row.heading_key not in stated} | dict(mapping)


def require_sound(mapping: Mapping[str, str], vocabulary: Vocabulary, confirmed: Iterable[str] = ()) -> None:
    """Refuse (``QueryRefused``) a meaning that no column of these files can have, and a doubt that nobody can
    confirm."""
    if faults := find_faults(mapping, vocabulary, confirmed):
        raise QueryRefused(faults=tuple(faults))


def find_faults(mapping: Mapping[str, str], vocabulary: Vocabulary, confirmed: Iterable[str] = ()) -> list[Fault]:
    """What is unsound of a mapping, and of what was confirmed."""
    faults = []
    if headings := columns.mapping_faults(mapping, vocabulary):
        units = "、字段:元、字段:万元" if vocabulary.amounts else ""
        title = columns.listed_titles(headings)
        faults.append(Fault("/mapping", "mapping-unknown", f"{title}：应为 字段{units} 或者 -"))
    if not set(confirmed) <= set(CONFIRMABLE):
        faults.append(Fault("/confirm", "value-unknown", f"可写：{'、'.join(CONFIRMABLE)}"))
    return faults
