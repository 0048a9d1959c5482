"""Real stores for tests: an SQLite file or a PostgreSQL database of one's own, copied from a prepared template.

``TEST_DATABASE_URL`` names a server to use; otherwise the session starts one from the machine's binaries, as an
unprivileged user when the session is root, because the server refuses root.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import psycopg

from registry import runtime
from registry.app import MIGRATIONS, create_app
from registry.services.law import reference_loading
from registry.services.node.row_commitments import adopt_rows
from registry.settings import Settings
from registry.signing import VAULT_FILE

SERVER_VARIABLE = "TEST_DATABASE_URL"
_STAMP = """SELECT count(*), count(closed_at), max(id), (SELECT max(version_num) FROM alembic_version),
                   (SELECT md5(string_agg(relname, ' ' ORDER BY relname)) FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace)
            FROM catalog_rows"""
"""What no test may have changed in a store that is used again: reference data, migration, tables, indexes."""
_CHAIN = """SELECT number, count(*) OVER (), digest FROM row_commitments ORDER BY number DESC LIMIT 1"""
"""The head of the commitments to the rows of the template."""
_WRITTEN = """SELECT string_agg(quote_ident(relname), ', ') FROM pg_class WHERE relnamespace = 'public'::regnamespace
              AND relkind = 'r' AND relname NOT IN ('catalog_rows', 'alembic_version', 'row_commitments', 'log_epochs')
              AND pg_relation_size(oid) > 0"""
"""The tables that anything was ever written to since they were emptied: emptying one costs far more than asking."""
STORES = tuple(os.environ.get("TEST_STORES", "sqlite,postgresql").split(","))


def binary(name: str) -> str:
    """A server binary, from PATH or from where Debian keeps it."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(places[0]) if places else shutil.which(name)
    if not found:
        raise RuntimeError(f"PostgreSQL's {name} is not installed; `make needs` installs it")
    return found


def start_server() -> tuple[str, Path]:
    """Start a throw-away server; returns its address and its folder."""
    folder, user = server_folder()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    run_as(user, binary("initdb"), "-D", str(data), "-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C")
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
        "-c fsync=off -c full_page_writes=off -c max_connections=300"
    )
    run_as(user, binary("pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
    return f"postgresql://tester@127.0.0.1:{port}/postgres", folder


def server_folder() -> tuple[Path, str | None]:
    """A folder for a server's data, and the user who runs it; None: whoever runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="registry-pg-"))
    user = next(name for name in ("postgres", "nobody") if _exists(name)) if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    return folder, user


def stop_server(folder: Path) -> None:
    """Stop the server and forget its data."""
    user = folder.owner() if os.getuid() == 0 else None
    run_as(user, binary("pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _exists(user: str) -> bool:
    return user in {entry.pw_name for entry in pwd.getpwall()}


def run_as(user: str | None, *command: str) -> None:
    """Run a command as a user, without a word; it must succeed."""
    subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def prepare(settings: Settings) -> None:
    """Migrate a store and load the reference data; an SQLite file is whole afterwards, without its log."""
    with create_app(settings).app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        with runtime.begin() as work:
            adopt_rows(work)
        with runtime.begin() as work:
            reference_loading.load(work)
        if runtime.db.engine.dialect.name == "sqlite":
            with runtime.db.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        runtime.db.engine.dispose()


class Templates:
    """Migrated, furnished stores to copy from, made once per test process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[str] = set()
        self._count = 0
        self._free: list[str] = []
        self._stamp: tuple[object, ...] | None = None
        self._chain: tuple[object, ...] = (0, 0, "")
        self._worker = f"{os.getpid()}"

    @contextmanager
    def copy(self, store: str, folder: Path) -> Iterator[str]:
        """The URL of a fresh copy, and in the folder the secret under which its rows are committed to."""
        if store not in self._made:
            self._make(store)
            self._made.add(store)
        (folder / "keys").mkdir(mode=0o700, exist_ok=True)
        shutil.copy(self._folder / "keys" / VAULT_FILE, folder / "keys" / VAULT_FILE)
        if store == "sqlite":
            shutil.copy(self._folder / "registry.db", folder / "registry.db")
            yield f"sqlite:///{folder / 'registry.db'}"
            return
        name = self._free.pop() if self._free else self._new()
        try:
            yield named(name)
        finally:
            if self._emptied(name):
                self._free.append(name)
            else:
                self._admin(f"DROP DATABASE {name} WITH (FORCE)")

    def _new(self) -> str:
        self._count += 1
        name = f"t{self._worker}_{self._count}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE template_{self._worker}")
        return name

    def _emptied(self, name: str) -> bool:
        """Bring a database back to what the template is; False when a test changed more than rows of its own.

        Making a database costs most of a second here, emptying one a few hundredths.
        """
        with psycopg.connect(named(name), autocommit=True) as connection:
            try:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                connection.execute("SET lock_timeout = '5s'")
                [tables] = connection.execute(_WRITTEN).fetchone() or (None,)
                if tables:
                    connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE".encode())
                connection.execute("INSERT INTO counters VALUES ('ledger', 0), ('check', 0)")
                connection.execute("DELETE FROM row_commitments WHERE number > %s", [self._chain[0]])
                connection.execute("DELETE FROM log_epochs WHERE number > 1")
                is_chain = connection.execute(_CHAIN).fetchone() == self._chain
                return is_chain and connection.execute(_STAMP).fetchone() == self._stamp
            except psycopg.Error:
                return False

    def _make(self, store: str) -> None:
        url = f"sqlite:///{self._folder / 'registry.db'}"
        if store == "postgresql":
            self._admin(f"CREATE DATABASE template_{self._worker}")
            url = named(f"template_{self._worker}")
        prepare(Settings(home=str(self._folder), database_url=url))
        if store == "postgresql":
            with psycopg.connect(url) as connection:
                self._stamp = connection.execute(_STAMP).fetchone()
                self._chain = connection.execute(_CHAIN).fetchone() or self._chain

    def drop(self) -> None:
        """Forget what the server holds for this process."""
        if "postgresql" in self._made:
            for name in self._free:
                self._admin(f"DROP DATABASE {name} WITH (FORCE)")
            self._admin(f"DROP DATABASE template_{self._worker} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        with psycopg.connect(os.environ[SERVER_VARIABLE], autocommit=True) as connection:
            connection.execute(statement.encode())


def named(database: str) -> str:
    """The URL of a database on the server of the tests."""
    return os.environ[SERVER_VARIABLE].rsplit("/", 1)[0] + f"/{database}"
