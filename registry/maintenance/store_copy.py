"""Copy a store while it is in use, and load such a copy into an empty one: SQLite by its backup interface, PostgreSQL
by pg_dump and pg_restore."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry import durable
from registry.refusals.maintenance import BackupFailed, RestoreFailed, RestoreNotEmpty

SQLITE, POSTGRESQL = "sqlite", "postgresql"
FILES = {SQLITE: "database.sqlite", POSTGRESQL: "database.dump"}
_DEBIAN_BINARIES = Path("/usr/lib/postgresql")
_QUOTED = re.compile(r'"[^"]*"')
"""What a complaint quotes may be somebody's identity number."""
_TABLES = text(
    "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE relkind IN ('r', 'p')"
    " AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'"
)


def kind_of(url: str) -> str:
    """``sqlite`` or ``postgresql``."""
    return make_url(url).get_backend_name()


def copy(url: str, folder: Path, environment: Mapping[str, str], describe: Callable[[Session], None]) -> None:
    """Copy the store into the folder, consistent at one instant, while others write. ``describe`` is called with a
    session that sees exactly what is copied. Refuses ``BackupFailed``."""
    target = folder / FILES[kind_of(url)]
    try:
        if kind_of(url) == SQLITE:
            _copy_sqlite(Path(str(make_url(url).database)), target, describe)
        else:
            _copy_postgresql(make_url(url), target, environment, describe)
    except (sqlite3.Error, DBAPIError, OSError) as error:
        raise BackupFailed(type(error).__name__) from None


def _copy_sqlite(source: Path, target: Path, describe: Callable[[Session], None]) -> None:
    reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        [answer] = writing.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise BackupFailed("quick_check")
    finally:
        reading.close()
        writing.close()
    engine = create_engine(f"sqlite:///{target}")
    try:
        with Session(engine) as session:
            describe(session)
    finally:
        engine.dispose()


def _copy_postgresql(
    url: URL, target: Path, environment: Mapping[str, str], describe: Callable[[Session], None]
) -> None:
    engine = create_engine(url, isolation_level="REPEATABLE READ")
    try:
        with Session(engine) as session:
            session.connection(execution_options={"postgresql_readonly": True})
            snapshot = session.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            describe(session)
            options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", "--file")
            if fault := _run(url, environment, "pg_dump", *options, str(target)):
                raise BackupFailed(fault)
    finally:
        engine.dispose()


def require_empty(url: str) -> None:
    """Refuses ``RestoreNotEmpty`` when there is a database already, ``RestoreFailed`` when none can be reached."""
    if kind_of(url) == SQLITE:
        path = Path(str(make_url(url).database))
        if any(path.with_name(path.name + ending).exists() for ending in ("", "-wal", "-journal")):
            raise RestoreNotEmpty(path.name)
        return
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if connection.execute(_TABLES).scalar_one():
                raise RestoreNotEmpty(str(make_url(url).database))
    except DBAPIError as error:
        raise RestoreFailed(type(error.orig).__name__) from None
    finally:
        engine.dispose()


def load(url: str, folder: Path, environment: Mapping[str, str]) -> None:
    """Load the copy in the folder into an empty store, whole or not at all. Refuses ``RestoreNotEmpty`` and
    ``RestoreFailed``."""
    require_empty(url)
    source = folder / FILES[kind_of(url)]
    if kind_of(url) == SQLITE:
        _load_sqlite(source, Path(str(make_url(url).database)))
        return
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    if fault := _run(make_url(url), environment, "pg_restore", *options, str(source)):
        raise RestoreFailed(fault)


def _load_sqlite(source: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, draft)
        draft.chmod(0o600)
        durable.sync(draft)
        os.link(draft, target)  # unlike a rename it never replaces
    except FileExistsError:
        raise RestoreNotEmpty(target.name) from None
    except OSError as error:
        raise RestoreFailed(type(error).__name__) from None
    finally:
        draft.unlink(missing_ok=True)
    durable.sync(target.parent)


def address_without_password(url: URL) -> str:
    """The address of a database as libpq takes it. ``URL.set`` would keep the password: None means unchanged there."""
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string(hide_password=False)


def _run(url: URL, environment: Mapping[str, str], program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs on a database; its complaint, empty when it succeeded. The password goes by the
    environment, because arguments are seen by everybody on the machine."""
    address = address_without_password(url)
    password = {"PGPASSWORD": url.password} if url.password else {}
    path = find_program(program)
    if path is None:
        return f"{program} 未安装"
    target = ["--dbname", address]
    done = subprocess.run(  # noqa: S603 - our own command line
        [path, *target, *arguments],
        env={**environment, **password},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return ""
    return _QUOTED.sub("…", (done.stderr.strip().splitlines() or [program])[0])


def find_program(name: str) -> str | None:
    """From PATH or from where Debian keeps it, the newest: an older one does not read a newer server."""
    found = sorted(_DEBIAN_BINARIES.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]), reverse=True)
    return str(found[0]) if found else shutil.which(name)
