"""registry monitor, mirror: compare a node's ledger with what was seen before; keep evidence of contradictions."""

import sys
from pathlib import Path

import click
import requests

from registry import data_mirror, monitor
from registry.commands.common import exit_with_refusal
from registry.domain.publication.keyring import Keyring
from registry.errors import Refusal
from registry.refusals.content import MonitorRefused
from sync import outbound
from sync.outbound import CallFailed

ACCEPT_EPOCH = click.option(
    "--accept-epoch", default="", metavar="EPOCH", help="Take up this epoch: a person has examined why."
)
SECONDS, BYTES_MAX = 30, 16 * 1024 * 1024
FILE_SECONDS = 3_600


@click.command("monitor")
@click.argument("url")
@click.option(
    "--dir", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of what was seen."
)
@ACCEPT_EPOCH
def look(url: str, folder: Path, accept_epoch: str) -> None:
    """Look at a node's newest head once; exit 1 with an alarm and its evidence when it contradicts what was seen.

    Run it by clock, on a machine that does not belong to the node.
    """
    _look(url, folder, accept_epoch, with_tiles=False)


@click.command("mirror")
@click.argument("url")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@ACCEPT_EPOCH
def mirror(url: str, folder: Path, accept_epoch: str) -> None:
    """Look as `registry monitor` does, mirror the tree (C2SP tlog-tiles), and keep a verified copy of the data files
    under FOLDER/data: FOLDER can be served as it is."""
    ring = _look(url, folder, accept_epoch, with_tiles=True)
    if ring is None:
        return
    base = monitor.require_url(url)
    try:
        copy = data_mirror.DataMirror(folder, ring, _fetcher(base), _file_fetcher(base))
        mirrored = copy.update(accepted_epoch=accept_epoch)
    except Refusal as refusal:
        exit_with_refusal(refusal)
        return
    if mirrored is None:
        click.echo("没有数据文件 no data files yet")
    else:
        stated = mirrored.manifest
        click.echo(f"{stated.snapshot}: {stated.records} 条 records, {stated.content_sha256}, {mirrored.by}")


def _look(url: str, folder: Path, accept_epoch: str, *, with_tiles: bool) -> Keyring | None:
    try:
        watching = monitor.Monitor(folder, _fetcher(monitor.require_url(url)))
        result = watching.look(accept_epoch, with_tiles=with_tiles)
    except Refusal as refusal:
        exit_with_refusal(refusal)
        return None
    if result.alarm:
        click.echo(f"警报 alarm {result.alarm}: {monitor.WORDS[result.alarm]}", err=True)
        click.echo(f"  证据 evidence: {result.evidence}", err=True)
        sys.exit(1)
    if result.checkpoint:
        head = result.checkpoint
        count = f"{len(result.witnesses)} 个见证方 witnesses（要求 required {result.required}）"
        click.echo(f"{head.origin}: {head.size} 条 entries, {head.root.hex()}, {count}")
    return result.ring


def _fetcher(base: str) -> monitor.Fetch:
    def fetch(path: str) -> bytes:
        try:
            answer = outbound.call(requests.Request("GET", base + path).prepare(), SECONDS, BYTES_MAX)
        except (CallFailed, requests.RequestException) as failure:
            raise MonitorRefused(f"{path.partition('?')[0]}: {type(failure).__name__}") from None
        if answer.status != 200 or len(answer.body) > BYTES_MAX:
            raise MonitorRefused(f"{path.partition('?')[0]}: {answer.status}")
        return answer.body

    return fetch


def _file_fetcher(base: str) -> data_mirror.FetchFile:
    def fetch(path: str, target: Path, bytes_max: int) -> None:
        try:
            with target.open("wb") as out:
                status = outbound.download(requests.Request("GET", base + path).prepare(), FILE_SECONDS, bytes_max, out)
        except (CallFailed, requests.RequestException) as failure:
            raise MonitorRefused(f"{path}: {type(failure).__name__}") from None
        if status != 200:
            raise MonitorRefused(f"{path}: {status}")

    return fetch
