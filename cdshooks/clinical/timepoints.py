"""Adequate scans as time points: what one day's contrast-enhanced CT or MRI says, taken together.

Adequate = CT or MR, contrast-enhanced (AMB-18). Values of a lesion that lie close together are one
value, the larger; further apart they are a conflict, and each is judged.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cdshooks.clinical.chart import (
    Modality,
    References,
    Scan,
    StatedResponse,
    Statement,
    Vessel,
)
from cdshooks.clinical.logic import Tri

SAME_VALUE_MM = 2
SAME_VALUE_PERCENT = 5
"""Values of one lesion on one day up to 2 mm or 5 % apart are one value."""


def is_adequate(scan: Scan) -> Tri:
    """Contrast-enhanced CT or MR; unknown when modality or contrast is not recorded."""
    if scan.contrast is False or scan.modality is Modality.OTHER:
        return False
    return None if scan.contrast is None or scan.modality is None else True


@dataclass(frozen=True, slots=True)
class Value:
    """Viable diameter of one lesion at one time point; ``mm`` None = listed, not measured."""

    mm: Decimal | None
    references: References


@dataclass(frozen=True, slots=True)
class TimePoint:
    date: datetime.date
    references: References
    values: Mapping[str, Value]
    new_intrahepatic_lesion: Tri
    vascular_invasion: Tri
    extrahepatic_spread: Tri
    statements: Mapping[str, References]
    """Where each of the three statements above was read, by its name."""
    stated_responses: tuple[StatedResponse, ...]
    residual_viability: tuple[Decimal, ...]
    viability_of: Mapping[str, frozenset[Decimal]]
    """Residual viability in percent that was reported of single lesions."""
    viable_sums: tuple[Decimal, ...]
    vessels: frozenset[Vessel] = frozenset()
    """Where the vascular invasion lies; empty = not said."""

    def mm(self, lesion: str) -> Decimal | None:
        value = self.values.get(lesion)
        return None if value is None else value.mm

    def measures(self, lesions: Iterable[str]) -> bool:
        return all(self.mm(lesion) is not None for lesion in lesions)

    @property
    def measures_all_it_lists(self) -> bool:
        return bool(self.values) and all(value.mm is not None for value in self.values.values())


def says(statements: Iterable[Statement]) -> Tri:
    """One scan's answer: true if any statement says so, unknown without one."""
    answers = [statement.answer for statement in statements]
    return None if not answers else any(answers)


def _day(answers: Iterable[Tri]) -> Tri:
    """Several scans of one day: true in any, unknown if any is unknown, else false."""
    known = list(answers)
    if True in known:
        return True
    return None if None in known else False


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """Values of one lesion on one day too far apart to be one; sorted, the smallest first."""

    date: datetime.date
    lesion: str
    values: tuple[Decimal, ...]
    references: References = ()


def _values(scans: Iterable[Scan]) -> dict[str, tuple[list[Decimal], set[str]]]:
    found: dict[str, tuple[list[Decimal], set[str]]] = {}
    for scan in scans:
        for measurement in scan.measurements:
            values, references = found.setdefault(measurement.lesion, ([], set()))
            references.update(measurement.references)
            if measurement.mm is not None:
                values.append(measurement.mm)
    return found


def _apart(values: Collection[Decimal]) -> bool:
    low, high = Fraction(min(values)), Fraction(max(values))
    return high - low > SAME_VALUE_MM and (high - low) * 100 > high * SAME_VALUE_PERCENT


def _by_day(adequate: Iterable[Scan]) -> dict[datetime.date, list[Scan]]:
    by_day: dict[datetime.date, list[Scan]] = {}
    for scan in adequate:
        by_day.setdefault(scan.date, []).append(scan)
    return by_day


def conflicts(adequate: Iterable[Scan]) -> tuple[Conflict, ...]:
    found = []
    for day, scans in _by_day(adequate).items():
        for lesion, (values, references) in _values(scans).items():
            if values and _apart(values):
                sizes = tuple(sorted(set(values)))
                found.append(Conflict(day, lesion, sizes, tuple(sorted(references))))
    return tuple(sorted(found))


def time_points(
    adequate: Iterable[Scan], smaller: Collection[tuple[datetime.date, str]] = ()
) -> tuple[TimePoint, ...]:
    """Time points in order of date; ``smaller``: conflicts in which the smallest value is taken."""
    points = []
    for day, scans in sorted(_by_day(adequate).items()):
        values = {}
        for lesion, (mms, references) in sorted(_values(scans).items()):
            chosen = min if (day, lesion) in smaller else max
            values[lesion] = Value(chosen(mms) if mms else None, tuple(sorted(references)))
        points.append(
            TimePoint(
                date=day,
                references=tuple(sorted({ref for scan in scans for ref in scan.references})),
                values=values,
                new_intrahepatic_lesion=_day(says(s.new_intrahepatic_lesion) for s in scans),
                vascular_invasion=_day(says(s.vascular_invasion) for s in scans),
                extrahepatic_spread=_day(says(s.extrahepatic_spread) for s in scans),
                statements=_statements(scans),
                stated_responses=tuple(r for scan in scans for r in scan.stated_responses),
                residual_viability=tuple(v for s in scans for v, _ in s.residual_viability_percent),
                viability_of=_shares(scans),
                viable_sums=tuple(v for s in scans for v, _ in s.viable_sum_mm),
                vessels=frozenset(
                    vessel
                    for scan in scans
                    for statement in scan.vascular_invasion
                    if statement.answer
                    for vessel in statement.vessels
                ),
            )
        )
    return tuple(points)


def _shares(scans: Iterable[Scan]) -> Mapping[str, frozenset[Decimal]]:
    found: dict[str, set[Decimal]] = {}
    for scan in scans:
        for lesion, percent, _ in scan.residual_viability_of:
            found.setdefault(lesion, set()).add(percent)
    return {lesion: frozenset(percents) for lesion, percents in found.items()}


STATEMENTS = ("new_intrahepatic_lesion", "vascular_invasion", "extrahepatic_spread")


def _statements(scans: Iterable[Scan]) -> Mapping[str, References]:
    said: dict[str, set[str]] = {name: set() for name in STATEMENTS}
    for scan in scans:
        for name, references in said.items():
            statements: tuple[Statement, ...] = getattr(scan, name)
            references.update(ref for statement in statements for ref in statement.references)
    return {name: tuple(sorted(references)) for name, references in said.items()}
