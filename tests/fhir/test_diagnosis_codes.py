"""Diagnoses by published codes: spread, thrombosis, and what is no spread and no carcinoma."""

from __future__ import annotations

from typing import Any

import pytest

from cdshooks.clinical.chart import Chart
from tests.fhir.test_open_procedures import coded
from tests.fhir.test_probable_codes import (
    CANDIDATE,
    DIAGNOSES,
    MATCHED,
    charted,
    diagnosed,
    effect,
    notes,
    scan,
)
from tests.support.fhir_writer import SNOMED, TERMINOLOGY, concept

JSON = dict[str, Any]
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
METASTATIC_CARCINOMA = "1186612004"


def told(code: JSON, **more: Any) -> Chart:
    return charted(*scan(), {**diagnosed(code), **more})


def spread(chart: Chart) -> list[bool]:
    return [statement.answer for one in chart.scans for statement in one.extrahepatic_spread]


def invasion(chart: Chart) -> list[bool]:
    return [statement.answer for one in chart.scans for statement in one.vascular_invasion]


@pytest.mark.parametrize(("system", "code"), [(SNOMED, "236005001"), (ICD10CM, "R18.0")])
def test_malignant_ascites_is_spread_and_not_decompensation(system: str, code: str) -> None:
    chart = told(coded(system, code))
    assert spread(chart) == [True]
    assert not chart.liver.ascites


@pytest.mark.parametrize(
    ("text", "is_spread"),
    [
        ("", False),
        ("metastatic liver cancer", False),
        ("肝内转移", False),
        ("排除肺转移", False),
        ("no lung metastasis", False),
        ("肺转移待排", False),
        ("lung metastasis excluded", False),
        ("肝癌肺转移", True),
        ("肝细胞癌伴腹膜后淋巴结转移", True),
        ("Metastasis to bone", True),
        ("Distant metastases", True),
    ],
)
@pytest.mark.parametrize("code", ["315000005", METASTATIC_CARCINOMA])
def test_a_cancer_that_has_spread_says_where_in_words(
    code: str, text: str, is_spread: bool
) -> None:
    chart = told(coded(SNOMED, code, text))
    assert spread(chart) == [True] * is_spread
    assert notes(chart, "Condition/c-1") == {MATCHED if is_spread else CANDIDATE}
    assert bool(chart.diagnosis) is (code == METASTATIC_CARCINOMA)


def test_a_cancer_that_had_spread_is_over() -> None:
    resolved = concept(f"{TERMINOLOGY}/condition-clinical", "resolved")
    chart = told(coded(SNOMED, METASTATIC_CARCINOMA, "肺转移"), clinicalStatus=resolved)
    assert effect(chart) == []
    assert not chart.diagnosis


@pytest.mark.parametrize(
    ("text", "found"),
    [("", []), ("Budd-Chiari", []), ("肝静脉癌栓", [True]), ("no tumour thrombus", [])],
)
def test_a_hepatic_vein_thrombosis_is_invasion_when_it_is_called_so(
    text: str, found: list[bool]
) -> None:
    assert invasion(told(coded(SNOMED, "38739001", text))) == found


@pytest.mark.parametrize("code", ["K72.90", "K72.91"])
def test_a_liver_failure_is_encephalopathy_when_it_is_called_so(code: str) -> None:
    alone = told(coded(ICD10CM, code))
    assert effect(alone) == []
    assert notes(alone, "Condition/c-1") == {CANDIDATE}
    named = told(coded(ICD10CM, code, "Hepatic encephalopathy"))
    assert effect(named) == ["Condition/c-1"]


@pytest.mark.parametrize("code", ["187769009", "93870000", "25370001"])
def test_a_code_of_any_liver_cancer_is_a_candidate(code: str) -> None:
    alone = told(coded(SNOMED, code))
    assert not alone.diagnosis
    assert notes(alone, "Condition/c-1") == {CANDIDATE}
    assert told(coded(SNOMED, code, "肝细胞癌")).diagnosis == ("Condition/c-1",)


@pytest.mark.parametrize(
    ("system", "code"), [(ICD10CM, "Z85.05"), (SNOMED, "94381002"), (SNOMED, "274902006")]
)
def test_what_is_no_carcinoma_now_is_none_by_its_other_coding(system: str, code: str) -> None:
    for other in (coded(ICD10CM, "C22.0"), coded(ICD10, "C78.0")):
        for order in (1, -1):
            codings = [*coded(system, code)["coding"], *other["coding"]][::order]
            chart = told({"coding": codings, "text": "肝细胞癌"})
            assert not chart.diagnosis
            assert effect(chart) == []
            assert notes(chart, "Condition/c-1") == set()


@pytest.mark.parametrize(
    ("system", "code", "text"),
    [
        (DIAGNOSES, "I74.800x016", "肝动脉闭塞，无法插管"),
        (DIAGNOSES, "I74.803", "肝动脉栓塞"),
        (SNOMED, "83940008", "hepatic artery thrombosis"),
        (SNOMED, "195343000", ""),
        (DIAGNOSES, "I77.000x017", "弥漫性肝动静脉瘘"),
        (DIAGNOSES, "Q26.600", ""),
    ],
)
def test_an_occlusion_or_a_fistula_is_only_a_candidate(system: str, code: str, text: str) -> None:
    chart = told(coded(system, code, text))
    assert effect(chart) == []
    assert notes(chart, "Condition/c-1") == {CANDIDATE}
    healed = concept(f"{TERMINOLOGY}/condition-clinical", "resolved")
    over = told(coded(system, code, text), clinicalStatus=healed)
    assert notes(over, "Condition/c-1") == {"status-not-used"}


@pytest.mark.parametrize(
    ("system", "code", "text"),
    [
        (SNOMED, "18165001", "severe jaundice"),
        (ICD10CM, "R17", "重度黄疸"),
        (SNOMED, "439470001", "弥漫性肝动脉-门静脉瘘"),
        (SNOMED, "59927004", "hepatic failure"),
    ],
)
def test_a_diagnosis_does_not_say_how_bad_it_is(system: str, code: str, text: str) -> None:
    assert effect(told(coded(system, code, text))) == []
