"""The targets of make, the hooks and CI run the same checks."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.sources import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
MAKE = "#!/bin/sh\necho make $1 >>called\necho closing line of $1\nexit $(cat $1)\n"


def recipe(target: str) -> list[str]:
    """The commands of a target, with the environment's folder written out."""
    text = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)[1]
    return [line.strip().replace("$(BIN)", ".venv/bin") for line in text.splitlines()]


class TestHooks:
    def test_run_what_lint_runs(self) -> None:
        hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
        assert re.findall(r"entry: (.+)", hooks) == recipe("lint")

    def test_are_all_local(self) -> None:
        hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
        assert re.findall(r"repo: (.+)", hooks) == ["local"]


class TestHelp:
    def test_lists_every_target(self) -> None:
        targets = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split()
        command = ["make", "--no-print-directory", "help"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert sorted(line.split()[0] for line in done.stdout.splitlines()) == sorted(targets)


class TestContinuousIntegration:
    @pytest.mark.parametrize(("lint", "test", "passes"), [(0, 0, True), (2, 0, False), (0, 2, False), (2, 2, False)])
    def test_fails_when_either_does(self, tmp_path: Path, lint: int, test: int, passes: bool) -> None:
        done = self.run(tmp_path, lint, test)
        assert (done.returncode == 0) is passes
        assert (tmp_path / "called").read_text() == "make lint\nmake test\n"

    def test_ends_with_the_closing_line_of_the_tests(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, 2, 0).stdout.splitlines()[-1] == "closing line of test"

    def run(self, folder: Path, lint: int, test: int) -> "subprocess.CompletedProcess[str]":
        """.ci/run in a folder where make is a stand-in that ends with these codes."""
        (folder / ".ci").mkdir()
        (folder / ".ci" / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
        for name, code in (("lint", lint), ("test", test)):
            (folder / name).write_text(str(code))
        (folder / "bin").mkdir()
        (folder / "bin" / "make").write_text(MAKE)
        (folder / "bin" / "make").chmod(0o755)
        return subprocess.run(
            ["bash", ".ci/run"],
            cwd=folder,
            env={**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
