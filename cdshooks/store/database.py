"""One SQLite file or PostgreSQL database, and transactions on it.

SQLite is opened with a write-ahead log, so that readers and one writer go on side by side, and each
commit is on the disk before it is answered. A writing transaction takes the write lock at its
beginning, or waits for it: it never finds half-way that another has been faster.
"""

from __future__ import annotations

import math
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from cdshooks.errors import StoreUnavailable
from cdshooks.store.causes import cause

IN_MEMORY = "sqlite://"
WAIT_SECONDS = 5
"""For a lock that another transaction holds, or for a connection."""
CHECKED_SECONDS = 1
"""For so long it stays known whether anything can be written."""
_POSTGRESQL = "postgresql+psycopg"


class NotADatabase(ValueError):
    """No URL of a database; the text never holds the URL, for there may be a password in it."""


class Database:
    """``patient``: for a command that may take its time, no statement is cut short.

    ``create``: a SQLite file that is not there is made.
    """

    def __init__(self, url: str, *, patient: bool = False, create: bool = True) -> None:
        self.url = _read(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.is_in_memory = self.is_sqlite and self.url.database in (None, "", ":memory:")
        if self.is_sqlite and not self.is_in_memory:
            _open_file(Path(str(self.url.database)), create)
        self._engine = self._sqlite() if self.is_sqlite else self._postgresql(patient)
        self._reader = self._engine.execution_options(reads_only=True)
        self._checking = threading.Lock()
        self._checked_at = -math.inf
        self._problem: str | None = None

    @property
    def shown(self) -> str:
        """For the log: which database it is, without user, password and options."""
        if self.is_in_memory:
            return "in memory"
        if self.is_sqlite:
            return f"sqlite:///{Path(str(self.url.database)).absolute()}"
        port = f":{self.url.port}" if self.url.port else ""
        return f"postgresql://{self.url.host or ''}{port}/{self.url.database or ''}"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it is kept, or nothing."""
        with _mapped_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with _mapped_errors(), self._reader.begin() as connection:
            yield connection

    def check(self) -> None:
        """Raises :class:`StoreUnavailable` when nothing can be written.

        Tried once a second at most, however many ask: who may ask is not known. While one waits for
        its trial, no other waits longer than that second.
        """
        if not self._checking.acquire(timeout=CHECKED_SECONDS):
            raise StoreUnavailable("no answer in time")
        try:
            if not time.monotonic() - self._checked_at < CHECKED_SECONDS:
                self._problem = self._tried()
                self._checked_at = time.monotonic()
            if self._problem is not None:
                raise StoreUnavailable(self._problem)
        finally:
            self._checking.release()

    def _tried(self) -> str | None:
        """What was wrong with a write that changes nothing.

        SQLite must find room for it; PostgreSQL gives leave to write, without looking for room.
        """
        try:
            with self.writing() as connection:
                if self.is_sqlite:
                    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                    connection.exec_driver_sql(f"PRAGMA user_version = {int(version)}")
                else:
                    connection.execute(text("LOCK TABLE token IN ROW EXCLUSIVE MODE"))
        except StoreUnavailable as problem:
            return problem.problem
        return None

    def close(self) -> None:
        self._engine.dispose()

    def _sqlite(self) -> Engine:
        engine = create_engine(
            self.url,
            poolclass=QueuePool,
            pool_size=1 if self.is_in_memory else 8,
            max_overflow=0 if self.is_in_memory else 8,  # in memory: one connection is the database
            pool_timeout=WAIT_SECONDS,
            connect_args={"check_same_thread": False, "timeout": WAIT_SECONDS},
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def _postgresql(self, patient: bool) -> Engine:
        limit = WAIT_SECONDS * 1000
        limits = f"-c statement_timeout={limit} -c lock_timeout={limit}"
        return create_engine(
            self.url,
            pool_size=8,
            max_overflow=8,
            pool_timeout=WAIT_SECONDS,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": WAIT_SECONDS,
                "application_name": "cdshooks",
                "options": "" if patient else limits,
            },
        )


def _read(url: str) -> URL:
    try:
        read = make_url(url)
        if read.drivername == "postgresql":
            read = read.set(drivername=_POSTGRESQL)
        if read.drivername in ("sqlite", "sqlite+pysqlite", _POSTGRESQL):
            return read
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass
    raise NotADatabase("must be sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME")


def _open_file(file: Path, create: bool) -> None:
    """A new file is for its owner alone, and so are the two that SQLite puts beside it."""
    try:
        os.close(os.open(file, os.O_RDWR | (os.O_CREAT if create else 0), 0o600))
    except OSError as error:
        what = f"the file cannot be opened: {error.strerror} ({file})"
        raise NotADatabase(what) from None


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins no transaction; _begin does
    _write_ahead(connection)
    for setting in (
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",  # what is purged is overwritten
        f"busy_timeout = {WAIT_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {setting}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """SQLite does not wait by itself when several connections change a new file at once."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def _mapped_errors() -> Iterator[None]:
    """A driver's error names statements and values: only its kind and cause go on."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout) as error:
        raise StoreUnavailable(cause(error)) from None


def new_id() -> str:
    """Random, never derived from data."""
    return str(uuid.uuid4())
