"""The request contract: what is refused, and that the message names the member."""

from __future__ import annotations

import pytest

from tests.web.calls import DELETE, PATH, changed, outcome_text

AUTHORIZATION = {
    "access_token": "canary-token",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.rs",
    "subject": "cds-service",
    "patient": "demo-refractory",
}
LOOPBACK = "http://127.0.0.1:9/fhir"

REFUSED = [
    ("hook", DELETE, "hook"),
    ("hook", 1, "hook"),
    ("hook", "order-sign", "hook"),
    ("hookInstance", DELETE, "hookInstance"),
    ("hookInstance", "", "hookInstance"),
    ("hookInstance", None, "hookInstance"),
    ("hookInstance", "x" * 65, "hookInstance"),
    ("context", DELETE, "context"),
    ("context", None, "context"),
    ("context", [], "context"),
    ("context.patientId", DELETE, "context.patientId"),
    ("context.patientId", "", "context.patientId"),
    ("context.patientId", 7, "context.patientId"),
    ("context.patientId", "Patient/demo-refractory", "context.patientId"),
    ("context.patientId", "..", "context.patientId"),
    ("context.patientId", "demo-refractory\n", "context.patientId"),
    ("context.patientId", "x" * 65, "context.patientId"),
    ("context.userId", DELETE, "context.userId"),
    ("context.userId", "p1", "context.userId"),
    ("context.userId", "Practitioner/p1/x", "context.userId"),
    ("prefetch", None, "prefetch"),
    ("prefetch", [], "prefetch"),
    ("prefetch.procedures", [], "prefetch.procedures"),
    ("prefetch.procedures", "x", "prefetch.procedures"),
    ("fhirServer", None, "fhirServer"),
    ("fhirServer", "", "fhirServer"),
    ("fhirServer", ["http://127.0.0.1/fhir"], "fhirServer"),
    ("fhirAuthorization", AUTHORIZATION, "fhirServer"),
    ("fhirAuthorization", None, "fhirAuthorization"),
]


@pytest.mark.parametrize(("path", "value", "named"), REFUSED)
def test_a_member_that_is_not_as_it_must_be(client, call, path, value, named):
    response = client.post(PATH, json=changed(call, (path, value)))
    assert named in outcome_text(response, 400)


@pytest.mark.parametrize("member", ["access_token", "token_type", "expires_in", "scope", "subject"])
def test_every_member_of_the_authorization_is_required(client, call, member):
    bad = changed(
        call,
        ("fhirServer", LOOPBACK),
        ("fhirAuthorization", dict(AUTHORIZATION)),
        (f"fhirAuthorization.{member}", DELETE),
    )
    assert f"fhirAuthorization.{member}" in outcome_text(client.post(PATH, json=bad), 400)


def test_an_authorization_for_another_patient(client, call):
    bad = changed(
        call,
        ("fhirServer", LOOPBACK),
        ("fhirAuthorization", AUTHORIZATION | {"patient": "somebody-else"}),
    )
    text = outcome_text(client.post(PATH, json=bad), 400)
    assert "fhirAuthorization.patient" in text
    assert "somebody-else" not in text


def test_prefetch_of_another_patient(client, call):
    bad = changed(call, ("prefetch.patient.id", "somebody-else"))
    assert "somebody-else" not in outcome_text(client.post(PATH, json=bad), 400)


@pytest.mark.parametrize(
    "url",
    [
        "https://ehr.example.org/fhir",
        "http://127.0.0.1@evil.example/fhir",
        "http://evil.example#@127.0.0.1/fhir",
        "http://127.0.0.1\\@evil.example/fhir",
        "http://127.0.0.1/fhir?x=1",
        "http://127.0.0.1/fhir#x",
        "http://127.0.0.1/../fhir",
        "http://127.0.0.1/%2e%2e/fhir",
        "http://127.0.0.1:0/fhir",
        "http://127.0.0.1.evil.example/fhir",
        "http://127.1/fhir",
        "http://2130706433/fhir",
        "http://0177.0.0.1/fhir",
        "http://0x7f.0.0.1/fhir",
        "http://127.0.0.256/fhir",
        "http://0.0.0.0/fhir",
        "http://169.254.169.254/fhir",
        "http://[::ffff:127.0.0.1]/fhir",
        "http://localhost.evil.example/fhir",
        "http://localhost./fhir",
        "http://localhost:65536",
        "http://localhost:99999/fhir",
        "//127.0.0.1/fhir",
        "127.0.0.1/fhir",
        "file:///etc/passwd",
        "ftp://127.0.0.1/fhir",
        " http://127.0.0.1/fhir",
        "http://127.0.0.1/fhir\n",
        "http://127.0.0.1/\tfhir",
        "http://127.0.0.1/fhir\x00",
        "http://127.0.0.1/" + "a" * 90_000 + "!",
    ],
)
def test_a_server_that_may_not_be_asked_opens_no_socket(client, call, url, monkeypatch):
    def connect(*_arguments):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr("socket.socket.connect", connect)
    bad = changed(call, ("fhirServer", url), ("prefetch", {}))
    assert "fhirServer" in outcome_text(client.post(PATH, json=bad), 400)


def test_what_is_unknown_is_ignored(client, call):
    good = changed(
        call,
        ("extension", {"org.example": {"anything": [1, None, {}]}}),
        ("context.extension", {"org.example": 1}),
        ("context.encounterId", "e1"),
        ("context.laterField", {"a": None}),
        ("laterField", [[]]),
        ("prefetch.notAskedFor", {"resourceType": "Basic", "id": "b"}),
    )
    response = client.post(PATH, json=good)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.get_json()["cards"]


def test_any_text_up_to_64_characters_is_a_hook_instance(client, call):
    for instance in ("1", "x" * 64, "a\r\nb", "\u4e2d"):
        response = client.post(PATH, json=changed(call, ("hookInstance", instance)))
        assert response.status_code == 200
