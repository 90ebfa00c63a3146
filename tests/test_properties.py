"""What must hold for every record.

The order and packing of data do not matter, and losing data never makes an answer surer.
"""

from __future__ import annotations

import copy
import datetime
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT
from tests.support.chart_writer import chart_of
from tests.support.fhir_writer import (
    LOINC,
    SNOMED,
    Resource,
    bundle_of,
    bundled,
    concept,
    number,
    resources_of,
)
from tests.support.patient import FACTS, MarkerValue, Patient, Scan, Treatment
from tests.support.pipeline import (
    Shown,
    judged,
    judged_bundle,
    judged_chart,
    judged_source,
    unreferenced,
    without,
)
from tests.support.strategies import Case, cases

few = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
many = settings(few, max_examples=120)
randoms = st.integers(0, 10_000).map(random.Random)


def judged_resources(resources: list[Resource], as_of: datetime.date) -> Shown:
    return judged_bundle(bundled(resources), as_of)


# ---------------------------------------------------------------- the same data, written otherwise


@few
@given(case=cases, chance=randoms)
def test_order_of_resources_does_not_matter(case: Case, chance: random.Random) -> None:
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    chance.shuffle(resources)
    assert judged_resources(resources, case.as_of) == before


@few
@given(case=cases, chance=randoms)
def test_order_within_a_resource_does_not_matter(case: Case, chance: random.Random) -> None:
    """Nor does a local code beside the one that is known, whichever of them comes first."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for resource in resources:
        for name in ("extension", "component", "dosageInstruction"):
            chance.shuffle(resource.get(name, []))
        if resource["resourceType"] in ("Observation", "Procedure"):
            codings = resource["code"]["coding"]
            codings.append({"system": "urn:oid:2.999.1.9", "code": "local"})
            chance.shuffle(codings)
    assert judged_resources(resources, case.as_of) == before


@few
@given(case=cases, chance=randoms)
def test_order_of_facts_in_a_chart_does_not_matter(case: Case, chance: random.Random) -> None:
    def shuffled(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(items, len(items)))

    chart = chart_of(case.patient)
    scans = (replace(scan, measurements=shuffled(scan.measurements)) for scan in chart.scans)
    otherwise = replace(
        chart,
        treatments=shuffled(chart.treatments),
        scans=shuffled(tuple(scans)),
        lesions=dict(shuffled(tuple(chart.lesions.items()))),
        markers=shuffled(chart.markers),
        facts=shuffled(chart.facts),
        stages=shuffled(chart.stages),
    )
    assert guide(otherwise, case.as_of, DEFAULT) == guide(chart, case.as_of, DEFAULT)


@few
@given(case=cases)
def test_a_chart_written_at_once_is_judged_as_the_record(case: Case) -> None:
    by_chart = judged_chart(case.patient, case.as_of)
    assert unreferenced(by_chart) == unreferenced(judged(case.patient, case.as_of))


@few
@given(case=cases, chance=randoms)
def test_centimetres_for_millimetres(case: Case, chance: random.Random) -> None:
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for resource in resources:
        if resource.get("valueQuantity", {}).get("code") == "mm" and chance.random() < 0.7:
            _rewrite(resource, Decimal(10), "cm")
    assert judged_resources(resources, case.as_of) == before


@few
@given(case=cases)
def test_albumin_in_grams_per_decilitre(case: Case) -> None:
    """Its limits and its ALBI are exact in both units."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for resource in resources:
        if resource.get("valueQuantity", {}).get("code") == "g/L":
            _rewrite(resource, Decimal(10), "g/dL")
    assert judged_resources(resources, case.as_of) == before


@few
@given(case=cases)
def test_bilirubin_in_milligrams_per_decilitre(case: Case) -> None:
    """Where its points stay the same: 34.2 umol/L is on a limit, and 1.9995 mg/dL below it."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for resource in resources:
        value = resource.get("valueQuantity", {})
        if value.get("code") == "umol/L" and value["value"] != 34.2:
            _rewrite(resource, Decimal("17.104"), "mg/dL")
    assert judged_resources(resources, case.as_of) == before


SAME_UNIT = {
    "ng/mL": ("ug/L", "ng/ml"),
    "m[arb'U]/mL": ("[arb'U]/L", "m[arb'U]/ml"),
    "{INR}": ("1", "{ratio}"),
}
"""Units under which the number stays the same."""


@few
@given(case=cases, marker=st.sampled_from(("AFP", "PIVKA-II")), chance=randoms)
def test_units_that_mean_the_same(case: Case, marker: str, chance: random.Random) -> None:
    """Of markers and INR; within one series some results may be written one way, some another."""
    resources = resources_of(with_marker(case.patient, marker))
    before = judged_resources(resources, case.as_of)
    for resource in resources:
        code = resource.get("valueQuantity", {}).get("code")
        if code in SAME_UNIT and chance.random() < 0.7:
            _rewrite(resource, Decimal(1), chance.choice(SAME_UNIT[code]))
    assert judged_resources(resources, case.as_of) == before


def with_marker(patient: Patient, marker: str) -> Patient:
    """All its marker results as results of one marker."""
    unit = {"AFP": "ng/mL", "PIVKA-II": "mAU/mL"}[marker]
    course = (
        replace(event, marker=marker, unit=unit) if isinstance(event, MarkerValue) else event
        for event in patient.course
    )
    return replace(patient, course=tuple(course))


@few
@given(case=cases, factor=st.sampled_from((Decimal("2"), Decimal("10"), Decimal("0.5"))))
def test_a_marker_in_a_unit_of_its_own_is_compared_within_it(case: Case, factor: Decimal) -> None:
    """Without its own reference range it says nothing; other answers stay."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for resource in resources:
        if "/mL" in str(resource.get("valueQuantity")):
            _rewrite(resource, factor, "[IU]/mL")
    after = judged_resources(resources, case.as_of)
    for part in ("course", "response", "unsuitable", "strategy", "therapy", "scores"):
        assert after[part] == before[part]
    assert after["definitions"]["jsh-lcsgj-2014"]["criteria"]["markers"] is not True


def _rewrite(resource: Resource, divisor: Decimal, unit: str) -> None:
    value = Decimal(str(resource["valueQuantity"]["value"])) / divisor
    resource["valueQuantity"] |= {"value": number(value), "unit": unit, "code": unit}


@few
@given(case=cases, kind=st.sampled_from(("transaction", "batch", "searchset", "document")))
def test_type_of_bundle_does_not_matter(case: Case, kind: str) -> None:
    bundle = bundle_of(case.patient, "transaction")
    bundle["type"] = kind
    assert judged_bundle(bundle, case.as_of) == judged(case.patient, case.as_of)


@few
@given(case=cases, pages=st.integers(2, 6), chance=randoms)
def test_several_bundles_in_one(case: Case, pages: int, chance: random.Random) -> None:
    heaps: list[list[Resource]] = [[] for _ in range(pages)]
    for resource in resources_of(case.patient):
        chance.choice(heaps).append(resource)
    nested = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": bundled(heap, "searchset")} for heap in heaps],
    }
    assert judged_bundle(nested, case.as_of) == judged(case.patient, case.as_of)


@few
@given(case=cases)
def test_folder_of_ndjson(case: Case) -> None:
    lines: dict[str, list[str]] = defaultdict(list)
    for resource in resources_of(case.patient):
        lines[resource["resourceType"]].append(json.dumps(resource))
    with tempfile.TemporaryDirectory() as folder:
        for kind, found in lines.items():
            (Path(folder) / f"{kind}.ndjson").write_text("\n".join(found) + "\n", encoding="utf-8")
        assert judged_source(Path(folder), case.as_of) == judged(case.patient, case.as_of)


@few
@given(case=cases, chance=randoms)
def test_the_same_resource_twice(case: Case, chance: random.Random) -> None:
    """Apart from the note that says so."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    twice = judged_resources([*resources, *chance.sample(resources, 5)], case.as_of)
    assert without(twice, "notes") == without(before, "notes")


@few
@given(case=cases)
def test_unrelated_resources(case: Case) -> None:
    """Apart from notes on what is not known."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    after = judged_resources([*resources, *_unrelated(case)], case.as_of)
    assert without(after, "notes") == without(before, "notes")


def _unrelated(case: Case) -> list[Resource]:
    me = {"reference": f"Patient/{case.patient.id}"}
    day = (case.as_of - datetime.timedelta(40)).isoformat()
    return [
        {
            "resourceType": "Encounter",
            "id": "unrelated-visit",
            "status": "finished",
            "class": {
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                "code": "IMP",
            },
            "subject": me,
            "period": {"start": day, "end": day},
        },
        {
            "resourceType": "Procedure",
            "id": "unrelated-appendectomy",
            "status": "completed",
            "code": concept(SNOMED, "80146002"),
            "subject": me,
            "performedDateTime": day,
        },
        {
            "resourceType": "Observation",
            "id": "unrelated-heart-rate",
            "status": "final",
            "code": concept(LOINC, "8867-4"),
            "subject": me,
            "effectiveDateTime": day,
            "valueQuantity": {
                "value": 71,
                "unit": "/min",
                "system": "http://unitsofmeasure.org",
                "code": "/min",
            },
        },
        {
            "resourceType": "Condition",
            "id": "unrelated-diabetes",
            "code": concept(SNOMED, "44054006"),
            "subject": me,
        },
    ]


# ---------------------------------------------------------------- losing data
#
# A verdict may stay or weaken to "not known". Not compared, because another datum takes over there:
# which scan is baseline, assessment or JSH scan (the scans shown must stay the same), the detection
# of a lesion, the nadir, the marker values, an attestation, the artery in the tier, and a conflict
# that ends when one side of it is lost.

SCAN_STATEMENTS = ("new-intrahepatic-lesion", "vascular-invasion", "extrahepatic-spread")
LATER_INVASION = SCAN_STATEMENTS[1:]
PARTS_OF_STATE = ("bilirubin", "albumin", "inr", "ascites", "encephalopathy", "ecog")
ARTERY = "hepatic-artery-occlusion"
STATE_FACTS = tuple(fact.replace(" ", "-") for fact in FACTS)
WINDOW_DAYS = 92 - 28
"""Two scans further apart than this never lie in the same window."""


def verdicts_of(shown: Shown) -> dict[str, str]:
    return {name: found["verdict"] for name, found in shown["definitions"].items()}


def assert_not_surer(before: Shown, after: Shown, not_compared: tuple[str, ...] = ()) -> None:
    for name, verdict in verdicts_of(before).items():
        if name not in not_compared:
            assert verdicts_of(after)[name] in (verdict, "indeterminate"), name
    if "unsuitable" not in not_compared:
        assert after["unsuitable"]["verdict"] in (before["unsuitable"]["verdict"], "unknown")
    if "tier" not in not_compared:
        assert after["therapy"]["tier"] in (before["therapy"]["tier"], "UNDETERMINED")
    had, has = (set(shown["response"]["category"].split("|")) for shown in (before, after))
    assert has >= had or "NE" in has
    assert had != {"NE"} or "NE" in has
    assert_strategy_not_surer(before["strategy"], after["strategy"])


def assert_strategy_not_surer(before: dict[str, Any], after: dict[str, Any]) -> None:
    if before["status"] in ("not-applicable", "undetermined"):
        assert after["status"] in (before["status"], "undetermined")
    else:
        assert after["status"] == "undetermined" or set(after["branches"]) >= set(
            before["branches"]
        )


def code_of(resource: Resource) -> str:
    code: str = resource["code"]["coding"][0]["code"]
    return code


def lost(resources: list[Resource], resource: Resource) -> list[Resource]:
    return [other for other in resources if other is not resource]


def observations(resources: list[Resource], wanted: Callable[[Resource], bool]) -> list[Resource]:
    return [
        resource
        for resource in resources
        if resource["resourceType"] == "Observation" and wanted(resource)
    ]


def same_scans(before: Shown, after: Shown) -> bool:
    scans = ("baselineScan", "assessmentScan")
    return all(before["course"][scan] == after["course"][scan] for scan in scans)


def in_conflict(shown: Shown) -> bool:
    return "conflicting-data" in shown["missing"] or any(
        note["code"] == "conflict" for note in shown["notes"]
    )


@many
@given(case=cases)
def test_losing_a_statement_about_a_scan(case: Case) -> None:
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    statements = observations(resources, lambda found: code_of(found) in SCAN_STATEMENTS)
    for statement in statements:
        after = judged_resources(lost(resources, statement), case.as_of)
        assert after["unsuitable"] == before["unsuitable"]
        said_elsewhere = code_of(statement) in LATER_INVASION and any(
            other["valueBoolean"] and code_of(other) == code_of(statement)
            for other in lost(statements, statement)
        )
        jsh_scan_may_move = said_elsewhere or not same_scans(before, after)
        assert_not_surer(before, after, ("jsh-lcsgj-2014",) if jsh_scan_may_move else ())


@many
@given(case=cases)
def test_losing_a_fact_of_the_state(case: Case) -> None:
    """Of ECOG, liver function and stated facts; only suitability and tier ever use them."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    names = {f"{case.patient.id}-{name}" for name in (*PARTS_OF_STATE, *STATE_FACTS)}
    for fact in observations(resources, lambda found: found["id"] in names):
        after = judged_resources(lost(resources, fact), case.as_of)
        for part in ("course", "response", "definitions"):
            assert after[part] == before[part]
        if not in_conflict(before):
            assert_not_surer(before, after, ("tier",) if code_of(fact) == ARTERY else ())


@many
@given(case=cases)
def test_losing_a_measured_value(case: Case) -> None:
    """The lesion stays listed; its value is gone. Of a record in which only the value is open."""
    patient = with_known_contrast_and_scope(case.patient)
    resources = resources_of(patient)
    before = judged_resources(resources, case.as_of)
    assume(not in_conflict(before))
    at_baseline = (before["course"]["baselineScan"] or {}).get("references", ())
    initial = _baseline_labels(patient, before)
    for measured in observations(
        resources, lambda found: "focus" in found and "valueQuantity" in found
    ):
        label = measured["focus"][0]["reference"].rsplit("-", 1)[1]
        if measured["valueQuantity"]["value"] < 10 and label not in initial:
            continue
        after = judged_resources([*lost(resources, measured), without_value(measured)], case.as_of)
        if not same_scans(before, after):
            continue
        day = datetime.date.fromisoformat(measured["effectiveDateTime"])
        neighbours = [scan for scan in patient.scans if abs((scan.date - day).days) <= WINDOW_DAYS]
        study = measured["derivedFrom"][0]["reference"]
        jsh_scan_may_move = study not in at_baseline and len(neighbours) > 1
        assert_not_surer(before, after, ("jsh-lcsgj-2014",) if jsh_scan_may_move else ())
        assert after["unsuitable"] == before["unsuitable"]


def without_value(measured: Resource) -> Resource:
    result = copy.deepcopy(measured)
    del result["valueQuantity"]
    result["dataAbsentReason"] = concept(
        "http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed"
    )
    return result


def with_known_contrast_and_scope(patient: Patient) -> Patient:
    """Unknown contrast or scope makes several readings, each with scans of its own."""

    def known(event: Treatment | Scan | MarkerValue) -> Treatment | Scan | MarkerValue:
        if isinstance(event, Scan):
            return replace(event, contrast=event.contrast is not False)
        if isinstance(event, Treatment) and not event.is_tace:
            return replace(event, treated=event.treated or "other lesion")
        return event

    course = tuple(map(known, patient.course))
    return replace(patient, course=course)


def _baseline_labels(patient: Patient, shown: Shown) -> set[str]:
    baseline = shown["course"]["baselineScan"]
    return {
        lesion.label
        for scan in patient.scans
        if baseline is not None and scan.date.isoformat() == baseline["date"]
        for lesion in scan.lesions
    }


@few
@given(case=cases)
def test_losing_the_intent(case: Case) -> None:
    """Only the European definition asks for it, and it never gets surer."""
    no_intent = replace(case.patient, state=replace(case.patient.state, intent=None))
    before, after = judged(case.patient, case.as_of), judged(no_intent, case.as_of)
    assert_not_surer(before, after)
    assert {**verdicts_of(after), "european": ""} == {**verdicts_of(before), "european": ""}
    for part in ("course", "response", "unsuitable", "strategy", "therapy", "scores"):
        assert after[part] == before[part]


@few
@given(case=cases)
def test_losing_a_marker_value(case: Case) -> None:
    """Only the JSH-LCSGJ definition uses markers."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for marker in observations(resources, lambda found: "/mL" in str(found.get("valueQuantity"))):
        after = judged_resources(lost(resources, marker), case.as_of)
        for part in ("course", "response", "unsuitable", "strategy", "therapy", "scores"):
            assert after[part] == before[part]
        for name in ("cci-2022", "epoihcc", "european"):
            assert after["definitions"][name] == before["definitions"][name]


@few
@given(case=cases)
def test_losing_the_record_of_a_lesion(case: Case) -> None:
    """The measurements still say which lesion they mean; only its label is lost."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for lesion in (found for found in resources if found["resourceType"] == "BodyStructure"):
        after = judged_resources(lost(resources, lesion), case.as_of)
        assert verdicts_of(after) == verdicts_of(before)
        assert without(after["response"], "lesions") == without(before["response"], "lesions")


@few
@given(case=cases)
def test_losing_the_study_of_a_scan(case: Case) -> None:
    """What was read on it remains; that it was an enhanced CT or MRI is then not known."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for study in (found for found in resources if found["resourceType"] == "ImagingStudy"):
        after = judged_resources(lost(resources, study), case.as_of)
        assert_never_another_answer(before, after)


@few
@given(case=cases)
def test_losing_contrast_or_what_a_therapy_was_aimed_at(case: Case) -> None:
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for resource in resources:
        for extension in resource.get("extension", ()):
            if extension["url"].endswith(("/imaging-contrast", "/treated-lesion-scope")):
                after = judged_resources(
                    [*lost(resources, resource), without_extension(resource, extension)],
                    case.as_of,
                )
                assert_never_another_answer(before, after)


@few
@given(case=cases)
def test_losing_an_attestation(case: Case) -> None:
    """A session attested as standardised counts without it too; every verdict is provisional."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    for resource in resources:
        for extension in resource.get("extension", ()):
            if extension["url"].endswith("/tace-standardized") and extension["valueBoolean"]:
                after = judged_resources(
                    [*lost(resources, resource), without_extension(resource, extension)],
                    case.as_of,
                )
                assert verdicts_of(after) == verdicts_of(before)
                for part in ("response", "unsuitable", "strategy"):
                    assert after[part] == before[part]
                assert after["therapy"]["tier"] == before["therapy"]["tier"]
                for name, definition in after["definitions"].items():
                    assert definition["provisional"] >= before["definitions"][name]["provisional"]


def without_extension(resource: Resource, extension: Resource) -> Resource:
    rest = [other for other in resource["extension"] if other is not extension]
    return {**resource, "extension": rest}


def assert_never_another_answer(before: Shown, after: Shown) -> None:
    """The same or not known; the reading that was judged before is one of those judged after."""
    assert_not_surer(before, after)
    assert after["unsuitable"] == before["unsuitable"]
    for name, answer in before["definitions"]["jsh-lcsgj-2014"]["criteria"].items():
        assert after["definitions"]["jsh-lcsgj-2014"]["criteria"][name] in (answer, None)


@few
@given(case=cases, chance=randoms)
def test_no_resource_that_is_lost_becomes_a_no(case: Case, chance: random.Random) -> None:
    """Of all resources but procedures: a session that nobody recorded cannot be missed."""
    resources = resources_of(case.patient)
    before = judged_resources(resources, case.as_of)
    assume(not in_conflict(before))
    may_be_lost = [r for r in resources if r["resourceType"] not in ("Patient", "Procedure")]
    for resource in chance.sample(may_be_lost, min(len(may_be_lost), 8)):
        after = judged_resources(lost(resources, resource), case.as_of)
        unsuitable = before["unsuitable"]["verdict"]
        assert after["unsuitable"]["verdict"] in (unsuitable, "unknown")
        no_trace = leaves_no_trace(resource, case.patient, before, after)
        if same_scans(before, after) and not no_trace:
            for name in ("cci-2022", "epoihcc", "european"):
                was, now = (verdicts_of(shown)[name] for shown in (before, after))
                assert now in (was, "indeterminate"), (name, resource["id"])
            assert (after["therapy"]["tier"] == "NA") <= (before["therapy"]["tier"] == "NA")


def leaves_no_trace(resource: Resource, patient: Patient, *judgements: Shown) -> bool:
    """The measurement of a lesion after which nothing in the record says that one is missing.

    That is so of a late-entry or new lesion, whose detection moves with it; and where no other scan
    from after the baseline up to the assessment lists the lesion with 10 mm or without a value.
    """
    if "focus" not in resource:
        return False
    label = resource["focus"][0]["reference"].rsplit("-", 1)[1]
    roles = {
        lesion["role"]
        for shown in judgements
        for lesion in shown["response"]["lesions"]
        if lesion["label"] == label
    }
    course = judgements[0]["course"]
    first, last = ((course[name] or {}).get("date") for name in ("baselineScan", "assessmentScan"))
    listed_elsewhere = any(
        lesion.label == label and (lesion.mm is None or lesion.mm >= 10)
        for scan in patient.scans
        if scan.contrast and scan.date.isoformat() != resource["effectiveDateTime"]
        if first is not None and first < scan.date.isoformat() <= (last or scan.date.isoformat())
        for lesion in scan.lesions
    )
    return not roles <= {"initial"} or not listed_elsewhere


REASON_AS_CODE = {"intent": "tace-intent"}
"""Reasons whose missing-data code has another name."""


@many
@given(case=cases)
def test_what_is_not_known_is_named(case: Case) -> None:
    """An open verdict gives as its reason a datum that is listed as missing."""
    shown = judged(case.patient, case.as_of)
    for name, definition in shown["definitions"].items():
        if definition["verdict"] == "indeterminate":
            asked = {code for finding in definition["findings"] for code in finding["missing"]}
            reason = REASON_AS_CODE.get(definition["reason"], definition["reason"])
            assert reason in asked | set(shown["missing"]), name
    if shown["unsuitable"]["verdict"] == "unknown":
        assert shown["missing"]
    if shown["therapy"]["tier"] == "UNDETERMINED":
        assert shown["therapy"]["conditionalOn"] or shown["missing"]
