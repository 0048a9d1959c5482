"""Find all rows that the node keeps about one person, given by the number of a document, in every table."""

import contextlib
import datetime as dt
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, Text, or_, select
from sqlalchemy.orm import Session

from registry.domain import identifiers
from registry.domain.checks import receipts
from registry.errors import Invalid, Refusal
from registry.keys.signing import Vault
from registry.models import Base
from registry.models.base import FreeText

NOT_ABOUT_PERSONS = {
    "catalog_rows": "law and configuration",
    "checkpoints": "heads of the tree",
    "cosignatures": "heads of the tree",
    "counters": "numbers",
    "gram_counts": "pieces of names, which single nobody out",
    "job_runs": "runs of the worker",
    "ledger_nodes": "hashes of hashes",
    "log_epochs": "identities of the log",
    "name_grams": "pieces of names; the names are in `subject_names`",
    "posting_folds": "numbers",
    "postings": "bitmaps of entry numbers; the entries are in `standing`",
    "row_commitments": "keyed hashes of rows",
}
"""Tables that are not looked through, each with the reason. Every other table of the metadata is."""
SHARED = frozenset({
    "audit_events", "bulk_releases", "check_file_parts", "check_files", "checks", "idempotency_keys",
    "import_row_pages", "inbox_batches", "list_adoptions", "penalty_imports", "rate_limits", "watch_events", "watches",
})  # fmt: skip
"""Tables whose rows are about others as well: of these the report has what tells which row it is, and the person's own
line of a check, never the content."""
_OF_AN_ENTRY = {"further_keys": "from_entry", "outbox_messages": "entry", "standing": "entry"}
"""Tables that name the entry of a publication without a foreign key, by the column that does."""
_READ_AT_ONCE = 1000
_REFERENCE_DIGITS = 16
_ENTRIES = Base.metadata.tables["publications"].c.from_entry
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class PersonRow:
    """A row about the person: its key, the columns it was found by, and what it says."""

    table: str
    key: str
    found_by: Sequence[str]
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    """What a person is found by: the spellings of the number, and the keyed hashes (hex) under which it is indexed.

    ``reference`` is how the audit trail names the person, a part of such a hash.
    """

    numbers: frozenset[str]
    indexes: frozenset[str]
    reference: str


def identify(vault: Vault, id_type: str | None, number: str, id_types: Mapping[str, str]) -> Person:
    """A person by the number of a document. It may be indexed as that of another type, so that all types that the
    number can be of are looked for. Refuses as ``identifiers.identity`` does."""
    stated = identifiers.identity(id_type, number, id_types)
    identities = {stated, ("", identifiers.document_number(number))}
    for code in id_types:
        with contextlib.suppress(Invalid):
            identities.add(identifiers.identity(code, number, id_types))
    indexes = {vault.index(code, folded).hex() for code, folded in identities}
    derived = {vault.index("watched id", index).hex() for index in indexes}
    derived |= {vault.index("relief-subject", f"id:{index}").hex() for index in indexes}
    reference = f"person {vault.index(*stated).hex()[:_REFERENCE_DIGITS]}"
    return Person(frozenset(folded for _, folded in identities), frozenset(indexes | derived), reference)


def find_rows(session: Session, vault: Vault, person: Person) -> Iterator[PersonRow]:
    """Yield every row about a person: that has the number, its index, or a record of the person, or belongs to such a
    row. Sealed content is opened. Reads the whole store once; what names the person without the number is not found."""
    records = _find_records(session, person)
    search = _Search(vault, person, records)
    # What belongs to a row is looked at after it; only foreign keys are known to the metadata.
    for table in sorted(Base.metadata.sorted_tables, key=lambda table: table.name in _OF_AN_ENTRY):
        if table.name not in NOT_ABOUT_PERSONS:
            for row in _read_rows(session, table):
                found_by = search.columns_about(table, row)
                if found_by:
                    yield search.describe(table, row, found_by)


def _find_records(session: Session, person: Person) -> frozenset[str]:
    """The records about the person, applications about them included: until no further one is found."""
    tables = [table for table in Base.metadata.sorted_tables if "record" in table.c and "id" in table.c]
    records: frozenset[str] = frozenset()
    while True:
        marks = [*records, *person.indexes, *(f"id:{index}" for index in person.indexes)]
        found = set(records)
        for table in tables:
            texts = [column for column in table.c if _is_text(column)]
            statement = select(table.c.record).where(or_(*(column.in_(marks) for column in texts)))
            found |= {record for record in session.scalars(statement) if record}
        if found == records:
            return records
        records = frozenset(found)


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, Text | FreeText)


def _read_rows(session: Session, table: Table) -> Iterator[Mapping[str, Any]]:
    statement = select(table).order_by(*table.primary_key.columns)
    for row in session.execute(statement).yield_per(_READ_AT_ONCE).mappings():
        yield dict(row)


class _Search:
    """Looks a row through, and remembers the rows that others belong to."""

    def __init__(self, vault: Vault, person: Person, records: Collection[str]) -> None:
        self._vault, self._person = vault, person
        self._marks = re.compile("|".join(map(re.escape, [*person.indexes, *records, person.reference])))
        numbers = "|".join(map(re.escape, person.numbers))
        self._numbers = re.compile(rf"(?<![0-9A-Z])(?:{numbers})(?![0-9A-Z])", re.IGNORECASE)
        self._values: dict[Column[Any], set[Any]] = {}
        """Values of own rows, of the columns that other tables refer to."""

    def columns_about(self, table: Table, row: Mapping[str, Any]) -> list[str]:
        """The columns by which a row is about the person."""
        found = [column.name for column in table.c if self._is_about(column, row)]
        if found and table.name not in SHARED:
            for column in table.c:
                self._values.setdefault(column, set()).add(_hashable(row[column.name]))
        return found

    def describe(self, table: Table, row: Mapping[str, Any], found_by: Sequence[str]) -> PersonRow:
        """What a row says, as JSON-able data; the number itself is not repeated."""
        key = ", ".join(str(row[column.name]) for column in table.primary_key.columns)
        content = {
            column.name: self._show(column, row[column.name])
            for column in table.c
            if table.name not in SHARED or isinstance(row[column.name], dt.date) or column.name in found_by
        }
        if table.name in SHARED:
            content = {name: "含有" if name in found_by else value for name, value in content.items()}
        if table.name == "checks":
            content["lines"] = list(self._own_lines(row))
        return PersonRow(table.name, key, found_by, content)

    def _is_about(self, column: Column[Any], row: Mapping[str, Any]) -> bool:
        value = row[column.name]
        if value is None:
            return False
        parents = [key.column for key in column.foreign_keys]
        if _OF_AN_ENTRY.get(column.table.name) == column.name:
            parents.append(_ENTRIES)
        if any(_hashable(value) in self._values.get(parent, ()) for parent in parents):
            return True
        if isinstance(value, bytes):
            tags = self._tags(row.get("tender_index"))
            return any(self._has_mark(text) or any(tag in text for tag in tags) for text in self._open(value))
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        return bool(self._marks.search(text))

    def _has_mark(self, text: str) -> bool:
        return bool(self._marks.search(text) or self._numbers.search(text))

    def _tags(self, tender_index: str | None) -> list[str]:
        """How the receipts of one tender name a person."""
        if not tender_index:
            return []
        return [self._vault.index(f"person of {tender_index}", index).hex() for index in self._person.indexes]

    def _own_lines(self, row: Mapping[str, Any]) -> Iterator[Any]:
        tags = self._tags(row["tender_index"])
        with contextlib.suppress(Refusal):
            content = self._vault.open(row["receipt_sealed"])
            statement = json.loads(content[receipts.SALT_BYTES :])["statement"]
            yield from (line for line in statement["lines"] if line.get("id_tag") in tags)

    def _open(self, sealed: bytes) -> Iterable[str]:
        """The texts in a sealed value; a workbook has one for each of its parts."""
        try:
            content = self._vault.open(sealed)
        except Refusal:
            return []
        if not content.startswith(_ZIP):
            return [content.decode("utf-8", "replace")]
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error):
            return [content.decode("utf-8", "replace")]  # a damaged archive may still show what it was made of

    def _show(self, column: Column[Any], value: Any) -> Any:
        if isinstance(column.type, LargeBinary):
            return self._show_sealed(column, value)
        return value.isoformat() if isinstance(value, dt.date) else value

    def _show_sealed(self, column: Column[Any], value: bytes | None) -> Any:
        if not value:
            return None
        if column.name == "id_sealed":
            return "所查询的证件号码"
        with contextlib.suppress(Refusal):
            try:
                return self._numbers.sub("所查询的证件号码", self._vault.open(value).decode())
            except UnicodeDecodeError:
                return f"文件，密封，{len(value)} 字节"
        return None


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int) else None
