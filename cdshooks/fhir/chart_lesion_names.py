"""How a measurement says which lesion it measured, from the surest way to the least sure.

A reference to the BodyStructure; a DICOM tracking UID, a tracking label, a lesion id in an
extension; the site in words ("S8 L1"). A label or a segment leads to a BodyStructure when exactly
one has it; the number of a segment is no label, nor is the weighting of a sequence (T1). A site
outside the liver leads to no lesion of the liver.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cdshooks.fhir.chart_desk import NOT_USABLE, Desk, Entry, texts_of
from cdshooks.fhir.chart_lesion_places import AWAY, Places, place_of_record, place_of_site
from cdshooks.fhir.texts import Site
from cdshooks.fhir.views import BodyStructure, Extension, Identifier, Observation

_BODY_STRUCTURE = "BodyStructure"
_UID, _LABEL = "uid", "label"
_LONGEST_NOTE = 40
"""A longer note is prose, not the name of a lesion."""


@dataclass(slots=True)
class LesionNames:
    desk: Desk
    by_uid: dict[str, set[str]] = field(default_factory=dict)
    """Records by tracking UID."""
    by_label: dict[str, set[str]] = field(default_factory=dict)
    """Records by any other identifier, normalised."""
    segment: dict[str, str] = field(default_factory=dict)
    """Liver segment of each record that says one."""
    in_segment: dict[str, list[str]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    """Label to show of a lesion that has no record."""
    vague: set[str] = field(default_factory=set)
    """Keys that are only a place: two measurements there may be two lesions."""
    places: Places = field(default_factory=Places)

    @classmethod
    def of(
        cls,
        desk: Desk,
        records: Iterable[Entry[BodyStructure]],
        observations: Iterable[Observation] = (),
    ) -> LesionNames:
        names = cls(desk)
        for reference, view, _ in records:
            for identifier in view.identifier:
                names._learn(reference, identifier)
            place = place_of_record(desk.terminology, view)
            if place is not None:
                names.places.by_record[reference] = place
            if place in AWAY:
                continue
            segment = desk.terminology.only("segment", view.location)
            if segment is None and view.location is not None:
                segment = desk.terminology.texts.site(" ".join(texts_of(view.location))).segment
            if segment is not None:
                names.segment[reference] = segment
                names.in_segment.setdefault(segment, []).append(reference)
        for observed in observations:
            focus = desk.references(observed.focus, _BODY_STRUCTURE)
            for kind, value in names._tracked(observed) if len(focus) == 1 else ():
                if kind == _UID:
                    names.by_uid.setdefault(value, set()).add(focus[0])
        return names

    def same_records(self) -> list[set[str]]:
        """Records that one tracking UID says to be of one lesion."""
        return [found for _, found in sorted(self.by_uid.items()) if len(found) > 1]

    def keys_of(self, view: Observation, reference: str) -> list[str]:
        """The lesions that an observation is about; one that names none is of a lesion apart."""
        found = self.named(view)
        if not found:
            self.desk.note(NOT_USABLE, reference, detail="no-lesion", path="Observation.focus")
            found = [reference]
        return found

    def named(self, view: Observation) -> list[str]:
        """The lesions that an observation names, as far as it says."""
        desk = self.desk
        found = list(desk.references(view.focus, _BODY_STRUCTURE))
        if not found:
            sites = view.body_site.extension if view.body_site is not None else ()
            for extension in desk.extensions((*sites, *view.extension), "body-site"):
                pointed = desk.reference(extension.value_reference)
                if pointed is not None and pointed.startswith(_BODY_STRUCTURE + "/"):
                    found.append(pointed)
        if not found:
            named = self._by_tracking(view) or self._by_site(view)
            found = [named] if named is not None else []
        return sorted(set(found))

    # Identifiers

    def _learn(self, reference: str, identifier: Identifier) -> None:
        if not identifier.value:
            return
        if self._kind(identifier) == _UID:
            self.by_uid.setdefault(identifier.value.strip(), set()).add(reference)
        else:
            self.by_label.setdefault(_normal(identifier.value), set()).add(reference)

    def _kind(self, identifier: Identifier) -> str | None:
        return self.desk.terminology.find("tracking", identifier.type)

    def _tracked(self, view: Observation) -> Iterator[tuple[str, str]]:
        """Tracking UIDs and labels: identifiers, components, extensions; UIDs first."""
        found: list[tuple[str, str]] = []
        for identifier in view.identifier:
            kind = self._kind(identifier)
            if kind is not None and identifier.value:
                found.append((kind, identifier.value))
        for component in view.component:
            kind = self.desk.terminology.find("tracking", component.code)
            if kind is not None and component.value_string:
                found.append((kind, component.value_string))
        found += [(_LABEL, value) for value in map(self._lesion_id, view.extension) if value]
        for kind, value in sorted(found, key=lambda one: one[0] != _UID):
            yield kind, value.strip() if kind == _UID else _normal(value)

    def _lesion_id(self, extension: Extension) -> str | None:
        if not self.desk.terminology.names_a_lesion(extension.url):
            return None
        identifier = extension.value_identifier
        return extension.value_string or (identifier.value if identifier is not None else None)

    def _by_tracking(self, view: Observation) -> str | None:
        named = list(self._tracked(view))
        labels = [value.upper() for kind, value in named if kind == _LABEL]
        for kind, value in named:
            records = (self.by_uid if kind == _UID else self.by_label).get(value, set())
            if kind == _UID and records:
                return min(records)
            if len(records) == 1:
                return next(iter(records))
            key = f"{kind}:{value}"
            if labels:
                self.shown.setdefault(key, labels[0])
            return key
        return None

    # Places

    def _by_site(self, view: Observation) -> str | None:
        """By the place in words or codes, with a label or not."""
        words, segment = "", None
        if view.body_site is not None:
            words = view.body_site.text or ""
            segment = self.desk.terminology.only("segment", view.body_site)
        if place_of_site(self.desk.terminology, view) in AWAY:
            return self._place(words)
        site = self.desk.terminology.texts.site(words)
        for note in view.note:
            if note.text and len(note.text) <= _LONGEST_NOTE and site.label is None:
                noted = self.desk.terminology.texts.site(note.text)
                site = Site(site.segment or noted.segment, noted.label)
        segment = segment or site.segment
        known = {
            record
            for word in (words, site.label or "", *self.desk.terminology.texts.names_in(words))
            for record in self.by_label.get(_normal(word), ())
            if segment is None or self.segment.get(record, segment) == segment
        }
        if len(known) == 1:
            return known.pop()
        if site.label is not None:
            key = f"site:{segment or ''}:{_normal(site.label)}"
            self.shown.setdefault(key, site.label.upper())
            return key
        if segment is not None:
            records = self.in_segment.get(segment, [])
            if len(records) == 1:
                return records[0]
            return self._place(f"S{segment}", segment)
        return self._place(words)

    def _place(self, words: str, key: str | None = None) -> str | None:
        """The key of a place that is no more than that; it is shown as it is called."""
        if not words.strip():
            return None
        key = f"site:{key or ' '.join(words.split()).casefold()}"
        self.shown.setdefault(key, words)
        self.vague.add(key)
        return key


def _normal(label: str) -> str:
    return "".join(label.split()).casefold()
