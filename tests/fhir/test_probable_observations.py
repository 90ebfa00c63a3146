"""Codes of results and scans that are only probably right: used with their name, else noted."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart
from cdshooks.fhir.codes import Terminology, standard_terminology
from cdshooks.fhir.views import CodeableConcept, Coding
from tests.fhir.test_open_procedures import CPT, coded
from tests.fhir.test_probable_codes import CANDIDATE, MATCHED, OF, charted, notes, of_site
from tests.support.fhir_writer import LOINC, SNOMED, concept

JSON = dict[str, Any]
DCM = "http://dicom.nema.org/resources/ontology/DCM"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
NHI = "https://nhicore.nhi.gov.tw/pas/CodeSystem/nhi-tx-ast"
NOT_USABLE = "value-not-usable"
ALBUMIN: JSON = {"valueQuantity": {"value": 38, "unit": "g/L"}}
INR: JSON = {"valueQuantity": {"value": 1.1}}


def observed(code: JSON, status: str = "final", **value: Any) -> JSON:
    common = {"resourceType": "Observation", "id": "o-1", "status": status, "code": code}
    return {**common, **OF, "effectiveDateTime": "2023-05-01", **value}


def read(chart: Chart) -> dict[str, list[Any]]:
    """Every value that was taken, by what it is."""
    found: dict[str, list[Any]] = {
        "albumin": [one.value for one in chart.liver.albumin],
        "inr": [one.value for one in chart.liver.inr],
        "child-pugh": [one.lowest for one in chart.liver.stated],
        "ecog": [one.value for one in chart.ecog],
    }
    return {name: values for name, values in found.items() if values}


RESULTS = [
    (LOINC, "61151-7", "白蛋白", ALBUMIN, {"albumin": [Decimal(38)]}),
    (LOINC, "61152-5", "Serum Albumin", ALBUMIN, {"albumin": [Decimal(38)]}),
    (LOINC, "38875-1", "INR", INR, {"inr": [Decimal("1.1")]}),
    (LOINC, "46418-0", "国际标准化比值", INR, {"inr": [Decimal("1.1")]}),
    (LOINC, "89262-0", "ECOG评分", {"valueInteger": 1}, {"ecog": [Decimal(1)]}),
    (SNOMED, "3191000175106", "Child-Pugh score", {"valueInteger": 6}, {"child-pugh": [6]}),
]


@pytest.mark.parametrize(("system", "code", "name", "value", "taken"), RESULTS)
def test_a_probable_result_is_used_only_with_its_name(
    system: str, code: str, name: str, value: JSON, taken: JSON
) -> None:
    alone = charted(observed(coded(system, code), **value))
    assert read(alone) == {}
    assert notes(alone, "Observation/o-1") == {CANDIDATE}
    named = charted(observed(coded(system, code, name), **value))
    assert read(named) == taken
    assert MATCHED in notes(named, "Observation/o-1")


@pytest.mark.parametrize("name", ["尿白蛋白", "albumin in urine", "INR"])
def test_another_name_does_not_bear_it_out(name: str) -> None:
    chart = charted(observed(coded(LOINC, "61151-7", name), **ALBUMIN))
    assert read(chart) == {}
    assert notes(chart, "Observation/o-1") == {CANDIDATE}


def test_the_name_alone_is_no_result() -> None:
    assert read(charted(observed({"text": "白蛋白"}, **ALBUMIN))) == {}


def test_a_result_that_does_not_count_is_not_noted() -> None:
    chart = charted(observed(coded(LOINC, "61151-7"), "entered-in-error", **ALBUMIN))
    assert notes(chart, "Observation/o-1") == set()


def test_a_sure_code_beside_a_probable_one_decides() -> None:
    code = coded(LOINC, "61151-7")
    code["coding"].append({"system": LOINC, "code": "1751-7"})
    chart = charted(observed(code, valueQuantity={"value": 38, "unit": "g/L"}))
    assert read(chart) == {"albumin": [Decimal(38)]}
    assert CANDIDATE not in notes(chart, "Observation/o-1")


def test_a_site_may_promote_a_result(tmp_path: Path) -> None:
    terminology = of_site(tmp_path, "observation.albumin", LOINC, "61151-7")
    chart = charted(observed(coded(LOINC, "61151-7"), **ALBUMIN), terminology=terminology)
    assert read(chart) == {"albumin": [Decimal(38)]}
    assert CANDIDATE not in notes(chart, "Observation/o-1")


def test_ecog_by_its_scale() -> None:
    chart = charted(observed(coded(SNOMED, "273437007"), valueInteger=2))
    assert read(chart) == {"ecog": [Decimal(2)]}


def test_albumin_in_moles_is_noted_not_guessed() -> None:
    mass = charted(observed(coded(LOINC, "54347-0"), **ALBUMIN))
    assert read(mass) == {"albumin": [Decimal(38)]}
    moles = observed(coded(LOINC, "54347-0"), valueQuantity={"value": 570, "unit": "umol/L"})
    assert read(charted(moles)) == {}
    assert notes(charted(moles), "Observation/o-1") == {"unit-not-accepted"}


# Responses


PD = {"valueCodeableConcept": concept(NCIT, "C35571")}


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        (coded(NCIT, "C94535"), "non-target-response"),
        (coded(NCIT, "C94536"), "overall-pd"),
        (coded(NHI, "REC1", "RECIST 1.1"), "overall-pd"),
    ],
)
def test_a_response_that_is_not_of_the_targets_is_told(code: JSON, detail: str) -> None:
    chart = charted(observed(code, **PD))
    assert detail in {note.detail for note in chart.notes if note.code == NOT_USABLE}
    assert not any(scan.responses for scan in chart.scans)


def test_neither_cr_nor_pd_is_of_the_other_lesions() -> None:
    value = {"valueCodeableConcept": concept(NCIT, "C96700")}
    chart = charted(observed(coded(LOINC, "88040-1"), **value))
    assert {note.detail for note in chart.notes} >= {"non-target-response"}


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("550991000124107", "CR"),
        ("551001000124108", "PR"),
        ("271299001", None),
        ("359746009", None),
        ("268910001", None),
        ("419835002", None),
        ("260388006", None),
    ],
)
def test_a_coarse_value_is_no_category(code: str, category: str | None) -> None:
    value = CodeableConcept(coding=(Coding(system=SNOMED, code=code),))
    assert standard_terminology().only("response", value) == category


# Scans


def study(code: JSON, **more: Any) -> JSON:
    common = {"resourceType": "ImagingStudy", "id": "s-1", "status": "available"}
    modality = {"modality": [{"system": DCM, "code": "CT"}]}
    return {**common, **OF, "started": "2023-05-01", "procedureCode": [code], **modality, **more}


def contrast(*resources: JSON, terminology: Terminology | None = None) -> tuple[Any, set[str]]:
    chart = charted(*resources, terminology=terminology)
    (scan,) = chart.scans
    return scan.contrast, notes(chart, "ImagingStudy/s-1")


PLAYBOOK = coded("http://radlex.org", "RPID5")


def test_contrast_of_a_probable_code_is_unknown() -> None:
    for code in (coded(CPT, "74160"), PLAYBOOK, coded(CPT, "74183")):
        assert contrast(study(code)) == (None, {CANDIDATE})
        assert contrast(study({**code, "text": "CT 平扫"})) == (False, {MATCHED})
        assert contrast(study({**code, "text": "CT 增强"})) == (True, {MATCHED})
    assert contrast(study(PLAYBOOK, description="动脉期")) == (True, {MATCHED})
    words = study(coded(CPT, "74160"), modality=[], description="CT")
    assert contrast(words) == (None, {MATCHED, CANDIDATE}), "the words tell only that it was CT"


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (CPT, "74177", True),
        (CPT, "74178", True),
        ("http://www.cms.gov/Medicare/Coding/ICD10", "BF25ZZZ", False),
    ],
)
def test_contrast_of_a_published_code(system: str, code: str, expected: bool) -> None:
    assert contrast(study(coded(system, code))) == (expected, set())


def test_a_site_may_promote_a_scan(tmp_path: Path) -> None:
    terminology = of_site(tmp_path, "imaging.enhanced-ct", CPT, "74160")
    assert contrast(study(coded(CPT, "74160")), terminology=terminology) == (True, set())


def test_what_is_stated_or_not_used_leaves_no_note_of_the_code() -> None:
    base = "https://tace-cds.github.io/fhir/StructureDefinition/imaging-contrast"
    stated = [{"url": base, "extension": [{"url": "enhanced", "valueBoolean": True}]}]
    assert contrast(study(PLAYBOOK, extension=stated)) == (True, set())
    cancelled = charted(study(PLAYBOOK, status="cancelled"))
    assert notes(cancelled, "ImagingStudy/s-1") == {"status-not-used"}


def test_a_report_by_a_probable_code() -> None:
    report: JSON = {
        "resourceType": "DiagnosticReport",
        "id": "r-1",
        "status": "final",
        "effectiveDateTime": "2023-05-01",
        "category": [concept("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")],
        "code": coded(CPT, "74160"),
        **OF,
    }
    alone = charted(report)
    assert alone.scans == ()
    assert notes(alone, "DiagnosticReport/r-1") == {CANDIDATE}
    named = charted({**report, "code": coded(CPT, "74160", "腹部CT增强")})
    assert [scan.contrast for scan in named.scans] == [True]
    assert notes(named, "DiagnosticReport/r-1") == {MATCHED}
