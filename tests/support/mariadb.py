"""A real MariaDB server for the tests of front-end databases: started by the first test that needs it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.stores import run_as

PASSWORD = "front-end-secret-of-nobody"
_START_SECONDS = 30
_USER = f"""
CREATE USER 'registry'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO 'registry'@'127.0.0.1';
"""


@dataclass(frozen=True)
class MariaDb:
    """Where the server listens, and the option file with the password."""

    port: int
    options: Path

    def url(self, name: str, dialect: str = "mysql") -> str:
        """The address of a database, without its password."""
        return f"{dialect}+pymysql://registry@127.0.0.1:{self.port}/{name}?read_default_file={self.options}"


def is_installed() -> bool:
    """Whether the machine has the server."""
    return all(_binary(name) for name in ("mariadbd", "mariadb-install-db", "my_print_defaults"))


@contextmanager
def running() -> Iterator[MariaDb]:
    """A throw-away server."""
    folder = Path(tempfile.mkdtemp(prefix="registry-mariadb-"))
    user = "nobody" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data, options, script = folder / "data", folder / "client.cnf", folder / "user.sql"
    options.write_text(f"[client]\npassword={PASSWORD}\n")
    script.write_text(_USER)
    run_as(
        user,
        str(_binary("mariadb-install-db")),
        "--no-defaults",
        f"--datadir={data}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(_binary("mariadbd")), "--no-defaults", f"--datadir={data}", f"--socket={folder / 'socket'}"]
    command += [f"--port={port}", "--bind-address=127.0.0.1", f"--init-file={script}", f"--pid-file={folder / 'pid'}"]
    # The worst defaults that a platform may have: another character set, and letters that count as equal.
    command += ["--character-set-server=latin1", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, user=user, stdout=log, stderr=log, cwd="/")
    try:
        _wait(server, port)
        yield MariaDb(port, options)
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("MariaDB did not start")


def _binary(name: str) -> str | None:
    places = (Path("/usr/sbin") / name, Path("/usr/bin") / name)
    return next((str(place) for place in places if place.exists()), shutil.which(name))
