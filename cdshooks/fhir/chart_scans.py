"""Scans: ImagingStudies, the reports about them, and what was read on no recorded study.

A scan's modality and contrast are told by the study itself, else by the code of the study or its
report, else by the closed table of words (noted); else they are unknown, and stay so.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from cdshooks.clinical.chart import Modality
from cdshooks.fhir.chart_desk import (
    DROPPED,
    INFERRED,
    NOT_USABLE,
    TEXT_MATCHED,
    UNKNOWN_CODE,
    Desk,
    Entry,
    texts_of,
)
from cdshooks.fhir.chart_panels import with_members
from cdshooks.fhir.chart_responses import note_conclusion_codes
from cdshooks.fhir.dates import Day
from cdshooks.fhir.views import (
    CodeableConcept,
    DiagnosticReport,
    Identifier,
    ImagingStudy,
    Observation,
    Reference,
)

_STUDY = "ImagingStudy"
_OID = "urn:oid:"
REPORT_FINAL = frozenset({"final", "amended", "corrected", "appended"})
_CROSS_SECTIONAL = frozenset({Modality.CT, Modality.MR})
_CODE_MEANING: dict[str, tuple[Modality, bool | None]] = {
    "enhanced-ct": (Modality.CT, True),
    "enhanced-mr": (Modality.MR, True),
    "plain-ct": (Modality.CT, False),
    "plain-mr": (Modality.MR, False),
    "ct": (Modality.CT, None),
    "mr": (Modality.MR, None),
}
_UNENHANCED = "unenhanced"
_PHASES = frozenset({"arterial", "portal-venous", "delayed", "hepatobiliary", _UNENHANCED})
"""Codes of ``contrast-phase``; one without contrast beside another is of an enhanced scan."""


@dataclass(slots=True, eq=False)
class ScanDraft:
    """A scan while it is put together."""

    key: str
    day: Day | None = None
    modality: Modality | None = None
    contrast: bool | None = None
    references: set[str] = field(default_factory=set)
    """Of the study and of a report that told something about it."""
    readings: list[tuple[Entry[Observation], str, Day | None]] = field(default_factory=list)
    """Observations read on it, each with its role and its own day."""

    @property
    def is_cross_sectional(self) -> bool:
        return self.modality in _CROSS_SECTIONAL


@dataclass(slots=True)
class Scans:
    """Every scan by key, and how observations find theirs."""

    desk: Desk
    by_key: dict[str, ScanDraft] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    """Studies that do not count (entered in error, cancelled, ...)."""
    of_result: dict[str, set[str]] = field(default_factory=dict)
    """Scans by the reference of a report's result."""
    by_identifier: dict[str, set[str]] = field(default_factory=dict)
    """Studies by study UID or accession number."""
    systems: dict[tuple[str, str], str | None] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    """Results only of reports that are preliminary or void."""

    @classmethod
    def of(
        cls,
        desk: Desk,
        studies: list[Entry[ImagingStudy]],
        reports: list[Entry[DiagnosticReport]],
        sessions: frozenset[str],
        results: dict[str, Day | None],
    ) -> Scans:
        """``results``: the day of each observation about imaging, by reference."""
        scans = cls(desk)
        for study in studies:
            scans._study(study, sessions)
        settled: set[str] = set()
        superseded = scans._replaced(reports)
        for report in reports:
            mentioned = with_members(desk, desk.references(report.view.result, "Observation"))
            status = report.view.status or ""
            if status in REPORT_FINAL and report.reference not in superseded:
                settled.update(mentioned)
                scans._report(report, mentioned, results)
            elif any(result in results for result in mentioned) or is_imaging(desk, report.view):
                desk.note(DROPPED, report.reference, path="DiagnosticReport.status")
                scans.unsettled.update(mentioned)
        scans.unsettled -= settled
        return scans

    def place(self, entry: Entry[Observation], role: str, day: Day | None) -> bool:
        """Puts an observation on the scan that it names; False when it names none."""
        reference, view, _ = entry
        desk = self.desk
        named = self._named((*view.derived_from, *view.part_of))
        keys = named or self.of_result.get(reference, set()) or self._accessed(view.based_on)
        if not keys:
            return False
        usable = sorted(keys - self.dropped)
        if not usable:
            desk.note(DROPPED, reference, detail="study-not-used", path="Observation.derivedFrom")
            return True
        self._one_of(usable, day).readings.append((entry, role, day))
        return True

    def place_by_day(
        self,
        waiting: list[tuple[Entry[Observation], str, Day | None]],
        without_own_scan: frozenset[str] = frozenset(),
    ) -> list[tuple[Entry[Observation], str, Day]]:
        """Observations that name no scan: the scan of the same day, else one of their own.

        ``without_own_scan``: roles that do not make a scan; what is left of them is returned.
        """
        homeless: list[tuple[Entry[Observation], str, Day]] = []
        known = [draft for draft in self.by_key.values() if draft.day is not None]
        for entry, role, day in waiting:
            if day is None:
                path = "Observation.effectiveDateTime"
                self.desk.note(NOT_USABLE, entry.reference, detail="no-date", path=path)
                continue
            same = [draft for draft in known if draft.day is not None and _same(draft.day, day)]
            wanted = self._method(entry.view)
            if len(same) > 1 and wanted is not None:
                same = [draft for draft in same if draft.modality is wanted]
            elif len(same) > 1:
                same = [draft for draft in same if draft.is_cross_sectional]
            if len({draft.contrast for draft in same}) > 1:
                self.desk.note(NOT_USABLE, entry.reference, detail="which-scan")
                continue
            if not same and role in without_own_scan:
                homeless.append((entry, role, day))
                continue
            if not same:
                own = self._own(f"{day.date}/{day.last}", day)
                own.modality = own.modality or wanted
                same = [own]
            for draft in same:  # several alike are one time point
                draft.readings.append((entry, role, day))
        return homeless

    # Names of studies

    def _named(self, references: tuple[Reference, ...]) -> set[str]:
        """Studies that are referred to, by reference or by identifier."""
        found = set(self.desk.references(references, _STUDY))
        for reference in references:
            if reference.reference is None and reference.identifier is not None:
                found |= self._identified(reference.identifier)
        return found

    def _accessed(self, based_on: tuple[Reference, ...]) -> set[str]:
        """Studies of the same accession number, which stands as the identifier of the request."""
        return {
            key
            for request in based_on
            if request.identifier is not None
            for key in self._identified(request.identifier)
        }

    def _identified(self, identifier: Identifier) -> set[str]:
        value = identifier.value or ""
        return {
            key
            for key in self.by_identifier.get(value.removeprefix(_OID), ())
            if _agree(identifier.system, self.systems.get((key, value.removeprefix(_OID))))
        }

    def _remember(self, view: ImagingStudy, reference: str) -> None:
        requests = (one.identifier for one in view.based_on if one.identifier is not None)
        for identifier in (*view.identifier, *requests):
            if identifier.value:
                value = identifier.value.removeprefix(_OID)
                self.by_identifier.setdefault(value, set()).add(reference)
                self.systems[reference, value] = identifier.system

    # Studies

    def _study(self, entry: Entry[ImagingStudy], sessions: frozenset[str]) -> None:
        reference, view, _ = entry
        desk = self.desk
        self._remember(view, reference)
        if view.status not in ("available", None):
            desk.note(DROPPED, reference, path="ImagingStudy.status")
            self.dropped.add(reference)
            return
        day = desk.day(view.started, reference, "ImagingStudy.started")
        if view.started and day is None:
            return
        draft = ScanDraft(reference, day, references={reference})
        made_in = desk.reference(view.procedure_reference)
        if made_in is not None and made_in in sessions:
            draft.modality = Modality.OTHER
        else:
            draft.modality = self._modality(view, reference)
        draft.contrast = self._contrast(view)
        series = tuple(one.description for one in view.series if one.description)
        path = "ImagingStudy.procedureCode"
        self._describe(draft, view.procedure_code, (view.description,), reference, path, series)
        self.by_key[reference] = draft

    def _modality(self, view: ImagingStudy, reference: str) -> Modality | None:
        table = self.desk.terminology
        stated = view.modality or tuple(one.modality for one in view.series if one.modality)
        roles = {table.role("modality", coding) for coding in stated}
        if "other" in roles:
            return Modality.OTHER
        if "MR" in roles:
            return Modality.MR
        if "CT" in roles:
            return Modality.CT
        if not stated:
            return None
        system = table.coding("modality", "CT").system
        if any(coding.system == system and coding.code for coding in stated):
            return Modality.OTHER
        self.desk.note(UNKNOWN_CODE, reference, path="ImagingStudy.modality")
        return None

    def _contrast(self, view: ImagingStudy) -> bool | None:
        """Stated contrast, else that of the phases; a bad arterial phase makes it useless."""
        answers: set[bool] = set()
        phases: set[str] = set()
        for extension in self.desk.extensions(view.extension, "imaging-contrast"):
            for inner in extension.extension:
                if inner.url == "phase" and inner.value_code in _PHASES:
                    phases.add(inner.value_code)
                if inner.value_boolean is None:
                    continue
                if inner.url == "enhanced":
                    answers.add(inner.value_boolean)
                elif inner.url == "arterialPhaseAdequate" and not inner.value_boolean:
                    return False
        if phases:
            answers.add(phases != {_UNENHANCED})
        return answers.pop() if len(answers) == 1 else None

    def _describe(
        self,
        draft: ScanDraft,
        concepts: tuple[CodeableConcept, ...],
        words: tuple[str | None, ...],
        reference: str,
        path: str,
        series: tuple[str, ...] = (),
    ) -> bool:
        """Fills what is unknown of a scan from codes, then from words; True when it did.

        What the whole is called goes before what its ``series`` are called.
        """
        table, before = self.desk.terminology, (draft.modality, draft.contrast)
        for concept in concepts:
            for role in table.roles("imaging", concept):
                modality, contrast = _CODE_MEANING[role]
                draft.modality = draft.modality or modality
                if draft.contrast is None:
                    draft.contrast = contrast
        said = " ; ".join(
            word for word in (*words, *(word for c in concepts for word in texts_of(c))) if word
        )
        everything = " ; ".join(filter(None, (said, *series)))
        if everything and (draft.contrast is None or draft.modality is None):
            known = draft.modality, draft.contrast
            if draft.contrast is None:
                draft.contrast = self._contrast_in_words(said)
            if draft.contrast is None:
                draft.contrast = self._contrast_of_series(series)
            if draft.modality is None:
                named = table.texts.modality(everything)
                draft.modality = Modality(named) if named is not None else None
            if (draft.modality, draft.contrast) != known:
                self.desk.note(TEXT_MATCHED, reference, path=path)
        return (draft.modality, draft.contrast) != before

    def _contrast_in_words(self, said: str) -> bool | None:
        """Of a scan with and without contrast the part with it counts."""
        table = self.desk.terminology
        if table.says_both_phases.search(said):
            return True
        if table.says_unenhanced.search(said):
            return False
        if table.says_enhanced.search(said):
            return True
        return False if table.says_plain.search(said) else None

    def _contrast_of_series(self, series: tuple[str, ...]) -> bool | None:
        """A series without contrast beside one with it says nothing against the study."""
        answers = {self._contrast_in_words(one) for one in series}
        if True in answers:
            return True
        return False if False in answers else None

    def _method(self, view: Observation) -> Modality | None:
        role = self.desk.terminology.find("modality", view.method)
        return Modality(role) if role is not None else None

    # Reports

    def _replaced(self, reports: list[Entry[DiagnosticReport]]) -> set[str]:
        found: set[str] = set()
        for _, view, _ in reports:
            for extension in self.desk.extensions(view.extension, "report-replaces"):
                old = self.desk.reference(extension.value_reference)
                if old is not None:
                    found.add(old)
        return found

    def _report(
        self,
        entry: Entry[DiagnosticReport],
        mentioned: tuple[str, ...],
        results: dict[str, Day | None],
    ) -> None:
        reference, view, _ = entry
        desk = self.desk
        read = [result for result in mentioned if result in results]
        note_conclusion_codes(desk, view, reference)
        studies = self._named(view.imaging_study) or self._accessed(view.based_on)
        if not studies and not read and not self._shows_liver(view):
            return
        day = self._report_day(view, reference, [results[result] for result in read])
        keys = set(studies)
        if not studies:
            keys = {self._scan_of_report(reference, day).key} if day is not None else set()
        for key in sorted(keys - self.dropped):
            draft = self.by_key.get(key) or self._own(key, day)
            concepts = (view.code,) if view.code is not None else ()
            told = self._describe(draft, concepts, (), reference, "DiagnosticReport.code")
            if draft.day is None and day is not None:
                draft.day = day
                told = True
            if told or key not in draft.references:
                draft.references.add(reference)
        for result in read:
            self.of_result.setdefault(result, set()).update(keys)

    def _scan_of_report(self, reference: str, day: Day) -> ScanDraft:
        """The one CT or MR study of the report's day, else a scan of its own."""
        same = [
            draft
            for draft in self.by_key.values()
            if draft.key.startswith(_STUDY) and draft.day == day and draft.is_cross_sectional
        ]
        return same[0] if len(same) == 1 else self._own(reference, day)

    def _report_day(
        self, view: DiagnosticReport, reference: str, results: list[Day | None]
    ) -> Day | None:
        desk = self.desk
        if view.effective_date_time:
            return desk.day(
                view.effective_date_time, reference, "DiagnosticReport.effectiveDateTime"
            )
        day = desk.period(view.effective_period, reference, "DiagnosticReport.effectivePeriod")
        if day is not None:
            return day
        days = [day for day in results if day is not None]
        if days:
            return min(days)
        day = desk.day(view.issued, reference, "DiagnosticReport.issued")
        if day is not None:
            desk.note(INFERRED, reference, detail="issued", path="DiagnosticReport.issued")
        return day

    def _shows_liver(self, view: DiagnosticReport) -> bool:
        """A report on its own is a scan only when its code says CT or MR of the liver."""
        table = self.desk.terminology
        if table.find("imaging", view.code) is not None:
            return True
        said = " ; ".join(texts_of(view.code))
        return (
            is_imaging(self.desk, view)
            and table.texts.modality(said) in _CROSS_SECTIONAL
            and table.texts.says_liver.search(said) is not None
        )

    # Choosing

    def _one_of(self, keys: list[str], day: Day | None) -> ScanDraft:
        """Of several studies the one of the observation's own day, else the latest."""
        drafts = [self.by_key.get(key) or self._own(key, day) for key in keys]
        if len(drafts) == 1:
            return drafts[0]
        same = [d for d in drafts if d.day is not None and day is not None and _same(d.day, day)]
        dated = [d for d in drafts if d.day is not None] or drafts
        return (same or [max(dated, key=_when)])[0]

    def _own(self, key: str, day: Day | None) -> ScanDraft:
        draft = self.by_key.get(key)
        if draft is None:
            draft = self.by_key[key] = ScanDraft(key)
            if not key.startswith(_STUDY):
                draft.day = day
                if key.startswith("DiagnosticReport"):
                    draft.references.add(key)
        return draft


def is_imaging(desk: Desk, view: DiagnosticReport) -> bool:
    """Whether a report is one of imaging at all."""
    table = desk.terminology
    if view.imaging_study or table.find("imaging", view.code):
        return True
    return any(table.find("report-category", category) for category in view.category)


def _agree(one: str | None, other: str | None) -> bool:
    """Systems of two equal identifiers: one that is not stated agrees with any."""
    return not one or not other or one == other


def _same(one: Day, other: Day) -> bool:
    return one.date == other.date and one.last == other.last


def _when(draft: ScanDraft) -> datetime.date:
    return draft.day.date if draft.day is not None else datetime.date.min
