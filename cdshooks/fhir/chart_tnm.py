"""The M category of a TNM stage: M1 is a metastasis beyond the liver and its regional nodes.

Its codes are only probably right, so they decide together with a value that says M1 in words. M0
is of no scan, and a scan is asked what it shows itself: it is told and not used.
"""

from __future__ import annotations

from collections.abc import Iterable

from cdshooks.fhir.chart_desk import (
    CANDIDATE,
    DROPPED,
    FINAL,
    NOT_USABLE,
    TEXT_MATCHED,
    UNKNOWN_CODE,
    Desk,
    Entry,
    texts_of,
)
from cdshooks.fhir.chart_imaging import Finding
from cdshooks.fhir.views import Observation

METASTASIS_CATEGORY = "metastasis-category"
_SPREAD = "extrahepatic-spread"
_VALUE = "Observation.value"


def read_metastasis_categories(
    desk: Desk, observations: Iterable[tuple[Entry[Observation], str]]
) -> list[Finding]:
    """M1 as a finding that speaks for the scans on or after its day."""
    findings: list[Finding] = []
    for (reference, view, whole), role in observations:
        if role != METASTASIS_CATEGORY or not whole:
            continue
        if view.status not in FINAL:
            desk.note(DROPPED, reference, path="Observation.status")
            continue
        said = _said(desk, view, reference)
        if said == "absent":
            desk.note(NOT_USABLE, reference, detail="which-scan", path=_VALUE)
        if said != "present":
            continue
        day = desk.effective(view, reference)
        if day is None:
            desk.note(NOT_USABLE, reference, detail="no-date", path="Observation.effective")
            continue
        desk.note(TEXT_MATCHED, reference, path=_VALUE)
        findings.append(Finding(_SPREAD, day, reference))
    return findings


def _said(desk: Desk, view: Observation, reference: str) -> str | None:
    """``present`` or ``absent`` in words; anything else is noted."""
    concept = view.value_codeable_concept
    words = [word for word in (view.value_string, *texts_of(concept)) if word]
    said = desk.terminology.texts.metastasis_category(words)
    if said is None and view.data_absent_reason is None:
        probable = desk.terminology.find("tnm-value", concept)
        desk.note(CANDIDATE if probable else UNKNOWN_CODE, reference, path=_VALUE)
    return said
