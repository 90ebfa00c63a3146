"""What to do about one note where the advice on all of its code would lead astray."""

from __future__ import annotations

from functools import cached_property

from cdshooks.clinical.chart import ChartNote, Fact
from cdshooks.doctor.facts import STATEMENTS
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.record import Record
from cdshooks.fhir.views import Observation, decode

BY_DETAIL = {"no-upper-limit": "unit-or-range"}
"""Advice by the detail of a note."""
BOOLEAN = "boolean"
_VALUE = "Observation.value"
_YES_NO = frozenset({*STATEMENTS, *(fact.value for fact in Fact)})


class Advisor:
    """Knows what each observation of one record is about."""

    def __init__(self, record: Record, terminology: Terminology) -> None:
        self._record = record
        self._terminology = terminology

    def on(self, note: ChartNote) -> str | None:
        """A key of the catalogue (doctor-advice), or None: as for every note of that code."""
        if note.code == "value-not-usable" and note.path == _VALUE and not note.detail:
            is_yes_no = any(self._roles.get(r) in _YES_NO for r in note.references)
            return BOOLEAN if is_yes_no else None
        return BY_DETAIL.get(note.detail)

    @cached_property
    def _roles(self) -> dict[str, str | None]:
        views = (decode(raw) for raw in self._record.resources)
        return {
            f"Observation/{view.id}": self._terminology.find("observation", view.code)
            for view in views
            if isinstance(view, Observation)
        }
