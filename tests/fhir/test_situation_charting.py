"""Tumour burden, stages, involved vessels and planned infusions: FHIR in, chart facts out."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cdshooks.clinical.chart import Chart, Drug, Staging, Vessel
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.record import Record
from tests.support.fhir_writer import (
    ATC,
    BASE,
    LOINC,
    NCIT,
    OBSERVATION,
    PROCEDURE,
    SNOMED,
    concept,
    quantity,
)

JSON = dict[str, Any]
DAY = datetime.date(2023, 1, 5)
OF = {"subject": {"reference": "Patient/p-1"}}
ARTERIAL, VENOUS = concept(SNOMED, "58100008"), concept(SNOMED, "47625008")
CISPLATIN, FLUOROURACIL, OXALIPLATIN = "L01XA01", "L01BC02", "L01XA03"
FOLINATE, NOT_KNOWN = "V03AF03", "B01AB01"


def charted(*resources: JSON) -> Chart:
    whole = [{"resourceType": "Patient", "id": "p-1"}, *resources]
    raw = [msgspec.Raw(json.dumps(resource).encode()) for resource in whole]
    return chart_of(Record("p-1", raw))


def observed(code: JSON, identity: str = "o", date: str | None = "2023-01-05", **more: Any) -> JSON:
    when = {"effectiveDateTime": date} if date else {}
    common = {"resourceType": "Observation", "id": identity, "status": "final", "code": code}
    return {**common, **OF, **when, **more}


def codes(chart: Chart) -> set[tuple[str, str]]:
    return {(note.code, note.path) for note in chart.notes}


# Tumour burden


SIZE, NUMBER = concept(LOINC, "33728-7"), concept(OBSERVATION, "lesion-count")


def test_size_and_number():
    chart = charted(
        observed(SIZE, "size", valueQuantity=quantity(Decimal("6.7"), "cm", "cm")),
        observed(NUMBER, "number", valueInteger=3),
    )
    (size,), (number,) = chart.largest_diameter, chart.lesion_count
    assert (size.value, size.date, size.first) == (67, DAY, None)
    assert (number.value, number.at_least, number.references) == (3, False, ("Observation/number",))


def test_a_panel_holds_total_size_and_number_but_no_viable_size():
    viable = {
        "code": {**SIZE, "text": "viable"},
        "valueQuantity": quantity(Decimal(20), "mm", "mm"),
    }
    total = {"code": SIZE, "valueQuantity": quantity(Decimal(45), "mm", "mm")}
    number = {"code": NUMBER, "valueInteger": 2}
    panel = observed(concept(LOINC, "21889-1"), component=[viable, total, number])
    chart = charted(panel)
    assert [item.value for item in chart.largest_diameter] == [45]
    assert [item.value for item in chart.lesion_count] == [2]


@pytest.mark.parametrize(
    ("quantity_", "value", "at_least"),
    [
        ({"value": 3}, 3, False),
        ({"value": 3, "unit": "1"}, 3, False),
        ({"value": 10, "comparator": ">"}, 11, True),
        ({"value": 10, "comparator": ">="}, 10, True),
        ({"value": 10, "comparator": "<"}, None, None),
        ({"value": 2.5}, None, None),
        ({"value": 3, "unit": "cm"}, None, None),
        ({"value": -1}, None, None),
        ({}, None, None),
    ],
)
def test_a_number_as_a_quantity(quantity_, value, at_least):
    chart = charted(observed(NUMBER, valueQuantity=quantity_))
    if value is None:
        assert chart.lesion_count == ()
        assert ("value-not-usable", "Observation.value") in codes(chart)
    else:
        (found,) = chart.lesion_count
        assert (found.value, found.at_least) == (value, at_least)


def test_an_imprecise_date_is_kept_as_the_interval_that_it_is():
    (found,) = charted(observed(NUMBER, date="2022-12", valueInteger=3)).lesion_count
    assert (found.first, found.date) == (datetime.date(2022, 12, 1), datetime.date(2022, 12, 31))


# Stages


BCLC, CNLC = concept(NCIT, "C115134"), concept(OBSERVATION, "cnlc-stage")


@pytest.mark.parametrize(
    ("system", "code", "name", "values"),
    [
        (Staging.BCLC, BCLC, "bclc-stage", "0 A B C D"),
        (Staging.CNLC, CNLC, "cnlc-stage", "Ia Ib IIa IIb IIIa IIIb IV"),
    ],
)
def test_every_stage_is_read(system, code, name, values):
    for value in values.split():
        coded = concept(f"{BASE}/CodeSystem/{name}", value)
        (found,) = charted(observed(code, valueCodeableConcept=coded)).stages
        assert (found.system, found.value, found.date) == (system, value, DAY)


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        (CNLC, "Ⅱb期", "IIb"),
        (CNLC, " CNLC IIIa ", "IIIa"),
        (BCLC, "BCLC B", "B"),
        (CNLC, "Ⅱb或Ⅲa", None),
        (BCLC, "B or C", None),
    ],
)
def test_a_stage_in_words_is_read_from_a_closed_table_and_noted(code, text, value):
    chart = charted(observed(code, valueString=text))
    assert [stage.value for stage in chart.stages] == ([value] if value else [])
    noted = "text-matched" if value else "value-not-usable"
    assert (noted, "Observation.valueString") in codes(chart)


def test_a_stage_of_the_other_system_is_not_read():
    coded = concept(f"{BASE}/CodeSystem/cnlc-stage", "IIb")
    chart = charted(observed(BCLC, valueCodeableConcept=coded))
    assert chart.stages == ()
    assert ("unknown-code", "Observation.valueCodeableConcept") in codes(chart)


# Involved vessels


SCAN = {
    "resourceType": "ImagingStudy",
    "id": "s",
    "status": "available",
    "started": "2023-05-16",
    "modality": [{"code": "MR"}],
    **OF,
}
ON_SCAN = {"derivedFrom": [{"reference": "ImagingStudy/s"}]}
VP, CHENG = f"{BASE}/CodeSystem/pvtt-vp", f"{BASE}/CodeSystem/pvtt-cheng"
VESSELS = {
    "portal-trunk": ((SNOMED, "74680004"), Vessel.PORTAL_TRUNK),
    "left": ((SNOMED, "70253006"), Vessel.PORTAL_BRANCH),
    "right": ((SNOMED, "73931004"), Vessel.PORTAL_BRANCH),
    "portal-vein": ((SNOMED, "32764006"), Vessel.PORTAL_VEIN),
    "hepatic-vein": ((SNOMED, "8993003"), Vessel.HEPATIC_VEIN),
    "hepatic-vein-or-cava": ((OBSERVATION, "hepatic-vein-invasion"), Vessel.HEPATIC_VEIN),
    "vp1": ((VP, "vp1"), Vessel.PORTAL_BRANCH),
    "vp3": ((VP, "vp3"), Vessel.PORTAL_BRANCH),
    "vp4": ((VP, "vp4"), Vessel.PORTAL_TRUNK),
    "cheng-ii": ((CHENG, "II"), Vessel.PORTAL_BRANCH),
    "cheng-iii": ((CHENG, "III"), Vessel.PORTAL_TRUNK),
    "cheng-iv": ((CHENG, "IV"), Vessel.PORTAL_VEIN),
}


def invaded(*vessels: tuple[str, str], component: str = "involved-vessel") -> Chart:
    components = [
        {"code": concept(OBSERVATION, component), "valueCodeableConcept": concept(*vessel)}
        for vessel in vessels
    ]
    code = concept(OBSERVATION, "vascular-invasion")
    return charted(SCAN, observed(code, valueBoolean=True, component=components, **ON_SCAN))


@pytest.mark.parametrize(("code", "vessel"), VESSELS.values(), ids=VESSELS)
def test_the_involved_vessel(code, vessel):
    for component in ("involved-vessel", "pvtt-type"):
        (statement,) = invaded(code, component=component).scans[0].vascular_invasion
        assert (statement.answer, statement.vessels) == (True, (vessel,))


def test_several_vessels_and_one_that_is_not_known():
    chart = invaded((SNOMED, "74680004"), (SNOMED, "70253006"), (SNOMED, "10200004"))
    (statement,) = chart.scans[0].vascular_invasion
    assert set(statement.vessels) == {Vessel.PORTAL_TRUNK, Vessel.PORTAL_BRANCH}
    assert ("unknown-code", "Observation.component.valueCodeableConcept") in codes(chart)


def test_another_component_names_no_vessel():
    (statement,) = (
        invaded((SNOMED, "74680004"), component="new-since-comparator").scans[0].vascular_invasion
    )
    assert statement.vessels == ()


# Planned infusions


def drug(atc: str, identity: str = "", **more: Any) -> JSON:
    request: JSON = {
        "resourceType": "MedicationRequest",
        "id": identity or f"m-{atc}",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": concept(ATC, atc),
        "dosageInstruction": [{"route": ARTERIAL}],
        "authoredOn": "2023-05-20",
        **OF,
        **more,
    }
    return {key: value for key, value in request.items() if value is not None}


def ordered(code: str, **more: Any) -> JSON:
    return {
        "resourceType": "ServiceRequest",
        "id": f"r-{code}",
        "status": "draft",
        "intent": "order",
        "code": concept(PROCEDURE, code),
        "authoredOn": "2023-05-20",
        **OF,
        **more,
    }


def infusions(*resources: JSON) -> list[tuple[set[str], bool]]:
    planned = charted(*resources).planned_infusions
    return [({drug.value for drug in one.antineoplastics}, one.unrecognised) for one in planned]


def group(value: str) -> JSON:
    return {"groupIdentifier": {"system": "urn:x", "value": value}}


ONE_ORDER = {
    "cisplatin": ([drug(CISPLATIN)], {"cisplatin"}),
    "fluorouracil-twice": ([drug(FLUOROURACIL, "a"), drug(FLUOROURACIL, "b")], {"fluorouracil"}),
    "fluorouracil-with-folinate": ([drug(FLUOROURACIL), drug(FOLINATE)], {"fluorouracil"}),
    "folfox": (
        [drug(OXALIPLATIN), drug(FLUOROURACIL), drug(FOLINATE)],
        {"fluorouracil", "other"},
    ),
    "draft": ([drug(CISPLATIN, status="draft")], {"cisplatin"}),
    "on-hold": ([drug(CISPLATIN, status="on-hold")], {"cisplatin"}),
    "undated": (
        [drug(CISPLATIN, authoredOn=None), drug(OXALIPLATIN, authoredOn=None)],
        {"cisplatin", "other"},
    ),
    "with-haic-order": ([drug(CISPLATIN), ordered("haic")], {"cisplatin"}),
    "with-tace-haic-order": ([drug(CISPLATIN), ordered("tace-haic")], {"cisplatin"}),
    "tace-of-another-day": (
        [drug(CISPLATIN), ordered("ctace", authoredOn="2023-05-19")],
        {"cisplatin"},
    ),
    "tace-and-haic": ([drug(CISPLATIN), ordered("ctace"), ordered("haic")], {"cisplatin"}),
    "one-requisition-two-days": (
        [
            drug(FLUOROURACIL, **group("1")),
            drug(OXALIPLATIN, authoredOn="2023-05-21", **group("1")),
        ],
        {"fluorouracil", "other"},
    ),
    "route-not-said-in-the-requisition-of-a-haic": (
        [
            drug(CISPLATIN, dosageInstruction=None, **group("1")),
            ordered("haic", requisition={"system": "urn:x", "value": "1"}),
        ],
        {"cisplatin"},
    ),
}


@pytest.mark.parametrize(("resources", "drugs"), ONE_ORDER.values(), ids=ONE_ORDER)
def test_drugs_of_one_order(resources, drugs):
    assert infusions(*resources) == [(drugs, False)]


NO_ORDER = {
    "intravenous": [drug(CISPLATIN, dosageInstruction=[{"route": VENOUS}])],
    "route-not-said": [drug(CISPLATIN, dosageInstruction=None), ordered("haic")],
    "completed": [drug(CISPLATIN, status="completed")],
    "entered-in-error": [drug(CISPLATIN, status="entered-in-error")],
    "plan": [drug(CISPLATIN, intent="plan")],
    "not-to-be-done": [drug(CISPLATIN, doNotPerform=True)],
    "no-antineoplastic": [drug(FOLINATE), drug(NOT_KNOWN)],
    "of-a-planned-tace": [drug(CISPLATIN), ordered("ctace")],
    "no-drug": [ordered("haic")],
}


@pytest.mark.parametrize("resources", NO_ORDER.values(), ids=NO_ORDER)
def test_what_is_no_planned_infusion(resources):
    assert infusions(*resources) == []


@pytest.mark.parametrize(
    ("text", "is_infusion"),
    [
        ("拟行TACE", False),
        ("planned TACE", False),
        ("TACE+HAIC", True),
        ("拟行HAIC", True),
        ("肝动脉栓塞术", True),
        ("TACE或HAIC", True),
        ("CT after TACE", True),
    ],
)
def test_only_a_tace_beyond_doubt_has_drugs_that_are_no_infusion(text, is_infusion):
    planned = {**ordered("x"), "code": {"text": text}}
    assert bool(infusions(drug(CISPLATIN), planned)) is is_infusion


def test_an_infusion_that_its_text_names_takes_the_drugs_of_its_requisition():
    requisition = {"system": "urn:x", "value": "1"}
    of_haic = {**ordered("x", requisition=requisition), "code": {"text": "拟行HAIC"}}
    given = drug(CISPLATIN, dosageInstruction=None, **group("1"))
    assert infusions(given, of_haic) == [({"cisplatin"}, False)]
    noted = charted(given, of_haic).notes
    assert [n.code for n in noted if "ServiceRequest/r-x" in n.references] == ["text-matched"]


def test_each_day_and_each_requisition_is_an_order_of_its_own():
    assert infusions(
        drug(CISPLATIN), drug(OXALIPLATIN, authoredOn="2023-05-21T08:00:00+08:00")
    ) == [({"cisplatin"}, False), ({"other"}, False)]
    assert len(infusions(drug(CISPLATIN, **group("1")), drug(OXALIPLATIN, **group("2")))) == 2


def test_a_drug_that_is_not_known_leaves_the_order_open():
    assert infusions(drug(CISPLATIN), drug(NOT_KNOWN)) == [({"cisplatin"}, True)]


def test_the_order_is_told_with_its_references_and_its_latest_day():
    resources = (
        drug(CISPLATIN, "a", **group("1")),
        drug(CISPLATIN, "b", authoredOn="2023-05-21", **group("1")),
        ordered("haic", requisition={"system": "urn:x", "value": "1"}),
    )
    (found,) = charted(*resources).planned_infusions
    assert found.date == datetime.date(2023, 5, 21)
    assert found.references == (
        "MedicationRequest/a",
        "MedicationRequest/b",
        "ServiceRequest/r-haic",
    )
    assert found.antineoplastics == frozenset({Drug.CISPLATIN})
