"""What was read on the scans: viable diameters, statements, responses.

What cannot be used is never read as absent and never as 0: a viable diameter with a wrong unit, an
impossible size or an unreadable element leaves its lesion *listed without a value* on that scan.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from cdshooks.clinical.chart import (
    Certainty,
    Comparator,
    Lesion,
    Measurement,
    References,
    Response,
    Scan,
    StatedResponse,
    Statement,
    Vessel,
)
from cdshooks.fhir.chart_desk import (
    DROPPED,
    FINAL,
    IMPLAUSIBLE,
    NOT_USABLE,
    TEXT_MATCHED,
    UNKNOWN_CODE,
    Desk,
    Entry,
    texts_of,
)
from cdshooks.fhir.chart_lesions import Lesions
from cdshooks.fhir.chart_quantities import millimetres, millimetres_of_text, number, unit
from cdshooks.fhir.chart_scans import ScanDraft, Scans
from cdshooks.fhir.dates import Day
from cdshooks.fhir.views import (
    BodyStructure,
    Component,
    DiagnosticReport,
    ImagingStudy,
    Observation,
)

VIABLE = "viable-diameter"
SIZE_PANEL = "tumour-size"
INVOLVED_VESSEL = "involved-vessel"
PLAIN_DIAMETERS = frozenset({"diameter", "largest-diameter"})
STATEMENTS = frozenset({"new-intrahepatic-lesion", "vascular-invasion", "extrahepatic-spread"})
IMAGING_ROLES = STATEMENTS | {
    VIABLE,
    SIZE_PANEL,
    "diameter",
    "sum-viable-diameters",
    "residual-viability",
    "target-response",
    "overall-response",
}
_PERCENT = frozenset({"%"})
_SLIP = (Decimal(8), Decimal(12))
"""Ratio of two sizes of a lesion that looks like a slip between mm and cm."""


@dataclass(slots=True)
class Finding:
    """An active Condition that speaks for the scans on or after its day."""

    statement: str
    day: Day
    reference: str


@dataclass(slots=True)
class Imaging:
    scans: tuple[Scan, ...]
    lesions: dict[str, Lesion]
    observed_on: dict[str, datetime.date]
    """Own day of each observation and Condition, by reference."""


@dataclass(slots=True)
class _Sheet:
    """What is read on one scan."""

    draft: ScanDraft
    measured: list[tuple[str, Measurement]] = field(default_factory=list)
    """With the lesion record that was measured."""
    statements: dict[str, list[Statement]] = field(default_factory=dict)
    responses: list[StatedResponse] = field(default_factory=list)
    viability: list[tuple[Decimal, References]] = field(default_factory=list)
    sums: list[tuple[Decimal, References]] = field(default_factory=list)


def is_about_imaging(desk: Desk, role: str, view: Observation) -> bool:
    """Whether an observation is read on a scan; a plain diameter only when it is called viable."""
    if role in PLAIN_DIAMETERS:
        return _called_viable(desk, texts_of(view.code))
    return role in IMAGING_ROLES


def read_imaging(
    desk: Desk,
    studies: list[Entry[ImagingStudy]],
    reports: list[Entry[DiagnosticReport]],
    structures: list[Entry[BodyStructure]],
    observations: list[tuple[Entry[Observation], str]],
    sessions: frozenset[str],
    findings: Iterable[Finding],
) -> Imaging:
    """Scans with what was read on them, in order of their days, and every lesion."""
    lesions = Lesions.of(desk, structures)
    usable = _usable(desk, observations)
    days = {entry.reference: day for entry, _, day in usable}
    scans = Scans.of(desk, studies, reports, sessions, days)
    waiting = []
    for entry, role, day in usable:
        if entry.reference in scans.unsettled:
            desk.note(DROPPED, entry.reference, detail="report-not-final")
        elif not scans.place(entry, role, day):
            waiting.append((entry, role, day))
    scans.place_by_day(waiting)

    charted: list[Scan] = []
    findings = list(findings)
    for key in sorted(scans.by_key):
        sheet = _Sheet(scans.by_key[key])
        day = _day_of(desk, sheet.draft)
        if day is None:
            continue
        for entry, role, _ in sheet.draft.readings:
            _read(desk, sheet, lesions, entry, role)
        for finding in findings:
            if finding.day.last <= day.date and not sheet.statements.get(finding.statement):
                said = Statement(True, (finding.reference,))
                sheet.statements.setdefault(finding.statement, []).append(said)
        charted.append(_scan(sheet, lesions, day))
    charted.sort(key=lambda scan: (scan.date, scan.latest or scan.date, scan.references))
    _note_slips(desk, charted)
    observed_on = {reference: day.date for reference, day in days.items() if day is not None}
    observed_on |= {finding.reference: finding.day.date for finding in findings}
    return Imaging(tuple(charted), lesions.charted(), observed_on)


def _usable(
    desk: Desk, observations: list[tuple[Entry[Observation], str]]
) -> list[tuple[Entry[Observation], str, Day | None]]:
    """Observations whose status counts and that no newer one replaces, with their days."""
    replaced: set[str] = set()
    kept: list[tuple[Entry[Observation], str, Day | None]] = []
    for entry, role in observations:
        reference, view, whole = entry
        if view.status not in FINAL and (whole or view.status is not None):
            desk.note(DROPPED, reference, path="Observation.status")
            continue
        for extension in desk.extensions(view.extension, "observation-replaces"):
            old = desk.reference(extension.value_reference)
            if old is not None:
                replaced.add(old)
        day = desk.effective(view, reference)
        stated = view.effective_date_time or view.effective_instant or view.effective_period
        if stated and day is None and whole:
            entry = entry._replace(whole=False)
        if not entry.whole and role != VIABLE:
            continue
        kept.append((entry, role, day))
    for reference in sorted(replaced & {entry.reference for entry, _, _ in kept}):
        desk.note(DROPPED, reference, detail="replaced")
    return [item for item in kept if item[0].reference not in replaced]


def _day_of(desk: Desk, draft: ScanDraft) -> Day | None:
    """The day of a scan; without one of its own, the earliest day of what was read on it."""
    if draft.day is not None:
        return draft.day
    days = [day for _, _, day in draft.readings if day is not None]
    if days:
        return min(days)
    for reference in sorted(draft.references | {e.reference for e, _, _ in draft.readings}):
        desk.note(NOT_USABLE, reference, detail="no-date")
    return None


def _read(
    desk: Desk, sheet: _Sheet, lesions: Lesions, entry: Entry[Observation], role: str
) -> None:
    reference, view, whole = entry
    if role == VIABLE:
        mm = _viable(desk, view, reference) if whole else None
        _measure(sheet, lesions, view, reference, mm)
    elif role in PLAIN_DIAMETERS:
        desk.note(TEXT_MATCHED, reference, path="Observation.code")
        _measure(sheet, lesions, view, reference, _viable(desk, view, reference))
    elif role == SIZE_PANEL:
        _read_panel(desk, sheet, lesions, view, reference)
    elif role in STATEMENTS:
        if view.value_boolean is not None:
            vessels = _vessels(desk, view, reference) if view.component else ()
            said = Statement(view.value_boolean, (reference,), vessels)
            sheet.statements.setdefault(role, []).append(said)
        elif view.data_absent_reason is None:
            desk.note(NOT_USABLE, reference, path="Observation.value")
    elif role == "target-response":
        _read_response(desk, sheet, view, reference)
    elif role == "overall-response":
        desk.note(NOT_USABLE, reference, detail="overall-response", path="Observation.code")
    elif role == "sum-viable-diameters":
        if view.value_quantity is not None:
            path = "Observation.valueQuantity"
            mm = _sum_in_mm(desk, view, reference, path)
            if mm is not None:
                sheet.sums.append((mm, (reference,)))
        elif view.data_absent_reason is None:
            desk.note(NOT_USABLE, reference, path="Observation.value")
    elif role == "residual-viability":
        _read_viability(desk, sheet, view, reference)


def _vessels(desk: Desk, view: Observation, reference: str) -> tuple[Vessel, ...]:
    """The vessels that a statement of vascular invasion names."""
    found: set[Vessel] = set()
    for component in view.component:
        if desk.terminology.find("observation", component.code) != INVOLVED_VESSEL:
            continue
        roles = desk.terminology.roles("vessel", component.value_codeable_concept)
        found.update(Vessel(role) for role in roles)
        if not roles and component.value_codeable_concept is not None:
            path = "Observation.component.valueCodeableConcept"
            desk.note(UNKNOWN_CODE, reference, path=path)
    return tuple(sorted(found))


def _sum_in_mm(desk: Desk, view: Observation, reference: str, path: str) -> Decimal | None:
    """A sum may well exceed what one lesion can measure."""
    quantity = view.value_quantity
    if quantity is None:
        return None
    value = number(desk, quantity, reference, path)
    if value is None:
        return None
    name = unit(desk, quantity, frozenset({"mm", "cm"}), reference, path)
    if name is None:
        return None
    return value * 10 if name == "cm" else value


def _viable(desk: Desk, view: Observation | Component, reference: str) -> Decimal | None:
    """The viable diameter in mm; ``None``: listed without a value."""
    where = "Observation" if isinstance(view, Observation) else "Observation.component"
    if view.data_absent_reason is not None:
        return None
    if view.value_quantity is not None:
        return millimetres(desk, view.value_quantity, reference, f"{where}.valueQuantity")
    if view.value_string:
        return millimetres_of_text(desk, view.value_string, reference, f"{where}.valueString")
    desk.note(NOT_USABLE, reference, path=f"{where}.value")
    return None


def _measure(
    sheet: _Sheet, lesions: Lesions, view: Observation, reference: str, mm: Decimal | None
) -> None:
    keys = lesions.keys_of(view, reference)
    if len(keys) > 1:
        lesions.desk.note(NOT_USABLE, reference, detail="several-lesions", path="Observation.focus")
        mm = None
    for key in keys:
        measurement = Measurement(lesions.alias.get(key, key), mm, (reference,))
        sheet.measured.append((key, measurement))


def _read_panel(
    desk: Desk, sheet: _Sheet, lesions: Lesions, view: Observation, reference: str
) -> None:
    """Tumour size with components: only a component that is a viable diameter counts here.

    Of two axes of one lesion the long one counts.
    """
    found: list[Decimal | None] = []
    for component in view.component:
        role = desk.terminology.find("observation", component.code)
        if role in PLAIN_DIAMETERS and _called_viable(desk, texts_of(component.code)):
            desk.note(TEXT_MATCHED, reference, path="Observation.component.code")
            role = VIABLE
        if role == VIABLE:
            found.append(_viable(desk, component, reference))
    if found:
        sizes = [mm for mm in found if mm is not None]
        mm = max(sizes) if len(sizes) == len(found) else None
        _measure(sheet, lesions, view, reference, mm)


def _called_viable(desk: Desk, texts: tuple[str, ...]) -> bool:
    return any(desk.terminology.says_viable.search(text) for text in texts)


def _read_response(desk: Desk, sheet: _Sheet, view: Observation, reference: str) -> None:
    """A reader's target response; only by mRECIST, only from the closed values."""
    terminology = desk.terminology
    if view.data_absent_reason is not None:
        return
    if terminology.only("response-method", view.method) != "mrecist":
        desk.note(NOT_USABLE, reference, detail="method", path="Observation.method")
        return
    category: str | None = None
    if view.value_codeable_concept is not None:
        category = terminology.only("response", view.value_codeable_concept)
    elif view.value_string:
        category = terminology.response_texts.get(view.value_string.strip().casefold())
    if category is None:
        desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    kinds = {
        inner.value_code
        for extension in desk.extensions(view.extension, "response-comparator")
        for inner in extension.extension
        if inner.url == "kind"
    }
    comparator: Comparator | None = None
    if kinds:
        try:
            (kind,) = kinds
            comparator = Comparator(kind or "")
        except ValueError:
            desk.note(UNKNOWN_CODE, reference, path="Observation.extension")
            return
    sheet.responses.append(StatedResponse(Response(category), comparator, (reference,)))


def _read_viability(desk: Desk, sheet: _Sheet, view: Observation, reference: str) -> None:
    """Residual viability of all initial lesions together; one lesion's alone is not that."""
    path = "Observation.valueQuantity"
    if view.value_quantity is None:
        if view.data_absent_reason is None:
            desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    if desk.references(view.focus, "BodyStructure"):
        desk.note(NOT_USABLE, reference, detail="one-lesion", path="Observation.focus")
        return
    value = number(desk, view.value_quantity, reference, path)
    if value is None or unit(desk, view.value_quantity, _PERCENT, reference, path) is None:
        return
    sheet.viability.append((value, (reference,)))


def _scan(sheet: _Sheet, lesions: Lesions, day: Day) -> Scan:
    draft = sheet.draft
    measurements = _joined(sheet.measured, lesions)
    for measurement in measurements:
        lesions.list_on(measurement.lesion, day.date)
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
        residual_viability_percent=tuple(sorted(sheet.viability, key=lambda v: v[1])),
        viable_sum_mm=tuple(sorted(sheet.sums, key=lambda s: s[1])),
        latest=day.latest,
    )


def _joined(measured: list[tuple[str, Measurement]], lesions: Lesions) -> list[Measurement]:
    """Lesions that later merged into one are, before that, the sum of their parts."""
    parts: dict[str, dict[str, list[Measurement]]] = {}
    for key, measurement in measured:
        if key in lesions.merged:
            parts.setdefault(lesions.merged[key], {}).setdefault(key, []).append(measurement)
    summed = {whole for whole, found in parts.items() if len(found) > 1}
    out = [m for key, m in measured if lesions.merged.get(key) not in summed]
    for whole in summed:
        sizes: list[Decimal | None] = []
        references: set[str] = set()
        for found in parts[whole].values():
            known = [m.mm for m in found if m.mm is not None]
            sizes.append(max(known) if known else None)
            references.update(r for m in found for r in m.references)
        total = sum((mm for mm in sizes if mm is not None), Decimal(0))
        out.append(
            Measurement(
                lesions.alias.get(whole, whole),
                None if None in sizes else total,
                tuple(sorted(references)),
                Certainty.COMPUTED,
            )
        )
    return out


def _said(sheet: _Sheet, statement: str) -> tuple[Statement, ...]:
    return tuple(sorted(sheet.statements.get(statement, ()), key=lambda s: s.references))


def _measurement_order(measurement: Measurement) -> tuple[str, References]:
    return measurement.lesion, measurement.references


def _note_slips(desk: Desk, scans: list[Scan]) -> None:
    """A size that changes about tenfold from one scan to the next: used, but noted."""
    before: dict[str, Decimal] = {}
    for scan in scans:
        for measurement in scan.measurements:
            mm = measurement.mm
            if not mm:
                continue
            earlier = before.get(measurement.lesion)
            if earlier is not None:
                ratio = max(mm, earlier) / min(mm, earlier)
                if _SLIP[0] <= ratio <= _SLIP[1]:
                    desk.note(IMPLAUSIBLE, *measurement.references, detail="tenfold-change")
            before[measurement.lesion] = mm
