"""What a record leaves open stays open: no sure answer hangs on what may be otherwise."""

from __future__ import annotations

import copy
import datetime
import json
import tempfile
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from cdshooks.cards.assessment_json import assessment_json
from cdshooks.cards.compose import compose
from cdshooks.clinical.chart import Chart
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.record import Gap, GapKind
from cdshooks.fhir.sources import load_source
from tests.fhir.test_bad_resources import (
    LAST_DIAMETER,
    LAST_SESSION,
    LAST_STUDY,
    RECORD,
    REFRACTORY,
    answers,
    judged,
    named,
    notes,
)
from tests.support.courses import COURSES, judge, record
from tests.support.fhir_writer import BASE, PROCEDURE, Resource, bundled, concept

FIRST_SESSION = next(r["id"] for r in RECORD if r["resourceType"] == "Procedure")
PATIENT = REFRACTORY.patient.id
OPEN = "indeterminate"


def copied(*changes: tuple[str, dict[str, Any]]) -> list[Resource]:
    """The record with members set (None: taken out) in the resources named by their ids."""
    record = copy.deepcopy(RECORD)
    for id, members in changes:
        resource = next(one for one in record if one["id"] == id)
        resource.update(members)
        for name in [name for name, value in members.items() if value is None]:
            del resource[name]
    return record


def like(original: str, **members: Any) -> Resource:
    return {**copy.deepcopy(next(one for one in RECORD if one["id"] == original)), **members}


def fact(code: str, answer: bool, date: str | None, id: str = "said") -> Resource:
    observation = like(named("Observation", code), id=id, valueBoolean=answer)
    observation["effectiveDateTime"] = date
    return {name: value for name, value in observation.items() if value is not None}


def without(*ids: str) -> list[Resource]:
    return [resource for resource in RECORD if resource["id"] not in ids]


def _chart(resources: list[Resource], *gaps: Gap) -> Chart:
    return _chart_of_text(json.dumps(bundled(resources)), *gaps)


def _chart_of_text(text: str, *gaps: Gap) -> Chart:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "b.json"
        file.write_text(text, encoding="utf-8")
        record = load_source(str(file))
    record.gaps += gaps
    return chart_of(record)


# ---------------------------------------------------------------- dates


def test_imprecise_dates_that_cannot_matter_do_not_hide_one_that_does() -> None:
    scan = like(LAST_STUDY, id="may", started="2023-05")
    smaller = like(LAST_DIAMETER, id="may-L1", effectiveDateTime="2023-05")
    smaller["derivedFrom"] = [{"reference": "ImagingStudy/may"}]
    smaller["valueQuantity"]["value"] = 52
    old = [
        like(named("Observation", "marker"), id=f"old{year}", effectiveDateTime=f"{year}")
        for year in (2016, 2017, 2018, 2019)
    ]
    for extra in ([], old):
        shown = judged([*RECORD, scan, smaller, *extra])
        assert answers(shown)["cci-2022"] == OPEN
        assert "event-date" in shown["missing"]


def test_undated_sessions_are_never_the_answer_no() -> None:
    sessions = [r["id"] for r in RECORD if r["resourceType"] == "Procedure"]
    shown = judged(copied(*((id, {"performedDateTime": None}) for id in sessions)))
    for name in ("cci-2022", "jsh-lcsgj-2014", "epoihcc", "european"):
        assert answers(shown)[name] == OPEN, name
    assert shown["missing"].count("procedure-confirmation") == 1
    assert answers(shown)["strategy"] == "undetermined"


def test_an_undated_session_may_be_the_first_and_the_baseline_another() -> None:
    shown = judged(copied((FIRST_SESSION, {"performedDateTime": "2023-02-30"})))
    assert answers(shown)["cci-2022"] == OPEN
    assert shown["definitions"]["cci-2022"]["reason"] == "procedure-confirmation"


def test_an_undated_session_beside_three_dated_ones_changes_nothing() -> None:
    extra = {k: v for k, v in like(LAST_SESSION, id="x").items() if k != "performedDateTime"}
    assert answers(judged([*RECORD, extra])) == answers(judged(RECORD))


WITHOUT_A_DAY: list[Any] = [
    {},
    {"performedDateTime": "2023-02-30"},
    {"performedString": "last spring"},
    {"performedPeriod": {"start": "2023-04-01", "end": "2023-03-01"}},
]


@pytest.mark.parametrize("when", WITHOUT_A_DAY, ids=str)
@pytest.mark.parametrize("kind", ["ablation", "transplantation", "tae"])
def test_another_therapy_without_a_day_may_be_of_any(kind: str, when: Any) -> None:
    extra = {k: v for k, v in like(LAST_SESSION, id="x").items() if k != "performedDateTime"}
    extra |= {"code": concept(PROCEDURE, kind), **when}
    shown = judged([*RECORD, extra])
    assert shown["definitions"]["cci-2022"]["verdict"] == OPEN
    assert shown["definitions"]["cci-2022"]["reason"] == "event-date"
    assert "event-date" in shown["missing"]
    assert notes(shown, "Procedure/x") & {"unreadable-resource", "value-not-usable", "implausible"}
    (card, *_) = compose(
        guide(_chart([*RECORD, extra]), REFRACTORY.as_of, DEFAULT), "en", knowledge="t"
    )
    assert "1900" not in json.dumps(card, default=str)


def test_a_therapy_without_a_day_that_was_aimed_elsewhere_changes_nothing() -> None:
    extra = {k: v for k, v in like(LAST_SESSION, id="x").items() if k != "performedDateTime"}
    extra["code"] = concept(PROCEDURE, "ablation")
    scope = f"{BASE}/StructureDefinition/treated-lesion-scope"
    extra["extension"] = [{"url": scope, "valueCode": "other-lesion"}]
    shown = judged([*RECORD, extra])
    assert answers(shown) == answers(judged(RECORD))
    assert "event-date" not in shown["missing"]


@pytest.mark.parametrize("course", [*COURSES, "v27", "v07"])
@pytest.mark.parametrize("kind", ["ablation", "haic", "resection", "tae"])
def test_a_therapy_without_a_day_makes_no_answer_surer(kind: str, course: str) -> None:
    resources = record(course)
    session = next(one for one in resources if one["resourceType"] == "Procedure")
    extra = {k: v for k, v in session.items() if not k.startswith("performed")}
    extra |= {"id": "x", "code": concept(PROCEDURE, kind), "extension": []}
    before, after = judge(course, resources), judge(course, [*resources, extra])
    for name, one in before["definitions"].items():
        assert after["definitions"][name]["verdict"] in (one["verdict"], OPEN), name
    assert set(after["response"]["category"].split("|")) >= {before["response"]["category"]}


def test_what_was_seen_after_the_day_asked_for_does_not_exist() -> None:
    later = (REFRACTORY.as_of + datetime.timedelta(1)).isoformat()
    shown = judged(copied((LAST_DIAMETER, {"effectiveDateTime": later})))
    assert answers(shown)["cci-2022"] == OPEN
    assert notes(shown, f"Observation/{LAST_DIAMETER}") == {"after-as-of"}


def test_every_fact_after_the_day_asked_for_is_listed() -> None:
    with_metastasis = [
        *RECORD,
        {
            **like(next(r["id"] for r in RECORD if r["resourceType"] == "Condition"), id="lung"),
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "94391008"}]},
            "onsetDateTime": "2024-01-01",
        },
    ]
    early = datetime.date(2023, 4, 5)
    chart = _chart(with_metastasis)
    shown = {ref for note in guide(chart, early, DEFAULT).notes for ref in note.references}
    dates = {
        f"{r['resourceType']}/{r['id']}": r.get("effectiveDateTime") or r.get("started")
        for r in RECORD
    }
    later = {name for name, date in dates.items() if date and date > early.isoformat()}
    assert shown == later | {"Condition/lung"}


# ---------------------------------------------------------------- versions and contradictions


@pytest.mark.parametrize(
    ("id", "other"),
    [
        (LAST_DIAMETER, {"valueQuantity": {"value": 40, "unit": "mm", "code": "mm"}}),
        (LAST_SESSION, {"status": "entered-in-error"}),
        (LAST_SESSION, {"performedDateTime": "2023-05-20"}),
        (named("Observation", "ecog"), {"valueInteger": 4}),
    ],
)
def test_two_contents_of_one_resource_in_any_order(id: str, other: dict[str, Any]) -> None:
    pair = [like(id), like(id, **other)]
    found = [judged([*without(id), *order]) for order in permutations(pair)]
    assert found[0] == found[1]
    reference = f"{pair[0]['resourceType']}/{id}"
    assert "conflict" in notes(found[0], reference)
    assert found[0]["missing"]


@pytest.mark.parametrize("code", ["hepatorenal-syndrome", "severe-jaundice"])
def test_an_undated_yes_beside_a_dated_no_is_not_known(code: str) -> None:
    shown = judged([*RECORD, fact(code, True, None)])
    assert answers(shown)["unsuitable"] == "unknown"
    assert "conflict" in notes(shown, "Observation/said")
    assert "decompensation-status" in shown["missing"]


def test_the_latest_statement_counts() -> None:
    assert answers(judged([*RECORD, fact("severe-jaundice", True, "2023-01-01")])) == answers(
        judged(RECORD)
    )


@pytest.mark.parametrize("onset", [None, "2023-01-01"])
def test_an_active_condition_is_not_outlived_by_a_statement(onset: str | None) -> None:
    condition = like(next(r["id"] for r in RECORD if r["resourceType"] == "Condition"), id="hrs")
    condition["code"] = {"coding": [{"system": "http://snomed.info/sct", "code": "51292008"}]}
    if onset:
        condition["onsetDateTime"] = onset
    shown = judged([*RECORD, condition])
    assert answers(shown)["unsuitable"] == "unknown"
    assert "conflict" in notes(shown, "Condition/hrs")


def test_two_values_of_one_day_are_both_named() -> None:
    again = like(LAST_DIAMETER, id="again")
    again["valueQuantity"]["value"] = 40
    shown = judged([*RECORD, again])
    assert "conflicting-data" in shown["missing"]
    assert notes(shown, "Observation/again") == {"conflict"}
    assert notes(shown, f"Observation/{LAST_DIAMETER}") == {"conflict"}


# ---------------------------------------------------------------- procedures that are not sure

NOT_A_SESSION_FOR_SURE = [
    "TACE not performed",
    "No TACE done, angiography only",
    "not a TACE",
    "TACE cancelled",
    "TACE attempted, not feasible",
    "TACE failed",
    "History of TACE",
    "Angiography before TACE",
    "未行TACE，仅造影",
    "取消TACE",
    "无TACE",
    "TACE术前评估",
    "TACE治疗史",
]


@pytest.mark.parametrize("text", NOT_A_SESSION_FOR_SURE)
def test_a_text_that_denies_a_session(text: str) -> None:
    shown = judged(copied((LAST_SESSION, {"code": {"text": text}})))
    assert answers(shown)["cci-2022"] == OPEN
    assert "candidate-code" in notes(shown, f"Procedure/{LAST_SESSION}")


@pytest.mark.parametrize("text", ["TACE", "cTACE (S8)", "肝动脉化疗栓塞术", "DEB-TACE, right lobe"])
def test_a_text_that_names_a_session(text: str) -> None:
    shown = judged(copied((LAST_SESSION, {"code": {"text": text}})))
    assert answers(shown)["cci-2022"] == "met"
    assert notes(shown, f"Procedure/{LAST_SESSION}") == {"text-matched"}


@pytest.mark.parametrize("code", [None, {}, "ctace", {"coding": []}, 7])
def test_a_procedure_that_does_not_say_what_it_was(code: Any) -> None:
    shown = judged(copied((LAST_SESSION, {"code": code})))
    assert answers(shown)["cci-2022"] == OPEN
    assert shown["definitions"]["cci-2022"]["reason"] == "procedure-confirmation"
    assert "unreadable-resource" in notes(shown, f"Procedure/{LAST_SESSION}")


@pytest.mark.parametrize("kind", ["Observation", "Condition"])
def test_any_resource_without_a_code_is_noted(kind: str) -> None:
    for resource in RECORD:
        if resource["resourceType"] == kind:
            shown = judged(copied((resource["id"], {"code": None})))
            assert "unreadable-resource" in notes(shown, f"{kind}/{resource['id']}")


ONLY_ONE = [
    {"status": "in-progress"},
    {"code": "TACE"},
    {"code": None},
    {"modifierExtension": [{"url": "http://x", "valueBoolean": True}]},
    {"subject": {"reference": "Patient/other"}},
]


@pytest.mark.parametrize("members", ONLY_ONE, ids=str)
def test_a_patient_who_may_have_had_a_tace_gets_cards(members: dict[str, Any]) -> None:
    today = REFRACTORY.as_of.isoformat()
    tace = {**like(LAST_SESSION, performedDateTime=today), **members}
    tace = {name: value for name, value in tace.items() if value is not None}
    record = [r for r in RECORD if r["resourceType"] != "Procedure"]
    shown = guide(_chart([*record, tace]), REFRACTORY.as_of, DEFAULT)
    assert compose(shown, "en", knowledge="1")
    none = guide(_chart(record), REFRACTORY.as_of, DEFAULT)
    assert compose(none, "en", knowledge="1") == []


# ---------------------------------------------------------------- gaps, numbers, places


@pytest.mark.parametrize(
    "key",
    [
        "conditions",
        "procedures",
        "lesions",
        "imagingStudies",
        "imagingObservations",
        "labs",
        "medicationRequests",
        "medicationAdministrations",
        "serviceRequests",
    ],
)
def test_a_key_that_was_lost_is_named(key: str) -> None:
    shown = guide(_chart(RECORD, Gap(key, GapKind.REFUSED)), REFRACTORY.as_of, DEFAULT)
    assert "record-incomplete" in shown.missing
    for lang in ("en", "zh"):
        card = compose(shown, lang, knowledge="1")[-1]
        assert card["extension"]["org.tace-cds.assessment"]["card"] == "missing"
        note = next(n for n in shown.notes if n.code == "server-refused")
        assert note.detail == key
    if key == "conditions":
        assert shown.unsuitable.verdict is None


@pytest.mark.parametrize("size", ["1e-900000", "1e1000000", "6" + "5" * 60, "0." + "1" * 60])
def test_a_number_of_absurd_length_costs_nothing_but_itself(size: str) -> None:
    quantity = {"value": "SIZE", "unit": "mm", "code": "mm"}
    text = json.dumps(bundled(copied((LAST_DIAMETER, {"valueQuantity": quantity}))))
    chart = _chart_of_text(text.replace('"SIZE"', size))
    assert ("implausible", (f"Observation/{LAST_DIAMETER}",)) in {
        (note.code, note.references) for note in chart.notes
    }
    assert guide(chart, REFRACTORY.as_of, DEFAULT).response.category == "NE"


def test_two_scans_of_one_day_share_what_names_neither() -> None:
    second = like(LAST_STUDY, id="second")
    record = copied()
    for resource in record:
        resource.pop("derivedFrom", None)
    assert answers(judged([*record, second])) == answers(judged(RECORD))
    plain = copy.deepcopy(second)
    plain["extension"][0]["extension"][0]["valueBoolean"] = False
    shown = judged([*record, plain])
    assert answers(shown)["cci-2022"] == OPEN
    assert notes(shown, f"Observation/{LAST_DIAMETER}") == {"inferred"}


@pytest.mark.parametrize("name", ["ecog", "bilirubin", "albumin", "inr"])
def test_a_value_without_a_date_is_noted(name: str) -> None:
    id = named("Observation", name)
    shown = judged(copied((id, {"effectiveDateTime": None})))
    assert notes(shown, f"Observation/{id}") == {"value-not-usable"}


def test_a_marker_in_a_unit_that_is_no_concentration() -> None:
    id = named("Observation", "marker")
    shown = judged(copied((id, {"valueQuantity": {"value": 5, "unit": "kg", "code": "kg"}})))
    assert notes(shown, f"Observation/{id}") == {"unit-not-accepted"}


def test_a_resource_without_an_id_has_no_reference() -> None:
    entries = [{"resource": resource} for resource in copied((LAST_SESSION, {"id": None}))]
    chart = _chart_of_text(json.dumps({"resourceType": "Bundle", "entry": entries}))
    text = assessment_json(guide(chart, REFRACTORY.as_of, DEFAULT), "en")
    shown = json.loads(text)
    assert shown["course"]["count"] == 3
    assert shown["course"]["sessions"][2]["references"] == []
    assert "#" not in text
    assert [n["code"] for n in shown["notes"]] == ["unreadable-resource"]
