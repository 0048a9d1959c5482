"""A real process, killed with -9 between any two of its steps: nothing is lost and nothing comes twice."""

import os
import signal
import subprocess
import sys

import pytest

from registry.settings import child_environment
from tests.sync.bodies import body
from tests.sync.planting import published
from tests.sync.platforms.rows import decided, row

pytestmark = pytest.mark.long

WORKER = """
import os, pathlib, signal, sys
from registry import runtime
from registry.app import create_node
from sync import row_exchange

left = int(sys.argv[1])

def step(run):
    def counted(*arguments, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return run(*arguments, **named)
    return counted

pathlib.Path.replace = step(pathlib.Path.replace)
pathlib.Path.unlink = step(pathlib.Path.unlink)
commit = runtime._ActSession.commit
runtime._ActSession.commit = step(commit)
with create_node().app_context():
    print(row_exchange.exchange("platform").failed)
"""


def run_worker(app, steps):
    """Run the exchange in a process of its own that kills itself after so many steps; whether it came to its end."""
    settings = app.extensions["registry_settings"]
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(steps)],
        env=child_environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    assert done.returncode or done.stdout == "None\n"
    return done.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="signals")
class TestKilled:
    def test_between_any_two_steps_loses_and_doubles_nothing(self, app, files, partner):
        published(app, body(), body())
        partner.send("cf-2018", [row(decided(1)), row(decided(2))])
        taken, steps = 0, 0
        while not run_worker(app, steps):
            steps += 1
            taken += partner.take()["taken"]
        assert steps >= 5
        taken += partner.take()["taken"]
        files.run()
        assert taken == 2
        assert [message.state for message in files.messages()] == ["delivered", "delivered"]
        assert [batch.state for batch in files.batches()] == ["answered"]
        assert len(files.penalties()) == 2
        assert partner.settle() == {"outcomes": {"accepted": 2}}
