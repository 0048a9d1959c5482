"""Back up a node while it works, and restore a backup into an empty place."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from registry import __version__, durable, runtime
from registry.domain.publication import merkle
from registry.keys.signing import Keys
from registry.maintenance import manifest, schema, sealed_keys, store_copy
from registry.maintenance.manifest import Manifest
from registry.queries import integrity, row_integrity
from registry.queries.publication import ledger_state
from registry.refusals.maintenance import BackupNewer, BackupRunning, BackupStoreDiffers, RestoreKeysMissing
from registry.services.node import audit
from registry.settings import Settings, child_environment, remembered_node
from registry.unit_of_work import UnitOfWork

ACT = "node.backup"
"""The act under which the audit trail names each backup."""


@dataclass
class _Contents:
    """What is read of the store at the instant of its copy."""

    revision: str = ""
    size: int = 0
    root: str = ""

    def read(self, session: Session) -> None:
        self.revision = schema.current_revision(session) or ""
        self.size = ledger_state.head(session)
        self.root = merkle.root(ledger_state.leaves(session, self.size)).hex()


def create(folder: Path, passphrase: str | None = None) -> tuple[Path, Manifest]:
    """Back up the running node into a new folder within ``folder``; returns that folder and its manifest.

    With a passphrase the keys are put beside the database, sealed under it; without one they are not in the backup.
    Refuses ``BackupRunning`` and ``BackupFailed``, and then leaves nothing.
    """
    settings, contents, now = runtime.settings(), _Contents(), runtime.clock()
    target = folder / name_of(settings.node, now)
    with durable.exclusive(folder, refusal=BackupRunning), durable.new_folder(target) as draft:
        store_copy.copy(settings.url, draft, child_environment(settings), contents.read)
        if passphrase is not None:
            (draft / sealed_keys.FILE).write_bytes(sealed_keys.seal(settings.keys_path, passphrase))
        described = Manifest(
            format=manifest.FORMAT,
            node=settings.node,
            made_at=now.isoformat(timespec="seconds"),
            store=store_copy.kind_of(settings.url),
            revision=contents.revision,
            release=__version__,
            size=contents.size,
            root=contents.root,
            files=manifest.describe(draft),
        )
        manifest.write(draft, described, runtime.keys().signer)
    return target, described


def name_of(node: str, instant: dt.datetime) -> str:
    """Name of the folder of a backup: node and instant in UTC."""
    return f"{node}-{instant:%Y%m%dT%H%M%SZ}"


def note(work: UnitOfWork, described: Manifest) -> None:
    """Note in the audit trail that a backup was made."""
    audit.note(work, ACT, described.node, f"{described.size} entries")


def delete_older(folder: Path, node: str, keep: int) -> list[Path]:
    """Delete the backups of a node in a folder beyond the ``keep`` newest; returns them."""
    pattern = re.compile(re.escape(node) + r"-\d{8}T\d{6}Z")
    with durable.exclusive(folder, refusal=BackupRunning):
        present = sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))
        for path in present[:-keep]:
            shutil.rmtree(path)
    return present[:-keep]


@contextmanager
def restored_keys(settings: Settings, folder: Path, passphrase: str) -> Iterator[None]:
    """The keys sealed in a backup, put into their place; taken away again when the block raises.

    Refuses ``RestoreNotEmpty``, ``BackupMalformed``, ``PassphraseWrong``.
    """
    sealed_keys.restore(folder / sealed_keys.FILE, passphrase, settings.keys_path)
    try:
        yield
    except BaseException:
        shutil.rmtree(settings.keys_path)
        raise


def load(settings: Settings, folder: Path) -> Manifest:
    """Load a backup into the empty store of the settings; the keys are in their place already.

    Nothing is written unless every file is whole and the backup is this node's, signed by the key at hand. Refuses
    ``BackupMalformed``, ``BackupDamaged``, ``BackupForeign``, ``BackupNewer``, ``BackupStoreDiffers``,
    ``RestoreKeysMissing``, ``RestoreNotEmpty``, ``RestoreFailed``.
    """
    store_copy.require_empty(settings.url)
    node = remembered_node(settings)
    if node is None:
        raise RestoreKeysMissing(str(settings.keys_path))
    described = manifest.read(folder, node, Keys.load(settings.keys_path, settings.key_protection).signer)
    if described.store != store_copy.kind_of(settings.url):
        raise BackupStoreDiffers(f"{described.store}, {store_copy.kind_of(settings.url)}")
    if described.revision not in schema.known_revisions():
        raise BackupNewer(f"{described.release}, {described.revision}")
    store_copy.load(settings.url, folder, child_environment(settings))
    return described


def contradictions(described: Manifest) -> Iterator[str]:
    """Verify the restored store of the running node: its ledger against the manifest, then as ``ledger verify``."""
    with runtime.reading(one_state=True) as session:
        size = ledger_state.head(session)
        if size != described.size:
            yield f"ledger: {size} entries, {described.size} in the manifest"
        elif merkle.root(ledger_state.leaves(session, size)).hex() != described.root:
            yield "ledger: its root is not that of the manifest"
        yield from integrity.findings(session, runtime.keys(), runtime.settings().node, lambda _: None)
        yield from row_integrity.findings(session, runtime.keys().vault)
