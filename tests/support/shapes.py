"""Rewrites a canonical record into the other shapes in which the same facts are met.

Every function takes the resources of a record and gives others that say the same. As in
:mod:`tests.support.fhir_writer` the codes stand here once more, on purpose.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tests.support.fhir_writer import (
    DICOM,
    EXTENSION,
    LOINC,
    NCIT,
    OBSERVATION,
    PROCEDURE,
    SNOMED,
    UCUM,
    Resource,
    concept,
    number,
)
from tests.support.pipeline import Shown

Resources = list[Resource]
Rewrite = Callable[[Resources], Resources]

SEGMENT_OF = {
    "71133005": "S1",
    "277956007": "S2",
    "277957003": "S3",
    "277958008": "S4",
    "277961009": "S7",
    "277959000": "S5",
    "277962002": "S8",
    "277960005": "S6",
}
RADIOLOGY = concept("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")
CORE = "http://hl7.org/fhir/StructureDefinition"


# Comparing


def told(shown: Any) -> Any:
    """An assessment without what depends on the shape: references, notes, labels."""
    if isinstance(shown, dict):
        dropped = {"references", "used", "notes", "label"}
        return {key: told(value) for key, value in shown.items() if key not in dropped}
    if isinstance(shown, list):
        return [told(value) for value in shown]
    return shown


def notes_of(shown: Shown, code: str) -> list[Resource]:
    return [note for note in shown["notes"] if note["code"] == code]


# Finding


def is_code(resource: Resource, system: str, *codes: str) -> bool:
    codings = resource.get("code", {}).get("coding", [])
    return any(one["system"] == system and one["code"] in codes for one in codings)


def is_diameter(resource: Resource) -> bool:
    return is_code(resource, OBSERVATION, "viable-diameter")


def of_kind(resources: Resources, kind: str) -> Resources:
    return [one for one in resources if one["resourceType"] == kind]


def without_kind(resources: Resources, kind: str) -> Resources:
    return [one for one in resources if one["resourceType"] != kind]


def each(resources: Resources, change: Callable[[Resource], Any]) -> Resources:
    """Every resource changed: in place, or into the list that is returned."""
    out: Resources = []
    for resource in copy.deepcopy(resources):
        changed = change(resource)
        out += [resource] if changed is None else changed
    return out


def each_diameter(change: Callable[[Resource], Any]) -> Rewrite:
    return lambda resources: each(resources, lambda one: change(one) if is_diameter(one) else None)


def lesion_of(resource: Resource) -> str:
    reference: str = resource["focus"][0]["reference"]
    return reference.rpartition("/")[2]


def label_of(resource: Resource) -> str:
    return lesion_of(resource).rpartition("-")[2]


def like(resource: Resource, name: str, **members: Any) -> Resource:
    copied = {key: value for key, value in copy.deepcopy(resource).items() if key != "valueBoolean"}
    return {**copied, "id": f"{resource['id']}-{name}", **members}


def quantity_of(resource: Resource, factor: Decimal, unit: str) -> Resource:
    value = Decimal(str(resource["valueQuantity"]["value"])) * factor
    return {"value": number(value), "unit": unit, "system": UCUM, "code": unit}


# Diameters


def coded(code: Resource, **more: Any) -> Rewrite:
    """Viable diameters under another code."""

    def change(resource: Resource) -> None:
        resource |= {"code": code, **more}

    return each_diameter(change)


def as_panel(*, viable: Resource) -> Rewrite:
    """Tumour size with components, in cm; the short axis is not said to be viable."""

    def change(resource: Resource) -> None:
        resource["code"] = concept(LOINC, "21889-1")
        part: Resource = {"code": viable}
        if "valueQuantity" in resource:
            part["valueQuantity"] = quantity_of(resource, Decimal("0.1"), "cm")
            short = {"code": concept(LOINC, "33729-5")}
            short["valueQuantity"] = {"value": 12, "unit": "mm", "system": UCUM, "code": "mm"}
            resource["component"] = [part, short]
        else:
            resource["component"] = [{**part, "dataAbsentReason": resource["dataAbsentReason"]}]
        resource.pop("valueQuantity", None)
        resource.pop("dataAbsentReason", None)

    return each_diameter(change)


def as_two_axes(resource: Resource) -> Resources:
    if "valueQuantity" not in resource:
        return [resource]
    short = like(resource, "short", code={**concept(SNOMED, "103340004"), "text": "强化部分短径"})
    short["valueQuantity"] = quantity_of(resource, Decimal("0.6"), "mm")
    resource["code"] = {**concept(SNOMED, "103339001"), "text": "动脉期强化部分长径"}
    return [short, resource]


def as_text(form: str) -> Rewrite:
    def change(resource: Resource) -> None:
        if "valueQuantity" in resource:
            mm = Decimal(str(resource.pop("valueQuantity")["value"]))
            resource["valueString"] = form.format(
                mm=number(mm), cm=number(mm / 10), short=number(mm / 2)
            )

    return each_diameter(change)


def in_groups(resources: Resources) -> Resources:
    """DICOM measurement groups: lesion, study, day and category stand on the group alone."""
    out: Resources = []
    for resource in copy.deepcopy(resources):
        out.append(resource)
        if not is_diameter(resource):
            continue
        group = like(resource, "group", code=concept(DICOM, "125007"))
        for name in ("valueQuantity", "dataAbsentReason"):
            group.pop(name, None)
        group["hasMember"] = [{"reference": f"Observation/{resource['id']}"}]
        for name in ("focus", "identifier", "derivedFrom", "effectiveDateTime"):
            resource.pop(name, None)
        out.append(group)
    return out


# Lesions


def by_body_site_extension(resource: Resource) -> None:
    pointed = {"url": f"{CORE}/bodySite", "valueReference": resource.pop("focus")[0]}
    resource["bodySite"] = {"extension": [pointed]}


def tracked(*, kind: str, keep_records: bool) -> Rewrite:
    """``kind``: DICOM 112040 UID or 112039 label."""

    def identifier(label: str) -> Resource:
        uid = f"urn:oid:2.25.{int.from_bytes(label.encode())}"
        value = uid if kind == "112040" else label
        return {"type": concept(DICOM, kind), "value": value}

    def change(resource: Resource) -> Resources | None:
        if is_diameter(resource):
            label = label_of(resource)
            del resource["focus"]
            resource["identifier"] = [identifier(label)]
        elif resource["resourceType"] == "BodyStructure":
            if not keep_records:
                return []
            resource["identifier"].append(identifier(resource["identifier"][0]["value"]))
        return None

    return lambda resources: each(resources, change)


def by_lesion_id(name: str) -> Rewrite:
    def change(resource: Resource) -> Resources | None:
        if resource["resourceType"] == "BodyStructure":
            return []
        if is_diameter(resource):
            url = f"https://registry.example.org/fhir/StructureDefinition/{name}"
            resource["extension"] = [{"url": url, "valueString": label_of(resource)}]
            del resource["focus"]
        return None

    return lambda resources: each(resources, change)


def by_words(*, where: str, keep_records: bool) -> Rewrite:
    """The lesion as "S8 L1" in ``bodySite.text`` or a note."""

    def rewrite(resources: Resources) -> Resources:
        segments = {
            one["id"]: SEGMENT_OF[one["location"]["coding"][0]["code"]]
            for one in of_kind(resources, "BodyStructure")
        }

        def change(resource: Resource) -> Resources | None:
            if resource["resourceType"] == "BodyStructure" and not keep_records:
                return []
            if is_diameter(resource):
                words = f"{segments[lesion_of(resource)]} {label_of(resource)}"
                del resource["focus"]
                if where == "note":
                    resource["note"] = [{"text": words}]
                else:
                    resource["bodySite"] = {"text": words}
            return None

        return each(resources, change)

    return rewrite


# Scans


def _enhanced(study: Resource) -> bool | None:
    for extension in study.get("extension", ()):
        return bool(extension["extension"][0]["valueBoolean"])
    return None


def scan_code(study: Resource, words: bool) -> Resource:
    """What a report calls the scan: in LOINC, or in words."""
    modality, enhanced = study["modality"][0]["code"], _enhanced(study)
    if words:
        name = {"CT": "上腹部CT", "MR": "上腹部MRI"}[modality]
        return {"text": {True: f"{name}增强", False: f"{name}平扫", None: name}[enhanced]}
    codes = {
        ("CT", True): "36813-4",
        ("CT", False): "36424-0",
        ("CT", None): "41806-1",
        ("MR", True): "36134-5",
        ("MR", False): "30668-8",
        ("MR", None): "24556-3",
    }
    return concept(LOINC, codes[modality, enhanced])


def _readings(resources: Resources) -> dict[str, Resources]:
    found: dict[str, Resources] = defaultdict(list)
    for one in resources:
        for source in one.get("derivedFrom", ()):
            found[source["reference"].rpartition("/")[2]].append(one)
    return found


def as_reports(*, words: bool) -> Rewrite:
    """No ImagingStudy: a report with its results."""

    def rewrite(resources: Resources) -> Resources:
        resources = copy.deepcopy(resources)
        readings = _readings(resources)
        out = without_kind(resources, "ImagingStudy")
        for study in of_kind(resources, "ImagingStudy"):
            for one in readings[study["id"]]:
                del one["derivedFrom"]
            out.append(report_of(study, readings[study["id"]], words=words))
        return out

    return rewrite


def report_of(study: Resource, results: Resources, *, words: bool = False) -> Resource:
    return {
        "resourceType": "DiagnosticReport",
        "id": f"{study['id']}-report",
        "status": "final",
        "category": [RADIOLOGY],
        "code": scan_code(study, words),
        "subject": study["subject"],
        "effectiveDateTime": study["started"],
        "result": [{"reference": f"Observation/{one['id']}"} for one in results],
    }


def linked_by_identifier(how: str) -> Rewrite:
    """``how``: ``report`` (imagingStudy.identifier), ``study`` (derivedFrom.identifier) or
    ``accession`` (basedOn.identifier); the observations' own day is left out.
    """

    def rewrite(resources: Resources) -> Resources:
        resources = copy.deepcopy(resources)
        readings = _readings(resources)
        for study in of_kind(resources, "ImagingStudy"):
            number_of_study = int.from_bytes(study["id"].encode())
            uid = {"system": "urn:dicom:uid", "value": f"urn:oid:2.25.{number_of_study}"}
            accession = {"system": "urn:oid:2.999.1.9", "value": f"A-{study['id']}"}
            study["identifier"] = [uid, accession]
            for one in readings[study["id"]]:
                del one["derivedFrom"]
                one.pop("effectiveDateTime")
                if how == "study":
                    one["derivedFrom"] = [{"identifier": uid}]
                elif how == "accession":
                    one["basedOn"] = [{"identifier": accession}]
            if how == "report":
                report = report_of(study, readings[study["id"]], words=True)
                report["imagingStudy"] = [{"identifier": uid}]
                resources.append(report)
        return resources

    return rewrite


def contrast_told(how: str) -> Rewrite:
    """Contrast (and modality) of a study from a code, a description or its series.

    ``both phases``: an enhanced one is described as without and with contrast.
    """

    def change(resource: Resource) -> None:
        if resource["resourceType"] != "ImagingStudy":
            return
        code, words = scan_code(resource, False), scan_code(resource, True)
        resource.pop("extension", None)
        modality = resource.pop("modality")
        if how == "code":
            resource["procedureCode"] = [code]
        elif how == "description":
            resource["description"] = words["text"]
        elif how == "both phases":
            resource["description"] = words["text"].replace("增强", "平扫+增强")
        else:
            phase = "动脉期" if words["text"].endswith("增强") else words["text"]
            resource["series"] = [
                {"uid": "2.25.1", "modality": modality[0], "description": phase},
            ]

    return lambda resources: each(resources, change)


# Duplicates


def with_report_duplicates(resources: Resources) -> Resources:
    """Every diameter once more, as a DICOM SR wrote it: other code, site in words, 1 mm apart."""

    def twice(resource: Resource) -> Resources | None:
        if not is_diameter(resource) or "valueQuantity" not in resource:
            return None
        again = like(resource, "sr", code={**concept(SNOMED, "103339001"), "text": "viable"})
        again["bodySite"] = {"text": label_of(resource)}
        del again["focus"]
        value = Decimal(str(resource["valueQuantity"]["value"]))
        again["valueQuantity"]["value"] = number(max(Decimal(0), value - 1))
        return [again, resource]

    return each(resources, twice)


def enhancing_component() -> Resource:
    return {"code": {"text": "Finding"}, "valueCodeableConcept": concept(NCIT, "C113842")}


def described(resources: Resources, system: str, *codes: str) -> Iterator[Resource]:
    return (one for one in resources if is_code(one, system, *codes))


def staged(resources: Resources) -> Resources:
    """Staged sessions by ``partOf`` instead of the session identifier."""
    resources = copy.deepcopy(resources)
    first: dict[str, str] = {}
    for one in of_kind(resources, "Procedure"):
        for extension in list(one.get("extension", ())):
            if extension["url"] == f"{EXTENSION}/tace-session":
                one["extension"].remove(extension)
                group = extension["valueIdentifier"]["value"]
                if group in first:
                    one["partOf"] = [{"reference": f"Procedure/{first[group]}"}]
                first.setdefault(group, one["id"])
    return resources


# Sessions, links, statements


def as_periods(resource: Resource) -> None:
    """A session from a morning to its noon."""
    if resource["resourceType"] == "Procedure" and "performedDateTime" in resource:
        day = resource.pop("performedDateTime")
        times = {"start": f"{day}T09:00:00+08:00", "end": f"{day}T11:30:00+08:00"}
        resource["performedPeriod"] = times


def by_part_of(resource: Resource) -> None:
    """As structured reports say of which study an observation is."""
    if "derivedFrom" in resource:
        resource["partOf"] = resource.pop("derivedFrom")


def naming_sessions(resources: Resources) -> Resources:
    """Every reading names the latest session before its day."""
    resources = copy.deepcopy(resources)
    sessions = [
        (one["performedDateTime"], f"Procedure/{one['id']}")
        for one in of_kind(resources, "Procedure")
        if is_code(one, PROCEDURE, "tace", "ctace", "deb-tace", "tace-haic")
    ]
    for one in resources:
        before = [session for session in sessions if session[0] < one.get("effectiveDateTime", "")]
        if "derivedFrom" in one and before:
            named = {"reference": max(before)[1]}
            extension = {"url": f"{EXTENSION}/assessed-procedure", "valueReference": named}
            one.setdefault("extension", []).append(extension)
    return resources


def called_new(resources: Resources) -> Resources:
    """What is present on a scan and was not on the one before is called new."""
    resources = copy.deepcopy(resources)
    for statement in ("vascular-invasion", "extrahepatic-spread"):
        found = [
            one for one in described(resources, OBSERVATION, statement) if "derivedFrom" in one
        ]
        found.sort(key=lambda one: str(one["effectiveDateTime"]))
        for before, one in pairwise(found):
            if one["valueBoolean"] and not before["valueBoolean"]:
                code = concept(OBSERVATION, "new-since-comparator")
                one.setdefault("component", []).append({"code": code, "valueBoolean": True})
    return resources


def drugs_apart(how: str) -> Rewrite:
    """The drug in a Medication: ``contained``, or ``beside`` the order."""

    def rewrite(resources: Resources) -> Resources:
        apart: Resources = []
        for one in copy.deepcopy(resources):
            code = one.pop("medicationCodeableConcept", None)
            if code is not None:
                drug = {"resourceType": "Medication", "id": f"{one['id']}-drug", "code": code}
                if how == "contained":
                    one["contained"] = [{"resourceType": "Organization", "id": "o"}, drug]
                    one["medicationReference"] = {"reference": f"#{drug['id']}"}
                else:
                    apart.append(drug)
                    one["medicationReference"] = {"reference": f"Medication/{drug['id']}"}
            apart.append(one)
        return apart

    return rewrite


def spread_as_category(resource: Resource) -> None:
    """Spread that is present, by the M category of TNM, which names no scan."""
    if is_code(resource, OBSERVATION, "extrahepatic-spread") and resource["valueBoolean"]:
        del resource["valueBoolean"], resource["derivedFrom"]
        resource |= {"code": concept(LOINC, "21907-1"), "valueCodeableConcept": {"text": "cM1"}}
