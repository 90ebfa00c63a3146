"""What each caveat is about, and on what it hangs when only some readings of the record raise it.

The flags themselves are decided in :mod:`cdshooks.consensus.flags`; here they get their sessions,
therapies and scans, so that a reader can look them up.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from cdshooks.clinical.chart import Chart, Treatment, TreatmentKind
from cdshooks.clinical.course import Session, days, session_of
from cdshooks.consensus import codes, flags, jsh_lcsgj2014
from cdshooks.consensus.admissible import CAUSE_OF, UNDATED, Key
from cdshooks.consensus.case import Case, breaking_therapies
from cdshooks.consensus.events import (
    MARKER,
    MEASUREMENT,
    RESPONSE,
    SCAN,
    Caveat,
    Dependence,
    Event,
    OpenPoint,
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


# --- on what an answer hangs ---


def dependences(answers: Mapping[Key, object], chart: Chart) -> tuple[Dependence, ...]:
    """The open points by which the answers of the readings differ, each with what matters of it.

    Where only several together make a difference, all that vary are named.
    """
    varying = [name for name in CAUSE_OF if len({getattr(key, name) for key in answers}) > 1]
    alone = [name for name in varying if _differs(answers, name)]
    return tuple(_dependence(name, answers, chart) for name in alone or varying)


def _differs(answers: Mapping[Key, object], name: str) -> bool:
    groups: dict[object, set[object]] = {}
    for key, answer in answers.items():
        groups.setdefault(_others(key, name), set()).add(answer)
    return any(len(found) > 1 for found in groups.values())


def _others(key: Key, name: str) -> tuple[object, ...]:
    return tuple(getattr(key, other) for other in CAUSE_OF if other != name)


def _dependence(name: str, answers: Mapping[Key, object], chart: Chart) -> Dependence:
    if name == "dating":
        return Dependence(CAUSE_OF[name], _imprecise(chart))
    chosen = sorted({one for key in answers for one in getattr(key, name)}, key=str)
    mattering = [one for one in chosen if _matters(answers, name, one)]
    events = [_event(name, one, chart) for one in mattering or chosen]
    events.sort(key=lambda event: (event.start or datetime.date.max, event.references))
    holds = _holds(answers, name, mattering[0]) if len(mattering) == 1 else None
    return Dependence(CAUSE_OF[name], tuple(events), holds)


def _matters(answers: Mapping[Key, object], name: str, one: object) -> bool:
    """Whether an answer changes with this one alone."""
    groups: dict[object, set[object]] = {}
    for key, answer in answers.items():
        rest = getattr(key, name) - {one}
        groups.setdefault((_others(key, name), rest), set()).add(answer)
    return any(len(found) > 1 for found in groups.values())


def _holds(answers: Mapping[Key, object], name: str, one: object) -> bool | None:
    """True: the answer is yes exactly where this one is taken as what it may be; False: exactly
    where it is not.
    """
    same = {bool(answer) is (one in getattr(key, name)) for key, answer in answers.items()}
    return same.pop() if len(same) == 1 else None


def _event(name: str, one: Any, chart: Chart) -> Event:
    if one == UNDATED:
        return Event(TreatmentKind.TACE.value, None, None, chart.undated_sessions)
    if name == "smaller":
        return _conflicting(chart, one)
    if name == "contrast":
        scan = next(scan for scan in chart.scans if scan.references == one)
        end = scan.latest or scan.date
        return Event(SCAN, scan.date, end, scan.references, imprecise=end != scan.date)
    return of_treatment(_treatment(chart, one))


def _treatment(chart: Chart, references: object) -> Treatment:
    return next(t for t in chart.treatments if t.references == references)


def _conflicting(chart: Chart, where: tuple[datetime.date, str]) -> Event:
    date, key = where
    lesion = chart.lesions.get(key)
    label = lesion.label if lesion is not None else key
    references = {
        reference
        for scan in chart.scans
        if scan.date == date
        for measurement in scan.measurements
        if measurement.lesion == key
        for reference in measurement.references
    }
    return Event(MEASUREMENT, date, date, tuple(sorted(references)), label=label)


def _imprecise(chart: Chart) -> Events:
    """Everything whose day is not known; which of them matters is not tried out."""
    treatments = (of_treatment(t) for t in chart.treatments if t.latest is not None)
    others = (
        Event(kind, one.date, one.latest, one.references, imprecise=True)
        for kind, items in ((SCAN, chart.scans), (MARKER, chart.markers))
        for one in items
        if one.latest is not None
    )
    return (*treatments, *others)


def open_points(
    causes: frozenset[str],
    outcomes: Mapping[Key, object],
    verdicts: Mapping[Key, Mapping[str, str]],
    chart: Chart,
) -> tuple[OpenPoint, ...]:
    """Of every cause by which readings differ: what it is about and, where it is the only thing
    that is open, the verdicts either way.
    """
    found = {one.code: one.events for one in dependences(outcomes, chart)} if causes else {}
    points = [OpenPoint(code, found.get(code, ())) for code in codes.CAUSES if code in causes]
    if len(points) == 1 and len(verdicts) == 2:
        either = {bool(_chosen(key, points[0].code)): said for key, said in verdicts.items()}
        if len(either) == 2:
            return (replace(points[0], if_so=either[True], if_not=either[False]),)
    return tuple(points)


def _chosen(key: Key, code: str) -> object:
    """What the reading takes as what it may be, of the things that this code asks for."""
    (name,) = [name for name, cause in CAUSE_OF.items() if cause == code]
    return name not in ("dating", "smaller") and getattr(key, name)
