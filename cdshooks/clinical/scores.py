"""Child-Pugh (CCI-C9.2, HAIC-R1) and ALBI. Values are compared in the unit they were reported in.

Converting first would move a patient across a limit: 34.2 umol/L is 1.9995 mg/dL.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from cdshooks.clinical.chart import (
    ChildPughStated,
    Dated,
    Grade,
    Laboratory,
    LiverFunction,
    References,
)

MAX_AGE_DAYS = 30
"""A value older than this, or undated, counts as missing (AMB-51)."""
CLASS_A_HIGHEST, CLASS_B_HIGHEST, LOWEST, HIGHEST = 6, 9, 5, 15
BILIRUBIN_LIMITS = {
    "umol/L": (Decimal("34.2"), Decimal("51.3")),
    "mg/dL": (Decimal(2), Decimal(3)),
}
"""Below the first: 1 point; up to the second: 2; above: 3."""
ALBUMIN_LIMITS = {"g/L": (Decimal(35), Decimal(28)), "g/dL": (Decimal("3.5"), Decimal("2.8"))}
"""Above the first: 1 point; down to the second: 2; below: 3."""
INR_LIMITS = (Decimal("1.7"), Decimal("2.3"))
ENCEPHALOPATHY_POINTS = (1, 2, 2, 3, 3)
"""By grade 0 to 4."""
BILIRUBIN_UMOL_PER_MG_DL = Decimal("17.104")
ALBI_BILIRUBIN, ALBI_ALBUMIN = 0.66, -0.085
ALBI_GRADE_1, ALBI_GRADE_2A, ALBI_GRADE_2 = -2.60, -2.27, -1.39


def child_pugh_class(lowest: int, highest: int) -> str | None:
    """``A``, ``B`` or ``C`` when both bounds agree."""
    classes = {_class(lowest), _class(highest)}
    return classes.pop() if len(classes) == 1 else None


def _class(score: int) -> str:
    if score <= CLASS_A_HIGHEST:
        return "A"
    return "B" if score <= CLASS_B_HIGHEST else "C"


@dataclass(frozen=True, slots=True)
class ChildPugh:
    """Score as a range: a missing part widens it."""

    lowest: int
    highest: int
    references: References
    conflict: bool = False
    """Parts and a stated whole give different classes: the class is unknown."""

    @property
    def score(self) -> int | None:
        return self.lowest if self.lowest == self.highest and not self.conflict else None

    @property
    def child_pugh_class(self) -> str | None:
        return None if self.conflict else child_pugh_class(self.lowest, self.highest)

    @property
    def is_c(self) -> bool | None:
        if self.conflict:
            return None
        if self.lowest > CLASS_B_HIGHEST:
            return True
        return False if self.highest <= CLASS_B_HIGHEST else None


@dataclass(frozen=True, slots=True)
class Albi:
    value: float
    """Unrounded; graded before rounding, shown with two decimals."""
    references: References

    @property
    def grade(self) -> int:
        if self.value <= ALBI_GRADE_1:
            return 1
        return 2 if self.value <= ALBI_GRADE_2 else 3

    @property
    def modified_grade(self) -> str:
        """mALBI: grade 2 split into 2a and 2b."""
        if self.grade != 2:
            return str(self.grade)
        return "2a" if self.value <= ALBI_GRADE_2A else "2b"


def usable(date: datetime.date | None, as_of: datetime.date) -> bool:
    return date is not None and 0 <= (as_of - date).days <= MAX_AGE_DAYS


Item = TypeVar("Item", Laboratory, Grade, ChildPughStated, Dated)


def latest_of(items: Iterable[Item], as_of: datetime.date) -> tuple[Item, ...]:
    """The usable items of the last day that has any."""
    current = [item for item in items if usable(item.date, as_of)]
    if not current:
        return ()
    last = max(item.date for item in current if item.date is not None)
    return tuple(item for item in current if item.date == last)


def bilirubin_points(value: Decimal, unit: str) -> int:
    two, three = BILIRUBIN_LIMITS[unit]
    return 1 if value < two else 2 if value <= three else 3


def albumin_points(value: Decimal, unit: str) -> int:
    one, two = ALBUMIN_LIMITS[unit]
    return 1 if value > one else 2 if value >= two else 3


def inr_points(value: Decimal) -> int:
    two, three = INR_LIMITS
    return 1 if value < two else 2 if value <= three else 3


def _part(points: Sequence[int]) -> tuple[int, int]:
    return (min(points), max(points)) if points else (1, 3)


def encephalopathy_grades(liver: LiverFunction, as_of: datetime.date) -> Grade | None:
    """Grade 0 to 4 as a range; an active Condition does not expire and outweighs a recorded 0."""
    grades = list(latest_of((g for g in liver.encephalopathy if g.expires), as_of))
    conditions = [grade for grade in liver.encephalopathy if not grade.expires]
    if conditions and not any(grade.lowest >= 1 for grade in grades):
        grades = conditions
    if not grades:
        return None
    return Grade(
        lowest=min(grade.lowest for grade in grades),
        highest=max(grade.highest for grade in grades),
        date=grades[0].date,
        references=_references(grades),
    )


def ascites_points(liver: LiverFunction, as_of: datetime.date) -> Grade | None:
    """Points 1 to 3 as a range; an active Condition of unknown degree makes "none" doubtful."""
    grades = list(latest_of((g for g in liver.ascites if g.expires), as_of))
    conditions = [grade for grade in liver.ascites if not grade.expires]
    if not any(grade.lowest >= 2 for grade in grades):
        grades += conditions
    if not grades:
        return None
    return Grade(
        lowest=min(grade.lowest for grade in grades),
        highest=max(grade.highest for grade in grades),
        date=grades[0].date,
        references=_references(grades),
    )


def _references(
    items: Iterable[Laboratory | Grade | ChildPughStated | Dated],
) -> References:
    return tuple(sorted({ref for item in items for ref in item.references}))


def child_pugh(liver: LiverFunction, as_of: datetime.date) -> ChildPugh | None:
    """The score as a range, from the parts; a stated whole serves while a part is missing.

    Complete parts win over a stated whole; where their classes differ the class is unknown.
    ``None`` when nothing at all is usable.
    """
    bilirubin = latest_of(liver.bilirubin, as_of)
    albumin = latest_of(liver.albumin, as_of)
    inr = latest_of(liver.inr, as_of)
    ascites = ascites_points(liver, as_of)
    encephalopathy = encephalopathy_grades(liver, as_of)
    parts = (
        _part([bilirubin_points(item.value, item.unit) for item in bilirubin]),
        _part([albumin_points(item.value, item.unit) for item in albumin]),
        _part([inr_points(item.value) for item in inr]),
        (ascites.lowest, ascites.highest) if ascites else (1, 3),
        (
            ENCEPHALOPATHY_POINTS[encephalopathy.lowest],
            ENCEPHALOPATHY_POINTS[encephalopathy.highest],
        )
        if encephalopathy
        else (1, 3),
    )
    low, high = sum(part[0] for part in parts), sum(part[1] for part in parts)
    grades = tuple(grade for grade in (ascites, encephalopathy) if grade is not None)
    found: tuple[Laboratory | Grade, ...] = (*bilirubin, *albumin, *inr, *grades)
    references = _references(found)
    complete = all((bilirubin, albumin, inr, ascites, encephalopathy))
    wholes = latest_of(liver.stated, as_of)
    if not wholes:
        return ChildPugh(low, high, references) if found else None
    whole_low = min(whole.lowest for whole in wholes)
    whole_high = max(whole.highest for whole in wholes)
    both = tuple(sorted({*references, *_references(wholes)}))
    if complete:
        classes = {child_pugh_class(low, high), child_pugh_class(whole_low, whole_high)}
        return ChildPugh(low, high, both, conflict=len(classes) > 1)
    if whole_high < low or whole_low > high:
        return ChildPugh(min(low, whole_low), max(high, whole_high), both, conflict=True)
    return ChildPugh(max(low, whole_low), min(high, whole_high), both)


def missing_parts(liver: LiverFunction, as_of: datetime.date) -> tuple[str, ...]:
    """Parts of the Child-Pugh score without a usable value, by their names in the chart."""
    usable_parts = {
        "bilirubin": latest_of(liver.bilirubin, as_of),
        "albumin": latest_of(liver.albumin, as_of),
        "inr": latest_of(liver.inr, as_of),
        "ascites": ascites_points(liver, as_of),
        "encephalopathy": encephalopathy_grades(liver, as_of),
    }
    return tuple(name for name, found in usable_parts.items() if not found)


def albi(liver: LiverFunction, as_of: datetime.date) -> Albi | None:
    """ALBI (Johnson 2015); needs one bilirubin and one albumin, both usable.

    Several values of one day that differ give no score.
    """
    bilirubin = latest_of(liver.bilirubin, as_of)
    albumin = latest_of(liver.albumin, as_of)
    umol = {
        item.value * BILIRUBIN_UMOL_PER_MG_DL if item.unit == "mg/dL" else item.value
        for item in bilirubin
    }
    grams = {item.value * 10 if item.unit == "g/dL" else item.value for item in albumin}
    if len(umol) != 1 or len(grams) != 1 or min(umol) <= 0:
        return None
    value = ALBI_BILIRUBIN * math.log10(umol.pop()) + ALBI_ALBUMIN * float(grams.pop())
    return Albi(value, _references((*bilirubin, *albumin)))
