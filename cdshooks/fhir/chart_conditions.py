"""Diagnoses that count: decompensation, and invasion or spread that speak for the scans."""

from __future__ import annotations

from cdshooks.clinical.chart import Fact, Grade, StatedFact
from cdshooks.fhir.chart_clinical import Clinical
from cdshooks.fhir.chart_desk import (
    CANDIDATE,
    DROPPED,
    FINAL,
    INFERRED,
    NOT_USABLE,
    TEXT_MATCHED,
    UNREADABLE,
    Desk,
    Entry,
    texts_of,
)
from cdshooks.fhir.chart_imaging import Finding
from cdshooks.fhir.views import CodeableConcept, Condition, Observation

_SPREAD = "extrahepatic-spread"
METASTASIS, METASTASIS_PRESENT = "metastasis", "metastasis-present"
"""An observation of the site of a metastasis; one whose value is "metastasis present"."""


def read_conditions(
    desk: Desk, conditions: list[Entry[Condition]], sheet: Clinical
) -> list[Finding]:
    """Active Conditions that count; those that speak for scans are returned."""
    findings: list[Finding] = []
    for reference, view, _ in conditions:
        if view.code is None:
            desk.note(UNREADABLE, reference, path="Condition.code")
        role, sure = _diagnosis(desk, view)
        if role == "hcc" and sure and _is_active(desk, view):
            sheet.diagnosis.append(reference)
        if role is None or (role == "hcc" and sure):
            continue
        if not _is_active(desk, view):
            desk.note(DROPPED, reference, path="Condition.clinicalStatus")
            continue
        if not sure:
            called = _is_called(desk, role, view.code)
            desk.note(TEXT_MATCHED if called else CANDIDATE, reference, path="Condition.code")
            if not called or role == "hcc":
                continue
        onset = desk.day(view.onset_date_time, reference, "Condition.onsetDateTime")
        if view.onset_date_time and onset is None:
            continue
        if onset is None and view.onset_period is not None:
            onset = desk.day(view.onset_period.start, reference, "Condition.onsetPeriod.start")
        day = onset or desk.day(view.recorded_date, reference, "Condition.recordedDate")
        date = day.date if day is not None else None
        source = (reference,)
        if role == "hepatorenal-syndrome":
            sheet.facts.append(StatedFact(Fact.HEPATORENAL_SYNDROME, True, date, source, True))
        elif role == "encephalopathy":
            sheet.encephalopathy.append(Grade(1, 4, date, source, expires=False))
        elif role == "ascites":
            sheet.ascites.append(Grade(2, 3, date, source, expires=False))
        else:
            statement = _finding(desk, role, view, reference)
            if statement is None:
                continue
            if day is None:
                desk.note(NOT_USABLE, reference, detail="no-date", path="Condition.onsetDateTime")
                continue
            if onset is None:
                desk.note(INFERRED, reference, detail="recorded", path="Condition.recordedDate")
            findings.append(Finding(statement, day, reference))
    return sorted(findings, key=lambda finding: (finding.day.date, finding.reference))


def _diagnosis(desk: Desk, view: Condition) -> tuple[str | None, bool]:
    """What the code of a Condition means, and whether the code alone is enough."""
    role = desk.terminology.find("condition", view.code)
    if role is not None:
        return role, True
    return desk.terminology.find("condition-probable", view.code), False


def _is_active(desk: Desk, view: Condition) -> bool:
    table = desk.terminology
    if table.find("condition-verification", view.verification_status) == "rejected":
        return False
    return table.find("condition-status", view.clinical_status) == "active"


def _finding(desk: Desk, role: str, view: Condition, reference: str) -> str | None:
    """Portal vein thrombosis is invasion only when it is called a tumour thrombus (1.6)."""
    if role != "portal-vein-thrombosis":
        return role
    if not _is_called(desk, "vascular-invasion", view.code):
        return None
    desk.note(TEXT_MATCHED, reference, path="Condition.code")
    return "vascular-invasion"


def _is_called(desk: Desk, role: str, concept: CodeableConcept | None) -> bool:
    """Whether a diagnosis is called what its code probably says, and not denied."""
    words = " ; ".join(texts_of(concept))
    found = desk.terminology.condition_texts[role].search(words)
    return found is not None and not desk.terminology.denies_what_follows.search(
        words[: found.start()]
    )


def read_metastases(
    desk: Desk, observations: list[tuple[Entry[Observation], str]]
) -> list[Finding]:
    """Observations of a distant metastasis; one in the liver is no spread outside it."""
    findings: list[Finding] = []
    for (reference, view, whole), role in observations:
        if role not in (METASTASIS, METASTASIS_PRESENT) or not whole:
            continue
        if view.status not in FINAL:
            desk.note(DROPPED, reference, path="Observation.status")
            continue
        day = desk.effective(view, reference)
        site = desk.terminology.find("metastasis-site", view.value_codeable_concept)
        if role == METASTASIS and site is None:
            desk.note(NOT_USABLE, reference, path="Observation.valueCodeableConcept")
        elif day is None:
            desk.note(NOT_USABLE, reference, detail="no-date", path="Observation.effective")
        else:
            findings.append(Finding(_SPREAD, day, reference))
    return findings
