"""What several documents hold of one resource: its highest version, whatever their order.

A server may give the same resource under several searches, a history gives all its versions. By
``meta`` one is newer than another (FHIR R4, Resource, meta); where that does not tell, and the
contents differ, the resource is contested: all of its contents stand, and none is believed alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from cdshooks.clinical.chart import ChartNote
from cdshooks.fhir.bundles import Content, Resource
from cdshooks.fhir.references import is_id

MOST_COMPARED = 32
"""Contents of one resource; a resource that comes in more of them is contested."""
_FAILURES = (msgspec.MsgspecError, ValueError, RecursionError)


@dataclass(slots=True)
class Merged:
    resources: list[msgspec.Raw]
    notes: list[ChartNote]
    contested: frozenset[str]
    """Names under which different contents stand, of which none is newer: all of them are here."""


def merge(contents: Iterable[Content]) -> Merged:
    """Every resource once, the highest version of each, whatever the order in which they came.

    Versions that differ in more than ``meta`` leave a note, unless they came from a history.
    """
    versions: dict[str, dict[bytes, _Version]] = {}
    nameless: dict[bytes, msgspec.Raw] = {}
    deleted: list[Resource] = []
    for content in contents:
        deleted += content.deleted
        for resource in content.resources:
            text = bytes(resource.raw)
            if resource.name is None:
                nameless.setdefault(text, resource.raw)
                continue
            held = versions.setdefault(resource.name, {})
            if text not in held or held[text].resource.historic:
                held[text] = _Version(resource)
    newest = {name: _newest(list(held.values())) for name, held in versions.items()}
    differing = {name for name, held in versions.items() if _differ(held.values(), newest[name])}
    for deletion in map(_Version, deleted):
        name = deletion.resource.name or ""
        if not any(one.is_newer_than(deletion) for one in newest.get(name, ())):
            newest.pop(name, None)
    contested = frozenset(name for name, held in newest.items() if len(held) > 1)
    notes = [ChartNote("conflict", _told(name), "versions") for name in sorted(contested)]
    notes += [
        ChartNote("duplicate", _told(name))
        for name in sorted((differing & newest.keys()) - contested)
    ]
    resources = [one.resource.raw for held in newest.values() for one in held]
    return Merged([*resources, *nameless.values()], notes, contested)


def _told(name: str) -> tuple[str, ...]:
    """The name as a reference; none when its id is one that is not printed."""
    return (name,) if is_id(name.partition("/")[2]) else ()


class _Version:
    """One content of a resource; what is compared is worked out once."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        text = resource.meta.version_id if resource.meta is not None else None
        is_number = text and text.isascii() and text.isdigit() and len(text) < 20
        self._number = int(text) if text and is_number else None
        self._changed = _moment(resource.meta.last_updated if resource.meta is not None else None)

    def is_newer_than(self, other: _Version) -> bool:
        """Whether this is a higher version: by ``versionId``, else by ``lastUpdated``."""
        mine, its = self._number, other._number
        if mine is not None and its is not None and mine != its:
            return mine > its
        changed, other_changed = self._changed, other._changed
        if changed is not None and other_changed is not None:
            return changed > other_changed
        return (mine, changed) != (None, None) and (its, other_changed) == (None, None)

    @cached_property
    def said(self) -> bytes:
        """The same for two versions that say the same, ``meta`` aside."""
        text = bytes(self.resource.raw)
        try:
            members = _members.decode(text)
            members.pop("meta", None)
            return msgspec.json.encode(members, order="deterministic")
        except _FAILURES:
            return text


def _moment(text: str | None) -> datetime.datetime | None:
    try:
        moment = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.UTC)


def _number(text: str) -> int | float:
    """``35`` and ``35.0`` are one number."""
    value = float(text)
    return int(value) if value.is_integer() else value


_members = msgspec.json.Decoder(dict[str, Any], float_hook=_number)


def _newest(held: list[_Version]) -> list[_Version]:
    """Those than which none is newer, each content once; all, where every one is older than one."""
    if len(held) == 1 or len(held) > MOST_COMPARED:
        return held
    highest = [one for one in held if not any(other.is_newer_than(one) for other in held)]
    return list({one.said: one for one in highest or held}.values())


def _differ(held: Iterable[_Version], newest: list[_Version]) -> bool:
    """Whether contents stand beside each other that no history explains."""
    current = [one for one in held if not one.resource.historic]
    if not current or len(newest) > MOST_COMPARED:
        return False
    beside = [*current, *newest]
    return len(beside) > 1 and len({one.said for one in beside}) > 1
