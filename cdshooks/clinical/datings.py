"""Imprecise dates: the days to try for them, so that every case that can matter is tried once.

A rule asks only how many days lie between two events, and compares that with its limits. Days on
which no such comparison comes out otherwise are one case, and so are two ways to choose the days
of several events.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import combinations, product
from math import prod
from typing import NamedTuple

from cdshooks.clinical.chart import Chart, References

MAX_TRIED = 20_000
"""Above this many choices of days not every case is found: only ends of the times are tried."""
MAX_ENDS = 64


class EventKind(StrEnum):
    SESSION = "session"
    """Chemoembolisation or bland embolisation."""
    THERAPY = "therapy"
    """Any other local therapy."""
    SCAN = "scan"
    MARKER = "marker"
    DETECTION = "detection"
    """The first detection of a lesion."""
    BURDEN = "burden"
    """A size or number of tumours."""
    JUDGEMENT = "judgement"


Distances = Mapping[frozenset[EventKind], Sequence[int]]
"""Days between two events of these kinds at which a rule may change; one kind means two of it."""


@dataclass(frozen=True, slots=True)
class Dating:
    """Days chosen for the imprecise events of a chart, by their references."""

    days: tuple[tuple[References, datetime.date], ...] = ()


class Datings(NamedTuple):
    tried: tuple[Dating, ...]
    """The first has the first day of every event."""
    complete: bool
    """Whether they stand for every choice of days."""


_Kinds = frozenset[EventKind]


class _Event(NamedTuple):
    kinds: _Kinds
    """Several, where it is not known which of two treatments a procedure was."""
    references: References
    first: int
    last: int
    """Days as ordinals; equal, when the date is precise."""


def datings(chart: Chart, as_of: datetime.date, distances: Distances) -> Datings:
    """One choice of days for each case that can matter."""
    events = [*_merged(_events(chart)), _event(EventKind.JUDGEMENT, (), as_of)]
    precise = [event for event in events if event.first == event.last]
    open_ = [event for event in events if event.first != event.last]

    @cache
    def limits(one: _Kinds, other: _Kinds) -> Sequence[float]:
        pairs = (frozenset(pair) for pair in product(one, other))
        return _limits(day for pair in pairs for day in distances.get(pair, ()))

    days = [_days_to_try(event, events, limits) for event in open_]
    if prod(map(len, days)) > MAX_TRIED:
        return Datings(tuple(_dating(open_, chosen) for chosen in _ends(open_)), False)
    found: dict[tuple[object, ...], tuple[int, ...]] = {}
    case = _case_of(open_, precise, limits, days)
    for chosen in product(*days):
        found.setdefault(case(chosen), chosen)
    return Datings(tuple(_dating(open_, chosen) for chosen in found.values()), True)


def _events(chart: Chart) -> Iterator[_Event]:
    for treatment in chart.treatments:
        local = treatment.kind.is_local_therapy
        kind = EventKind.THERAPY if local else EventKind.SESSION
        yield _event(kind, treatment.references, treatment.start, treatment.latest)
        if treatment.latest is None and treatment.end != treatment.start:
            yield _event(kind, treatment.references, treatment.end)
    for scan in chart.scans:
        yield _event(EventKind.SCAN, scan.references, scan.date, scan.latest)
    for marker in chart.markers:
        yield _event(EventKind.MARKER, marker.references, marker.date, marker.latest)
    for lesion in chart.lesions.values():
        if lesion.first_detected is not None:
            latest = lesion.first_detected_latest
            yield _event(EventKind.DETECTION, lesion.references, lesion.first_detected, latest)
    for item in (*chart.largest_diameter, *chart.lesion_count):
        for day in {item.first, item.date} - {None}:
            assert day is not None
            yield _event(EventKind.BURDEN, item.references, day)


def _merged(events: Iterable[_Event]) -> list[_Event]:
    """One event for all that one resource may be, on the same days."""
    found: dict[tuple[References, int, int], _Event] = {}
    for number, event in enumerate(events):
        key = (event.references or (str(number),), event.first, event.last)
        known = found.setdefault(key, event)
        found[key] = known._replace(kinds=known.kinds | event.kinds)
    return list(found.values())


def _event(
    kind: EventKind,
    references: References,
    first: datetime.date,
    last: datetime.date | None = None,
) -> _Event:
    days = first.toordinal(), (last or first).toordinal()
    return _Event(frozenset((kind,)), references, *days)


def _limits(days: Iterable[int]) -> tuple[float, ...]:
    """Between which distances, either way, a comparison with one of the days may change."""
    return tuple(
        sorted({sign * day + half for day in days for sign in (1, -1) for half in (-0.5, 0.5)})
    )


def _days_to_try(
    event: _Event, events: Iterable[_Event], limits: Callable[[_Kinds, _Kinds], Sequence[float]]
) -> list[int]:
    """The first day of each run of days that no other event, on any day of its own, tells apart."""
    found = {event.first}
    for other in events:
        if other is event:
            continue
        for limit in limits(event.kinds, other.kinds):
            above = round(limit + 0.5)
            low = max(other.first + above, event.first)
            high = min(other.last + above, event.last)
            found.update(range(low, high + 1))
    return sorted(found)


def _case_of(
    events: Sequence[_Event],
    precise: Sequence[_Event],
    limits: Callable[[_Kinds, _Kinds], Sequence[float]],
    days: Sequence[Sequence[int]],
) -> Callable[[tuple[int, ...]], tuple[object, ...]]:
    """What tells one choice of days from another."""

    def among(event: _Event, day: int) -> tuple[int, ...]:
        pairs = ((limits(event.kinds, one.kinds), one.first) for one in precise)
        return tuple(bisect_left(limit, day - other) for limit, other in pairs if limit)

    alone = [
        {day: among(event, day) for day in options}
        for event, options in zip(events, days, strict=True)
    ]
    pairs = [
        (one, other, limit)
        for one, other in combinations(range(len(events)), 2)
        if (limit := limits(events[one].kinds, events[other].kinds))
    ]

    def case(chosen: tuple[int, ...]) -> tuple[object, ...]:
        return (
            *(table[day] for table, day in zip(alone, chosen, strict=True)),
            *(bisect_left(limit, chosen[one] - chosen[other]) for one, other, limit in pairs),
        )

    return case


def _ends(events: Sequence[_Event]) -> Iterator[tuple[int, ...]]:
    """The first days, the last ones, and each last day with the first ones of the other events."""
    first = tuple(event.first for event in events)
    yield first
    yield tuple(event.last for event in events)
    for place, event in enumerate(events[:MAX_ENDS]):
        yield (*first[:place], event.last, *first[place + 1 :])


def _dating(events: Iterable[_Event], chosen: Iterable[int]) -> Dating:
    pairs = zip(events, chosen, strict=True)
    return Dating(tuple((event.references, datetime.date.fromordinal(day)) for event, day in pairs))


def dated(chart: Chart, dating: Dating, as_of: datetime.date) -> Chart:
    """The chart with every imprecise date replaced by the chosen day."""
    if not dating.days:
        return chart
    chosen: Mapping[References, datetime.date] = dict(dating.days)
    treatments = tuple(
        replace(t, start=chosen[t.references], end=chosen[t.references], latest=None)
        if t.latest is not None
        else t
        for t in chart.treatments
    )
    scans = tuple(
        replace(s, date=chosen[s.references], latest=None) if s.latest is not None else s
        for s in chart.scans
    )
    markers = tuple(
        replace(m, date=chosen[m.references], latest=None) if m.latest is not None else m
        for m in chart.markers
    )
    lesions = {
        key: replace(lesion, first_detected=chosen[lesion.references], first_detected_latest=None)
        if lesion.first_detected_latest is not None
        else lesion
        for key, lesion in chart.lesions.items()
    }
    return replace(
        chart,
        treatments=tuple(t for t in treatments if t.end <= as_of),
        scans=tuple(s for s in scans if s.date <= as_of),
        lesions=lesions,
        markers=tuple(m for m in markers if m.date <= as_of),
    )
