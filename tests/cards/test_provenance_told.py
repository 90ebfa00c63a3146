"""``explain`` lists every fact that was judged: resource, version and how it came about."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from cdshooks.cards.assessment_json import assessment_json
from cdshooks.cards.text import explain_text
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.record import Record
from tests.support.courses import record, scenario
from tests.support.shapes import Resources, is_diameter, like, of_kind

TITLES = {
    "en": "Facts in the judgement, with source and version",
    "zh": "参与判断的事实、来源及版本",
}


def assessed(name: str, resources: Resources) -> Assessment:
    raw = [msgspec.Raw(json.dumps(one).encode()) for one in resources]
    chart = chart_of(Record(scenario(name).patient.id, raw))
    return guide(chart, scenario(name).as_of, DEFAULT)


def versioned(resources: Resources) -> Resources:
    for number, one in enumerate(resources, start=1):
        one["meta"] = {"versionId": str(number)}
    return resources


def told(name: str, resources: Resources, lang: str = "en") -> list[str]:
    lines = explain_text(assessed(name, resources), lang).splitlines()
    after = lines[lines.index(TITLES[lang]) + 1 :]
    return after[: after.index("")] if "" in after else after


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["v01", "v28", "v29", "x10", "s01", "s06", "v38"])
def test_every_resource_that_was_read_is_listed_with_its_version(name, lang):
    resources = versioned(record(name))
    lines = told(name, resources, lang)
    brackets = {"en": "{0} (version {1}, stated)", "zh": "{0}（版本{1}，明确记录）"}[lang]
    used = {"Procedure", "ImagingStudy", "Observation", "BodyStructure"}
    for one in resources:
        if one["resourceType"] in used:
            reference = f"{one['resourceType']}/{one['id']}"
            shown = brackets.format(reference, one["meta"]["versionId"])
            assert any(shown in line for line in lines), shown


def test_a_fact_is_told_with_its_kind_its_day_and_its_value():
    text = "\n".join(told("v01", versioned(record("v01"))))
    for words in (
        "conventional TACE of 2023-01-10: Procedure/",
        "MR of 2023-01-05, contrast-enhanced: ImagingStudy/",
        "L1 50.0 mm on 2023-01-05: Observation/",
        "AFP 100 ng/mL on 2023-01-05: Observation/",
        "bilirubin 18 umol/L on ",
        "ECOG 1 on ",
    ):
        assert words in text, words


def test_what_is_inferred_or_of_no_version_is_said_to_be():
    resources = record("v01")
    session = of_kind(resources, "Procedure")[0]
    session["code"] = {"text": "TACE"}
    (line,) = [one for one in told("v01", resources) if f"Procedure/{session['id']} " in one]
    assert line.endswith(f"Procedure/{session['id']} (version not given, inferred)")


@pytest.mark.parametrize(("lang", "words"), [("en", "in conflict"), ("zh", "相互矛盾")])
def test_both_sides_of_a_conflict_are_marked(lang, words):
    resources = record("v01")
    size = [one for one in resources if is_diameter(one)][-1]
    again = like(size, "again")
    again["valueQuantity"]["value"] = 40
    lines = told("v01", versioned([*resources, again]), lang)
    for one in (size, again):
        pattern = rf"Observation/{one['id']} ?[(（][^)）]*{words}[)）]"
        assert any(re.search(pattern, line) for line in lines)


def test_what_was_computed_here_names_what_it_was_computed_from():
    lines = told("v01", versioned(record("v01")))
    (line,) = [line for line in lines if line.startswith("  Child-Pugh 5")]
    assert line.count("version") >= 5 and "computed" in line


def test_a_fact_after_the_day_of_judgement_is_not_listed():
    resources = record("v01")
    late = like([one for one in resources if is_diameter(one)][-1], "late")
    late["effectiveDateTime"] = "2030-01-01"
    late.pop("derivedFrom", None)
    assert not any("Observation/late" in line for line in told("v01", [*resources, late]))


def test_the_json_stays_as_it_is():
    before = assessment_json(assessed("v01", record("v01")), "en")
    assert assessment_json(assessed("v01", versioned(record("v01"))), "en") == before
