"""The admissible readings of a chart as facts to judge: one choice for each thing left open.

Which choices there are follows from the record alone; what they change is found out by judging each
whole (:mod:`cdshooks.consensus.guide`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from cdshooks.clinical.chart import Chart, References, Scan
from cdshooks.clinical.course import performed_sessions, session_of, stated_aim
from cdshooks.clinical.record_readings import (
    MAX_READINGS,
    Dating,
    combined,
    dated,
    datings,
    subsets,
)
from cdshooks.clinical.timepoints import conflicts, is_adequate, time_points
from cdshooks.consensus import codes
from cdshooks.consensus.case import Facts
from cdshooks.consensus.readings import Readings


@dataclass(frozen=True, slots=True)
class Key:
    """Which reading of the record: one choice for each thing that the record leaves open."""

    dating: Dating
    sessions: frozenset[References]
    """Procedures that may be sessions, taken as sessions."""
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


def admissible(
    chart: Chart, as_of: datetime.date, readings: Readings
) -> Iterable[tuple[Key, Facts]]:
    """Every admissible reading; the first is the one that the course shows."""
    distances = (
        0,
        readings.window_lo - 1,
        readings.window_hi,
        readings.merge_within_days,
        readings.baseline_max_age,
        readings.epo_window_days,
        int(readings.max_gap_days),
    )
    unsure = tuple(t.references for t in chart.treatments if not t.confirmed)
    if chart.undated_sessions:
        unsure = (*unsure, UNDATED)
    open_scans = tuple(s.references for s in chart.scans if is_adequate(s) is None)
    unscoped = sum(t.kind.is_local_therapy and stated_aim(t) is None for t in chart.treatments)
    limit = MAX_READINGS // max(1, len(subsets(range(unscoped))))
    for dating, sessions, contrast in combined(
        [datings(chart, as_of, distances), subsets(unsure), subsets(open_scans)], limit
    ):
        on_days = dated(chart, dating, as_of)
        yield from _inner(on_days, as_of, readings, dating, sessions, contrast)


def _inner(
    chart: Chart,
    as_of: datetime.date,
    readings: Readings,
    dating: Dating,
    chosen: frozenset[References],
    contrast: frozenset[References],
) -> Iterable[tuple[Key, Facts]]:
    treatments = tuple(t for t in chart.treatments if t.confirmed or t.references in chosen)
    adequate = [s for s in chart.scans if _taken_as_adequate(s, contrast)]
    local = [t for t in treatments if t.kind.is_local_therapy]
    if local:
        sessions = performed_sessions(
            treatments, merge_within_days=readings.merge_within_days, count_deb=readings.count_deb
        )
        local = [therapy for therapy in local if session_of(therapy, sessions) is None]
    stated = frozenset(t.references for t in local if stated_aim(t) is True)
    unknown = tuple(t.references for t in local if stated_aim(t) is None)
    apart = tuple((conflict.date, conflict.lesion) for conflict in conflicts(adequate))
    for smaller, aimed in combined([subsets(apart), subsets(unknown)]):
        yield (
            Key(dating, chosen, contrast, smaller, aimed),
            Facts(
                as_of=as_of,
                treatments=treatments,
                aimed=stated | aimed,
                scans=chart.scans,
                points=time_points(adequate, smaller),
                lesions=chart.lesions,
                markers=chart.markers,
                unseen_sessions=len(chart.undated_sessions) if UNDATED in chosen else 0,
            ),
        )


def _taken_as_adequate(scan: Scan, contrast: frozenset[References]) -> bool:
    adequate = is_adequate(scan)
    return scan.references in contrast if adequate is None else adequate
