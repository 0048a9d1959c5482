"""What a format of another platform is: its columns, how a published body becomes a row, and how a row is read.

A row is one version of one record. A format loses what its columns cannot hold; each format says of every attribute
whether it is kept, folded into a free text, or lost (``docs/exchange.md``).
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from registry.domain.cases.adopted_listing import ListPlace, ListState
from registry.domain.filing.columns import Headings
from registry.domain.filing.model import Filing, Note, Rules
from registry.domain.publication import canonical
from registry.errors import Fault

Body = Mapping[str, Any]
Row = dict[str, str]
Operation = Literal["I", "U", "D"]

CODE_UNKNOWN = "exchange-code-unknown"
COLUMN_UNKNOWN = "exchange-column-unknown"
CODE_DETAIL = "代码不在代码表中，须由人核对并登记后重新判断"
NO_END_DAY = "2099/12/31"
"""What stands in a required date column for no end (发改办财金〔2018〕424号填报口径)."""
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class CodeTables:
    """Code tables of other platforms: table → value → meaning here (``reference/exchange_codes.toml``)."""

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def meaning(self, table: str, value: str) -> str | None:
        """What a value means here, None when nobody has read it: never a default."""
        return self.tables.get(table, {}).get(value.strip())

    def value(self, table: str, meaning: str) -> str:
        """The value by which a meaning is written; empty where the table has none for it."""
        return next((value for value, known in self.tables.get(table, {}).items() if known == meaning), "")


@dataclass(frozen=True)
class WriteContext:
    """What writing needs besides the body: reference data, code tables, the codes of both platforms, and when the
    version was recorded here."""

    rules: Rules
    codes: CodeTables
    platform_code: str = ""
    recorded_at: dt.datetime | None = None

    @property
    def timestamp(self) -> str:
        """The instant of recording as the standard writes it, in Beijing time; empty when it is not known."""
        zone = dt.timezone(dt.timedelta(hours=8))
        return self.recorded_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if self.recorded_at else ""


@dataclass(frozen=True)
class ReadContext:
    """What reading needs besides the row: reference data, code tables, today, the list that rows of lists are of, and
    the codes of authorities by name for formats that name them only."""

    rules: Rules
    codes: CodeTables
    today: dt.date
    list_state: ListState | None = None
    authority_codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Withdrawal:
    """A message that a record of the sender no longer stands."""

    listing: str
    name: str
    uscc: str | None
    reason: str


@dataclass(frozen=True)
class ReportedMeasure:
    """What a platform reports of a measure that somebody took, or did not take, because of a record told to it.

    The record is named by ``record``, its number here, or where that is empty by its ``document_number`` and ``uscc``
    together. ``kind`` is a meaning of the code table MEASURE_TYPE.
    """

    record: str
    document_number: str
    subject_name: str
    uscc: str | None
    kind: str
    state: Literal["taken", "lifted", "not_taken"]
    measure: str
    basis: str
    taken_on: dt.date | None
    lifted_on: dt.date | None
    taken_by: str
    taken_by_code: str | None
    remark: str


Content = Filing | ListPlace | Withdrawal | ReportedMeasure


@dataclass(frozen=True)
class ReadRow:
    """A row that was read: its content, or the faults for which a person has to look at it."""

    content: Content | None
    faults: tuple[Fault, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The columns of the rows of one kind, and how such a row is read."""

    code: str
    name: str
    columns: tuple[str, ...]
    read: Callable[[Mapping[str, str], ReadContext], ReadRow]


@dataclass(frozen=True)
class Format(Layout):
    """A format of records, which go out and come in. ``kinds``: the kinds of record it carries; ``states``: whether it
    carries versions that stand, versions that stand no longer, or both.

    ``kept``: attribute → column, the same when read again. ``folded``: attribute → column in whose free text it is
    written for people. Every other attribute is lost.
    """

    kinds: frozenset[str]
    states: Literal["standing", "ended", "all"]
    write: Callable[[Body, WriteContext], Row]
    kept: Mapping[str, str]
    folded: Mapping[str, str]

    def carries(self, body: Body) -> bool:
        """Whether a version of a record is written in this format."""
        is_standing = body["state"] == "published"
        return body["kind"] in self.kinds and self.states in ("all", "standing" if is_standing else "ended")


@dataclass(frozen=True)
class RowMessage:
    """One version of one record as a row of a format: what travels in files and front-end databases.

    ``operation``: I a new record, U a new version, D the record no longer stands: it is neither shown nor used until a
    newer version says otherwise. ``provider``: the unit that entered it (plan 四（四）注明信息来源).
    """

    record: str
    revision: int
    operation: Operation
    format: str
    row: Row
    provider: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 (hex) by which two versions are compared; empty cells do not count."""
        cells = {column: text for column, text in self.row.items() if text}
        stated = [self.record, self.revision, self.operation, self.format, cells]
        return canonical.digest(stated).hex()


def message_of(fmt: Format, body: Body, context: WriteContext) -> RowMessage:
    """The row of a version of a record."""
    row = fmt.write(body, context)
    cells = {column: plain_cell(row.get(column, "")) for column in fmt.columns}
    provider = plain_cell(body["source"]["name"])
    return RowMessage(body["record"], body["revision"], operation_of(body), fmt.code, cells, provider)


def plain_cell(text: str) -> str:
    """A cell as it survives every kind of file: line ends are LF, no blanks around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def operation_of(body: Body) -> Operation:
    """Whether a version is new, changed, or no longer stands."""
    if body["state"] != "published":
        return "D"
    return "I" if body["revision"] == 1 else "U"


def unknown_columns(layout: Layout, row: Mapping[str, str]) -> list[Fault]:
    """Faults of filled cells under headings that the format does not have: what they say is not known."""
    return [
        Fault(f"/{column}", COLUMN_UNKNOWN, "格式中没有此列")
        for column, text in row.items()
        if text and column not in layout.columns
    ]


def code_faults(row: Mapping[str, str], context: ReadContext, tables: Sequence[str]) -> list[Fault]:
    """Faults of coded cells whose value is in no table; an empty cell states nothing."""
    return [
        Fault(f"/{table}", CODE_UNKNOWN, CODE_DETAIL)
        for table in tables
        if row.get(table, "").strip() and context.codes.meaning(table, row[table]) is None
    ]


def as_headings(vocabulary: str, fields: Mapping[str, str]) -> Headings:
    """Headings of a format: column → field; amounts count in 万元, as the formats have them."""
    return Headings(vocabulary, dict(fields), dict.fromkeys(("fine", "confiscated"), "wan"))


def slashed(day: str | None) -> str:
    """An ISO day as YYYY/MM/DD; no end is the far day that stands for it."""
    return day.replace("-", "/") if day else NO_END_DAY


def last_day(first_day_after: str | None) -> str | None:
    """The last day of a period that is stored with the first day after it (ISO)."""
    return (dt.date.fromisoformat(first_day_after) - _ONE_DAY).isoformat() if first_day_after else None


def state_words(body: Body) -> str:
    """Why a version no longer stands, in the words of its act; empty while it stands."""
    if body["state"] == "published":
        return ""
    if body["state"] == "suspended":
        return f"中止公示：{body.get('suspended_because') or ''}".rstrip("：")
    return f"{body['removed_on']}起不再公示：{body.get('removed_because') or ''}".rstrip("：")


def measure_words(measure: Mapping[str, Any]) -> str:
    """A measure with its days, for a free text."""
    end = last_day(measure["ends_on"])
    return f"{measure['name']}（{measure['starts_on']}至{end or '长期'}）"
