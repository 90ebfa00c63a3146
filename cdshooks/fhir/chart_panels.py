"""Groups of observations (``hasMember``): a member has from its group what it does not say itself.

A DICOM measurement group names the lesion, the study and the day once, for all its measurements.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cdshooks.fhir.chart_desk import FINAL, Desk, Entry
from cdshooks.fhir.views import Observation

_INHERITED = ("focus", "body_site", "identifier", "derived_from", "part_of", "based_on", "method")
_DATES = ("effective_date_time", "effective_instant", "effective_period")


def with_inherited(desk: Desk, entries: list[Entry[Observation]]) -> list[Entry[Observation]]:
    """Every observation, completed from the one group that it is a member of."""
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
        entry._replace(view=_completed(desk, entry.view, groups[entry.reference][0]))
        if len(groups.get(entry.reference, ())) == 1
        else entry
        for entry in entries
    ]


def _completed(desk: Desk, view: Observation, group: Observation) -> Observation:
    missing = {
        name: getattr(group, name)
        for name in _INHERITED
        if not getattr(view, name) and getattr(group, name)
    }
    if not any(map(desk.terminology.names_a_lesion, (one.url for one in view.extension))):
        naming = (one for one in group.extension if desk.terminology.names_a_lesion(one.url))
        missing["extension"] = (*view.extension, *naming)
    if not any(getattr(view, name) for name in _DATES):
        missing |= {name: getattr(group, name) for name in _DATES}
    return msgspec.structs.replace(view, **missing) if missing else view


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
