"""Every planted defect is noticed by its test: the proof that the tests test.

Two of them in an ordinary run, all with ``make mutants``.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.defects import DEFECTS, Defect

ROOT = Path(__file__).parents[2]
CHOSEN = DEFECTS if os.environ.get("MUTANTS") else DEFECTS[14:16]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources, to be changed."""
    folder = tmp_path_factory.mktemp("mutant")
    left_out = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("registry", "sync", "tests", "tools", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def outcome(folder: Path, test: str) -> int:
    """The exit code of pytest for one test on the copied sources, on SQLite."""
    environment = os.environ | {"PYTHONPATH": str(folder), "TEST_STORES": "sqlite", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", test]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False).returncode


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_stands_at_one_place_of_the_source(defect: Defect) -> None:
    assert (ROOT / defect.file).read_text("utf-8").count(defect.before) == 1


@pytest.mark.parametrize("defect", CHOSEN, ids=lambda defect: defect.name)
def test_is_noticed(copy: Path, defect: Defect) -> None:
    path = copy / defect.file
    sound = path.read_text("utf-8")
    path.write_text(sound.replace(defect.before, defect.after), "utf-8")
    try:
        assert outcome(copy, defect.test) == pytest.ExitCode.TESTS_FAILED
    finally:
        path.write_text(sound, "utf-8")
