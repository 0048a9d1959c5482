"""registry witness: cosign checkpoints of other nodes, with a key and a folder of its own and no database."""

from pathlib import Path

import click

from registry import runtime, witness
from registry.commands.common import WholeRange, exit_with_refusal
from registry.domain.publication import keyring
from registry.errors import Refusal
from registry.keys.signing import verify

FOLDER = click.option(
    "--dir", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the witness."
)


@click.group("witness")
def group() -> None:
    """A witness of other nodes' ledgers (C2SP tlog-witness). 账本见证方。"""


@group.command("init")
@FOLDER
@click.option("--name", required=True, help="Name of the witness, such as witness.example/w1.")
def init(folder: Path, name: str) -> None:
    """Make the key and the folder of a witness; prints the public key that nodes take."""
    try:
        click.echo(witness.Witness.create(folder, name).vkey)
    except Refusal as refusal:
        exit_with_refusal(refusal)


@group.command("follow")
@FOLDER
@click.option("--origin", required=True, metavar="NODE/EPOCH", help="First line of the node's checkpoints.")
@click.option("--keys", "keys_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
def follow(folder: Path, origin: str, keys_path: Path) -> None:
    """Cosign a node's checkpoints from now on; also takes up a new epoch, after a person has examined why."""
    try:
        ring = keyring.parse_keyring(keys_path.read_bytes(), verify)
        publics = [key.public for key in ring.keys if key.revoked_at is None]
        witness.Witness(folder).follow(ring.node, origin, publics)
    except Refusal as refusal:
        exit_with_refusal(refusal)
    click.echo(f"{origin}: 已跟随 followed")


@group.command("serve")
@FOLDER
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=WholeRange(0, 65535), default=8400, show_default=True)
def serve(folder: Path, host: str, port: int) -> None:
    """Answer `POST /add-checkpoint`; alarms go to standard error. TLS is the business of a proxy in front."""
    try:
        serving = witness.server(witness.Witness(folder), (host, port), _read_seconds, _report)
    except Refusal as refusal:
        exit_with_refusal(refusal)
        return
    click.echo(f"listening on http://{host}:{serving.server_port}")
    with serving:
        serving.serve_forever()


def _read_seconds() -> int:
    return int(runtime.clock().timestamp())


def _report(words: str) -> None:
    click.echo(words, err=True)
