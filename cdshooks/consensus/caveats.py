"""What each caveat is about, and on what it hangs when only some readings of the record raise it.

The flags themselves are decided in :mod:`cdshooks.consensus.flags`; here they get their sessions,
therapies and scans, so that a reader can look them up.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from cdshooks.clinical.chart import Chart, TreatmentKind
from cdshooks.clinical.course import Session, days, session_of
from cdshooks.consensus import codes, flags, jsh_lcsgj2014
from cdshooks.consensus.admissible import Key
from cdshooks.consensus.case import Case, breaking_therapies
from cdshooks.consensus.dependence import dependences
from cdshooks.consensus.events import (
    MEASUREMENT,
    RESPONSE,
    Caveat,
    Event,
    of_point,
    of_scan,
    of_session,
    of_treatment,
)

Events = tuple[Event, ...]
SERIES_BREAKS = frozenset({codes.SERIES_BREAK_GAP, codes.SERIES_BREAK_THERAPY})


def told(flag: str, case: Case, raised: Mapping[Key, frozenset[str]], chart: Chart) -> Caveat:
    """``case``: a reading that raises the flag; ``raised``: the flags of every reading."""
    answers = {key: flag in found for key, found in raised.items()}
    about = ABOUT.get(flag)
    return Caveat(
        flag,
        events=about(case) if about is not None else (),
        dropped=_before_the_series(case) if flag in SERIES_BREAKS else (),
        pairs=tuple(jsh_lcsgj2014.earlier_pairs(case)) if flag == codes.JSH_PREVIOUSLY_MET else (),
        depends_on=() if all(answers.values()) else dependences(answers, chart),
    )


# --- what a flag is about ---


def _sessions(case: Case, chosen: Callable[[Session], bool]) -> Events:
    return tuple(of_session(session) for session in case.sessions if chosen(session))


def _merged(case: Case) -> Events:
    parts = (part for session in case.sessions if len(session.parts) > 1 for part in session.parts)
    return tuple(of_treatment(part) for part in parts)


def _not_standardised(case: Case) -> Events:
    return _sessions(case, lambda session: session.standardised is False)


def _of_kind(kind: TreatmentKind, sessions: Iterable[Session]) -> Events:
    parts = (part for session in sessions for part in session.parts)
    return tuple(of_treatment(part) for part in parts if part.kind is kind)


def _with_beads(case: Case) -> Events:
    return _of_kind(TreatmentKind.DEB_TACE, (s for s in case.sessions if not s.skippable_kind))


def _unattested(case: Case) -> Events:
    return tuple(of_session(s) for s in case.counted if s.standardised is None)


def _breaking_gap(case: Case) -> Events:
    """The sessions on either side of each gap that is too long."""
    longest, found = case.readings.max_gap_days, []
    for before, after in pairwise(case.sessions):
        if not isinstance(longest, bool) and days(before.end, after.start) > longest:
            found += [of_session(before), of_session(after)]
    return tuple(dict.fromkeys(found))


def _breaking_therapies(case: Case) -> Events:
    return tuple(map(of_treatment, breaking_therapies(case)))


def _before_the_series(case: Case) -> tuple[datetime.date, ...]:
    if not case.counted:
        return ()
    first = case.counted[0].start
    return tuple(s.start for s in case.sessions if s.counted and s.start < first)


def _combined(case: Case) -> Events:
    with_haic = _of_kind(TreatmentKind.TACE_HAIC, case.counted)
    local = (t for t in case.facts.treatments if t.kind.is_local_therapy)
    belonging = (t for t in local if session_of(t, case.sessions) in case.counted)
    return (*with_haic, *map(of_treatment, belonging))


def _after(case: Case, date: datetime.date) -> int:
    assert case.last is not None
    return days(case.last.end, date)


def _assessment(case: Case) -> Events:
    point = case.assessment
    return () if point is None else (of_point(point, _after(case, point.date)),)


def _window(case: Case) -> Events:
    return tuple(of_point(point, _after(case, point.date)) for point in case.window)


def _not_adequate(case: Case) -> Events:
    found = flags.inadequate_in_window(case)
    return tuple(of_scan(s.date, s.references, _after(case, s.date)) for s in found)


def _early(case: Case) -> Events:
    return tuple(of_point(p, _after(case, p.date)) for p in flags.too_early(case))


def _late(case: Case) -> Events:
    return tuple(of_point(p, _after(case, p.date)) for p in flags.too_late(case))


def _late_lesions(case: Case) -> Events:
    return tuple(
        Event(MEASUREMENT, point.date, point.date, point.values[key].references, label=label)
        for key, detection in case.targets.late_entry.items()
        for point in case.facts.points
        if point.date == detection.date and key in point.values
        for label in [_label(case, key)]
    )


def _two_scans(case: Case) -> Events:
    scans = jsh_lcsgj2014.the_two_scans(case)
    points = (point for point in (scans.previous, scans.last) if point is not None)
    return tuple(of_point(point) for point in points)


def _stated(case: Case) -> Events:
    date = case.assessment.date if case.assessment is not None else None
    return (Event(RESPONSE, date, date, case.stated_references),)


def _label(case: Case, key: str) -> str:
    lesion = case.facts.lesions.get(key)
    return lesion.label if lesion is not None else key


ABOUT: Mapping[str, Callable[[Case], Events]] = {
    codes.SESSIONS_MERGED: _merged,
    codes.NONSTANDARD_SESSION_EXCLUDED: _not_standardised,
    codes.DEB_TACE_COUNTED: _with_beads,
    codes.TECHNIQUE_UNATTESTED: _unattested,
    codes.SERIES_BREAK_GAP: _breaking_gap,
    codes.SERIES_BREAK_THERAPY: _breaking_therapies,
    codes.COMBINED_SESSION: _combined,
    codes.STRICT_WINDOW_DIFFERS: _assessment,
    codes.ASSESSMENT_OLD: _assessment,
    codes.EHS_AT_REFRACTORINESS: _assessment,
    codes.EARLY_SCAN_ONLY: _early,
    codes.LATE_SCAN_AVAILABLE: _late,
    codes.WINDOW_SCANS_DISCORDANT: _window,
    codes.NONCONTRAST_SCAN_IN_WINDOW: _not_adequate,
    codes.LATE_LESION_BASELINE: _late_lesions,
    codes.JSH_METRIC_SENSITIVE: _two_scans,
    codes.RESPONSE_STATED: _stated,
}
