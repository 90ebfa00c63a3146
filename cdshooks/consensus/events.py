"""What a caveat, a change or an open point is about: treatments, scans and measurements by kind,
day and reference. Words and codes only, as in :mod:`cdshooks.consensus.assessment`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from cdshooks.clinical.chart import References, Treatment
from cdshooks.clinical.course import Session
from cdshooks.clinical.timepoints import TimePoint

SCAN, MEASUREMENT, MARKER, RESPONSE = "scan", "measurement", "marker", "response"
"""Kinds of events beside those of treatments."""


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    """A kind of treatment, or one of those above."""
    start: datetime.date | None
    """``None`` = without any date."""
    end: datetime.date | None = None
    references: References = ()
    imprecise: bool = False
    """``start`` and ``end`` are the first and the last admissible day."""
    label: str = ""
    """Of a measurement: the lesion."""
    days_after: int | None = None
    """Of a scan: days after the last counted session."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """One thing that the record leaves open, and on which something else hangs."""

    code: str
    """Missing-data code of what would settle it."""
    events: tuple[Event, ...] = ()
    """Those that matter; empty when it cannot be said which."""
    holds: bool | None = None
    """The one event taken as what it may be: it holds then, and only then (False: only otherwise);
    ``None`` = neither.
    """


@dataclass(frozen=True, slots=True)
class EarlierPair:
    """Two consecutive sessions before the last pair that met a criterion of JSH-LCSGJ."""

    sessions: tuple[datetime.date, datetime.date]
    scans: tuple[datetime.date, datetime.date]
    criterion: str
    """``viability`` or ``new-lesions``."""
    ratios: tuple[Fraction, ...] = ()
    """Of viability, where it was measured: what is left of that before the first TACE."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """A flag, what it is about, and whether it holds in every admissible reading of the record."""

    flag: str
    events: tuple[Event, ...] = ()
    dropped: tuple[datetime.date, ...] = ()
    """Of a broken series: the sessions before the break, which are not counted."""
    pairs: tuple[EarlierPair, ...] = ()
    depends_on: tuple[Dependence, ...] = ()
    """Empty: it holds in every reading."""


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What the record leaves open, and the verdicts with the one event that matters taken as what
    it may be, and as not.
    """

    code: str
    events: tuple[Event, ...] = ()
    if_so: Mapping[str, str] = field(default_factory=dict)
    if_not: Mapping[str, str] = field(default_factory=dict)
    """Verdicts by definition; empty where more than one thing is open."""


def of_treatment(treatment: Treatment) -> Event:
    if not treatment.is_dated:
        return Event(treatment.kind.value, None, None, treatment.references)
    open_day = treatment.latest is not None
    end = treatment.latest if open_day else treatment.end
    kind = treatment.kind.value
    return Event(kind, treatment.start, end, treatment.references, imprecise=open_day)


def of_session(session: Session) -> Event:
    return Event(session.kind.value, session.start, session.end, session.references)


def of_scan(date: datetime.date, references: References, days_after: int | None = None) -> Event:
    return Event(SCAN, date, date, references, days_after=days_after)


def of_point(point: TimePoint, days_after: int | None = None) -> Event:
    return of_scan(point.date, point.references, days_after)
