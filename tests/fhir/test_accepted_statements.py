"""Shapes of statements, responses, markers and state: told otherwise, judged the same."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest

from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.record import Record
from tests.fhir.test_situation_charting import charted
from tests.support.courses import (
    INFUSIONS,
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
    CHILD_PUGH_PART,
    DICOM,
    LOINC,
    NCIT,
    OBSERVATION,
    SNOMED,
    TERMINOLOGY,
    UCUM,
    Resource,
    concept,
)
from tests.support.pipeline import Shown
from tests.support.shapes import (
    Resources,
    Rewrite,
    as_reports,
    described,
    drugs_apart,
    each,
    is_code,
    is_diameter,
    like,
    notes_of,
    of_kind,
    told,
)

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
MII = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem"
NHI = "https://nhicore.nhi.gov.tw/pas/CodeSystem/nhi-tx-ast"
RESPONSE = f"{BASE}/CodeSystem/mrecist-response"
MRECIST = concept(f"{BASE}/CodeSystem/response-criteria", "mrecist")
TARGET = concept(OBSERVATION, "target-response")


# ---------------------------------------------------------------- statements


def _as_condition(statement: str, code: Resource) -> Rewrite:
    """True statements as one active Condition with the day of the first."""

    def rewrite(resources: Resources) -> Resources:
        true = [
            one
            for one in described(resources, OBSERVATION, statement)
            if one["valueBoolean"] is True
        ]
        condition = {
            "resourceType": "Condition",
            "id": f"as-{statement}",
            "clinicalStatus": concept(f"{TERMINOLOGY}/condition-clinical", "active"),
            "code": code,
            "subject": true[0]["subject"],
            "onsetDateTime": min(one["effectiveDateTime"] for one in true),
        }
        return [*(one for one in resources if one not in true), condition]

    return rewrite


INVASION = [
    {**concept(SNOMED, "17920008"), "text": "门静脉癌栓"},
    {**concept(SNOMED, "17920008"), "text": "Portal vein tumour thrombus"},
]


@pytest.mark.parametrize("course", ["v12", "v16"])
@pytest.mark.parametrize("code", INVASION, ids=str)
def test_vascular_invasion_as_a_diagnosis(code: Resource, course: str) -> None:
    assert_same(course, _as_condition("vascular-invasion", code))


BLAND = [
    concept(SNOMED, "17920008"),
    {**concept(SNOMED, "17920008"), "text": "门静脉血栓"},
    {**concept(SNOMED, "17920008"), "text": "门静脉血栓，未见癌栓"},
]


@pytest.mark.parametrize("code", BLAND, ids=str)
def test_a_thrombosis_that_is_not_called_tumour_is_no_invasion(code: Resource) -> None:
    shown = judge("v12", _as_condition("vascular-invasion", code)(record("v12")))
    assert "vi-status" in shown["missing"]


VP, CHENG = f"{BASE}/CodeSystem/pvtt-vp", f"{BASE}/CodeSystem/pvtt-cheng"


@pytest.mark.parametrize("value", [concept(VP, "vp3"), concept(CHENG, "II")], ids=str)
@pytest.mark.parametrize("linked", [True, False])
def test_vascular_invasion_as_a_staging_of_the_thrombus(value: Resource, linked: bool) -> None:
    def change(resource: Resource) -> None:
        if is_code(resource, OBSERVATION, "vascular-invasion") and resource["valueBoolean"]:
            del resource["valueBoolean"]
            resource |= {
                "code": concept(OBSERVATION, "pvtt-type"),
                "valueCodeableConcept": value,
            }
            if not linked:
                del resource["derivedFrom"]

    assert_same("v12", lambda resources: each(resources, change))


def test_no_thrombus_by_its_staging_and_a_stage_that_does_not_tell() -> None:
    """Vp0 is a "no"; BCLC C says invasion, spread or performance, and so none of them."""

    def vp0(resource: Resource) -> None:
        if is_code(resource, OBSERVATION, "vascular-invasion"):
            del resource["valueBoolean"]
            resource |= {
                "code": concept(OBSERVATION, "pvtt-type"),
                "valueCodeableConcept": concept(VP, "vp0"),
            }

    assert_same(REFRACTORY, lambda resources: each(resources, vp0))

    def bclc(resource: Resource) -> None:
        if is_code(resource, OBSERVATION, "vascular-invasion") and resource["valueBoolean"]:
            del resource["valueBoolean"], resource["derivedFrom"]
            resource |= {
                "code": concept(NCIT, "C115134"),
                "valueCodeableConcept": concept(f"{BASE}/CodeSystem/bclc-stage", "C"),
            }

    assert "vi-status" in judge("v12", each(record("v12"), bclc))["missing"]


def test_a_thrombus_staged_between_scans_speaks_for_the_later_ones() -> None:
    def change(resource: Resource) -> None:
        if is_code(resource, OBSERVATION, "vascular-invasion") and resource["valueBoolean"]:
            del resource["valueBoolean"], resource["derivedFrom"]
            resource |= {
                "code": concept(OBSERVATION, "pvtt-type"),
                "valueCodeableConcept": concept(VP, "vp2"),
                "effectiveDateTime": "2023-05-10",
            }

    assert_same("v12", lambda resources: each(resources, change))


def _called(statement: str, answers: dict[str, bool], new: bool | None) -> Rewrite:
    """Answers by day; the last is called new or not. ``new`` None: no component."""

    def change(resource: Resource) -> None:
        if not is_code(resource, OBSERVATION, statement):
            return
        day = resource["effectiveDateTime"]
        resource["valueBoolean"] = answers.get(day, False)
        if new is not None and day == max(answers):
            code = concept(OBSERVATION, "new-since-comparator")
            resource["component"] = [{"code": code, "valueBoolean": new}]

    return lambda resources: each(resources, change)


FIRST_SCAN, LAST_SCAN = "2023-01-05", "2023-05-16"
NEWNESS = [
    (False, True, True, None),
    (False, True, False, "conflict"),
    (True, True, True, None),
    (True, True, False, "value-not-usable"),
    (False, False, False, None),
]
"""At the first scan; at the last; called new there; note. Between them: absent."""


@pytest.mark.parametrize("statement", ["vascular-invasion", "extrahepatic-spread"])
@pytest.mark.parametrize(("first", "last", "new", "note"), NEWNESS)
def test_what_is_called_new_or_not_is_told_and_decides_nothing(
    first: bool, last: bool, new: bool, note: str | None, statement: str
) -> None:
    answers = {FIRST_SCAN: first, LAST_SCAN: last}
    resources = record(REFRACTORY)
    plain = judge(REFRACTORY, _called(statement, answers, None)(resources))
    shown = judge(REFRACTORY, _called(statement, answers, new)(resources))
    assert told(shown) == told(plain)
    assert [one["code"] for one in shown["notes"]] == ([note] if note else [])
    if note == "conflict":
        days = [
            one["effectiveDateTime"] for one in resources if is_code(one, OBSERVATION, statement)
        ]
        assert len(shown["notes"][0]["references"]) == len(days)


def test_new_where_every_earlier_scan_says_that_it_was_there_is_a_conflict() -> None:
    days = {one["effectiveDateTime"] for one in record(REFRACTORY) if is_diameter(one)}
    always = dict.fromkeys(days, True)
    shown = judge(REFRACTORY, _called("vascular-invasion", always, True)(record(REFRACTORY)))
    assert [one["code"] for one in shown["notes"]] == ["conflict"]


def test_absent_and_yet_new_is_neither() -> None:
    answers = {FIRST_SCAN: False, LAST_SCAN: False}
    shown = judge(REFRACTORY, _called("vascular-invasion", answers, True)(record(REFRACTORY)))
    assert "vi-status" in shown["missing"]
    assert [one["code"] for one in shown["notes"]] == ["conflict"]


METASTASES = [
    concept(SNOMED, "94391008"),
    concept(SNOMED, "94222008"),
    concept("http://hl7.org/fhir/sid/icd-10", "C78.0"),
    concept("http://hl7.org/fhir/sid/icd-10", "C77.2"),
    concept("http://hl7.org/fhir/sid/icd-10-cm", "C79.51"),
]


@pytest.mark.parametrize("code", METASTASES, ids=str)
def test_extrahepatic_spread_as_a_diagnosis(code: Resource) -> None:
    assert_same("v13", _as_condition("extrahepatic-spread", code))


METASTASIS_SEEN = [
    (concept(SNOMED, "385421009"), concept(f"{MII}/mii-cs-onko-fernmetastasen", "PUL")),
    (concept("urn:oid:2.999.8", "M"), concept(SNOMED, "399409002")),
]


@pytest.mark.parametrize(("code", "value"), METASTASIS_SEEN, ids=str)
def test_extrahepatic_spread_as_an_observation(code: Resource, value: Resource) -> None:
    def change(resource: Resource) -> None:
        if is_code(resource, OBSERVATION, "extrahepatic-spread") and resource["valueBoolean"]:
            del resource["valueBoolean"], resource["derivedFrom"]
            resource |= {"code": code, "valueCodeableConcept": value}

    shown = assert_same("v13", lambda resources: each(resources, change))
    assert not notes_of(shown, "value-not-usable")


AJCC = "http://cancerstaging.org"
CLINICAL_M = concept(LOINC, "21907-1")


def _with_category(code: Resource, **value: Any) -> Rewrite:
    """Spread told by the M category of TNM alone."""

    def change(resource: Resource) -> None:
        if is_code(resource, OBSERVATION, "extrahepatic-spread") and resource["valueBoolean"]:
            del resource["valueBoolean"], resource["derivedFrom"]
            resource |= {"code": code, **value}

    return lambda resources: each(resources, change)


M1 = [
    (CLINICAL_M, {"valueCodeableConcept": {"text": "M1"}}),
    (concept(LOINC, "21901-4"), {"valueString": "pM1b"}),
    (concept(LOINC, "21913-9"), {"valueString": "rM1"}),
    (
        concept(SNOMED, "399387003"),
        {
            "valueCodeableConcept": {
                "coding": [
                    {
                        "system": SNOMED,
                        "code": "1229903009",
                        "display": "American Joint Committee on Cancer cM1 (qualifier value)",
                    }
                ]
            }
        },
    ),
]


@pytest.mark.parametrize(("code", "value"), M1, ids=str)
def test_extrahepatic_spread_as_a_category_of_tnm(code: Resource, value: Any) -> None:
    shown = assert_same("v13", _with_category(code, **value))
    assert len(notes_of(shown, "text-matched")) == 1


NOT_M1 = [
    ({"valueCodeableConcept": concept(SNOMED, "1229903009")}, "candidate-code"),
    ({"valueCodeableConcept": concept(AJCC, "cM1")}, "unknown-code"),
    ({"valueCodeableConcept": {"text": "cM0"}}, "value-not-usable"),
    ({"valueString": "M0 (i+)"}, "value-not-usable"),
    ({"valueString": "MX"}, "unknown-code"),
    ({"valueString": "no M1"}, "unknown-code"),
    ({"valueString": "M10"}, "unknown-code"),
    (
        {
            "valueCodeableConcept": {
                "text": "M0",
                "coding": [{"system": AJCC, "code": "cM1", "display": "cM1"}],
            }
        },
        "unknown-code",
    ),
]


@pytest.mark.parametrize(("value", "note"), NOT_M1, ids=str)
def test_a_category_that_does_not_say_m1_is_noted_and_not_used(value: Any, note: str) -> None:
    shown = judge("v13", _with_category(CLINICAL_M, **value)(record("v13")))
    assert "ehs-status" in shown["missing"]
    assert len(notes_of(shown, note)) == 1


def test_a_metastasis_in_the_liver_is_no_extrahepatic_spread() -> None:
    def change(resource: Resource) -> None:
        if is_code(resource, OBSERVATION, "extrahepatic-spread") and resource["valueBoolean"]:
            del resource["valueBoolean"], resource["derivedFrom"]
            resource |= {
                "code": concept(SNOMED, "385421009"),
                "valueCodeableConcept": concept(f"{MII}/mii-cs-onko-fernmetastasen", "HEP"),
            }

    shown = judge("v13", each(record("v13"), change))
    assert "ehs-status" in shown["missing"]
    liver = _as_condition("extrahepatic-spread", concept(SNOMED, "94381002"))
    assert "ehs-status" in judge("v13", liver(record("v13")))["missing"]


@pytest.mark.parametrize("how", ["role", "first detected"])
def test_new_lesion_by_its_record(how: str) -> None:
    """The lesion's own record says that it is new; no statement is made on the scan."""

    def rewrite(resources: Resources) -> Resources:
        resources = [
            one
            for one in resources
            if not (
                is_code(one, OBSERVATION, "new-intrahepatic-lesion") and one["valueBoolean"] is True
            )
        ]
        lesion = next(one for one in resources if one["id"].endswith("lesion-L2"))
        own = f"{BASE}/StructureDefinition"
        if how == "role":
            lesion["extension"] = [{"url": f"{own}/lesion-role", "valueCode": "new"}]
        else:
            url = f"{own}/lesion-first-detected"
            lesion["extension"] = [{"url": url, "valueDate": "2023-05-16"}]
        return resources

    shown = judge("v31", rewrite(record("v31")))
    before = canonical("v31")
    assert shown["response"]["category"] == before["response"]["category"]
    assert shown["strategy"]["branches"] == before["strategy"]["branches"]
    assert shown["definitions"]["cci-2022"] is not None
    assert answers(shown)["cci-2022"] == answers(before)["cci-2022"]


FIRST_DETECTED = [
    ("2023-05-16", "SD", False),
    ("2023-05", "SD", False),
    ("2023-01-05", "NE", False),
    ("2022", "NE", False),
    ("2023", "NE|SD", True),
    ("2023-01", "NE|SD", True),
]


@pytest.mark.parametrize(("date", "response", "is_open"), FIRST_DETECTED)
def test_a_first_detection_of_unsure_day_is_judged_before_and_after_the_baseline(
    date: str, response: str, is_open: bool
) -> None:
    resources = [
        one
        for one in record("v31")
        if not (
            is_code(one, OBSERVATION, "new-intrahepatic-lesion") and one["valueBoolean"] is True
        )
    ]
    lesion = next(one for one in resources if one["id"].endswith("lesion-L2"))
    url = f"{BASE}/StructureDefinition/lesion-first-detected"
    lesion["extension"] = [{"url": url, "valueDateTime": date}]
    shown = judge("v31", resources)
    assert shown["response"]["category"] == response
    assert ("event-date" in shown["missing"]) is is_open
    cci = shown["definitions"]["cci-2022"]
    if is_open:
        assert (cci["verdict"], cci["reason"]) == ("indeterminate", "event-date")
    else:
        assert cci["verdict"] == {"SD": "not-met", "NE": "indeterminate"}[response]


# ---------------------------------------------------------------- responses


def without_last_sizes(resources: Resources) -> Resources:
    def change(resource: Resource) -> None:
        if is_diameter(resource) and resource["effectiveDateTime"] == "2023-05-16":
            del resource["valueQuantity"]
            reason = concept(f"{TERMINOLOGY}/data-absent-reason", "not-performed")
            resource["dataAbsentReason"] = reason

    return each(resources, change)


def stated(resources: Resources, **members: Any) -> Resource:
    study = of_kind(resources, "ImagingStudy")[-1]
    kind = {"url": "kind", "valueCode": "baseline"}
    return {
        "resourceType": "Observation",
        "id": "stated",
        "status": "final",
        "code": TARGET,
        "subject": study["subject"],
        "effectiveDateTime": study["started"],
        "derivedFrom": [{"reference": f"ImagingStudy/{study['id']}"}],
        "method": MRECIST,
        "valueCodeableConcept": concept(RESPONSE, "PD"),
        "extension": [
            {"url": f"{BASE}/StructureDefinition/response-comparator", "extension": [kind]}
        ],
        **members,
    }


def judged_with_response(**members: Any) -> Shown:
    resources = without_last_sizes(record(REFRACTORY))
    one = {k: v for k, v in stated(resources, **members).items() if v is not None}
    return judge(REFRACTORY, [*resources, one])


RESPONSES: dict[str, dict[str, Any]] = {
    "NCIt": {
        "code": concept(NCIT, "C94534"),
        "method": concept(NCIT, "C126032"),
        "valueCodeableConcept": concept(NCIT, "C35571"),
    },
    "two codings that agree": {
        "valueCodeableConcept": {
            "coding": [*concept(RESPONSE, "PD")["coding"], *concept(NCIT, "C35571")["coding"]]
        }
    },
    "LOINC answer": {"valueCodeableConcept": concept(LOINC, "LA28370-7")},
    "DICOM code that says target": {
        "code": concept(LOINC, "88040-1"),
        "valueCodeableConcept": concept(DICOM, "112043"),
    },
    "DICOM code, other code": {
        "code": concept(LOINC, "21976-6"),
        "valueCodeableConcept": concept(DICOM, "112043"),
    },
    "RadLex": {"valueCodeableConcept": concept("http://radlex.org", "RID11515")},
    "MII": {"valueCodeableConcept": concept(f"{MII}/mii-cs-onko-verlauf-gesamtbeurteilung", "P")},
    "EORTC": {"valueCodeableConcept": concept("https://recist.eortc.org", "PD")},
    "text": {"valueCodeableConcept": None, "valueString": " pd "},
    "text in Chinese": {"valueCodeableConcept": None, "valueString": "疾病进展"},
    "method in words": {"method": {"text": "mRECIST"}},
}


@pytest.mark.parametrize("shape", RESPONSES)
def test_target_response_in_the_named_code_systems(shape: str) -> None:
    expected = judged_with_response()
    assert expected["response"]["category"] == "PD" and "response-stated" in expected["flags"]
    assert told(judged_with_response(**RESPONSES[shape])) == told(expected)


NOT_A_TARGET_RESPONSE: dict[str, dict[str, Any]] = {
    "overall, LOINC": {
        "code": concept(LOINC, "88040-1"),
        "valueCodeableConcept": concept(LOINC, "LA28370-7"),
    },
    "overall, own": {"code": concept(OBSERVATION, "overall-response")},
    "overall, MII": {
        "code": concept(SNOMED, "396432002"),
        "valueCodeableConcept": concept(f"{MII}/mii-cs-onko-verlauf-gesamtbeurteilung", "P"),
    },
    "overall, Taiwan": {
        "code": concept(NHI, "MREC"),
        "valueCodeableConcept": None,
        "valueString": "PD",
    },
    "Taiwan, dirty": {
        "code": concept(NHI, "MREC"),
        "valueCodeableConcept": None,
        "valueString": "PDD",
    },
    "non-target": {
        "code": concept(LOINC, "88040-1"),
        "valueCodeableConcept": concept(DICOM, "112047"),
    },
    "trend": {
        "code": concept(LOINC, "97509-4"),
        "valueCodeableConcept": concept(SNOMED, "271299001"),
    },
    "RECIST 1.1": {"method": concept(NCIT, "C124415")},
    "iRECIST": {"method": concept(NCIT, "C136711")},
    "no method": {"method": None},
}


@pytest.mark.parametrize("shape", NOT_A_TARGET_RESPONSE)
def test_any_other_response_is_told_and_not_used(shape: str) -> None:
    shown = judged_with_response(**NOT_A_TARGET_RESPONSE[shape])
    assert shown["response"]["category"] == "NE"
    assert shown["definitions"]["cci-2022"]["verdict"] == "indeterminate"
    (note,) = notes_of(shown, "value-not-usable")
    assert note["references"] == ["Observation/stated"]
    assert told(shown) == told(judge(REFRACTORY, without_last_sizes(record(REFRACTORY))))


@pytest.mark.parametrize("code", ["112043", "112047"])
def test_conclusion_codes_of_a_report_are_told_and_not_used(code: str) -> None:
    resources = as_reports(words=False)(record(REFRACTORY))
    resources[-1]["conclusionCode"] = [concept(DICOM, code)]
    shown = judge(REFRACTORY, resources)
    assert told(shown) == told(canonical(REFRACTORY))
    assert len(notes_of(shown, "value-not-usable")) == 1


# ---------------------------------------------------------------- markers and the patient's state

MARKER_NAMES = ["甲胎蛋白", "AFP", "Alpha-fetoprotein"]


@pytest.mark.parametrize("name", MARKER_NAMES)
def test_tumour_marker_by_its_name(name: str) -> None:
    def change(resource: Resource) -> None:
        if is_code(resource, LOINC, "1834-1"):
            resource["code"] = {"coding": [{"system": "urn:lis", "code": "88"}], "text": name}

    assert_same(REFRACTORY, lambda resources: each(resources, change))


@pytest.mark.parametrize("name", ["异常凝血酶原", "PIVKA-II", "DCP"])
def test_pivka_by_its_name(name: str) -> None:
    marker = {
        "resourceType": "Observation",
        "id": "m",
        "status": "final",
        "code": {"text": name},
        "subject": {"reference": "Patient/p-1"},
        "effectiveDateTime": "2023-01-05",
        "valueQuantity": {"value": 52, "unit": "mAU/mL"},
    }
    (found,) = charted(marker).markers
    assert (str(found.marker), found.value) == ("pivka-ii", 52)


@pytest.mark.parametrize("text", [">60500", "3850 ng/mL", "升高"])
def test_a_marker_in_words_is_noted_and_not_used(text: str) -> None:
    resources = record(REFRACTORY)
    last = [one for one in resources if is_code(one, LOINC, "1834-1")][-1]
    del last["valueQuantity"]
    last["valueString"] = text
    shown = judge(REFRACTORY, resources)
    (note,) = notes_of(shown, "value-not-usable")
    assert note["references"] == [f"Observation/{last['id']}"]
    assert told(shown) == told(judge(REFRACTORY, [one for one in resources if one is not last]))


AFP_CODES = {"19176-7": "[IU]/mL", "19177-5": "pmol/L"}


def _afp_in(loinc: str, unit: str, *values: int, upper_limit: int | None = None) -> Shown:
    """The AFP of each day under another code, in another unit."""
    resources = record(REFRACTORY)
    found = [one for one in resources if is_code(one, LOINC, "1834-1")]
    for one, value in zip(found, values, strict=True):
        one["code"] = concept(LOINC, loinc)
        one["valueQuantity"] = {"value": value, "unit": unit, "system": UCUM, "code": unit}
        if upper_limit is not None:
            high = {"value": upper_limit, "unit": unit, "system": UCUM, "code": unit}
            one["referenceRange"] = [{"high": high}]
    return judge(REFRACTORY, resources)


def _markers(shown: Shown) -> Any:
    return shown["definitions"]["jsh-lcsgj-2014"]["criteria"]["markers"]


@pytest.mark.parametrize("loinc", AFP_CODES)
def test_afp_in_other_units_is_judged_by_its_own_reference_range_alone(loinc: str) -> None:
    rising = (100, 200, 300, 400)
    unit = AFP_CODES[loinc]
    ranged = _afp_in(loinc, unit, *rising, upper_limit=6)
    assert _markers(ranged) is True and not ranged["notes"]
    assert _markers(_afp_in(loinc, unit, *rising, upper_limit=500)) is False
    bare = _afp_in(loinc, unit, *rising)
    assert _markers(bare) is None and "markers" in bare["missing"]
    assert len(notes_of(bare, "value-not-usable")) == 4


@pytest.mark.parametrize(("ranged", "noted"), [((3,), 0), ((2,), 1), ((), 4)], ids=str)
def test_a_missing_reference_range_is_noted_only_where_no_later_value_has_one(
    ranged: tuple[int, ...], noted: int
) -> None:
    """The upper limit is asked of the last value alone."""
    resources = record(REFRACTORY)
    found = [one for one in resources if is_code(one, LOINC, "1834-1")]
    for number, one in enumerate(found):
        one["code"] = concept(LOINC, "19176-7")
        one["valueQuantity"] = {"value": 100 * (number + 1), "unit": "[IU]/mL"}
        one["valueQuantity"] |= {"system": UCUM, "code": "[IU]/mL"}
        if number in ranged:
            one["referenceRange"] = [{"high": {**one["valueQuantity"], "value": 6}}]
    shown = judge(REFRACTORY, resources)
    assert len(notes_of(shown, "value-not-usable")) == noted
    assert _markers(shown) is (True if ranged == (3,) else None)


def test_afp_in_units_is_never_read_as_a_mass() -> None:
    """Two units are two series, of which none is whole."""
    resources = record(REFRACTORY)
    found = [one for one in resources if is_code(one, LOINC, "1834-1")]
    for number, one in enumerate(found):
        one["valueQuantity"]["value"] = 100 * (number + 1)
    assert _markers(judge(REFRACTORY, resources)) is True
    unit = {"unit": "IU/mL", "code": "[IU]/mL"}
    found[-1] |= {"code": concept(LOINC, "19176-7")}
    found[-1]["valueQuantity"] |= unit
    assert _markers(judge(REFRACTORY, resources)) is None
    found[-1] |= {"code": concept(LOINC, "1834-1")}
    assert _markers(judge(REFRACTORY, resources)) is None


def _state(resources: Resources, loinc: str, members: dict[str, Any]) -> Resources:
    def change(resource: Resource) -> None:
        if is_code(resource, LOINC, loinc):
            for name in [name for name in resource if name.startswith("value")]:
                del resource[name]
            resource |= members

    return each(resources, change)


ECOG: list[dict[str, Any]] = [
    {"valueCodeableConcept": concept(LOINC, "LA9623-5")},
    {"valueCodeableConcept": concept(SNOMED, "422512005")},
    {"interpretation": [concept(LOINC, "LA9623-5")]},
    {"valueString": "1"},
    {"valueString": "ECOG 1"},
    {"valueCodeableConcept": {"text": "1分"}},
    {"valueQuantity": {"value": 1}},
    {"code": concept(SNOMED, "423740007"), "valueInteger": 1},
    {
        "code": concept(SNOMED, "396432002"),
        "valueCodeableConcept": concept(f"{MII}/mii-cs-onko-verlauf-gesamtbeurteilung", "K"),
        "component": [
            {
                "code": concept(SNOMED, "423740007"),
                "valueCodeableConcept": concept(LOINC, "LA9623-5"),
            }
        ],
    },
    {
        "code": concept("urn:oid:2.999.8", "visit"),
        "component": [{"code": concept(SNOMED, "423740007"), "valueInteger": 1}],
    },
]


@pytest.mark.parametrize("members", ECOG, ids=str)
def test_ecog(members: dict[str, Any]) -> None:
    assert canonical(REFRACTORY)["therapy"]["tier"] == "HAIC-R1"
    assert_same(REFRACTORY, lambda r: _state(r, "89247-1", members))


NO_ECOG = [
    {"code": concept(LOINC, "89243-0"), "valueInteger": 90},
    {"valueString": "1-2"},
    {"valueString": "good"},
]


@pytest.mark.parametrize("members", NO_ECOG, ids=str)
def test_karnofsky_and_other_words_are_not_ecog(members: dict[str, Any]) -> None:
    shown = judge(REFRACTORY, _state(record(REFRACTORY), "89247-1", members))
    assert "ecog" in shown["missing"]
    assert notes_of(shown, "value-not-usable")


def _with_prothrombin_time(day: str, *, inr: bool) -> Shown:
    resources = record(REFRACTORY)
    found = next(one for one in resources if one["id"].endswith("-inr"))
    seconds = {"value": 19, "unit": "s", "system": UCUM, "code": "s"}
    time = like(found, "time", code=concept(LOINC, "5902-2"), effectiveDateTime=day)
    time["valueQuantity"] = seconds
    return judge(REFRACTORY, [*(one for one in resources if inr or one is not found), time])


def test_prothrombin_time_in_seconds_is_no_inr_and_noted() -> None:
    shown = _with_prothrombin_time("2023-05-16", inr=False)
    (note,) = notes_of(shown, "value-not-usable")
    assert note["references"] == ["Observation/v01-inr-time"] and "INR" in note["text"]
    without = [one for one in record(REFRACTORY) if not one["id"].endswith("-inr")]
    assert told(shown) == told(judge(REFRACTORY, without))
    assert shown["scores"]["child-pugh"]["score"] is None


@pytest.mark.parametrize(("day", "notes"), [("2023-05-16", 0), ("2023-05-18", 1)])
def test_prothrombin_time_beside_an_inr_is_noted_only_when_it_is_the_later(
    day: str, notes: int
) -> None:
    shown = _with_prothrombin_time(day, inr=True)
    assert told(shown) == told(canonical(REFRACTORY))
    assert len(notes_of(shown, "value-not-usable")) == notes


WHOLE = [
    {"valueInteger": 5},
    {"valueQuantity": {"value": 5, "unit": "1"}},
    {"component": [{"code": concept(NCIT, "C121074"), "valueInteger": 5}]},
    {
        "valueString": "A",
        "component": [{"code": concept(NCIT, "C121074"), "valueQuantity": {"value": 5}}],
    },
]
CLASS_ONLY = [
    {"valueCodeableConcept": concept(CHILD_PUGH_PART, "A")},
    {"valueCodeableConcept": concept(SNOMED, "710065009")},
    {"valueString": "A"},
    {"valueString": "Child-Pugh A级"},
    {
        "component": [
            {"code": concept(NCIT, "C121075"), "valueCodeableConcept": concept(NCIT, "C208513")}
        ]
    },
]
PARTS = ("bilirubin", "albumin", "inr", "ascites", "encephalopathy")


def _whole_child_pugh(code: Resource, members: dict[str, Any]) -> Shown:
    resources = record(REFRACTORY)
    day = next(one for one in resources if one["id"].endswith("-inr"))["effectiveDateTime"]
    kept = [one for one in resources if not one["id"].endswith(tuple(f"-{p}" for p in PARTS))]
    whole = {
        "resourceType": "Observation",
        "id": "child-pugh",
        "status": "final",
        "code": code,
        "subject": resources[1]["subject"],
        "effectiveDateTime": day,
        **members,
    }
    return judge(REFRACTORY, [*kept, whole])


@pytest.mark.parametrize("code", [concept(LOINC, "98153-0"), concept(NCIT, "C121074")], ids=str)
@pytest.mark.parametrize("members", WHOLE, ids=str)
def test_child_pugh_as_a_whole(members: dict[str, Any], code: Resource) -> None:
    expected = _whole_child_pugh(concept(OBSERVATION, "child-pugh"), {"valueInteger": 5})
    assert expected["scores"]["child-pugh"] == {"score": 5, "class": "A"}
    assert told(_whole_child_pugh(code, members)) == told(expected)


@pytest.mark.parametrize("members", CLASS_ONLY, ids=str)
def test_child_pugh_class_only(members: dict[str, Any]) -> None:
    shown = _whole_child_pugh(concept(LOINC, "98153-0"), members)
    assert shown["scores"]["child-pugh"] == {"score": None, "class": "A"}
    assert shown["unsuitable"]["criteria"]["child-pugh-c"] is False


def test_child_pugh_parts_as_components() -> None:
    def rewrite(resources: Resources) -> Resources:
        parts = [one for one in resources if one["id"].endswith(("-ascites", "-encephalopathy"))]
        panel = {
            **like(parts[0], "panel", code=concept(LOINC, "98153-0")),
            "component": [
                {name: value for name, value in one.items() if name.startswith(("code", "value"))}
                for one in parts
            ],
        }
        panel.pop("valueCodeableConcept", None)
        return [*(one for one in resources if one not in parts), panel]

    assert_same(REFRACTORY, rewrite)


def test_a_score_beside_the_class_of_another_is_not_believed() -> None:
    members = {
        "valueString": "C",
        "component": [{"code": concept(NCIT, "C121074"), "valueInteger": 5}],
    }
    shown = _whole_child_pugh(concept(LOINC, "98153-0"), members)
    assert shown["unsuitable"]["criteria"]["child-pugh-c"] is None


def test_ascites_as_a_diagnosis_is_present_and_its_degree_unknown() -> None:
    resources = [one for one in record(REFRACTORY) if not one["id"].endswith("-ascites")]
    condition = copy.deepcopy(of_kind(resources, "Condition")[0])
    condition |= {"id": "ascites", "code": concept(SNOMED, "389026000")}
    shown = judge(REFRACTORY, [*resources, condition])
    assert shown["scores"]["child-pugh"]["score"] is None


ORDERED = {"L01XA01": ("2555", "顺铂"), "L01BC02": ("4492", "5-FU"), "V03AF03": (None, "亚叶酸钙")}


@pytest.mark.parametrize("course", INFUSIONS)
@pytest.mark.parametrize("how", ["contained", "beside"])
def test_a_drug_in_a_medication_of_its_own(how: str, course: str) -> None:
    shown = assert_same(course, drugs_apart(how))
    assert not notes_of(shown, "foreign-patient") and not notes_of(shown, "value-not-usable")


@pytest.mark.parametrize("course", INFUSIONS)
def test_a_medication_that_is_not_there_leaves_the_drug_unknown(course: str) -> None:
    resources = drugs_apart("beside")(record(course))
    kept = [one for one in resources if one["resourceType"] != "Medication"]
    orders = [one for one in kept if "medicationReference" in one]
    (note,) = notes_of(judge(course, kept), "value-not-usable")
    assert note["references"] == sorted(f"MedicationRequest/{one['id']}" for one in orders)
    own = [one for one in kept if one["resourceType"] != "Patient"]
    assert charted_as(course, own) == ()
    first = next(one["id"] for one in orders)
    half = [one for one in resources if one["id"] != f"{first}-drug"]
    for infusion in charted_as(course, [one for one in half if one["resourceType"] != "Patient"]):
        of_first = f"MedicationRequest/{first}" in infusion.references
        assert infusion.unrecognised is of_first


@pytest.mark.parametrize("course", ["s11", "s12", "s13", "s14"])
@pytest.mark.parametrize("how", ["rxnorm", "text"])
def test_drugs_of_an_infusion(course: str, how: str) -> None:
    names = {**ORDERED, "L01XA03": ("32592", "奥沙利铂")}

    def change(resource: Resource) -> None:
        drug = resource.get("medicationCodeableConcept")
        if drug is None or drug["coding"][0]["code"] not in names:
            return
        rxnorm, text = names[drug["coding"][0]["code"]]
        coded_otherwise = how == "rxnorm" and rxnorm is not None
        resource["medicationCodeableConcept"] = (
            concept(RXNORM, rxnorm) if coded_otherwise and rxnorm else {"text": text}
        )

    def infusions(resources: Resources) -> list[Any]:
        own = [one for one in resources if one["resourceType"] != "Patient"]
        found = charted_as(course, own)
        return [(one.antineoplastics, one.unrecognised, one.date) for one in found]

    assert infusions(each(record(course), change)) == infusions(record(course))


def charted_as(course: str, resources: Resources) -> Any:
    patient = {"resourceType": "Patient", "id": scenario(course).patient.id}
    raw = [msgspec.Raw(json.dumps(one).encode()) for one in [patient, *resources]]
    return chart_of(Record(patient["id"], raw)).planned_infusions
