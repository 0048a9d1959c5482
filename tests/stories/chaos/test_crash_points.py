"""What the long chaos cuts off is there: its programs can be imported, its crash points name steps of the product."""

import importlib
import subprocess
import sys

import pytest

from tests.stories.chaos.whole import crash_points
from tests.support.processes import ROOT


class TestForkServer:
    def test_is_ready(self) -> None:
        command = [sys.executable, "-m", "tests.stories.chaos.whole.fork_server"]
        done = subprocess.run(command, cwd=ROOT, input="", capture_output=True, text=True, timeout=120, check=True)
        assert done.stdout.splitlines() == ["ready"]


class TestCrashPoint:
    @pytest.mark.parametrize("name", crash_points.STEPS)
    def test_names_a_step_of_the_product(self, name: str) -> None:
        step = crash_points.STEPS[name]
        assert callable(getattr(_resolve(step.module), step.attribute))


def _resolve(path: str) -> object:
    """A module, or a class in one."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)
