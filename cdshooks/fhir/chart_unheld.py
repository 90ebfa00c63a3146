"""Results that a report of a scan, or a group of measurements, names and the record does not hold.

Deleted, refused or cut off: it is not known what they say, so nothing that is missing may be taken
for a "no".
"""

from __future__ import annotations

from collections.abc import Iterable

from cdshooks.clinical.chart import ChartNote
from cdshooks.fhir.chart_desk import FINAL, Desk, Entry
from cdshooks.fhir.chart_imaging import IMAGING_ROLES
from cdshooks.fhir.chart_panels import with_members
from cdshooks.fhir.chart_scans import REPORT_FINAL, is_imaging
from cdshooks.fhir.views import DiagnosticReport, Observation

IMAGING = ("imaging",)
_STUDY, _LESION = "ImagingStudy", "BodyStructure"


def note_unheld(
    desk: Desk,
    reports: list[Entry[DiagnosticReport]],
    observations: Iterable[Entry[Observation]],
    held: set[str],
) -> tuple[str, ...]:
    """Parts of the record that are not whole by this: ``imaging``, or none; noted."""
    named: dict[str, set[str]] = {}
    replaced = {
        desk.reference(extension.value_reference)
        for _, report, _ in reports
        for extension in desk.extensions(report.extension, "report-replaces")
    }
    for reference, report, _ in reports:
        if reference in replaced:
            continue
        if report.status in REPORT_FINAL and is_imaging(desk, report):
            results = desk.references(report.result, "Observation")
            named[reference] = set(with_members(desk, results)) - held
            named[reference].update(_not_contained(report))
    for reference, view, _ in observations:
        if view.status in FINAL and view.has_member and _is_of_a_scan(desk, view):
            named[reference] = set(desk.references(view.has_member, "Observation")) - held
    naming = tuple(sorted(reference for reference, missing in named.items() if missing))
    if not naming:
        return ()
    count = len({missing for one in named.values() for missing in one})
    desk.notes.add(ChartNote("truncated", naming, "named-results", count=count))
    return IMAGING


def _not_contained(report: DiagnosticReport) -> set[str]:
    """Results that a report says to hold in itself, and that cannot be read there."""
    texts = (one.reference or "" for one in report.result)
    return {text for text in texts if text.startswith("#")}


def _is_of_a_scan(desk: Desk, view: Observation) -> bool:
    if desk.references((*view.derived_from, *view.part_of), _STUDY):
        return True
    if desk.references(view.focus, _LESION):
        return True
    return desk.terminology.find("observation", view.code) in IMAGING_ROLES
