"""``python -m tests.stories.chaos.whole.fork_server``: import a node's programs once, fork a process for each start.

A start costs a tenth of a second in place of three: everything is imported, and the doors, which are of no node yet,
are opened once for all processes. Orders come as lines of JSON, the process id goes back; a process gets the arguments,
the clock and the crash point that the order names, and runs the product's own entry point.
"""

import json
import os
import signal
import sys
from typing import Any

import gunicorn.app.wsgiapp
import gunicorn.workers.gthread
import psycopg  # noqa: F401
from sqlalchemy.dialects.postgresql import psycopg as dialect  # noqa: F401

from registry import app, cli
from registry.serving import web_worker  # noqa: F401
from sync import __main__ as worker
from tests.stories.chaos.whole import crash_points


def main() -> None:
    """Fork as ordered until there are no more orders."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects what has ended
    doors = app.open_doors()
    app.open_doors = lambda: doors
    print("ready", flush=True)
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order)
        print(child, flush=True)


def _become(order: dict[str, Any]) -> None:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in ((0, nothing), (1, log), (2, log)):
        os.dup2(descriptor, number)
    crash_points.install(order["clock"], order["crash_at"], order["crashes"])
    sys.argv = [order["program"], *order["arguments"]]
    programs = {"web": gunicorn.app.wsgiapp.run, "worker": worker.main, "registry": cli.main}
    try:
        programs[order["program"]]()
    finally:
        sys.stdout.flush()


if __name__ == "__main__":
    main()
