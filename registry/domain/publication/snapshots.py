"""Snapshots of all records shown: their names, the lines of full files and deltas, and their signed manifest.

A full file has one line per record shown as of an entry and a day, in the order of the entries. A delta from an earlier
snapshot has, in the same order, a line per entry that is there no more, and the lines that are new: applied to the full
file of the earlier one it gives that of the later one, byte for byte.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import Struct

from registry.domain import records
from registry.domain.publication import canonical, signed_notes
from registry.domain.publication.signed_notes import NoteSigner
from registry.refusals.open_data import SnapshotMalformed

FORMAT = 1
"""The version of manifest and lines."""
MANIFEST = "manifest.note"
LINE_BYTES_MAX = 4 * 1024 * 1024
GONE = ("replaced", "removed", "erased", "ended")
"""Why a line is there no more: a later version of the record, a removal, an erasure, or the end of its period."""
_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,15})\.([0-9a-z]{1,64})")
_LINE = re.compile(rb'\{"entry":([1-9][0-9]{0,15}),"(body|gone)":')


@dataclass(frozen=True)
class SnapshotName:
    """Which snapshot: of which day, after which entry, in which epoch of the ledger."""

    on: dt.date
    entry: int
    epoch: str

    def __str__(self) -> str:
        return f"{self.on.isoformat()}.{self.entry}.{self.epoch}"

    @property
    def place(self) -> tuple[dt.date, int]:
        """By what the snapshots of one epoch follow one another."""
        return self.on, self.entry


def parse_name(text: str) -> SnapshotName | None:
    """The name of a snapshot, None where the text is none."""
    parts = _NAME.fullmatch(text)
    try:
        return SnapshotName(dt.date.fromisoformat(parts[1]), int(parts[2]), parts[3]) if parts else None
    except ValueError:
        return None


class SnapshotFile(Struct, kw_only=True, frozen=True):
    """A file of a snapshot. ``content_sha256`` is that of the content without its compression, ``base`` the snapshot
    that a delta starts from."""

    name: str
    content: Literal["full", "delta"]
    format: Literal["jsonl", "csv", "xlsx"]
    compression: Literal["gzip", "zstd"] | None
    bytes: int
    sha256: str
    content_sha256: str
    content_bytes: int
    base: str | None = None


class Head(Struct, kw_only=True, frozen=True):
    """The newest signed head of the ledger at the time: its size and root."""

    size: int
    root: str


class Manifest(Struct, kw_only=True, frozen=True):
    """What a snapshot is of, and the digest of each of its files. ``records``: how many lines the full files have."""

    format: int
    snapshot: str
    origin: str
    entry: int
    on: str
    made_at: str
    records: int
    checkpoint: Head | None
    content_sha256: str
    content_bytes: int
    files: list[SnapshotFile]

    def full(self, form: str, compression: str | None) -> SnapshotFile | None:
        """The full file of a format, None where there is none."""
        wanted = ("full", form, compression)
        return next((file for file in self.files if (file.content, file.format, file.compression) == wanted), None)

    def delta(self, base: str, compression: str) -> SnapshotFile | None:
        """The delta from a snapshot in JSON Lines, None where there is none."""
        wanted = (base, "jsonl", compression)
        return next((file for file in self.files if (file.base, file.format, file.compression) == wanted), None)


def sign_manifest(manifest: Manifest, signer: NoteSigner) -> str:
    """The manifest as a signed note, signed as checkpoints are: the origin, and canonical JSON on the second line."""
    text = f"{manifest.origin}\n{canonical.dumps(msgspec.to_builtins(manifest)).decode()}\n"
    return signed_notes.sign_note(text, manifest.origin, signer)


def parse_manifest(text: str) -> Manifest:
    """Parse the text of a note that was verified; refuses ``SnapshotMalformed``."""
    origin, _, content = text.partition("\n")
    try:
        manifest = msgspec.json.decode(content, type=Manifest, strict=True)
    except (msgspec.MsgspecError, ValueError):
        raise SnapshotMalformed("清单格式不对") from None
    name = parse_name(manifest.snapshot)
    if manifest.format != FORMAT or name is None or (name.entry, name.on.isoformat()) != (manifest.entry, manifest.on):
        raise SnapshotMalformed("清单的编号与内容不符")
    if manifest.origin != origin or origin.rpartition("/")[2] != name.epoch:
        raise SnapshotMalformed("清单的账本标识与编号不符")
    return manifest


def full_line(entry: int, body: bytes, *, is_own: bool) -> bytes:
    """The line of a record: its entry, and its public body as it was committed to.

    Of a body from elsewhere only what this node knows is shown (``records.known_fields``).
    """
    return b'{"entry":%d,"body":%b}\n' % (entry, body if is_own else _known_part(body))


def full_lines(rows: Iterable[tuple[int, bytes, str]], node: str) -> bytes:
    """The lines of records by entry, stored body and origin, many at once: as ``full_line`` of each."""
    return b"".join(
        [
            b'{"entry":%d,"body":%b}\n' % (entry, body if origin == node else _known_part(body))
            for entry, body, origin in rows
        ]
    )


def _known_part(body: bytes) -> bytes:
    """The canonical bytes of what this node knows of a stored body: all of it, unless it is of a later schema."""
    if _schema_decoder.decode(body).schema <= records.SCHEMA:
        return body
    return canonical.dumps(records.known_fields(json.loads(body)))


class _Versioned(Struct):
    schema: int = 0


_schema_decoder = msgspec.json.Decoder(_Versioned)


def gone_line(entry: int, reason: str, record: str, until_entry: int | None) -> bytes:
    """The line of an entry that is there no more, by which later entry; None where its days were over."""
    facts = {"reason": reason, "record": record, "until_entry": until_entry}
    return f'{{"entry":{entry},"gone":{canonical.dumps(facts).decode()}}}\n'.encode()


@dataclass(frozen=True)
class _Line:
    entry: int
    is_gone: bool
    data: bytes


def apply_delta(base: Iterable[bytes], delta: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of the later full file from those of the earlier one and of a delta, never more than two in
    memory.

    Refuses ``SnapshotMalformed`` a delta that is of another file, or cut, doubled or out of order.
    """
    changes = _read_lines(delta)
    change = next(changes, None)
    for line in _read_lines(base):
        if line.is_gone:
            raise SnapshotMalformed("全量文件中有删除行")
        while change is not None and change.entry < line.entry:
            yield _added(change)
            change = next(changes, None)
        if change is not None and change.entry == line.entry:
            if not change.is_gone:
                raise SnapshotMalformed("增量文件中的行已在全量文件中")
            change = next(changes, None)
        else:
            yield line.data
    while change is not None:
        yield _added(change)
        change = next(changes, None)


def _added(change: _Line) -> bytes:
    if change.is_gone:
        raise SnapshotMalformed("增量文件删除的行不在全量文件中")
    return change.data


def _read_lines(lines: Iterable[bytes]) -> Iterator[_Line]:
    last = 0
    for data in lines:
        parts = _LINE.match(data)
        if parts is None or not data.endswith(b"}\n") or len(data) > LINE_BYTES_MAX:
            raise SnapshotMalformed("数据文件中有不完整的行")
        entry = int(parts[1])
        if entry <= last:
            raise SnapshotMalformed("数据文件中的行重复或者次序不对")
        last = entry
        yield _Line(entry, parts[2] == b"gone", data)


def line_schema() -> Mapping[str, Any]:
    """The JSON Schema (2020-12) of a line, of full files and deltas."""
    entry = {"type": "integer", "minimum": 1, "description": "the number of the entry that published this version"}
    gone = {
        "type": "object",
        "properties": {
            "reason": {"enum": list(GONE)},
            "record": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "until_entry": {"type": ["integer", "null"], "minimum": 1},
        },
        "required": ["reason", "record", "until_entry"],
        "additionalProperties": False,
    }
    types = [records.KINDS[kind].body for kind in records.PUBLIC_KINDS]
    bodies, definitions = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a data file",
        "oneOf": [
            {
                "type": "object",
                "properties": {"entry": entry, "body": {"oneOf": list(bodies)}},
                "required": ["entry", "body"],
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"entry": entry, "gone": gone},
                "required": ["entry", "gone"],
                "additionalProperties": False,
            },
        ],
        "$defs": definitions,
    }
