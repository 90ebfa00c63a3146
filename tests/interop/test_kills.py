"""The service is killed as by a power cut, at any moment of a conversation; the EHR goes on.

The records, and the drafts that are replaced, are on the real FHIR server; what is kept is in
SQLite or PostgreSQL; the service is a process of its own, begun by its own command.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.ehr.client import EXTENSION, Ehr, accepted, cards_of, kinds, overridden, suggestion
from tests.interop.peers import Hapi
from tests.interop.records import cases, store
from tests.interop.served import HOSPITAL, Served, now, served, token
from tests.interop.stored import assert_whole, of
from tests.support.draft_orders import order
from tests.support.ehr import configuration

pytestmark = pytest.mark.interop

number = iter(range(1, 1_000))
REASON = {"reason": {"code": "expert-contradicts", "system": "http://example.org"}}
SLOW = "[limits]\ndeadline_seconds = 60\n"


@pytest.fixture
def config(tmp_path: Path, database_url: str, empty_hapi: Hapi) -> Path:
    hospital = replace(HOSPITAL, fhir=empty_hapi.base)
    return configuration(tmp_path, hospital, database=database_url, more=SLOW)


@pytest.fixture
def patient(empty_hapi: Hapi) -> str:
    case = cases()["demo-refractory"].on(now().date()).renamed(f"k{next(number)}-refractory")
    store(empty_hapi.base, case.resources)
    return case.patient_id


class Service:
    """One that can be killed and begun again; an EHR finds it where it then listens."""

    def __init__(self, config: Path, fhir: str) -> None:
        self.config = config
        self.ehr = Ehr("", fhir, sign=lambda address: token(urlsplit(address).path))
        self._running: AbstractContextManager[Served] | None = None
        self.process: Served | None = None

    def start(self) -> None:
        self._running = served(self.config)
        self.process = self._running.__enter__()
        self.ehr.cds = f"http://127.0.0.1:{self.process.port}"

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.stop()

    def stop(self) -> None:
        if self._running is not None:
            self._running.__exit__(None, None, None)
        self._running = self.process = None


@pytest.fixture
def service(config: Path, empty_hapi: Hapi) -> Iterator[Service]:
    one = Service(config, empty_hapi.base)
    one.start()
    yield one
    one.stop()


# Between two steps


@dataclass
class Conversation:
    """What an EHR remembers from step to step, and what was promised to it."""

    ehr: Ehr
    patient: str
    tace: dict[str, Any] = field(default_factory=dict)
    status: dict[str, Any] = field(default_factory=dict)
    guard: dict[str, Any] = field(default_factory=dict)
    replacement: dict[str, Any] = field(default_factory=dict)
    promised: list[tuple[str, str]] = field(default_factory=list)
    """Card and outcome of feedback that was answered with 200."""

    def steps(self) -> list[Callable[[], None]]:
        return [
            self.opens_the_chart,
            self.overrides_the_warning,
            self.drafts_and_signs,
            self.accepts_on_the_fhir_server,
            self.tells_that_it_accepted,
            self.tells_it_again,
            self.opens_the_chart_again,
            self.signs_what_is_left,
        ]

    def opens_the_chart(self) -> None:
        cards = cards_of(self.ehr.open_chart(self.patient))
        assert kinds(cards)[0] == "status" and cards[0]["indicator"] == "warning"
        self.status = cards[0]

    def overrides_the_warning(self) -> None:
        answer = self.ehr.feedback("patient-view", overridden(self.status, **REASON))
        assert answer.status_code == 200, answer.text
        self.promised.append((self.status["uuid"], "overridden"))

    def drafts_and_signs(self) -> None:
        draft = order(id=f"{self.patient}-tace", patient=self.patient)
        self.tace = {name: value for name, value in draft.items() if name != "category"}
        store(self.ehr.fhir, [self.tace])
        (self.guard,) = cards_of(self.ehr.sign_orders(self.patient, [self.tace]))
        self.replacement = suggestion([self.guard], "Replace this TACE order")

    def accepts_on_the_fhir_server(self) -> None:
        (created,) = self.ehr.accept(self.replacement)
        kept = self.ehr.read(created)
        assert kept is not None and kept["intent"] == "proposal"
        assert self.ehr.read(f"ServiceRequest/{self.tace['id']}") is None

    def tells_that_it_accepted(self) -> None:
        answer = self.ehr.feedback("order-sign", accepted(self.guard, self.replacement))
        assert answer.status_code == 200, answer.text
        self.promised.append((self.guard["uuid"], "accepted"))

    def tells_it_again(self) -> None:
        """As an EHR does that did not hear the answer; it counts once."""
        answer = self.ehr.feedback("order-sign", accepted(self.guard, self.replacement))
        assert answer.status_code == 200, answer.text

    def opens_the_chart_again(self) -> None:
        cards = cards_of(self.ehr.open_chart(self.patient))
        assert cards[0]["indicator"] == "info"
        assert "Unchanged since" in cards[0]["detail"]

    def signs_what_is_left(self) -> None:
        drafts = self.ehr.drafts(self.patient)
        assert [one["code"]["coding"][0]["code"] for one in drafts] == ["haic"]
        assert cards_of(self.ehr.sign_orders(self.patient, drafts)) == []


LAST = 7
EVERY = tuple(range(1, LAST + 1))


@pytest.mark.parametrize("before", [*((step,) for step in EVERY), EVERY], ids=str)
def test_a_kill_between_two_steps_loses_nothing(
    service: Service, config: Path, patient: str, before: tuple[int, ...]
) -> None:
    """``before``: the steps before which it is killed and begun again."""
    conversation = Conversation(service.ehr, patient)
    steps = conversation.steps()
    assert len(steps) == LAST + 1
    for place, step in enumerate(steps):
        if place in before:
            service.kill()
            found = assert_whole(config)
            assert heard(found) == sorted(conversation.promised)
            service.start()
        step()
    found = assert_whole(config)
    assert heard(found) == sorted(conversation.promised)
    assert len(of(found, "evaluation")) == 4
    assert_shown(service, conversation)


def test_it_need_not_run_while_the_suggestion_is_applied(
    service: Service, config: Path, patient: str
) -> None:
    """The transaction is between the EHR and its FHIR server."""
    conversation = Conversation(service.ehr, patient)
    for step in conversation.steps()[:3]:
        step()
    service.kill()
    conversation.accepts_on_the_fhir_server()
    service.start()
    for step in conversation.steps()[4:]:
        step()
    assert heard(assert_whole(config)) == sorted(conversation.promised)
    assert_shown(service, conversation)


def heard(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((row["card_id"], row["outcome"]) for row in of(found, "feedback"))


def assert_shown(service: Service, conversation: Conversation) -> None:
    """What was promised is what the client is shown."""
    assert service.process is not None
    for card, outcome in ((conversation.status, "overridden"), (conversation.guard, "accepted")):
        path = f"/evaluations/{card['extension'][EXTENSION]['evaluation']}"
        told = service.process.get(path, token(path)).json()
        (shown,) = [one for one in told["cards"] if one["uuid"] == card["uuid"]]
        assert [one["outcome"] for one in shown["feedback"]] == [outcome]


# During a request

DELAYS = (0.0, 0.001, 0.002, 0.004, 0.008, 0.016)
"""Seconds from the request to the kill: before it is read, in the midst, after the answer."""


def killed_during(service: Service, delay: float, request: Callable[[], Any]) -> int | None:
    """The status of the answer; None when there was none."""
    assert service.process is not None
    process = service.process

    def kill() -> None:
        time.sleep(delay)
        process.process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        status: int | None = request().status_code
    except requests.RequestException:
        status = None
    killer.join()
    service.kill()
    return status


@pytest.mark.parametrize("delay", DELAYS)
def test_feedback_in_flight_is_kept_or_can_be_repeated(
    service: Service, config: Path, patient: str, delay: float
) -> None:
    card = cards_of(service.ehr.open_chart(patient))[0]
    address = f"{service.ehr.cds}{PATH}"
    status = killed_during(service, delay, lambda: feedback(address, card))
    kept = heard(assert_whole(config))
    expected = [(card["uuid"], "overridden")]
    assert status in (200, None)
    assert kept == expected or (kept == [] and status is None)
    service.start()
    assert feedback(f"{service.ehr.cds}{PATH}", card).status_code == 200
    assert heard(assert_whole(config)) == expected


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.2])
def test_a_call_in_flight_leaves_no_half(
    service: Service, config: Path, patient: str, delay: float
) -> None:
    """Killed while it asks the FHIR server, or stores what it concluded."""
    service.ehr.with_prefetch = False
    assert service.ehr.services()
    status = killed_during(service, delay, lambda: service.ehr.open_chart(patient))
    found = assert_whole(config)
    assert status in (200, None)
    assert len(of(found, "evaluation")) == 1 or status is None
    service.start()
    assert cards_of(service.ehr.open_chart(patient))[0]["uuid"]
    assert_whole(config)


PATH = "/cds-services/tace-refractoriness/feedback"


def feedback(address: str, card: dict[str, Any]) -> requests.Response:
    """At once: the address is known, no discovery is asked for."""
    item = {**overridden(card, **REASON), "outcomeTimestamp": "2026-01-01T00:00:00Z"}
    headers = {"Authorization": f"Bearer {token(urlsplit(address).path)}"}
    return requests.post(address, json={"feedback": [item]}, headers=headers, timeout=30)
