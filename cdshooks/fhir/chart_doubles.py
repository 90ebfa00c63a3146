"""A lesion that only a tracking id names beside the records of others: perhaps one of them again.

A structured report may track a lesion under an id that no record has. Nothing proves that it is a
recorded one; but where its sizes are those of a recorded lesion on every day that lists it, adding
it to the sum could count one lesion twice. So it is listed without a value, which leaves the sum
open.
"""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from cdshooks.clinical.chart import Scan
from cdshooks.clinical.timepoints import SAME_VALUE_MM, SAME_VALUE_PERCENT
from cdshooks.fhir.chart_desk import NOT_USABLE, Desk

_TRACKED = ("uid:", "label:")
"""Begin the keys of lesions that only a tracking id or a label names."""

_Sizes = Mapping[datetime.date, list[Decimal]]


def without_doubles(desk: Desk, scans: list[Scan], recorded: Container[str]) -> list[Scan]:
    """The scans, with such a lesion listed without a value; ``recorded``: lesions with a record."""
    sizes = _sizes(scans)
    known = [found for key, found in sizes.items() if key in recorded]
    doubtful = {
        key
        for key, found in sizes.items()
        if key not in recorded
        and key.startswith(_TRACKED)
        and any(_are_alike(found, other) for other in known)
    }
    for key in sorted(doubtful):
        of_it = (m for scan in scans for m in scan.measurements if m.lesion == key)
        references = {reference for one in of_it for reference in one.references}
        desk.note(NOT_USABLE, *sorted(references), detail="perhaps-twice")
    return [_without(scan, doubtful) for scan in scans] if doubtful else scans


def _sizes(scans: Iterable[Scan]) -> dict[str, dict[datetime.date, list[Decimal]]]:
    found: dict[str, dict[datetime.date, list[Decimal]]] = {}
    for scan in scans:
        for measurement in scan.measurements:
            if measurement.mm is not None:
                of_day = found.setdefault(measurement.lesion, {}).setdefault(scan.date, [])
                of_day.append(measurement.mm)
    return found


def _are_alike(one: _Sizes, other: _Sizes) -> bool:
    """Whether every size of ``one`` is that of ``other`` on the same day."""
    return all(
        any(_is_same(size, its) for its in other.get(day, ()))
        for day, sizes in one.items()
        for size in sizes
    )


def _is_same(one: Decimal, other: Decimal) -> bool:
    apart = abs(one - other)
    return apart <= SAME_VALUE_MM or apart * 100 <= max(one, other) * SAME_VALUE_PERCENT


def _without(scan: Scan, doubtful: Container[str]) -> Scan:
    return replace(
        scan,
        measurements=tuple(
            replace(one, mm=None) if one.lesion in doubtful else one for one in scan.measurements
        ),
    )
