"""encounter-start and appointment-book on a real FHIR server, where a site has configured them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ehr.client import Ehr, cards_of, kinds, suggestion
from tests.interop.hook_service import HookService
from tests.interop.peers import Hapi
from tests.interop.records import Case, cases, store
from tests.support.draft_orders import Resource, concept

pytestmark = pytest.mark.interop

number = iter(range(1, 1_000))


@pytest.fixture
def ehr(empty_hapi: Hapi, every_hook: HookService) -> Ehr:
    return Ehr(f"http://127.0.0.1:{every_hook.port}", empty_hapi.base)


@pytest.fixture(params=["prefetch", "server", "both"])
def way(request: pytest.FixtureRequest, ehr: Ehr) -> Iterator[str]:
    ehr.with_prefetch, ehr.with_server = request.param != "server", request.param != "prefetch"
    yield request.param


def admitted(ehr: Ehr, service: HookService, name: str) -> Case:
    case = cases()[name].renamed(f"o{next(number)}-{name}")
    store(ehr.fhir, case.resources)
    service.today.day = case.as_of
    return case


def encounter(ehr: Ehr, patient: str) -> str:
    """Begun, and on the server; its id."""
    begun = {
        "resourceType": "Encounter",
        "id": f"{patient}-visit",
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{patient}"},
    }
    store(ehr.fhir, [begun])
    return str(begun["id"])


def appointment(patient: str, kind: str = "ctace") -> Resource:
    return {
        "resourceType": "Appointment",
        "id": f"{patient}-{kind}",
        "status": "proposed",
        "serviceType": [concept(kind)],
        "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "needs-action"}],
    }


def test_both_are_offered_beside_the_others(ehr: Ehr) -> None:
    services = ehr.services()
    assert list(services) == [
        "patient-view",
        "order-select",
        "order-sign",
        "encounter-start",
        "appointment-book",
    ]
    assert all(services[hook]["id"].endswith(hook) for hook in list(services)[1:])


def test_an_encounter_shows_what_is_missing(ehr: Ehr, every_hook: HookService, way: str) -> None:
    patient = admitted(ehr, every_hook, "demo-not-enough-data").patient_id
    assert way
    cards = cards_of(ehr.start_encounter(patient, encounter(ehr, patient)))
    assert kinds(cards) == ["missing"]
    (shown,) = [c for c in cards_of(ehr.open_chart(patient)) if kinds([c]) == ["missing"]]
    assert shown["detail"] == cards[0]["detail"]


def test_what_is_ordered_then_belongs_to_the_encounter(ehr: Ehr, every_hook: HookService) -> None:
    patient = admitted(ehr, every_hook, "demo-not-enough-data").patient_id
    visit = encounter(ehr, patient)
    (card,) = cards_of(ehr.start_encounter(patient, visit))
    for offered in card["suggestions"]:
        for created in ehr.accept(offered):
            kept = ehr.read(created)
            assert kept is not None
            assert kept["encounter"] == {"reference": f"Encounter/{visit}"}
    assert kinds(cards_of(ehr.start_encounter(patient, visit))) == ["missing"]


@pytest.mark.parametrize("name", ["demo-refractory", "demo-effective"])
def test_an_encounter_of_a_patient_of_whom_all_is_known(
    ehr: Ehr, every_hook: HookService, name: str
) -> None:
    patient = admitted(ehr, every_hook, name).patient_id
    expected = [c for c in kinds(cards_of(ehr.open_chart(patient))) if c == "missing"]
    assert kinds(cards_of(ehr.start_encounter(patient, encounter(ehr, patient)))) == expected


@pytest.mark.parametrize("name", ["demo-refractory", "demo-unsuitable"])
def test_a_tace_appointment_shows_the_next_step(
    ehr: Ehr, every_hook: HookService, way: str, name: str
) -> None:
    patient = admitted(ehr, every_hook, name).patient_id
    assert way
    (card,) = cards_of(ehr.book(patient, [appointment(patient)]))
    assert (kinds([card]), card["indicator"]) == (["next-step"], "info")
    (created,) = ehr.accept(suggestion([card], "Refer to the tumour board"))
    task = ehr.read(created)
    assert task is not None and task["for"] == {"reference": f"Patient/{patient}"}


def test_other_appointments_and_other_users(ehr: Ehr, every_hook: HookService) -> None:
    patient = admitted(ehr, every_hook, "demo-refractory").patient_id
    effective = admitted(ehr, every_hook, "demo-effective").patient_id
    booked: list[tuple[str, list[Any]]] = [
        (patient, [appointment(patient, "ablation")]),
        (patient, [appointment(effective)]),
        (patient, []),
        (effective, [appointment(effective)]),
    ]
    for whose, appointments in booked:
        assert cards_of(ehr.book(whose, appointments)) == []
    for user in (f"Patient/{patient}", "RelatedPerson/r1"):
        ehr.user = user
        assert cards_of(ehr.book(patient, [appointment(patient)])) == []
