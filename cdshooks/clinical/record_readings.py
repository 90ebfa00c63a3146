"""The admissible readings of a chart: what the record leaves open, and each way to close it.

A choice of four or fewer open points is tried in every combination; of more: none, all, and each
alone. Dates that are imprecise are tried on the days that can matter.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any, TypeVar

from cdshooks.clinical.chart import (
    Chart,
    ChartNote,
    Dated,
    Lesion,
    MarkerValue,
    PlannedInfusion,
    References,
    Scan,
    Stage,
    Treatment,
    Unread,
)
from cdshooks.clinical.unread import without_outdated

ALL_COMBINATIONS_UP_TO = 4
MAX_READINGS = 256
"""Above this many combinations of different causes, each cause is varied alone."""
MAX_DAYS = 31
IN_PROGRESS_DAYS = 2
"""A TACE still in progress after more days than these may be a session that nobody closed."""

Open = TypeVar("Open", bound=Hashable)
Event = TypeVar("Event", Treatment, Scan, MarkerValue)


def subsets(items: Sequence[Open]) -> tuple[frozenset[Open], ...]:
    """Every combination of up to four; beyond: none, all and each single one. None comes first."""
    if len(items) <= ALL_COMBINATIONS_UP_TO:
        sizes = range(len(items) + 1)
        return tuple(frozenset(chosen) for k in sizes for chosen in combinations(items, k))
    singles = (frozenset([item]) for item in items)
    return (frozenset(), frozenset(items), *singles)


def combined(
    choices: Sequence[Sequence[Any]], limit: int = MAX_READINGS
) -> Iterator[tuple[Any, ...]]:
    """One choice of each cause, every combination up to ``limit``; the first of all comes first."""
    count = 1
    for options in choices:
        count *= len(options)
    if count <= limit:
        yield from product(*choices)
        return
    base = tuple(options[0] for options in choices)
    yield base
    for position, options in enumerate(choices):
        for option in options[1:]:
            yield (*base[:position], option, *base[position + 1 :])


def as_known_on(chart: Chart, as_of: datetime.date) -> Chart:
    """The chart without what is dated after ``as_of``; a note lists what was left out.

    A treatment counts when its end is on or before that day; imprecise dates stay open.
    """
    later: set[str] = set()

    def kept(items: Iterable[Event], day: Callable[[Event], datetime.date]) -> tuple[Event, ...]:
        found = []
        for item in items:
            if day(item) <= as_of:
                found.append(item)
            else:
                later.update(item.references)
        return tuple(found)

    later.update(reference for reference, day in chart.observed_on.items() if day > as_of)
    treatments = kept(chart.treatments, lambda t: t.start if t.latest else t.end)
    running = (t for t in chart.in_progress if (as_of - t.start).days > IN_PROGRESS_DAYS)
    scans = kept(chart.scans, lambda s: s.date)
    if later:
        scans = tuple(_without(scan, later) for scan in scans)
    for scan in chart.scans:
        if scan.date > as_of:
            later.update(ref for m in scan.measurements for ref in m.references)
    markers = kept(chart.markers, lambda m: m.date)
    facts = tuple(f for f in chart.facts if f.date is None or f.date <= as_of)
    later.update(ref for f in chart.facts if f not in facts for ref in f.references)
    liver = chart.liver
    dated = {
        name: tuple(i for i in getattr(liver, name) if i.date is None or i.date <= as_of)
        for name in ("bilirubin", "albumin", "inr", "ascites", "encephalopathy", "stated")
    }
    later.update(
        ref
        for name, items in dated.items()
        for item in getattr(liver, name)
        if item not in items
        for ref in item.references
    )
    others: dict[str, Any] = {
        name: tuple(
            i for i in getattr(chart, name) if (day := _first_day(i)) is None or day <= as_of
        )
        for name in (
            *("ecog", "largest_diameter", "lesion_count", "stages", "planned_infusions"),
            "unread",
        )
    }
    later.update(
        ref
        for name, items in others.items()
        for item in getattr(chart, name)
        if item not in items
        for ref in item.references
    )
    notes = tuple(ChartNote("after-as-of", (reference,)) for reference in sorted(later))
    kept_only = replace(
        chart,
        treatments=(*treatments, *running),
        scans=scans,
        markers=markers,
        facts=facts,
        liver=replace(liver, **dated),
        **others,
        notes=tuple(n for n in chart.notes if n.day is None or n.day <= as_of) + notes,
    )
    return without_outdated(kept_only)


def _without(scan: Scan, references: set[str]) -> Scan:
    """The scan without what was read on it only later."""

    def kept(items: tuple[Any, ...], of: Callable[[Any], References]) -> tuple[Any, ...]:
        return tuple(item for item in items if references.isdisjoint(of(item)))

    def refs(item: Any) -> References:
        found: References = item.references
        return found

    def last(item: tuple[Any, ...]) -> References:
        found: References = item[-1]
        return found

    return replace(
        scan,
        measurements=kept(scan.measurements, refs),
        new_intrahepatic_lesion=kept(scan.new_intrahepatic_lesion, refs),
        vascular_invasion=kept(scan.vascular_invasion, refs),
        extrahepatic_spread=kept(scan.extrahepatic_spread, refs),
        stated_responses=kept(scan.stated_responses, refs),
        residual_viability_percent=kept(scan.residual_viability_percent, last),
        residual_viability_of=kept(scan.residual_viability_of, last),
        viable_sum_mm=kept(scan.viable_sum_mm, last),
    )


def _first_day(item: Dated | Stage | PlannedInfusion | Unread) -> datetime.date | None:
    return (item.first if isinstance(item, Dated) else None) or item.date


@dataclass(frozen=True, slots=True)
class Dating:
    """Days chosen for the imprecise events of a chart, by their references."""

    days: tuple[tuple[References, datetime.date], ...] = ()


def datings(chart: Chart, as_of: datetime.date, distances: Iterable[int]) -> tuple[Dating, ...]:
    """Days to try for imprecise dates; ``distances``: day counts at which some rule changes."""
    events = _events(chart)
    anchors = {day for _, first, last in events for day in (first, last or first)} | {as_of}
    limits = tuple(distances)
    options = [
        tuple((refs, day) for day in _days_to_try(first, last, anchors, limits))
        for refs, first, last in events
        if last is not None
    ]
    options += [
        tuple((lesion.references, day) for day in _detections_to_try(lesion, chart.scans))
        for lesion in chart.lesions.values()
        if lesion.first_detected_latest is not None
    ]
    latest = Dating(tuple(days[-1] for days in options))
    chosen = [Dating(tuple(days)) for days in combined(options)]
    return tuple(dict.fromkeys([*chosen, latest]))


def _events(
    chart: Chart,
) -> list[tuple[References, datetime.date, datetime.date | None]]:
    found: list[tuple[References, datetime.date, datetime.date | None]] = []
    for treatment in chart.treatments:
        found.append((treatment.references, treatment.start, treatment.latest))
    for scan in chart.scans:
        found.append((scan.references, scan.date, scan.latest))
    for marker in chart.markers:
        found.append((marker.references, marker.date, marker.latest))
    return found


def _detections_to_try(lesion: Lesion, scans: Iterable[Scan]) -> list[datetime.date]:
    """Of a first detection only this matters: before which scans it was not yet."""
    first, last = lesion.first_detected, lesion.first_detected_latest
    if first is None or last is None:
        return []
    days = {day for scan in scans for day in (scan.date, scan.latest or scan.date)}
    after = {day + datetime.timedelta(days=1) for day in days if first <= day < last}
    return sorted({first, *after})


def _days_to_try(
    first: datetime.date,
    last: datetime.date,
    anchors: Iterable[datetime.date],
    distances: Sequence[int],
) -> list[datetime.date]:
    """All days of up to a month; of more, the days on which a distance to another event changes."""
    length = (last - first).days + 1
    if length <= MAX_DAYS:
        return [first + datetime.timedelta(days=n) for n in range(length)]
    found = {first, last}
    for anchor in anchors:
        for distance in distances:
            for offset in (distance, distance + 1, -distance, -distance - 1):
                day = anchor + datetime.timedelta(days=offset)
                if first <= day <= last:
                    found.add(day)
    return sorted(found)


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
