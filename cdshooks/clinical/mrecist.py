"""Target lesion response by mRECIST, with exact arithmetic.

Sums are exact fractions of millimetres; floating point would call 10.5 -> 12.6 mm stable disease
although it is exactly +20 %. Only targets count here: new lesions, invasion and spread are no part
of it (CCI-C4, CCI-C5). Both limits are inclusive (AMB-05).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from cdshooks.clinical.chart import Response

PROGRESSION = Fraction(6, 5)
"""At least 20 % above the reference sum."""
PARTIAL = Fraction(7, 10)
"""At least 30 % below the baseline sum."""
MEASURABLE_MM = 10
"""Smallest viable diameter of a measurable lesion (AMB-06)."""


def total(values: Iterable[Decimal]) -> Fraction:
    return sum((Fraction(value) for value in values), Fraction(0))


def target_response(
    baseline: Fraction,
    current: Fraction,
    progression_reference: Fraction,
    min_growth_mm: int = 0,
) -> Response:
    """Category of ``current`` against ``baseline``; PD against ``progression_reference``.

    The reference is the baseline itself, or the nadir when that reading is chosen (AMB-02).
    """
    if baseline <= 0:
        return Response.NE
    if current == 0:
        return Response.CR
    if current >= progression_limit(progression_reference, min_growth_mm):
        return Response.PD
    return Response.PR if current <= partial_limit(baseline) else Response.SD


def progression_limit(reference: Fraction, min_growth_mm: int = 0) -> Fraction:
    """The smallest sum that is PD against ``reference``; after 0 any sum above it (AMB-07)."""
    if reference == 0:
        return Fraction(0)
    return max(reference * PROGRESSION, reference + min_growth_mm)


def partial_limit(baseline: Fraction) -> Fraction:
    """The largest sum that is PR against ``baseline``."""
    return baseline * PARTIAL


def change_percent(baseline: Fraction, current: Fraction) -> Fraction | None:
    return (current - baseline) * 100 / baseline if baseline > 0 else None
