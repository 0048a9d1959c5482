"""registry export: make the data files of all records shown."""

import click

from registry.commands.common import in_app
from sync.open_data import make_snapshot


@click.command("export")
@in_app
def export() -> None:
    """Make full files and deltas of all records shown, signed; the worker does so every night. 导出数据文件。"""
    snapshot = make_snapshot()
    manifest = snapshot.manifest
    click.echo(f"{snapshot.name}: {manifest.records} 条 records, {len(manifest.files)} 个文件 files")
    for file in manifest.files:
        click.echo(f"  {file.sha256}  {snapshot.folder / file.name}")
