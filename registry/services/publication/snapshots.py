"""Export all records shown as signed files: full files, and deltas from the snapshots before.

A snapshot is made in a folder beside its place and renamed, so that it is there whole or not at all. Only the newest
keeps its files: what has left since is then in none. Of those before stay the manifest, and the numbers of the entries
they had, from which deltas are made.
"""

import gzip
import hashlib
import heapq
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

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
from registry.tabular.record_tables import CsvTable, Table, XlsxTable
from registry.unit_of_work import UnitOfWork

BASES_MAX = 14
"""Deltas are made from so many snapshots before; who comes from an older one takes the full file."""
ENTRIES = "entries.bitmap"
COMPRESSIONS: Sequence[tuple[Literal["gzip", "zstd"], str]] = (("zstd", "zst"), ("gzip", "gz"))
_ZSTD_LEVEL, _GZIP_LEVEL = 3, 6
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
        for base in _bases(self.home, identity.epoch):
            files += _write_delta(session, draft, (base, _entries_of(self.home, base), entries), self.node)
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
    """Content that is written under each compression at once."""

    def __init__(self, folder: Path, name: str, files: ExitStack) -> None:
        self.name = name
        self._plain = hashlib.sha256()
        self._size = 0
        self._outs = []
        for compression, suffix in COMPRESSIONS:
            hashed = _Hashed(files.enter_context((folder / f"{name}.{suffix}").open("wb")))
            self._outs.append((compression, suffix, hashed, _compressor(compression, hashed)))

    def write(self, data: bytes) -> int:
        self._plain.update(data)
        self._size += len(data)
        for *_, compressor in self._outs:
            compressor.write(data)
        return len(data)

    def finish(self, describe: Callable[..., SnapshotFile]) -> list[SnapshotFile]:
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


def _write_full(session: Session, folder: Path, entries: BitMap, node: str) -> list[SnapshotFile]:
    """Write the full files in one reading of the bodies; those in JSON Lines come first."""
    path = folder / "records.xlsx"
    with ExitStack() as files:
        lines, rows = _Content(folder, "records.jsonl", files), _Content(folder, "records.csv", files)
        sheet, book = CsvTable(rows), XlsxTable(files.enter_context(path.open("wb")), "公示记录")
        tables: tuple[Table, ...] = (sheet, book)
        sheet.write(record_columns.headings(in_words=False))
        book.write(record_columns.headings(in_words=True))
        for entry, body, origin in snapshot_records.bodies(session, entries):
            lines.write(snapshots.full_line(entry, body, is_own=origin == node))
            cells = record_columns.cells(entry, records.known_fields(json.loads(body)))
            for table in tables:
                table.write(cells)
        for table in tables:
            table.close()
        described = lines.finish(lambda **facts: SnapshotFile(content="full", format="jsonl", **facts))
        described += rows.finish(lambda **facts: SnapshotFile(content="full", format="csv", **facts))
    digest, size = _digest_of(path)
    sums: dict[str, Any] = {"bytes": size, "sha256": digest, "content_sha256": digest, "content_bytes": size}
    return [*described, SnapshotFile(name=path.name, content="full", format="xlsx", compression=None, **sums)]


def _digest_of(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def delta_lines(session: Session, before: BitMap, now: BitMap, node: str) -> Iterator[bytes]:
    """Yield the lines of a delta from the entries shown before to those shown now, in the order of the entries."""
    removed = (
        (entry, snapshots.gone_line(entry, reason, record, until))
        for entry, reason, record, until in snapshot_records.gone(session, before - now)
    )
    added = (
        (entry, snapshots.full_line(entry, body, is_own=origin == node))
        for entry, body, origin in snapshot_records.bodies(session, now - before)
    )
    for _, line in heapq.merge(removed, added):
        yield line


def _write_delta(
    session: Session, folder: Path, change: tuple[SnapshotName, BitMap, BitMap], node: str
) -> list[SnapshotFile]:
    base, before, now = change
    with ExitStack() as files:
        lines = _Content(folder, f"delta.{base}.jsonl", files)
        for line in delta_lines(session, before, now, node):
            lines.write(line)
        return lines.finish(lambda **facts: SnapshotFile(content="delta", format="jsonl", base=str(base), **facts))


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
