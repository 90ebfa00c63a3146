"""Deleting what is stored: a used token stays used for as long as it may be accepted."""

from __future__ import annotations

import datetime
import resource
import signal
from contextlib import closing

import pytest
from sqlalchemy import func, select, text

from cdshooks.app import create_app
from cdshooks.settings import Database as Configured
from cdshooks.settings import Settings
from cdshooks.store.database import Database
from cdshooks.store.keeping import exported, listed, purge
from cdshooks.store.schema import check_or_create
from cdshooks.store.tables import token as token_table
from cdshooks.store.tokens import TokenLedger
from cdshooks.store.trail import MOST_IN_MEMORY
from cdshooks.web.tokens import SKEW_SECONDS
from tests.web.calls import PATH, morning, patient_call
from tests.web.trusted import HOSPITAL, SERVICE, Trusted

FIRST = 1_757_476_800_000
FUTURE = 32_000_000_000_000


@pytest.fixture
def trusted(tmp_path, database_url):
    with closing(Trusted(tmp_path, database=database_url)) as site:
        yield site


def test_a_used_token_stays_used_within_the_skew_of_clocks(trusted):
    call = patient_call(trusted.client)
    token = HOSPITAL.token(SERVICE, trusted.clock())
    assert trusted.post(call, token=token).status_code == 200
    trusted.clock.later(seconds=300 + SKEW_SECONDS - 1)
    purge(trusted.store.database, FUTURE, trusted.clock())
    assert trusted.post(call, token=token).status_code == 401
    later = trusted.clock() + datetime.timedelta(minutes=10)
    purge(trusted.store.database, FUTURE, later)
    assert trusted.post(call, token=token).status_code == 200


def test_a_clock_that_was_set_forward_and_back_makes_no_used_token_new(trusted):
    token = HOSPITAL.token(SERVICE, trusted.clock())
    assert trusted.post({}, token=token).status_code == 400
    for hours in (24, -24):
        trusted.store.tokens._pruned_at = float("-inf")  # as a minute later
        trusted.clock.later(hours=hours)
        assert trusted.post({}).status_code == 400
    assert trusted.post({}, token=token).status_code == 401


def test_used_tokens_are_forgotten_when_they_are_too_old_to_be_accepted(database_url):
    """By the time that has passed, whatever the clock says of it."""

    def tokens():
        with database.reading() as connection:
            return connection.execute(select(func.count()).select_from(token_table)).scalar_one()

    def use(now):
        assert ledger.use(
            issuer="i",
            token_id=str(now),
            client="c",
            expires_at=now + 60_000,
            now=now,
            per_minute=100,
        )

    running = [1000.0]
    with closing(Database(database_url)) as database:
        check_or_create(database)
        ledger = TokenLedger(database, running=lambda: running[0])
        use(FIRST)
        for seconds, clock, kept in ((59, 3_600_000, 2), (60, 7_200_000, 3), (240, 240_001, 3)):
            running[0] = 1000.0 + seconds
            use(FIRST + clock)
            assert tokens() == kept, seconds


# Ready


def test_what_cannot_be_written_is_not_ready(tmp_path, database_url, monkeypatch):
    """Another transaction holds the lock: reading goes on, but no call could be answered."""
    monkeypatch.setattr("cdshooks.store.database.WAIT_SECONDS", 1)
    monkeypatch.setattr("cdshooks.store.database.CHECKED_SECONDS", 0)
    with (
        closing(Trusted(tmp_path, database=database_url)) as site,
        closing(Database(database_url)) as other,
    ):
        ready = site.client.get("/readyz")
        assert ready.status_code == 200
        with other.writing() as connection:
            if not other.is_sqlite:
                connection.execute(text("LOCK TABLE token IN EXCLUSIVE MODE"))
            response = site.client.get("/readyz")
            assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
            assert site.client.get("/healthz").status_code == 200
        assert site.client.get("/readyz").status_code == 200


def test_a_full_disk_is_not_ready(tmp_path, monkeypatch):
    """SQLite says so when it would have to write beyond what it is given."""
    monkeypatch.setattr("cdshooks.store.database.CHECKED_SECONDS", 0)
    with closing(Trusted(tmp_path)) as site:
        assert site.client.get("/readyz").status_code == 200
        size = (tmp_path / "cdshooks.db-wal").stat().st_size
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            assert site.client.get("/readyz").status_code == 503
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, heard)
        assert site.client.get("/readyz").status_code == 200


def test_nobody_makes_it_write_more_than_once_a_second(tmp_path, monkeypatch):
    with closing(Trusted(tmp_path)) as site:
        written = []
        writing = site.store.database.writing
        monkeypatch.setattr(site.store.database, "writing", lambda: written.append(1) or writing())
        for _ in range(20):
            assert site.client.get("/readyz").status_code == 200
        assert len(written) <= 2


# The sandbox


def evaluations(app):
    return [one["id"] for one in listed(app.extensions["cdshooks"].database, None)]


def test_the_memory_of_a_sandbox_does_not_grow_without_end(monkeypatch):
    """The newest calls and what belongs to them are kept; the rest goes, cards and feedback too."""
    assert 100 <= MOST_IN_MEMORY <= 10_000
    monkeypatch.setattr("cdshooks.store.trail.MOST_IN_MEMORY", 3)
    app = create_app(Settings(), dev=True, clock=morning)
    client = app.test_client()
    call = patient_call(client)
    told = []
    for _ in range(5):
        cards = client.post(PATH, json=call).get_json()["cards"]
        told.append(cards[0]["uuid"])
        for _ in range(2):  # said again for the oldest that is kept
            item = {"card": told[-3:][0], "outcome": "overridden"}
            item |= {"outcomeTimestamp": "2025-09-10T04:00:00Z"}
            assert client.post(f"{PATH}/feedback", json={"feedback": [item]}).status_code == 200
    assert len(evaluations(app)) == 3
    left = "".join(exported(app.extensions["cdshooks"].database, None))
    assert all(card in left for card in told[2:])
    assert not any(card in left for card in told[:2])
    item |= {"card": told[0]}
    assert client.post(f"{PATH}/feedback", json={"feedback": [item]}).status_code == 400
    assert client.post(PATH, json={}).status_code == 400
    assert len(evaluations(app)) == 3


def test_a_database_that_was_named_is_kept_whole_also_in_a_sandbox(tmp_path, monkeypatch):
    monkeypatch.setattr("cdshooks.store.trail.MOST_IN_MEMORY", 3)
    settings = Settings(database=Configured(url=f"sqlite:///{tmp_path}/x.db"), keeps_data=True)
    app = create_app(settings, dev=True, clock=morning)
    client = app.test_client()
    for _ in range(5):
        assert client.post(PATH, json=patient_call(client)).status_code == 200
    assert len(evaluations(app)) == 5
    app.extensions["cdshooks"].database.close()
