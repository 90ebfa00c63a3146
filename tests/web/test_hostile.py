"""What anybody may send: never a 500, and nothing of the patient anywhere but on the cards."""

from __future__ import annotations

import io
import json
import logging
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from cdshooks import logs
from cdshooks.service import prefetch_keys
from cdshooks.store.keeping import exported
from cdshooks.store.report import as_text, report
from tests.support.ehr import FEEDBACK, SERVICE
from tests.web.calls import DELETE, changed, patient_call
from tests.web.test_feedback import overridden
from tests.web.trusted import CLINIC, HOSPITAL, Trusted

CANARY = "canary7"
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "\x00", "\ud83d\ude00", "' OR 1=1 --", "../..", "<b>", "Patient/x"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["resourceType", "id", "entry", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
HOSTILE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return Trusted(tmp_path_factory.mktemp("site"), requests_per_minute=1_000_000)


@pytest.fixture(scope="module")
def call(trusted):
    return patient_call(trusted.client)


def paths(value, before=()):
    if isinstance(value, dict):
        for key, part in value.items():
            yield ".".join((*before, key))
            yield from paths(part, (*before, key))


def expected(response):
    text = response.get_data(as_text=True)
    assert response.status_code in (200, 400, 401, 404, 405, 412, 413, 415), text
    assert "Traceback" not in text
    return response


@HOSTILE
@given(data=st.data())
def test_a_call_with_anything_in_it(trusted, call, data):
    where = st.sampled_from([*list(paths(call))[:40], "fhirServer", "fhirAuthorization", "x"])
    changes = data.draw(st.lists(st.tuples(where, VALUES | st.just(DELETE)), max_size=3))
    body = call
    for path, value in changes:
        try:
            body = changed(body, (path, value))
        except (AttributeError, TypeError):
            continue  # its parent is gone
    expected(trusted.post(body))


@HOSTILE
@given(items=st.lists(VALUES, max_size=3), more=st.dictionaries(st.text(max_size=9), VALUES))
def test_feedback_with_anything_in_it(trusted, items, more):
    expected(trusted.post({"feedback": items, **more}, path=FEEDBACK))
    item = {**overridden("x"), **more}
    expected(trusted.post({"feedback": [item]}, path=FEEDBACK))


@HOSTILE
@given(body=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes(trusted, body):
    for path in (SERVICE, FEEDBACK):
        headers = {"Authorization": f"Bearer {HOSPITAL.token(path, trusted.clock())}"}
        response = trusted.client.post(
            path, data=body, content_type="application/json", headers=headers
        )
        expected(response)


LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)


@HOSTILE
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"]),
    path=st.sampled_from([SERVICE, FEEDBACK, "/evaluations/", "/cds-services/", "/"])
    | st.text(max_size=30).map("/evaluations/{}".format)
    | st.text(max_size=30).map("/cds-services/{}".format),
    names=st.dictionaries(
        st.sampled_from(
            ["Authorization", "Origin", "Accept", "Accept-Language", "Host", "Content-Type"]
        ),
        LATIN,
    ),
)
def test_any_address_and_header(trusted, method, path, names):
    response = trusted.client.open(path, method=method, headers=names)
    assert response.status_code < 500, response.get_data(as_text=True)
    metrics = trusted.client.get("/metrics").get_data(as_text=True)
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            assert set(sample.labels.values()) <= known(trusted), sample


def known(trusted):
    """Every value that a label may have."""
    rules = {rule.rule for rule in trusted.app.url_map.iter_rules()} | {"other"}
    words = {"none", "GET", "POST", "HEAD", "OPTIONS", HOSPITAL.name, CLINIC.name}
    words |= {"tace-refractoriness", "status", "next-step", "missing", "info", "warning"}
    words |= {"new", "repeated", "refused", *(str(n) for n in range(100, 600))}
    words |= {"no-token", "no-bearer-token", "not-a-token", "header-too-long"}
    numbers = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "+Inf"}
    versions = {"0.1.0", "2026.1", "default", "2.0.1", "4.0.1"}
    causes = {"not-sent", "empty", "unreadable", "truncated", "search-failed", "connection-failed"}
    return rules | words | numbers | versions | causes | prefetch_keys()


# Nothing of the patient


@pytest.fixture
def log(caplog):
    stream = io.StringIO()
    logs.configure(stream)
    caplog.set_level(logging.DEBUG)
    yield lambda: stream.getvalue() + caplog.text
    logs.configure()


def test_no_patient_no_token_no_text_is_left_anywhere(tmp_path, log, monkeypatch):
    site = Trusted(tmp_path)
    text = json.dumps(patient_call(site.client))
    call = changed(
        json.loads(text.replace("demo-refractory", CANARY).replace("Synthetic", CANARY)),
        ("context.userId", f"Practitioner/{CANARY}"),
        ("fhirServer", HOSPITAL.fhir),
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
    answers = []
    token = HOSPITAL.token(SERVICE, site.clock(), jti=CANARY, sub=CANARY)
    first = site.post(call, token=token)
    assert first.status_code == 200
    answers.append(site.post(call, token=token))
    answers.append(site.post(call, token=HOSPITAL.token(SERVICE, site.clock(), iss=CANARY)))
    answers.append(site.post(changed(call, ("fhirServer", f"https://{CANARY}/fhir"))))
    answers.append(site.post(changed(call, ("context.patientId", f"Patient/{CANARY}"))))
    answers.append(
        site.post(
            changed(call, ("prefetch", {}), ("fhirServer", DELETE), ("fhirAuthorization", DELETE))
        )
    )
    answers.append(site.post(call, path=f"/cds-services/{CANARY}"))
    answers.append(site.get(f"/evaluations/{CANARY}"))
    card = first.get_json()["cards"][0]
    answers.append(site.post({"feedback": [overridden(CANARY)]}, path=FEEDBACK))
    answers.append(site.post({"feedback": [{CANARY: CANARY}]}, path=FEEDBACK))
    answers.append(site.post({"feedback": [overridden(card["uuid"])]}, path=FEEDBACK))
    evaluation = card["extension"]["org.tace-cds.assessment"]["evaluation"]
    answers += [
        site.get(f"/evaluations/{evaluation}", Accept=accept)
        for accept in ("application/json", "application/fhir+json")
    ]

    def fail(*_arguments, **_more):
        raise ValueError(CANARY)

    monkeypatch.setattr("cdshooks.web.routes.answer", fail)
    answers.append(site.post(call))
    monkeypatch.setattr(site.store.tokens, "use", fail)
    answers.append(site.post(call))
    assert [answer.status_code for answer in answers] == [
        401, 401, 400, 400, 412, 404, 404, 400, 400, 200, 200, 200, 500, 500,
    ]  # fmt: skip
    for answer in answers:
        assert CANARY not in answer.get_data(as_text=True)
        assert CANARY not in str(answer.headers)
    assert CANARY not in log()
    assert CANARY not in site.client.get("/metrics").get_data(as_text=True)
    assert CANARY not in "".join(exported(site.store.database, None))
    figures = report(site.store.database)
    assert CANARY not in json.dumps(figures) + as_text(figures)
    site.close()
    for file in tmp_path.glob("cdshooks.db*"):
        assert CANARY.encode() not in file.read_bytes()
    assert sqlite3.connect(tmp_path / "cdshooks.db").execute(
        "SELECT count(*) FROM evaluation"
    ).fetchone() == (5,)


def test_without_its_database_nothing_is_answered(tmp_path, call, monkeypatch):
    from cdshooks.errors import StoreUnavailable

    site = Trusted(tmp_path)
    asked = []

    def gone(*_arguments, **_more):
        asked.append(place)
        raise StoreUnavailable("OperationalError")

    for place in ("tokens.use", "trail.keep", "feedback.take", "database.check"):
        part, name = place.split(".")
        with monkeypatch.context() as patch:
            patch.setattr(getattr(site.store, part), name, gone)
            if name == "check":
                response = site.client.get("/readyz")
            elif name == "take":
                response = site.post({"feedback": [overridden("x")]}, path=FEEDBACK)
            else:
                response = site.post(call)
        assert response.status_code == 503, place
        assert response.get_json()["resourceType"] == "OperationOutcome"
        assert response.headers["Retry-After"]
        assert "cards" not in response.get_json()
        assert asked == [place]  # not a second time, for each waits for its lock
        asked.clear()
    assert site.client.get("/healthz").status_code == 200
    assert site.client.get("/readyz").status_code == 200
