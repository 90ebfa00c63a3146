"""Shapes of sessions, scans, lesions and diameters: told otherwise, judged the same."""

from __future__ import annotations

import ast
import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support import shapes
from tests.support.courses import (
    COURSES,
    INFUSIONS,
    REFRACTORY,
    answers,
    assert_same,
    canonical,
    judge,
    record,
)
from tests.support.fhir_writer import (
    ATC,
    BASE,
    DICOM,
    LOINC,
    NCIT,
    OBSERVATION,
    PROCEDURE,
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
    as_panel,
    as_periods,
    as_reports,
    as_text,
    as_two_axes,
    by_body_site_extension,
    by_lesion_id,
    by_part_of,
    by_words,
    called_new,
    coded,
    contrast_told,
    drugs_apart,
    each,
    each_diameter,
    enhancing_component,
    in_groups,
    is_diameter,
    like,
    linked_by_identifier,
    naming_sessions,
    notes_of,
    of_kind,
    spread_as_category,
    staged,
    told,
    tracked,
    with_report_duplicates,
)

CPT = "http://www.ama-assn.org/go/cpt"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


# ---------------------------------------------------------------- TACE session

NAMES_OF_TACE = [
    {"text": "肝动脉化疗栓塞术"},
    {"text": "经导管动脉化疗栓塞术"},
    {"text": "肝动脉化疗性栓塞"},
    {"text": "TACE"},
    {"coding": [{"system": "urn:oid:2.999.7", "code": "H-0815", "display": "cTACE"}]},
]


def _renamed(code: Resource, **more: Any) -> Rewrite:
    def change(resource: Resource) -> None:
        if resource["resourceType"] == "Procedure":
            resource |= {"code": code, **more}

    return lambda resources: each(resources, change)


@pytest.mark.parametrize("code", NAMES_OF_TACE, ids=str)
def test_session_by_its_text_or_the_text_of_a_local_code(code: Resource) -> None:
    shown = judge(REFRACTORY, _renamed(code)(record(REFRACTORY)))
    assert answers(shown) == answers(canonical(REFRACTORY))
    assert len(notes_of(shown, "text-matched")) == 3


def test_session_by_a_text_without_the_liver_needs_a_hepatic_site() -> None:
    code = {"text": "化疗栓塞术"}
    site = [concept(SNOMED, "76015000")]
    shown = judge(REFRACTORY, _renamed(code, bodySite=site)(record(REFRACTORY)))
    assert answers(shown) == answers(canonical(REFRACTORY))
    elsewhere = judge(REFRACTORY, _renamed(code)(record(REFRACTORY)))
    assert elsewhere["course"]["count"] == 0


DRUGS = [
    concept(ATC, "L01DB03"),
    concept(RXNORM, "3995"),
    {"text": "表柔比星"},
    {"text": "Epirubicin"},
]


@pytest.mark.parametrize("kind", ["MedicationAdministration", "MedicationStatement"])
@pytest.mark.parametrize("drug", DRUGS, ids=str)
def test_generic_embolisation_with_an_arterial_drug_is_a_session(drug: Resource, kind: str) -> None:
    arterial: Any = {"route": concept(SNOMED, "58100008")}
    resources = _renamed(concept(SNOMED, "57238002"))(record(REFRACTORY))
    given = [
        {
            "resourceType": kind,
            "id": f"{one['id']}-drug",
            "status": "completed",
            "subject": one["subject"],
            "partOf": [{"reference": f"Procedure/{one['id']}"}],
            "medicationCodeableConcept": drug,
            "effectiveDateTime": one["performedDateTime"],
            "dosage": arterial if kind == "MedicationAdministration" else [arterial],
        }
        for one in of_kind(resources, "Procedure")
    ]
    shown = judge(REFRACTORY, [*resources, *given])
    assert answers(shown) == answers(canonical(REFRACTORY))


def test_generic_embolisation_alone_is_a_candidate() -> None:
    shown = judge(REFRACTORY, _renamed(concept(SNOMED, "57238002"))(record(REFRACTORY)))
    assert shown["definitions"]["cci-2022"]["verdict"] == "indeterminate"
    assert "procedure-confirmation" in shown["missing"]
    assert len(notes_of(shown, "candidate-code")) == 3


ICD_PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
HALVES = [
    (concept(CPT, "37243"), concept(CPT, "96420")),
    (concept(ICD_PCS, "04L33DZ"), concept(ICD_PCS, "3E05305")),
]


def _in_halves(embolisation: Resource, chemotherapy: Resource, days: int = 0) -> Rewrite:
    """Each session as two procedures; the chemotherapy of the last so many days later."""

    def rewrite(resources: Resources) -> Resources:
        resources = _renamed(embolisation)(resources)
        given = [
            like(one, "chemotherapy", code=chemotherapy) for one in of_kind(resources, "Procedure")
        ]
        day = datetime.date.fromisoformat(given[-1]["performedDateTime"])
        given[-1]["performedDateTime"] = (day + datetime.timedelta(days)).isoformat()
        return [*resources, *given]

    return rewrite


@pytest.mark.parametrize(("embolisation", "chemotherapy"), HALVES, ids=["CPT", "ICD-10-PCS"])
def test_embolisation_and_arterial_chemotherapy_coded_apart_are_one_session(
    embolisation: Resource, chemotherapy: Resource
) -> None:
    shown = judge(REFRACTORY, _in_halves(embolisation, chemotherapy)(record(REFRACTORY)))
    assert answers(shown) == answers(canonical(REFRACTORY))
    assert shown["course"]["count"] == 3


@pytest.mark.parametrize(("embolisation", "chemotherapy"), HALVES, ids=["CPT", "ICD-10-PCS"])
def test_halves_of_different_days_and_a_half_alone_are_asked_about(
    embolisation: Resource, chemotherapy: Resource
) -> None:
    apart = judge(REFRACTORY, _in_halves(embolisation, chemotherapy, days=1)(record(REFRACTORY)))
    alone = judge(REFRACTORY, _renamed(embolisation)(record(REFRACTORY)))
    for shown in (apart, alone):
        assert shown["definitions"]["cci-2022"]["verdict"] == "indeterminate"
        assert "procedure-confirmation" in shown["missing"]
    infused = judge(REFRACTORY, _renamed(chemotherapy)(record(REFRACTORY)))
    assert infused["course"]["count"] == 0


def test_staged_session_by_identifier_by_parent_and_by_dates() -> None:
    assert_same("v28", staged)

    def by_dates(resources: Resources) -> Resources:
        for one in of_kind(resources, "Procedure"):
            one["extension"] = [e for e in one["extension"] if "tace-session" not in e["url"]]
        return resources

    assert_same("v28", by_dates)


def test_a_part_of_a_session_is_no_session() -> None:
    def with_angiography(resources: Resources) -> Resources:
        parts = [
            {
                **like(one, "angiography", code=concept(SNOMED, "77343006")),
                "partOf": [{"reference": f"Procedure/{one['id']}"}],
            }
            for one in of_kind(resources, "Procedure")
        ]
        return [*resources, *parts]

    assert_same(REFRACTORY, with_angiography)


def test_session_as_a_period_of_one_day() -> None:
    assert_same(REFRACTORY, lambda resources: each(resources, as_periods))


@pytest.mark.parametrize("form", ["{0}-{1}-{2}", "{0}年{1}月{2}日", "{0}/{1}/{2}"])
def test_session_dated_in_words(form: str) -> None:
    def change(resource: Resource) -> None:
        if "performedDateTime" in resource:
            parts = resource.pop("performedDateTime").split("-")
            resource["performedString"] = form.format(*parts)

    shown = assert_same(REFRACTORY, lambda resources: each(resources, change))
    assert len(notes_of(shown, "inferred")) == 3


def test_session_dated_in_other_words_has_no_date() -> None:
    resources = record(REFRACTORY)
    last = of_kind(resources, "Procedure")[-1]
    del last["performedDateTime"]
    last["performedString"] = "last spring"
    shown = judge(REFRACTORY, resources)
    assert shown["definitions"]["cci-2022"]["reason"] == "procedure-confirmation"


ELSEWHERE: list[Resource] = [
    {
        "resourceType": "Encounter",
        "id": "outside",
        "status": "finished",
        "type": [{"text": "外院TACE治疗"}],
        "reasonCode": [{"text": "TACE"}],
    },
    {
        "resourceType": "DocumentReference",
        "id": "outside",
        "status": "current",
        "description": "TACE x 3 at another hospital",
        "date": "2022-06-01T00:00:00Z",
    },
]


@pytest.mark.parametrize("told_by", ELSEWHERE, ids=lambda one: str(one["resourceType"]))
def test_session_told_only_by_a_visit_or_document_is_not_counted_but_asked(
    told_by: Resource,
) -> None:
    two = record("v27")
    outside = {**told_by, "subject": two[1]["subject"]}
    before, shown = judge("v27", two), judge("v27", [*two, outside])
    assert shown["course"]["count"] == before["course"]["count"] == 2
    assert before["definitions"]["cci-2022"]["verdict"] == "not-met"
    assert shown["definitions"]["cci-2022"]["verdict"] == "indeterminate"
    assert "procedure-confirmation" in shown["missing"]


def _told(words: str, day: str) -> Resource:
    return {
        "resourceType": "DocumentReference",
        "id": "told",
        "status": "current",
        "description": words,
        "subject": record("v27")[1]["subject"],
        "date": f"{day}T12:00:00+08:00",
    }


def _asked(words: str, day: str) -> bool:
    shown = judge("v27", [*record("v27"), _told(words, day)])
    return "procedure-confirmation" in shown["missing"]


@pytest.mark.parametrize(
    "words",
    ["外院TACE术后病历", "肝动脉栓塞化疗出院小结", "History of TACE elsewhere", "s/p TACE x3"],
)
def test_a_document_of_the_past_tells_of_a_session_before_those_recorded(words: str) -> None:
    assert _asked(words, "2021-12-01")


@pytest.mark.parametrize(
    ("words", "is_asked"),
    [
        ("外院TACE", False),
        ("外院第3次TACE", False),
        ("TACE x 2 outside", True),
        ("外院TACE两次", True),
        ("外院TACE治疗3次", True),
        ("2 sessions of TACE elsewhere", True),
    ],
)
def test_a_document_of_several_sessions_may_make_up_three_with_one(
    words: str, is_asked: bool
) -> None:
    """With one session recorded, one more changes nothing, two do."""
    last = max(p["performedDateTime"] for p in of_kind(record("v27"), "Procedure"))
    one = [
        r
        for r in record("v27")
        if r["resourceType"] != "Procedure" or r["performedDateTime"] == last
    ]
    shown = judge("v27", [*one, _told(words, "2021-12-01")])
    assert shown["course"]["count"] == 1
    assert (shown["definitions"]["cci-2022"]["verdict"] == "indeterminate") is is_asked


def test_a_history_of_tace_is_explained_by_any_before_it_but_not_when_elsewhere() -> None:
    last = max(p["performedDateTime"] for p in of_kind(record("v27"), "Procedure"))
    later = (datetime.date.fromisoformat(last[:10]) + datetime.timedelta(days=31)).isoformat()
    assert not _asked("肝癌TACE术后", later)
    assert _asked("外院肝癌TACE术后", later)


@pytest.mark.parametrize(
    "words", ["TACE知情同意书", "拟行TACE", "取消TACE", "未行TACE", "TACE planning", "TACE术前讨论"]
)
def test_a_document_of_no_session_asks_nothing(words: str) -> None:
    assert not _asked(words, "2021-12-01")


def test_visits_and_documents_of_recorded_sessions_change_nothing() -> None:
    two = record("v27")
    beside: Resources = []
    for one in of_kind(two, "Procedure"):
        day = one["performedDateTime"]
        beside.append(
            {
                "resourceType": "Encounter",
                "id": f"{one['id']}-visit",
                "status": "finished",
                "type": [{"text": "TACE"}],
                "subject": one["subject"],
                "period": {"start": day, "end": day},
            }
        )
        beside.append(
            {
                "resourceType": "DocumentReference",
                "id": f"{one['id']}-document",
                "status": "current",
                "description": "TACE",
                "subject": one["subject"],
                "date": f"{day}T12:00:00+08:00",
            }
        )
    assert judge("v27", [*two, *beside]) == judge("v27", two)


def test_intent_is_taken_from_the_procedure_alone() -> None:
    resources = record("v07")
    for one in of_kind(resources, "Procedure"):
        one["extension"] = [e for e in one["extension"] if "intent" not in e["url"]]
    subject = of_kind(resources, "Procedure")[0]["subject"]
    plans: Resources = [
        {
            "resourceType": "CarePlan",
            "id": "plan",
            "status": "active",
            "intent": "plan",
            "title": "姑息性TACE",
            "subject": subject,
        },
        {
            "resourceType": "ServiceRequest",
            "id": "order",
            "status": "completed",
            "intent": "order",
            "reasonCode": [{"text": "palliative"}],
            "subject": subject,
        },
    ]
    shown = judge("v07", [*resources, *plans])
    assert shown["definitions"]["european"]["verdict"] == "indeterminate"
    assert "tace-intent" in shown["missing"]
    assert shown == judge("v07", resources)


MII = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko"
INTENTION = f"{MII}/StructureDefinition/mii-ex-onko-operation-intention"


@pytest.mark.parametrize(("code", "same"), [("K", True), ("P", False), ("D", False)])
def test_intent_by_the_extension_of_the_german_oncology_module(code: str, same: bool) -> None:
    resources = record("v07")
    for one in of_kind(resources, "Procedure"):
        one["extension"] = [e for e in one["extension"] if "intent" not in e["url"]]
        value = concept(f"{MII}/CodeSystem/mii-cs-onko-intention", code)
        one["extension"].append({"url": INTENTION, "valueCodeableConcept": value})
    shown = judge("v07", resources)
    assert (told(shown) == told(canonical("v07"))) is same
    assert bool(notes_of(shown, "unknown-code")) is (code == "D")
    assert ("tace-intent" in shown["missing"]) is (code == "D")


OTHER_THERAPIES = [
    ("ablation", "肝肿瘤射频消融术"),
    ("ablation", "Radiofrequency ablation of liver"),
    ("haic", "肝动脉灌注化疗"),
    ("haic", "HAIC"),
    ("tare", "TARE"),
]


@pytest.mark.parametrize(("kind", "text"), OTHER_THERAPIES, ids=str)
def test_another_local_therapy_by_its_text(kind: str, text: str) -> None:
    resources = record(REFRACTORY)
    between = like(of_kind(resources, "Procedure")[1], "other", performedDateTime="2023-03-10")
    coded_so, told_so = (
        judge(REFRACTORY, [*resources, {**between, "code": code}])
        for code in (concept(PROCEDURE, kind), {"text": text})
    )
    assert "consecutiveness" in coded_so["missing"]
    assert told(told_so) == told(coded_so)
    assert notes_of(told_so, "text-matched")


# ---------------------------------------------------------------- scans

SCANS: dict[str, Rewrite] = {
    "report without study, coded": as_reports(words=False),
    "report without study, in words": as_reports(words=True),
    "report names the study by its UID": linked_by_identifier("report"),
    "observations name the study by its UID": linked_by_identifier("study"),
    "common accession number": linked_by_identifier("accession"),
    "contrast by the code of the study": contrast_told("code"),
    "contrast by the description": contrast_told("description"),
    "contrast by the series": contrast_told("series"),
    "without and with contrast": contrast_told("both phases"),
}


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("shape", SCANS)
def test_scan(shape: str, course: str) -> None:
    assert_same(course, SCANS[shape])


@pytest.mark.parametrize("course", ["g002", "g008", "g016", "g019", "g024"])
@pytest.mark.parametrize("words", [False, True])
def test_scan_without_contrast_or_not_recorded(course: str, words: bool) -> None:
    assert_same(course, as_reports(words=words))


CONTRAST_IN_WORDS = [
    ("Liver MRI with and without contrast", True),
    ("MR ABDOMEN W/WO CONTRAST", True),
    ("MRI liver w/o & w/ contrast", True),
    ("MRI abdomen W and WO IV contrast", True),
    ("MRI liver without and with contrast", True),
    ("上腹部MRI平扫+增强", True),
    ("上腹部MRI平扫及动态增强", True),
    ("上腹部MRI增强、平扫", True),
    ("MRI liver w/ contrast", True),
    ("MRI liver w/o contrast", False),
    ("MRI liver without IV contrast", False),
    ("上腹部MRI平扫，未增强", False),
    ("上腹部MRI平扫", False),
    ("MRI liver", None),
    ("MRI动态增强 病灶无强化", True),
    ("MRI动态增强，病灶未见明显强化", True),
    ("MRI liver dynamic, no arterial enhancement", True),
    ("MRI, 病灶无强化", None),
    ("MRI平扫(患者拒绝增强)", False),
    ("上腹部MRI平扫，建议增强扫描", False),
    ("MRI平扫, 必要时增强", False),
    ("MRI liver (no CE)", False),
    ("MRI liver, non-CE", False),
    ("MRI liver no contrast", False),
    ("MRI liver unenhanced, contrast recommended", False),
    ("MRI liver CE", True),
    ("DCE-MRI liver", True),
    ("MRI ABDOMEN W WO CONTRAST", True),
    ("MRI abdomen WO W contrast", True),
    ("MRI liver with, without contrast", True),
    ("MRI liver pre- and post-contrast", True),
    ("MRI liver pre contrast", False),
    ("MRI ABDOMEN W CONTRAST", True),
    ("MRI, T2 plain; LAVA+C", None),
    ("MRI非强化扫描", False),
    ("肝脏MRI动态增强，非增强期未扫", None),
    ("MRI liver unenhanced, arterial and portal phases", None),
    ("CT ABDOMEN WITH IV CONTRAST", True),
    ("CT ABDOMEN W IV CONTRAST", True),
    ("CT ABDOMEN W/ IV CONTRAST", True),
    ("MRI ABDOMEN WITH INTRAVENOUS CONTRAST", True),
    ("CT ABDOMEN WITH ORAL AND IV CONTRAST", True),
    ("CT ABDOMEN WITH IV AND ORAL CONTRAST", True),
    ("CT ABDOMEN WITH ORAL CONTRAST AND IV CONTRAST", True),
    ("CT ABDOMEN WITH IV CONTRAST WITHOUT ORAL CONTRAST", True),
    ("CT ABDOMEN WITH IV, WITHOUT ORAL CONTRAST", True),
    ("CT ABDOMEN WITH CONTRAST, ORAL AND IV", True),
    ("MRI ABDOMEN WITH AND WITHOUT IV CONTRAST", True),
    ("CT ABDOMEN WITHOUT IV CONTRAST", False),
    ("CT ABDOMEN WITHOUT INTRAVENOUS CONTRAST", False),
    ("CT ABDOMEN WITHOUT ORAL OR IV CONTRAST", False),
    ("CT ABDOMEN WITH ORAL, WITHOUT IV CONTRAST", False),
    ("CT ABDOMEN WITHOUT IV AND WITH ORAL CONTRAST", False),
    ("CT ABDOMEN WITH ORAL CONTRAST", None),
    ("CT ABDOMEN WITH CONTRAST (ORAL)", None),
    ("CT ABDOMEN WITH AND WITHOUT ORAL CONTRAST", None),
    ("CT ABDOMEN W/O & W/ ORAL CONTRAST", None),
    ("CT ABDOMEN WITH ORAL OR IV CONTRAST", None),
    ("CT ABDOMEN WITHOUT ORAL CONTRAST", None),
]


def _with_all_scans_called(**members: Any) -> Shown:
    """No scan says its modality or contrast but in these words."""

    def change(resource: Resource) -> None:
        if resource["resourceType"] == "ImagingStudy":
            del resource["extension"]
            resource |= members

    return judge(REFRACTORY, each(record(REFRACTORY), change))


def _taken_as_enhanced(shown: Shown) -> bool | None:
    if shown["course"]["assessmentScan"] is not None:
        return True
    return None if "contrast-status" in shown["missing"] else False


@pytest.mark.parametrize(("description", "enhanced"), CONTRAST_IN_WORDS, ids=str)
def test_contrast_in_words(description: str, enhanced: bool | None) -> None:
    assert _taken_as_enhanced(_with_all_scans_called(description=description)) is enhanced


@pytest.mark.parametrize(
    ("words", "enhanced"),
    [
        (("T1 plain", "T1 arterial phase"), True),
        (("T1 without contrast", "T1 with contrast"), True),
        (("T1 plain", "T2"), False),
        (("T2 plain", "LAVA+C"), True),
        (("T1", "T2"), None),
    ],
    ids=str,
)
def test_contrast_of_one_series_is_that_of_the_study(
    words: tuple[str, ...], enhanced: bool | None
) -> None:
    series = [{"uid": f"2.25.{n}", "description": one} for n, one in enumerate(words)]
    assert _taken_as_enhanced(_with_all_scans_called(series=series)) is enhanced


def test_scan_by_part_of() -> None:
    assert_same(REFRACTORY, lambda resources: each(resources, by_part_of))


ASSESSED = [(0, True), (1, True), (2, False)]


@pytest.mark.parametrize(("number", "contradicts"), ASSESSED)
def test_a_reading_that_names_another_session_than_its_dates(
    number: int, contradicts: bool
) -> None:
    """The last scan follows the third session."""
    resources = record(REFRACTORY)
    sessions = [f"Procedure/{one['id']}" for one in of_kind(resources, "Procedure")]
    reading = [one for one in resources if is_diameter(one)][-1]
    url = f"{BASE}/StructureDefinition/assessed-procedure"
    reading["extension"] = [{"url": url, "valueReference": {"reference": sessions[number]}}]
    shown = judge(REFRACTORY, resources)
    assert told(shown) == told(canonical(REFRACTORY))
    notes = notes_of(shown, "conflict")
    assert len(notes) == contradicts
    if contradicts:
        named = [f"Observation/{reading['id']}", sessions[number], sessions[2]]
        assert notes[0]["references"] == sorted(named)


def test_a_reading_that_names_any_part_of_its_session_or_one_that_is_not_there() -> None:
    resources = record("v28")
    parts = [f"Procedure/{one['id']}" for one in of_kind(resources, "Procedure")]
    reading = [one for one in resources if is_diameter(one)][-1]
    noted = []
    for named in (*parts, "Procedure/none"):
        url = f"{BASE}/StructureDefinition/assessed-procedure"
        reading["extension"] = [{"url": url, "valueReference": {"reference": named}}]
        shown = judge("v28", resources)
        assert told(shown) == told(canonical("v28"))
        noted.append(bool(notes_of(shown, "conflict")))
    of_last = canonical("v28")["course"]["sessions"][-1]["references"]
    assert noted == [part not in of_last for part in (*parts, "Procedure/none")]


def test_scan_by_the_same_day() -> None:
    def change(resource: Resource) -> None:
        resource.pop("derivedFrom", None)

    assert_same("v16", lambda resources: each(resources, change))


def test_a_report_that_is_only_issued_is_dated_by_that_last_and_noted() -> None:
    def rewrite(resources: Resources, *, dated_results: bool) -> Resources:
        reported = as_reports(words=False)(resources)
        for one in reported:
            if one["resourceType"] == "DiagnosticReport":
                issued = one.pop("effectiveDateTime")
                one["issued"] = f"{'2099-01-01' if dated_results else issued}T10:00:00+08:00"
            elif one["resourceType"] == "Observation" and not dated_results and one.get("category"):
                one.pop("effectiveDateTime", None)
        return reported

    by_results = judge(REFRACTORY, rewrite(record(REFRACTORY), dated_results=True))
    assert told(by_results) == told(canonical(REFRACTORY))
    assert not notes_of(by_results, "inferred")
    by_issue = judge(REFRACTORY, rewrite(record(REFRACTORY), dated_results=False))
    assert by_issue["response"]["category"] == "PD"
    assert len(notes_of(by_issue, "inferred")) == 4


def test_a_report_of_another_place_is_no_scan() -> None:
    resources = record(REFRACTORY)
    skull = as_reports(words=True)(resources)[-1]
    skull |= {"id": "skull", "code": {"text": "头颅MRI增强"}, "result": []}
    assert told(judge(REFRACTORY, [*resources, skull])) == told(canonical(REFRACTORY))


def test_angiography_and_a_scan_made_in_the_session_are_no_follow_up() -> None:
    resources = record(REFRACTORY)
    study = of_kind(resources, "ImagingStudy")[-1]
    session = of_kind(resources, "Procedure")[-1]
    study["procedureReference"] = {"reference": f"Procedure/{session['id']}"}
    assert "imaging-in-window" in judge(REFRACTORY, resources)["missing"]
    del study["procedureReference"]
    study["modality"] = [{"system": DICOM, "code": "XA"}]
    assert "imaging-in-window" in judge(REFRACTORY, resources)["missing"]


# ---------------------------------------------------------------- lesions


def tracked_groups(resources: Resources) -> Resources:
    """The tracking label stands on the group."""
    return in_groups(tracked(kind="112039", keep_records=False)(resources))


def id_on_the_group(resources: Resources) -> Resources:
    """The extension with the lesion's id stands on the group."""
    grouped = in_groups(by_lesion_id("lesion-id")(resources))
    for one in grouped:
        if is_diameter(one):
            del one["extension"]
    return grouped


LESIONS: dict[str, Rewrite] = {
    "extension lesion-id of the group": id_on_the_group,
    "core extension bodySite": each_diameter(by_body_site_extension),
    "tracking UID": tracked(kind="112040", keep_records=True),
    "tracking UID without records": tracked(kind="112040", keep_records=False),
    "tracking label": tracked(kind="112039", keep_records=True),
    "tracking label without records": tracked(kind="112039", keep_records=False),
    "measurement groups": in_groups,
    "measurement groups that are tracked": tracked_groups,
    "extension lesion-id": by_lesion_id("lesion-id"),
    "extension target-lesion-id-2": by_lesion_id("target-lesion-id-2"),
    "site in words": by_words(where="bodySite", keep_records=False),
    "site in words beside records": by_words(where="bodySite", keep_records=True),
    "note": by_words(where="note", keep_records=False),
}


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("shape", LESIONS)
def test_lesion(shape: str, course: str) -> None:
    assert_same(course, LESIONS[shape])


def test_two_sizes_at_one_place_without_a_label_are_not_one_lesion() -> None:
    def change(resource: Resource) -> Resources | None:
        if resource["resourceType"] == "BodyStructure":
            return []
        if is_diameter(resource):
            del resource["focus"]
            resource["bodySite"] = {"text": "S8"}
        return None

    shown = judge("v28", each(record("v28"), change))
    assert shown["response"]["category"] == "NE"
    assert "target-measurement" in shown["missing"] or "imaging-baseline" in shown["missing"]
    assert told(judge(REFRACTORY, each(record(REFRACTORY), change))) == told(canonical(REFRACTORY))


# ---------------------------------------------------------------- diameters

ENHANCING = concept(NCIT, "C113842")
DIAMETERS: dict[str, Rewrite] = {
    "NCIt viable diameter": coded(concept(NCIT, "C96646")),
    "both codings": coded(
        {
            "coding": [
                *concept(OBSERVATION, "viable-diameter")["coding"],
                *concept(NCIT, "C96646")["coding"],
            ]
        }
    ),
    "tumour size with a viable component": as_panel(viable=concept(OBSERVATION, "viable-diameter")),
    "tumour size with a component called viable": as_panel(
        viable={**concept(LOINC, "33728-7"), "text": "viable (arterial phase)"}
    ),
    "SNOMED measurement, viable in words": coded(
        {**concept(SNOMED, "439984002"), "text": "存活病灶最大径"}
    ),
    "SNOMED diameter, enhancing in words": coded(
        {**concept(SNOMED, "81827009"), "text": "Enhancing diameter"}
    ),
    "SNOMED long axis, method enhancing lesion": coded(
        concept(SNOMED, "103339001"), method=ENHANCING
    ),
    "SNOMED long axis, component enhancing lesion": coded(
        concept(SNOMED, "103339001"), component=[enhancing_component()]
    ),
    "LOINC total diameter, viable in words": coded(
        {**concept(LOINC, "33728-7"), "text": "动脉期强化"}
    ),
    "two axes": each_diameter(as_two_axes),
    "text in mm": as_text("{mm} mm"),
    "text in cm": as_text("{cm}cm"),
    "text with two axes": as_text("{mm} × {short} mm"),
}


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("shape", DIAMETERS)
def test_diameter(shape: str, course: str) -> None:
    assert_same(course, DIAMETERS[shape])


NOT_VIABLE = [
    {**concept(SNOMED, "439984002"), "text": "最大径"},
    {**concept(SNOMED, "103339001"), "text": "non-viable diameter"},
    {**concept(SNOMED, "103339001"), "text": "无强化区长径"},
    {"coding": [*concept(SNOMED, "81827009")["coding"], *concept(NCIT, "C81175")["coding"]]},
    concept(LOINC, "33729-5"),
]


@pytest.mark.parametrize("code", NOT_VIABLE, ids=str)
def test_a_diameter_that_is_not_called_viable_is_a_total_one(code: Resource) -> None:
    shown = judge(REFRACTORY, coded(code)(record(REFRACTORY)))
    assert shown["response"]["category"] == "NE"
    assert shown["definitions"]["cci-2022"]["verdict"] == "indeterminate"


def test_a_short_axis_alone_lists_its_lesion_without_a_size() -> None:
    code = {**concept(SNOMED, "103340004"), "text": "viable short axis"}
    shown = judge(REFRACTORY, coded(code)(record(REFRACTORY)))
    assert shown["response"]["category"] == "NE"


def test_only_the_sum_of_all_targets() -> None:
    def change(resource: Resource) -> Resources | None:
        if not is_diameter(resource):
            return None
        total = like(resource, "sum", code=concept(OBSERVATION, "sum-viable-diameters"))
        del total["focus"]
        del resource["valueQuantity"]
        absent = concept(f"{TERMINOLOGY}/data-absent-reason", "not-performed")
        return [{**resource, "dataAbsentReason": absent}, total]

    shown = judge(REFRACTORY, each(record(REFRACTORY), change))
    expected = canonical(REFRACTORY)
    assert shown["response"]["category"] == "PD"
    for part in ("baselineSum", "currentSum", "changePercent"):
        assert shown["response"][part] == expected["response"][part]
    assert shown["definitions"]["cci-2022"]["verdict"] == "met"


def _viability(percent: float | str, unit: str = "%", **members: Any) -> Rewrite:
    """No scan has a usable size; the two after a session may state what is left, in percent."""

    def rewrite(resources: Resources) -> Resources:
        stated: Resources = []
        for one in filter(is_diameter, resources):
            del one["valueQuantity"]
            one["dataAbsentReason"] = concept(f"{TERMINOLOGY}/data-absent-reason", "not-performed")
            left = like(one, "left", code=concept(OBSERVATION, "residual-viability"))
            del left["focus"], left["dataAbsentReason"]
            left["valueQuantity"] = {"value": percent, "unit": unit, "system": UCUM, "code": unit}
            stated.append(left | members)
        return [*resources, *stated]

    return rewrite


def _viability_criterion(rewrite: Rewrite) -> tuple[Any, list[Resource]]:
    shown = judge(REFRACTORY, rewrite(record(REFRACTORY)))
    jsh = shown["definitions"]["jsh-lcsgj-2014"]
    assert jsh["verdict"] == {True: "met", False: "not-met"}.get(
        jsh["criteria"]["viability"], "indeterminate"
    )
    return jsh["criteria"]["viability"], shown["notes"]


@pytest.mark.parametrize(("percent", "answer"), [(51, True), (50, False), (20, False)])
def test_residual_viability_that_the_reader_states(percent: int, answer: bool) -> None:
    assert _viability_criterion(_viability(percent)) == (answer, [])


UNUSABLE_VIABILITY: dict[str, Rewrite] = {
    "another unit": _viability(60, "mm"),
    "negative": _viability(-60),
    "of two lesions": _viability(
        60, focus=[{"reference": f"BodyStructure/v01-lesion-{n}"} for n in ("L1", "L2")]
    ),
    "of a place": _viability(60, bodySite={"text": "left lobe"}),
}


@pytest.mark.parametrize("shape", UNUSABLE_VIABILITY)
def test_residual_viability_that_cannot_be_used_is_noted(shape: str) -> None:
    answer, notes = _viability_criterion(UNUSABLE_VIABILITY[shape])
    assert answer is None and notes


OF_ONE: dict[str, dict[str, Any]] = {
    "focus": {"focus": [{"reference": "BodyStructure/v01-lesion-L1"}]},
    "site in words": {"bodySite": {"text": "L1"}},
    "tracking label": {"identifier": [{"type": concept(DICOM, "112039"), "value": "L1"}]},
}


@pytest.mark.parametrize("named", OF_ONE)
@pytest.mark.parametrize(("percent", "answer"), [(51, True), (50, False)])
def test_the_share_of_the_only_lesion_is_that_of_all(
    percent: int, answer: bool, named: str
) -> None:
    assert _viability_criterion(_viability(percent, **OF_ONE[named])) == (answer, [])


@pytest.mark.parametrize("site", ["liver", "肝脏"])
def test_a_share_of_the_whole_liver_is_that_of_all_lesions(site: str) -> None:
    assert _viability_criterion(_viability(51, bodySite={"text": site})) == (True, [])


TWO_LESIONS = [
    ((60, 70), True),
    ((50, 0), False),
    ((40, 60), None),
    ((60, None), None),
    ((None, 20), None),
]


@pytest.mark.parametrize("as_component", [True, False])
@pytest.mark.parametrize(("percents", "answer"), TWO_LESIONS, ids=str)
def test_shares_of_several_lesions_decide_where_all_lie_on_one_side(
    percents: tuple[int | None, ...], answer: bool | None, as_component: bool
) -> None:
    """After the baseline nothing is measured but, of each lesion, what is left of it."""
    resources = record("v28")
    first = min(one["effectiveDateTime"] for one in resources if is_diameter(one))
    code = concept(OBSERVATION, "residual-viability")

    def change(resource: Resource) -> Resources | None:
        if not is_diameter(resource) or resource["effectiveDateTime"] == first:
            return None
        percent = percents[int(resource["focus"][0]["reference"][-1]) - 1]
        del resource["valueQuantity"]
        absent = concept(f"{TERMINOLOGY}/data-absent-reason", "not-performed")
        if percent is None:
            resource["dataAbsentReason"] = absent
            return None
        share = {"value": percent, "unit": "%", "system": UCUM, "code": "%"}
        if not as_component:
            left = like(resource, "left", code=code, valueQuantity=share)
            return [{**resource, "dataAbsentReason": absent}, left]
        resource["code"] = concept(LOINC, "21889-1")
        viable = concept(OBSERVATION, "viable-diameter")
        resource["component"] = [
            {"code": viable, "dataAbsentReason": absent},
            {"code": code, "valueQuantity": share},
        ]
        return None

    shown = judge("v28", each(resources, change))
    assert shown["definitions"]["jsh-lcsgj-2014"]["criteria"]["viability"] is answer
    assert shown["response"]["category"] == "NE"
    assert bool(notes_of(shown, "value-not-usable")) is (None in percents)


def test_a_share_of_one_lesion_beside_its_size_is_not_that_of_all() -> None:
    share = {
        "code": concept(OBSERVATION, "residual-viability"),
        "valueQuantity": {"value": 1, "unit": "%", "system": UCUM, "code": "%"},
    }

    def rewrite(resources: Resources) -> Resources:
        resources = as_panel(viable=concept(OBSERVATION, "viable-diameter"))(resources)
        for one in resources:
            one.get("component", []).append(share)
        return resources

    assert_same(REFRACTORY, rewrite)


def test_a_report_that_groups_its_measurements() -> None:
    def rewrite(resources: Resources) -> Resources:
        grouped = in_groups(as_reports(words=False)(resources))
        groups = {
            one["hasMember"][0]["reference"]: f"Observation/{one['id']}"
            for one in grouped
            if "hasMember" in one
        }
        for report in of_kind(grouped, "DiagnosticReport"):
            for result in report["result"]:
                result["reference"] = groups.get(result["reference"], result["reference"])
        return grouped

    assert_same("v28", rewrite)


# ---------------------------------------------------------------- duplicates


@pytest.mark.parametrize("course", COURSES)
def test_duplicates_of_structured_report_and_report(course: str) -> None:
    shown = assert_same(course, with_report_duplicates)
    assert not notes_of(shown, "conflict")


# ---------------------------------------------------------------- every shape


OTHERS: dict[str, Rewrite] = {
    "staged session by its parent": staged,
    "session as a period": lambda resources: each(resources, as_periods),
    "readings name their session": naming_sessions,
    "invasion and spread are called new": called_new,
    "spread as the M category of TNM": lambda resources: each(resources, spread_as_category),
    "scan by partOf": lambda resources: each(resources, by_part_of),
    "drug contained": drugs_apart("contained"),
    "drug beside": drugs_apart("beside"),
    "duplicates": with_report_duplicates,
}


@pytest.mark.parametrize("shape", OTHERS)
def test_another_shape_is_judged_the_same_in_every_course_that_has_it(shape: str) -> None:
    courses = [
        name for name in (*COURSES, *INFUSIONS) if OTHERS[shape](record(name)) != record(name)
    ]
    assert courses
    for course in courses:
        shown = assert_same(course, OTHERS[shape])
        assert not notes_of(shown, "conflict")


def test_no_rewriting_is_left_out() -> None:
    """Every function that rewrites a record stands in a table above."""
    written = ast.parse(Path(str(shapes.__file__)).read_text(encoding="utf-8")).body
    rewriting = {
        one.name
        for one in written
        if isinstance(one, ast.FunctionDef)
        and one.returns is not None
        and (ast.unparse(one.returns) == "Rewrite" or _takes_what_is_rewritten(one))
    }
    tables = [
        one
        for one in ast.parse(Path(__file__).read_text(encoding="utf-8")).body
        if isinstance(one, ast.AnnAssign) and ast.unparse(one.annotation) == "dict[str, Rewrite]"
    ]
    used = {n.id for table in tables for n in ast.walk(table) if isinstance(n, ast.Name)}
    helpers = {"each", "each_diameter", "of_kind", "without_kind"}
    assert len(rewriting) > 15 and rewriting - helpers <= used


def _takes_what_is_rewritten(function: ast.FunctionDef) -> bool:
    kinds = [ast.unparse(one.annotation) for one in function.args.args if one.annotation]
    returned = ast.unparse(function.returns) if function.returns else ""
    return (kinds == ["Resources"] and returned == "Resources") or (
        kinds == ["Resource"] and returned in ("None", "Resources")
    )


def test_everything_at_once() -> None:
    def rewrite(resources: Resources) -> Resources:
        resources = as_reports(words=True)(resources)
        resources = by_words(where="bodySite", keep_records=False)(resources)
        return coded({**concept(SNOMED, "439984002"), "text": "强化"})(resources)

    for course in COURSES:
        assert_same(course, rewrite)
