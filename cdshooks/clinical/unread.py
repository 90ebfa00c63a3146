"""What was recorded last and cannot be used: an older value does not decide in its place.

A performance status of ">2" after one of 1 leaves the status unknown; it is not 1.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace

from cdshooks.clinical.chart import (
    Chart,
    ChildPughStated,
    Dated,
    Grade,
    Laboratory,
    StatedFact,
    Unread,
)

ECOG = "ecog"
OF_LIVER = ("bilirubin", "albumin", "inr", "ascites", "encephalopathy", "stated")


def without_outdated(chart: Chart) -> Chart:
    """The chart without the values on or before whose day another one could not be read.

    What does not expire stays: an active Condition holds until it is resolved.
    """
    if not chart.unread:
        return chart
    of = {name: tuple(one for one in chart.unread if one.what == name) for name in _names(chart)}
    liver = {
        name: tuple(v for v in getattr(chart.liver, name) if not _is_outdated(v, of.get(name, ())))
        for name in OF_LIVER
    }
    return replace(
        chart,
        ecog=tuple(v for v in chart.ecog if not _is_outdated(v, of.get(ECOG, ()))),
        facts=tuple(f for f in chart.facts if not _is_outdated_fact(f, of.get(f.fact.value, ()))),
        liver=replace(chart.liver, **liver),
    )


def _names(chart: Chart) -> frozenset[str]:
    return frozenset(one.what for one in chart.unread)


def _is_outdated(
    value: Dated | Laboratory | Grade | ChildPughStated, unread: Iterable[Unread]
) -> bool:
    """Of what expires, and counts as missing without a day; so does an unread one without a day."""
    if isinstance(value, Grade) and not value.expires:
        return False
    return any(_on_or_before(value.date, one.date) for one in unread)


def _on_or_before(day: datetime.date | None, other: datetime.date | None) -> bool:
    return day is not None and other is not None and day <= other


def _is_outdated_fact(fact: StatedFact, unread: Iterable[Unread]) -> bool:
    """Of what does not expire: without a day, either may be the later one."""
    if fact.standing:
        return False
    return any(fact.date is None or one.date is None or fact.date <= one.date for one in unread)
