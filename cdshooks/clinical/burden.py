"""Tumour burden before the first TACE: six-and-twelve and up-to-seven (CCI-C8).

Both add the largest total diameter in cm and the number of tumours. The sum is exact and is never
rounded before it is compared: 3.1 cm and 3 tumours are above 6.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cdshooks.clinical.chart import Dated, References

SIX_CM, TWELVE_CM, SEVEN_CM = 6, 12, 7
"""Six-and-twelve: stratum 1 up to 6, 2 up to 12, 3 above. Up-to-seven: within up to 7."""
STRATA = (1, 2, 3)
MEDIAN_SURVIVAL_MONTHS = {1: "49.1", 2: "32.0", 3: "15.8"}
"""Median overall survival by stratum, as published (Wang 2019), of the derivation population."""
MM_PER_CM = 10


@dataclass(frozen=True, slots=True)
class TumourBurden:
    """Largest total diameter and number of tumours; the number may be a range."""

    largest_mm: Decimal
    fewest: int
    most: int | None
    """``None``: the number is only known to be ``fewest`` or more."""
    date: datetime.date
    references: References

    @property
    def lowest_cm(self) -> Fraction:
        return Fraction(self.largest_mm) / MM_PER_CM + self.fewest

    @property
    def highest_cm(self) -> Fraction | None:
        return None if self.most is None else Fraction(self.largest_mm) / MM_PER_CM + self.most

    @property
    def value_cm(self) -> Fraction | None:
        """Diameter in cm plus number, when both are exact."""
        return self.lowest_cm if self.lowest_cm == self.highest_cm else None

    @property
    def stratum(self) -> int | None:
        """Six-and-twelve: known when both limits of the sum lie in one stratum."""
        lowest = stratum_of(self.lowest_cm)
        highest = STRATA[-1] if self.highest_cm is None else stratum_of(self.highest_cm)
        return lowest if lowest == highest else None

    @property
    def within_up_to_seven(self) -> bool | None:
        if self.lowest_cm > SEVEN_CM:
            return False
        return True if self.highest_cm is not None and self.highest_cm <= SEVEN_CM else None


def stratum_of(sum_cm: Fraction) -> int:
    if sum_cm <= SIX_CM:
        return 1
    return 2 if sum_cm <= TWELVE_CM else 3


def burden_before(
    diameters: Iterable[Dated],
    counts: Iterable[Dated],
    first_session: datetime.date,
    *,
    max_age_days: int,
    later_than: datetime.date | None = None,
) -> TumourBurden | None:
    """Burden 0 to ``max_age_days`` days before the first session, and after ``later_than``.

    The latest day that has size and number; without one, the latest size. Of several sizes of that
    day the largest counts, for each may be another tumour's; numbers that differ are a range. A
    number that is not recorded is at least 1. Without a size there is no burden.
    """

    def usable(item: Dated) -> bool:
        if item.date is None:
            return False
        earliest = item.first or item.date
        return (
            item.date <= first_session
            and (first_session - earliest).days <= max_age_days
            and (later_than is None or earliest > later_than)
        )

    sizes = _by_day(item for item in diameters if item.value > 0 and usable(item))
    numbers = _by_day(item for item in counts if item.value > 0 and usable(item))
    if not sizes:
        return None
    both = sizes.keys() & numbers.keys()
    day = max(both or sizes)
    counted = numbers[day if both else max(numbers)] if numbers else []
    exact = not any(item.at_least for item in counted)
    return TumourBurden(
        largest_mm=max(item.value for item in sizes[day]),
        fewest=min((int(item.value) for item in counted), default=1),
        most=max(int(item.value) for item in counted) if counted and exact else None,
        date=day,
        references=tuple(sorted({r for item in (*sizes[day], *counted) for r in item.references})),
    )


def _by_day(items: Iterable[Dated]) -> dict[datetime.date, list[Dated]]:
    found: dict[datetime.date, list[Dated]] = {}
    for item in items:
        if item.date is not None:
            found.setdefault(item.date, []).append(item)
    return found
