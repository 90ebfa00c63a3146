"""Lesions: the BodyStructures that measurements point to, and those that measurements only imply.

A lesion keeps its identity over time by its BodyStructure; ``lesion-supersedes`` or a common
tracking UID joins records of the same lesion. How a measurement names its lesion:
:mod:`cdshooks.fhir.chart_lesion_names`. What is measured without saying on which lesion is a lesion
of its own, so that it can never stand in for another.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from cdshooks.clinical.chart import (
    NAMELESS,
    Certainty,
    Lesion,
    LesionRole,
    Measurement,
    References,
    named,
)
from cdshooks.fhir.chart_desk import INFERRED, NOT_USABLE, UNKNOWN_CODE, Desk, Entry
from cdshooks.fhir.chart_lesion_names import LesionNames
from cdshooks.fhir.chart_lesion_places import AWAY, Place, place_of_site
from cdshooks.fhir.chart_newness import CONFLICT
from cdshooks.fhir.dates import Day
from cdshooks.fhir.views import BodyStructure, Observation

_LABEL_CHARACTERS = frozenset(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ,/()+.-"
)
_LONGEST_LABEL = 60
_MOST_COMPARED = 100
"""Among more lesions none is looked for under another label."""
_SIMILAR_MM, _SIMILAR_PERCENT = 5, 20
"""Sizes of two lesions that may be one under two labels."""


def safe_label(text: str | None) -> str | None:
    """A label that may be shown: characters of the allow-list only, at most 60."""
    if not text:
        return None
    label = unicodedata.normalize("NFC", text).strip()
    if not label or len(label) > _LONGEST_LABEL or "www." in label.casefold():
        return None
    if all(c in _LABEL_CHARACTERS or "\u4e00" <= c <= "\u9fff" for c in label):
        return label
    return None


class _Listing(NamedTuple):
    day: datetime.date
    mm: Decimal | None
    references: References


@dataclass(slots=True)
class Lesions:
    """Lesions by key; ``alias`` leads from a record of a lesion to the one that stands for it."""

    desk: Desk
    recorded: dict[str, Entry[BodyStructure]]
    names: LesionNames
    alias: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    """Older records, two or more of which one newer record supersedes: lesions that merged."""
    split: dict[str, frozenset[str]] = field(default_factory=dict)
    """By an older record, the newer ones that all supersede it: parts of a lesion that split."""
    seen: dict[str, list[_Listing]] = field(default_factory=dict)
    """When a lesion is listed, for lesions that any scan lists."""

    @classmethod
    def of(
        cls,
        desk: Desk,
        entries: list[Entry[BodyStructure]],
        observations: Iterable[Observation] = (),
    ) -> Lesions:
        recorded = {entry.reference: entry for entry in entries if entry.whole}
        lesions = cls(desk, recorded, LesionNames.of(desk, recorded.values(), observations))
        newer: dict[str, list[str]] = {}
        for reference, view, _ in recorded.values():
            for extension in desk.extensions(view.extension, "lesion-supersedes"):
                old = desk.reference(extension.value_reference)
                if old is not None and old != reference:
                    newer.setdefault(old, []).append(reference)
        lesions.split = {old: frozenset(new) for old, new in newer.items() if len(set(new)) > 1}
        older = {old: new[0] for old, new in newer.items() if old not in lesions.split}
        heirs = list(older.values())
        lesions.merged = {old: new for old, new in older.items() if heirs.count(new) > 1}
        onward = dict(older)
        for old, parts in lesions.split.items():
            onward |= dict.fromkeys(parts, old)
        for same in lesions.names.same_records():
            first, *others = sorted(same, key=lambda one: (one in onward, one))
            for other in others:
                onward.setdefault(other, first)
        for start in onward:
            newest, passed = start, {start}
            while newest in onward and onward[newest] not in passed:
                newest = onward[newest]
                passed.add(newest)
            lesions.alias[start] = newest
        return lesions

    def keys_of(self, view: Observation, reference: str) -> list[str]:
        """The lesions that an observation is about, as far as it says."""
        return self.names.keys_of(view, reference)

    def is_part(self, key: str) -> bool:
        """Whether a record is of a lesion that merged with another, or of a part of one."""
        return key in self.merged or any(key in parts for parts in self.split.values())

    def joined(self, measured: list[tuple[str, Measurement]]) -> list[Measurement]:
        """What one scan measures, by lesion; of lesions that merged or split, the sum of parts.

        ``measured``: with the record that each measurement names. A part that is not measured
        leaves the whole without a value.
        """
        whole_of = dict(self.merged)
        for whole, names in self.split.items():
            whole_of |= dict.fromkeys(names, whole)
        parts: dict[str, dict[str, list[Measurement]]] = {}
        for key, measurement in measured:
            if key in whole_of:
                parts.setdefault(whole_of[key], {}).setdefault(key, []).append(measurement)
        summed = {whole for whole, found in parts.items() if len(found) > 1 or whole in self.split}
        out = [m for key, m in measured if whole_of.get(key) not in summed]
        for whole in sorted(summed):
            sizes: list[Decimal | None] = []
            references: set[str] = set()
            for found in parts[whole].values():
                known = [m.mm for m in found if m.mm is not None]
                sizes.append(max(known) if known else None)
                references.update(r for m in found for r in m.references)
            total = sum((mm for mm in sizes if mm is not None), Decimal(0))
            complete = None not in sizes and self.split.get(whole, set()) <= parts[whole].keys()
            self.desk.computed(*references)
            out.append(
                Measurement(
                    self.alias.get(whole, whole),
                    total if complete else None,
                    tuple(sorted(references)),
                    Certainty.COMPUTED,
                )
            )
        return out

    def learn_place(self, view: Observation, reference: str) -> None:
        """From the site of a measurement."""
        place = place_of_site(self.desk.terminology, view)
        for key in (self.names.named(view) or [reference]) if place is not None else ():
            self.names.places.learn(key, place)

    def away(self, key: str) -> Place | None:
        """Where a lesion lies that can be no target: outside the liver, or as a thrombus."""
        key = self.alias.get(key, key)
        place = self.names.places.of((key, *self._older(key)))
        return place if place in AWAY else None

    def note_away(self, measured: dict[str, set[str]]) -> None:
        """``measured``: the measurements of each lesion that can be no target."""
        for key, references in sorted(measured.items()):
            place = self.away(key)
            own = {key} & self.recorded.keys()
            if place is not None:
                self.desk.note(NOT_USABLE, *sorted(references | own), detail=str(place))

    def _older(self, key: str) -> list[str]:
        """The other records of a lesion."""
        return sorted(old for old, new in self.alias.items() if new == key)

    def list_on(self, measurement: Measurement, day: datetime.date) -> None:
        listing = _Listing(day, measurement.mm, measurement.references)
        self.seen.setdefault(measurement.lesion, []).append(listing)

    def charted(self) -> dict[str, Lesion]:
        """Every lesion with its label. None is made up that could be the hospital's own: what has
        no safe label is called by its place and the reference of its record, else of its first
        measurement; lesions of one label are told apart by these.
        """
        first_seen = {key: min(one.day for one in found) for key, found in self.seen.items()}
        keys = sorted(
            {*self.seen, *(k for k in self.recorded if k not in self.alias)},
            key=lambda key: (first_seen.get(key, datetime.date.max), key),
        )
        own = {key: self._label(key) for key in keys}
        shared = Counter(label.casefold() for label in own.values() if label is not None)
        lesions: dict[str, Lesion] = {}
        for number, key in enumerate(keys, start=1):
            label = own[key]
            if label is None or shared[label.casefold()] > 1:
                label = _told_apart(label or self._place(key), self._reference(key, number))
            lesions[key] = self._lesion(key, label)
        self._note_unheld()
        self._note_relabelled()
        return lesions

    def _note_unheld(self) -> None:
        """Lesions whose record a measurement names and nothing holds."""
        records = (key for key in self.seen if key.startswith("BodyStructure/"))
        unheld = sorted(key for key in records if key not in self.recorded)
        if unheld:
            self.desk.note(INFERRED, *unheld, detail="lesion-record")

    def _reference(self, key: str, number: int) -> str:
        """By which a lesion can be found: its record, else its first measurement."""
        if key.startswith("BodyStructure/") and named((key,)):
            return key
        listed = sorted((one.day, named(one.references)) for one in self.seen.get(key, ()))
        return next((found[0] for _, found in listed if found), f"{NAMELESS}{number}")

    def _place(self, key: str) -> str | None:
        """What a record without a label says in words of its lesion."""
        entry = self.recorded.get(key)
        if entry is None:
            return None
        location = entry.view.location
        words = (entry.view.description, location.text if location is not None else None)
        segment = self.names.segment.get(key)
        found = (safe_label(text) for text in (*words, f"S{segment}" if segment else None))
        return next((text for text in found if text is not None), None)

    def _label(self, key: str) -> str | None:
        entry = self.recorded.get(key)
        if entry is None:
            return safe_label(self.names.shown.get(key))
        labels = (safe_label(identifier.value) for identifier in entry.view.identifier)
        return next((label for label in labels if label is not None), None)

    def _lesion(self, key: str, label: str) -> Lesion:
        records = [
            self.recorded[reference]
            for reference in (key, *self._older(key))
            if reference in self.recorded
        ]
        first: Day | None = None
        for reference, view, _ in records:
            found = self._first_detected(view, reference)
            if found is not None and (first is None or found.date < first.date):
                first = found
        return Lesion(
            key=key,
            label=label,
            references=tuple(entry.reference for entry in records),
            role=self._role_of_all(key, records),
            first_detected=first.date if first is not None else None,
            first_detected_latest=first.latest if first is not None else None,
        )

    def _role_of_all(self, key: str, records: list[Entry[BodyStructure]]) -> LesionRole | None:
        """The role by the newest record, else by the older ones.

        Records of which none supersedes the other, and that disagree, say none; noted.
        """
        roles = {
            reference: role
            for reference, view, _ in records
            if (role := self._role(view, reference)) is not None
        }
        for same in self.names.same_records():
            if len({roles[one] for one in same if one in roles}) > 1:
                self.desk.note(CONFLICT, *sorted(same & roles.keys()), detail="lesion-role")
                return None
        return roles.get(key) or (
            next(iter(roles.values())) if len(set(roles.values())) == 1 else None
        )

    def _role(self, view: BodyStructure, reference: str) -> LesionRole | None:
        roles: set[LesionRole] = set()
        for extension in self.desk.extensions(view.extension, "lesion-role"):
            try:
                roles.add(LesionRole(extension.value_code or ""))
            except ValueError:
                self.desk.note(UNKNOWN_CODE, reference, path="BodyStructure.extension")
        return roles.pop() if len(roles) == 1 else None

    def _first_detected(self, view: BodyStructure, reference: str) -> Day | None:
        for extension in self.desk.extensions(view.extension, "lesion-first-detected"):
            text = extension.value_date or extension.value_date_time
            return self.desk.day(text, reference, "BodyStructure.extension")
        return None

    def _note_relabelled(self) -> None:
        """One lesion ends where another of its segment begins at about its size: a note, no more.

        Whether they are one lesion is for a reader to say.
        """
        courses = {
            key: sorted(found, key=lambda one: one.day)
            for key, found in self.seen.items()
            if key in self.recorded and self.names.segment.get(key)
        }
        if len(courses) > _MOST_COMPARED:
            return
        for old, before in courses.items():
            for new, after in courses.items():
                if (
                    self.names.segment[old] == self.names.segment[new]
                    and before[-1].day < after[0].day
                    and _similar(before[-1].mm, after[0].mm)
                ):
                    self.desk.note(INFERRED, *sorted((old, new)), detail="relabelled")


def _told_apart(label: str | None, reference: str) -> str:
    return f"{label} ({reference})" if label is not None else reference


def _similar(one: Decimal | None, other: Decimal | None) -> bool:
    if not one or not other:
        return False
    apart = abs(one - other)
    return apart <= _SIMILAR_MM or apart * 100 <= max(one, other) * _SIMILAR_PERCENT
