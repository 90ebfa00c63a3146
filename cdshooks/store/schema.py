"""The schema's version: what the database has, what this program needs, and the way there.

An empty database is set up at once. One of an earlier version is never changed by the way: its data
may be needed by a program of that version that still runs, and a copy should be made first. So the
service refuses to start and names the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from cdshooks.store.database import Database
from cdshooks.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0001"
"""The step that this program needs."""
KNOWN = ("0001",)
"""Every step there was, in order."""
VERSION_TABLE = "cdshooks_schema"
_LOCK = 0x6364_7368
"""PostgreSQL: one process at a time sets up or migrates."""


class WrongSchema(Exception):
    """The text says what to do."""


def check_or_create(database: Database) -> None:
    """Sets up an empty database; raises :class:`WrongSchema` for any version but this program's."""
    with database.reading() as connection:
        version = _version(connection)
    if version is None:
        migrate(database)
    elif version not in KNOWN:
        raise WrongSchema(
            "the database was made by a later version of this program; install that version"
        )
    elif version != HEAD:
        raise WrongSchema(
            "the database was made by an earlier version of this program: stop every service that "
            "uses it, make a copy, then run: cdshooks store migrate"
        )


def migrate(database: Database) -> bool:
    """Brings the schema to this program's version, in one transaction; whether it changed."""
    with database.writing() as connection:
        _one_at_a_time(connection)
        version = _version(connection)
        if version == HEAD:
            return False
        if version is not None and version not in KNOWN:
            raise WrongSchema("the database was made by a later version of this program")
        if version is None and (taken := _taken(connection)):
            raise WrongSchema(f"the database holds a table {taken} of something else")
        if database.is_in_memory:
            _create(connection)
        else:
            _upgrade(connection)
        return True


def is_set_up(database: Database) -> bool:
    with database.reading() as connection:
        return _version(connection) == HEAD


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    row = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).first()
    return None if row is None else str(row[0])


def _taken(connection: Connection) -> str:
    names = set(inspect(connection).get_table_names())
    return next((name for name in sorted(metadata.tables) if name in names), "")


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _create(connection: Connection) -> None:
    """Of a sandbox that keeps nothing: without Alembic, which takes a while to load."""
    metadata.create_all(connection)
    connection.execute(text(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL)"))
    connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES (:head)"), {"head": HEAD})


def _upgrade(connection: Connection) -> None:
    from alembic import command

    configuration = alembic_configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, HEAD)


def alembic_configuration() -> Config:
    from alembic.config import Config

    configuration = Config()
    folder = Path(__file__).parent / "migrations"
    configuration.set_main_option("script_location", str(folder).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration
