"""FHIR dates as calendar days in the site's time zone.

An imprecise date ("2023-05") is the interval of its days, never its first day. A dateTime with a
zone is the day it falls on at the site; one without a zone is taken as the site's own time, and
says so.
"""

from __future__ import annotations

import calendar
import datetime
import re
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2100
_LONGEST_IN_WORDS = 20
_MAX_OFFSET = datetime.timedelta(hours=14)


class UnreadableDate(ValueError):
    """Not a FHIR date, or a day that does not exist; carries no value."""


class Day(NamedTuple):
    """A day, or the days from ``date`` to ``latest`` when the record is imprecise."""

    date: datetime.date
    latest: datetime.date | None = None
    zone_assumed: bool = False

    @property
    def last(self) -> datetime.date:
        return self.latest or self.date


@lru_cache(maxsize=8192)
def read_day(text: str, zone: ZoneInfo) -> Day:
    """The day or days that a FHIR date, dateTime or instant names at the site."""
    try:
        return _read(text, zone)
    except (ValueError, OverflowError):
        raise UnreadableDate from None


_IN_WORDS = re.compile(
    r"(?P<year>\d{4})(?:[-/.\u5e74](?P<month>\d{1,2})(?:[-/.\u6708](?P<day>\d{1,2})\u65e5?|\u6708)?|\u5e74)?",
    re.ASCII,
)
"""Year, month and day in this order, also with their Chinese words."""


def date_in_words(text: str | None) -> str | None:
    """The FHIR date that a text is, if it is nothing but a date."""
    match = _IN_WORDS.fullmatch(text.strip()) if text and len(text) <= _LONGEST_IN_WORDS else None
    if match is None:
        return None
    year, month, day = match["year"], match["month"], match["day"]
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part is not None)])


def _read(text: str, zone: ZoneInfo) -> Day:
    if not text.isascii():
        raise UnreadableDate
    size = len(text)
    if size == 10:
        return Day(_date(text))
    if size == 4:
        year = _year(text)
        return Day(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
    if size == 7 and text[4] == "-":
        year, month = _year(text[:4]), _digits(text[5:])
        last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 0
        return Day(datetime.date(year, month, 1), datetime.date(year, month, last))
    if size > 15 and text[10] == "T":
        return _moment(text, zone)
    raise UnreadableDate


def _moment(text: str, zone: ZoneInfo) -> Day:
    day, clock = _date(text[:10]), text[11:]
    offset: datetime.timedelta | None = None
    if clock[-1] in "Zz":
        clock, offset = clock[:-1], datetime.timedelta(0)
    else:
        cut = max(clock.rfind("+"), clock.rfind("-"))
        if cut > 0:
            clock, offset = clock[:cut], _offset(clock[cut:])
    hour, minute, second = _clock(clock)
    if offset is None:
        return Day(day, zone_assumed=True)
    moment = datetime.datetime(
        day.year, day.month, day.day, hour, minute, second, tzinfo=datetime.timezone(offset)
    )
    return Day(moment.astimezone(zone).date())


def _clock(text: str) -> tuple[int, int, int]:
    """``hh:mm``, ``hh:mm:ss`` or with a fraction; 24:00 is not a time, a leap second is 59."""
    text, dot, fraction = text.partition(".")
    if dot and not fraction.isdigit():
        raise UnreadableDate
    parts = text.split(":")
    if not 2 <= len(parts) <= 3 or any(len(part) != 2 for part in parts):
        raise UnreadableDate
    numbers = [_digits(part) for part in parts]
    second = numbers[2] if len(numbers) == 3 else 0
    if numbers[0] > 23 or numbers[1] > 59 or second > 60:
        raise UnreadableDate
    return numbers[0], numbers[1], min(second, 59)


def _offset(text: str) -> datetime.timedelta:
    if len(text) != 6 or text[3] != ":":
        raise UnreadableDate
    minutes = _digits(text[4:])
    size = datetime.timedelta(hours=_digits(text[1:3]), minutes=minutes)
    if size > _MAX_OFFSET or minutes > 59:
        raise UnreadableDate
    return -size if text[0] == "-" else size


def _date(text: str) -> datetime.date:
    if text[4] != "-" or text[7] != "-":
        raise UnreadableDate
    return datetime.date(_year(text[:4]), _digits(text[5:7]), _digits(text[8:10]))


def _year(text: str) -> int:
    year = _digits(text)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnreadableDate
    return year


def _digits(text: str) -> int:
    if not text.isdigit():
        raise UnreadableDate
    return int(text)
