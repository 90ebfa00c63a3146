"""Three values: true, false, unknown (``None``). Strong Kleene logic; missing is never "no"."""

from __future__ import annotations

from collections.abc import Iterable

Tri = bool | None


def all_of(values: Iterable[Tri]) -> Tri:
    """False if one is false, else unknown if one is unknown, else true (also of nothing)."""
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def any_of(values: Iterable[Tri]) -> Tri:
    """True if one is true, else unknown if one is unknown, else false (also of nothing)."""
    unknown = False
    for value in values:
        if value is True:
            return True
        unknown = unknown or value is None
    return None if unknown else False


def negate(value: Tri) -> Tri:
    return None if value is None else not value


def agreed(values: Iterable[Tri]) -> Tri:
    """The one value that all share, else unknown."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
