"""Patients never enter the log: a record full of marked strings, and every way to fail."""

from __future__ import annotations

import io
import json
import logging

import pytest

from cdshooks import logs
from tests.web.calls import DELETE, PATH, changed

CANARY = "canary7"
UUID = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


@pytest.fixture
def log(caplog):
    stream = io.StringIO()
    logs.configure(stream)
    caplog.set_level(logging.DEBUG)
    yield lambda: stream.getvalue() + caplog.text
    logs.configure()


def marked(call):
    text = json.dumps(call).replace("demo-refractory", CANARY).replace("Synthetic", CANARY)
    return changed(
        json.loads(text),
        ("fhirServer", "http://127.0.0.1:9/fhir"),
        (
            "fhirAuthorization",
            {
                "access_token": CANARY,
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": "patient/*.rs",
                "subject": CANARY,
            },
        ),
    )


def test_nothing_of_the_patient_is_logged(client, call, log, monkeypatch):
    good = marked(call)
    assert client.post(PATH, json=good).status_code == 200
    client.post(PATH, json=changed(good, ("prefetch", DELETE)))
    client.post(PATH, json=changed(good, ("context.patientId", f"Patient/{CANARY}")))
    client.post(PATH, json=changed(good, ("hookInstance", CANARY)))
    client.post(PATH, data=f'{{"{CANARY}":', content_type="application/json")
    client.post(f"/cds-services/{CANARY}?patient={CANARY}", json=good)

    def fail(*_arguments, **_more):
        raise ValueError(CANARY)

    monkeypatch.setattr("cdshooks.web.routes.answer", fail)
    assert client.post(PATH, json=good).status_code == 500
    assert CANARY not in log()
    events = [json.loads(line) for line in log().splitlines() if line.startswith("{")]
    assert [event["status"] for event in events] == [200, 412, 400, 200, 400, 404, 500]
    assert events[-1]["problem"] == "ValueError"


def test_a_hook_instance_is_logged_only_if_a_uuid(client, call, log):
    client.post(PATH, json=call)
    client.post(PATH, json=changed(call, ("hookInstance", "x\r\ny")))
    events = [json.loads(line) for line in log().splitlines()]
    assert [event.get("hook_instance") for event in events] == [UUID, None]


def test_a_key_that_is_not_allowed_is_dropped():
    event = {"event": "x", "status": 200, "patient": CANARY, "body": CANARY}
    assert logs.only_allowed(None, "info", event) == {"event": "x", "status": 200}
