"""What was read on the scans: viable diameters, statements, responses.

What cannot be used is never read as absent and never as 0: a viable diameter with a wrong unit, an
impossible size or an unreadable element leaves its lesion *listed without a value* on that scan.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cdshooks.clinical.chart import (
    Lesion,
    Measurement,
    Modality,
    Scan,
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
from cdshooks.fhir.chart_doubles import without_doubles
from cdshooks.fhir.chart_lesions import Lesions
from cdshooks.fhir.chart_newness import CONFLICT, Newness, new_since, note_newness
from cdshooks.fhir.chart_quantities import millimetres, millimetres_of_text, number, unit
from cdshooks.fhir.chart_responses import (
    RESPONSES,
    TARGET,
    note_unused_response,
    read_target_response,
    scope_of,
)
from cdshooks.fhir.chart_scan_sheet import Sheet, leave_away, scan_of
from cdshooks.fhir.chart_scans import ScanDraft, Scans
from cdshooks.fhir.chart_viability import VIABILITY
from cdshooks.fhir.dates import Day
from cdshooks.fhir.views import (
    BodyStructure,
    CodeableConcept,
    Component,
    DiagnosticReport,
    ImagingStudy,
    Observation,
)

VIABLE = "viable-diameter"
SIZE_PANEL = "tumour-size"
INVOLVED_VESSEL = "involved-vessel"
SHORT = "short-diameter"
PLAIN_DIAMETERS = frozenset({"diameter", "largest-diameter"})
STATEMENTS = frozenset({"new-intrahepatic-lesion", "vascular-invasion", "extrahepatic-spread"})
IMAGING_ROLES = STATEMENTS | {
    VIABLE,
    SIZE_PANEL,
    "diameter",
    "sum-viable-diameters",
    VIABILITY,
    SHORT,
    INVOLVED_VESSEL,
    *RESPONSES,
}
_WIDE = PLAIN_DIAMETERS | {SHORT, SIZE_PANEL, *(RESPONSES - {TARGET})}
"""Meanings that another code of the same observation narrows."""
_OF_LESIONS = PLAIN_DIAMETERS | {VIABLE, SIZE_PANEL, SHORT, VIABILITY}
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


def is_about_imaging(desk: Desk, role: str, view: Observation) -> bool:
    """Whether an observation is read on a scan; a plain diameter only when it is called viable."""
    if role in PLAIN_DIAMETERS or role == SHORT:
        return called_viable(desk, view)
    return role in IMAGING_ROLES


def observation_role(desk: Desk, code: CodeableConcept | None) -> str | None:
    """What an observation, or a component, is by its codes, in whatever order they stand.

    A code of our own goes before a published one, a narrow meaning before a wide one.
    """
    table = desk.terminology
    found = [
        (coding.system not in table.own_systems, role in _WIDE, role)
        for coding in (code.coding if code is not None else ())
        if (role := table.role("observation", coding)) is not None
    ]
    return min(found)[2] if found else None


def read_imaging(
    desk: Desk,
    studies: list[Entry[ImagingStudy]],
    reports: list[Entry[DiagnosticReport]],
    structures: list[Entry[BodyStructure]],
    observations: list[tuple[Entry[Observation], str]],
    sessions: frozenset[str],
    findings: Iterable[Finding],
    standing: frozenset[str],
) -> Imaging:
    """Scans with what was read on them, in order of their days, and every lesion.

    ``standing``: every observation of the record whose status counts.
    """
    lesions = Lesions.of(desk, structures, [entry.view for entry, _ in observations])
    usable, replaced = _usable(desk, observations)
    for entry, role, _ in usable:
        if role in _OF_LESIONS:
            lesions.learn_place(entry.view, entry.reference)
    days = {entry.reference: day for entry, _, day in usable}
    scans = Scans.of(desk, studies, reports, sessions, days)
    waiting = []
    for entry, role, day in usable:
        if entry.reference in scans.unsettled:
            desk.note(DROPPED, entry.reference, detail="report-not-final")
        elif not scans.place(entry, role, day):
            waiting.append((entry, role, day))
    homeless = scans.place_by_day(waiting, without_own_scan=frozenset({INVOLVED_VESSEL}))
    standing -= replaced | scans.unsettled

    charted: list[Scan] = []
    newness: list[Newness] = []
    away: dict[str, set[str]] = {}
    findings = [*findings, *_standing_invasion(desk, homeless)]
    for key in sorted(scans.by_key):
        sheet = Sheet(scans.by_key[key])
        day = _day_of(desk, sheet.draft)
        if day is None:
            continue
        _note_no_use(desk, sheet.draft)
        for entry, role, _ in sheet.draft.readings:
            _read(desk, sheet, lesions, entry, role, standing)
        for finding in findings:
            if finding.day.last <= day.date and not sheet.statements.get(finding.statement):
                said = Statement(True, (finding.reference,))
                sheet.statements.setdefault(finding.statement, []).append(said)
        for lesion, references in leave_away(sheet, lesions).items():
            away.setdefault(lesion, set()).update(references)
        newness += [Newness(role, new, day.date, ref) for role, new, ref in sheet.newness]
        charted.append(scan_of(sheet, lesions, day))
    charted.sort(key=lambda scan: (scan.date, scan.latest or scan.date, scan.references))
    lesions.note_away(away)
    charted = without_doubles(desk, charted, lesions.recorded)
    _note_slips(desk, charted)
    note_newness(desk, newness, charted)
    observed_on = {reference: day.date for reference, day in days.items() if day is not None}
    observed_on |= {finding.reference: finding.day.date for finding in findings}
    return Imaging(tuple(charted), lesions.charted(), observed_on)


def _usable(
    desk: Desk, observations: list[tuple[Entry[Observation], str]]
) -> tuple[list[tuple[Entry[Observation], str, Day | None]], set[str]]:
    """Observations whose status counts and that no newer one replaces, with their days.

    Also the observations that are replaced.
    """
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
        role = scope_of(desk, role, view)
        if role in RESPONSES and role != TARGET:
            note_unused_response(desk, role, view, reference)
            continue
        kept.append((entry, role, day))
    for reference in sorted(replaced & {entry.reference for entry, _, _ in kept}):
        desk.note(DROPPED, reference, detail="replaced")
    return [item for item in kept if item[0].reference not in replaced], replaced


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


def _note_no_use(desk: Desk, draft: ScanDraft) -> None:
    """What a report or a day put on a scan that never counts is told, not dropped in silence."""
    if draft.is_adequate is not False:
        return
    detail = "other-imaging" if draft.modality is Modality.OTHER else "unenhanced-scan"
    for entry, _, _ in draft.readings:
        if not (entry.view.derived_from or entry.view.part_of):
            desk.note(NOT_USABLE, entry.reference, detail=detail)


def _read(
    desk: Desk,
    sheet: Sheet,
    lesions: Lesions,
    entry: Entry[Observation],
    role: str,
    standing: frozenset[str],
) -> None:
    reference, view, whole = entry
    if role == VIABLE:
        mm = _viable(desk, view, reference) if whole else None
        _measure(sheet, lesions, view, reference, mm)
    elif role in PLAIN_DIAMETERS:
        desk.note(TEXT_MATCHED, reference, path="Observation.code")
        _measure(sheet, lesions, view, reference, _viable(desk, view, reference))
    elif role == SHORT:
        sheet.short += [(key, reference) for key in lesions.keys_of(view, reference)]
    elif role == SIZE_PANEL:
        _read_panel(desk, sheet, lesions, view, reference)
    elif role in STATEMENTS:
        _read_statement(desk, sheet, role, view, reference)
    elif role == INVOLVED_VESSEL:
        _read_thrombus(desk, sheet, view, reference)
    elif role == TARGET:
        response = read_target_response(desk, view, reference, standing)
        if response is not None:
            sheet.responses.append(response)
    elif role == "sum-viable-diameters":
        if view.value_quantity is not None:
            path = "Observation.valueQuantity"
            mm = _sum_in_mm(desk, view, reference, path)
            if mm is not None:
                sheet.sums.append((mm, (reference,)))
        elif view.data_absent_reason is None:
            desk.note(NOT_USABLE, reference, path="Observation.value")
    elif role == VIABILITY:
        sheet.viability.read(lesions, view, reference)


def _read_statement(desk: Desk, sheet: Sheet, role: str, view: Observation, reference: str) -> None:
    answer, is_new = view.value_boolean, new_since(desk, view)
    if answer is None:
        if view.data_absent_reason is None or is_new is not None:
            desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    if is_new and not answer:
        desk.note(CONFLICT, reference, detail="newness")
        return
    vessels = _vessels(desk, view, reference) if view.component else ()
    sheet.statements.setdefault(role, []).append(Statement(answer, (reference,), vessels))
    if answer and is_new is not None:
        sheet.newness.append((role, is_new, reference))


def _vessels(desk: Desk, view: Observation, reference: str) -> tuple[Vessel, ...]:
    """The vessels that a statement of vascular invasion names."""
    found: set[Vessel] = set()
    for component in view.component:
        if observation_role(desk, component.code) != INVOLVED_VESSEL:
            continue
        roles = desk.terminology.roles("vessel", component.value_codeable_concept)
        found.update(Vessel(role) for role in roles)
        if not roles and component.value_codeable_concept is not None:
            path = "Observation.component.valueCodeableConcept"
            desk.note(UNKNOWN_CODE, reference, path=path)
    return tuple(sorted(found))


def _thrombus(desk: Desk, view: Observation, reference: str) -> Statement | None:
    """The extent of a tumour thrombus as an observation of its own (Vp, Cheng, a vessel)."""
    concept = view.value_codeable_concept
    vessels = {Vessel(role) for role in desk.terminology.roles("vessel", concept)}
    if vessels:
        return Statement(True, (reference,), tuple(sorted(vessels)))
    if desk.terminology.find("thrombus-extent", concept) == "none":
        return Statement(False, (reference,))
    if view.data_absent_reason is None:
        desk.note(UNKNOWN_CODE, reference, path="Observation.valueCodeableConcept")
    return None


def _read_thrombus(desk: Desk, sheet: Sheet, view: Observation, reference: str) -> None:
    said = _thrombus(desk, view, reference)
    if said is not None:
        sheet.statements.setdefault("vascular-invasion", []).append(said)


def _standing_invasion(
    desk: Desk, homeless: list[tuple[Entry[Observation], str, Day]]
) -> list[Finding]:
    """A thrombus that was staged on no scan speaks for the later ones, as a diagnosis does."""
    found = []
    for entry, _, day in homeless:
        said = _thrombus(desk, entry.view, entry.reference)
        if said is not None and said.answer:
            found.append(Finding("vascular-invasion", day, entry.reference))
        elif said is not None:
            desk.note(NOT_USABLE, entry.reference, detail="which-scan")
    return found


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
    sheet: Sheet, lesions: Lesions, view: Observation, reference: str, mm: Decimal | None
) -> None:
    keys = lesions.keys_of(view, reference)
    if len(keys) > 1:
        lesions.desk.note(NOT_USABLE, reference, detail="several-lesions", path="Observation.focus")
        mm = None
    for key in keys:
        measurement = Measurement(lesions.alias.get(key, key), mm, (reference,))
        sheet.measured.append((key, measurement))


def _read_panel(
    desk: Desk, sheet: Sheet, lesions: Lesions, view: Observation, reference: str
) -> None:
    """Tumour size: only a component that is a viable diameter counts here, and the value itself
    when it is called viable.

    Of two axes of one lesion the long one counts.
    """
    found: list[Decimal | None] = []
    short = False
    all_viable = called_viable(desk, view)
    if all_viable and (view.value_quantity is not None or view.value_string):
        desk.note(TEXT_MATCHED, reference, path="Observation.code")
        found.append(_viable(desk, view, reference))
    for component in view.component:
        role = observation_role(desk, component.code)
        if role in PLAIN_DIAMETERS or role == SHORT:
            if not (all_viable or called_viable(desk, component)):
                continue
            desk.note(TEXT_MATCHED, reference, path="Observation.component.code")
            short = short or role == SHORT
            role = VIABLE if role != SHORT else SHORT
        if role == VIABLE:
            found.append(_viable(desk, component, reference))
        elif role == VIABILITY:
            sheet.viability.read_component(lesions, view, component, reference)
    if short and not found:
        found.append(None)
    if found:
        sizes = [mm for mm in found if mm is not None]
        mm = max(sizes) if len(sizes) == len(found) else None
        _measure(sheet, lesions, view, reference, mm)


def called_viable(desk: Desk, view: Observation | Component) -> bool:
    """Whether a plain diameter is said to be that of what enhances; a denial outweighs it."""
    table = desk.terminology
    concepts = [view.code, view.value_codeable_concept]
    words = [*texts_of(view.code)]
    if isinstance(view, Observation):
        concepts.append(view.method)
        words += texts_of(view.method)
        if view.body_site is not None and view.body_site.text:
            words.append(view.body_site.text)
        for component in view.component:
            if table.find("observation", component.code) is None:
                concepts += [component.code, component.value_codeable_concept]
                words += [*texts_of(component.code), *texts_of(component.value_codeable_concept)]
    roles = {role for concept in concepts for role in table.roles("viability", concept)}
    if "non-enhancing" in roles or any(table.texts.says_not_viable.search(w) for w in words):
        return False
    return "enhancing" in roles or any(table.says_viable.search(word) for word in words)


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
