"""A place on another authority's list: how a row of a list file is read, and the public body that comes of it."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.domain import records
from registry.domain.cases.listing import jsonable
from registry.domain.filing import cells, document_number, party
from registry.domain.filing.columns import Headings
from registry.domain.filing.model import Note, Party, Rules
from registry.domain.filing.row_reader import RowReader
from registry.domain.law.publicity import NO_END, add_months
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Scheme
from registry.domain.publication import body, canonical, redaction
from registry.domain.publication.body import PublishedVersion
from registry.errors import Fault

UNSTATED = "未载明"
"""Stands for a document number that the list does not give."""
SOURCE_MAX = 200
_ONE_DAY = dt.timedelta(days=1)
_YEARS = re.compile(r"(\d{1,2})(?:\.0)?年?", re.ASCII)
_GONE, _STANDS = ("1", "是", "已撤销", "已退出"), ("", "0", "否", "未撤销")
_NO_END_WORDS = ("长期", "永久", "长期有效", "永久有效", "无期限", "无固定期限")
_OPEN = re.compile("|(?:向?社会|完全|全部|主动)?公开")
"""Scopes of publicity that are public; any other, such as codes that nobody here has read, is not."""
_NOT_COMPARED = ("sectors", "as_of")


@dataclass(frozen=True)
class ListPlace:
    """One row of a list, cleaned. ``ends_on`` is the first day after the term, None where the list states no end;
    ``is_open``: its source does not confine its publicity; ``is_off``: the row says that the party is no longer on the
    list, since ``off_since``."""

    subject: Party = field(repr=False)
    document_number: str
    facts: str
    basis: str
    content: str
    authority_name: str
    authority_code: str | None
    decided_on: dt.date
    starts_on: dt.date
    ends_on: dt.date | None
    list_source: str
    as_of: dt.date
    is_open: bool
    is_off: bool
    off_since: dt.date
    off_because: str


@dataclass(frozen=True)
class ListState:
    """The list that a file is of: its scheme, all names it has had, the day of its state, and the day of filing."""

    scheme: Scheme
    names: Sequence[str]
    as_of: dt.date
    today: dt.date


def is_source_name(source: str) -> bool:
    """Whether a text may be published as the name of a list's source; empty stands for all sources."""
    is_plain = source == source.strip() and len(source) <= SOURCE_MAX and not cells.is_forbidden(source)
    return is_plain and redaction.blot(source) == source


def list_names(reference: Reference, scheme: str) -> list[str]:
    """The names that a list has and had, by which files may call it."""
    return [row.name for row in reference.rows("schemes") if row.code == scheme]


def parse_place(
    row: Mapping[str, str], headings: Headings, state: ListState, rules: Rules
) -> tuple[ListPlace, list[Fault], list[Note]]:
    """Read one row; with any fault the result must not be used. No text of a fault quotes a cell."""
    reader = RowReader(row, headings)
    _require_list(reader, state)
    subject = party.parse_listed_party(reader, rules)
    is_told_apart = bool(subject.uscc) or party.is_kind_stated(reader)
    listed_on = reader.day("listed_on", required=True)
    if listed_on and listed_on > state.today:
        reader.fault("listed_on", "listed-in-future", "列入日期晚于今日")
    decided_on = listed_on or state.today
    starts_on = reader.day("starts_on", required=False) or decided_on
    if listed_on and starts_on != listed_on:
        reader.note(
            "starts_on", "start-differs", f"起始日 {starts_on} 与列入日期 {listed_on} 不同，按所写的读取，请核对"
        )
    source, authority = reader.organ_name("list_source"), reader.organ_name("authority_name", required=False)
    if not (source or authority):
        reader.fault("authority_name", "required", "认定部门与数据来源都没有填写")
    code_text = reader.text("authority_code", required=False)
    is_off, off_since = _read_exit(reader, state)
    texts = [reader.text(name, required=False) for name in ("content", "confined_action")]
    place = ListPlace(
        subject=subject,
        document_number=_read_document_number(reader),
        facts=reader.text("facts", required=False),
        basis=reader.text("basis", required=False) or state.scheme.basis,
        content="；".join(filter(None, texts)),
        authority_name=authority or source,
        authority_code=party.uscc(reader, "authority_code", code_text) if code_text else None,
        decided_on=decided_on,
        starts_on=starts_on,
        ends_on=_read_end(reader, starts_on),
        list_source=source or authority,
        as_of=min(reader.day("as_of", required=False) or state.as_of, state.as_of),
        # A bare name of no stated kind may be that of a person, who is not shown.
        is_open=is_told_apart and _OPEN.fullmatch(reader.text("publicity_scope", required=False)) is not None,
        is_off=is_off,
        off_since=off_since,
        off_because=reader.text("delisted_because", required=False),
    )
    return place, list(dict.fromkeys(reader.faults)), reader.notes


def _read_document_number(reader: RowReader) -> str:
    number = reader.text("document_number", required=False, limit=200)
    if redaction.has_personal_number(number):
        reader.fault("document_number", document_number.PERSONAL, document_number.DETAILS[document_number.PERSONAL])
    return number or UNSTATED


def _require_list(reader: RowReader, state: ListState) -> None:
    """A row that names another list than the file is said to be of; codes of lists are not read."""
    text = reader.text("list_name", required=False)
    if re.search("[一-鿿]", text) and not any(text in name or name in text for name in state.names):
        reader.fault("list_name", "list-differs", "此行所写名单不是所报的名单")


def _read_end(reader: RowReader, starts_on: dt.date) -> dt.date | None:
    """The first day after the term; None where the list states none: the place lasts while it is on the list."""
    last_day = None if reader.raw("ends_on") in _NO_END_WORDS else reader.day("ends_on", required=False)
    years_text = reader.text("term_years", required=False)
    years = _YEARS.fullmatch(years_text)
    if years_text and not years:
        reader.fault("term_years", "term-malformed", "管理期限应为年数")
    if last_day and last_day < starts_on:
        reader.fault("ends_on", "ends-before-start", "截止日早于起始日")
    if last_day:
        return last_day + _ONE_DAY if last_day < NO_END else None
    return add_months(starts_on, 12 * int(years[1])) if years else None


def _read_exit(reader: RowReader, state: ListState) -> tuple[bool, dt.date]:
    status, day = reader.text("delisted", required=False), reader.day("delisted_on", required=False)
    if status not in _GONE + _STANDS:
        reader.fault("delisted", "status-unknown", "是否撤销应为是或否")
    is_off = status in _GONE or (day is not None and day <= state.today)
    return is_off, min(day or state.as_of, state.today)


def content(place: ListPlace, sectors: Sequence[str]) -> dict[str, Any]:
    """The facts of a place as they are kept, without the identity number."""
    facts = {name: value for name, value in vars(place).items() if name not in ("is_off", "off_since", "off_because")}
    subject = {name: value for name, value in vars(place.subject).items() if name != "id_number"}
    kept = jsonable({**facts, "subject": subject, "sectors": sorted(sectors), "district": None})
    blotted: dict[str, Any] = redaction.blot_facts(kept)
    return blotted


def change_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What a later state of the list changes in a place: ``changed``, ``renewed`` (only its day) or ``unchanged``."""
    if any(before[name] != after[name] for name in after.keys() - _NOT_COMPARED):
        return "changed"
    return "unchanged" if before["as_of"] == after["as_of"] else "renewed"


def audience(scheme: Scheme, facts: Mapping[str, Any]) -> str:
    """``public`` where the list may be published, its source does not confine it, and the subject is no natural person;
    else ``authorised``, for checks only."""
    is_public = scheme.may_publish and facts["is_open"] and facts["subject"]["kind"] != "natural_person"
    return "public" if is_public else "authorised"


def visible_until(facts: Mapping[str, Any]) -> dt.date:
    """The end of publicity: that of the place itself."""
    return dt.date.fromisoformat(facts["ends_on"]) if facts["ends_on"] else NO_END


def public_body(facts: Mapping[str, Any], scheme: Scheme, version: PublishedVersion) -> dict[str, Any]:
    """Everything that is published of an adopted place. It has no measures: it bears by the effects of its list."""
    days = {name: dt.date.fromisoformat(facts[name]) for name in ("decided_on", "starts_on", "as_of")}
    common: Any = body.common_fields({**facts, **days}, version)
    authority = records.SourceAuthority(name=facts["authority_name"], code=facts["authority_code"])
    return body.published(
        records.AdoptedListingBody(
            **{**common, "authority": authority},
            kind="adopted_listing",
            scheme=_describe_scheme(scheme),
            content=facts["content"],
            list_source=facts["list_source"],
            as_of=days["as_of"],
            starts_on=days["starts_on"],
            ends_on=dt.date.fromisoformat(facts["ends_on"]) if facts["ends_on"] else None,
        )
    )


@dataclass(frozen=True)
class WholeList:
    """The whole of a list as a file had it: its scheme, its source (empty: all sources), the day, how many places."""

    scheme: Scheme
    source: str
    as_of: dt.date
    places: int
    sectors: Sequence[str]

    def digest(self) -> str:
        """The digest (hex) that binds the published state to what was filed."""
        stated = [self.scheme.code, self.source, self.as_of.isoformat(), self.places]
        return canonical.digest(stated).hex()


def list_state_body(whole: WholeList, version: PublishedVersion) -> dict[str, Any]:
    """What is published of a whole list: of which day it is known, and how many places it has; nothing of anybody."""
    name = whole.source or whole.scheme.name
    facts = {
        "subject": {"kind": "organisation", "name": name, "uscc": None},
        "document_number": UNSTATED,
        "facts": "",
        "basis": whole.scheme.basis,
        "decided_on": whole.as_of,
        "authority_name": name,
        "authority_code": "",
        "sectors": whole.sectors,
        "district": None,
    }
    common: Any = body.common_fields(facts, version)
    return body.published(
        records.ListStateBody(
            **{**common, "authority": records.SourceAuthority(name=name, code=None)},
            kind="list_state",
            scheme=_describe_scheme(whole.scheme),
            list_source=whole.source,
            as_of=whole.as_of,
            places=whole.places,
        )
    )


def _describe_scheme(scheme: Scheme) -> records.ListScheme:
    return records.ListScheme(code=scheme.code, name=scheme.name, basis=scheme.basis, basis_level=scheme.basis_level)
