"""The admissible readings of a chart as facts to judge: one choice for each thing left open.

Which choices there are follows from the record alone; what they change is found out by judging each
whole (:mod:`cdshooks.consensus.guide`).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cdshooks.clinical.chart import Chart, References, Scan
from cdshooks.clinical.course import (
    HAIC_BELONGS_DAYS,
    performed_sessions,
    session_of,
    stated_aim,
)
from cdshooks.clinical.datings import Dating, Distances, EventKind, dated, datings
from cdshooks.clinical.record_readings import MAX_READINGS, combined, subsets
from cdshooks.clinical.timepoints import conflicts, is_adequate, time_points
from cdshooks.consensus import codes
from cdshooks.consensus.case import Facts
from cdshooks.consensus.flags import OLD_AFTER_DAYS, STRICT_WINDOW
from cdshooks.consensus.jsh_lcsgj2014 import MARKER_BASELINE_DAYS
from cdshooks.consensus.readings import Readings


@dataclass(frozen=True, slots=True)
class Key:
    """Which reading of the record: one choice for each thing that the record leaves open."""

    dating: Dating
    sessions: frozenset[References]
    """Procedures that may be sessions or therapies, taken as such (:attr:`Treatment.act`)."""
    contrast: frozenset[References]
    """Scans of unrecorded contrast or modality, taken as adequate."""
    smaller: frozenset[tuple[datetime.date, str]]
    """Values in conflict, taken at their smallest."""
    aimed: frozenset[References]
    """Local therapies of unknown scope, taken as aimed at a target."""


CAUSE_OF = {
    "dating": codes.EVENT_DATE,
    "sessions": codes.PROCEDURE_CONFIRMATION,
    "aimed": codes.CONSECUTIVENESS,
    "contrast": codes.CONTRAST_STATUS,
    "smaller": codes.CONFLICTING_DATA,
}
UNDATED = ("undated",)
"""Stands among ``Key.sessions`` for the completed sessions without any date."""


class Admissible(NamedTuple):
    readings: Sequence[tuple[Key, Facts]]
    """The first is the one that the course shows."""
    untried: frozenset[str]
    """Codes of the open points of which not every combination could be tried, being too many."""


def admissible(chart: Chart, as_of: datetime.date, readings: Readings) -> Admissible:
    """Every admissible reading that can be told from the others by a rule."""
    dates = datings(chart, as_of, _distances(readings))
    unsure = tuple(t.act for t in chart.treatments if not t.confirmed)
    if chart.undated_sessions:
        unsure = (*unsure, UNDATED)
    earliest = _earliest_that_matters(chart, readings)
    open_scans = tuple(
        scan.references
        for scan in chart.scans
        if is_adequate(scan) is None and (scan.latest or scan.date) >= earliest
    )
    choices = {"dating": dates.tried, "sessions": subsets(unsure), "contrast": subsets(open_scans)}
    outer = combined(list(choices.values()), MAX_READINGS // _within(chart, earliest))
    untried = set() if dates.complete else {CAUSE_OF["dating"]}
    if not outer.complete:
        untried |= {CAUSE_OF[name] for name, options in choices.items() if len(options) > 1}
    found: list[tuple[Key, Facts]] = []
    for dating, sessions, contrast in outer.tried:
        on_days = dated(chart, dating, as_of)
        inner = _inner(on_days, as_of, readings, _Outer(dating, sessions, contrast), earliest)
        found += inner.readings
        untried |= inner.untried
    return Admissible(found, frozenset(untried))


def _distances(readings: Readings) -> Distances:
    """At which distances between two events which rule may change (2.9 names the settings)."""
    session, therapy, scan = EventKind.SESSION, EventKind.THERAPY, EventKind.SCAN
    marker, judgement = EventKind.MARKER, EventKind.JUDGEMENT
    imaging = (readings.window_lo, readings.window_hi, readings.baseline_max_age, *STRICT_WINDOW)
    series = (readings.merge_within_days, readings.epo_window_days, int(readings.max_gap_days))
    between = {
        (session, session): (0, *series),
        (session, therapy): (0, HAIC_BELONGS_DAYS),
        (session, scan): (0, readings.epo_window_days, *imaging),
        (session, marker): (0, MARKER_BASELINE_DAYS),
        (session, EventKind.BURDEN): (0, readings.baseline_max_age),
        (therapy, scan): (0,),
        (scan, scan): (0,),
        (scan, EventKind.DETECTION): (0,),
        (marker, marker): (0,),
        (judgement, session): (0,),
        (judgement, therapy): (0,),
        (judgement, scan): (0, OLD_AFTER_DAYS),
        (judgement, marker): (0,),
        (judgement, EventKind.DETECTION): (0,),
    }
    return {frozenset(pair): days for pair, days in between.items()}


def _earliest_that_matters(chart: Chart, readings: Readings) -> datetime.date:
    """Before it no scan can be a baseline, and no therapy comes between baseline and session."""
    sessions = [t.start for t in chart.treatments if not t.kind.is_local_therapy]
    first = min(sessions, default=datetime.date.min)
    if (first - datetime.date.min).days < readings.baseline_max_age:
        return datetime.date.min
    return first - datetime.timedelta(days=readings.baseline_max_age)


def _within(chart: Chart, earliest: datetime.date) -> int:
    """About how many readings lie within one choice of dates, sessions and contrast."""
    unscoped = sum(
        t.kind.is_local_therapy and stated_aim(t) is None and (t.latest or t.end) >= earliest
        for t in chart.treatments
    )
    apart = len(conflicts(scan for scan in chart.scans if is_adequate(scan) is not False))
    return min(MAX_READINGS, len(subsets(range(unscoped))) * len(subsets(range(apart))))


class _Outer(NamedTuple):
    dating: Dating
    sessions: frozenset[References]
    contrast: frozenset[References]


def _inner(
    chart: Chart,
    as_of: datetime.date,
    readings: Readings,
    outer: _Outer,
    earliest: datetime.date,
) -> Admissible:
    treatments = tuple(t for t in chart.treatments if t.confirmed or t.act in outer.sessions)
    adequate = [s for s in chart.scans if _taken_as_adequate(s, outer.contrast)]
    local = [t for t in treatments if t.kind.is_local_therapy]
    if local:
        sessions = performed_sessions(
            treatments, merge_within_days=readings.merge_within_days, count_deb=readings.count_deb
        )
        local = [therapy for therapy in local if session_of(therapy, sessions) is None]
    stated = frozenset(t.references for t in local if stated_aim(t) is True)
    unknown = tuple(t.references for t in local if stated_aim(t) is None and t.end >= earliest)
    apart = tuple((conflict.date, conflict.lesion) for conflict in conflicts(adequate))
    choices = {"smaller": subsets(apart), "aimed": subsets(unknown)}
    chosen = combined(list(choices.values()))
    untried = (
        frozenset[str]()
        if chosen.complete
        else frozenset(CAUSE_OF[name] for name, options in choices.items() if len(options) > 1)
    )
    found = [
        (
            Key(*outer, smaller, aimed),
            Facts(
                as_of=as_of,
                treatments=treatments,
                aimed=stated | aimed,
                scans=chart.scans,
                points=time_points(adequate, smaller),
                lesions=chart.lesions,
                markers=chart.markers,
                unseen_sessions=len(chart.undated_sessions) if UNDATED in outer.sessions else 0,
            ),
        )
        for smaller, aimed in chosen.tried
    ]
    return Admissible(found, untried)


def _taken_as_adequate(scan: Scan, contrast: frozenset[References]) -> bool:
    adequate = is_adequate(scan)
    return scan.references in contrast if adequate is None else adequate
