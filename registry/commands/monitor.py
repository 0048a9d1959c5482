"""registry monitor, mirror: compare a node's ledger with what was seen before; keep evidence of contradictions."""

import sys
from pathlib import Path

import click
import requests

from registry import monitor
from registry.commands.common import exit_with_refusal
from registry.errors import Refusal
from registry.refusals.content import MonitorRefused
from sync import outbound
from sync.outbound import CallFailed

ACCEPT_EPOCH = click.option(
    "--accept-epoch", default="", metavar="EPOCH", help="Take up this epoch: a person has examined why."
)
SECONDS, BYTES_MAX = 30, 16 * 1024 * 1024


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
    """Look as `registry monitor` does, and mirror the tree: FOLDER can be served as it is (C2SP tlog-tiles)."""
    _look(url, folder, accept_epoch, with_tiles=True)


def _look(url: str, folder: Path, accept_epoch: str, *, with_tiles: bool) -> None:
    try:
        watching = monitor.Monitor(folder, _fetcher(monitor.require_url(url)))
        result = watching.look(accept_epoch, with_tiles=with_tiles)
    except Refusal as refusal:
        exit_with_refusal(refusal)
        return
    if result.alarm:
        click.echo(f"警报 alarm {result.alarm}: {monitor.WORDS[result.alarm]}", err=True)
        click.echo(f"  证据 evidence: {result.evidence}", err=True)
        sys.exit(1)
    if result.checkpoint:
        head = result.checkpoint
        count = f"{len(result.witnesses)} 个见证方 witnesses（要求 required {result.required}）"
        click.echo(f"{head.origin}: {head.size} 条 entries, {head.root.hex()}, {count}")


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
