"""Diagnoses that count: decompensation, and invasion or spread that speak for the scans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdshooks.clinical.chart import Fact, Grade, StatedFact
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
from cdshooks.fhir.chart_procedures import names_carcinoma
from cdshooks.fhir.chart_sheet import Clinical
from cdshooks.fhir.codes import PROBABLE
from cdshooks.fhir.views import CodeableConcept, Condition, Observation

_CARCINOMA, _SPREAD, _EXCLUDED = "hcc", "extrahepatic-spread", "excluded"
_METASTATIC = "condition-metastatic"
"""Slot of cancers that have spread where the code does not say; also the words that say where."""
_HINTS = frozenset({"hepatic-artery-occlusion", "hepatic-fistula"})
"""Never believed: that it prevents catheterisation, or is diffuse, no diagnosis says."""
_THROMBOSES = frozenset({"portal-vein-thrombosis", "hepatic-vein-thrombosis"})
_NAMED = (
    "vascular-invasion",
    _METASTATIC,
    "encephalopathy",
    "hepatorenal-syndrome",
)
"""What would count if a code said it."""
NAMED_ONLY = "named-only"
METASTASIS, METASTASIS_PRESENT = "metastasis", "metastasis-present"
"""An observation of the site of a metastasis; one whose value is "metastasis present"."""


def carcinomas(desk: Desk, conditions: list[Entry[Condition]]) -> frozenset[str]:
    """References of the Conditions that are a cancer of the liver, or probably one."""
    return frozenset(
        reference
        for reference, view, _ in conditions
        if any(meaning.role == _CARCINOMA for meaning in _meanings(desk, view))
        or (
            not _meanings(desk, view) and any(names_carcinoma(desk, t) for t in texts_of(view.code))
        )
    )


class _Meaning(NamedTuple):
    """One thing that a diagnosis says."""

    role: str
    sure: bool = True
    words: str = ""
    """Which words must bear it out when it is not sure."""


def read_conditions(
    desk: Desk, conditions: list[Entry[Condition]], sheet: Clinical
) -> list[Finding]:
    """Active Conditions that count; those that speak for scans are returned."""
    findings: list[Finding] = []
    for reference, view, _ in conditions:
        if view.code is None:
            desk.note(UNREADABLE, reference, path="Condition.code")
        meanings = _meanings(desk, view)
        for meaning in meanings:
            if _is_believed(desk, meaning, view, reference):
                findings += _read(desk, meaning.role, view, reference, sheet)
        if not meanings and _is_active(desk, view) and _only_named(desk, view.code):
            desk.note(CANDIDATE, reference, detail=NAMED_ONLY, path="Condition.code")
    once = {(finding.statement, finding.reference): finding for finding in findings}
    return sorted(once.values(), key=lambda f: (f.day.date, f.reference, f.statement))


def _only_named(desk: Desk, concept: CodeableConcept | None) -> bool:
    """Whether words alone name what a code would have to say: never believed, but told."""
    if _EXCLUDED in desk.terminology.roles("condition", concept):
        return False
    return any(_is_called(desk, role, concept) for role in _NAMED)


def _meanings(desk: Desk, view: Condition) -> list[_Meaning]:
    """What the codes of a Condition say, in any order; a carcinoma that has spread says two things.

    A national code that is not known says at most what the code above it does.
    """
    table = desk.terminology
    roles = table.roles("condition", view.code)
    if _EXCLUDED in roles or _EXCLUDED in table.coarse("condition", view.code):
        return []
    found = [_Meaning(role) for role in roles]
    if not found:
        probable = table.roles(f"condition{PROBABLE}", view.code)
        found += [_Meaning(role, False, role) for role in probable]
    if not found:
        coarse = (role for role in table.coarse("condition", view.code))
        found += [_Meaning(role, False, role) for role in coarse]
    if table.find(_METASTATIC, view.code):
        found.append(_Meaning(_SPREAD, False, _METASTATIC))
    return found


def _is_believed(desk: Desk, meaning: _Meaning, view: Condition, reference: str) -> bool:
    """Whether it holds now, and is said surely enough; else noted."""
    if not _is_active(desk, view):
        if meaning.role != _CARCINOMA or not meaning.sure:
            desk.note(DROPPED, reference, path="Condition.clinicalStatus")
        return False
    if meaning.sure:
        return True
    called = meaning.role not in _HINTS and _is_called(desk, meaning.words, view.code)
    desk.note(TEXT_MATCHED if called else CANDIDATE, reference, path="Condition.code")
    return called


def _read(
    desk: Desk, role: str, view: Condition, reference: str, sheet: Clinical
) -> Iterator[Finding]:
    if role == _CARCINOMA:
        sheet.diagnosis.append(reference)
        return
    onset = desk.day(view.onset_date_time, reference, "Condition.onsetDateTime")
    if view.onset_date_time and onset is None:
        return
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
            return
        if day is None:
            desk.note(NOT_USABLE, reference, detail="no-date", path="Condition.onsetDateTime")
            return
        if onset is None:
            desk.note(INFERRED, reference, detail="recorded", path="Condition.recordedDate")
        yield Finding(statement, day, reference)


def _is_active(desk: Desk, view: Condition) -> bool:
    table = desk.terminology
    if table.find("condition-verification", view.verification_status) == "rejected":
        return False
    return table.find("condition-status", view.clinical_status) == "active"


def _finding(desk: Desk, role: str, view: Condition, reference: str) -> str | None:
    """A thrombosis is invasion only when it is called a tumour thrombus."""
    if role not in _THROMBOSES:
        return role
    words = desk.terminology.condition_texts["vascular-invasion"]
    if not _is_called(desk, "vascular-invasion", view.code):
        if any(words.search(text) for text in texts_of(view.code)):
            desk.note(CANDIDATE, reference, detail="text-in-doubt", path="Condition.code")
        return None
    desk.note(TEXT_MATCHED, reference, path="Condition.code")
    return "vascular-invasion"


def _is_called(desk: Desk, role: str, concept: CodeableConcept | None) -> bool:
    """Whether a diagnosis is called what its code probably says, and that is not denied.

    What one of its texts denies or doubts, none of them says.
    """
    table = desk.terminology
    name, denials = table.condition_texts[role], table.texts.denials
    texts = [text for text in texts_of(concept) if name.search(text)]
    return bool(texts) and all(denials.affirms(name, text) for text in texts)


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
