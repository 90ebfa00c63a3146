"""Writes a patient as a FHIR R4 Bundle in the canonical shapes that the service promises to read.

The service's own reading of codes is under test, so the codes stand here once more, on purpose.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.support.patient import (
    SYSTEMIC,
    Burden,
    Dated,
    HaicOrder,
    LesionSeen,
    MarkerValue,
    Patient,
    Scan,
    Treatment,
)

Resource = dict[str, Any]

BASE = "https://tace-cds.github.io/fhir"
OBSERVATION = f"{BASE}/CodeSystem/tace-observation"
PROCEDURE = f"{BASE}/CodeSystem/locoregional-procedure"
CHILD_PUGH_PART = f"{BASE}/CodeSystem/child-pugh-part"
EXTENSION = f"{BASE}/StructureDefinition"
MCODE_INTENT = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
ATC = "http://www.whocc.no/atc"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
SERVER = "https://ehr.example.org/fhir"

VESSELS = {
    "portal trunk": "74680004",
    "left portal branch": "70253006",
    "right portal branch": "73931004",
    "portal vein": "32764006",
    "hepatic vein": "8993003",
}
DRUGS = {
    "cisplatin": "L01XA01",
    "fluorouracil": "L01BC02",
    "oxaliplatin": "L01XA03",
    "leucovorin": "V03AF03",
}
INTENTS = {"curative": "373808002", "palliative": "363676003"}
MARKERS = {"AFP": "1834-1", "PIVKA-II": "93768-0"}
MARKER_UNITS = {"ng/mL": "ng/mL", "mAU/mL": "m[arb'U]/mL"}
SEGMENTS = (
    "71133005",
    "277956007",
    "277957003",
    "277958008",
    "277961009",
    "277959000",
    "277962002",
    "277960005",
)


def bundle_of(patient: Patient, kind: str = "collection") -> Resource:
    """``kind``: ``collection``, or ``transaction`` with a PUT for every resource."""
    return bundled(resources_of(patient), kind)


def bundled(resources: list[Resource], kind: str = "collection") -> Resource:
    entries = []
    for resource in resources:
        path = f"{resource['resourceType']}/{resource['id']}"
        entry: Resource = {"fullUrl": f"{SERVER}/{path}", "resource": resource}
        if kind == "transaction":
            entry["request"] = {"method": "PUT", "url": path}
        entries.append(entry)
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def resources_of(patient: Patient) -> list[Resource]:
    return [
        {
            "resourceType": "Patient",
            "id": patient.id,
            "name": [{"family": "Scenario", "given": [patient.id.upper()]}],
            "gender": "female",
            "birthDate": "1958-11-02",
        },
        {
            "resourceType": "Condition",
            "id": f"{patient.id}-diagnosis",
            "clinicalStatus": concept(f"{TERMINOLOGY}/condition-clinical", "active"),
            "code": concept(SNOMED, "109841003"),
            "subject": subject(patient),
        },
        *_lesions(patient),
        *_course(patient),
        *_state(patient),
    ]


def concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def subject(patient: Patient) -> Resource:
    return {"reference": f"Patient/{patient.id}"}


def number(value: Decimal) -> int | float:
    """A JSON number with the digits of the decimal."""
    return int(value) if value == value.to_integral_value() else float(value)


def quantity(value: Decimal, unit: str, code: str) -> Resource:
    return {"value": number(value), "unit": unit, "system": UCUM, "code": code}


def observation(
    patient: Patient,
    name: str,
    code: Resource,
    date: datetime.date,
    category: str,
    **elements: Any,
) -> Resource:
    return {
        "resourceType": "Observation",
        "id": f"{patient.id}-{name}",
        "status": "final",
        "category": [concept(f"{TERMINOLOGY}/observation-category", category)],
        "code": code,
        "subject": subject(patient),
        "effectiveDateTime": date.isoformat(),
        **elements,
    }


def _lesions(patient: Patient) -> Iterator[Resource]:
    labels = sorted({lesion.label for scan in patient.scans for lesion in scan.lesions})
    for index, label in enumerate(labels):
        yield {
            "resourceType": "BodyStructure",
            "id": f"{patient.id}-lesion-{label}",
            "identifier": [{"system": "urn:oid:2.999.1.4", "value": label}],
            "location": concept(SNOMED, SEGMENTS[index % len(SEGMENTS)]),
            "patient": subject(patient),
        }


def _course(patient: Patient) -> Iterator[Resource]:
    for index, event in enumerate(patient.course, start=1):
        if isinstance(event, Scan):
            yield from _scan(patient, event, f"scan{index}")
        elif isinstance(event, MarkerValue):
            yield observation(
                patient,
                f"marker{index}",
                concept(LOINC, MARKERS[event.marker]),
                event.date,
                "laboratory",
                valueQuantity=quantity(event.value, event.unit, MARKER_UNITS[event.unit]),
            )
        elif isinstance(event, Burden):
            yield from _burden(patient, event, f"burden{index}")
        elif isinstance(event, HaicOrder):
            yield from _haic_order(patient, event, f"order{index}")
        elif event.kind == SYSTEMIC:
            yield {
                "resourceType": "MedicationRequest",
                "id": f"{patient.id}-drug{index}",
                "status": "active",
                "intent": "order",
                "medicationCodeableConcept": concept(ATC, "L01EX08"),
                "subject": subject(patient),
                "authoredOn": event.date.isoformat(),
            }
        else:
            yield _procedure(patient, event, f"treatment{index}")


def _burden(patient: Patient, burden: Burden, name: str) -> Iterator[Resource]:
    size = quantity(burden.largest, "mm", "mm")
    code = concept(LOINC, "33728-7")
    yield observation(patient, f"{name}-size", code, burden.date, "imaging", valueQuantity=size)
    if burden.number is None:
        return
    number: Resource = {"valueInteger": burden.number}
    if burden.at_least:
        number = {"valueQuantity": {"value": burden.number, "comparator": ">="}}
    code = concept(OBSERVATION, "lesion-count")
    yield observation(patient, f"{name}-number", code, burden.date, "imaging", **number)


def _haic_order(patient: Patient, order: HaicOrder, name: str) -> Iterator[Resource]:
    shared: Resource = {
        "status": order.status,
        "intent": "order",
        "subject": subject(patient),
        "authoredOn": order.date.isoformat(),
    }
    yield {
        "resourceType": "ServiceRequest",
        "id": f"{patient.id}-{name}",
        "code": concept(PROCEDURE, "haic"),
        **shared,
    }
    for drug in order.drugs:
        yield {
            "resourceType": "MedicationRequest",
            "id": f"{patient.id}-{name}-{drug}",
            "medicationCodeableConcept": concept(ATC, DRUGS[drug]),
            "dosageInstruction": [{"route": concept(SNOMED, "58100008")}],
            **shared,
        }


def _procedure(patient: Patient, treatment: Treatment, name: str) -> Resource:
    extensions: list[Resource] = []
    if treatment.group is not None:
        extensions.append(
            {
                "url": f"{EXTENSION}/tace-session",
                "valueIdentifier": {"system": "urn:oid:2.999.1.5", "value": treatment.group},
            }
        )
    if treatment.standardised is not None:
        extensions.append(
            {"url": f"{EXTENSION}/tace-standardized", "valueBoolean": treatment.standardised}
        )
    if treatment.is_tace and patient.state.intent is not None:
        intent = concept(SNOMED, INTENTS[patient.state.intent])
        extensions.append({"url": MCODE_INTENT, "valueCodeableConcept": intent})
    if treatment.treated is not None:
        scope = treatment.treated.replace(" ", "-")
        extensions.append({"url": f"{EXTENSION}/treated-lesion-scope", "valueCode": scope})
    procedure: Resource = {
        "resourceType": "Procedure",
        "id": f"{patient.id}-{name}",
        "status": "completed",
        "code": concept(PROCEDURE, treatment.kind.lower().replace(" ", "-")),
        "subject": subject(patient),
        "performedDateTime": treatment.date.isoformat(),
    }
    if extensions:
        procedure["extension"] = extensions
    return procedure


def _scan(patient: Patient, scan: Scan, name: str) -> Iterator[Resource]:
    study: Resource = {
        "resourceType": "ImagingStudy",
        "id": f"{patient.id}-{name}",
        "status": "available",
        "subject": subject(patient),
        "started": scan.date.isoformat(),
        "modality": [{"system": DICOM, "code": scan.modality}],
    }
    if scan.contrast is not None:
        enhanced = {"url": "enhanced", "valueBoolean": scan.contrast}
        study["extension"] = [{"url": f"{EXTENSION}/imaging-contrast", "extension": [enhanced]}]
    yield study
    read_on: Resource = {"derivedFrom": [{"reference": f"ImagingStudy/{study['id']}"}]}
    for lesion in scan.lesions:
        yield observation(
            patient,
            f"{name}-{lesion.label}",
            concept(OBSERVATION, "viable-diameter"),
            scan.date,
            "imaging",
            focus=[{"reference": f"BodyStructure/{patient.id}-lesion-{lesion.label}"}],
            **read_on,
            **_diameter(lesion),
        )
    statements = {
        "new-intrahepatic-lesion": scan.new_lesion,
        "vascular-invasion": scan.vascular_invasion,
        "extrahepatic-spread": scan.extrahepatic_spread,
    }
    for code, answer in statements.items():
        if answer is not None:
            components = [
                {
                    "code": concept(OBSERVATION, "involved-vessel"),
                    "valueCodeableConcept": concept(SNOMED, VESSELS[vessel]),
                }
                for vessel in (scan.vessels if code == "vascular-invasion" else ())
            ]
            yield observation(
                patient,
                f"{name}-{code}",
                concept(OBSERVATION, code),
                scan.date,
                "imaging",
                **read_on,
                valueBoolean=answer,
                **({"component": components} if components else {}),
            )


def _diameter(lesion: LesionSeen) -> Resource:
    if lesion.mm is None:
        return {"dataAbsentReason": concept(f"{TERMINOLOGY}/data-absent-reason", "not-performed")}
    return {"valueQuantity": quantity(lesion.mm, "mm", "mm")}


def _state(patient: Patient) -> Iterator[Resource]:
    state = patient.state
    if state.ecog is not None:
        code = concept(LOINC, "89247-1")
        yield observation(
            patient, "ecog", code, state.ecog.date, "survey", valueInteger=state.ecog.value
        )
    laboratory: tuple[tuple[str, str, str, Dated[Decimal] | None], ...] = (
        ("bilirubin", "14631-6", "umol/L", state.bilirubin),
        ("albumin", "1751-7", "g/L", state.albumin),
        ("inr", "6301-6", "{INR}", state.inr),
    )
    for name, loinc, unit, result in laboratory:
        if result is not None:
            value = quantity(result.value, unit, unit)
            yield observation(
                patient,
                name,
                concept(LOINC, loinc),
                result.date,
                "laboratory",
                valueQuantity=value,
            )
    if state.ascites is not None:
        yield observation(
            patient,
            "ascites",
            concept(OBSERVATION, "ascites"),
            state.ascites.date,
            "exam",
            valueCodeableConcept=concept(CHILD_PUGH_PART, state.ascites.value),
        )
    if state.encephalopathy is not None:
        yield observation(
            patient,
            "encephalopathy",
            concept(OBSERVATION, "encephalopathy"),
            state.encephalopathy.date,
            "exam",
            valueInteger=state.encephalopathy.value,
        )
    stages = (
        ("bclc-stage", concept(NCIT, "C115134"), state.bclc),
        ("cnlc-stage", concept(OBSERVATION, "cnlc-stage"), state.cnlc),
    )
    for name, coded, stage in stages:
        if stage is not None:
            value = concept(f"{BASE}/CodeSystem/{name}", stage.value)
            yield observation(patient, name, coded, stage.date, "exam", valueCodeableConcept=value)
    for words, answer in state.facts:
        fact = words.replace(" ", "-")
        yield observation(
            patient,
            fact,
            concept(OBSERVATION, fact),
            answer.date,
            "exam",
            valueBoolean=answer.value,
        )
