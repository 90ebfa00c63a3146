from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest

from cdshooks.app import create_app, running
from cdshooks.fhir.record import Record
from cdshooks.settings import Hook, Service, Settings
from tests.interop.hook_service import HookService, Today
from tests.interop.medplum_peer import Medplum, prepare_medplum, running_medplum
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
SECOND = pytest.StashKey[Medplum]()
WHY_NOT = pytest.StashKey[list[str]]()
LINES_SHOWN = {True: 40, False: 3}
"""Of the server's log, by whether a test failed."""


def prepared(prepare: Callable[[], Path], config: pytest.Config) -> Path:
    """The folder of a server; where it cannot be had the tests skip, and in CI fail."""
    try:
        return prepare()
    except Unavailable as problem:
        config.stash.setdefault(WHY_NOT, []).append(str(problem))
        if is_required():
            pytest.fail(str(problem), pytrace=False)
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def empty_hapi(pytestconfig: pytest.Config) -> Iterator[Hapi]:
    with running_hapi(prepared(prepare_hapi, pytestconfig)) as server:
        pytestconfig.stash[STARTED] = server
        yield server


@pytest.fixture(scope="session")
def hapi(empty_hapi: Hapi) -> Hapi:
    """The real server, with all synthetic patients on it, one transaction each."""
    for case in cases().values():
        store(empty_hapi.base, case.resources)
    return empty_hapi


@pytest.fixture(scope="session")
def medplum(pytestconfig: pytest.Config) -> Iterator[Medplum]:
    """The second server, empty."""
    with running_medplum(prepared(prepare_medplum, pytestconfig)) as server:
        pytestconfig.stash[SECOND] = server
        yield server


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


@pytest.fixture(scope="session")
def every_hook() -> Iterator[HookService]:
    """The same, configured with the optional hooks too."""
    today = Today()
    site = Settings(limits=PATIENCE, service=Service(hooks=get_args(Hook)))
    with running(create_app(site, dev=True, clock=today)) as port:
        yield HookService(port, today)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Says which server it was, also with -q, or why there was none."""
    server, second = config.stash.get(STARTED, None), config.stash.get(SECOND, None)
    why_not = config.stash.get(WHY_NOT, [])
    if server or second or why_not:
        terminalreporter.section("FHIR servers")
    for reason in why_not:
        terminalreporter.write_line(reason)
    if second is not None:
        terminalreporter.write_line(f"Medplum {second.version}, R4, in memory, log {second.log}")
    if server is None:
        return
    terminalreporter.write_line(f"HAPI FHIR {server.version}, R4, JPA, time zone {TIMEZONE}")
    terminalreporter.write_line(f"log {server.log}, which ends with:")
    for line in server.log_tail(LINES_SHOWN[exitstatus != 0]):
        terminalreporter.write_line(f"  {line[:300]}")
