"""Rules of CDS Hooks that are not told elsewhere, each test named as the claim."""

from __future__ import annotations

import re

import pytest
from fhir.resources.R4B.careplan import CarePlan
from fhir.resources.R4B.servicerequest import ServiceRequest
from fhir.resources.R4B.task import Task

from cdshooks.app import create_app
from cdshooks.settings import Service, Settings
from cdshooks.web.invariants import INVARIANTS, broken
from tests.contract.answers import (
    ALL_HOOKS,
    BASE,
    actions,
    cards,
    client,
    exchanges,
    services,
    suggestions,
    walk,
)

MODELS = {"CarePlan": CarePlan, "ServiceRequest": ServiceRequest, "Task": Task}
OF_THE_SPECIFICATION = [f"cds-resp-{number}" for number in range(1, 8)]


def test_the_seven_response_invariants_are_checked() -> None:
    assert [name for name in INVARIANTS if name.startswith("cds-resp")] == OF_THE_SPECIFICATION
    for card in cards():
        assert list(broken(card)) == []


def test_nothing_is_null_or_empty() -> None:
    for exchange in exchanges():
        for value in walk(exchange.body["cards"]):
            assert value not in (None, "", {}) and (value != [] or value is exchange.body["cards"])
    for value in walk(list(services())):
        assert value not in (None, "", [], {})


def test_every_suggested_resource_is_fhir_json() -> None:
    found = [action["resource"] for action in actions() if "resource" in action]
    assert {resource["resourceType"] for resource in found} == set(MODELS)
    for resource in found:
        MODELS[resource["resourceType"]](**resource)


def test_no_action_selection_behaviour() -> None:
    assert suggestions() and all("actionSelectionBehavior" not in one for one in suggestions())


def test_no_hook_configured_is_an_empty_list() -> None:
    nothing = create_app(Settings(service=Service(hooks=())), dev=True).test_client()
    response = nothing.get(BASE)
    assert (response.status_code, response.get_json()) == (200, {"services": []})


def test_the_id_is_the_last_part_of_the_address() -> None:
    for service in services():
        response = client().post(f"{BASE}/{service['id']}", json={})
        assert response.status_code == 400
    assert [service["hook"] for service in services()] == list(ALL_HOOKS)


def test_the_version_is_that_of_the_specification() -> None:
    assert {service["version"] for service in services()} == {"2.0.1"}


def test_the_hook_version_is_that_of_the_published_table() -> None:
    published = {
        "patient-view": "1.0",
        "order-select": "1.0",
        "order-sign": "1.0",
        "encounter-start": "1.0",
        "appointment-book": "1.0",
    }
    assert {service["hook"]: service["hookVersion"] for service in services()} == published


def test_a_client_of_2_0_1_finds_all_that_it_knows_as_it_knows_it() -> None:
    """What came later stands beside it, in members of its own."""
    known = {"hook", "title", "description", "id", "prefetch", "usageRequirements"}
    for service in services():
        assert {"hook", "title", "description", "id", "prefetch"} <= service.keys()
        assert service.keys() - known == {"version", "hookVersion"}
        assert all(isinstance(value, str) for value in service["prefetch"].values())


def test_discovery_is_open() -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        assert client().get(BASE, headers=headers).status_code == 200


def test_only_published_hooks() -> None:
    assert {service["hook"] for service in services()} <= set(ALL_HOOKS)


def test_templates_are_relative_reads_and_searches() -> None:
    token = r"\{\{context\.patientId\}\}"
    for service in services():
        for template in service["prefetch"].values():
            assert re.fullmatch(rf"[A-Z][A-Za-z]+(/{token}|\?[^{{}}]*{token}[^{{}}]*)", template)
            assert "%" not in template and "today()" not in template


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_card_says_as_of_when(language: str) -> None:
    words = {"en": "Judged as of 2025-09-10", "zh": "评估日2025-09-10"}
    for exchange in exchanges():
        if exchange.language == language:
            for card in exchange.body["cards"]:
                assert words[language] in card["detail"]


def test_only_the_review_is_recommended() -> None:
    for card in cards():
        found = [one for one in card.get("suggestions", []) if one.get("isRecommended")]
        assert len(found) <= 1
        for one in found:
            (action,) = one["actions"]
            assert action["resource"]["code"]["coding"][0]["code"] == "mdt-review"


def test_nothing_is_critical() -> None:
    assert {card["indicator"] for card in cards()} == {"info", "warning"}


def test_what_a_client_of_the_first_version_reads_is_there() -> None:
    for card in cards():
        assert {"summary", "indicator", "source", "detail"} <= card.keys()
        assert card.get("selectionBehavior", "any") in ("at-most-one", "any")
