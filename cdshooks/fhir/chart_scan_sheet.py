"""One scan's sheet: what was read on it, and how that becomes a Scan of the chart."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from cdshooks.clinical.chart import Measurement, References, Scan, StatedResponse, Statement
from cdshooks.fhir.chart_desk import NOT_USABLE
from cdshooks.fhir.chart_lesions import Lesions
from cdshooks.fhir.chart_scans import ScanDraft
from cdshooks.fhir.chart_viability import Viability
from cdshooks.fhir.dates import Day


@dataclass(slots=True)
class Sheet:
    """What is read on one scan."""

    draft: ScanDraft
    measured: list[tuple[str, Measurement]] = field(default_factory=list)
    """With the lesion record that was measured."""
    statements: dict[str, list[Statement]] = field(default_factory=dict)
    responses: list[StatedResponse] = field(default_factory=list)
    viability: Viability = field(default_factory=Viability)
    sums: list[tuple[Decimal, References]] = field(default_factory=list)
    newness: list[tuple[str, bool, str]] = field(default_factory=list)
    """Statements that are called new, or not new, with their references."""
    short: list[tuple[str, str]] = field(default_factory=list)
    """Short axes: the lesion and where it is said."""


def scan_of(sheet: Sheet, lesions: Lesions, day: Day) -> Scan:
    draft = sheet.draft
    _settle_short(sheet, lesions)
    _settle_vague(sheet, lesions)
    shares = sheet.viability.shares(lesions, sheet.measured)
    measurements = lesions.joined(sheet.measured)
    for measurement in measurements:
        lesions.list_on(measurement, day.date)
    references = draft.references or {entry.reference for entry, _, _ in draft.readings}
    return Scan(
        date=day.date,
        modality=draft.modality,
        contrast=draft.contrast,
        references=tuple(sorted(references)),
        measurements=tuple(sorted(measurements, key=_measurement_order)),
        new_intrahepatic_lesion=_said(sheet, "new-intrahepatic-lesion"),
        vascular_invasion=_said(sheet, "vascular-invasion"),
        extrahepatic_spread=_said(sheet, "extrahepatic-spread"),
        stated_responses=tuple(sorted(sheet.responses, key=lambda r: r.references)),
        residual_viability_percent=tuple(sorted(sheet.viability.of_all, key=lambda v: v[1])),
        residual_viability_of=shares,
        viable_sum_mm=tuple(sorted(sheet.sums, key=lambda s: s[1])),
        latest=day.latest,
    )


def leave_away(sheet: Sheet, lesions: Lesions) -> dict[str, set[str]]:
    """Takes from a sheet what was measured of lesions that are no targets by their place.

    By lesion, the measurements.
    """
    left: dict[str, set[str]] = {}

    def stays(key: str, references: References) -> bool:
        if lesions.away(key) is None:
            return True
        left.setdefault(lesions.alias.get(key, key), set()).update(references)
        return False

    sheet.measured = [one for one in sheet.measured if stays(one[0], one[1].references)]
    sheet.short = [one for one in sheet.short if stays(one[0], (one[1],))]
    shares = sheet.viability.of_one
    sheet.viability.of_one = [one for one in shares if stays(one[0], one[2])]
    return left


def _settle_short(sheet: Sheet, lesions: Lesions) -> None:
    """A short axis beside its long one says nothing more; alone it lists its lesion."""
    long = {measurement.lesion for _, measurement in sheet.measured}
    for key, reference in sheet.short:
        lesion = lesions.alias.get(key, key)
        if lesion not in long:
            sheet.measured.append((key, Measurement(lesion, None, (reference,))))


def _settle_vague(sheet: Sheet, lesions: Lesions) -> None:
    """Two sizes at one place, without a label, may be two lesions: then neither is measured."""
    for place in sorted({key for key, _ in sheet.measured} & lesions.names.vague):
        there = [measurement for key, measurement in sheet.measured if key == place]
        if len({measurement.mm for measurement in there}) > 1:
            references = tuple(sorted(ref for one in there for ref in one.references))
            lesions.desk.note(NOT_USABLE, *references, detail="several-lesions")
            sheet.measured = [item for item in sheet.measured if item[0] != place]
            sheet.measured.append((place, Measurement(place, None, references)))


def _said(sheet: Sheet, statement: str) -> tuple[Statement, ...]:
    return tuple(sorted(sheet.statements.get(statement, ()), key=lambda s: s.references))


def _measurement_order(measurement: Measurement) -> tuple[str, References]:
    return measurement.lesion, measurement.references
