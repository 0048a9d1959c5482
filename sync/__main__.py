"""``python -m sync``: run the worker process of a node."""

import sys

import click

from registry.garbage import begin_loading, end_loading


@click.command()
@click.option("--once", is_flag=True, help="Run every job once and exit; 1 when one of them failed.")
def main(once: bool) -> None:
    """Exchange with peers, file waiting imports, seal and tidy by clock, until SIGTERM."""
    begin_loading()
    from registry import logs
    from registry.app import create_node
    from sync.schedule import run_forever, run_once

    app = create_node()
    end_loading()
    logs.configure(app.extensions["registry_settings"])
    if not once:
        run_forever(app)
    elif any(outcome != "done" for outcome in run_once(app).values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
