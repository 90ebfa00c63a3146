from __future__ import annotations

from collections.abc import Iterator

import pytest

from cdshooks.app import create_app, running
from cdshooks.fhir.record import Record
from cdshooks.settings import Settings
from tests.interop.hook_service import HookService, Today
from tests.interop.peers import (
    TIMEZONE,
    Hapi,
    Unavailable,
    is_required,
    prepare_hapi,
    running_hapi,
)
from tests.interop.records import PATIENCE, cases, from_server, store

STARTED = pytest.StashKey[Hapi]()
WHY_NOT = pytest.StashKey[str]()
LINES_SHOWN = {True: 40, False: 3}
"""Of the server's log, by whether a test failed."""


@pytest.fixture(scope="session")
def empty_hapi(pytestconfig: pytest.Config) -> Iterator[Hapi]:
    try:
        folder = prepare_hapi()
    except Unavailable as problem:
        pytestconfig.stash[WHY_NOT] = str(problem)
        if is_required():
            pytest.fail(str(problem), pytrace=False)
        pytest.skip(str(problem))
    with running_hapi(folder) as server:
        pytestconfig.stash[STARTED] = server
        yield server


@pytest.fixture(scope="session")
def hapi(empty_hapi: Hapi) -> Hapi:
    """The real server, with all synthetic patients on it, one transaction each."""
    for case in cases().values():
        store(empty_hapi.base, case.resources)
    return empty_hapi


@pytest.fixture(scope="session")
def records(hapi: Hapi) -> dict[str, Record]:
    """Every synthetic patient's record, from the server."""
    return {patient_id: from_server(hapi.base, patient_id) for patient_id in cases()}


@pytest.fixture(scope="session")
def service() -> Iterator[HookService]:
    """The service as it is served, in sandbox mode; a test sets the day."""
    today = Today()
    with running(create_app(Settings(limits=PATIENCE), dev=True, clock=today)) as port:
        yield HookService(port, today)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Says which server it was, also with -q, or why there was none."""
    server, why_not = config.stash.get(STARTED, None), config.stash.get(WHY_NOT, None)
    if server or why_not:
        terminalreporter.section("HAPI FHIR")
    if why_not:
        terminalreporter.write_line(why_not)
    if server is None:
        return
    terminalreporter.write_line(f"version {server.version}, R4, JPA, time zone {TIMEZONE}")
    terminalreporter.write_line(f"log {server.log}, which ends with:")
    for line in server.log_tail(LINES_SHOWN[exitstatus != 0]):
        terminalreporter.write_line(f"  {line[:300]}")
