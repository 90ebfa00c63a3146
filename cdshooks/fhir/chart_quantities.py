"""Quantities as the chart may use them: units by name, implausible and censored values set apart.

A value that cannot be used is never replaced by a guess, and never by 0.
"""

from __future__ import annotations

import re
from decimal import Decimal

from cdshooks.fhir.chart_desk import IMPLAUSIBLE, NOT_USABLE, Desk
from cdshooks.fhir.views import Quantity

UNIT_NOT_ACCEPTED = "unit-not-accepted"
UNIT_FROM_TEXT = "unit-from-text"
LARGEST_DIAMETER = Decimal(300)
SMALLEST_SURE_DIAMETER = Decimal(3)
_TEN = Decimal(10)
_LARGEST_EXPONENT = 9
_MOST_DIGITS = 30
_LENGTH = frozenset({"mm", "cm"})
_LONGEST_TEXT = 100
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LENGTH_IN_WORDS = re.compile(
    rf"(?P<sizes>{_NUMBER.pattern}(?:\s*[x*\u00d7]\s*{_NUMBER.pattern}){{0,2}})(?P<unit>\D*)",
    re.IGNORECASE,
)


def number(desk: Desk, quantity: Quantity, reference: str, path: str) -> Decimal | None:
    """The plain value: stated, not censored (``<``, ``>``), not negative."""
    value = quantity.value
    if value is None or quantity.comparator is not None or value < 0:
        desk.note(NOT_USABLE, reference, path=path)
        return None
    if not _has_usual_size(value):
        desk.note(IMPLAUSIBLE, reference, path=path)
        return None
    return Decimal(value)


def _has_usual_size(value: Decimal) -> bool:
    """No measurement is larger, finer or longer; arithmetic with such a number may take minutes."""
    exponent = value.as_tuple().exponent
    return (
        isinstance(exponent, int)
        and exponent >= -_MOST_DIGITS
        and value.adjusted() <= _LARGEST_EXPONENT
    )


def unit(
    desk: Desk, quantity: Quantity, accepted: frozenset[str], reference: str, path: str
) -> str | None:
    """The name of the unit when it is one of those accepted; read from text, that is noted."""
    found = desk.terminology.unit(quantity)
    if found is None or found.name not in accepted:
        desk.note(UNIT_NOT_ACCEPTED, reference, path=f"{path}.unit")
        return None
    if found.from_text:
        desk.note(UNIT_FROM_TEXT, reference, path=f"{path}.unit")
    return found.name


def millimetres(desk: Desk, quantity: Quantity, reference: str, path: str) -> Decimal | None:
    """A diameter in mm; above 300 mm implausible and not used, below 3 mm noted and used."""
    value = number(desk, quantity, reference, path)
    if value is None:
        return None
    name = unit(desk, quantity, _LENGTH, reference, path)
    return _plausible(desk, value, name, reference, path) if name is not None else None


def millimetres_of_text(desk: Desk, text: str, reference: str, path: str) -> Decimal | None:
    """``"63 mm"``: one number and one unit of length, nothing else; noted.

    Of two or three axes (``"63 x 41 mm"``) the longest counts.
    """
    match = _LENGTH_IN_WORDS.fullmatch(text.strip()[:_LONGEST_TEXT])
    name = desk.terminology.unit_of_text(match["unit"]) if match is not None else None
    if match is None or name not in _LENGTH:
        desk.note(NOT_USABLE, reference, path=path)
        return None
    sizes = [Decimal(number) for number in _NUMBER.findall(match["sizes"])]
    if not all(_has_usual_size(size) for size in sizes):
        desk.note(IMPLAUSIBLE, reference, path=path)
        return None
    desk.note(UNIT_FROM_TEXT, reference, path=path)
    return _plausible(desk, max(sizes), name, reference, path)


def _plausible(
    desk: Desk, value: Decimal, name: str | None, reference: str, path: str
) -> Decimal | None:
    mm = value * _TEN if name == "cm" else value
    if mm > LARGEST_DIAMETER:
        desk.note(IMPLAUSIBLE, reference, path=path)
        return None
    if 0 < mm < SMALLEST_SURE_DIAMETER:
        desk.note(IMPLAUSIBLE, reference, detail="small-diameter", path=path)
    return mm
