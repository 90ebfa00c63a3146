"""Procedure codes that leave open where, with what, or as a part of what: what settles them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart, TreatmentKind
from tests.fhir.test_bad_resources import LAST_SESSION, answers, judged
from tests.fhir.test_open_records import copied, like
from tests.fhir.test_probable_codes import (
    CANDIDATE,
    MATCHED,
    OF,
    OPERATIONS,
    charted,
    diagnosed,
    kinds,
    notes,
    of_site,
    performed,
    said,
)
from tests.support.fhir_writer import LOINC, SNOMED, concept

JSON = dict[str, Any]
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
OPS = "http://fhir.de/CodeSystem/bfarm/ops"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
LIVER, PROSTATE, PORTAL = ("10200004", "41216001", "32764006")
TACE, HAIC, TARE = TreatmentKind.TACE, TreatmentKind.HAIC, TreatmentKind.TARE
IODINE = TreatmentKind.IODINE_125


def coded(system: str, code: str, text: str = "") -> JSON:
    return said(code, text, system=system)


def at(code: str) -> JSON:
    return {"bodySite": [concept(SNOMED, code)]}


def both(one: JSON, other: JSON, days_apart: int = 0) -> Chart:
    return charted(performed(one), performed(other, "t-2", f"2023-01-0{5 + days_apart}"))


def arterial_drug() -> JSON:
    return {
        "resourceType": "MedicationAdministration",
        "id": "m-1",
        "status": "completed",
        "medicationCodeableConcept": concept("http://www.whocc.no/atc", "L01DB03"),
        "dosage": {"route": concept(SNOMED, "58100008")},
        "effectiveDateTime": "2023-01-05",
        "partOf": [{"reference": "Procedure/t-1"}],
        **OF,
    }


# Two halves of one day


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (coded(ICD9, "39.79"), coded(ICD9, "99.25"), TACE),
        (coded(ICD9, "39.79"), coded(ICD9, "50.93"), TACE),
        (coded(OPS, "8-836.ka"), coded(OPS, "8-541.6"), TACE),
        (coded(PCS, "3E053TZ"), coded(PCS, "3E05305"), TACE),
        (coded(CPT, "37243"), coded(CPT, "96423"), TACE),
        (coded(CPT, "37243"), coded(SNOMED, "38216008"), TACE),
        (coded(PCS, "04L33DZ"), coded(SNOMED, "6872008"), TACE),
        (coded(CPT, "37243"), coded(HCPCS, "J9000"), TACE),
        (coded(CPT, "37243"), coded(HCPCS, "C2616"), TARE),
        (coded(CPT, "37243"), coded(HCPCS, "S2095"), TARE),
        (coded(CPT, "37243"), coded(SNOMED, "228696008"), TARE),
        (coded(ICD9, "39.79"), {"text": "TARE (Y-90)"}, TARE),
        (coded(PCS, "04L33DZ"), coded(PCS, "3E053HZ"), TARE),
        (coded(PCS, "04L33ZZ"), coded(PCS, "3E063HZ"), TARE),
        (coded(CPT, "37243"), coded(LOINC, "81609-0"), TARE),
    ],
    ids=str,
)
def test_two_halves_of_one_day_are_one_treatment(
    one: JSON, other: JSON, kind: TreatmentKind
) -> None:
    for chart in (both(one, other), both(other, one)):
        assert kinds(chart) == [(kind, True)]
        assert chart.treatments[0].references == ("Procedure/t-1", "Procedure/t-2")
        assert any(CANDIDATE in notes(chart, f"Procedure/t-{n}") for n in (1, 2))


def test_every_chemotherapy_code_of_the_day_belongs_to_the_session() -> None:
    hours = [performed(coded(CPT, code), code) for code in ("96422", "96423")]
    chart = charted(performed(coded(CPT, "37243")), *hours)
    assert kinds(chart) == [(TACE, True)]
    assert len(chart.treatments[0].references) == 3


def test_both_halves_in_one_procedure_are_a_session() -> None:
    for one, other in (
        ((CPT, "37243"), (CPT, "96420")),
        ((ICD9, "39.79"), (ICD9, "99.25")),
        ((ICD9, "39.79"), (ICD9, "50.93")),
        ((CPT, "37243"), (SNOMED, "38216008")),
    ):
        code = coded(*one)
        code["coding"] += coded(*other)["coding"]
        assert kinds(charted(performed(code))) == [(TACE, True)]


@pytest.mark.parametrize(
    ("system", "codes"),
    [
        ("urn:oid:2.16.840.1.113883.6.104", ("39.79", "99.25")),
        ("http://terminology.hl7.org/CodeSystem/icd9cm", ("39.79", "99.25")),
        (
            "https://twcore.mohw.gov.tw/ig/twcore/CodeSystem/icd-10-pcs-2023-tw",
            ("04L33DZ", "3E05305"),
        ),
    ],
)
def test_a_system_is_known_by_its_other_spellings(system: str, codes: tuple[str, str]) -> None:
    one, other = (coded(system, code) for code in codes)
    assert kinds(both(one, other)) == [(TACE, True)]


def test_halves_of_two_days_are_not_one() -> None:
    assert kinds(both(coded(ICD9, "39.79"), coded(ICD9, "99.25"), days_apart=1)) == []
    apart = both(coded(CPT, "37243"), coded(HCPCS, "C2616"), days_apart=1)
    assert kinds(apart) == [(TACE, False), (TARE, False)]


def test_a_half_that_was_stopped_leaves_a_candidate() -> None:
    stopped = performed(coded(CPT, "37243"), status="stopped")
    chart = charted(stopped, performed(coded(CPT, "96420"), "t-2"))
    assert kinds(chart) == [(TACE, False)]
    stopped = performed(coded(ICD9, "39.79"), status="stopped")
    assert kinds(charted(stopped)) == []


def test_chemotherapy_beside_a_source_is_a_session_and_a_radioembolisation() -> None:
    codes = (("37243", CPT), ("96420", CPT), ("S2095", HCPCS))
    chart = charted(*(performed(coded(system, code), code) for code, system in codes))
    assert sorted(kinds(chart)) == [(TACE, True), (TARE, True)]


def test_a_probable_source_leaves_two_candidates() -> None:
    chart = both(coded(CPT, "37243"), coded(CPT, "79445"))
    assert kinds(chart) == [(TACE, False), (TARE, False)]


def test_halves_of_one_month_may_be_a_session() -> None:
    month = [performed(coded(ICD9, c), c[:2], "2023-01") for c in ("39.79", "99.25")]
    chart = charted(*month)
    assert kinds(chart) == [(TACE, False)]
    assert notes(chart, "Procedure/39") == {CANDIDATE}


# One half alone


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ICD9, "39.79"),
        (ICD9, "99.25"),
        (PCS, "3E053TZ"),
        (SNOMED, "38216008"),
        (SNOMED, "6872008"),
        (HCPCS, "J9060"),
    ],
)
def test_what_may_be_anything_anywhere_is_nothing_alone(system: str, code: str) -> None:
    for more in (
        {},
        {"status": "in-progress"},
        {"status": "not-done"},
        {"status": "stopped"},
        {"performedDateTime": None},
        {"performedDateTime": "2023-01-05T08:00:00"},
    ):
        chart = charted({**performed(coded(system, code)), **more})
        assert kinds(chart) == []
        assert chart.in_progress == ()
        assert chart.undated_sessions == ()
        assert notes(chart, "Procedure/t-1") == set()


@pytest.mark.parametrize(
    ("system", "code", "kind"),
    [
        (ICD9, "39.79", TACE),
        (PCS, "3E053TZ", TACE),
        (ICD9, "99.25", HAIC),
        (SNOMED, "38216008", HAIC),
        (SNOMED, "6872008", HAIC),
    ],
)
def test_in_the_liver_it_is_a_candidate(system: str, code: str, kind: TreatmentKind) -> None:
    for chart in (
        charted(performed(coded(system, code), **at(LIVER))),
        charted(performed(coded(system, code, "hepatic artery"))),
        charted(performed(coded(system, code), bodySite=[{"text": "肝右动脉"}])),
    ):
        assert kinds(chart) == [(kind, False)]
        assert notes(chart, "Procedure/t-1") == {CANDIDATE}


def test_an_arterial_drug_makes_it_arterial() -> None:
    for system, code, kind in ((ICD9, "39.79", TACE), (SNOMED, "38216008", HAIC)):
        chart = charted(performed(coded(system, code)), arterial_drug())
        assert kinds(chart) == [(kind, True)]


@pytest.mark.parametrize(
    ("system", "code", "kind"),
    [
        (OPS, "8-836.ka", TACE),
        (OPS, "8-836.ma", TACE),
        (ICD9, "50.93", HAIC),
        (HCPCS, "C2616", TARE),
        (PCS, "DF10BYZ", TARE),
        (LOINC, "81610-8", TARE),
        (SNOMED, "113120007", IODINE),
        (CPT, "77778", IODINE),
        (ICD9, "92.27", IODINE),
        (HCPCS, "C2638", IODINE),
        (SNOMED, "228690002", IODINE),
        (SNOMED, "394918006", IODINE),
        (SNOMED, "228696008", TARE),
    ],
)
def test_what_leaves_something_open_is_a_candidate(
    system: str, code: str, kind: TreatmentKind
) -> None:
    chart = charted(performed(coded(system, code)))
    assert kinds(chart) == [(kind, False)]
    assert notes(chart, "Procedure/t-1") == {CANDIDATE}


def test_arterial_chemotherapy_alone_is_an_infusion() -> None:
    for system, code in ((OPS, "8-541.6"), (CPT, "96423")):
        assert kinds(charted(performed(coded(system, code)))) == [(HAIC, True)]


# Site and words


@pytest.mark.parametrize("code", ["228690002", "394918006"])
def test_a_brachytherapy_in_the_liver_decides(code: str) -> None:
    for site in (LIVER, PORTAL):
        chart = charted(performed(coded(SNOMED, code), **at(site)))
        assert kinds(chart) == [(IODINE, True)]
        assert notes(chart, "Procedure/t-1") == set()
    named = charted(performed(coded(SNOMED, code), bodySite=[{"text": "肝S8"}]))
    assert kinds(named) == [(IODINE, True)]
    assert notes(named, "Procedure/t-1") == {MATCHED}
    elsewhere = charted(performed(coded(SNOMED, code), **at(PROSTATE)))
    assert kinds(elsewhere) == [(IODINE, False)], "a site that is not known is no site elsewhere"


def test_an_isotope_that_is_not_said_stays_a_candidate_in_the_liver() -> None:
    chart = charted(performed(coded(SNOMED, "113120007"), **at(LIVER)))
    assert kinds(chart) == [(IODINE, False)]


@pytest.mark.parametrize(
    "code",
    [coded(SNOMED, "228690002", "prostate seeds"), coded(ICD9, "39.79", "uterine embolization")],
)
def test_a_text_about_another_organ_leaves_nothing(code: JSON) -> None:
    assert kinds(charted(performed(code))) == []
    bare = {**code, "text": ""}
    named = charted(performed(bare, bodySite=[{"text": code["text"]}, {"text": "liver"}]))
    assert kinds(named) == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (coded(ICD9, "99.25", "肝动脉化疗栓塞术"), TACE),
        (coded(ICD9, "99.25", "HAIC"), HAIC),
        (coded(CPT, "37243", "TARE (Y-90)"), TARE),
        (coded(HCPCS, "C2616", "肝动脉钇-90放射栓塞"), TARE),
    ],
)
def test_a_text_that_says_so_decides(code: JSON, kind: TreatmentKind) -> None:
    chart = charted(performed(code))
    assert kinds(chart) == [(kind, True)]
    assert notes(chart, "Procedure/t-1") == {MATCHED}


def test_a_text_that_says_something_else_does_not() -> None:
    chart = charted(performed(coded(HCPCS, "C2616", "TACE")))
    assert kinds(chart) == [(TACE, False), (TARE, False)]
    chart = charted(performed(coded(CPT, "37243", "肝肿瘤射频消融术")))
    assert kinds(chart) == [(TreatmentKind.ABLATION, False), (TACE, False)]
    chart = charted(performed(coded(CPT, "96420", "肝肿瘤射频消融术")))
    assert kinds(chart) == [(TreatmentKind.ABLATION, False), (HAIC, False)]
    both = charted(performed(coded(CPT, "37243", "TACE+RFA")))
    assert kinds(both) == [(TACE, True), (TreatmentKind.ABLATION, True)]
    assert notes(chart, "Procedure/t-1") == {CANDIDATE}


CARCINOMA = concept("http://hl7.org/fhir/sid/icd-10", "C22.0")


@pytest.mark.parametrize(
    "reason",
    [CARCINOMA, concept("http://hl7.org/fhir/sid/icd-10-cm", "C22.9"), {"text": "原发性肝细胞癌"}],
    ids=str,
)
def test_the_carcinoma_as_the_reason_says_where(reason: JSON) -> None:
    def kinds_for(code: JSON) -> list[tuple[TreatmentKind, bool]]:
        return kinds(charted(performed(code, reasonCode=[reason])))

    assert kinds_for({"text": "化疗栓塞"}) == [(TACE, True)]
    assert kinds_for(coded(ICD9, "39.79")) == [(TACE, False)]
    assert kinds_for(coded(ICD9, "99.25")) == [], "chemotherapy for it goes by any way"
    assert kinds_for(coded(SNOMED, "228690002")) == [(IODINE, False)], "of a metastasis, perhaps"


def test_the_carcinoma_as_the_reason_by_reference() -> None:
    def kinds_for(condition: JSON) -> list[tuple[TreatmentKind, bool]]:
        reason = {"reasonReference": [{"reference": "Condition/c-1"}]}
        return kinds(charted(performed({"text": "化疗栓塞"}, **reason), diagnosed(condition)))

    assert kinds_for(CARCINOMA) == [(TACE, True)]
    assert kinds_for(concept("http://hl7.org/fhir/sid/icd-10", "C34.9")) == [(TACE, False)]
    assert kinds(charted(performed({"text": "化疗栓塞"}))) == [(TACE, False)]


def test_chemotherapy_for_the_liver_is_not_arterial_by_its_text() -> None:
    assert kinds(charted(performed(coded(ICD9, "99.25", "肝癌化疗")))) == []
    assert kinds(charted(performed(coded(ICD9, "99.25", "肝动脉化疗")))) == [(HAIC, False)]


def test_a_doubtful_text_does_not_name_the_site() -> None:
    chart = charted(performed(coded(SNOMED, "228690002", "拟行肝癌粒子治疗")))
    assert kinds(chart) == [(IODINE, False)]


# What comes of it


def test_american_codes_of_old_records_make_the_session() -> None:
    def cci(code: JSON, *others: JSON) -> tuple[str, bool]:
        shown = judged([*copied((LAST_SESSION, {"code": code})), *others])
        return answers(shown)["cci-2022"], "procedure-confirmation" in shown["missing"]

    chemotherapy = like(LAST_SESSION, id="given", code=coded(ICD9, "99.25"), extension=[])
    assert cci(coded(ICD9, "39.79"), chemotherapy)[0] == "met"
    assert cci(coded(ICD9, "39.79")) == ("not-met", False), "two sessions"
    assert cci(coded(OPS, "8-836.ka")) == ("indeterminate", True)


def test_a_site_may_promote_a_half(tmp_path: Path) -> None:
    terminology = of_site(tmp_path, "procedure.embolisation", ICD9, "39.79")
    chart = charted(performed(coded(ICD9, "39.79")), terminology=terminology)
    assert kinds(chart) == [(TACE, False)]
    terminology = of_site(tmp_path, "procedure.tace", ICD9, "39.79")
    chart = charted(performed(coded(ICD9, "39.79")), terminology=terminology)
    assert kinds(chart) == [(TACE, True)]


@pytest.mark.parametrize(
    ("system", "code"),
    [(ICD9, "50.23"), (ICD9, "50.26"), (PCS, "0F504ZZ"), (SNOMED, "1258864009")],
)
def test_every_approach_of_an_ablation_is_known(system: str, code: str) -> None:
    assert kinds(charted(performed(coded(system, code)))) == [(TreatmentKind.ABLATION, True)]


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (OPERATIONS, "88.4701"),
        (ICD9, "88.47"),
        (LOINC, "25077-9"),
        (PCS, "04H333Z"),
        (CPT, "96522"),
        (SNOMED, "103735009"),
    ],
)
def test_what_only_accompanies_a_treatment_is_none(system: str, code: str) -> None:
    chart = charted(performed(coded(system, code)))
    assert kinds(chart) == []
    assert notes(chart, "Procedure/t-1") == set()
