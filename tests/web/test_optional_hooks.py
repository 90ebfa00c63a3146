"""encounter-start and appointment-book: off unless configured, and what they answer."""

from __future__ import annotations

from typing import Any

import pytest

from cdshooks.app import create_app
from cdshooks.settings import Limits, Service, Settings
from tests.support.draft_orders import bundle, concept
from tests.web.calls import DELETE, changed, morning, outcome_text, patient_call
from tests.web.order_calls import BOOK, ENCOUNTER

EXTENSION = "org.tace-cds.assessment"
HOOKS = ("encounter-start", "appointment-book")


@pytest.fixture(scope="module")
def both() -> Any:
    settings = Settings(service=Service(hooks=HOOKS))
    return create_app(settings, dev=True, clock=morning).test_client()


def kinds(client: Any, path: str, call: Any) -> list[tuple[str, str]]:
    response = client.post(path, json=call)
    assert response.status_code == 200, response.get_data(as_text=True)
    cards = response.get_json()["cards"]
    return [(card["extension"][EXTENSION]["card"], card["indicator"]) for card in cards]


def starting(client: Any, name: str) -> dict[str, Any]:
    hook = ("hook", "encounter-start")
    return changed(patient_call(client, name), hook, ("context.encounterId", "e1"))


def booking(client: Any, name: str, *appointments: dict[str, Any]) -> dict[str, Any]:
    hook = ("hook", "appointment-book")
    return changed(
        patient_call(client, name), hook, ("context.appointments", bundle(*appointments))
    )


def appointment(kind: str = "tace", patient: str = "", **more: Any) -> dict[str, Any]:
    actors = [f"Patient/{patient}"] if patient else []
    return {
        "resourceType": "Appointment",
        "status": "proposed",
        "serviceType": [concept(kind)],
        "participant": [{"actor": {"reference": one}, "status": "tentative"} for one in actors],
    } | more


def test_they_are_offered_when_configured_and_only_then(client, both):
    ids = [service["id"] for service in both.get("/cds-services").get_json()["services"]]
    assert ids == [f"tace-refractoriness-{hook}" for hook in HOOKS]
    for path in (ENCOUNTER, BOOK):
        assert client.post(path, json={}).status_code == 404


def test_an_encounter_shows_what_is_missing(both):
    assert kinds(both, ENCOUNTER, starting(both, "not-enough-data")) == [("missing", "info")]
    assert kinds(both, ENCOUNTER, starting(both, "refractory")) == []


def test_an_encounter_must_be_named(both):
    for value in (DELETE, None, "", "Encounter/e1"):
        bad = changed(starting(both, "refractory"), ("context.encounterId", value))
        assert "context.encounterId" in outcome_text(both.post(ENCOUNTER, json=bad), 400)


@pytest.mark.parametrize("name", ["refractory", "unsuitable"])
def test_a_tace_appointment_shows_the_next_step(both, name):
    for one in (appointment(), appointment("deb-tace", f"demo-{name}")):
        assert kinds(both, BOOK, booking(both, name, one)) == [("next-step", "info")]


@pytest.mark.parametrize(
    "words",
    [
        {"description": "TACE no 4"},
        {"serviceType": [{"text": "拟行TACE"}]},
        {"serviceType": [{"text": "肝动脉栓塞术"}]},
        {"serviceType": [{"coding": [{"system": "urn:x", "code": "IR-7"}]}], "description": "TACE"},
    ],
)
def test_an_appointment_may_be_for_a_tace_by_its_words(both, words):
    one = appointment() | {"serviceType": []} | words
    assert kinds(both, BOOK, booking(both, "refractory", one)) == [("next-step", "info")]


@pytest.mark.parametrize("name", ["effective", "not-enough-data", "two-sessions"])
def test_a_tace_appointment_of_another_patient_with_tace(both, name):
    assert kinds(both, BOOK, booking(both, name, appointment())) == []


@pytest.mark.parametrize(
    "other",
    [
        appointment("ablation"),
        appointment("haic"),
        appointment(patient="somebody"),
        appointment() | {"serviceType": [{"text": "follow-up"}]},
        appointment() | {"serviceType": [], "description": "TACE consultation"},
        appointment() | {"serviceType": [], "description": "CT after TACE"},
        {"resourceType": "Appointment", "status": "proposed"},
    ],
)
def test_other_appointments(both, other):
    assert kinds(both, BOOK, booking(both, "refractory", other)) == []


@pytest.mark.parametrize("user", ["Patient/demo-refractory", "RelatedPerson/r1"])
def test_a_patient_who_books_gets_no_card(both, user):
    call = changed(booking(both, "refractory", appointment()), ("context.userId", user))
    assert kinds(both, BOOK, call) == []
    role = changed(call, ("context.userId", "PractitionerRole/p1"))
    assert kinds(both, BOOK, role) == [("next-step", "info")]


@pytest.mark.parametrize(
    "value",
    [DELETE, None, {}, [], bundle({"resourceType": "Appointment", "serviceType": "TACE"})],
)
def test_appointments_that_are_not_as_they_must_be(both, value):
    bad = changed(booking(both, "refractory", appointment()), ("context.appointments", value))
    assert "context.appointments" in outcome_text(both.post(BOOK, json=bad), 400)


def test_the_appointments_of_a_call_are_limited() -> None:
    limited = Settings(service=Service(hooks=HOOKS), limits=Limits(resources=150))
    client = create_app(limited, dev=True, clock=morning).test_client()
    for count, status in ((150, 200), (151, 400)):
        call = booking(client, "effective", *[appointment()] * count)
        response = client.post(BOOK, json=call)
        assert response.status_code == status
    assert "context.appointments" in outcome_text(response, 400)
