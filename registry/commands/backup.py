"""registry backup and restore: copy a working node, and fill an empty place from such a copy."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from registry import runtime
from registry.app import create_node
from registry.commands.common import WholeRange, exit_with_refusal, in_app
from registry.commands.node import prepare
from registry.domain.permissions import SHELL
from registry.errors import Refusal
from registry.maintenance import backup, sealed_keys
from registry.maintenance.manifest import Manifest
from registry.refusals.maintenance import RestoreUnsound
from registry.services.publication import ledger
from registry.settings import Settings, from_environment

FOLDER = click.Path(file_okay=False, path_type=Path)
with_keys = click.option("--with-keys", is_flag=True, help="The keys too, sealed under a passphrase.")
passphrase_file = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Its first line is the passphrase; asked for when left out.",
)


def _read_passphrase(file: Path | None, *, is_new: bool) -> str:
    if file is None:
        passphrase: str = click.prompt("passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
    else:
        passphrase = (file.read_text(encoding="utf-8").splitlines() or [""])[0]
    if is_new and len(passphrase) < sealed_keys.PASSPHRASE_LENGTH_MIN:
        raise click.UsageError(f"the passphrase needs at least {sealed_keys.PASSPHRASE_LENGTH_MIN} characters")
    return passphrase


@click.command("backup")
@click.argument("folder", type=FOLDER)
@with_keys
@passphrase_file
@click.option("--keep", type=WholeRange(1, 10_000), help="Delete the backups of this node beyond so many newest.")
@in_app
def create(folder: Path, with_keys: bool, passphrase_file: Path | None, keep: int | None) -> None:
    """Back up the working node into a new folder within FOLDER; nothing has to stop."""
    passphrase = _read_passphrase(passphrase_file, is_new=True) if with_keys else None
    path, described = backup.create(folder, passphrase)
    runtime.perform(SHELL, lambda work: backup.note(work, described))
    click.echo(f"backup: {path}")
    click.echo(f"{described.size} entries, root {described.root}, schema {described.revision}")
    if not with_keys:
        click.echo("the keys are not in it: keep a copy of them elsewhere")
    for removed in backup.delete_older(folder, described.node, keep) if keep else ():
        click.echo(f"deleted: {removed}")


@click.command("restore")
@click.argument("folder", type=FOLDER)
@with_keys
@passphrase_file
def restore(folder: Path, with_keys: bool, passphrase_file: Path | None) -> None:
    """Restore the backup in FOLDER into the empty database of the settings, verify it, and renew the epoch."""
    keys_in_place: AbstractContextManager[None] = nullcontext()
    if with_keys:
        passphrase = _read_passphrase(passphrase_file, is_new=False)
        keys_in_place = backup.restored_keys(from_environment(), folder, passphrase)
    try:
        with keys_in_place:
            settings = from_environment()
            described = backup.load(settings, folder)
        _bring_up(settings, described)
    except Refusal as refusal:
        exit_with_refusal(refusal)


def _bring_up(settings: Settings, described: Manifest) -> None:
    with create_node(settings).app_context():
        try:
            prepare()
            epoch = runtime.perform(SHELL, ledger.renew_epoch).epoch
            wrong = 0
            for line in backup.contradictions(described):
                wrong += 1
                click.echo(line)
        finally:
            runtime.db.engine.dispose()
    if wrong:
        raise RestoreUnsound(f"{wrong} contradictions in {described.size} entries")
    click.echo(f"restored as of {described.made_at}: {described.size} entries verified, epoch {epoch}")
    click.echo("what was published since stands at the peers: start the node, then registry exchange reconcile")
