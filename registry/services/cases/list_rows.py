"""File the rows of a list file against the places that are known: what comes, changes, leaves, stays or is refused."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from registry.domain.cases import adopted_listing, case_file, procedures
from registry.domain.cases.adopted_listing import ListPlace
from registry.domain.cases.workflow import INITIAL
from registry.domain.filing.parse import document_key
from registry.domain.publication import canonical
from registry.errors import Fault
from registry.models import AdoptedListing, ListAdoption, WholeListState
from registry.queries.publication import list_states
from registry.services.cases import steps
from registry.services.cases.identity import Identity, identify
from registry.services.law.clocks import DeadlineSubject
from registry.tabular.list_files import PlaceRow
from registry.unit_of_work import UnitOfWork

OUTCOMES = ("came", "changed", "renewed", "unchanged", "off_list", "refused")
"""What a row may become; ``renewed``: the same place as of a newer day; ``off_list``: it says that the party left."""
_NOT_ON_LIST = Fault("", "not-on-list", "此行所写的当事人已不在名单上，不转录")
_OVER = "来源名单所载期限届满"
_OLDER = Fault("", "older-than-known", "名单状态日期早于已转录的状态")
_SUSPENDED = Fault("", "suspended", "该条已中止，恢复后再按来源名单更新")


class ChunkFiler:
    """Files the rows of one chunk against the places that are known already."""

    def __init__(self, work: UnitOfWork, adoption: ListAdoption, chunk: Sequence[PlaceRow]) -> None:
        self._work, self._adoption = work, adoption
        self._identities = {row.position: identify(work, row.place.subject) for row in chunk if row.place}
        keys = {identity.key for identity in self._identities.values()}
        statement = select(AdoptedListing).where(
            AdoptedListing.scheme == adoption.scheme,
            AdoptedListing.source == adoption.source,
            AdoptedListing.subject_key.in_(keys),
            AdoptedListing.state != "removed",
        )
        rows = work.session.scalars(statement.order_by(AdoptedListing.id).with_for_update())
        # Keys that were stored under an earlier rule are brought under the present one.
        self._places = {(row.subject_key, document_key(row.document_key)): row for row in rows}
        self._steps: dict[str, list[steps.RecordStep]] = {"file": [], "refile": []}
        self._whole: WholeListState | None = list_states.newest_whole(
            work.session, work.settings.node, adoption.scheme, adoption.source
        )

    def file_row(self, row: PlaceRow) -> tuple[str, Fault | None]:
        """File one row; its outcome, and what is to be said of it."""
        if row.place is None:
            return "refused", None
        identity, place = self._identities[row.position], row.place
        facts = adopted_listing.content(place, self._adoption.sectors)
        known = self._places.get((identity.key, document_key(place.document_number)))
        return self._file_known(known, place, facts) if known else self._file_new(identity, place, facts)

    def _file_known(
        self, known: AdoptedListing, place: ListPlace, facts: Mapping[str, Any]
    ) -> tuple[str, Fault | None]:
        change = adopted_listing.change_of(current_facts(known), facts)
        if fault := self._find_fault(known, change):
            return "refused", fault
        if self._is_older(known, facts, change):
            return ("unchanged" if self._adoption.is_full else "refused"), _OLDER
        if place.is_off:
            return self._take_off(known, place.off_since, place.off_because)
        if self._is_over(place) and change == "changed" and known.state != "filed":
            return self._take_off(known, place.ends_on, _OVER)
        return self._change(known, facts, change)

    def take_steps(self) -> None:
        """File the steps of the chunk; the rows are flushed before, so that what is twice is refused by the store."""
        self._work.session.flush()
        for act, record_steps in self._steps.items():
            steps.take_steps(self._work, AdoptedListing.noun, act, record_steps)

    def _file_new(self, identity: Identity, place: ListPlace, facts: Mapping[str, Any]) -> tuple[str, Fault | None]:
        if place.is_off or self._is_over(place):
            return "off_list", _NOT_ON_LIST
        if self._whole and self._adoption.as_of < self._whole.as_of:
            return "refused", _OLDER  # the whole list of a later day does not have it
        self._add(identity, facts)
        return "came", None

    def _is_over(self, place: ListPlace) -> bool:
        return place.ends_on is not None and place.ends_on <= self._work.today

    def _find_fault(self, known: AdoptedListing, change: str) -> Fault | None:
        if known.department_id != self._adoption.department_id:
            return Fault("", "adopted-elsewhere", "该条已由本节点其他部门转录")
        if known.adoption_id == self._adoption.id and change == "changed":
            return Fault("", "row-doubled", "同一当事人、同一文号在文件中重复出现，内容不同")
        return None

    def _is_older(self, known: AdoptedListing, facts: Mapping[str, Any], change: str) -> bool:
        """Whether the row is of an older state of the list than the one in which the place is known."""
        if known.as_of is not None and self._adoption.as_of < known.as_of:
            return True
        return change == "changed" and bool(facts["as_of"] < current_facts(known)["as_of"])

    def _add(self, identity: Identity, facts: Mapping[str, Any]) -> None:
        case = AdoptedListing(
            record=secrets.token_hex(16),
            department_id=self._adoption.department_id,
            state="filed",
            version=1,
            content=canonical.dumps(facts).decode(),
            scheme=self._adoption.scheme,
            source=self._adoption.source,
            subject_key=identity.key,
            document_key=document_key(facts["document_number"]),
            id_index=identity.index,
            id_sealed=identity.sealed,
            adoption_id=self._adoption.id,
        )
        self._work.session.add(case)
        self._places[case.subject_key, case.document_key] = case
        self._note_step(case, INITIAL, "file", {"facts": case_file.facts_digest(facts)})

    def _change(self, known: AdoptedListing, facts: Mapping[str, Any], change: str) -> tuple[str, Fault | None]:
        """Keep what a row states anew; a place that it states as known only carries the number of the file."""
        is_again, amendment = known.adoption_id == self._adoption.id, known.facts.get("amendment")
        if known.state in ("filed", "returned"):
            if is_again and not amendment:
                return "unchanged", None
            known.content = canonical.dumps(facts).decode()
            self._refile(known, {"facts": case_file.facts_digest(facts)})
            return "came", None
        if known.state == "suspended" and (amendment or change == "changed"):
            if amendment:
                self._drop_amendment(known)
            known.adoption_id = self._adoption.id
            return "unchanged", _SUSPENDED if change == "changed" else None
        if change == "changed" or (known.state == "amended" and not is_again):
            published = {name: value for name, value in known.facts.items() if name != "amendment"}
            known.content = canonical.dumps(published | {"amendment": facts}).decode()
            self._refile(known, {"facts": case_file.facts_digest(facts)})
            return ("changed" if adopted_listing.change_of(published, facts) == "changed" else "renewed"), None
        known.adoption_id = self._adoption.id
        return ("unchanged" if is_again else change), None

    def _drop_amendment(self, known: AdoptedListing) -> None:
        published = {name: value for name, value in known.facts.items() if name != "amendment"}
        known.content = canonical.dumps(published).decode()
        self._refile(known, {"facts": case_file.facts_digest(published)})

    def _take_off(self, known: AdoptedListing, since: dt.date | None, because: str) -> tuple[str, Fault | None]:
        if known.state == "returned":
            return "off_list", _NOT_ON_LIST
        as_of = self._adoption.as_of
        stated = {"off_since": (since or as_of).isoformat(), "because": because, "as_of": as_of.isoformat()}
        published = {name: value for name, value in known.facts.items() if name != "amendment"}
        known.content = canonical.dumps(published | {"amendment": stated}).decode()
        self._refile(known, stated)
        return "off_list", None

    def _refile(self, known: AdoptedListing, stated: Mapping[str, Any]) -> None:
        before = known.state
        known.state = procedures.ADOPTED_LISTING.step(before, "refile").to
        known.version, known.adoption_id = known.version + 1, self._adoption.id
        self._note_step(known, before, "refile", stated)

    def _note_step(self, case: AdoptedListing, before: str, act: str, stated: Mapping[str, Any]) -> None:
        step = procedures.ADOPTED_LISTING.step(before, act)
        self._steps[act].append(steps.RecordStep(deadline_subject(case), step, stated))


def current_facts(case: AdoptedListing) -> dict[str, Any]:
    """The facts of a place as last stated: those that wait for verification, else those that are published."""
    facts = case.facts
    amendment = facts.pop("amendment", None) or {}
    return amendment if "subject" in amendment else facts


def deadline_subject(case: AdoptedListing) -> DeadlineSubject:
    """The record as its clocks know it."""
    sectors, district = case.scope
    return DeadlineSubject(case.record, case.department_id, sorted(sectors), district, {})
