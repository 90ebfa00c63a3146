"""Typed views of the FHIR R4 resources that a chart is built from.

Each view names just the elements that are needed, so an unknown element never hurts; an element
of the wrong type makes the resource unreadable, and only its path is told, never its value. FHIR
names appear here in snake case (``valueQuantity`` is ``value_quantity``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import msgspec


class Number(Decimal):
    """A JSON number, exactly as written; a string is not a number."""


class Element(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """Any FHIR element: unknown members are skipped."""


class Coding(Element):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Element):
    coding: tuple[Coding, ...] = ()
    text: str | None = None


class Identifier(Element):
    type: CodeableConcept | None = None
    system: str | None = None
    value: str | None = None


class Reference(Element):
    reference: str | None = None
    identifier: Identifier | None = None


class Period(Element):
    start: str | None = None
    end: str | None = None


class Quantity(Element):
    value: Number | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Range(Element):
    """One entry of ``Observation.referenceRange``."""

    high: Quantity | None = None
    text: msgspec.Raw = msgspec.Raw()
    """Never read, only seen."""


class InnerExtension(Element):
    url: str = ""
    value_boolean: bool | None = None
    value_code: str | None = None


class Extension(Element):
    url: str = ""
    extension: tuple[InnerExtension, ...] = ()
    value_boolean: bool | None = None
    value_code: str | None = None
    value_string: str | None = None
    value_date: str | None = None
    value_date_time: str | None = None
    value_identifier: Identifier | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_reference: Reference | None = None


class Attachment(Element):
    content_type: str | None = None
    title: str | None = None
    url: str | None = None
    data: str | None = None
    """Base64."""


class Site(Element):
    """``Observation.bodySite``, which may point to a BodyStructure by the core extension."""

    coding: tuple[Coding, ...] = ()
    text: str | None = None
    extension: tuple[Extension, ...] = ()


class Meta(Element):
    version_id: str | None = None
    last_updated: str | None = None


class Resource(Element, tag_field="resourceType"):
    id: str | None = None
    meta: Meta | None = None
    implicit_rules: str | None = None
    modifier_extension: tuple[msgspec.Raw, ...] = ()


class PatientLink(Element):
    """To another record of the same person."""

    other: Reference | None = None
    type: str | None = None


class Patient(Resource, tag="Patient"):
    link: tuple[PatientLink, ...] = ()


class PatientBound(Resource):
    """A resource that must be the patient's own."""

    subject: Reference | None = None


class Condition(PatientBound, tag="Condition"):
    clinical_status: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None
    code: CodeableConcept | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    recorded_date: str | None = None


class Annotation(Element):
    text: str | None = None


class Procedure(PatientBound, tag="Procedure"):
    status: str | None = None
    code: CodeableConcept | None = None
    performed_date_time: str | None = None
    performed_period: Period | None = None
    performed_string: str | None = None
    encounter: Reference | None = None
    body_site: tuple[CodeableConcept, ...] = ()
    reason_code: tuple[CodeableConcept, ...] = ()
    reason_reference: tuple[Reference, ...] = ()
    part_of: tuple[Reference, ...] = ()
    note: tuple[Annotation, ...] = ()
    extension: tuple[Extension, ...] = ()


class BodyStructure(Resource, tag="BodyStructure"):
    patient: Reference | None = None
    identifier: tuple[Identifier, ...] = ()
    location: CodeableConcept | None = None
    morphology: CodeableConcept | None = None
    description: str | None = None
    extension: tuple[Extension, ...] = ()


class Series(Element):
    modality: Coding | None = None
    description: str | None = None


class ImagingStudy(PatientBound, tag="ImagingStudy"):
    identifier: tuple[Identifier, ...] = ()
    based_on: tuple[Reference, ...] = ()
    series: tuple[Series, ...] = ()
    status: str | None = None
    started: str | None = None
    modality: tuple[Coding, ...] = ()
    procedure_code: tuple[CodeableConcept, ...] = ()
    procedure_reference: Reference | None = None
    description: str | None = None
    extension: tuple[Extension, ...] = ()


class DiagnosticReport(PatientBound, tag="DiagnosticReport"):
    status: str | None = None
    category: tuple[CodeableConcept, ...] = ()
    code: CodeableConcept | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    issued: str | None = None
    based_on: tuple[Reference, ...] = ()
    imaging_study: tuple[Reference, ...] = ()
    result: tuple[Reference, ...] = ()
    conclusion: str | None = None
    conclusion_code: tuple[CodeableConcept, ...] = ()
    presented_form: tuple[Attachment, ...] = ()
    extension: tuple[Extension, ...] = ()


class Component(Element):
    code: CodeableConcept | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    data_absent_reason: CodeableConcept | None = None


class Observation(PatientBound, tag="Observation"):
    identifier: tuple[Identifier, ...] = ()
    based_on: tuple[Reference, ...] = ()
    status: str | None = None
    code: CodeableConcept | None = None
    focus: tuple[Reference, ...] = ()
    effective_date_time: str | None = None
    effective_instant: str | None = None
    effective_period: Period | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    data_absent_reason: CodeableConcept | None = None
    method: CodeableConcept | None = None
    interpretation: tuple[CodeableConcept, ...] = ()
    note: tuple[Annotation, ...] = ()
    body_site: Site | None = None
    part_of: tuple[Reference, ...] = ()
    derived_from: tuple[Reference, ...] = ()
    has_member: tuple[Reference, ...] = ()
    reference_range: tuple[Range, ...] = ()
    component: tuple[Component, ...] = ()
    extension: tuple[Extension, ...] = ()


class Dosage(Element):
    route: CodeableConcept | None = None


class Medication(Resource, tag="Medication"):
    """A drug, of no patient."""

    code: CodeableConcept | None = None


class MedicationRequest(PatientBound, tag="MedicationRequest"):
    status: str | None = None
    intent: str | None = None
    do_not_perform: bool | None = None
    authored_on: str | None = None
    group_identifier: Identifier | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    contained: tuple[msgspec.Raw, ...] = ()
    dosage_instruction: tuple[Dosage, ...] = ()


class MedicationAdministration(PatientBound, tag="MedicationAdministration"):
    status: str | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    contained: tuple[msgspec.Raw, ...] = ()
    effective_date_time: str | None = None
    effective_period: Period | None = None
    dosage: Dosage | None = None
    part_of: tuple[Reference, ...] = ()


class MedicationStatement(PatientBound, tag="MedicationStatement"):
    status: str | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    contained: tuple[msgspec.Raw, ...] = ()
    dosage: tuple[Dosage, ...] = ()
    part_of: tuple[Reference, ...] = ()


class ServiceRequest(PatientBound, tag="ServiceRequest"):
    status: str | None = None
    intent: str | None = None
    do_not_perform: bool | None = None
    code: CodeableConcept | None = None
    body_site: tuple[CodeableConcept, ...] = ()
    reason_code: tuple[CodeableConcept, ...] = ()
    authored_on: str | None = None
    requisition: Identifier | None = None


class Encounter(PatientBound, tag="Encounter"):
    status: str | None = None
    type: tuple[CodeableConcept, ...] = ()
    reason_code: tuple[CodeableConcept, ...] = ()
    period: Period | None = None


class Content(Element):
    attachment: Attachment | None = None


class Context(Element):
    encounter: tuple[Reference, ...] = ()
    period: Period | None = None
    related: tuple[Reference, ...] = ()


class DocumentReference(PatientBound, tag="DocumentReference"):
    status: str | None = None
    doc_status: str | None = None
    type: CodeableConcept | None = None
    date: str | None = None
    description: str | None = None
    content: tuple[Content, ...] = ()
    context: Context | None = None


class Media(PatientBound, tag="Media"):
    status: str | None = None
    created_date_time: str | None = None
    created_period: Period | None = None
    content: Attachment | None = None


class Binary(Resource, tag="Binary"):
    """Bytes, of no patient but by what points to them."""

    content_type: str | None = None
    data: str | None = None
    """Base64."""


AnyResource = (
    Patient
    | Condition
    | Procedure
    | BodyStructure
    | ImagingStudy
    | DiagnosticReport
    | Observation
    | Medication
    | MedicationRequest
    | MedicationAdministration
    | MedicationStatement
    | ServiceRequest
    | Encounter
    | DocumentReference
    | Media
    | Binary
)
READ_TYPES: frozenset[str] = frozenset(view.__name__ for view in AnyResource.__args__)


class Unreadable(NamedTuple):
    """A resource of a type that is read, but that does not fit its view.

    ``salvage`` holds the elements that can still be read on their own (who, what, which lesion,
    which scan), never a value: enough to know *that* something was recorded.
    """

    type: str
    id: str | None
    path: str
    salvage: AnyResource | None


def decode(raw: msgspec.Raw | bytes) -> AnyResource | Unreadable | None:
    """The view of one raw resource; ``None`` for a type that is not read at all."""
    try:
        return _decoder.decode(raw)
    except _FAILURES as problem:
        return _unreadable(raw, problem)


def _as_number(kind: type, value: Any) -> Any:
    if kind is Number and (type(value) is Decimal or type(value) is int):
        return Number(value)
    raise TypeError


_FAILURES = (msgspec.MsgspecError, ArithmeticError, ValueError, RecursionError)
_decoder: msgspec.json.Decoder[AnyResource] = msgspec.json.Decoder(
    AnyResource, dec_hook=_as_number, float_hook=Decimal
)


class _Parts(Element):
    """Elements by which an unreadable resource can still be placed, each decoded on its own."""

    resource_type: msgspec.Raw = msgspec.Raw()
    id: msgspec.Raw = msgspec.Raw()
    meta: msgspec.Raw = msgspec.Raw()
    status: msgspec.Raw = msgspec.Raw()
    code: msgspec.Raw = msgspec.Raw()
    subject: msgspec.Raw = msgspec.Raw()
    patient: msgspec.Raw = msgspec.Raw()
    focus: msgspec.Raw = msgspec.Raw()
    derived_from: msgspec.Raw = msgspec.Raw()
    part_of: msgspec.Raw = msgspec.Raw()
    effective_date_time: msgspec.Raw = msgspec.Raw()
    performed_date_time: msgspec.Raw = msgspec.Raw()
    performed_period: msgspec.Raw = msgspec.Raw()


_parts = msgspec.json.Decoder(_Parts)


def _unreadable(raw: msgspec.Raw | bytes, problem: Exception) -> Unreadable | None:
    try:
        parts = _parts.decode(raw)
    except _FAILURES:
        return Unreadable("", None, "", None)
    kind = _lone(parts.resource_type, str)
    if not isinstance(kind, str):
        return Unreadable("", None, "resourceType", None)
    if kind not in READ_TYPES:
        return None
    identity = _lone(parts.id, str)
    shared: dict[str, Any] = {
        "id": identity,
        "meta": _lone(parts.meta, Meta),
        "status": _lone(parts.status, str),
        "code": _lone(parts.code, CodeableConcept),
        "subject": _lone(parts.subject, Reference),
    }
    salvage: AnyResource | None = None
    if kind == "Procedure":
        salvage = Procedure(
            **shared,
            part_of=_lone(parts.part_of, tuple[Reference, ...]) or (),
            performed_date_time=_lone(parts.performed_date_time, str),
            performed_period=_lone(parts.performed_period, Period),
        )
    elif kind == "Observation":
        salvage = Observation(
            **shared,
            focus=_lone(parts.focus, tuple[Reference, ...]) or (),
            derived_from=_lone(parts.derived_from, tuple[Reference, ...]) or (),
            part_of=_lone(parts.part_of, tuple[Reference, ...]) or (),
            effective_date_time=_lone(parts.effective_date_time, str),
        )
    else:
        patient = _lone(parts.patient, Reference)
        salvage = BodyStructure(
            id=identity, meta=shared["meta"], patient=patient or shared["subject"]
        )
    return Unreadable(kind, identity, _path(kind, str(problem)), salvage)


def _lone(raw: msgspec.Raw, kind: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except _FAILURES:
        return None


def _path(kind: str, message: str) -> str:
    """``Observation.valueQuantity.value`` from the decoder's message, which itself is not kept."""
    _, _, where = message.rpartition(" - at `$")
    return kind + where.rstrip("`") if where != message else kind
