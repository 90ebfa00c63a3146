"""What a suggestion creates, as coded FHIR R4 resources: drafts and proposals, never an order.

The resources are built and checked with ``fhir.resources`` (R4B, whose types of these three are
those of R4), which nothing else here imports. Codes come from ``fhir_profiles``. There is no drug
and no dose in any of them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fhir.resources.R4B.careplan import CarePlan
from fhir.resources.R4B.servicerequest import ServiceRequest
from fhir.resources.R4B.task import Task

from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.views import Coding

Json = dict[str, Any]

_SLOT = "proposal"
_TAG = "cds-proposed"
_REASONS = ("Condition/", "Observation/", "DiagnosticReport/", "DocumentReference/")
"""What may be the reason of a ServiceRequest or of an activity (FHIR R4)."""
_MODELS: Mapping[str, Any] = {"ServiceRequest": ServiceRequest, "Task": Task, "CarePlan": CarePlan}
_valid_shapes: set[tuple[str, Any]] = set()
"""Shapes that were found valid before: the models cost more than all else that is answered."""


class InvalidProposal(Exception):
    """What we built is not a FHIR resource: our mistake. The text holds no value."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One resource to be created; texts are told in the language of the card."""

    kind: str
    patient: str
    """``Patient/<id>``"""
    on: datetime.date
    text: str
    note: str
    diagnosis: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    focus: str = ""
    encounter: str = ""
    period: tuple[datetime.date, datetime.date] | None = None
    parts: tuple[tuple[str, str], ...] = ()
    papers: tuple[str, ...] = ()
    """Addresses of the papers behind it."""
    evaluation: str = ""


class _Kind(NamedTuple):
    code: tuple[str, str]
    """Slot and role of its code."""
    types: tuple[str, ...]
    """Resource types that it may be, the fittest first."""
    category: str = "procedure"


_KINDS = {
    "mdt-review": _Kind((_SLOT, "mdt-review"), ("Task", "ServiceRequest")),
    "haic": _Kind(("procedure", "haic"), ("ServiceRequest",)),
    "systemic-therapy": _Kind((_SLOT, "systemic-therapy"), ("CarePlan",)),
    "imaging-ct": _Kind(("imaging", "enhanced-ct"), ("ServiceRequest",), "imaging"),
    "imaging-mr": _Kind(("imaging", "enhanced-mr"), ("ServiceRequest",), "imaging"),
    **{
        name: _Kind(("observation", name), ("ServiceRequest",), "laboratory")
        for name in ("afp", "bilirubin", "albumin", "inr")
    },
}


def proposed(wanted: Wanted, terminology: Terminology, types: Iterable[str]) -> Json | None:
    """The resource, as the fittest of the ``types`` that a client can create; none when of none."""
    possible = set(types)
    for name in _KINDS[wanted.kind].types:
        if name in possible:
            return _checked(name, _BUILDERS[name](wanted, terminology))
    return None


def resource_types() -> frozenset[str]:
    """Every type of resource that may be proposed."""
    return frozenset(_MODELS)


def _checked(name: str, elements: Mapping[str, Any]) -> Json:
    said = {key: value for key, value in elements.items() if value}
    shape = (name, _shape(said))
    if shape not in _valid_shapes:
        try:
            _MODELS[name](**said)
        except ValueError:  # whose text would hold what was built
            raise InvalidProposal(f"a proposed {name} is not a FHIR resource") from None
        _valid_shapes.add(shape)
    return {"resourceType": name} | said


def _shape(value: Any) -> Any:
    """Which elements there are, of which types, and whether a text says anything.

    Beside their elements, resources of one builder differ in sentences, references that were read,
    and dates: none of these can make one of them invalid that has the shape of a valid one.
    """
    if isinstance(value, Mapping):
        return frozenset((key, _shape(part)) for key, part in value.items())
    if isinstance(value, list):
        return frozenset(map(_shape, value)), bool(value)
    return type(value), value == ""


# One builder for each type of resource


def _service_request(wanted: Wanted, terminology: Terminology) -> Json:
    kind = _KINDS[wanted.kind]
    reasons = _unique((*wanted.diagnosis, *wanted.reasons))
    category = [_concept("service-category", kind.category, "", terminology)]
    due = dict(zip(("start", "end"), map(_day, wanted.period or ()), strict=False))
    return _common(wanted, terminology) | {
        "status": "draft",
        "intent": "proposal",
        "category": category,
        "code": _own_concept(wanted, terminology),
        "subject": {"reference": wanted.patient},
        "authoredOn": _day(wanted.on),
        "occurrencePeriod": due,
        "reasonReference": _references(one for one in reasons if one.startswith(_REASONS)),
        "supportingInfo": _references(_unique((wanted.focus, *wanted.supporting))),
        "instantiatesUri": list(wanted.papers),
    }


def _task(wanted: Wanted, terminology: Terminology) -> Json:
    reason, *others = _unique((*wanted.diagnosis, *wanted.reasons, *wanted.supporting)) or ("",)
    inputs: list[Json] = [
        {"type": _concept(_SLOT, "used", "", terminology), "valueReference": one}
        for one in _references(others)
    ]
    if wanted.evaluation:
        name = _concept(_SLOT, "evaluation", "", terminology)
        inputs.append({"type": name, "valueString": wanted.evaluation})
    return _common(wanted, terminology) | {
        "status": "requested",
        "intent": "proposal",
        "code": _own_concept(wanted, terminology),
        "description": wanted.text,
        "focus": _reference(wanted.focus),
        "for": {"reference": wanted.patient},
        "authoredOn": _day(wanted.on),
        "reasonReference": _reference(reason),
        "instantiatesUri": next(iter(wanted.papers), ""),
        "input": inputs,
    }


def _care_plan(wanted: Wanted, terminology: Terminology) -> Json:
    reasons = _unique((*wanted.diagnosis, *wanted.reasons))
    activities = [
        {
            "detail": {
                "code": _concept(_SLOT, role, text, terminology),
                "status": "not-started",
                "doNotPerform": False,
                "description": text,
                "reasonReference": _references(one for one in reasons if one.startswith(_REASONS)),
            }
        }
        for role, text in wanted.parts
    ]
    for activity in activities:
        if not activity["detail"]["reasonReference"]:
            del activity["detail"]["reasonReference"]
    return _common(wanted, terminology) | {
        "status": "draft",
        "intent": "proposal",
        "category": [_own_concept(wanted, terminology)],
        "title": wanted.text,
        "subject": {"reference": wanted.patient},
        "created": _day(wanted.on),
        "addresses": _references(wanted.diagnosis),
        "supportingInfo": _references(_unique((*wanted.reasons, *wanted.supporting))),
        "activity": activities,
        "instantiatesUri": list(wanted.papers),
    }


_BUILDERS: Mapping[str, Callable[[Wanted, Terminology], Json]] = {
    "ServiceRequest": _service_request,
    "Task": _task,
    "CarePlan": _care_plan,
}


# Elements


def _common(wanted: Wanted, terminology: Terminology) -> Json:
    return {
        "meta": {"tag": [_coding(terminology.coding(_SLOT, _TAG))]},
        "encounter": _reference(wanted.encounter),
        "note": [{"text": wanted.note}],
    }


def _own_concept(wanted: Wanted, terminology: Terminology) -> Json:
    return _concept(*_KINDS[wanted.kind].code, wanted.text, terminology)


def _concept(slot: str, role: str, text: str, terminology: Terminology) -> Json:
    """Its display is that of the code system, its text is in the language of the card."""
    concept: Json = {"coding": [_coding(terminology.coding(slot, role))]}
    return concept | {"text": text} if text else concept


def _coding(coding: Coding) -> Json:
    found = {"system": coding.system, "code": coding.code, "display": coding.display}
    return {name: value for name, value in found.items() if value}


def _reference(one: str) -> Json | None:
    return {"reference": one} if one else None


def _references(found: Iterable[str]) -> list[Json]:
    return [{"reference": one} for one in found]


def _unique(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one))


def _day(day: datetime.date) -> str:
    return day.isoformat()
