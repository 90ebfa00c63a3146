"""A stored evaluation, for the client that was told it: as JSON and as FHIR."""

from __future__ import annotations

import json
import uuid

import pytest
from fhir.resources.R4B.bundle import Bundle

from cdshooks.consensus.codes import MISSING
from cdshooks.fhir.codes import standard_terminology
from cdshooks.fhir.guidance_response import TYPES
from tests.support.ehr import FEEDBACK
from tests.web.calls import DELETE, changed, outcome_text, patient_call
from tests.web.test_feedback import REASON, overridden
from tests.web.trusted import CLINIC, HOSPITAL, Trusted

EXTENSION = "org.tace-cds.assessment"
FHIR = "application/fhir+json"


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return Trusted(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def call(trusted):
    return patient_call(trusted.client)


def told(trusted, call):
    cards = trusted.post(call).get_json()["cards"]
    (evaluation,) = {card["extension"][EXTENSION]["evaluation"] for card in cards}
    return cards, f"/evaluations/{evaluation}"


def test_what_was_told_can_be_read_again(trusted, call):
    cards, path = told(trusted, call)
    item = overridden(cards[0]["uuid"], overrideReason=REASON)
    trusted.post({"feedback": [item]}, path=FEEDBACK)
    response = trusted.get(path, Origin=HOSPITAL.origin)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert response.headers["Access-Control-Allow-Origin"] == HOSPITAL.origin
    body = response.get_json()
    assert body["schema"] == "tace-evaluation/1"
    assert body["service"] == "tace-refractoriness"
    assert body["hookInstance"] == call["hookInstance"]
    assert body["time"] == "2025-09-10T04:00:00.000Z"
    assert [card["uuid"] for card in body["cards"]] == [card["uuid"] for card in cards]
    assert body["cards"][0]["feedback"][0]["reason"]["code"] == "patient-refuses"
    assert body["assessment"]["definitions"]["cci-2022"]["verdict"] == "met"
    assert "demo-refractory" not in response.get_data(as_text=True)


def test_it_is_unknown_to_everybody_else(trusted, call):
    _, path = told(trusted, call)
    unknown = [
        (path, CLINIC),
        (f"/evaluations/{uuid.uuid4()}", HOSPITAL),
        (path.replace("-", ""), HOSPITAL),
        ("/evaluations/x", HOSPITAL),
        ("/evaluations/" + "x" * 5000, HOSPITAL),
    ]
    texts = {outcome_text(trusted.get(path, ehr=ehr), 404) for path, ehr in unknown}
    assert len(texts) == 1
    outcome_text(trusted.client.get(path), 401)


def test_as_fhir(trusted, call):
    gaps = changed(call, ("prefetch.labs", DELETE))
    cards, path = told(trusted, gaps)
    response = trusted.get(path, Accept=FHIR)
    assert (response.status_code, response.mimetype) == (200, FHIR)
    bundle = Bundle.model_validate_json(response.get_data())
    assert bundle.type == "collection"
    guidance, group, outcome = (entry.resource for entry in bundle.entry)
    assert guidance.get_resource_type() == "GuidanceResponse"
    assert guidance.status == "data-requested"
    assert guidance.requestIdentifier.value == f"urn:uuid:{call['hookInstance']}"
    assert guidance.moduleUri.startswith(
        "https://cds.example.org/cds-services/tace-refractoriness|"
    )
    missing = [one.extension[0].valueCode for one in guidance.dataRequirement]
    assert guidance.dataRequirement[0].extension[0].url in standard_terminology().extension.values()
    assert missing == cards[0]["extension"][EXTENSION]["missing"]
    assert guidance.result.reference == bundle.entry[1].fullUrl == f"urn:uuid:{group.id}"
    assert guidance.evaluationMessage[0].reference == bundle.entry[2].fullUrl
    kinds = [card["extension"][EXTENSION]["card"] for card in cards]
    assert [action.title for action in group.action] == kinds
    assert [issue.diagnostics for issue in outcome.issue] == ["prefetch: labs"]
    assert "demo-refractory" not in response.get_data(as_text=True)
    assert trusted.get(path, Accept=FHIR).get_data() == response.get_data()


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html", "", "x;;q=,"])
def test_json_unless_fhir_is_asked_for(trusted, call, accept):
    _, path = told(trusted, call)
    assert trusted.get(path, Accept=accept).mimetype == "application/json"


@pytest.mark.parametrize(
    "accept",
    [
        "application/fhir+json; fhirVersion=4.0",
        "application/fhir+json;fhirVersion=4.0;q=0.9, application/json;q=0.5",
        "application/json;q=0.1,application/fhir+json;charset=utf-8",
    ],
)
def test_parameters_of_a_media_type_are_no_other_type(trusted, call, accept):
    _, path = told(trusted, call)
    assert trusted.get(path, Accept=accept).mimetype == FHIR


def test_every_missing_datum_has_a_type():
    codes = [code for codes in TYPES.values() for code in codes]
    assert sorted(codes) == sorted(MISSING)


def test_a_call_without_cards_is_kept_and_can_be_read(trusted, call):
    trusted.clock.later(seconds=1)
    quiet = changed(call, *((f"prefetch.{key}", None) for key in call["prefetch"]))
    quiet["prefetch"]["patient"] = call["prefetch"]["patient"]
    assert trusted.post(quiet).get_json() == {"cards": []}
    lines = list(_evaluations(trusted))
    body = trusted.get(f"/evaluations/{lines[-1]['id']}").get_json()
    assert "cards" not in body
    assert trusted.get(f"/evaluations/{lines[-1]['id']}", Accept=FHIR).status_code == 200


def test_a_call_that_failed_is_counted_and_not_shown(trusted, call):
    trusted.clock.later(seconds=1)
    assert trusted.post(changed(call, ("prefetch", {}))).status_code == 412
    trusted.clock.later(seconds=1)
    assert trusted.post({}).status_code == 400
    rows = list(_evaluations(trusted))[-2:]
    assert [row["status"] for row in rows] == [412, 400]
    for row in rows:
        assert trusted.get(f"/evaluations/{row['id']}").status_code == 404
        text = json.dumps(row)
        assert "patient_hash" not in text


def _evaluations(trusted):
    from cdshooks.store.keeping import listed

    return listed(trusted.store.database, None)
