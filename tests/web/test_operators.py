"""What whoever runs the service learns of a call that failed: why, in words of ours alone."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cdshooks import logs
from tests.support.ehr import BASE, FEEDBACK, SERVICE
from tests.web.calls import DELETE, PATH, changed
from tests.web.fhir_server import fhir_server
from tests.web.test_feedback import overridden
from tests.web.test_logs import UUID
from tests.web.test_tokens import bad_tokens
from tests.web.trusted import HOSPITAL, Trusted

CANARY = "canary9"
NO_DAY = "2025-02-30T04:00:00Z"
FHIR = "application/fhir+json"
FAILED = json.dumps({"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]})
ANSWERS = {
    "refused-401": [(401, FHIR, FAILED)],
    "refused-403": [(403, FHIR, FAILED)],
    "not-found": [(404, FHIR, FAILED), (410, FHIR, FAILED)],
    "redirect": [(302, FHIR, FAILED), (307, "text/html", "")],
    "http-4xx": [(400, FHIR, FAILED), (429, FHIR, FAILED)],
    "http-5xx": [(500, FHIR, FAILED), (503, "text/html", "busy")],
    "not-fhir": [(200, "text/html", "<html/>"), (200, FHIR, CANARY)],
    "search-failed": [(200, FHIR, FAILED)],
}
CASES = [(cause, answer) for cause, answers in ANSWERS.items() for answer in answers]
PREFETCHED = {
    "search-failed": json.loads(FAILED),
    "unreadable": {"resourceType": "Bundle", "entry": 5},
    "truncated": {"resourceType": "Bundle", "entry": [], "total": 7},
    "not-sent": DELETE,
}


@pytest.fixture
def events():
    stream = io.StringIO()
    logs.configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logs.configure()


def lost(events):
    return [event for event in events() if event["event"] == "not-had"]


def counted(client):
    """How often by key and cause."""
    page = client.get("/metrics").get_data(as_text=True)
    return {
        (sample.labels["key"], sample.labels["cause"]): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "cdshooks_lost_total"
    }


@pytest.mark.parametrize(("cause", "answer"), CASES, ids=lambda part: str(part)[:40])
@pytest.mark.parametrize(
    ("key", "kind", "status"), [("procedures", "Procedure", 412), ("conditions", "Condition", 200)]
)
def test_why_a_search_failed(client, call, events, cause, answer, key, kind, status):
    before = counted(client).get((key, cause), 0)
    with fhir_server() as server:
        server.instead_of[kind] = answer
        asking = changed(call, ("fhirServer", server.base), (f"prefetch.{key}", DELETE))
        assert client.post(PATH, json=asking).status_code == status
    (event,) = lost(events)
    assert event["level"] == "warning"
    assert (event["key"], event["problem"], event["status"]) == (key, cause, status)
    assert event["service"] == "tace-refractoriness"
    assert event["hook_instance"] == UUID
    assert counted(client)[key, cause] == before + 1
    assert CANARY not in json.dumps(events())


def test_why_the_patient_could_not_be_had(client, call, events):
    other = json.dumps({"resourceType": "Patient", "id": CANARY})
    for answer in (
        None,
        (404, FHIR, FAILED),
        (200, FHIR, other),
    ):
        with fhir_server() as server:
            server.instead_of |= {"Patient": answer} if answer else {}
            sent = DELETE if answer else None
            asking = changed(call, ("fhirServer", server.base), ("prefetch.patient", sent))
            assert client.post(PATH, json=asking).status_code == 412
    assert [(event["key"], event["problem"]) for event in lost(events)] == [
        ("patient", "empty"),
        ("patient", "not-found"),
        ("patient", "other-patient"),
    ]


def test_a_server_that_is_not_there_or_does_not_answer(client, call, events):
    asking = changed(call, ("fhirServer", "http://127.0.0.1:9/fhir"), ("prefetch.labs", DELETE))
    assert client.post(PATH, json=asking).status_code == 200
    with fhir_server() as server:
        server.slow = 4.0
        assert client.post(PATH, json=changed(asking, ("fhirServer", server.base))).status_code
    assert [event["problem"] for event in lost(events)] == ["connection-failed", "timed-out"]


@pytest.mark.parametrize("cause", PREFETCHED)
def test_why_what_was_sent_is_not_whole(client, call, events, cause):
    for key in ("procedures", "labs"):
        client.post(PATH, json=changed(call, (f"prefetch.{key}", PREFETCHED[cause])))
    assert {(event["key"], event["problem"]) for event in lost(events)} >= {("labs", cause)}
    assert {event["problem"] for event in lost(events)} == {cause}


def test_a_whole_record_loses_nothing(client, call, events):
    assert client.post(PATH, json=call).status_code == 200
    assert lost(events) == []


# 400


@pytest.mark.parametrize(
    ("body", "check", "where"),
    [
        (b"\xff", "utf-8", None),
        (b"[]", "object", None),
        (b'{"canary9": ', "json", None),
        (b'{"a": 1e999}', "number", None),
        (b'{"hook": 1, "hook": 2}', "repeated-key", None),
        (("hook", DELETE), "required", "hook"),
        (("hook", "order-sign"), "other-hook", "hook"),
        (("hookInstance", CANARY * 20), "maxLength", "hookInstance"),
        (("context.patientId", f"Patient/{CANARY}"), "pattern", "context.patientId"),
        (("context.patientId", CANARY), "unfit", "prefetch.patient"),
        (("prefetch.labs", 5), "type", "prefetch.labs"),
        (("prefetch.canary9", 5), "type", "prefetch.*"),
        (("fhirServer", f"https://{CANARY}.example"), "not-configured", "fhirServer"),
        (("fhirAuthorization", {}), "dependentRequired", "fhirAuthorization"),
    ],
    ids=str,
)
def test_which_check_a_call_failed(client, call, events, body, check, where):
    data = body if isinstance(body, bytes) else json.dumps(changed(call, body)).encode()
    response = client.post(PATH, data=data, content_type="application/json")
    assert response.status_code == 400
    (event,) = events()
    assert (event["check"], event.get("where")) == (check, where)
    assert CANARY not in json.dumps(event)


@pytest.mark.parametrize(
    ("item", "check", "where"),
    [
        ({**overridden("x"), "outcome": CANARY}, "enum", "feedback.*.outcome"),
        ({**overridden(CANARY), "outcomeTimestamp": NO_DAY}, "time", "feedback.*.outcomeTimestamp"),
        (overridden(CANARY), "unknown-card", "feedback.*.card"),
    ],
    ids=["outcome", "time", "card"],
)
def test_which_check_feedback_failed(client, events, item, check, where):
    assert client.post(f"{PATH}/feedback", json={"feedback": [item]}).status_code == 400
    (event,) = events()
    assert (event["check"], event["where"], event["status"]) == (check, where, 400)
    assert CANARY not in json.dumps(event)


# 401


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return Trusted(tmp_path_factory.mktemp("site"))


def refused(trusted, events, token, path=SERVICE):
    response = trusted.client.post(path, json={}, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401
    event = events()[-1]
    assert event["reference"] in response.get_data(as_text=True)
    return event


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (SERVICE, SERVICE),
        (f"{SERVICE}/", SERVICE),
        (FEEDBACK, FEEDBACK),
        ("/cds-services/canary9", "/cds-services/<service_id>"),
        ("/cds-services/canary9/feedback", "/cds-services/<service_id>/feedback"),
    ],
)
def test_the_log_says_which_aud_was_expected(trusted, events, path, shown):
    """And nothing of the address that a caller made up."""
    token = HOSPITAL.token(path, trusted.clock(), aud=f"{BASE}/elsewhere")
    event = refused(trusted, events, token, path)
    assert (event["problem"], event["expected_aud"]) == ("audience", BASE + shown)
    assert "canary9" not in json.dumps(event)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_a_time_in_milliseconds_has_a_reason_of_its_own(trusted, events, name):
    milliseconds = int(trusted.clock().timestamp() * 1000)
    event = refused(
        trusted, events, HOSPITAL.token(SERVICE, trusted.clock(), **{name: milliseconds})
    )
    assert event["problem"] == f"{name}-in-milliseconds"
    assert "expected_aud" not in event


def test_the_readme_tells_every_reason_for_a_401(trusted, events):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for header in bad_tokens(trusted).values():
        headers = {} if header is None else {"Authorization": header}
        assert trusted.client.post(SERVICE, json={}, headers=headers).status_code == 401
    reasons = {event["problem"] for event in events() if event.get("status") == 401}
    assert len(reasons) > 20
    assert {reason for reason in reasons if f"`{reason}`" not in readme} == set()
