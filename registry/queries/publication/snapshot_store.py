"""Find the snapshots of a node in the folder of its data files: their manifests, and the files that are still given."""

from dataclasses import dataclass
from pathlib import Path

from registry.domain.publication import signed_notes, snapshots
from registry.domain.publication.snapshots import Manifest, SnapshotFile, SnapshotName
from registry.refusals.open_data import SnapshotOver, SnapshotUnknown

FOLDER = "open_data"
LISTED_MAX = 100


@dataclass(frozen=True)
class Snapshot:
    """A snapshot in the store: its manifest, the note that signs it, and its folder."""

    name: SnapshotName
    manifest: Manifest
    note: str
    folder: Path


def folder_of(home: str) -> Path:
    """The folder of the data files of a node."""
    return Path(home) / FOLDER


def names(home: str) -> list[SnapshotName]:
    """All snapshots that were ever made here, the newest first."""
    folder = folder_of(home)
    found = [snapshots.parse_name(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    made = [name for name in found if name is not None and (folder / str(name) / snapshots.MANIFEST).exists()]
    return sorted(made, key=lambda name: (name.place, name.epoch), reverse=True)


def find(home: str, text: str) -> Snapshot:
    """A snapshot by its name; refuses ``SnapshotUnknown``."""
    name = snapshots.parse_name(text)
    if name is None or str(name) != text or name not in names(home):
        raise SnapshotUnknown()
    return _read(home, name)


def newest(home: str, epoch: str) -> Snapshot | None:
    """The newest snapshot of an epoch, None before the first."""
    name = next((name for name in names(home) if name.epoch == epoch), None)
    return _read(home, name) if name else None


def listed(home: str) -> list[Snapshot]:
    """The newest snapshots, at most ``LISTED_MAX``."""
    return [_read(home, name) for name in names(home)[:LISTED_MAX]]


def find_file(home: str, text: str, file_name: str) -> tuple[Path, SnapshotFile]:
    """The path of a file of a snapshot, and what its manifest says of it; refuses ``SnapshotUnknown`` and, where it is
    no longer given, ``SnapshotOver``."""
    snapshot = find(home, text)
    file = next((file for file in snapshot.manifest.files if file.name == file_name), None)
    if file is None:
        raise SnapshotUnknown()
    path = snapshot.folder / file.name
    if not path.exists():
        raise SnapshotOver()
    return path, file


def _read(home: str, name: SnapshotName) -> Snapshot:
    folder = folder_of(home) / str(name)
    note = (folder / snapshots.MANIFEST).read_text("utf-8")
    text, _ = signed_notes.split_note(note)
    return Snapshot(name, snapshots.parse_manifest(text), note, folder)
