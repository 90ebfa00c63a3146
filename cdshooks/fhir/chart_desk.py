"""The desk at which one record is charted: who the patient is, how to read, and what was noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from cdshooks.clinical.chart import Certainty, ChartNote
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.dates import Day, UnreadableDate, date_in_words, read_day
from cdshooks.fhir.references import Bases, local_reference
from cdshooks.fhir.views import (
    CodeableConcept,
    Element,
    Extension,
    Observation,
    Period,
    Reference,
)

V = TypeVar("V", bound=Element)

DROPPED = "status-not-used"
UNREADABLE = "unreadable-resource"
NOT_USABLE = "value-not-usable"
IMPLAUSIBLE = "implausible"
UNKNOWN_CODE = "unknown-code"
TEXT_MATCHED = "text-matched"
CANDIDATE = "candidate-code"
INFERRED = "inferred"

_NOT_STATED = frozenset({TEXT_MATCHED, CANDIDATE, INFERRED})
"""Notes that tell how a fact was inferred."""

FINAL = frozenset({"final", "amended", "corrected"})
"""Observation statuses that count."""


class Entry(NamedTuple, Generic[V]):
    """One resource with its reference; ``whole`` is False when only its salvage could be read."""

    reference: str
    view: V
    whole: bool = True


@dataclass(slots=True)
class Desk:
    patient: str
    """``Patient/<id>``"""
    terminology: Terminology
    zone: ZoneInfo
    bases: Bases = None
    notes: set[ChartNote] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    """References of the resources of other patients."""
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Members of each group of observations."""
    members_left: int = 200_000
    """How many members may still be followed."""
    contained: set[str] = field(default_factory=set)
    """References of what other resources hold in themselves."""
    versions: dict[str, str] = field(default_factory=dict)
    """``meta.versionId`` of each resource that has one."""
    certainty: dict[str, Certainty] = field(default_factory=dict)
    """Of what was not plainly stated, by reference."""
    _references: dict[str, str | None] = field(default_factory=dict)

    def note(self, code: str, *references: str, detail: str = "", path: str = "") -> None:
        self.notes.add(ChartNote(code, references, detail, path))
        if code in _NOT_STATED:
            for reference in references:
                self.certainty.setdefault(reference, Certainty.INFERRED)

    def computed(self, *references: str) -> None:
        """What these say is used only as a part of a sum, or the like."""
        for reference in references:
            self.certainty[reference] = Certainty.COMPUTED

    # References

    def reference(self, reference: Reference | None) -> str | None:
        """As :func:`local_reference`, each written form looked at once."""
        text = reference.reference if reference is not None else None
        if not text:
            return None
        if text in self.contained:
            return text
        if text not in self._references:
            self._references[text] = local_reference(reference, self.bases)
        return self._references[text]

    def references(self, references: tuple[Reference, ...], kind: str) -> tuple[str, ...]:
        """The references to resources of one type, sorted, each once."""
        found = {self.reference(reference) for reference in references}
        return tuple(sorted(text for text in found if text and text.startswith(f"{kind}/")))

    # Dates

    def day(self, text: str | None, reference: str, path: str) -> Day | None:
        """The day or days; ``None`` when absent, or unreadable (then noted)."""
        if not text:
            return None
        try:
            day = read_day(text, self.zone)
        except UnreadableDate:
            self.note(UNREADABLE, reference, path=path)
            return None
        if day.zone_assumed:
            self.note(INFERRED, reference, detail="site-time-zone", path=path)
        return day

    def day_in_words(self, text: str | None, reference: str, path: str) -> Day | None:
        """A text that is nothing but a date ("2023-03-05", "2023年3月"); noted as inferred."""
        written = date_in_words(text)
        if written is None:
            return None
        try:
            day = read_day(written, self.zone)
        except UnreadableDate:
            return None
        self.note(INFERRED, reference, detail="date-in-words", path=path)
        return day

    def period(self, period: Period | None, reference: str, path: str) -> Day | None:
        """A period as the interval of its days; open at one end: the day of the other."""
        if period is None:
            return None
        start = self.day(period.start, reference, f"{path}.start")
        end = self.day(period.end, reference, f"{path}.end")
        if (period.start and start is None) or (period.end and end is None):
            return None
        first, last = start or end, end or start
        if first is None or last is None:
            return None
        if last.last < first.date:
            self.note(IMPLAUSIBLE, reference, path=path)
            return None
        return Day(first.date, last.last if last.last != first.date else None)

    def effective(self, view: Observation, reference: str) -> Day | None:
        """When an observation holds."""
        if view.effective_date_time is not None:
            return self.day(view.effective_date_time, reference, "Observation.effectiveDateTime")
        if view.effective_instant is not None:
            return self.day(view.effective_instant, reference, "Observation.effectiveInstant")
        return self.period(view.effective_period, reference, "Observation.effectivePeriod")

    # Codes

    def code_unknown(self, concept: CodeableConcept | None, reference: str, path: str) -> None:
        """Notes a code of our own systems that they do not hold."""
        if self.terminology.foreign_to_us(concept):
            self.note(UNKNOWN_CODE, reference, path=path)

    def extensions(self, found: tuple[Extension, ...], name: str) -> list[Extension]:
        if not found:
            return []
        url = self.terminology.extension[name]
        return [extension for extension in found if extension.url == url]


def texts_of(concept: CodeableConcept | None) -> tuple[str, ...]:
    """What a concept says in words."""
    if concept is None:
        return ()
    words = [concept.text, *(coding.display for coding in concept.coding)]
    return tuple(word for word in words if word)
