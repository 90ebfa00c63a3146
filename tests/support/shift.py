"""The same record, so many days later or earlier."""

from __future__ import annotations

import datetime
import re
from typing import Any

_DATED = re.compile(r"(19|20)\d\d-\d\d-\d\d(T.*)?")


def shifted(value: Any, days: int) -> Any:
    """Every date and dateTime in it; those of a year or a month alone stay."""
    if isinstance(value, dict):
        return {key: shifted(part, days) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [shifted(part, days) for part in value]
    if isinstance(value, str) and _DATED.fullmatch(value):
        day = datetime.date.fromisoformat(value[:10]) + datetime.timedelta(days=days)
        return day.isoformat() + value[10:]
    return value
