"""A value that cannot be used, recorded last: what was recorded before it does not decide."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.sources import load_source
from tests.fhir.test_bad_resources import RECORD, REFRACTORY, judged, named
from tests.support.fhir_writer import BASE, Resource, bundled, concept

YES = {"coding": [{"system": "http://snomed.info/sct", "code": "373066001"}]}
OBSERVATION = f"{BASE}/CodeSystem/tace-observation"


def like(original: str, **members: Any) -> Resource:
    found = next(one for one in RECORD if one["id"] == named("Observation", original))
    kept = {name: value for name, value in found.items() if not name.startswith("value")}
    return {**copy.deepcopy(kept), "id": "newer", "effectiveDateTime": "2023-05-22", **members}


UNUSABLE: list[tuple[str, dict[str, Any], str, str]] = [
    # which observation, what the newer one says, the criterion, what is asked for
    ("ecog", {"valueQuantity": {"value": 2, "comparator": ">"}}, "ecog-above-2", "ecog"),
    ("ecog", {"valueString": "3-4分"}, "ecog-above-2", "ecog"),
    ("ecog", {"valueInteger": 7}, "ecog-above-2", "ecog"),
    ("ecog", {"valueInteger": "3"}, "ecog-above-2", "ecog"),
    ("ecog", {"valueCodeableConcept": YES}, "ecog-above-2", "ecog"),
    ("ecog", {}, "ecog-above-2", "ecog"),
    ("ecog", {"valueInteger": 1, "modifierExtension": [{"url": "x"}]}, "ecog-above-2", "ecog"),
    (
        "hepatic-artery-occlusion",
        {"valueCodeableConcept": YES},
        "hepatic-artery-occlusion",
        "hepatic-artery-patency",
    ),
    (
        "hepatic-artery-occlusion",
        {"valueBoolean": True, "effectiveDateTime": "2023-02-30"},
        "hepatic-artery-occlusion",
        "hepatic-artery-patency",
    ),
    ("severe-jaundice", {"valueString": "是"}, "severe-jaundice", "decompensation-status"),
    ("refractory-ascites", {"valueString": "是"}, "refractory-ascites", "decompensation-status"),
    ("hepatorenal", {"valueInteger": 1}, "hepatorenal-syndrome", "decompensation-status"),
    ("fistula", {"valueBoolean": "true"}, "diffuse-hepatic-fistula", "av-fistula-status"),
    ("encephalopathy", {"valueInteger": 9}, "hepatic-encephalopathy", "decompensation-status"),
    ("encephalopathy", {"valueString": "有"}, "hepatic-encephalopathy", "decompensation-status"),
]


def says(value: tuple[str, dict[str, Any], str, str]) -> str:
    return f"{value[0]} {value[1]}"


@pytest.mark.parametrize("case", UNUSABLE, ids=says)
def test_an_older_value_does_not_decide_in_its_place(
    case: tuple[str, dict[str, Any], str, str],
) -> None:
    original, members, criterion, missing = case
    shown = judged([*RECORD, like(original, **members)])
    assert shown["unsuitable"]["criteria"][criterion] is None
    assert shown["unsuitable"]["verdict"] == "unknown"
    assert missing in shown["missing"]
    assert any("Observation/newer" in note["references"] for note in shown["notes"])


PARTS: list[tuple[str, dict[str, Any]]] = [
    ("bilirubin", {"valueQuantity": {"value": 60, "comparator": ">", "unit": "umol/L"}}),
    ("bilirubin", {"valueQuantity": {"value": 60, "unit": "parts"}}),
    ("albumin", {"valueQuantity": {"value": 3.8, "unit": "g/L"}}),
    ("inr", {"valueString": "1.1"}),
    ("v01-ascites", {"valueCodeableConcept": {"text": "?"}}),
]


@pytest.mark.parametrize(("original", "members"), PARTS, ids=str)
def test_a_part_of_child_pugh_is_then_missing(original: str, members: dict[str, Any]) -> None:
    shown = judged([*RECORD, like(original, **members)])
    assert shown["scores"]["child-pugh"]["score"] is None
    assert "liver-function" in shown["missing"]


@pytest.mark.parametrize(
    ("when", "known"),
    [
        ("2023-05-19", True),  # older than the one that is used
        ("2023-05-20", False),  # of its day: it may be another
        ("2023-05-21", False),
        ("2023-05-24", True),  # after the day asked for
        ("2023-05", True),  # counts as undated, and undated as missing
        (None, True),
    ],
)
def test_only_what_may_be_newer_outdates(when: str | None, known: bool) -> None:
    newer = like("ecog", valueString="3-4分", effectiveDateTime=when)
    newer = {name: value for name, value in newer.items() if value is not None}
    shown = judged([*RECORD, newer])
    assert (shown["unsuitable"]["criteria"]["ecog-above-2"] is False) is known


@pytest.mark.parametrize(
    "members",
    [
        {"status": "entered-in-error", "valueString": "3-4分"},
        {"status": "preliminary", "valueString": "3-4分"},
        {"dataAbsentReason": {"text": "not asked"}},
        {"subject": {"reference": "Patient/other"}, "valueString": "3-4分"},
    ],
    ids=str,
)
def test_what_says_nothing_outdates_nothing(members: dict[str, Any]) -> None:
    shown = judged([*RECORD, like("ecog", **members)])
    assert shown["unsuitable"]["criteria"]["ecog-above-2"] is False


def test_a_usable_value_after_it_decides_again() -> None:
    unread = like("ecog", id="unread", valueString="?", effectiveDateTime="2023-05-21")
    newest = like("ecog", valueInteger=3)
    shown = judged([*RECORD, unread, newest])
    assert shown["unsuitable"]["criteria"]["ecog-above-2"] is True


def test_an_active_condition_holds_whatever_is_said_after_it_and_cannot_be_read() -> None:
    active = {
        "resourceType": "Condition",
        "id": "hrs",
        "subject": RECORD[-1]["subject"],
        "clinicalStatus": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                    "code": "active",
                }
            ]
        },
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "51292008"}]},
        "recordedDate": "2023-05-20",
    }
    shown = judged([*RECORD, active, like("hepatorenal", valueString="?")])
    assert shown["unsuitable"]["criteria"]["hepatorenal-syndrome"] is True


def child_pugh(id: str, day: str, **members: Any) -> Resource:
    return like("ecog", id=id, effectiveDateTime=day, **members) | {
        "code": concept(OBSERVATION, "child-pugh")
    }


def part(code: str, **members: Any) -> dict[str, Any]:
    return {"code": concept(OBSERVATION, code), **members}


WHOLES: list[tuple[dict[str, Any], bool]] = [
    # the newer panel, and whether the older stated whole still counts
    ({"valueString": "C级?"}, False),
    ({"valueInteger": 40}, False),
    ({"component": [part("child-pugh", valueInteger=40)]}, False),
    ({"component": [part("encephalopathy", valueInteger=0)]}, True),
    ({"component": [part("child-pugh", dataAbsentReason={"text": "?"})]}, True),
]


@pytest.mark.parametrize(("members", "counts"), WHOLES, ids=str)
def test_a_stated_whole_of_child_pugh(members: dict[str, Any], counts: bool) -> None:
    parts = ("bilirubin", "albumin", "inr", "ascites", "encephalopathy")
    record = [r for r in RECORD if not any(r["id"].endswith(f"-{name}") for name in parts)]
    whole = child_pugh("whole", "2023-05-20", valueInteger=6)
    shown = judged([*record, whole, child_pugh("newer", "2023-05-22", **members)])
    assert (shown["unsuitable"]["criteria"]["child-pugh-c"] is False) is counts


def test_a_part_in_a_panel_that_cannot_be_read_outdates_that_part() -> None:
    panel = child_pugh("newer", "2023-05-22", component=[part("encephalopathy", valueInteger=9)])
    shown = judged([*RECORD, panel])
    assert shown["unsuitable"]["criteria"]["hepatic-encephalopathy"] is None


# Markers: a value left out is exempt; its limit and its code are not guessed


def assessed(folder: Path, resources: list[Resource]) -> tuple[Chart, Assessment]:
    file = folder / "b.json"
    file.write_text(json.dumps(bundled(resources)), encoding="utf-8")
    chart = chart_of(load_source(str(file)))
    return chart, guide(chart, REFRACTORY.as_of, DEFAULT)


MARKERS = [r for r in RECORD if "-marker" in r["id"]]
WITHOUT_MARKERS = [r for r in RECORD if r not in MARKERS]


def rising(**of_last: Any) -> list[Resource]:
    """AFP of 10, 12 and 15 ng/mL: above 8.1, and not above the published limit of 20."""
    found = [copy.deepcopy(one) for one in (MARKERS[0], *MARKERS[2:])]
    for one, value in zip(found, (10, 12, 15), strict=True):
        one["valueQuantity"]["value"] = value
    found[-1].update(of_last)
    return [*WITHOUT_MARKERS, *found]


def high(value: float, unit: str | None = None, **more: Any) -> dict[str, Any]:
    return {"high": {"value": value, **({"unit": unit, "code": unit} if unit else {}), **more}}


@pytest.mark.parametrize(
    ("ranges", "answer", "noted"),
    [
        ([], False, False),
        ([high(8.1, "ng/mL")], True, False),
        ([high(40, "ng/mL")], False, False),
        ([high(8.1)], None, True),
        ([high(8.1, "ng/mL", comparator="<")], None, True),
        ([high(8.1, "ng/mL"), high(40, "ng/mL")], None, True),
        ([high(8.1), high(8.1, "ng/mL")], True, False),
        ([high(5.8, "[IU]/mL")], False, True),
        ([{"low": {"value": 0}}], False, False),
        ([{"text": "0-8.1 ng/mL"}], False, True),
        ([{"text": 8.1}], False, True),
        ([{"text": "adults"} | high(8.1, "ng/mL")], True, False),
    ],
    ids=str,
)
def test_a_reference_range_that_cannot_be_compared(
    tmp_path: Path, ranges: list[Any], answer: bool | None, noted: bool
) -> None:
    """Without a unit, censored, or more than one: the published limit is not put in its place."""
    chart, found = assessed(tmp_path, rising(referenceRange=ranges))
    assert found.definitions["jsh-lcsgj-2014"].criteria["markers"] is answer
    details = [n.detail for n in chart.notes if n.path == "Observation.referenceRange"]
    assert ("limit-unread" in details) is noted


AFP = {"system": "http://loinc.org", "code": "1834-1"}
ALSO_AFP = {
    "system": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "code": "C74732",
}


@pytest.mark.parametrize(
    "codings",
    [
        ([AFP, ALSO_AFP], [AFP, ALSO_AFP], [AFP, ALSO_AFP]),
        ([AFP, ALSO_AFP], [ALSO_AFP, AFP], [AFP, ALSO_AFP]),
        ([ALSO_AFP, AFP], [AFP], [ALSO_AFP]),
        ([AFP], [ALSO_AFP], [AFP, ALSO_AFP]),
    ],
    ids=["same", "order", "joined", "joined by the last"],
)
def test_codes_of_one_result_are_one_series(tmp_path: Path, codings: Any) -> None:
    resources = rising(referenceRange=[high(8.1, "ng/mL")])
    for resource, coding in zip(resources[-3:], codings, strict=True):
        resource["code"] = {"coding": coding}
    _, found = assessed(tmp_path, resources)
    assert found.definitions["jsh-lcsgj-2014"].criteria["markers"] is True


def test_codes_that_no_result_joins_are_not_compared(tmp_path: Path) -> None:
    resources = rising(referenceRange=[high(8.1, "ng/mL")])
    resources[-1]["code"] = {"coding": [ALSO_AFP]}
    _, found = assessed(tmp_path, resources)
    assert found.definitions["jsh-lcsgj-2014"].criteria["markers"] is None
