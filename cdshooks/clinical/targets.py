"""Which lesions are targets: the initial ones, and those that entered late (CCI-F1.fa; AMB-01,
AMB-06).

Three traps. A lesion that the baseline lists without a value exists, and is unmeasured. A lesion
that only a later scan lists is not new by that: it is new when somebody said so, else it may have
been there all along, unmeasured. And a lesion without its own first measurement has nothing to be
compared with.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cdshooks.clinical.chart import Lesion, LesionRole, Scan
from cdshooks.clinical.mrecist import MEASURABLE_MM, total
from cdshooks.clinical.timepoints import TimePoint, Value, says


@dataclass(frozen=True, slots=True)
class Detection:
    """First adequate scan that shows a late-entry lesion at a measurable size: its baseline."""

    date: datetime.date
    mm: Decimal


@dataclass(frozen=True, slots=True)
class Targets:
    initial: tuple[str, ...] = ()
    late: Mapping[str, Detection] | None = None
    unmeasured_at_baseline: frozenset[str] = frozenset()
    """Listed at the baseline without a value, or unexplained."""
    unexplained: frozenset[str] = frozenset()
    """Listed only later, and nobody called it new."""
    without_baseline: frozenset[str] = frozenset()
    """Late-entry lesions that an earlier scan lists without a value."""
    new: frozenset[str] = frozenset()
    """Called new and first seen after the late cut-off, or not counted as targets: never targets.
    """

    @property
    def late_entry(self) -> Mapping[str, Detection]:
        return self.late or {}

    @property
    def all(self) -> tuple[str, ...]:
        return self.initial + tuple(self.late_entry)

    @property
    def comparable(self) -> bool:
        """There is an initial target, and every lesion that may be a target has a baseline."""
        return bool(self.initial) and not self.unmeasured_at_baseline and not self.without_baseline

    def measured_at(self, point: TimePoint) -> bool:
        return point.measures(self.all)

    def baseline_sum(self, baseline: TimePoint, *, late_at_zero: bool = False) -> Fraction:
        late = () if late_at_zero else (detection.mm for detection in self.late_entry.values())
        return total(_known(baseline, self.initial)) + total(late)

    def sum_at(self, point: TimePoint, *, late_at_zero: bool = False) -> Fraction | None:
        """Sum on any scan; before its detection a late-entry lesion counts with its detection size.

        None when a target is not measured there.
        """
        seen = [k for k, d in self.late_entry.items() if d.date <= point.date]
        if not point.measures(self.initial) or not point.measures(seen):
            return None
        unseen = [d.mm for k, d in self.late_entry.items() if k not in seen]
        return total(_known(point, [*self.initial, *seen])) + total(() if late_at_zero else unseen)


def _known(point: TimePoint, lesions: Iterable[str]) -> list[Decimal]:
    return [mm for lesion in lesions if (mm := point.mm(lesion)) is not None]


def _measurable(value: Value) -> bool:
    return value.mm is not None and value.mm >= MEASURABLE_MM


def _may_be_measurable(value: Value) -> bool:
    return value.mm is None or value.mm >= MEASURABLE_MM


def find_targets(
    baseline: TimePoint,
    later: Sequence[TimePoint],
    scans: Iterable[Scan],
    lesions: Mapping[str, Lesion],
    *,
    late_cutoff: datetime.date,
    exclude_late: bool,
) -> Targets:
    """``later``: the adequate time points after the baseline up to the assessment scan, by date."""
    roles = {key: lesion.role for key, lesion in lesions.items()}
    marked = {key for key in baseline.values if roles.get(key) is LesionRole.TARGET}
    eligible = marked or {
        key for key in baseline.values if roles.get(key) is not LesionRole.NON_TARGET
    }
    initial = tuple(k for k in baseline.values if k in eligible and _measurable(baseline.values[k]))
    unmeasured = {key for key in eligible if baseline.values[key].mm is None}

    late: dict[str, Detection] = {}
    unexplained, without_baseline, new = set(), set(), set()
    after_baseline = [scan for scan in scans if scan.date > baseline.date]
    for key in sorted({key for point in later for key in point.values}):
        if key in baseline.values:
            continue
        listings = [point for point in later if key in point.values]
        if not any(_may_be_measurable(point.values[key]) for point in listings):
            continue
        never_target = roles.get(key) is LesionRole.NON_TARGET
        if not _called_new(key, baseline, listings, after_baseline, lesions.get(key)):
            if not never_target:
                unexplained.add(key)
            continue
        detection = next((p for p in listings if _measurable(p.values[key])), None)
        before = [p for p in listings if detection is None or p.date < detection.date]
        if exclude_late or never_target:
            new.add(key)
        elif any(p.values[key].mm is None and p.date <= late_cutoff for p in before):
            without_baseline.add(key)
            if detection is None or detection.date > late_cutoff:
                new.add(key)
        elif detection is not None and detection.date <= late_cutoff:
            mm = detection.mm(key)
            assert mm is not None
            late[key] = Detection(detection.date, mm)
        else:
            new.add(key)
    return Targets(
        initial=initial,
        late=late,
        unmeasured_at_baseline=frozenset(unmeasured | unexplained),
        unexplained=frozenset(unexplained),
        without_baseline=frozenset(without_baseline),
        new=frozenset(new),
    )


def _called_new(
    key: str,
    baseline: TimePoint,
    listings: Sequence[TimePoint],
    scans_after_baseline: Iterable[Scan],
    lesion: Lesion | None,
) -> bool:
    """A scan that lists it, up to its first adequate listing, or its own record says that it is
    new.
    """
    if lesion is not None:
        if lesion.role is LesionRole.NEW:
            return True
        if lesion.first_detected is not None and lesion.first_detected > baseline.date:
            return True
    first = listings[0]
    if first.new_intrahepatic_lesion is True:
        return True
    return any(
        scan.date <= first.date
        and says(scan.new_intrahepatic_lesion) is True
        and any(measurement.lesion == key for measurement in scan.measurements)
        for scan in scans_after_baseline
    )
