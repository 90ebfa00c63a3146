"""What of a case the assessment shows: course, sums, lesions. No decision is taken here."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from cdshooks.clinical.chart import Chart, References, Response, Treatment
from cdshooks.clinical.course import Session, days, session_of, stated_aim
from cdshooks.clinical.mrecist import change_percent
from cdshooks.clinical.scores import latest_of
from cdshooks.clinical.timepoints import STATEMENTS
from cdshooks.consensus.assessment import (
    Course,
    DataShown,
    JshShown,
    LesionShown,
    MarkerShown,
    Part,
    ResponseShown,
    ScanShown,
    SessionShown,
    StatementShown,
    TreatmentShown,
)
from cdshooks.consensus.case import Case, breaking_therapies
from cdshooks.consensus.events import Event, of_session, of_treatment
from cdshooks.consensus.jsh_lcsgj2014 import (
    marker_triples,
    present_before,
    spread_scan,
    the_two_scans,
    viability_ratio,
)

INITIAL, LATE_ENTRY, NEW = "initial", "late-entry", "new"


def course(case: Case, chart: Chart) -> Course:
    """``chart``: where imprecise dates are still what they are."""
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
        beside=_beside(case, chart),
    )


def _beside(case: Case, chart: Chart) -> tuple[TreatmentShown, ...]:
    """Sessions that are not counted and local therapies, so that no treatment goes untold."""
    recorded = {treatment.references: treatment for treatment in chart.treatments}
    found = [
        TreatmentShown(_uncounted(session), _event(session, recorded))
        for session in case.sessions
        if session not in case.counted
    ]
    found += [
        TreatmentShown(
            _local(therapy, case), of_treatment(recorded.get(therapy.references, therapy))
        )
        for therapy in case.facts.treatments
        if therapy.kind.is_local_therapy
    ]
    return tuple(sorted(found, key=_shown_order))


def _event(session: Session, recorded: Mapping[References, Treatment]) -> Event:
    """A session of one part that has no exact day is told as it is recorded."""
    (part, *others) = session.parts
    as_recorded = recorded.get(part.references, part)
    if others or as_recorded.latest is None:
        return of_session(session)
    return of_treatment(as_recorded)


def _shown_order(one: TreatmentShown) -> tuple[object, ...]:
    return one.event.start or datetime.date.max, one.event.references


def _uncounted(session: Session) -> Part:
    if session.skippable_kind:
        return Part.NEVER_COUNTED
    return Part.NOT_STANDARDISED if session.standardised is False else Part.EARLIER_SERIES


def _local(therapy: Treatment, case: Case) -> Part:
    if session_of(therapy, case.sessions) is not None:
        return Part.WITH_SESSION
    if therapy in breaking_therapies(case):
        return Part.BREAKS_SERIES
    aim = stated_aim(therapy)
    if aim is None:
        return Part.AIM_UNKNOWN
    return Part.AIMED if aim else Part.AIMED_ELSEWHERE


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
        nadir_on=_nadir_day(case) if known else None,
    )


def _nadir_day(case: Case) -> datetime.date | None:
    """The latest scan before the assessment with the smallest sum; reported sums have none."""
    baseline, now, zero = case.baseline, case.assessment, case.readings.late_lesion == "zero"
    if baseline is None or now is None or not case.targets.measured_at(now):
        return None
    on = [
        point.date
        for point in case.facts.points
        if baseline.date <= point.date < now.date
        and case.targets.sum_at(point, late_at_zero=zero) == case.measured.nadir
    ]
    return max(on, default=None)


def data(case: Case, chart: Chart, most_sessions: int) -> DataShown:
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
        jsh=_jsh(case, most_sessions),
    )


def _jsh(case: Case, most_sessions: int) -> JshShown:
    point = spread_scan(case)
    shown = None
    if point is not None and case.last is not None:
        shown = ScanShown(point.date, point.references, days(case.last.end, point.date))
    return JshShown(most_sessions, shown, present_before(case))


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
