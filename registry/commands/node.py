"""registry init, serve, worker, demo: set up and run a node."""

import os
import sys
from functools import partial
from pathlib import Path

import click

from registry import runtime
from registry.app import create_app, create_node
from registry.commands.common import WholeRange, in_app
from registry.demo.furnish import PASSWORD, furnish
from registry.demo.processes import run
from registry.domain.permissions import SHELL, SYSTEM
from registry.errors import Refusal
from registry.maintenance import schema
from registry.services.law import reference_loading
from registry.services.node import accounts
from registry.services.node.row_commitments import adopt_rows
from registry.services.publication import epochs, further_keys, name_index, standing
from registry.settings import Settings, child_environment, from_environment


def prepare() -> tuple[int, int, int]:
    """Migrate, load the reference data, index missing names and records, and renew keys; idempotent."""
    schema.upgrade()
    runtime.perform(SHELL, adopt_rows)
    counts = runtime.perform(SHELL, reference_loading.renew)
    runtime.perform(SHELL, accounts.create_planned_departments)
    runtime.perform(SHELL, name_index.index_missing)
    runtime.perform(SHELL, standing.build_missing)
    further_keys.renew(partial(runtime.perform, SHELL))
    return counts


@click.command("init")
@in_app
def init() -> None:
    """Migrate the database and load the reference data; may be run again at any time."""
    opened, closed, moved = prepare()
    click.echo(f"ready: {opened} reference rows opened, {closed} closed, {moved} clocks moved")


def serve_arguments(settings: Settings) -> list[str]:
    """The command line of the web server."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "registry.app:create_app()",
        "--bind",
        f"{settings.host}:{settings.port}",
        *(["--bind", settings.metrics_bind] if settings.metrics_bind else []),
        "--config",
        "python:registry.serving.web_worker",
        "--logger-class",
        "registry.serving.web_worker.TypedErrorLogger",
        "--workers",
        str(settings.web_workers),
        "--threads",
        str(settings.web_threads),
        "--worker-class",
        "registry.serving.web_worker.TimedThreadWorker",
        "--timeout",
        str(settings.request_timeout_seconds),
        "--graceful-timeout",
        "10",
        "--log-level",
        "warning",
    ]


def _warn_of_set_back(settings: Settings) -> None:
    """Say on standard error that the database is older than this node's record of it; pages are served all the same."""
    with create_node(settings).app_context():
        try:
            runtime.perform(SYSTEM, epochs.require_current)
        except Refusal as refusal:
            click.echo(f"{refusal.code}: {refusal.title}\n  {refusal.detail}", err=True)
        finally:
            runtime.db.engine.dispose()


@click.command("serve")
def serve() -> None:
    """Serve the pages and the API with gunicorn (REGISTRY_HOST, REGISTRY_PORT)."""
    settings = from_environment()
    _warn_of_set_back(settings)
    arguments = serve_arguments(settings)
    os.execve(arguments[0], arguments, child_environment(settings))  # noqa: S606 - our own command line


@click.command("worker")
def worker() -> None:
    """Run the one worker: imports, exchange, sealing, tidying."""
    os.execv(sys.executable, [sys.executable, "-m", "sync"])  # noqa: S606 - our own command line


@click.command("demo")
@click.option(
    "--port",
    type=WholeRange(1, 65534),
    default=8000,
    envvar="PORT",
    show_default=True,
    help="Port of the city's node.",
)
@click.option("--dir", "folder", default="var", type=click.Path(path_type=Path), show_default=True)
@click.option("--no-peer", is_flag=True, help="Without the second node that plays the credit platform.")
def demo(port: int, folder: Path, no_peer: bool) -> None:
    """Run a demo registry with invented records, and a second node that plays the credit platform."""
    city = Settings(
        home=str(folder), node="city", port=port, base_url=f"http://127.0.0.1:{port}", web_workers=1, demo=1
    )
    platform = Settings(
        home=str(folder / "platform"),
        node="platform",
        node_name="公共信用信息共享平台（演示）",
        port=port + 1,
        base_url=f"http://127.0.0.1:{port + 1}",
        web_workers=1,
        demo=1,
    )
    nodes = [city] if no_peer else [city, platform]
    apps = {settings.node: create_app(settings) for settings in nodes}
    for app in apps.values():
        with app.app_context():
            prepare()
    run(nodes, furnish(apps, nodes), PASSWORD, serve_arguments)
