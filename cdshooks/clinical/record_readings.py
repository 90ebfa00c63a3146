"""The admissible readings of a chart: what the record leaves open, and each way to close it.

A choice of four or fewer open points is tried in every combination; of more: none, all, and each
alone. For imprecise dates see :mod:`cdshooks.clinical.datings`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations, product
from math import prod
from typing import Any, NamedTuple, TypeVar

from cdshooks.clinical.chart import (
    Chart,
    ChartNote,
    Dated,
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
MAX_READINGS = 2_048
"""Above this many combinations of different causes, each cause is varied alone."""
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


class Combined(NamedTuple):
    tried: Sequence[tuple[Any, ...]]
    """One choice of each cause; the first choices of all come first."""
    complete: bool
    """Whether every combination is there."""


def combined(choices: Sequence[Sequence[Any]], limit: int = MAX_READINGS) -> Combined:
    """Every combination up to ``limit``; of more, each cause varied alone."""
    if prod(map(len, choices)) <= limit:
        return Combined(list(product(*choices)), True)
    base = tuple(options[0] for options in choices)
    alone = [
        (*base[:position], option, *base[position + 1 :])
        for position, options in enumerate(choices)
        for option in options[1:]
    ]
    return Combined([base, *alone], False)


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
