"""The gathered record of one patient becomes the Chart.

Every resource is decoded once; a newer version of it wins over an older one, another patient's is
left out and counted, and what cannot be read or used is noted, never guessed. The order of the
resources does not matter, and no clock is looked at: what is dated after the day asked for is set
aside later.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cdshooks.clinical.chart import (
    NAMELESS,
    Certainty,
    Chart,
    ChartNote,
    Dated,
    MarkerValue,
    Source,
    Stage,
    StatedFact,
    Treatment,
    Unread,
)
from cdshooks.fhir.chart_assessed import note_other_sessions
from cdshooks.fhir.chart_candidates import note_probable_imaging
from cdshooks.fhir.chart_clinical import (
    CLINICAL_ROLES,
    ECOG,
    NO_RULE,
    on_its_own,
    read_clinical,
)
from cdshooks.fhir.chart_conditions import (
    METASTASIS,
    METASTASIS_PRESENT,
    carcinomas,
    read_conditions,
    read_metastases,
)
from cdshooks.fhir.chart_desk import (
    CANDIDATE,
    FINAL,
    INFERRED,
    NOT_USABLE,
    TEXT_MATCHED,
    UNREADABLE,
    Desk,
    Entry,
    texts_of,
)
from cdshooks.fhir.chart_imaging import (
    IMAGING_ROLES,
    is_about_imaging,
    observation_role,
    read_imaging,
)
from cdshooks.fhir.chart_medications import with_drugs
from cdshooks.fhir.chart_orders import read_planned_infusions
from cdshooks.fhir.chart_outside import sessions_told_elsewhere
from cdshooks.fhir.chart_panels import with_inherited
from cdshooks.fhir.chart_proposals import propose_from_texts
from cdshooks.fhir.chart_scans import REPORT_FINAL
from cdshooks.fhir.chart_sheet import Clinical
from cdshooks.fhir.chart_tnm import METASTASIS_CATEGORY, read_metastasis_categories
from cdshooks.fhir.chart_treatments import Treatments, read_treatments
from cdshooks.fhir.chart_unheld import note_unheld
from cdshooks.fhir.codes import PROBABLE, Terminology, standard_terminology
from cdshooks.fhir.contained import CONTAINERS, unfolded
from cdshooks.fhir.dates import UnreadableDate, read_day
from cdshooks.fhir.needs import CODES_ASKED_FOR
from cdshooks.fhir.record import Gap, GapKind, Record
from cdshooks.fhir.references import is_id
from cdshooks.fhir.texts import looked_up
from cdshooks.fhir.views import (
    AnyResource,
    Binary,
    BodyStructure,
    Medication,
    Observation,
    Patient,
    Procedure,
    Unreadable,
    decode,
)

FOREIGN = "foreign-patient"
_COUNTING = frozenset({"completed", "available", *FINAL})
_OF_NOBODY = (Medication, Binary)
_OWNER = {"BodyStructure": "patient"}
"""Where a resource names its patient, when not as ``subject``."""
MODIFIED = "modifier-extension"
_METASTASES = frozenset({METASTASIS, METASTASIS_PRESENT, METASTASIS_CATEGORY})

_INCOMPLETE_BY_KEY: dict[str, tuple[str, ...]] = {
    "procedures": ("procedures",),
    "lesions": ("imaging",),
    "imagingStudies": ("imaging",),
    "imagingReports": ("imaging",),
    "imagingObservations": ("imaging",),
    "imagingFacts": ("imaging",),
    "responseObservations": ("observations",),
    "clinicalFacts": ("observations",),
    "labs": ("observations",),
    "bundle": ("procedures", "imaging", "observations"),
}
_INCOMPLETE_BY_TYPE: dict[str, tuple[str, ...]] = {
    "Procedure": ("procedures",),
    "Encounter": ("procedures",),
    "DocumentReference": ("procedures",),
    "ImagingStudy": ("imaging",),
    "DiagnosticReport": ("imaging",),
    "BodyStructure": ("imaging",),
    "Media": ("imaging",),
    "Observation": ("imaging", "observations"),
    "Condition": ("conditions",),
    "MedicationRequest": ("medicationRequests",),
    "MedicationAdministration": ("medicationAdministrations",),
    "MedicationStatement": ("medicationAdministrations",),
    "ServiceRequest": ("serviceRequests",),
}
"""What may be lacking when a resource of this type cannot be told to be anybody's."""


def chart_of(
    record: Record,
    *,
    site_timezone: str = "Asia/Shanghai",
    terminology: Terminology | None = None,
) -> Chart:
    """What the record says of the patient's TACE course."""
    desk = Desk(
        patient=f"Patient/{record.patient_id}",
        terminology=terminology or standard_terminology(),
        zone=ZoneInfo(site_timezone),
        bases=record.bases,
        notes=set(record.notes),
    )
    sorted_out = _sorted_out(desk, record)
    drugs = {
        entry.reference: entry.view.code
        for entry in sorted_out.of("Medication")
        if entry.view.code is not None
    }
    treatments = read_treatments(
        desk,
        sorted_out.of("Procedure"),
        with_drugs(desk, sorted_out.of("MedicationAdministration"), drugs),
        with_drugs(desk, sorted_out.of("MedicationStatement"), drugs),
        carcinomas(desk, sorted_out.of("Condition")),
    )
    told_elsewhere = sessions_told_elsewhere(
        desk,
        sorted_out.of("Encounter"),
        sorted_out.of("DocumentReference"),
        sorted_out.of("Procedure"),
        treatments.chemoembolisations,
        [(t.start, max(t.end, t.latest or t.end)) for t in _tace(treatments)],
    )
    clinical = Clinical()
    observations = with_inherited(desk, sorted_out.of("Observation"))
    on_scans, elsewhere = _observations(desk, observations)
    findings = read_conditions(desk, sorted_out.of("Condition"), clinical)
    findings += read_metastases(desk, elsewhere)
    findings += read_metastasis_categories(desk, elsewhere)
    propose_from_texts(
        desk,
        sorted_out.of("DiagnosticReport"),
        sorted_out.of("DocumentReference"),
        sorted_out.of("Media"),
        sorted_out.of("Binary"),
    )
    imaging = read_imaging(
        desk,
        sorted_out.of("ImagingStudy"),
        sorted_out.of("DiagnosticReport"),
        sorted_out.of("BodyStructure"),
        on_scans,
        treatments.chemoembolisations,
        findings,
        frozenset(entry.reference for entry in observations if entry.view.status in FINAL),
    )
    note_probable_imaging(desk, sorted_out.of("ImagingStudy"), sorted_out.of("DiagnosticReport"))
    readings = [entry for entry, _ in on_scans]
    note_other_sessions(desk, readings, imaging.scans, treatments.performed)
    _note_links(desk, sorted_out.of("Patient"))
    unheld = note_unheld(desk, sorted_out.of("DiagnosticReport"), observations, sorted_out.names)
    read_clinical(desk, [one for one in elsewhere if one[1] not in _METASTASES], clinical)
    ownerless = {
        part for kind in sorted_out.ownerless for part in _INCOMPLETE_BY_TYPE.get(kind, ())
    }
    incomplete = tuple(sorted({*_incomplete(desk, record.gaps), *unheld, *ownerless}))
    return Chart(
        patient=desk.patient,
        treatments=treatments.performed,
        scans=imaging.scans,
        lesions=imaging.lesions,
        markers=tuple(sorted(clinical.markers, key=_marker_order)),
        liver=clinical.liver(),
        ecog=tuple(sorted(clinical.ecog, key=_dated_order)),
        facts=tuple(sorted(clinical.facts, key=_fact_order)),
        largest_diameter=tuple(sorted(clinical.largest_diameter, key=_dated_order)),
        lesion_count=tuple(sorted(clinical.lesion_count, key=_dated_order)),
        stages=tuple(sorted(clinical.stages, key=_stage_order)),
        planned_infusions=read_planned_infusions(
            desk,
            sorted_out.of("ServiceRequest"),
            with_drugs(desk, sorted_out.of("MedicationRequest"), drugs),
        ),
        notes=tuple(sorted(desk.notes, key=_note_order)),
        incomplete=incomplete,
        observed_on=imaging.observed_on,
        undated_sessions=tuple(sorted((*treatments.undated, *told_elsewhere))),
        diagnosis=tuple(sorted(clinical.diagnosis)),
        in_progress=treatments.in_progress,
        sources=_sources(desk),
        unread=tuple(sorted(clinical.unread, key=_unread_order)),
    )


def _tace(treatments: Treatments) -> list[Treatment]:
    every = (*treatments.performed, *treatments.in_progress)
    return [treatment for treatment in every if treatment.kind.is_chemoembolisation]


def _sources(desk: Desk) -> dict[str, Source]:
    """Version and certainty of every resource that has more to say than "stated"."""
    return {
        reference: Source(
            desk.versions.get(reference), desk.certainty.get(reference, Certainty.STATED)
        )
        for reference in sorted({*desk.versions, *desk.certainty})
    }


# Which resources count


@dataclass(slots=True)
class _SortedOut:
    names: set[str] = field(default_factory=set)
    """Every reference under which the record holds something, used or not."""
    by_type: dict[str, list[Entry[Any]]] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    """References of the resources of other patients."""
    ownerless: dict[str, list[str]] = field(default_factory=dict)
    """By type, the references of resources that name nobody who can be told."""

    def of(self, kind: str) -> list[Entry[Any]]:
        return self.by_type.get(kind, [])


@dataclass(slots=True)
class _Candidate:
    """One version of a resource."""

    kind: str
    view: AnyResource | None
    raw: msgspec.Raw
    unreadable: Unreadable | None = None
    noted: bool = False
    """That it cannot be used as it is stands in a note already."""


def _sorted_out(desk: Desk, record: Record) -> _SortedOut:
    """The newest version of each of the patient's resources, by type and in order."""
    newest: dict[str, _Candidate] = {}
    nameless: list[_Candidate] = []
    for raw in record.resources:
        decoded = decode(raw)
        if decoded is None:
            continue
        if isinstance(decoded, Unreadable):
            candidate = _Candidate(decoded.type, decoded.salvage, raw, decoded)
            identity = decoded.id
        else:
            candidate = _Candidate(type(decoded).__name__, decoded, raw)
            identity = decoded.id
        reference = f"{candidate.kind}/{identity}"
        if reference in record.contested and candidate.unreadable is None:
            candidate.unreadable = Unreadable(candidate.kind, identity, "", candidate.view)
            candidate.noted = True
        if not is_id(identity):
            desk.note(UNREADABLE, path=f"{candidate.kind}.id" if candidate.kind else "")
            nameless.append(candidate)
        else:
            other = newest.get(reference)
            if other is None or _version(candidate, desk) > _version(other, desk):
                newest[reference] = candidate
    out = _SortedOut(set(newest))
    for reference in sorted(newest):
        candidate = newest[reference]
        inner = _unfolded(desk, reference, candidate)
        out.names.update(one for one, _ in inner)
        for name, each in ((reference, candidate), *inner):
            _admit(desk, name, each, out)
    nameless.sort(key=lambda candidate: (candidate.kind, bytes(candidate.raw)))
    for number, candidate in enumerate(nameless):
        _admit(desk, f"{candidate.kind}/{NAMELESS}{number}", candidate, out)
    if out.foreign:
        desk.foreign.update(out.foreign)
        desk.notes.add(ChartNote(FOREIGN, tuple(sorted(out.foreign)), count=len(out.foreign)))
    for kind, found in out.ownerless.items():
        path = f"{kind}.{_OWNER.get(kind, 'subject')}"
        count = len(found)
        desk.notes.add(ChartNote(UNREADABLE, tuple(sorted(found)), "owner", path, count=count))
    return out


def _unfolded(desk: Desk, reference: str, container: _Candidate) -> list[tuple[str, _Candidate]]:
    """What a report or a group that counts holds in itself; the container then refers to it."""
    view = container.view
    if view is None or container.unreadable is not None or container.kind not in CONTAINERS:
        return []
    if getattr(view, "status", None) not in REPORT_FINAL or not _is_of_patient(desk, view, None):
        return []
    raw, found = unfolded(container.raw, len(desk.contained))
    inner: list[tuple[str, _Candidate]] = []
    for name, each in found:
        decoded = decode(each)
        kind = name.partition("/")[0]
        if isinstance(decoded, Unreadable):
            inner.append((name, _Candidate(kind, decoded.salvage, each, decoded)))
        elif decoded is not None:
            inner.append((name, _Candidate(kind, decoded, each)))
    if inner:
        desk.contained.update(name for name, _ in inner)
        desk.note(INFERRED, reference, detail="contained", path=f"{container.kind}.contained")
        whole = decode(raw)
        container.view = whole if not isinstance(whole, Unreadable) else view
    return inner


def _admit(desk: Desk, reference: str, candidate: _Candidate, out: _SortedOut) -> None:
    view, unreadable = candidate.view, candidate.unreadable
    if view is not None:
        is_own = _is_of_patient(desk, view, unreadable)
        if is_own is None:
            out.ownerless.setdefault(candidate.kind, []).append(reference)
        elif not is_own:
            out.foreign.append(reference)
        if not is_own:
            return
    if unreadable is not None and not candidate.noted:
        references = (reference,) if is_id(unreadable.id) else ()
        desk.note(UNREADABLE, *references, path=unreadable.path)
    whole = unreadable is None
    if view is None:
        return
    if view.modifier_extension or view.implicit_rules:
        desk.note(MODIFIED, reference, path=f"{candidate.kind}.modifierExtension")
        whole = False
    if not whole and not isinstance(view, Procedure | Observation):
        return
    entry = Entry(reference, view, whole)
    if view.meta is not None and is_id(view.meta.version_id):
        desk.versions[reference] = view.meta.version_id or ""
    out.by_type.setdefault(candidate.kind, []).append(entry)


def _is_of_patient(desk: Desk, view: AnyResource, unreadable: Unreadable | None) -> bool | None:
    """Whether a resource says that it is this patient's; None: nobody whom it names can be told.

    Neither another's nor nobody's is used, but of nobody's it cannot be said that it is not this
    patient's. What is of no patient at all, as a drug, is used only by what refers to it.
    """
    if isinstance(view, _OF_NOBODY):
        return True
    if isinstance(view, Patient):
        return f"Patient/{view.id}" == desk.patient
    owner = view.patient if isinstance(view, BodyStructure) else view.subject
    if owner is None and unreadable is not None:
        return True
    named = desk.reference(owner)
    if named is None or named.startswith("urn:"):
        return None
    return named == desk.patient


def _note_links(desk: Desk, patients: list[Entry[Patient]]) -> None:
    """Another record of the same person may hold more; it is never followed, but told."""
    for reference, view, _ in patients:
        if any(link.other is not None for link in view.link):
            desk.note(NOT_USABLE, reference, detail="patient-link", path="Patient.link")


def _version(candidate: _Candidate, desk: Desk) -> tuple[object, ...]:
    """Order among versions of one resource: version number, else time of change.

    Where these do not tell, one that counts goes first, so that it is not lost; then by content.
    """
    meta = candidate.view.meta if candidate.view is not None else None
    number, day, moment = -1, datetime.date.min, ""
    if meta is not None:
        if meta.version_id and meta.version_id.isascii() and meta.version_id.isdigit():
            number = int(meta.version_id[:18])
        if meta.last_updated:
            moment = meta.last_updated
            try:
                day = read_day(moment, desk.zone).date
            except UnreadableDate:
                moment = ""
    status = getattr(candidate.view, "status", None)
    return number, day, moment, status in _COUNTING, bytes(candidate.raw)


def _observations(
    desk: Desk, entries: list[Entry[Observation]]
) -> tuple[list[tuple[Entry[Observation], str]], list[tuple[Entry[Observation], str]]]:
    """Recognised observations: those read on scans, and the others."""
    on_scans: list[tuple[Entry[Observation], str]] = []
    elsewhere: list[tuple[Entry[Observation], str]] = []
    for entry in entries:
        code = entry.view.code
        if code is None:
            if entry.whole:
                desk.note(UNREADABLE, entry.reference, path="Observation.code")
            continue
        role = observation_role(desk, code)
        if role is None:
            role = _by_value_or_words(desk, entry.view)
            if role not in (None, METASTASIS_PRESENT, METASTASIS_CATEGORY):
                desk.note(TEXT_MATCHED, entry.reference, path="Observation.code")
        if role is None:
            role = _by_probable_code(desk, entry)
        if role != ECOG and entry.view.component:
            elsewhere += _scores_in_components(desk, entry)
        if role is None:
            desk.code_unknown(code, entry.reference, "Observation.code")
            if any((c.system or "", c.code or "") in CODES_ASKED_FOR for c in code.coding):
                elsewhere.append((entry, NO_RULE))
            continue
        if role in IMAGING_ROLES or role == "largest-diameter":
            if is_about_imaging(desk, role, entry.view):
                on_scans.append((entry, role))
                if role == "tumour-size":
                    elsewhere.append((entry, role))
                continue
            if role == "diameter":
                continue
        if role in CLINICAL_ROLES or role in _METASTASES:
            elsewhere.append((entry, role))
    return on_scans, elsewhere


def _by_value_or_words(desk: Desk, view: Observation) -> str | None:
    """What an observation without a known code is: by its value's code, else by its whole name."""
    if desk.terminology.find("distant-metastasis", view.value_codeable_concept):
        return METASTASIS_PRESENT
    if desk.terminology.find("tnm-category", view.code):
        return METASTASIS_CATEGORY
    return looked_up(desk.terminology.texts.observation, texts_of(view.code))


def _by_probable_code(desk: Desk, entry: Entry[Observation]) -> str | None:
    """What a code says that is only probably right, when its name says the same; noted."""
    roles = desk.terminology.roles(f"observation{PROBABLE}", entry.view.code)
    if not roles or entry.view.status not in FINAL:
        return None
    said = looked_up(desk.terminology.texts.observation_probable, texts_of(entry.view.code))
    agreed = said if said in roles else None
    code = CANDIDATE if agreed is None else TEXT_MATCHED
    desk.note(code, entry.reference, path="Observation.code")
    return agreed


def _scores_in_components(
    desk: Desk, entry: Entry[Observation]
) -> list[tuple[Entry[Observation], str]]:
    """Performance status that stands as a component of another observation."""
    found = []
    for component in entry.view.component:
        if desk.terminology.find("observation", component.code) == ECOG:
            found.append((entry._replace(view=on_its_own(entry.view, component)), ECOG))
    return found


# What could not be had


def _incomplete(desk: Desk, gaps: list[Gap]) -> tuple[str, ...]:
    """Names what of the record is not there, or not whole; nothing may be concluded from that."""
    found: set[str] = set()
    for gap in gaps:
        found.update(_INCOMPLETE_BY_KEY.get(gap.key, (gap.key,)))
        code = "truncated" if gap.kind is GapKind.TRUNCATED else "server-refused"
        never_asked = gap.kind is GapKind.NOT_FETCHABLE
        desk.note(code, detail=gap.key, path=f"prefetch.{gap.key}" if never_asked else "")
    return tuple(sorted(found))


# Order


def _note_order(note: ChartNote) -> tuple[object, ...]:
    return (note.code, note.references, note.path, note.detail, note.count or 0, note.mm or 0)


def _marker_order(value: MarkerValue) -> tuple[object, ...]:
    return (value.marker, value.date, value.references)


def _dated_order(value: Dated) -> tuple[object, ...]:
    return (value.date or datetime.date.min, value.references)


def _stage_order(value: Stage) -> tuple[object, ...]:
    return (value.system, value.date or datetime.date.min, value.references)


def _unread_order(value: Unread) -> tuple[object, ...]:
    return (value.what, value.date or datetime.date.min, value.references)


def _fact_order(value: StatedFact) -> tuple[object, ...]:
    return (value.fact, value.date or datetime.date.min, value.references)
