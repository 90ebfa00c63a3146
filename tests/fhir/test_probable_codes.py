"""Codes that are only probably right: alone a candidate; a text or the site decides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cdshooks.clinical.chart import Chart, TreatmentKind
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.record import Record
from tests.fhir.test_bad_resources import LAST_SESSION, answers, judged
from tests.fhir.test_open_records import copied
from tests.support.fhir_writer import BASE, LOINC, SNOMED, TERMINOLOGY, concept

JSON = dict[str, Any]
OPERATIONS = "urn:oid:2.16.156.10011.2.3.3.12"
DIAGNOSES = "urn:oid:2.16.156.10011.2.3.3.11"
GENERIC_EMBOLISATION = concept(SNOMED, "16736007")
OF = {"subject": {"reference": "Patient/p-1"}}
CANDIDATE, MATCHED = ("candidate-code", "text-matched")


def charted(*resources: JSON, terminology: Terminology | None = None) -> Chart:
    whole = [{"resourceType": "Patient", "id": "p-1"}, *resources]
    raw = [msgspec.Raw(json.dumps(resource).encode()) for resource in whole]
    return chart_of(Record("p-1", raw), terminology=terminology)


def performed(code: JSON, identity: str = "t-1", day: str = "2023-01-05", **more: Any) -> JSON:
    common = {"resourceType": "Procedure", "id": identity, "status": "completed", "code": code}
    return {**common, **OF, "performedDateTime": day, **more}


def said(code: str, text: str = "", display: str = "", system: str = OPERATIONS) -> JSON:
    coded: JSON = concept(system, code)
    if text:
        coded["text"] = text
    if display:
        coded["coding"][0]["display"] = display
    return coded


def kinds(chart: Chart) -> list[tuple[TreatmentKind, bool]]:
    return [(treatment.kind, treatment.confirmed) for treatment in chart.treatments]


def notes(chart: Chart, reference: str) -> set[str]:
    return {note.code for note in chart.notes if reference in note.references}


def of_site(folder: Path, value_set: str, system: str, *codes: str) -> Terminology:
    """A site's folder that gives its codes a meaning."""
    local = {
        "resourceType": "ValueSet",
        "url": f"{BASE}/ValueSet/{value_set}",
        "status": "active",
        "compose": {"include": [{"system": system, "concept": [{"code": code} for code in codes]}]},
    }
    (folder / "local.json").write_text(json.dumps(local), encoding="utf-8")
    return Terminology([folder])


# Procedures

ALONE = [
    (OPERATIONS, "99.2501", TreatmentKind.TACE),
    (SNOMED, "441525007", TreatmentKind.TACE),
    (OPERATIONS, "39.7903", TreatmentKind.TACE),
    (OPERATIONS, "39.7900x054", TreatmentKind.TACE),
    (OPERATIONS, "99.2500x017", TreatmentKind.TACE),
    (OPERATIONS, "99.2502", TreatmentKind.HAIC),
    (OPERATIONS, "50.9300", TreatmentKind.HAIC),
    (OPERATIONS, "50.2302", TreatmentKind.ABLATION),
    (SNOMED, "708625004", TreatmentKind.ABLATION),
    (OPERATIONS, "92.2001", TreatmentKind.IODINE_125),
    (OPERATIONS, "92.2800", TreatmentKind.TARE),
    (OPERATIONS, "92.2400x004", TreatmentKind.EXTERNAL_BEAM_RADIOTHERAPY),
]


@pytest.mark.parametrize(("system", "code", "kind"), ALONE)
def test_a_probable_code_alone_is_a_candidate(system: str, code: str, kind: TreatmentKind) -> None:
    chart = charted(performed(said(code, system=system)))
    assert kinds(chart) == [(kind, False)]
    assert notes(chart, "Procedure/t-1") == {CANDIDATE}


BARE = OPERATIONS.removeprefix("urn:oid:")


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (BARE, "39.7900x054"),
        (OPERATIONS, "39.7900X054"),
        (OPERATIONS, "397900x054"),
        (BARE, "397900X054"),
    ],
)
def test_a_chinese_code_is_known_as_hospitals_write_it(system: str, code: str) -> None:
    chart = charted(performed(said(code, system=system)))
    assert kinds(chart) == [(TreatmentKind.TACE, False)]
    assert notes(chart, "Procedure/t-1") == {CANDIDATE}


@pytest.mark.parametrize("code", ["39.7903", "39.7900X054", "397903", "99.2501"])
def test_a_chinese_code_without_a_system_is_probable(code: str) -> None:
    chart = charted(performed({"coding": [{"code": code}]}))
    assert kinds(chart) == [(TreatmentKind.TACE, False)]
    stated = charted(performed({"coding": [{"code": code}], "text": "肝动脉化疗栓塞术"}))
    assert kinds(stated) == [(TreatmentKind.TACE, True)]


@pytest.mark.parametrize(
    ("code", "text", "found"),
    [
        ("50.2900x001", "", []),
        ("50.2300x002", "", [(TreatmentKind.ABLATION, False)]),
        ("50.2300x002", "肝病损微波消融术", [(TreatmentKind.ABLATION, True)]),
        ("39.7900x999", "", []),
        ("39.7900x999", "肝固有动脉栓塞术", [(TreatmentKind.TACE, False)]),
        ("99.2500x001", "静脉注射化疗药物", []),
        ("50.9300x001", "", [(TreatmentKind.HAIC, False)]),
    ],
)
def test_an_unknown_chinese_code_is_probably_the_one_above_it(
    code: str, text: str, found: list[tuple[TreatmentKind, bool]]
) -> None:
    assert kinds(charted(performed(said(code, text)))) == found


def test_unknown_chinese_halves_of_one_day_are_a_candidate() -> None:
    chart = charted(performed(said("39.7900x999"), "t-1"), performed(said("99.2500x999"), "t-2"))
    assert kinds(chart) == [(TreatmentKind.TACE, False)]


def test_another_system_is_compared_exactly() -> None:
    assert kinds(charted(performed(said("04l33dz", system="http://hl7.org/x")))) == []
    lower = said("04l33dz", system="http://www.cms.gov/Medicare/Coding/ICD10")
    assert kinds(charted(performed(lower))) == []


@pytest.mark.parametrize("code", ["38.8605", "50.9400", "39.7900x074", "39.7900x625"])
def test_a_probable_code_of_something_else_is_nothing(code: str) -> None:
    assert kinds(charted(performed(said(code)))) == []


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("99.2501", "肝动脉化疗栓塞术", TreatmentKind.TACE),
        ("39.7903", "cTACE", TreatmentKind.CTACE),
        ("99.2502", "TACE+HAIC", TreatmentKind.TACE_HAIC),
        ("99.2502", "HAIC", TreatmentKind.HAIC),
        ("50.9300", "肝动脉灌注化疗栓塞术", TreatmentKind.TACE),
        ("50.2302", "肝癌射频消融术", TreatmentKind.ABLATION),
        ("92.2001", "门静脉癌栓碘-125粒子植入术", TreatmentKind.IODINE_125),
        ("92.2800", "肝动脉钇-90放射栓塞", TreatmentKind.TARE),
        ("92.2400x004", "肝癌SBRT", TreatmentKind.EXTERNAL_BEAM_RADIOTHERAPY),
    ],
)
def test_with_a_text_that_says_so_it_decides(code: str, text: str, kind: TreatmentKind) -> None:
    chart = charted(performed(said(code, text)))
    assert kinds(chart) == [(kind, True)]
    assert notes(chart, "Procedure/t-1") == {MATCHED}


def test_the_display_of_the_coding_is_a_text_of_the_record() -> None:
    chart = charted(performed(said("50.2302", display="肝病损射频消融术")))
    assert kinds(chart) == [(TreatmentKind.ABLATION, True)]
    chart = charted(performed(said("99.2501", display="动脉化疗栓塞")))
    assert kinds(chart) == [(TreatmentKind.TACE, False)], "which artery it was is not said"


@pytest.mark.parametrize("text", ["拟行肝动脉化疗栓塞术", "TACE术后复查"])
def test_a_doubtful_text_does_not_decide(text: str) -> None:
    chart = charted(performed(said("99.2501", text)))
    assert kinds(chart) == [(TreatmentKind.TACE, False)]
    assert notes(chart, "Procedure/t-1") == {CANDIDATE}


@pytest.mark.parametrize(
    ("code", "others"),
    [("50.2302", [TreatmentKind.ABLATION]), ("39.7900x074", []), ("38.8605", [])],
)
def test_a_text_that_the_code_contradicts_does_not_decide(
    code: str, others: list[TreatmentKind]
) -> None:
    chart = charted(performed(said(code, "肝动脉化疗栓塞术")))
    assert kinds(chart) == [(kind, False) for kind in (TreatmentKind.TACE, *others)]
    assert notes(chart, "Procedure/t-1") == {CANDIDATE}


def test_a_text_about_another_organ_leaves_nothing() -> None:
    chart = charted(performed(said("99.2501", "支气管动脉化疗栓塞术")))
    assert kinds(chart) == []


def test_a_site_may_promote_a_code(tmp_path: Path) -> None:
    terminology = of_site(tmp_path, "procedure.tace", OPERATIONS, "99.2501")
    chart = charted(performed(said("99.2501")), terminology=terminology)
    assert kinds(chart) == [(TreatmentKind.TACE, True)]
    assert notes(chart, "Procedure/t-1") == set()
    chart = charted(performed(said("992501", system=BARE)), terminology=terminology)
    assert kinds(chart) == [(TreatmentKind.TACE, True)], "however it is written"
    chart = charted(performed(said("39.7903")), terminology=terminology)
    assert kinds(chart) == [(TreatmentKind.TACE, False)], "only what it names"


def test_a_site_may_give_a_code_another_meaning(tmp_path: Path) -> None:
    terminology = of_site(tmp_path, "procedure.haic", OPERATIONS, "50.9300")
    chart = charted(performed(said("50.9300")), terminology=terminology)
    assert kinds(chart) == [(TreatmentKind.HAIC, True)]


def test_two_probable_halves_of_one_day_are_one_candidate() -> None:
    chart = charted(performed(said("39.7903"), "t-1"), performed(said("99.2502"), "t-2"))
    assert kinds(chart) == [(TreatmentKind.TACE, False)]
    assert chart.treatments[0].references == ("Procedure/t-1", "Procedure/t-2")


def test_one_sure_and_one_probable_half_are_one_candidate() -> None:
    chart = charted(performed(GENERIC_EMBOLISATION, "t-1"), performed(said("99.2502"), "t-2"))
    assert kinds(chart) == [(TreatmentKind.TACE, False)]


def test_a_drug_does_not_make_a_probable_code_sure() -> None:
    drug = {
        "resourceType": "MedicationAdministration",
        "id": "m-1",
        "status": "completed",
        "medicationCodeableConcept": concept("http://www.whocc.no/atc", "L01DB03"),
        "dosage": {"route": concept(SNOMED, "58100008")},
        "effectiveDateTime": "2023-01-05",
        "partOf": [{"reference": "Procedure/t-1"}],
        **OF,
    }
    assert kinds(charted(performed(GENERIC_EMBOLISATION), drug)) == [(TreatmentKind.TACE, True)]
    assert kinds(charted(performed(said("39.7903")), drug)) == [(TreatmentKind.TACE, False)]


def test_a_sure_code_beside_a_probable_one_decides() -> None:
    coded = concept(f"{BASE}/CodeSystem/locoregional-procedure", "ctace")
    coded["coding"].append({"system": OPERATIONS, "code": "99.2501"})
    chart = charted(performed(coded))
    assert kinds(chart) == [(TreatmentKind.CTACE, True)]
    assert notes(chart, "Procedure/t-1") == set()


def test_a_candidate_is_judged_both_ways() -> None:
    def cci(code: JSON) -> tuple[str, bool]:
        shown = judged(copied((LAST_SESSION, {"code": code})))
        return answers(shown)["cci-2022"], "procedure-confirmation" in shown["missing"]

    assert cci(said("99.2501", "肝动脉化疗栓塞术")) == ("met", False)
    assert cci(said("99.2501")) == ("indeterminate", True)
    assert cci(said("88.4701")) == ("not-met", False), "an angiography is no candidate"


# Diagnoses


def diagnosed(code: JSON, onset: str | None = "2023-01-05") -> JSON:
    active = concept(f"{TERMINOLOGY}/condition-clinical", "active")
    common = {"resourceType": "Condition", "id": "c-1", "clinicalStatus": active, "code": code}
    return {**common, **OF, **({"onsetDateTime": onset} if onset else {})}


def scan() -> list[JSON]:
    study = {
        "resourceType": "ImagingStudy",
        "id": "s-1",
        "status": "available",
        "started": "2023-02-01",
        "modality": [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "MR"}],
        "procedureCode": [concept(LOINC, "30670-4")],
        **OF,
    }
    return [study]


DIAGNOSED = [
    ("K76.700", "肝肾综合征"),
    ("K72.900x003+G94.3*", "肝性脑病"),
    ("R18.x00", "腹水"),
    ("C79.700", "肾上腺转移"),
    ("C78.600x004", "腹膜继发恶性肿瘤"),
    ("K76.600x006", "门静脉癌栓"),
    ("I82.201", "下腔静脉瘤栓"),
    ("I81.x00", "门静脉癌栓"),
    ("I82.001", "肝静脉癌栓"),
]


def effect(chart: Chart) -> list[str]:
    """References of all facts that a Condition gave."""
    facts = [fact.references for fact in chart.facts]
    grades = [g.references for g in (*chart.liver.ascites, *chart.liver.encephalopathy)]
    found = [
        statement.references
        for one in chart.scans
        for statement in (*one.vascular_invasion, *one.extrahepatic_spread)
    ]
    return sorted(
        {reference for references in (*facts, *grades, *found) for reference in references}
    )


@pytest.mark.parametrize(("code", "text"), DIAGNOSED)
def test_a_probable_diagnosis_counts_only_with_its_text(code: str, text: str) -> None:
    alone = charted(*scan(), diagnosed(said(code, system=DIAGNOSES)))
    assert effect(alone) == []
    assert notes(alone, "Condition/c-1") == {CANDIDATE}
    stated = charted(*scan(), diagnosed(said(code, text, system=DIAGNOSES)))
    assert effect(stated) == ["Condition/c-1"]
    assert notes(stated, "Condition/c-1") == {MATCHED}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("R18.x00", "未见腹水"),
        ("R18.x00", "肝性脑病"),
        ("K76.600x006", "未见门静脉癌栓"),
        ("C79.700", "排除肾上腺转移"),
        ("I81.x00", "门静脉血栓形成"),
        ("I82.001", "肝静脉血栓形成"),
    ],
)
def test_a_text_that_denies_or_says_something_else(code: str, text: str) -> None:
    chart = charted(*scan(), diagnosed(said(code, text, system=DIAGNOSES)))
    assert effect(chart) == []
    assert notes(chart, "Condition/c-1") == {CANDIDATE}


def test_a_text_alone_is_no_diagnosis() -> None:
    assert effect(charted(*scan(), diagnosed({"text": "肝肾综合征"}))) == []


def test_a_site_may_promote_a_diagnosis(tmp_path: Path) -> None:
    terminology = of_site(tmp_path, "condition.hepatorenal-syndrome", DIAGNOSES, "K76.700")
    condition = diagnosed(said("K76.700", system=DIAGNOSES))
    chart = charted(*scan(), condition, terminology=terminology)
    assert effect(chart) == ["Condition/c-1"]
    assert notes(chart, "Condition/c-1") == set()


@pytest.mark.parametrize(
    ("code", "text", "noted"),
    [
        ("C22.000", "", {CANDIDATE}),
        ("C22.900", "", {CANDIDATE}),
        ("C22.000", "肝细胞癌", {MATCHED}),
    ],
)
def test_a_probable_code_of_the_carcinoma_is_a_note(code: str, text: str, noted: set[str]) -> None:
    chart = charted(diagnosed(said(code, text, system=DIAGNOSES)))
    assert notes(chart, "Condition/c-1") == noted
    assert chart.diagnosis == (("Condition/c-1",) if MATCHED in noted else ())


@pytest.mark.parametrize(
    ("system", "code"), [("icd-10", "C22.9"), ("icd-10-cm", "C22.8"), ("icd-10-cm", "C22.9")]
)
def test_a_liver_cancer_of_no_stated_type_is_a_note(system: str, code: str) -> None:
    chart = charted(diagnosed(said(code, system=f"http://hl7.org/fhir/sid/{system}")))
    assert notes(chart, "Condition/c-1") == {CANDIDATE}
    assert not chart.diagnosis


def test_what_is_over_is_not_noted_as_a_candidate() -> None:
    condition = diagnosed(said("K76.700", system=DIAGNOSES))
    condition["clinicalStatus"] = concept(f"{TERMINOLOGY}/condition-clinical", "resolved")
    assert notes(charted(condition), "Condition/c-1") == {"status-not-used"}


# What is shipped


@pytest.mark.parametrize("code", ["47370", "47380", "47382", "47383"])
def test_an_ablation_is_known_by_its_cpt_number(code: str) -> None:
    chart = charted(performed(said(code, system="http://www.ama-assn.org/go/cpt")))
    assert kinds(chart) == [(TreatmentKind.ABLATION, True)]
