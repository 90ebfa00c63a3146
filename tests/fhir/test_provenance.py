"""Each fact can be followed: to its resource, its version, and how it came about."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from cdshooks.cards.assessment_json import assessment_json
from cdshooks.cards.text import explain_text
from cdshooks.clinical.chart import Certainty
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.record import Record
from tests.support.courses import REFRACTORY, record, scenario
from tests.support.fhir_writer import BASE, EXTENSION, OBSERVATION, Resource, concept
from tests.support.shapes import Resources, is_diameter, like, of_kind


def assessed(resources: Resources) -> Assessment:
    raw = [msgspec.Raw(json.dumps(one).encode()) for one in resources]
    chart = chart_of(Record(scenario(REFRACTORY).patient.id, raw))
    return guide(chart, scenario(REFRACTORY).as_of, DEFAULT)


def versioned(resources: Resources) -> Resources:
    for number, one in enumerate(resources, start=1):
        one["meta"] = {"versionId": str(number)}
    return resources


def version(resource: Resource) -> str:
    return str(resource["meta"]["versionId"])


def test_version_and_certainty_of_every_source() -> None:
    resources = versioned(record(REFRACTORY))
    session = of_kind(resources, "Procedure")[0]
    session["code"] = {"text": "TACE"}
    assessment = assessed(resources)
    source = assessment.sources[f"Procedure/{session['id']}"]
    assert (source.version, source.certainty) == (version(session), Certainty.INFERRED)
    size = next(one for one in resources if is_diameter(one))
    source = assessment.sources[f"Observation/{size['id']}"]
    assert (source.version, source.certainty) == (version(size), Certainty.STATED)


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "version {0}, inferred"), ("zh", "版本{0}[、，]推断得出")]
)
def test_explain_tells_what_was_not_plainly_stated(lang: str, words: str) -> None:
    resources = versioned(record(REFRACTORY))
    session, other, _ = of_kind(resources, "Procedure")
    session["code"] = {"text": "TACE"}
    text = explain_text(assessed(resources), lang)
    told = words.format(version(session))
    assert re.search(rf"Procedure/{session['id']} ?[(（]{told}[)）]", text)
    assert version(other) != version(session)
    beside_the_findings = "\n".join(one for one in text.splitlines() if one.startswith("      "))
    plain = f"Procedure/{other['id']}"
    assert plain in beside_the_findings
    assert not re.search(rf"{plain} ?[(（]", beside_the_findings)


def test_explain_tells_what_was_computed() -> None:
    resources = versioned(record("v28"))
    lesions = of_kind(resources, "BodyStructure")
    both = {**lesions[0], "id": "both", "meta": {"versionId": "3"}}
    both["extension"] = [
        {
            "url": f"{EXTENSION}/lesion-supersedes",
            "valueReference": {"reference": f"BodyStructure/{one['id']}"},
        }
        for one in lesions
    ]
    raw = [msgspec.Raw(json.dumps(one).encode()) for one in [*resources, both]]
    chart = chart_of(Record(scenario("v28").patient.id, raw))
    text = explain_text(guide(chart, scenario("v28").as_of, DEFAULT), "en")
    first = next(one for one in resources if is_diameter(one))
    assert f"Observation/{first['id']} (version {version(first)}, computed)" in text


def test_explain_shows_both_sources_of_a_conflict_with_their_versions() -> None:
    resources = record(REFRACTORY)
    size = [one for one in resources if is_diameter(one)][-1]
    again = like(size, "again")
    again["valueQuantity"]["value"] = 40
    versioned([*resources, again])
    text = explain_text(assessed([*resources, again]), "en")
    line = next(line for line in text.splitlines() if "Entries contradict each other" in line)
    for one in (size, again):
        assert f"Observation/{one['id']} (version {version(one)})" in line


def stated(resources: Resources, category: str, identity: str) -> Resource:
    """A reader's response on the last scan, against that before the first session."""
    size = [one for one in resources if is_diameter(one)][-1]
    study = of_kind(resources, "ImagingStudy")[-1]
    response = like(size, identity, code=concept(OBSERVATION, "target-response"))
    for name in ("focus", "valueQuantity"):
        del response[name]
    kind = {"url": "kind", "valueCode": "baseline"}
    return response | {
        "method": concept(f"{BASE}/CodeSystem/response-criteria", "mrecist"),
        "valueCodeableConcept": concept(f"{BASE}/CodeSystem/mrecist-response", category),
        "extension": [{"url": f"{EXTENSION}/response-comparator", "extension": [kind]}],
        "derivedFrom": [{"reference": f"ImagingStudy/{study['id']}"}],
    }


def conflict_line(resources: Resources, lang: str) -> str:
    words = {"en": "Entries contradict each other", "zh": "记录相互矛盾"}[lang]
    text = explain_text(assessed(resources), lang)
    return next(line for line in text.splitlines() if words in line)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_sides_are_shown_when_a_stated_response_is_not_the_measured(lang: str) -> None:
    resources = record(REFRACTORY)
    versioned(resources := [*resources, stated(resources, "SD", "stated")])
    line = conflict_line(resources, lang)
    measured = [one for one in resources if is_diameter(one)]
    for one in (measured[0], measured[-1], resources[-1]):
        assert f"Observation/{one['id']}" in line
        assert version(one) in line


def test_both_readers_are_shown_when_they_contradict_each_other() -> None:
    resources = record(REFRACTORY)
    both = [stated(resources, "SD", "one"), stated(resources, "PD", "other")]
    measured = [one for one in resources if is_diameter(one)]
    bare = [one for one in resources if one not in measured]
    line = conflict_line(versioned([*bare, *both]), "en")
    for one in both:
        assert f"Observation/{one['id']}" in line


def test_a_stated_response_that_agrees_is_no_conflict() -> None:
    resources = record(REFRACTORY)
    assessment = assessed([*resources, stated(resources, "PD", "stated")])
    assert not [note for note in assessment.notes if note.code == "conflict"]


def test_references_of_the_json_stay_as_they_are() -> None:
    before = assessment_json(assessed(record(REFRACTORY)), "en")
    assert assessment_json(assessed(versioned(record(REFRACTORY))), "en") == before


def test_a_version_that_is_no_id_is_not_told() -> None:
    resources = record(REFRACTORY)
    session = of_kind(resources, "Procedure")[0]
    session |= {"code": {"text": "TACE"}, "meta": {"versionId": "<b>1</b>"}}
    text = explain_text(assessed(resources), "en")
    assert f"Procedure/{session['id']} (inferred)" in text
