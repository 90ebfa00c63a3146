"""Patients never enter the log: a record full of marked strings, and every way to fail."""

from __future__ import annotations

import io
import json
import logging

import pytest

from cdshooks import logs
from tests.web.calls import DELETE, PATH, bundle, changed
from tests.web.fhir_server import fhir_server

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
    lost = [event for event in events if event["event"] == "not-had"]
    assert {event["key"] for event in lost} == {"patient", "procedures"}
    events = [event for event in events if event["event"] != "not-had"]
    assert [event["status"] for event in events] == [200, 412, 400, 200, 400, 404, 500]
    assert events[-1]["problem"] == "ValueError"


def test_nothing_that_a_server_answers_is_logged(client, call, log):
    """Nor the addresses that it was asked at, which hold the patient's id."""
    text = json.dumps(bundle("refractory")).replace("demo-refractory", CANARY)
    resources = [entry["resource"] for entry in json.loads(text)["entry"]]
    for resource in resources:
        resource |= {"text": {"status": "generated", "div": f"<div>{CANARY}</div>"}}
        resource |= {"note": [{"text": CANARY}]} if resource["resourceType"] != "Patient" else {}
    with fhir_server(resources=resources, token=CANARY) as server:
        asking = changed(marked(call), ("prefetch", DELETE), ("fhirServer", server.base))
        statuses = []
        for refused in (set(), {"Observation"}, {"Procedure"}, {"Patient"}):
            server.refused = refused
            answer = client.post(PATH, json=asking)
            statuses.append(answer.status_code)
            assert answer.status_code == 200 or CANARY not in answer.get_data(as_text=True)
        assert statuses == [200, 200, 412, 412]
        assert len(server.asked) == 4 * 14
    assert log() and CANARY not in log()
    assert CANARY not in client.get("/metrics").get_data(as_text=True)


def test_a_hook_instance_is_logged_only_if_a_uuid(client, call, log):
    client.post(PATH, json=call)
    client.post(PATH, json=changed(call, ("hookInstance", "x\r\ny")))
    events = [json.loads(line) for line in log().splitlines()]
    assert [event.get("hook_instance") for event in events] == [UUID, None]


def test_a_key_that_is_not_allowed_is_dropped():
    event = {"event": "x", "status": 200, "patient": CANARY, "body": CANARY}
    assert logs.only_allowed(None, "info", event) == {"event": "x", "status": 200}


def test_what_the_http_server_reports_is_a_line_like_any_other_without_its_words(capsys):
    stream = io.StringIO()
    logs.configure(stream)
    http_server = logging.getLogger("waitress")
    http_server.info("not so much: %s", CANARY)
    http_server.warning("total open connections reached the connection limit, %s", CANARY)
    logging.getLogger("waitress.queue").warning("Task queue depth is %d", 7)
    http_server.error("uncaptured python exception, closing channel <%s>", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        http_server.exception(f"Exception while serving {CANARY}")
    text = stream.getvalue()
    events = [json.loads(line) for line in text.splitlines()]
    assert {event["event"] for event in events} == {"http-server"}
    assert [event["problem"] for event in events] == [
        "too-many-connections", "all-threads-busy", "other", "ValueError",
    ]  # fmt: skip
    assert CANARY not in text
    assert capsys.readouterr() == ("", "")
