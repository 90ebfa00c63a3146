"""Appointments that are being booked: whether one of them is for a TACE of this patient."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cdshooks.errors import BadRequest
from cdshooks.fhir.bundles import NotFhir, unpack
from cdshooks.fhir.chart_desk import Desk
from cdshooks.fhir.chart_procedures import recognise
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.references import Bases, local_reference
from cdshooks.fhir.views import CodeableConcept, Element, Procedure, Reference

WHERE = "context.appointments"


class _Participant(Element):
    actor: Reference | None = None


class _Appointment(Element):
    """What it is for, and for whom."""

    service_type: tuple[CodeableConcept, ...] = ()
    reason_code: tuple[CodeableConcept, ...] = ()
    description: str | None = None
    participant: tuple[_Participant, ...] = ()


def has_tace_appointment(
    bundle: Mapping[str, Any], patient_id: str, terminology: Terminology, bases: Bases
) -> bool:
    """An appointment that names no patient is this patient's."""
    desk = Desk(f"Patient/{patient_id}", terminology, ZoneInfo("UTC"), bases)
    try:
        content = unpack(json.dumps(bundle).encode())
        appointments = [
            msgspec.json.decode(resource.raw, type=_Appointment)
            for resource in content.resources
            if resource.type == "Appointment"
        ]
    except (NotFhir, msgspec.ValidationError):
        raise BadRequest(f"{WHERE} must be a Bundle of FHIR R4 Appointments.") from None
    return any(_is_of_patient(one, desk) and _is_tace(one, desk) for one in appointments)


def _is_of_patient(appointment: _Appointment, desk: Desk) -> bool:
    actors = [one.actor for one in appointment.participant]
    found = {local_reference(actor, desk.bases) for actor in actors}
    named = {one for one in found if one is not None and one.startswith("Patient/")}
    return not named or desk.patient in named


def _is_tace(appointment: _Appointment, desk: Desk) -> bool:
    """Whether it is, or may be, for one: by a code or a text of its own, each read alone."""
    concepts = [*appointment.service_type, *appointment.reason_code]
    if appointment.description:
        concepts.append(CodeableConcept(text=appointment.description))
    return any(
        found.kind.is_chemoembolisation and not found.only_half
        for concept in concepts
        for found in recognise(desk, Procedure(code=concept), ordered=True)
    )
