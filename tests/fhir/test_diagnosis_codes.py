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
from tests.support.fhir_writer import BASE, SNOMED, TERMINOLOGY, concept

JSON = dict[str, Any]
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
VI = "vascular-invasion"
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


# What a diagnosis says in words

PORTAL_THROMBOSIS = "17920008"


@pytest.mark.parametrize(
    "text",
    [
        "Portal vein thrombosis, no tumor thrombus",
        "bland portal vein thrombosis (not tumor thrombus)",
        "Portal vein thrombosis, tumor thrombus excluded",
        "tumour thrombus (ruled out)",
        "suspected tumor thrombus",
        "possible portal vein tumour thrombus",
        "tumor thrombus?",
        "without evidence of ascites or tumor thrombus",
        "门静脉血栓(非癌栓)",
        "门静脉血栓,不除外癌栓",
        "门静脉癌栓待排",
        "门静脉癌栓,待排",
        "门静脉癌栓可能",
        "门静脉癌栓?",
        "考虑癌栓可能",
        "疑似门静脉癌栓",
        "未见癌栓",
    ],
)
def test_a_tumour_thrombus_that_is_denied_or_doubted_is_no_invasion(text: str) -> None:
    chart = told(coded(SNOMED, PORTAL_THROMBOSIS, text))
    assert invasion(chart) == []
    assert notes(chart, "Condition/c-1") == {CANDIDATE}


@pytest.mark.parametrize(
    "text",
    [
        "门静脉右支癌栓",
        "门静脉癌栓形成,未见肝外转移",
        "未见肝静脉癌栓,门静脉右支癌栓",
        "not bland, tumor thrombus of the portal vein",
        "Portal vein tumour thrombus; no ascites",
    ],
)
def test_a_tumour_thrombus_that_is_said_is_invasion(text: str) -> None:
    chart = told(coded(SNOMED, PORTAL_THROMBOSIS, text))
    assert invasion(chart) == [True]
    assert notes(chart, "Condition/c-1") == {MATCHED}


def test_what_one_of_two_texts_denies_is_not_said() -> None:
    code = coded(SNOMED, PORTAL_THROMBOSIS, "非癌栓")
    code["coding"][0]["display"] = "门静脉癌栓"
    assert invasion(told(code)) == []


def test_the_order_of_the_codings_is_of_no_effect() -> None:
    own = f"{BASE}/CodeSystem/tace-observation"
    codings = [*coded(SNOMED, PORTAL_THROMBOSIS)["coding"], {"system": own, "code": VI}]
    for order in (1, -1):
        assert invasion(told({"coding": codings[::order]})) == [True]
        named = told({"coding": codings[::order], "text": "门静脉癌栓"})
        assert invasion(named) == [True], "one diagnosis is one statement"
    probable = [{"system": DIAGNOSES, "code": code} for code in ("I81.x00", "C79.700")]
    for order in (1, -1):
        both = told({"coding": probable[::order], "text": "门静脉癌栓,肾上腺转移"})
        assert (invasion(both), spread(both)) == ([True], [True])


@pytest.mark.parametrize(
    ("code", "text", "is_spread"),
    [
        ("C78.000", "肺继发恶性肿瘤", True),
        ("C78.000", "", False),
        ("C78.000", "肺继发恶性肿瘤?", False),
        ("C79.500x002", "骨转移", True),
        ("C78000", "肺转移", True),
        ("C78.700", "肝继发恶性肿瘤", False),
        ("C34.900", "肺恶性肿瘤", False),
    ],
)
@pytest.mark.parametrize("system", [DIAGNOSES, DIAGNOSES.removeprefix("urn:oid:"), ""])
def test_a_national_code_says_with_its_text_what_the_one_above_it_does(
    code: str, text: str, is_spread: bool, system: str
) -> None:
    coding = {"system": system, "code": code} if system else {"code": code}
    chart = told({"coding": [coding], **({"text": text} if text else {})})
    assert spread(chart) == [True] * is_spread


def test_a_published_code_is_not_looked_up_by_its_beginning() -> None:
    assert spread(told(coded(ICD10CM, "C78.000", "肺继发恶性肿瘤"))) == []


@pytest.mark.parametrize("code", ["K72.900x003", "G94.3*", "K72.900x003+G94.3*", "K72900X003"])
def test_an_encephalopathy_by_half_of_its_pair_of_codes(code: str) -> None:
    assert effect(told(coded(DIAGNOSES, code, "肝性脑病"))) == ["Condition/c-1"]
    assert notes(told(coded(DIAGNOSES, code)), "Condition/c-1") == {CANDIDATE}


@pytest.mark.parametrize("text", ["肺转移癌", "肝性脑病II期", "门静脉癌栓", "Hepatorenal syndrome"])
def test_words_without_a_code_are_noted_and_not_believed(text: str) -> None:
    chart = told({"text": text})
    assert effect(chart) == []
    assert notes(chart, "Condition/c-1") == {CANDIDATE}
    assert notes(told({"text": f"排除{text}"}), "Condition/c-1") == set()
