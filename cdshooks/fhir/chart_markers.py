"""Tumour markers: each result in the series of its code and unit, with its own upper limit.

Mass and arbitrary units are never converted into each other, and a limit that is told in a way that
cannot be compared is not replaced by the published one.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from cdshooks.clinical.chart import Marker, MarkerValue
from cdshooks.fhir.chart_desk import NOT_USABLE, Desk
from cdshooks.fhir.chart_quantities import UNIT_FROM_TEXT, UNIT_NOT_ACCEPTED, number
from cdshooks.fhir.chart_sheet import VALUE, Clinical, Seen
from cdshooks.fhir.views import Observation, Quantity

_PUBLISHED_UNIT = {Marker.AFP: "ng/mL", Marker.PIVKA_II: "mAU/mL"}


def join_series(desk: Desk, sheet: Clinical) -> None:
    """Once all are read: which results are of one series, and which have no upper limit."""
    sheet.markers[:] = _in_joined_series(sheet.markers, sheet.marker_codes)
    _note_missing_limits(desk, sheet.markers)


def read_marker(desk: Desk, sheet: Clinical, seen: Seen) -> None:
    """One marker result."""
    view, reference, role, day = seen
    if day is None:
        desk.note(NOT_USABLE, reference, detail="no-date", path="Observation.effectiveDateTime")
        return
    quantity = view.value_quantity
    if quantity is None:
        desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    value = number(desk, quantity, reference, VALUE)
    spelt = _unit_of_marker(desk, quantity)
    if spelt is not None and "/" not in spelt[0]:  # no concentration
        spelt = None
    if spelt is None:
        desk.note(UNIT_NOT_ACCEPTED, reference, path=f"{VALUE}.unit")
    if value is None or spelt is None:
        return
    name, from_text = spelt
    if from_text:
        desk.note(UNIT_FROM_TEXT, reference, path=f"{VALUE}.unit")
    marker = Marker(role)
    upper_limit, limit_is_told = _upper_limit(desk, view, name, reference)
    codes = _codes_of(desk, view, role)
    sheet.marker_codes.append(codes)
    sheet.markers.append(
        MarkerValue(
            marker=marker,
            series=f"{min(codes)}|{name}",
            date=day.date,
            value=value,
            references=(reference,),
            upper_limit=upper_limit,
            default_limit_applies=name == _PUBLISHED_UNIT[marker] and limit_is_told,
            latest=day.latest,
        )
    )


def _note_missing_limits(desk: Desk, values: list[MarkerValue]) -> None:
    """Values of which none can be called raised; the limit is asked of the last of a series."""
    limited: dict[tuple[Marker, str], datetime.date] = {}
    for one in values:
        if one.upper_limit is not None:
            key = one.marker, one.series
            limited[key] = max(one.date, limited.get(key, one.date))
    for one in values:
        if one.upper_limit is not None or one.default_limit_applies:
            continue
        latest = limited.get((one.marker, one.series))
        if latest is None or latest < one.date:
            path = "Observation.referenceRange"
            desk.note(NOT_USABLE, *one.references, detail="no-upper-limit", path=path)


def _unit_of_marker(desk: Desk, quantity: Quantity) -> tuple[str, bool] | None:
    """One spelling for units that mean the same; any other unit is a series of its own."""
    found = desk.terminology.unit(quantity)
    if found is not None:
        return found.name, found.from_text
    text = (quantity.code or "").strip()
    if text:
        said = desk.terminology.unit_of_text(quantity.unit or "")
        return None if said is not None else (text, False)
    text = (quantity.unit or "").strip()
    return (text, True) if text else None


def _codes_of(desk: Desk, view: Observation, role: str) -> frozenset[str]:
    """All that say which marker it is; an empty one when only its words do."""
    codings = view.code.coding if view.code is not None else ()
    said = {one.code or "" for one in codings if desk.terminology.role("observation", one) == role}
    return frozenset(said or {""})


def _in_joined_series(
    values: list[MarkerValue], codes: list[frozenset[str]]
) -> Iterator[MarkerValue]:
    """Codes that one result has are one test; its series is named by the first of them."""
    joined: list[set[str]] = []
    for found in codes:
        meeting = [group for group in joined if group & found]
        joined = [group for group in joined if not group & found]
        joined.append(set(found).union(*meeting))
    for value in values:
        code, _, unit = value.series.partition("|")
        group = next(group for group in joined if code in group)
        yield replace(value, series=f"{min(group)}|{unit}")


def _upper_limit(
    desk: Desk, view: Observation, name: str, reference: str
) -> tuple[Decimal | None, bool]:
    """The upper limit of the result's own reference range, in the same unit.

    False: it has one that is not told (no unit, censored, several), and none can be put in its
    place. One in another unit, or only in words, leaves the published limit and a note.
    """
    limits: set[Decimal] = set()
    is_other, is_untold = False, False
    for found in view.reference_range:
        high = found.high
        if high is None or high.value is None:
            is_other |= bool(bytes(found.text))
            continue
        spelt = _unit_of_marker(desk, high)
        if spelt is not None and spelt[0] != name:
            is_other = True
        elif spelt is None or high.comparator is not None:
            is_untold = True
        else:
            limits.add(Decimal(high.value))
    if len(limits) == 1:
        return limits.pop(), True
    if limits or is_other or is_untold:
        desk.note(NOT_USABLE, reference, detail="limit-unread", path="Observation.referenceRange")
    return None, not (limits or is_untold)
