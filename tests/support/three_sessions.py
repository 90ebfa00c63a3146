"""A patient of three TACE sessions in the fewest words, for records that only one test needs.

Sessions on 10 January, 21 February and 4 April 2023; scans on ``DAYS``, judged on ``AS_OF``.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from tests.support.fhir_writer import (
    DICOM,
    EXTENSION,
    OBSERVATION,
    PROCEDURE,
    SNOMED,
    Resource,
    bundled,
    concept,
)
from tests.support.pipeline import Shown, judged_bundle

AS_OF = datetime.date(2023, 5, 23)
DAYS = ("2023-01-05", "2023-03-28", "2023-05-16")
LATER = "2023-05-20"
SESSIONS = ("2023-01-10", "2023-02-21", "2023-04-04")
OF = {"subject": {"reference": "Patient/p-1"}}
GROWN, STABLE = (50, 55, 65), (50, 55, 52)
CT, MR = concept(SNOMED, "77477000"), concept(SNOMED, "113091000")


def sessions() -> list[Resource]:
    return [
        {
            "resourceType": "Procedure",
            "id": f"t{number}",
            "status": "completed",
            "code": concept(PROCEDURE, "ctace"),
            "performedDateTime": day,
            **OF,
        }
        for number, day in enumerate(SESSIONS, start=1)
    ]


def study(
    id: str, day: str, modality: str | None = "MR", enhanced: bool | None = True, **more: Any
) -> Resource:
    found: Resource = {
        "resourceType": "ImagingStudy",
        "id": id,
        "status": "available",
        "started": day,
        **OF,
    }
    if modality is not None:
        found["modality"] = [{"system": DICOM, "code": modality}]
    if enhanced is not None:
        inner = [{"url": "enhanced", "valueBoolean": enhanced}]
        found["extension"] = [{"url": f"{EXTENSION}/imaging-contrast", "extension": inner}]
    return {**found, **more}


def lesion(id: str, label: str | None = None, **more: Any) -> Resource:
    named = [{"value": label}] if label is not None else []
    patient = {"patient": {"reference": "Patient/p-1"}}
    return {"resourceType": "BodyStructure", "id": id, "identifier": named, **patient, **more}


def observed(id: str, code: Resource, day: str | None, **more: Any) -> Resource:
    found = {"resourceType": "Observation", "id": id, "status": "final", "code": code, **OF}
    return {**found, **({"effectiveDateTime": day} if day else {}), **more}


def millimetres(size: float | str) -> Resource:
    return {
        "value": float(size),
        "unit": "mm",
        "system": "http://unitsofmeasure.org",
        "code": "mm",
    }


def diameter(
    id: str,
    day: str | None,
    size: float,
    of: str | None = "l1",
    on: str | Sequence[str] | None = None,
    **more: Any,
) -> Resource:
    """``of``: id of the lesion; ``on``: of the studies that it names."""
    found = observed(id, concept(OBSERVATION, "viable-diameter"), day)
    found["valueQuantity"] = millimetres(size)
    if of is not None:
        found["focus"] = [{"reference": f"BodyStructure/{of}"}]
    if on is not None:
        names = [on] if isinstance(on, str) else on
        found["derivedFrom"] = [{"reference": f"ImagingStudy/{name}"} for name in names]
    return {**found, **more}


def statement(id: str, code: str, answer: bool, day: str, **more: Any) -> Resource:
    return observed(id, concept(OBSERVATION, code), day, valueBoolean=answer, **more)


def report(
    id: str, day: str, text: str, results: Sequence[str] = (), on: str | None = None, **more: Any
) -> Resource:
    found: Resource = {
        "resourceType": "DiagnosticReport",
        "id": id,
        "status": "final",
        "category": [concept("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")],
        "code": {"text": text},
        "effectiveDateTime": day,
        "result": [{"reference": f"Observation/{name}"} for name in results],
        **OF,
    }
    if on is not None:
        found["imagingStudy"] = [{"reference": f"ImagingStudy/{on}"}]
    return {**found, **more}


def scans(sizes: Sequence[float], days: Sequence[str] = DAYS) -> list[Resource]:
    """The lesion L1 on a contrast-enhanced MRI of each day."""
    found = [lesion("l1", "L1")]
    for number, (day, size) in enumerate(zip(days, sizes, strict=True)):
        found.append(study(f"s{number}", day))
        found.append(diameter(f"d{number}", day, size, on=f"s{number}"))
    return found


def judged(*resources: Resource | list[Resource], as_of: datetime.date = AS_OF) -> Shown:
    flat = [{"resourceType": "Patient", "id": "p-1"}, *sessions()]
    for one in resources:
        flat += one if isinstance(one, list) else [one]
    return judged_bundle(bundled(flat), as_of)


def cci(shown: Shown) -> tuple[str, str]:
    found = shown["definitions"]["cci-2022"]
    return found["verdict"], found["reason"]


def notes(shown: Shown) -> set[tuple[str, str]]:
    """Code and reference of each note."""
    return {(note["code"], name) for note in shown["notes"] for name in note["references"]}
