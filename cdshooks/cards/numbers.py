"""Rounding for show; comparisons never use what comes out of here."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def one_decimal(value: Decimal | Fraction | None) -> float | None:
    """Half up (away from zero) to one decimal, from the exact value; never a negative zero."""
    if value is None:
        return None
    exact = Fraction(value)
    tenths = math.floor(abs(exact) * 10 + Fraction(1, 2))
    return (-tenths if exact < 0 else tenths) / 10


def two_decimals(value: float) -> float:
    rounded = Decimal(repr(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return float(rounded) + 0.0


def exactly(value: Fraction | None) -> float | None:
    """A finite decimal as it is, without rounding: 6.4, 7.05."""
    return None if value is None else float(value)
