"""A real PostgreSQL server: Debian's package, a throw-away cluster, a free port, one test session.

The server is not run by root (it would
refuse): then it runs as the package's user ``postgres``. It ends with the process that started it,
however that ends, and its folder goes with it.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg

from tests.interop.peers import Unavailable, locked

USER = "postgres"
PACKAGE = "postgresql"
READY_SECONDS = 60
STOP_SECONDS = 20
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
RUN = """
"$0/postgres" -D "$1/data" -k "$1" -p "$2" -c listen_addresses=127.0.0.1 -c fsync=off \\
    >"$1/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -INT "$server"
wait "$server"
rm -rf "$1"
"""
"""Reads its standard input to the end: that comes when the tests end."""


@dataclass(frozen=True)
class Postgres:
    port: int
    version: str
    password: str = field(repr=False)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test_{secrets.token_hex(6)}"
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://{USER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def drop(self, url: str) -> None:
        with self._connect() as connection:
            connection.execute(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=self.password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )


def _programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres`` of the newest version."""
    found = [
        path.parent
        for place in PLACES
        for path in Path("/").glob(f"{place[1:]}/initdb")
        if (path.parent / "postgres").exists()
    ]
    if initdb := shutil.which("initdb"):
        found.append(Path(initdb).resolve().parent)
    return max(found, key=_version_of, default=None)


def _version_of(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))


@cache
def prepare_postgres() -> Path:
    """The folder of the server's programs, installed if need be. Raises Unavailable."""
    with locked("postgres"):
        if _programs() is None and os.geteuid() == 0 and shutil.which("apt-get"):
            _install()
    programs = _programs()
    if programs is None:
        raise Unavailable(
            f"PostgreSQL cannot be run: install it, on Debian: apt-get install {PACKAGE}"
        )
    if os.geteuid() == 0 and not shutil.which("runuser"):
        raise Unavailable("PostgreSQL cannot be run by root, and there is no runuser")
    return programs


def _install() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("update", "install --no-install-recommends " + PACKAGE):
        subprocess.run(
            ["apt-get", "-q", "-y", *command.split()],
            capture_output=True,
            env=environment,
            check=False,
        )


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A new cluster, for as long as it is needed. Raises Unavailable."""
    programs = prepare_postgres()
    home = Path(tempfile.mkdtemp(prefix="cdshooks-postgres-"))
    password = secrets.token_hex(16)
    (home / "password").write_text(password, encoding="utf-8")
    as_user: list[str] = []
    if os.geteuid() == 0:
        as_user = ["runuser", "-u", USER, "--"]
        for path in (home, home / "password"):
            shutil.chown(path, USER, USER)
    _run(
        [
            *as_user,
            str(programs / "initdb"),
            *("-D", str(home / "data"), "-U", USER, "-E", "UTF8", "--locale=C"),
            *("--auth=scram-sha-256", f"--pwfile={home / 'password'}", "--no-sync"),
        ]
    )
    port = _free_port()
    command = [*as_user, "/bin/sh", "-c", RUN, str(programs), str(home), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd="/") as process:
        try:
            yield _when_ready(port, password, process, home / "log")
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise Unavailable(f"PostgreSQL's initdb fails: {done.stderr.strip()[-500:]}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _when_ready(port: int, password: str, process: subprocess.Popen[bytes], log: Path) -> Postgres:
    deadline = time.monotonic() + READY_SECONDS
    server = Postgres(port, "", password)
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(psycopg.OperationalError), server._connect() as connection:
            row = connection.execute("SHOW server_version").fetchone()
            return Postgres(port, str(row[0]) if row else "", password)
        time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""
    raise RuntimeError(f"PostgreSQL did not start; it said:\n{said}")
