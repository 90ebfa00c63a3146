"""What of a case the assessment shows: course, sums, lesions. No decision is taken here."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

from cdshooks.clinical.chart import Chart, Response
from cdshooks.clinical.mrecist import change_percent
from cdshooks.clinical.scores import latest_of
from cdshooks.clinical.timepoints import STATEMENTS
from cdshooks.consensus.assessment import (
    Course,
    DataShown,
    LesionShown,
    MarkerShown,
    ResponseShown,
    ScanShown,
    SessionShown,
    StatementShown,
)
from cdshooks.consensus.case import Case
from cdshooks.consensus.jsh_lcsgj2014 import marker_triples, the_two_scans, viability_ratio

INITIAL, LATE_ENTRY, NEW = "initial", "late-entry", "new"


def course(case: Case) -> Course:
    sessions = tuple(
        SessionShown(s.start, s.end, s.kind.value, s.standardised, s.references)
        for s in case.counted
    )
    baseline, assessment = case.baseline, case.assessment
    previous = the_two_scans(case).previous
    return Course(
        sessions=sessions,
        baseline_scan=ScanShown(baseline.date, baseline.references) if baseline else None,
        assessment_scan=ScanShown(assessment.date, assessment.references, case.days_after_last)
        if assessment
        else None,
        previous_scan=ScanShown(previous.date, previous.references) if previous else None,
    )


def response(case: Case, by_nadir: str) -> ResponseShown:
    measured = case.measured
    known = measured.category is not Response.NE
    baseline = measured.baseline_sum if known else None
    current = measured.current_sum if known else None
    return ResponseShown(
        category=case.response.value,
        baseline_sum=_decimal(baseline),
        current_sum=_decimal(current),
        change_percent=change_percent(baseline, current)
        if baseline is not None and current is not None
        else None,
        category_by_nadir=by_nadir,
        lesions=_lesions(case),
        nadir=_decimal(measured.nadir) if known else None,
    )


def data(case: Case, chart: Chart) -> DataShown:
    """Intent, ECOG, what the readers said, and the values behind two JSH-LCSGJ criteria."""
    scans = the_two_scans(case)
    ratios = [
        (point.date, ratio)
        for point in (scans.previous, scans.last)
        if point is not None
        and (ratio := viability_ratio(case, point, case.readings.jsh_metric)) is not None
    ]
    return DataShown(
        intent=case.intent.value if case.intent is not None else "",
        ecog=tuple(
            (int(item.value), item.date)
            for item in latest_of(chart.ecog, case.facts.as_of)
            if item.date is not None
        ),
        statements=tuple(
            StatementShown(
                name.replace("_", "-"),
                getattr(case.baseline, name) if case.baseline is not None else None,
                getattr(case.assessment, name) if case.assessment is not None else None,
            )
            for name in STATEMENTS
        )
        if case.counted
        else (),
        viability=tuple(ratios) if len(case.counted) > 1 else (),
        markers=tuple(
            MarkerShown(
                values[0].marker.value,
                values[0].series.rpartition("|")[2],
                tuple((value.date, value.value) for value in values),
                limit,
                values[0].value < values[1].value < values[2].value and values[2].value > limit,
            )
            for *values, limit in marker_triples(case)
        ),
    )


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def _lesions(case: Case) -> tuple[LesionShown, ...]:
    if case.baseline is None:
        return ()
    point = case.assessment
    shown = []

    def add(key: str, role: str) -> None:
        lesion = case.facts.lesions.get(key)
        detection = case.targets.late_entry.get(key)
        assert case.baseline is not None
        shown.append(
            LesionShown(
                label=lesion.label if lesion is not None else key,
                role=role,
                baseline=detection.mm if detection is not None else case.baseline.mm(key),
                current=point.mm(key) if point is not None else None,
                since=detection.date if detection is not None else None,
            )
        )

    for key in case.targets.initial:
        add(key, INITIAL)
    for key in sorted(case.targets.unmeasured_at_baseline - case.targets.unexplained):
        add(key, INITIAL)
    for key in case.targets.late_entry:
        add(key, LATE_ENTRY)
    for key in sorted(case.targets.new):
        add(key, NEW)
    return tuple(sorted(shown, key=lambda one: (ROLE_ORDER[one.role], one.label)))


ROLE_ORDER = {INITIAL: 0, LATE_ENTRY: 1, NEW: 2}


def newest(chart: Chart) -> datetime.date | None:
    """Day of the newest event of the course."""
    dates = [t.end for t in chart.treatments if t.is_dated]
    dates += [s.date for s in chart.scans]
    dates += [m.date for m in chart.markers]
    return max(dates, default=None)
