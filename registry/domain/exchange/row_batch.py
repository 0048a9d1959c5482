"""Batches of rows for platforms that do not speak the protocol of the nodes: manifest, receipt and digest sheet.

What stands here is the same in files and in front-end databases (``docs/exchange.md``).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from registry.domain.exchange import reconciliation
from registry.domain.exchange.envelope import DELIVERED, QUARANTINED, Outcome
from registry.domain.exchange.formats.model import RowMessage, plain_cell
from registry.domain.publication import canonical
from registry.errors import Fault
from registry.refusals.acts import BatchMalformed

T = TypeVar("T")
Item = TypeVar("Item")
ALONE_REFUSALS = 3
"""A row that is alone is set aside when it was refused so often: the first time the transport may be at fault."""
SET_ASIDE_MAX = 10
"""More rows set aside within a day mean a broken platform, not bad rows: it is paused until a person looks."""
CONTROL = ("SOURCE_RECORD_ID", "M_VERSION", "OP", "ROW_HASH", "PROVIDE_UNIT_NAME")
"""Columns before those of the format, in every file and table."""
NO_SEQUENCE = 0
"""The number of a receipt that answers single rows, whatever batches they were in."""
MANIFEST_BYTES_MAX = 1024 * 1024
_RECORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}")
_REVISION = re.compile(r"[1-9][0-9]{0,8}")

Hex = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Sequence32 = Annotated[int, Meta(ge=1, le=99_999_999)]
Word = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,64}$")]
Sentence = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,500}$")]
FileName = Annotated[str, Meta(pattern=r"^batch-[0-9]{8}-[a-z0-9-]{1,40}\.(csv|xlsx|xml)$")]
"""No folder, no way up: a name beside the manifest."""


class FileEntry(Struct, kw_only=True, forbid_unknown_fields=True):
    """One file of a batch: all rows of one format."""

    name: FileName
    format: Word
    rows: Count
    sha256: Hex


class Manifest(Struct, kw_only=True, forbid_unknown_fields=True, rename={"sender": "from", "receiver": "to"}):
    """What a batch consists of. ``full``: the rows are all that the sender has, so that what is not there has left."""

    sender: Word
    receiver: Word
    sequence: Sequence32
    kind: Literal["delta", "full"]
    records: Count
    digest: Hex
    files: Annotated[list[FileEntry], Meta(max_length=20)]


class ReceiptLine(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What became of one record version. ``code`` and ``message``: why not, in the platform's own code and words."""

    record: Word
    revision: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    outcome: Literal["accepted", "duplicate", "stale", "rejected", "conflict", "pending"]
    code: Word = ""
    message: Sentence = ""


class Counts(Struct, kw_only=True, forbid_unknown_fields=True):
    """sent = accepted + rejected + pending."""

    sent: Count
    accepted: Count
    rejected: Count
    pending: Count


class RowReceipt(
    Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename={"sender": "from", "receiver": "to"}
):
    """The answer to a batch. ``refused``: the code for which the whole batch was not taken. It may be written again
    with fewer pending lines."""

    sender: Word
    receiver: Word
    sequence: Sequence32
    digest: Hex
    counts: Counts
    lines: list[ReceiptLine]
    refused: Word = ""


class DigestSheet(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the writer holds of an owner's records: bucket → digest. Buckets that are not named are empty."""

    owner: Word
    buckets: dict[str, Hex]


class BucketRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """The owner asks for the rows of the buckets of a sheet that differ. ``sheet``: SHA-256 of the sheet's file."""

    sheet: Hex
    buckets: Annotated[list[Annotated[int, Meta(ge=0, lt=4096)]], Meta(max_length=4096)]


class BucketRows(Struct, kw_only=True, forbid_unknown_fields=True):
    """The rows asked for: record, revision, hash. ``sheet``: that of the request."""

    sheet: Hex
    records: list[tuple[Word, int, Hex]]


@dataclass(frozen=True)
class IncomingRow:
    """One row of a batch as it came: the message, or the faults for which it is none; and its cells."""

    message: RowMessage | None
    faults: tuple[Fault, ...]
    record: str
    revision: int
    format: str
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class IncomingBatch:
    """A batch as it came, whole and with the counts and digests that its manifest states."""

    sequence: int
    digest: str
    is_full: bool
    rows: tuple[IncomingRow, ...]


def decode(raw: bytes, kind: type[T]) -> T:
    """Parse a JSON document of this protocol; refuses ``BatchMalformed``."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BatchMalformed() from None


def encode(value: Struct) -> bytes:
    """A JSON document of this protocol, in canonical form."""
    return canonical.dumps(msgspec.to_builtins(value))


def digest_of(rows: Iterable[tuple[str, int, str]]) -> str:
    """The digest of a batch: SHA-256 over its sorted (record, revision, hash)."""
    return canonical.digest([list(row) for row in sorted(rows)]).hex()


def digest_of_messages(messages: Sequence[RowMessage]) -> str:
    """The digest of a batch of messages."""
    return digest_of((message.record, message.revision, message.hash) for message in messages)


def control_cells(message: RowMessage) -> dict[str, str]:
    """The cells of the columns before those of the format."""
    return {
        "SOURCE_RECORD_ID": message.record,
        "M_VERSION": str(message.revision),
        "OP": message.operation,
        "ROW_HASH": message.hash,
        "PROVIDE_UNIT_NAME": message.provider,
    }


def parse_row(format_code: str, cells: Mapping[str, str], faults: Sequence[Fault] = ()) -> IncomingRow:
    """Read the control columns of a row; a hash that is not that of the cells is a fault, as is what is no number."""
    plain = {column: plain_cell(text) for column, text in cells.items()}
    kept = {column: text for column, text in plain.items() if text}
    record, revision_text = plain.pop("SOURCE_RECORD_ID", ""), plain.pop("M_VERSION", "")
    operation, stated = plain.pop("OP", ""), plain.pop("ROW_HASH", "")
    provider = plain.pop("PROVIDE_UNIT_NAME", "")
    found = list(faults)
    if not _RECORD.fullmatch(record):
        found.append(Fault("/SOURCE_RECORD_ID", "record-malformed", "来源主键为空或含有不允许的字符"))
        record = ""
    revision = int(revision_text) if _REVISION.fullmatch(revision_text) else 0
    if not revision:
        found.append(Fault("/M_VERSION", "revision-malformed", "版本号应为正整数"))
    if operation not in ("I", "U", "D"):
        found.append(Fault("/OP", "operation-unknown", "操作应为 I、U、D"))
    if found:
        return IncomingRow(None, tuple(found), record, revision, format_code, kept)
    row = {column: text for column, text in plain.items() if text}
    message = RowMessage(record, revision, operation, format_code, row, provider)  # type: ignore[arg-type]
    if message.hash != stated:
        fault = Fault("/ROW_HASH", "hash-wrong", "行校验值与内容不符")
        return IncomingRow(None, (fault,), record, revision, format_code, kept)
    return IncomingRow(message, (), record, revision, format_code, kept)


def receipt_of(parties: tuple[str, str], batch: tuple[int, str], lines: Sequence[ReceiptLine]) -> RowReceipt:
    """The receipt of a batch (sequence, digest), from ``parties``: who answers, who sent."""
    outcomes = [line.outcome for line in lines]
    counts = Counts(
        sent=len(lines),
        accepted=sum(outcome in DELIVERED for outcome in outcomes),
        rejected=sum(outcome in QUARANTINED for outcome in outcomes),
        pending=outcomes.count("pending"),
    )
    return RowReceipt(
        sender=parties[0], receiver=parties[1], sequence=batch[0], digest=batch[1], counts=counts, lines=list(lines)
    )


def refusal_of(parties: tuple[str, str], batch: tuple[int, str], code: str) -> RowReceipt:
    """The receipt of a batch that was not taken at all."""
    receipt = receipt_of(parties, batch, ())
    receipt.refused = code
    return receipt


def after_refusal(items: Sequence[Item], refusals: int) -> tuple[list[Sequence[Item]], Sequence[Item]]:
    """What to do with the rows of a batch that was refused as a whole: the batches to send instead, and what is set
    aside. The one row for which it is refused is found by halves; ``refusals``: how often its rows were refused so,
    this time included. One that is alone comes again until it was refused ``ALONE_REFUSALS`` times."""
    if len(items) > 1:
        middle = len(items) // 2
        return [items[:middle], items[middle:]], ()
    return ([items], ()) if refusals < ALONE_REFUSALS else ([], items)


def has_consistent_counts(receipt: RowReceipt) -> bool:
    """Whether sent = accepted + rejected + pending, and as many lines."""
    counts = receipt.counts
    return counts.sent == counts.accepted + counts.rejected + counts.pending == len(receipt.lines)


def line_of(record: str, revision: int, outcome: Outcome) -> ReceiptLine:
    """A line of a receipt of ours."""
    value: Any = outcome.outcome
    message = "；".join(fault.pointer.removeprefix("/") for fault in outcome.faults[:5])
    return ReceiptLine(record=record, revision=revision, outcome=value, code=outcome.code or "", message=message[:200])


def sheet_of(owner: str, rows: Iterable[tuple[str, int, str]]) -> DigestSheet:
    """The digest sheet of what is held of an owner's records."""
    buckets = reconciliation.buckets(rows)
    return DigestSheet(
        owner=owner, buckets={str(number): reconciliation.digest(rows) for number, rows in buckets.items()}
    )
