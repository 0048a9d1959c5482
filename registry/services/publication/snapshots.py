"""Export all records shown as signed files: full files, and deltas from the snapshots before.

A snapshot is made in a folder beside its place and renamed, so that it is there whole or not at all. Only the newest
keeps its files: what has left since is then in none. Of those before stay the manifest, and the numbers of the entries
they had, from which deltas are made.
"""

import gzip
import hashlib
import heapq
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
from backports import zstd
from pyroaring import BitMap
from sqlalchemy.orm import Session

from registry import durable
from registry.domain import records
from registry.domain.publication import record_columns, snapshots
from registry.domain.publication.log_identity import LogIdentity
from registry.domain.publication.snapshots import Head, Manifest, SnapshotFile, SnapshotName
from registry.keys.signing import Signer
from registry.queries.publication import ledger_state, log_identity, snapshot_records, snapshot_store
from registry.queries.publication.publications import Moment
from registry.queries.publication.snapshot_store import Snapshot
from registry.tabular.record_tables import CsvTable, XlsxTable
from registry.unit_of_work import UnitOfWork

BASES_MAX = 14
"""Deltas are made from so many snapshots before; who comes from an older one takes the full file."""
ENTRIES = "entries.bitmap"
COMPRESSIONS: Sequence[tuple[Literal["gzip", "zstd"], str]] = (("zstd", "zst"), ("gzip", "gz"))
_ZSTD_LEVEL, _GZIP_LEVEL = 3, 6
_BLOCK_BYTES = 1024 * 1024
_MODE = 0o750
"""A web server of the same group may serve the files."""


@dataclass(frozen=True)
class Exporter:
    """What an export needs beside the store: folder of the node, its name, its key, and the instant."""

    home: str
    node: str
    signer: Signer
    made_at: str

    def export(self, session: Session, at: Moment) -> Snapshot:
        """Make the snapshot of a moment, or find that it is made already; returns the newest."""
        identity = log_identity.current(session, self.node)
        name = SnapshotName(at.on, at.entry, identity.epoch)
        folder = snapshot_store.folder_of(self.home)
        with durable.exclusive(folder, _MODE):
            before = snapshot_store.newest(self.home, identity.epoch)
            if before is not None and before.name.place >= name.place and (before.folder / ENTRIES).exists():
                return before
            with durable.new_folder(folder / str(name), _MODE, is_replacing=True) as draft:
                self._fill(session, draft, at, identity)
            _retire(self.home, name)
        return snapshot_store.find(self.home, str(name))

    def _fill(self, session: Session, draft: Path, at: Moment, identity: LogIdentity) -> None:
        entries = snapshot_records.shown(session, at)
        files = _write_full(session, draft, entries, self.node)
        bases = _bases(self.home, identity.epoch)
        for base in bases:
            files += _write_delta(session, draft, (base, _entries_of(self.home, base), entries), self.node)
        for base in bases[:1]:
            files += _write_delta_tables(session, draft, (base, _entries_of(self.home, base), entries))
        checkpoint = ledger_state.last_checkpoint(session)
        manifest = Manifest(
            format=snapshots.FORMAT,
            snapshot=str(SnapshotName(at.on, at.entry, identity.epoch)),
            origin=identity.origin,
            entry=at.entry,
            on=at.on.isoformat(),
            made_at=self.made_at,
            records=len(entries),
            checkpoint=Head(size=checkpoint.size, root=checkpoint.root) if checkpoint else None,
            content_sha256=files[0].content_sha256,
            content_bytes=files[0].content_bytes,
            files=files,
        )
        (draft / ENTRIES).write_bytes(entries.serialize())
        (draft / snapshots.MANIFEST).write_text(snapshots.sign_manifest(manifest, self.signer), "utf-8")


def exporter(work: UnitOfWork) -> Exporter:
    """What an export needs, as of an act."""
    made_at = work.now.isoformat(timespec="seconds")
    return Exporter(work.settings.home, work.settings.node, work.keys.signer, made_at)


class _Hashed:
    """A file that knows how many bytes were written and their digest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest, self.size = hashlib.sha256(), 0

    def write(self, data: Any) -> int:
        self._file.write(data)
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()


class _Content:
    """Content that is written under each compression at once, each in a thread of its own while the next is read."""

    def __init__(self, folder: Path, name: str, files: ExitStack) -> None:
        self.name = name
        self._plain = hashlib.sha256()
        self._size = 0
        self._outs = []
        self._block = bytearray()
        self._pool = files.enter_context(ThreadPoolExecutor(len(COMPRESSIONS) + 1))
        self._passed_on: list[Future[Any]] = []
        for compression, suffix in COMPRESSIONS:
            hashed = _Hashed(files.enter_context((folder / f"{name}.{suffix}").open("wb")))
            self._outs.append((compression, suffix, hashed, _compressor(compression, hashed)))

    def write(self, data: bytes) -> int:
        self._block += data
        if len(self._block) >= _BLOCK_BYTES:
            self._pass_on()
        return len(data)

    def _pass_on(self) -> None:
        """Hand the block to the threads, which have finished the one before."""
        self._wait()
        block, self._block = bytes(self._block), bytearray()
        self._size += len(block)
        writes = [self._plain.update, *(compressor.write for *_, compressor in self._outs)]
        self._passed_on = [self._pool.submit(write, block) for write in writes]

    def _wait(self) -> None:
        for passed_on in self._passed_on:
            passed_on.result()

    def finish(self, describe: Callable[..., SnapshotFile]) -> list[SnapshotFile]:
        self._pass_on()
        self._wait()
        for *_, compressor in self._outs:
            compressor.close()
        return [
            describe(
                name=f"{self.name}.{suffix}",
                compression=compression,
                bytes=hashed.size,
                sha256=hashed.digest.hexdigest(),
                content_sha256=self._plain.hexdigest(),
                content_bytes=self._size,
            )
            for compression, suffix, hashed, _ in self._outs
        ]


class _Zstd:
    """A frame of zstd, whole even where nothing was written."""

    def __init__(self, out: _Hashed) -> None:
        self._out, self._compressor = out, zstd.ZstdCompressor(level=_ZSTD_LEVEL)

    def write(self, data: bytes) -> int:
        return self._out.write(self._compressor.compress(data))

    def close(self) -> None:
        self._out.write(self._compressor.flush())


def _compressor(compression: str, out: _Hashed) -> Any:
    # Without a name and a time of its own the same content gives the same file.
    return _Zstd(out) if compression == "zstd" else gzip.GzipFile("", "wb", _GZIP_LEVEL, out, 0)


class _Tables:
    """The same rows as CSV, under each compression, and as a workbook."""

    def __init__(self, folder: Path, name: str, files: ExitStack) -> None:
        self._path = folder / f"{name}.xlsx"
        self._rows = _Content(folder, f"{name}.csv", files)
        self._csv = CsvTable(self._rows)
        self._workbook = files.enter_context(self._path.open("wb"))
        self._xlsx = XlsxTable(self._workbook, "公示记录")

    def write(self, for_programs: Sequence[str], for_people: Sequence[str]) -> None:
        self._csv.write(for_programs)
        self._xlsx.write(for_people)

    def finish(self, describe: Callable[..., SnapshotFile]) -> list[SnapshotFile]:
        self._csv.close()
        described = self._rows.finish(lambda **facts: describe(format="csv", **facts))
        self._xlsx.close()
        self._workbook.flush()
        digest, size = _digest_of(self._path)
        sums: dict[str, Any] = {"bytes": size, "sha256": digest, "content_sha256": digest, "content_bytes": size}
        return [*described, describe(name=self._path.name, format="xlsx", compression=None, **sums)]


def _write_full(session: Session, folder: Path, entries: BitMap, node: str) -> list[SnapshotFile]:
    """Write the full files in one reading of the bodies; those in JSON Lines come first."""
    with ExitStack() as files:
        lines, tables = _Content(folder, "records.jsonl", files), _Tables(folder, "records", files)
        tables.write(record_columns.headings(in_words=False), record_columns.headings(in_words=True))
        for chunk in snapshot_records.body_chunks(session, entries):
            lines.write(snapshots.full_lines(chunk, node))
            for entry, body, _ in chunk:
                cells = record_columns.cells(entry, records.known_fields(msgspec.json.decode(body)))
                tables.write(cells, cells)
        full = partial(SnapshotFile, content="full")
        return lines.finish(partial(full, format="jsonl")) + tables.finish(full)


def _digest_of(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def record_lines(session: Session, entries: BitMap, node: str) -> Iterator[bytes]:
    """Yield the lines of a full file of some entries, in their order, many at a time."""
    for chunk in snapshot_records.body_chunks(session, entries):
        yield snapshots.full_lines(chunk, node)


def record_rows(session: Session, entries: BitMap) -> Iterator[list[str]]:
    """Yield the rows of a table of some entries, in their order."""
    for entry, body, _ in snapshot_records.bodies(session, entries):
        yield record_columns.cells(entry, records.known_fields(msgspec.json.decode(body)))


@dataclass(frozen=True)
class _Change:
    """An entry that is new (``body`` and ``origin``), or there no more (``reason``, ``record``, ``until``)."""

    entry: int
    body: bytes = b""
    origin: str = ""
    reason: str = ""
    record: str = ""
    until: int | None = None

    def line(self, node: str) -> bytes:
        if self.reason:
            return snapshots.gone_line(self.entry, self.reason, self.record, self.until)
        return snapshots.full_line(self.entry, self.body, is_own=self.origin == node)

    def cells(self, *, in_words: bool) -> list[str]:
        if self.reason:
            return record_columns.gone_cells(self.entry, self.reason, self.record, in_words=in_words)
        body = records.known_fields(msgspec.json.decode(self.body))
        return record_columns.delta_cells(self.entry, body, in_words=in_words)


def _changes(session: Session, before: BitMap, now: BitMap) -> Iterator[_Change]:
    """Yield what differs between the entries shown before and those shown now, in the order of the entries."""
    removed = (
        _Change(entry, reason=reason, record=record, until=until)
        for entry, reason, record, until in snapshot_records.gone(session, before - now)
    )
    added = (_Change(*row) for row in snapshot_records.bodies(session, now - before))
    return heapq.merge(removed, added, key=lambda change: change.entry)


def delta_lines(session: Session, before: BitMap, now: BitMap, node: str) -> Iterator[bytes]:
    """Yield the lines of a delta from the entries shown before to those shown now, in the order of the entries."""
    for change in _changes(session, before, now):
        yield change.line(node)


def _write_delta(
    session: Session, folder: Path, change: tuple[SnapshotName, BitMap, BitMap], node: str
) -> list[SnapshotFile]:
    base, before, now = change
    with ExitStack() as files:
        lines = _Content(folder, f"delta.{base}.jsonl", files)
        for line in delta_lines(session, before, now, node):
            lines.write(line)
        return lines.finish(partial(SnapshotFile, content="delta", format="jsonl", base=str(base)))


def _write_delta_tables(
    session: Session, folder: Path, change: tuple[SnapshotName, BitMap, BitMap]
) -> list[SnapshotFile]:
    """Write a delta as tables, for people who come every day."""
    base, before, now = change
    with ExitStack() as files:
        tables = _Tables(folder, f"delta.{base}", files)
        tables.write(record_columns.delta_headings(in_words=False), record_columns.delta_headings(in_words=True))
        for one in _changes(session, before, now):
            tables.write(one.cells(in_words=False), one.cells(in_words=True))
        return tables.finish(partial(SnapshotFile, content="delta", base=str(base)))


def _bases(home: str, epoch: str) -> list[SnapshotName]:
    """The snapshots that deltas are made from: entries of another epoch mean other content."""
    folder = snapshot_store.folder_of(home)
    same = [name for name in snapshot_store.names(home) if name.epoch == epoch]
    return [name for name in same[:BASES_MAX] if (folder / str(name) / ENTRIES).exists()]


def _entries_of(home: str, name: SnapshotName) -> BitMap:
    return BitMap.deserialize((snapshot_store.folder_of(home) / str(name) / ENTRIES).read_bytes())


def _retire(home: str, newest: SnapshotName) -> None:
    """Delete the files of all snapshots but the newest, and the entries of those that no delta starts from."""
    kept = {str(name) for name in _bases(home, newest.epoch)}
    for name in snapshot_store.names(home):
        folder = snapshot_store.folder_of(home) / str(name)
        for path in folder.iterdir() if name != newest else ():
            if path.name != snapshots.MANIFEST and not (path.name == ENTRIES and str(name) in kept):
                path.unlink()
