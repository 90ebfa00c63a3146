"""Discovery, health, about; methods, unknown addresses, headers."""

from __future__ import annotations

import json
import re
from html import escape

import pytest

from cdshooks.web.contract import BrokenContract, check_discovery, check_response
from tests.web.calls import PATH, outcome_text

KEYS = [
    "patient",
    "conditions",
    "procedures",
    "lesions",
    "imagingStudies",
    "imagingReports",
    "imagingObservations",
    "responseObservations",
    "imagingFacts",
    "clinicalFacts",
    "labs",
    "medicationRequests",
    "medicationAdministrations",
    "serviceRequests",
]


@pytest.mark.parametrize("path", ["/cds-services", "/cds-services/"])
def test_discovery(client, path):
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    check_discovery(response.get_json())
    services = response.get_json()["services"]
    assert [(service["id"], service["hook"]) for service in services] == [
        ("tace-refractoriness", "patient-view"),
        ("tace-refractoriness-order-select", "order-select"),
        ("tace-refractoriness-order-sign", "order-sign"),
    ]
    for service in services:
        assert sorted(service["prefetch"]) == sorted(KEYS)
        assert service["prefetch"]["patient"] == "Patient/{{context.patientId}}"


def test_every_template_keeps_to_what_all_clients_can_do(client):
    services = client.get("/cds-services").get_json()["services"]
    assert len({json.dumps(service["prefetch"]) for service in services}) == 1
    for template in services[0]["prefetch"].values():
        assert set(re.findall(r"\{\{(.*?)\}\}", template)) == {"context.patientId"}
        names = [part.split("=")[0] for part in template.partition("?")[2].split("&") if part]
        assert len(names) == len(set(names))
        assert set(names) <= {"patient", "category", "code", "status", "intent", "_count"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/about"])
def test_open_pages(client, path):
    assert client.get(path).status_code == 200
    assert client.get(path + "/").status_code == 200


def test_about_says_what_for_and_which_versions(client):
    page = client.get("/about", headers={"Accept": "text/html"})
    assert page.headers["Content-Language"] == "en"
    assert page.mimetype == "text/html"
    facts = client.get("/about", headers={"Accept": "application/json"}).get_json()
    assert {"cdshooks", "knowledge", "readings", "CDS Hooks", "FHIR"} == facts["versions"].keys()
    for text in (facts["intendedUse"], *facts["limits"]):
        assert escape(text) in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", PATH, 405),
        ("PUT", PATH, 405),
        ("POST", "/cds-services", 405),
        ("DELETE", "/healthz", 405),
        ("GET", "/", 404),
        ("POST", "/cds-services/unknown", 404),
        ("POST", "/cds-services/tace-refractoriness-encounter-start", 404),
        ("POST", "/cds-services/tace-refractoriness-appointment-book", 404),
        ("POST", "/cds-services/tace-refractoriness/x", 404),
        ("GET", "/cds-services/%2e%2e/etc", 404),
    ],
)
def test_every_error_is_an_operation_outcome(client, call, method, path, status):
    json = call if method == "POST" else None
    response = client.open(path, method=method, json=json)
    outcome_text(response, status)
    assert ("Allow" in response.headers) == (status == 405)


def test_head_and_options(client):
    for path in ("/cds-services", "/healthz", "/about"):
        head = client.head(path)
        assert (head.status_code, head.get_data()) == (200, b"")
        assert "GET" in client.options(path).headers["Allow"]
    assert "POST" in client.options(PATH).headers["Allow"]


def test_a_doubled_slash_from_a_typed_final_one(client, call):
    assert client.post("/cds-services//tace-refractoriness", json=call).status_code == 200
    assert client.post(PATH + "/", json=call).status_code == 200


@pytest.mark.parametrize("path", ["/cds-services", "/about", "/unknown"])
def test_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Referrer-Policy"] == "no-referrer"


CARD = {
    "uuid": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "summary": "s",
    "indicator": "info",
    "source": {"label": "l", "topic": {"code": "c", "system": "s"}},
}
SUGGESTION = {"label": "l", "uuid": "5a2b7f0e-0d6c-4d0e-9b0f-1f1f3b9f0a11"}
OTHER = {"label": "l", "uuid": "5a2b7f0e-0d6c-4d0e-9b0f-1f1f3b9f0a12"}
TASK = {"resourceType": "Task", "intent": "proposal"}
CREATE = {"type": "create", "description": "d", "resource": TASK}
RECOMMENDED = [SUGGESTION | {"isRecommended": True}, OTHER | {"isRecommended": True}]


def with_actions(*actions):
    return {
        "selectionBehavior": "any",
        "suggestions": [SUGGESTION | {"actions": list(actions)}],
    }


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ({}, True),
        ({"summary": "x" * 139}, True),
        ({"summary": "x" * 140}, False),
        ({"summary": ""}, False),
        ({"detail": ""}, False),
        ({"indicator": "hard-stop"}, False),
        ({"indicator": "critical"}, False),
        ({"summary": "one\ntwo"}, False),
        ({"detail": "a <b>bold</b> word"}, False),
        ({"source": CARD["source"] | {"url": "/about"}}, False),
        ({"suggestions": [SUGGESTION, SUGGESTION], "selectionBehavior": "any"}, False),
        ({"source": {"label": "l"}}, False),
        ({"links": []}, False),
        ({"extension": {"org.example": {"x": None}}}, False),
        ({"extension": {"org.example": {"x": []}}}, False),
        ({"extension": {"plain": {"x": 1}}}, False),
        ({"unknown": 1}, False),
        # cds-resp-6, cds-resp-1
        ({"suggestions": [SUGGESTION]}, False),
        ({"suggestions": [SUGGESTION], "selectionBehavior": "at-most-one"}, True),
        ({"suggestions": [SUGGESTION], "selectionBehavior": "all"}, False),
        (
            {
                "suggestions": RECOMMENDED,
                "selectionBehavior": "at-most-one",
            },
            False,
        ),
        (
            {
                "suggestions": RECOMMENDED,
                "selectionBehavior": "any",
            },
            True,
        ),
        # cds-resp-2, cds-resp-5
        (with_actions(CREATE), True),
        (with_actions(CREATE | {"type": "update"}), True),
        (with_actions(CREATE | {"resource": TASK | {"intent": "order"}}), False),
        (with_actions(CREATE | {"resource": {"resourceType": "ServiceRequest"}}), False),
        (with_actions({"type": "create", "description": "d"}), False),
        (with_actions(CREATE | {"description": ""}), False),
        (with_actions({"type": "create", "resource": TASK}), False),
        (with_actions({"type": "delete", "description": "d", "resourceId": "Task/1"}), True),
        (with_actions({"type": "delete", "description": "d"}), False),
        (with_actions({"type": "delete", "description": "d", "resourceId": "1"}), False),
        (with_actions(CREATE | {"type": "delete", "resourceId": "Task/1"}), False),
        # cds-resp-7
        (
            {
                "selectionBehavior": "any",
                "suggestions": [SUGGESTION | {"actionSelectionBehavior": "some"}],
            },
            False,
        ),
        # cds-resp-3
        ({"links": [{"label": "l", "url": "https://a.example/", "type": "absolute"}]}, True),
        ({"links": [{"label": "l", "url": "javascript:x", "type": "absolute"}]}, False),
        (
            {
                "links": [
                    {
                        "label": "l",
                        "url": "https://a.example",
                        "type": "absolute",
                        "appContext": "x",
                    }
                ]
            },
            False,
        ),
        # cds-resp-4
        ({"overrideReasons": [{"code": "c", "system": "s", "display": "d"}]}, True),
        ({"overrideReasons": [{"code": "c", "system": "s"}]}, False),
    ],
)
def test_the_response_contract(more, good):
    response = {"cards": [CARD | more]}
    if good:
        check_response(response)
    else:
        with pytest.raises(BrokenContract):
            check_response(response)


def test_two_cards_do_not_share_a_uuid():
    with pytest.raises(BrokenContract):
        check_response({"cards": [CARD, CARD]})


def test_no_cards_is_a_response():
    check_response({"cards": []})
    with pytest.raises(BrokenContract):
        check_response({"cards": [], "systemActions": []})
