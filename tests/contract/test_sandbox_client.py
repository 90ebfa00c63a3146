"""The official browser sandbox as a client: what it sends, and what it needs of a service."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
from joserfc.jwk import ECKey

from cdshooks.app import create_app
from cdshooks.settings import load_settings
from tests.contract.answers import BASE, actions, cards, changed, client, patient_call, services
from tests.support.draft_orders import order
from tests.support.ehr import HASH_KEY, Ehr, configuration
from tests.web.calls import morning

ORIGIN = "https://sandbox.cds-hooks.org"
PAMA = {
    "resourceType": "ServiceRequest",
    "id": "example-request-id",
    "status": "draft",
    "intent": "order",
    "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "74177"}]},
    "subject": {"reference": "Patient/demo-refractory"},
}
FORM = {
    "resourceType": "MedicationRequest",
    "id": "request-123",
    "status": "draft",
    "intent": "order",
    "category": {"coding": [{"code": "inpatient"}]},
    "medicationCodeableConcept": {
        "text": "Aspirin",
        "coding": [{"display": "Aspirin", "system": "urn:rxnorm", "code": "1191"}],
    },
    "dosageInstruction": [{"doseAndRate": [{"doseQuantity": {"value": 1}}], "timing": {}}],
    "subject": {"reference": "Patient/demo-refractory"},
}


def called(hook: str, path: str, **context: Any) -> Any:
    """As it calls: no encounter, no authorization before a launch, Bundles without a type."""
    call = changed(
        patient_call(client(), "refractory"),
        ("hook", hook),
        ("hookInstance", str(uuid.uuid4())),
        ("fhirServer", "http://localhost:8080/fhir"),
        ("context.userId", "Practitioner/COREPRACTITIONER1"),
        *((f"context.{name}", value) for name, value in context.items()),
    )
    for value in call["prefetch"].values():
        if value and value["resourceType"] == "Bundle":
            value.pop("type")
    headers = {
        "Accept": "application/json",
        "Authorization": "Bearer eyJhbGciOiJFUzM4NCJ9.eyJpc3MiOiJ4In0.c2ln",
        "Content-Type": "application/json",
        "Origin": ORIGIN,
    }
    return client().post(path, json=call, headers=headers)


@pytest.mark.parametrize(
    "path", [BASE, f"{BASE}/tace-refractoriness", f"{BASE}//tace-refractoriness"]
)
def test_the_preflight_is_answered_without_a_token(path: str) -> None:
    response = client().options(
        path,
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "GET" if path == BASE else "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN)
    assert "authorization" in response.headers["Access-Control-Allow-Headers"].lower()


def test_discovery_is_not_empty_and_no_id_is_used_twice() -> None:
    """It keeps services by their address: the second hook of one id would never fire."""
    ids = [service["id"] for service in services()]
    assert ids and len(set(ids)) == len(ids)


def test_templates_need_only_the_patients_id_and_repeat_no_parameter() -> None:
    """Other tokens it leaves out; a repeated parameter it joins with a comma."""
    for service in services():
        for template in service["prefetch"].values():
            assert set(re.findall(r"\{\{(.*?)\}\}", template)) == {"context.patientId"}
            names = re.findall(r"[?&]([^=&]+)=", template)
            assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", ["/tace-refractoriness", "//tace-refractoriness"])
def test_opening_a_chart(path: str) -> None:
    response = called("patient-view", BASE + path)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert [card["indicator"] for card in response.get_json()["cards"]] == ["warning", "info"]


def untyped(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


@pytest.mark.parametrize("draft", [PAMA, FORM], ids=["imaging", "drug form"])
def test_its_own_order_forms_get_no_card(draft: dict[str, Any]) -> None:
    selections = [f"{draft['resourceType']}/{draft['id']}"]
    for hook, more in (("order-select", {"selections": selections}), ("order-sign", {})):
        path = f"{BASE}/tace-refractoriness-{hook}"
        response = called(hook, path, draftOrders=untyped(draft), **more)
        assert (response.status_code, response.get_json()) == (200, {"cards": []})


def test_a_bundle_of_drafts_without_a_type_is_guarded() -> None:
    tace = order(patient="demo-refractory")
    path = f"{BASE}/tace-refractoriness-order-sign"
    response = called("order-sign", path, draftOrders=untyped(FORM, tace))
    assert [card["indicator"] for card in response.get_json()["cards"]] == ["warning"]


def test_an_error_can_be_read_by_the_page() -> None:
    response = client().post(f"{BASE}/tace-refractoriness", json={}, headers={"Origin": ORIGIN})
    assert response.status_code == 400
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert response.get_json()["resourceType"] == "OperationOutcome"


def test_it_shows_markdown_and_html_so_there_is_no_html() -> None:
    for card in cards():
        assert not re.search(r"<[a-zA-Z/!]|javascript:|!\[", card["summary"] + card["detail"])


def test_cards_can_be_dismissed_and_overridden() -> None:
    """The button needs a uuid, the menu reasons, a suggestion's feedback its uuid."""
    found = [one for card in cards() for one in (card, *card.get("suggestions", []))]
    assert len({one["uuid"] for one in found}) == len(found)
    for card in cards():
        kind = card["extension"]["org.tace-cds.assessment"]["card"]
        assert ("overrideReasons" in card) == (kind in ("status", "guard"))


def test_no_link_needs_a_launch() -> None:
    assert not [
        link for card in cards() for link in card.get("links", []) if link["type"] == "smart"
    ]
    assert all(action["type"] in ("create", "delete") for action in actions())


# As a configured client


JKU = f"{ORIGIN}/.well-known/jwks.json"
SANDBOX = Ehr(
    name="sandbox",
    issuer=ORIGIN,
    key=ECKey.generate_key("P-384", {"kid": "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f"}),
    fhir="http://localhost:8080/fhir",
    origin=ORIGIN,
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Any]:
    """Its keys are where its tokens say, because that address is configured."""
    config = configuration(tmp_path, SANDBOX)
    own_keys = f'jwks_file = "{SANDBOX.name}.json"'
    text = config.read_text("utf-8").replace(own_keys, f'jwks_url = "{JKU}"')
    config.write_text(text, encoding="utf-8")
    settings = load_settings(config, {"CDSHOOKS_HASH_KEY": HASH_KEY})
    app = create_app(settings, clock=morning)
    with responses.RequestsMock() as mock:
        mock.get(JKU, json=SANDBOX.key_set())
        yield app.test_client()
    app.extensions["cdshooks"].database.close()


def posted(site: Any, path: str, body: Any, jku: str = JKU) -> Any:
    """ES384, five minutes, a new jti, and aud the very URL, that of feedback too."""
    token = SANDBOX.token(path, morning(), head={"jku": jku})
    headers = {"Authorization": f"Bearer {token}", "Origin": ORIGIN}
    return site.post(path, json=body, headers=headers)


def test_its_tokens_are_accepted_for_service_and_feedback(site: Any) -> None:
    path = f"{BASE}/tace-refractoriness"
    response = posted(site, path, patient_call(site))
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    override = {
        "card": response.get_json()["cards"][0]["uuid"],
        "outcome": "overridden",
        "overrideReason": {"reason": response.get_json()["cards"][0]["overrideReasons"][0]},
        "outcomeTimestamp": "2025-09-10T04:00:05.036Z",
    }
    del override["overrideReason"]["reason"]["display"]
    assert posted(site, f"{path}/feedback", {"feedback": [override]}).status_code == 200
    assert posted(site, path, {}, jku=f"{JKU}?x").status_code == 401
