"""A node with something published, and an empty place to restore it into."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from registry.cli import main
from registry.settings import Settings, child_environment
from tests.support import stores
from tests.support.desk import Desk
from tests.support.filings import filing


@dataclass
class Place:
    """Somewhere to restore to: a home of its own and a database that does not exist or has nothing in it."""

    settings: Settings
    monkeypatch: pytest.MonkeyPatch

    @property
    def keys(self) -> Path:
        """Where its keys belong."""
        return self.settings.keys_path

    def put_keys(self, source: Settings) -> None:
        """Bring the keys of another place."""
        shutil.copytree(source.keys_path, self.keys)

    def type(self, *words: object, **special: Any) -> tuple[int, str]:
        """Run a command with the settings of this place; exit code and everything it said."""
        chosen = replace(self.settings, **special)
        with self.monkeypatch.context() as patched:
            for name, value in child_environment(chosen).items():
                if name.startswith("REGISTRY_"):
                    patched.setenv(name, value)
            done = CliRunner().invoke(main, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output


@pytest.fixture
def city(desk: Desk, settings: Settings) -> Settings:
    """A node that has published one penalty and holds another that waits."""
    desk.published(filing())
    desk.filed(filing(document_number="盐财罚〔2026〕99号"))
    return settings


@pytest.fixture
def place(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An empty place for a node called ``city``."""
    home = tmp_path / "elsewhere"
    with empty_store(store.split(":", maxsplit=1)[0], home) as url:
        yield Place(Settings(home=str(home), database_url=url, node="city"), monkeypatch)


@contextmanager
def empty_store(kind: str, home: Path) -> Iterator[str]:
    """The URL of a store with nothing in it, gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{home / 'registry.db'}"
        return
    name = f"r{uuid.uuid4().hex[:12]}"
    _run(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    try:
        yield stores.named(name)
    finally:
        _run(f"DROP DATABASE {name} WITH (FORCE)")


def _run(statement: str) -> None:
    with psycopg.connect(stores.named("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def backed_up(city: Settings, typed: Callable[..., tuple[int, str]], tmp_path: Path) -> Callable[..., Path]:
    """Back the node up; returns the folder of that backup."""

    def make(*options: object) -> Path:
        code, said = typed("backup", tmp_path / "backups", *options)
        assert code == 0, said
        [line] = [line for line in said.splitlines() if line.startswith("backup: ")]
        return Path(line.removeprefix("backup: "))

    return make
