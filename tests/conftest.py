"""The real database server, and how each statement fared.

Notes how every test and scenario that stands for a statement ended (``tests/traceability.py``).

A run that reached all of them is recorded for ``cdshooks book``; a run of a part is not.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cdshooks import __version__
from cdshooks.book.last_run import PASSED, RECORD, LastRun, digest_of
from cdshooks.consensus import KNOWLEDGE_VERSION
from cdshooks.consensus.statements import statements
from tests import traceability
from tests.interop.guide import require_curl
from tests.interop.peers import Unavailable, is_required
from tests.interop.postgres import Postgres, running_postgres

OUTCOMES = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[OUTCOMES] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers(traceability.MARK):
            if not mark.args or (unknown := set(mark.args) - statements().keys()):
                raise pytest.UsageError(f"{item.nodeid}: no such statement: {unknown}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    name = _name(item)
    if name and (report.when == "call" or report.outcome != PASSED):
        outcomes = item.config.stash[OUTCOMES]
        so_far = outcomes.get(name, PASSED if report.passed else report.outcome)
        outcomes[name] = traceability.worst(iter((so_far, report.outcome)))
    return report


def _name(item: pytest.Item) -> str:
    """The id of a scenario, or the name of a marked test without its parameters."""
    if item.get_closest_marker(traceability.MARK):
        return item.nodeid.partition("[")[0]
    callspec = getattr(item, "callspec", None)
    scenario = callspec.params.get("scenario_id", "") if callspec else ""
    return str(scenario) if item.nodeid.startswith("tests/test_scenarios.py::") else ""


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    outcomes = config.stash[OUTCOMES]
    names = {n for trace in _traces(outcomes) for n in (*trace.scenarios, *trace.tests)}
    if not names or names - outcomes.keys():
        return
    terminalreporter.write_line(traceability.summary(outcomes))
    if config.cache is not None:
        run = LastRun(
            __version__,
            KNOWLEDGE_VERSION,
            datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
            digest_of(traceability.ROOT),
            traceability.exercised(outcomes),
        )
        config.cache.mkdir("traceability")
        (traceability.ROOT / RECORD).write_bytes(msgspec.json.encode(run))


def _traces(outcomes: dict[str, str]) -> list[traceability.Trace]:
    """None when this was a run of a part: then no scenario need be judged."""
    if traceability.marked_tests().keys() - outcomes.keys():
        return []
    return traceability.traces()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    try:
        with running_postgres() as server:
            yield server
    except Unavailable as problem:
        if is_required():
            pytest.fail(str(problem), pytrace=False)
        pytest.skip(str(problem))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.interop)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/cdshooks.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def curl() -> None:
    """What the commands of the READMEs need; where it cannot be had the tests skip, in CI fail."""
    try:
        require_curl()
    except Unavailable as problem:
        if is_required():
            pytest.fail(str(problem), pytrace=False)
        pytest.skip(str(problem))
