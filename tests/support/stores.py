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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from registry import runtime
from registry.app import create_app
from registry.domain.permissions import SYSTEM
from registry.keys.signing import VAULT_FILE
from registry.maintenance import schema
from registry.services.law import reference_loading
from registry.services.node.row_commitments import adopt_rows
from registry.settings import Settings
from registry.unit_of_work import UnitOfWork

SERVER_VARIABLE = "TEST_DATABASE_URL"
_STAMP = """SELECT count(*), max(xmin::text::bigint), (SELECT max(version_num) FROM alembic_version),
                   (SELECT md5(string_agg(relname, ' ' ORDER BY relname)) FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace)
            FROM catalog_rows"""
"""What no test may have changed in a store that is used again: reference data (by how many rows there are, and the
last transaction that wrote one), migration, tables, indexes."""
_CHAIN = """SELECT number, count(*) OVER (), digest FROM row_commitments ORDER BY number DESC LIMIT 1"""
"""The head of the commitments to the rows of the template."""
_WRITTEN = """SELECT quote_ident(relname), pg_relation_size(oid) FROM pg_class
              WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
              AND relname NOT IN ('catalog_rows', 'alembic_version', 'row_commitments', 'log_epochs')
              AND pg_relation_size(oid) > 0"""
"""The tables that anything was written to since they were made, with their size in bytes."""
_TRUNCATED_FROM = 1 << 20
"""From this size on truncating a table is cheaper than deleting its rows."""
_RESTART = "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"
_SEQUENCES = """SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name)
                FROM information_schema.columns WHERE table_schema = 'public'
                AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL"""
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


def prepare(settings: Settings, staff: Callable[[UnitOfWork], Any] | None = None) -> Any:
    """Migrate a store, load the reference data and make people; an SQLite file is whole afterwards, without its log."""
    with create_app(settings).app_context():
        schema.upgrade()
        with runtime.begin() as work:
            adopt_rows(work)
        with runtime.begin() as work:
            reference_loading.load(work)
        people = runtime.perform(SYSTEM, staff) if staff else None
        if runtime.db.engine.dialect.name == "sqlite":
            with runtime.db.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        runtime.db.session.remove()
        runtime.db.engine.dispose()
        return people


@dataclass
class Template:
    """A prepared store to copy from: where it is, and what nothing of a copy that is used again may have changed."""

    url: str
    folder: Path
    people: Any = None
    free: list[str] = field(default_factory=list)
    restore: str = ""
    stamp: Any = None
    chain: Any = None
    references: Any = None
    """The reference data as an engine on the first copy has read it."""


untouched: dict[str, Template] = {}
"""The template of each copy that no application was made on yet, by its URL."""


class Templates:
    """Migrated, furnished stores to copy from, made once per test process: empty ones, and ones with people."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, bool], Template] = {}
        self._people: dict[str, Any] = {}
        self._count = 0
        # A connection of its own for each database that is used again: a new one costs as much as the emptying.
        self._connections: dict[str, psycopg.Connection] = {}

    @contextmanager
    def copy(self, store: str, folder: Path, staff: Callable[[UnitOfWork], Any] | None = None) -> Iterator[str]:
        """The URL of a fresh copy, and in the folder the secret under which its rows are committed to.

        With ``staff``, which is always the same function, the people that it made are in the copy.
        """
        template = self._template(store, staff)
        (folder / "keys").mkdir(mode=0o700, exist_ok=True)
        shutil.copy(template.folder / "keys" / VAULT_FILE, folder / "keys" / VAULT_FILE)
        if store == "sqlite":
            shutil.copy(template.folder / "registry.db", folder / "registry.db")
            url = f"sqlite:///{folder / 'registry.db'}"
            self._people[url] = template.people
            untouched[url] = template
            yield url
            untouched.pop(url, None)
            return
        name = template.free.pop() if template.free else self._new(template)
        self._people[named(name)] = template.people
        untouched[named(name)] = template
        try:
            yield named(name)
        finally:
            untouched.pop(named(name), None)
            if _emptied(self._connection(name), template):
                template.free.append(name)
            else:
                self._connections.pop(name).close()
                _admin(f"DROP DATABASE {name} WITH (FORCE)")

    def people_in(self, url: str) -> Any:
        """What ``staff`` returned when it made the people of the template of this copy; None without any."""
        return self._people.get(url)

    def _connection(self, name: str) -> psycopg.Connection:
        """The connection to a database; another one where a test has ended all of them."""
        kept = self._connections.get(name)
        if kept is None or kept.closed:
            self._connections[name] = psycopg.connect(named(name), autocommit=True)
        return self._connections[name]

    def _new(self, template: Template) -> str:
        self._count += 1
        name = f"t{os.getpid()}_{self._count}"
        _admin(f"CREATE DATABASE {name} TEMPLATE {database_of(template.url)}")
        return name

    def _template(self, store: str, staff: Callable[[UnitOfWork], Any] | None) -> Template:
        key = (store, staff is not None)
        if key not in self._made:
            self._made[key] = self._make(store, staff)
        return self._made[key]

    def _make(self, store: str, staff: Callable[[UnitOfWork], Any] | None) -> Template:
        folder = self._folder / f"{store}-{'people' if staff else 'empty'}"
        folder.mkdir()
        url = f"sqlite:///{folder / 'registry.db'}"
        if store == "postgresql":
            name = f"template_{os.getpid()}_{len(self._made)}"
            _admin(f"CREATE DATABASE {name}")
            url = named(name)
        template = Template(url, folder)
        template.people = prepare(Settings(home=str(folder), database_url=url, node="city"), staff)
        if store == "postgresql":
            with psycopg.connect(url, autocommit=True) as connection:
                template.restore = _keep_rows(connection)
                template.stamp = connection.execute(_STAMP).fetchone()
                template.chain = connection.execute(_CHAIN).fetchone()
        return template

    def drop(self) -> None:
        """Forget what the server keeps for this process."""
        for connection in self._connections.values():
            connection.close()
        for (store, _), template in self._made.items():
            if store == "postgresql":
                for name in [*template.free, database_of(template.url)]:
                    _admin(f"DROP DATABASE {name} WITH (FORCE)")


def _keep_rows(connection: psycopg.Connection) -> str:
    """Keep the template's own rows of the tables that are emptied, in a schema beside them; the statements that put
    them back, foreign keys unchecked, and let the sequences go on behind them."""
    connection.execute("CREATE SCHEMA kept")
    statements = []
    for table, _ in connection.execute(_WRITTEN).fetchall():
        connection.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}".encode())
        statements.append(f"INSERT INTO public.{table} SELECT * FROM kept.{table}")
    # A backup by the role of the application reads whatever is there.
    connection.execute("GRANT USAGE ON SCHEMA kept TO PUBLIC")
    connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA kept TO PUBLIC")
    for table, column, sequence in connection.execute(_SEQUENCES).fetchall():
        [last] = connection.execute(f"SELECT max({column}) FROM {table}".encode()).fetchone() or (None,)
        if last is not None:
            statements.append(f"SELECT setval('{sequence}', {last})")
    return "; ".join(statements)


def _emptied(connection: psycopg.Connection, template: Template) -> bool:
    """Bring a database back to what the template is; False when a test changed more than rows of its own.

    Making a database costs most of a second here, emptying one a few hundredths.
    """
    try:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("SET lock_timeout = '5s'")
        sizes = connection.execute(_WRITTEN).fetchall()
        emptying = [
            f"TRUNCATE {table} CASCADE" if size >= _TRUNCATED_FROM else f"DELETE FROM {table}" for table, size in sizes
        ]
        rest = [
            f"DELETE FROM row_commitments WHERE number > {template.chain[0]}",
            "DELETE FROM log_epochs WHERE number > 1",
        ]
        # Foreign keys and the triggers that forbid deleting do not hold for a replica.
        order = ["SET LOCAL session_replication_role = replica", *emptying, _RESTART, template.restore, *rest]
        connection.execute("; ".join(order).encode())
        is_chain = connection.execute(_CHAIN).fetchone() == template.chain
        return is_chain and connection.execute(_STAMP).fetchone() == template.stamp
    except psycopg.Error:
        return False


def _admin(statement: str) -> None:
    with psycopg.connect(os.environ[SERVER_VARIABLE], autocommit=True) as connection:
        connection.execute(statement.encode())


def database_of(url: str) -> str:
    """The name of the database in a URL."""
    return url.rsplit("/", 1)[1]


def named(database: str) -> str:
    """The URL of a database on the server of the tests."""
    return os.environ[SERVER_VARIABLE].rsplit("/", 1)[0] + f"/{database}"
