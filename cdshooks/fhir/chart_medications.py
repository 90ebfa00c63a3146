"""Drugs that stand in a Medication of their own, contained or beside, brought to their use.

A Medication is nobody's: it counts only by what refers to it. One that is not to be found leaves
its drug unknown, which is never the same as no drug.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from cdshooks.clinical.chart import ChartNote
from cdshooks.fhir.chart_desk import NOT_USABLE, Desk, Entry
from cdshooks.fhir.views import (
    CodeableConcept,
    Medication,
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
    decode,
)

Use = TypeVar("Use", MedicationRequest, MedicationAdministration, MedicationStatement)
Drugs = Mapping[str, CodeableConcept]
"""What each Medication is, by its reference."""
_VOID = frozenset({"entered-in-error", "cancelled", "not-done"})


def with_drugs(desk: Desk, entries: list[Entry[Use]], drugs: Drugs) -> list[Entry[Use]]:
    """Every use of a drug with its code, also where it only refers to it; the rest is noted."""
    found: list[Entry[Use]] = []
    lost: list[str] = []
    for entry in entries:
        view = entry.view
        if view.medication_reference is not None and view.medication_codeable_concept is None:
            drug = _referred_to(desk, view, drugs)
            if drug is not None:
                view = msgspec.structs.replace(view, medication_codeable_concept=drug)
                entry = entry._replace(view=view)
            elif view.status not in _VOID:
                lost.append(entry.reference)
        found.append(entry)
    if lost:
        path = f"{lost[0].partition('/')[0]}.medicationReference"
        note = ChartNote(NOT_USABLE, tuple(sorted(lost)), "no-medication", path, count=len(lost))
        desk.notes.add(note)
    return found


def _referred_to(desk: Desk, view: Use, drugs: Drugs) -> CodeableConcept | None:
    reference = view.medication_reference
    written = reference.reference if reference is not None else None
    if written is None or not written.startswith("#"):
        return drugs.get(desk.reference(reference) or "")
    for raw in view.contained:
        inner = decode(raw)
        if isinstance(inner, Medication) and inner.id == written[1:]:
            return inner.code
    return None
