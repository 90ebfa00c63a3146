"""The EHR itself: prefetch tokens, the optional hooks, feedback."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from cdshooks.app import create_app, running
from cdshooks.demo import TODAY
from cdshooks.settings import Limits, Service, Settings
from tests.ehr.client import Ehr, UnknownToken, accepted, cards_of, kinds, overridden, resolved
from tests.support.draft_orders import concept
from tests.web.calls import morning
from tests.web.fhir_server import fhir_server

CONTEXT = {"userId": "Practitioner/p1", "patientId": "a-1", "encounterId": "e 1", "count": 2}
TACE = {"resourceType": "Appointment", "status": "proposed", "serviceType": [concept("tace")]}


@pytest.mark.parametrize(
    ("template", "query"),
    [
        ("metadata", "metadata"),
        ("Patient/{{context.patientId}}", "Patient/a-1"),
        ("{{context.userId}}", "Practitioner/p1"),
        ("Practitioner/{{userPractitionerId}}", "Practitioner/p1"),
        ("X?y={{ userPractitionerId }}&_count={{context.count}}", "X?y=p1&_count=2"),
        ("Encounter/{{context.encounterId}}", "Encounter/e%201"),
    ],
)
def test_a_template_with_tokens_that_have_a_value(template: str, query: str) -> None:
    assert resolved(template, CONTEXT) == query


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("userPractitionerId", "Practitioner"),
        ("userPractitionerRoleId", "PractitionerRole"),
        ("userPatientId", "Patient"),
        ("userRelatedPersonId", "RelatedPerson"),
    ],
)
def test_a_token_of_the_user_has_a_value_for_one_kind_of_user(token: str, kind: str) -> None:
    template = f"X/{{{{{token}}}}}"
    for user in ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson"):
        expected = "X/u1" if user == kind else None
        assert resolved(template, {"userId": f"{user}/u1"}) == expected


def test_a_token_without_a_value_in_this_call_leaves_the_query_out() -> None:
    assert resolved("Encounter/{{context.encounterId}}", {"userId": "Patient/a"}) is None


@pytest.mark.parametrize(
    "template",
    [
        "Patient/{{patientId}}",
        "Patient/{{}}",
        "Patient/{{context.}}",
        "Patient/{{userId}}",
        "Patient/{{context.patientId.x}}",
        "Patient/{{context.draftOrders}}",
        "Patient/{{%patient.id}}",
        "Procedure?date=gt{{today()}}",
        "Patient/{{context.patientId",
        "Patient/context.patientId}}",
    ],
)
def test_a_token_that_cds_hooks_does_not_have(template: str) -> None:
    with pytest.raises(UnknownToken):
        resolved(template, CONTEXT | {"draftOrders": {"resourceType": "Bundle"}})


@pytest.mark.parametrize(
    ("token", "day"),
    [
        ("today()", "2024-03-01"),
        ("today() - 1 days", "2024-02-29"),
        ("today() - 730 days", "2022-03-02"),
        ("today() + 31 days", "2024-04-01"),
    ],
)
def test_a_relative_day_is_known_to_a_client_of_3_0_alone(token: str, day: str) -> None:
    template = f"Observation?date=ge{{{{{token}}}}}"
    assert resolved(template, CONTEXT, datetime.date(2024, 3, 1)) == f"Observation?date=ge{day}"
    with pytest.raises(UnknownToken):
        resolved(template, CONTEXT)
    with pytest.raises(UnknownToken):
        resolved(template.replace("days", "months").replace("()", "( )"), CONTEXT, TODAY)


@pytest.fixture(scope="module")
def ehr() -> Iterator[Ehr]:
    hooks = ("patient-view", "encounter-start", "appointment-book")
    settings = Settings(service=Service(hooks=hooks), limits=Limits(deadline_seconds=60))
    app = create_app(settings, dev=True, clock=morning)
    with running(app) as port, fhir_server() as server:
        yield Ehr(f"http://127.0.0.1:{port}", server.base, clock=morning)


def test_the_optional_hooks_are_called_where_they_are_configured(ehr: Ehr) -> None:
    assert set(ehr.services()) == {"patient-view", "encounter-start", "appointment-book"}
    assert kinds(cards_of(ehr.book("demo-refractory", [TACE]))) == ["next-step"]
    assert cards_of(ehr.book("demo-refractory", [])) == []
    assert cards_of(ehr.start_encounter("demo-refractory", "e1")) == []
    with pytest.raises(KeyError):
        ehr.sign_orders("demo-refractory", [])


def test_an_encounter_shows_what_is_missing() -> None:
    settings = Settings(service=Service(hooks=("encounter-start",)))
    app = create_app(settings, dev=True, clock=morning)
    with running(app) as port, fhir_server("not-enough-data") as server:
        ehr = Ehr(f"http://127.0.0.1:{port}", server.base)
        cards = cards_of(ehr.start_encounter("demo-not-enough-data", "e1"))
    assert kinds(cards) == ["missing"]


def test_feedback_of_what_became_of_a_card(ehr: Ehr) -> None:
    cards = cards_of(ehr.open_chart("demo-refractory"))
    (offering, *_) = [card for card in cards if card.get("suggestions")]
    items = [overridden(cards[0], userComment="no"), accepted(offering, offering["suggestions"][0])]
    answer = ehr.feedback("patient-view", *items)
    assert answer.status_code == 200, answer.text
    assert answer.json()["issue"][0]["details"]["text"] == "2 of 2 items are kept."
