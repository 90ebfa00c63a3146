"""Draft orders as an EHR has them before they are signed."""

from __future__ import annotations

from typing import Any

from cdshooks.fhir.codes import standard_terminology

Resource = dict[str, Any]
ATC = {"cisplatin": "L01XA01", "fluorouracil": "L01BC02", "oxaliplatin": "L01XA03"}
ATC |= {"folinate": "V03AF03", "lenvatinib": "L01EX08"}
INTRA_ARTERIAL, ORAL = "58100008", "26643006"
TACE_KINDS = ("tace", "ctace", "deb-tace", "tace-haic")


def concept(kind: str) -> dict[str, Any]:
    coding = standard_terminology().coding("procedure", kind)
    return {"coding": [{"system": coding.system, "code": coding.code}]}


def order(kind: str = "ctace", id: str = "d1", patient: str = "p", **changes: Any) -> Resource:
    """A draft ServiceRequest; a change to None takes the element out."""
    resource = {
        "resourceType": "ServiceRequest",
        "id": id,
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "code": concept(kind),
        "authoredOn": "2025-09-10",
    } | changes
    return {name: value for name, value in resource.items() if value is not None}


def drug(
    name: str,
    id: str = "",
    patient: str = "p",
    route: str | None = INTRA_ARTERIAL,
    **changes: Any,
) -> Resource:
    """As an order-entry form sends it: also with a category that is no list."""
    routed = {"route": {"coding": [{"system": "http://snomed.info/sct", "code": route}]}}
    return {
        "resourceType": "MedicationRequest",
        "id": id or f"m-{name}",
        "status": "draft",
        "intent": "order",
        "category": {"text": "form"},
        "subject": {"reference": f"Patient/{patient}"},
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.whocc.no/atc", "code": ATC.get(name, name)}]
        },
        "dosageInstruction": [routed] if route else [{"text": "as planned"}],
    } | changes


def bundle(*resources: Resource, typed: bool = True) -> Resource:
    entries = [{"resource": resource} for resource in resources]
    kind = {"type": "collection"} if typed else {}
    return {"resourceType": "Bundle"} | kind | {"entry": entries}
