"""Whether resources are valid FHIR R4 at all, told by path and rule, never by value.

The service itself reads more tolerantly; this is for the one who can have the source repaired.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import msgspec

from cdshooks.clinical.chart import NAMELESS
from cdshooks.fhir.references import is_id

INVALID = "invalid"
_FAILURES = (ValueError, TypeError, ArithmeticError, RecursionError, AttributeError)
_RULES = (
    ("model_validation_format", "wrong-type"),
    ("json_invalid", "wrong-type"),
    ("missing", "required"),
    ("extra_forbidden", "unknown-element"),
    ("one_of_many", "one-of-several"),
    ("_type", "wrong-type"),
    ("_parsing", "wrong-type"),
    ("value_error", "wrong-format"),
    ("pattern", "wrong-format"),
    ("too_", "wrong-format"),
)
"""Part of a validator's error type, and the rule that it stands for."""


class Breach(NamedTuple):
    reference: str
    """``Type/id``; with :data:`NAMELESS` when the resource has no id that is one."""
    path: str
    """``Observation.valueQuantity.value``, without indexes."""
    rule: str


def breaches(resources: Iterable[msgspec.Raw]) -> tuple[int, list[Breach]]:
    """How many resources were looked at (of the types that are read), and what is wrong."""
    looked_at = 0
    found: set[Breach] = set()
    for raw in resources:
        try:
            data = json.loads(bytes(raw), parse_float=Decimal)
        except _FAILURES:
            continue
        kind = data.get("resourceType") if isinstance(data, dict) else None
        if not isinstance(kind, str) or kind not in _models():
            continue
        looked_at += 1
        found.update(_of_one(kind, data))
    return looked_at, sorted(found)


def _of_one(kind: str, data: dict[str, Any]) -> Iterator[Breach]:
    from pydantic import ValidationError

    identity = data.get("id")
    has_id = isinstance(identity, str) and is_id(identity)
    reference = f"{kind}/{identity}" if has_id else f"{kind}/{NAMELESS}"
    try:
        _models()[kind].model_validate(data)
    except ValidationError as problem:
        for error in problem.errors(include_url=False, include_context=False, include_input=False):
            where = error["loc"]
            rule = _rule(error["type"]) if where else "one-of-several"
            yield Breach(reference, _path(kind, where), rule)
    except _FAILURES:
        yield Breach(reference, kind, INVALID)


def _path(kind: str, where: Iterable[int | str]) -> str:
    """Of the names of FHIR only: another member's name may be anything."""
    names = [step for step in where if isinstance(step, str)]
    return ".".join([kind, *(name for name in names if name.lstrip("_") in _element_names())])


def _rule(kind: str) -> str:
    return next((rule for part, rule in _RULES if part in kind), INVALID)


@cache
def _models() -> Mapping[str, Any]:
    from fhir.resources.R4B.bodystructure import BodyStructure
    from fhir.resources.R4B.condition import Condition
    from fhir.resources.R4B.diagnosticreport import DiagnosticReport
    from fhir.resources.R4B.imagingstudy import ImagingStudy
    from fhir.resources.R4B.medicationadministration import MedicationAdministration
    from fhir.resources.R4B.medicationrequest import MedicationRequest
    from fhir.resources.R4B.observation import Observation
    from fhir.resources.R4B.patient import Patient
    from fhir.resources.R4B.procedure import Procedure
    from fhir.resources.R4B.servicerequest import ServiceRequest

    models = (
        BodyStructure,
        Condition,
        DiagnosticReport,
        ImagingStudy,
        MedicationAdministration,
        MedicationRequest,
        Observation,
        Patient,
        Procedure,
        ServiceRequest,
    )
    return {model.__name__: model for model in models}


@cache
def _element_names() -> frozenset[str]:
    """Of the elements of these types and of the data types that most of them share."""
    from fhir.resources.R4B.codeableconcept import CodeableConcept
    from fhir.resources.R4B.coding import Coding
    from fhir.resources.R4B.dosage import Dosage
    from fhir.resources.R4B.extension import Extension
    from fhir.resources.R4B.identifier import Identifier
    from fhir.resources.R4B.meta import Meta
    from fhir.resources.R4B.observation import ObservationComponent, ObservationReferenceRange
    from fhir.resources.R4B.period import Period
    from fhir.resources.R4B.quantity import Quantity
    from fhir.resources.R4B.reference import Reference

    shared = (
        CodeableConcept,
        Coding,
        Dosage,
        Extension,
        Identifier,
        Meta,
        ObservationComponent,
        ObservationReferenceRange,
        Period,
        Quantity,
        Reference,
    )
    names: set[str] = set()
    for model in (*_models().values(), *shared):
        names.update(field.alias or name for name, field in model.model_fields.items())
    return frozenset(name for name in names if re.fullmatch(r"[A-Za-z]+", name))
