"""The sheet on which a record's clinical values are collected before they become the chart."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from cdshooks.clinical.chart import (
    ChildPughStated,
    Dated,
    Fact,
    Grade,
    Laboratory,
    LiverFunction,
    MarkerValue,
    Stage,
    StatedFact,
    Unread,
)
from cdshooks.fhir.dates import Day
from cdshooks.fhir.views import Observation

FACTS = {fact.value: fact for fact in Fact}
VALUE = "Observation.valueQuantity"
_T = TypeVar("_T", Laboratory, Grade, ChildPughStated)


@dataclass(slots=True)
class Clinical:
    diagnosis: list[str] = field(default_factory=list)
    markers: list[MarkerValue] = field(default_factory=list)
    bilirubin: list[Laboratory] = field(default_factory=list)
    albumin: list[Laboratory] = field(default_factory=list)
    inr: list[Laboratory] = field(default_factory=list)
    ascites: list[Grade] = field(default_factory=list)
    encephalopathy: list[Grade] = field(default_factory=list)
    stated: list[ChildPughStated] = field(default_factory=list)
    ecog: list[Dated] = field(default_factory=list)
    facts: list[StatedFact] = field(default_factory=list)
    largest_diameter: list[Dated] = field(default_factory=list)
    lesion_count: list[Dated] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    """Of what the last value decides: recorded, and not to be used."""
    marker_codes: list[frozenset[str]] = field(default_factory=list)
    """Those that one result has."""

    def taken(self, what: str) -> int:
        """How many values were read so far of what the last one decides."""
        return len(self.facts) if what in FACTS else len(getattr(self, what))

    def liver(self) -> LiverFunction:
        return LiverFunction(
            bilirubin=_in_order(self.bilirubin),
            albumin=_in_order(self.albumin),
            inr=_in_order(self.inr),
            ascites=_in_order(self.ascites),
            encephalopathy=_in_order(self.encephalopathy),
            stated=_in_order(self.stated),
        )


class Seen(NamedTuple):
    """One usable observation."""

    view: Observation
    reference: str
    role: str
    day: Day | None


def _in_order(values: list[_T]) -> tuple[_T, ...]:
    return tuple(sorted(values, key=lambda v: (v.date or datetime.date.min, v.references)))
