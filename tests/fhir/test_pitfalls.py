"""Traps of real data: what each must and must not lead to; numbered as in ``shapes.csv``."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest

from tests.support.courses import (
    COURSES,
    REFRACTORY,
    answers,
    assert_same,
    canonical,
    judge,
    record,
    scenario,
)
from tests.support.fhir_writer import (
    BASE,
    DICOM,
    EXTENSION,
    LOINC,
    OBSERVATION,
    PROCEDURE,
    SNOMED,
    Resource,
    bundled,
    concept,
)
from tests.support.pipeline import Shown, judged_bundle
from tests.support.shapes import (
    CORE,
    Resources,
    as_reports,
    by_words,
    each,
    is_code,
    is_diameter,
    like,
    notes_of,
    of_kind,
    told,
    with_report_duplicates,
)
from tests.support.shapes import as_text as in_words

OPEN = "indeterminate"
CCI = "cci-2022"


def last(resources: Resources, kind: str) -> Resource:
    return of_kind(resources, kind)[-1]


def last_size(resources: Resources) -> Resource:
    return [one for one in resources if is_diameter(one)][-1]


def cci(shown: Shown) -> str:
    verdict: str = shown["definitions"][CCI]["verdict"]
    return verdict


# ---------------------------------------------------------------- dates


def test_pitfall_01_partial_date_decides_only_when_every_day_of_it_agrees() -> None:
    resources = record(REFRACTORY)
    last(resources, "Procedure")["performedDateTime"] = "2023-04"
    shown = judge(REFRACTORY, resources)
    assert cci(shown) == OPEN and "event-date" in shown["missing"]
    resources = record(REFRACTORY)
    last(resources, "ImagingStudy")["started"] = "2023-05"
    last_size(resources)["effectiveDateTime"] = "2023-05"
    assert cci(judge(REFRACTORY, resources)) == OPEN
    resources = record(REFRACTORY)
    of_kind(resources, "ImagingStudy")[1]["started"] = "2023-02-16"
    old = like(of_kind(resources, "Procedure")[0], "ablation", code=concept(PROCEDURE, "ablation"))
    old["performedDateTime"] = "2019"
    assert cci(judge(REFRACTORY, [*resources, old])) == "met"


TIMES = [
    ("2023-05-16T23:30:00Z", "2023-05-17"),
    ("2023-05-16T23:30:00+08:00", "2023-05-16"),
    ("2023-05-15T16:00:00Z", "2023-05-16"),
    ("2023-05-16T00:30:00", "2023-05-16"),
    ("2023-05-15T12:30:00-05:00", "2023-05-16"),
]


@pytest.mark.parametrize(("written", "day"), TIMES)
def test_pitfall_02_time_zone_a_scan_is_of_the_day_at_the_site(written: str, day: str) -> None:
    resources = record(REFRACTORY)
    last(resources, "ImagingStudy")["started"] = written
    assert judge(REFRACTORY, resources)["course"]["assessmentScan"]["date"] == day


# ---------------------------------------------------------------- status


@pytest.mark.parametrize("status", ["preliminary", "registered", "cancelled", "entered-in-error"])
def test_pitfall_03_status_of_a_measurement_that_does_not_count(status: str) -> None:
    resources = record(REFRACTORY)
    last_size(resources)["status"] = status
    shown = judge(REFRACTORY, resources)
    assert cci(shown) == OPEN
    assert notes_of(shown, "status-not-used")


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_pitfall_03_status_of_a_measurement_that_counts(status: str) -> None:
    resources = record(REFRACTORY)
    last_size(resources)["status"] = status
    assert told(judge(REFRACTORY, resources)) == told(canonical(REFRACTORY))


@pytest.mark.parametrize("status", ["preliminary", "partial", "registered", "entered-in-error"])
def test_pitfall_03_status_of_a_report_holds_for_its_results(status: str) -> None:
    resources = as_reports(words=False)(record(REFRACTORY))
    resources[-1]["status"] = status
    shown = judge(REFRACTORY, resources)
    assert cci(shown) == OPEN
    assert {"status-not-used"} <= {note["code"] for note in shown["notes"]}


def test_pitfall_03_status_a_study_without_one_counts() -> None:
    def change(resource: Resource) -> None:
        if resource["resourceType"] == "ImagingStudy":
            del resource["status"]

    assert_same(REFRACTORY, lambda resources: each(resources, change))


# ---------------------------------------------------------------- units


def sized(value: Any, unit: str | None = "mm") -> Shown:
    resources = record(REFRACTORY)
    quantity = {"value": value} if unit is None else {"value": value, "unit": unit, "code": unit}
    if unit is not None:
        quantity["system"] = "http://unitsofmeasure.org"
    last_size(resources)["valueQuantity"] = quantity
    return judge(REFRACTORY, resources)


def test_pitfall_04_unit_centimetres_are_converted() -> None:
    assert told(sized(6.5, "cm")) == told(canonical(REFRACTORY))


@pytest.mark.parametrize(
    ("value", "unit"), [(650, "mm"), (-65, "mm"), (65, "kg"), (65, None), (65, "in")]
)
def test_pitfall_04_unit_or_size_that_is_not_believed_is_not_used(
    value: int, unit: str | None
) -> None:
    assert cci(sized(value, unit)) == OPEN


def test_pitfall_04_unit_slip_of_a_factor_of_ten_is_noted() -> None:
    shown = sized(6.5)
    assert shown["response"]["category"] == "PR"
    assert any("factor of ten" in note["text"] for note in notes_of(shown, "implausible"))


@pytest.mark.parametrize("unit", ["毫米", "公分", "厘米", "cm"])
def test_pitfall_04_unit_in_words_is_read_and_noted(unit: str) -> None:
    resources = record(REFRACTORY)
    value = 65 if unit == "毫米" else 6.5
    last_size(resources)["valueQuantity"] = {"value": value, "unit": unit}
    shown = judge(REFRACTORY, resources)
    assert told(shown) == told(canonical(REFRACTORY))
    assert notes_of(shown, "unit-from-text")


# ---------------------------------------------------------------- duplicates and labels


def test_pitfall_05_duplicates_are_never_added_into_the_sum() -> None:
    for course in COURSES:
        assert_same(course, with_report_duplicates)


def test_pitfall_05_duplicates_further_apart_are_a_conflict_with_both_sources() -> None:
    resources = record(REFRACTORY)
    size = last_size(resources)
    other = like(size, "again")
    other["valueQuantity"]["value"] = 55
    shown = judge(REFRACTORY, [*resources, other])
    assert cci(shown) == OPEN and "conflicting-data" in shown["missing"]
    (note,) = notes_of(shown, "conflict")
    assert note["references"] == sorted([f"Observation/{size['id']}", f"Observation/{other['id']}"])


def _relabelled(resources: Resources, supersedes: bool) -> Resources:
    """At the last scan the lesion is measured under another record of the same segment."""
    lesion = last(resources, "BodyStructure")
    other = {**copy.deepcopy(lesion), "id": "relabelled"}
    other["identifier"][0]["value"] = "L9"
    if supersedes:
        url = f"{EXTENSION}/lesion-supersedes"
        old = {"reference": f"BodyStructure/{lesion['id']}"}
        other["extension"] = [{"url": url, "valueReference": old}]
    last_size(resources)["focus"] = [{"reference": "BodyStructure/relabelled"}]
    return [*resources, other]


def test_pitfall_06_relabelled_lesion_that_supersedes_the_old_one_is_the_same() -> None:
    assert_same(REFRACTORY, lambda resources: _relabelled(resources, True))


def test_pitfall_06_relabelled_lesion_is_not_called_new_and_the_reader_is_told() -> None:
    shown = judge(REFRACTORY, _relabelled(record(REFRACTORY), False))
    assert cci(shown) == OPEN and shown["response"]["category"] == "NE"
    (note,) = notes_of(shown, "inferred")
    assert "two labels" in note["text"] and "BodyStructure/relabelled" in note["references"]


def _with_second_lesion(sizes: tuple[int, ...], extension: Resource | None) -> Resources:
    """The lesion of 65 mm at the last scan as several records, which supersede it."""
    resources = record(REFRACTORY)
    lesion = last(resources, "BodyStructure")
    whole = last_size(resources)
    resources.remove(whole)
    for number, size in enumerate(sizes):
        part = {**copy.deepcopy(lesion), "id": f"part{number}"}
        part["identifier"][0]["value"] = f"P{number}"
        if extension is not None:
            part["extension"] = [extension]
        measured = like(whole, f"part{number}")
        measured["focus"] = [{"reference": f"BodyStructure/part{number}"}]
        measured["valueQuantity"]["value"] = size
        resources += [part, measured]
    return resources


def test_pitfall_06_split_lesion_is_the_sum_of_its_parts() -> None:
    lesion = last(record(REFRACTORY), "BodyStructure")
    supersedes = {
        "url": f"{EXTENSION}/lesion-supersedes",
        "valueReference": {"reference": f"BodyStructure/{lesion['id']}"},
    }
    parts = _with_second_lesion((40, 25), supersedes)
    assert told(judge(REFRACTORY, parts)) == told(canonical(REFRACTORY))
    assert judge(REFRACTORY, parts[:-1])["response"]["category"] == "NE"


def test_pitfall_06_merged_lesions_are_before_that_the_sum_of_their_parts() -> None:
    def rewrite(resources: Resources) -> Resources:
        first, second = of_kind(resources, "BodyStructure")
        both = {**copy.deepcopy(first), "id": "both"}
        url = f"{EXTENSION}/lesion-supersedes"
        both["extension"] = [
            {"url": url, "valueReference": {"reference": f"BodyStructure/{one['id']}"}}
            for one in (first, second)
        ]
        *_, one, other = [found for found in resources if is_diameter(found)]
        one["focus"] = [{"reference": "BodyStructure/both"}]
        one["valueQuantity"]["value"] += other["valueQuantity"]["value"]
        return [*(found for found in resources if found is not other), both]

    shown = judge("v28", rewrite(record("v28")))
    expected = canonical("v28")
    assert answers(shown) == answers(expected)
    for part in ("baselineSum", "currentSum", "changePercent"):
        assert shown["response"][part] == expected["response"][part]


def test_pitfall_06_a_common_tracking_uid_joins_two_records_of_a_lesion() -> None:
    def rewrite(resources: Resources) -> Resources:
        resources = _relabelled(resources, False)
        uid = {"type": concept("http://dicom.nema.org/resources/ontology/DCM", "112040")}
        for one in of_kind(resources, "BodyStructure"):
            one["identifier"].append({**uid, "value": "urn:oid:2.25.77"})
        return resources

    assert_same(REFRACTORY, rewrite)


# ---------------------------------------------------------------- what was done


@pytest.mark.parametrize(
    "planned",
    [
        {"resourceType": "ServiceRequest", "status": "completed", "intent": "order"},
        {"resourceType": "ServiceRequest", "status": "active", "intent": "order"},
        {"resourceType": "Appointment", "status": "booked"},
        {"resourceType": "Procedure", "status": "preparation"},
        {"resourceType": "Procedure", "status": "not-done"},
        {"resourceType": "Procedure", "status": "on-hold"},
    ],
    ids=lambda one: f"{one['resourceType']} {one['status']}",
)
def test_pitfall_07_planned_is_not_done(planned: Resource) -> None:
    two = record("v27")
    done = last(two, "Procedure")
    more = {**done, "id": "planned", "performedDateTime": "2023-04-20", **planned}
    shown = judge("v27", [*two, more])
    assert shown["course"]["count"] == 2
    assert answers(shown) == answers(canonical("v27"))


def test_pitfall_07_planned_a_session_after_the_day_of_judgement_does_not_exist() -> None:
    resources = record("v27")
    later = scenario("v27").as_of + datetime.timedelta(1)
    more = like(last(resources, "Procedure"), "later", performedDateTime=later.isoformat())
    shown = judge("v27", [*resources, more])
    assert answers(shown) == answers(canonical("v27"))
    assert notes_of(shown, "after-as-of")


@pytest.mark.parametrize(("days", "count"), [(1, 3), (14, 3), (15, 4)])
def test_pitfall_08_one_session_in_two_procedures(days: int, count: int) -> None:
    resources = record(REFRACTORY)
    first = of_kind(resources, "Procedure")[0]
    day = datetime.date.fromisoformat(first["performedDateTime"]) + datetime.timedelta(days)
    other_lobe = like(first, "other-lobe", performedDateTime=day.isoformat())
    shown = judge(REFRACTORY, [*resources, other_lobe])
    assert shown["course"]["count"] == count
    assert ("sessions-merged" in shown["flags"]) == (count == 3)


def _with_haic(days: int, combined: bool = False) -> Shown:
    resources = record(REFRACTORY)
    session = of_kind(resources, "Procedure")[1]
    if combined:
        session["code"] = concept(PROCEDURE, "tace-haic")
        return judge(REFRACTORY, resources)
    day = datetime.date.fromisoformat(session["performedDateTime"]) + datetime.timedelta(days)
    haic = like(session, "haic", code=concept(PROCEDURE, "haic"))
    haic["performedDateTime"] = day.isoformat()
    return judge(REFRACTORY, [*resources, haic])


@pytest.mark.parametrize(("days", "combined"), [(0, True), (0, False), (3, False)])
def test_pitfall_09_tace_with_haic_is_one_session(days: int, combined: bool) -> None:
    shown = _with_haic(days, combined)
    assert shown["course"]["count"] == 3 and cci(shown) == "met"
    assert "combined-session" in shown["flags"]


def test_pitfall_09_haic_between_sessions_may_break_the_series() -> None:
    shown = _with_haic(10)
    assert cci(shown) == OPEN and "consecutiveness" in shown["missing"]


def test_pitfall_09_systemic_therapy_does_not_break_the_series() -> None:
    drug = {
        "resourceType": "MedicationRequest",
        "id": "lenvatinib",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "仑伐替尼"},
        "authoredOn": "2023-03-01",
    }
    resources = record(REFRACTORY)
    drug["subject"] = last(resources, "Procedure")["subject"]
    assert told(judge(REFRACTORY, [*resources, drug])) == told(canonical(REFRACTORY))


# ---------------------------------------------------------------- which scan


@pytest.mark.parametrize("time", ["T06:00:00+08:00", "T22:00:00+08:00"])
def test_pitfall_10_a_scan_on_the_day_of_a_treatment_is_before_it_whatever_the_hour(
    time: str,
) -> None:
    def rewrite(resources: Resources) -> Resources:
        session = of_kind(resources, "Procedure")[0]
        first = of_kind(resources, "ImagingStudy")[0]
        first["started"] = session["performedDateTime"] + time
        session["performedDateTime"] += "T12:00:00+08:00"
        return resources

    shown = judge(REFRACTORY, rewrite(record(REFRACTORY)))
    assert shown["course"]["baselineScan"]["date"] == "2023-01-10"
    assert answers(shown) == answers(canonical(REFRACTORY))


def _with_contrast(told_as: Any) -> Shown:
    resources = record(REFRACTORY)
    study = last(resources, "ImagingStudy")
    if told_as is None:
        del study["extension"]
    else:
        study["extension"][0]["extension"] = told_as
    return judge(REFRACTORY, resources)


def test_pitfall_11_contrast_without_it_or_a_bad_arterial_phase_is_no_assessment() -> None:
    plain = [{"url": "enhanced", "valueBoolean": False}]
    poor = [
        {"url": "enhanced", "valueBoolean": True},
        {"url": "arterialPhaseAdequate", "valueBoolean": False},
    ]
    for told_as in (plain, poor):
        shown = _with_contrast(told_as)
        assert cci(shown) == OPEN and "imaging-in-window" in shown["missing"]


def _phases(*phases: str, enhanced: bool | None = None) -> list[Resource]:
    told_as = [{"url": "phase", "valueCode": phase} for phase in phases]
    return [
        *told_as,
        *([] if enhanced is None else [{"url": "enhanced", "valueBoolean": enhanced}]),
    ]


@pytest.mark.parametrize(
    ("told_as", "missing"),
    [
        (_phases("arterial"), None),
        (_phases("unenhanced", "portal-venous"), None),
        (_phases("arterial", enhanced=True), None),
        (_phases("unenhanced"), "imaging-in-window"),
        (_phases("unenhanced", enhanced=False), "imaging-in-window"),
        (_phases("arterial", enhanced=False), "contrast-status"),
        (_phases("unenhanced", enhanced=True), "contrast-status"),
        (_phases("other"), "contrast-status"),
    ],
    ids=str,
)
def test_pitfall_11_contrast_by_the_phases_of_a_scan(
    told_as: list[Resource], missing: str | None
) -> None:
    shown = _with_contrast(told_as)
    assert cci(shown) == (OPEN if missing else "met")
    assert missing is None or missing in shown["missing"]


def test_pitfall_11_contrast_that_is_not_recorded_is_asked_for() -> None:
    shown = _with_contrast(None)
    assert cci(shown) == OPEN and "contrast-status" in shown["missing"]


def test_pitfall_12_baseline_that_is_missing_is_never_the_first_follow_up() -> None:
    resources = record(REFRACTORY)
    first = of_kind(resources, "ImagingStudy")[0]
    kept = [
        one
        for one in resources
        if one is not first
        and {"reference": f"ImagingStudy/{first['id']}"} not in one.get("derivedFrom", [])
    ]
    shown = judge(REFRACTORY, kept)
    assert shown["course"]["baselineScan"] is None
    assert cci(shown) == OPEN and "imaging-baseline" in shown["missing"]


def test_pitfall_12_target_that_is_not_measured_later_is_not_zero() -> None:
    resources = record("v28")
    resources.remove(last_size(resources))
    shown = judge("v28", resources)
    assert shown["response"]["category"] == "NE"
    assert "target-measurement" in shown["missing"]


# ---------------------------------------------------------------- versions and replacements


def test_pitfall_13_only_the_newest_version_counts() -> None:
    resources = record(REFRACTORY)
    size = last_size(resources)
    old = copy.deepcopy(size)
    old["meta"], size["meta"] = {"versionId": "9"}, {"versionId": "10"}
    old["valueQuantity"]["value"] = 20
    for pair in ([*resources, old], [old, *resources]):
        assert told(judge(REFRACTORY, pair)) == told(canonical(REFRACTORY))


def test_pitfall_13_replaced_observation_and_replaced_report_are_out() -> None:
    def replaced_observation(resources: Resources) -> Resources:
        size = last_size(resources)
        wrong = like(size, "wrong")
        wrong["valueQuantity"]["value"] = 20
        old = {"reference": f"Observation/{wrong['id']}"}
        size["extension"] = [{"url": f"{CORE}/observation-replaces", "valueReference": old}]
        return [wrong, *resources]

    assert_same(REFRACTORY, replaced_observation)

    def replaced_report(resources: Resources) -> Resources:
        resources = as_reports(words=False)(resources)
        wrong = like(last_size(resources), "wrong")
        wrong["valueQuantity"]["value"] = 20
        report = resources[-1]
        first = like(report, "first", result=[{"reference": f"Observation/{wrong['id']}"}])
        old = {"reference": f"DiagnosticReport/{first['id']}"}
        url = f"{CORE}/diagnosticReport-replaces"
        report["extension"] = [{"url": url, "valueReference": old}]
        return [wrong, first, *resources]

    assert_same(REFRACTORY, replaced_report)


@pytest.mark.parametrize("named_by", ["report", "group"])
def test_pitfall_13_a_named_result_that_is_not_there_leaves_no_answer_no(named_by: str) -> None:
    resources = record("v27")
    size = last_size(resources)
    missing = [{"reference": "Observation/gone"}, {"reference": f"Observation/{size['id']}"}]
    if named_by == "group":
        naming = like(size, "group", code=concept(DICOM, "125007"), hasMember=missing)
        del naming["valueQuantity"]
    else:
        naming = as_reports(words=False)(resources)[-1] | {"id": "naming", "result": missing}
    before, shown = judge("v27", resources), judge("v27", [*resources, naming])
    assert cci(before) == "not-met" and cci(shown) == OPEN
    assert shown["definitions"][CCI]["reason"] == "record-incomplete"
    assert "record-incomplete" in shown["missing"]
    (note,) = notes_of(shown, "truncated")
    assert note["references"] == [f"{naming['resourceType']}/{naming['id']}"]
    there = {**size, "id": "gone", "status": "entered-in-error"}
    assert not notes_of(judge("v27", [*resources, naming, there]), "truncated")


def test_pitfall_16_a_named_result_of_another_patient_is_counted_and_not_used() -> None:
    resources = as_reports(words=False)(record("v27"))
    reports = of_kind(resources, "DiagnosticReport")
    reports[-1]["result"].append({"reference": "Observation/other"})
    other = like(last_size(resources), "x", id="other", subject={"reference": "Patient/other"})
    shown = judge("v27", [*resources, other])
    assert told(shown) == told(canonical("v27"))
    assert notes_of(shown, "foreign-patient") and not notes_of(shown, "truncated")


@pytest.mark.parametrize("fate", ["gone", "entered-in-error"])
def test_pitfall_13_response_that_rests_on_a_measurement_no_longer_there_is_out_of_date(
    fate: str,
) -> None:
    resources = record(REFRACTORY)
    size = last_size(resources)
    study = last(resources, "ImagingStudy")
    response = like(size, "response", code=concept(OBSERVATION, "target-response"))
    for name in ("focus", "valueQuantity"):
        del response[name]
    kind = {"url": "kind", "valueCode": "baseline"}
    response |= {
        "method": concept(f"{BASE}/CodeSystem/response-criteria", "mrecist"),
        "valueCodeableConcept": concept(f"{BASE}/CodeSystem/mrecist-response", "PD"),
        "extension": [{"url": f"{EXTENSION}/response-comparator", "extension": [kind]}],
        "derivedFrom": [
            {"reference": f"ImagingStudy/{study['id']}"},
            {"reference": f"Observation/{size['id']}"},
        ],
    }
    whole = judge(REFRACTORY, [*resources, response])
    assert told(whole) == told(canonical(REFRACTORY)) and not whole["notes"]
    if fate == "gone":
        resources.remove(size)
    else:
        size["status"] = fate
    shown = judge(REFRACTORY, [*resources, response])
    assert shown["response"]["category"] == "NE"
    assert any("no longer there" in note["text"] for note in notes_of(shown, "value-not-usable"))


# ---------------------------------------------------------------- text, markers, patients, dirt


def test_pitfall_14_text_of_a_report_is_never_a_fact() -> None:
    """The rest: ``test_report_texts.py``."""
    resources = record(REFRACTORY)
    size = last_size(resources)
    resources.remove(size)
    report = as_reports(words=True)(resources)[-1]
    study = last(resources, "ImagingStudy")
    report |= {
        "imagingStudy": [{"reference": f"ImagingStudy/{study['id']}"}],
        "conclusion": "肝S8病灶动脉期强化，大小约6.5cm×5.0cm，较前增大。",
    }
    before, shown = judge(REFRACTORY, resources), judge(REFRACTORY, [*resources, report])
    assert told(shown) == told(before) and cci(shown) == OPEN
    assert [note["text"] for note in notes_of(shown, "text-proposal")]


def test_pitfall_15_censored_marker_and_other_assay_are_not_compared() -> None:
    def change(resource: Resource) -> None:
        if is_code(resource, LOINC, "1834-1") and resource["effectiveDateTime"] == "2023-05-16":
            resource["valueQuantity"] |= {"comparator": ">", "value": 60500}

    shown = judge(REFRACTORY, each(record(REFRACTORY), change))
    assert notes_of(shown, "value-not-usable")
    assert shown["definitions"]["jsh-lcsgj-2014"]["criteria"]["markers"] is not True

    def as_string(resource: Resource) -> None:
        if is_code(resource, LOINC, "1834-1"):
            del resource["valueQuantity"]
            resource["valueString"] = ">60500"

    shown = judge(REFRACTORY, each(record(REFRACTORY), as_string))
    assert "markers" in shown["missing"]


@pytest.mark.parametrize("kind", ["replaced-by", "replaces", "refer", "seealso"])
def test_pitfall_16_a_link_to_another_record_of_the_person_is_told_and_not_followed(
    kind: str,
) -> None:
    resources = record(REFRACTORY)
    (patient,) = of_kind(resources, "Patient")
    patient["link"] = [{"other": {"reference": "Patient/other"}, "type": kind}]
    session = of_kind(resources, "Procedure")[-1]
    session["subject"] = {"reference": "Patient/other"}
    shown = judge(REFRACTORY, resources)
    assert shown["course"]["count"] == 2
    assert len(notes_of(shown, "foreign-patient")) == 1
    (note,) = notes_of(shown, "value-not-usable")
    assert note["references"] == [f"Patient/{patient['id']}"]


def test_pitfall_16_resources_of_another_patient_are_not_used() -> None:
    resources = record(REFRACTORY)
    other = like(last(resources, "Procedure"), "other", subject={"reference": "Patient/other"})
    shown = judge(REFRACTORY, [*resources, other])
    assert told(shown) == told(canonical(REFRACTORY))
    assert notes_of(shown, "foreign-patient")


@pytest.mark.parametrize("dirt", ["PDD", "SD/PD", "稳定", "进展", "PD?", "probably PD", "", "P D"])
def test_pitfall_17_dirt_in_a_response_is_unknown(dirt: str) -> None:
    resources = record(REFRACTORY)
    size = last_size(resources)
    size |= {
        "code": concept(OBSERVATION, "target-response"),
        "method": concept(f"{BASE}/CodeSystem/response-criteria", "mrecist"),
        "valueString": dirt,
    }
    del size["focus"], size["valueQuantity"]
    shown = judge(REFRACTORY, resources)
    assert shown["response"]["category"] == "NE"
    assert notes_of(shown, "value-not-usable")


def test_a_hospital_with_every_trap_at_once_is_sure_of_nothing_false() -> None:
    """Local codes, words, no studies, a session elsewhere: not one verdict that is surer."""
    resources = as_reports(words=True)(record(REFRACTORY))
    resources = by_words(where="bodySite", keep_records=False)(resources)
    resources = in_words("{mm}mm")(resources)
    for one in of_kind(resources, "Procedure"):
        one["code"] = {"text": "肝动脉化疗栓塞"}
    first = of_kind(resources, "Procedure")[0]
    first["performedDateTime"] = "2023-01"
    subject = first["subject"]
    spleen = {
        "resourceType": "Procedure",
        "id": "spleen",
        "status": "completed",
        "code": concept(SNOMED, "57238002"),
        "performedDateTime": "2023-02-01",
        "subject": subject,
    }
    shown = judged_bundle(bundled([*resources, spleen]), scenario(REFRACTORY).as_of)
    sure = answers(canonical(REFRACTORY))
    for name, answer in answers(shown).items():
        assert answer in (sure[name], OPEN, "UNDETERMINED", "unknown", []) or "|" in answer
