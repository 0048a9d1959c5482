"""Run the demo's processes together and end them together."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import IO

import click
import requests

from registry.settings import Settings, child_environment

START_SECONDS = 60


def run(
    nodes: Sequence[Settings],
    accounts: Mapping[str, str],
    password: str,
    serve_arguments: Callable[[Settings], list[str]],
) -> None:
    """Run a web server and a worker per node, until Ctrl-C or SIGTERM, or until one of them ends."""
    children: list[subprocess.Popen[bytes]] = []
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        for settings in nodes:
            # The terminal stays readable: what the worker writes has a file, each request's line is for a real node.
            children.append(_start(replace(settings, log_level="warning"), serve_arguments(settings)))
            with worker_log(settings).open("ab") as log:
                children.append(_start(settings, [sys.executable, "-m", "sync"], log))
        _wait_until_ready(nodes, children)
        _print_addresses(nodes, accounts, password)
        while not stopped and all(child.poll() is None for child in children):
            time.sleep(0.2)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()
    if not stopped:
        raise click.ClickException("a process of the demo ended")


def worker_log(settings: Settings) -> Path:
    """The log file of a node's worker, which gets a line per run of a job, so that the terminal stays readable."""
    return Path(settings.home) / "worker.log"


def _start(settings: Settings, arguments: list[str], log: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    environment = child_environment(settings)
    return subprocess.Popen(arguments, env=environment, start_new_session=True, stdout=log, stderr=log)  # noqa: S603


def _wait_until_ready(nodes: Sequence[Settings], children: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    for settings in nodes:
        while not _is_ready(settings):
            if time.monotonic() > deadline or any(child.poll() is not None for child in children):
                raise click.ClickException(f"{settings.base_url} does not answer; is the port taken?")
            time.sleep(0.1)


def _is_ready(settings: Settings) -> bool:
    try:
        return requests.get(f"{settings.base_url}/readyz", timeout=2).ok
    except requests.RequestException:
        return False


def _print_addresses(nodes: Sequence[Settings], accounts: Mapping[str, str], password: str) -> None:
    for settings in nodes:
        click.echo(f"{settings.node:9} {settings.base_url}   API {settings.base_url}/api/v1/openapi.json")
    click.echo("workers log to " + " and ".join(str(worker_log(settings)) for settings in nodes))
    click.echo("demo accounts on city (account, machine key):")
    for name, key in accounts.items():
        click.echo(f"  {name:18} {key}")
    click.echo(f"sign in at {nodes[0].base_url}/login with one click, or with the password {password!r}")
    click.echo("Ctrl-C stops everything.")
