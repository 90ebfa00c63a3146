"""Lesions: the BodyStructures that measurements point to, and those that measurements only imply.

A lesion keeps its identity over time by its BodyStructure; ``lesion-supersedes`` joins an older
record of the same lesion. What is measured without saying on which lesion is a lesion of its own,
so that it can never stand in for another.
"""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass, field

from cdshooks.clinical.chart import Lesion, LesionRole
from cdshooks.fhir.chart_desk import NOT_USABLE, UNKNOWN_CODE, Desk, Entry
from cdshooks.fhir.dates import Day
from cdshooks.fhir.views import BodyStructure, Observation

_LABEL_CHARACTERS = frozenset(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ,/()+.-"
)
_LONGEST_LABEL = 60
_BODY_STRUCTURE = "BodyStructure"


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


@dataclass(slots=True)
class Lesions:
    """Lesions by key; ``alias`` leads from an older record of a lesion to the newest."""

    desk: Desk
    recorded: dict[str, Entry[BodyStructure]] = field(default_factory=dict)
    alias: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    """Older records, two or more of which one newer record supersedes: lesions that merged."""
    seen: dict[str, datetime.date] = field(default_factory=dict)
    """First day on which a lesion is listed, for lesions that any scan lists."""

    @classmethod
    def of(cls, desk: Desk, entries: list[Entry[BodyStructure]]) -> Lesions:
        lesions = cls(desk, {entry.reference: entry for entry in entries if entry.whole})
        older: dict[str, str] = {}
        for reference, view, _ in lesions.recorded.values():
            for extension in desk.extensions(view.extension, "lesion-supersedes"):
                old = desk.reference(extension.value_reference)
                if old is not None and old != reference:
                    older.setdefault(old, reference)
        heirs = list(older.values())
        lesions.merged = {old: new for old, new in older.items() if heirs.count(new) > 1}
        for old in older:
            newest, passed = old, {old}
            while newest in older and older[newest] not in passed:
                newest = older[newest]
                passed.add(newest)
            lesions.alias[old] = newest
        return lesions

    def keys_of(self, view: Observation, reference: str) -> list[str]:
        """The lesions that an observation is about, as far as it says."""
        desk = self.desk
        found = list(desk.references(view.focus, _BODY_STRUCTURE))
        if not found:
            sites = view.body_site.extension if view.body_site is not None else ()
            for extension in desk.extensions((*sites, *view.extension), "body-site"):
                pointed = desk.reference(extension.value_reference)
                if pointed is not None and pointed.startswith(_BODY_STRUCTURE + "/"):
                    found.append(pointed)
        if not found:
            found = self._named(view)
        if not found:
            desk.note(NOT_USABLE, reference, detail="no-lesion", path="Observation.focus")
            found = [reference]
        return sorted(set(found))

    def _named(self, view: Observation) -> list[str]:
        """An extension with a lesion id, or a site in words that serves as a name."""
        endings = self.desk.terminology.lesion_identifier_endings
        for extension in view.extension:
            if extension.url.endswith(endings) and extension.value_string:
                return [f"id:{extension.value_string.strip().casefold()}"]
        text = view.body_site.text if view.body_site is not None else None
        if text and text.strip():
            return [f"site:{' '.join(text.split()).casefold()}"]
        return []

    def list_on(self, key: str, date: datetime.date) -> None:
        self.seen[key] = min(date, self.seen.get(key, date))

    def charted(self) -> dict[str, Lesion]:
        """Every lesion with its label; what has no safe label of its own gets a number."""
        keys = sorted(
            {*self.seen, *(k for k in self.recorded if k not in self.alias)},
            key=lambda key: (self.seen.get(key, datetime.date.max), key),
        )
        labels = {key: self._label(key) for key in keys}
        taken = {label for label in labels.values() if label is not None}
        number = 0
        lesions: dict[str, Lesion] = {}
        for key in keys:
            label = labels[key]
            while label is None:
                number += 1
                if f"L{number}" not in taken:
                    label = f"L{number}"
            lesions[key] = self._lesion(key, label)
        return lesions

    def _label(self, key: str) -> str | None:
        entry = self.recorded.get(key)
        if entry is None:
            return None
        labels = (safe_label(identifier.value) for identifier in entry.view.identifier)
        return next((label for label in labels if label is not None), None)

    def _lesion(self, key: str, label: str) -> Lesion:
        records = [
            self.recorded[reference]
            for reference in (key, *sorted(old for old, new in self.alias.items() if new == key))
            if reference in self.recorded
        ]
        role: LesionRole | None = None
        first: Day | None = None
        for reference, view, _ in records:
            role = role or self._role(view, reference)
            found = self._first_detected(view, reference)
            if found is not None and (first is None or found.date < first.date):
                first = found
        return Lesion(
            key=key,
            label=label,
            references=tuple(entry.reference for entry in records),
            role=role,
            first_detected=first.date if first is not None else None,
            first_detected_latest=first.latest if first is not None else None,
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
