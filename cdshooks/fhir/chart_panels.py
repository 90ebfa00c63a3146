"""Groups of observations (``hasMember``): a member has from its group what it does not say itself.

A DICOM measurement group names the lesion, the study and the day once, for all its measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from cdshooks.fhir.chart_desk import FINAL, Desk, Entry
from cdshooks.fhir.views import Component, Extension, Observation

_LESION, _SCAN = ("focus", "body_site", "identifier"), ("derived_from", "part_of", "based_on")
_DATES = ("effective_date_time", "effective_instant", "effective_period")


def with_inherited(desk: Desk, entries: list[Entry[Observation]]) -> list[Entry[Observation]]:
    """Every observation, completed from the groups that it is a member of.

    Of several groups, as that of a lesion and the list of a report, each may say a part; where two
    name different lesions, scans or days, the member has none from them.
    """
    groups: dict[str, list[Observation]] = {}
    for entry in entries:
        members = desk.references(entry.view.has_member, "Observation")
        if members:
            desk.members[entry.reference] = members
        if entry.view.status in FINAL:
            for member in members:
                groups.setdefault(member, []).append(entry.view)
    if not groups:
        return entries
    return [
        entry._replace(view=_completed(desk, entry.view, groups[entry.reference]))
        if entry.reference in groups
        else entry
        for entry in entries
    ]


def _completed(desk: Desk, view: Observation, groups: list[Observation]) -> Observation:
    missing: dict[str, Any] = {}
    lesion = _agreed(groups, lambda group: _naming(desk, group))
    if lesion is not None:
        missing |= {n: getattr(lesion, n) for n in _LESION if not getattr(view, n)}
        if not any(_names_a_lesion(desk, one) for one in view.extension):
            naming = (one for one in lesion.extension if _names_a_lesion(desk, one))
            missing["extension"] = (*view.extension, *naming)
        if not any(_tracks(desk, one) for one in view.component):
            tracking = (one for one in lesion.component if _tracks(desk, one))
            missing["component"] = (*view.component, *tracking)
    scan = _agreed(groups, lambda group: _linked(desk, group))
    if scan is not None:
        missing |= {n: getattr(scan, n) for n in _SCAN if not getattr(view, n)}
    method = _agreed(groups, lambda group: group.method)
    if method is not None and view.method is None:
        missing["method"] = method.method
    dated = _agreed(groups, lambda group: [d for n in _DATES if (d := getattr(group, n))])
    if dated is not None and not any(getattr(view, name) for name in _DATES):
        missing |= {name: getattr(dated, name) for name in _DATES}
    return msgspec.structs.replace(view, **missing) if missing else view


def _agreed(groups: list[Observation], says: Callable[[Observation], Any]) -> Observation | None:
    """A group that says what all say that say anything; ``None`` when two differ, or none says."""
    saying = [(said, group) for group in groups if (said := says(group))]
    if not saying or any(said != saying[0][0] for said, _ in saying):
        return None
    return saying[0][1]


def _naming(desk: Desk, group: Observation) -> list[Any]:
    """All by which a group names a lesion."""
    named: list[Any] = [value for name in _LESION if (value := getattr(group, name))]
    named += [one for one in group.extension if _names_a_lesion(desk, one)]
    return named + [one for one in group.component if _tracks(desk, one)]


def _linked(desk: Desk, group: Observation) -> set[Any]:
    """The scans that a group names, however it does."""
    every = (one for name in _SCAN for one in getattr(group, name))
    return {
        desk.reference(one) or (one.identifier.value if one.identifier is not None else None)
        for one in every
    }


def _names_a_lesion(desk: Desk, extension: Extension) -> bool:
    return desk.terminology.names_a_lesion(extension.url)


def _tracks(desk: Desk, component: Component) -> bool:
    return desk.terminology.find("tracking", component.code) is not None


def with_members(desk: Desk, references: Iterable[str]) -> tuple[str, ...]:
    """The observations named, and those that they group, at any depth.

    A record whose groups are absurdly entangled is followed only so far.
    """
    found: set[str] = set()
    waiting = list(references)
    while waiting:
        reference = waiting.pop()
        if reference not in found:
            found.add(reference)
            members = desk.members.get(reference, ())
            if members and desk.members_left > 0:
                desk.members_left -= len(members)
                waiting += members
    return tuple(sorted(found))
