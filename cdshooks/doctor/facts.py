"""Per fact of the chart: how many were found, in which shape, and what is missing at what price.

A *shape* says how a fact was written: ``canonical`` as README tells, else which alternative it is.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from cdshooks.clinical.chart import Chart, Fact, Modality, References, Scan, Treatment, named
from cdshooks.fhir.chart_desk import CANDIDATE, TEXT_MATCHED
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.record import Record
from cdshooks.fhir.views import (
    AnyResource,
    Condition,
    DiagnosticReport,
    ImagingStudy,
    Observation,
    Procedure,
    Unreadable,
    decode,
)

EXAMPLES = 3
STAGED_WITHIN_DAYS = 14
CANONICAL = "canonical"
OTHER_CODE = "other-code"
STATEMENTS = {
    "new-intrahepatic-lesion": "new_intrahepatic_lesion",
    "vascular-invasion": "vascular_invasion",
    "extrahepatic-spread": "extrahepatic_spread",
}
_LIVER_PARTS = ("bilirubin", "albumin", "inr", "ascites", "encephalopathy")
_ON_SCANS = ("imagingObservations", "responseObservations", "imagingFacts", "imagingReports")
SEARCHES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("sessions", "staging", "attestation", "intent", "local-therapies", "scope"),
        ("procedures",),
    ),
    **dict.fromkeys(("scans", "modality", "contrast"), ("imagingStudies", "imagingReports")),
    "lesions": ("lesions",),
    "diameters": ("imagingObservations", "responseObservations"),
    **dict.fromkeys(("sums", *STATEMENTS), _ON_SCANS),
    "response": ("imagingObservations", "responseObservations"),
    **dict.fromkeys(("markers", "bilirubin", "albumin", "inr"), ("labs",)),
    **dict.fromkeys(("ascites", "encephalopathy"), ("clinicalFacts", "conditions")),
    **dict.fromkeys(("child-pugh", "ecog", "largest-diameter"), ("responseObservations",)),
    "yes-no": ("clinicalFacts", "conditions"),
    "conditions": ("conditions",),
    "lesion-count": ("clinicalFacts", "imagingObservations"),
    "stages": ("imagingFacts",),
    "planned-infusions": ("medicationRequests", "serviceRequests"),
}
"""The searches that bring each fact; ``bundle`` brings all."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something missing; ``code`` is a key of the catalogue (doctor-lack)."""

    code: str
    count: int = 0
    references: References = ()


@dataclass(frozen=True, slots=True)
class FactFound:
    fact: str
    found: int
    shapes: Mapping[str, int]
    examples: References
    lacks: tuple[Lack, ...]


Shape = Callable[[References], str]


class _Written:
    """How the resources of the record are written."""

    def __init__(self, record: Record, chart: Chart, terminology: Terminology) -> None:
        self.terminology = terminology
        self.views: dict[str, AnyResource] = {}
        for raw in record.resources:
            view = decode(raw)
            if view is not None and not isinstance(view, Unreadable) and view.id:
                self.views[f"{type(view).__name__}/{view.id}"] = view
        self.noted: dict[str, dict[str, str]] = {}
        for note in chart.notes:
            if note.code in (TEXT_MATCHED, CANDIDATE):
                for reference in note.references:
                    self.noted.setdefault(reference, {})[note.code] = note.path

    def shape(self, references: References) -> str:
        for reference in references:
            for code, word in ((CANDIDATE, "candidate"), (TEXT_MATCHED, TEXT_MATCHED)):
                if code in self.noted.get(reference, {}):
                    return word
        shapes = {self._of(self.views.get(reference)) for reference in references}
        return next((s for s in (CANONICAL, OTHER_CODE, "component") if s in shapes), "") or (
            min(shapes) if shapes else OTHER_CODE
        )

    def _of(self, view: AnyResource | None) -> str:
        table = self.terminology
        if isinstance(view, Condition):
            return "condition"
        if isinstance(view, Procedure) and view.code is not None:
            own = any(coding.system in table.own_systems for coding in view.code.coding)
            return CANONICAL if own else OTHER_CODE
        if isinstance(view, Observation):
            role = table.find("observation", view.code)
            if role is None or view.code is None:
                return OTHER_CODE
            if role == "tumour-size":
                return "component"
            first = table.coding("observation", role)
            said = {(coding.system, coding.code) for coding in view.code.coding}
            return CANONICAL if (first.system, first.code) in said else OTHER_CODE
        return CANONICAL if view is not None else OTHER_CODE

    def scan(self, references: References) -> str:
        """By what a scan is known at all."""
        kinds = {type(self.views.get(reference)) for reference in references}
        if ImagingStudy in kinds:
            return CANONICAL
        return "report" if DiagnosticReport in kinds else "observation"

    def modality(self, references: References) -> str:
        studies = [v for r in references if isinstance(v := self.views.get(r), ImagingStudy)]
        return CANONICAL if any(study.modality for study in studies) else OTHER_CODE

    def contrast(self, references: References) -> str:
        url = self.terminology.extension["imaging-contrast"]
        for reference in references:
            view = self.views.get(reference)
            extensions = view.extension if isinstance(view, ImagingStudy) else ()
            if any(extension.url == url for extension in extensions):
                return CANONICAL
        words = any(TEXT_MATCHED in self.noted.get(reference, {}) for reference in references)
        return TEXT_MATCHED if words else OTHER_CODE

    def conditions(self) -> list[References]:
        slots = ("condition", "condition-probable", "condition-metastatic")
        return [
            (reference,)
            for reference, view in sorted(self.views.items())
            if isinstance(view, Condition)
            and "excluded" not in self.terminology.roles("condition", view.code)
            and any(self.terminology.find(slot, view.code) for slot in slots)
        ]


class _Facts:
    def __init__(self, record: Record, chart: Chart, written: _Written) -> None:
        self.chart = chart
        self.written = written
        self.lost = {gap.key for gap in record.gaps}
        self.found: list[FactFound] = []

    def add(
        self,
        fact: str,
        items: Iterable[References],
        *lacks: Lack,
        shape: Shape | None = None,
    ) -> None:
        """One fact; a lack that counts nothing is none, and what was lost explains the rest."""
        shape = shape or self.written.shape
        sources = list(items)
        by_shape: dict[str, list[References]] = {}
        for references in sources:
            by_shape.setdefault(shape(references), []).append(references)
        first = named(group[0][0] for group in by_shape.values() if group[0])
        kept = [lack for lack in lacks if lack.count]
        if self.lost & {*SEARCHES[fact], "bundle"}:
            kept = [Lack("search-lost"), *(kept if sources else ())]
        counts = Counter({name: len(group) for name, group in by_shape.items()})
        shapes = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        self.found.append(FactFound(fact, len(sources), shapes, first[:EXAMPLES], tuple(kept)))


def facts_of(record: Record, chart: Chart, terminology: Terminology) -> tuple[FactFound, ...]:
    """Every fact that the service looks for, found or not."""
    facts = _Facts(record, chart, _Written(record, chart, terminology))
    _treatments(facts)
    _imaging(facts)
    _clinical(facts)
    return tuple(facts.found)


def _lack(code: str, without: Iterable[References]) -> Lack:
    found = list(without)
    return Lack(code, len(found), named(r for references in found for r in references)[:EXAMPLES])


def _none(code: str, present: Iterable[object]) -> Lack:
    return Lack(code, 0 if any(True for _ in present) else 1)


def _treatments(facts: _Facts) -> None:
    chart = facts.chart
    sessions = [t for t in chart.treatments if t.kind.is_chemoembolisation]
    local = [t for t in chart.treatments if t.kind.is_local_therapy]
    any_session = (*sessions, *chart.undated_sessions, *chart.in_progress)
    facts.add(
        "sessions",
        _sources(sessions),
        _none("no-session", any_session),
        _lack(
            "session-undated", [(reference,) for reference in dict.fromkeys(chart.undated_sessions)]
        ),
        _lack("session-unconfirmed", _sources(t for t in sessions if not t.confirmed)),
        _lack("session-in-progress", _sources(chart.in_progress)),
        _lack("session-imprecise", _sources(t for t in sessions if t.latest is not None)),
    )
    grouped = {t.references: t.group for t in sessions if t.group is not None}
    facts.add(
        "staging",
        grouped,
        _lack("staging-by-date", _close_together(sessions)),
        shape=lambda r: "session-identifier" if "|" in (grouped[r] or "") else "part-of",
    )
    facts.add(
        "attestation",
        _sources(t for t in sessions if t.standardised is not None),
        _lack("no-attestation", _sources(t for t in sessions if t.standardised is None)),
        shape=lambda _: CANONICAL,
    )
    facts.add(
        "intent",
        _sources(t for t in sessions if t.intent is not None),
        _lack("no-intent", _sources(t for t in sessions if t.intent is None)),
        shape=lambda _: CANONICAL,
    )
    facts.add("local-therapies", _sources(local))
    facts.add(
        "scope",
        _sources(t for t in local if t.scope is not None),
        _lack("no-scope", _sources(t for t in local if t.scope is None)),
        shape=lambda _: CANONICAL,
    )


def _sources(treatments: Iterable[Treatment]) -> list[References]:
    return [treatment.references for treatment in treatments]


def _close_together(sessions: list[Treatment]) -> list[References]:
    """Ungrouped procedures that are one session only by their dates."""
    alone = sorted((t for t in sessions if t.group is None), key=lambda t: t.start)
    close = datetime.timedelta(days=STAGED_WITHIN_DAYS)
    return [
        tuple(sorted({*one.references, *other.references}))
        for one, other in pairwise(alone)
        if other.start - one.start <= close
    ]


def _imaging(facts: _Facts) -> None:
    chart, written = facts.chart, facts.written
    scans = chart.scans
    liver = [scan for scan in scans if scan.modality is not Modality.OTHER]
    useful = [scan for scan in liver if scan.contrast is not False]
    facts.add("scans", _of(scans), _none("no-scan", scans), shape=written.scan)
    facts.add(
        "modality",
        _of(scan for scan in scans if scan.modality is not None),
        _lack("no-modality", _of(scan for scan in scans if scan.modality is None)),
        shape=written.modality,
    )
    facts.add(
        "contrast",
        _of(scan for scan in scans if scan.contrast is not None),
        _lack("no-contrast", _of(scan for scan in liver if scan.contrast is None)),
        _lack("plain-scan", _of(scan for scan in liver if scan.contrast is False)),
        shape=written.contrast,
    )
    measured = [m for scan in scans for m in scan.measurements]
    implied = {key for key, lesion in chart.lesions.items() if not lesion.references}
    facts.add(
        "lesions",
        [lesion.references for lesion in chart.lesions.values() if lesion.references],
        _lack("lesion-implied", [m.references for m in measured if m.lesion in implied]),
    )
    facts.add(
        "diameters",
        [m.references for m in measured if m.mm is not None],
        _none("no-diameter", measured),
        _lack("diameter-without-value", [m.references for m in measured if m.mm is None]),
        _lack("scan-unmeasured", _of(s for s in useful if measured and not _is_measured(s))),
    )
    facts.add("sums", [refs for scan in scans for _, refs in scan.viable_sum_mm])
    begin = min((t.start for t in chart.treatments if t.kind.is_chemoembolisation), default=None)
    after = [scan for scan in useful if begin is not None and scan.date > begin]
    for fact, attribute in STATEMENTS.items():
        facts.add(
            fact,
            [said.references for scan in scans for said in getattr(scan, attribute)],
            _lack("not-stated-on-scan", _of(s for s in after if not getattr(s, attribute))),
        )
    stated = [said.references for scan in scans for said in scan.stated_responses]
    facts.add("response", stated, _none("no-response", stated))


def _of(scans: Iterable[Scan]) -> list[References]:
    return [scan.references for scan in scans]


def _is_measured(scan: Scan) -> bool:
    return bool(scan.measurements or scan.viable_sum_mm or scan.stated_responses)


def _clinical(facts: _Facts) -> None:
    chart, liver = facts.chart, facts.chart.liver
    facts.add("markers", [m.references for m in chart.markers], _none("no-marker", chart.markers))
    for part in _LIVER_PARTS:
        facts.add(part, [value.references for value in getattr(liver, part)])
    missing = [part for part in _LIVER_PARTS if not getattr(liver, part)]
    facts.add(
        "child-pugh",
        [value.references for value in liver.stated],
        Lack("child-pugh-parts", 0 if liver.stated else len(missing)),
    )
    facts.add("ecog", [value.references for value in chart.ecog], _none("no-ecog", chart.ecog))
    unstated = len(Fact) - len({fact.fact for fact in chart.facts})
    facts.add("yes-no", [f.references for f in chart.facts], Lack("not-stated", unstated))
    facts.add("conditions", facts.written.conditions())
    for name, values in (
        ("largest-diameter", chart.largest_diameter),
        ("lesion-count", chart.lesion_count),
    ):
        facts.add(name, [value.references for value in values], _none("no-burden", values))
    facts.add("stages", [stage.references for stage in chart.stages])
    facts.add("planned-infusions", [order.references for order in chart.planned_infusions])
