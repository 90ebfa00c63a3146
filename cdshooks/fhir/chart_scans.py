"""Scans: ImagingStudies, the reports about them, and what was read on no recorded study.

A scan's modality and contrast are told by the study itself, else by the code of the study or its
report, else by the closed table of words (noted); else they are unknown, and stay so
(:mod:`cdshooks.fhir.chart_scan_words`). What names no scan, or several that differ, is never put on
one by its id or its place in the record: on which it was read stays open, and is judged both ways.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import NamedTuple

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
from cdshooks.fhir.chart_scan_words import Told, of_parts, told_by
from cdshooks.fhir.dates import Day
from cdshooks.fhir.views import (
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
_UNENHANCED = "unenhanced"
_PHASES = frozenset({"arterial", "portal-venous", "delayed", "hepatobiliary", _UNENHANCED})
"""Codes of ``contrast-phase``; one without contrast beside another is of an enhanced scan."""


class _Report(NamedTuple):
    """What a report tells of its scan."""

    reference: str
    told: Told
    day: Day | None
    names_it: bool
    """It names the study; else only the day and the kind of imaging are the same."""


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
    reports: list[_Report] = field(default_factory=list)

    @property
    def is_cross_sectional(self) -> bool:
        return self.modality in _CROSS_SECTIONAL

    @property
    def is_adequate(self) -> bool | None:
        """As far as is known, a contrast-enhanced CT or MRI."""
        if self.contrast is False or self.modality is Modality.OTHER:
            return False
        return None if self.contrast is None or self.modality is None else True

    def fits(self, told: Told) -> bool:
        """Whether what a report tells of its scan can be this one."""
        return told.modality in (None, self.modality) and (
            told.contrast is None or self.contrast in (None, told.contrast)
        )

    def settle(self, desk: Desk) -> None:
        """Takes what the reports tell, all of them together, of what is not known otherwise."""
        modality, contrast, day = self.modality, self.contrast, self.day
        if modality is None:
            found = {report.told.modality for report in self.reports} - {None}
            self.modality = found.pop() if len(found) == 1 else None
        if contrast is None:
            self.contrast = self._contrast_of_reports()
        if day is None:
            self.day = min((r.day for r in self.reports if r.day is not None), default=None)
        for report in self.reports:
            told, used = report.told, set()
            if modality is None and told.modality is not None and told.modality is self.modality:
                used.add("modality")
            if contrast is None and told.contrast is not None and told.contrast is self.contrast:
                used.add("contrast")
            if used & told.by_words:
                desk.note(TEXT_MATCHED, report.reference, path="DiagnosticReport.code")
            if used or (day is None and report.day) or self.key not in self.references:
                self.references.add(report.reference)

    def _contrast_of_reports(self) -> bool | None:
        """Reports that name the study go first; of others those that disagree tell nothing."""
        named = of_parts(r.told.contrast for r in self.reports if r.names_it)
        if named is not None:
            return named
        others = {r.told.contrast for r in self.reports if not r.names_it} - {None}
        return others.pop() if len(others) == 1 else None


@dataclass(slots=True)
class Scans:
    """Every scan by key, and how observations find theirs."""

    desk: Desk
    by_key: dict[str, ScanDraft] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    """Studies that do not count (entered in error, cancelled, ...)."""
    of_result: dict[str, set[str]] = field(default_factory=dict)
    """Scans by the reference of a report's result."""
    by_day: set[str] = field(default_factory=set)
    """Results of reports whose study only their day and kind of imaging tell."""
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
        for draft in scans.by_key.values():
            draft.settle(desk)
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
        drafts = [self.by_key.get(key) or self._own(key, day) for key in usable]
        wanted = self._method(view)
        only_by_day = not named and reference in self.by_day
        if only_by_day and wanted is not None and not _of_kind(drafts, wanted):
            return False
        self._put(_of_one_day(drafts, day), entry, role, day)
        return True

    def place_by_day(
        self,
        waiting: list[tuple[Entry[Observation], str, Day | None]],
        without_own_scan: frozenset[str] = frozenset(),
    ) -> list[tuple[Entry[Observation], str, Day]]:
        """Observations that name no scan: the scan of the same day and kind, else one of their own.

        ``without_own_scan``: roles that do not make a scan; what is left of them is returned.
        """
        homeless: list[tuple[Entry[Observation], str, Day]] = []
        known = [draft for draft in self.by_key.values() if draft.day is not None]
        for entry, role, day in sorted(waiting, key=lambda one: self._method(one[0].view) is None):
            if day is None:
                path = "Observation.effectiveDateTime"
                self.desk.note(NOT_USABLE, entry.reference, detail="no-date", path=path)
                continue
            same = [draft for draft in known if draft.day is not None and _same(draft.day, day)]
            if not same and role in without_own_scan:
                homeless.append((entry, role, day))
                continue
            wanted = self._method(entry.view)
            drafts = _of_kind(same, wanted)
            self._put(drafts or self._apart(day, wanted), entry, role, day)
        return homeless

    def _put(
        self, drafts: list[ScanDraft], entry: Entry[Observation], role: str, day: Day | None
    ) -> None:
        """Puts an observation on the scan that it may belong to; several alike are one time point.

        Of several of which not all are as good, it stays open which: a scan of its own, of which it
        is not known whether it counts, is judged both ways.
        """
        wanted = self._method(entry.view)
        if len(drafts) > 1:
            drafts = _of_kind(drafts, wanted) or drafts
        if len({draft.is_adequate for draft in drafts}) > 1:
            when = drafts[0].day or day
            if when is None:
                self.desk.note(NOT_USABLE, entry.reference, detail="which-scan")
                return
            self.desk.note(INFERRED, entry.reference, detail="which-scan")
            drafts = self._apart(when, wanted)
        for draft in drafts:
            draft.readings.append((entry, role, day))

    def _apart(self, day: Day, wanted: Modality | None) -> list[ScanDraft]:
        """A scan of that day that only what was read on it tells of: one of each kind.

        What does not say its kind goes with the only kind that another says.
        """
        key = f"{day.date}/{day.last}"
        if wanted is None:
            told = [f"{key}/{modality}" for modality in _CROSS_SECTIONAL]
            found = [self.by_key[one] for one in told if one in self.by_key]
            if len(found) == 1:
                return found
        own = self._own(key if wanted is None else f"{key}/{wanted}", day)
        own.modality = own.modality or wanted
        return [own]

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
        told = told_by(desk.terminology, view.procedure_code, (view.description,), series)
        used = set()
        if draft.modality is None:
            draft.modality = told.modality
            used.add("modality")
        if draft.contrast is None:
            draft.contrast = told.contrast
            used.add("contrast")
        if used & told.by_words:
            desk.note(TEXT_MATCHED, reference, path="ImagingStudy.procedureCode")
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

    def _method(self, view: Observation) -> Modality | None:
        role = self.desk.terminology.only("modality", view.method)
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
        told = told_by(desk.terminology, (view.code,) if view.code is not None else ())
        keys = set(studies)
        if not studies and day is not None:
            keys = {self._scan_of_report(reference, day, told).key}
        for key in sorted(keys - self.dropped):
            draft = self.by_key.get(key) or self._own(key, day)
            draft.reports.append(_Report(reference, told, day, bool(studies)))
        for result in read:
            self.of_result.setdefault(result, set()).update(keys)
        if not studies:
            self.by_day.update(read)

    def _scan_of_report(self, reference: str, day: Day, told: Told) -> ScanDraft:
        """The one CT or MR study of the report's day that it can be about, else its own scan."""
        same = [
            draft
            for draft in self.by_key.values()
            if draft.key.startswith(_STUDY)
            and draft.day is not None
            and _same(draft.day, day)
            and draft.is_cross_sectional
            and draft.fits(told)
        ]
        if len(same) > 1:
            same = [draft for draft in same if draft.contrast is told.contrast]
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


def _of_one_day(drafts: list[ScanDraft], day: Day | None) -> list[ScanDraft]:
    """Of several studies those of the observation's own day, else those of the latest."""
    own = [d for d in drafts if d.day is not None and day is not None and _same(d.day, day)]
    latest = max(map(_when, drafts))
    return own or [draft for draft in drafts if _when(draft) == latest]


def _of_kind(drafts: list[ScanDraft], wanted: Modality | None) -> list[ScanDraft]:
    """Of the scans those of one kind of imaging; of no kind that is said, what may be CT or MR."""
    if wanted is None:
        return [draft for draft in drafts if draft.modality is not Modality.OTHER]
    fitting = [draft for draft in drafts if draft.modality is wanted]
    return fitting or [draft for draft in drafts if draft.modality is None]


def _when(draft: ScanDraft) -> datetime.date:
    return draft.day.date if draft.day is not None else datetime.date.min
