"""Diagnoses that count: decompensation, and invasion or spread that speak for the scans."""

from __future__ import annotations

from cdshooks.clinical.chart import Fact, Grade, StatedFact
from cdshooks.fhir.chart_clinical import Clinical
from cdshooks.fhir.chart_desk import (
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
from cdshooks.fhir.views import Condition, Observation

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
        role = desk.terminology.find("condition", view.code)
        if role == "hcc" and _is_active(desk, view):
            sheet.diagnosis.append(reference)
        if role is None or role == "hcc":
            continue
        if not _is_active(desk, view):
            desk.note(DROPPED, reference, path="Condition.clinicalStatus")
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


def _is_active(desk: Desk, view: Condition) -> bool:
    table = desk.terminology
    if table.find("condition-verification", view.verification_status) == "rejected":
        return False
    return table.find("condition-status", view.clinical_status) == "active"


def _finding(desk: Desk, role: str, view: Condition, reference: str) -> str | None:
    """Portal vein thrombosis is invasion only when it is called a tumour thrombus (1.6)."""
    if role != "portal-vein-thrombosis":
        return role
    words = " ; ".join(texts_of(view.code))
    found = desk.terminology.says_tumour_thrombus.search(words)
    if found is None or desk.terminology.denies_what_follows.search(words[: found.start()]):
        return None
    desk.note(TEXT_MATCHED, reference, path="Condition.code")
    return "vascular-invasion"


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
