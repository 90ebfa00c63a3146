"""The guide on a real server: it loads, its examples are valid, and mistakes in them are seen.

Code systems that the server does not hold (LOINC, ATC, most of SNOMED CT) are warnings, so only
errors count. Every mistake is one that would change what the service reads, or make it unreadable.
"""

from __future__ import annotations

import copy
import datetime
import json
import os
import subprocess
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from cdshooks.consensus.assessment import Verdict
from cdshooks.consensus.guide import guide as assess
from cdshooks.consensus.readings import DEFAULT
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.guidance_response import guidance_bundle
from tests.interop import guide
from tests.interop.peers import Hapi
from tests.interop.records import ask, from_server, reference_to
from tests.support.fhir_writer import Resource

pytestmark = pytest.mark.interop

EXAMPLES = {reference_to(example): example for example in guide.resources_in("examples")}
CANONICAL = "https://tace-cds.github.io/fhir"
JSON = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"}


@pytest.fixture(scope="module")
def guided(empty_hapi: Hapi, curl: None) -> Hapi:
    """The server with the guide and its examples, as the guide's README says how."""
    done = subprocess.run(
        ["bash", "-c", guide.loading_script()],
        cwd=guide.GUIDE,
        env={**os.environ, "FHIR": empty_hapi.base, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return empty_hapi


def test_all_of_the_guide_is_on_the_server(guided: Hapi) -> None:
    for resource in guide.resources_in(*guide.GENERATED):
        address = f"{guided.base}/{reference_to(resource)}"
        assert ask("GET", address, **JSON).status_code == 200, address


def errors(server: Hapi, resource: Resource) -> list[str]:
    """What is wrong with a resource by the profile that it names."""
    answer = ask("POST", f"{server.base}/{resource['resourceType']}/$validate", resource, **JSON)
    return [
        issue["diagnostics"]
        for issue in answer.json()["issue"]
        if issue["severity"] in ("error", "fatal")
    ]


@pytest.mark.parametrize("reference", sorted(EXAMPLES))
def test_an_example_is_valid(guided: Hapi, reference: str) -> None:
    assert errors(guided, EXAMPLES[reference]) == []


def test_the_patient_by_hand_is_valid_and_judged_from_the_server(guided: Hapi) -> None:
    whole = guide.patient_by_hand()
    assert ask("POST", guided.base, whole, **JSON).status_code == 200
    for entry in whole["entry"]:
        assert errors(guided, entry["resource"]) == [], reference_to(entry["resource"])
    chart = chart_of(from_server(guided.base, "p-1"))
    definitions = assess(chart, datetime.date(2023, 5, 23), DEFAULT).definitions
    assert definitions["cci-2022"].verdict is Verdict.MET


def test_an_evaluation_as_fhir_is_valid_and_every_extension_of_it_known(guided: Hapi) -> None:
    stored: dict[str, Any] = {
        "id": "8a7c3c0e-5a0b-4c7c-9d1f-0d6f6f6f6f6f",
        "service": "tace-refractoriness",
        "software": "1.0.0",
        "hook_instance": None,
        "told": {"missing": ["imaging-in-window", "markers", "tace-intent"]},
        "gaps": [],
        "cards": [],
    }
    bundle = json.loads(guidance_bundle(stored, "2023-05-23T08:00:00Z", "https://cds.example.org"))
    (response,) = [entry["resource"] for entry in bundle["entry"]]
    assert len(response["dataRequirement"]) == 3
    answer = ask("POST", f"{guided.base}/GuidanceResponse/$validate", response, **JSON)
    issues = [(issue["severity"], issue["diagnostics"]) for issue in answer.json()["issue"]]
    assert not [one for one in issues if one[0] in ("error", "fatal")], issues
    assert not [one for one in issues if "xtension" in one[1]], issues


def test_every_profile_has_an_example() -> None:
    shown = {url for example in EXAMPLES.values() for url in example["meta"].get("profile", ())}
    assert {profile["url"] for profile in guide.resources_in("profiles")} == shown


# Mistakes


class Mistake(NamedTuple):
    name: str
    example: str
    make: Callable[[Any], Any]
    said: str
    """Part of what the server says."""


def _set(*path: str | int, to: Any) -> Callable[[Any], None]:
    def make(resource: Any) -> None:
        for step in path[:-1]:
            resource = resource[step]
        resource[path[-1]] = to

    return make


def _without(*path: str | int) -> Callable[[Any], None]:
    def make(resource: Any) -> None:
        for step in path[:-1]:
            resource = resource[step]
        del resource[path[-1]]

    return make


def _both(*changes: Callable[[Any], None]) -> Callable[[Any], None]:
    def make(resource: Any) -> None:
        for change in changes:
            change(resource)

    return make


def _concept(code: str, system: str = f"{CANONICAL}/CodeSystem/mrecist-response") -> Resource:
    return {"coding": [{"system": system, "code": code}]}


DIAMETER = "Observation/a-diameter-1-4"
RESPONSE = "Observation/a-response"
TACE = "Procedure/a-tace-1"
INVASION = "Observation/b-vascular-invasion"
SIZE = "Observation/b-size-4"
INCHES = {"value": 2, "unit": "in", "code": "[in_i]", "system": "http://unitsofmeasure.org"}

MISTAKES = [
    Mistake("status not of FHIR", DIAMETER, _set("status", to="done"), "status"),
    Mistake("diameter of no lesion", DIAMETER, _without("focus"), "Observation.focus"),
    Mistake(
        "diameter of a procedure",
        DIAMETER,
        _set("focus", 0, "reference", to=TACE),
        "tace-focus-is-lesion",
    ),
    Mistake(
        "diameter of two lesions",
        DIAMETER,
        lambda r: r["focus"].append({"reference": "BodyStructure/a-lesion-2"}),
        "Observation.focus",
    ),
    Mistake("undated diameter", DIAMETER, _without("effectiveDateTime"), "Observation.effective"),
    Mistake("diameter of nobody", DIAMETER, _without("subject"), "Observation.subject"),
    Mistake("diameter in inches", DIAMETER, _set("valueQuantity", to=INCHES), "length-unit-vs"),
    Mistake("unit without code", DIAMETER, _without("valueQuantity", "code"), "Observation.value"),
    Mistake(
        "censored diameter",
        DIAMETER,
        _set("valueQuantity", "comparator", to="<"),
        "comparator",
    ),
    Mistake("550 mm", DIAMETER, _set("valueQuantity", "value", to=550), "tace-plausible-diameter"),
    Mistake(
        "negative diameter",
        DIAMETER,
        _set("valueQuantity", "value", to=-1),
        "tace-plausible-diameter",
    ),
    Mistake(
        "neither value nor reason", DIAMETER, _without("valueQuantity"), "tace-value-or-reason"
    ),
    Mistake(
        "value and reason",
        DIAMETER,
        _set(
            "dataAbsentReason",
            to=_concept("unknown", "http://terminology.hl7.org/CodeSystem/data-absent-reason"),
        ),
        "tace-value-or-reason",
    ),
    Mistake("not called imaging", DIAMETER, _without("category"), "Observation.category"),
    Mistake(
        "total diameter as viable",
        DIAMETER,
        _set("code", to=_concept("33728-7", "http://loinc.org")),
        "Observation.code",
    ),
    Mistake(
        "unknown own code",
        DIAMETER,
        _set("code", to=_concept("viable", f"{CANONICAL}/CodeSystem/tace-observation")),
        "viable",
    ),
    Mistake(
        "text for a size",
        DIAMETER,
        _both(_without("valueQuantity"), _set("valueString", to="55 mm")),
        "Observation.value",
    ),
    Mistake(
        "response of no category",
        RESPONSE,
        _set("valueCodeableConcept", to=_concept("PDD")),
        "mrecist-response",
    ),
    Mistake(
        "response in words",
        RESPONSE,
        _both(_without("valueCodeableConcept"), _set("valueString", to="PD")),
        "type CodeableConcept but found type string",
    ),
    Mistake("response by no criteria", RESPONSE, _without("method"), "Observation.method"),
    Mistake(
        "compared with something else",
        RESPONSE,
        lambda r: r["extension"][0]["extension"][0].update(valueCode="worst"),
        "comparator-kind",
    ),
    Mistake(
        "overall response by no category",
        RESPONSE,
        lambda r: r["component"][-1].update(valueCodeableConcept=_concept("XX")),
        "mrecist-response",
    ),
    Mistake("completed without a date", TACE, _without("performedDateTime"), "tace-completed"),
    Mistake("procedure without a code", TACE, _without("code"), "Procedure.code"),
    Mistake(
        "attested in words",
        TACE,
        lambda r: (
            r["extension"][0].pop("valueBoolean"),
            r["extension"][0].update(valueString="y"),
        ),
        "types [boolean] but found type string",
    ),
    Mistake(
        "session without a value",
        "Procedure/b-tace-2a",
        lambda r: [
            e["valueIdentifier"].pop("value", 0) for e in r["extension"] if "valueIdentifier" in e
        ],
        "value",
    ),
    Mistake(
        "aimed at something else",
        "Procedure/b-ablation",
        _set("extension", 0, "valueCode", to="everything"),
        "treated-lesion-scope",
    ),
    Mistake(
        "scope of a TACE",
        TACE,
        lambda r: r["extension"].append(
            {
                "url": f"{CANONICAL}/StructureDefinition/treated-lesion-scope",
                "valueCode": "target",
            }
        ),
        "Procedure.extension",
    ),
    Mistake(
        "lesion without a label",
        "BodyStructure/a-lesion-1",
        _without("identifier"),
        "BodyStructure.identifier",
    ),
    Mistake(
        "lesion nowhere", "BodyStructure/a-lesion-1", _without("location"), "BodyStructure.location"
    ),
    Mistake(
        "lesion in an unknown role",
        "BodyStructure/a-lesion-1",
        _set("extension", 0, "valueCode", to="main"),
        "lesion-role",
    ),
    Mistake(
        "first seen at a time of day",
        "BodyStructure/a-lesion-1",
        lambda r: (
            r["extension"][1].pop("valueDate"),
            r["extension"][1].update(valueDateTime="2025-01-06T10:00:00Z"),
        ),
        "types [date] but found type dateTime",
    ),
    Mistake(
        "invasion as a number",
        INVASION,
        _both(_without("valueBoolean"), _set("valueInteger", to=1)),
        "type boolean but found type integer",
    ),
    Mistake(
        "vessel without invasion",
        INVASION,
        _set("valueBoolean", to=False),
        "tace-vessel-only-if-invaded",
    ),
    Mistake(
        "vessel in words",
        INVASION,
        lambda r: (
            r["component"][0].pop("valueCodeableConcept"),
            r["component"][0].update(valueString="right portal vein"),
        ),
        "type CodeableConcept but found type string",
    ),
    Mistake(
        "size with a value of its own", SIZE, _set("valueString", to="6 cm"), "Observation.value"
    ),
    Mistake("size of nothing", SIZE, _without("component"), "component"),
    Mistake(
        "viable share in mm",
        SIZE,
        _set("component", 3, "valueQuantity", "code", to="mm"),
        "component",
    ),
    Mistake(
        "more than all viable",
        "Observation/a-residual-viability",
        _set("valueQuantity", "value", to=144),
        "tace-percentage",
    ),
    Mistake(
        "marker without unit",
        "Observation/a-afp-1",
        lambda r: [r["valueQuantity"].pop(key, None) for key in ("code", "system", "unit")],
        "Observation.value",
    ),
    Mistake(
        "Child-Pugh 4", "Observation/a-child-pugh", _set("valueInteger", to=4), "tace-child-pugh"
    ),
    Mistake(
        "Child-Pugh 8 of class A",
        "Observation/a-child-pugh",
        _set("valueInteger", to=8),
        "tace-child-pugh-class",
    ),
    Mistake("ECOG 7", "Observation/a-ecog", _set("valueInteger", to=7), "tace-ecog"),
    Mistake(
        "another fact",
        "Observation/a-no-contraindication",
        _set("code", to=_concept("lesion-count", f"{CANONICAL}/CodeSystem/tace-observation")),
        "clinical-fact",
    ),
    Mistake("undated study", "ImagingStudy/a-mri-1", _without("started"), "ImagingStudy.started"),
    Mistake(
        "study of no modality",
        "ImagingStudy/a-mri-1",
        _without("modality"),
        "ImagingStudy.modality",
    ),
    Mistake(
        "contrast in words",
        "ImagingStudy/a-mri-1",
        lambda r: (
            r["extension"][0]["extension"][0].pop("valueBoolean"),
            r["extension"][0]["extension"][0].update(valueString="yes"),
        ),
        "type boolean but found type string",
    ),
    Mistake(
        "undated report",
        "DiagnosticReport/a-report",
        _without("effectiveDateTime"),
        "DiagnosticReport.effective",
    ),
    Mistake(
        "undated order",
        "MedicationRequest/b-lenvatinib",
        _without("authoredOn"),
        "MedicationRequest.authoredOn",
    ),
    Mistake(
        "determination by another definition",
        "Observation/a-determination",
        _set(
            "method",
            to=_concept("house-rule", f"{CANONICAL}/CodeSystem/refractoriness-definition"),
        ),
        "refractoriness-definition",
    ),
    Mistake(
        "determination of nothing",
        "Observation/a-determination",
        _without("valueCodeableConcept"),
        "Observation.value",
    ),
    Mistake("element not of FHIR", TACE, _set("sessionNumber", to=1), "sessionNumber"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_seen(guided: Hapi, mistake: Mistake) -> None:
    resource = copy.deepcopy(EXAMPLES[mistake.example])
    mistake.make(resource)
    said = errors(guided, resource)
    assert any(mistake.said in text for text in said), said


def test_a_mistake_is_one_of_its_own_kind() -> None:
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES) >= 18
    profiles = {url for m in MISTAKES for url in EXAMPLES[m.example]["meta"]["profile"]}
    assert len(profiles) >= 15
