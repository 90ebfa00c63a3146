"""Where a lesion lies: in the liver, outside of it, or in a vessel as a thrombus.

Only what lies in the liver can be a target; a thrombus is not measurable (AMB-06). A lesion of
which nothing says where it lies is taken to be in the liver; so is one of which the record says
both, and one that words put into a part of the liver, whatever neighbour they name besides. Its own
record goes before the sites of its measurements.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cdshooks.fhir.chart_desk import FINAL, texts_of
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.views import BodyStructure, CodeableConcept, Observation, Site


class Place(StrEnum):
    """The values of the two that are no targets are keys of explaining phrases."""

    LIVER = "liver"
    OUTSIDE = "outside-liver"
    VESSEL = "tumour-thrombus"


AWAY = frozenset({Place.OUTSIDE, Place.VESSEL})


@dataclass(slots=True)
class Places:
    """What is said of the place of each lesion, by its record or key."""

    by_record: dict[str, Place] = field(default_factory=dict)
    by_measurement: dict[str, set[Place]] = field(default_factory=dict)

    def learn(self, key: str, place: Place | None) -> None:
        if place is not None:
            self.by_measurement.setdefault(key, set()).add(place)

    def of(self, keys: Iterable[str]) -> Place | None:
        """Of all records of one lesion together; ``None``: not said, or contradictory."""
        records = list(keys)
        found = {self.by_record[key] for key in records if key in self.by_record}
        if not found:
            found = {place for key in records for place in self.by_measurement.get(key, ())}
        return found.pop() if len(found) == 1 else None


def place_of_record(table: Terminology, view: BodyStructure) -> Place | None:
    words = [*texts_of(view.location), view.description or "", *texts_of(view.morphology)]
    return _place(table, view.location, words)


def place_of_site(table: Terminology, view: Observation) -> Place | None:
    """By the site of a measurement, when the measurement counts."""
    site = view.body_site
    if site is None or view.status not in FINAL:
        return None
    words = [site.text or "", *(coding.display or "" for coding in site.coding)]
    return _place(table, site, words)


def _place(
    table: Terminology, concept: CodeableConcept | Site | None, words: Iterable[str]
) -> Place | None:
    """Codes go before words; but words that name a thrombus are more exact than any code."""
    texts = [word for word in words if word]
    if any(table.texts.place.names_thrombus(text) for text in texts):
        return Place.VESSEL
    if table.roles("vessel", concept):
        return Place.VESSEL
    outside = bool(table.roles("lesion-site", concept) or table.roles("metastasis-site", concept))
    inside = bool(table.roles("segment", concept) or table.roles("site", concept))
    if outside or inside:
        return None if outside and inside else Place.OUTSIDE if outside else Place.LIVER
    found = set(map(Place, table.texts.place.of(texts)))
    if Place.LIVER in found:
        return Place.LIVER
    return found.pop() if len(found) == 1 else None
