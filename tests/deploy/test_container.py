"""The container: its steps read from the Dockerfile itself, and its command run without a network.

No container engine runs here. This is the short form: user, environment, health check and command of the Dockerfile in
the environment of the tests. ``make container-smoke`` runs every step in a clean Debian root and then the same.
"""

import os
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from registry.settings import Settings
from tests.support.processes import BIN, ROOT, free_ports
from tools import container

IMAGE = container.read(container.DOCKERFILE.read_text(encoding="utf-8"))
SETTINGS = {f"REGISTRY_{field.name.upper()}" for field in fields(Settings)}
DEPLOY = ROOT / "deploy"


class TestDockerfile:
    def test_starts_from_debian_and_runs_as_a_user_of_its_own(self) -> None:
        assert IMAGE.base == "debian:bookworm-slim"
        assert IMAGE.user == "registry"
        assert any("useradd --system" in argument for _, argument in IMAGE.steps)

    def test_installs_by_the_lock_with_its_hashes(self) -> None:
        installs = [argument for word, argument in IMAGE.steps if word == "RUN" and "pip install" in argument]
        assert all("--require-hashes" in argument or "--no-deps" in argument for argument in installs)
        assert "-r requirements/run.txt" in installs[0]

    def test_copies_what_there_is_and_no_key(self) -> None:
        copied = {name for word, argument in IMAGE.steps if word == "COPY" for name in argument.split()[:-1]}
        assert not [name for name in copied if not (ROOT / name).exists()]
        assert copied == {
            "requirements/run.txt",
            "pyproject.toml",
            "README.md",
            "LICENSE",
            "wsgi.py",
            "registry",
            "sync",
        }

    def test_leaves_out_nothing_that_it_copies(self) -> None:
        let_in = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
        copied = {name.split("/")[0] for word, arg in IMAGE.steps if word == "COPY" for name in arg.split()[:-1]}
        assert copied <= let_in

    def test_refuses_an_instruction_that_is_not_understood(self) -> None:
        with pytest.raises(ValueError, match="ENTRYPOINT"):
            container.read('FROM debian\nENTRYPOINT ["sh"]\n')


class TestBuildEnvironment:
    def test_names_no_place_outside_the_root(self) -> None:
        outside = {
            "PIP_FIND_LINKS": "/wheels",
            "PIP_CERT": "/cert.pem",
            "PIP_INDEX_URL": "file:///x",
            "HOME": "/home/a",
        }
        made = container.build_environment(outside | {"https_proxy": "http://127.0.0.1:3128", "PATH": "/home/a/bin"})
        assert made["https_proxy"] == "http://127.0.0.1:3128"
        assert not [value for value in made.values() if value in outside.values() or "/home/a" in value]

    def test_installs_from_the_downloaded_packages_alone(self) -> None:
        made = container.build_environment({})
        assert (made["PIP_NO_INDEX"], made["PIP_FIND_LINKS"]) == ("1", container.PACKAGES)


class TestSettings:
    @pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml", "registry.env"])
    def test_are_all_known(self, file: str) -> None:
        named = set(re.findall(r"\bREGISTRY_[A-Z_]+\b", (DEPLOY / file).read_text("utf-8")))
        assert named
        assert named <= SETTINGS


class TestPrepare:
    def test_writes_a_password_once(self, tmp_path: Path) -> None:
        shutil.copy(DEPLOY / "prepare.sh", tmp_path)
        command = ["sh", str(tmp_path / "prepare.sh"), "registry.example", "yancheng"]
        subprocess.run(command, check=True, capture_output=True)
        written = (tmp_path / ".env").read_text("utf-8")
        assert re.fullmatch(r"DATABASE_PASSWORD=[0-9a-f]{48}\nDOMAIN=registry.example\nNODE=yancheng\n", written)
        assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
        assert subprocess.run(command, check=False, capture_output=True).returncode == 1
        assert (tmp_path / ".env").read_text("utf-8") == written


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("unshare"), reason="a network namespace needs root")
class TestSmoke:
    def test_answers_with_nothing_but_loopback(self, tmp_path: Path) -> None:
        port = str(free_ports()[0])
        environment = {
            **IMAGE.environment,
            "REGISTRY_HOME": str(tmp_path),
            "REGISTRY_PORT": port,
            "REGISTRY_NODE": "smoke",
        }
        environment["PATH"] = environment["PATH"].replace("/opt/registry/.venv/bin", str(BIN))
        environment["PYTHONPATH"] = str(ROOT)
        health = [word.replace(":8000", f":{port}") for word in IMAGE.health]
        init = subprocess.run(
            ["unshare", "--net", *IMAGE.command[:1], "init"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert init.returncode == 0, init.stdout + init.stderr
        with container.started(["env"], IMAGE.command, environment) as inside:
            assert container.wait_until_healthy(inside, health, environment)
            assert container.interfaces(inside) == {"lo"}
