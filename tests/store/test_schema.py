"""Setting up, migrating, refusing: nothing is changed by the way."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from cdshooks.errors import StoreUnavailable
from cdshooks.store import Store, audit
from cdshooks.store.database import Database, NotADatabase
from cdshooks.store.keeping import broken_audit_row
from cdshooks.store.schema import HEAD, KNOWN, VERSION_TABLE, WrongSchema, check_or_create, migrate
from cdshooks.store.tables import metadata


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


def test_an_empty_database_is_set_up_as_the_tables_are(database):
    check_or_create(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD == KNOWN[-1]
    check_or_create(database)
    assert migrate(database) is False


def test_what_is_in_memory_is_set_up_alike():
    database = Database("sqlite://")
    check_or_create(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD


def test_several_processes_may_set_it_up_at_once(database_url):
    def start(_):
        with closing(Database(database_url)) as database:
            check_or_create(database)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(4)))
    with closing(Database(database_url)) as database, database.reading() as connection:
        assert inspect(connection).has_table("audit")


def test_a_new_file_may_be_opened_by_several_in_the_same_moment(tmp_path):
    """They wait for each other, which SQLite does not do by itself here."""
    together = Barrier(6)

    def start(url):
        with closing(Database(url)) as database:
            together.wait()
            with database.writing() as connection:
                connection.execute(text("CREATE TABLE IF NOT EXISTS t (x int)"))

    with ThreadPoolExecutor(6) as pool:
        for number in range(60):
            list(pool.map(start, [f"sqlite:///{tmp_path}/{number}.db"] * 6))


@pytest.mark.parametrize(("version", "says"), [("9999", "later version"), ("0000", "later")])
def test_another_version_is_left_alone(database, version, says):
    check_or_create(database)
    with database.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :v"), {"v": version})
    for act in (check_or_create, migrate):
        with pytest.raises(WrongSchema, match=says):
            act(database)


def test_an_earlier_version_needs_the_command(database, monkeypatch):
    check_or_create(database)
    monkeypatch.setattr("cdshooks.store.schema.HEAD", "0002")
    monkeypatch.setattr("cdshooks.store.schema.KNOWN", ("0001", "0002"))
    with pytest.raises(WrongSchema, match="cdshooks store migrate"):
        check_or_create(database)


def test_a_database_of_something_else_is_not_touched(database):
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE card (id INTEGER)"))
    with pytest.raises(WrongSchema, match="table card of something else"):
        check_or_create(database)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["card"]


def test_a_migration_that_fails_leaves_nothing(database, monkeypatch):
    monkeypatch.setitem(migrate.__globals__, "_upgrade", lambda connection: _half(connection))
    with pytest.raises(RuntimeError):
        check_or_create(database)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == []


def _half(connection):
    metadata.tables["token"].create(connection)
    raise RuntimeError


@pytest.mark.parametrize(
    "url", ["", "x", "mysql://h/d", "sqlite+aiosqlite:///x", "postgresql+psycopg2://u:secret@h/d"]
)
def test_a_url_of_no_database_is_not_repeated(url):
    with pytest.raises(NotADatabase) as caught:
        Database(url)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_none_and_a_server_that_is_not_there(tmp_path):
    (tmp_path / "x.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreUnavailable) as found:
        check_or_create(Database(f"sqlite:///{tmp_path}/x.db"))
    assert found.value.problem == "DatabaseError, the file is not a SQLite database"
    with pytest.raises(NotADatabase, match="cannot be opened") as missing:
        Database(f"sqlite:///{tmp_path}/no/x.db")
    assert str(missing.value).endswith(f"({tmp_path}/no/x.db)")
    with pytest.raises(StoreUnavailable) as caught:
        check_or_create(Database("postgresql+psycopg://u:secret@127.0.0.1:9/d"))
    assert "secret" not in str(caught.value)
    assert caught.value.problem == "OperationalError, nothing listens at that host and port"


def test_a_locked_file_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("cdshooks.store.database.WAIT_SECONDS", 0)
    with closing(Database(f"sqlite:///{tmp_path}/x.db")) as database:
        check_or_create(database)
        other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
        with closing(other):
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="try again") as caught, database.writing():
                pass
    assert caught.value.problem == "OperationalError, it is locked by another process"


@pytest.mark.interop
def test_postgresql_says_why_without_a_secret(postgres):
    url = postgres.new_database()
    server, _, _ = url.rpartition("/")
    for wrong, why in (
        (f"{server}/no-such-one", "there is no database of that name"),
        (url.replace(postgres.password, "canary7"), "user or password is refused"),
        (url.replace("postgres:", "canary7:"), "user or password is refused"),
        (url.replace("127.0.0.1", "canary7.invalid"), "the host is not known"),
    ):
        with closing(Database(wrong)) as database, pytest.raises(StoreUnavailable) as caught:
            database.check()
        assert caught.value.problem == f"OperationalError, {why}"
    postgres.drop(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite://", "in memory"),
        ("postgresql://u:secret@db:5432/cds?password=secret", "postgresql://db:5432/cds"),
        ("postgresql+psycopg:///cds?host=/run/secret", "postgresql:///cds"),
    ],
)
def test_a_database_is_shown_without_user_and_password(url, shown):
    with closing(Database(url)) as database:
        assert database.shown == shown


def test_a_file_is_shown_by_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with closing(Database("sqlite:///x.db")) as database:
        assert database.shown == f"sqlite:///{tmp_path}/x.db"


def test_a_new_file_is_for_its_owner_alone(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/x.db")
    check_or_create(database)
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    assert sqlite3.connect(tmp_path / "x.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_audit_trail_only_grows(database):
    store = Store(database, hash_key=b"k", repeat_days=14)
    for number in range(3):
        with store.database.writing() as connection:
            audit.append(connection, number, "test", number=number)
    assert broken_audit_row(database) is None
    for statement in ("UPDATE audit SET event = 'x'", "DELETE FROM audit WHERE seq = 2"):
        with pytest.raises((StoreUnavailable, DBAPIError)), database.writing() as connection:
            connection.execute(text(statement))
    assert broken_audit_row(database) is None


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET event = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2"],
)
def test_what_was_done_to_the_audit_trail_shows(database, statement):
    store = Store(database, hash_key=b"k", repeat_days=14)
    for number in range(3):
        with store.database.writing() as connection:
            audit.append(connection, number, "test", number=number)
    with database.writing() as connection:
        if database.is_sqlite:
            connection.execute(text("DROP TRIGGER audit_refuses_update"))
            connection.execute(text("DROP TRIGGER audit_refuses_delete"))
        else:
            connection.execute(text("DROP TRIGGER audit_refuses_change ON audit"))
        connection.execute(text(statement))
    assert broken_audit_row(database) == 2
