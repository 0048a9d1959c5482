"""The units of systemd: understood by it, confined, and naming what there is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import BIN, ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
EXPOSURE_MAX = "30"
"""In tenths, of systemd-analyze: 100 is a process that may do everything."""

analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with the program where it is on this machine."""
    for path in UNITS.glob("registry-*"):
        text = path.read_text("utf-8").replace("/opt/registry/.venv/bin", str(BIN))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


@analyze
def test_units_are_understood(units: Path) -> None:
    files = [str(path) for path in sorted(units.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not [line for line in done.stderr.splitlines() if "registry-" in line], done.stderr
    assert done.returncode == 0, done.stderr


@analyze
@pytest.mark.parametrize("name", SERVICES)
def test_services_are_confined(units: Path, name: str) -> None:
    done = subprocess.run(
        [
            "systemd-analyze",
            "security",
            "--no-pager",
            "--offline=true",
            f"--threshold={EXPOSURE_MAX}",
            str(units / name),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_services_run_commands_that_there_are(name: str) -> None:
    text = (UNITS / name).read_text("utf-8")
    [command] = re.findall(r"^ExecStart=/opt/registry/\.venv/bin/registry (\w+)", text, re.MULTILINE)
    shown = subprocess.run([str(BIN / "registry"), command, "--help"], capture_output=True, cwd=ROOT, check=False)
    assert shown.returncode == 0
    assert "User=registry" in text
    assert "EnvironmentFile=/etc/registry/registry.env" in text
