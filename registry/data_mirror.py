"""Mirror of a node's data files: a copy of the newest full file in JSON Lines, kept by deltas, verified before it is
taken over.

Files of its folder ``data/``: ``records.jsonl`` and ``manifest.note``. What is there stays as it is until the next is
proven: by the signed manifest, the digests of the files, and the digest of the content that a delta gives. A delta that
is missing, cut, doubled or of another file is passed over, and the full file taken instead.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from backports import zstd

from registry.domain.publication import signed_notes, snapshots
from registry.domain.publication.keyring import Keyring
from registry.domain.publication.snapshots import Manifest, SnapshotFile
from registry.keys.signing import verify
from registry.refusals.content import MonitorRefused, NoteRefused
from registry.refusals.open_data import SnapshotMalformed
from registry.witness import write_durably

CONTENT, MANIFEST = "records.jsonl", "manifest.note"
PART = ".part"
_CHUNK = 1 << 16
FetchFile = Callable[[str, Path, int], None]
"""Fetches a path into a file of at most so many bytes; raises ``MonitorRefused``."""


@dataclass(frozen=True)
class Mirrored:
    """The snapshot that the copy is of, and by what it came: ``delta``, ``full``, or ``unchanged``."""

    manifest: Manifest
    by: str


class DataMirror:
    """The mirror of a folder over one node, whose keys were verified."""

    def __init__(self, folder: Path, ring: Keyring, fetch: Callable[[str], bytes], fetch_file: FetchFile) -> None:
        self._folder = folder / "data"
        self._ring, self._fetch, self._fetch_file = ring, fetch, fetch_file
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)

    def update(self, *, accepted_epoch: str = "") -> Mirrored | None:
        """Bring the copy to the newest snapshot; None where the node has none yet.

        Refuses ``MonitorRefused`` when there is no answer and ``SnapshotMalformed`` when what came contradicts its
        signature, or is older than what is here; the copy then stays as it was.
        """
        for left in self._folder.glob(f"*{PART}"):
            left.unlink()
        name = self._newest_name()
        if name is None:
            return None
        note = self._fetch(f"/api/v1/snapshots/{name}/manifest")
        manifest = self._open(note)
        before = self._own_manifest()
        if before is not None:
            _require_later(before, manifest, accepted_epoch)
        is_whole = before is not None and self._is_whole(before)
        if before is not None and is_whole and before.content_sha256 == manifest.content_sha256:
            write_durably(self._folder / MANIFEST, note)
            return Mirrored(manifest, "unchanged")
        by = "delta" if before is not None and is_whole and self._try_delta(before, manifest) else "full"
        if by == "full":
            self._take_full(manifest)
        # The manifest follows: after a crash in between, the content is known by its digest and fetched again.
        (self._folder / (CONTENT + PART)).replace(self._folder / CONTENT)
        write_durably(self._folder / MANIFEST, note)
        return Mirrored(manifest, by)

    def _newest_name(self) -> str | None:
        try:
            items = json.loads(self._fetch("/api/v1/snapshots"))["items"]
            return next((str(item["snapshot"]) for item in items if item["is_given"]), None)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise SnapshotMalformed("数据文件的清单无法读取") from None

    def _open(self, note: bytes) -> Manifest:
        try:
            text, _ = self._ring.open_note(note.decode("utf-8"), verify, good_only=True)
        except (UnicodeDecodeError, NoteRefused):
            raise SnapshotMalformed("清单没有该节点公钥的有效签名") from None
        return snapshots.parse_manifest(text)

    def _own_manifest(self) -> Manifest | None:
        try:
            text, _ = signed_notes.split_note((self._folder / MANIFEST).read_text("utf-8"))
            return snapshots.parse_manifest(text)
        except (OSError, ValueError, NoteRefused, SnapshotMalformed):
            return None

    def _is_whole(self, manifest: Manifest) -> bool:
        """Whether the content here is what the manifest here says."""
        path = self._folder / CONTENT
        return path.exists() and _digest(_blocks(path))[0] == manifest.content_sha256

    def _try_delta(self, before: Manifest, manifest: Manifest) -> bool:
        file = manifest.delta(before.snapshot, "zstd")
        if file is None:
            return False
        try:
            packed = self._fetch_verified(manifest, file)
            with (
                closing(_lines(zstd.ZstdFile(packed))) as changes,
                (self._folder / CONTENT).open("rb") as base,
            ):
                self._write(snapshots.apply_delta(base, changes), manifest.content_sha256)
        except (MonitorRefused, SnapshotMalformed):
            return False
        return True

    def _take_full(self, manifest: Manifest) -> None:
        file = manifest.full("jsonl", "zstd")
        if file is None:
            raise SnapshotMalformed("清单中没有全量文件")
        with closing(_lines(zstd.ZstdFile(self._fetch_verified(manifest, file)))) as lines:
            self._write(lines, manifest.content_sha256)

    def _fetch_verified(self, manifest: Manifest, file: SnapshotFile) -> Path:
        path = self._folder / f"fetched{PART}"
        self._fetch_file(f"/api/v1/snapshots/{manifest.snapshot}/{file.name}", path, file.bytes)
        if _digest(_blocks(path)) != (file.sha256, file.bytes):
            raise SnapshotMalformed("数据文件与签名的摘要不符")
        return path

    def _write(self, lines: Iterable[bytes], wanted: str) -> None:
        """Write the content beside its place; refuses ``SnapshotMalformed`` when it is not what was signed."""
        digest = hashlib.sha256()
        with (self._folder / (CONTENT + PART)).open("wb") as out:
            for line in lines:
                digest.update(line)
                out.write(line)
        if digest.hexdigest() != wanted:
            raise SnapshotMalformed("全量内容与签名的摘要不符")


def _require_later(before: Manifest, manifest: Manifest, accepted_epoch: str) -> None:
    """Refuse a snapshot that is older than the one here: an old one that is genuine may show what has left."""
    if before.origin != manifest.origin:
        if manifest.origin.rpartition("/")[2] != accepted_epoch:
            raise SnapshotMalformed("清单的账本标识更换，须由人核实后以 --accept-epoch 接受")
    elif (manifest.on, manifest.entry) < (before.on, before.entry):
        raise SnapshotMalformed("数据文件比已有的副本旧")


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            yield block


def _digest(blocks: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def _lines(file: zstd.ZstdFile) -> Generator[bytes, None, None]:
    """The lines of a packed file; refuses ``SnapshotMalformed`` what cannot be unpacked or has no end."""
    with file:
        while True:
            try:
                line = file.readline(snapshots.LINE_BYTES_MAX + 1)
            except (zstd.ZstdError, EOFError, OSError):
                raise SnapshotMalformed("数据文件无法解压") from None
            if not line:
                return
            yield line
