"""Validate the request of an award check before anything is looked up."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from registry.domain import identifiers
from registry.domain.checks.model import MATCHER, CheckedParty
from registry.domain.filing import alphabets, row_reader, subject_name
from registry.domain.law.reference import Reference
from registry.domain.naming import name_key
from registry.domain.publication import redaction
from registry.errors import Fault, Invalid
from registry.queries.law import reference_data
from registry.refusals.acts import BodyRefused
from registry.refusals.content import IdTypeUnknown, PersonalNumber
from registry.services.publication import further_keys
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Party:
    """One party of a check as requested; ``id_number`` is used for the look-up and then forgotten."""

    ref: str
    role: str
    name: str
    uscc: str | None = None
    id_type: str | None = None
    id_number: str | None = None
    of: str | None = None
    section: str | None = None
    organisation_code: str | None = None
    registration_number: str | None = None


@dataclass(frozen=True)
class Inquiry:
    """A check to be made. ``known_at`` None means the head of the ledger; ``is_linked`` that earlier and later checks
    of the same tender belong together. ``project`` (goods, services or works) and ``must_tender`` are None when nobody
    said; ``matcher`` is the version of the rules to judge by."""

    tender: dict[str, Any]
    sector: str
    must_tender: bool | None
    district: str | None
    on: dt.date
    parties: Sequence[Party]
    known_at: int | None = None
    is_linked: bool = True
    project: str | None = None
    matcher: str = MATCHER


def parse_inquiry(work: UnitOfWork, inquiry: Inquiry, reference: Reference | None = None) -> list[CheckedParty]:
    """Validate an inquiry and return its parties as they are looked up, by the codes of ``reference``.

    Without ``reference`` the tables in force are used. Refuses ``BodyRefused`` with every fault: sector, district,
    references, codes, identity documents, and identity numbers where a name or a code belongs.
    """
    checked_parties, faults = _collect_faults(work, inquiry, reference or reference_data.current(work.session))
    if faults:
        raise BodyRefused(faults=tuple(faults))
    return checked_parties


def faults(work: UnitOfWork, inquiry: Inquiry) -> list[Fault]:
    """The faults that ``parse_inquiry`` would refuse; a batch leaves out these parties and checks the others."""
    return _collect_faults(work, inquiry, reference_data.current(work.session))[1]


def _collect_faults(work: UnitOfWork, inquiry: Inquiry, reference: Reference) -> tuple[list[CheckedParty], list[Fault]]:
    faults = list(_tender_faults(inquiry, reference.names("sectors"), reference.names("districts")))
    faults += _reference_faults(inquiry.parties)
    id_types = reference.names("id_types")
    checked_parties: list[CheckedParty] = []
    for position, stated in enumerate(inquiry.parties):
        party = replace(stated, id_type=reference.id_type_code(stated.id_type)) if stated.id_type else stated
        result = _check_party(work, party, id_types, f"/parties/{position}")
        if isinstance(result, Fault):
            faults.append(result)
        else:
            checked_parties.append(result)
    return checked_parties, faults


def _tender_faults(inquiry: Inquiry, sectors: Mapping[str, str], districts: Mapping[str, str]) -> Iterator[Fault]:
    if inquiry.sector not in sectors:
        yield Fault("/tender/sector", "sector-unknown", "没有这个领域")
    if inquiry.district and inquiry.district not in districts:
        yield Fault("/tender/district", "district-unknown", "没有这个地区代码")


def _reference_faults(parties: Sequence[Party]) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for position, party in enumerate(parties):
        if party.ref in seen:
            faults.append(Fault(f"/parties/{position}/ref", "ref-doubled", "ref 重复"))
        seen.add(party.ref)
    faults += [
        Fault(f"/parties/{position}/of", "ref-unknown", "of 所指的 ref 不在本次核查中")
        for position, party in enumerate(parties)
        if party.of and party.of not in seen
    ]
    return faults


def _check_party(work: UnitOfWork, party: Party, id_types: Mapping[str, str], pointer: str) -> CheckedParty | Fault:
    if fault := _name_fault(party, f"{pointer}/name"):
        return fault
    code, problem, index, document_index, organisation, registration = None, None, None, None, None, None
    place = "name"
    try:
        _require_not_personal(party.name)
        for place in ("section", "ref", "of"):
            _require_not_personal(getattr(party, place) or "")
        if party.uscc:
            place = "uscc"
            code, problem = identifiers.lenient_uscc(party.uscc)
            if problem:
                _require_not_personal(code)
        if party.id_number:
            place = "id_number"
            id_type, number = identifiers.identity(party.id_type, party.id_number, id_types)
            index = work.keys.vault.index(id_type, number).hex()
            document_index = further_keys.document_index(work.keys, number)
        if party.organisation_code:
            place = "organisation_code"
            organisation = identifiers.organisation_code(party.organisation_code)
        if party.registration_number:
            place = "registration_number"
            registration = identifiers.register_number(party.registration_number) or None
    except IdTypeUnknown as refusal:
        return Fault(f"{pointer}/{place}", refusal.code, f"{refusal.title}，{row_reader.accepted(id_types.items())}")
    except Invalid as refusal:
        return Fault(f"{pointer}/{place}", refusal.code, refusal.title)
    return CheckedParty(
        party.ref,
        party.role,
        party.name,
        code,
        index,
        party.of,
        problem,
        section=party.section,
        document_index=document_index,
        organisation_code=organisation,
        registration_number=registration,
    )


def _name_fault(party: Party, pointer: str) -> Fault | None:
    """A name that can be looked up by nothing, or that names several: to answer it as not found would mislead.

    Beside a code or an identity number, which decide, a masked or damaged name is taken as it stands. One with letters
    of two alphabets is answered, for a person to look at (``verdict.judge``).
    """
    if not name_key.key(party.name):
        return Fault(pointer, "name-empty", "名称是空的，或者没有文字")
    findings = list(subject_name.name_findings(party.name, is_person=bool(party.id_number or party.id_type)))
    has_key = bool(party.uscc or party.id_number or party.organisation_code)
    for finding in findings:
        if finding == subject_name.NAME_SEVERAL or (finding != alphabets.NAME_MIXED and not has_key):
            return Fault(pointer, finding, subject_name.DETAILS[finding])
    return None


def _require_not_personal(text: str) -> None:
    """A receipt shows names, codes and references in clear, so none may be somebody's number."""
    if redaction.has_personal_number(text):
        raise PersonalNumber()
