"""A stored evaluation as FHIR: GuidanceResponse, RequestGroup and OperationOutcome in a Bundle.

The mapping is that of HL7's guide on CDS Hooks and clinical reasoning: a response is a
GuidanceResponse and a RequestGroup; a card is an action, its suggestions are actions within. The
patient is not named: only a keyed hash of the id is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from fhir.resources.R4B.bundle import Bundle

CANONICAL = "https://tace-cds.github.io/fhir"
MISSING_DATA = f"{CANONICAL}/StructureDefinition/missing-data"
URI = "urn:ietf:rfc:3986"
PRIORITIES = {"info": "routine", "warning": "urgent"}
TYPES = {
    "ImagingStudy": (
        "imaging-baseline",
        "imaging-in-window",
        "imaging-previous-session",
        "contrast-status",
    ),
    "Observation": (
        "target-measurement",
        "new-lesion-status",
        "vi-status",
        "ehs-status",
        "markers",
        "decompensation-status",
        "liver-function",
        "ecog",
        "hepatic-artery-patency",
        "av-fistula-status",
        "ici-contraindication-screen",
        "combination-tolerance",
    ),
    "Procedure": (
        "consecutiveness",
        "tace-technique-attestation",
        "procedure-confirmation",
        "event-date",
        "tace-intent",
    ),
    "Resource": ("conflicting-data", "record-incomplete"),
}
"""Of which type the resource would be that brings a missing datum."""


def guidance_bundle(stored: Mapping[str, Any], time: str, base: str) -> bytes:
    """JSON of a collection Bundle; ``time`` is the evaluation's, ``base`` the service's URL."""
    evaluation = uuid.UUID(stored["id"])
    group, gaps = (uuid.uuid5(evaluation, part) for part in ("RequestGroup", "OperationOutcome"))
    missing = stored["told"].get("missing", [])
    response: dict[str, Any] = {
        "resourceType": "GuidanceResponse",
        "id": str(evaluation),
        "identifier": [{"system": URI, "value": evaluation.urn}],
        "moduleUri": f"{base}/cds-services/{stored['service']}|{stored['software']}",
        "status": "data-requested" if missing or stored["gaps"] else "success",
        "occurrenceDateTime": time,
    }
    if stored["hook_instance"]:
        instance = uuid.UUID(stored["hook_instance"])
        response["requestIdentifier"] = {"system": URI, "value": instance.urn}
    if missing:
        response["dataRequirement"] = [_requirement(code) for code in missing]
    resources = [response]
    if stored["cards"]:
        response["result"] = {"reference": group.urn}
        resources.append(_group(group, stored["cards"], time))
    if stored["gaps"]:
        response["evaluationMessage"] = [{"reference": gaps.urn}]
        resources.append(_outcome(gaps, stored["gaps"]))
    bundle = Bundle.model_validate(
        {
            "resourceType": "Bundle",
            "id": str(uuid.uuid5(evaluation, "Bundle")),
            "type": "collection",
            "timestamp": time,
            "entry": [
                {"fullUrl": uuid.UUID(resource["id"]).urn, "resource": resource}
                for resource in resources
            ],
        }
    )
    return bundle.model_dump_json().encode()


def _requirement(code: str) -> dict[str, Any]:
    kind = next((kind for kind, codes in TYPES.items() if code in codes), "Resource")
    return {"type": kind, "extension": [{"url": MISSING_DATA, "valueCode": code}]}


def _group(group: uuid.UUID, cards: Sequence[Mapping[str, Any]], time: str) -> dict[str, Any]:
    return {
        "resourceType": "RequestGroup",
        "id": str(group),
        "status": "active",
        "intent": "proposal",
        "authoredOn": time,
        "action": [_action(card) for card in cards],
    }


def _action(card: Mapping[str, Any]) -> dict[str, Any]:
    action: dict[str, Any] = {
        "id": card["id"],
        "title": card["kind"],
        "priority": PRIORITIES[card["indicator"]],
    }
    if not card["suggestions"]:
        return action | _leaf(card["id"])
    action["selectionBehavior"] = "at-most-one"
    action["action"] = [
        {"id": one["id"], "title": one["kind"] or "suggestion", **_leaf(one["id"])}
        for one in card["suggestions"]
    ]
    return action


def _leaf(identifier: str) -> dict[str, Any]:
    """An action has actions or a resource: what was suggested is known here by its uuid alone."""
    return {"resource": {"identifier": {"system": URI, "value": uuid.UUID(identifier).urn}}}


def _outcome(identifier: uuid.UUID, gaps: Sequence[str]) -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "id": str(identifier),
        "issue": [
            {"severity": "warning", "code": "incomplete", "diagnostics": f"prefetch: {key}"}
            for key in gaps
        ],
    }
