"""On which open points of the record an answer hangs, found by comparing its readings."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cdshooks.clinical.chart import Chart, TreatmentKind
from cdshooks.consensus import codes
from cdshooks.consensus.admissible import CAUSE_OF, UNDATED, Key
from cdshooks.consensus.events import (
    MARKER,
    MEASUREMENT,
    SCAN,
    Dependence,
    Event,
    OpenPoint,
    of_treatment,
)

Events = tuple[Event, ...]


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
    return of_treatment(next(t for t in chart.treatments if one in (t.act, t.references)))


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
